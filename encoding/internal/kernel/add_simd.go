//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// Each returns how many elements it did, in whole vectors. Add and Sub do four a turn, and then one; the slices shrink from the
// front, which the compiler can tell to stay long enough without a check for each load.

func addSIMD(x, row []float32) int {
	w, n := simd.Float32s{}.Len(), len(x)
	for len(x) >= 4*w && len(row) >= 4*w {
		a := simd.LoadFloat32s(x).Add(simd.LoadFloat32s(row))
		b := simd.LoadFloat32s(x[w:]).Add(simd.LoadFloat32s(row[w:]))
		c := simd.LoadFloat32s(x[2*w:]).Add(simd.LoadFloat32s(row[2*w:]))
		d := simd.LoadFloat32s(x[3*w:]).Add(simd.LoadFloat32s(row[3*w:]))
		a.Store(x)
		b.Store(x[w:])
		c.Store(x[2*w:])
		d.Store(x[3*w:])
		x, row = x[4*w:], row[4*w:]
	}
	for len(x) >= w && len(row) >= w {
		simd.LoadFloat32s(x).Add(simd.LoadFloat32s(row)).Store(x)
		x, row = x[w:], row[w:]
	}
	leave(w)
	return n - len(x)
}

func subSIMD(x, row []float32) int {
	w, n := simd.Float32s{}.Len(), len(x)
	for len(x) >= 4*w && len(row) >= 4*w {
		a := simd.LoadFloat32s(x).Sub(simd.LoadFloat32s(row))
		b := simd.LoadFloat32s(x[w:]).Sub(simd.LoadFloat32s(row[w:]))
		c := simd.LoadFloat32s(x[2*w:]).Sub(simd.LoadFloat32s(row[2*w:]))
		d := simd.LoadFloat32s(x[3*w:]).Sub(simd.LoadFloat32s(row[3*w:]))
		a.Store(x)
		b.Store(x[w:])
		c.Store(x[2*w:])
		d.Store(x[3*w:])
		x, row = x[4*w:], row[4*w:]
	}
	for len(x) >= w && len(row) >= w {
		simd.LoadFloat32s(x).Sub(simd.LoadFloat32s(row)).Store(x)
		x, row = x[w:], row[w:]
	}
	leave(w)
	return n - len(x)
}

func scaleAddSIMD(x, row []float32, scale float32) int {
	w, n := simd.Float32s{}.Len(), len(x)
	s := simd.BroadcastFloat32s(scale)
	for len(x) >= w && len(row) >= w {
		simd.LoadFloat32s(x).Mul(s).Add(simd.LoadFloat32s(row)).Store(x)
		x, row = x[w:], row[w:]
	}
	leave(w)
	return n - len(x)
}

func subUnscaleSIMD(x, row []float32, scale float32) int {
	w, n := simd.Float32s{}.Len(), len(x)
	s := simd.BroadcastFloat32s(scale)
	for len(x) >= w && len(row) >= w {
		simd.LoadFloat32s(x).Sub(simd.LoadFloat32s(row)).Div(s).Store(x)
		x, row = x[w:], row[w:]
	}
	leave(w)
	return n - len(x)
}
