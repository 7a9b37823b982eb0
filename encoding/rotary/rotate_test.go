package rotary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

// An angles is true cosines and sines, factor included, kept as 300 bits are slow.
type angles struct {
	w      []*big.Float
	factor float64
	known  map[float64][][2]float64
}

func anglesOf(o Options, length int64) *angles {
	w, factor := wanted(o, length)
	return &angles{w, factor, map[float64][][2]float64{}}
}

func (a *angles) at(p float64) [][2]float64 {
	row, ok := a.known[p]
	if !ok {
		for _, w := range a.w {
			sin, cos := truth.SinCos(times(w, truth.N(p)))
			c, _ := cos.Float64()
			s, _ := sin.Float64()
			row = append(row, [2]float64{c * a.factor, s * a.factor})
		}
		a.known[p] = row
	}
	return row
}

// positionOf is the position of row t of batch element b, from the doc comment of At.
func positionOf(at At, b, t, seq int) float64 {
	switch {
	case at.Positions == nil:
		return float64(at.Offset + int64(t))
	case len(at.Positions) == seq:
		return at.Positions[t]
	}
	return at.Positions[b*seq+t]
}

// turned is what Rotate (or, back, Unrotate) makes of x, in float64, and how far float32 may be from it: half a unit of
// the cosine or sine and of its product with the channel, for both products, and of their sum. u is half a unit of 1.
func turned(o Options, at At, x []float32, a *angles, back bool) (want, bound []float64) {
	const u = 0x1p-24
	d := o.HeadDim
	n := len(a.w)
	batch, heads := max(at.Batch, 1), max(at.Heads, 1)
	seq := len(x) / d / batch / heads
	want, bound = make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		want[i] = float64(v)
	}
	for b := range batch {
		for t := range seq {
			row := a.at(positionOf(at, b, t, seq))
			for h := range heads {
				from := ((b*seq+t)*heads + h) * d
				if at.Order == BHSD {
					from = ((b*heads+h)*seq + t) * d
				}
				for i := range n {
					j, k := from+i, from+i+n
					if o.Pairing == Interleaved {
						j, k = from+2*i, from+2*i+1
					}
					c, s := row[i][0], row[i][1]
					if back { // the inverse of the matrix [c, -s; s, c]
						c, s = c/(a.factor*a.factor), -s/(a.factor*a.factor)
					}
					p, q := float64(x[j]), float64(x[k])
					want[j], want[k] = p*c-q*s, q*c+p*s
					slack := 2.001*u*(math.Abs(p*c)+math.Abs(q*s)) + 0x1p-50*(math.Abs(p)+math.Abs(q))*max(a.factor, 1/a.factor)
					bound[j] = slack + u*(math.Abs(want[j])+slack)
					slack = 2.001*u*(math.Abs(q*c)+math.Abs(p*s)) + 0x1p-50*(math.Abs(p)+math.Abs(q))*max(a.factor, 1/a.factor)
					bound[k] = slack + u*(math.Abs(want[k])+slack)
				}
			}
		}
	}
	return want, bound
}

