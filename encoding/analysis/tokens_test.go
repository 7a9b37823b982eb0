package analysis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
	"posenc/encoding/internal/angle"
)

func TestRandomCosine(t *testing.T) {
	for dim, want := range map[int]float64{1: 1, 2: 2 / math.Pi, 3: 0.5, 4: 4 / (3 * math.Pi)} {
		got, rms, err := RandomCosine(dim)
		require.NoError(t, err)
		require.InDelta(t, want, got, 1e-15)
		require.InDelta(t, math.Sqrt(1/float64(dim)), rms, 1e-15)
	}
	for _, dim := range []int{5, 100, 384, 768, 4097, MaxDim} {
		above, _ := math.Lgamma(float64(dim) / 2)
		below, _ := math.Lgamma(float64(dim+1) / 2)
		got, _, err := RandomCosine(dim)
		require.NoError(t, err)
		require.InEpsilon(t, math.Exp(above-below)/math.Sqrt(math.Pi), got, 1e-9) // math.Lgamma has lost as much
		// Its ratio to √(2/(π·dim)) is 1 + 1/(4·dim) + O(dim^-2).
		require.InDelta(t, 1+0.25/float64(dim), got/math.Sqrt(2/(math.Pi*float64(dim))), 0.1/float64(dim*dim)+1e-10)
	}
}

// The theory holds of random embeddings. The cosines of x_i with x_j and with x_k are independent, as they would be with any fixed
// direction in place of x_i; so the mean over P pairs has the variance of one cosine, 1/dim - mean², over P, and that of their squares
// 2(dim-1)/(dim²(dim+2)) over P. Five deviations are allowed.
func TestUnrelatedCosinesAreAsRandomOnes(t *testing.T) {
	for _, dim := range []int{128, 384, 768} {
		r := rand.New(rand.NewPCG(11, uint64(dim)))
		c, err := CosinesWithin(normal(r, 300*dim), dim)
		require.NoError(t, err)
		require.Equal(t, 300*299/2, c.Pairs)
		d, pairs := float64(dim), float64(c.Pairs)
		mean := math.Sqrt(2 / (math.Pi * d))
		require.InDelta(t, mean, c.MeanAbs, 5*math.Sqrt((1/d-mean*mean)/pairs)+mean/(4*d), "dim %d", dim)
		require.InDelta(t, 1/d, c.RMS*c.RMS, 5*math.Sqrt(2*(d-1)/(d*d*(d+2))/pairs), "dim %d", dim)
		require.InDelta(t, 0, c.Mean, 5/math.Sqrt(d*pairs), "dim %d", dim)
		require.Less(t, c.MaxAbs, 6.5/math.Sqrt(d)) // of 45,000 about normal numbers none is further out
	}
}

func cosine(x, y []float32) float64 {
	var xy, xx, yy float64
	for i := len(x) - 1; i >= 0; i-- {
		a, b := float64(x[i]), float64(y[i])
		xy, xx, yy = xy+a*b, xx+a*a, yy+b*b
	}
	return xy / math.Sqrt(xx) / math.Sqrt(yy)
}

func TestCosinesAgainstPlainLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, dim := range []int{1, 3, 4, 11} {
		x, y := normal(r, 9*dim), normal(r, 5*dim)
		clear(y[dim : 2*dim]) // which has no direction
		var between, within []float64
		for i := range 9 {
			for j := range 5 {
				if j != 1 {
					between = append(between, cosine(x[i*dim:][:dim], y[j*dim:][:dim]))
				}
			}
			for j := range i {
				within = append(within, cosine(x[i*dim:][:dim], x[j*dim:][:dim]))
			}
		}
		for _, c := range []struct {
			list []float64
			got  func() (Cosines, error)
		}{
			{between, func() (Cosines, error) { return CosinesBetween(x, y, dim) }},
			{within, func() (Cosines, error) { return CosinesWithin(x, dim) }},
		} {
			var abs, squares, sum, most float64
			for _, v := range c.list {
				abs, squares, sum, most = abs+math.Abs(v), squares+v*v, sum+v, math.Max(most, math.Abs(v))
			}
			n := float64(len(c.list))
			got, err := c.got()
			require.NoError(t, err)
			require.Equal(t, len(c.list), got.Pairs)
			require.InDelta(t, abs/n, got.MeanAbs, 1e-14)
			require.InDelta(t, math.Sqrt(squares/n), got.RMS, 1e-14)
			require.InDelta(t, sum/n, got.Mean, 1e-14)
			require.InDelta(t, most, got.MaxAbs, 1e-14)
		}
	}
}

