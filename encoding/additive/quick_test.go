package additive

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Quick does what Add does, or nothing.
func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	sinusoidal, err := NewSinusoidal(SinusoidalOptions{Dim: 5})
	require.NoError(t, err)
	scaled, err := NewSinusoidal(SinusoidalOptions{Dim: 8, InputScale: 3})
	require.NoError(t, err)
	learned, err := NewLearned(LearnedOptions{Dim: 6, Weights: random(r, 40*6)})
	require.NoError(t, err)
	for name, e := range map[string]*encoder{"sinusoidal": &sinusoidal.encoder, "scaled": &scaled.encoder, "learned": &learned.encoder} {
		done := 0
		for range 2000 {
			first, seq := int64(r.IntN(120)-20), r.IntN(12)
			x := random(r, seq*e.dim)
			if r.IntN(3) == 0 { // moves the window, or tries to
				_ = e.Add(random(r, (1+r.IntN(60))*e.dim), At{Offset: int64(r.IntN(200) - 60)})
			}
			back := r.IntN(2) == 0
			want := slices.Clone(x)
			quick := slices.Clone(x)
			if !e.Quick(back, quick, 1, first) {
				require.Equal(t, x, quick)
				continue
			}
			done++
			if back {
				require.NoError(t, e.Subtract(want, At{Offset: first}))
			} else {
				require.NoError(t, e.Add(want, At{Offset: first}))
			}
			require.Equal(t, want, quick, "%s, first %d, seq %d", name, first, seq)
		}
		require.Greater(t, done, 100, name)
	}
}

// What Add would refuse, Quick leaves alone.
// Rows are kept in whole blocks, but none past the last position.
func TestQuickEnds(t *testing.T) {
	for _, last := range []int64{1 << 53, -1 << 53} {
		e, err := NewSinusoidal(SinusoidalOptions{Dim: 4})
		require.NoError(t, err)
		x := make([]float32, 8)
		require.NoError(t, e.Add(x[:4], At{Offset: last}))
		require.True(t, e.Quick(false, x[:4], 1, last))
		over := last + 1
		if last < 0 {
			over = last - 1
		}
		require.False(t, e.Quick(false, x[:4], 1, over))
		require.False(t, e.Quick(false, x, 1, min(last, over)))
	}
}

func TestQuickRefuses(t *testing.T) {
	e, err := NewSinusoidal(SinusoidalOptions{Dim: 4})
	require.NoError(t, err)
	x := make([]float32, 8)
	require.NoError(t, e.Add(x, At{}))
	require.True(t, e.Quick(false, x, 1, 0))
	before := slices.Clone(x)
	for _, first := range []int64{-1, 15, 16, 1 << 53, -1 << 53, math.MinInt64, math.MaxInt64} { // a block of 16 rows is in memory
		require.False(t, e.Quick(false, x, 1, first), "first %d", first)
	}
	require.False(t, e.Quick(false, x[:7], 1, 0))
	require.Equal(t, before, x)
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}
