package rotary

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzLookup makes axial encodings and caches, whose positions are the numbers of rows.
func FuzzLookup(f *testing.F) {
	add := func(seed uint64, convention, flags uint8, headDim, h, w, frames int64, axes uint8, base, start, stop float64, prefix, suffix int64, batch, seq, heads uint8, first, length int64, position float64) {
		f.Add(seed, convention, flags, headDim, h, w, frames, axes, base, start, stop, prefix, suffix, batch, seq, heads, first, length, position)
	}
	for i := range conventions {
		add(uint64(i), uint8(i), 0, 32, 5, 3, int64(i&1)*2, 0, 0, 0, 0, int64(i%3), int64(i%2), 2, 9, 2, 0, 0, 3)
	}
	add(1, 0, 12, 16, 2, 7, 0, 1, 100, 0.5, 9, 0, 0, 1, 8, 3, 2, 4, 0)
	add(2, 5, 4, 12, 1, 1, 3, 2, 1e-3, 0, 0, 1, 1, 0, 0, 0, -1, 1<<40, math.NaN())
	add(3, 200, 0, -5, 1<<40, -1, 1, 9, math.Inf(1), math.NaN(), math.NaN(), -1, 1<<40, 9, 9, 9, math.MinInt64, math.MaxInt64, 0.5)
	add(4, 7, 1, 8, 5, 6, 0, 0, 0, 0, 0, 0, 0, 1, 20, 2, 3, 0, 2) // a cache
	add(5, 7, 2, 7, 0, 0, 0, 2, 0, 0, 0, 0, 0, 2, 3, 1, 0, 0, 0)
	f.Fuzz(func(t *testing.T, seed uint64, convention, flags uint8, headDim, h, w, frames int64, axes uint8, base, start, stop float64, prefix, suffix int64,
		batch, seq, heads uint8, first, length int64, position float64) {
		r := rand.New(rand.NewPCG(seed, 0))
		shape3 := []int{int(h), int(w)}
		if frames != 0 {
			shape3 = []int{int(frames), int(h), int(w)}
		}
		for i, n := range shape3 { // valid sizes are cut to small ones
			if n > 12 && n <= maxAxis {
				shape3[i] = n%12 + 1
			}
		}
		o := AxialOptions{HeadDim: int(cut(headDim)), Shape: shape3, Base: base, Pairing: fuzzPairings[int(flags)%len(fuzzPairings)],
			Axes: []string{"", "hw", "wh", "twh", "wth", "hh"}[axes%6], PrefixTokens: int(prefix), SuffixTokens: int(suffix)}
		if flags&4 != 0 {
			o.Start = slices.Repeat([]float64{start}, len(shape3))
		}
		if flags&8 != 0 {
			o.Stop = slices.Repeat([]float64{stop}, len(shape3))
		}
		if flags&16 != 0 {
			for i := range shape3 {
				o.AxesDims = append(o.AxesDims, int(axes)>>i&7*2)
			}
		}
		cachedOptions := CachedOptions{HeadDim: o.HeadDim, RotaryDim: int(axes) / 8 * 2, Pairing: o.Pairing}
		var cos, sin []float32
		if n := o.HeadDim / 2; n > 0 && n <= 128 {
			if cachedOptions.RotaryDim != 0 {
				n = cachedOptions.RotaryDim / 2
			}
			cos = anything(r, n*(1+int(uint64(h)%30)))
			sin = anything(r, len(cos)+r.IntN(20)/19)
		}
		create := func() (turner, error) {
			if i := int(convention) % (len(conventions) + 2); i < len(conventions) {
				o.Convention = conventions[i].name
			} else if i > len(conventions) {
				return NewCached(cachedOptions, cos, sin)
			}
			return NewAxial(o)
		}
		e, err := create()
		if refused(t, err) {
			return
		}
		fresh, _ := create()
		holdCalls(t, r, e, first, int64(batch)-1, int64(heads)-1, length, position)

		rows := 0
		pairing := cachedOptions.Pairing
		switch e := e.(type) {
		case *Axial:
			rows, pairing = e.Rows(), e.options.Pairing
		case *Cached:
			rows = e.Rows()
			holdCache(t, r, e, cos, sin)
		}
		way := way{shape: shape{batch: 1 + int(batch%3), seq: min(rows, 1+int(seq%30)), heads: 1 + int(heads%12), headDim: o.HeadDim}, axes: 1}
		from := r.IntN(rows - way.seq + 1)
		way.place = func() float64 {
			if r.IntN(3) == 0 {
				return float64(r.IntN(rows))
			}
			return float64(from + r.IntN(way.seq))
		}
		holdWays(t, r, e, fresh, pairing, way, int64(from))
		if axial, ok := e.(*Axial); ok {
			holdCell(t, r, axial)
		}
	})
}

