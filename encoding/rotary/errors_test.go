package rotary

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
)

func named(t *testing.T, err error, option, where string) {
	t.Helper()
	var e *encoding.OptionError
	require.True(t, errors.As(err, &e), "%s: %v", where, err)
	require.Equal(t, option, e.Option, "%s: %v", where, err)
	require.NotEmpty(t, e.Want, where)
	require.NotEmpty(t, e.Got, where)
}

func TestBadOptions(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	with := func(s Scaling) Options { return Options{HeadDim: 8, Scaling: s} }
	yarn := func(change func(s *Scaling)) Options {
		s := Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}
		change(&s)
		return with(s)
	}
	four := []float64{1, 2, 3, 4}
	long := func(change func(s *Scaling)) Options {
		s := Scaling{Type: LongRoPE, Factor: 4, OriginalMaxPositionEmbeddings: 64, ShortFactor: four, LongFactor: four}
		change(&s)
		return with(s)
	}
	for i, c := range []struct {
		o      Options
		option string
	}{
		{Options{}, "headDim"}, {Options{HeadDim: 1}, "headDim"}, {Options{HeadDim: -8}, "headDim"}, {Options{HeadDim: MaxHeadDim + 1}, "headDim"},
		{Options{HeadDim: math.MaxInt}, "headDim"},
		{Options{HeadDim: 7}, "rotaryDim"}, {Options{HeadDim: 8, RotaryDim: 5}, "rotaryDim"}, {Options{HeadDim: 8, RotaryDim: 10}, "rotaryDim"}, {Options{HeadDim: 8, RotaryDim: -2}, "rotaryDim"},
		{Options{HeadDim: 8, Base: -1}, "base"}, {Options{HeadDim: 8, Base: nan}, "base"}, {Options{HeadDim: 8, Base: inf}, "base"},
		{Options{HeadDim: 8, Base: 1e300}, "base"}, {Options{HeadDim: 8, Base: 1e-300}, "base"}, {Options{HeadDim: MaxHeadDim, Base: math.MaxFloat64}, "base"},
		{Options{HeadDim: 8, Pairing: "neox"}, "pairing"},
		{Options{HeadDim: 8, MaxPositionEmbeddings: -1}, "maxPositionEmbeddings"}, {Options{HeadDim: 8, MaxPositionEmbeddings: 1<<40 + 1}, "maxPositionEmbeddings"},
		{Options{HeadDim: 8, XPos: "both"}, "xpos"}, {Options{HeadDim: 8, XPosScaleBase: 512}, "xpos"}, {Options{HeadDim: 8, XPosCenter: nan}, "xpos"},
		{Options{HeadDim: 8, XPos: XPosKey, XPosScaleBase: 0.5}, "xposScaleBase"}, {Options{HeadDim: 8, XPos: XPosKey, XPosScaleBase: nan}, "xposScaleBase"},
		{Options{HeadDim: 8, XPos: XPosKey, XPosCenter: inf}, "xposCenter"}, {Options{HeadDim: 8, XPos: XPosKey, XPosCenter: nan}, "xposCenter"},

		{with(Scaling{Type: "su"}), "scaling.type"}, {with(Scaling{Type: ScalingType("\xff" + string(make([]byte, 100)))}), "scaling.type"},
		{with(Scaling{Factor: 2}), "scaling.factor"}, {with(Scaling{Type: Default, Alpha: 1}), "scaling.alpha"},
		{with(Scaling{Type: Linear}), "scaling.factor"}, {with(Scaling{Type: Linear, Factor: 0.5}), "scaling.factor"}, {with(Scaling{Type: Linear, Factor: nan}), "scaling.factor"},
		{with(Scaling{Type: Linear, Factor: inf}), "scaling.factor"}, {with(Scaling{Type: Linear, Factor: -2}), "scaling.factor"},
		{with(Scaling{Type: Linear, Factor: 2, NoTruncate: true}), "scaling.truncate"}, {with(Scaling{Type: Linear, Factor: 2, Mscale: 1}), "scaling.mscale"},
		{with(Scaling{Type: Linear, Factor: 2, MscaleAllDim: 1}), "scaling.mscaleAllDim"}, {with(Scaling{Type: Linear, Factor: 2, BetaFast: 32}), "scaling.betaFast"},
		{with(Scaling{Type: Linear, Factor: 2, BetaSlow: 1}), "scaling.betaSlow"}, {with(Scaling{Type: Linear, Factor: 2, AttentionFactor: 1}), "scaling.attentionFactor"},
		{with(Scaling{Type: Linear, Factor: 2, LowFreqFactor: 1}), "scaling.lowFreqFactor"}, {with(Scaling{Type: Linear, Factor: 2, HighFreqFactor: 4}), "scaling.highFreqFactor"},
		{with(Scaling{Type: Linear, Factor: 2, PartialRotaryFactor: 0.5}), "scaling.partialRotaryFactor"}, {with(Scaling{Type: Linear, Factor: 2, Length: 9}), "scaling.length"},
		{with(Scaling{Type: Linear, Factor: 2, Index: 1}), "scaling.index"}, {with(Scaling{Type: Linear, Factor: 2, Index: -1}), "scaling.index"},
		{with(Scaling{Type: Linear, Factor: 2, OriginalMaxPositionEmbeddings: 64}), "scaling.originalMaxPositionEmbeddings"},
		{with(Scaling{Type: Linear, Factor: 2, ShortFactor: four}), "scaling.shortFactor"}, {with(Scaling{Type: Linear, Factor: 2, LongFactor: four}), "scaling.longFactor"},
		{with(Scaling{Type: Linear, Factor: 2, FreqFactors: four}), "scaling.freqFactors"},
		{with(Scaling{Type: NTK}), "scaling.alpha"}, {with(Scaling{Type: NTK, Alpha: 0.5}), "scaling.alpha"}, {with(Scaling{Type: NTK, Alpha: 1 << 41}), "scaling.alpha"},
		{Options{HeadDim: 8, Base: 1e19, Scaling: Scaling{Type: NTK, Alpha: 1 << 40}}, "scaling"},
		{with(Scaling{Type: Dynamic, Factor: 2}), "scaling.originalMaxPositionEmbeddings"}, {Options{HeadDim: 8, MaxPositionEmbeddings: 64, Scaling: Scaling{Type: Dynamic}}, "scaling.factor"},
		{with(Scaling{Type: Dynamic, Factor: 1 << 40, OriginalMaxPositionEmbeddings: 1}), "scaling"}, // 2^80 is more than the 192-bit numbers hold
		{with(Scaling{Type: Dynamic, Factor: 1 << 30, OriginalMaxPositionEmbeddings: 1}), "scaling"},
		{yarn(func(s *Scaling) { s.Factor = 0 }), "scaling.factor"}, {yarn(func(s *Scaling) { s.OriginalMaxPositionEmbeddings = 0 }), "scaling.originalMaxPositionEmbeddings"},
		{yarn(func(s *Scaling) { s.OriginalMaxPositionEmbeddings = -64 }), "scaling.originalMaxPositionEmbeddings"},
		{yarn(func(s *Scaling) { s.OriginalMaxPositionEmbeddings = math.MaxInt }), "scaling.originalMaxPositionEmbeddings"},
		{yarn(func(s *Scaling) { s.BetaFast = 0.5 }), "scaling.betaFast"}, {yarn(func(s *Scaling) { s.BetaFast = nan }), "scaling.betaFast"},
		{yarn(func(s *Scaling) { s.BetaSlow = -1 }), "scaling.betaSlow"}, {yarn(func(s *Scaling) { s.BetaSlow = 1e-13 }), "scaling.betaSlow"},
		{yarn(func(s *Scaling) { s.BetaSlow, s.OriginalMaxPositionEmbeddings = 1e-9, 1<<40 }), "scaling.betaSlow"},
		{yarn(func(s *Scaling) { s.Mscale = -1 }), "scaling.mscale"}, {yarn(func(s *Scaling) { s.MscaleAllDim = inf }), "scaling.mscaleAllDim"},
		{yarn(func(s *Scaling) { s.AttentionFactor = -1 }), "scaling.attentionFactor"}, {yarn(func(s *Scaling) { s.Alpha = 2 }), "scaling.alpha"},
		{Options{HeadDim: 8, Base: 1, Scaling: Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}}, "base"},
		{Options{HeadDim: 2, Base: 0x1p64, Scaling: Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}}, "base"},
		{Options{HeadDim: 8, Base: 0.9, Scaling: Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}}, "base"},
		{long(func(s *Scaling) { s.ShortFactor = four[:3] }), "scaling.shortFactor"}, {long(func(s *Scaling) { s.LongFactor = nil }), "scaling.longFactor"},
		{long(func(s *Scaling) { s.LongFactor = []float64{1, 1, 0, 1} }), "scaling.longFactor[2]"}, {long(func(s *Scaling) { s.ShortFactor = []float64{1, nan, 0, 1} }), "scaling.shortFactor[1]"},
		{long(func(s *Scaling) { s.OriginalMaxPositionEmbeddings = 1 }), "scaling.originalMaxPositionEmbeddings"}, {long(func(s *Scaling) { s.Factor = 0 }), "scaling.factor"},
		{long(func(s *Scaling) { s.FreqFactors = four }), "scaling.freqFactors"}, {long(func(s *Scaling) { s.LongFactor = []float64{1, 1, 1, 1 << 41} }), "scaling.longFactor[3]"},
		{with(Scaling{Type: Llama3, Factor: 8}), "scaling.originalMaxPositionEmbeddings"}, {with(Scaling{Type: Llama3, OriginalMaxPositionEmbeddings: 8}), "scaling.factor"},
		{with(Scaling{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 8, LowFreqFactor: 4.5}), "scaling.highFreqFactor"},
		{with(Scaling{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 8, LowFreqFactor: 1e-9, HighFreqFactor: math.Nextafter(1e-9, 1)}), "scaling.highFreqFactor"},
		{with(Scaling{Type: Proportional, PartialRotaryFactor: 1.5}), "scaling.partialRotaryFactor"}, {Options{HeadDim: 8, RotaryDim: 4, Scaling: Scaling{Type: Proportional}}, "scaling.partialRotaryFactor"},
		{with(Scaling{Type: Proportional, PartialRotaryFactor: -0.5}), "scaling.partialRotaryFactor"}, {with(Scaling{Type: Proportional, Factor: -1}), "scaling.factor"},
		{with(Scaling{Type: Proportional, Factor: 1e-12}), "scaling"}, // 1e12 radians per position
		{with(Scaling{Type: FreqFactors}), "scaling.freqFactors"}, {with(Scaling{Type: FreqFactors, FreqFactors: []float64{1, 2, 3, -4}}), "scaling.freqFactors[3]"},
		{with(Scaling{Type: RIFLEx}), "scaling.length"}, {with(Scaling{Type: RIFLEx, Index: 4, Length: 9}), "scaling.index"}, {with(Scaling{Type: RIFLEx, Index: -1, Length: 9}), "scaling.index"},
		{with(Scaling{Type: RIFLEx, Length: -9}), "scaling.length"},
	} {
		r, err := New(c.o)
		where := c.option + " of case " + string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
		named(t, err, c.option, where)
		require.Nil(t, r, where)
		require.Less(t, len(err.Error()), 400, where)
	}
	_, err := New(with(Scaling{Type: Linear, Factor: 2, NoTruncate: true}))
	require.EqualError(t, err, `scaling.truncate: want none, as type "linear" has no use for it, got false`)
}

