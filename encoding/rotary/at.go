package rotary

import (
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/rows"
)

// An Order is how heads and positions follow each other in an array.
type Order string

// The two orders in use.
const (
	BSHD Order = "bshd" // [batch, seq, heads, headDim]: what a projection gives, and flash attention takes
	BHSD Order = "bhsd" // [batch, heads, seq, headDim]: what attention in Hugging Face and ONNX's operator take
)

// At says what an array x holds, and which position each of its vectors has. The length of x gives seq.
//
// The zero value means one batch element of one head with positions 0, 1, ...
type At struct {
	Batch  int   // how many sequences x holds; 0 means 1
	Heads  int   // 0 means 1
	Order  Order // "" means BSHD; without effect when there is one head
	Offset int64 // the position of the first row of each sequence; the next has one more
	// Positions, when not nil, replaces Offset: a position for each row of a sequence (length seq, the same for the whole
	// batch) or for each row of all (length batch·seq), as for packed sequences, whose positions restart.
	Positions []float64
	// SequenceLength is how long the whole sequence is, for the scalings that depend on it: dynamic and longrope. 0 means as long
	// as the largest position says. Dynamic goes up to 2^40.
	SequenceLength int64
	// Once says that the rows of cos and sin are needed for this call only; see additive.At.
	Once bool
}

// A block is an At that has been checked: groups of Span.Batch sequences, heads side by side in each row.
type block struct {
	rows.Span
	heads int
	parts int // how often Span follows itself, with the next Seq positions of the list each time
}

// check returns what at means for an array of length elements in vectors of headDim.
func (at *At) check(length, headDim int, positions int) (b block, err error) {
	heads := max(at.Heads, 1)
	switch {
	case at.Heads < 0 || heads > 1<<20:
		return b, bad("heads", "a positive integer up to 2^20", strconv.Itoa(at.Heads))
	case at.Order != "" && at.Order != BSHD && at.Order != BHSD:
		return b, bad("order", `"bshd" or "bhsd"`, encoding.Quote(string(at.Order)))
	case at.SequenceLength < 0 || at.SequenceLength > encoding.MaxPosition:
		return b, bad("sequenceLength", "an integer from 0 to 2^53", strconv.FormatInt(at.SequenceLength, 10))
	}
	if b.Span, err = rows.Split(length, at.Batch, heads, headDim); err != nil {
		return b, err
	}
	b.Once, b.heads, b.parts = at.Once, heads, 1
	if at.Order == BHSD && b.Seq != 1 { // a decoder's single token is the same in both orders
		b.heads = 1
	}
	batch := b.Batch
	switch {
	case positions < 0:
		err = b.From(at.Offset)
	case positions == batch*b.Seq && batch > 1 && b.heads < heads:
		b.Batch, b.parts = 1, batch // each sequence has its own positions, and all its heads follow each other
	default:
		err = b.Count(positions)
	}
	if b.heads < heads {
		b.Batch *= heads
	}
	return b, err
}
