package additive

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// resizeWeight is u(k) of the doc comment of Resize2D for old cell k of n and new cell i of m, from the formula: all cells
// within reach are looked at, and those beyond the edge are added to the cell at the edge.
func resizeWeight(o ResizeOptions, n, m, i, k int) float64 {
	h := func(x, a float64) float64 {
		x = math.Abs(x)
		switch {
		case o.Mode != Bicubic:
			return math.Max(0, 1-x)
		case x < 1:
			return (a+2)*math.Pow(x, 3) - (a+3)*x*x + 1
		case x < 2:
			return a*math.Pow(x, 3) - 5*a*x*x + 8*a*x - 4*a
		}
		return 0
	}
	s := float64(n) / float64(m)
	c := s*(float64(i)+0.5) - 0.5
	if o.AlignCorners {
		c = 0
		if m > 1 {
			c = float64((n-1)*i) / float64(m-1)
		}
	}
	sum, total := 0.0, 0.0
	if o.Antialias {
		for j := range n {
			w := h((float64(j)-c)/math.Max(s, 1), -0.5)
			total += w
			if j == k {
				sum = w
			}
		}
		return sum / total
	}
	for j := -10; j < n+10; j++ {
		if max(min(j, n-1), 0) == k {
			sum += h(float64(j)-c, -0.75)
		}
	}
	return sum
}

func TestResizeAgainstFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, o := range []ResizeOptions{{}, {Mode: Bilinear}, {AlignCorners: true}, {Mode: Bilinear, AlignCorners: true}, {Antialias: true, PrefixTokens: 1},
		{Mode: Bilinear, Antialias: true}, {Mode: Bicubic, PrefixTokens: 3}} {
		for _, c := range []struct{ from, to [2]int }{{[2]int{3, 5}, [2]int{7, 4}}, {[2]int{14, 14}, [2]int{16, 9}}, {[2]int{1, 2}, [2]int{3, 1}},
			{[2]int{9, 16}, [2]int{2, 3}}, {[2]int{4, 3}, [2]int{4, 3}}, {[2]int{1, 1}, [2]int{2, 2}}} {
			const dim = 3
			weights := make([]float32, (o.PrefixTokens+c.from[0]*c.from[1])*dim)
			for i := range weights {
				weights[i] = float32(r.NormFloat64())
			}
			got, err := Resize2D(weights, c.from, dim, c.to, o)
			require.NoError(t, err)
			require.Len(t, got, (o.PrefixTokens+c.to[0]*c.to[1])*dim)
			require.Equal(t, weights[:o.PrefixTokens*dim], got[:o.PrefixTokens*dim])
			if c.from == c.to {
				require.Equal(t, weights, got, "%+v", o)
			}
			reference := o
			if o.Mode == "" {
				reference.Mode = Bicubic
			}
			for y := range c.to[0] {
				for x := range c.to[1] {
					for d := range dim {
						want := 0.0
						for k := range c.from[0] {
							for l := range c.from[1] {
								w := resizeWeight(reference, c.from[0], c.to[0], y, k) * resizeWeight(reference, c.from[1], c.to[1], x, l)
								want += w * float64(weights[(o.PrefixTokens+k*c.from[1]+l)*dim+d])
							}
						}
						at := (o.PrefixTokens+y*c.to[1]+x)*dim + d
						// Half a unit of float32, and float64's own where the sum cancels.
						require.InDelta(t, want, got[at], math.Abs(want)*0x1.01p-24+1e-14, "%+v %v: cell [%d, %d], channel %d", o, c, y, x, d)
					}
				}
			}
		}
	}
}

