package rotary

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/truth"
)

// Arithmetic of 300 bits, as truth has it.
func plus(x, y *big.Float) *big.Float  { return new(big.Float).Add(x, y) }
func minus(x, y *big.Float) *big.Float { return new(big.Float).Sub(x, y) }
func times(x, y *big.Float) *big.Float { return new(big.Float).Mul(x, y) }
func over(x, y *big.Float) *big.Float  { return new(big.Float).Quo(x, y) }
func lesser(x, y *big.Float) *big.Float {
	if y.Cmp(x) < 0 {
		return y
	}
	return x
}
func greater(x, y *big.Float) *big.Float {
	if y.Cmp(x) > 0 {
		return y
	}
	return x
}

// floor rounds down; -floor(-x) rounds up.
func floor(x *big.Float) *big.Float {
	i, accuracy := x.Int(nil) // towards 0
	if accuracy == big.Above {
		i.Sub(i, big.NewInt(1))
	}
	return new(big.Float).SetPrec(x.Prec()).SetInt(i)
}

func or(v, other float64) float64 {
	if v != 0 {
		return v
	}
	return other
}

// wanted is the frequencies and the attention factor of a call of this length, from the formulas of the papers and of
// Hugging Face's modeling_rope_utils.py, and from nothing else. The factor is in float64, as it is there.
func wanted(o Options, length int64) ([]*big.Float, float64) {
	s := o.Scaling
	d := float64(o.RotaryDim)
	if d == 0 {
		d = float64(o.HeadDim)
	}
	n := int(d) / 2
	one, base := truth.N(1), or(o.Base, 10000)
	m := float64(s.OriginalMaxPositionEmbeddings)
	if m == 0 {
		m = float64(o.MaxPositionEmbeddings)
	}
	divide := func(w []*big.Float, by func(i int) float64) {
		for i := range w {
			w[i] = over(w[i], truth.N(by(i)))
		}
	}
	w := make([]*big.Float, n)
	for i := range w {
		w[i] = truth.Frequency(1, base, d/2, i)
	}
	stretch := func(alpha *big.Float) { // base·alpha^(d/(d-2))
		if alpha.Cmp(one) == 0 || d == 2 {
			return
		}
		ln := plus(truth.Log(truth.N(base)), times(truth.Log(alpha), over(truth.N(d), truth.N(d-2))))
		for i := range w {
			w[i] = truth.Exp(times(ln, over(truth.N(float64(-2*i)), truth.N(d))))
		}
	}
	factor := 1.0
	switch s.Type {
	case Linear:
		divide(w, func(int) float64 { return s.Factor })
	case NTK:
		stretch(truth.N(s.Alpha))
	case Dynamic:
		l := math.Max(float64(length), m)
		stretch(minus(over(times(truth.N(s.Factor), truth.N(l)), truth.N(m)), minus(truth.N(s.Factor), one)))
	case YaRN:
		c := func(r float64) *big.Float {
			ln := truth.Log(over(truth.N(m), times(times(truth.N(2), truth.Pi), truth.N(r))))
			return over(times(truth.N(d), ln), times(truth.N(2), truth.Log(truth.N(base))))
		}
		lo, hi := c(or(s.BetaFast, 32)), c(or(s.BetaSlow, 1))
		if !s.NoTruncate {
			lo, hi = floor(lo), minus(truth.N(0), floor(minus(truth.N(0), hi)))
		}
		lo, hi = greater(lo, truth.N(0)), lesser(hi, truth.N(d-1))
		if lo.Cmp(hi) == 0 {
			hi = plus(hi, over(one, truth.N(1000)))
		}
		for i := range w {
			ramp := over(minus(truth.N(float64(i)), lo), minus(hi, lo))
			ramp = lesser(greater(ramp, truth.N(0)), one)
			w[i] = plus(times(over(w[i], truth.N(s.Factor)), ramp), times(w[i], minus(one, ramp)))
		}
		g := func(mscale float64) float64 {
			if s.Factor <= 1 {
				return 1
			}
			ln, _ := truth.Log(truth.N(s.Factor)).Float64()
			product := 0.1 * mscale * ln
			return product + 1
		}
		switch {
		case s.AttentionFactor != 0:
			factor = s.AttentionFactor
		case s.Mscale != 0 && s.MscaleAllDim != 0:
			factor = g(s.Mscale) / g(s.MscaleAllDim)
		default:
			factor = g(1)
		}
	case LongRoPE:
		if float64(length) > m {
			divide(w, func(i int) float64 { return s.LongFactor[i] })
		} else {
			divide(w, func(i int) float64 { return s.ShortFactor[i] })
		}
		by := or(s.Factor, float64(o.MaxPositionEmbeddings)/m)
		if factor = s.AttentionFactor; factor == 0 {
			factor = 1
			if by > 1 {
				a, _ := truth.Log(truth.N(by)).Float64()
				b, _ := truth.Log(truth.N(m)).Float64()
				factor = math.Sqrt(1 + a/b)
			}
		}
	case Llama3:
		low, high := truth.N(or(s.LowFreqFactor, 1)), truth.N(or(s.HighFreqFactor, 4))
		for i := range w {
			wavelength := over(times(truth.N(2), truth.Pi), w[i])
			slow := over(w[i], truth.N(s.Factor))
			switch {
			case wavelength.Cmp(over(truth.N(m), high)) < 0:
			case wavelength.Cmp(over(truth.N(m), low)) > 0:
				w[i] = slow
			default:
				t := over(minus(over(truth.N(m), wavelength), low), minus(high, low))
				w[i] = plus(times(minus(one, t), slow), times(t, w[i]))
			}
		}
	case Proportional:
		angles := int(or(s.PartialRotaryFactor, 1) * float64(o.HeadDim) / 2)
		divide(w, func(int) float64 { return or(s.Factor, 1) })
		for i := angles; i < n; i++ {
			w[i] = truth.N(0)
		}
	case FreqFactors:
		divide(w, func(i int) float64 { return s.FreqFactors[i] })
	case RIFLEx:
		w[s.Index] = over(times(times(truth.N(9), truth.N(2)), truth.Pi), truth.N(float64(10*s.Length)))
	}
	return w, factor
}

