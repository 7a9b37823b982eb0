//go:build goexperiment.simd

package kernel

import (
	"simd"
	"simd/archsimd"
	"unsafe"
)

// blockSIMD returns how many of the n angles of each block it did. It is archsimd's, one function for each width, as the portable
// simd package has no conversion from float64 to float32, and on the way from one package to the other a vector goes through
// memory twice. Block has checked where all columns of all rows and all steps lie; checked once more for each store, they cost
// as much as the rest.
func blockSIMD(op Op, x []float32, dim int, l Columns, a Angles, n int, steps *Steps) int {
	if l.Stride != 1 && l != (Columns{Sin: 0, Cos: 1, Stride: 2}) {
		return 0
	}
	lanes := simd.VectorBitSize() / 64
	if lanes != 4 && lanes != 8 || n < lanes {
		return 0
	}
	whole := n &^ (lanes - 1)
	b := block{op: op, zip: l.Stride == 2, toRow: 4 * dim, toCos: 4 * (l.Cos - l.Sin)}
	for i, mid := 0, BlockRows/2*dim; i < len(a.Sin); i, mid = i+n, mid+BlockRows*dim {
		to, sin, cos, turns := unsafe.Pointer(&x[mid+l.Sin]), unsafe.Pointer(&a.Sin[i]), unsafe.Pointer(&a.Cos[i]), unsafe.Pointer(&steps.mem[0])
		if lanes == 8 {
			b.do512(whole, to, sin, cos, turns)
		} else {
			b.do256(whole, to, sin, cos, turns)
		}
	}
	return whole
}

// A block says what is done where, in bytes.
type block struct {
	op    Op
	zip   bool // sines and cosines alternate
	toRow int  // from row to row
	toCos int  // from a sine to its cosine
}

// do512 does n angles, a positive multiple of 8, whose first sine in the middle row is at mid.
func (b *block) do512(n int, mid, as, ac, steps unsafe.Pointer) {
	const lanes, step = 8, 8 * 2 * pairs // step is bytes from one turn of 8 angles to the next
	op, zip, toRow, toCos := b.op, b.zip, b.toRow, b.toCos
	for i := 0; i < n; i += lanes {
		s, c := archsimd.LoadFloat64x8Array((*[8]float64)(unsafe.Add(as, 8*i))), archsimd.LoadFloat64x8Array((*[8]float64)(unsafe.Add(ac, 8*i)))
		to, turns := unsafe.Add(mid, 4*i), unsafe.Add(steps, step*i)
		if zip {
			to = unsafe.Add(mid, 8*i)
		}
		put512(op, zip, to, toCos, s, c)
		at := toRow
		for k := 0; k < 8; k++ {
			rs, rc := archsimd.LoadFloat64x8Array((*[8]float64)(unsafe.Add(turns, step*k))), archsimd.LoadFloat64x8Array((*[8]float64)(unsafe.Add(turns, step*k+step/2)))
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			put512(op, zip, unsafe.Add(to, -at), toCos, sc.Sub(cs), cc.Add(ss))
			if k < 7 {
				put512(op, zip, unsafe.Add(to, at), toCos, sc.Add(cs), cc.Sub(ss))
			}
			at += toRow
		}
	}
	leave(2 * lanes)
}

// put512 does op to the sines at to and their cosines.
func put512(op Op, zip bool, to unsafe.Pointer, toCos int, sin, cos archsimd.Float64x8) {
	s, c := sin.ConvertToFloat32(), cos.ConvertToFloat32()
	if zip { // each pair as 64 bits
		v := s.ToBits().ExtendToUint64().Or(c.ToBits().ExtendToUint64().ShiftAllLeft(32)).ReshapeToUint32s().BitsToFloat32()
		to := (*[16]float32)(to)
		switch op {
		case Plus:
			v = archsimd.LoadFloat32x16Array(to).Add(v)
		case Minus:
			v = archsimd.LoadFloat32x16Array(to).Sub(v)
		}
		v.StoreArray(to)
		return
	}
	toS, toC := (*[8]float32)(to), (*[8]float32)(unsafe.Add(to, toCos))
	switch op {
	case Plus:
		s, c = archsimd.LoadFloat32x8Array(toS).Add(s), archsimd.LoadFloat32x8Array(toC).Add(c)
	case Minus:
		s, c = archsimd.LoadFloat32x8Array(toS).Sub(s), archsimd.LoadFloat32x8Array(toC).Sub(c)
	}
	s.StoreArray(toS)
	c.StoreArray(toC)
}

// do256 is do512 for multiples of 4, of which every other is in the middle of the turns of 8.
func (b *block) do256(n int, mid, as, ac, steps unsafe.Pointer) {
	const lanes, step = 4, 8 * 2 * pairs
	op, zip, toRow, toCos := b.op, b.zip, b.toRow, b.toCos
	for i := 0; i < n; i += lanes {
		s, c := archsimd.LoadFloat64x4Array((*[4]float64)(unsafe.Add(as, 8*i))), archsimd.LoadFloat64x4Array((*[4]float64)(unsafe.Add(ac, 8*i)))
		to, turns := unsafe.Add(mid, 4*i), unsafe.Add(steps, 8*(i/pairs*8*2*pairs+i%pairs))
		if zip {
			to = unsafe.Add(mid, 8*i)
		}
		put256(op, zip, to, toCos, s, c)
		at := toRow
		for k := 0; k < 8; k++ {
			rs, rc := archsimd.LoadFloat64x4Array((*[4]float64)(unsafe.Add(turns, step*k))), archsimd.LoadFloat64x4Array((*[4]float64)(unsafe.Add(turns, step*k+step/2)))
			sc, cs, cc, ss := s.Mul(rc), c.Mul(rs), c.Mul(rc), s.Mul(rs)
			put256(op, zip, unsafe.Add(to, -at), toCos, sc.Sub(cs), cc.Add(ss))
			if k < 7 {
				put256(op, zip, unsafe.Add(to, at), toCos, sc.Add(cs), cc.Sub(ss))
			}
			at += toRow
		}
	}
	leave(2 * lanes)
}

func put256(op Op, zip bool, to unsafe.Pointer, toCos int, sin, cos archsimd.Float64x4) {
	s, c := sin.ConvertToFloat32(), cos.ConvertToFloat32()
	if zip {
		v := s.ToBits().ExtendToUint64().Or(c.ToBits().ExtendToUint64().ShiftAllLeft(32)).ReshapeToUint32s().BitsToFloat32()
		to := (*[8]float32)(to)
		switch op {
		case Plus:
			v = archsimd.LoadFloat32x8Array(to).Add(v)
		case Minus:
			v = archsimd.LoadFloat32x8Array(to).Sub(v)
		}
		v.StoreArray(to)
		return
	}
	toS, toC := (*[4]float32)(to), (*[4]float32)(unsafe.Add(to, toCos))
	switch op {
	case Plus:
		s, c = archsimd.LoadFloat32x4Array(toS).Add(s), archsimd.LoadFloat32x4Array(toC).Add(c)
	case Minus:
		s, c = archsimd.LoadFloat32x4Array(toS).Sub(s), archsimd.LoadFloat32x4Array(toC).Sub(c)
	}
	s.StoreArray(toS)
	c.StoreArray(toC)
}
