// Package truth computes what an encoding's numbers are, slowly and to 300 bits, for tests to hold the code against.
// It shares nothing with the code that it judges: big.Float instead of fixed point, Machin's π, a logarithm by
// Newton's method on the exponential, and angles that are reduced by subtracting multiples of 2π.
package truth

import (
	"math"
	"math/big"
	"sync"
)

const prec = 300

// N returns v as a 300-bit number.
func N(v float64) *big.Float { return new(big.Float).SetPrec(prec).SetFloat64(v) }

func zero() *big.Float               { return new(big.Float).SetPrec(prec) }
func mul(x, y *big.Float) *big.Float { return zero().Mul(x, y) }
func add(x, y *big.Float) *big.Float { return zero().Add(x, y) }
func sub(x, y *big.Float) *big.Float { return zero().Sub(x, y) }
func quo(x, y *big.Float) *big.Float { return zero().Quo(x, y) }

// negligible reports that adding term to anything near 1 no longer matters.
func negligible(term *big.Float) bool { return term.Sign() == 0 || term.MantExp(nil) < -prec-10 }

// Pi is π = 16·arctan(1/5) - 4·arctan(1/239).
var Pi = sub(mul(N(16), arctanInverse(5)), mul(N(4), arctanInverse(239)))

func arctanInverse(n float64) *big.Float {
	sum, power := zero(), quo(N(1), N(n))
	for k := 1.0; !negligible(power); k += 4 {
		sum = add(sum, quo(power, N(k)))
		power = quo(power, N(n*n))
		sum = sub(sum, quo(power, N(k+2)))
		power = quo(power, N(n*n))
	}
	return sum
}

// Exp returns e^x, by halving x until it is small, Taylor's series, and squaring back.
func Exp(x *big.Float) *big.Float {
	halvings := max(x.MantExp(nil)+8, 0)
	small := zero().SetMantExp(x, -halvings)
	sum, term := N(1), N(1)
	for n := 1.0; !negligible(term); n++ {
		term = quo(mul(term, small), N(n))
		sum = add(sum, term)
	}
	for range halvings {
		sum = mul(sum, sum)
	}
	return sum
}

// Log returns ln x for x > 0: y <- y + x·e^-y - 1, from float64's own logarithm, doubling the digits each time.
func Log(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := N(math.Log(f))
	for range 5 {
		y = add(y, sub(mul(x, Exp(zero().Neg(y))), N(1)))
	}
	return y
}

// Pow returns x^y for x > 0.
func Pow(x, y *big.Float) *big.Float { return Exp(mul(Log(x), y)) }

// SinCos returns the sine and cosine of x, any x.
func SinCos(x *big.Float) (sin, cos *big.Float) {
	twoPi := mul(N(2), Pi)
	turns, _ := quo(x, twoPi).Int(nil)
	r := sub(x, mul(new(big.Float).SetPrec(prec).SetInt(turns), twoPi))

	sin, cos = zero(), zero()
	term := N(1)
	for n := 0.0; n < 4 || !negligible(term); n++ {
		switch int(n) % 4 {
		case 0:
			cos = add(cos, term)
		case 1:
			sin = add(sin, term)
		case 2:
			cos = sub(cos, term)
		case 3:
			sin = sub(sin, term)
		}
		term = quo(mul(term, r), N(n+1))
	}
	return sin, cos
}

// Frequency returns top·(base/top)^(-i/steps).
func Frequency(top, base, steps float64, i int) *big.Float {
	key := frequency{top, base, steps, i}
	if f, ok := frequencies.Load(key); ok {
		return f.(*big.Float)
	}
	f := N(top)
	if i > 0 {
		f = mul(f, Pow(quo(N(base), N(top)), quo(N(float64(-i)), N(steps))))
	}
	frequencies.Store(key, f)
	return f
}

type frequency struct {
	top, base, steps float64
	i                int
}

var frequencies sync.Map // frequency -> *big.Float: a logarithm of 300 bits takes a while

// Ulps returns |got - want| in units in the last place of a float32 at want, and whether got is the float32 nearest
// to want. Below float32's smallest normal number the unit is that of the subnormals.
func Ulps(got float32, want *big.Float) (ulps float64, nearest bool) {
	exp := want.MantExp(nil) - 24 // want = m·2^exp', 1/2 <= m < 1
	if want.Sign() == 0 || exp < -149 {
		exp = -149
	}
	d, _ := sub(N(float64(got)), want).Float64()
	f, _ := want.Float32()
	return math.Abs(math.Ldexp(d, -exp)), f == got
}

// Ulps64 is Ulps for float64.
func Ulps64(got float64, want *big.Float) float64 {
	exp := want.MantExp(nil) - 53
	if want.Sign() == 0 || exp < -1074 {
		exp = -1074
	}
	d, _ := sub(N(got), want).Float64()
	return math.Abs(math.Ldexp(d, -exp))
}