// divisorsOf are n different divisors, not round ones.
func divisorsOf(n int, scale float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 + scale*float64(i*i)/float64(n*n)
	}
	return out
}

// scalings is every scaling with the numbers that its formula distinguishes, for a rotaryDim.
func scalings(d int) []Options {
	var all []Options
	add := func(s Scaling, max int) { all = append(all, Options{Scaling: s, MaxPositionEmbeddings: max}) }
	add(Scaling{}, 0)
	for _, factor := range []float64{1, 4, 2.7, 1000.5} {
		add(Scaling{Type: Linear, Factor: factor}, 0)
		add(Scaling{Type: NTK, Alpha: factor}, 0)
		add(Scaling{Type: Dynamic, Factor: factor}, 2048)
		add(Scaling{Type: Dynamic, Factor: factor, OriginalMaxPositionEmbeddings: 300}, 0)
		add(Scaling{Type: YaRN, Factor: factor, OriginalMaxPositionEmbeddings: 4096}, 4096*4)
		add(Scaling{Type: YaRN, Factor: factor, NoTruncate: true}, 4096)
		add(Scaling{Type: Llama3, Factor: factor, OriginalMaxPositionEmbeddings: 8192}, 131072)
	}
	for _, m := range []int{1, 2, 6, 7, 20, 100, 201, 202, 32768, 1 << 24, 1 << 40} { // the ends of the ramp clamp: to 0, to d-1, both, past
		least := float64(m) * 0x1p-62
		for _, loose := range []bool{false, true} {
			add(Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: m, NoTruncate: loose}, 0)
			add(Scaling{Type: YaRN, Factor: 1.5, OriginalMaxPositionEmbeddings: m, BetaFast: 3, BetaSlow: 3, NoTruncate: loose}, 0)
			add(Scaling{Type: YaRN, Factor: 16, OriginalMaxPositionEmbeddings: m, BetaFast: 1000, BetaSlow: max(1e-9, least), NoTruncate: loose}, 0)
			add(Scaling{Type: YaRN, Factor: 16, OriginalMaxPositionEmbeddings: m, BetaFast: 1e-6, BetaSlow: max(1e-7, least), NoTruncate: loose}, 0)
			add(Scaling{Type: YaRN, Factor: 16, OriginalMaxPositionEmbeddings: m, BetaFast: math.Nextafter(5, 6), BetaSlow: 5, NoTruncate: loose}, 0)
		}
		add(Scaling{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: m}, 0)
		add(Scaling{Type: Llama3, Factor: 20, OriginalMaxPositionEmbeddings: m, LowFreqFactor: 0.25, HighFreqFactor: 17.5}, 0)
		add(Scaling{Type: Llama3, Factor: 20, OriginalMaxPositionEmbeddings: m, LowFreqFactor: 4, HighFreqFactor: 4.0000001}, 0)
	}
	for _, mscale := range [][2]float64{{1, 0}, {0, 1}, {1, 1}, {0.707, 0.707}, {1, 0.8}, {0.3, 2.5}} {
		add(Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: 4096, Mscale: mscale[0], MscaleAllDim: mscale[1]}, 0)
	}
	add(Scaling{Type: YaRN, Factor: 40, OriginalMaxPositionEmbeddings: 4096, Mscale: 0.5, MscaleAllDim: 2, AttentionFactor: 0.75}, 0)
	short, long := divisorsOf(d/2, 0.3), divisorsOf(d/2, 63.7)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, OriginalMaxPositionEmbeddings: 4096}, 131072)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, OriginalMaxPositionEmbeddings: 4096, Factor: 2.5}, 131072)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, OriginalMaxPositionEmbeddings: 4096, Factor: 0.5}, 0)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, AttentionFactor: 1.25}, 4096)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, OriginalMaxPositionEmbeddings: 8192}, 4096)
	add(Scaling{Type: LongRoPE, ShortFactor: short, LongFactor: long, OriginalMaxPositionEmbeddings: 1 << 40}, 1<<40)
	add(Scaling{Type: Proportional}, 0)
	add(Scaling{Type: Proportional, PartialRotaryFactor: 0.25, Factor: 8}, 0)
	add(Scaling{Type: Proportional, PartialRotaryFactor: 0.7, Factor: 0.3}, 0)
	add(Scaling{Type: Proportional, PartialRotaryFactor: 1e-6, Factor: 1}, 0)
	add(Scaling{Type: FreqFactors, FreqFactors: long}, 0)
	add(Scaling{Type: RIFLEx, Index: d/2 - 1, Length: 66}, 0)
	add(Scaling{Type: RIFLEx, Index: d / 5, Length: 1 << 40}, 0)
	return all
}

