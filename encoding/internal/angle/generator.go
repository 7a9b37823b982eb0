package angle

import (
	"math"
	"sync"
	"sync/atomic"

	"posenc/encoding/internal/kernel"
)

// A Layout says where in a row the sine and cosine of each frequency go. The columns that it does not name are 0, and are
// the last.
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
//	p = 4096·d3 + 256·d2 + 16·d1 + d0
//
// The sines and cosines at 4096·d3 come from the exact product. A turn by each further digit costs four products, which
// in a block the turn the other way shares; the tables of turns are made once, and are exact too. The roundings of
// float64 that stay behind are below 2^-50 in sum, so an entry is the float32 nearest to the true value unless that
// is so close to the middle of two. In the table of 8192 positions by 512 channels none is; the tests count. Entries
// nearly 0 take the exact product; see near.go.
//
// This is a function of p alone, so a row has the same bits wherever it is made. It beats a recurrence from row to
// row, which cannot start in the middle, and a polynomial for each element, which is three times the work.
type Generator struct {
	freqs    []Frequency
	quarters []uint32
	gain     float64                                            // multiplies every sine and cosine before it is rounded
	turns    [levels][radix/2 + 1]atomic.Pointer[kernel.Angles] // by digit 0 to 8 of each higher level, made when first needed
	sixteen  atomic.Pointer[kernel.Angles]                      // the turns of level 1 by -8, ..., 7, one after the other
	steps    [2]atomic.Pointer[kernel.Steps]                    // by digit 1 to 8 of the lowest, for each stride
	cursors  sync.Pool
}

const (
	radix  = 16
	levels = 3 // digits that are turned by
)

// NewGenerator returns a generator for these frequencies.
func NewGenerator(freqs []Frequency) *Generator { return NewGeneratorGain(freqs, 1) }

// NewGeneratorGain returns a generator whose every sine and cosine is multiplied by gain before it is rounded.
func NewGeneratorGain(freqs []Frequency, gain float64) *Generator {
	g := &Generator{freqs: freqs, gain: gain, quarters: quarters(freqs)}
	g.cursors.New = func() any { return g.newCursor() }
	return g
}

// A cursor is where a generator stands: the angles at a position that is a multiple of 16, of the nearest one of 256, and
// of the nearest one of 4096.
type cursor struct {
	at     [levels]int64
	angles [levels]kernel.Angles
	watch  watch
	block  []float32 // for a block that cannot be made in its place; made on demand

	// What a run of narrow blocks wants, made on demand: the angles at all multiples of 16 that are nearest to the one of 256
	// at sixteenAt, and those at that, sixteen times.
	sixteenAt         int64
	sixteen, repeated kernel.Angles
}

// nowhere is no multiple of 16.
const nowhere = math.MaxInt64

func (g *Generator) newCursor() *cursor {
	c := &cursor{sixteenAt: nowhere, watch: watch{make([]uint64, len(g.freqs)), make([]uint32, len(g.freqs))}}
	for i := range levels {
		c.at[i], c.angles[i] = nowhere, newAngles(len(g.freqs))
	}
	return c
}

func newAngles(n int) kernel.Angles {
	mem := make([]float64, 2*n)
	return kernel.Angles{Sin: mem[:n], Cos: mem[n:]}
}

// Rows does op to the rows of positions first, first+1, ... in x, as many as fit; its length is a multiple of l.Dim.
func (g *Generator) Rows(op kernel.Op, x []float32, first int64, l Layout) {
	c := g.cursors.Get().(*cursor)
	defer g.cursors.Put(c)
	end := first + int64(len(x)/l.Dim)
	for p := first; p < end; {
		anchor := nearest(p, radix)
		g.moveTo(c, 1, nearest(anchor, radix*radix))
		from := anchor - radix/2 - c.at[1] // the first row of the block
		here := x[int(p-first)*l.Dim:]
		if n := g.run(c, anchor, p, end, l); n > 1 && !g.careful(&c.watch, from, n) {
			rows := n * radix
			g.blocks(op, here[:rows*l.Dim], l.Dim, l, g.near(c, anchor, n), n)
			p += int64(rows)
			continue
		}
		g.moveTo(c, 0, anchor)
		next := min(anchor+radix/2, end)
		here = here[:int(next-p)*l.Dim]
		careful := g.careful(&c.watch, from, 1)
		if len(here) == radix*l.Dim && !careful && l.Dim%aliased != 0 {
			g.blocks(op, here, l.Dim, l, c.angles[0], 1)
		} else {
			stride := l.Dim
			if stride%aliased == 0 {
				stride += apart
			}
			if len(c.block) < radix*stride {
				c.block = make([]float32, radix*stride)
			}
			g.blocks(kernel.Store, c.block, stride, l, c.angles[0], 1)
			rows := c.block[int(p-anchor+radix/2)*stride:]
			if careful {
				g.mend(rows[:len(here)/l.Dim*stride], stride, p, l, &c.watch, from+p-anchor+radix/2)
			}
			for ; len(here) > 0; here, rows = here[l.Dim:], rows[min(stride, len(rows)):] {
				apply(op, here[:l.Dim], rows[:l.Dim])
			}
		}
		p = next
	}
}

