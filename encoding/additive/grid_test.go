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

// A gridColumn is one column of a row, from a convention's own source: which coordinate, which frequency, sine or cosine.
type gridColumn struct {
	axis, i int
	steps   float64 // of the ladder
	cos     bool
	zero    bool
}

// gridReference says, for each project, what its code puts into column j of a row of dim channels. Written from those
// sources, not from the options.
func gridReference(name string, dim, axes, j int) gridColumn {
	interleaved := func(order []int, width, j int) gridColumn { // blocks of width, s0 c0 s1 c1 ...
		k := j % width
		return gridColumn{axis: order[j/width], i: k / 2, cos: k%2 == 1, steps: float64(width) / 2}
	}
	concat := func(order []int, width, j int, shift float64) gridColumn { // blocks of width, s... c...
		n := width / 2
		k := j % width
		return gridColumn{axis: order[j/width], i: k % n, cos: k >= n, steps: max(float64(n)-shift, 1)}
	}
	inOrder := []int{0, 1, 2}
	switch name {
	case "mae":
		return concat([]int{1, 0}, dim/2, j, 0)
	case "timm": // sin y, sin x, cos y, cos x
		n := dim / 4
		return gridColumn{axis: j / n % 2, i: j % n, cos: j >= dim/2, steps: float64(n)}
	case "diffusers":
		if axes == 2 {
			return concat([]int{1, 0}, dim/2, j, 0)
		}
		if j < dim/4 {
			return concat([]int{0}, dim/4, j, 0)
		}
		return concat([]int{2, 1}, dim*3/8, j-dim/4, 0)
	case "tensor2tensor":
		width := dim / (2 * axes) * 2
		if j >= width*axes {
			return gridColumn{zero: true}
		}
		return concat(inOrder, width, j, 1)
	case "multidim":
		width := 2 * int(math.Ceil(float64(dim)/float64(2*axes)))
		return interleaved(inOrder, width, j)
	case "detr":
		return interleaved(inOrder, dim/2, j)
	}
	panic(name)
}

func (c gridColumn) value(coordinate float64) *big.Float {
	if c.zero {
		return truth.N(0)
	}
	sin, cos := truth.SinCos(new(big.Float).Mul(truth.N(coordinate), truth.Frequency(1, 10000, c.steps, c.i)))
	if c.cos {
		return cos
	}
	return sin
}

func TestGridConventions(t *testing.T) {
	for _, c := range []struct {
		name  string
		dim   int
		shape []int
	}{
		{"mae", 8, []int{3, 5}}, {"mae", 12, []int{1, 4}}, {"timm", 12, []int{4, 3}}, {"timm", 4, []int{2, 3}},
		{"diffusers", 16, []int{2, 5}}, {"diffusers", 32, []int{2, 3, 5}}, {"tensor2tensor", 11, []int{3, 2}},
		{"tensor2tensor", 3, []int{2, 2}}, {"tensor2tensor", 14, []int{2, 3, 4}}, {"multidim", 10, []int{3, 4}}, {"multidim", 7, []int{2, 5}},
		{"multidim", 11, []int{2, 4, 3}}, {"multidim", 1, []int{2, 2, 2}}, {"detr", 8, []int{3, 4}}, {"detr", 20, []int{5, 2}},
	} {
		for _, prefix := range []int{0, 2} {
			where := fmt.Sprintf("%s %d %v prefix %d", c.name, c.dim, c.shape, prefix)
			o, err := GridConvention(c.name, c.dim, c.shape...)
			require.NoError(t, err, where)
			o.PrefixTokens = prefix
			g, err := NewGrid(o)
			require.NoError(t, err, where)
			cells := 1
			for _, n := range c.shape {
				cells *= n
			}
			require.Equal(t, prefix+cells, g.Length(), where)
			table, err := g.Table(g.Length(), At{})
			require.NoError(t, err, where)
			for p := range g.Length() {
				row := table[p*c.dim:][:c.dim]
				if p < prefix {
					require.Equal(t, make([]float32, c.dim), row, where)
					continue
				}
				at := make([]int, len(c.shape))
				for axis, rest := len(c.shape)-1, p-prefix; axis >= 0; axis-- {
					at[axis], rest = rest%c.shape[axis], rest/c.shape[axis]
				}
				for j, v := range row {
					column := gridReference(c.name, c.dim, len(c.shape), j)
					x := float64(at[column.axis])
					switch n := float64(c.shape[column.axis]); {
					case c.name == "detr":
						x = (x + 1) / (n + 1e-6) * 2 * math.Pi
					case c.name == "diffusers" && len(c.shape) == 2:
						x = x / (n / 16)
					}
					want, _ := column.value(x).Float64()
					// Within half a unit in the last place, and what the float64 coordinate is off by: 3 roundings of at most 16.
					require.InDelta(t, want, v, math.Abs(want)*0x1.01p-24+1e-14, "%s: cell %v, column %d", where, at, j)
				}
			}
		}
	}
}

