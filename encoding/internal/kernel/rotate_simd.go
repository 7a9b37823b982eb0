//go:build goexperiment.simd && (amd64 || arm64)

package kernel

import "simd"

// rotateSIMD returns how many pairs of each vector it did.
func rotateSIMD(x, rows []float32, t *Turning) int {
	if t.Interleaved {
		return turnNeighboursSIMD(x, rows, t)
	}
	return turnHalvesSIMD(x, rows, t)
}

// turnHalvesSIMD has all loops in it, as a call of a function with vectors is a choice among those for each width. Back is
// forth with the halves exchanged:
//
//	b' = b·c - a·s,  a' = a·c + b·s
func turnHalvesSIMD(x, rows []float32, t *Turning) int {
	w := simd.Float32s{}.Len()
	n, step := t.Pairs, 2*t.Pairs
	if t.OneRow {
		step = 0
	}
	for token := range t.Tokens {
		row := rows[token*step:][:2*n]
		cos, sin := row[:n], row[n:]
		for head := range t.Heads {
			v := x[token*t.TokenStride+head*t.HeadStride:][:2*n]
			x, y := v[:n], v[n:]
			if t.Back {
				x, y = y, x
			}
			for i := 0; i <= n-w; i += w {
				xs, ys := x[i:i+w], y[i:i+w]
				a, b := simd.LoadFloat32s(xs), simd.LoadFloat32s(ys)
				c, s := simd.LoadFloat32s(cos[i:i+w]), simd.LoadFloat32s(sin[i:i+w])
				a.Mul(c).Sub(b.Mul(s)).Store(xs)
				b.Mul(c).Add(a.Mul(s)).Store(ys)
			}
		}
	}
	leave(w)
	return n - n%w
}
