//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["timestep"] = newTimestep }

func newTimestep(s snapshot) (*handle, error) {
	var o additive.TimestepOptions
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
		if o, err = additive.TimestepConvention(named.Convention, o.Dim); err != nil {
			return nil, err
		}
		if err := s.into(&o); err != nil {
			return nil, err
		}
	}
	e, err := additive.NewTimestep(o)
	if err != nil {
		return nil, err
	}
	h := additiveHandle(e, e.Options())
	h.numbers = map[int32]func() []float64{propertyFrequencies: e.Frequencies, propertyWavelengths: e.Wavelengths}
	h.row = e.ShiftMatrixRow
	return h, nil
}