func TestPreserveByHand(t *testing.T) {
	tokens, positions := []float32{1, 0, 0, 1, 0, 0}, []float32{0, 2, 0, 0}
	got, err := Preserve(tokens, positions, 2, nil, nil) // (1,0)+(0,2) is nearer to (0,1); (0,1)+(0,0); (0,0) has no direction
	require.NoError(t, err)
	require.Equal(t, 2, got.Pairs)
	require.Equal(t, Range{Mean: 1, Min: 0, Max: 2}, got.NormRatio)
	require.InDelta(t, 1/math.Sqrt(5), got.Cosine.Min, 1e-15)
	require.InDelta(t, 1, got.Cosine.Max, 1e-15)
	require.InDelta(t, (1+1/math.Sqrt(5))/2, got.Cosine.Mean, 1e-15)
	require.Equal(t, 0.5, got.ByCosine)
	require.Equal(t, 0.5, got.ByDistance)

	// (0,1)+(0,2) keeps its direction; and the nearest by distance, too.
	got, err = Preserve(tokens, positions, 2, []int{1, 1}, []int{0, 1})
	require.NoError(t, err)
	require.Equal(t, Preservation{Pairs: 2, NormRatio: Range{1, 0, 2}, Cosine: Range{1, 1, 1}, ByCosine: 1, ByDistance: 1}, got)

	// By cosine (1,1) is still itself as (3,3), but by distance it is (4,4), which has the same direction and does no harm there.
	got, err = Preserve([]float32{1, 1, 4, 4}, []float32{2, 2}, 2, []int{0}, []int{0})
	require.NoError(t, err)
	require.Equal(t, [2]float64{1, 0}, [2]float64{got.ByCosine, got.ByDistance})

	got, err = Preserve([]float32{1, 1}, []float32{-1, -1}, 2, nil, nil)
	require.NoError(t, err)
	require.Zero(t, got.Cosine.Mean) // nothing is left of it
}

func TestPreserveAgainstPlainLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	const n, m, dim = 60, 8, 5 // a narrow space, where many are lost
	e, p := normal(r, n*dim), normal(r, m*dim)
	for i := range p {
		p[i] /= 3
	}
	copy(e[7*dim:8*dim], e[3*dim:4*dim]) // the same token twice harms neither
	var tokens, positions []int
	for range 100 {
		tokens, positions = append(tokens, r.IntN(n)), append(positions, r.IntN(m))
	}
	got, err := Preserve(e, p, dim, tokens, positions)
	require.NoError(t, err)
	byCosine, byDistance, sum := 0, 0, 0.0
	for i, token := range tokens {
		x, y := e[token*dim:][:dim], make([]float32, dim)
		for j := range y {
			y[j] = x[j] + p[positions[i]*dim+j]
		}
		sum += cosine(x, y)
		far := func(v int) (d float64) {
			for j := range y {
				d += math.Pow(float64(y[j])-float64(e[v*dim+j]), 2)
			}
			return d
		}
		best, least := -2.0, math.Inf(1)
		for v := range n {
			best, least = math.Max(best, cosine(y, e[v*dim:][:dim])), math.Min(least, far(v))
		}
		if cosine(y, x) >= best-1e-14 {
			byCosine++
		}
		if far(token) <= least+1e-14 {
			byDistance++
		}
	}
	require.Equal(t, float64(byCosine)/100, got.ByCosine)
	require.Equal(t, float64(byDistance)/100, got.ByDistance)
	require.InDelta(t, sum/100, got.Cosine.Mean, 1e-14)
	require.True(t, 10 < byCosine && byCosine < 90 && 10 < byDistance && byDistance < 90)
}

