// Package encoding is the root of the positional encodings of Transformers. A Transformer is blind to order, and
// position can enter it in exactly three places; each is a package:
//
//	additive   acts on token embeddings    x + PE(p)     sinusoidal
//	rotary     acts on queries and keys    R(p)·q        (to come)
//	bias       acts on attention scores    s + b(i, j)   (to come)
//
// # Architecture
//
// Dependencies point one way:
//
//	wasm -> jsbridge -> encoding/{additive, ...} -> encoding/internal/{angle, kernel}
//
// encoding/ is plain Go: no JavaScript, no I/O, nothing but the standard library. encoding/internal/angle makes sines
// and cosines of position times frequency, exact at any position; encoding/internal/kernel holds the hot loops;
// encoding/internal/truth is what the tests hold both against. jsbridge is both sides of the border to JavaScript,
// and nothing else knows about it; wasm is its main package.
//
// Three choices want their reason:
//
//   - The kernels are Go assembly on wasm. Go's compiler does not vectorise, and a second toolchain for a few loops
//     would be one more thing to install and to trust.
//   - The frequencies are 256-bit fixed point and the angle of a position is an exact integer product, reduced by
//     letting whole turns overflow. A float64 angle at position 131,072 has already lost what a float32 needs.
//   - A row is a function of its position alone, not of the row before it. So any part of a sequence can be made
//     anywhere, in any order, on any machine, with the same bits.
package encoding
