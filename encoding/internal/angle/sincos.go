package angle

import "posenc/encoding/internal/kernel"

// SinCos returns the sine and cosine of position·w, each within a unit in the last place of float64, for any
// |position| <= MaxPosition.
func (f *Frequency) SinCos(position float64) (sin, cos float64) { return f.atReal(position).sincos() }

// sincos returns the sine and cosine of p, each within a unit in the last place of float64, however small.
func (p phase) sincos() (sin, cos float64) { return kernel.SinCosOf(p.lo, p.mid, p.hi) }

// exact writes the sines and cosines of position·w of all frequencies, those of SinCos, and into turns, unless it is nil, the
// angles in 2^-64 of a turn.
func exact(dst kernel.Angles, turns []uint64, freqs []Frequency, position int64) {
	var p kernel.Phases
	for len(freqs) > 0 {
		n := min(len(freqs), kernel.PhasesAtOnce)
		kernel.Multiply(&p, freqs[:n], uint64(max(position, -position)))
		if position < 0 {
			p.Negate(n)
		}
		if turns != nil {
			turns = turns[copy(turns, p.Hi[:n]):]
		}
		kernel.SinCos(kernel.Angles{Sin: dst.Sin[:n], Cos: dst.Cos[:n]}, &p)
		dst.Sin, dst.Cos, freqs = dst.Sin[n:], dst.Cos[n:], freqs[n:]
	}
}
