//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["sinusoidal"] = newSinusoidal }

func newSinusoidal(s snapshot) (*handle, error) {
	var given struct {
		Dim        int    `json:"dim"`
		Convention string `json:"convention"`
	}
	given.Convention = "vaswani"
	if err := s.into(&given); err != nil {
		return nil, err
	}
	o, err := additive.Convention(given.Convention, given.Dim)
	if err != nil {
		return nil, err
	}
	if err := s.into(&o); err != nil {
		return nil, err
	}
	e, err := additive.NewSinusoidal(o)
	if err != nil {
		return nil, err
	}
	h := additiveHandle(e, e.Options())
	h.numbers = map[int32]func() []float64{propertyFrequencies: e.Frequencies, propertyWavelengths: e.Wavelengths}
	h.row = e.ShiftMatrixRow
	return h, nil
}
