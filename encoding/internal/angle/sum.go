package angle

// Radians returns the frequency w, radians per position, for 0 <= w <= HighestFrequency. It is off by at most 2^-192 of a
// turn, which counts only below LowestFrequency.
func Radians(w float64) Frequency { return Frequency(fixedFloat(w).mul(oneOver2Pi)) }

// A Sum is an angle that is summed up from products. Its zero value is no angle.
type Sum struct{ p phase }

// Add adds position·w, for any |position| <= MaxPosition, cut off at 2^-192 of a turn.
func (s *Sum) Add(f *Frequency, position float64) { s.p = s.p.add(f.atReal(position)) }

// SinCos returns the sine and cosine, each within a unit in the last place of float64.
func (s Sum) SinCos() (sin, cos float64) { return s.p.sincos() }
