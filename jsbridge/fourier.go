//go:build js && wasm

package jsbridge

import (
	"errors"

	"posenc/encoding"
	"posenc/encoding/additive"
)

func init() { schemes["fourier"] = newFourier }

// newFourier makes an encoder whose positions are points: inputs numbers side by side.
func newFourier(s snapshot) (*handle, error) {
	var o additive.FourierOptions
	if err := s.into(&o); err != nil {
		return nil, err
	}
	e, err := additive.NewFourier(o)
	if err != nil {
		return nil, err
	}
	o = e.Options()
	return &handle{
		width:     e.Dim(),
		rowLength: e.Dim(),
		axes:      o.Inputs,
		points:    true,
		ops:       1 << opFill,
		options:   o,
		check:     func(_ *call, length, positions int) error { return e.Check(length, positions) },
		checkPositions: func(points []float64, first int) error {
			err := encoding.CheckPositions(points, first)
			var bad *encoding.OptionError
			if errors.As(err, &bad) {
				bad.Option = "points" + bad.Option[len("positions"):]
			}
			return err
		},
		run:     func(c *call) error { return e.Encode(c.x, c.positions) },
		numbers: map[int32]func() []float64{propertyFrequencies: e.Frequencies},
	}, nil
}
