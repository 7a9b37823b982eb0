package angle

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/truth"
)

// layouts of n pairs: interleaved, concat, cos first, concat with a zero column, and with a lone sine.
func layouts(n int) map[string]Layout {
	return map[string]Layout{
		"interleaved": {Dim: 2 * n, Sin: 0, Cos: 1, Stride: 2, Pairs: n},
		"concat":      {Dim: 2 * n, Sin: 0, Cos: n, Stride: 1, Pairs: n},
		"cos first":   {Dim: 2 * n, Sin: n, Cos: 0, Stride: 1, Pairs: n},
		"zero last":   {Dim: 2*n + 1, Sin: 0, Cos: n, Stride: 1, Pairs: n},
		"lone sine":   {Dim: 2*n - 1, Sin: 0, Cos: 1, Stride: 2, Pairs: n - 1},
		"lone apart":  {Dim: 2*n - 1, Sin: 0, Cos: n, Stride: 1, Pairs: n - 1},
	}
}

func generator(t testing.TB, l Ladder) *Generator {
	t.Helper()
	fs, err := l.Frequencies()
	require.NoError(t, err)
	return NewGenerator(fs)
}

// Every entry against 300 bits: the nearest float32, but for at most one in ten thousand, and never off by more
// than 0.501 units in the last place (1 below 2^-20).
func TestRowsAgainstTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	entries, off, worst := 0, 0, 0.0
	for _, ladder := range ladders {
		n := ladder.Count
		g := generator(t, ladder)
		for name, l := range layouts(n) {
			if l.Pairs == 0 {
				continue
			}
			for range 6 {
				first := int64(r.IntN(600) - 300)
				if r.IntN(2) == 0 {
					first = r.Int64N(1<<r.IntN(54)) * int64(1-2*r.IntN(2))
				}
				rows := 1 + r.IntN(40)
				dst := make([]float32, rows*l.Dim)
				for i := range dst {
					dst[i] = 7
				}
				g.Rows(kernel.Store, dst, first, l)
				for range 3 {
					i, row := r.IntN(n), r.IntN(rows)
					x := dst[row*l.Dim:][:l.Dim]
					p := first + int64(row)
					s, c := truth.SinCos(new(big.Float).SetPrec(300).Mul(truth.N(float64(p)), truth.Frequency(ladder.Top, ladder.Base, ladder.Steps, i)))
					check := func(got float32, want *big.Float, what string) {
						ulps, nearest := truth.Ulps(got, want)
						entries++
						if !nearest {
							off++
						}
						limit := 0.501
						if w, _ := want.Float64(); math.Abs(w) < 0x1p-20 {
							limit = 1
						}
						worst = max(worst, ulps)
						require.LessOrEqual(t, ulps, limit, "%s, %+v: %s of position %d, frequency %d: got %g", name, ladder, what, p, i, got)
					}
					check(x[l.Sin+i*l.Stride], s, "sine")
					if i < l.Pairs {
						check(x[l.Cos+i*l.Stride], c, "cosine")
					}
					if l.Dim == 2*n+1 {
						require.Zero(t, x[2*n], "%s: the column without a name", name)
					}
				}
			}
		}
	}
	require.LessOrEqual(t, off, entries/10000, "entries that are not the nearest float32, of %d", entries)
	t.Logf("%d entries, %d not the nearest float32, largest error %.6f ulp", entries, off, worst)
}

// Every entry of the paper's table, 8192 positions by 512 channels, is the float32 nearest to the true value. The judge
// is sincos of the exact product, which has its own test, wherever an error of 2^-51 cannot matter, and truth elsewhere.
func TestWholeTableIsNearest(t *testing.T) {
	ladder := Ladder{Count: 256, Top: 1, Base: 10000, Steps: 256}
	g := generator(t, ladder)
	l := layouts(256)["interleaved"]
	table := make([]float32, 8192*l.Dim)
	g.Rows(kernel.Store, table, 0, l)
	for p := range int64(8192) {
		for i := range g.freqs {
			s, c := g.freqs[i].at(p).sincos()
			for k, v := range [2]float64{s, c} {
				want := float32(v)
				if float32(v*(1-0x1p-51)) != float32(v*(1+0x1p-51)) {
					ts, tc := truth.SinCos(new(big.Float).SetPrec(300).Mul(truth.N(float64(p)), truth.Frequency(1, 10000, 256, i)))
					want, _ = [2]*big.Float{ts, tc}[k].Float32()
				}
				if got := table[int(p)*l.Dim+2*i+k]; got != want {
					t.Fatalf("position %d, column %d: want %g, got %g", p, 2*i+k, want, got)
				}
			}
		}
	}
}

