package additive

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

// entry is column j of PE(p) in 300 bits, written from the formula in the doc comment of Sinusoidal and from nothing else.
func entry(o SinusoidalOptions, p float64, j int) *big.Float {
	d := o.Dim
	n, sines, cosines := float64(d)/2, (d+1)/2, d/2
	if d%2 == 1 && o.OddDim == ZeroColumn {
		n, sines = float64(d-1)/2, d/2
		if j == d-1 {
			return truth.N(0)
		}
	}
	steps := n - o.FrequencyShift
	if sines == 1 {
		steps = 1
	}
	sine, i := false, 0
	switch o.Layout {
	case Interleaved:
		sine, i = j%2 == 0, j/2
	case Concat:
		if sine, i = j < sines, j; !sine {
			i = j - sines
		}
	case ConcatCosSin:
		if sine, i = j >= cosines, j; sine {
			i = j - cosines
		}
	}
	s, c := truth.SinCos(new(big.Float).Mul(truth.N(p), truth.Frequency(o.MinTimescale, o.Base, steps, i)))
	if sine {
		return s
	}
	return c
}

// reference is all of PE(p), rounded to float64.
func reference(o SinusoidalOptions, p float64) []float64 {
	row := make([]float64, o.Dim)
	for j := range row {
		row[j], _ = entry(o, p, j).Float64()
	}
	return row
}

// options is every combination that the formula distinguishes, at small and odd widths.
func options() []SinusoidalOptions {
	var all []SinusoidalOptions
	for _, dim := range []int{1, 2, 3, 4, 5, 7, 8, 16, 33, 384} {
		for _, layout := range []Layout{Interleaved, Concat, ConcatCosSin} {
			for _, odd := range []OddDim{LoneSine, ZeroColumn} {
				for _, shift := range []float64{0, 1, 0.25} {
					o := SinusoidalOptions{Dim: dim, Layout: layout, OddDim: odd, FrequencyShift: shift}.withDefaults()
					if dim%3 == 1 {
						o.Base, o.MinTimescale = 500000, 0.5
					}
					if o.check() == nil {
						all = append(all, o)
					}
				}
			}
		}
	}
	return all
}

func TestTableAgainstFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, o := range options() {
		s, err := NewSinusoidal(o)
		require.NoError(t, err)
		for _, p := range []float64{0, 1, 3, -2, 100003, 0.5, -7.75, float64(r.Int64N(1 << 53))} {
			at := At{Positions: []float64{p}}
			if p == math.Trunc(p) {
				at = At{Offset: int64(p)}
			}
			row, err := s.Table(1, at)
			require.NoError(t, err)
			for j := range row {
				if o.Dim > 100 && r.IntN(40) > 0 {
					continue // a sample is enough, and 300 bits are slow
				}
				ulps, _ := truth.Ulps(row[j], entry(o, p, j))
				require.LessOrEqual(t, ulps, 0.501, "%+v: PE(%g)[%d] is %g", o, p, j, row[j])
			}
		}
	}
}

func TestSmallWidthsAreFinite(t *testing.T) { // where peers divide by n - 1 = 0
	for _, dim := range []int{2, 3} {
		for _, name := range Conventions() {
			o, err := Convention(name, dim)
			require.NoError(t, err)
			s, err := NewSinusoidal(o)
			require.NoError(t, err, "%s, dim %d", name, dim)
			rows, err := s.Table(3, At{})
			require.NoError(t, err)
			for _, v := range rows {
				require.False(t, math.IsNaN(float64(v)) || math.IsInf(float64(v), 0), "%s, dim %d: %v", name, dim, rows)
			}
		}
	}
}

