package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// MaxShiftedDim is the widest encoding that has a shift matrix: 512 MiB.
const MaxShiftedDim = 8192

// ShiftMatrix returns the matrix M [dim, dim] that moves an encoding by k positions, PE(p+k) = M·PE(p) for every p, in
// this encoder's own layout. It turns each pair by the angle k·w_i:
//
//	s_i(p+k) =  cos(k·w_i)·s_i(p) + sin(k·w_i)·c_i(p)
//	c_i(p+k) = -sin(k·w_i)·s_i(p) + cos(k·w_i)·c_i(p)
//
// A column that is always 0 has a 1 on the diagonal, so M is orthogonal. A sine without its cosine has no such map,
// and an encoding with one gives an error. k may be any number within ±2^53; dim is at most [MaxShiftedDim].
func (s *Sinusoidal) ShiftMatrix(k float64) ([]float64, error) {
	d := s.options.Dim
	if d > MaxShiftedDim {
		return nil, &encoding.OptionError{Option: "dim", Want: encoding.Text("at most ", MaxShiftedDim, " for a shift matrix"), Got: strconv.Itoa(d)}
	}
	if err := s.ShiftMatrixRow(make([]float64, d), k, 0); err != nil {
		return nil, err // before there is a matrix
	}
	m := make([]float64, d*d)
	for row := range d {
		if err := s.ShiftMatrixRow(m[row*d:][:d], k, row); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// ShiftMatrixRow writes one row of [Sinusoidal.ShiftMatrix] into dst [dim], for those who cannot hold the whole.
func (s *Sinusoidal) ShiftMatrixRow(dst []float64, k float64, row int) error {
	l := s.waves.layout
	switch {
	case len(s.waves.freqs) > l.Pairs:
		return &encoding.OptionError{Option: "dim", Want: `an even one, or oddDim "zero": a sine alone has no shift matrix`, Got: strconv.Itoa(l.Dim)}
	case !(math.Abs(k) <= angle.MaxPosition):
		return &encoding.OptionError{Option: "k", Want: "a number within ±2^53", Got: encoding.Number(k)}
	case row < 0 || row >= l.Dim || len(dst) != l.Dim:
		return &encoding.OptionError{Option: "row", Want: encoding.Text("a row below dim = ", l.Dim, ", into an array of that length"),
			Got: encoding.Text("row ", row, ", length ", len(dst))}
	}
	clear(dst)
	if row >= 2*l.Pairs {
		dst[row] = 1
		return nil
	}
	i, isCos := l.Frequency(row)
	sin, cos := s.waves.freqs[i].SinCos(k)
	if isCos {
		sin = -sin
	}
	dst[row] = cos
	if isCos {
		dst[l.Sin+i*l.Stride] = sin
	} else {
		dst[l.Cos+i*l.Stride] = sin
	}
	return nil
}
