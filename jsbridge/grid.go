//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["grid"] = newGrid }

func newGrid(s snapshot) (*handle, error) {
	var o additive.GridOptions
	var named struct {
		Convention string `json:"convention"`
	}
	if err := s.into(&o); err != nil {
		return nil, err
	}
	if err := s.into(&named); err != nil {
		return nil, err
	}
	if named.Convention != "" {
		var err error
		if o, err = additive.GridConvention(named.Convention, o.Dim, o.Shape...); err != nil {
			return nil, err
		}
		if err := s.into(&o); err != nil {
			return nil, err
		}
	}
	e, err := additive.NewGrid(o)
	if err != nil {
		return nil, err
	}
	h := additiveHandle(e, e.Options())
	h.length = e.Length()
	h.numbers = map[int32]func() []float64{propertyFrequencies: e.Frequencies}
	return h, nil
}
