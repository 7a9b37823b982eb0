package analysis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
)

// normal returns n numbers that Go's own generator makes, so that nothing here is tested with its own.
func normal(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func sinusoidal(t *testing.T, o additive.SinusoidalOptions, length int, first int64) (*additive.Sinusoidal, []float32) {
	s, err := additive.NewSinusoidal(o)
	require.NoError(t, err)
	table, err := s.Table(length, additive.At{Offset: first})
	require.NoError(t, err)
	return s, table
}

// sines returns the table of dim sines, without their cosines.
func sines(t *testing.T, dim, length int, first int64) (frequencies []float64, table []float32) {
	s, both := sinusoidal(t, additive.SinusoidalOptions{Dim: 2 * dim, Layout: additive.Concat}, length, first)
	for p := range length {
		table = append(table, both[p*2*dim:][:dim]...)
	}
	return s.Frequencies(), table
}

func TestGramByHand(t *testing.T) {
	g, err := Gram([]float32{1, 2, 3, 4, 0, -1}, 2)
	require.NoError(t, err)
	require.Equal(t, []float64{5, 11, -2, 11, 25, -4, -2, -4, 1}, g)
	p, err := Profile([]float32{1, 2, 3, 4, 0, -1}, 2)
	require.NoError(t, err)
	require.Equal(t, Distances{Mean: []float64{31. / 3, 3.5, -2}, Min: []float64{1, -4, -2}, Max: []float64{25, 11, -2}}, p)
}

// An entry is within 0.501 units in the last place, 2^-25, of its sine; a product of two is off by 2^-24 then, and a sum of dim by dim·2^-24.
func TestGramOfSinusoidalDependsOnDistance(t *testing.T) {
	for _, dim := range []int{2, 6, 128, 512} {
		s, table := sinusoidal(t, additive.SinusoidalOptions{Dim: dim}, 90, 1_000_000)
		bound := float64(dim) * 0x1.02p-24
		g, err := Gram(table, dim)
		require.NoError(t, err)
		p, err := Profile(table, dim)
		require.NoError(t, err)
		for k := range 90 {
			want := 0.0
			for _, w := range s.Frequencies() {
				want += math.Cos(w * float64(k))
			}
			require.InDelta(t, want, p.Min[k], bound, "dim %d, k %d", dim, k)
			require.InDelta(t, want, p.Max[k], bound, "dim %d, k %d", dim, k)
			require.True(t, p.Min[k] <= p.Mean[k]+1e-9 && p.Mean[k] <= p.Max[k]+1e-9)
			for i := range 90 - k {
				require.Equal(t, g[i*90+i+k], g[(i+k)*90+i])
				require.InDelta(t, want, g[i*90+i+k], bound)
			}
		}
	}
	_, alone := sines(t, 32, 90, 0)
	p, err := Profile(alone, 32)
	require.NoError(t, err)
	require.Greater(t, p.Max[1]-p.Min[1], 5.0) // sines alone know where they are
}

func TestShiftByHand(t *testing.T) {
	identity := []float64{1, 0, 0, 1}
	table := []float32{0, 0, 1, 0, 3, -4}
	for k, want := range map[int]Residual{
		0:  {},
		1:  {Max: 4, RMS: math.Sqrt((1 + 4 + 16) / 4.)},
		-1: {Max: 4, RMS: math.Sqrt((1 + 4 + 16) / 4.)},
		2:  {Max: 4, RMS: math.Sqrt((9 + 16) / 2.)},
	} {
		r, err := ShiftResidual(identity, table, 2, k)
		require.NoError(t, err)
		require.InDelta(t, want.Max, r.Max, 0, "k %d", k)
		require.InDelta(t, want.RMS, r.RMS, 1e-15, "k %d", k)
	}
	r, err := ShiftResidual([]float64{0, 1, 2, 0}, []float32{1, 5, 5, 2}, 2, 1)
	require.NoError(t, err)
	require.Equal(t, Residual{}, r)                                             // M·(1, 5) = (5, 2)
	r, err = ShiftResidual([]float64{0, 1, 2, 0}, []float32{5, 2, 1, 5}, 2, -1) // the row before
	require.NoError(t, err)
	require.Equal(t, Residual{}, r)

	for want, m := range map[float64][]float64{0: {0, -1, 1, 0}, 3: {2, 0, 0, 1}, 1: {1, 1, 0, 1}} {
		got, err := Orthogonality(m, 2)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestOrthogonalityAgainstPlainLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	m := make([]float64, 30*30)
	for i := range m {
		if r.IntN(3) > 0 {
			m[i] = r.NormFloat64()
		}
	}
	want := 0.0
	for i := range 30 {
		for j := range 30 {
			sum := 0.0
			for row := 29; row >= 0; row-- {
				sum += m[row*30+i] * m[row*30+j]
			}
			if i == j {
				sum -= 1
			}
			want = math.Max(want, math.Abs(sum))
		}
	}
	got, err := Orthogonality(m, 30)
	require.NoError(t, err)
	require.InDelta(t, want, got, 1e-12)
}

// PE(p+k) - M·PE(p) has the rounding of one entry on the left and of two, turned, on the right: (1 + √2)·2^-25 at most, and a little for
// M itself. MᵀM - I is cos² + sin² - 1, of float64 numbers.
func TestShiftMatrixOfSinusoidal(t *testing.T) {
	for _, o := range []additive.SinusoidalOptions{
		{Dim: 64}, {Dim: 96, Layout: additive.Concat, FrequencyShift: 1}, {Dim: 7, Layout: additive.ConcatCosSin, OddDim: additive.ZeroColumn},
	} {
		for _, k := range []int{1, 17, -5} {
			s, table := sinusoidal(t, o, 60, 100_000)
			m, err := s.ShiftMatrix(float64(k))
			require.NoError(t, err)
			r, err := ShiftResidual(m, table, o.Dim, k)
			require.NoError(t, err)
			require.LessOrEqual(t, r.Max, 2.42*0x1.01p-25)
			require.Greater(t, r.Max, 0x1p-27) // float32 rows do not meet it any better
			require.LessOrEqual(t, r.RMS, r.Max)
			worst, err := Orthogonality(m, o.Dim)
			require.NoError(t, err)
			require.LessOrEqual(t, worst, 0x1p-51)
			wrong, err := ShiftResidual(m, table, o.Dim, k+1)
			require.NoError(t, err)
			require.Greater(t, wrong.Max, 0.5)
		}
	}
}
