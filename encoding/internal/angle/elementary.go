package angle

import "math"

// The logarithm, the exponential and the power of math are assembly on some machines and fused on others. These have the
// same bits everywhere, and are the float64 nearest to the true value: what they are rounded from is good to 2^-115
// of itself or better. They take microseconds, so they are for tables and options.

// Log returns ln v for a positive finite v.
func Log(v float64) float64 {
	ln, negative := log(v)
	if negative {
		return -ln.float64()
	}
	return ln.float64()
}

// Exp returns e^v. Below the smallest normal float64 it may be off by one unit, and past the range it is 0 or +Inf.
func Exp(v float64) float64 {
	if !(math.Abs(v) < 1024) {
		return beyond(v)
	}
	return expFixed(fixedFloat(math.Abs(v)), v < 0)
}

// Pow returns x^y for a positive finite x; its range is that of [Exp]. Where x^y lies exactly between two float64 it may be
// either.
func Pow(x, y float64) float64 {
	ln, negative := log(x)
	if y < 0 {
		negative = !negative
	}
	approximate := float64(ln.float64() * math.Abs(y))
	if !(approximate < 1024) {
		if negative {
			approximate = -approximate
		}
		return beyond(approximate)
	}
	frac, e := math.Frexp(math.Abs(y)) // |y| = m·2^(e-53), and ln·m is below 2^63
	p := ln.mul(fixedInt(uint64(math.Ldexp(frac, 53))))
	if e < 53 {
		p = p.shr(uint(53 - e))
	} else {
		p = p.shl(uint(e - 53))
	}
	return expFixed(p, negative)
}

// expFixed returns e^y, or e^-y where negative is set, for y <= 1024: 2^k·e^f with 0 <= f < ln 2.
func expFixed(y fixed, negative bool) float64 {
	k := uint64(y.float64()/math.Ln2 + 1) // not too small
	f := ln2.mul(fixedInt(k))
	for y.less(f) {
		k--
		f = f.sub(ln2)
	}
	f = y.sub(f)
	if negative && f != (fixed{}) {
		k, f = k+1, ln2.sub(f)
	}
	m := exp(f, false).float64()
	if negative {
		return math.Ldexp(m, -int(k))
	}
	return math.Ldexp(m, int(k))
}

// beyond returns e^v for a v that no float64 holds it of.
func beyond(v float64) float64 {
	switch {
	case v > 0:
		return math.Inf(1)
	case v < 0:
		return 0
	}
	return v // NaN
}
