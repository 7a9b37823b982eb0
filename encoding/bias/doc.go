// Package bias has the encodings that are added to attention scores: s + b(i, j), for query i and key j.
//
//   - [ALiBi]: b = m_h·(j-i), a slope for each head; nothing is learned: BLOOM, MPT.
//   - [T5]: b = weights[bucket(j-i), h], logarithmic buckets: T5, MPNet.
//   - [Kerple]: b = -p·ln(1+a·|i-j|) or -a·|i-j|^p, two numbers for each head.
//   - [Fire]: b = MLP_h(ψ(|i-j|) / ψ(max(i, L))), the only one that depends on i beside j-i.
//   - [Swin]: b = weights[index(i-j in two axes), h], within a window of an image.
//   - [Deberta]: bucket(i-j), buckets alone: they choose vectors, not numbers.
//   - [Shaw]: clip(j-i, -k, k) + k, buckets alone, likewise.
//
// Projects differ in the sign of the relative position, so every name and comment here says key - query (j-i) or
// query - key (i-j). ALiBi's line goes on for j > i, where it is above 0, for the causal mask to hide. No encoder here masks.
//
// Scores are float32, row-major [batch, heads, queryLength, keyLength]; an encoder changes them in place, and [At] says
// which queries and keys they are of: while decoding, At.Offset is the position of the one query, KeyLength-1. A bias is made
// in float64, rounded to float32 once, and added in float32. All but Fire and Swin depend on the head and on j-i alone, so
// their matrix is never built: an encoder keeps one line of values for each head, over the distances in use, and a row of
// scores is a stretch of it.
//
// On any error nothing has been written, and the error is an [encoding.OptionError]. Encoders are safe for concurrent use; the arrays that they are given are the
// caller's to keep apart.
package bias
