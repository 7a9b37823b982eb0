// Package encoding is the root of the positional encodings of Transformers. A Transformer is blind to order, and
// position can enter it in exactly three places; each is a package:
//
//   - [posenc/encoding/additive] acts on token embeddings, x + PE(p): Sinusoidal, Grid, Timestep, Time2Vec, Learned; Fourier.
//   - [posenc/encoding/rotary] acts on queries and keys, R(p)·q: Rotary with every scaling, MRope, Axial, Cached.
//   - [posenc/encoding/bias] acts on attention scores, s + b(i, j): ALiBi, T5, Swin, Kerple, Fire; buckets of Deberta and Shaw.
//
// Two more packages are about them:
//
//   - [posenc/encoding/hfconfig] reads a model's config.json and returns the options of those that it has.
//   - [posenc/encoding/analysis] measures what an encoding does, of any scheme: from rows, and from what is done to queries, keys
//     and scores.
//
// # How they are used
//
// All work in place on float32 arrays of the caller's, and all say where by a struct At. An encoder is made by New... from a
// struct of options, checks everything before it writes, returns an [OptionError] that names the option, and is safe for
// concurrent use: goroutines may share it, each with arrays of its own.
//
// A stock toolchain builds them. With GOEXPERIMENT=simd, on amd64 and arm64, they are faster, with the same bits.
//
// # Architecture
//
// Dependencies point one way:
//
//	wasm -> jsbridge -> encoding/hfconfig -> encoding/{additive, rotary, bias} -> encoding/internal/{rows, angle, kernel}
//	                    encoding/analysis -> encoding/internal/{angle, kernel}
//
// encoding/ is plain Go: no JavaScript, no I/O, nothing but the standard library. This package itself has what all of them
// say in the same words, errors and positions. In internal,
//
//	angle    makes frequencies, and sines and cosines of position times frequency, exact at any position
//	kernel   the hot loops: Add, Sub, ScaleAdd and SubUnscale of a row, Block that makes rows and adds them in one go, Turn that
//	         carries sines and cosines from one block to the next, LeastPhase that finds entries nearly 0, which want
//	         more care, Rotate that turns heads by rows of cosines and sines
//	rows     keeps and makes the rows of the encodings that have a row for each position; additive and rotary share it
//	truth    is what the tests hold all of it against, and no program has it
//
// jsbridge is both sides of the border to JavaScript, and nothing else knows about it; wasm is its main package.
//
// # Choices that want their reason
//
//   - The kernels are Go assembly on wasm. Go's compiler does not vectorise, and a second toolchain for a few loops
//     would be one more thing to install and to trust.
//   - The frequencies are 256-bit fixed point and the angle of a position is an exact integer product, reduced by
//     letting whole turns overflow. A float64 angle at position 131,072 has already lost what a float32 needs. Models
//     that were trained on that loss may have it: [Float32].
//   - No result comes from math.Sin, Exp, Log or Pow, which differ between machines, and no product that feeds a sum may be
//     fused with it. So every bit is the same everywhere.
//   - A row is a function of its position alone, not of the row before it. So any part of a sequence can be made
//     anywhere, in any order, on any machine, with the same bits.
//   - A bias that depends on the distance alone is kept as one line of values for each head, and a row of scores is a
//     stretch of it: the matrix is never built. The axes of a grid are kept likewise, and not its cells.
//   - Options are structs whose zero values mean the default, with the JavaScript names of their fields as json tags. The
//     bridge fills in these very structs, so there is one list of options and one place that checks them. Where 0 is a value
//     of its own the field is a pointer, or the other way round (NoTruncate, Unidirectional).
//   - hfconfig returns options and makes nothing, so that they can be looked at and changed first. The ES module,
//     too, makes its encoders from them, by the calls that a user has.
//   - The encodings use no fmt, encoding/json or sort. In the browser each of these would be a large part of what is fetched.
package encoding