// shapes are the widths and bases that the scalings are tried with.
var shapes = []Options{
	{HeadDim: 2}, {HeadDim: 4, Base: 100}, {HeadDim: 6, Base: 500000}, {HeadDim: 64}, {HeadDim: 80, RotaryDim: 32, Base: 500000},
	{HeadDim: 7, RotaryDim: 4, Base: 0.5}, {HeadDim: 128, Base: 1e6}, {HeadDim: 10, RotaryDim: 10, Base: 1.0001},
}

// everyOption calls do with every scaling at every shape that it goes with.
func everyOption(do func(o Options)) {
	for _, shape := range shapes {
		d := shape.RotaryDim
		if d == 0 {
			d = shape.HeadDim
		}
		for _, o := range scalings(d) {
			o.HeadDim, o.RotaryDim, o.Base = shape.HeadDim, shape.RotaryDim, shape.Base
			if o.Scaling.Type == Proportional && d != o.HeadDim || o.Scaling.Type == YaRN && o.Base == 0.5 {
				continue
			}
			do(o)
		}
	}
}

// lengths are those to try an encoding with: only for two types do they matter.
func lengths(o Options) []int64 {
	m := int64(o.trained())
	switch o.Scaling.Type {
	case Dynamic:
		return []int64{0, 1, m, m + 1, 2*m - 1, 16 * m, 1<<20 + 1, 1 << 40}
	case LongRoPE:
		return []int64{0, m - 1, m, m + 1, 100 * m, 1 << 53}
	}
	return []int64{0, 1 << 53}
}

