// Package rows keeps and makes the rows of an encoding, one for each position, for the encodings that have such rows: the
// additive ones, whose rows are added to embeddings, and the rotary ones, whose rows are cosines and sines.
package rows

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// A Span is which positions the rows of an array have: Batch sequences of Seq rows, each with the same positions. Those are
// First, First+1, ..., or Positions where it is not nil.
type Span struct {
	Batch, Seq int
	First      int64
	Positions  []float64 // nil, or Seq of them
	Once       bool      // the rows are needed for this call only: none are kept that were not kept already
}

// Split returns the span of an array of length elements, of which batch (0 means 1) sequences follow each other. A row of
// them has dim elements, or that for each of its heads where heads is not 0.
func Split(length, batch, heads, dim int) (Span, error) {
	if batch == 0 {
		batch = 1
	}
	if batch < 0 {
		return Span{}, &encoding.OptionError{Option: "batch", Want: "a positive integer", Got: strconv.Itoa(batch)}
	}
	width := dim * max(heads, 1)
	// Without signs a division is an instruction in wasm, and with them a function.
	if uint(batch) > math.MaxInt/uint(width) || uint(length)%uint(batch*width) != 0 {
		want := encoding.Text("batch·dim = ", batch, "·", dim)
		if heads > 0 {
			want = encoding.Text("batch·heads·headDim = ", batch, "·", heads, "·", dim)
		}
		return Span{}, &encoding.OptionError{Option: "x", Want: "a length that is a multiple of " + want, Got: strconv.Itoa(length)}
	}
	return Span{Batch: batch, Seq: int(uint(length) / uint(batch*width))}, nil
}

// From gives the rows the positions offset, offset+1, ...
func (s *Span) From(offset int64) error {
	if offset < -angle.MaxPosition || offset > angle.MaxPosition-int64(max(s.Seq-1, 0)) {
		return &encoding.OptionError{Option: "offset",
			Want: encoding.Text("an integer that keeps all ", s.Seq, " positions within ±2^53"), Got: strconv.FormatInt(offset, 10)}
	}
	s.First = offset
	return nil
}

// At gives the rows a list of positions.
func (s *Span) At(positions []float64) error {
	if err := s.Count(len(positions)); err != nil {
		return err
	}
	s.Positions = positions
	return encoding.CheckPositions(positions, 0)
}

// Count takes how many positions there are: one for each row of a sequence, or for each row of all, which then are one
// sequence.
func (s *Span) Count(n int) error {
	switch n {
	case s.Seq:
	case s.Batch * s.Seq:
		s.Batch, s.Seq = 1, s.Batch*s.Seq
	default:
		return &encoding.OptionError{Option: "positions",
			Want: encoding.Text("seq = ", s.Seq, " or batch·seq = ", s.Batch*s.Seq, " of them"), Got: strconv.Itoa(n)}
	}
	return nil
}
