package kernel

// pairs is how many angles a vector of float64 holds; the assembly does whole vectors.
const pairs = 2

func turnSIMD(plus, minus, a, r Angles) int {
	n := len(a.Sin) &^ (pairs - 1)
	if n > 0 {
		turnWasm(&plus.Sin[0], &plus.Cos[0], &minus.Sin[0], &minus.Cos[0], &a.Sin[0], &a.Cos[0], &r.Sin[0], &r.Cos[0], n)
	}
	return n
}

func turnInterleavedSIMD(plus, minus []float32, a, r Angles) int {
	n := len(a.Sin) &^ (pairs - 1)
	if n > 0 {
		turnInterleavedWasm(&plus[0], &minus[0], &a.Sin[0], &a.Cos[0], &r.Sin[0], &r.Cos[0], n)
	}
	return n
}

func turnSplitSIMD(plus, minus Rows, a, r Angles) int {
	n := len(a.Sin) &^ (pairs - 1)
	if n > 0 {
		turnSplitWasm(&plus.Sin[0], &plus.Cos[0], &minus.Sin[0], &minus.Cos[0], &a.Sin[0], &a.Cos[0], &r.Sin[0], &r.Cos[0], n)
	}
	return n
}

// In turn_wasm.s. n is a positive multiple of pairs.

//go:noescape
func turnWasm(ps, pc, ms, mc, as, ac, rs, rc *float64, n int)

//go:noescape
func turnInterleavedWasm(plus, minus *float32, as, ac, rs, rc *float64, n int)

//go:noescape
func turnSplitWasm(ps, pc, ms, mc *float32, as, ac, rs, rc *float64, n int)