func noise(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// calls are Ats of all kinds for [batch, seq, heads] = [2, 3, 3] and the like, with the seq of each.
var calls = []struct {
	at  At
	seq int
}{
	{At{}, 1}, {At{}, 5}, {At{Heads: 3}, 7}, {At{Heads: 3, Order: BHSD, Offset: 11}, 7}, {At{Batch: 2, Offset: -3}, 5},
	{At{Batch: 3, Heads: 2, Offset: 1 << 40}, 4}, {At{Batch: 3, Heads: 2, Order: BHSD, Offset: 4095}, 4}, {At{Batch: 2, Order: BHSD}, 3},
	{At{Batch: 2, Heads: 5, Positions: []float64{3, 0.25, -9}}, 3}, {At{Batch: 2, Heads: 5, Order: BHSD, Positions: []float64{3, 0.25, -9}}, 3},
	{At{Batch: 2, Heads: 5, Positions: []float64{0, 1, 2, 7, 0, 1}}, 3}, {At{Batch: 2, Heads: 5, Order: BHSD, Positions: []float64{0, 1, 2, 7, 0, 1}}, 3},
	{At{Heads: 2, Order: BHSD, Positions: []float64{0, 1, 2, 0, 1, 0}}, 6}, {At{Batch: 2, Positions: []float64{5, 4, 1<<53 - 1, 1e15}}, 2},
	{At{Batch: 3, Positions: []float64{9}}, 1}, {At{Batch: 3, Order: BHSD, Heads: 2, Positions: []float64{9, 8, 7}}, 1}, {At{Batch: 2, Heads: 2}, 0},
}

func TestRotateAgainstFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, o := range []Options{
		{HeadDim: 2}, {HeadDim: 6, Pairing: Interleaved}, {HeadDim: 11, RotaryDim: 6}, {HeadDim: 11, RotaryDim: 6, Pairing: Interleaved},
		{HeadDim: 64}, {HeadDim: 80, RotaryDim: 38, Pairing: Interleaved, Base: 500000},
		{HeadDim: 34, Scaling: Scaling{Type: YaRN, Factor: 16, OriginalMaxPositionEmbeddings: 64}},
		{HeadDim: 34, Pairing: Interleaved, Scaling: Scaling{Type: YaRN, Factor: 16, OriginalMaxPositionEmbeddings: 64, AttentionFactor: 0.3}},
		{HeadDim: 24, Scaling: Scaling{Type: Proportional, PartialRotaryFactor: 0.5, Factor: 2}},
	} {
		enc, err := New(o)
		require.NoError(t, err)
		a := anglesOf(o, 0)
		for _, c := range calls {
			x := noise(r, max(c.at.Batch, 1)*max(c.at.Heads, 1)*c.seq*o.HeadDim)
			for _, back := range []bool{false, true} {
				want, bound := turned(o, c.at, x, a, back)
				got := slices.Clone(x)
				if back {
					require.NoError(t, enc.Unrotate(got, c.at))
				} else {
					require.NoError(t, enc.Rotate(got, c.at))
				}
				for i := range want {
					if !(math.Abs(float64(got[i])-want[i]) <= bound[i]) {
						require.Fail(t, "not the formula", "%+v, %+v, back %v: element %d (channel %d): want %v ± %.2g, got %v", o, c.at, back, i, i%o.HeadDim, want[i], bound[i], got[i])
					}
				}
			}
		}
	}
}

// Rotate's elements, bit for bit: the cos and sin that CosSin gives, products and sums rounded to float32 each.
func TestRotateIsItsFormulaInFloat32(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, o := range []Options{{HeadDim: 70}, {HeadDim: 71, RotaryDim: 34, Pairing: Interleaved}, {HeadDim: 36, XPos: XPosKey},
		{HeadDim: 16, Scaling: Scaling{Type: YaRN, Factor: 3, OriginalMaxPositionEmbeddings: 8}}} {
		enc, err := New(o)
		require.NoError(t, err)
		n := enc.Options().RotaryDim / 2
		x := noise(r, 9*o.HeadDim)
		cos, sin, err := enc.CosSin(9, At{Offset: 100})
		require.NoError(t, err)
		want := slices.Clone(x)
		for row := range 9 {
			for i := range n {
				j, k := row*o.HeadDim+i, row*o.HeadDim+i+n
				if o.Pairing == Interleaved {
					j, k = row*o.HeadDim+2*i, row*o.HeadDim+2*i+1
				}
				c, s := cos[row*n+i], sin[row*n+i]
				want[j], want[k] = float32(x[j]*c)-float32(x[k]*s), float32(x[k]*c)+float32(x[j]*s)
			}
		}
		require.NoError(t, enc.Rotate(x, At{Offset: 100}))
		require.Equal(t, want, x, "%+v", o)
	}
}

