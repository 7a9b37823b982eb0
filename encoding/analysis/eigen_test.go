package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func rows(n int, f func(i, j int) float64) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, n)
		for j := range out[i] {
			out[i][j] = f(i, j)
		}
	}
	return out
}

func identity(i, j int) float64 {
	if i == j {
		return 1
	}
	return 0
}

func TestEigenOfKnownMatrices(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		a    func(i, j int) float64
		want func(k int) float64 // k = 0 is the largest
	}{
		"one":      {1, func(i, j int) float64 { return -3 }, func(int) float64 { return -3 }},
		"two":      {2, func(i, j int) float64 { return 1 + identity(i, j) }, func(k int) float64 { return 3 - 2*float64(k) }},
		"zero":     {7, func(i, j int) float64 { return 0 }, func(int) float64 { return 0 }},
		"identity": {7, identity, func(int) float64 { return 1 }},
		"diagonal": {9, func(i, j int) float64 { return identity(i, j) * float64((i*5)%9) }, func(k int) float64 { return float64(8 - k) }},
		"ones":     {20, func(i, j int) float64 { return 1 }, func(k int) float64 { return 20 * identity(k, 0) }},
		"path": {33, func(i, j int) float64 { // 2 on the diagonal and -1 beside it
			return 2*identity(i, j) - identity(i, j+1) - identity(i+1, j)
		}, func(k int) float64 { return 2 + 2*math.Cos(float64(k+1)*math.Pi/34) }},
		"min": {12, func(i, j int) float64 { return float64(min(i, j) + 1) }, // its inverse is a path with a free end
			func(k int) float64 { return 0.25 / math.Pow(math.Sin(float64(2*k+1)*math.Pi/50), 2) }},
		"nearly a path": {33, func(i, j int) float64 {
			return 2*identity(i, j) - identity(i, j+1) - identity(i+1, j) + 1e-9/float64(1+i+j)
		}, nil},
		"graded": {6, func(i, j int) float64 { return identity(i, j) * math.Pow(1e-30, float64(i)) },
			func(k int) float64 { return math.Pow(1e-30, float64(k)) }},
	} {
		a, v := rows(c.n, c.a), rows(c.n, identity)
		values := eigen(rows(c.n, c.a), v)
		for k := range c.n {
			if c.want == nil {
				break
			}
			largest := math.Abs(c.want(0)) + 1e-300
			require.InDelta(t, c.want(k), values[k], 1e-14*largest*float64(c.n), "%s, value %d", name, k)
		}
		requireEigen(t, name, a, v, values)
	}
	r := rand.New(rand.NewPCG(21, 22))
	for _, n := range []int{3, 10, 64, 150} {
		a := rows(n, func(i, j int) float64 { return r.NormFloat64() })
		for i := range a {
			for j := range i {
				a[i][j] = a[j][i]
			}
		}
		v := rows(n, identity)
		work := make([][]float64, n)
		for i := range a {
			work[i] = slices.Clone(a[i])
		}
		values := eigen(work, v)
		require.IsDecreasing(t, values)
		requireEigen(t, "random", a, v, values)
	}
}

// requireEigen is the definition: VᵀV = I and A·v = value·v, of the rows v.
func requireEigen(t *testing.T, name string, a, v [][]float64, values []float64) {
	n := len(a)
	size := 1e-300
	for _, value := range values {
		size = math.Max(size, math.Abs(value))
	}
	for i := range n {
		for j := range n {
			product, image := 0.0, 0.0
			for k := range n {
				product += v[i][k] * v[j][k]
				image += a[j][k] * v[i][k]
			}
			require.InDelta(t, identity(i, j), product, 1e-15*float64(n)+4e-15, "%s: vectors %d, %d", name, i, j)
			require.InDelta(t, values[i]*v[i][j], image, (1e-15*float64(n)+4e-15)*size, "%s: vector %d", name, i)
		}
	}
}
