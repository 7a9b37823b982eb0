//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// rotateSIMD returns how many pairs of each vector it did. Neighbours are left to the generic twin: the portable simd package
// moves nothing inside a vector.
func rotateSIMD(x, rows []float32, t *Turning) int {
	if t.Interleaved {
		return 0
	}
	n, done := t.Pairs, 0
	for token := range t.Tokens {
		cos, sin := rows[:n], rows[n:2*n]
		for head := range t.Heads {
			v := x[token*t.TokenStride+head*t.HeadStride:]
			done = turnHalvesSIMD(v[:n], v[n:2*n], cos, sin, t.Back)
		}
		if !t.OneRow {
			rows = rows[2*n:]
		}
	}
	return done
}

func turnHalvesSIMD(x, y, cos, sin []float32, back bool) int {
	w := simd.Float32s{}.Len()
	sign := simd.BroadcastFloat32s(1)
	if back {
		sign = simd.BroadcastFloat32s(-1)
	}
	i := 0
	for ; i+w <= len(x); i += w {
		xs, ys := x[i:i+w], y[i:i+w]
		c, s := simd.LoadFloat32s(cos[i:i+w]), simd.LoadFloat32s(sin[i:i+w]).Mul(sign)
		a, b := simd.LoadFloat32s(xs), simd.LoadFloat32s(ys)
		a.Mul(c).Sub(b.Mul(s)).Store(xs)
		b.Mul(c).Add(a.Mul(s)).Store(ys)
	}
	return i
}
