package rotary

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
)

func mrope(t *testing.T, o MRopeOptions) *MRope {
	t.Helper()
	m, err := NewMRope(o)
	require.NoError(t, err)
	return m
}

func TestMRopeAxes(t *testing.T) {
	qwen2 := mrope(t, MRopeOptions{Options: Options{HeadDim: 128}, Sections: []int{16, 24, 24}})
	want := append(slices.Repeat([]int{0}, 16), append(slices.Repeat([]int{1}, 24), slices.Repeat([]int{2}, 24)...)...)
	require.Equal(t, want, qwen2.Axes())

	// Qwen3-VL: all of t, then slices 1:60:3 of h and 2:60:3 of w over it.
	qwen3 := mrope(t, MRopeOptions{Options: Options{HeadDim: 128}, Sections: []int{24, 20, 20}, Interleaved: true})
	want = make([]int, 64)
	for i := 1; i < 60; i += 3 {
		want[i] = 1
	}
	for i := 2; i < 60; i += 3 {
		want[i] = 2
	}
	require.Equal(t, want, qwen3.Axes())

	// Sections that fill the pairs to the last: t h w t h w t h.
	full := mrope(t, MRopeOptions{Options: Options{HeadDim: 16}, Sections: []int{3, 3, 2}, Interleaved: true})
	require.Equal(t, []int{0, 1, 2, 0, 1, 2, 0, 1}, full.Axes())

	ggml := mrope(t, MRopeOptions{Options: Options{HeadDim: 18, RotaryDim: 16}, Sections: []int{4, 2, 2, 0}})
	require.Equal(t, []int{0, 0, 0, 0, 1, 1, 2, 2}, ggml.Axes())
	holes := mrope(t, MRopeOptions{Options: Options{HeadDim: 8}, Sections: []int{0, 1, 0, 3}})
	require.Equal(t, []int{1, 3, 3, 3}, holes.Axes())
}

func TestMRopeAgainstFormula(t *testing.T) {
	positions := []float64{ // 3 axes, 4 rows
		5, 5, 6, 0.25,
		5, 7, -8, 1000,
		5, 9, 10, 4096.5,
	}
	for _, o := range []MRopeOptions{
		{Options: Options{HeadDim: 14}, Sections: []int{2, 1, 4}},
		{Options: Options{HeadDim: 15, RotaryDim: 12, Base: 500, Pairing: Interleaved}, Sections: []int{2, 2, 2}, Interleaved: true},
		{Options: Options{HeadDim: 16, Scaling: Scaling{Type: Linear, Factor: 4}}, Sections: []int{8, 0, 0}},
	} {
		m := mrope(t, o)
		d := float64(m.Options().RotaryDim)
		angle := func(row, i int) float64 {
			p := positions[m.Axes()[i]*4+row]
			if o.Scaling.Type == Linear {
				p /= 4
			}
			return p * math.Pow(m.Options().Base, -2*float64(i)/d)
		}
		requireRows(t, m, 4, At{Positions: positions}, angle)
		requireTurns(t, m, m.Options().Pairing, shape{batch: 3, seq: 4, heads: 2}, 0, positions, 3)
		requireTurns(t, m, m.Options().Pairing, shape{batch: 2, seq: 2, heads: 3}, 0, positions, 3)
	}
}

// More rows than are put together at a time, of which each axis repeats and counts in its own way.
func TestMRopeOfManyRows(t *testing.T) {
	m := mrope(t, MRopeOptions{Options: Options{HeadDim: 12}, Sections: []int{2, 2, 2}})
	positions, _, err := MRopePositions([]MRopePart{{Text: 30}, {T: 2, H: 7, W: 11}, {Text: 9}})
	require.NoError(t, err)
	for _, once := range []bool{true, false} {
		requireRows(t, m, 193, At{Positions: positions, Once: once}, func(row, i int) float64 {
			return positions[i/2*193+row] * math.Pow(10000, -float64(i)/6)
		})
	}
	requireTurns(t, m, Half, shape{batch: 2, seq: 193, heads: 2}, 0, positions, 3)
}

