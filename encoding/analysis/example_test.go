package analysis_test

import (
	"fmt"
	"math/rand/v2"

	"posenc/encoding/additive"
	"posenc/encoding/analysis"
	"posenc/encoding/bias"
	"posenc/encoding/rotary"
)

// random returns rows of a normal distribution, in place of a model's embeddings.
func random(rows, dim int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, rows*dim)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// Why does adding positions not spoil the meaning of tokens? Because in so many dimensions there is room: positions are nearly
// at right angles to tokens, and other tokens are far. In 8 dimensions there is none.
func Example_meaning() {
	for _, dim := range []int{8, 384, 768} {
		tokens := random(300, dim)
		pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim})
		table, _ := pe.Table(128, additive.At{})

		chance, _, _ := analysis.RandomCosine(dim)
		unrelated, _ := analysis.CosinesWithin(tokens, dim)
		between, _ := analysis.CosinesBetween(tokens, table, dim)
		kept, _ := analysis.Preserve(tokens, table, dim, nil, nil)
		fmt.Printf("d = %d: |cos| of unrelated tokens %.3f (chance %.3f), of token and position %.3f\n",
			dim, unrelated.MeanAbs, chance, between.MeanAbs)
		fmt.Printf("  |p|/|x| %.2f, cos(x, x+p) %.2f, nearest token is still itself: %.1f %%\n",
			kept.NormRatio.Mean, kept.Cosine.Mean, 100*kept.ByCosine)
	}
	// Output:
	// d = 8: |cos| of unrelated tokens 0.292 (chance 0.291), of token and position 0.287
	//   |p|/|x| 0.78, cos(x, x+p) 0.79, nearest token is still itself: 40.0 %
	// d = 384: |cos| of unrelated tokens 0.041 (chance 0.041), of token and position 0.040
	//   |p|/|x| 0.71, cos(x, x+p) 0.82, nearest token is still itself: 100.0 %
	// d = 768: |cos| of unrelated tokens 0.029 (chance 0.029), of token and position 0.029
	//   |p|/|x| 0.71, cos(x, x+p) 0.82, nearest token is still itself: 100.0 %
}

// Why sine and cosine both? Because together they are points on a circle, and moving by k positions turns the circle: one matrix
// for every position. A sine alone cannot be moved by any matrix.
func Example_shift() {
	const dim = 64
	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim, Layout: additive.Concat})
	table, _ := pe.Table(512, additive.At{})

	m, _ := pe.ShiftMatrix(5)
	moved, _ := analysis.ShiftResidual(m, table, dim, 5)
	off, _ := analysis.Orthogonality(m, dim)
	fmt.Printf("PE(p+5) - M·PE(p) is at most %.0e, MᵀM - I %.0e\n", moved.Max, off)

	var sines []float32
	for row := range 512 {
		sines = append(sines, table[row*dim:][:dim/2]...)
	}
	fit, _ := analysis.FitShift(sines, dim/2, 5)
	fmt.Printf("sines alone: the best matrix is off by up to %.2f\n", fit.Residual.Max)

	profile, _ := analysis.Profile(table, dim)
	fmt.Printf("PE(p)·PE(p+5) is %.4f to %.4f\n", profile.Min[5], profile.Max[5])
	profile, _ = analysis.Profile(sines, dim/2)
	fmt.Printf("sines alone: %.4f to %.4f\n", profile.Min[5], profile.Max[5])

	lines, _ := analysis.Spectrum(table, dim)
	waves, _ := analysis.Wavelengths(lines.Frequencies)
	fmt.Printf("wavelengths %.3g, %.3g, ..., %.3g\n", waves[0], waves[1], waves[dim/2-1])
	again, _ := analysis.FirstRepetition(table, dim, 0.01)
	fmt.Println("rows that repeat:", again.Row)
	// Output:
	// PE(p+5) - M·PE(p) is at most 7e-08, MᵀM - I 2e-16
	// sines alone: the best matrix is off by up to 1.09
	// PE(p)·PE(p+5) is 23.5040 to 23.5040
	// sines alone: 0.0000 to 12.4606
	// wavelengths 6.28, 8.38, ..., 4.71e+04
	// rows that repeat: -1
}

// Why does attention need positions? Because without them it does not see order: shuffle the tokens, and the outputs are the
// same ones, shuffled.
func Example_order() {
	const n, dim = 16, 32
	x := random(n, dim)
	permutation := rand.New(rand.NewPCG(3, 4)).Perm(n)

	pe, _ := additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim})
	table, _ := pe.Table(n, additive.At{})
	rope, _ := rotary.New(rotary.Options{HeadDim: dim})
	alibi, _ := bias.NewALiBi(bias.ALiBiOptions{Heads: 8, Symmetric: true})
	biases, _ := alibi.Matrix(n, n, 0)

	for _, way := range []struct {
		name string
		head analysis.Attention
	}{
		{"none", analysis.Attention{}},
		{"additive", analysis.Attention{Table: table}},
		{"rotary", analysis.Attention{Rotate: func(x []float32) error { return rope.Rotate(x, rotary.At{}) }}},
		{"bias", analysis.Attention{Bias: biases[:n*n]}},
	} {
		e, _ := analysis.PermutationError(x, dim, permutation, func(x []float32) ([]float64, error) {
			got, err := way.head.Apply(x, dim)
			return got.Output, err
		})
		fmt.Printf("%-8s  |f(πX) - πf(X)| is at most %.2g\n", way.name, e.Max)
	}
	// Output:
	// none      |f(πX) - πf(X)| is at most 1.3e-15
	// additive  |f(πX) - πf(X)| is at most 1.9
	// rotary    |f(πX) - πf(X)| is at most 0.19
	// bias      |f(πX) - πf(X)| is at most 0.12
}
