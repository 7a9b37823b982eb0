//go:build !wasm

package kernel

// Nothing is done here, so the generic twins do it all.

func multiplySIMD(_ *Phases, _ *uint64, _ int, _ uint64) bool { return false }
func sinCosSIMD(_ Angles, _ *Phases) int                      { return 0 }