func TestMRopeOfTextIsRotary(t *testing.T) {
	for _, scaling := range []Scaling{{}, {Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 32}, {Type: Dynamic, Factor: 2, OriginalMaxPositionEmbeddings: 32}} {
		o := Options{HeadDim: 16, Scaling: scaling}
		r, err := New(o)
		require.NoError(t, err)
		m := mrope(t, MRopeOptions{Options: o, Sections: []int{2, 3, 3}})
		require.Equal(t, r.InverseFrequencies(99), m.InverseFrequencies(99))
		require.Equal(t, r.AttentionFactor(), m.AttentionFactor())
		s := shape{2, 50, 2, 16}
		positions := make([]float64, 150)
		for i := range positions {
			positions[i] = float64(i%50 + 7)
		}
		x := s.random(1)
		for _, back := range []bool{false, true} {
			want, offset, listed := slices.Clone(x), slices.Clone(x), slices.Clone(x)
			require.NoError(t, r.rotate(want, At{Batch: 2, Heads: 2, Offset: 7}, back))
			require.NoError(t, m.rotate(offset, At{Batch: 2, Heads: 2, Offset: 7}, back))
			require.NoError(t, m.rotate(listed, At{Batch: 2, Heads: 2, Positions: positions}, back))
			require.Equal(t, want, offset)
			require.Equal(t, want, listed, "%+v", scaling)
		}
	}
}

// With dynamic the frequencies follow the largest position on any axis.
func TestMRopeLengthIsOfAllAxes(t *testing.T) {
	m := mrope(t, MRopeOptions{Options: Options{HeadDim: 4, Scaling: Scaling{Type: Dynamic, Factor: 2, OriginalMaxPositionEmbeddings: 8}}, Sections: []int{1, 1}})
	w := m.InverseFrequencies(41)
	require.NotEqual(t, m.InverseFrequencies(0), w)
	requireRows(t, m, 1, At{Positions: []float64{40, 3}}, func(_, i int) float64 { return []float64{40, 3}[i] * w[i] })
}

func TestMRopePositionsThatDoNotFit(t *testing.T) {
	m := mrope(t, MRopeOptions{Options: Options{HeadDim: 8}, Sections: []int{1, 1, 1, 1}})
	x := shape{2, 3, 2, 8}.random(4)
	require.EqualError(t, m.Rotate(x, At{Batch: 2, Heads: 2, Positions: make([]float64, 11)}), "positions: want axes·seq = 4·3 or axes·batch·seq = 4·2·3 of them, got 11")
}

// Shift(k, delta) of keys at p is the keys at p + delta on every axis.
func TestMRopeShift(t *testing.T) {
	m := mrope(t, MRopeOptions{Options: Options{HeadDim: 8}, Sections: []int{2, 1, 1}})
	s := shape{1, 2, 3, 8}
	x := s.random(4)
	shifted, want := slices.Clone(x), slices.Clone(x)
	require.NoError(t, m.Rotate(shifted, At{Heads: 3, Positions: []float64{1, 2, 3, 4, 5, 6}}))
	require.NoError(t, m.Shift(shifted, 10, At{Heads: 3, Positions: []float64{1, 2, 3, 4, 5, 6}}))
	require.NoError(t, m.Rotate(want, At{Heads: 3, Positions: []float64{11, 12, 13, 14, 15, 16}}))
	for i := range want {
		require.InDelta(t, want[i], shifted[i], 2e-6)
	}
}

func TestMRopeErrors(t *testing.T) {
	for message, o := range map[string]MRopeOptions{
		"headDim: want an integer from 2 to 16384, got 0":                                                     {Sections: []int{1}},
		"sections: want one to four integers from 0 on whose sum is rotaryDim/2 = 4, got []":                  {Options: Options{HeadDim: 8}},
		"sections: want one to four integers from 0 on whose sum is rotaryDim/2 = 4, got [1, 2]":              {Options: Options{HeadDim: 8}, Sections: []int{1, 2}},
		"sections: want one to four integers from 0 on whose sum is rotaryDim/2 = 4, got [5, -1]":             {Options: Options{HeadDim: 8}, Sections: []int{5, -1}},
		"sections: want one to four integers from 0 on whose sum is rotaryDim/2 = 4, got [4, 0, 0, 0, 0]":     {Options: Options{HeadDim: 8}, Sections: []int{4, 0, 0, 0, 0}},
		"sections: want three that rotaryDim/2 = 4 pairs have room for at every third pair, got [2, 2]":       {Options: Options{HeadDim: 8}, Sections: []int{2, 2}, Interleaved: true},
		"sections: want three that rotaryDim/2 = 4 pairs have room for at every third pair, got [0, 4, 0]":    {Options: Options{HeadDim: 8}, Sections: []int{0, 4, 0}, Interleaved: true},
		"sections: want three that rotaryDim/2 = 4 pairs have room for at every third pair, got [1, 1, 1, 1]": {Options: Options{HeadDim: 8}, Sections: []int{1, 1, 1, 1}, Interleaved: true},
		`xpos: want none with sections, got "query"`:                                                          {Options: Options{HeadDim: 8, XPos: XPosQuery}, Sections: []int{4}},
		"scaling.factor: want a number of at least 1, got 0.5":                                                {Options: Options{HeadDim: 8, Scaling: Scaling{Type: Linear, Factor: 0.5}}, Sections: []int{4}},
	} {
		_, err := NewMRope(o)
		require.EqualError(t, err, message)
	}
	m := mrope(t, MRopeOptions{Options: Options{HeadDim: 8}, Sections: []int{2, 1, 1}})
	for message, at := range map[string]At{
		"positions: want axes·seq = 3·2 or axes·batch·seq = 3·2·2 of them, got 2":                  {Batch: 2, Positions: []float64{0, 1}},
		"positions: want axes·seq = 3·2 or axes·batch·seq = 3·2·2 of them, got 7":                  {Batch: 2, Positions: make([]float64, 7)},
		"positions: want axes·seq = 3·1 or axes·batch·seq = 3·2·1 of them, got 9":                  {Batch: 2, Heads: 2, Order: BHSD, Positions: make([]float64, 9)},
		"positions[4]: want a number within ±2^53, got NaN":                                        {Batch: 2, Positions: []float64{0, 1, 2, 3, math.NaN(), 5}},
		"positions[11]: want a number within ±2^53, got 1e+300":                                    {Batch: 2, Positions: []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1e300}},
		"x: want a length that is a multiple of batch·heads·headDim = 3·1·8, got 32":               {Batch: 3, Positions: []float64{0, 1, 2}},
		"offset: want an integer that keeps all 4 positions within ±2^53, got 9223372036854775807": {Offset: math.MaxInt64},
	} {
		requireRefusal(t, message, m, 32, at)
	}
	require.NoError(t, m.Check(32, At{Batch: 2}, 6))
	require.NoError(t, m.Check(32, At{Batch: 2}, 12))
	require.NoError(t, m.Check(32, At{Batch: 2}, -1))
	require.Error(t, m.Check(32, At{Batch: 2}, 5))
}

