// Package rotary turns queries and keys by angles that grow with their positions, so that attention scores depend on
// distances. [Rotary] is RoPE with every scaling in use; [New] makes one.
package rotary
