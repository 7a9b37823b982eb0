//go:build goexperiment.simd

package kernel

import (
	"simd"
	"simd/archsimd"
)

// round returns float64 rounded to float32, as the lower halves of lanes of 64 bits; the upper halves are 0. The portable simd
// package has no such conversion.
func round(v simd.Float64s) simd.Uint64s {
	switch f := v.ToArch().(type) {
	case archsimd.Float64x8:
		return simd.Uint64sFromArch(f.ConvertToFloat32().ToBits().ExtendToUint64())
	case archsimd.Float64x4:
		return simd.Uint64sFromArch(f.ConvertToFloat32().ToBits().ExtendToUint64())
	}
	panic("kernel: a vector too narrow")
}

// blockSIMD returns how many angles it did.
func blockSIMD(op Op, x []float32, dim int, l Columns, a Angles, steps Steps) int {
	w := simd.Float64s{}.Len()
	if w < 4 || pairs%w != 0 {
		return 0
	}
	if l.Stride == 2 {
		return blockZip(op, x, dim, a, steps)
	}
	return blockSplit(op, x, dim, l, a, steps)
}

// blockZip is for sines and cosines that alternate.
func blockZip(op Op, x []float32, dim int, a Angles, steps Steps) int {
	w, n := simd.Float64s{}.Len(), len(a.Sin)
	as, ac := a.Sin[:n], a.Cos[:n]
	for i := 0; i <= n-w; i += w {
		s, c := simd.LoadFloat64s(as[i:i+w]), simd.LoadFloat64s(ac[i:i+w])
		to := x[8*dim+2*i:][:2*w]
		put(op, to, round(s).Or(round(c).ShiftAllLeft(32)))
		turns := steps[i/pairs*8*2*pairs+i%pairs:]
		for k := 1; k <= 8; k++ {
			rs, rc := simd.LoadFloat64s(turns[(k-1)*2*pairs:]), simd.LoadFloat64s(turns[(k-1)*2*pairs+pairs:])
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			put(op, x[(8-k)*dim+2*i:][:2*w], round(sc.Sub(cs)).Or(round(cc.Add(ss)).ShiftAllLeft(32)))
			if k < 8 {
				put(op, x[(8+k)*dim+2*i:][:2*w], round(sc.Add(cs)).Or(round(cc.Sub(ss)).ShiftAllLeft(32)))
			}
		}
	}
	leave(2 * w)
	return n - n%w
}

func put(op Op, x []float32, bits simd.Uint64s) {
	v := bits.ReshapeToUint32s().BitsToFloat32()
	switch op {
	case Plus:
		v = simd.LoadFloat32s(x).Add(v)
	case Minus:
		v = simd.LoadFloat32s(x).Sub(v)
	}
	v.Store(x)
}

// blockSplit is for sines that follow each other, and cosines that do.
func blockSplit(op Op, x []float32, dim int, l Columns, a Angles, steps Steps) int {
	w, n := simd.Float64s{}.Len(), len(a.Sin)
	as, ac := a.Sin[:n], a.Cos[:n]
	for i := 0; i <= n-w; i += w {
		s, c := simd.LoadFloat64s(as[i:i+w]), simd.LoadFloat64s(ac[i:i+w])
		mid := x[8*dim+i:]
		putHalf(op, mid[l.Sin:], s)
		putHalf(op, mid[l.Cos:], c)
		turns := steps[i/pairs*8*2*pairs+i%pairs:]
		for k := 1; k <= 8; k++ {
			rs, rc := simd.LoadFloat64s(turns[(k-1)*2*pairs:]), simd.LoadFloat64s(turns[(k-1)*2*pairs+pairs:])
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			minus := x[(8-k)*dim+i:]
			putHalf(op, minus[l.Sin:], sc.Sub(cs))
			putHalf(op, minus[l.Cos:], cc.Add(ss))
			if k < 8 {
				plus := x[(8+k)*dim+i:]
				putHalf(op, plus[l.Sin:], sc.Add(cs))
				putHalf(op, plus[l.Cos:], cc.Sub(ss))
			}
		}
	}
	leave(2 * w)
	return n - n%w
}

// putHalf does op to as many float32 as v has lanes.
func putHalf(op Op, x []float32, v simd.Float64s) {
	switch f := v.ToArch().(type) {
	case archsimd.Float64x8:
		to := f.ConvertToFloat32()
		switch op {
		case Plus:
			to = archsimd.LoadFloat32x8(x).Add(to)
		case Minus:
			to = archsimd.LoadFloat32x8(x).Sub(to)
		}
		to.Store(x)
	case archsimd.Float64x4:
		to := f.ConvertToFloat32()
		switch op {
		case Plus:
			to = archsimd.LoadFloat32x4(x).Add(to)
		case Minus:
			to = archsimd.LoadFloat32x4(x).Sub(to)
		}
		to.Store(x)
	}
}
