package rotary

import (
	"math"
	"slices"
	"testing"

	"posenc/encoding"
)

// types and the like for numbers of a fuzzer to choose from; the last ones are wrong.
var (
	fuzzTypes    = []ScalingType{"", Default, Linear, NTK, Dynamic, YaRN, LongRoPE, Llama3, Proportional, FreqFactors, RIFLEx, "su"}
	fuzzPairings = []Pairing{"", Half, Interleaved, "neox"}
	fuzzRoles    = []XPosRole{"", XPosQuery, XPosKey, "both"}
	fuzzOrders   = []Order{"", BSHD, BHSD, "sbhd"}
)

// fuzzed returns options out of numbers of any size.
func fuzzed(kind, pairing, role, flags byte, headDim, rotaryDim, most, original int64, base, factor, a, b, c, d float64) Options {
	o := Options{HeadDim: int(headDim), RotaryDim: int(rotaryDim), MaxPositionEmbeddings: int(most), Base: base,
		Pairing: fuzzPairings[int(pairing)%len(fuzzPairings)], XPos: fuzzRoles[int(role)%len(fuzzRoles)]}
	if o.XPos != "" {
		o.XPosScaleBase, o.XPosCenter = math.Abs(c), d
	}
	s := &o.Scaling
	s.Type = fuzzTypes[int(kind)%len(fuzzTypes)]
	s.Factor, s.OriginalMaxPositionEmbeddings = factor, int(original)
	list := func(v float64) []float64 { // rotaryDim/2 of them, or too few
		n := max(o.RotaryDim, 2) / 2
		if o.RotaryDim == 0 {
			n = max(o.HeadDim, 2) / 2
		}
		return slices.Repeat([]float64{v}, min(n, 1000))
	}
	switch s.Type {
	case NTK:
		s.Alpha = a
	case YaRN:
		s.BetaFast, s.BetaSlow, s.NoTruncate = a, b, flags&64 != 0
		if flags&128 != 0 {
			s.AttentionFactor = c
		} else {
			s.Mscale, s.MscaleAllDim = c, d
		}
	case LongRoPE:
		s.ShortFactor, s.LongFactor, s.AttentionFactor = list(a), list(b), c
	case Llama3:
		s.LowFreqFactor, s.HighFreqFactor = a, b
	case Proportional:
		s.PartialRotaryFactor = a
	case FreqFactors:
		s.FreqFactors = list(a)
	case RIFLEx:
		if math.Abs(a) < 1e9 && math.Abs(b) < 1e15 {
			s.Index, s.Length = int(a), int(b)
		}
	}
	return o
}

