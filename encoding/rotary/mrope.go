package rotary

import (
	"math"
	"slices"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/rows"
)

// MRopeOptions choose a rotary encoding with a position on each of several axes. HeadDim and Sections must be set.
type MRopeOptions struct {
	Options // XPos has no part in it

	// Sections says how many pairs follow each axis ("mrope_section"), in sum rotaryDim/2: one to four of them. Three are
	// time, height and width; ggml's have a fourth, often 0.
	Sections []int `json:"sections"`
	// Interleaved spreads three sections over the pairs instead of one range behind the other ("mrope_interleaved").
	Interleaved bool `json:"interleaved"`
}

// MRope is the multimodal rotary encoding of Wang et al. 2024, "Qwen2-VL", section 2.1: a [Rotary] whose pair i takes its
// position from axis Axes()[i], all of them on one ladder of frequencies,
//
//	angle of pair i = p_axis(i)·w_i
//
// With sections s the axes are, as in Hugging Face,
//
//	chunked (Qwen2-VL, Qwen2.5-VL, GLM-4V; [16, 24, 24]):  the first s[0] pairs 0 (t), the next s[1] 1 (h), the next s[2] 2 (w)
//	interleaved (Qwen3-VL; [24, 20, 20]):                  1 at pairs 1, 4, ... below 3·s[1]; 2 at 2, 5, ... below 3·s[2]; else 0
//
// At.Positions has the axes one behind the other, as Hugging Face's position_ids [axes, batch, seq]: axes·seq numbers, or
// axes·batch·seq. Without it the positions are those of text, the same on every axis, and every bit is Rotary's.
// [MRopePositions] makes them. Every [Scaling] applies; those that follow the length take the largest position of any
// axis. Shift moves all axes by the same. What is not described here is as with Rotary, and it is safe for concurrent use.
type MRope struct {
	*Rotary
	options MRopeOptions
	axes    []int
	pairs   [][]int // of each axis
}

// NewMRope checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewMRope(o MRopeOptions) (*MRope, error) {
	if o.XPos != "" {
		return nil, bad("xpos", "none with sections", encoding.Quote(string(o.XPos)))
	}
	r, err := New(o.Options)
	if err != nil {
		return nil, err
	}
	o.Options, o.Sections = r.options, slices.Clone(o.Sections) // the caller's may change
	n := o.RotaryDim / 2
	sum := 0
	for _, s := range o.Sections {
		if s < 0 || s > n {
			sum = -1
			break
		}
		sum += s
	}
	if sum != n || len(o.Sections) > 4 {
		return nil, bad("sections", encoding.Text("one to four integers from 0 on whose sum is rotaryDim/2 = ", n), short(o.Sections))
	}
	m := &MRope{Rotary: r, options: o, axes: make([]int, n), pairs: make([][]int, len(o.Sections))}
	axis, end := 0, 0
	for i := range n {
		if o.Interleaved {
			if axis = i % 3; len(o.Sections) == 3 && i >= 3*o.Sections[axis] {
				axis = 0
			}
		} else {
			for ; i == end+o.Sections[axis]; axis++ {
				end += o.Sections[axis]
			}
		}
		if axis < len(m.pairs) {
			m.axes[i], m.pairs[axis] = axis, append(m.pairs[axis], i)
		}
	}
	for axis, s := range o.Sections {
		if o.Interleaved && (len(o.Sections) != 3 || len(m.pairs[axis]) != s) {
			return nil, bad("sections", encoding.Text("three that rotaryDim/2 = ", n, " pairs have room for at every third pair"), short(o.Sections))
		}
	}
	return m, nil
}

// Options returns the options with defaults filled in.
func (m *MRope) Options() MRopeOptions { return m.options }

// Axes returns which axis each pair follows.
func (m *MRope) Axes() []int { return slices.Clone(m.axes) }

// Rotate turns queries or keys x, in place.
func (m *MRope) Rotate(x []float32, at At) error { return m.rotate(x, at, false) }

// Unrotate turns them back: the inverse of Rotate, up to the rounding of both.
func (m *MRope) Unrotate(x []float32, at At) error { return m.rotate(x, at, true) }

func (m *MRope) rotate(x []float32, at At, back bool) error {
	if at.Positions == nil {
		return m.Rotary.rotate(x, at, back)
	}
	b, err := m.block(len(x), at)
	if err != nil {
		return err
	}
	m.turn(x, b, at, back)
	return nil
}

