//go:build goexperiment.simd

package kernel

import (
	"simd"
	"simd/archsimd"
)

// spread returns float32 as the lower halves of lanes of 64 bits, as many as there are; the upper halves are 0.
func spread(v []float32) simd.Uint64s {
	switch any(simd.Uint64s{}.ToArch()).(type) {
	case archsimd.Uint64x8:
		return simd.Uint64sFromArch(archsimd.LoadFloat32x8(v).ToBits().ExtendToUint64())
	case archsimd.Uint64x4:
		return simd.Uint64sFromArch(archsimd.LoadFloat32x4(v).ToBits().ExtendToUint64())
	}
	panic("kernel: a vector too narrow")
}

// turnNeighboursSIMD takes pairs (a, b) as lanes of 64 bits:
//
//	(a', b') = (a, b)·(c, c) + (b, a)·(-s, s)
//
// The rows are brought into that form once for all heads of a token, as many pairs at a time as have room beside them in the
// fastest cache.
func turnNeighboursSIMD(x, rows []float32, t *Turning) int {
	w := simd.Uint64s{}.Len()
	if w < 4 {
		return 0
	}
	var both [2 * 128]uint64 // for each vector (c, c), and then (-s, s)
	sign := simd.BroadcastUint64s(1 << 31)
	if t.Back {
		sign = simd.BroadcastUint64s(1 << 63)
	}
	n, step := t.Pairs, 2*t.Pairs
	if t.OneRow {
		step = 0
	}
	for token := range t.Tokens {
		for from := 0; n-from >= w; from += len(both) / 2 {
			end := min(n-n%w, from+len(both)/2)
			row := rows[token*step:][:2*n]
			cos, sin, to := row[from:end], row[n+from:n+end], both[:]
			for len(cos) >= w && len(sin) >= w && len(to) >= 2*w {
				c, s := spread(cos), spread(sin)
				c.Or(c.ShiftAllLeft(32)).Store(to)
				s.Or(s.ShiftAllLeft(32)).Xor(sign).Store(to[w:])
				cos, sin, to = cos[w:], sin[w:], to[2*w:]
			}
			for head := range t.Heads {
				v, turns := x[token*t.TokenStride+head*t.HeadStride:][2*from:2*end], both[:]
				for len(v) >= 2*w && len(turns) >= 2*w {
					ab := simd.LoadFloat32s(v)
					ba := ab.ToBits().ReshapeToUint64s().RotateAllLeft(32).ReshapeToUint32s().BitsToFloat32()
					c := simd.LoadUint64s(turns).ReshapeToUint32s().BitsToFloat32()
					s := simd.LoadUint64s(turns[w:]).ReshapeToUint32s().BitsToFloat32()
					ab.Mul(c).Add(ba.Mul(s)).Store(v)
					v, turns = v[2*w:], turns[2*w:]
				}
			}
		}
	}
	leave(2 * w)
	return n - n%w
}