// Add, one element at a time in float32, as its doc comment says.
func TestAddIsItsFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, c := range []struct {
		batch, seq, dim int
		at              At
		scale, input    float64
	}{
		{1, 1, 768, At{}, 1, 1},
		{1, 5, 6, At{Offset: 3}, 1, 1},
		{3, 7, 5, At{Offset: -4}, 1, 1},
		{2, 40, 64, At{Offset: 1 << 40}, 0.5, 8},
		{4, 100, 32, At{}, 1, math.Sqrt(32)},
		{2, 3, 10, At{Positions: []float64{5, 0.25, -9}}, 1, 1},
		{2, 3, 10, At{Positions: []float64{0, 1, 2, 0, 1, 2}}, 2, 3},
		{2, 3, 10, At{Positions: []float64{7, 7, 7, 1e15, 0, -0.5}}, 1, 1},
		{1, 3000, 512, At{Offset: 17}, 1, 1}, // past TableBytes
		{3, 2500, 600, At{}, 1, 1},
		{1, 0, 4, At{}, 1, 1},
	} {
		name := fmt.Sprintf("[%d, %d, %d]", c.batch, c.seq, c.dim)
		s, err := NewSinusoidal(SinusoidalOptions{Dim: c.dim, Scale: c.scale, InputScale: c.input})
		require.NoError(t, err)
		fresh, _ := NewSinusoidal(SinusoidalOptions{Dim: c.dim})
		x := make([]float32, c.batch*c.seq*c.dim)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		before := append([]float32(nil), x...)
		at := c.at
		at.Batch = c.batch
		require.NoError(t, s.Add(x, at))

		rows := make([]float32, c.dim)
		for b := range c.batch {
			for j := range c.seq {
				p := float64(c.at.Offset) + float64(j)
				if n := len(c.at.Positions); n == c.seq {
					p = c.at.Positions[j]
				} else if n > 0 {
					p = c.at.Positions[b*c.seq+j]
				}
				if c.seq > 100 && j%97 != 0 {
					continue
				}
				require.NoError(t, fresh.Fill(rows, At{Positions: []float64{p}}))
				for k := range c.dim {
					i := (b*c.seq+j)*c.dim + k
					want := float32(before[i]*float32(c.input)) + float32(rows[k]*float32(c.scale))
					require.Equal(t, want, x[i], "%s at [%d, %d, %d]", name, b, j, k)
				}
			}
		}

		filled := make([]float32, len(x))
		require.NoError(t, s.Fill(filled, at))
		require.NoError(t, s.Subtract(x, at))
		for i := range x {
			bound := 3e-7 * math.Abs(float64(before[i])) // rounding of the sum, relative to its largest part
			bound += 3e-7 * (math.Abs(float64(filled[i])) + 1) / c.input
			require.InDelta(t, before[i], x[i], bound, "%s: subtract at %d", name, i)
		}
	}
}

// The same row in the table, past it, by offset, by position, after growth in front and behind: the same bits.
func TestRowsHaveOneValue(t *testing.T) {
	const dim = 1024 // 1024 rows fit in the table
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: dim})
	whole := make([]float32, 3000*dim)
	require.NoError(t, s.Fill(whole, At{})) // made directly
	r := rand.New(rand.NewPCG(3, 3))
	x := make([]float32, 3000*dim)
	for i := range 120 {
		from := r.IntN(1200)
		n := 1 + r.IntN(60)
		if i%40 == 39 {
			from, n = 0, 3000
		}
		y := x[:n*dim]
		clear(y)
		at := At{Offset: int64(from)}
		if i%3 == 1 {
			at = At{Positions: make([]float64, n)}
			for j := range at.Positions {
				at.Positions[j] = float64(from + j)
			}
		}
		require.NoError(t, s.Add(y, at))
		require.Equal(t, whole[from*dim:][:n*dim], y, "%d rows from %d", n, from)
		require.LessOrEqual(t, 4*cap(keptRows(s)), TableBytes)
	}
}

func TestPositionsAtTheEdge(t *testing.T) {
	const edge = 1 << 53
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 4})
	row := func(p int64) []float32 { x, _ := s.Table(1, At{Offset: p}); return x }
	for _, list := range [][]float64{{edge, edge}, {edge - 1, edge, edge, edge}, {-edge, -edge, -edge + 1}, {edge - 2, edge - 1, edge}} {
		x, err := s.Table(len(list), At{Positions: list})
		require.NoError(t, err)
		for i, p := range list {
			require.Equal(t, row(int64(p)), x[4*i:][:4], "position %.0f of %v", p, list)
		}
	}
}

