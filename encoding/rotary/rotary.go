package rotary

import (
	"math"
	"strconv"
	"sync/atomic"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/rows"
)

// Rotary is the encoding of Su et al. 2021, "RoFormer", section 3.2.2: it turns each pair (a, b) of channels of a query or
// key by an angle that grows with its position p,
//
//	a' = a·cos(p·w_i) - b·sin(p·w_i)
//	b' = b·cos(p·w_i) + a·sin(p·w_i),   w_i = θ^(-2i/rotaryDim)
//
// so that the score of a query and a key depends on the distance of their positions only. [Pairing] says which channels
// are a pair, [Scaling] what becomes of w_i. With yarn and longrope, cos and sin are multiplied by the attention
// factor, as Hugging Face does it: a score then has its square.
//
// cos and sin are float32, with precision "exact" correctly rounded but for near ties (see [posenc/encoding/additive.Sinusoidal]); products and
// sums round to float32, as they do in PyTorch. It is safe for concurrent use.
type Rotary struct {
	options Options
	waves   *waves                // of all lengths, or of those up to M
	last    atomic.Pointer[waves] // of the last length beyond M, for dynamic and longrope
}

// waves are what one set of frequencies makes.
type waves struct {
	freqs   []angle.Frequency
	rounded []float32 // the same with precision "float32", or nil
	factor  float64
	forward *rows.Table // cos, sin with the factor
	back    *rows.Table // with its inverse; the same table where the factor is 1
	length  int64
}

// New checks the options and returns the encoder. The error is an [encoding.OptionError].
func New(o Options) (*Rotary, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	w, err := o.newWaves(0)
	if err != nil {
		return nil, err
	}
	r := &Rotary{options: o, waves: w}
	if o.lengthMatters() { // so that a length that some call has cannot fail, and longrope's lists are not read again
		if w, err = o.newWaves(o.beyond(maxLength)); err != nil {
			return nil, err
		}
		r.last.Store(w)
	}
	return r, nil
}

// lengthMatters reports whether the frequencies follow the length of the sequence.
func (o *Options) lengthMatters() bool {
	return o.Scaling.Type == Dynamic || o.Scaling.Type == LongRoPE
}

// beyond returns the length whose frequencies those of a length beyond M are.
func (o *Options) beyond(length int64) int64 {
	if o.Scaling.Type == LongRoPE {
		return int64(o.trained()) + 1 // all of them have the same
	}
	return min(length, maxLength) // block refuses longer ones
}

func (o Options) newWaves(length int64) (*waves, error) {
	freqs, factor, err := o.frequencies(length)
	if err != nil {
		return nil, err
	}
	w := &waves{freqs: freqs, factor: factor, length: length}
	if o.Precision == encoding.Float32 {
		w.rounded = o.frequencies32(length)
		for i, v := range w.rounded {
			w.freqs[i] = angle.Radians(float64(v))
		}
	}
	w.forward = o.table(o.withXPos(w.source(o, factor), 1))
	w.back = w.forward
	if factor != 1 || o.XPos != "" {
		w.back = o.table(o.withXPos(w.source(o, 1/factor), -1))
	}
	return w, nil
}

func (o Options) table(s rows.Source) *rows.Table {
	t := rows.NewTable(s, o.RotaryDim)
	t.RunBytes = runBytes
	return t
}

// runBytes is how much of cos and sin is used for all heads before the next: what half of a second-level cache holds.
const runBytes = 256 << 10

// A source makes rows [cos of all pairs, sin of all pairs].
type source struct {
	gen    *angle.Generator
	layout angle.Layout
}

// source returns what makes rows that are multiplied by gain.
func (w *waves) source(o Options, gain float64) rows.Source {
	n := o.RotaryDim / 2
	layout := angle.Layout{Dim: 2 * n, Cos: 0, Sin: n, Stride: 1, Pairs: n}
	if w.rounded != nil {
		return rows.Float32{W: w.rounded, Gain: float32(gain), Layout: layout}
	}
	return source{gen: angle.NewGeneratorGain(w.freqs, gain), layout: layout}
}

