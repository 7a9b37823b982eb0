//go:build !wasm

package kernel

// dotSIMD leaves all to the generic loop, whose four sums a processor makes side by side.
func dotSIMD(_ *[4]float64, _, _ []float32) int { return 0 }
