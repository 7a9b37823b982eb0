//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["sinusoidal"] = newSinusoidal }

func newSinusoidal(s snapshot) (*handle, error) {
	var o additive.SinusoidalOptions
	err := s.preset("vaswani", &o, func(name string) (err error) {
		o, err = additive.Convention(name, o.Dim)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := additive.NewSinusoidal(o)
	if err != nil {
		return nil, err
	}
	return wavesHandle(e, e.Options()), nil
}

// A wavesEncoder is one whose rows are the sines and cosines of frequencies.
type wavesEncoder interface {
	additiveEncoder
	Frequencies() []float64
	Wavelengths() []float64
	ShiftMatrixRow(dst []float64, k float64, row int) error
}

func wavesHandle(e wavesEncoder, options any) *handle {
	h := additiveHandle(e, options)
	h.numbers = map[int32]func() []float64{propertyFrequencies: e.Frequencies, propertyWavelengths: e.Wavelengths}
	h.row = e.ShiftMatrixRow
	return h
}
