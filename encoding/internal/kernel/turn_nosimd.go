//go:build !wasm

package kernel

// Natively the generic twins do it all: the portable simd package has no conversion from float64 to float32.

// stepsTwice: see Steps.
const stepsTwice = false

func turnSIMD(_, _, _ Angles, _ bool) int                                   { return 0 }
func blockSIMD(_ Op, _ []float32, _ int, _ Columns, _ Angles, _ *Steps) int { return 0 }
func leastPhaseSIMD(_, _ []uint32, _ uint32) (least uint32, n int)          { return ^uint32(0), 0 }