// What is at the edge of what options allow works.
func TestEdgesOfOptions(t *testing.T) {
	for _, o := range []Options{
		{HeadDim: 2, Base: 5e-324}, {HeadDim: 2, Base: math.MaxFloat64}, {HeadDim: MaxHeadDim}, {HeadDim: 3, RotaryDim: 2},
		{HeadDim: 8, Scaling: Scaling{Type: Linear, Factor: 1 << 40}}, {HeadDim: 4, Base: 1, Scaling: Scaling{Type: NTK, Alpha: 1 << 40}},
		{HeadDim: 8, Base: 1e-3, Scaling: Scaling{Type: Llama3, Factor: 1 << 40, OriginalMaxPositionEmbeddings: 1 << 40, LowFreqFactor: 1e-12, HighFreqFactor: 1 << 40}},
		{HeadDim: 8, Base: math.Nextafter(1, 2), Scaling: Scaling{Type: YaRN, Factor: 1 << 40, OriginalMaxPositionEmbeddings: 1 << 40, BetaFast: 1 << 40}},
	} {
		enc, err := New(o)
		require.NoError(t, err, "%+v", o)
		if o.HeadDim < 1000 { // 300 bits are slow
			want, _ := wanted(o, 0)
			for i, w := range enc.InverseFrequencies(0) {
				nearest, _ := want[i].Float64()
				require.Equal(t, nearest, w, "%+v: w_%d", o, i)
			}
		}
		x := make([]float32, 3*o.HeadDim)
		require.NoError(t, enc.Rotate(x, At{Offset: encoding.MaxPosition - 2}))
	}
}

