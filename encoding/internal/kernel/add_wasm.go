package kernel

// lanes is how many float32 a vector holds; the assembly does whole vectors.
const lanes = 4

func addSIMD(x, row []float32) int {
	n := len(x) &^ (lanes - 1)
	if n > 0 {
		addWasm(&x[0], &row[0], n)
	}
	return n
}

func subSIMD(x, row []float32) int {
	n := len(x) &^ (lanes - 1)
	if n > 0 {
		subWasm(&x[0], &row[0], n)
	}
	return n
}

func scaleAddSIMD(x, row []float32, scale float32) int {
	n := len(x) &^ (lanes - 1)
	if n > 0 {
		scaleAddWasm(&x[0], &row[0], n, scale)
	}
	return n
}

func subUnscaleSIMD(x, row []float32, scale float32) int {
	n := len(x) &^ (lanes - 1)
	if n > 0 {
		subUnscaleWasm(&x[0], &row[0], n, scale)
	}
	return n
}

// In add_wasm.s. n is a positive multiple of lanes.

//go:noescape
func addWasm(x, row *float32, n int)

//go:noescape
func subWasm(x, row *float32, n int)

//go:noescape
func scaleAddWasm(x, row *float32, n int, scale float32)

//go:noescape
func subUnscaleWasm(x, row *float32, n int, scale float32)
