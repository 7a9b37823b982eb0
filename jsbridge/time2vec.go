//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

func init() {
	schemes["time2vec"] = func(s snapshot) (*handle, error) {
		var o additive.Time2VecOptions
		if err := s.into(&o); err != nil {
			return nil, err
		}
		e, err := additive.NewTime2Vec(o)
		if err != nil {
			return nil, err
		}
		return additiveHandle(e, e.Options()), nil
	}
}
