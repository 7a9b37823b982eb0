package rotary

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
)

// The targets here hold every way to turn against one vector alone: batches, heads, both orders, offsets, lists, the quick way.

// anything is queries, some of them NaN, infinite, -0, subnormal or of any bits.
func anything(r *rand.Rand, n int) []float32 {
	x := noise(r, n)
	for i := range x {
		switch r.IntN(20) {
		case 0:
			x[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32}[r.IntN(7)]
		case 1:
			x[i] = math.Float32frombits(r.Uint32())
		}
	}
	return x
}

// sameBits is the same bits, or NaN both times.
func sameBits(t *testing.T, want, got []float32, msg string, args ...any) {
	t.Helper()
	require.Equal(t, len(want), len(got), append([]any{msg}, args...)...)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			require.Failf(t, "bits differ", msg+": at %d want %g, got %g", append(args, i, want[i], got[i])...)
		}
	}
}

// refused reports whether a call was refused, which has its own form.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return false
	}
	e, ok := err.(*encoding.OptionError)
	require.True(t, ok && e.Option != "" && e.Want != "" && e.Got != "", "error %#v", err)
	return true
}

// A way is what to turn: a shape, and positions from first on, all of them at one value for each axis or as a list.
type way struct {
	shape
	axes   int
	length int64
	place  func() float64 // a position, of those that there are
}

// holdWays holds e against fresh, an encoder of the same options that turns one vector at a time, and CosSin.
func holdWays(t *testing.T, r *rand.Rand, e, fresh turner, pairing Pairing, w way, first int64) {
	lists := func(n int) []float64 { // axis by axis; as likely runs as not
		list := make([]float64, w.axes*n)
		for i := range list {
			if list[i] = w.place(); i > 0 && r.IntN(3) > 0 && list[i-1]+1 <= float64(first)+float64(w.seq)-1 && list[i-1] >= float64(first) {
				list[i] = list[i-1] + 1
			}
		}
		return list
	}
	for _, at := range []At{{Offset: first}, {Positions: lists(w.seq)}, {Positions: lists(w.batch * w.seq)}} {
		at.Batch, at.Heads, at.SequenceLength, at.Once = w.batch, w.heads, w.length, r.IntN(2) == 0
		x := anything(r, w.batch*w.seq*w.heads*w.headDim)
		rows, count := w.seq, -1
		if at.Positions != nil {
			count = len(at.Positions)
			rows = count / w.axes
		}
		oneOf := func(b, s int) At { // of the vectors of a token alone
			one := At{Offset: first + int64(s), SequenceLength: w.length, Once: r.IntN(2) == 0}
			for axis := 0; at.Positions != nil && axis < w.axes; axis++ {
				one.Positions = append(one.Positions, at.Positions[axis*rows+(b*w.seq+s)%rows])
			}
			return one
		}
		each := func(bshd, bhsd []float32, do func(s, h []float32, one At)) {
			for b := range w.batch {
				for s := range w.seq {
					for h := range w.heads {
						do(bshd[((b*w.seq+s)*w.heads+h)*w.headDim:][:w.headDim], bhsd[((b*w.heads+h)*w.seq+s)*w.headDim:][:w.headDim], oneOf(b, s))
					}
				}
			}
		}
		for _, back := range []bool{false, true} {
			turn, alone := e.Rotate, fresh.Rotate
			if back {
				turn, alone = e.Unrotate, fresh.Unrotate
			}
			want, got := slices.Clone(x), slices.Clone(x)
			transposed, wantTransposed := make([]float32, len(x)), make([]float32, len(x))
			each(want, transposed, func(s, h []float32, one At) {
				copy(h, s)
				require.NoError(t, alone(s, one))
			})
			each(want, wantTransposed, func(s, h []float32, _ At) { copy(h, s) })
			at.Order = BSHD
			require.NoError(t, e.Check(len(got), at, count))
			require.NoError(t, turn(got, at))
			sameBits(t, want, got, "%+v, back %t", at, back)
			at.Order = BHSD
			require.NoError(t, turn(transposed, at))
			sameBits(t, wantTransposed, transposed, "%+v, back %t", at, back)
		}

		// Cosines and sines are what (1, 0) is turned into.
		cos, sin, err := e.CosSin(rows, At{Offset: first, Positions: at.Positions, SequenceLength: w.length})
		require.NoError(t, err)
		_, n := e.width()
		b := r.IntN(w.batch)
		for s := range w.seq {
			row := make([]float32, w.headDim)
			a, other := 1, 0 // of a pair's channels, the steps to the next pair's and to the other one
			if pairing == Interleaved {
				a, other = 2, 1
			} else {
				other = n
			}
			for i := range n {
				row[i*a] = 1
			}
			one := oneOf(b, s)
			require.NoError(t, fresh.Rotate(row, one))
			for i := range n {
				k := (b*w.seq + s) % rows * n
				if sum := cos[k+i] + sin[k+i]; sum-sum != 0 {
					continue // infinite, so that the product with 0 is none
				}
				if row[i*a] != cos[k+i] || row[i*a+other] != sin[k+i] {
					require.Failf(t, "not what turns", "%+v: pair %d: cos %g, sin %g, turned %g, %g", one, i, cos[k+i], sin[k+i], row[i*a], row[i*a+other])
				}
			}
		}
	}
}

