//go:build !wasm && !(goexperiment.simd && (amd64 || arm64))

package kernel

// Nothing is done here, so the generic twins do it all.

func turnSIMD(_, _, _ Angles, _ bool) int                                          { return 0 }
func blockSIMD(_ Op, _ []float32, _ int, _ Columns, _ Angles, _ int, _ *Steps) int { return 0 }
func leastPhaseSIMD(_, _ []uint32, _ uint32, _ int) (least uint32, n int)          { return ^uint32(0), 0 }
