package rotary

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func axial(t *testing.T, o AxialOptions) *Axial {
	t.Helper()
	x, err := NewAxial(o)
	require.NoError(t, err)
	return x
}

// concat is what every project does: an outer product of coordinates and frequencies for each axis, side by side.
func concat(parts ...[]float64) []float64 { return slices.Concat(parts...) }

func outer(c float64, w []float64) []float64 {
	out := slices.Clone(w)
	for i := range out {
		out[i] *= c
	}
	return out
}

// ladder is 1/θ^(arange(0, dim, 2)/dim).
func ladder(base float64, dim int) (w []float64) {
	for i := 0; i < dim; i += 2 {
		w = append(w, 1/math.Pow(base, float64(i)/float64(dim)))
	}
	return w
}

// every calls f for each cell, row-major.
func every(shape []int, f func(t, h, w float64)) {
	if len(shape) == 2 {
		shape = []int{1, shape[0], shape[1]}
	}
	for t := range shape[0] {
		for h := range shape[1] {
			for w := range shape[2] {
				f(float64(t), float64(h), float64(w))
			}
		}
	}
}

func TestAxialAgainstFormula(t *testing.T) {
	for name, c := range map[string]struct {
		o    AxialOptions
		pair Pairing
		cell func(t, h, w float64) []float64
	}{
		"diffusers": {AxialOptions{HeadDim: 20, Shape: []int{3, 5}, Convention: "diffusers"}, Interleaved, func(_, h, w float64) []float64 {
			return concat(outer(w, ladder(10000, 10)), outer(h, ladder(10000, 10)))
		}},
		"diffusers, cropped": {AxialOptions{HeadDim: 8, Shape: []int{3, 5}, Convention: "diffusers", Start: []float64{2, -1}, Stop: []float64{9, 1}}, Interleaved, func(_, h, w float64) []float64 {
			return concat(outer(-1+w*2/5, ladder(10000, 4)), outer(2+h*7/3, ladder(10000, 4)))
		}},
		"diffusers, 3-D": {AxialOptions{HeadDim: 64, Shape: []int{2, 3, 5}, Convention: "diffusers"}, Interleaved, func(t, h, w float64) []float64 {
			return concat(outer(t, ladder(10000, 16)), outer(h, ladder(10000, 24)), outer(w, ladder(10000, 24)))
		}},
		"flux": {AxialOptions{HeadDim: 128, Shape: []int{1, 3, 2}, Convention: "flux", PrefixTokens: 7}, Interleaved, func(_, h, w float64) []float64 {
			return concat(make([]float64, 8), outer(h, ladder(10000, 56)), outer(w, ladder(10000, 56)))
		}},
		"wan": {AxialOptions{HeadDim: 128, Shape: []int{2, 3, 4}, Convention: "diffusers", AxesDims: []int{44, 42, 42}}, Interleaved, func(t, h, w float64) []float64 {
			return concat(outer(t, ladder(10000, 44)), outer(h, ladder(10000, 42)), outer(w, ladder(10000, 42)))
		}},
		"torchtune": {AxialOptions{HeadDim: 12, Shape: []int{4, 4}, Convention: "torchtune", SuffixTokens: 1, AxesDims: []int{6, 6}}, Interleaved, func(_, h, w float64) []float64 {
			return concat(outer(w+1, ladder(10000, 6)), outer(h+1, ladder(10000, 6)))
		}},
		"eva02": {AxialOptions{HeadDim: 16, Shape: []int{6, 4}, Convention: "eva02", Stop: []float64{16, 16}, PrefixTokens: 1}, Interleaved, func(_, h, w float64) []float64 {
			return concat(outer(h/6*16, ladder(10000, 8)), outer(w/4*16, ladder(10000, 8)))
		}},
		"qwen2-vl": {AxialOptions{HeadDim: 80, Shape: []int{4, 6}, Convention: "qwen2-vl"}, Half, func(_, h, w float64) []float64 {
			return concat(outer(h, ladder(10000, 40)), outer(w, ladder(10000, 40)))
		}},
		"pixtral": {AxialOptions{HeadDim: 16, Shape: []int{2, 5}, Convention: "pixtral"}, Half, func(_, h, w float64) []float64 {
			all := ladder(10000, 16)
			return concat(outer(h, []float64{all[0], all[2], all[4], all[6]}), outer(w, []float64{all[1], all[3], all[5], all[7]}))
		}},
		"dinov3": {AxialOptions{HeadDim: 24, Shape: []int{3, 7}, Convention: "dinov3", PrefixTokens: 5}, Half, func(_, h, w float64) []float64 {
			var out []float64
			for _, c := range []float64{2*(h+0.5)/3 - 1, 2*(w+0.5)/7 - 1} {
				for i := range 6 {
					out = append(out, 2*math.Pi*c/math.Pow(100, float64(2*i)/12))
				}
			}
			return out
		}},
		"own order, partial": {AxialOptions{HeadDim: 13, Shape: []int{2, 3, 4}, Convention: "eva02", Axes: "wth", AxesDims: []int{2, 6, 4}, Base: 50, Pairing: Half}, Half, func(t, h, w float64) []float64 {
			return concat(outer(w, ladder(50, 2)), outer(t, ladder(50, 6)), outer(h, ladder(50, 4)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			x := axial(t, c.o)
			angles := make([][]float64, c.o.PrefixTokens)
			every(c.o.Shape, func(t, h, w float64) { angles = append(angles, c.cell(t, h, w)) })
			angles = append(angles, make([][]float64, c.o.SuffixTokens)...)
			require.Equal(t, len(angles), x.Rows())
			angle := func(row, i int) float64 {
				if angles[row] == nil {
					return 0
				}
				return angles[row][i]
			}
			requireRows(t, x, len(angles), At{}, angle)
			last := len(angles) - 1
			requireRows(t, x, 3, At{Positions: []float64{float64(last), 0, 2}}, func(row, i int) float64 { return angle([]int{last, 0, 2}[row], i) })
			require.Equal(t, c.pair, x.Options().Pairing)
			requireTurns(t, x, c.pair, shape{batch: 2, seq: len(angles), heads: 3}, 0, nil, 1)
			requireTurns(t, x, c.pair, shape{batch: 2, seq: 4, heads: 2}, 2, nil, 1)
		})
	}
}

// The score of two cells depends on how far they are apart on each axis, only.
func TestAxialScoresDependOnDistances(t *testing.T) {
	x := axial(t, AxialOptions{HeadDim: 16, Shape: []int{6, 9}, Convention: "diffusers"})
	q, k := shape{1, 1, 1, 16}.random(1), shape{1, 1, 1, 16}.random(2)
	score := func(qh, qw, kh, kw int) (s float64) {
		a, b := slices.Clone(q), slices.Clone(k)
		require.NoError(t, x.Rotate(a, At{Offset: int64(qh*9 + qw)}))
		require.NoError(t, x.Rotate(b, At{Offset: int64(kh*9 + kw)}))
		for i := range a {
			s += float64(a[i]) * float64(b[i])
		}
		return s
	}
	require.InDelta(t, score(0, 1, 2, 5), score(3, 4, 5, 8), 1e-5)
	require.Greater(t, math.Abs(score(0, 1, 2, 5)-score(0, 1, 5, 2)), 0.1)
}

func TestAxialOptions(t *testing.T) {
	o := axial(t, AxialOptions{HeadDim: 128, Shape: []int{1, 2, 3}, Convention: "flux"}).Options()
	require.Equal(t, AxialOptions{HeadDim: 128, Shape: []int{1, 2, 3}, Convention: "flux", Base: 10000, Pairing: Interleaved, Axes: "thw",
		AxesDims: []int{16, 56, 56}, Start: []float64{0, 0, 0}, Stop: []float64{1, 2, 3}}, o)
	o = axial(t, AxialOptions{HeadDim: 8, Shape: []int{2, 3}, Convention: "torchtune"}).Options()
	require.Equal(t, "wh", o.Axes)
	require.Equal(t, []float64{1, 1}, o.Start)
	require.Equal(t, []float64{3, 4}, o.Stop)
	require.Empty(t, axial(t, AxialOptions{HeadDim: 8, Shape: []int{2, 3}, Convention: "dinov3"}).Options().Start)
}

func TestAxialErrors(t *testing.T) {
	good := AxialOptions{HeadDim: 16, Shape: []int{2, 3}, Convention: "diffusers"}
	for message, change := range map[string]func(*AxialOptions){
		`shape: want [T, H, W] with convention "flux", T = 1 for an image, got [3, 2]`:                                                                func(o *AxialOptions) { o.Shape, o.Convention = []int{3, 2}, "flux" },
		`convention: want "diffusers", "flux", "torchtune", "eva02", "qwen2-vl", "pixtral", "dinov3", got ""`:                                         func(o *AxialOptions) { o.Convention = "" },
		"shape: want [H, W] or [T, H, W] with 1 to 65536 cells on each axis, got []":                                                                  func(o *AxialOptions) { o.Shape = nil },
		"shape: want [H, W] or [T, H, W] with 1 to 65536 cells on each axis, got [2, 0]":                                                              func(o *AxialOptions) { o.Shape = []int{2, 0} },
		"shape: want [H, W] or [T, H, W] with 1 to 65536 cells on each axis, got [65537, 1]":                                                          func(o *AxialOptions) { o.Shape = []int{65537, 1} },
		"shape: want one whose sizes have a sum of at most 2048 with rotaryDim = 4096, got [1, 2048]":                                                 func(o *AxialOptions) { o.HeadDim, o.Shape = 4096, []int{1, 2048} },
		`axes: want each letter of "hw" once, got "hh"`:                                                                                               func(o *AxialOptions) { o.Axes = "hh" },
		`axes: want each letter of "hw" once, got "thw"`:                                                                                              func(o *AxialOptions) { o.Axes = "thw" },
		`axes: want each letter of "thw" once, got "hw"`:                                                                                              func(o *AxialOptions) { o.Shape, o.Axes = []int{1, 2, 3}, "hw" },
		"headDim: want an integer from 2 to 16384, got 0":                                                                                             func(o *AxialOptions) { o.HeadDim = 0 },
		"base: want a positive finite number, got -1":                                                                                                 func(o *AxialOptions) { o.Base = -1 },
		"base: want one that keeps all frequencies between 2^-64 and 2^32 radians per position, got 1e+300":                                           func(o *AxialOptions) { o.Base = 1e300 },
		`pairing: want "half" or "interleaved", got "x"`:                                                                                              func(o *AxialOptions) { o.Pairing = "x" },
		`axesDims: want them, as "diffusers" has no way to split headDim between these axes, got none`:                                                func(o *AxialOptions) { o.HeadDim = 6 },
		`axesDims: want them, as "flux" has no way to split headDim between these axes, got none`:                                                     func(o *AxialOptions) { o.HeadDim, o.Shape, o.Convention = 24, []int{1, 2, 3}, "flux" },
		`axesDims: want them, as "dinov3" has no way to split headDim between these axes, got none`:                                                   func(o *AxialOptions) { o.Shape, o.Convention = []int{1, 2, 3}, "dinov3" },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got [16]`:               func(o *AxialOptions) { o.AxesDims = []int{16} },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got []`:                 func(o *AxialOptions) { o.AxesDims = []int{} },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got [8, 10]`:            func(o *AxialOptions) { o.AxesDims = []int{8, 10} },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got [8, 7]`:             func(o *AxialOptions) { o.AxesDims = []int{8, 7} },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got [9223372036854775]`: func(o *AxialOptions) { o.AxesDims = []int{9223372036854775} },
		`axesDims: want as many even integers as shape, from 2 on, whose sum is at most headDim; all the same with "pixtral", got [4, 6]`:             func(o *AxialOptions) { o.AxesDims, o.Convention = []int{4, 6}, "pixtral" },
		"prefixTokens: want an integer from 0 to 2^30, got -1":                                                                                        func(o *AxialOptions) { o.PrefixTokens = -1 },
		"suffixTokens: want an integer from 0 to 2^30, got -2":                                                                                        func(o *AxialOptions) { o.SuffixTokens = -2 },
		"start: want as many numbers as shape, got 3":                                                                                                 func(o *AxialOptions) { o.Start = []float64{0, 0, 0} },
		"stop: want numbers within ±2^41, got NaN":                                                                                                    func(o *AxialOptions) { o.Stop = []float64{0, math.NaN()} },
		`start: want none with "dinov3", nor stop: its coordinates are from -1 to 1, got some`:                                                        func(o *AxialOptions) { o.Convention, o.Stop = "dinov3", []float64{1, 2} },
	} {
		o := good
		change(&o)
		_, err := NewAxial(o)
		require.EqualError(t, err, message)
	}
	good.PrefixTokens = 1
	x := axial(t, good)
	requireRefusal(t, "x: want at most 7 rows in a sequence, which is all, got 8", x, 8*16, At{})
	requireRefusal(t, "positions[0]: want an integer from 0 to 6, the number of a row, got 7", x, 16, At{Positions: []float64{7}})
	require.NoError(t, x.Check(7*16, At{}, -1))
}
