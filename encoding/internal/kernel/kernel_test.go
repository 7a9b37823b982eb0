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

// guarded returns n values between guards of a value of their own, every fifth a hard one and some of any bits, and the whole
// array, which begins anywhere within the widest vector.
func guarded(r *rand.Rand, n int) (inner, whole []float32) {
	whole = make([]float32, n+2*guard+16)[r.IntN(16):][:n+2*guard]
	for i := range whole {
		whole[i] = 12345
	}
	inner = whole[guard : guard+n : guard+n]
	for i := range inner {
		inner[i] = float32(r.NormFloat64())
		switch r.IntN(10) {
		case 0, 1:
			inner[i] = hard[r.IntN(len(hard))]
		case 2:
			inner[i] = math.Float32frombits(r.Uint32())
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
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range lengths {
		holdElementwise(t, r, n, 19.595918) // √384
	}
}

func holdElementwise(t *testing.T, r *rand.Rand, n int, scale float32) {
	for _, k := range []struct {
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
	} {
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

// unit returns n angles as sines and cosines.
func unit(r *rand.Rand, n int) Angles {
	a := Angles{make([]float64, n), make([]float64, n)}
	for i := range n {
		a.Sin[i], a.Cos[i] = math.Sincos(r.Float64() * 7)
	}
	return a
}

// angles returns n angles, some of which are none: any sines and cosines, zeros of both signs and subnormals among them.
func angles(r *rand.Rand, n int) Angles {
	a := unit(r, n)
	for _, v := range [][]float64{a.Sin, a.Cos} {
		for i := range v {
			switch r.IntN(12) {
			case 0:
				v[i] = float64(hard[r.IntN(len(hard))])
			case 1:
				v[i] = math.Float64frombits(r.Uint64())
			}
		}
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

// same64 is same for float64.
func same64(t *testing.T, want, got []float64, msg string) {
	t.Helper()
	require.Equal(t, len(want), len(got))
	for i := range want {
		if math.Float64bits(want[i]) != math.Float64bits(got[i]) && !(want[i] != want[i] && got[i] != got[i]) {
			require.Failf(t, "bits differ", "%s at %d: want %g (%#x), got %g (%#x)", msg, i,
				want[i], math.Float64bits(want[i]), got[i], math.Float64bits(got[i]))
		}
	}
}

func TestTurn(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range lengths {
		holdTurn(t, unit(r, n), unit(r, n))
		holdTurn(t, angles(r, n), angles(r, n))
	}
}

// holdTurn holds Turn against the doc comment, written out here once more, guards included.
func holdTurn(t *testing.T, a, b Angles) {
	n := len(a.Sin)
	for name, turn := range map[string]func(dst, a, r Angles, back bool){"Turn": Turn, "generic": turnGeneric} {
		for _, back := range []bool{false, true} {
			sin, wholeSin := guarded64(n)
			cos, wholeCos := guarded64(n)
			turn(Angles{sin, cos}, a, b, back)
			wantSin, wantCos := make([]float64, n), make([]float64, n)
			for i := range n {
				sign := 1.0
				if back {
					sign = -1
				}
				wantSin[i], wantCos[i] = turned(a, i, b.Sin[i], b.Cos[i], sign)
			}
			same64(t, padded(wantSin, 12345), wholeSin, fmt.Sprintf("%s, n = %d, sines, back %t", name, n, back))
			same64(t, padded(wantCos, 12345), wholeCos, fmt.Sprintf("%s, n = %d, cosines, back %t", name, n, back))
		}
	}
}

// turned is angle i turned forwards or back.
func turned(a Angles, i int, rs, rc, sign float64) (s, c float64) {
	ss, cc := float64(a.Sin[i]*rs), float64(a.Cos[i]*rc)
	sc, cs := float64(a.Sin[i]*rc), float64(a.Cos[i]*rs)
	return sc + sign*cs, cc - sign*ss
}

func TestBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 33, 96} {
		for _, l := range []Columns{{0, 1, 2}, {0, n, 1}, {n + 1, 0, 1}} {
			for _, blocks := range []int{1, 2, 3} {
				holdBlock(t, r, n, blocks, 2*n+3, l, unit) // three columns are nobody's, and guard the rows from each other
				holdBlock(t, r, n, blocks, 2*n+3, l, angles)
			}
		}
	}
}

// holdBlock holds Block against its doc comment, written out here once more.
func holdBlock(t *testing.T, r *rand.Rand, n, blocks, dim int, l Columns, some func(*rand.Rand, int) Angles) {
	steps, turns := NewSteps(n, l.Stride), [9]Angles{}
	for k := 1; k <= 8; k++ {
		turns[k] = some(r, n)
		for i := range n {
			steps.Set(i, k, turns[k].Sin[i], turns[k].Cos[i])
		}
	}
	for op, combine := range combinations {
		a := some(r, blocks*n)
		x, whole := guarded(r, blocks*BlockRows*dim)
		want := append([]float32(nil), whole...)
		generic := append([]float32(nil), whole...)
		for b := range blocks {
			here := Angles{a.Sin[b*n : (b+1)*n], a.Cos[b*n : (b+1)*n]}
			for i := range n {
				for k := -8; k < 8; k++ {
					s, c := here.Sin[i], here.Cos[i]
					if k != 0 {
						rs, rc := turns[max(k, -k)].Sin[i], turns[max(k, -k)].Cos[i]
						s, c = turned(here, i, rs, rc, float64(max(-1, min(1, k))))
					}
					row := want[guard+(16*b+8+k)*dim:]
					row[l.Sin+i*l.Stride] = combine(row[l.Sin+i*l.Stride], float32(s))
					row[l.Cos+i*l.Stride] = combine(row[l.Cos+i*l.Stride], float32(c))
				}
			}
			blockGeneric(op, generic[guard+b*BlockRows*dim:][:BlockRows*dim], dim, l, here, &steps, 0)
		}
		Block(op, x, dim, l, a, blocks, &steps)
		same(t, want, generic, fmt.Sprintf("generic, n = %d, op %d, %d blocks of %d, %+v", n, op, blocks, dim, l))
		same(t, want, whole, fmt.Sprintf("n = %d, op %d, %d blocks of %d, %+v", n, op, blocks, dim, l))
	}
}

// combinations are what the ops do to an element.
var combinations = map[Op]func(x, v float32) float32{
	Store: func(_, v float32) float32 { return v },
	Plus:  func(x, v float32) float32 { return x + v },
	Minus: func(x, v float32) float32 { return x - v },
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
