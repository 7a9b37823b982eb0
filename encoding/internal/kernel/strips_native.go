//go:build !wasm

package kernel

// strips leaves each strip to the kernels of single rows, which cost little to call here.
func strips(op Op, x []float32, toX int, row []float32, from, toRow, n, count int) {
	for i := range count {
		strip, r := x[i*toX:][:n], row[from+i*toRow:][:n]
		switch op {
		case Store:
			copy(strip, r)
		case Plus:
			Add(strip, r)
		case Minus:
			Sub(strip, r)
		}
	}
}