// bitsOf are the bits of x, so that -0 is not 0.
func bitsOf(x []float32) []uint32 {
	out := make([]uint32, len(x))
	for i, v := range x {
		out[i] = math.Float32bits(v)
	}
	return out
}

// A row's bits depend on its position and the options only: whatever the path, the same bits.
func TestPathsHaveTheSameBits(t *testing.T) {
	const batch, seq, heads = 3, 37, 2
	r := rand.New(rand.NewPCG(5, 5))
	for _, o := range []Options{
		{HeadDim: 20}, {HeadDim: 25, RotaryDim: 18, Pairing: Interleaved}, {HeadDim: 20, XPos: XPosQuery, XPosCenter: 1000},
		{HeadDim: 20, Scaling: Scaling{Type: YaRN, Factor: 5, OriginalMaxPositionEmbeddings: 32}},
		{HeadDim: 20, Scaling: Scaling{Type: Dynamic, Factor: 5, OriginalMaxPositionEmbeddings: 32}},
		{HeadDim: 20, Scaling: Scaling{Type: LongRoPE, OriginalMaxPositionEmbeddings: 32, Factor: 3, ShortFactor: divisorsOf(10, 1), LongFactor: divisorsOf(10, 9)}},
	} {
		for _, offset := range []int64{0, 5, -20, 1<<14 + 3} {
			fresh := func() *Rotary {
				enc, err := New(o)
				require.NoError(t, err)
				return enc
			}
			at := At{Batch: batch, Heads: heads, Offset: offset, SequenceLength: offset + 1000 + seq} // one length, or the frequencies follow the call
			d, width := o.HeadDim, heads*o.HeadDim
			x := noise(r, batch*seq*width)
			for _, back := range []bool{false, true} {
				do := func(enc *Rotary, y []float32, at At) []float32 {
					at.SequenceLength = offset + 1000 + seq
					var err error
					if back {
						err = enc.Unrotate(y, at)
					} else {
						err = enc.Rotate(y, at)
					}
					require.NoError(t, err, "%+v", at)
					return y
				}
				enc := fresh()
				want := bitsOf(do(enc, slices.Clone(x), at))
				same := func(how string, y []float32) {
					require.Equal(t, want, bitsOf(y), "%+v, offset %d, back %v: %s", o, offset, back, how)
				}
				same("again, cached", do(enc, slices.Clone(x), at))
				same("once", do(fresh(), slices.Clone(x), At{Batch: batch, Heads: heads, Offset: offset, Once: true}))

				positions, all := make([]float64, seq), make([]float64, batch*seq)
				for i := range all {
					all[i] = float64(offset + int64(i%seq))
					positions[i%seq] = all[i]
				}
				for _, e := range []*Rotary{enc, fresh()} {
					same("positions of seq", do(e, slices.Clone(x), At{Batch: batch, Heads: heads, Positions: positions}))
					same("positions of batch·seq", do(e, slices.Clone(x), At{Batch: batch, Heads: heads, Positions: all}))
					same("packed into one sequence", do(e, slices.Clone(x), At{Heads: heads, Positions: all, Once: true}))
				}

				tokens, single := slices.Clone(x), slices.Clone(x)
				e := fresh()
				for b := range batch {
					do(enc, single[b*seq*width:][:seq*width], At{Heads: heads, Offset: offset})
					for p := range seq {
						do(e, tokens[(b*seq+p)*width:][:width], At{Heads: heads, Offset: offset + int64(p)})
					}
				}
				same("token by token", tokens)
				same("sequence by sequence", single)

				transposed := make([]float32, len(x)) // [batch, heads, seq, d]
				swap := func(to, from []float32, first, second int) {
					for b := range batch {
						for i := range first {
							for j := range second {
								copy(to[((b*second+j)*first+i)*d:][:d], from[((b*first+i)*second+j)*d:][:d])
							}
						}
					}
				}
				for how, here := range map[string]At{
					"bhsd, offset": {Offset: offset}, "bhsd, positions of seq": {Positions: positions}, "bhsd, positions of batch·seq": {Positions: all},
				} {
					here.Batch, here.Heads, here.Order = batch, heads, BHSD
					swap(transposed, x, seq, heads)
					do(enc, transposed, here)
					y := make([]float32, len(x))
					swap(y, transposed, heads, seq)
					same(how, y)
				}
			}
		}
	}
}

