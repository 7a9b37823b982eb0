package additive

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRelativePositions(t *testing.T) {
	p, err := RelativePositions(4, false)
	require.NoError(t, err)
	require.Equal(t, []float64{3, 2, 1, 0}, p)
	p, _ = RelativePositions(3, true)
	require.Equal(t, []float64{2, 1, 0, -1, -2}, p)
	p, _ = RelativePositions(1, true)
	require.Equal(t, []float64{0}, p)
	for _, n := range []int{0, -1, 1<<26 + 1} {
		_, err = RelativePositions(n, false)
		require.ErrorContains(t, err, "length: want an integer from 1 to 67108864, got")
	}
}

func TestXLNetPositions(t *testing.T) { // arange(klen, -qlen, -1) and arange(klen, -1, -1)
	p, err := XLNetPositions(2, 4, true, 0)
	require.NoError(t, err)
	require.Equal(t, []float64{4, 3, 2, 1, 0, -1}, p)
	p, _ = XLNetPositions(2, 4, false, 0)
	require.Equal(t, []float64{4, 3, 2, 1, 0}, p)
	p, _ = XLNetPositions(4, 4, true, 2)
	require.Equal(t, []float64{2, 2, 2, 1, 0, -1, -2, -2}, p)
	_, err = XLNetPositions(0, 4, true, 0)
	require.EqualError(t, err, "queryLength: want an integer from 1 to 67108864, got 0")
	_, err = XLNetPositions(1, 0, true, 0)
	require.EqualError(t, err, "keyLength: want an integer from 1 to 67108864, got 0")
	_, err = XLNetPositions(1, 1, true, -1)
	require.EqualError(t, err, "clamp: want 0, for none, or a positive integer, got -1")
}

// The rows that Transformer-XL makes: sines, then cosines, furthest first.
func TestTransformerXLRows(t *testing.T) {
	o, err := Convention("transformer-xl", 4)
	require.NoError(t, err)
	s, err := NewSinusoidal(o)
	require.NoError(t, err)
	p, _ := RelativePositions(2, true)
	rows, err := s.Table(len(p), At{Positions: p})
	require.NoError(t, err)
	want := []float64{0.8414710, 0.0099998, 0.5403023, 0.9999500, 0, 0, 1, 1, -0.8414710, -0.0099998, 0.5403023, 0.9999500}
	for i := range rows {
		require.InDelta(t, want[i], rows[i], 1e-7)
	}
}
