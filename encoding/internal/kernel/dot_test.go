package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Against the doc comment, written out here once more, with what lies around the slices a value that would show.
func TestDot(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, n := range lengths {
		x, xWhole := guarded(r, n)
		y, yWhole := guarded(r, n)
		for i := range x { // finite, and of sums that round
			x[i], y[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
		}
		if n > 5 {
			x[n-1], y[1] = 1e30, -1e-30
		}
		before := [][]float32{slices.Clone(xWhole), slices.Clone(yWhole)}
		var s [4]float64
		for i := range x {
			j := i % 4
			if i >= n&^3 {
				j = 0
			}
			s[j] += float64(float64(x[i]) * float64(y[i]))
		}
		want := (s[0] + s[1]) + (s[2] + s[3])
		if got := Dot(x, y); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("Dot, n = %d: want %v, got %v", n, want, got)
		}
		same(t, before[0], xWhole, "Dot wrote x")
		same(t, before[1], yWhole, "Dot wrote y")
	}
	for _, hard := range []float32{float32(math.Inf(1)), float32(math.NaN())} {
		x := []float32{1, 2, 3, hard, 5}
		got, want := Dot(x, x), 1.0+2*2+3*3+float64(hard)*float64(hard)+5*5
		if got != want && !(got != got && want != want) {
			t.Errorf("Dot with %v: want %v, got %v", hard, want, got)
		}
	}
}
