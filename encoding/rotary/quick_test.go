package rotary

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Quick does what Rotate does, or nothing.
func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for name, o := range map[string]Options{
		"half":        {HeadDim: 12},
		"partial":     {HeadDim: 12, RotaryDim: 6},
		"interleaved": {HeadDim: 8, Pairing: Interleaved},
		"factor":      {HeadDim: 8, Scaling: Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}},
		"dynamic":     {HeadDim: 8, MaxPositionEmbeddings: 16, Scaling: Scaling{Type: Dynamic, Factor: 4}}, // its rows follow the length
		"xpos":        {HeadDim: 8, XPos: XPosKey},
	} {
		e, err := New(o)
		require.NoError(t, err)
		done := 0
		for range 1000 {
			first, seq, heads := int64(r.IntN(120)-20), r.IntN(12), 1+r.IntN(3)
			if r.IntN(3) == 0 { // moves the window, or tries to
				n := 1 + r.IntN(60)
				_ = e.Rotate(make([]float32, n*o.HeadDim), At{Offset: int64(r.IntN(200) - 60)})
				_ = e.Unrotate(make([]float32, n*o.HeadDim), At{Offset: int64(r.IntN(200) - 60)})
			}
			x := make([]float32, seq*heads*o.HeadDim)
			for i := range x {
				x[i] = float32(r.NormFloat64())
			}
			back := r.IntN(2) == 0
			want := slices.Clone(x)
			quick := slices.Clone(x)
			if !e.Quick(back, quick, heads, first) {
				require.Equal(t, x, quick)
				continue
			}
			done++
			turn := e.Rotate
			if back {
				turn = e.Unrotate
			}
			require.NoError(t, turn(want, At{Heads: heads, Offset: first}))
			require.Equal(t, want, quick, "%s, first %d, seq %d, heads %d", name, first, seq, heads)
		}
		if name == "dynamic" || name == "xpos" {
			require.Zero(t, done, name)
		} else {
			require.Greater(t, done, 100, name)
		}
	}
}

// What Rotate would refuse, Quick leaves alone.
// Rows are kept in whole blocks, but none past the last position.
func TestQuickEnds(t *testing.T) {
	for _, last := range []int64{1 << 53, -1 << 53} {
		e, err := New(Options{HeadDim: 4})
		require.NoError(t, err)
		x := make([]float32, 8)
		require.NoError(t, e.Rotate(x[:4], At{Offset: last}))
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
	e, err := New(Options{HeadDim: 4})
	require.NoError(t, err)
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8}
	require.NoError(t, e.Rotate(x, At{}))
	require.True(t, e.Quick(false, x, 2, 0))
	before := slices.Clone(x)
	for _, first := range []int64{-1, 15, 16, 1 << 53, -1 << 53, math.MinInt64, math.MaxInt64} { // a block of 16 rows is in memory
		require.False(t, e.Quick(false, x, 1, first), "first %d", first)
	}
	require.False(t, e.Quick(false, x, 3, 0))
	require.False(t, e.Quick(false, x[:7], 1, 0))
	require.Equal(t, before, x)
}