// Every cell and every frequency, where the coordinates are exact: correctly rounded.
func TestGridIsExact(t *testing.T) {
	g, err := NewGrid(GridOptions{Dim: 24, Shape: []int{5, 9, 4}, Axes: "wht", Base: 100, MinTimescale: 2, CoordinateStart: -0.5, InterpolationScale: 2, TemporalInterpolationScale: 0.25})
	require.NoError(t, err)
	table, err := g.Table(g.Length(), At{})
	require.NoError(t, err)
	for p := range g.Length() {
		at := map[byte]float64{'t': (float64(p/36) - 0.5) / 0.25, 'h': (float64(p/4%9) - 0.5) / 2, 'w': (float64(p%4) - 0.5) / 2}
		for j := range 24 {
			s, c := truth.SinCos(new(big.Float).Mul(truth.N(at["wht"[j/8]]), truth.Frequency(2, 100, 4, j%8/2)))
			if j%2 == 1 {
				s = c
			}
			ulps, _ := truth.Ulps(table[p*24+j], s)
			require.LessOrEqual(t, ulps, 0.501, "position %d, column %d", p, j)
		}
	}
}

// add, fill and table take the same rows wherever they are asked for; batch, offset and positions as everywhere.
func TestGridRows(t *testing.T) {
	const dim = 12
	g, err := NewGrid(GridOptions{Dim: dim, Shape: []int{13, 7}, PrefixTokens: 1})
	require.NoError(t, err)
	fresh := func() *Grid { f, _ := NewGrid(g.Options()); return f }
	whole, err := fresh().Table(92, At{})
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(4, 4))
	for range 60 {
		batch, seq := 1+r.IntN(3), 1+r.IntN(20)
		at := At{Batch: batch, Offset: int64(r.IntN(92 - seq + 1))}
		list := make([]float64, seq*(1+r.IntN(2)*(batch-1)))
		for i := range list {
			list[i] = float64(r.IntN(92))
		}
		if r.IntN(2) == 0 {
			at.Positions = list
		}
		x := make([]float32, batch*seq*dim)
		filled := make([]float32, len(x))
		require.NoError(t, g.Add(x, at))
		require.NoError(t, fresh().Fill(filled, at))
		require.Equal(t, filled, x)
		for row := range batch * seq {
			p := int(at.Offset) + row%seq
			if at.Positions != nil {
				p = int(list[row%len(list)])
			}
			require.Equal(t, whole[p*dim:][:dim], x[row*dim:][:dim], "row %d, position %d", row, p)
		}
		require.NoError(t, g.Subtract(x, at))
		require.Equal(t, make([]float32, len(x)), x)
	}
}

