//go:build !wasm && !(goexperiment.simd && (amd64 || arm64))

package kernel

// addSIMD returns how many elements it did. It has no vectors, but by eight it is a third faster than its generic twin, which
// does all of the others.
func addSIMD(x, row []float32) int {
	row = row[:len(x)]
	for i := 0; i <= len(x)-8; i += 8 {
		p, q := (*[8]float32)(x[i:]), (*[8]float32)(row[i:])
		p[0] += q[0]
		p[1] += q[1]
		p[2] += q[2]
		p[3] += q[3]
		p[4] += q[4]
		p[5] += q[5]
		p[6] += q[6]
		p[7] += q[7]
	}
	return len(x) &^ 7
}

func subSIMD(_, _ []float32) int                   { return 0 }
func scaleAddSIMD(_, _ []float32, _ float32) int   { return 0 }
func subUnscaleSIMD(_, _ []float32, _ float32) int { return 0 }
