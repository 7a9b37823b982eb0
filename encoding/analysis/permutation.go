package analysis

import (
	"math"
	"strconv"
)

// PermutationError says how far a function of a sequence x [n, dim] is from taking no notice of order:
//
//	f(πX) - πf(X),  row i of πX is row permutation[i] of X
//
// f returns n rows of any width, and is called twice, each time with a copy that it may change. Self-attention without positions is
// equivariant: shuffle the tokens, and the outputs shuffle with them, up to the rounding of sums in another order. Everything else in
// a Transformer acts on each token by itself, so nothing else could tell.
func PermutationError(x []float32, dim int, permutation []int, f func(x []float32) ([]float64, error)) (Residual, error) {
	n, err := rowsOf("x", x, dim, 1)
	if err != nil {
		return Residual{}, err
	}
	if len(permutation) != n {
		return Residual{}, badInt("permutation", "one number for each of ", n, " rows", len(permutation))
	}
	if err := each("permutation", permutation, n); err != nil {
		return Residual{}, err
	}
	seen := make([]bool, n)
	shuffled := make([]float32, 0, len(x))
	for i, from := range permutation {
		if seen[from] {
			return Residual{}, badAt("permutation", i, "each number once", float64(from))
		}
		seen[from] = true
		shuffled = append(shuffled, x[from*dim:][:dim]...)
	}
	before, err := f(append([]float32(nil), x...))
	if err != nil {
		return Residual{}, err
	}
	after, err := f(shuffled)
	if err != nil {
		return Residual{}, err
	}
	if len(before) == 0 || len(before)%n != 0 || len(after) != len(before) {
		return Residual{}, bad("f", strconv.Itoa(n)+" rows both times", strconv.Itoa(len(after))+" numbers")
	}
	var r Residual
	width := len(before) / n
	for i, from := range permutation {
		for j := range width {
			difference := after[i*width+j] - before[from*width+j]
			if !(math.Abs(difference) <= math.MaxFloat64) {
				return Residual{}, bad("f", "finite numbers", "some that are not")
			}
			r.add(difference)
		}
	}
	return r.over(len(before)), nil
}
