package bias

import (
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/kernel"
)

// SwinOptions are the knobs of [Swin].
type SwinOptions struct {
	Window [2]int `json:"window"` // height H and width W, each from 1 to 1024
	Heads  int    `json:"heads"`  // from 1 to MaxHeads; 0 for an encoder that has buckets alone
	// Weights are the learned biases [(2H-1)·(2W-1), Heads], as relative_position_bias_table; nil for buckets alone.
	Weights []float32 `json:"weights"`
}

// Swin is the bias of Liu et al. 2021, section 3.2, within a window of H·W cells in row-major order: b = weights[bucket, h],
// for cells (y, x) of the query and (v, u) of the key, in the sign query - key:
//
//	bucket = (y - v + H - 1)·(2W - 1) + (x - u + W - 1)
//
// as relative_position_index of microsoft/Swin-Transformer. Scores are [batch·windows, heads, H·W, H·W]: At.Batch is batch times
// windows, the two lengths are H·W, and At.Offset is 0.
type Swin struct {
	core
	options SwinOptions
}

// NewSwin returns the encoder, or an [encoding.OptionError].
func NewSwin(o SwinOptions) (*Swin, error) {
	for i, n := range o.Window {
		if err := integer(encoding.Text("window[", i, "]"), n, 1, 1024); err != nil {
			return nil, err
		}
	}
	w := &swinWindow{h: o.Window[0], w: o.Window[1]}
	buckets := (2*w.h - 1) * (2*w.w - 1)
	noBias, err := weightsOf(&o.Weights, o.Heads, buckets, "(2H-1)·(2W-1)·heads")
	if err != nil {
		return nil, err
	}
	if noBias == nil {
		w.lines = make([]float32, len(o.Weights))
		for i, v := range o.Weights {
			bucket, head := i/o.Heads, i%o.Heads
			w.lines[head*buckets+buckets-1-bucket] = v
		}
	}
	return &Swin{core: core{heads: o.Heads, scheme: w, noBias: noBias}, options: o}, nil
}

// Options returns the options.
func (s *Swin) Options() SwinOptions {
	o := s.options
	o.Weights = copyOf32(o.Weights)
	return o
}

// A swinWindow is the rows of Swin. Along a row of keys the bucket goes down by one, so the weights of each head are kept in
// reverse: [heads, 2H-1, 2W-1], of which a row of the window is a stretch.
type swinWindow struct {
	h, w  int
	lines []float32
}

func (s *swinWindow) check(g grid) error {
	n := s.h * s.w
	for i, length := range [...]int{g.queries, g.keys} {
		if length != n {
			return &encoding.OptionError{Option: [...]string{"queryLength", "keyLength"}[i],
				Want: encoding.Text("the ", s.h, "·", s.w, " cells of a window"), Got: strconv.Itoa(length)}
		}
	}
	if g.offset != 0 {
		return &encoding.OptionError{Option: "offset", Want: "0 within a window", Got: strconv.FormatInt(g.offset, 10)}
	}
	return nil
}

func (s *swinWindow) ready(g grid) bool { return s.check(g) == nil }

// stretch returns where the reversed buckets of a query and of keys key, key+1, ... of one row are, and how many of those
// there are.
func (s *swinWindow) stretch(query int64, key int) (at, n int) {
	y, x := int(query)/s.w, int(query)%s.w
	v, u := key/s.w, key%s.w
	return (v-y+s.h-1)*(2*s.w-1) + u - x + s.w - 1, s.w - u
}

func (s *swinWindow) rows(op kernel.Op, x []float32, head int, query int64, key, count int, heads bool) {
	size := (2*s.h - 1) * (2*s.w - 1)
	for n := int(uint(len(x)) / uint(count)); len(x) > 0; x = x[n:] {
		line := s.lines[head*size:][:size]
		for row, key := x[:n], key; len(row) > 0; {
			at, n := s.stretch(query, key)
			n = min(n, len(row))
			cells := 1
			if n == s.w {
				cells = int(uint(len(row)) / uint(n)) // rows of cells: the next one's buckets are a row of buckets on
			}
			kernel.Strips(op, row, n, line, at, 2*s.w-1, n, cells)
			row, key = row[n*cells:], key+n*cells
		}
		if heads {
			head++
		} else {
			query++
		}
	}
}

func (s *swinWindow) buckets(dst []int32, query int64, key int) {
	last := (2*s.h-1)*(2*s.w-1) - 1
	for len(dst) > 0 {
		at, n := s.stretch(query, key)
		n = min(n, len(dst))
		for i := range dst[:n] {
			dst[i] = int32(last - at - i)
		}
		dst, key = dst[n:], key+n
	}
}
