package kernel

// pairs is how many angles a vector of float64 holds; the assembly does whole vectors.
const pairs = 2

// stepsTwice: see Steps.
const stepsTwice = true

func turnSIMD(dst, a, r Angles, back bool) int {
	n := len(a.Sin) &^ (pairs - 1)
	if n > 0 {
		signs := 0
		if back {
			signs = -1 << 63
		}
		turnWasm(&dst.Sin[0], &dst.Cos[0], &a.Sin[0], &a.Cos[0], &r.Sin[0], &r.Cos[0], n, signs)
	}
	return n
}

// blockSIMD returns how many of the n angles of each block it did.
func blockSIMD(op Op, x []float32, dim int, l Columns, a Angles, n int, steps *Steps) int {
	whole := n &^ (pairs - 1)
	if whole == 0 {
		return 0
	}
	const middle = BlockRows / 2
	zip := [opsCount]func(mid *float32, stride int, as, ac, steps *float64, n int){blockZipStore, blockZipPlus, blockZipMinus}[op]
	split := [opsCount]func(sin, cos *float32, stride int, as, ac, steps *float64, n int){blockSplitStore, blockSplitPlus, blockSplitMinus}[op]
	for i, mid := 0, middle*dim; i < len(a.Sin); i, mid = i+n, mid+BlockRows*dim {
		if l.Stride == 2 {
			zip(&x[mid], 4*dim, &a.Sin[i], &a.Cos[i], &steps.mem[0], whole)
		} else {
			split(&x[mid+l.Sin], &x[mid+l.Cos], 4*dim, &a.Sin[i], &a.Cos[i], &steps.mem[0], whole)
		}
	}
	return whole
}

// In turn_wasm.s and block_wasm.s. n is a positive multiple of pairs. signs are flipped of the turns' sines. mid, sin and cos are in the middle row of 16, stride
// is bytes from row to row.

//go:noescape
func turnWasm(ds, dc, as, ac, rs, rc *float64, n, signs int)

//go:noescape
func blockZipStore(mid *float32, stride int, as, ac, steps *float64, n int)

//go:noescape
func blockZipPlus(mid *float32, stride int, as, ac, steps *float64, n int)

//go:noescape
func blockZipMinus(mid *float32, stride int, as, ac, steps *float64, n int)

//go:noescape
func blockSplitStore(sin, cos *float32, stride int, as, ac, steps *float64, n int)

//go:noescape
func blockSplitPlus(sin, cos *float32, stride int, as, ac, steps *float64, n int)

//go:noescape
func blockSplitMinus(sin, cos *float32, stride int, as, ac, steps *float64, n int)
