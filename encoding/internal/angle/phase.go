package angle

import (
	"math"
	"math/bits"

	"posenc/encoding/internal/kernel"
)

// MaxPosition is the largest magnitude of a position: beyond it a float64 no longer holds every integer.
const MaxPosition = 1 << 53

// A phase is an angle as a fraction of a turn: (lo + mid·2^64 + hi·2^128) / 2^192, in [0, 1).
// Whole turns fall off the top of the multiplication, which is all the range reduction there is, and it is exact.
// (Three words and not an array, which Go would keep in memory.)
type phase struct{ lo, mid, hi uint64 }

// at returns position·w, for an integer |position| <= MaxPosition. The product is exact, so its error is that of w times
// the position.
func (f *Frequency) at(position int64) phase {
	var p phase
	p.lo, p.mid, p.hi = kernel.Product(f[0], f[1], f[2], uint64(max(position, -position)))
	if position < 0 {
		p = p.neg()
	}
	return p
}

// atReal returns position·w for any |position| <= MaxPosition, cut off at 2^-192 of a turn.
func (f *Frequency) atReal(position float64) phase {
	b := math.Float64bits(position)
	n, s := b&(1<<52-1), 1075-b>>52&2047 // |position| = n·2^-s, and s >= 0 because |position| <= 2^53
	switch s {
	case 1075: // subnormal
		s--
	case 1<<64 - 1: // 2^53 itself
		n, s = MaxPosition, 0
	default:
		n |= 1 << 52
	}

	// n·f, exact: five words, and zeros that the shift brings in. In 32-bit halves, as wasm has no wide product; carry has
	// up to 54 bits.
	const low = 1<<32 - 1
	var p [9]uint64
	var carry uint64
	n0, n1 := n&low, n>>32
	for i, a := range f {
		x, y := a&low, a>>32
		c := x*n0 + carry&low
		carry = x*n1 + carry>>32 + c>>32
		d := y*n0 + carry&low
		carry = y*n1 + carry>>32 + d>>32
		p[i] = d<<32 | c&low
	}
	p[4] = carry

	w := p[min(s>>6, 5):]
	s &= 63
	out := phase{w[0]>>s | w[1]<<1<<(63-s), w[1]>>s | w[2]<<1<<(63-s), w[2]>>s | w[3]<<1<<(63-s)}
	if position < 0 {
		return out.neg()
	}
	return out
}

// add returns p + q, modulo a turn.
func (p phase) add(q phase) phase {
	lo, c := bits.Add64(p.lo, q.lo, 0)
	mid, c := bits.Add64(p.mid, q.mid, c)
	hi, _ := bits.Add64(p.hi, q.hi, c)
	return phase{lo, mid, hi}
}

// neg returns 1 - p, modulo a turn.
func (p phase) neg() phase {
	lo, b := bits.Sub64(0, p.lo, 0)
	mid, b := bits.Sub64(0, p.mid, b)
	hi, _ := bits.Sub64(0, p.hi, b)
	return phase{lo, mid, hi}
}
