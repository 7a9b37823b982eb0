//go:build js && wasm

package jsbridge

import "posenc/encoding/rotary"

func init() {
	schemes["mrope"] = newMRope
	schemes["axialRotary"] = newAxial
	schemes["rotaryCached"] = newCached
}

func newMRope(s snapshot) (*handle, error) {
	var o rotary.MRopeOptions
	if err := s.into(&o); err != nil {
		return nil, err
	}
	e, err := rotary.NewMRope(o)
	if err != nil {
		return nil, err
	}
	o = e.Options()
	h := rotaryHandle(e, o.HeadDim, o.RotaryDim, o)
	h.axes = len(o.Sections)
	h.numbers = rotaryNumbers(e.Rotary)
	return h, nil
}

func newAxial(s snapshot) (*handle, error) {
	var o rotary.AxialOptions
	if err := s.into(&o); err != nil {
		return nil, err
	}
	e, err := rotary.NewAxial(o)
	if err != nil {
		return nil, err
	}
	h := rotaryHandle(e, e.Options().HeadDim, 2*e.Pairs(), e.Options())
	h.checkPositions, h.length = e.CheckPositions, e.Rows()
	return h, nil
}

// newCached makes an encoder of given cosines and sines, the first two of the arrays.
func newCached(s snapshot) (*handle, error) {
	var o rotary.CachedOptions
	if err := s.into(&o); err != nil {
		return nil, err
	}
	e, err := rotary.NewCached(o, s.arrays[0], s.arrays[1])
	if err != nil {
		return nil, err
	}
	h := rotaryHandle(e, e.Options().HeadDim, 2*e.Pairs(), e.Options())
	h.checkPositions, h.length = e.CheckPositions, e.Rows()
	return h, nil
}