// holdCalls calls an encoder with anything: what is refused leaves the array as it was and says what Check says.
func holdCalls(t *testing.T, r *rand.Rand, e turner, offset, batch, heads, length int64, position float64) {
	headDim, _ := e.width()
	before := anything(r, 6*headDim+r.IntN(2))
	for _, at := range []At{{Offset: offset, Batch: int(batch), Heads: int(heads), SequenceLength: length}, {Positions: []float64{position}, Batch: 2, Heads: 3},
		{Positions: []float64{position, -1, float64(offset)}, Order: BHSD, Batch: 2}, {Positions: []float64{}, Heads: int(heads), Order: "sbhd"},
		{Offset: offset, Positions: []float64{position, 0, 0, 0, 1, position}, Once: true, SequenceLength: length}} {
		for name, call := range map[string]func([]float32, At) error{"Rotate": e.Rotate, "Unrotate": e.Unrotate} {
			x := slices.Clone(before)
			count := len(at.Positions)
			if at.Positions == nil {
				count = -1
			}
			err, check := call(x, at), e.Check(len(x), at, count)
			if refused(t, err) {
				sameBits(t, before, x, "%s %+v changed x, and then %v", name, at, err)
			}
			if count < 0 || check != nil {
				require.Equal(t, check, err, "%s %+v: Check and the call", name, at)
			} else if err != nil { // which names a position, or how far the list reaches
				option := err.(*encoding.OptionError).Option
				require.True(t, strings.HasPrefix(option, "positions") || option == "sequenceLength", "%s %+v: Check has no error, but %v", name, at, err)
			}
		}
		cos, sin := anything(r, 4), anything(r, int(uint64(batch)%6))
		_ = refused(t, e.FillCosSin(cos, sin, at))
		if length < 1<<12 {
			_, _, err := e.CosSin(int(length), at)
			refused(t, err)
		}
	}
}

