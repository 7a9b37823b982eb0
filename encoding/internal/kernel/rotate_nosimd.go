//go:build !wasm && !(goexperiment.simd && (amd64 || arm64))

package kernel

func rotateSIMD(_, _ []float32, _ *Turning) int { return 0 }
