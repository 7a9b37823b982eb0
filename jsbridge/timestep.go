//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() { schemes["timestep"] = newTimestep }

func newTimestep(s snapshot) (*handle, error) {
	var o additive.TimestepOptions
	err := s.preset("", &o, func(name string) (err error) {
		o, err = additive.TimestepConvention(name, o.Dim)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := additive.NewTimestep(o)
	if err != nil {
		return nil, err
	}
	return wavesHandle(e, e.Options()), nil
}
