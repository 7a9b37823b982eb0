package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// guard surrounds every slice that a kernel gets; a write out of range changes it.
const guard = 8

var lengths = []int{0, 1, 3, 4, 5, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 384, 768, 1000}

// hard are the float32 that loops get wrong: NaN, infinities, zeros of both signs, subnormals, the largest.
var hard = []float32{
	float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)),
	math.SmallestNonzeroFloat32, -1e-40, math.MaxFloat32, -math.MaxFloat32, 1, -1,
}

// guarded returns n values between guards of a value of their own, every fifth a hard one, and the whole array.
func guarded(r *rand.Rand, n int) (inner, whole []float32) {
	whole = make([]float32, n+2*guard)
	for i := range whole {
		whole[i] = 12345
	}
	inner = whole[guard : guard+n : guard+n]
	for i := range inner {
		inner[i] = float32(r.NormFloat64())
		if r.IntN(5) == 0 {
			inner[i] = hard[r.IntN(len(hard))]
		}
	}
	return inner, whole
}

// same holds got to want's bits, NaN to NaN.
func same(t *testing.T, want, got []float32, msg string) {
	t.Helper()
	require.Equal(t, len(want), len(got))
	for i := range want {
		if math.Float32bits(want[i]) != math.Float32bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			require.Failf(t, "bits differ", "%s at %d: want %g (%#x), got %g (%#x)", msg, i,
				want[i], math.Float32bits(want[i]), got[i], math.Float32bits(got[i]))
		}
	}
}

func TestElementwiseKernels(t *testing.T) {
	const scale = float32(19.595918) // √384
	kernels := []struct {
		name      string
		reference func(x, row float32) float32 // straight from the doc comment
		generic   func(x, row []float32)
		kernel    func(x, row []float32)
	}{
		{"Add", func(x, r float32) float32 { return x + r }, addGeneric, Add},
		{"Sub", func(x, r float32) float32 { return x - r }, subGeneric, Sub},
		{"ScaleAdd", func(x, r float32) float32 { return float32(x*scale) + r },
			func(x, r []float32) { scaleAddGeneric(x, r, scale) }, func(x, r []float32) { ScaleAdd(x, r, scale) }},
		{"SubUnscale", func(x, r float32) float32 { return (x - r) / scale },
			func(x, r []float32) { subUnscaleGeneric(x, r, scale) }, func(x, r []float32) { SubUnscale(x, r, scale) }},
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range kernels {
		for _, n := range lengths {
			x, whole := guarded(r, n)
			row, rowWhole := guarded(r, n)
			want := append([]float32(nil), whole...)
			for i := range n {
				want[guard+i] = k.reference(x[i], row[i])
			}
			rowBefore := append([]float32(nil), rowWhole...)
			generic := append([]float32(nil), whole...)
			k.generic(generic[guard:guard+n], row)
			k.kernel(x, row)
			same(t, want, generic, fmt.Sprintf("%s generic, n = %d", k.name, n))
			same(t, want, whole, fmt.Sprintf("%s, n = %d", k.name, n))
			same(t, rowBefore, rowWhole, k.name+" wrote its row")
		}
	}
}

// unit returns n angles as sines and cosines.
func unit(r *rand.Rand, n int) Angles {
	a := Angles{make([]float64, n), make([]float64, n)}
	for i := range n {
		a.Sin[i], a.Cos[i] = math.Sincos(r.Float64() * 7)
	}
	return a
}

// guarded64 is a slice of n float64 and the array round it.
func guarded64(n int) (inner, whole []float64) {
	whole = make([]float64, n+2*guard)
	for i := range whole {
		whole[i] = 12345
	}
	return whole[guard : guard+n : guard+n], whole
}

// Each of the three against its doc comment, written out here once more, guards included.
func TestTurnKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range lengths {
		a, b := unit(r, n), unit(r, n)
		ps, pc, ms, mc := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range n {
			ss, cc := float64(a.Sin[i]*b.Sin[i]), float64(a.Cos[i]*b.Cos[i])
			sc, cs := float64(a.Sin[i]*b.Cos[i]), float64(a.Cos[i]*b.Sin[i])
			ps[i], pc[i], ms[i], mc[i] = sc+cs, cc-ss, sc-cs, cc+ss
		}

		for name, turn := range map[string]func(p, m, a, r Angles){"Turn": Turn, "generic": turnGeneric} {
			var in, whole [4][]float64
			for i := range in {
				in[i], whole[i] = guarded64(n)
			}
			turn(Angles{in[0], in[1]}, Angles{in[2], in[3]}, a, b)
			for i, want := range [][]float64{ps, pc, ms, mc} {
				require.Equal(t, padded(want, 12345), whole[i], "%s, n = %d, slice %d", name, n, i)
			}
		}
		for name, turn := range map[string]func(p, m Rows, a, r Angles){"TurnSplit": TurnSplit, "generic": turnSplitGeneric} {
			var in, whole [4][]float32
			for i := range in {
				in[i], whole[i] = guarded(r, n)
			}
			turn(Rows{in[0], in[1]}, Rows{in[2], in[3]}, a, b)
			for i, want := range [][]float64{ps, pc, ms, mc} {
				require.Equal(t, padded(narrow(want), 12345), whole[i], "%s, n = %d, slice %d", name, n, i)
			}
		}
		for name, turn := range map[string]func(p, m []float32, a, r Angles){"TurnInterleaved": TurnInterleaved, "generic": turnInterleavedGeneric} {
			plus, plusWhole := guarded(r, 2*n)
			minus, minusWhole := guarded(r, 2*n)
			turn(plus, minus, a, b)
			require.Equal(t, padded(zip(narrow(ps), narrow(pc)), 12345), plusWhole, "%s, n = %d, plus", name, n)
			require.Equal(t, padded(zip(narrow(ms), narrow(mc)), 12345), minusWhole, "%s, n = %d, minus", name, n)
		}
	}
}

func padded[T any](inner []T, value T) []T {
	out := make([]T, 0, len(inner)+2*guard)
	for range guard {
		out = append(out, value)
	}
	out = append(out, inner...)
	for range guard {
		out = append(out, value)
	}
	return out
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

func zip(s, c []float32) []float32 {
	out := make([]float32, 0, 2*len(s))
	for i := range s {
		out = append(out, s[i], c[i])
	}
	return out
}

func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{768, 128 * 384, 512 * 768} {
		x, row := make([]float32, n), make([]float32, n)
		for i := range n { // untouched memory is one page of zeros, and would be read from the fastest cache
			x[i], row[i] = 1, 1e-9
		}
		b.Run(fmt.Sprintf("add/%d", n), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				Add(x, row)
			}
		})
		b.Run(fmt.Sprintf("copy/%d", n), func(b *testing.B) {
			b.SetBytes(int64(4 * n))
			for b.Loop() {
				copy(x, row)
			}
		})
	}
}
