package analysis

import (
	"math"
	"strconv"

	"posenc/encoding/internal/angle"
)

// MaxProjection is the most numbers that the matrix of Project has: to draw one is a hundred times the work of a multiplication.
const MaxProjection = 1 << 22

// Project returns embeddings x [n, dim] at another width, [n, to], so that one real table can be compared at 384 and at 768:
//
//	y = R·x,  R [to, dim] ~ N(0, 1/to) from the seed
//
// Lengths and cosines are kept in expectation, |y|² = |x|² give or take √(2/to) of it. Source: Johnson and Lindenstrauss 1984; this
// form of it is Indyk and Motwani 1998. To a greater width the embeddings stay in a space of dim directions, which cannot
// become less related than they are. n·dim·to multiplications.
func Project(x []float32, dim, to int, seed uint64) ([]float32, error) {
	n, err := rowsOf("x", x, dim, 1)
	if err == nil {
		err = checkDim("to", to)
	}
	if err == nil {
		err = bounded("to", MaxProjection, "numbers in a projection", dim, to)
	}
	if err == nil {
		err = work("x", n, dim, to)
	}
	if err == nil {
		err = result("x", n, to)
	}
	if err != nil {
		return nil, err
	}
	r := angle.Normals(dim*to, seed, angle.LogQuick) // exact logarithms would take seconds
	scale := math.Sqrt(float64(to))
	y := make([]float32, n*to)
	row := make([]float64, dim)
	for i := range n {
		for j, v := range x[i*dim:][:dim] {
			row[j] = float64(v)
		}
		for k := range to {
			y[i*to+k] = float32(dot64(r[k*dim:][:dim], row) / scale)
		}
	}
	for i, v := range y {
		if math.IsInf(float64(v), 0) {
			return nil, bad("x", "numbers whose projection float32 holds", "row "+strconv.Itoa(i/to))
		}
	}
	return y, nil
}
