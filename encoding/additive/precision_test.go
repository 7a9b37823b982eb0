package additive

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
)

// The steps of PyTorch's tutorial and of Hugging Face, written as they are: every product, power and sine is rounded to
// float32. math's functions are good to a unit of float64, so they round to the same float32.
func TestFloat32Steps(t *testing.T) {
	for _, o := range []SinusoidalOptions{
		{Dim: 64}, {Dim: 33, Layout: Concat}, {Dim: 128, FrequencyShift: 1, OddDim: ZeroColumn, Layout: ConcatCosSin, Base: 500000}, {Dim: 16, Scale: 0.3, MinTimescale: 0.5},
	} {
		o.Precision = encoding.Float32
		s, err := NewSinusoidal(o)
		require.NoError(t, err)
		o = s.Options()
		l, count := o.columns()
		w := make([]float32, count)
		for i := range w {
			n := float64(o.Dim) / 2
			if o.OddDim == ZeroColumn {
				n = math.Floor(n)
			}
			exponent := float32(i) / float32(n-o.FrequencyShift)
			power := float32(math.Pow(float64(float32(o.Base/o.MinTimescale)), float64(exponent)))
			w[i] = float32(o.MinTimescale) / power
			require.Equal(t, float64(w[i]), s.Frequencies()[i])
		}
		positions := []float64{0, 1, 2, 17, 500, 131072, 1e6, 1<<24 + 1, -3, 2.7}
		row, err := s.Table(len(positions), At{Positions: positions})
		require.NoError(t, err)
		for k, p := range positions {
			for i, w := range w {
				a := float64(float32(float32(p) * w))
				require.Equal(t, float32(float32(math.Sin(a))*float32(o.Scale)), row[k*o.Dim+l.Sin+i*l.Stride], "%+v position %g sine %d", o, p, i)
				if i < l.Pairs {
					require.Equal(t, float32(float32(math.Cos(a))*float32(o.Scale)), row[k*o.Dim+l.Cos+i*l.Stride], "%+v position %g cosine %d", o, p, i)
				}
			}
		}
	}
	_, err := NewSinusoidal(SinusoidalOptions{Dim: 4, Precision: "half"})
	require.EqualError(t, err, `precision: want "exact" or "float32", got "half"`)
}

// What float32 costs, in orders of magnitude: the documentation says 1e-2 at position 131,072.
func TestFloat32Drift(t *testing.T) {
	exact, _ := NewSinusoidal(SinusoidalOptions{Dim: 512})
	rounded, _ := NewSinusoidal(SinusoidalOptions{Dim: 512, Precision: encoding.Float32})
	worst := func(from int64) (most float64) {
		for p := from; p < from+64; p++ {
			a, _ := exact.Table(1, At{Offset: p})
			b, _ := rounded.Table(1, At{Offset: p})
			for i := range a {
				most = max(most, math.Abs(float64(a[i])-float64(b[i])))
			}
		}
		return most
	}
	require.InDelta(t, 1e-2, worst(131072), 5e-3)
	require.InDelta(t, 6e-2, worst(1e6), 3e-2)
}
