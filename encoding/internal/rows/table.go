package rows

import (
	"math"
	"sync"
	"sync/atomic"

	"posenc/encoding/internal/angle"
)

// TableBytes is the most memory that one table keeps for rows that it has made: 4 MiB, 2048 positions of 512
// channels. What does not fit, and what lies elsewhere than the rows that are kept, is made for the call, at a third to
// a fifth of the speed.
const TableBytes = 4 << 20

// scratchBytes is how much is made at a time past the table, but at least 16 rows: it stays in a fast cache beside what it
// is used on.
const scratchBytes = 16 << 10

// A Source makes rows. What it makes for a position depends on that alone. It is safe for concurrent use.
type Source interface {
	// Make writes the rows of positions first, first+1, ... into dst, as many as fit; its length is a multiple of the
	// width of a row.
	Make(dst []float32, first int64)
	// MakeAt writes the row of any position.
	MakeAt(dst []float32, position float64)
}

// A Table is the rows of a source, one for each integer position: a window of them in memory, the rest made
// when asked for. It is safe for concurrent use.
type Table struct {
	// RunBytes is how much of the rows in memory Each gives at once when several sequences have them: what stays in a fast
	// cache beside what it is used on. NewTable sets it for rows that are added.
	RunBytes int

	source Source
	dim    int

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

// NewTable returns the table of a source whose rows have dim elements.
func NewTable(source Source, dim int) *Table {
	t := &Table{RunBytes: scratchBytes, source: source, dim: dim}
	t.window.Store(&window{})
	t.scratch.New = func() any {
		rows := make([]float32, t.scratchRows()*dim)
		return &rows
	}
	return t
}

// scratchRows is how many rows are made at a time past the window: a multiple of what a generator makes best.
func (t *Table) scratchRows() int { return max(scratchBytes/(4*t.dim)&^15, 16) }

// Cached returns the rows of s, which has no list of positions, out of the window, or nil when they are not there and not
// to be kept, or do not fit.
func (t *Table) Cached(s Span) []float32 {
	rows := t.window.Load().slice(s.First, s.Seq, t.dim)
	if rows == nil && !s.Once {
		t.grow(s.First, s.First+int64(s.Seq))
		rows = t.window.Load().slice(s.First, s.Seq, t.dim)
	}
	if rows != nil && t.misses.Load() != 0 {
		t.misses.Store(0)
	}
	return rows
}

// Ready returns length elements of rows, whole rows of them, from position first on, or nil when they are not all in memory or
// there is more to do than to read them. It is Cached for hot calls.
func (t *Table) Ready(first int64, length int) []float32 {
	w := t.window.Load()
	from := first - w.first
	if from < 0 || from >= int64(len(w.rows)) || t.misses.Load() != 0 {
		return nil
	}
	at := from * int64(t.dim) // both below 2^31
	if at+int64(length) > int64(len(w.rows)) {
		return nil
	}
	return w.rows[at:][:length]
}

// Kept returns the rows that are in memory, and the position of the first.
func (t *Table) Kept() (first int64, rows []float32) {
	w := t.window.Load()
	return w.first, w.rows
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
func (t *Table) grow(first, end int64) {
	t.growing.Lock()
	defer t.growing.Unlock()
	dim := int64(t.dim)
	most := TableBytes / (4 * dim)
	if first == end || end-first > most {
		return // no rows, of positions that may not exist, or too many
	}
	old := t.window.Load()
	from, to := old.first, old.first+int64(len(old.rows))/dim
	end = min((end+15)&^15, max(end, first+most), angle.MaxPosition+1) // whole blocks, as the next call is likely for the next row
	if first >= from && first <= to && end-from <= most {
		if end <= to {
			return // somebody else was faster
		}
		rows := old.rows
		if size := int((end - from) * dim); size > cap(rows) {
			rows = append(make([]float32, 0, min(max(size, 2*cap(rows)), int(most*dim))), rows...)
		}
		grown := rows[:(end-from)*dim]
		t.source.Make(grown[(to-from)*dim:], to)
		t.window.Store(&window{first: from, rows: grown})
		return
	}
	if len(old.rows) > 0 && t.misses.Add(1) < 2 {
		return
	}
	if start := max(first&^15, -angle.MaxPosition); end-start <= most {
		first = start
	}
	rows := make([]float32, (end-first)*dim)
	t.source.Make(rows, first)
	t.window.Store(&window{first: first, rows: rows})
}

// Each calls do for all rows of s in runs of rows that follow each other: from is the number of the first row of the
// run within its sequence. It keeps no rows from one call to the next.
func (t *Table) Each(s Span, do func(from int, rows []float32)) {
	if s.Positions != nil {
		t.eachPosition(s, do)
		return
	}
	if rows := t.Cached(s); rows != nil {
		run := len(rows)
		if s.Batch > 1 { // a run at a time for the whole batch, so that it is read from the fastest cache
			run = max(t.RunBytes/(4*t.dim), 1) * t.dim
		}
		for from := 0; from < len(rows); from += run {
			do(from/t.dim, rows[from:min(from+run, len(rows))])
		}
		return
	}
	buf := t.scratch.Get().(*[]float32)
	defer t.scratch.Put(buf)
	for from := 0; from < s.Seq; {
		first := s.First + int64(from)
		// End where a block of a generator ends, so that it makes none twice.
		end := (first+int64(t.scratchRows())+8)&^15 - 8
		n := min(int(end-first), s.Seq-from)
		rows := (*buf)[:n*t.dim]
		t.source.Make(rows, first)
		do(from, rows)
		from += n
	}
}

// eachPosition is Each for a list of positions. Those that count up by one are a run.
func (t *Table) eachPosition(s Span, do func(from int, rows []float32)) {
	if !s.Once {
		t.prepare(s.Positions)
	}
	buf := t.scratch.Get().(*[]float32)
	defer t.scratch.Put(buf)
	for from := 0; from < s.Seq; {
		n := 1
		p := s.Positions[from]
		if p != math.Trunc(p) {
			t.source.MakeAt((*buf)[:t.dim], p)
			do(from, (*buf)[:t.dim])
			from++
			continue
		}
		for n < t.scratchRows() && from+n < s.Seq && p+float64(n) <= angle.MaxPosition-1 && s.Positions[from+n] == p+float64(n) {
			n++ // up to 2^53 - 1: 2^53 + 1 is no float64, and would look like 2^53 again
		}
		rows := t.window.Load().slice(int64(p), n, t.dim)
		if rows == nil {
			rows = (*buf)[:n*t.dim]
			t.source.Make(rows, int64(p))
		}
		do(from, rows)
		from += n
	}
}

// prepare grows the window over a list of positions when they lie close together, as ids of packed sequences do.
func (t *Table) prepare(positions []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, p := range positions {
		if p == math.Trunc(p) {
			low, high = min(low, p), max(high, p)
		}
	}
	if low <= high && high-low < float64(4*len(positions)+64) {
		t.Cached(Span{First: int64(low), Seq: int(high-low) + 1})
	}
}

// Fill writes the rows of s into dst, the first sequence and then its copies.
func (t *Table) Fill(dst []float32, s Span) {
	stride := s.Seq * t.dim
	first := dst[:stride]
	if s.Positions != nil {
		t.Each(s, func(from int, rows []float32) { copy(first[from*t.dim:], rows) })
	} else if rows := t.window.Load().slice(s.First, s.Seq, t.dim); rows != nil {
		copy(first, rows)
	} else {
		t.source.Make(first, s.First) // straight into dst: nothing to keep, nothing to copy
	}
	for b := 1; b < s.Batch; b++ {
		copy(dst[b*stride:], first)
	}
}
