package hfconfig

import "posenc/encoding/rotary"

// LearnedOptions choose a table of learned rows, one for each position.
type LearnedOptions struct {
	Dim       int       // width of a row
	Rows      int       // how many rows the table has
	RowOffset int       // the row of position 0: 2 in BART and OPT, pad_token_id+1 in RoBERTa
	Weights   []float32 // [Rows, Dim], from the checkpoint; nil here
}

// MRopeOptions choose a rotary encoding of positions in three axes: time, height and width.
type MRopeOptions struct {
	Options     rotary.Options
	Sections    []int // how many pairs follow each axis ("mrope_section")
	Interleaved bool  // the axes take pairs in turn (Qwen3-VL), not in ranges (Qwen2-VL) ("mrope_interleaved")
}

// ALiBiOptions choose linear biases of attention.
type ALiBiOptions struct {
	Heads     int
	MaxBias   float64 // the 8 of the paper's slopes ("alibi_bias_max")
	Slopes    string  // "official" or "mpt", where Heads is no power of two
	Symmetric bool
}

// T5Options choose T5's buckets of relative positions.
type T5Options struct {
	Heads          int
	NumBuckets     int       // "relative_attention_num_buckets"
	MaxDistance    int       // "relative_attention_max_distance"
	Unidirectional bool      // no buckets for later keys: a decoder
	Weights        []float32 // [NumBuckets, Heads], from the checkpoint; nil here
}

// DeBERTaOptions choose DeBERTa's relative positions.
type DeBERTaOptions struct {
	PositionBuckets      int // "position_buckets"; 0 means none: positions are only clipped
	MaxRelativePositions int // "max_relative_positions", or "max_position_embeddings" where that is not positive
}
