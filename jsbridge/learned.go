//go:build js && wasm

package jsbridge

import (
	"posenc/encoding"
	"posenc/encoding/additive"
)

func init() { schemes["learned"] = newLearned }

// newLearned makes the encoder of a table, after resizing it where options say so: from and to are [rows] or [H, W].
func newLearned(s snapshot) (*handle, error) {
	var o additive.LearnedOptions
	var r struct {
		Resize struct {
			additive.ResizeOptions
			From []int `json:"from"`
			To   []int `json:"to"`
		} `json:"resize"`
	}
	if err := s.into(&o); err != nil {
		return nil, err
	}
	if err := s.into(&r); err != nil {
		return nil, err
	}
	if from, to := r.Resize.From, r.Resize.To; len(from)+len(to) > 0 {
		var err error
		switch {
		case o.Weights == nil:
			err = &encoding.OptionError{Option: "weights", Want: "those that are to be resized", Got: "none"}
		case o.Rows != 0:
			err = &encoding.OptionError{Option: "rows", Want: "none with resize, which says how many", Got: encoding.Text(o.Rows)}
		case o.Dim > 0 && !resizable(to, r.Resize.PrefixTokens, o.Dim):
			err = &encoding.OptionError{Option: "resize.to", Want: "a table of at most 1 GiB that fits in the module's memory", Got: encoding.Text(to)}
		case len(from) == 1 && len(to) == 1:
			o.Weights, err = additive.Resize1D(o.Weights, from[0], o.Dim, to[0], r.Resize.ResizeOptions)
		case len(from) == 2 && len(to) == 2:
			o.Weights, err = additive.Resize2D(o.Weights, [2]int(from), o.Dim, [2]int(to), r.Resize.ResizeOptions)
		default:
			err = &encoding.OptionError{Option: "resize.to", Want: "[rows] or [height, width], as resize.from", Got: encoding.Text(from, " and ", to)}
		}
		if err != nil {
			return nil, err
		}
	}
	e, err := additive.NewLearned(o)
	if err != nil {
		return nil, err
	}
	h := additiveHandle(e, e.Options())
	h.length = e.Options().Rows
	return h, nil
}

// resizable reports whether a table of these rows may be made, by the limits of alloc.
func resizable(to []int, prefix, dim int) bool {
	bytes := 4 * float64(dim)
	cells := 1.0
	for _, n := range to {
		cells *= float64(n)
	}
	bytes *= cells + float64(prefix)
	return bytes <= maxAlloc && bytes <= float64(maxLive-live)
}
