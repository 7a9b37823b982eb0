// Package additive has the encodings that are added to token embeddings: y = x + PE(p).
//
// Embeddings are float32, row-major [batch, seq, dim]; an encoder changes them in place. Which position each row has
// is said by [At]. On any error nothing has been written. Encoders are safe for concurrent use; the arrays that they
// are given are the caller's to keep apart.
package additive
