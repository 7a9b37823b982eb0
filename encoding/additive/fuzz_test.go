package additive

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

// The targets here make encoders of any options and hold every way to the same rows against each other. An encoder, or a call,
// is refused with an OptionError that leaves the array as it was, or works. Sizes that are valid are cut to small ones: larger
// are slower, not different, but for rows of a multiple of 4 KiB, which have a way of their own and come as 1024 and 2048.

// An anyEncoder is what all encoders of rows have.
type anyEncoder interface {
	Dim() int
	Check(length int, at At, positions int) error
	Add(x []float32, at At) error
	Subtract(x []float32, at At) error
	Fill(x []float32, at At) error
	Table(length int, at At) ([]float32, error)
	Quick(subtract bool, x []float32, heads int, first int64) bool
}

// small cuts a valid width.
func small(dim int64) int {
	switch {
	case dim > 100 && dim <= MaxDim && dim%16 == 0:
		return 1024 << (dim & 1)
	case dim > 100 && dim <= MaxDim:
		return int(dim%100) + 1
	}
	return int(dim)
}

// pick takes one of a list, and now and then nothing of the list.
func pick[T ~string](of []T, b uint8) T {
	if i := int(b) % (len(of) + 2); i < len(of) {
		return of[i]
	} else if i == len(of) {
		return ""
	}
	return T("nonsense\x00")
}

// refused reports whether a call was refused, which has its own form.
func refused(t *testing.T, err error) bool {
	t.Helper()
	if err == nil {
		return false
	}
	e, ok := err.(*encoding.OptionError)
	require.True(t, ok && e.Option != "" && e.Want != "" && e.Got != "", "error %#v", err)
	return true
}

// sameBits is the same bits, or NaN both times.
func sameBits(t *testing.T, want, got []float32, msg string, args ...any) {
	t.Helper()
	require.Equal(t, len(want), len(got), append([]any{msg}, args...)...)
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			require.Failf(t, "bits differ", msg+": at %d want %g, got %g", append(args, i, want[i], got[i])...)
		}
	}
}

// anything is embeddings, some of them NaN, infinite, -0, subnormal or of any bits.
func anything(r *rand.Rand, n int) []float32 {
	x := random(r, n)
	for i := range x {
		switch r.IntN(20) {
		case 0:
			x[i] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), 1e-45, math.MaxFloat32}[r.IntN(7)]
		case 1:
			x[i] = math.Float32frombits(r.Uint32())
		}
	}
	return x
}

// ulp is a unit of a float32 in the last place at v.
func ulp(v float64) float64 {
	_, e := math.Frexp(v)
	return math.Ldexp(1, max(e-24, -149))
}

