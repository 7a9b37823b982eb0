package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// Frequencies returns the frequencies of the axes in the order of axes, one list behind the other: radians per unit of the
// coordinate, each the float64 nearest to its true value.
func (g *Grid) Frequencies() []float64 {
	var out []float64
	for i := range g.options.Axes {
		if axis := g.options.axis(g.options.Axes[i]); g.options.AxisDims[axis] > 0 {
			out = append(out, g.axes[axis].Frequencies()...)
		}
	}
	return out
}

// ShiftMatrix returns the matrix M [dim, dim] that moves the encoding of any cell by some cells along each axis, in the
// order of shape: PE(y+k[0], x+k[1]) = M·PE(y, x). It turns each pair of an axis as [Sinusoidal.ShiftMatrix] does, by k
// times what the coordinate grows from cell to cell. Prefix tokens have no cell, and a column that is always 0 has a 1 on the
// diagonal.
//
// A sine whose cosine was cut off has no such map, and gives an error.
func (g *Grid) ShiftMatrix(k []float64) ([]float64, error) {
	o, d := g.options, g.options.Dim
	if d > MaxShiftedDim {
		return nil, badInt("dim", "at most ", MaxShiftedDim, " for a shift matrix", d)
	}
	if len(k) != len(o.Shape) {
		return nil, badInt("k", "", len(o.Shape), " numbers, as shape has", len(k))
	}
	columns := make([][]int, len(k)) // of each axis, where in a row a column of its table goes, or -1
	move := make([]float64, len(k))
	for axis, dim := range o.AxisDims {
		n := max(o.Shape[axis]-1, 1) // over the whole axis, as that is rounded least
		move[axis] = k[axis] * ((o.coordinate(axis, n) - o.coordinate(axis, 0)) / float64(n))
		if !(math.Abs(move[axis]) <= angle.MaxPosition) {
			return nil, bad(indexed("k", axis), "a number that moves coordinates by at most 2^53", encoding.Number(k[axis]))
		}
		columns[axis] = make([]int, dim)
		for j := range dim {
			columns[axis][j] = -1
		}
	}
	for _, p := range g.rows.parts {
		for j := range p.n {
			columns[p.axis][p.from+j] = p.to + j
		}
	}
	for axis := range columns {
		l := g.axes[axis].waves.layout
		for i := range len(columns[axis]) / 2 {
			if sin, cos := columns[axis][l.Sin+i*l.Stride], columns[axis][l.Cos+i*l.Stride]; (sin < 0) != (cos < 0) {
				return nil, bad("dim", "one that has a cosine for every sine: a sine alone has no shift matrix", strconv.Itoa(d))
			}
		}
	}
	m := make([]float64, d*d)
	for j := range d {
		m[j*d+j] = 1
	}
	for axis := range columns {
		l := g.axes[axis].waves.layout
		for i := range len(columns[axis]) / 2 {
			s, c := columns[axis][l.Sin+i*l.Stride], columns[axis][l.Cos+i*l.Stride]
			if s < 0 {
				continue
			}
			sin, cos := g.axes[axis].waves.freqs[i].SinCos(move[axis])
			m[s*d+s], m[s*d+c] = cos, sin
			m[c*d+s], m[c*d+c] = -sin, cos
		}
	}
	return m, nil
}