// Rows that are a multiple of 4 KiB long begin in the same set of a first-level cache, which has no room for sixteen of them. A
// block of such rows is made elsewhere, with its rows a cache line further apart.
const (
	aliased = 4096 / 4
	apart   = 64 / 4
)

// run returns how many blocks from that of p on can be made together: whole ones up to end, round the same position of the
// level above. It pays where blocks are small.
func (g *Generator) run(c *cursor, anchor, p, end int64, l Layout) int {
	if len(g.freqs) > 64 || p != anchor-radix/2 || l.Pairs != len(g.freqs) || 2*l.Pairs != l.Dim {
		return 1
	}
	return int(min((end-p)/radix, (c.at[1]-anchor)/radix+radix/2))
}

// near returns the angles at anchor and at the n-1 multiples of 16 that follow.
func (g *Generator) near(c *cursor, anchor int64, n int) kernel.Angles {
	count := len(g.freqs)
	if c.sixteenAt != c.at[1] {
		c.sixteenAt = nowhere
		if len(c.sixteen.Sin) == 0 {
			c.sixteen, c.repeated = newAngles(radix*count), newAngles(radix*count)
		}
		for i := 0; i < radix*count; i += count {
			copy(c.repeated.Sin[i:], c.angles[1].Sin)
			copy(c.repeated.Cos[i:], c.angles[1].Cos)
		}
		kernel.Turn(c.sixteen, c.repeated, g.allTurns(), false)
		c.sixteenAt = c.at[1]
	}
	from := (int(anchor-c.at[1])/radix + radix/2) * count
	to := from + n*count
	return kernel.Angles{Sin: c.sixteen.Sin[from:to], Cos: c.sixteen.Cos[from:to]}
}

// allTurns returns the turns by -8·16, ..., 7·16, one after the other, and makes them the first time.
func (g *Generator) allTurns() kernel.Angles {
	if all := g.sixteen.Load(); all != nil {
		return *all
	}
	count := len(g.freqs)
	all := newAngles(radix * count)
	for i := range radix {
		digit := i - radix/2
		turn := g.turn(1, max(digit, -digit))
		copy(all.Cos[i*count:], turn.Cos)
		for k, sin := range turn.Sin {
			if digit < 0 {
				sin = -sin
			}
			all.Sin[i*count+k] = sin
		}
	}
	g.sixteen.Store(&all) // two goroutines may both have made it; the bits are the same
	return all
}

// apply does op to x with rows that are there.
func apply(op kernel.Op, x, rows []float32) {
	switch op {
	case kernel.Store:
		copy(x, rows)
	case kernel.Plus:
		kernel.Add(x, rows)
	case kernel.Minus:
		kernel.Sub(x, rows)
	}
}

// At writes the row of any position into dst, whose length is l.Dim. A fraction takes the exact product throughout.
func (g *Generator) At(dst []float32, position float64, l Layout) {
	if position == math.Trunc(position) {
		g.Rows(kernel.Store, dst, int64(position), l)
		return
	}
	clear(dst)
	var p kernel.Phases
	var sin, cos [kernel.PhasesAtOnce]float64
	for i := range g.freqs {
		k := i % kernel.PhasesAtOnce
		if k == 0 {
			some := g.freqs[i:min(len(g.freqs), i+kernel.PhasesAtOnce)]
			for k := range some {
				q := some[k].atReal(position)
				p.Lo[k], p.Mid[k], p.Hi[k] = q.lo, q.mid, q.hi
			}
			kernel.SinCos(kernel.Angles{Sin: sin[:len(some)], Cos: cos[:len(some)]}, &p)
		}
		dst[l.Sin+i*l.Stride] = float32(sin[k] * g.gain)
		if i < l.Pairs {
			dst[l.Cos+i*l.Stride] = float32(cos[k] * g.gain)
		}
	}
}

