package angle

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/truth"
)

// FuzzRows makes the rows of any ladder anywhere, and holds every entry to 0.501 units in the last place: against 300 bits where
// it is not the float32 nearest to the exact product's sine or cosine, which is good to a unit of float64, and in any case
// one of them, with the reference's own frequency. Then the same rows in parts, one at a time, and added and subtracted.
func FuzzRows(f *testing.F) {
	f.Add(uint64(1), uint8(31), 1.0, 10000.0, 32.0, uint8(0), int64(0), uint8(40), 1.0)
	f.Add(uint64(2), uint8(64), 1.0, 500000.0, 65.0, uint8(1), int64(-20), uint8(130), 1.0) // more than blocks are made together
	f.Add(uint64(3), uint8(15), 0.25, 100.0, 15.5, uint8(2), int64(1<<53), uint8(3), 1.25)
	f.Add(uint64(4), uint8(4), 1.0, 0x1p-20, 4.0, uint8(3), int64(-1<<53), uint8(40), 1.0)
	f.Add(uint64(5), uint8(2), 1.0, 1.25, 0.4, uint8(4), int64(4096-8), uint8(16), 0.1)
	f.Add(uint64(6), uint8(8), 0x1p32, 0x1p32, 1.0, uint8(5), int64(1<<40+3), uint8(33), 1.0)
	f.Add(uint64(7), uint8(2), 0x1p-64, 0x1p-64, 1.0, uint8(5), int64(1<<53-1), uint8(1), 1.0)
	f.Add(uint64(8), uint8(0), 1.0, 10000.0, 1.0, uint8(1), int64(103990), uint8(30), 1.0) // 103993 is nearly 33102·π
	f.Fuzz(func(t *testing.T, seed uint64, count uint8, top, base, steps float64, layout uint8, first int64, rows uint8, gain float64) {
		for _, v := range []float64{top, base, steps, base / top} { // the last is what the reference takes the logarithm of
			if !(v >= 0x1p-1022 && v <= math.MaxFloat64) {
				return
			}
		}
		if !(gain >= 0x1p-20 && gain <= 0x1p20) {
			gain = 1
		}
		ladder := Ladder{Count: 1 + int(count%70), Top: top, Base: base, Steps: steps}
		freqs, err := ladder.Frequencies()
		if err != nil {
			return
		}
		all := layouts(ladder.Count)
		names := []string{"interleaved", "concat", "cos first", "zero last", "lone sine", "lone apart"}
		l := all[names[int(layout)%len(names)]]
		if l.Pairs == 0 {
			l = all["concat"]
		}
		r := rand.New(rand.NewPCG(seed, 0))
		n := 1 + int(rows)
		switch r.IntN(3) { // the fuzzer goes from first by small steps
		case 0:
			first = r.Int64() >> r.IntN(60)
		case 1:
			first = quarterTurns(r, freqs[r.IntN(len(freqs))])*int64(1-2*r.IntN(2)) - int64(r.IntN(n))
		}
		first = max(-MaxPosition, min(first, MaxPosition-int64(n-1)))

		g := NewGeneratorGain(freqs, gain)
		table := noise(r, n*l.Dim)
		g.Rows(kernel.Store, table, first, l)
		asked := [2]int{r.IntN(n), r.IntN(ladder.Count)}
		for row := range n {
			x, p := table[row*l.Dim:][:l.Dim], first+int64(row)
			for i := range freqs {
				s, c := freqs[i].at(p).sincos()
				sin, cos := x[l.Sin+i*l.Stride], float32(c*gain)
				if i < l.Pairs {
					cos = x[l.Cos+i*l.Stride]
				}
				if sin == float32(s*gain) && cos == float32(c*gain) && asked != [2]int{row, i} {
					continue
				}
				trueSin, trueCos := truth.SinCos(product(truth.N(float64(p)), truth.Frequency(top, base, steps, i)))
				for k, got := range [2]float32{sin, cos} {
					want := product([2]*big.Float{trueSin, trueCos}[k], truth.N(gain))
					ulps, _ := truth.Ulps(got, want)
					require.LessOrEqual(t, ulps, 0.501, "%+v, gain %g: %s %g of position %d, frequency %d", ladder, gain, [2]string{"sine", "cosine"}[k], got, p, i)
				}
			}
			for _, v := range x[min(l.Pairs+len(freqs), l.Dim):] {
				require.Zero(t, v, "a column without a name")
			}
		}

		other := NewGeneratorGain(freqs, gain)
		for range 5 {
			from := r.IntN(n)
			part := noise(r, (1+r.IntN(n-from))*l.Dim)
			other.Rows(kernel.Store, part, first+int64(from), l)
			require.Equal(t, table[from*l.Dim:][:len(part)], part, "rows from %d on", first+int64(from))
			row := noise(r, l.Dim)
			other.At(row, float64(first+int64(from)), l)
			require.Equal(t, table[from*l.Dim:][:l.Dim], row, "the row of %d", first+int64(from))
		}
		for op, combine := range map[kernel.Op]func(x, row []float32){kernel.Plus: kernel.Add, kernel.Minus: kernel.Sub} {
			x := noise(r, len(table))
			want := slices.Clone(x)
			combine(want, table)
			other.Rows(op, x, first, l)
			for i := range x { // Equal takes -0 for 0
				require.Equal(t, math.Float32bits(want[i]), math.Float32bits(x[i]), "op %d at %d: want %g, got %g", op, i, want[i], x[i])
			}
		}
	})
}

