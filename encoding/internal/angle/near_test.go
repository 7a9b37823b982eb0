package angle

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/truth"
)

// What is watched against a look at every entry, at positions and frequencies of every size.
func TestEntriesNearZeroAreFound(t *testing.T) {
	freqs, err := Ladder{Count: 64, Top: 1, Base: 1e6, Steps: 64}.Frequencies()
	require.NoError(t, err)
	fast, _ := Ladder{Count: 8, Top: 1 << 32, Base: 1 << 40, Steps: 8}.Frequencies()
	g := NewGenerator(append(freqs, fast...))
	c := g.newCursor()
	found, flagged, blocks := 0, 0, 0
	starts := []int64{-300, 0, 1146408 - 100, 245850922 - 100, 1<<31 - 70, -(1 << 40), 1<<53 - 3000}
	for i := 5; i < 64; i += 6 { // where frequency i has turned by half, which it takes its time for
		starts = append(starts, int64(math.Pi/g.freqs[i].Radians())-1500)
	}
	for _, first := range starts {
		for anchor := nearest(first, radix); anchor < first+3000; anchor += radix {
			g.moveTo(c, 0, anchor)
			careful := g.careful(&c.watch, anchor-radix/2-c.at[1], 1)
			blocks++
			if careful {
				flagged++
			}
			for p := anchor - radix/2; p < anchor+radix/2; p++ {
				for i := range g.freqs {
					phase := g.freqs[i].at(p)
					s, c := phase.sincos()
					tiny := math.Min(math.Abs(s), math.Abs(c)) < 0x1p-20
					if turns := math.Abs(float64(p)) * fixed(g.freqs[i]).float64(); tiny && turns > 0.13 {
						require.True(t, careful, "position %d, frequency %d: sin %g, cos %g", p, i, s, c)
						found++
					}
				}
			}
		}
	}
	require.Greater(t, found, 5)
	require.Less(t, flagged, blocks/20, "%d entries in %d of %d blocks", found, flagged, blocks)
}

// At numerators of the convergents of π and π/2 a sine or a cosine of 1 is as close to 0 as it comes. Each must be within
// half a unit, and a little, of float32, added as well as stored.
func TestHardPositions(t *testing.T) {
	freqs, _ := Ladder{Count: 9, Top: 1, Base: 10000, Steps: 9}.Frequencies()
	g := NewGenerator(freqs)
	l := Layout{Dim: 18, Sin: 0, Cos: 9, Stride: 1, Pairs: 9}
	for _, p := range []int64{355, 103993, 208341, 312689, 833719, 1146408, 4272943, 5419351, 80143857, 165707065, 245850922, 411557987,
		1068966896, 2549491779, 6167950454, 14885392687, 21053343141, 1783366216531, 3587785776203, 5371151992734, 8958937768937,
		139755218526789, 428224593349304, 5706674932067741, 6134899525417045, 11, 344, 51819, 573204, 42781604, 122925461, -245850922} {
		for _, rows := range []int{1, 19} {
			first := p - int64(rows)/2
			x := make([]float32, rows*l.Dim)
			g.Rows(kernel.Store, x, first, l)
			added := make([]float32, len(x))
			g.Rows(kernel.Plus, added, first, l)
			require.Equal(t, x, added)
			for k := range rows {
				for i := range freqs {
					s, c := truth.SinCos(new(big.Float).Mul(truth.N(float64(first+int64(k))), truth.Frequency(1, 10000, 9, i)))
					for j, want := range map[int]*big.Float{i: s, 9 + i: c} {
						ulps, _ := truth.Ulps(x[k*l.Dim+j], want)
						require.LessOrEqual(t, ulps, 0.5001, "position %d, column %d", first+int64(k), j)
					}
				}
			}
		}
	}
}

// Narrow rows, which are made many blocks at a time, as by themselves, also where a numerator of a convergent of π is among them.
func TestEntriesNearZeroOfNarrowRows(t *testing.T) {
	freqs, err := Ladder{Count: 8, Top: 1, Base: 10000, Steps: 8}.Frequencies()
	require.NoError(t, err)
	g := NewGenerator(freqs)
	l := Layout{Dim: 16, Cos: 1, Stride: 2, Pairs: 8}
	tiny := 0
	for _, near := range []int64{355, 104348, 1146408, 5419351, 80143857, 245850922, 411557987, 1068966896, 6167950454} {
		for _, first := range []int64{near - 100, near - 8, -near - 77} {
			together := make([]float32, 300*l.Dim)
			g.Rows(kernel.Store, together, first, l)
			for i := range int64(300) {
				row := make([]float32, l.Dim)
				g.Rows(kernel.Store, row, first+i, l)
				require.Equal(t, row, together[i*16:][:16], "position %d", first+i)
				if math.Abs(float64(row[0])) < 0x1p-20 {
					tiny++
				}
			}
		}
	}
	require.Greater(t, tiny, 10)
}