// holdCache holds a row against the doc comment, and the way back too, as it says it is rounded.
func holdCache(t *testing.T, r *rand.Rand, e *Cached, cos, sin []float32) {
	headDim, n := e.width()
	row := r.IntN(e.Rows())
	cos, sin = cos[row*n:][:n], sin[row*n:][:n]
	x := anything(r, headDim)
	s := shape{1, 1, 1, headDim}
	same := func(int, int) ([]float32, []float32) { return cos, sin }
	got := slices.Clone(x)
	require.NoError(t, e.Rotate(got, At{Offset: int64(row)}))
	sameBits(t, s.turned(x, BSHD, e.options.Pairing, false, same), got, "row %d", row)

	inverse := func(int, int) (c, s []float32) {
		for i := range n {
			p, q := float64(cos[i]), float64(sin[i])
			if square := float64(p*p) + float64(q*q); square != 0 {
				p, q = p/square, q/square
			}
			c, s = append(c, float32(p)), append(s, float32(q))
		}
		return c, s
	}
	got = slices.Clone(x)
	require.NoError(t, e.Unrotate(got, At{Offset: int64(row)}))
	sameBits(t, s.turned(x, BSHD, e.options.Pairing, true, inverse), got, "row %d back", row)
}

// holdCell holds a cell's angles against the encodings of its axes alone: an image whose only cell is at the coordinate.
func holdCell(t *testing.T, r *rand.Rand, e *Axial) {
	o := e.Options()
	cells := 1
	for _, n := range o.Shape {
		cells *= n
	}
	cell := r.IntN(cells)
	cos, sin, err := e.CosSin(1, At{Offset: int64(o.PrefixTokens + cell)})
	require.NoError(t, err)
	if o.Start != nil { // dinov3 has no coordinates to give
		one := o
		one.PrefixTokens, one.SuffixTokens = 0, 0
		one.Shape, one.Start, one.Stop = slices.Clone(o.Shape), slices.Clone(o.Start), slices.Clone(o.Stop)
		for k, rest := len(o.Shape)-1, cell; k >= 0; k-- {
			one.Start[k] = o.coordinate(k, rest%o.Shape[k])
			rest /= o.Shape[k]
			one.Shape[k], one.Stop[k] = 1, one.Start[k]
		}
		if slices.ContainsFunc(one.Start, func(c float64) bool { return math.Abs(c) > 1<<41 }) {
			return // which a start may not be
		}
		alone, err := NewAxial(one)
		require.NoError(t, err)
		c, s, err := alone.CosSin(1, At{})
		require.NoError(t, err)
		sameBits(t, c, cos, "cosines of cell %d of %+v", cell, o)
		sameBits(t, s, sin, "sines of cell %d of %+v", cell, o)
	}
	for _, row := range []int{r.IntN(o.PrefixTokens + 1), o.PrefixTokens + cells + r.IntN(o.SuffixTokens+1)} {
		if row >= o.PrefixTokens && row < o.PrefixTokens+cells || row >= e.Rows() {
			continue
		}
		cos, sin, err := e.CosSin(1, At{Offset: int64(row)})
		require.NoError(t, err)
		require.Equal(t, slices.Repeat([]float32{1}, len(cos)), cos, "row %d is of no cell", row)
		require.Equal(t, make([]float32, len(sin)), sin, "row %d is of no cell", row)
	}
}