func TestFrequenciesAndWavelengths(t *testing.T) {
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 512})
	w, l := s.Frequencies(), s.Wavelengths()
	require.Len(t, w, 256)
	for i := range w {
		// Vaswani et al. 2017: wavelengths form a geometric progression from 2π to 10000·2π (the last short of it).
		require.InEpsilon(t, math.Pow(10000, -2*float64(i)/512), w[i], 1e-14)
		require.InEpsilon(t, 2*math.Pi/w[i], l[i], 1e-15)
	}
}

func TestShiftMatrixShifts(t *testing.T) {
	for _, o := range options() {
		if o.Dim > 16 {
			continue
		}
		s, err := NewSinusoidal(o)
		require.NoError(t, err)
		for _, k := range []float64{0, 1, -3, 17.5, 1e6} {
			m, err := s.ShiftMatrix(k)
			if o.Dim%2 == 1 && o.OddDim == LoneSine {
				require.ErrorContains(t, err, "dim: want an even one")
				continue
			}
			require.NoError(t, err)
			for _, p := range []float64{0, 5, -2.5} {
				from, to := reference(o, p), reference(o, p+k)
				for row := range o.Dim {
					sum := 0.0
					for col := range o.Dim {
						sum += m[row*o.Dim+col] * from[col]
					}
					require.InDelta(t, to[row], sum, 1e-15, "%+v: M(%g)·PE(%g), row %d", o, k, p, row)
				}
			}
			for i := range o.Dim { // M·M^T = I
				for j := range o.Dim {
					dot, want := 0.0, 0.0
					for c := range o.Dim {
						dot += m[i*o.Dim+c] * m[j*o.Dim+c]
					}
					if i == j {
						want = 1
					}
					require.InDelta(t, want, dot, 4e-16, "%+v: M(%g)·M^T at [%d, %d]", o, k, i, j)
				}
			}
		}
	}
}

// What each project's own formula gives for the second row of width 6 (or 7), in literals: with layouts, ladders and odd
// columns all different, no two can be taken for each other. From float64 sin and cos of base^(-2i/6) and base^(-i/2).
func TestConventions(t *testing.T) {
	paper := []float64{0.8414709848, 0.5403023059, 0.0463992234, 0.9989229760, 0.0021544330, 0.9999976792}
	concat := []float64{0.8414709848, 0.0463992234, 0.0021544330, 0.5403023059, 0.9989229760, 0.9999976792}
	ladder1 := []float64{0.8414709848, 0.0099998333, 0.0001000000, 0.5403023059, 0.9999500004, 0.9999999950}
	flipped := []float64{0.5403023059, 0.9989229760, 0.9999976792, 0.8414709848, 0.0463992234, 0.0021544330}
	scaled := make([]float64, 6)
	for i, v := range ladder1 {
		scaled[i] = v * math.Sqrt(2.0/6)
	}
	for name, want := range map[string][]float64{
		"vaswani": paper, "keras": paper, "marian": concat, "roformer": concat, "ldm": flipped, "mlx": scaled,
		"tensor2tensor": ladder1, "fairseq": ladder1, "m2m100": ladder1, "whisper": ladder1, "ddpm": ladder1,
		"transformer-xl": concat,
	} {
		o, err := Convention(name, 6)
		require.NoError(t, err)
		s, err := NewSinusoidal(o)
		require.NoError(t, err)
		require.Equal(t, o, s.Options(), name)
		row, err := s.Table(1, At{Offset: 1})
		require.NoError(t, err)
		for j, v := range row {
			require.InDelta(t, want[j], v, 1e-7, "%s, column %d of %v", name, j, row)
		}
		odd, _ := Convention(name, 7)
		s, _ = NewSinusoidal(odd)
		row, _ = s.Table(1, At{Offset: 1})
		lone := name == "vaswani" || name == "keras" || name == "marian" || name == "roformer" || name == "transformer-xl"
		require.Equal(t, !lone, row[6] == 0, "%s: the last of 7 columns is %g", name, row[6])
	}
	require.Len(t, Conventions(), 12)
	_, err := Convention("bert", 4)
	require.ErrorContains(t, err, `convention: want "ddpm", "fairseq", `)
	require.ErrorContains(t, err, `, got "bert"`)
}