func TestBadCalls(t *testing.T) {
	plain, err := New(Options{HeadDim: 4})
	require.NoError(t, err)
	xpos, err := New(Options{HeadDim: 4, XPos: XPosQuery})
	require.NoError(t, err)
	dynamic, err := New(Options{HeadDim: 4, Scaling: Scaling{Type: Dynamic, Factor: 2, OriginalMaxPositionEmbeddings: 8}})
	require.NoError(t, err)
	const most = encoding.MaxPosition
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		r      *Rotary
		length int
		at     At
		option string
	}{
		{plain, 7, At{}, "x"}, {plain, 12, At{Heads: 2}, "x"}, {plain, 12, At{Batch: 2}, "x"}, {plain, 24, At{Batch: 2, Heads: 2}, "x"},
		{plain, 8, At{Batch: -1}, "batch"}, {plain, 8, At{Heads: -1}, "heads"}, {plain, 8, At{Heads: math.MaxInt}, "heads"}, {plain, 8, At{Heads: math.MinInt}, "heads"},
		{plain, 8, At{Batch: math.MaxInt}, "x"}, {plain, 8, At{Batch: math.MaxInt/8 + 1, Heads: 2}, "x"}, {plain, 8, At{Batch: 1 << 40, Heads: 1 << 20}, "x"}, {plain, 0, At{Batch: math.MaxInt}, "x"},
		{plain, 8, At{Order: "sbhd"}, "order"}, {plain, 8, At{Heads: 2, Order: "BSHD"}, "order"},
		{plain, 8, At{SequenceLength: -1}, "sequenceLength"}, {plain, 8, At{SequenceLength: most + 1}, "sequenceLength"}, {plain, 8, At{SequenceLength: math.MinInt64}, "sequenceLength"},
		{plain, 8, At{Offset: most}, "offset"}, {plain, 8, At{Offset: math.MaxInt64}, "offset"}, {plain, 8, At{Offset: math.MinInt64}, "offset"}, {plain, 8, At{Offset: -most - 1}, "offset"},
		{plain, 8, At{Positions: []float64{}}, "positions"}, {plain, 8, At{Positions: []float64{1}}, "positions"}, {plain, 16, At{Batch: 2, Positions: make([]float64, 3)}, "positions"},
		{plain, 16, At{Batch: 2, Heads: 2, Order: BHSD, Positions: make([]float64, 4)}, "positions"},
		{plain, 8, At{Positions: []float64{0, nan}}, "positions[1]"}, {plain, 8, At{Positions: []float64{-inf, 0}}, "positions[0]"}, {plain, 8, At{Positions: []float64{0, most * 2}}, "positions[1]"},
		{xpos, 8, At{Offset: 60*512 + 1}, "offset"}, {xpos, 8, At{Offset: -60*512 - 1}, "offset"}, {xpos, 8, At{Positions: []float64{0, 60*512 + 1}}, "positions"},
		{xpos, 8, At{Offset: 60 * 512}, "offset"},
		{dynamic, 8, At{SequenceLength: most}, "sequenceLength"}, {dynamic, 8, At{SequenceLength: 1<<40 + 1}, "sequenceLength"}, {dynamic, 8, At{Offset: 1 << 41}, "sequenceLength"}, {dynamic, 8, At{Positions: []float64{0, most}}, "sequenceLength"},
	} {
		x := make([]float32, c.length)
		for i := range x {
			x[i] = float32(i) + 0.5
		}
		before := slices.Clone(x)
		for what, call := range map[string]func([]float32, At) error{"rotate": c.r.Rotate, "unrotate": c.r.Unrotate} {
			err := call(x, c.at)
			named(t, err, c.option, what)
			require.Equal(t, before, x, "%s touched x", what)
		}
		count := -1
		if c.at.Positions != nil {
			count = len(c.at.Positions)
		}
		if c.option[0] != 'p' || c.option == "positions" && c.r != xpos { // what does not take the positions' values
			if !(c.r == dynamic && c.at.Positions != nil) {
				named(t, c.r.Check(c.length, c.at, count), c.option, "check")
			}
		}
		if c.option == "x" || c.option == "batch" || c.option == "heads" || c.option == "order" || c.at.SequenceLength != 0 {
			named(t, c.r.Shift(x, 1, c.at), c.option, "shift")
			require.Equal(t, before, x, "shift touched x")
		} else {
			require.NoError(t, c.r.Shift(slices.Clone(x), 1, c.at), "%+v", c.at)
		}
	}
	several, err := NewMRope(MRopeOptions{Options: dynamic.Options(), Sections: []int{1, 1}})
	require.NoError(t, err)
	named(t, several.Rotate(make([]float32, 4), At{Positions: []float64{0, most}}), "sequenceLength", "on two axes")

	x := []float32{1, 2, 3, 4}
	for _, delta := range []float64{nan, inf, -inf, most * 2} {
		named(t, plain.Shift(x, delta, At{}), "delta", "shift")
	}
	named(t, xpos.Shift(x, 60*512+1, At{}), "delta", "shift")
	require.Equal(t, []float32{1, 2, 3, 4}, x)

	for _, length := range []int{-1, math.MinInt, math.MaxInt} {
		_, _, err := plain.CosSin(length, At{})
		named(t, err, "length", "cosSin")
	}
	_, _, err = plain.CosSin(3, At{Positions: []float64{1, 2}})
	named(t, err, "positions", "cosSin")
	_, _, err = plain.CosSin(3, At{Positions: []float64{1, 2, nan}})
	named(t, err, "positions[2]", "cosSin")
	_, _, err = plain.CosSin(3, At{Offset: most})
	named(t, err, "offset", "cosSin")
	named(t, plain.FillCosSin(make([]float32, 4), make([]float32, 2), At{}), "sin", "fill")
	named(t, plain.FillCosSin(make([]float32, 3), make([]float32, 3), At{}), "sin", "fill")
}

