package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
)

// Of sines with their cosines the fit finds a map, though the long waves are nearly dependent.
func TestFitOfSinusoidal(t *testing.T) {
	for _, dim := range []int{8, 64, 128} {
		for _, k := range []int{1, -3} {
			_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: dim}, 300, 0)
			f, err := FitShift(table, dim, k)
			require.NoError(t, err)
			require.Less(t, f.Residual.Max, 1e-4, "dim %d", dim)
			require.LessOrEqual(t, f.Condition, 1/Dependent)
		}
	}
	s, table := sinusoidal(t, additive.SinusoidalOptions{Dim: 6, Base: 20}, 300, 0) // whose waves are all short, so that M is told
	f, err := FitShift(table, 6, 7)
	require.NoError(t, err)
	m, err := s.ShiftMatrix(7)
	require.NoError(t, err)
	require.InDeltaSlice(t, m, f.Matrix, 1e-7)
	require.Equal(t, 6, f.Rank)
	require.Less(t, f.Condition, 2.0)
	worst, err := Orthogonality(f.Matrix, 6)
	require.NoError(t, err)
	require.Less(t, worst, 1e-6)
}

// Sines alone have none, by how much is known. sin(w(p+k)) = cos(wk)·sin(wp) + sin(wk)·cos(wp), and over p = -N..N the second is even,
// so at right angles to all the sines, which are odd: it is what the best map leaves.
func TestFitOfSinesAlone(t *testing.T) {
	const n, dim, k = 40, 16, 3
	w, table := sines(t, dim, 2*n+1+k, -n)
	f, err := FitShift(table, dim, k)
	require.NoError(t, err)
	squares := 0.0
	for _, w := range w {
		for p := -n; p <= n; p++ {
			v := math.Sin(w*k) * math.Cos(w*float64(p))
			squares += v * v
		}
	}
	require.InDelta(t, math.Sqrt(squares/(dim*(2*n+1))), f.Residual.RMS, 1e-6)
	require.Greater(t, f.Residual.RMS, 0.2)

	// From row 0, where every sine is 0 and so is whatever a map makes of it.
	w, table = sines(t, dim, 100, 0)
	f, err = FitShift(table, dim, k)
	require.NoError(t, err)
	longest := 0.0
	for _, w := range w {
		longest = max(longest, math.Abs(math.Sin(w*k)))
	}
	require.GreaterOrEqual(t, f.Residual.Max, longest-1e-7)
}

// What the best map leaves is at right angles to every column, and no other test is needed of least squares.
func TestFitIsTheBest(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, dim := range []int{1, 2, 9, 30} {
		const n = 50
		table := normal(r, n*dim)
		f, err := FitShift(table, dim, 2)
		require.NoError(t, err)
		require.Equal(t, dim, f.Rank)
		left := make([][]float64, n-2)
		for p := range left {
			left[p] = make([]float64, dim)
			for i := range dim {
				left[p][i] = float64(table[(p+2)*dim+i])
				for j := range dim {
					left[p][i] -= f.Matrix[i*dim+j] * float64(table[p*dim+j])
				}
			}
		}
		for i := range dim {
			for j := range dim {
				sum := 0.0
				for p := range left {
					sum += left[p][i] * float64(table[p*dim+j])
				}
				require.InDelta(t, 0, sum, 1e-11, "dim %d, map of column %d, against column %d", dim, i, j)
			}
		}
		require.Greater(t, f.Residual.RMS, 0.3) // of random rows there is no map
	}
}

// Columns that differ by 2^-18 of themselves lose half of their digits to each other, and Q is orthonormal all the same.
func TestPivotedOfNearlyDependentColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	const n, dim = 40, 12
	x, sums := make([][]float64, dim), make([][]float64, dim)
	for j := range x {
		x[j] = make([]float64, n)
		for i := range x[j] {
			x[j][i] = math.Sin(float64(i)) + 0x1p-18*r.NormFloat64()
		}
		sums[j] = slices.Clone(x[j])
	}
	q := pivoted(x)
	require.Len(t, q.order, dim)
	for s := range dim {
		for u := range dim {
			require.InDelta(t, identity(s, u), dot64(q.columns[s], q.columns[u]), 1e-15, "columns %d and %d of Q", s, u)
		}
		for v := range s + 1 {
			axpy(sums[q.order[s]], -q.r[v][s], q.columns[v])
		}
		require.InDeltaSlice(t, make([]float64, n), sums[q.order[s]], 1e-14)
	}
}

func TestFitOfDependentColumns(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 8))
	table := make([]float32, 20*4) // row p+1 is (y, -x, 0, 2y) of a row (x, y, 0, 2x)
	x, y := float32(r.NormFloat64()), float32(r.NormFloat64())
	for p := range 20 {
		copy(table[p*4:], []float32{x, y, 0, 2 * x})
		x, y = y, -x
	}
	f, err := FitShift(table, 4, 1)
	require.NoError(t, err)
	require.Equal(t, 2, f.Rank)
	require.Less(t, f.Residual.Max, 1e-6)

	f, err = FitShift(make([]float32, 20), 2, 1)
	require.NoError(t, err)
	require.Equal(t, Fit{Matrix: make([]float64, 4)}, f)
}