func TestResize1D(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, o := range []ResizeOptions{{}, {AlignCorners: true, PrefixTokens: 2}} {
		for _, c := range [][2]int{{5, 8}, {8, 5}, {1, 3}, {4, 1}, {6, 6}} {
			const dim = 2
			weights := make([]float32, (o.PrefixTokens+c[0])*dim)
			for i := range weights {
				weights[i] = float32(r.NormFloat64())
			}
			got, err := Resize1D(weights, c[0], dim, c[1], o)
			require.NoError(t, err)
			reference := o
			reference.Mode = Linear
			for i := range c[1] {
				for d := range dim {
					want := 0.0
					for k := range c[0] {
						want += resizeWeight(reference, c[0], c[1], i, k) * float64(weights[(o.PrefixTokens+k)*dim+d])
					}
					require.InDelta(t, want, got[(o.PrefixTokens+i)*dim+d], math.Abs(want)*0x1.01p-24+1e-15, "%+v %v row %d", o, c, i)
				}
			}
		}
	}
}

// A constant table stays constant, an infinite neighbour that has no part spoils nothing.
func TestResizeProperties(t *testing.T) {
	ones := make([]float32, 7*5)
	for i := range ones {
		ones[i] = 0.3
	}
	for _, o := range []ResizeOptions{{}, {Mode: Bilinear}, {Antialias: true}, {AlignCorners: true}} {
		got, err := Resize2D(ones, [2]int{7, 5}, 1, [2]int{3, 11}, o)
		require.NoError(t, err)
		for _, v := range got {
			require.InEpsilon(t, 0.3, v, 1e-7)
		}
	}
	inf := float32(math.Inf(1))
	got, err := Resize1D([]float32{1, 2, inf}, 3, 1, 3, ResizeOptions{})
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2, inf}, got)
}

func TestBadResizes(t *testing.T) {
	w := make([]float32, 12)
	for want, call := range map[string]func() ([]float32, error){
		`mode: want "bilinear" or "bicubic", got "nearest"`: func() ([]float32, error) {
			return Resize2D(w, [2]int{2, 3}, 2, [2]int{1, 1}, ResizeOptions{Mode: "nearest"})
		},
		`mode: want "linear", got "bicubic"`:                              func() ([]float32, error) { return Resize1D(w, 6, 2, 1, ResizeOptions{Mode: Bicubic}) },
		"antialias: want false in one dimension, as in PyTorch, got true": func() ([]float32, error) { return Resize1D(w, 6, 2, 1, ResizeOptions{Antialias: true}) },
		"alignCorners: want false with antialias, got true": func() ([]float32, error) {
			return Resize2D(w, [2]int{2, 3}, 2, [2]int{1, 1}, ResizeOptions{Antialias: true, AlignCorners: true})
		},
		"dim: want an integer from 1 to 65536, got 0":           func() ([]float32, error) { return Resize1D(w, 6, 0, 1, ResizeOptions{}) },
		"rows: want an integer from 1 to 1048576, got 0":        func() ([]float32, error) { return Resize1D(w, 0, 2, 1, ResizeOptions{}) },
		"newRows: want an integer from 1 to 1048576, got -1":    func() ([]float32, error) { return Resize1D(w, 6, 2, -1, ResizeOptions{}) },
		"from[0]: want an integer from 1 to 1048576, got 0":     func() ([]float32, error) { return Resize2D(w, [2]int{0, 3}, 2, [2]int{1, 1}, ResizeOptions{}) },
		"to[1]: want an integer from 1 to 1048576, got 2097152": func() ([]float32, error) { return Resize2D(w, [2]int{2, 3}, 2, [2]int{1, 1 << 21}, ResizeOptions{}) },
		"to[1]: want one that makes no more than 137438953472 rows, got 262144": func() ([]float32, error) {
			return Resize2D(w, [2]int{2, 3}, 2, [2]int{1 << 20, 1 << 18}, ResizeOptions{})
		},
		"weights: want [7, 2], 14 numbers, got 12": func() ([]float32, error) {
			return Resize2D(w, [2]int{2, 3}, 2, [2]int{1, 1}, ResizeOptions{PrefixTokens: 1})
		},
		"prefixTokens: want an integer from 0 to 1048576, got -1": func() ([]float32, error) { return Resize1D(w, 6, 2, 1, ResizeOptions{PrefixTokens: -1}) },
	} {
		got, err := call()
		require.Nil(t, got)
		require.EqualError(t, err, want)
	}
}
