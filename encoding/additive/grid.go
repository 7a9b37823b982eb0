package additive

import "posenc/encoding/internal/kernel"

// Grid is the encoding of the cells of an image or a video: each axis has a sinusoidal encoding of its own, and a row puts
// them side by side.
//
//	position p = prefixTokens + (t·H + y)·W + x             row-major; rows 0..prefixTokens-1 are 0
//	w_i  = m·(θ/m)^(-i/(n-f)),  i = 0..n-1,  n = axisDims/2   for each axis, as Sinusoidal has it
//	PE(p) = sin and cos of c_a(p)·w_i of the axes a in the order of axes, c_a being the coordinate of the cell
//
// [GridOptions] has the coordinates, [GridConvention] the projects that it is from. Positions are integers from 0 to
// Length()-1; others are an [encoding.OptionError]. Table(Length(), At{}) is all of it, [length, dim].
//
// Each sine and cosine is as exact for its coordinate as those of [Sinusoidal]. They are made once for each axis, so
// that a row costs no more than reading it, and none are kept.
type Grid struct {
	encoder
	options GridOptions
	rows    *gridRows
	axes    []*Sinusoidal // in the order of shape; of 2 channels where an axis has none
}

// gridRows makes rows out of the tables of the axes.
type gridRows struct {
	dim, prefix int
	shape       []int
	tables      [][]float32 // of each axis, [size, axisDims], in the order of shape
	dims        []int
	parts       []gridPart
	width       int // of all parts; the columns from there on are 0
}

// A gridPart is where in a row some columns of the table of an axis go.
type gridPart struct{ axis, from, to, n int }

// NewGrid checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewGrid(o GridOptions) (*Grid, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	r := &gridRows{dim: o.Dim, prefix: o.PrefixTokens, shape: o.Shape, dims: o.AxisDims}
	cells := 1
	waves := make([]*Sinusoidal, len(o.Shape))
	for axis, dim := range o.AxisDims {
		cells *= o.Shape[axis]
		s, err := NewSinusoidal(SinusoidalOptions{Dim: max(dim, 2), Layout: o.Layout, Base: o.Base,
			FrequencyShift: o.FrequencyShift, MinTimescale: o.MinTimescale})
		if err != nil {
			return nil, err
		}
		waves[axis] = s
	}
	for axis, dim := range o.AxisDims {
		table := make([]float32, o.Shape[axis]*dim)
		for k := range o.Shape[axis] {
			if dim > 0 {
				waves[axis].waves.MakeAt(table[k*dim:][:dim], o.coordinate(axis, k))
			}
		}
		r.tables = append(r.tables, table)
	}
	r.place(o)
	g := &Grid{encoder: newEncoder(r, o.Dim, 1), options: o, rows: r, axes: waves}
	g.cheap, g.direct = true, r
	g.end = int64(o.PrefixTokens) + int64(cells)
	return g, nil
}

// place says where columns go: those of an axis as they are, or its halves where the layout is across axes.
func (r *gridRows) place(o GridOptions) {
	halves := 1
	if o.AcrossAxes {
		halves = 2
	}
	to := 0
	for half := range halves {
		for i := range o.Axes {
			axis := o.axis(o.Axes[i])
			n := o.AxisDims[axis] / halves
			if n = min(n, o.Dim-to); n > 0 {
				r.parts = append(r.parts, gridPart{axis, half * (o.AxisDims[axis] / 2), to, n})
				to += n
			}
		}
	}
	r.width = to
}

// Options returns the options with defaults filled in. The lists are copies.
func (g *Grid) Options() GridOptions { return g.options.withDefaults() }

// Length returns how many positions there are: prefix tokens and cells.
func (g *Grid) Length() int { return int(g.end) }

// gridRun is how many elements of rows go at once, a part of them after the other: the lines that two parts share stay in a fast cache.
const gridRun = 64 << 10

// Make leaves 0 in the rows of prefix tokens, and in those that are not there: a table's window is whole blocks.
func (r *gridRows) Make(dst []float32, first int64) { r.apply(kernel.Store, dst, first) }

// apply goes over runs of cells along the last axis, where the columns of that axis are rows of its table that follow each
// other, and those of the others the same row.
func (r *gridRows) apply(op kernel.Op, x []float32, first int64) {
	last := len(r.shape) - 1
	for run := 0; len(x) > 0; x, first = x[run*r.dim:], first+int64(run) {
		run = min(max(gridRun/r.dim, 1), len(x)/r.dim)
		cell := first - int64(r.prefix)
		if cell < 0 {
			run = min(run, int(-cell))
			r.zeros(op, x[:run*r.dim], 0)
			continue
		}
		var at [len(axisLetters)]int
		for axis := last; axis >= 0; axis-- {
			size := uint64(r.shape[axis])
			at[axis] = int(uint64(cell) % size)
			cell = int64(uint64(cell) / size)
		}
		if cell > 0 {
			r.zeros(op, x, 0)
			return
		}
		run = min(run, r.shape[last]-at[last])
		for _, p := range r.parts {
			n, step := r.dims[p.axis], 0
			if p.axis == last {
				step = n
			}
			kernel.Strips(op, x[p.to:], r.dim, r.tables[p.axis], at[p.axis]*n+p.from, step, p.n, run)
		}
		if r.width < r.dim {
			r.zeros(op, x[:run*r.dim], r.width)
		}
	}
}

// zeros is apply for columns that are 0, from one on. To add 0 changes what is -0.
func (r *gridRows) zeros(op kernel.Op, x []float32, from int) {
	for ; len(x) > 0; x = x[r.dim:] {
		for i := from; i < r.dim; i++ {
			switch op {
			case kernel.Store:
				x[i] = 0
			case kernel.Plus:
				x[i] += 0
			case kernel.Minus:
				x[i] -= 0
			}
		}
	}
}

func (r *gridRows) MakeAt(dst []float32, position float64) { r.Make(dst, int64(position)) }