// Past the window of rows that a table keeps, and at its edges, the bits are those of single rows.
func TestLongSequencesHaveTheSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for _, o := range []Options{{HeadDim: 512}, {HeadDim: 512, XPos: XPosKey}} {
		enc, err := New(o)
		require.NoError(t, err)
		other, err := New(o)
		require.NoError(t, err)
		for _, c := range []struct {
			at  At
			seq int
		}{{At{}, 2500}, {At{Offset: 1000}, 2048}, {At{Batch: 2, Offset: -70}, 2100}, {At{Offset: 2040, Order: BHSD, Heads: 2}, 40}} {
			x := noise(r, max(c.at.Batch, 1)*max(c.at.Heads, 1)*c.seq*512)
			y := slices.Clone(x)
			require.NoError(t, enc.Rotate(y, c.at))
			for range 60 {
				v := r.IntN(len(x) / 512)
				row := slices.Clone(x[v*512:][:512])
				require.NoError(t, other.Rotate(row, At{Offset: c.at.Offset + int64(v%c.seq), Once: r.IntN(2) > 0}))
				require.Equal(t, bitsOf(row), bitsOf(y[v*512:][:512]), "%+v: vector %d", c.at, v)
			}
		}
	}
}

// What becomes of the caller's lists after New is not seen.
func TestListsAreReadOnce(t *testing.T) {
	long := []float64{2, 3}
	r, err := New(Options{HeadDim: 4, Scaling: Scaling{Type: LongRoPE, Factor: 2, OriginalMaxPositionEmbeddings: 8, ShortFactor: []float64{1, 1}, LongFactor: long}})
	require.NoError(t, err)
	long[0], long[1] = 0, math.NaN()
	require.Equal(t, 0.5, r.InverseFrequencies(9)[0])
	require.NoError(t, r.Rotate(make([]float32, 4), At{Offset: 100}))
}

func TestOnceKeepsNoRows(t *testing.T) {
	enc, err := New(Options{HeadDim: 8})
	require.NoError(t, err)
	x := make([]float32, 40)
	kept := func() int {
		_, rows := enc.waves.forward.Kept()
		return len(rows)
	}
	for _, at := range []At{{}, {Positions: []float64{0, 1, 2, 3, 4}}} {
		at.Once = true
		require.NoError(t, enc.Rotate(x, at))
		require.NoError(t, enc.FillCosSin(x[:20], x[20:], at))
		require.Zero(t, kept())
	}
	require.NoError(t, enc.Rotate(x, At{}))
	require.NotZero(t, kept())
}

func TestUnturnedChannelsAreLeftAlone(t *testing.T) {
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Copysign(0, -1))}
	for _, pairing := range []Pairing{Half, Interleaved} {
		enc, err := New(Options{HeadDim: 7, RotaryDim: 4, Pairing: pairing, Scaling: Scaling{Type: YaRN, Factor: 9, OriginalMaxPositionEmbeddings: 8}})
		require.NoError(t, err)
		x := append([]float32{1, 2, 3, 4}, odd...)
		require.NoError(t, enc.Rotate(x, At{Offset: 5}))
		require.Equal(t, bitsOf(odd), bitsOf(x[4:]))
		require.NotEqual(t, []float32{1, 2, 3, 4}, x[:4])
	}
}