func TestFrequenciesAgainstFormulas(t *testing.T) {
	tried := 0
	everyOption(func(o Options) {
		r, err := New(o)
		require.NoError(t, err, "%+v", o)
		for _, length := range lengths(o) {
			want, factor := wanted(o, length)
			got := r.InverseFrequencies(length)
			require.Len(t, got, len(want))
			for i, w := range want {
				nearest, _ := w.Float64()
				if got[i] != nearest {
					require.Equal(t, nearest, got[i], "%+v, length %d: w_%d", o, length, i)
				}
			}
			require.Equal(t, factor, r.AttentionFactor(), "%+v", o)
			tried++
		}
	})
	require.Greater(t, tried, 1000)
}

// Any numbers that the options allow, far beyond those in use: the formula holds, or they are refused.
func TestAnyFrequenciesAgainstFormulas(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	between := func(lo, hi float64) float64 { return lo * math.Exp(r.Float64()*math.Log(hi/lo)) }
	kinds := map[ScalingType]int{}
	for range 1500 {
		o := Options{HeadDim: 2 + 2*r.IntN(12), Base: between(1e-3, 1e30)}
		if r.IntN(4) == 0 {
			o.Base = 1 + between(1e-16, 1)
		}
		s := &o.Scaling
		s.Factor = between(1, 1<<40)
		s.OriginalMaxPositionEmbeddings = int(between(1, 1<<40))
		m := float64(s.OriginalMaxPositionEmbeddings)
		switch s.Type = []ScalingType{YaRN, YaRN, Llama3, Dynamic, NTK}[r.IntN(5)]; s.Type {
		case YaRN:
			s.BetaSlow = between(1e-12, 1<<39)
			if r.IntN(2) == 0 {
				s.BetaSlow = between(m/1000, m) // an end of the ramp near the first pairs
			}
			s.BetaFast = s.BetaSlow * between(1, 1e6)
			s.NoTruncate = r.IntN(2) == 0
		case Llama3:
			s.LowFreqFactor = between(1e-12, 1<<39)
			s.HighFreqFactor = s.LowFreqFactor + between(1e-12, 1<<39)
		case Dynamic:
			s.Factor = between(1, 1e6)
		case NTK:
			*s = Scaling{Type: NTK, Alpha: s.Factor}
		}
		enc, err := New(o)
		if err != nil {
			continue
		}
		kinds[s.Type]++
		for _, length := range []int64{0, int64(between(1, 1<<40))} {
			want, factor := wanted(o, length)
			require.Equal(t, factor, enc.AttentionFactor(), "%+v", o)
			for i, got := range enc.InverseFrequencies(length) {
				nearest, _ := want[i].Float64()
				if got != nearest {
					require.Equal(t, nearest, got, "%+v, length %d: w_%d", o, length, i)
				}
			}
		}
	}
	for kind, n := range kinds {
		require.Greater(t, n, 50, kind)
	}
}

// Around M the ramp of yarn and the bands of llama3 must be met, or the test above says nothing about them.
func TestScalingsHaveAllOfTheirBands(t *testing.T) {
	base, _ := New(Options{HeadDim: 128})
	for _, s := range []Scaling{
		{Type: YaRN, Factor: 8, OriginalMaxPositionEmbeddings: 4096},
		{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 4096},
	} {
		r, err := New(Options{HeadDim: 128, Scaling: s})
		require.NoError(t, err)
		var same, between, slowed int
		for i, w := range r.InverseFrequencies(0) {
			switch ratio := base.InverseFrequencies(0)[i] / w; {
			case ratio == 1:
				same++
			case ratio == 8:
				slowed++
			default:
				between++
			}
		}
		require.True(t, same > 5 && between > 5 && slowed > 5, "%s: %d, %d, %d", s.Type, same, between, slowed)
	}
}