// holdWays holds all ways to the rows of positions first, first+1, ... against each other. new makes encoders that have kept
// nothing yet. scale is what x is multiplied by, most what an entry's magnitude may be.
func holdWays(t *testing.T, r *rand.Rand, new func() anyEncoder, first int64, rows int, scale float32, most float64) {
	e, fresh := new(), new()
	dim := e.Dim()
	table := anything(r, rows*dim)
	require.NoError(t, e.Fill(table, At{Offset: first, Once: r.IntN(2) == 0}))
	for i, v := range table {
		if !(math.Abs(float64(v)) <= most) {
			require.Failf(t, "too large", "entry %d of position %d: %g, of at most %g", i%dim, first+int64(i/dim), v, most)
		}
	}
	again, err := fresh.Table(rows, At{Offset: first})
	require.NoError(t, err)
	sameBits(t, table, again, "Table")

	// One by one, in any order, by offset and by positions, of an encoder that keeps rows and of one that does not.
	positions := make([]float64, 2*rows)
	for i := range positions {
		row := r.IntN(rows)
		if i%3 != 0 && i > 0 { // as likely runs as not
			row = min(int(int64(positions[i-1])-first)+1, rows-1)
		}
		positions[i] = float64(first + int64(row))
	}
	rowOf := func(p float64) []float32 { return table[int(int64(p)-first)*dim:][:dim] }
	for _, p := range positions[:min(4, rows)] {
		for _, at := range []At{{Offset: int64(p)}, {Offset: int64(p), Once: true}, {Positions: []float64{p}}, {Positions: []float64{p, p}}} {
			row := anything(r, dim*max(1, len(at.Positions)))
			require.NoError(t, fresh.Fill(row, at))
			sameBits(t, rowOf(p), row[:dim], "%+v alone", at)
			sameBits(t, rowOf(p), row[len(row)-dim:], "%+v alone", at)
		}
	}

	// Add and Subtract of batches, by their doc comments and one row at a time.
	for _, at := range []At{{Offset: first}, {Offset: first, Batch: 3}, {Positions: positions[:rows], Batch: 2}, {Positions: positions, Batch: 2}} {
		at.Once = r.IntN(2) == 0
		x := anything(r, max(at.Batch, 1)*rows*dim)
		want, alone, y := slices.Clone(x), slices.Clone(x), slices.Clone(x)
		each := func(do func(i int, p float64)) {
			for i := 0; i < len(x); i += dim {
				p := float64(first + int64(i/dim%rows))
				if n := len(at.Positions); n > 0 {
					p = at.Positions[i/dim%n]
				}
				do(i, p)
			}
		}
		each(func(i int, p float64) {
			for j, v := range rowOf(p) {
				want[i+j] = float32(x[i+j]*scale) + v
			}
			require.NoError(t, fresh.Add(alone[i:i+dim], At{Offset: int64(p), Once: true}))
		})
		require.NoError(t, e.Check(len(y), at, []int{-1, len(at.Positions)}[min(len(at.Positions), 1)]))
		require.NoError(t, e.Add(y, at))
		sameBits(t, want, y, "Add %+v", at)
		sameBits(t, want, alone, "Add one by one %+v", at)

		back := slices.Clone(y)
		each(func(i int, p float64) {
			for j, v := range rowOf(p) {
				want[i+j] = (y[i+j] - v) / scale
			}
			require.NoError(t, fresh.Subtract(alone[i:i+dim], At{Positions: []float64{p}}))
		})
		require.NoError(t, e.Subtract(back, at))
		sameBits(t, want, back, "Subtract %+v", at)
		sameBits(t, want, alone, "Subtract one by one %+v", at)
		each(func(i int, p float64) {
			for j, v := range rowOf(p) {
				// Half a unit for each rounding: of x·scale, the sum, the difference and the quotient.
				k, scaled, d := float64(scale), float64(x[i+j]*scale), float64(y[i+j]-v)
				bound := ulp(float64(y[i+j])) + ulp(d)
				if scale != 1 {
					bound = (bound+ulp(scaled))/math.Abs(k) + ulp(d/k)
				}
				// Where x is among the largest numbers, half a unit may be the step to infinity.
				overflow := math.IsInf(float64(y[i+j]), 0) || math.IsInf(scaled, 0) || math.IsInf(float64(back[i+j]), 0) && math.Abs(float64(x[i+j])) >= 0x1.fffff8p127
				if off := float64(back[i+j]) - float64(x[i+j]); !overflow && math.Abs(off) > bound*(0.5+1e-9) {
					require.Failf(t, "not back", "%+v: %g·%g + %g gave %g and then %g", at, x[i+j], scale, v, y[i+j], back[i+j])
				}
			}
		})
	}

	// The quick way, or none.
	for range 3 {
		from := r.IntN(rows)
		x := anything(r, (1+r.IntN(rows-from))*dim)
		quick, back := slices.Clone(x), r.IntN(2) == 0
		if !e.Quick(back, quick, 1, first+int64(from)) {
			sameBits(t, x, quick, "Quick that was none")
			continue
		}
		if back {
			require.NoError(t, fresh.Subtract(x, At{Offset: first + int64(from)}))
		} else {
			require.NoError(t, fresh.Add(x, At{Offset: first + int64(from)}))
		}
		sameBits(t, x, quick, "Quick")
	}
}