// restores are encodings of every kind that a rotation must be undone for.
var restores = []Options{
	{HeadDim: 64}, {HeadDim: 20, RotaryDim: 6, Pairing: Interleaved}, {HeadDim: 64, XPos: XPosQuery}, {HeadDim: 64, XPos: XPosKey, XPosCenter: 300},
	{HeadDim: 64, Scaling: Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: 64}},
	{HeadDim: 64, Scaling: Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: 64, AttentionFactor: 0.01}},
	{HeadDim: 64, Scaling: Scaling{Type: Dynamic, Factor: 4, OriginalMaxPositionEmbeddings: 16}},
	{HeadDim: 64, Scaling: Scaling{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 256}},
	{HeadDim: 8, Scaling: Scaling{Type: LongRoPE, OriginalMaxPositionEmbeddings: 16, Factor: 4, ShortFactor: divisorsOf(4, 1), LongFactor: divisorsOf(4, 9)}},
}

func TestUnrotateRestores(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, o := range restores {
		enc, err := New(o)
		require.NoError(t, err)
		for _, at := range []At{{Heads: 2}, {Batch: 2, Heads: 2, Order: BHSD, Offset: 77}, {Heads: 4, Positions: []float64{1.5, 900, 33}}} {
			x := noise(r, 12*o.HeadDim)
			y := slices.Clone(x)
			require.NoError(t, enc.Rotate(y, at))
			require.NotEqual(t, x, y)
			require.NoError(t, enc.Unrotate(y, at))
			for v := range 12 { // each pair's error is relative to the pair: 2 turns of 3 roundings, xPos one more each
				for i := range o.HeadDim {
					require.InDelta(t, x[v*o.HeadDim+i], y[v*o.HeadDim+i], 8*0x1p-24*norm(x[v*o.HeadDim:][:o.HeadDim]), "%+v %+v", o, at)
				}
			}
		}
	}
}

func norm(x []float32) float64 { return math.Sqrt(dot(x, x)) }

func dot(x, y []float32) float64 {
	sum := 0.0
	for i, v := range x {
		sum += float64(float64(v) * float64(y[i]))
	}
	return sum
}

// score is q at i times k at j.
func score(t *testing.T, query, key *Rotary, q, k []float32, i, j float64) float64 {
	t.Helper()
	q, k = slices.Clone(q), slices.Clone(k)
	require.NoError(t, query.Rotate(q, At{Positions: []float64{i}, SequenceLength: 1 << 20}))
	require.NoError(t, key.Rotate(k, At{Positions: []float64{j}, SequenceLength: 1 << 20}))
	return dot(q, k)
}

func TestScoresDependOnDistance(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for _, o := range restores {
		key := o
		if o.XPos != "" {
			o.XPos, key.XPos = XPosQuery, XPosKey
		}
		query, err := New(o)
		require.NoError(t, err)
		keys, err := New(key)
		require.NoError(t, err)
		q, k := noise(r, o.HeadDim), noise(r, o.HeadDim)
		for _, distance := range []float64{0, 1, 2.5, 600, -600} {
			size := 1.0
			if o.XPos != "" { // a product of pairs grows by as much when the key is ahead
				size = math.Pow(0.4/1.4, min(distance, 0)/512)
			}
			f := query.AttentionFactor()
			eps := 12 * 0x1p-24 * norm(q) * norm(k) * size * f * f
			want := score(t, query, keys, q, k, distance, 0)
			for _, p := range []float64{1, 100, 4097, -999, 1234.75} {
				require.InDelta(t, want, score(t, query, keys, q, k, p+distance, p), eps, "%+v: distance %g at %g", o, distance, p)
			}
		}
	}
}

// With an attention factor f, scores are those without times f².
func TestAttentionFactorIsSquaredInScores(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	with := Options{HeadDim: 32, Scaling: Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: 64}}
	without := with
	without.Scaling.AttentionFactor = 1
	a, err := New(with)
	require.NoError(t, err)
	b, err := New(without)
	require.NoError(t, err)
	f := a.AttentionFactor()
	require.InDelta(t, 0.1*math.Log(40)+1, f, 1e-15)
	require.Equal(t, 1.0, b.AttentionFactor())
	q, k := noise(r, 32), noise(r, 32)
	require.InDelta(t, f*f*score(t, b, b, q, k, 50, 20), score(t, a, a, q, k, 50, 20), 12*0x1p-24*norm(q)*norm(k)*f*f)
}