func TestPositionZeroIsExact(t *testing.T) {
	g := generator(t, ladders[1])
	l := layouts(256)["interleaved"]
	dst := make([]float32, 20*l.Dim)
	g.Rows(kernel.Store, dst, -10, l)
	for i, v := range dst[10*l.Dim : 11*l.Dim] {
		require.Equal(t, float32(i%2), v)
		require.False(t, math.Signbit(float64(v)))
	}
}

// A row is a function of its position: not of the first row, the number of rows, the cursor's past, or the layout.
func TestRowsDoNotDependOnTheirPath(t *testing.T) {
	ladder := Ladder{Count: 33, Top: 1, Base: 10000, Steps: 33}
	g := generator(t, ladder)
	split, zipped := layouts(33)["concat"], layouts(33)["interleaved"]
	const first, rows = -400, 1000
	all := make([]float32, rows*split.Dim)
	g.Rows(kernel.Store, all, first, split)
	r := rand.New(rand.NewPCG(11, 12))
	for range 300 {
		from := r.IntN(rows)
		n := 1 + r.IntN(min(rows-from, 50))
		h := g
		if r.IntN(10) == 0 {
			h = generator(t, ladder)
		}
		some := make([]float32, n*split.Dim)
		h.Rows(kernel.Store, some, first+int64(from), split)
		require.Equal(t, all[from*split.Dim:][:n*split.Dim], some, "%d rows from %d", n, first+from)

		row := make([]float32, zipped.Dim)
		h.At(row, float64(first+from), zipped)
		for i := range 33 {
			require.Equal(t, all[from*split.Dim+i], row[2*i])
			require.Equal(t, all[from*split.Dim+33+i], row[2*i+1])
		}
	}
}

func TestFractions(t *testing.T) {
	ladder := ladders[5]
	g := generator(t, ladder)
	for name, l := range layouts(ladder.Count) {
		for _, p := range []float64{0.5, -0.25, 1e-9, 1234567.875, -3.0000001, 1e15 + 0.5} {
			row := make([]float32, l.Dim)
			g.At(row, p, l)
			for i := range ladder.Count {
				s, c := truth.SinCos(new(big.Float).SetPrec(300).Mul(truth.N(p), truth.Frequency(ladder.Top, ladder.Base, ladder.Steps, i)))
				ulps, _ := truth.Ulps(row[l.Sin+i*l.Stride], s)
				require.LessOrEqual(t, ulps, 0.5001, "%s: sine of %g", name, p)
				if i < l.Pairs {
					ulps, _ = truth.Ulps(row[l.Cos+i*l.Stride], c)
					require.LessOrEqual(t, ulps, 0.5001, "%s: cosine of %g", name, p)
				}
			}
		}
	}
}

func BenchmarkRows(b *testing.B) {
	for _, rows := range []int{1, 16, 512} {
		for name, l := range map[string]Layout{"interleaved": layouts(384)["interleaved"], "concat": layouts(384)["concat"]} {
			ladder := Ladder{Count: 384, Top: 1, Base: 10000, Steps: 384}
			dst := make([]float32, rows*l.Dim)
			g := generator(b, ladder)
			b.Run(fmt.Sprintf("%s/%d", name, rows), func(b *testing.B) {
				b.SetBytes(int64(4 * len(dst)))
				for b.Loop() {
					g.Rows(kernel.Store, dst, 0, l)
				}
			})
			b.Run(fmt.Sprintf("%s/%d/cold", name, rows), func(b *testing.B) {
				b.SetBytes(int64(4 * len(dst)))
				for b.Loop() {
					generator(b, ladder).Rows(kernel.Store, dst, 0, l)
				}
			})
		}
	}
}
