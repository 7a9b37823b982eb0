package additive

import (
	"fmt"
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// At says which position each row of x [batch, seq, dim] has. The length of x gives seq.
//
// The zero value means one batch element with positions 0, 1, ...
type At struct {
	// Batch is how many sequences x holds, one after the other; 0 means 1.
	Batch int
	// Offset is the position of the first row of each sequence; the next has one more. Its magnitude, and that of
	// the last position, is at most 2^53.
	Offset int64
	// Positions, when not nil, replaces Offset: a position for each row of a sequence (length seq, the same for the
	// whole batch) or for each row of x (length batch·seq). Fractions and negative ones are welcome; NaN and
	// magnitudes above 2^53 are not.
	Positions []float64
	// Once says that the rows are needed for this call only, as for a part of a long sequence that is encoded in parts:
	// none are kept that were not kept already. A sequence too long for TableBytes is taken so by itself.
	Once bool
}

// rows is an At that has been checked against an array.
type rows struct {
	batch, seq int
	first      int64
	positions  []float64 // nil, or seq of them
	once       bool
}

// Check says what Add would say of an array of length elements and of this many positions (-1: At.Offset counts), when
// their values are not at hand yet. at.Positions has no part in it.
func (at At) Check(length, dim, positions int) error {
	at.Positions = nil
	if positions >= 0 {
		at.Offset = 0
	}
	r, err := at.check(length, dim)
	if err == nil && positions >= 0 {
		err = r.count(positions)
	}
	return err
}

// CheckPositions says what Add would say of these positions; the first of them is number first of the list.
func CheckPositions(positions []float64, first int) error {
	for i, p := range positions {
		if !(math.Abs(p) <= angle.MaxPosition) {
			return &encoding.OptionError{Option: fmt.Sprintf("positions[%d]", first+i),
				Want: "a number within ±2^53", Got: encoding.Number(p)}
		}
	}
	return nil
}

// check returns what at means for an array of length elements, or says what is wrong with it.
func (at At) check(length, dim int) (rows, error) {
	r := rows{batch: at.Batch, first: at.Offset, once: at.Once}
	if r.batch == 0 {
		r.batch = 1
	}
	if r.batch < 0 {
		return r, &encoding.OptionError{Option: "batch", Want: "a positive integer", Got: strconv.Itoa(at.Batch)}
	}
	if r.batch > math.MaxInt/dim || length%(r.batch*dim) != 0 {
		return r, &encoding.OptionError{Option: "x",
			Want: fmt.Sprintf("a length that is a multiple of batch·dim = %d·%d", r.batch, dim), Got: strconv.Itoa(length)}
	}
	r.seq = length / (r.batch * dim)
	if at.Positions != nil {
		return r, r.explicit(at.Positions)
	}
	if r.first < -angle.MaxPosition || r.first > angle.MaxPosition-int64(max(r.seq-1, 0)) {
		return r, &encoding.OptionError{Option: "offset",
			Want: fmt.Sprintf("an integer that keeps all %d positions within ±2^53", r.seq), Got: strconv.FormatInt(r.first, 10)}
	}
	return r, nil
}

// explicit takes a list of positions.
func (r *rows) explicit(positions []float64) error {
	if err := r.count(len(positions)); err != nil {
		return err
	}
	r.positions = positions
	return CheckPositions(positions, 0)
}

// count takes how many positions there are: one for each row of a sequence, or for each row of all.
func (r *rows) count(n int) error {
	switch n {
	case r.seq:
	case r.batch * r.seq:
		r.batch, r.seq = 1, r.batch*r.seq
	default:
		return &encoding.OptionError{Option: "positions",
			Want: fmt.Sprintf("seq = %d or batch·seq = %d of them", r.seq, r.batch*r.seq), Got: strconv.Itoa(n)}
	}
	return nil
}