func TestGridHasNoOtherPositions(t *testing.T) {
	g, err := NewGrid(GridOptions{Dim: 4, Shape: []int{2, 3}, PrefixTokens: 1})
	require.NoError(t, err)
	x := make([]float32, 8)
	for i := range x {
		x[i] = 9
	}
	before := append([]float32(nil), x...)
	for want, at := range map[string]At{
		"offset: want an integer that keeps all 2 positions from 0 to 6, got 6":  {Offset: 6},
		"offset: want an integer that keeps all 2 positions from 0 to 6, got -1": {Offset: -1},
		"positions[1]: want an integer from 0 to 6, got 7":                       {Positions: []float64{6, 7}},
		"positions[0]: want an integer from 0 to 6, got 0.5":                     {Positions: []float64{0.5, 1}},
		"positions[0]: want an integer from 0 to 6, got -1":                      {Positions: []float64{-1, 1}},
		"positions[1]: want a number within ±2^53, got NaN":                      {Positions: []float64{1, math.NaN()}},
		"batch: want a positive integer, got -1":                                 {Batch: -1},
	} {
		for _, call := range []func([]float32, At) error{g.Add, g.Subtract, g.Fill} {
			require.EqualError(t, call(x, at), want)
			require.Equal(t, before, x)
		}
	}
	_, err = g.Table(8, At{})
	require.EqualError(t, err, "length: want one from 0 to 7, which is all, got 8")
	_, err = g.Table(8, At{Positions: make([]float64, 8)})
	require.NoError(t, err)
	_, err = g.Table(7, At{Offset: 1})
	require.ErrorContains(t, err, "offset: want an integer that keeps all 7")
	require.NoError(t, g.Check(7*4, At{}, -1))
	require.EqualError(t, g.Check(8*4, At{}, -1), "x: want at most 7 rows of 4 in a sequence, which is all, got 8")
	require.NoError(t, g.Check(8*4, At{}, 8))
	require.NoError(t, g.Add(nil, At{Offset: 7}))
	require.Error(t, g.Add(nil, At{Offset: 8}))
	require.NoError(t, g.Add(x, At{Offset: 5}))
}

func TestBadGrids(t *testing.T) {
	two := []int{2, 3}
	for want, o := range map[string]GridOptions{
		"dim: want an integer from 1 to 65536, got 0":                                   {Shape: two},
		"shape: want [height, width] or [time, height, width], got 0 numbers":           {Dim: 4},
		"shape: want [height, width] or [time, height, width], got 4 numbers":           {Dim: 8, Shape: []int{1, 1, 1, 1}},
		"shape[1]: want a positive integer":                                             {Dim: 4, Shape: []int{2, 0}},
		"shape[0]: want a positive integer":                                             {Dim: 4, Shape: []int{-1, 2}},
		"shape: want axes of at most 2^24 cells times channels together, got":           {Dim: 64, Shape: []int{1, 1 << 24}},
		`axes: want the letters of "hw" in some order, got "xy"`:                        {Dim: 4, Shape: two, Axes: "xy"},
		`axes: want the letters of "hw" in some order, got "hh"`:                        {Dim: 4, Shape: two, Axes: "hh"},
		`axes: want the letters of "thw" in some order, got "hw"`:                       {Dim: 6, Shape: []int{1, 1, 1}, Axes: "hw"},
		"dim: want a multiple of 4, or axisDims, got 6":                                 {Dim: 6, Shape: two},
		"axisDims: want 2 of them, as shape has, got 1":                                 {Dim: 6, Shape: two, AxisDims: []int{6}},
		"axisDims[0]: want an even integer from 0 to 65536, got 3":                      {Dim: 6, Shape: two, AxisDims: []int{3, 3}},
		`layout: want "interleaved", "concat" or "concat-cos-sin", got "zigzag"`:        {Dim: 4, Shape: two, Layout: "zigzag"},
		`acrossAxes: want false with layout "interleaved", which has no halves`:         {Dim: 4, Shape: two, AcrossAxes: true},
		"base: want a positive finite number, got -1":                                   {Dim: 4, Shape: two, Base: -1},
		"frequencyShift: want a finite number below n = 2, half the width, got 2":       {Dim: 8, Shape: two, FrequencyShift: 2},
		"minTimescale: want a positive finite number, got -1":                           {Dim: 4, Shape: two, MinTimescale: -1},
		"prefixTokens: want an integer from 0 to 16777216, got -1":                      {Dim: 4, Shape: two, PrefixTokens: -1},
		"interpolationScale: want a positive finite number, got NaN":                    {Dim: 4, Shape: two, InterpolationScale: math.NaN()},
		"temporalInterpolationScale: want a positive finite number, got -1":             {Dim: 4, Shape: two, TemporalInterpolationScale: -1},
		"normalizeScale: want a positive finite number, got Infinity":                   {Dim: 4, Shape: two, NormalizeScale: math.Inf(1)},
		"baseSize: want a positive finite number, got -1":                               {Dim: 4, Shape: two, BaseSize: -1},
		"coordinateStart: want one that, with the scales, keeps coordinates within ±2^": {Dim: 4, Shape: two, InterpolationScale: 1e-300},
	} {
		g, err := NewGrid(o)
		require.Nil(t, g)
		require.ErrorContains(t, err, want)
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option)
	}
	for want, call := range map[string]func() (GridOptions, error){
		`convention: want "detr", "diffusers", "mae", "multidim", "tensor2tensor" or "timm", got "vit"`: func() (GridOptions, error) { return GridConvention("vit", 4, 2, 2) },
		`dim: want a multiple of 4 with convention "mae", got 6`:                                        func() (GridOptions, error) { return GridConvention("mae", 6, 2, 2) },
		`dim: want a multiple of 16 with convention "diffusers", got 24`:                                func() (GridOptions, error) { return GridConvention("diffusers", 24, 2, 2, 2) },
		`shape: want [height, width] with convention "timm", got 3 numbers`:                             func() (GridOptions, error) { return GridConvention("timm", 8, 2, 2, 2) },
		"dim: want an integer from 1 to 65536, got -4":                                                  func() (GridOptions, error) { return GridConvention("mae", -4, 2, 2) },
	} {
		_, err := call()
		require.EqualError(t, err, want)
	}
}

