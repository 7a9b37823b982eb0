//go:build !wasm && !(goexperiment.simd && (amd64 || arm64))

package kernel

// Nothing is done here, so the generic twin does it all.

func addSIMD(_, _ []float32) int                   { return 0 }
func subSIMD(_, _ []float32) int                   { return 0 }
func scaleAddSIMD(_, _ []float32, _ float32) int   { return 0 }
func subUnscaleSIMD(_, _ []float32, _ float32) int { return 0 }