// nearest returns the multiple m of n, a power of two, with m - n/2 <= p < m + n/2.
func nearest(p, n int64) int64 { return (p + n/2) &^ (n - 1) }

// moveTo takes the angles of a level, 0 for multiples of 16, to a position: from the nearest of the level above by a turn,
// and on the highest by the exact product.
func (g *Generator) moveTo(c *cursor, level int, position int64) {
	if c.at[level] == position {
		return
	}
	c.at[level] = nowhere // should anything below panic, the cursor must not lie
	to := c.angles[level]
	if level == levels-1 {
		g.exact(to, c.watch.high, position)
		if g.gain != 1 { // what is turned from here keeps it
			for i := range to.Sin {
				to.Sin[i] *= g.gain
				to.Cos[i] *= g.gain
			}
		}
	} else {
		unit := int64(1) << (4 * (level + 1))
		above := nearest(position, radix*unit)
		g.moveTo(c, level+1, above)
		from := c.angles[level+1]
		digit := int((position - above) / unit)
		kernel.Turn(to, from, g.turn(level+1, max(digit, -digit)), digit < 0)
		if level == 1 {
			c.watch.move(g.freqs, position, position-above)
		}
	}
	c.at[level] = position
}

// turn returns the turns by digit·16^level, and makes them the first time. A turn by 0 is exact: s·1 + c·0.
func (g *Generator) turn(level, digit int) kernel.Angles {
	slot := &g.turns[level][digit]
	if t := slot.Load(); t != nil {
		return *t
	}
	t := newAngles(len(g.freqs))
	g.exact(t, nil, int64(digit)<<(4*level))
	slot.Store(&t) // two goroutines may both have made it; the bits are the same
	return t
}

// exact writes the angles of all frequencies at an integer position, from the exact product, and
// into turns, unless it is nil, what a watch has of them.
func (g *Generator) exact(dst kernel.Angles, turns []uint64, position int64) {
	if position == 0 { // the digit that every table begins with, three times
		clear(dst.Sin)
		clear(turns)
		for i := range dst.Cos {
			dst.Cos[i] = 1
		}
		return
	}
	exact(dst, turns, g.freqs, position)
}

// blocks does op to count blocks of 16 rows with these angles, the rows stride elements apart.
func (g *Generator) blocks(op kernel.Op, x []float32, stride int, l Layout, a kernel.Angles, count int) {
	steps := g.lowest(l.Stride)
	columns := kernel.Columns{Sin: l.Sin, Cos: l.Cos, Stride: l.Stride}
	if l.Pairs == len(g.freqs) {
		kernel.Block(op, x, stride, columns, a, count, steps)
	} else { // a sine without its cosine: a block of one angle, of which every other column counts; these are not made together
		i := l.Pairs
		kernel.Block(op, x, stride, columns, kernel.Angles{Sin: a.Sin[:i], Cos: a.Cos[:i]}, 1, steps)
		var pair [2 * radix]float32
		one := kernel.NewSteps(1, 2)
		for k := 1; k <= radix/2; k++ {
			sin, cos := steps.Get(i, k)
			one.Set(0, k, sin, cos)
		}
		kernel.Block(kernel.Store, pair[:], 2, kernel.Columns{Cos: 1, Stride: 2}, kernel.Angles{Sin: a.Sin[i:], Cos: a.Cos[i:]}, 1, &one)
		for row := range radix {
			apply(op, x[row*stride+l.Sin+i*l.Stride:][:1], pair[2*row:][:1])
		}
	}
	for i := l.Pairs + len(g.freqs); i < l.Dim; i++ {
		for row := range radix {
			v := &x[row*stride+i]
			if op == kernel.Store {
				*v = 0
			} else if op == kernel.Plus {
				*v += 0 // which changes what is -0
			}
		}
	}
}

// lowest returns the turns by 1 to 8 for a layout of this stride, and makes them the first time.
func (g *Generator) lowest(stride int) *kernel.Steps {
	slot := &g.steps[stride-1]
	if steps := slot.Load(); steps != nil {
		return steps
	}
	steps := kernel.NewSteps(len(g.freqs), stride)
	a := newAngles(len(g.freqs))
	for digit := 1; digit <= radix/2; digit++ {
		exact(a, nil, g.freqs, int64(digit))
		for i, sin := range a.Sin {
			steps.Set(i, digit, sin, a.Cos[i])
		}
	}
	slot.Store(&steps) // two goroutines may both have made it; the bits are the same
	return &steps
}