// FuzzWays makes rotary encodings, with sections or without. The scaling's numbers are those of FuzzOptions.
func FuzzWays(f *testing.F) {
	add := func(seed uint64, kind, flags uint8, headDim, rotaryDim, original int64, base, factor, a, b, c, d float64, batch, seq, heads uint8, first, length int64, position float64) {
		f.Add(seed, kind, flags, headDim, rotaryDim, original, base, factor, a, b, c, d, batch, seq, heads, first, length, position)
	}
	add(1, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 20, 2, 0, 0, 0.5)
	add(2, 1, 3, 12, 6, 0, 5e5, 8, 0, 0, 0, 0, 2, 5, 3, 1<<40, 0, -7.25)
	add(3, 3, 1, 64, 64, 0, 1e4, 0, 3, 0, 0, 0, 1, 1, 32, 1<<53-1, 0, 1e15)
	add(4, 4, 0, 16, 0, 64, 1e4, 4, 0, 0, 0, 0, 2, 3, 1, 0, 300, 5)
	add(5, 5, 129, 32, 0, 4096, 1e6, 40, 32, 1, 1.25, 0, 1, 7, 9, -3, 0, 0.125)
	add(6, 6, 4, 4, 0, 16, 1e4, 2, 1.5, 3, 0, 0, 3, 9, 2, 10, 0, 15)
	add(7, 7, 1, 64, 0, 8192, 5e5, 8, 1, 4, 0, 0, 1, 40, 1, 8000, 0, 1)
	add(8, 8, 8, 16, 0, 0, 1e4, 1, 0.25, 0, 0, 0, 2, 2, 2, 5, 0, 9)
	add(9, 0, 16, 12, 12, 0, 1e4, 0, 0, 0, 512, 3, 1, 9, 2, 60, 0, 100.5) // xpos
	add(10, 0, 32, 128, 0, 0, 1e6, 0, 0, 0, 0, 0, 2, 20, 2, 7, 0, 3)      // sections
	add(11, 0, 96, 128, 0, 0, 5e6, 0, 0, 0, 0, 0, 2, 9, 1, 0, 0, 1<<53)
	add(12, 9, 66, 8, 0, 0, 1e4, 0, 2, 0, 0, 0, 1, 70, 17, -35, 0, 12)
	f.Fuzz(func(t *testing.T, seed uint64, kind, flags uint8, headDim, rotaryDim, original int64, base, factor, a, b, c, d float64,
		batch, seq, heads uint8, first, length int64, position float64) {
		r := rand.New(rand.NewPCG(seed, 0))
		o := fuzzed(kind, flags, flags>>4&1*(1+uint8(seed&1)), flags, cut(headDim), rotaryDim, original, original, base, factor, a, b, c, d)
		if flags&8 != 0 {
			o.Precision = encoding.Float32
		}
		w := way{shape: shape{batch: 1 + int(batch%3), seq: 1 + int(seq%40), heads: 1 + int(heads%20), headDim: o.HeadDim}, axes: 1, length: length}
		for w.batch*w.seq*w.heads*w.headDim > 1<<13 && w.seq > 1 {
			w.seq = (w.seq + 1) / 2
		}
		sections, which := flags&32 != 0, r.IntN(4)
		create := func() (turner, error) {
			if !sections {
				return New(o)
			}
			m := MRopeOptions{Options: o, Interleaved: flags&64 != 0}
			n := int(o.RotaryDim) / 2
			if o.RotaryDim == 0 {
				n = o.HeadDim / 2
			}
			third := n / 3
			m.Sections = []int{n - 2*third, third, third}
			if !m.Interleaved {
				m.Sections = [][]int{m.Sections, {n}, {0, n}, {third, 0, n - third, 0}}[which]
				w.axes = len(m.Sections)
			} else {
				w.axes = 3
			}
			return NewMRope(m)
		}
		e, err := create()
		if refused(t, err) {
			return
		}
		holdCalls(t, r, e, first, int64(batch)-1, int64(heads)-1, length, position)

		if r.IntN(2) == 0 { // anywhere: the fuzzer goes from first by small steps
			first = r.Int64() >> r.IntN(60)
			position = float64(r.Int64()>>r.IntN(60)) / float64(int64(1)<<r.IntN(12))
		}
		first = max(-encoding.MaxPosition, min(first, encoding.MaxPosition-int64(w.seq)))
		// Positions from first on, if they are in reach, else about 0.
		reach := float64(encoding.MaxPosition)
		if o.XPos != "" {
			reach = min(reach, 30*max(o.XPosScaleBase, 1))
			if math.Abs(o.XPosCenter) > reach/2 {
				return // all is too far from the center, or too near
			}
			reach -= math.Abs(o.XPosCenter)
		}
		if o.Scaling.Type == Dynamic {
			reach = min(reach, maxLength-1)
		}
		if !(math.Abs(float64(first))+float64(w.seq) <= reach) {
			first = int64(math.Mod(float64(first), max(1, reach-float64(w.seq))))
		}
		if math.Abs(float64(first))+float64(w.seq) > reach {
			return
		}
		if w.length < 1 || w.length > maxLength { // one vector alone cannot know how long the sequence is
			w.length = 1 + int64(w.seq)
		}
		w.place = func() float64 {
			if r.IntN(3) == 0 && math.Abs(position) <= reach {
				return position
			}
			return float64(first + int64(r.IntN(w.seq)))
		}
		fresh, err := create()
		require.NoError(t, err)
		holdWays(t, r, e, fresh, o.Pairing, w, first)
		if rotary, ok := e.(*Rotary); ok {
			holdBack(t, r, rotary, w, first, position, reach)
			return
		}
		holdAxes(t, r, e.(*MRope), o, w)
	})
}

