//go:build !wasm

package kernel

// Natively the generic twin does it all: the portable simd package has no conversion from float64 to float32, and
// the loop is bound by the divider-free float64 units that Go's scalar code already keeps busy.

func turnSIMD(_, _, _, _ Angles) int                      { return 0 }
func turnInterleavedSIMD(_, _ []float32, _, _ Angles) int { return 0 }
func turnSplitSIMD(_, _ Rows, _, _ Angles) int            { return 0 }
