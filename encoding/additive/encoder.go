package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/rows"
)

// maxTable is the most entries that Table makes: 1 TiB of them, or what an int can count.
const maxTable = min(1<<38, math.MaxInt/4)

// An encoder adds the rows of a source to embeddings. Every additive scheme has one inside, and with it these methods.
type encoder struct {
	dim        int
	table      *rows.Table
	inputScale float32 // multiplies x before rows are added
	direct     adder   // or nil
	first, end int64   // the positions that it has, integers only: first, ..., end-1; all there are where both are 0
	missing    error   // or nil: what has to be given before it can be used
}

// An adder is a source that can add its rows to x, or subtract them, while it makes them.
type adder interface {
	apply(op kernel.Op, x []float32, first int64)
}

func newEncoder(source rows.Source, dim int, inputScale float32) encoder {
	return encoder{dim: dim, table: rows.NewTable(source, dim), inputScale: inputScale}
}

// Dim returns the width of a row.
func (e *encoder) Dim() int { return e.dim }

// Check says what Add would say of an array of length elements and of this many positions (-1: at.Offset counts), when
// their values are not at hand yet. at.Positions has no part in it.
func (e *encoder) Check(length int, at At, positions int) error {
	at.Positions = nil
	if positions < 0 {
		_, err := e.check(length, &at)
		return err
	}
	if e.missing != nil {
		return e.missing
	}
	at.Offset = 0
	s, err := at.check(length, e.dim)
	if err == nil {
		err = s.Count(positions)
	}
	return err
}

// CheckPositions says whether the encoder has these positions. The first of them is number first of the list that the
// message is about.
func (e *encoder) CheckPositions(positions []float64, first int) error {
	if e.first == e.end {
		return encoding.CheckPositions(positions, first)
	}
	for i, p := range positions {
		if !(p >= float64(e.first) && p < float64(e.end) && p == math.Trunc(p)) {
			return bad(indexed("positions", first+i), encoding.Text("an integer from ", e.first, " to ", e.end-1), encoding.Number(p))
		}
	}
	return nil
}

// check returns what at means for an array of length elements, or says what is wrong with it, or that the encoder has no
// such positions.
func (e *encoder) check(length int, at *At) (rows.Span, error) {
	if e.missing != nil {
		return rows.Span{}, e.missing
	}
	s, err := at.check(length, e.dim)
	if err != nil || e.first == e.end {
		return s, err
	}
	if n := e.end - e.first; s.Positions == nil && int64(s.Seq) > n {
		return s, bad("x", encoding.Text("at most ", n, " rows of ", e.dim, " in a sequence, which is all"), encoding.Text(s.Seq))
	}
	if s.Positions == nil && (s.First < e.first || s.First > e.end-int64(s.Seq)) {
		return s, bad("offset",
			encoding.Text("an integer that keeps all ", s.Seq, " positions from ", e.first, " to ", e.end-1), strconv.FormatInt(s.First, 10))
	}
	return s, e.CheckPositions(s.Positions, 0)
}

// Add adds the encoding to embeddings x [batch, seq, dim], in place:
//
//	x[b, j] = x[b, j]·inputScale + PE(position of row j)
//
// Both operations round to float32, as they do in PyTorch. After the first call for a length it does not allocate.
func (e *encoder) Add(x []float32, at At) error { return e.apply(kernel.Plus, x, &at) }

// Subtract undoes Add, up to the rounding of the sum:
//
//	x[b, j] = (x[b, j] - PE(position of row j)) / inputScale
func (e *encoder) Subtract(x []float32, at At) error { return e.apply(kernel.Minus, x, &at) }

// Quick is Add, or Subtract, for hot calls: of a single sequence whose first row has position first, when its rows are in
// memory. It reports whether it did it. If not it did nothing, and Add says why or makes the rows. Rows have no heads.
func (e *encoder) Quick(subtract bool, x []float32, heads int, first int64) bool {
	if e.missing != nil || len(x) != e.dim && uint(len(x))%uint(e.dim) != 0 {
		return false
	}
	if e.first != e.end && (first < e.first || first > e.end-int64(uint(len(x))/uint(e.dim))) {
		return false
	}
	pe := e.table.Ready(first, len(x))
	if pe == nil {
		return false
	}
	switch {
	case subtract:
		e.combine(kernel.Minus, x, pe)
	case e.inputScale == 1:
		kernel.Add(x, pe)
	default:
		e.combine(kernel.Plus, x, pe)
	}
	return true
}

// apply adds or subtracts. What a decoder does for every token, one run of rows that are there already, and one long
// sequence, whose rows go from the source straight into x, have ways of their own.
func (e *encoder) apply(op kernel.Op, x []float32, at *At) error {
	s, err := e.check(len(x), at)
	if err != nil {
		return err
	}
	if s.Batch == 1 && s.Positions == nil {
		if pe := e.table.Cached(s); pe != nil {
			e.combine(op, x, pe)
			return nil
		}
		if e.direct != nil && e.inputScale == 1 {
			e.direct.apply(op, x, s.First)
			return nil
		}
	}
	stride := s.Seq * e.dim
	e.table.Each(s, func(from int, pe []float32) {
		for b := range s.Batch {
			e.combine(op, x[b*stride+from*e.dim:][:len(pe)], pe)
		}
	})
	return nil
}

func (e *encoder) combine(op kernel.Op, x, pe []float32) {
	switch {
	case e.inputScale == 1 && op == kernel.Plus:
		kernel.Add(x, pe)
	case e.inputScale == 1:
		kernel.Sub(x, pe)
	case op == kernel.Plus:
		kernel.ScaleAdd(x, pe, e.inputScale)
	default:
		kernel.SubUnscale(x, pe, e.inputScale)
	}
}

// Fill overwrites x [batch, seq, dim] with the encoding's own rows.
func (e *encoder) Fill(x []float32, at At) error {
	s, err := e.check(len(x), &at)
	if err == nil {
		e.table.Fill(x, s)
	}
	return err
}

// Table returns the rows of length positions, [length, dim]. at.Batch has no part in it.
func (e *encoder) Table(length int, at At) ([]float32, error) {
	most, why := maxTable/e.dim, ", whose table can exist"
	if n := e.end - e.first; n > 0 && at.Positions == nil && n <= int64(most) {
		most, why = int(n), ", which is all"
	}
	if length < 0 || length > most {
		return nil, bad("length", encoding.Text("one from 0 to ", most, why), strconv.Itoa(length))
	}
	at.Batch = 1
	if _, err := e.check(length*e.dim, &at); err != nil {
		return nil, err // before there is an array
	}
	x := make([]float32, length*e.dim)
	return x, e.Fill(x, at)
}