// Shift(k, delta) of keys at p are keys at p + delta.
func TestShiftMovesKeys(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	for _, o := range restores {
		enc, err := New(o)
		require.NoError(t, err)
		for _, length := range []int64{1, 5000} { // short and long, where that matters
			for _, delta := range []float64{0, 1, -64, 0.5, 700, -300.25} {
				for _, at := range []At{{Heads: 2}, {Batch: 2, Heads: 2, Order: BHSD}} {
					at.SequenceLength = length
					x := noise(r, 12*o.HeadDim)
					want, got := slices.Clone(x), slices.Clone(x)
					at.Positions = []float64{40, 41, 7.5, 300, 0, 9}[:12/2/max(at.Batch, 1)]
					require.NoError(t, enc.Rotate(got, at))
					shift := at
					shift.Positions, shift.Offset = []float64{1, 2, 3, 4, 5}, 99 // without a part in it
					require.NoError(t, enc.Shift(got, delta, shift))
					at.Positions = slices.Clone(at.Positions)
					for i := range at.Positions {
						at.Positions[i] += delta
					}
					require.NoError(t, enc.Rotate(want, at))
					grow := enc.AttentionFactor()
					if o.XPos != "" { // the largest power between the two places
						grow *= math.Pow(1.4/0.4, 1100/512.0)
					}
					for i := range x {
						v := i / o.HeadDim * o.HeadDim
						require.InDelta(t, want[i], got[i], 10*0x1p-24*norm(x[v:][:o.HeadDim])*grow, "%+v by %g, element %d", o, delta, i)
					}
				}
			}
		}
	}
}

// Wherever keys lie and whatever the center, xPos shifts by what is within reach.
func TestShiftOfXPosHasNoPlace(t *testing.T) {
	enc, err := New(Options{HeadDim: 2, XPos: XPosKey, XPosScaleBase: 1, XPosCenter: 1e6})
	require.NoError(t, err)
	x := make([]float32, 2*100)
	for i := range x {
		x[i] = 1
	}
	require.NoError(t, enc.Shift(x, 60, At{}))
	require.ErrorContains(t, enc.Shift(x, 60.5, At{}), "delta: want a number within ±60, got 60.5")
	require.ErrorContains(t, enc.Rotate(x, At{}), "offset: ")
}

// Dynamic is default up to M, follows each call beyond, and comes back.
func TestDynamicFollowsEachCall(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	o := Options{HeadDim: 32, MaxPositionEmbeddings: 24}
	plain, err := New(o)
	require.NoError(t, err)
	o.Scaling = Scaling{Type: Dynamic, Factor: 4}
	enc, err := New(o)
	require.NoError(t, err)
	for _, seq := range []int{1, 24, 25, 60, 24, 7, 60, 3} {
		x := noise(r, seq*32)
		want, got := slices.Clone(x), slices.Clone(x)
		require.NoError(t, plain.Rotate(want, At{}))
		require.NoError(t, enc.Rotate(got, At{}))
		if seq <= 24 {
			require.Equal(t, bitsOf(want), bitsOf(got), "seq %d", seq)
			continue
		}
		bounds, a := []float64(nil), anglesOf(o, int64(seq))
		wanted, bounds := turned(o, At{}, x, a, false)
		for i := range got {
			require.InDelta(t, wanted[i], got[i], bounds[i], "seq %d, element %d", seq, i)
		}
		// The same length by offset, by a position and by Length.
		for _, at := range []At{{Offset: int64(seq - 1)}, {Positions: []float64{float64(seq - 1)}}, {Positions: []float64{float64(seq) - 0.25}},
			{SequenceLength: int64(seq), Offset: 3}, {SequenceLength: int64(seq), Positions: []float64{-2}}} {
			p := positionOf(at, 0, 0, 1)
			one := slices.Clone(x[:32])
			require.NoError(t, enc.Rotate(one, at))
			w, bound := turned(o, At{Positions: []float64{p}}, x[:32], a, false)
			for i := range one {
				require.InDelta(t, w[i], one[i], bound[i], "seq %d, %+v, element %d", seq, at, i)
			}
		}
	}
}

