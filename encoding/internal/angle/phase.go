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
	p.lo, p.mid, p.hi = kernel.Product(*f, uint64(max(position, -position)))
	if position < 0 {
		p = p.neg()
	}
	return p
}

// atReal returns position·w for any |position| <= MaxPosition.
func (f *Frequency) atReal(position float64) phase {
	frac, e := math.Frexp(math.Abs(position)) // |position| = frac·2^e
	p := mul(fixed(*f), uint64(math.Ldexp(frac, 53)))
	s := 53 - e  // |position| = mantissa·2^-s, and s >= 0 because |position| <= 2^53
	if e == 54 { // 2^53 itself
		p, s = mul(fixed(*f), MaxPosition), 0
	}
	words, n := s/64, uint(s%64)
	word := func(i int) uint64 {
		i += words
		if i >= len(p) {
			return 0
		}
		if i+1 == len(p) || n == 0 {
			return p[i] >> n
		}
		return p[i]>>n | p[i+1]<<(64-n)
	}
	out := phase{word(0), word(1), word(2)}
	if position < 0 {
		return out.neg()
	}
	return out
}

// mul returns x·n, exact: 64 more bits in front.
func mul(x fixed, n uint64) (p [5]uint64) {
	var carry uint64
	for i, a := range x {
		hi, lo := bits.Mul64(a, n)
		var c uint64
		p[i], c = bits.Add64(lo, carry, 0)
		carry = hi + c
	}
	p[4] = carry
	return p
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