// cut brings a valid width down to 256: larger are slower, not different.
func cut(headDim int64) int64 {
	if headDim > 256 && headDim <= MaxHeadDim {
		return headDim%256 + 2
	}
	return headDim
}

// holdBack holds Unrotate to undo Rotate, and Shift to be a turn by another position, within the roundings: of a cosine and a
// sine, two products and a sum, each half a unit, for each turn of a pair of length m, which is 3·2^-24·m, or 5·2^-24·m where decay
// is another product and one more. An error made before another turn has both channels in it.
func holdBack(t *testing.T, r *rand.Rand, e *Rotary, w way, first int64, position, reach float64) {
	at := At{Offset: first, SequenceLength: w.length}
	n := e.options.RotaryDim / 2
	x := noise(r, w.headDim)
	a, other := 1, n
	if e.options.Pairing == Interleaved {
		a, other = 2, 1
	}
	length := func(x []float32, i int) float64 { return math.Hypot(float64(x[i*a]), float64(x[i*a+other])) }
	roundings := 3.0
	if e.options.XPos != "" {
		roundings = 5
	}
	near := func(want, got []float32, turns, least float64, what string) {
		for i := range n {
			bound := roundings*turns*0x1p-24*(1+1e-3)*length(want, i) + least
			for _, k := range [2]int{i * a, i*a + other} {
				if off := math.Abs(float64(want[k]) - float64(got[k])); !(off <= bound) {
					require.Failf(t, what, "%+v, %+v: channel %d: want %g, got %g, off by %g of %g", e.options, at, k, want[k], got[k], off, bound)
				}
			}
		}
		for k := 2 * n; k < len(want); k++ {
			require.Equal(t, want[k], got[k], "a channel that does not turn")
		}
	}
	gain := e.AttentionFactor()
	if gain > 1e6 || gain < 1e-6 {
		return // the numbers in between, or those of the way back, are subnormal or infinite
	}
	turned := slices.Clone(x)
	require.NoError(t, e.Rotate(turned, at))
	quick := slices.Clone(x)
	if e.Quick(false, quick, 1, first) {
		sameBits(t, turned, quick, "the quick way")
	} else {
		sameBits(t, x, quick, "a quick way that was none")
	}
	back := slices.Clone(turned)
	require.NoError(t, e.Unrotate(back, at))
	near(x, back, 1+math.Sqrt2, 1e-30, "not back")

	if e.options.Precision == encoding.Float32 {
		return // whose angles are rounded, so that those of two positions do not add up
	}
	delta := math.Trunc(math.Mod(position, reach)) - float64(first)
	if o := e.options; math.IsNaN(delta) || math.Abs(delta) > reach || math.Abs(float64(first)+delta) > reach || o.XPos != "" && math.Abs(delta) > 20*o.XPosScaleBase {
		return
	}
	shifted := slices.Clone(turned)
	require.NoError(t, e.Shift(shifted, delta, at))
	direct := slices.Clone(x)
	require.NoError(t, e.Rotate(direct, At{Offset: first + int64(delta), SequenceLength: w.length}))
	near(direct, shifted, 2+math.Sqrt2, 1e-30, "not shifted")
}

// holdAxes holds each pair of an encoding with sections against Rotary at the position of the pair's axis.
func holdAxes(t *testing.T, r *rand.Rand, m *MRope, o Options, w way) {
	plain, err := New(o)
	require.NoError(t, err)
	o = plain.Options()
	positions := make([]float64, w.axes)
	for axis := range positions {
		positions[axis] = w.place()
	}
	x := anything(r, w.headDim)
	got := slices.Clone(x)
	require.NoError(t, m.Rotate(got, At{Positions: positions, SequenceLength: w.length}))
	n := o.RotaryDim / 2
	for axis, p := range positions {
		want := slices.Clone(x)
		require.NoError(t, plain.Rotate(want, At{Positions: []float64{p}, SequenceLength: w.length}))
		for i, of := range m.Axes() {
			if of != axis {
				continue
			}
			for _, k := range [2]int{i, i + n} {
				if o.Pairing == Interleaved {
					k = 2*i + (k-i)/n
				}
				sameBits(t, want[k:k+1], got[k:k+1], "axis %d of %v, channel %d", axis, positions, k)
			}
		}
	}
}
