//go:build goexperiment.simd

package kernel

import "simd/archsimd"

// leave ends a kernel whose vectors of float32 have so many lanes. Go's compiler does not yet do it, and without it the upper
// halves of the registers stay in use, for which each SSE instruction after it waits: measured, 180 ns for an add of 45.
func leave(lanes int) {
	if lanes > 4 { // wider than SSE, so there is such an instruction
		archsimd.ClearAVXUpperBits()
	}
}