func TestMRopePositions(t *testing.T) {
	// The examples of get_rope_index in Hugging Face: Qwen2-VL's video and its text, and Qwen2.5-VL's, 50 ids a frame.
	h := []float64{0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1}
	w := []float64{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}
	for _, c := range []struct {
		scale, next float64
		t, text     []float64
	}{
		{0, 8, []float64{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}, []float64{3, 4, 5, 6, 7}},
		{50, 106, []float64{0, 0, 0, 0, 50, 50, 50, 50, 100, 100, 100, 100}, []float64{101, 102, 103, 104, 105}},
		{0.75, 7, []float64{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1}, []float64{2, 3, 4, 5, 6}},
	} {
		got, next, err := MRopePositions([]MRopePart{{T: 3, H: 2, W: 2, TemporalScale: c.scale}, {Text: 5}})
		require.NoError(t, err)
		require.Equal(t, slices.Concat(c.t, c.text, h, c.text, w, c.text), got)
		require.EqualValues(t, c.next, next)
	}

	// Qwen3-VL: a timestamp before each frame.
	got, next, err := MRopePositions([]MRopePart{{Text: 2}, {T: 1, H: 1, W: 3}, {Text: 1}, {}, {T: 1, H: 3, W: 1}})
	require.NoError(t, err)
	require.Equal(t, []float64{
		0, 1, 2, 2, 2, 5, 6, 6, 6,
		0, 1, 2, 2, 2, 5, 6, 7, 8,
		0, 1, 2, 3, 4, 5, 6, 6, 6,
	}, got)
	require.EqualValues(t, 9, next)

	got, next, err = MRopePositions(nil)
	require.NoError(t, err)
	require.Empty(t, got)
	require.Zero(t, next)
}

func TestMRopePositionsErrors(t *testing.T) {
	for _, c := range []struct {
		option string
		part   MRopePart
	}{
		{"parts[1]", MRopePart{Text: -1}},
		{"parts[1]", MRopePart{T: 1, H: 2}},
		{"parts[1]", MRopePart{Text: 1, T: 1, H: 2, W: 2}},
		{"parts[1]", MRopePart{T: 1, H: -2, W: -2}},
		{"parts[1].temporalScale", MRopePart{Text: 1, TemporalScale: 2}},
		{"parts[1].temporalScale", MRopePart{T: 1, H: 1, W: 1, TemporalScale: math.NaN()}},
		{"parts[1].temporalScale", MRopePart{T: 1, H: 1, W: 1, TemporalScale: -1}},
		{"parts[1]", MRopePart{Text: maxParts}},
		{"parts[1]", MRopePart{T: maxParts, H: maxParts, W: maxParts}},
		{"parts[1]", MRopePart{T: math.MaxInt, H: 1, W: 1}},
	} {
		_, _, err := MRopePositions([]MRopePart{{Text: 1}, c.part})
		var e *encoding.OptionError
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.option, e.Option, "%+v", c.part)
	}
}
