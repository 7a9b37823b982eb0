package kernel

func multiplySIMD(p *Phases, f *uint64, count int, n uint64) bool {
	multiplyWasm(p, f, count, n)
	return true
}

func sinCosSIMD(dst Angles, p *Phases) int {
	n := len(dst.Sin) &^ (pairs - 1)
	if n == 0 {
		return 0
	}
	x, y := dst.Sin[:n], dst.Cos[:n]
	if radiansWasm(p, &x[0], &y[0], &radiansNumbers, n) {
		for i := range x { // the tiny ones once more
			if left := p.Hi[i] - p.quarters[i]<<62; left+1<<38 < 1<<39 {
				x[i], y[i], _ = radians(p.Lo[i], p.Mid[i], p.Hi[i])
			}
		}
	}
	seriesWasm(p, &x[0], &y[0], &seriesNumbers, n)
	return n
}

// What the assembly multiplies by and adds, in the order in which it does.
var (
	radiansNumbers = [...][2]float64{
		{0x1p27, 0x1p27}, {4, 4}, {0x1p26, 0x1p26}, {0x1p-18, 0x1p-18},
		{pi1, pi1}, {pi2 * 0x1p-26, pi2 * 0x1p-26}, {pi1 * 0x1p-26, pi1 * 0x1p-26},
		{pi3 * 0x1p-52, pi3 * 0x1p-52}, {pi2 * 0x1p-52, pi2 * 0x1p-52}, {pi1 * 0x1p-52, pi1 * 0x1p-52},
	}
	seriesNumbers = [...][2]float64{
		{s15, s15}, {s11, s11}, {s7, s7}, {s3, s3}, {s17, s17}, {s13, s13}, {s9, s9}, {s5, s5},
		{c16, c16}, {c12, c12}, {c8, c8}, {c4, c4}, {c18, c18}, {c14, c14}, {c10, c10}, {c6, c6},
	}
)

// In sincos_wasm.s. n is a positive multiple of pairs, count is positive.

//go:noescape
func multiplyWasm(p *Phases, f *uint64, count int, n uint64)

// radiansWasm writes the radians into x and y and the quarters into p. Where fewer than 96 bits of 122 are below the leading
// one, which is below 2^-26 of a turn, they are wrong, and it reports whether there is any.
//
//go:noescape
func radiansWasm(p *Phases, x, y *float64, numbers *[10][2]float64, n int) bool

// seriesWasm makes sines and cosines of them, in place.
//
//go:noescape
func seriesWasm(p *Phases, x, y *float64, numbers *[16][2]float64, n int)
