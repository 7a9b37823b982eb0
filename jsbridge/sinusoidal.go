//go:build js && wasm

package jsbridge

import (
	"math"
	"syscall/js"

	"posenc/encoding/additive"
)

func init() { schemes["sinusoidal"] = newSinusoidal }

// sinusoidalOptions is the snapshot of posenc.sinusoidal's options. inputScale is a number or the name of a rule there;
// here each has a field.
type sinusoidalOptions struct {
	Dim            *float64 `js:"dim"`
	Base           *float64 `js:"base"`
	Layout         *string  `js:"layout"`
	FrequencyShift *float64 `js:"frequencyShift"`
	MinTimescale   *float64 `js:"minTimescale"`
	OddDim         *string  `js:"oddDim"`
	Scale          *float64 `js:"scale"`
	InputScale     *float64 `js:"inputScale"`
	InputScaleRule *string  `js:"inputScaleRule"`
	Convention     *string  `js:"convention"`
}

// sinusoidalAnswer is the options with defaults filled in.
type sinusoidalAnswer struct {
	Dim            int     `js:"dim"`
	Base           float64 `js:"base"`
	Layout         string  `js:"layout"`
	FrequencyShift float64 `js:"frequencyShift"`
	MinTimescale   float64 `js:"minTimescale"`
	OddDim         string  `js:"oddDim"`
	Scale          float64 `js:"scale"`
	InputScale     float64 `js:"inputScale"`
	Convention     string  `js:"convention"`
}

func newSinusoidal(snapshot js.Value) (*handle, error) {
	var given sinusoidalOptions
	if err := decode(snapshot, &given); err != nil {
		return nil, err
	}
	name := "vaswani"
	if given.Convention != nil {
		name = *given.Convention
	}
	dim, err := integer("dim", *given.Dim)
	if err != nil {
		return nil, err
	}
	o, err := additive.Convention(name, dim)
	if err != nil {
		return nil, err
	}
	for _, err := range []error{
		number("base", given.Base, &o.Base, "a positive finite number"),
		number("minTimescale", given.MinTimescale, &o.MinTimescale, "a positive finite number"),
		number("scale", given.Scale, &o.Scale, "a number with a magnitude from 2^-126 to 3.4e38, which float32 holds"),
		number("inputScale", given.InputScale, &o.InputScale, "a number with a magnitude from 2^-126 to 3.4e38, which float32 holds"),
	} {
		if err != nil {
			return nil, err
		}
	}
	if given.FrequencyShift != nil {
		o.FrequencyShift = *given.FrequencyShift
	}
	if given.Layout != nil {
		o.Layout = additive.Layout(*given.Layout)
	}
	if given.OddDim != nil {
		o.OddDim = additive.OddDim(*given.OddDim)
	}
	if given.InputScaleRule != nil { // "sqrt-dim", the only one
		o.InputScale = math.Sqrt(float64(dim))
	}
	s, err := additive.NewSinusoidal(o)
	if err != nil {
		return nil, err
	}
	o = s.Options()
	h := &handle{
		dim:   dim,
		check: s.Check,
		float64: map[int32]func() []float64{
			propertyFrequencies: s.Frequencies,
			propertyWavelengths: s.Wavelengths,
		},
		row: s.ShiftMatrixRow,
		options: sinusoidalAnswer{
			Dim: o.Dim, Base: o.Base, Layout: string(o.Layout), FrequencyShift: o.FrequencyShift, MinTimescale: o.MinTimescale,
			OddDim: string(o.OddDim), Scale: o.Scale, InputScale: o.InputScale, Convention: name,
		},
	}
	h.ops[opAdd], h.ops[opSubtract], h.ops[opFill] = s.Add, s.Subtract, s.Fill
	return h, nil
}
