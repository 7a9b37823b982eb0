package analysis

import (
	"math"

	"posenc/encoding/internal/kernel"
)

// dot returns x·y.
func dot(x, y []float32) float64 { return kernel.Dot(x, y) }

// dot64 is kernel.Dot of float64.
func dot64(x, y []float64) float64 {
	var a, b, c, d float64
	for len(x) >= 4 && len(y) >= 4 {
		a += float64(x[0] * y[0])
		b += float64(x[1] * y[1])
		c += float64(x[2] * y[2])
		d += float64(x[3] * y[3])
		x, y = x[4:], y[4:]
	}
	for i, v := range x {
		a += float64(v * y[i])
	}
	return (a + b) + (c + d)
}

// axpy is for i := range y { y[i] += a * x[i] }.
func axpy(y []float64, a float64, x []float64) {
	for len(x) >= 4 && len(y) >= 4 {
		y[0] += float64(a * x[0])
		y[1] += float64(a * x[1])
		y[2] += float64(a * x[2])
		y[3] += float64(a * x[3])
		x, y = x[4:], y[4:]
	}
	for i := range y {
		y[i] += float64(a * x[i])
	}
}

// norms returns the length of each row.
func norms(x []float32, dim int) []float64 {
	out := make([]float64, len(x)/dim)
	for i := range out {
		row := x[i*dim:][:dim]
		out[i] = math.Sqrt(dot(row, row))
	}
	return out
}

// A Range is what a list of numbers comes to.
type Range struct {
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

// add takes in number count+1 of a list; Mean is their sum until it is divided.
func (r *Range) add(v float64, count int) {
	if count == 0 {
		r.Min, r.Max = v, v
	}
	r.Mean += v
	r.Min, r.Max = min(r.Min, v), max(r.Max, v)
}

// A Residual is how far numbers are from what they are held against.
type Residual struct {
	Max float64 `json:"max"` // the largest absolute difference of two numbers
	RMS float64 `json:"rms"` // the root of the mean of their squares
}
