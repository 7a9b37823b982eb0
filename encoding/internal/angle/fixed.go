package angle

import (
	"math"
	"math/bits"
)

// A fixed is an unsigned number with 64 integer and 192 fraction bits:
//
//	value = (x[0] + x[1]·2^64 + x[2]·2^128 + x[3]·2^192) / 2^192
//
// It is what frequencies are computed in. The width is the design: a position of 2^53 leaves 139 exact fraction
// bits of p·w, and a frequency as low as 2^-100 keeps 92 significant ones.
//
// Why not math/big: it has no logarithm and no exponential, so these would be ours anyway, and it would add a
// tenth to the wasm file.
type fixed [4]uint64

// fracBits is how many bits of a fixed are behind the binary point.
const fracBits = 192

var (
	ln2        = fixed{0x40f343267298b62e, 0xc9e3b39803f2f6af, 0xb17217f7d1cf79ab, 0}
	twoPi      = fixed{0x48127044533e63a0, 0x2633145c06e0e689, 0x487ed5110b4611a6, 6}
	oneOver2Pi = fixed{0x36d8a5664f10e410, 0x7f09d5f47d4d3770, 0x28be60db9391054a, 0}
)

// fixedInt returns n, exact.
func fixedInt(n uint64) fixed { return fixed{3: n} }

// fixedFloat returns v for 0 <= v < 2^64, exact when v is a multiple of 2^-192 and cut off there otherwise.
func fixedFloat(v float64) fixed {
	frac, exp := math.Frexp(v) // v = frac·2^exp, 1/2 <= frac < 1
	m := fixedInt(uint64(math.Ldexp(frac, 53)))
	if exp >= 53 {
		return m.shl(uint(exp - 53))
	}
	return m.shr(uint(53 - exp))
}

// float64 returns x rounded to the nearest float64, ties to even.
func (x fixed) float64() float64 {
	for top := 3; top >= 0; top-- {
		if x[top] == 0 {
			continue
		}
		lz := uint(bits.LeadingZeros64(x[top]))
		y := x.shl(uint(3-top)*64 + lz)
		m := y[3]
		if y[0]|y[1]|y[2] != 0 {
			m |= 1 // sticky: the conversion below drops 11 bits, so this one only breaks ties
		}
		return math.Ldexp(float64(m), (top-3)*64-int(lz))
	}
	return 0
}

// add returns x + y, modulo 2^64.
func (x fixed) add(y fixed) (z fixed) {
	var c uint64
	for i := range z {
		z[i], c = bits.Add64(x[i], y[i], c)
	}
	return z
}

// sub returns x - y, modulo 2^64.
func (x fixed) sub(y fixed) (z fixed) {
	var b uint64
	for i := range z {
		z[i], b = bits.Sub64(x[i], y[i], b)
	}
	return z
}

// less reports x < y.
func (x fixed) less(y fixed) bool {
	var b uint64
	for i := range x {
		_, b = bits.Sub64(x[i], y[i], b)
	}
	return b != 0
}

// mul returns x·y, modulo 2^64 and cut off at 2^-192: at most one unit too small.
func (x fixed) mul(y fixed) fixed {
	n := 4 // limbs of y: ratios and frequencies are mostly below 1, and a product of limbs is dear on wasm
	if y[3] == 0 {
		n = 3
	}
	var p [8]uint64
	for i, a := range x {
		if a == 0 {
			continue
		}
		var carry uint64
		for j, b := range y[:n] {
			hi, lo := bits.Mul64(a, b)
			var c uint64
			lo, c = bits.Add64(lo, p[i+j], 0)
			hi += c
			lo, c = bits.Add64(lo, carry, 0)
			hi += c
			p[i+j], carry = lo, hi
		}
		p[i+n] = carry
	}
	return fixed{p[3], p[4], p[5], p[6]}
}

// div returns x/n, cut off at 2^-192.
func (x fixed) div(n uint64) (z fixed) {
	var r uint64
	for i := 3; i >= 0; i-- {
		z[i], r = bits.Div64(r, x[i], n)
	}
	return z
}

// shl returns x·2^n, modulo 2^64.
func (x fixed) shl(n uint) (z fixed) {
	words, n := int(n/64), n%64
	for i := 3; i >= words; i-- {
		z[i] = x[i-words] << n
		if n > 0 && i > words {
			z[i] |= x[i-words-1] >> (64 - n)
		}
	}
	return z
}

// shr returns x/2^n, cut off at 2^-192.
func (x fixed) shr(n uint) (z fixed) {
	words, n := int(n/64), n%64
	for i := 0; i+words < 4; i++ {
		z[i] = x[i+words] >> n
		if n > 0 && i+words < 3 {
			z[i] |= x[i+words+1] << (64 - n)
		}
	}
	return z
}

// log returns |ln v| and whether ln v is negative, for a positive v.
//
//	v = m·2^k, 1/√2 <= m < √2;  ln v = k·ln 2 + 2·artanh((m-1)/(m+1))
func log(v float64) (abs fixed, negative bool) {
	frac, k := math.Frexp(v)
	if frac < math.Sqrt2/2 {
		frac, k = frac*2, k-1
	}
	const one = 1 << 53
	m := uint64(float64(frac * one)) // where a conversion to uint64 subtracts 2^63, that is no part of the product
	z := max(m, one) - min(m, one)
	ln := artanh(fixedInt(z).div(m + one)).shl(1)
	below := m < one // ln m < 0

	exp := ln2.mul(fixedInt(uint64(max(k, -k))))
	switch {
	case (k < 0) == below:
		return exp.add(ln), below
	case exp.less(ln):
		return ln.sub(exp), below
	default:
		return exp.sub(ln), k < 0
	}
}

// artanh returns z + z^3/3 + z^5/5 + ..., for 0 <= z < 1/2.
func artanh(z fixed) fixed {
	sum, power, square := z, z, z.mul(z)
	for n := uint64(3); ; n += 2 {
		power = power.mul(square)
		term := power.div(n)
		if term == (fixed{}) {
			return sum
		}
		sum = sum.add(term)
	}
}

// exp returns e^y, below 2^64, or e^-y where negative is set.
//
//	e^y = 2^k·e^f with 0 <= f < ln 2, and e^-y = 2^-(k+1)·e^(ln 2 - f)
func exp(y fixed, negative bool) fixed {
	k := uint(y.float64()/math.Ln2 + 1) // not too small, and then not too large
	for y.less(ln2.mul(fixedInt(uint64(k)))) {
		k--
	}
	f := y.sub(ln2.mul(fixedInt(uint64(k))))
	if negative {
		f = ln2.sub(f)
	}
	sum, term := fixedInt(1), fixedInt(1)
	for n := uint64(1); term != (fixed{}); n++ {
		term = term.mul(f).div(n)
		sum = sum.add(term)
	}
	if negative {
		return sum.shr(k + 1)
	}
	return sum.shl(k)
}
