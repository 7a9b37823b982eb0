package rotary

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/rows"
)

// A lookup is an encoding whose positions are the numbers of the rows of a finite table: [Cached] and [Axial].
type lookup struct {
	headDim, pairs int
	pairing        Pairing
	rows           int64
	forward, back  *rows.Table // rows of cos and sin; back for the turn the other way, whose sines the kernel negates
}

// plain is the options of an encoder without frequencies of its own, checked and with their defaults.
//
//go:noinline
func plain(headDim, rotaryDim int, base float64, p Pairing) (Options, error) {
	o := Options{HeadDim: headDim, RotaryDim: rotaryDim, Base: base, Pairing: p}.withDefaults()
	return o, o.check()
}

// short is the beginning of a list, for a message.
func short(list []int) string { return encoding.Text(list) }

func (l *lookup) width() (headDim, pairs int) { return l.headDim, l.pairs }

// Pairs returns how many pairs of a head are turned.
func (l *lookup) Pairs() int { return l.pairs }

// Rows returns how many positions there are.
func (l *lookup) Rows() int { return int(l.rows) }

// Rotate turns queries or keys x, in place.
func (l *lookup) Rotate(x []float32, at At) error { return l.rotate(x, at, l.forward, false) }

// Unrotate turns them back: the inverse of Rotate, up to the rounding of both.
func (l *lookup) Unrotate(x []float32, at At) error { return l.rotate(x, at, l.back, true) }

func (l *lookup) rotate(x []float32, at At, table *rows.Table, back bool) error {
	b, err := l.block(len(x), at)
	if err != nil {
		return err
	}
	t := b.turning(l.headDim, l.pairs, l.pairing)
	t.Back = back
	b.each(x, at.Positions, t, table)
	return nil
}

// block checks at for an array of length elements.
func (l *lookup) block(length int, at At) (block, error) {
	count := -1
	if at.Positions != nil {
		count = len(at.Positions)
	}
	b, err := l.span(length, at, count)
	if err == nil {
		err = l.CheckPositions(at.Positions, 0)
	}
	return b, err
}

// CheckPositions says whether these are positions. The first of them is number first of the list that the message is about.
func (l *lookup) CheckPositions(positions []float64, first int) error {
	for i, p := range positions {
		if !(p >= 0 && p < float64(l.rows) && p == math.Trunc(p)) {
			return bad(encoding.Text("positions[", first+i, "]"), encoding.Text("an integer from 0 to ", l.rows-1, ", the number of a row"), encoding.Number(p))
		}
	}
	return nil
}

// span is block without the positions' values.
func (l *lookup) span(length int, at At, positions int) (block, error) {
	b, err := at.check(length, l.headDim, positions)
	if err == nil && positions < 0 && int64(b.Seq) > l.rows {
		err = bad("x", encoding.Text("at most ", l.rows, " rows in a sequence, which is all"), strconv.Itoa(b.Seq))
	}
	if err == nil && positions < 0 && b.Seq > 0 && (b.First < 0 || b.First+int64(b.Seq) > l.rows) {
		err = bad("offset", encoding.Text("one that keeps all ", b.Seq, " positions from 0 to ", l.rows-1, ", the numbers of the rows"), strconv.FormatInt(b.First, 10))
	}
	return b, err
}

// CosSin returns the cosines and the sines of length positions, [length, pairs] each. at.Batch, at.Heads and at.Order have
// no part in it.
func (l *lookup) CosSin(length int, at At) (cos, sin []float32, err error) {
	return cosSin(l, length, at)
}

// FillCosSin is CosSin into arrays [length, pairs].
func (l *lookup) FillCosSin(cos, sin []float32, at At) error {
	x, err := cosSinLength(l, cos, sin)
	if err != nil {
		return err
	}
	b, err := l.block(x, one(at))
	if err != nil {
		return err
	}
	b.Positions = at.Positions
	l.forward.Each(b.Span, func(from int, rows []float32) { unzip(cos, sin, l.pairs, from, rows) })
	return nil
}

// Check says what Rotate would say of an array of length elements and of this many positions (-1: at.Offset counts), when
// their values are not at hand yet. at.Positions has no part in it.
func (l *lookup) Check(length int, at At, positions int) error {
	at.Positions = nil
	if positions >= 0 {
		at.Offset = 0
	}
	_, err := l.span(length, at, positions)
	return err
}
