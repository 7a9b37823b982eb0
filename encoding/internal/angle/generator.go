package angle

import (
	"math"
	"sync"
	"sync/atomic"

	"posenc/encoding/internal/kernel"
)

// A Layout says where in a row the sine and cosine of each frequency go. The columns that it does not name are 0.
type Layout struct {
	Dim      int // columns
	Sin, Cos int // the columns of the first sine and the first cosine
	Stride   int // from one to the next: 1, or 2 where they alternate (then Sin is 0 and Cos is 1)
	Pairs    int // frequencies that have both; one more frequency than that has a sine only
}

// Frequency returns which frequency column j has, and whether it is its cosine; j is a column that has one.
func (l Layout) Frequency(j int) (i int, isCos bool) {
	if l.Stride == 2 {
		return j / 2, j%2 == 1
	}
	if isCos = j >= l.Cos && (l.Cos > l.Sin || j < l.Sin); isCos {
		return j - l.Cos, true
	}
	return j - l.Sin, false
}

// A Generator makes rows of sines and cosines of p·w for all of its frequencies at once. It is safe for concurrent use.
//
// An integer position is split into digits to the base 16, each from -8 to 7, but for the first:
//
//	p = 256·super + 16·coarse + fine
//
// The sines and cosines at 256·super come from the exact product; the two turns by 16·coarse and by fine cost four
// products each, two of which the turn the other way shares. The tables of turns are made once, and are exact too.
// Three roundings of float64 stay behind: each value is within 2^-50 of the true sine or cosine before it is
// rounded to float32, so it is the nearest float32 unless the true value is that close to the middle of two.
// In the table of 8192 positions by 512 channels that is none; the tests count.
//
// This is a function of p alone, so a row has the same bits wherever it is made. It beats a recurrence from row to
// row, which cannot start in the middle, and a polynomial for each element, which is three times the work.
type Generator struct {
	freqs        []Frequency
	fine, coarse [radix/2 + 1]atomic.Pointer[kernel.Angles] // turns by r and by 16·r, made when first needed
	cursors      sync.Pool
}

const radix = 16

// NewGenerator returns a generator for these frequencies.
func NewGenerator(freqs []Frequency) *Generator {
	g := &Generator{freqs: freqs}
	g.cursors.New = func() any { return g.newCursor() }
	return g
}

// A cursor is where a generator stands: the angles at a position that is a multiple of 16, and at one of 256.
type cursor struct {
	superAt, anchorAt int64
	super, anchor     kernel.Angles
	spareAngles       kernel.Angles // for the half of a turn that is not wanted
	spareRow          []float32     // likewise, grown on demand
}

// nowhere is no multiple of 16.
const nowhere = math.MaxInt64

func (g *Generator) newCursor() *cursor {
	n := len(g.freqs)
	mem := make([]float64, 6*n)
	part := func(i int) kernel.Angles { return kernel.Angles{Sin: mem[i*n : (i+1)*n], Cos: mem[(i+1)*n : (i+2)*n]} }
	return &cursor{superAt: nowhere, anchorAt: nowhere, super: part(0), anchor: part(2), spareAngles: part(4)}
}

// Rows writes the rows of positions first, first+1, ... into dst, as many as fit; its length is a multiple of l.Dim.
func (g *Generator) Rows(dst []float32, first int64, l Layout) {
	c := g.cursors.Get().(*cursor)
	defer g.cursors.Put(c)
	end := first + int64(len(dst)/l.Dim)
	for p := first; p < end; {
		anchor := nearest(p, radix)
		g.moveTo(c, anchor)
		g.block(dst, first, end, l, c)
		p = anchor + radix/2
	}
}

// At writes the row of any position into dst, whose length is l.Dim. A fraction takes the exact product throughout.
func (g *Generator) At(dst []float32, position float64, l Layout) {
	if position == math.Trunc(position) {
		g.Rows(dst, int64(position), l)
		return
	}
	clear(dst)
	for i := range g.freqs {
		p := g.freqs[i].atReal(position)
		s, c := p.sincos()
		dst[l.Sin+i*l.Stride] = float32(s)
		if i < l.Pairs {
			dst[l.Cos+i*l.Stride] = float32(c)
		}
	}
}

