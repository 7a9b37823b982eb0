// Package kernel holds the hot loops, and nothing but loops: no options, no errors, no allocation.
//
// The comment of each kernel is its reference loop. Behind it are
//
//   - the generic twin in Go, built everywhere, which takes what a SIMD loop leaves over and is what the tests
//     compare with;
//   - on wasm, 128-bit SIMD in Go assembly (*_wasm.s), because Go's compiler does not vectorise and its SIMD
//     package wraps every address: measured in V8, 10.7 against 6.8 and 0.8 G elements/s for an in-place add;
//   - on amd64 and arm64 with GOEXPERIMENT=simd, the portable simd package (*_simd.go), and on amd64 alone archsimd for what
//     it lacks (*_simd_amd64.go).
//
// All of them do the same IEEE operations on each element in the same order, so they agree to the bit. A product
// that feeds a sum is written float64(a*b) or float32(a*b): without it Go may fuse the two into one rounding, and
// does so on arm64, ppc64, s390x and riscv64.
//
// Slices that are written never overlap slices that are read, unless they are the same one.
package kernel
