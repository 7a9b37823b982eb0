package kernel

func strips(op Op, x []float32, toX int, row []float32, from, toRow, n, count int) {
	p, q := &x[0], &row[from]
	switch op {
	case Store:
		stripsStore(p, q, 4*toX, 4*toRow, n, count)
	case Plus:
		stripsPlus(p, q, 4*toX, 4*toRow, n, count)
	case Minus:
		stripsMinus(p, q, 4*toX, 4*toRow, n, count)
	}
}

// In strips_wasm.s. toX and toRow are bytes, n and count are positive.

//go:noescape
func stripsStore(x, row *float32, toX, toRow, n, count int)

//go:noescape
func stripsPlus(x, row *float32, toX, toRow, n, count int)

//go:noescape
func stripsMinus(x, row *float32, toX, toRow, n, count int)
