package additive

import (
	"math"
	"sync"
	"sync/atomic"

	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/kernel"
)

// TableBytes is the most memory that one encoder keeps for rows that it has made: 4 MiB, 2048 positions of 512
// channels. What does not fit, and what lies elsewhere than the rows that are kept, is made for the call, at a third to
// a fifth of the speed. Beside the rows an encoder keeps some 400 bytes a channel for making them.
const TableBytes = 4 << 20

// scratchBytes is how much is made at a time past the table, but at least 16 rows: it stays in a fast cache beside what it
// is added to.
const scratchBytes = 16 << 10

// A table is the rows of an encoding, one for each integer position: a window of them in memory, the rest made
// when asked for. It is safe for concurrent use.
type table struct {
	gen    *angle.Generator
	layout angle.Layout
	scale  float32 // multiplies every entry, in float32

	window  atomic.Pointer[window]
	misses  atomic.Int32 // since the window last served
	growing sync.Mutex
	scratch sync.Pool // *[]float32 of scratchRows rows
}

// A window is the rows of positions first, first+1, ... It never changes; growing makes another, which may share
// the memory of the one before it.
type window struct {
	first int64
	rows  []float32
}

func newTable(gen *angle.Generator, layout angle.Layout, scale float32) *table {
	t := &table{gen: gen, layout: layout, scale: scale}
	t.window.Store(&window{})
	t.scratch.New = func() any {
		rows := make([]float32, t.scratchRows()*layout.Dim)
		return &rows
	}
	return t
}

// scratchRows is how many rows are made at a time past the window: a multiple of what the generator makes best.
func (t *table) scratchRows() int { return max(scratchBytes/(4*t.layout.Dim)&^15, 16) }

// cached returns the rows of r out of the window, or nil when they are not there and not to be kept, or do not fit.
func (t *table) cached(r rows) []float32 {
	pe := t.window.Load().slice(r.first, r.seq, t.layout.Dim)
	if pe == nil && !r.once {
		t.grow(r.first, r.first+int64(r.seq))
		pe = t.window.Load().slice(r.first, r.seq, t.layout.Dim)
	}
	if pe != nil && t.misses.Load() != 0 {
		t.misses.Store(0)
	}
	return pe
}

// slice returns n rows from first on, or nil when the window has not all of them.
func (w *window) slice(first int64, n, dim int) []float32 {
	from, to := first-w.first, first-w.first+int64(n)
	if from < 0 || to > int64(len(w.rows)/dim) {
		return nil
	}
	return w.rows[int(from)*dim : int(to)*dim]
}

// grow makes the window reach over [first, end), if that fits in TableBytes: by making it longer when they begin in it or
// right behind it, as a decoder's do, and otherwise by starting another. That waits for the second miss in a row, so
// that two callers far apart do not throw away each other's rows for ever.
func (t *table) grow(first, end int64) {
	t.growing.Lock()
	defer t.growing.Unlock()
	dim := int64(t.layout.Dim)
	most := TableBytes / (4 * dim)
	if end-first > most {
		return
	}
	old := t.window.Load()
	from, to := old.first, old.first+int64(len(old.rows))/dim
	end = min((end+15)&^15, max(end, first+most)) // whole blocks, as the next call is likely for the next row
	if first >= from && first <= to && end-from <= most {
		if end <= to {
			return // somebody else was faster
		}
		rows := old.rows
		if size := int((end - from) * dim); size > cap(rows) {
			rows = append(make([]float32, 0, min(max(size, 2*cap(rows)), int(most*dim))), rows...)
		}
		grown := rows[:(end-from)*dim]
		t.make(grown[(to-from)*dim:], to)
		t.window.Store(&window{first: from, rows: grown})
		return
	}
	if len(old.rows) > 0 && t.misses.Add(1) < 2 {
		return
	}
	if start := first &^ 15; end-start <= most {
		first = start
	}
	rows := make([]float32, (end-first)*dim)
	t.make(rows, first)
	t.window.Store(&window{first: first, rows: rows})
}

// make writes the rows of positions first, first+1, ... into dst.
func (t *table) make(dst []float32, first int64) {
	t.gen.Rows(kernel.Store, dst, first, t.layout)
	t.rescale(dst)
}

// makeAt writes the row of any position into dst.
func (t *table) makeAt(dst []float32, position float64) {
	t.gen.At(dst, position, t.layout)
	t.rescale(dst)
}

func (t *table) rescale(dst []float32) {
	if t.scale != 1 {
		for i := range dst {
			dst[i] *= t.scale
		}
	}
}

// each calls do for all rows of r in runs of rows that follow each other: from is the number of the first row of the
// run within its sequence, and pe its encoding. It keeps no pe from one call to the next.
func (t *table) each(r rows, do func(from int, pe []float32)) {
	dim := t.layout.Dim
	if r.positions != nil {
		t.eachPosition(r, do)
		return
	}
	if pe := t.cached(r); pe != nil {
		run := len(pe)
		if r.batch > 1 { // a run at a time for the whole batch, so that it is read from the fastest cache
			run = t.scratchRows() * dim
		}
		for from := 0; from < len(pe); from += run {
			do(from/dim, pe[from:min(from+run, len(pe))])
		}
		return
	}
	buf := t.scratch.Get().(*[]float32)
	defer t.scratch.Put(buf)
	for from := 0; from < r.seq; {
		first := r.first + int64(from)
		// End where a block of the generator ends, so that it makes none twice.
		end := (first+int64(t.scratchRows())+8)&^15 - 8
		n := min(int(end-first), r.seq-from)
		pe := (*buf)[:n*dim]
		t.make(pe, first)
		do(from, pe)
		from += n
	}
}

// eachPosition is each for a list of positions. Those that count up by one are a run.
func (t *table) eachPosition(r rows, do func(from int, pe []float32)) {
	dim := t.layout.Dim
	if !r.once {
		t.prepare(r.positions)
	}
	buf := t.scratch.Get().(*[]float32)
	defer t.scratch.Put(buf)
	for from := 0; from < r.seq; {
		n := 1
		p := r.positions[from]
		if p != math.Trunc(p) {
			t.makeAt((*buf)[:dim], p)
			do(from, (*buf)[:dim])
			from++
			continue
		}
		for n < t.scratchRows() && from+n < r.seq && p+float64(n) <= angle.MaxPosition-1 && r.positions[from+n] == p+float64(n) {
			n++ // up to 2^53 - 1: 2^53 + 1 is no float64, and would look like 2^53 again
		}
		pe := t.window.Load().slice(int64(p), n, dim)
		if pe == nil {
			pe = (*buf)[:n*dim]
			t.make(pe, int64(p))
		}
		do(from, pe)
		from += n
	}
}

// prepare grows the window over a list of positions when they lie close together, as ids of packed sequences do.
func (t *table) prepare(positions []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range positions {
		if p == math.Trunc(p) {
			low, high = min(low, p), max(high, p)
		}
	}
	if low <= high && high-low < float64(4*len(positions)+64) {
		t.cached(rows{first: int64(low), seq: int(high-low) + 1})
	}
}
