package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

// hardPhases are those that reductions get wrong: 0, and multiples of an eighth of a turn with as little as may be added or
// taken away.
func hardPhase(r *rand.Rand) (lo, mid, hi uint64) {
	switch r.IntN(8) {
	case 0:
		return r.Uint64(), r.Uint64(), r.Uint64()
	case 1:
		return 0, 0, r.Uint64N(8) << 61
	}
	digits := [3]uint64{r.Uint64(), r.Uint64(), r.Uint64()}
	for i, drop := 2, r.IntN(193); drop > 0; i, drop = i-1, drop-64 {
		if digits[i] >>= min(uint(drop), 64); r.IntN(4) == 0 {
			digits[r.IntN(3)] = 0
		}
	}
	hi = r.Uint64N(8)<<61 + digits[2]
	if r.IntN(2) == 0 {
		return digits[0], digits[1], hi
	}
	return negated(digits[0], digits[1], hi)
}

func TestMultiply(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for n := range PhasesAtOnce + 1 {
		memory := make([][4]uint64, n+1)
		for i := range memory {
			for k := range memory[i] {
				memory[i][k] = r.Uint64() >> (r.IntN(2) * r.IntN(65))
				if r.IntN(4) == 0 {
					memory[i][k] = ^uint64(0)
				}
			}
		}
		for range 20 {
			by := r.Uint64() >> (10 + r.IntN(54))
			if r.IntN(4) == 0 {
				by = []uint64{0, 1, 1<<32 - 1, 1 << 32, 1<<53 - 1, 1 << 53, 1<<54 - 1}[r.IntN(7)]
			}
			holdMultiply(t, memory[:n], by)
		}
	}
}

// holdMultiply holds the product against math/big's; the phases behind stay as they are.
func holdMultiply(t *testing.T, f [][4]uint64, by uint64) {
	turn := new(big.Int).Lsh(big.NewInt(1), 192)
	p := Phases{}
	for i := range p.Lo {
		p.Lo[i], p.Mid[i], p.Hi[i] = 1, 2, 3
	}
	Multiply(&p, f, by)
	for i := range p.Lo {
		lo, mid, hi := uint64(1), uint64(2), uint64(3)
		if i < len(f) {
			want := new(big.Int)
			for k := 2; k >= 0; k-- {
				want.Lsh(want, 64).Add(want, new(big.Int).SetUint64(f[i][k]))
			}
			want.Mul(want, new(big.Int).SetUint64(by)).Mod(want, turn)
			lo, mid, hi = word(want, 0), word(want, 1), word(want, 2)
			gotLo, gotMid, gotHi := Product(f[i][0], f[i][1], f[i][2], by)
			require.Equal(t, [3]uint64{lo, mid, hi}, [3]uint64{gotLo, gotMid, gotHi}, "%x by %x", f[i], by)
		}
		require.Equal(t, [3]uint64{lo, mid, hi}, [3]uint64{p.Lo[i], p.Mid[i], p.Hi[i]}, "number %d of %d, by %x", i, len(f), by)
	}
}

func word(x *big.Int, i uint) uint64 {
	x = new(big.Int).Rsh(x, 64*i)
	return x.And(x, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
}

func TestSinCos(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for n := range PhasesAtOnce + 1 {
		for range 300 {
			p := Phases{}
			for i := range p.Lo {
				p.Lo[i], p.Mid[i], p.Hi[i] = hardPhase(r)
			}
			holdSinCos(t, &p, n)
		}
	}
}

// holdSinCos holds the first n phases at once against each alone, guards included.
func holdSinCos(t *testing.T, p *Phases, n int) {
	before := *p
	sin, wholeSin := guarded64(n)
	cos, wholeCos := guarded64(n)
	SinCos(Angles{sin, cos}, p)
	wantSin, wantCos := make([]float64, n), make([]float64, n)
	for i := range n {
		wantSin[i], wantCos[i] = SinCosOf(p.Lo[i], p.Mid[i], p.Hi[i])
		if math.Float64bits(wantSin[i]) != math.Float64bits(sin[i]) || math.Float64bits(wantCos[i]) != math.Float64bits(cos[i]) {
			require.Failf(t, "bits differ", "number %d of %d, phase %x %x %x: want %x, %x, got %x, %x", i, n,
				p.Hi[i], p.Mid[i], p.Lo[i], wantSin[i], wantCos[i], sin[i], cos[i])
		}
	}
	require.Equal(t, padded(wantSin, 12345), wholeSin)
	require.Equal(t, padded(wantCos, 12345), wholeCos)
	require.Equal(t, [][PhasesAtOnce]uint64{before.Lo, before.Mid, before.Hi}, [][PhasesAtOnce]uint64{p.Lo, p.Mid, p.Hi})
}

// What is left of a phase as a float64 and its tail, against 300 bits.
func TestRadians(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	for range 20000 {
		lo, mid, hi := hardPhase(r)
		x, y, quarter := radians(lo, mid, hi)
		left := phase(lo, mid, hi)
		left.Sub(left, new(big.Int).Lsh(new(big.Int).SetUint64(quarter), 190)) // a fourth quarter turn is none
		if quarter == 0 && hi>>63 != 0 {
			left.Sub(left, new(big.Int).Lsh(big.NewInt(1), 192))
		}
		want := new(big.Float).SetPrec(300).SetInt(left)
		want.SetMantExp(want, 1-192)
		want.Mul(want, truth.Pi)
		off := new(big.Float).Sub(want, truth.N(x))
		off.Sub(off, truth.N(y))
		limit := new(big.Float).SetMantExp(want.Abs(want), -77)
		require.LessOrEqual(t, off.Abs(off).Cmp(limit), 0, "phase %x %x %x: %g and %g, off by %g", hi, mid, lo, x, y, off)
	}
}

// phase returns a phase in 2^-192 of a turn.
func phase(words ...uint64) *big.Int {
	sum := new(big.Int)
	for i := len(words) - 1; i >= 0; i-- {
		sum.Lsh(sum, 64).Add(sum, new(big.Int).SetUint64(words[i]))
	}
	return sum
}
