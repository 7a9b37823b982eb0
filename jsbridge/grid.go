//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["grid"] = newGrid }

func newGrid(s snapshot) (*handle, error) {
	var o additive.GridOptions
	err := s.preset("", &o, func(name string) (err error) {
		o, err = additive.GridConvention(name, o.Dim, o.Shape...)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := additive.NewGrid(o)
	if err != nil {
		return nil, err
	}
	h := additiveHandle(e, e.Options())
	h.length = e.Length()
	h.rowLength = 0 // none are kept: a part of a sequence needs no more than all of it
	h.numbers = map[int32]func() []float64{propertyFrequencies: e.Frequencies}
	return h, nil
}
