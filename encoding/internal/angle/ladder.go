package angle

import (
	"errors"
	"math"
)

// A Ladder is the geometric sequence of angular frequencies that the sinusoidal and rotary encodings climb:
//
//	w_i = top·(base/top)^(-i/steps), i = 0..count-1, in radians per position
//
// With top = 1 and steps = d/2 it is Vaswani et al. 2017, section 3.5: w_i = base^(-2i/d).
type Ladder struct {
	Count int     // how many frequencies, at least 1
	Top   float64 // the first frequency, positive
	Base  float64 // the wavelength of the last over that of the first is base/top when steps = count-1; positive
	Steps float64 // the divisor of the exponent, positive; without effect when Count is 1
	// LnStretch is added to the logarithm of Base, for bases that are no float64.
	LnStretch Real
}

// The frequencies that the package carries, radians per position: beyond them a fixed would run short of bits.
const (
	LowestFrequency  = 0x1p-64
	HighestFrequency = 0x1p+32
)

// A Frequency is an angular frequency w as the fraction of a turn that it advances per position, w/2π.
type Frequency fixed

// Radians returns w, radians per position, rounded to the nearest float64.
func (f Frequency) Radians() float64 { return fixed(f).mul(twoPi).float64() }

// Wavelength returns 2π/w, positions per turn, to one and a half units in the last place.
func (f Frequency) Wavelength() float64 { return 1 / fixed(f).float64() }

// Frequencies returns the ladder's frequencies.
//
// One logarithm and one exponential give the ratio of neighbours, and a product each gives the rest. The ratio is off by a
// few hundred units of 2^-192, the i-th frequency by i times that and its own cut: for the ladders in use (the first
// frequency 1, the last above 2^-30, up to 2^15 of them) each is good to 2^-140 of itself, and the angle at position
// 2^53 to 2^-120.
//
// It fails when a frequency is outside [LowestFrequency, HighestFrequency], or when they climb to more than 2^63 times the
// first: what that is off by would climb as well, and a ratio of 2^64 is beyond a fixed.
func (l Ladder) Frequencies() ([]Frequency, error) {
	last := l.Top
	if l.Count > 1 {
		last = l.Top * math.Exp(-(math.Log(l.Base)+l.LnStretch.Float64()-math.Log(l.Top))*float64(l.Count-1)/l.Steps)
	}
	for _, w := range []float64{l.Top, last} {
		if !(w >= LowestFrequency && w <= HighestFrequency) || last > l.Top*0x1p63 {
			return nil, errors.New("angle: a frequency out of range")
		}
	}

	ratio := fixedInt(1)
	if l.Count > 1 {
		ratio = l.ratio()
	}
	turns := fixedFloat(l.Top).mul(oneOver2Pi)
	out := make([]Frequency, l.Count)
	for i := range out {
		out[i] = Frequency(turns)
		turns = turns.mul(ratio)
	}
	return out, nil
}

// ratio returns w_(i+1)/w_i = e^(-(ln base - ln top)/steps).
func (l Ladder) ratio() fixed {
	lnBase, baseBelow1 := log(l.Base)
	lnBase, baseBelow1 = subSigned(lnBase, baseBelow1, fixed(l.LnStretch), true)
	lnTop, topBelow1 := log(l.Top)
	ln, negative := subSigned(lnBase, baseBelow1, lnTop, topBelow1)

	frac, e := math.Frexp(l.Steps) // steps = frac·2^e, so ln/steps = ln/(frac·2^53)·2^(53-e)
	y := ln.div(uint64(math.Ldexp(frac, 53)))
	if e <= 53 {
		// The quotient lost its low bits to the cut at 2^-192; shift first where there is room to.
		y = ln.shl(uint(min(53-e, 53))).div(uint64(math.Ldexp(frac, 53)))
		if e < 0 {
			y = y.shl(uint(-e))
		}
	} else {
		y = y.shr(uint(e - 53))
	}
	return exp(y, !negative)
}

// subSigned returns x - y as magnitude and sign, from magnitudes and signs.
func subSigned(x fixed, xNegative bool, y fixed, yNegative bool) (abs fixed, negative bool) {
	switch {
	case xNegative != yNegative:
		return x.add(y), xNegative
	case y.less(x):
		return x.sub(y), xNegative
	default:
		return y.sub(x), !xNegative && x != y
	}
}
