package angle

import "math"

// Real is a number from 0 up to 2^64 in 192 fraction bits, for rules that change frequencies by more than a float64.
type Real fixed

// Exactly returns v, 0 <= v < 2^64, exact when it is a multiple of 2^-192.
func Exactly(v float64) Real { return Real(fixedFloat(v)) }

// Add returns x + y.
func (x Real) Add(y Real) Real { return Real(fixed(x).add(fixed(y))) }

// Sub returns x - y, or 0 where that is less.
func (x Real) Sub(y Real) Real {
	if fixed(x).less(fixed(y)) {
		return Real{}
	}
	return Real(fixed(x).sub(fixed(y)))
}

// Mul returns x·y.
func (x Real) Mul(y Real) Real { return Real(fixed(x).mul(fixed(y))) }

// Less reports x < y.
func (x Real) Less(y Real) bool { return fixed(x).less(fixed(y)) }

// Float64 returns the nearest float64.
func (x Real) Float64() float64 { return fixed(x).float64() }

// Inverse returns 1/x for x of at least 2^-60, by Newton's rule from the float64 quotient: each step doubles its 53 bits.
func (x Real) Inverse() Real {
	r := fixedFloat(1 / fixed(x).float64())
	one := fixedInt(1)
	for range 3 {
		if p := fixed(x).mul(r); p.less(one) {
			r = r.add(r.mul(one.sub(p)))
		} else {
			r = r.sub(r.mul(p.sub(one)))
		}
	}
	return Real(r)
}

// Ln returns ln x for x of at least 1: that of the nearest float64, and the rest as the series of ln(1+z), where z is below
// 2^-52.
func (x Real) Ln() Real {
	near := fixed(x).float64()
	ln, _ := log(near)
	exact := fixedFloat(near)
	inverse := fixed(Exactly(near).Inverse())
	series := func(d fixed) (z, half fixed) { z = d.mul(inverse); return z, z.mul(z).shr(1) }
	if exact.less(fixed(x)) {
		z, half := series(fixed(x).sub(exact))
		return Real(ln.add(z).sub(half))
	}
	z, half := series(exact.sub(fixed(x)))
	sum := z.add(half)
	if ln.less(sum) {
		return Real{}
	}
	return Real(ln.sub(sum))
}

// TwoPi is 2π.
var TwoPi = Real(twoPi)

// Times returns the frequency x·w.
func (f Frequency) Times(x Real) Frequency { return Frequency(fixed(f).mul(fixed(x))) }

// Turns returns w/2π, turns per position.
func (f Frequency) Turns() Real { return Real(f) }

// PerTurn returns the frequency of x turns per position.
func PerTurn(x Real) Frequency { return Frequency(x) }

// InRange reports whether the package carries the frequency: it is 0, which turns nothing, or within
// [LowestFrequency, HighestFrequency].
func (f Frequency) InRange() bool {
	w := f.Radians()
	return w == 0 || w >= LowestFrequency*(1-0x1p-50) && w <= HighestFrequency && !math.IsInf(w, 0)
}