// quarterTurns returns a position whose angle is nearly a whole number of quarter turns: a denominator of the continued fraction of
// quarter turns per position.
func quarterTurns(r *rand.Rand, f Frequency) int64 {
	whole, part := new(big.Int).Lsh(big.NewInt(1), 192), new(big.Int)
	for _, word := range []uint64{f[2]<<2 | f[1]>>62, f[1]<<2 | f[0]>>62, f[0] << 2} {
		part.Lsh(part, 64).Or(part, new(big.Int).SetUint64(word))
	}
	before, last, all := new(big.Int), big.NewInt(1), []int64{1}
	for part.Sign() > 0 {
		times, rest := new(big.Int).QuoRem(whole, part, new(big.Int))
		whole, part = part, rest
		before, last = last, times.Mul(times, last).Add(times, before)
		if last.BitLen() > 53 {
			break
		}
		all = append(all, last.Int64())
	}
	return all[r.IntN(len(all))]
}

func product(x, y *big.Float) *big.Float { return new(big.Float).Mul(x, y) }

// noise is numbers, some of them -0.
func noise(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		if x[i] = float32(r.NormFloat64()); r.IntN(10) == 0 {
			x[i] = float32(math.Copysign(0, -1))
		}
	}
	return x
}

// FuzzSinCos holds the sine and cosine of any position times any frequency, and of a sum of that and a phase, against 300 bits:
// a unit in the last place of float64, and what is cut off at 2^-192 of a turn, of each frequency and each product.
func FuzzSinCos(f *testing.F) {
	for _, p := range []float64{0, 0.5, -1, 1 << 53, -1<<53 + 1, 0x1p-1074, 103993, 1e15 + 0.5} {
		f.Add(1.0, p, 0.0)
		f.Add(0x1p32, p, -p)
		f.Add(0x1p-64, p, 1<<53-1.0)
		f.Add(0.0, p, 0x1p-200)
	}
	f.Fuzz(func(t *testing.T, w, position, phi float64) {
		if !(w >= 0 && w <= HighestFrequency && math.Abs(position) <= MaxPosition && math.Abs(phi) <= MaxPosition) {
			return
		}
		hold := func(sin, cos float64, want *big.Float, reach float64) {
			s, c := truth.SinCos(want)
			for k, got := range [2]float64{sin, cos} {
				want := [2]*big.Float{s, c}[k]
				off, _ := new(big.Float).Sub(truth.N(got), want).Float64()
				v, _ := want.Float64()
				unit := math.Nextafter(math.Abs(v), math.Inf(1)) - math.Abs(v)
				require.LessOrEqual(t, math.Abs(off), unit+reach*2*math.Pi*0x1p-192,
					"%s of %g·%g + %g: got %g", [2]string{"sine", "cosine"}[k], w, position, phi, got)
			}
		}
		frequency, radian := Radians(w), Radians(1)
		sin, cos := frequency.SinCos(position)
		want := product(truth.N(w), truth.N(position))
		hold(sin, cos, want, math.Abs(position)+1)
		var sum Sum
		sum.Add(&frequency, position)
		sum.Add(&radian, phi)
		sin, cos = sum.SinCos()
		hold(sin, cos, want.Add(want, truth.N(phi)), math.Abs(position)+math.Abs(phi)+2)
	})
}