func (m *MRope) block(length int, at At) (block, error) {
	b, err := m.span(length, at, len(at.Positions))
	if err == nil {
		err = encoding.CheckPositions(at.Positions, 0)
	}
	if err == nil {
		err = m.Rotary.options.checkLength(b.length(&at))
	}
	return b, err
}

// span is block without the positions' values.
func (m *MRope) span(length int, at At, positions int) (block, error) {
	axes := len(m.pairs)
	b, err := at.check(length, m.options.HeadDim, positions/axes)
	e, _ := err.(*encoding.OptionError)
	if err == nil && positions%axes != 0 || e != nil && e.Option == "positions" {
		batch := max(at.Batch, 1)
		seq := length / m.options.HeadDim / max(at.Heads, 1) / batch
		err = bad("positions", encoding.Text("axes·seq = ", axes, "·", seq, " or axes·batch·seq = ", axes, "·", batch, "·", seq, " of them"), strconv.Itoa(positions))
	}
	return b, err
}

func (m *MRope) turn(x []float32, b block, at At, back bool) {
	t := m.turning(&b)
	t.Back = back
	width := t.Heads * t.HeadDim
	stride := b.Seq * width
	m.each(b, at, back, func(part, from int, rows []float32) {
		t.Tokens = len(rows) / (2 * t.Pairs)
		for i := range b.Batch {
			kernel.Rotate(x[(part*b.Batch+i)*stride+from*width:][:t.Tokens*width], rows, t)
		}
	})
}

// each puts the rows of cos and sin together from those of the axes, some tokens at a time.
func (m *MRope) each(b block, at At, back bool, do func(part, from int, rows []float32)) {
	tokens := b.parts * b.Seq
	if tokens == 0 {
		return
	}
	w := m.of(b.length(&at))
	table := w.forward
	if back {
		table = w.back
	}
	if !b.Once {
		keep(table, at.Positions)
	}
	n := len(m.axes)
	most := min(b.Seq, 64)
	out := make([]float32, most*2*n)
	positions := make([]float64, most)
	for part := range b.parts {
		for from := 0; from < b.Seq; from += most {
			tile := positions[:min(most, b.Seq-from)]
			for axis, pairs := range m.pairs {
				if len(pairs) == 0 {
					continue
				}
				for i := range tile {
					tile[i] = at.Positions[axis*tokens+part*b.Seq+from+i]
				}
				table.Each(rows.Span{Batch: 1, Seq: len(tile), Positions: tile, Once: true}, func(from int, rows []float32) {
					for dst := out[from*2*n:]; len(rows) > 0; dst, rows = dst[2*n:], rows[2*n:] {
						for _, i := range pairs {
							dst[i], dst[n+i] = rows[i], rows[n+i]
						}
					}
				})
			}
			do(part, from, out[:len(tile)*2*n])
		}
	}
}

// keep has the table make the rows of all positions at once, when they lie close together.
func keep(table *rows.Table, positions []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range positions {
		low, high = min(low, p), max(high, p)
	}
	if low = math.Floor(low); high-low < float64(2*len(positions)+64) {
		table.Cached(rows.Span{First: int64(low), Seq: int(high-low) + 1})
	}
}

// CosSin returns the cosines and the sines of length positions, [length, rotaryDim/2] each, multiplied by the attention
// factor. at.Batch, at.Heads and at.Order have no part in it.
func (m *MRope) CosSin(length int, at At) (cos, sin []float32, err error) {
	return cosSin(m, length, at)
}

// FillCosSin is CosSin into arrays [length, rotaryDim/2].
func (m *MRope) FillCosSin(cos, sin []float32, at At) error {
	if at.Positions == nil {
		return m.Rotary.FillCosSin(cos, sin, at)
	}
	x, err := cosSinLength(m, cos, sin)
	if err != nil {
		return err
	}
	b, err := m.block(x, one(at))
	if err != nil {
		return err
	}
	m.each(b, at, false, func(_, from int, rows []float32) { unzip(cos, sin, len(m.axes), from, rows) })
	return nil
}

// Check says what Rotate would say of an array of length elements and of this many positions on all axes together (-1:
// at.Offset counts), when their values are not at hand yet. at.Positions has no part in it.
func (m *MRope) Check(length int, at At, positions int) error {
	if positions < 0 {
		return m.Rotary.Check(length, at, positions)
	}
	_, err := m.span(length, at, positions)
	return err
}
