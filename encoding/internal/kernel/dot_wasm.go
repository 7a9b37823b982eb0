package kernel

func dotSIMD(sums *[4]float64, x, y []float32) int {
	n := len(x) &^ (lanes - 1)
	if n > 0 {
		dotWasm(sums, &x[0], &y[0], n)
	}
	return n
}

// In dot_wasm.s. n is a positive multiple of lanes.
//
//go:noescape
func dotWasm(sums *[4]float64, x, y *float32, n int)
