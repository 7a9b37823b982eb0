package angle

import (
	"math"
	"math/bits"
)

// 2π = (pi1 + pi2/2^26 + pi3/2^52) · 2^(3-26), with 26 bits in pi1 and pi2 each.
const (
	pi1 = 0xc90fdaa22168c234 >> 38
	pi2 = 0xc90fdaa22168c234 >> 12 & (1<<26 - 1)
	pi3 = (0xc90fdaa22168c234&(1<<12-1))*0x1p-12 + 0xc4c6628b80dc1cd1*0x1p-76
)

// SinCos returns the sine and cosine of position·w, each within 0.9 units in the last place of float64, for any
// |position| <= MaxPosition.
func (f *Frequency) SinCos(position float64) (sin, cos float64) { return f.atReal(position).sincos() }

// sincos returns the sine and cosine of p, each within 0.9 units in the last place of float64, however small.
//
// The nearest quarter turn is taken off in integers. What is left, at most an eighth of a turn, becomes radians in
// 128 bits and then a float64 x and its tail y. Both series are Taylor's, cut where the next term is below 2^-58:
//
//	sin(x+y) = x + (x^3·S(x²) + y·(1 - x²/2)),   S = -1/3! + x²/5! - ...
//	cos(x+y) = (1 - x²/2) + (x^4·C(x²) - x·y),   C =  1/4! - x²/6! + ...
//
// Where a product that feeds a sum has no float64() round it, one factor is a power of two, and fusing changes nothing.
// math.Sin is not used: it is assembly on some architectures and fused on others, so its bits differ.
func (p phase) sincos() (sin, cos float64) {
	quarter := (p.hi + 1<<61) >> 62
	p.hi -= quarter << 62
	negative := p.hi >> 63 // 1 or 0
	if negative != 0 {
		p = p.neg()
	}
	x, y := p.radians()
	z := float64(x * x)
	z2 := float64(z * z)

	// Even and odd powers apart: half the latency.
	even := float64(z2*(-1.0/1307674368000)) - 1.0/39916800 // 15!, 11!
	odd := float64(z2*(1.0/355687428096000)) + 1.0/6227020800
	even = float64(even*z2) - 1.0/5040
	odd = float64(odd*z2) + 1.0/362880
	even = float64(even*z2) - 1.0/6
	odd = float64(odd*z2) + 1.0/120
	s := even + float64(odd*z)

	even = float64(z2*(1.0/20922789888000)) + 1.0/479001600 // 16!, 12!
	odd = float64(z2*(-1.0/6402373705728000)) - 1.0/87178291200
	even = float64(even*z2) + 1.0/40320
	odd = float64(odd*z2) - 1.0/3628800
	even = float64(even*z2) + 1.0/24
	odd = float64(odd*z2) - 1.0/720
	c := even + float64(odd*z)

	half := float64(z / 2)
	sin = x + (float64(float64(x*z)*s) + float64(y*(1-half)))
	w := 1 - half // its rounding error is put back below
	cos = w + (((1 - w) - half) + (float64(z2*c) - float64(x*y)))

	// Quarters: (s, c), (c, -s), (-s, -c), (-c, s).
	sb, cb := math.Float64bits(sin)^negative<<63, math.Float64bits(cos)
	if quarter&1 != 0 {
		sb, cb = cb, sb
	}
	sb ^= (quarter >> 1 & 1) << 63
	cb ^= ((quarter + 1) >> 1 & 1) << 63
	return math.Float64frombits(sb), math.Float64frombits(cb)
}

// radians returns 2π·p as a float64 and its tail, to 2^-80 of itself as long as p has that many bits.
func (p phase) radians() (x, y float64) {
	// The leading 96 bits of p: h, 64 bits, and m, the next 32; the unit of h is 2^(exp-64).
	h, m, l, exp := p.hi, p.mid, p.lo, 0
	for h == 0 {
		if m|l == 0 {
			return 0, 0
		}
		h, m, l, exp = m, l, 0, exp-64
	}
	lz := uint(bits.LeadingZeros64(h)) & 63 // the mask, and the shift in two steps, keep wasm from checking for 64
	exp -= int(lz)
	h, m = h<<lz|m>>1>>(63-lz), (m<<lz|l>>1>>(63-lz))>>32

	// Digits of 26 bits, so that the products of the first two are exact in float64. Signed, as wasm converts those
	// without a branch.
	h1, h2 := float64(int64(h>>38)), float64(int64(h>>12&(1<<26-1)))
	h3 := float64(int64(h&(1<<12-1)<<32|m)) * 0x1p-18 // 44 bits, in units of the third digit
	a := h1 * pi1
	b := float64(h1*pi2) + float64(h2*pi1) // below 2^53: exact
	c := float64(h1*pi3) + float64(h2*pi2) + float64(h3*pi1)

	unit := math.Float64frombits(uint64(1023+exp-26+3-26) << 52) // of a: 2^(exp-26) times 2^(3-26)
	a, b, c = float64(a*unit), float64(b*(unit*0x1p-26)), float64(c*(unit*0x1p-52))
	x = a + b
	return x, (a - x) + b + c
}
