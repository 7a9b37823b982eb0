package angle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

var ladders = []Ladder{
	{Count: 1, Top: 1, Base: 10000, Steps: 1},
	{Count: 256, Top: 1, Base: 10000, Steps: 256},
	{Count: 384, Top: 1, Base: 10000, Steps: 383},
	{Count: 64, Top: 1, Base: 500000, Steps: 64},
	{Count: 33, Top: 1, Base: 1e6, Steps: 32.5},
	{Count: 16, Top: 0.25, Base: 100, Steps: 15.5},
	{Count: 9, Top: 4096, Base: 3, Steps: 8},
	{Count: 5, Top: 1, Base: 0x1p-20, Steps: 4}, // climbing
	{Count: 4, Top: 1, Base: 1e19, Steps: 3},
	{Count: 3, Top: 1, Base: 1.25, Steps: 0.4},
}

func TestFrequenciesAgainstPowers(t *testing.T) {
	for _, l := range ladders {
		fs, err := l.Frequencies()
		require.NoError(t, err)
		for i, f := range fs {
			w := truth.Frequency(l.Top, l.Base, l.Steps, i)
			want, _ := w.Float64()
			require.Equal(t, want, f.Radians(), "%+v: w[%d]", l, i)

			rel, _ := new(big.Float).Quo(new(big.Float).Sub(new(big.Float).SetPrec(300).SetRat(fixed(f).mul(twoPi).big()), w), w).Float64()
			require.Less(t, math.Abs(rel), 0x1p-105, "%+v: w[%d] relative error", l, i)

			length := new(big.Float).SetPrec(300).Quo(new(big.Float).Mul(truth.N(2), truth.Pi), w)
			require.LessOrEqual(t, truth.Ulps64(f.Wavelength(), length), 1.5, "%+v: wavelength %d", l, i)
		}
	}
}

func TestFrequenciesOutOfRange(t *testing.T) {
	for _, l := range []Ladder{
		{Count: 2, Top: 1, Base: 1e30, Steps: 1},
		{Count: 2, Top: 1, Base: 1e-30, Steps: 1},
		{Count: 1, Top: 1e-30, Base: 1, Steps: 1},
		{Count: 9, Top: 1, Base: 10000, Steps: 0.01},
		{Count: 2, Top: 0x1p-63, Base: 0x1p-64, Steps: 0.0125}, // climbs by 2^80
		{Count: 2, Top: math.NaN(), Base: 1, Steps: 1},
		{Count: 2, Top: 1, Base: math.Inf(1), Steps: 1},
	} {
		_, err := l.Frequencies()
		require.Error(t, err, "%+v", l)
	}
}

// positions is the stratified sample that the accuracy of this package is stated for.
func positions(r *rand.Rand) []float64 {
	ps := []float64{0, 1, 2, 3, 5, 7, 8, 9, 127, 128, 129, 511, 8191, 8192, 1e5, 131072, 1e6, 1<<24 + 1, 1 << 31, 1<<40 + 3, 1<<53 - 1, 1 << 53}
	for range 40 {
		ps = append(ps, float64(r.Int64N(1<<r.IntN(54))))
	}
	for _, p := range ps[:len(ps):len(ps)] {
		ps = append(ps, -p)
	}
	return ps
}

func TestSincosWithinAnUlp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	worst := 0.0
	for _, l := range ladders {
		fs, err := l.Frequencies()
		require.NoError(t, err)
		ps := positions(r)
		for range 40 { // fractions, down to almost nothing
			ps = append(ps, (r.Float64()-0.5)*math.Ldexp(1, r.IntN(160)-110))
		}
		for _, p := range append(ps, 0.5, -0.5, 1e-300, 5e-324) {
			i := r.IntN(len(fs))
			ph := fs[i].atReal(p)
			if p == math.Trunc(p) {
				require.Equal(t, ph, fs[i].at(int64(p)), "integer and real agree at %g", p)
			}
			s, c := ph.sincos()
			ws, wc := truth.SinCos(new(big.Float).SetPrec(300).Mul(truth.N(p), truth.Frequency(l.Top, l.Base, l.Steps, i)))
			us, uc := truth.Ulps64(s, ws), truth.Ulps64(c, wc)
			if d, _ := new(big.Float).Sub(truth.N(s), ws).Float64(); math.Abs(d) < 0x1p-189 {
				us = 0 // the last bits of a phase; float32 ends at 2^-149
			}
			worst = max(worst, us, uc)
			require.LessOrEqual(t, us, 0.9, "%+v: sin(%g·w[%d])", l, p, i)
			require.LessOrEqual(t, uc, 0.9, "%+v: cos(%g·w[%d])", l, p, i)
		}
	}
	t.Logf("largest error %.3f ulp of float64", worst)
}

func TestSincosAtQuarterTurns(t *testing.T) {
	for _, c := range []struct {
		p        phase
		sin, cos float64
	}{
		{phase{}, 0, 1},
		{phase{hi: 1 << 62}, 1, 0},
		{phase{hi: 2 << 62}, 0, -1},
		{phase{hi: 3 << 62}, -1, 0},
		{phase{hi: 1 << 61}, math.Sqrt2 / 2, math.Sqrt2 / 2},
	} {
		s, co := c.p.sincos()
		require.InDelta(t, c.sin, s, 0x1p-53)
		require.InDelta(t, c.cos, co, 0x1p-53)
	}
}

func BenchmarkSincos(b *testing.B) {
	fs, _ := Ladder{Count: 384, Top: 1, Base: 10000, Steps: 384}.Frequencies()
	var sink float64
	for i := 0; b.Loop(); i++ {
		p := fs[i%384].at(int64(i) * 77)
		s, c := p.sincos()
		sink += s + c
	}
	_ = sink
}

func BenchmarkFrequencies(b *testing.B) {
	for b.Loop() {
		_, _ = Ladder{Count: 384, Top: 1, Base: 10000, Steps: 384}.Frequencies()
	}
}