func (s source) Make(dst []float32, first int64)        { s.gen.Rows(kernel.Store, dst, first, s.layout) }
func (s source) MakeAt(dst []float32, position float64) { s.gen.At(dst, position, s.layout) }

// Options returns the options with defaults filled in. Their lists are those that New was given.
func (r *Rotary) Options() Options { return r.options }

// InverseFrequencies returns w_0, w_1, ... (Hugging Face's inv_freq) in radians per position, each the float64 nearest
// to its true value, for a sequence of this length, up to 2^40; 0 means any that the model was trained for.
func (r *Rotary) InverseFrequencies(length int64) []float64 {
	w := r.of(length)
	out := make([]float64, len(w.freqs))
	for i, f := range w.freqs {
		out[i] = f.Radians()
		if w.rounded != nil {
			out[i] = float64(w.rounded[i])
		}
	}
	return out
}

// AttentionFactor returns what cos and sin are multiplied by.
func (r *Rotary) AttentionFactor() float64 { return r.waves.factor }

// of returns the waves for a sequence of this length.
func (r *Rotary) of(length int64) *waves {
	if !r.options.lengthMatters() || length <= int64(r.options.trained()) {
		return r.waves
	}
	length = r.options.beyond(length)
	w := r.last.Load()
	if w == nil || w.length != length {
		w, _ = r.options.newWaves(length)
		r.last.Store(w)
	}
	return w
}

// Rotate turns queries or keys x, in place. After the first call for a length it does not allocate.
func (r *Rotary) Rotate(x []float32, at At) error { return r.rotate(x, at, false) }

// Unrotate turns them back: the inverse of Rotate, up to the rounding of both.
func (r *Rotary) Unrotate(x []float32, at At) error { return r.rotate(x, at, true) }

func (r *Rotary) rotate(x []float32, at At, back bool) error {
	b, err := r.block(len(x), &at)
	if err != nil {
		return err
	}
	w := r.of(b.length(&at))
	table := w.forward
	if back {
		table = w.back
	}
	t := r.turning(&b)
	t.Back = back
	b.each(x, at.Positions, t, table)
	return nil
}

// Quick is Rotate, or Unrotate, for hot calls: of a single sequence in order [seq, heads, headDim] whose first row has position
// first, when its cosines and sines are in memory. It reports whether it did it. If not it did nothing, and Rotate says why or
// makes them.
func (r *Rotary) Quick(back bool, x []float32, heads int, first int64) bool {
	o := &r.options
	if heads < 1 || o.XPos != "" || o.lengthMatters() {
		return false
	}
	tokens, width := 1, heads*o.HeadDim
	if len(x) != width {
		if uint(len(x))%uint(width) != 0 {
			return false
		}
		tokens = int(uint(len(x)) / uint(width))
	}
	table := r.waves.forward
	if back {
		table = r.waves.back
	}
	rows := table.Ready(first, tokens*o.RotaryDim)
	if rows == nil {
		return false
	}
	kernel.Rotate(x, rows, kernel.Turning{
		Tokens: tokens, Heads: heads, HeadDim: o.HeadDim, Pairs: o.RotaryDim / 2, Interleaved: o.Pairing == Interleaved, Back: back,
	})
	return true
}

// block checks at for an array of length elements.
func (r *Rotary) block(length int, at *At) (block, error) {
	count := -1
	if at.Positions != nil {
		count = len(at.Positions)
	}
	b, err := at.check(length, r.options.HeadDim, count)
	if err == nil && count >= 0 {
		err = encoding.CheckPositions(at.Positions, 0)
	}
	if err == nil {
		err = r.options.checkReach(&b, at.Positions)
	}
	if err == nil {
		err = r.options.checkLength(b.length(at))
	}
	return b, err
}

