package additive

import "posenc/encoding/internal/rows"

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

// TableBytes is the most memory that one encoder keeps for rows that it has made: 4 MiB, 2048 positions of 512
// channels. What does not fit is made for the call. Beside the rows an encoder keeps some 400 bytes a channel, 750 where a row
// has up to 128, for making them.
const TableBytes = rows.TableBytes

// check returns what at means for an array of length elements, or says what is wrong with it.
func (at *At) check(length, dim int) (rows.Span, error) {
	s, err := rows.Split(length, at.Batch, 0, dim)
	if err != nil {
		return s, err
	}
	s.Once = at.Once
	if at.Positions != nil {
		return s, s.At(at.Positions)
	}
	return s, s.From(at.Offset)
}
