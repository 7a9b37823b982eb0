package rotary

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCachedTurnsByItsRows(t *testing.T) {
	cos, sin := shape{1, 40, 1, 3}.random(11), shape{1, 40, 1, 3}.random(12)
	for i := range cos { // an attention factor, and rows that are no rotation at all
		cos[i], sin[i] = cos[i]+3, sin[i]*0.5
	}
	for _, pairing := range []Pairing{Half, Interleaved} {
		c, err := NewCached(CachedOptions{HeadDim: 9, RotaryDim: 6, Pairing: pairing}, cos, sin)
		require.NoError(t, err)
		require.Equal(t, 40, c.Rows())
		gotCos, gotSin, err := c.CosSin(37, At{Offset: 3})
		require.NoError(t, err)
		require.Equal(t, cos[9:], gotCos)
		require.Equal(t, sin[9:], gotSin)
		gotCos, gotSin, err = c.CosSin(3, At{Positions: []float64{39, 0, 1}})
		require.NoError(t, err)
		require.Equal(t, append(append([]float32{}, cos[117:]...), cos[:6]...), gotCos)
		require.Equal(t, append(append([]float32{}, sin[117:]...), sin[:6]...), gotSin)

		requireTurns(t, c, pairing, shape{batch: 2, seq: 5, heads: 3}, 35, nil, 1)
		requireTurns(t, c, pairing, shape{batch: 2, seq: 5, heads: 3}, 0, []float64{39, 38, 7, 7, 0}, 1)
		requireTurns(t, c, pairing, shape{batch: 2, seq: 3, heads: 2}, 0, []float64{0, 1, 2, 37, 38, 39}, 1)
	}
	cos[0] = 77 // the cache was copied
	c, err := NewCached(CachedOptions{HeadDim: 2}, []float32{1}, []float32{0})
	require.NoError(t, err)
	require.Equal(t, CachedOptions{HeadDim: 2, RotaryDim: 2, Pairing: Half}, c.Options())
}

// A cache for each batch element, [batch, seq, n], is one of batch·seq rows.
func TestCachedOfEachBatchElement(t *testing.T) {
	s := shape{batch: 3, seq: 4, heads: 2, headDim: 4}
	cos, sin := shape{1, 12, 1, 2}.random(1), shape{1, 12, 1, 2}.random(2)
	c, err := NewCached(CachedOptions{HeadDim: 4}, cos, sin)
	require.NoError(t, err)
	x := s.random(5)
	got := append([]float32{}, x...)
	require.NoError(t, c.Rotate(got, At{Batch: 3, Heads: 2, Order: BHSD, Positions: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}))
	require.Equal(t, s.turned(x, BHSD, Half, false, func(b, t int) (c, s []float32) {
		return cos[(b*4+t)*2:][:2], sin[(b*4+t)*2:][:2]
	}), got)
}

func TestCachedUnrotateTurnsByTheInverse(t *testing.T) {
	cos, sin := []float32{3, 0.25, 0, 1e-3, 1}, []float32{4, -0.125, 0, 0, 1e10}
	c, err := NewCached(CachedOptions{HeadDim: 2}, cos, sin)
	require.NoError(t, err)
	s := shape{1, 5, 1, 2}
	x := s.random(9)
	got := append([]float32{}, x...)
	require.NoError(t, c.Unrotate(got, At{}))
	require.Equal(t, s.turned(x, BSHD, Half, true, func(_, t int) (c, sn []float32) {
		re, im := float64(cos[t]), float64(sin[t])
		if square := re*re + im*im; square != 0 {
			re, im = re/square, im/square
		}
		return []float32{float32(re)}, []float32{float32(im)}
	}), got)
	require.Zero(t, got[4]) // of (0, 0) nothing is left
	require.Zero(t, math.Abs(float64(got[5])))
}

func TestCachedErrors(t *testing.T) {
	four := make([]float32, 4)
	for message, do := range map[string]func() (*Cached, error){
		"headDim: want an integer from 2 to 16384, got 0": func() (*Cached, error) {
			return NewCached(CachedOptions{}, four, four)
		},
		"rotaryDim: want an even integer from 2 to headDim = 4, as channels turn in pairs, got 3": func() (*Cached, error) {
			return NewCached(CachedOptions{HeadDim: 4, RotaryDim: 3}, four, four)
		},
		`pairing: want "half" or "interleaved", got "neox"`: func() (*Cached, error) {
			return NewCached(CachedOptions{HeadDim: 4, Pairing: "neox"}, four, four)
		},
		"cos: want rows of rotaryDim/2 = 3, at least one, got 4 numbers": func() (*Cached, error) {
			return NewCached(CachedOptions{HeadDim: 6}, four, four)
		},
		"cos: want rows of rotaryDim/2 = 2, at least one, got 0 numbers": func() (*Cached, error) {
			return NewCached(CachedOptions{HeadDim: 4}, nil, nil)
		},
		"sin: want as many as cos = 4, got 2": func() (*Cached, error) {
			return NewCached(CachedOptions{HeadDim: 4}, four, four[:2])
		},
	} {
		_, err := do()
		require.EqualError(t, err, message)
	}
	c, err := NewCached(CachedOptions{HeadDim: 4}, four, four) // positions 0 and 1
	require.NoError(t, err)
	for message, at := range map[string]At{
		"offset: want one that keeps all 2 positions from 0 to 1, the numbers of the rows, got 1":  {Offset: 1},
		"offset: want one that keeps all 2 positions from 0 to 1, the numbers of the rows, got -1": {Offset: -1},
		"positions[1]: want an integer from 0 to 1, the number of a row, got 0.5":                  {Positions: []float64{0, 0.5}},
		"positions[0]: want an integer from 0 to 1, the number of a row, got 2":                    {Positions: []float64{2, 0}},
		"positions[1]: want an integer from 0 to 1, the number of a row, got -1":                   {Positions: []float64{0, -1}},
		"positions[1]: want an integer from 0 to 1, the number of a row, got NaN":                  {Positions: []float64{0, math.NaN()}},
		"positions: want seq = 2 or batch·seq = 2 of them, got 3":                                  {Positions: []float64{0, 1, 1}},
		"heads: want a positive integer up to 2^20, got -1":                                        {Heads: -1},
		"x: want a length that is a multiple of batch·heads·headDim = 3·1·4, got 8":                {Batch: 3},
	} {
		requireRefusal(t, message, c, 8, at)
	}
	require.EqualError(t, c.Check(8, At{Offset: 1}, -1), "offset: want one that keeps all 2 positions from 0 to 1, the numbers of the rows, got 1")
	require.NoError(t, c.Check(8, At{Offset: 1}, 2)) // positions count, not the offset
	require.NoError(t, c.Rotate(nil, At{Offset: 5})) // no rows, no position that does not fit
	_, _, err = c.CosSin(0, At{Offset: -66})
	require.NoError(t, err)
	_, _, err = c.CosSin(3, At{})
	require.EqualError(t, err, "x: want at most 2 rows in a sequence, which is all, got 3")
	require.EqualError(t, c.FillCosSin(four, four[:2], At{}), "sin: want as many as cos = 4, a multiple of rotaryDim/2 = 2, got 2")
}
