package angle_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/truth"
)

// nearest fails unless got is the float64 nearest to want, which is positive or negative but not 0.
func nearest(t *testing.T, want *big.Float, got float64, format string, args ...any) {
	t.Helper()
	f, _ := want.Float64()
	require.Equal(t, f, got, append([]any{format}, args...)...)
}

func TestElementaryIsNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	logs := []float64{2, 3, 10, 0.1, 1 + 0x1p-52, 1 - 0x1p-53, math.MaxFloat64, 0x1p-1022, math.E, math.Pi}
	exps := []float64{1, -1, 0x1p-53, -0x1p-54, -0x1p-53, 0x1p-52, 1e-300, 709.78, -708.39, math.Ln2, -math.Ln2, 10 * math.Ln2, -10 * math.Ln2}
	for range 150 {
		logs = append(logs, math.Ldexp(1+r.Float64(), r.IntN(2000)-1000), 1+(r.Float64()-0.5)/64)
		exps = append(exps, (r.Float64()-0.5)*1400, (r.Float64()-0.5)/64)
	}
	for _, v := range logs {
		nearest(t, truth.Log(truth.N(v)), angle.Log(v), "ln %g", v)
	}
	for _, v := range []float64{math.SmallestNonzeroFloat64, 1e-310} { // which math.Log, where truth starts, gets wrong on amd64
		scaled := truth.Log(truth.N(math.Ldexp(v, 600)))
		ln2 := truth.Log(truth.N(2))
		nearest(t, scaled.Sub(scaled, ln2.Mul(ln2, truth.N(600))), angle.Log(v), "ln %g", v)
	}
	for _, v := range exps {
		nearest(t, truth.Exp(truth.N(v)), angle.Exp(v), "e^%g", v)
	}
	pows := [][2]float64{{2, 0.5}, {2, -8.0 / 12}, {1 + 0x1p-52, 0x1p60}, {1 - 0x1p-53, -0x1p62}, {10000, -0.25}, {1e300, 1.02}, {1e-300, 1.02},
		{5, 1e-300}, {3, 40}, {7, -30}, {0.1, 300}, {math.MaxFloat64, 1}, {0x1p-1022, 1}}
	for range 300 {
		x := math.Ldexp(1+r.Float64(), r.IntN(60)-30)
		pows = append(pows, [2]float64{x, (r.Float64() - 0.5) * 60})
	}
	for _, p := range pows {
		nearest(t, truth.Pow(truth.N(p[0]), truth.N(p[1])), angle.Pow(p[0], p[1]), "%g^%g", p[0], p[1])
	}
}

func TestElementaryExactly(t *testing.T) {
	require.Zero(t, angle.Log(1))
	for _, v := range []float64{0, math.Copysign(0, -1)} {
		require.Equal(t, 1.0, angle.Exp(v))
		require.Equal(t, 1.0, angle.Pow(17, v))
	}
	require.Equal(t, 1.0, angle.Pow(1, 1e300))
	for n := -1022; n <= 1023; n++ { // powers of two, and their square roots squared away
		require.Equal(t, math.Ldexp(1, n), angle.Pow(2, float64(n)), "2^%d", n)
		require.Equal(t, math.Ldexp(1, n), angle.Pow(4, float64(n)/2), "4^(%d/2)", n)
	}
	require.Equal(t, math.Inf(1), angle.Exp(709.79))
	require.Equal(t, math.Inf(1), angle.Exp(1e9))
	require.Equal(t, math.Inf(1), angle.Exp(math.Inf(1)))
	require.Equal(t, math.Inf(1), angle.Pow(10, 1e10))
	require.Zero(t, angle.Exp(-750))
	require.Zero(t, angle.Exp(math.Inf(-1)))
	require.Zero(t, angle.Pow(10, -1e300))
	require.InDelta(t, 5e-324, angle.Exp(-745), 5e-324)
	require.True(t, math.IsNaN(angle.Exp(math.NaN())))
	require.True(t, math.IsNaN(angle.Pow(2, math.NaN())))
}

func BenchmarkLog(b *testing.B) {
	for i := range b.N {
		angle.Log(float64(i + 3))
	}
}

func BenchmarkPow(b *testing.B) {
	for i := range b.N {
		angle.Pow(float64(i+3), 0.7)
	}
}

func TestQuick(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	worst := func(got float64, want *big.Float, of string, x float64) {
		d, _ := new(big.Float).Sub(truth.N(got), want).Float64()
		w, _ := want.Float64()
		require.LessOrEqual(t, math.Abs(d), math.Abs(w)*0x1p-49, "%s(%g)", of, x)
	}
	for range 300 {
		for _, x := range []float64{math.Ldexp(1+r.Float64(), r.IntN(200)-100), 1 + (r.Float64()-0.5)/1000, 0.6 + r.Float64()} {
			worst(angle.LogQuick(x), truth.Log(truth.N(x)), "LogQuick", x)
		}
		x := (r.Float64() - 0.5) * 1400
		worst(angle.ExpQuick(x), truth.Exp(truth.N(x)), "ExpQuick", x)
		worst(angle.ExpQuick(x/1000), truth.Exp(truth.N(x/1000)), "ExpQuick", x/1000)
	}
	require.Zero(t, angle.LogQuick(1))
	require.Equal(t, 1.0, angle.ExpQuick(0))
}

func BenchmarkLogQuick(b *testing.B) {
	for i := range b.N {
		angle.LogQuick(float64(i + 3))
	}
}