// The columns of R come from projecting the unit vectors. Each of its numbers is N(0, 1/to), and a row of N of them has a mean
// within 5/√(N·to) of 0 and squares within 5·√(2/N)/to of 1/to.
func TestProject(t *testing.T) {
	const dim, to = 64, 96
	unit := make([]float32, dim*dim)
	for i := range dim {
		unit[i*dim+i] = 1
	}
	columns, err := Project(unit, dim, to, 42)
	require.NoError(t, err)
	var sum, squares float64
	for _, v := range columns {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	const numbers = dim * to
	require.InDelta(t, 0, sum/numbers, 5/math.Sqrt(numbers*to))
	require.InDelta(t, 1./to, squares/numbers, 5*math.Sqrt(2./numbers)/to)

	all := map[float32]bool{}
	for _, v := range columns {
		all[v] = true
	}
	require.Greater(t, len(all), numbers-10) // but for chance each of them is another

	x := normal(rand.New(rand.NewPCG(17, 18)), 10*dim)
	y, err := Project(x, dim, to, 42)
	require.NoError(t, err)
	for i := range 10 {
		for k := range to {
			want := 0.0
			for j := range dim {
				want += float64(x[i*dim+j]) * float64(columns[j*to+k])
			}
			require.InDelta(t, want, y[i*to+k], 1e-6)
		}
		require.InDelta(t, 1, math.Sqrt(dot(y[i*to:][:to], y[i*to:][:to])/dot(x[i*dim:][:dim], x[i*dim:][:dim])), 5*math.Sqrt(2./to)/2+0.03)
	}
	again, err := Project(x, dim, to, 42)
	require.NoError(t, err)
	require.Equal(t, y, again)
	other, err := Project(x, dim, to, 43)
	require.NoError(t, err)
	require.NotEqual(t, y, other)
}

// The generator is that of Fourier features, which has exact logarithms.
func TestNormalsAreThoseOfFourier(t *testing.T) {
	for _, seed := range []uint64{0, 42, math.MaxUint64} {
		f, err := additive.NewFourier(additive.FourierOptions{Type: additive.Gaussian, Inputs: 3, Bands: 501, Sigma: 1, Seed: seed})
		require.NoError(t, err)
		want := f.Options().B
		for i, v := range angle.Normals(3*501, seed, angle.LogQuick) {
			require.InEpsilon(t, want[i], v, 0x1p-49, "number %d", i)
		}
	}
}

func TestOverlapByHand(t *testing.T) {
	e := []float32{9, 1, 5, -3, 1, 5, 3, 3, 5, 3, -1, 5} // about (3, 1, 5): 72, 8 and 0 along the axes
	s, err := Overlap(e, []float32{0, 2, 0, 1, 0, 2}, 3) // 1 of 9 along the first, 4 and 4 along the others
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, 0.9, 1, 1}, s.Tokens, 1e-15)
	require.InDeltaSlice(t, []float64{0, 1. / 9, 5. / 9, 1}, s.Positions, 1e-15)

	for i := range e { // in another basis, turned by 45 degrees in the first two axes, nothing changes
		if i%3 == 0 {
			e[i], e[i+1] = e[i]-e[i+1], e[i]+e[i+1]
		}
	}
	s, err = Overlap(e, []float32{-2, 2, 0, 1, 1, 2 * math.Sqrt2}, 3)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0, 0.9, 1, 1}, s.Tokens, 1e-15)
	require.InDeltaSlice(t, []float64{0, 1. / 9, 5. / 9, 1}, s.Positions, 1e-7)
}

// The energy of m random rows in r of dim directions, whichever, is Beta(r·m/2, (dim-r)·m/2).
func TestOverlapOfRandomRowsIsChance(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	const n, m, dim = 200, 30, 48
	s, err := Overlap(normal(r, n*dim), normal(r, m*dim), dim)
	require.NoError(t, err)
	for k := 1; k < dim; k++ {
		a, b := float64(k*m)/2, float64((dim-k)*m)/2
		require.InDelta(t, float64(k)/dim, s.Positions[k], 5*math.Sqrt(a*b/(a+b+1))/(a+b), "%d directions", k)
		require.Greater(t, s.Tokens[k], float64(k)/dim)
	}
	require.InDelta(t, 1, s.Positions[dim], 1e-13)
	require.InDelta(t, 1, s.Tokens[dim], 1e-13)

	// Sinusoidal positions lie in few directions: 8 rows in at most 8.
	_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: dim}, 8, 0)
	s, err = Overlap(table, table, dim)
	require.NoError(t, err)
	require.InDelta(t, 1, s.Tokens[7], 1e-12)
}
