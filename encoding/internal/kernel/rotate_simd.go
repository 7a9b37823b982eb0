//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// rotateSIMD returns how many pairs of each vector it did. Neighbours are left to the generic twin: the portable simd package
// moves nothing inside a vector.
func rotateSIMD(x, rows []float32, t Turning) int {
	w := simd.Float32s{}.Len()
	n := t.Pairs
	if t.Interleaved || n < w {
		return 0
	}
	i := 0
	for range t.Tokens {
		cos, sin := rows[:n], rows[n:2*n]
		for range t.Heads {
			xs, ys := x[:n], x[n:2*n]
			for i = 0; i+w <= n; i += w {
				c, s := simd.LoadFloat32s(cos[i:i+w]), simd.LoadFloat32s(sin[i:i+w])
				if t.Back {
					s = s.Neg()
				}
				a, b := simd.LoadFloat32s(xs[i:i+w]), simd.LoadFloat32s(ys[i:i+w])
				a.Mul(c).Sub(b.Mul(s)).Store(xs[i : i+w])
				b.Mul(c).Add(a.Mul(s)).Store(ys[i : i+w])
			}
			x = x[t.HeadDim:]
		}
		if !t.OneRow {
			rows = rows[2*n:]
		}
	}
	return i
}
