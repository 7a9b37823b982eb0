package kernel

import (
	"math"
	"math/bits"
)

// PhasesAtOnce is how many angles a Phases has room for.
const PhasesAtOnce = 64

// Phases are angles as fractions of a turn, (Lo + Mid·2^64 + Hi·2^128) / 2^192 of each.
type Phases struct {
	Lo, Mid, Hi [PhasesAtOnce]uint64
	//lint:ignore U1000 sincos_wasm.go has it between the two steps of SinCos
	quarters [PhasesAtOnce]uint64
}

// Multiply sets phases to n·f of each f, where f is (f[0] + f[1]·2^64 + f[2]·2^128) / 2^192 and whole turns, of which f[3] has
// more, fall off:
//
//	for i := range f {
//		p.Lo[i], p.Mid[i], p.Hi[i] = Product(f[i][0], f[i][1], f[i][2], n)
//	}
//
// There are at most PhasesAtOnce, and n is below 2^54.
func Multiply[F ~[4]uint64](p *Phases, f []F, n uint64) {
	_ = p.Lo[:len(f)]
	if len(f) == 0 || multiplySIMD(p, &f[0][0], len(f), n) {
		return
	}
	for i := range f {
		p.Lo[i], p.Mid[i], p.Hi[i] = Product(f[i][0], f[i][1], f[i][2], n)
	}
}

// Product is what Multiply does to each.
func Product(f0, f1, f2, n uint64) (lo, mid, hi uint64) {
	carry, lo := bits.Mul64(f0, n)
	hi, mid = bits.Mul64(f1, n)
	mid, carry = bits.Add64(mid, carry, 0)
	return lo, mid, f2*n + hi + carry
}

// Negate turns the first n phases round: 1 - p of each, modulo a turn.
func (p *Phases) Negate(n int) {
	for i := range n {
		p.Lo[i], p.Mid[i], p.Hi[i] = negated(p.Lo[i], p.Mid[i], p.Hi[i])
	}
}

func negated(lo, mid, hi uint64) (_, _, _ uint64) {
	lo, b := bits.Sub64(0, lo, 0)
	mid, b = bits.Sub64(0, mid, b)
	hi, _ = bits.Sub64(0, hi, b)
	return lo, mid, hi
}

// SinCos sets dst to the sines and cosines of as many phases:
//
//	for i := range dst.Sin {
//		dst.Sin[i], dst.Cos[i] = SinCosOf(p.Lo[i], p.Mid[i], p.Hi[i])
//	}
func SinCos(dst Angles, p *Phases) {
	dst = dst.cut(0, len(dst.Sin))
	_ = p.Lo[:len(dst.Sin)]
	for i := sinCosSIMD(dst, p); i < len(dst.Sin); i++ {
		dst.Sin[i], dst.Cos[i] = SinCosOf(p.Lo[i], p.Mid[i], p.Hi[i])
	}
}

// SinCosOf returns the sine and cosine of a phase, each within a unit in the last place of float64, however small.
//
// The nearest quarter turn is taken off in integers. What is left, at most an eighth of a turn, becomes radians in
// 128 bits and then a float64 x and its tail y. Both series are Taylor's, cut where the next term is below 2^-58:
//
//	sin(x+y) = x + (x^3·S(x²) + y·(1 - x²/2)),   S = -1/3! + x²/5! - ...
//	cos(x+y) = (1 - x²/2) + (x^4·C(x²) - x·y),   C =  1/4! - x²/6! + ...
//
// math.Sin is not used: it is assembly on some architectures and fused on others, so its bits differ.
func SinCosOf(lo, mid, hi uint64) (sin, cos float64) {
	x, y, quarter := radians(lo, mid, hi)
	return series(x, y, quarter)
}

// The digits of 2π to the base 2^26: 2π = (pi1 + pi2/2^26 + pi3/2^52) · 2^(3-26); the last has the rest.
const (
	pi1 = 0xc90fdaa22168c234 >> 38
	pi2 = 0xc90fdaa22168c234 >> 12 & (1<<26 - 1)
	pi3 = (0xc90fdaa22168c234&(1<<12-1))*0x1p14 + 0xc4c6628b80dc1cd1*0x1p-50
)

// radians returns a phase as a number of quarter turns, 0 to 3, and the radians left, of either sign, as a float64 and its
// tail, to 2^-77 of itself as long as the phase has that many bits.
func radians(lo, mid, hi uint64) (x, y float64, quarter uint64) {
	quarter = (hi + 1<<61) >> 62
	hi -= quarter << 62
	negative := hi >> 63 // 1 or 0
	if negative != 0 {
		lo, mid, hi = negated(lo, mid, hi)
	}
	// The leading 96 bits: h, 64 bits, and m, the next 32; the unit of h is 2^(exp-64).
	h, m, l, exp := hi, mid, lo, 0
	for h == 0 {
		if m|l == 0 {
			return 0, 0, quarter
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

	unit := math.Float64frombits(negative<<63 | uint64(1023+exp-26+3-26)<<52) // of a: 2^(exp-26) times 2^(3-26)
	a, b, c = float64(a*unit), float64(b*(unit*0x1p-26)), float64(c*(unit*0x1p-52))
	x = a + b
	return x, (a - x) + b + c, quarter
}

// The coefficients of the series, 1/n!, with their signs.
const (
	s3, s5, s7, s9     = -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880
	s11, s13, s15, s17 = -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000
	c4, c6, c8, c10    = 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800
	c12, c14, c16, c18 = 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000
)

// series returns the sine and cosine of x + y and so many quarter turns.
//
// Where a product that feeds a sum has no float64() round it, one factor is a power of two, and fusing changes nothing.
func series(x, y float64, quarter uint64) (sin, cos float64) {
	z := float64(x * x)
	z2 := float64(z * z)

	// Even and odd powers apart: half the latency.
	even := float64(z2*s15) + s11
	odd := float64(z2*s17) + s13
	even = float64(even*z2) + s7
	odd = float64(odd*z2) + s9
	even = float64(even*z2) + s3
	odd = float64(odd*z2) + s5
	s := even + float64(odd*z)

	even = float64(z2*c16) + c12
	odd = float64(z2*c18) + c14
	even = float64(even*z2) + c8
	odd = float64(odd*z2) + c10
	even = float64(even*z2) + c4
	odd = float64(odd*z2) + c6
	c := even + float64(odd*z)

	half := float64(z / 2)
	w := 1 - half // its rounding error is put back below
	sin = x + (float64(float64(x*z)*s) + float64(y*w))
	cos = w + (((1 - w) - half) + (float64(z2*c) - float64(x*y)))

	// Quarters: (s, c), (c, -s), (-s, -c), (-c, s).
	sb, cb := math.Float64bits(sin), math.Float64bits(cos)
	if quarter&1 != 0 {
		sb, cb = cb, sb
	}
	sb ^= quarter >> 1 << 63
	cb ^= (quarter + 1) >> 1 << 63
	return math.Float64frombits(sb), math.Float64frombits(cb)
}