// Nothing to turn is no error, and takes no time however many sequences have nothing.
func TestEmptyArrays(t *testing.T) {
	r, err := New(Options{HeadDim: 4})
	require.NoError(t, err)
	for _, at := range []At{{}, {Offset: 9}, {Heads: 3, Batch: 2}, {Positions: []float64{}}, {Batch: 1 << 40, Heads: 2, Order: BHSD, Positions: []float64{}},
		{Batch: math.MaxInt / 4}} {
		require.NoError(t, r.Rotate(nil, at))
		require.NoError(t, r.Unrotate([]float32{}, at))
		require.NoError(t, r.Shift(nil, 3, at))
		require.NoError(t, r.Check(0, at, -1))
	}
	cos, sin, err := r.CosSin(0, At{})
	require.NoError(t, err)
	require.Empty(t, cos)
	require.Empty(t, sin)
}

func TestOptionsAreFilledIn(t *testing.T) {
	r, err := New(Options{HeadDim: 8, Scaling: Scaling{Type: YaRN, Factor: 2, OriginalMaxPositionEmbeddings: 16}})
	require.NoError(t, err)
	require.Equal(t, Options{HeadDim: 8, RotaryDim: 8, Base: 10000, Pairing: Half, Precision: encoding.Exact,
		Scaling: Scaling{Type: YaRN, Factor: 2, OriginalMaxPositionEmbeddings: 16, BetaFast: 32, BetaSlow: 1}}, r.Options())
	r, err = New(Options{HeadDim: 8, XPos: XPosKey})
	require.NoError(t, err)
	require.Equal(t, Options{HeadDim: 8, RotaryDim: 8, Base: 10000, Pairing: Half, Precision: encoding.Exact, Scaling: Scaling{Type: Default}, XPos: XPosKey, XPosScaleBase: 512}, r.Options())
}
