package angle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// wild returns n frequencies of any size.
func wild(r *rand.Rand, n int) []Frequency {
	freqs := make([]Frequency, n)
	for i := range freqs {
		freqs[i] = Frequency(fixed{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}.shr(uint(r.IntN(256))))
	}
	return freqs
}

// All frequencies at once have the bits of each alone, in as many pieces as there are.
func TestExact(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{0, 1, 2, 3, 63, 64, 65, 127, 128, 129, 300} {
		g := NewGenerator(wild(r, n))
		for range 30 {
			position := r.Int64N(1<<r.IntN(54)) * int64(1-2*r.IntN(2))
			a, turns := newAngles(len(g.freqs)), make([]uint64, n)
			g.exact(a, turns, position)
			for i := range g.freqs {
				p := g.freqs[i].at(position)
				s, c := p.sincos()
				require.Equal(t, p.hi, turns[i])
				require.Equal(t, [2]uint64{math.Float64bits(s), math.Float64bits(c)}, [2]uint64{math.Float64bits(a.Sin[i]), math.Float64bits(a.Cos[i])},
					"frequency %d of %d at %d", i, n, position)
			}
			b := newAngles(len(g.freqs))
			g.exact(b, nil, position)
			require.Equal(t, a, b)

			fraction := float64(position) + 0.5
			for name, l := range layouts(max(n, 2)) {
				if n < 2 || fraction == math.Trunc(fraction) {
					continue
				}
				row := make([]float32, l.Dim)
				g.At(row, fraction, l)
				for i := range g.freqs {
					s, c := g.freqs[i].SinCos(fraction)
					require.Equal(t, float32(s), row[l.Sin+i*l.Stride], "%s, %d of %d at %g", name, i, n, fraction)
					if i < l.Pairs {
						require.Equal(t, float32(c), row[l.Cos+i*l.Stride], "%s, %d of %d at %g", name, i, n, fraction)
					}
				}
			}
		}
	}
}

// The product with any float64 is the exact one, cut off at 2^-192 of a turn and modulo a turn.
func TestAtReal(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	turn := new(big.Int).Lsh(big.NewInt(1), 192)
	positions := []float64{0, 1, MaxPosition, MaxPosition - 1, 0.5, 0x1p-1022, 0x1p-1074, 0x1.fffffffffffffp-1023, 0x1p-11, 0x1p-12, 0x1.8p-75, 0x1p-139}
	for e := range 1127 {
		positions = append(positions, math.Ldexp(1+r.Float64(), e-1074))
	}
	for _, position := range positions {
		for _, f := range wild(r, 30) {
			want := new(big.Int)
			for k := 3; k >= 0; k-- {
				want.Lsh(want, 64).Add(want, new(big.Int).SetUint64(f[k]))
			}
			frac, e := math.Frexp(position)
			want.Mul(want, big.NewInt(int64(frac*(1<<53))))
			if e >= 53 {
				want.Lsh(want, uint(e-53))
			} else {
				want.Rsh(want, uint(53-e))
			}
			for _, sign := range []float64{1, -1} {
				p := f.atReal(sign * position)
				got := new(big.Int)
				for _, word := range []uint64{p.hi, p.mid, p.lo} {
					got.Lsh(got, 64).Add(got, new(big.Int).SetUint64(word))
				}
				require.Zero(t, got.Cmp(new(big.Int).Mod(want, turn)), "%x at %x: want %x, got %x", f, sign*position, want, got)
				want.Neg(want)
			}
		}
	}
}
