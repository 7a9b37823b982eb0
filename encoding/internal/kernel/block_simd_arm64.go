//go:build goexperiment.simd

package kernel

// blockSIMD leaves all to the generic twin: the portable simd package has no conversion from float64 to float32, and archsimd's on
// arm64 nobody could try.
func blockSIMD(_ Op, _ []float32, _ int, _ Columns, _ Angles, _ int, _ *Steps) int { return 0 }