func keptRows(s *Sinusoidal) []float32 {
	_, rows := s.table.Kept()
	return rows
}

// The window follows whoever calls: a decoder that jumps, that goes back, that outgrows it.
func TestWindowMoves(t *testing.T) {
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 512}) // 2048 rows fit
	x := make([]float32, 2048*512)
	kept := func(offset int64, n int) bool {
		first, rows := s.table.Kept()
		return offset >= first && offset+int64(n) <= first+int64(len(rows)/512)
	}
	step := func(offset int64, rows int) { require.NoError(t, s.Add(x[:rows*512], At{Offset: offset})) }

	step(0, 100)
	require.True(t, kept(0, 100))
	step(1e6, 100)
	require.True(t, kept(0, 100), "one call elsewhere changes nothing")
	step(1e6, 100)
	require.True(t, kept(1e6, 100), "a second one does")
	for p := range int64(3000) {
		step(1e6+p, 1)
	}
	require.True(t, kept(1e6+2999, 1), "a decoder outgrows the window")
	for p := range int64(300) {
		step(5000-p, 1)
	}
	require.True(t, kept(5000-299, 1), "and goes back")
	step(8, 2048)
	step(8, 2048)
	require.True(t, kept(8, 2048), "exactly as much as fits, not at a multiple of 16")
	require.LessOrEqual(t, 4*cap(keptRows(s)), TableBytes)

	whole, _ := s.Table(2048, At{Offset: 8})
	clear(x)
	step(8, 2048)
	require.Equal(t, whole, x)
}

func TestBadOptions(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for want, o := range map[string]SinusoidalOptions{
		"dim: want an integer from 1 to 65536, got 0":                                                    {},
		"dim: want an integer from 1 to 65536, got -4":                                                   {Dim: -4},
		"dim: want an integer from 1 to 65536, got 65537":                                                {Dim: 65537},
		"dim: want at least 2 with oddDim \"zero\", which":                                               {Dim: 1, OddDim: ZeroColumn},
		`layout: want "interleaved", "concat" or "concat-cos-sin", got "zigzag"`:                         {Dim: 4, Layout: "zigzag"},
		`oddDim: want "sin" or "zero", got "cos"`:                                                        {Dim: 4, OddDim: "cos"},
		"base: want a positive finite number, got -1":                                                    {Dim: 4, Base: -1},
		"base: want a positive finite number, got NaN":                                                   {Dim: 4, Base: nan},
		"base: want a positive finite number, got Infinity":                                              {Dim: 4, Base: inf},
		"base: want one that keeps all frequencies between":                                              {Dim: 4, Base: 1e300},
		"minTimescale: want one that keeps all frequencies between":                                      {Dim: 4, MinTimescale: 1e-30},
		"frequencyShift: want one that keeps all frequencies between":                                    {Dim: 64, FrequencyShift: 31.99},
		"minTimescale: want a positive finite number, got -2":                                            {Dim: 4, MinTimescale: -2},
		"scale: want a number with a magnitude from 2^-126 to 3.4e38, which float32 holds, got 1e+300":   {Dim: 4, Scale: 1e300},
		"inputScale: want a number with a magnitude from 2^-126 to 3.4e38, which float32 holds, got NaN": {Dim: 4, InputScale: nan},
		"frequencyShift: want a finite number below n = 2, half the width, got 2":                        {Dim: 4, FrequencyShift: 2},
		"frequencyShift: want a finite number below n = 2, half the width, got NaN":                      {Dim: 4, FrequencyShift: nan},
		"frequencyShift: want a finite number below n = 1, half the width, got Infinity":                 {Dim: 2, FrequencyShift: inf},
	} {
		s, err := NewSinusoidal(o)
		require.Nil(t, s)
		require.ErrorContains(t, err, want)
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option)
	}
}

