//go:build !wasm

package kernel

// pairs is how many angles the widest vector of float64 holds.
const pairs = 8

// stepsTwice: see Steps.
const stepsTwice = false
