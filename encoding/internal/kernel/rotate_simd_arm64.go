//go:build goexperiment.simd

package kernel

// turnNeighboursSIMD leaves all to the generic twin: the portable simd package moves nothing from lane to lane, and what archsimd
// has for it on arm64 nobody could try.
func turnNeighboursSIMD(_, _ []float32, _ *Turning) int { return 0 }