// nearest returns the multiple m of n, a power of two, with m - n/2 <= p < m + n/2.
func nearest(p, n int64) int64 { return (p + n/2) &^ (n - 1) }

// moveTo turns the cursor to a position that is a multiple of 16.
func (g *Generator) moveTo(c *cursor, anchor int64) {
	if c.anchorAt == anchor {
		return
	}
	super := nearest(anchor, radix*radix)
	if c.superAt != super {
		c.superAt = nowhere // should sincos panic, the cursor must not lie
		g.exact(c.super, super)
		c.superAt = super
	}
	switch d := int((anchor - super) / radix); {
	case d > 0:
		kernel.Turn(c.anchor, c.spareAngles, c.super, g.turn(&g.coarse, d, radix))
	case d < 0:
		kernel.Turn(c.spareAngles, c.anchor, c.super, g.turn(&g.coarse, -d, radix))
	default:
		copy(c.anchor.Sin, c.super.Sin)
		copy(c.anchor.Cos, c.super.Cos)
	}
	c.anchorAt = anchor
}

// turn returns the turns by r·unit, r <= 8, and makes them the first time. The turn by 0 is exact: s·1 + c·0.
func (g *Generator) turn(table *[radix/2 + 1]atomic.Pointer[kernel.Angles], r, unit int) kernel.Angles {
	if t := table[r].Load(); t != nil {
		return *t
	}
	n := len(g.freqs)
	mem := make([]float64, 2*n)
	t := &kernel.Angles{Sin: mem[:n], Cos: mem[n:]}
	g.exact(*t, int64(r*unit))
	table[r].Store(t) // two goroutines may both have made it; the bits are the same
	return *t
}

// exact writes the angles of all frequencies at an integer position, from the exact product.
func (g *Generator) exact(dst kernel.Angles, position int64) {
	for i := range g.freqs {
		p := g.freqs[i].at(position)
		dst.Sin[i], dst.Cos[i] = p.sincos()
	}
}

// block writes those of the 16 rows round the cursor that are in [first, end).
func (g *Generator) block(dst []float32, first, end int64, l Layout, c *cursor) {
	row := func(p int64) []float32 {
		if p < first || p >= end {
			return nil
		}
		return dst[int(p-first)*l.Dim:][:l.Dim]
	}
	for r := range radix/2 + 1 {
		plus, minus := row(c.anchorAt+int64(r)), row(c.anchorAt-int64(r))
		switch r {
		case 0:
			minus = nil // the same row
		case radix / 2:
			plus = nil // the next block's
		}
		if plus == nil && minus == nil {
			continue
		}
		if len(c.spareRow) < l.Dim {
			c.spareRow = make([]float32, l.Dim)
		}
		if plus == nil {
			plus = c.spareRow
		}
		if minus == nil {
			minus = c.spareRow
		}
		l.turn(plus[:l.Dim], minus[:l.Dim], c.anchor, g.turn(&g.fine, r, 1))
	}
}

// turn writes the rows of angles a+r and a-r.
func (l Layout) turn(plus, minus []float32, a, r kernel.Angles) {
	n := l.Pairs
	paired := func(x kernel.Angles) kernel.Angles { return kernel.Angles{Sin: x.Sin[:n], Cos: x.Cos[:n]} }
	if l.Stride == 2 {
		kernel.TurnInterleaved(plus, minus, paired(a), paired(r))
	} else {
		apart := func(x []float32) kernel.Rows { return kernel.Rows{Sin: x[l.Sin:], Cos: x[l.Cos:]} }
		kernel.TurnSplit(apart(plus), apart(minus), paired(a), paired(r))
	}

	used := 2 * n
	if len(a.Sin) > n { // a sine without its cosine
		var p, m [2]float32
		one := func(x *[2]float32) kernel.Rows { return kernel.Rows{Sin: x[:1], Cos: x[1:]} }
		kernel.TurnSplit(one(&p), one(&m),
			kernel.Angles{Sin: a.Sin[n:], Cos: a.Cos[n:]}, kernel.Angles{Sin: r.Sin[n:], Cos: r.Cos[n:]})
		plus[l.Sin+n*l.Stride], minus[l.Sin+n*l.Stride] = p[0], m[0]
		used++
	}
	if used < l.Dim { // the columns that are named by nobody are the last
		clear(plus[used:])
		clear(minus[used:])
	}
}
