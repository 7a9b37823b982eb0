//go:build goexperiment.simd

package kernel

import (
	"simd"
	"simd/archsimd"
)

// blockSIMD returns how many angles it did. It is archsimd's, one function for each width, as the portable simd package has no
// conversion from float64 to float32, and on the way from one package to the other a vector goes through memory twice.
func blockSIMD(op Op, x []float32, dim int, l Columns, a Angles, steps Steps) int {
	switch simd.VectorBitSize() {
	case 512:
		return block512(op, x, dim, l, a, steps)
	case 256:
		return block256(op, x, dim, l, a, steps)
	}
	return 0
}

func block512(op Op, x []float32, dim int, l Columns, a Angles, steps Steps) int {
	const w = 8
	n := len(a.Sin)
	as, ac := a.Sin[:n], a.Cos[:n]
	for i := 0; i <= n-w; i += w {
		s, c := archsimd.LoadFloat64x8(as[i:i+w]), archsimd.LoadFloat64x8(ac[i:i+w])
		turns := (*[8 * 2 * pairs]float64)(steps[i*2*8:])
		minus := 8 * dim
		plus := minus
		put512(op, x[minus:], i, l, s, c)
		for k := 0; k < 8; k++ {
			rs, rc := archsimd.LoadFloat64x8(turns[2*pairs*k:2*pairs*k+w]), archsimd.LoadFloat64x8(turns[2*pairs*k+pairs:2*pairs*k+pairs+w])
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			minus -= dim
			put512(op, x[minus:], i, l, sc.Sub(cs), cc.Add(ss))
			if plus += dim; k < 7 {
				put512(op, x[plus:], i, l, sc.Add(cs), cc.Sub(ss))
			}
		}
	}
	leave(2 * w)
	return n - n%w
}

// put512 does op to the sines and cosines of row from angle i on.
func put512(op Op, row []float32, i int, l Columns, sin, cos archsimd.Float64x8) {
	s, c := sin.ConvertToFloat32(), cos.ConvertToFloat32()
	if l.Stride == 2 { // each pair as 64 bits
		zip := s.ToBits().ExtendToUint64().Or(c.ToBits().ExtendToUint64().ShiftAllLeft(32)).ReshapeToUint32s().BitsToFloat32()
		to := (*[16]float32)(row[2*i:])
		switch op {
		case Plus:
			zip = archsimd.LoadFloat32x16Array(to).Add(zip)
		case Minus:
			zip = archsimd.LoadFloat32x16Array(to).Sub(zip)
		}
		zip.StoreArray(to)
		return
	}
	toSin, toCos := (*[8]float32)(row[l.Sin+i:]), (*[8]float32)(row[l.Cos+i:])
	switch op {
	case Plus:
		s, c = archsimd.LoadFloat32x8Array(toSin).Add(s), archsimd.LoadFloat32x8Array(toCos).Add(c)
	case Minus:
		s, c = archsimd.LoadFloat32x8Array(toSin).Sub(s), archsimd.LoadFloat32x8Array(toCos).Sub(c)
	}
	s.StoreArray(toSin)
	c.StoreArray(toCos)
}

func block256(op Op, x []float32, dim int, l Columns, a Angles, steps Steps) int {
	const w = 4
	n := len(a.Sin)
	as, ac := a.Sin[:n], a.Cos[:n]
	for i := 0; i <= n-w; i += w {
		s, c := archsimd.LoadFloat64x4(as[i:i+w]), archsimd.LoadFloat64x4(ac[i:i+w])
		turns := (*[(8*2-1)*pairs + w]float64)(steps[stepAt(i, 1):])
		minus := 8 * dim
		plus := minus
		put256(op, x[minus:], i, l, s, c)
		for k := 0; k < 8; k++ {
			rs, rc := archsimd.LoadFloat64x4(turns[2*pairs*k:2*pairs*k+w]), archsimd.LoadFloat64x4(turns[2*pairs*k+pairs:2*pairs*k+pairs+w])
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			minus -= dim
			put256(op, x[minus:], i, l, sc.Sub(cs), cc.Add(ss))
			if plus += dim; k < 7 {
				put256(op, x[plus:], i, l, sc.Add(cs), cc.Sub(ss))
			}
		}
	}
	leave(2 * w)
	return n - n%w
}

func put256(op Op, row []float32, i int, l Columns, sin, cos archsimd.Float64x4) {
	s, c := sin.ConvertToFloat32(), cos.ConvertToFloat32()
	if l.Stride == 2 {
		zip := s.ToBits().ExtendToUint64().Or(c.ToBits().ExtendToUint64().ShiftAllLeft(32)).ReshapeToUint32s().BitsToFloat32()
		to := (*[8]float32)(row[2*i:])
		switch op {
		case Plus:
			zip = archsimd.LoadFloat32x8Array(to).Add(zip)
		case Minus:
			zip = archsimd.LoadFloat32x8Array(to).Sub(zip)
		}
		zip.StoreArray(to)
		return
	}
	toSin, toCos := (*[4]float32)(row[l.Sin+i:]), (*[4]float32)(row[l.Cos+i:])
	switch op {
	case Plus:
		s, c = archsimd.LoadFloat32x4Array(toSin).Add(s), archsimd.LoadFloat32x4Array(toCos).Add(c)
	case Minus:
		s, c = archsimd.LoadFloat32x4Array(toSin).Sub(s), archsimd.LoadFloat32x4Array(toCos).Sub(c)
	}
	s.StoreArray(toSin)
	c.StoreArray(toCos)
}
