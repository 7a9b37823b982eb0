package rows

import "posenc/encoding/internal/angle"

// Float32 makes rows as PyTorch does in float32, for models that were trained on what that rounds away: for frequency w and
// position p
//
//	a = float32(float32(p)·w),  sin = float32(float32(sin a)·gain),  cos = float32(float32(cos a)·gain)
//
// where w and gain are float32, and sin a and cos a the float32 nearest to the true values of that a.
type Float32 struct {
	W      []float32
	Gain   float32
	Layout angle.Layout
}

// turn is 2^32 radians, so that any product of a position and a frequency is a number of them that SinCos takes.
var turn = angle.Radians(1 << 32)

// Make writes the rows of positions first, first+1, ...
func (f Float32) Make(dst []float32, first int64) {
	for ; len(dst) > 0; dst, first = dst[f.Layout.Dim:], first+1 {
		f.MakeAt(dst[:f.Layout.Dim], float64(first))
	}
}

// MakeAt writes the row of any position.
func (f Float32) MakeAt(dst []float32, position float64) {
	l := f.Layout
	clear(dst)
	for i, w := range f.W {
		a := float32(float32(position) * w)
		s, c := turn.SinCos(float64(a) * 0x1p-32)
		dst[l.Sin+i*l.Stride] = float32(float32(s) * f.Gain)
		if i < l.Pairs {
			dst[l.Cos+i*l.Stride] = float32(float32(c) * f.Gain)
		}
	}
}
