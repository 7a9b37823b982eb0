// Package rotary turns queries and keys by angles that grow with their positions, so that attention scores depend on
// distances. [Rotary] is RoPE with every scaling in use, [MRope] the same with a position on each of several axes, [Axial]
// has frequencies of its own for each axis of a grid, and [Cached] takes cosines and sines that are given. [Permute] turns
// weights for one pairing of channels into those for the other.
package rotary
