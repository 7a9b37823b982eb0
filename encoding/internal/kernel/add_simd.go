//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// Each returns how many elements it did, in whole vectors. Add and Sub do two a turn, as one leaves the load ports idle;
// more measured no faster.

func addSIMD(x, row []float32) int {
	w := simd.Float32s{}.Len()
	i := 0
	for ; i+2*w <= len(x); i += 2 * w {
		xs, rs := x[i:i+2*w], row[i:i+2*w]
		a := simd.LoadFloat32s(xs).Add(simd.LoadFloat32s(rs))
		b := simd.LoadFloat32s(xs[w:]).Add(simd.LoadFloat32s(rs[w:]))
		a.Store(xs)
		b.Store(xs[w:])
	}
	return i
}

func subSIMD(x, row []float32) int {
	w := simd.Float32s{}.Len()
	i := 0
	for ; i+2*w <= len(x); i += 2 * w {
		xs, rs := x[i:i+2*w], row[i:i+2*w]
		a := simd.LoadFloat32s(xs).Sub(simd.LoadFloat32s(rs))
		b := simd.LoadFloat32s(xs[w:]).Sub(simd.LoadFloat32s(rs[w:]))
		a.Store(xs)
		b.Store(xs[w:])
	}
	return i
}

func scaleAddSIMD(x, row []float32, scale float32) int {
	w := simd.Float32s{}.Len()
	s := simd.BroadcastFloat32s(scale)
	i := 0
	for ; i+w <= len(x); i += w {
		xs := x[i : i+w]
		simd.LoadFloat32s(xs).Mul(s).Add(simd.LoadFloat32s(row[i : i+w])).Store(xs)
	}
	return i
}

func subUnscaleSIMD(x, row []float32, scale float32) int {
	w := simd.Float32s{}.Len()
	s := simd.BroadcastFloat32s(scale)
	i := 0
	for ; i+w <= len(x); i += w {
		xs := x[i : i+w]
		simd.LoadFloat32s(xs).Sub(simd.LoadFloat32s(row[i : i+w])).Div(s).Store(xs)
	}
	return i
}
