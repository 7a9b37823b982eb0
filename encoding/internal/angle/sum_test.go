package angle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

// Sums of three products, in radians and in turns, whose terms may cancel.
func TestSumAgainstProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	twoPi := new(big.Float).Mul(truth.N(2), truth.Pi)
	for range 300 {
		var sum Sum
		want := truth.N(0)
		for term := range 3 {
			w := math.Ldexp(r.Float64(), r.IntN(90)-58)
			p := math.Ldexp(2*r.Float64()-1, r.IntN(54))
			f, unit := Radians(w), truth.N(1)
			if term == 1 {
				f, unit = PerTurn(Exactly(w)), twoPi
			}
			sum.Add(&f, p)
			unit = new(big.Float).Mul(unit, truth.N(w))
			want.Add(want, unit.Mul(unit, truth.N(p)))
		}
		sin, cos := sum.SinCos()
		s, c := truth.SinCos(want)
		require.LessOrEqual(t, truth.Ulps64(sin, s), 0.9)
		require.LessOrEqual(t, truth.Ulps64(cos, c), 0.9)
	}
}

func TestTurnsAreExact(t *testing.T) {
	quarter := PerTurn(Exactly(0.25))
	for p, want := range map[float64][2]float64{0: {0, 1}, 1: {1, 0}, 2: {0, -1}, 3: {-1, 0}, -1: {-1, 0}, 1<<53 - 1: {-1, 0}, 1 << 53: {0, 1}} {
		var sum Sum
		sum.Add(&quarter, p)
		sin, cos := sum.SinCos()
		require.Zero(t, math.Abs(sin-want[0])+math.Abs(cos-want[1]), "%g quarters: %g, %g", p, sin, cos)
	}
}

func TestLog(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	require.Zero(t, Log(1))
	for range 200 {
		v := math.Ldexp(0.5+r.Float64()/2, r.IntN(120)-60)
		require.LessOrEqual(t, truth.Ulps64(Log(v), truth.Log(truth.N(v))), 0.501, "ln %g", v)
	}
	require.LessOrEqual(t, truth.Ulps64(Log(1-0x1p-53), truth.Log(truth.N(1-0x1p-53))), 0.501)
}