func TestGridOptionsAreKept(t *testing.T) {
	shape := []int{2, 3}
	g, err := NewGrid(GridOptions{Dim: 8, Shape: shape})
	require.NoError(t, err)
	shape[0] = 100
	o := g.Options()
	require.Equal(t, GridOptions{Dim: 8, Shape: []int{2, 3}, Axes: "hw", AxisDims: []int{4, 4}, Layout: Interleaved, Base: 10000, MinTimescale: 1,
		InterpolationScale: 1, TemporalInterpolationScale: 1, NormalizeScale: 2 * math.Pi}, o)
	o.Shape[0], o.AxisDims[0] = 7, 7
	require.Equal(t, 2, g.Options().Shape[0])
	require.Equal(t, 4, g.Options().AxisDims[0])
}

func TestGridShiftMatrix(t *testing.T) {
	for _, c := range []struct {
		name  string
		dim   int
		shape []int
		k     []float64
	}{{"mae", 8, []int{4, 5}, []float64{2, -1}}, {"timm", 12, []int{4, 5}, []float64{-1, 3}}, {"detr", 8, []int{4, 5}, []float64{1, 2}},
		{"diffusers", 16, []int{3, 4, 5}, []float64{1, 2, -3}}, {"diffusers", 8, []int{4, 5}, []float64{2, 3}},
		{"tensor2tensor", 11, []int{4, 5}, []float64{1, 1}}, {"multidim", 10, []int{4, 5}, []float64{3, 0}}} {
		o, err := GridConvention(c.name, c.dim, c.shape...)
		require.NoError(t, err)
		o.PrefixTokens = 1
		g, err := NewGrid(o)
		require.NoError(t, err)
		m, err := g.ShiftMatrix(c.k)
		require.NoError(t, err)
		table, _ := g.Table(g.Length(), At{})
		shifted := 0
		for p := range g.Length() - 1 {
			to, at, size := p, p, 1
			inside := true
			for axis := len(c.shape) - 1; axis >= 0; axis-- {
				x := at%c.shape[axis] + int(c.k[axis])
				inside = inside && x >= 0 && x < c.shape[axis]
				to += int(c.k[axis]) * size
				at, size = at/c.shape[axis], size*c.shape[axis]
			}
			if !inside {
				continue
			}
			shifted++
			for i := range c.dim {
				sum := 0.0
				for j := range c.dim {
					sum += m[i*c.dim+j] * float64(table[(1+p)*c.dim+j])
				}
				require.InDelta(t, sum, table[(1+to)*c.dim+i], 1.5e-7, "%s: cell %d to %d, column %d", c.name, p, to, i)
			}
		}
		require.NotZero(t, shifted)
	}
	cut, _ := GridConvention("multidim", 9, 4, 5)
	g, err := NewGrid(cut)
	require.NoError(t, err)
	_, err = g.ShiftMatrix([]float64{1, 1})
	require.ErrorContains(t, err, "dim: want one that has a cosine for every sine: a sine alone has no shift matrix, got 9")
	_, err = g.ShiftMatrix([]float64{1})
	require.EqualError(t, err, "k: want 2 numbers, as shape has, got 1")
	_, err = g.ShiftMatrix([]float64{1, math.NaN()})
	require.EqualError(t, err, "k[1]: want a number that moves coordinates by at most 2^53, got NaN")
	require.Equal(t, []float64{1, math.Pow(10000, -1.0/3), math.Pow(10000, -2.0/3)}, roundAll(g.Frequencies()[:3]))
	require.Len(t, g.Frequencies(), 6)
}