// FuzzOptions makes encoders of any options and calls them with anything: no panic, an OptionError or an encoder whose
// frequencies and cosines are numbers; an array that is refused stays as it was.
func FuzzOptions(f *testing.F) {
	seed := func(kind, pairing, role, order byte, headDim, rotaryDim, max, original int64, base, factor, a, b, c, d float64, length, offset, batch, heads int64, position float64) {
		f.Add(kind, pairing, role, order, headDim, rotaryDim, max, original, base, factor, a, b, c, d, length, offset, batch, heads, position)
	}
	seed(0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	seed(2, 2, 0, 2, 7, 4, 0, 0, 5e5, 8, 0, 0, 0, 0, 0, -5, 1, 2, 0.5)
	seed(3, 1, 1, 1, 4, 4, 0, 0, 100, 0, 1<<40, 0, 0, 0, 1<<53, 1<<53-1, 2, 1, -1e15)
	seed(4, 1, 0, 0, 64, 0, 1, 0, 1e4, 1<<40, 0, 0, 0, 0, 1<<53, 0, 1<<62, 1<<62, 1<<53) // L·s/M beyond 2^64
	seed(5, 1, 0, 0, 64, 0, 0, 1<<40, 1.0000000000000002, 40, 1e-12, 1e-12, 1, 0.8, 0, 1<<40, 1, 1, 1e-300)
	seed(5, 1, 0, 0, 64, 0, 0, 4096, 150000, 32, 32, 1, 0, 0, 0, 1<<40, 1, 1, 1e-300)
	seed(6, 1, 0, 0, 4, 0, 0, 1<<40, 1e4, 0.5, 1e-9, 1<<40, 0, 0, 1<<53, 1<<40, 1, 1, 3)
	seed(7, 1, 0, 0, 64, 0, 0, 1<<40, 1e-3, 8, 1e-9, 1.0000000000000002e-9, 0, 0, 0, 7, 1, 1, 3)
	seed(8, 1, 2, 0, 64, 0, 0, 0, 1e4, 1e-12, 0.3, 0, 0, 0, 0, 7, 1, 1, 3)
	seed(9, 1, 2, 0, 4, 0, 0, 0, 1e4, 0, 1e-9, 1e-9, 0, 0, 0, 30720, 1, 1, 30720)
	seed(10, 1, 0, 0, 8, 0, 0, 0, 1e4, 0, 3, 1<<40, 0, 0, 0, 7, 1, 1, 3)
	seed(11, 3, 3, 3, math.MaxInt64, math.MinInt64, math.MinInt64, math.MaxInt64, math.NaN(), math.Inf(1), math.NaN(), -1, math.Inf(-1), 1, math.MinInt64, math.MaxInt64, math.MinInt64, math.MaxInt64, math.NaN())

	f.Fuzz(func(t *testing.T, kind, pairing, role, order byte, headDim, rotaryDim, most, original int64, base, factor, a, b, c, d float64,
		length, offset, batch, heads int64, position float64) {
		o := fuzzed(kind, pairing, role, role, cut(headDim), rotaryDim, most, original, base, factor, a, b, c, d) // larger are slow, not different
		s := &o.Scaling
		isOptionError := func(err error) {
			if e, ok := err.(*encoding.OptionError); !ok || e.Option == "" || e.Want == "" || e.Got == "" {
				t.Fatalf("%+v: error %v", o, err)
			}
		}
		r, err := New(o)
		if err != nil {
			isOptionError(err)
			return
		}
		for _, l := range []int64{0, length, math.MaxInt64, math.MinInt64} {
			for i, w := range r.InverseFrequencies(l) {
				if !(w == 0 && s.Type == Proportional || w >= 0x1p-64*(1-0x1p-49) && w <= 0x1p32) {
					t.Fatalf("%+v, length %d: w_%d = %g", o, l, i, w)
				}
			}
		}
		gain := r.AttentionFactor()
		if !(gain > 0 && gain <= math.MaxFloat64) {
			t.Fatalf("%+v: attention factor %g", o, gain)
		}

		x := make([]float32, 2*3*2*o.HeadDim)
		for i := range x {
			x[i] = float32(i%7) - 3
		}
		before := slices.Clone(x)
		for _, at := range []At{
			{}, {Batch: int(batch), Heads: int(heads), Order: fuzzOrders[int(order)%len(fuzzOrders)], Offset: offset, SequenceLength: length},
			{Batch: 2, Heads: 2, Order: fuzzOrders[int(order)%len(fuzzOrders)], Offset: offset, SequenceLength: length, Once: order&8 != 0},
			{Batch: 2, Heads: 2, Order: fuzzOrders[int(order)%len(fuzzOrders)], Positions: []float64{position, 1, float64(offset)}, SequenceLength: length},
			{Batch: int(batch), Positions: []float64{position}},
		} {
			for _, call := range []func([]float32, At) error{r.Rotate, r.Unrotate, func(x []float32, at At) error { return r.Shift(x, position, at) }} {
				if err := call(x, at); err != nil {
					isOptionError(err)
					if !slices.Equal(x, before) {
						t.Fatalf("%+v, %+v: changed x, and then %v", o, at, err)
					}
				}
				for i, v := range x {
					if v != v && gain < 1e6 && gain > 1e-6 {
						t.Fatalf("%+v, %+v: element %d is not a number", o, at, i)
					}
				}
				copy(x, before)
			}
			if err := r.Check(len(x), at, -1); err != nil {
				isOptionError(err)
			}
		}
	})
}
