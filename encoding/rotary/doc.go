// Package rotary turns queries and keys by angles that grow with their positions, so that attention scores depend on
// distances.
//
//   - [Rotary]: RoPE with every [Scaling] in use, whole heads or a part of each: language models; with [XPosRole], xPos.
//   - [MRope]: the same with a position on each of several axes, all on one ladder: text and images in one sequence (Qwen-VL).
//   - [Axial]: frequencies of its own for each axis of a grid: vision towers and diffusion models.
//   - [Cached]: cosines and sines that are given: ONNX's operator, caches of vLLM.
//
// [MRopePositions] makes the positions of MRope. [Permute] turns weights for one [Pairing] of channels into those for the
// other; to mistake the two is the field's commonest bug, and nothing fails.
//
// Queries and keys are float32, row-major [batch, seq, heads, headDim] or as [Order] says; an encoder turns them in place.
// [At] says which position each has: while decoding, At.Offset is how many keys are in the cache. Dynamic and LongRoPE
// follow the length of the sequence, so keys that were turned as part of a shorter one disagree with later queries;
// At.SequenceLength fixes it. Yarn's and longrope's attention factor is in cos, sin and Rotate already.
//
// On any error nothing has been written, and the error is an [encoding.OptionError]. Encoders are safe for concurrent use; the arrays that they are given are the
// caller's to keep apart.
package rotary
