package additive

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

func TestTime2VecAgainstFormula(t *testing.T) {
	w := []float64{-0.125, 1, -2.5, 1e-3, 0, 4e9, -1e-25, 0.7, math.Pi}
	phi := []float64{3, 0, 1.5, -7, 2, 1e12, 1e-20, -0.7, math.Pi}
	e, err := NewTime2Vec(Time2VecOptions{W: w, Phi: phi})
	require.NoError(t, err)
	d := len(w)
	times := []float64{0, 1, -1, 0.1, 1e6 + 0.3, -12345678901, 1 << 53, 1, 2, 3, 4, 5}
	rows, err := e.Table(len(times), At{Positions: times})
	require.NoError(t, err)
	for row, p := range times {
		for j := range d {
			want := new(big.Float).Mul(truth.N(w[j]), truth.N(p))
			want.Add(want, truth.N(phi[j]))
			if j > 0 {
				want, _ = truth.SinCos(want)
			}
			ulps, _ := truth.Ulps(rows[row*d+j], want)
			if off, _ := new(big.Float).Sub(truth.N(float64(rows[row*d+j])), want).Float64(); math.Abs(off) < 0x1p-135 {
				continue
			}
			require.LessOrEqual(t, ulps, 0.501, "t %g, column %d", p, j)
		}
	}
}

func TestTime2VecRows(t *testing.T) {
	e, err := NewTime2Vec(Time2VecOptions{W: []float64{0.5, 1.5, -3}, Phi: []float64{1, 2, 3}})
	require.NoError(t, err)
	x := make([]float32, 2*50*3)
	require.NoError(t, e.Add(x, At{Batch: 2, Offset: -7}))
	for row := range 100 {
		one, err := e.Table(1, At{Positions: []float64{float64(row%50 - 7)}})
		require.NoError(t, err)
		require.Equal(t, one, x[row*3:][:3])
	}
	y := make([]float32, 3)
	for range 3 { // the window that is kept may end beyond 2^53
		require.NoError(t, e.Fill(y, At{Offset: 1 << 53}))
		z := make([]float32, 3)
		require.NoError(t, e.Add(z, At{Offset: 1 << 53}))
		require.Equal(t, y, z)
	}
}

func TestBadTime2Vecs(t *testing.T) {
	one := []float64{1}
	for want, o := range map[string]Time2VecOptions{
		"w: want 1 to 65536 numbers, got 0":                 {},
		"phi: want 1 numbers, as w has, got 0":              {W: one},
		"w[0]: want a number within ±2^32, got NaN":         {W: []float64{math.NaN()}, Phi: one},
		"w[0]: want a number within ±2^32, got 4294967297":  {W: []float64{1<<32 + 1}, Phi: one},
		"phi[0]: want a number within ±2^53, got -Infinity": {W: one, Phi: []float64{math.Inf(-1)}},
	} {
		_, err := NewTime2Vec(o)
		require.EqualError(t, err, want)
	}
	w := []float64{1, 2}
	e, err := NewTime2Vec(Time2VecOptions{W: w, Phi: w})
	require.NoError(t, err)
	w[0] = 5
	e.Options().W[1] = 5
	require.Equal(t, Time2VecOptions{W: []float64{1, 2}, Phi: []float64{1, 2}}, e.Options())
}