// roundAll takes off what math.Pow may be wrong by.
func roundAll(v []float64) []float64 {
	for i := range v {
		if want := math.Pow(10000, -float64(i)/3); math.Abs(v[i]-want) < 1e-15 {
			v[i] = want
		}
	}
	return v
}

// What is added without a table has the bits of the table's rows: from any offset, over the ends of rows of cells and of prefix
// tokens, in a batch, and where 0 is added to -0.
func TestGridAddsItsRows(t *testing.T) {
	for _, o := range []GridOptions{
		{Dim: 12, Shape: []int{3, 5}},
		{Dim: 12, Shape: []int{3, 5}, PrefixTokens: 2, Axes: "wh", Layout: Concat},
		{Dim: 16, Shape: []int{2, 7}, AcrossAxes: true, Layout: Concat},
		{Dim: 15, Shape: []int{2, 3, 4}, AxisDims: []int{4, 4, 4}, PrefixTokens: 1}, // the last three columns are 0
		{Dim: 7, Shape: []int{4, 3}, AxisDims: []int{4, 4}},                         // the last one is cut off
		{Dim: 4, Shape: []int{2, 20000}},
	} {
		g, err := NewGrid(o)
		require.NoError(t, err)
		table, err := g.Table(g.Length(), At{})
		require.NoError(t, err)
		for offset := 0; offset < g.Length(); offset += 1 + g.Length()/9 {
			for _, seq := range []int{1, 4, g.Length() - offset} {
				seq = min(seq, g.Length()-offset)
				n := seq * o.Dim
				rows := table[offset*o.Dim:][:n]
				at := At{Batch: 2, Offset: int64(offset)}
				x, plus, minus := make([]float32, 2*n), make([]float32, 2*n), make([]float32, 2*n)
				for i := range x {
					x[i] = float32(math.Copysign(float64(i%5), -1))
					plus[i], minus[i] = x[i]+rows[i%n], x[i]-rows[i%n]
				}
				quick := append([]float32(nil), x[:n]...)
				require.True(t, g.Quick(false, quick, 1, at.Offset))
				requireBits(t, plus[:n], quick)
				sum, difference := append([]float32(nil), x...), append([]float32(nil), x...)
				require.NoError(t, g.Add(sum, at))
				requireBits(t, plus, sum)
				require.NoError(t, g.Subtract(difference, at))
				requireBits(t, minus, difference)
				require.NoError(t, g.Fill(x, at))
				requireBits(t, append(append([]float32(nil), rows...), rows...), x)
			}
		}
	}
}

func requireBits(t *testing.T, want, got []float32) {
	t.Helper()
	require.Equal(t, len(want), len(got))
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
			require.Failf(t, "bits differ", "at %d: want %g, got %g", i, want[i], got[i])
		}
	}
}