// checkLength refuses lengths whose frequencies dynamic scaling may not have.
func (o *Options) checkLength(length int64) error {
	if o.Scaling.Type == Dynamic && length > maxLength {
		return bad("sequenceLength", "at most 2^40 with scaling \"dynamic\", positions as well", strconv.FormatInt(length, 10))
	}
	return nil
}

func (r *Rotary) turning(b *block) kernel.Turning {
	return b.turning(r.options.HeadDim, r.options.RotaryDim/2, r.options.Pairing)
}

// width returns how wide a head is, and how many of its pairs turn.
func (r *Rotary) width() (headDim, pairs int) { return r.options.HeadDim, r.options.RotaryDim / 2 }

func (b *block) turning(headDim, pairs int, p Pairing) kernel.Turning {
	return kernel.Turning{Heads: b.heads, HeadDim: headDim, Pairs: pairs, Interleaved: p == Interleaved}
}

// each turns all of x by the rows of a table. (By its Each as a value, the functions below would be on the heap.)
func (b *block) each(x []float32, positions []float64, t kernel.Turning, table *rows.Table) {
	width := t.Heads * t.HeadDim
	stride := b.Seq * width
	if stride == 0 {
		return // of however many parts
	}
	// Heads that follow each other have the same rows, of which the kernel then loads each once for several of them.
	batch, together := b.Batch, 1
	if t.Heads == 1 && batch > 1 {
		t.TokenStride, t.HeadStride, together = width, stride, 8
	}
	for part := range b.parts {
		s := b.Span
		if positions != nil {
			s.Positions = positions[part*b.Seq:][:b.Seq]
		}
		here := x[part*batch*stride:]
		table.Each(s, func(from int, rows []float32) {
			t.Tokens = len(rows) / (2 * t.Pairs)
			for i := 0; i < batch; i += together {
				n := min(batch-i, together)
				if together > 1 {
					t.Heads = n
				}
				kernel.Rotate(here[i*stride+from*width:][:(n-1)*stride+t.Tokens*width], rows, t)
			}
		})
	}
}

// length is how long the sequence is: what at says, or what its positions do.
func (b *block) length(at *At) int64 {
	if at.SequenceLength != 0 {
		return at.SequenceLength
	}
	if at.Positions == nil {
		return b.First + int64(b.Seq)
	}
	largest := 0.0
	for _, p := range at.Positions {
		largest = max(largest, p)
	}
	return int64(math.Floor(largest)) + 1
}

// Shift turns cached keys x as if they stood delta positions later than where they were rotated: Shift(k, delta) of what was
// rotated at p is k rotated at p + delta, up to rounding. It is how a context is moved without computing it anew. The
// attention factor is in x already and is not applied again; at.Offset and at.Positions have no part in it.
//
// With dynamic and longrope, keys of one length do not fit queries of another, and no shift mends that; at.SequenceLength says whose
// frequencies to take.
func (r *Rotary) Shift(x []float32, delta float64, at At) error {
	at.Offset, at.Positions = 0, nil
	b, err := at.check(len(x), r.options.HeadDim, -1)
	if err == nil {
		err = r.options.checkLength(at.SequenceLength)
	}
	if err != nil {
		return err
	}
	o := r.options
	o.XPosCenter = 0 // where the decay of a shift begins
	most := float64(encoding.MaxPosition)
	if o.XPos != "" {
		most = min(most, o.xposReach())
	}
	if !(math.Abs(delta) <= most) {
		return bad("delta", "a number within ±"+encoding.Number(most), encoding.Number(delta))
	}
	row := make([]float32, o.RotaryDim)
	o.withXPos(r.of(at.SequenceLength).source(o, 1), 1).MakeAt(row, delta)
	t := r.turning(&b)
	t.Tokens, t.OneRow = b.Batch*b.parts*b.Seq, true
	kernel.Rotate(x, row, t)
	return nil
}