func TestBadCallsChangeNothing(t *testing.T) {
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 4})
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8}
	for want, at := range map[string]At{
		"batch: want a positive integer, got -1":                                        {Batch: -1},
		"x: want a length that is a multiple of batch·dim = 3·4, got 8":                 {Batch: 3},
		"x: want a length that is a multiple of batch·dim = 9223372036854775807·4, got": {Batch: math.MaxInt},
		"offset: want an integer that keeps all 2 positions within ±2^53, got":          {Offset: 1 << 53},
		"offset: want an integer that keeps all 2 positions within":                     {Offset: math.MinInt64},
		"positions: want seq = 2 or batch·seq = 2 of them, got 0":                       {Positions: []float64{}},
		"positions: want seq = 2 or batch·seq = 2 of them, got 3":                       {Positions: []float64{1, 2, 3}},
		"positions[1]: want a number within ±2^53, got NaN":                             {Positions: []float64{1, math.NaN()}},
		"positions[0]: want a number within ±2^53, got -Infinity":                       {Positions: []float64{math.Inf(-1), 0}},
	} {
		for name, call := range map[string]func([]float32, At) error{"Add": s.Add, "Subtract": s.Subtract, "Fill": s.Fill} {
			require.ErrorContains(t, call(x, at), want, name)
			require.Equal(t, []float32{1, 2, 3, 4, 5, 6, 7, 8}, x, name)
		}
	}
	require.NoError(t, s.Add(x, At{Offset: 1<<53 - 1}))
	_, err := s.Table(-1, At{})
	require.ErrorContains(t, err, "length: want one from 0 to 68719476736, whose table can exist, got -1")
	for _, length := range []int{math.MaxInt, 1 << 45} {
		_, err = s.Table(length, At{})
		require.ErrorContains(t, err, "length: want one from 0 to")
	}
	_, err = s.ShiftMatrix(math.NaN())
	require.ErrorContains(t, err, "k: want a number within ±2^53, got NaN")
	wide, _ := NewSinusoidal(SinusoidalOptions{Dim: 65536})
	_, err = wide.ShiftMatrix(1)
	require.ErrorContains(t, err, "dim: want at most 8192 for a shift matrix, got 65536")
}

// IEEE, and nothing next to it changes.
func TestHardEmbeddings(t *testing.T) {
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 2})
	x := []float32{float32(math.NaN()), 1, float32(math.Inf(1)), math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Copysign(0, -1))}
	require.NoError(t, s.Add(x, At{}))
	require.True(t, x[0] != x[0])
	require.Equal(t, []float32{2, float32(math.Inf(1)), math.MaxFloat32}, x[1:4])
}

// Any frequencies: the DFT ladder of lingvo, 2πk/L, which ends where it began after L positions.
func TestGivenFrequencies(t *testing.T) {
	w := []float64{0, 2 * math.Pi / 16, 4 * math.Pi / 16, 3}
	for _, layout := range []Layout{Interleaved, Concat, ConcatCosSin} {
		for _, dim := range []int{7, 8} {
			s, err := NewSinusoidal(SinusoidalOptions{Dim: dim, Layout: layout, Frequencies: w})
			require.NoError(t, err)
			l, _ := s.options.columns()
			row, err := s.Table(1, At{Positions: []float64{5}})
			require.NoError(t, err)
			for i, w := range w {
				sin, cos := truth.SinCos(new(big.Float).Mul(truth.N(5), truth.N(w)))
				want, _ := sin.Float32()
				require.Equal(t, want, row[l.Sin+i*l.Stride])
				if i < l.Pairs {
					want, _ = cos.Float32()
					require.Equal(t, want, row[l.Cos+i*l.Stride])
				}
			}
			require.Equal(t, w, s.Options().Frequencies)
		}
	}
	for _, bad := range [][]float64{{}, {1, 2, 3}, {1, 2, 3, 4, 5}, {1, 2, 3, -1}, {1, 2, 3, math.NaN()}, {1, 2, 3, math.Inf(1)}} {
		_, err := NewSinusoidal(SinusoidalOptions{Dim: 8, Frequencies: bad})
		require.ErrorContains(t, err, "frequencies")
	}
}