// FuzzElementary holds the logarithm, the exponential and the power of any numbers to the float64 nearest to the true value, and
// the quick ones to 2^-49.
func FuzzElementary(f *testing.F) {
	for _, v := range [][2]float64{{2, 0.5}, {10000, -1.0 / 3}, {1 + 0x1p-52, 0x1p60}, {1 - 0x1p-53, -0x1p62}, {1e300, 1.02}, {5, 1e-300}, {3, 33},
		{math.MaxFloat64, 1}, {0x1p-1074, -709.7}, {0x1p-1022, -708.39}, {math.E, math.Ln2}, {1, -0x1p-53}} {
		f.Add(v[0], v[1])
	}
	f.Fuzz(func(t *testing.T, x, y float64) {
		if !(x > 0 && x <= math.MaxFloat64 && math.Abs(y) <= math.MaxFloat64) {
			return // not positive and finite
		}
		nearest := func(got float64, want *big.Float, of string) {
			v, _ := want.Float64()
			off := truth.Ulps64(got, want)
			subnormal := v < 0x1p-1022 && of != "ln x" // where a unit is allowed
			tie := of == "x^y" && math.Abs(off-0.5) < 0x1p-50
			require.True(t, got == v || off <= 1 && subnormal || tie, "%s, x = %g, y = %g: want %g, got %g", of, x, y, v, got)
		}
		quick := func(got float64, want *big.Float, of string) {
			d, _ := new(big.Float).Sub(truth.N(got), want).Float64()
			v, _ := want.Float64()
			require.LessOrEqual(t, math.Abs(d), math.Abs(v)*0x1p-49, "%s, x = %g, y = %g", of, x, y)
		}
		ln := truth.Log(truth.N(x))
		if x < 0x1p-1022 { // where float64's own logarithm, from which the reference starts, is wrong on some machines
			ln = truth.Log(truth.N(x * 0x1p600))
			ln.Sub(ln, product(truth.Log(truth.N(2)), truth.N(600)))
		}
		nearest(Log(x), ln, "ln x")
		quick(LogQuick(x), ln, "LogQuick x")
		if math.Abs(y) < 700 {
			quick(ExpQuick(y), truth.Exp(truth.N(y)), "ExpQuick y")
		}
		power := func(got float64, exponent *big.Float, of string) {
			switch v, _ := exponent.Float64(); {
			case v > 709.8:
				require.True(t, math.IsInf(got, 1), "%s, x = %g, y = %g: got %g", of, x, y, got)
			case v < -745.2:
				require.Zero(t, got, "%s, x = %g, y = %g", of, x, y)
			default:
				nearest(got, truth.Exp(exponent), of)
			}
		}
		power(Exp(y), truth.N(y), "e^y")
		power(Pow(x, y), product(ln, truth.N(y)), "x^y")
	})
}