// CosSin returns the cosines and the sines of length positions, [length, rotaryDim/2] each, multiplied by the attention
// factor. at.Batch, at.Heads and at.Order have no part in it.
func (r *Rotary) CosSin(length int, at At) (cos, sin []float32, err error) {
	return cosSin(r, length, at)
}

// An encoder is what cosSin needs of Rotary and its kin.
type encoder interface {
	Check(length int, at At, positions int) error
	FillCosSin(cos, sin []float32, at At) error
	width() (headDim, pairs int)
}

// cosSin is CosSin of any encoder.
func cosSin(e encoder, length int, at At) (cos, sin []float32, err error) {
	headDim, n := e.width()
	if length < 0 || length > maxTable/n {
		return nil, nil, bad("length", encoding.Text("one from 0 to ", maxTable/n, ", whose table can exist"), strconv.Itoa(length))
	}
	count := len(at.Positions)
	if at.Positions == nil {
		count = -1
	}
	if err := e.Check(length*headDim, one(at), count); err != nil {
		return nil, nil, err // before there is an array
	}
	cos, sin = make([]float32, length*n), make([]float32, length*n)
	return cos, sin, e.FillCosSin(cos, sin, at)
}

// maxTable is the most cosines that CosSin makes: 1 TiB of them, or what an int can count.
const maxTable = min(1<<38, math.MaxInt/4)

// one is at for a single vector in each row.
func one(at At) At {
	at.Batch, at.Heads, at.Order = 1, 1, BSHD
	return at
}

// FillCosSin is CosSin into arrays [length, rotaryDim/2].
func (r *Rotary) FillCosSin(cos, sin []float32, at At) error {
	x, err := cosSinLength(r, cos, sin)
	if err != nil {
		return err
	}
	at = one(at)
	b, err := r.block(x, &at)
	if err != nil {
		return err
	}
	b.Positions = at.Positions
	r.of(b.length(&at)).forward.Each(b.Span, func(from int, rows []float32) { unzip(cos, sin, r.options.RotaryDim/2, from, rows) })
	return nil
}

// cosSinLength returns how long an array with a single head for each row of cos and sin is.
func cosSinLength(e encoder, cos, sin []float32) (int, error) {
	headDim, n := e.width()
	if len(cos) != len(sin) || len(cos)%n != 0 {
		return 0, bad("sin", encoding.Text("as many as cos = ", len(cos), ", a multiple of rotaryDim/2 = ", n), strconv.Itoa(len(sin)))
	}
	return len(cos) / n * headDim, nil
}

// unzip writes rows [n cosines, n sines] to their places from row number from on.
//
//go:noinline
func unzip(cos, sin []float32, n, from int, rows []float32) {
	for at := from * n; len(rows) > 0; at, rows = at+n, rows[2*n:] {
		copy(cos[at:at+n], rows)
		copy(sin[at:at+n], rows[n:])
	}
}

// CheckPositions says whether these are positions. The first of them is number first of the list that the message is about.
func (r *Rotary) CheckPositions(positions []float64, first int) error {
	err := encoding.CheckPositions(positions, first)
	if err == nil && len(positions) > 0 {
		err = r.options.checkReach(&block{}, positions)
	}
	return err
}

// Check says what Rotate would say of an array of length elements and of this many positions (-1: at.Offset counts), when
// their values are not at hand yet. at.Positions has no part in it.
func (r *Rotary) Check(length int, at At, positions int) error {
	at.Positions = nil
	if positions >= 0 {
		at.Offset = 0
	}
	b, err := at.check(length, r.options.HeadDim, positions)
	if err == nil && positions < 0 {
		err = r.options.checkReach(&b, nil)
	}
	if err == nil {
		err = r.options.checkLength(b.length(&at))
	}
	return err
}