// holdCalls calls an encoder with anything: what is refused leaves the array as it was, says the same as Check, and leaves the
// next call to work.
func holdCalls(t *testing.T, r *rand.Rand, e anyEncoder, offset, batch int64, position float64) {
	dim := e.Dim()
	before := anything(r, 4*dim+r.IntN(2))
	for _, at := range []At{{Offset: offset, Batch: int(batch)}, {Positions: []float64{position, 0, float64(offset), position}},
		{Positions: []float64{position, -1}, Batch: 2}, {Positions: []float64{}, Batch: int(batch)}, {Offset: offset, Positions: []float64{position}, Once: true}} {
		for name, call := range map[string]func([]float32, At) error{"Add": e.Add, "Subtract": e.Subtract, "Fill": e.Fill} {
			x := slices.Clone(before)
			count := len(at.Positions)
			if at.Positions == nil {
				count = -1
			}
			err, check := call(x, at), e.Check(len(x), at, count)
			if refused(t, err) {
				sameBits(t, before, x, "%s %+v changed x, and then %v", name, at, err)
			}
			if check != nil || count < 0 {
				require.Equal(t, check, err, "%s %+v: Check and the call", name, at)
			} else if err != nil {
				require.True(t, strings.HasPrefix(err.Error(), "positions["), "%s %+v: Check has no error, but %v", name, at, err)
			}
		}
		for _, length := range []int64{offset, batch} {
			if length <= 1<<14/int64(dim) { // longer ones may be made, and take memory and time
				_, err := e.Table(int(length), at)
				refused(t, err)
			}
		}
	}
	if e.Quick(false, before[:dim], 1, offset) {
		require.NoError(t, e.Check(dim, At{Offset: offset}, -1), "Quick does what Add refuses")
	}
}

