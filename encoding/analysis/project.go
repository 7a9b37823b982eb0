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
	r := normals(dim*to, seed)
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

// normals returns n numbers of a normal distribution of deviation 1, by the generator of [posenc/encoding/additive.Fourier]: SplitMix64
// (Steele et al. 2014), whose top 53 bits make u = (bits+1)/2^53 and v = bits/2^53 in turn, and two numbers of these (Box and
// Muller 1958),
//
//	√(-2 ln u)·cos 2πv, √(-2 ln u)·sin 2πv
//
// That one takes exact logarithms, which here would be seconds, and this one those that are good to 2^-49.
func normals(n int, seed uint64) []float64 {
	next := func() float64 {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return float64((z ^ z>>31) >> 11)
	}
	turn := angle.PerTurn(angle.Exactly(1))
	out := make([]float64, n+n%2)
	for i := 0; i < n; i += 2 {
		u, v := (next()+1)*0x1p-53, next()*0x1p-53
		r := math.Sqrt(-2 * angle.LogQuick(u))
		sin, cos := turn.SinCos(v)
		out[i], out[i+1] = r*cos, r*sin
	}
	return out[:n]
}