// FuzzLists permutes weights there and back, and holds the positions of text and vision against a loop from their doc comment.
func FuzzLists(f *testing.F) {
	f.Add(uint64(1), int64(2), int64(7), int64(6), int64(3), []byte{3, 0, 1, 2, 2}, 0.0)
	f.Add(uint64(2), int64(1), int64(4), int64(0), int64(1), []byte{0, 2, 3, 4, 1, 0, 1, 1, 1, 1}, 1.5)
	f.Add(uint64(3), int64(-1), int64(1<<40), int64(5), int64(0), []byte{0, 0, 0, 0, 0, 7}, -1.0)
	f.Add(uint64(4), int64(1<<20), int64(2), int64(2), int64(1<<40), []byte{255, 255, 255, 255, 255}, math.NaN())
	f.Fuzz(func(t *testing.T, seed uint64, heads, headDim, rotaryDim, columns int64, parts []byte, scale float64) {
		r := rand.New(rand.NewPCG(seed, 0))
		n := 5
		if heads > 0 && headDim > 0 && columns > 0 && float64(heads)*float64(headDim)*float64(columns) < 1<<14 {
			n = int(heads * headDim * columns)
		}
		x, there, back := noise(r, n), noise(r, n), noise(r, n)
		before := slices.Clone(there)
		for _, to := range []Pairing{Half, Interleaved} {
			if refused(t, Permute(there, x, int(heads), int(headDim), int(rotaryDim), int(columns), to)) {
				require.Equal(t, before, there)
				continue
			}
			from := Half
			if to == Half {
				from = Interleaved
			}
			require.NoError(t, Permute(back, there, int(heads), int(headDim), int(rotaryDim), int(columns), from))
			require.Equal(t, x, back)

			// A projection whose rows are permuted gives the channels that the other pairing turns alike.
			if columns == 1 && headDim <= 256 {
				one, err := New(Options{HeadDim: int(headDim), RotaryDim: int(rotaryDim), Pairing: to})
				require.NoError(t, err)
				other, err := New(Options{HeadDim: int(headDim), RotaryDim: int(rotaryDim), Pairing: from})
				require.NoError(t, err)
				at := At{Heads: int(heads), Offset: 17}
				turned := slices.Clone(x)
				require.NoError(t, other.Rotate(turned, at))
				require.NoError(t, one.Rotate(there, at))
				require.NoError(t, Permute(back, turned, int(heads), int(headDim), int(rotaryDim), 1, to))
				require.Equal(t, there, back)
			}
		}

		var list []MRopePart
		for ; len(parts) >= 5 && len(list) < 8; parts = parts[5:] {
			p := MRopePart{Text: int(int8(parts[0])), T: int(parts[1] % 5), H: int(parts[2] % 6), W: int(parts[3] % 7)}
			if parts[4]&1 != 0 {
				p.TemporalScale = scale
			}
			if parts[4]&2 != 0 {
				p.H <<= parts[4] // too many, or none
			}
			if p.H > 64 && p.H <= maxParts {
				p.H %= 64 // more are slower
			}
			list = append(list, p)
		}
		positions, next, err := MRopePositions(list)
		if refused(t, err) {
			return
		}
		tokens := len(positions) / 3
		i, cur := 0, 0.0
		for _, p := range list {
			largest := cur - 1
			hold := func(want ...float64) {
				require.Equal(t, want, []float64{positions[i], positions[tokens+i], positions[2*tokens+i]}, "token %d of %+v", i, list)
				largest = max(largest, slices.Max(want))
				i++
			}
			for k := range p.Text {
				hold(cur+float64(k), cur+float64(k), cur+float64(k))
			}
			scale := p.TemporalScale
			if scale == 0 {
				scale = 1
			}
			for k := range p.T * p.H * p.W {
				hold(cur+math.Trunc(float64(k/(p.H*p.W))*scale), cur+float64(k/p.W%p.H), cur+float64(k%p.W))
			}
			cur = largest + 1
		}
		require.Equal(t, tokens, i)
		require.Equal(t, int64(cur), next)
	})
}