// clamp brings a position to where rows of them are all valid.
func clamp(first int64, rows int) int64 {
	return max(-encoding.MaxPosition, min(first, encoding.MaxPosition-int64(rows-1)))
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// FuzzSinusoidal makes sinusoidal and timestep encodings: of a convention, or of any options.
func FuzzSinusoidal(f *testing.F) {
	add := func(seed uint64, convention, layout, odd, precision uint8, dim int64, base, shift, least, scale, inputScale float64, first int64, rows uint8, batch int64, position float64) {
		f.Add(seed, convention, layout, odd, precision, dim, base, shift, least, scale, inputScale, first, rows, batch, position)
	}
	for i := range len(conventions) + len(TimestepConventions()) {
		add(uint64(i), uint8(i+1), 0, 0, 0, int64(2*i+2), 0, 0, 0, 0, 0, int64(1)<<(4*i)-3, uint8(i*9), 2, 0.5)
	}
	add(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	add(2, 0, 1, 1, 1, 7, 100, 1, 0.25, 3, 22.627416997969522, -20, 130, 3, 1e15+0.5)
	add(3, 0, 2, 0, 0, 1, 1e-3, -5, 1e9, -2, -0.5, 1<<53, 5, 1<<40, math.NaN())
	add(4, 0, 0, 0, 2, 1025, 10000, 0, 1, 1, 1, -1<<53, 33, -1, -1<<53)
	add(5, 0, 0, 1, 1, 1, 1e300, 0.5, 1e-300, 1e39, 1e-40, math.MinInt64, 255, math.MinInt64, math.Inf(1))
	add(6, 0, 3, 4, 128, 12, 0, 0, 0, 0, 0, 1<<33, 20, 1, 1<<53-1)
	add(7, 30, 0, 1, 0, 64, 0, 0, 1e3, 1, 1, 7, 40, 1, 999.5)
	f.Fuzz(func(t *testing.T, seed uint64, convention, layout, odd, precision uint8, dim int64, base, shift, least, scale, inputScale float64,
		first int64, rows uint8, batch int64, position float64) {
		r := seeded(seed)
		o := SinusoidalOptions{Dim: small(dim), Base: base, Layout: pick([]Layout{Interleaved, Concat, ConcatCosSin}, layout), FrequencyShift: shift,
			MinTimescale: least, OddDim: pick([]OddDim{LoneSine, ZeroColumn}, odd), Scale: scale,
			Precision: pick([]encoding.Precision{encoding.Exact, encoding.Float32}, precision), InputScale: inputScale}
		if precision&128 != 0 { // frequencies of their own
			for range max(0, min(o.Dim, 64)+1) / 2 {
				o.Frequencies = append(o.Frequencies, math.Abs(base)*r.Float64())
			}
		}
		steps := TimestepOptions{Dim: o.Dim, FlipSinToCos: layout&1 != 0, Scale: least, MaxPeriod: base}
		if odd&1 != 0 {
			steps.DownscaleFreqShift = &shift
		}
		isTimestep := false
		switch i := int(convention) % 32; {
		case i == 0:
		case i <= len(conventions):
			named, err := Convention(conventions[i-1].name, o.Dim)
			require.NoError(t, err)
			named.InputScale, named.Precision = o.InputScale, o.Precision
			o = named
		case i <= len(conventions)+len(TimestepConventions()):
			var err error
			steps, err = TimestepConvention(TimestepConventions()[i-len(conventions)-1], o.Dim)
			require.NoError(t, err)
			isTimestep = true
		case i >= 28:
			isTimestep = true
		}
		most := 1 + 0x1p-20
		create := func() (anyEncoder, error) {
			if isTimestep {
				e, err := NewTimestep(steps)
				if err != nil {
					return nil, err
				}
				o = e.Sinusoidal.Options()
				return e, nil
			}
			e, err := NewSinusoidal(o)
			if err != nil {
				return nil, err
			}
			o = e.Options()
			return e, nil
		}
		e, err := create()
		if refused(t, err) {
			return
		}
		most *= math.Abs(o.Scale)
		n := 1 + int(rows)%max(40, 1<<11/o.Dim)
		holdCalls(t, r, e, first, batch, position)
		if r.IntN(2) == 0 { // anywhere: the fuzzer goes from first by small steps
			first = r.Int64() >> r.IntN(60)
		}
		holdWays(t, r, func() anyEncoder { e, _ := create(); return e }, clamp(first, n), n, float32(o.InputScale), most)
		holdFractions(t, r, e, position)
	})
}

// holdFractions holds rows of positions that are no integers against each alone.
func holdFractions(t *testing.T, r *rand.Rand, e anyEncoder, position float64) {
	if !(math.Abs(position) < encoding.MaxPosition-16) {
		return
	}
	dim := e.Dim()
	positions := []float64{position, position + 1, 0.5, position, math.Trunc(position), position + 0.25}
	x := anything(r, len(positions)*dim)
	require.NoError(t, e.Fill(x, At{Positions: positions}))
	for i, p := range positions {
		row := anything(r, dim)
		require.NoError(t, e.Fill(row, At{Positions: []float64{p}, Once: true}))
		sameBits(t, row, x[i*dim:][:dim], "position %g alone", p)
	}
}

// FuzzGrid makes grids: of a convention, or of any options.
func FuzzGrid(f *testing.F) {
	add := func(seed uint64, convention uint8, dim, h, w, frames int64, layout, axes, flags uint8, base, shift, least, start, size, scale float64, prefix, first, batch int64) {
		f.Add(seed, convention, dim, h, w, frames, layout, axes, flags, base, shift, least, start, size, scale, prefix, first, batch)
	}
	for i := range GridConventions() {
		add(uint64(i), uint8(i+1), 16, 5, 3, int64(i%2)*2, 0, 0, 0, 0, 0, 0, 0, 0, 0, int64(i%3), int64(7-i), 2)
		add(uint64(i), uint8(i+1), 7, 2, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)
	}
	add(1, 0, 12, 4, 5, 3, 1, 3, 3, 100, 0.5, 2, 0.5, 7, 3, 2, -3, 1)
	add(2, 0, 1024, 3, 3, 0, 2, 1, 1, 1e4, 0, 1, -1, 1e300, 1e-300, 0, 0, 1)
	add(3, 0, 8, 1<<40, 1<<40, 1<<40, 0, 0, 0, math.NaN(), math.Inf(1), -1, math.NaN(), -1, math.Inf(-1), -1, math.MinInt64, -1)
	add(4, 0, 9, 1, 1, 1, 0, 2, 4, 0, 0, 0, 1<<53, 0, 0, 1<<24, 1<<24, 1)
	f.Fuzz(func(t *testing.T, seed uint64, convention uint8, dim, h, w, frames int64, layout, axes, flags uint8, base, shift, least, start, size, scale float64,
		prefix, first, batch int64) {
		r := seeded(seed)
		shape := []int{int(h), int(w)}
		if frames != 0 {
			shape = []int{int(frames), int(h), int(w)}
		}
		for i, n := range shape { // valid sizes are cut to small ones
			if n > 12 && n <= maxAxisEntries {
				shape[i] = n%12 + 1
			}
		}
		o := GridOptions{Dim: small(dim), Shape: shape, Layout: pick([]Layout{Interleaved, Concat, ConcatCosSin}, layout),
			Axes: pick([]string{"hw", "wh", "thw", "twh", "hhw"}, axes+5), AcrossAxes: flags&1 != 0, Normalize: flags&2 != 0, Base: base, FrequencyShift: shift,
			MinTimescale: least, PrefixTokens: int(prefix), CoordinateStart: start, BaseSize: size, InterpolationScale: scale, TemporalInterpolationScale: scale}
		if prefix > 40 && prefix <= maxAxisEntries {
			o.PrefixTokens = int(prefix % 40)
		}
		if flags&4 != 0 {
			for i := range shape {
				o.AxisDims = append(o.AxisDims, int(axes)>>i&15*2)
			}
		}
		if i := int(convention) % 10; i > 0 && i <= len(GridConventions()) {
			named, err := GridConvention(GridConventions()[i-1], o.Dim, shape...)
			if refused(t, err) {
				return
			}
			named.PrefixTokens = o.PrefixTokens
			o = named
		}
		e, err := NewGrid(o)
		if refused(t, err) {
			return
		}
		holdCalls(t, r, e, first, batch, start)
		n := min(e.Length(), max(20, 1<<11/o.Dim))
		from := int64(0)
		if n < e.Length() {
			from = int64(r.IntN(e.Length() - n + 1))
		}
		holdWays(t, r, func() anyEncoder { e, _ := NewGrid(o); return e }, from, n, 1, 1)

		// A row is that of the axes' own encodings, each at its coordinate, but for the prefix.
		cells := 1
		for _, n := range shape {
			cells *= n
		}
		row, err := e.Table(1, At{Offset: int64(e.Length() - 1)})
		require.NoError(t, err)
		full := e.Options()
		if full.AcrossAxes || cells == 0 {
			return
		}
		to := 0
		for _, letter := range []byte(full.Axes) {
			axis := full.axis(letter)
			if full.AxisDims[axis] == 0 {
				continue
			}
			s, err := NewSinusoidal(SinusoidalOptions{Dim: full.AxisDims[axis], Layout: full.Layout, Base: full.Base, FrequencyShift: full.FrequencyShift, MinTimescale: full.MinTimescale})
			require.NoError(t, err)
			part, err := s.Table(1, At{Positions: []float64{full.coordinate(axis, shape[axis]-1)}})
			require.NoError(t, err)
			n := min(len(part), o.Dim-to)
			sameBits(t, part[:n], row[to:to+n], "axis %c of the last cell", letter)
			to += n
		}
		sameBits(t, make([]float32, o.Dim-to), row[to:], "columns without an axis")
	})
}

// FuzzTables makes Time2Vec of any numbers, and tables of any weights.
func FuzzTables(f *testing.F) {
	f.Add(uint64(1), uint8(5), 1.0, 0.5, int64(-3), uint8(20), int64(1), 0.25, int64(7), int64(2))
	f.Add(uint64(2), uint8(1), 0x1p32, -0x1p53, int64(1<<53), uint8(1), int64(0), 1e15, int64(1), int64(0))
	f.Add(uint64(3), uint8(0), math.NaN(), math.Inf(1), int64(math.MinInt64), uint8(255), int64(-1), math.NaN(), int64(0), int64(math.MinInt64))
	f.Add(uint64(4), uint8(33), 1e-300, 1e-300, int64(0), uint8(63), int64(1<<40), math.Copysign(0, -1), int64(1<<40), int64(1<<31-1))
	f.Fuzz(func(t *testing.T, seed uint64, dim uint8, w, phi float64, first int64, rows uint8, batch int64, position float64, weights, rowOffset int64) {
		r := seeded(seed)
		var o Time2VecOptions
		for i := range int(dim % 40) {
			o.W, o.Phi = append(o.W, w*(r.Float64()*2-1)), append(o.Phi, phi*(r.Float64()*2-1))
			if i == 0 {
				o.W[0], o.Phi[0] = w, phi
			}
		}
		n := 1 + int(rows)%60
		if e, err := NewTime2Vec(o); !refused(t, err) {
			holdCalls(t, r, e, first, batch, position)
			most := max(1, math.Abs(w)*encoding.MaxPosition+math.Abs(phi)) * (1 + 0x1p-20)
			holdWays(t, r, func() anyEncoder { e, _ := NewTime2Vec(o); return e }, clamp(first, n), n, 1, most)
			holdFractions(t, r, e, position)
			if math.Abs(position) <= encoding.MaxPosition {
				holdTime2Vec(t, e, position, 1+r.IntN(len(o.W)))
			}
		}

		l := LearnedOptions{Dim: int(dim), Rows: int(weights), RowOffset: int(rowOffset)}
		if weights >= 0 && weights < 300 || weights == math.MinInt64 {
			l.Weights, l.Rows = anything(r, max(0, int(weights))*l.Dim+r.IntN(40)/39), 0
			for i := range l.Weights { // NaN has no bits of its own to compare
				if l.Weights[i] != l.Weights[i] {
					l.Weights[i] = 1
				}
			}
		}
		learned, err := NewLearned(l)
		if refused(t, err) {
			return
		}
		holdCalls(t, r, learned, first, batch, position)
		if l.Weights == nil {
			require.True(t, refused(t, learned.Add(make([]float32, l.Dim), At{})))
			return
		}
		all, err := learned.Table(learned.Options().Rows, At{Offset: -rowOffset})
		require.NoError(t, err)
		sameBits(t, l.Weights, all, "the weights")
		from := r.IntN(learned.Options().Rows)
		holdWays(t, r, func() anyEncoder { e, _ := NewLearned(l); return e }, int64(from)-rowOffset, min(learned.Options().Rows-from, n), 1, math.Inf(1))
	})
}

// holdTime2Vec holds an entry against 300 bits: 0.501 units in the last place, or 2^-135; the first is rounded twice.
func holdTime2Vec(t *testing.T, e *Time2Vec, position float64, i int) {
	row, err := e.Table(1, At{Positions: []float64{position}})
	require.NoError(t, err)
	o := e.Options()
	angle := func(i int) *big.Float {
		a := new(big.Float).Mul(truth.N(o.W[i]), truth.N(position))
		return a.Add(a, truth.N(o.Phi[i]))
	}
	once, _ := angle(0).Float64()
	require.Equal(t, float32(once), row[0], "%g·%g + %g", o.W[0], position, o.Phi[0])
	if i < len(row) {
		want, _ := truth.SinCos(angle(i))
		holdEntry(t, row[i], want, "sine of %g·%g + %g", o.W[i], position, o.Phi[i])
	}
}

// holdEntry holds an entry to 0.501 units in the last place, or to 2^-135.
func holdEntry(t *testing.T, got float32, want *big.Float, msg string, args ...any) {
	t.Helper()
	off, _ := new(big.Float).Sub(truth.N(float64(got)), want).Float64()
	ulps, _ := truth.Ulps(got, want)
	if ulps > 0.501 && math.Abs(off) > 0x1p-135 {
		require.Failf(t, "off", msg+": want %g, got %g", append(args, want, got)...)
	}
}

// FuzzFourier makes Fourier features of any options, of many points at once and one by one, and holds an entry against 300 bits.
func FuzzFourier(f *testing.F) {
	add := func(seed uint64, kind, layout, flags uint8, inputs, bands int64, maxRes, temperature, sigma float64, count uint8, x float64) {
		f.Add(seed, kind, layout, flags, inputs, bands, maxRes, temperature, sigma, count, x)
	}
	add(1, 0, 4, 1, 3, 10, 0, 0, 0, 5, 0.5)
	add(2, 1, 1, 2, 2, 0, 0, 0, 10, 9, -1e15)
	add(3, 2, 2, 4, 2, 5, 224, 50, 0, 1, 0x1p53)
	add(4, 2, 0, 12, 1, 64, 0x1p31, 1e-9, 1, 3, 1e-300)
	add(5, 0, 0, 18, 4, 31, 0, 0, 0, 2, 0x1p-30)
	add(6, 4, 5, 255, -1, 1<<40, math.NaN(), math.Inf(1), -1, 7, math.NaN())
	add(7, 1, 0, 32, 3, 4, 0, 0, 1<<28, 2, 12345.678)
	f.Fuzz(func(t *testing.T, seed uint64, kind, layout, flags uint8, inputs, bands int64, maxRes, temperature, sigma float64, count uint8, x float64) {
		r := seeded(seed)
		if inputs > 8 && inputs <= maxInputs {
			inputs = inputs%8 + 1
		}
		if bands > 70 && bands <= MaxDim {
			bands = bands%70 + 1
		}
		inPixels := flags&8 == 0
		o := FourierOptions{Type: pick([]FourierType{NeRF, Gaussian, Timm}, kind), Inputs: int(inputs), Bands: int(bands), MaxRes: maxRes, Temperature: temperature,
			Layout: pick([]Layout{Interleaved, Concat, ConcatCosSin}, layout), IncludeInput: flags&1 != 0, IncludePi: flags&2 != 0, Linear: flags&4 != 0,
			InPixels: &inPixels, Sigma: sigma, Seed: seed}
		if flags&32 != 0 {
			for range max(0, min(inputs*bands, 500)) {
				o.B = append(o.B, sigma*(2*r.Float64()-1))
			}
		}
		e, err := NewFourier(o)
		if refused(t, err) {
			return
		}
		o = e.Options()
		n, dim := int(count%8), e.Dim()
		points := make([]float64, n*o.Inputs)
		for i := range points {
			points[i] = x * (2*r.Float64() - 1)
			if r.IntN(4) == 0 {
				points[i] = x
			}
		}
		all, alone := anything(r, n*dim), anything(r, n*dim)
		before := slices.Clone(all)
		if refused(t, e.Encode(all, points)) {
			sameBits(t, before, all, "changed, and then refused")
			return
		}
		for i := range n {
			require.NoError(t, e.Encode(alone[i*dim:][:dim], points[i*o.Inputs:][:o.Inputs]))
		}
		sameBits(t, alone, all, "points alone")
		require.Equal(t, n > 0, refused(t, e.Encode(all[:max(len(all)-1, 0)], points)))
		if n == 0 {
			return
		}
		if o.IncludeInput {
			for j, v := range points[:o.Inputs] {
				require.Equal(t, float32(v), all[j])
			}
			all = all[o.Inputs:]
		}
		// By the doc comment: a band, and a number of the point; frequencies are what Frequencies says, which are float64.
		unit := o.Inputs
		if o.Type == Gaussian {
			unit = 1
		}
		band, j := r.IntN(o.Bands), r.IntN(unit)
		angle := new(big.Float).Mul(truth.N(e.Frequencies()[band]), truth.N(points[j]))
		switch {
		case o.Type == Gaussian:
			angle = truth.N(0)
			for k := range o.Inputs {
				angle.Add(angle, new(big.Float).Mul(truth.N(e.Frequencies()[band*o.Inputs+k]), truth.N(points[k])))
			}
			angle.Mul(angle, new(big.Float).Mul(truth.N(2), truth.Pi))
		case o.Type == NeRF && o.IncludePi, o.Type == Timm && inPixels:
			angle.Mul(angle, truth.Pi)
		}
		half := o.Bands * unit
		sin, cos := band*unit+j, half+band*unit+j
		switch o.Layout {
		case Interleaved:
			sin, cos = 2*band*unit+j, (2*band+1)*unit+j
		case ConcatCosSin:
			sin, cos = cos, sin
		}
		wantSin, wantCos := truth.SinCos(angle)
		holdEntry(t, all[sin], wantSin, "%+v: sine of band %d", o, band)
		holdEntry(t, all[cos], wantCos, "%+v: cosine of band %d", o, band)
	})
}

// FuzzResize stretches tables, and holds an entry against the formula in float64, one dimension against two, and the two axes
// against each other.
func FuzzResize(f *testing.F) {
	f.Add(uint64(1), int64(3), int64(5), int64(7), int64(4), int64(3), uint8(0), uint8(0), int64(0))
	f.Add(uint64(2), int64(14), int64(14), int64(16), int64(9), int64(1), uint8(1), uint8(2), int64(1))
	f.Add(uint64(3), int64(9), int64(16), int64(2), int64(3), int64(2), uint8(0), uint8(2), int64(3))
	f.Add(uint64(4), int64(1), int64(6), int64(1), int64(6), int64(2), uint8(2), uint8(1), int64(0))
	f.Add(uint64(5), int64(-1), int64(1<<40), int64(0), int64(1<<20), int64(1<<16), uint8(4), uint8(3), int64(-1))
	f.Fuzz(func(t *testing.T, seed uint64, h, w, newH, newW, dim int64, mode, flags uint8, prefix int64) {
		r := seeded(seed)
		sizes := [...]int64{h, w, newH, newW, dim, prefix}
		for i, n := range sizes { // valid ones are cut to small ones
			if n > 24 && n <= maxResized {
				sizes[i] = n%24 + 1
			}
		}
		from, to := [2]int{int(sizes[0]), int(sizes[1])}, [2]int{int(sizes[2]), int(sizes[3])}
		d := int(sizes[4])
		o := ResizeOptions{Mode: pick([]ResizeMode{Bicubic, Bilinear, Linear}, mode), AlignCorners: flags&1 != 0, Antialias: flags&2 != 0, PrefixTokens: int(sizes[5])}
		count := 7
		if product := float64(sizes[5]) + float64(sizes[0])*float64(sizes[1]); product > 0 && product*float64(d) > 0 && product*float64(d) < 1<<16 {
			count = int(product) * d
		}
		weights := random(r, count)
		before := slices.Clone(weights)
		one, err := Resize1D(weights, from[1], d, to[1], o)
		if !refused(t, err) {
			flat := o
			flat.Mode = Bilinear
			two, err := Resize2D(weights, [2]int{1, from[1]}, d, [2]int{1, to[1]}, flat)
			require.NoError(t, err)
			sameBits(t, two, one, "one dimension and two")
		}
		got, err := Resize2D(weights, from, d, to, o)
		require.Equal(t, before, weights)
		if refused(t, err) {
			return
		}
		head := o.PrefixTokens * d
		sameBits(t, weights[:head], got[:head], "prefix")
		if from == to {
			sameBits(t, weights, got, "the same size")
		}
		if o.Mode == "" {
			o.Mode = Bicubic
		}
		y, x, j := r.IntN(to[0]), r.IntN(to[1]), r.IntN(d)
		want, size := 0.0, 0.0
		for k := range from[0] {
			for l := range from[1] {
				part := resizeWeight(o, from[0], to[0], y, k) * resizeWeight(o, from[1], to[1], x, l) * float64(weights[head+(k*from[1]+l)*d+j])
				want, size = want+part, size+math.Abs(part)
			}
		}
		entry := got[head+(y*to[1]+x)*d+j]
		require.InDelta(t, want, entry, ulp(want)/2+1e-13*(size+1), "%+v %v to %v: cell [%d, %d], channel %d", o, from, to, y, x, j)

		// Transposed, the sums are the same but for their order.
		turned := slices.Clone(weights)
		for k := range from[0] {
			for l := range from[1] {
				copy(turned[head+(l*from[0]+k)*d:][:d], weights[head+(k*from[1]+l)*d:])
			}
		}
		other, err := Resize2D(turned, [2]int{from[1], from[0]}, d, [2]int{to[1], to[0]}, o)
		require.NoError(t, err)
		require.InDelta(t, entry, other[head+(x*to[0]+y)*d+j], ulp(float64(entry))+1e-13*(size+1), "transposed")
	})
}

// FuzzLists holds the lists of positions against loops that are written from their doc comments.
func FuzzLists(f *testing.F) {
	f.Add([]byte{0, 1, 1, 0, 1, 0}, int64(2), int64(0), int64(1), int64(5), int64(3), true)
	f.Add([]byte{1, 1, 1}, int64(0), int64(-1), int64(0), int64(1), int64(1), false)
	f.Add([]byte{0, 0}, int64(-1), int64(math.MaxInt32), int64(math.MinInt64), int64(0), int64(math.MaxInt64), true)
	f.Add([]byte{}, int64(3), int64(1<<31), int64(1<<31), int64(-1), int64(-1), false)
	f.Add([]byte{1, 2}, int64(1), int64(0), int64(0), int64(1<<26), int64(1<<26+1), true)
	f.Fuzz(func(t *testing.T, bits []byte, batch, start, padding, length, clamp int64, bidirectional bool) {
		bits = bits[:min(len(bits), 200)]
		mask := make([]float64, len(bits))
		for i, b := range bits {
			mask[i] = float64(b)
		}
		positions, err := PositionsFromMask(mask, int(batch), int(start), int(padding))
		if !refused(t, err) {
			require.Len(t, positions, len(mask))
			seq := len(mask) / max(int(batch), 1)
			for i, p := range positions {
				sum := start
				for k := i / seq * seq; k <= i; k++ {
					sum += int64(mask[k])
				}
				require.Equal(t, sum*int64(mask[i])+padding, int64(p), "token %d of %v", i, mask)
			}
		}
		if length > 300 && length <= MaxRelative {
			length %= 300 // longer ones are slower
		}
		if list, err := RelativePositions(int(length), bidirectional); !refused(t, err) {
			for i, p := range list {
				require.Equal(t, float64(int(length)-1-i), p)
			}
			require.Len(t, list, map[bool]int{false: int(length), true: 2*int(length) - 1}[bidirectional])
		}
		keys := length + int64(len(bits))
		if list, err := XLNetPositions(int(length), int(keys), bidirectional, int(clamp)); !refused(t, err) {
			for i, p := range list {
				want := keys - int64(i)
				if clamp > 0 {
					want = max(-clamp, min(want, clamp))
				}
				require.Equal(t, float64(want), p)
			}
			require.Len(t, list, map[bool]int{false: int(keys) + 1, true: int(keys + length)}[bidirectional])
		}
	})
}
