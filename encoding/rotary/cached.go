package rotary

import (
	"posenc/encoding"
	"strconv"
)

// CachedOptions say what the rows of a cache turn. Only HeadDim must be set.
type CachedOptions struct {
	HeadDim   int     `json:"headDim"`   // width of a head, 2 to MaxHeadDim
	RotaryDim int     `json:"rotaryDim"` // how many of its first channels are turned, even; 0 means HeadDim
	Pairing   Pairing `json:"pairing"`   // "" means Half
}

// Cached turns by cosines and sines that are given: [positions, rotaryDim/2] each, as the cos_cache and sin_cache of ONNX's
// RotaryEmbedding, and the two halves of the cos_sin_cache of vLLM and flashinfer. With row (c, s) of a position,
//
//	a' = a·c - b·s
//	b' = b·c + a·s
//
// Positions are row numbers; a fraction, or a number outside of the cache, is an error. A cache for each batch element, as
// ONNX's operator has without position_ids, [batch, seq, rotaryDim/2], is one of batch·seq rows, and at.Positions then
// are 0, 1, ... batch·seq-1.
//
// c² + s² need not be 1, as with an attention factor, so Unrotate turns by (c, -s)/(c² + s²), taken in float64 and rounded
// once. Where c = s = 0 nothing is left to turn back, and it gives 0. It is safe for concurrent use.
type Cached struct {
	lookup
	options CachedOptions
}

// NewCached checks the options and copies the cache. The error is an [encoding.OptionError].
func NewCached(o CachedOptions, cos, sin []float32) (*Cached, error) {
	full, err := plain(o.HeadDim, o.RotaryDim, 0, o.Pairing)
	if err != nil {
		return nil, err
	}
	o.RotaryDim, o.Pairing = full.RotaryDim, full.Pairing
	n := o.RotaryDim / 2
	if len(cos) == 0 || len(cos)%n != 0 {
		return nil, bad("cos", encoding.Text("rows of rotaryDim/2 = ", n, ", at least one"), encoding.Text(len(cos), " numbers"))
	}
	if len(sin) != len(cos) {
		return nil, bad("sin", encoding.Text("as many as cos = ", len(cos)), strconv.Itoa(len(sin)))
	}
	s := cache{rows: make([]float32, 2*len(cos)), pairs: n}
	for at := 0; at < len(cos); at += n {
		copy(s.rows[2*at:], cos[at:at+n])
		copy(s.rows[2*at+n:], sin[at:at+n])
	}
	c := &Cached{options: o, lookup: lookup{headDim: o.HeadDim, pairs: n, pairing: o.Pairing, rows: int64(len(cos) / n)}}
	c.forward = full.table(s)
	s.inverse = true
	c.back = full.table(s)
	return c, nil
}

// Options returns the options with defaults filled in.
func (c *Cached) Options() CachedOptions { return c.options }

// A cache is the rows [cos, sin] of Cached, or their inverses but for the sign of the sine.
type cache struct {
	rows    []float32
	pairs   int
	inverse bool
}

// Make copies the rows of positions first, first+1, ... A table rounds what it keeps up to whole blocks; those rows past
// the end are 0, and nothing uses them.
func (c cache) Make(dst []float32, first int64) {
	width := 2 * c.pairs
	clear(dst[copy(dst, c.rows[min(int(first)*width, len(c.rows)):]):])
	for ; c.inverse && len(dst) > 0; dst = dst[width:] {
		for i, v := range dst[:c.pairs] {
			cos, sin := float64(v), float64(dst[c.pairs+i])
			if square := float64(cos*cos) + float64(sin*sin); square != 0 {
				dst[i], dst[c.pairs+i] = float32(cos/square), float32(sin/square)
			}
		}
	}
}

// MakeAt writes the row of a position, which is an integer.
func (c cache) MakeAt(dst []float32, position float64) { c.Make(dst, int64(position)) }
