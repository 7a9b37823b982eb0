// Package analysis measures what an encoding does, to answer by numbers what people who learn Transformers ask:
//
//   - Why does adding positions not spoil the meaning of tokens? [Preserve], [CosinesWithin], [CosinesBetween], [RandomCosine],
//     [Overlap]; [Project] for the same tokens at another width.
//   - Why sine and cosine both? [ShiftResidual], [Orthogonality], [FitShift], [Gram], [Profile], [Spectrum], [FirstRepetition].
//   - Why does attention need positions at all? [Attention], [PermutationError].
//
// It knows no scheme. A table or embeddings are float32, row-major [rows, dim], as every encoder makes and takes them; what
// is measured is float64. What has to be done to queries and keys is a function, and a bias is a matrix.
//
// Numbers in are finite, and others an error, as are lengths that are no multiple of dim, and a measure of no rows. Every error is an
// [encoding.OptionError], and nothing that a caller has is written. Each call says how many multiplications it makes: one
// that would make more than [MaxWork], or a result of more than [MaxResult] numbers, is refused before it starts. All sums
// have one order, so every bit is the same everywhere. Calls keep nothing, and may be made at once.
package analysis
