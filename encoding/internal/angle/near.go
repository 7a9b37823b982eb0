package angle

import "posenc/encoding/internal/kernel"

// The rows of a Generator are turned from exact ones in float64, which leaves an error of 2^-51 or so. Where a sine or a
// cosine comes closer to 0 than 2^-20 that could be seen in float32, so these few (one in 800,000) are found, by the angles
// as fractions of a quarter turn in 32 bits, and made by the exact product. An angle that is small because its position
// or frequency is needs no care: turned from smaller ones it has no cancellation.

// closeTo0 is 2^-20 radians in 2^-32 of a quarter turn, and what the rounding of the steps adds in as many as 136 positions.
const closeTo0 = 2608 + 92

// A watch has what a cursor knows of the angles of all frequencies: at its position of the highest level, in 2^-64 of a turn,
// and at that of the level below, in 2^-32 of a quarter turn, where closeTo0 is added, so that those to be found are from 0
// to 2·closeTo0.
type watch struct {
	high []uint64
	low  []uint32
}

// quarters returns how far each frequency moves from one position to the next, in 2^-32 of a quarter turn.
func quarters(freqs []Frequency) []uint32 {
	steps := make([]uint32, len(freqs))
	for i := range freqs {
		steps[i] = uint32((freqs[i][2]<<2 + 1<<31) >> 32)
	}
	return steps
}

// move takes the lower level to position at, which is by more than high's.
func (w *watch) move(freqs []Frequency, at, by int64) {
	small := uint64(1<<60) / uint64(max(at, -at)+136) // below it, all angles from here to the next position are below 1/16 turn
	for i := range freqs {
		f := &freqs[i]
		w.low[i] = uint32(((w.high[i]+uint64(by)*f[2])<<2 + closeTo0<<32) >> 32)
		if f[3] == 0 && f[2] < small {
			w.low[i] = 1 << 31 // far from 0, and stays so
		}
	}
}

// careful reports whether any of the rows of some blocks, the first of which is from beyond the lower level's position, has
// an entry near 0.
func (g *Generator) careful(w *watch, from int64, blocks int) bool {
	return kernel.LeastPhase(w.low, g.quarters, uint32(from), blocks) <= 2*closeTo0
}

// mendAtOnce is how many angles are asked together whether any is near 0.
const mendAtOnce = 16

// mend makes the entries near 0 of rows first, first+1, ..., stride elements apart, by the exact product; from is as in
// careful, of the first row.
func (g *Generator) mend(rows []float32, stride int, first int64, l Layout, w *watch, from int64) {
	for i := 0; i < len(w.low); i++ {
		if i%mendAtOnce == 0 { // most have none
			end := min(i+mendAtOnce, len(w.low))
			if kernel.LeastPhase(w.low[i:end], g.quarters[i:end], uint32(from), 1) > 2*closeTo0 {
				i = end - 1
				continue
			}
		}
		phase := w.low[i] + uint32(from)*g.quarters[i]
		for k := 0; k < len(rows); k, phase = k+stride, phase+g.quarters[i] {
			if phase > 2*closeTo0 {
				continue
			}
			p := g.freqs[i].at(first + int64(k/stride))
			s, c := p.sincos()
			rows[k+l.Sin+i*l.Stride] = float32(s * g.gain)
			if i < l.Pairs {
				rows[k+l.Cos+i*l.Stride] = float32(c * g.gain)
			}
		}
	}
}