// A yarn ramp whose ends meet at 0.0005 below a pair is 0.001 long: that pair is half way.
func TestYarnRampWithoutWidth(t *testing.T) {
	const pair, d, m = 7, 32, 4096
	beta := m / (2 * math.Pi * math.Exp((pair-0.0005)*2*math.Log(10000)/d))
	o := Options{HeadDim: d, Scaling: Scaling{Type: YaRN, Factor: 5, OriginalMaxPositionEmbeddings: m, BetaFast: beta, BetaSlow: beta, NoTruncate: true}}
	r, err := New(o)
	require.NoError(t, err)
	plain, err := New(Options{HeadDim: d})
	require.NoError(t, err)
	w, was := r.InverseFrequencies(0), plain.InverseFrequencies(0)
	require.Equal(t, was[pair-1], w[pair-1])
	require.InEpsilon(t, was[pair]*(0.5/5+0.5), w[pair], 1e-9)
	require.InEpsilon(t, was[pair+1]/5, w[pair+1], 1e-15)
	want, _ := wanted(o, 0)
	nearest, _ := want[pair].Float64()
	require.Equal(t, nearest, w[pair])
}

// M·w/2π is 2^64 + 2^39 turns of the second pair, which 64 integer bits hold as 2^39, half way through the band.
func TestLlama3BeyondItsNumbers(t *testing.T) {
	w := 2 * math.Pi * (1<<24 + 0.5)
	o := Options{HeadDim: 4, Base: 1 / (w * w), Scaling: Scaling{Type: Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 1 << 40, LowFreqFactor: 1, HighFreqFactor: 1 << 40}}
	r, err := New(o)
	require.NoError(t, err)
	require.InEpsilon(t, w, r.InverseFrequencies(0)[1], 1e-12)
}

// The attention factors that Hugging Face's own tests expect of yarn, to the last bit.
func TestPublishedYarnFactors(t *testing.T) {
	for factor, want := range map[float64]float64{2: 1.0693147180559945, 10: 1.2302585092994045, 20: 1.299573227355399} {
		r, err := New(Options{HeadDim: 128, Scaling: Scaling{Type: YaRN, Factor: factor, OriginalMaxPositionEmbeddings: 2048}})
		require.NoError(t, err)
		require.Equal(t, want, r.AttentionFactor())
	}
}

// cos and sin against 300 bits: float32 of (factor·cos), rounded once. What the generator's float64 turns leave is below
// 2^-50 before the rounding, so there is no more than half a unit and that.
func TestCosSinAgainstFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	positions := []float64{0, 1, 2047, 2048, 131071, 1<<31 + 7, 1<<53 - 1, -1, -4097, -(1<<53 - 1), 0.5, 1234.5678, -99999.75, 1e-9, 0x1p-1074, 1<<52 + 0.5}
	everyOption(func(o Options) {
		if o.Scaling.Type == YaRN && r.IntN(4) > 0 { // there are many of them, and 300 bits are slow
			return
		}
		enc, err := New(o)
		require.NoError(t, err)
		n := len(enc.InverseFrequencies(0))
		length := lengths(o)[r.IntN(len(lengths(o)))]
		w, factor := wanted(o, length)
		at := At{Positions: positions, SequenceLength: max(length, 1)}
		cos, sin, err := enc.CosSin(len(positions), at)
		require.NoError(t, err)
		for range 12 {
			row, i := r.IntN(len(positions)), r.IntN(n)
			s, c := truth.SinCos(times(w[i], truth.N(positions[row])))
			where := fmt.Sprintf("%+v, length %d: position %g, pair %d", o, length, positions[row], i)
			rounded(t, cos[row*n+i], times(c, truth.N(factor)), factor, "cos, "+where)
			rounded(t, sin[row*n+i], times(s, truth.N(factor)), factor, "sin, "+where)
		}
	})
}

// rounded holds got against half a unit in the last place round want, and factor·2^-50.
func rounded(t *testing.T, got float32, want *big.Float, factor float64, where string) {
	t.Helper()
	ulps, nearest := truth.Ulps(got, want)
	if nearest || ulps <= 0.5 {
		return
	}
	unit := math.Ldexp(1, max(want.MantExp(nil)-24, -149))
	if ulps*unit > 0.5*unit+factor*0x1p-50 {
		f, _ := want.Float64()
		require.Fail(t, "not rounded", "%s: want %v, got %v, off by %g units", where, f, got, ulps)
	}
}