// Half on channels that are permuted is interleaved, permuted; the bits are the same.
func TestPairingsAgreeUnderThePermutation(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	for _, o := range []Options{{HeadDim: 2}, {HeadDim: 64}, {HeadDim: 15, RotaryDim: 10}} {
		half, err := New(o)
		require.NoError(t, err)
		o.Pairing = Interleaved
		interleaved, err := New(o)
		require.NoError(t, err)
		n := half.Options().RotaryDim / 2
		permute := func(x []float32) []float32 { // from interleaved to half
			y := slices.Clone(x)
			for v := 0; v < len(x); v += o.HeadDim {
				for i := range n {
					y[v+i], y[v+n+i] = x[v+2*i], x[v+2*i+1]
				}
			}
			return y
		}
		x := noise(r, 10*o.HeadDim)
		y := permute(x)
		at := At{Heads: 2, Offset: 50}
		require.NoError(t, interleaved.Rotate(x, at))
		require.NoError(t, half.Rotate(y, at))
		require.Equal(t, bitsOf(permute(x)), bitsOf(y))
	}
}

// The decay of xPos against its formula: cos and sin times ζ^(±(p-c)/base), each rounded to float32 twice.
func TestXPosAgainstFormula(t *testing.T) {
	for _, o := range []Options{
		{HeadDim: 64}, {HeadDim: 10, RotaryDim: 6, XPosScaleBase: 100, XPosCenter: 12.5}, {HeadDim: 64, XPosScaleBase: 1, XPosCenter: -1e6},
	} {
		for _, role := range []XPosRole{XPosQuery, XPosKey} {
			o.XPos = role
			enc, err := New(o)
			require.NoError(t, err)
			base, d := or(o.XPosScaleBase, 512), float64(enc.Options().RotaryDim)
			sign := 1.0
			if role == XPosKey {
				sign = -1
			}
			n := int(d) / 2
			a := anglesOf(Options{HeadDim: o.HeadDim, RotaryDim: o.RotaryDim}, 0)
			for _, far := range []float64{0, 1, -1, 0.5, 13.25, 59, -59} {
				p := math.Round((o.XPosCenter+far*base)*8) / 8
				cos, sin, err := enc.CosSin(1, At{Positions: []float64{p}})
				require.NoError(t, err)
				row := a.at(p)
				for i := range n {
					zeta := over(truth.N(float64(20*i)+4*d), truth.N(14*d))
					power, _ := truth.Pow(zeta, over(times(truth.N(sign), minus(truth.N(p), truth.N(o.XPosCenter))), truth.N(base))).Float64()
					for got, want := range map[float32]float64{cos[i]: row[i][0] * power, sin[i]: row[i][1] * power} {
						require.InDelta(t, want, got, 2.01*0x1p-24*math.Abs(want)+0x1p-45*power+0x1p-149, "%+v: position %g, pair %d", o, p, i)
					}
				}
			}
		}
	}
}

func TestXPosScoresDecay(t *testing.T) {
	o := Options{HeadDim: 2, XPos: XPosQuery}
	query, err := New(o)
	require.NoError(t, err)
	o.XPos = XPosKey
	key, err := New(o)
	require.NoError(t, err)
	v := []float32{1, 0}
	for _, distance := range []float64{0, 10, 512, 3000} { // ζ_0^(distance/512)·cos(distance)
		want := math.Pow(0.4/1.4, distance/512) * math.Cos(distance)
		require.InDelta(t, want, score(t, query, key, v, v, distance+7, 7), 1e-6)
	}
}
