package angle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// big returns x as an exact rational.
func (x fixed) big() *big.Rat {
	n := new(big.Int)
	for i := 3; i >= 0; i-- {
		n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(x[i]))
	}
	return new(big.Rat).SetFrac(n, new(big.Int).Lsh(big.NewInt(1), fracBits))
}

// near fails unless |got - want| <= units·2^-192.
func near(t *testing.T, want, got *big.Rat, units float64, msg string) {
	t.Helper()
	d := new(big.Rat).Sub(want, got)
	limit := new(big.Rat).SetFloat64(math.Ldexp(units, -fracBits))
	f, _ := d.Float64()
	require.LessOrEqual(t, d.Abs(d).Cmp(limit), 0, "%s: off by %g, want at most %g units of 2^-192", msg, f, units)
}

func TestConstantsAreTheirSeries(t *testing.T) {
	// ln 2 = 2 artanh(1/3) and π = 16 arctan(1/5) - 4 arctan(1/239), summed in exact rationals.
	near(t, new(big.Rat).Mul(big.NewRat(2, 1), series(3, false)), ln2.big(), 1, "ln 2")
	pi := new(big.Rat).Sub(
		new(big.Rat).Mul(big.NewRat(16, 1), series(5, true)),
		new(big.Rat).Mul(big.NewRat(4, 1), series(239, true)))
	near(t, new(big.Rat).Mul(pi, big.NewRat(2, 1)), twoPi.big(), 1, "2π")
	near(t, new(big.Rat).Inv(pi.Mul(pi, big.NewRat(2, 1))), oneOver2Pi.big(), 1, "1/2π")
}

// series returns the sum of (±)(1/n)^k/k over odd k: artanh(1/n), or arctan(1/n) with alternating signs.
func series(n int64, alternate bool) *big.Rat {
	sum := new(big.Rat)
	power := big.NewRat(1, n)
	square := big.NewRat(1, n*n)
	for k := int64(1); k < 300; k += 2 {
		term := new(big.Rat).Quo(power, big.NewRat(k, 1))
		if alternate && k%4 == 3 {
			term.Neg(term)
		}
		sum.Add(sum, term)
		power.Mul(power, square)
		if f, _ := power.Float64(); f < 0x1p-220 {
			break
		}
	}
	return sum
}

func TestFixedArithmeticIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		x := fixed{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64() >> 40}
		y := fixed{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64() >> 40}
		n := r.Uint64()>>r.IntN(60) | 1
		near(t, new(big.Rat).Add(x.big(), y.big()), x.add(y).big(), 0, "add")
		if y.less(x) {
			near(t, new(big.Rat).Sub(x.big(), y.big()), x.sub(y).big(), 0, "sub")
		}
		near(t, new(big.Rat).Mul(x.big(), y.big()), x.mul(y).big(), 1, "mul")
		near(t, new(big.Rat).Quo(x.big(), new(big.Rat).SetFrac(new(big.Int).SetUint64(n), big.NewInt(1))), x.div(n).big(), 1, "div")
		shift := uint(r.IntN(256))
		require.Equal(t, new(big.Int).Rsh(raw(x), shift).String(), raw(x.shr(shift)).String(), "shr %d", shift)
		masked := new(big.Int).And(new(big.Int).Lsh(raw(x), shift), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
		require.Equal(t, masked.String(), raw(x.shl(shift)).String(), "shl %d", shift)
		want, _ := x.big().Float64()
		require.Equal(t, want, x.float64(), "float64 of %v", x)
	}
}

func raw(x fixed) *big.Int { return new(big.Int).Mul(x.big().Num(), quotient(x.big())) }

// quotient is 2^192 over the reduced denominator, so that raw undoes big.Rat's reduction.
func quotient(r *big.Rat) *big.Int {
	return new(big.Int).Quo(new(big.Int).Lsh(big.NewInt(1), fracBits), r.Denom())
}

func TestFixedFloatRoundTrips(t *testing.T) {
	for _, v := range []float64{0, 1, 0.5, 0.1, 3, 1e-9, 1e9, 0x1p60, 0x1p-100, math.Pi, 1<<53 - 1} {
		require.Equal(t, v, fixedFloat(v).float64())
	}
}

// exp and log against each other and against math/big's square root: independent of their series.
func TestLogAndExp(t *testing.T) {
	for _, v := range []float64{1, 2, 3, 10, 100, 1e4, 5e5, 1e6, 1e-4, 0.3, 0.7, 0.71, 0.99999, 1.00001, 1e18, 0x1p-60} {
		l, negative := log(v)
		require.Equal(t, v < 1, negative && l != fixed{}, "sign of ln %g", v)
		got := exp(l, negative)
		want := fixedFloat(v)
		near(t, want.big(), got.big(), 400*max(v, 1), "exp(log v)")
		require.InEpsilon(t, math.Abs(math.Log(v))+1, l.float64()+1, 1e-15, "log %g", v)

		// e^(-ln v / 2) = 1/√v
		half := exp(l.shr(1), !negative)
		root := new(big.Float).SetPrec(300).Sqrt(big.NewFloat(v).SetPrec(300))
		inv, _ := new(big.Float).SetPrec(300).Quo(big.NewFloat(1), root).Rat(nil)
		near(t, inv, half.big(), 400*max(1/math.Sqrt(v), 1), "1/√v")
	}
}
