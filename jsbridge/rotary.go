//go:build js && wasm

package jsbridge

import (
	"posenc/encoding"
	"posenc/encoding/rotary"
)

func init() { schemes["rotary"] = newRotary }

func newRotary(s snapshot) (*handle, error) {
	var o rotary.Options
	if err := s.into(&o); err != nil {
		return nil, err
	}
	r, err := rotary.New(o)
	if err != nil {
		return nil, err
	}
	o = r.Options()
	h := rotaryHandle(r, o.HeadDim, o.RotaryDim, o)
	h.numbers = rotaryNumbers(r)
	return h, nil
}

func rotaryNumbers(r *rotary.Rotary) map[int32]func() []float64 {
	return map[int32]func() []float64{
		propertyFrequencies: func() []float64 { return r.InverseFrequencies(0) },
		propertyFactor:      func() []float64 { return []float64{r.AttentionFactor()} },
	}
}

// A rotaryEncoder is any encoder that turns queries and keys.
type rotaryEncoder interface {
	Check(length int, at rotary.At, positions int) error
	CheckPositions(positions []float64, first int) error
	Rotate(x []float32, at rotary.At) error
	Unrotate(x []float32, at rotary.At) error
	FillCosSin(cos, sin []float32, at rotary.At) error
}

// rotaryHandle is the handle of an encoder that turns; options is for its answer.
func rotaryHandle(e rotaryEncoder, headDim, rotaryDim int, options any) *handle {
	at := func(c *call) rotary.At {
		at := rotary.At{Batch: c.batch, Heads: c.heads, Positions: c.positions, Once: c.once, SequenceLength: c.sequence}
		if c.op != opShift {
			at.Offset = int64(c.offset)
		}
		if c.bhsd {
			at.Order = rotary.BHSD
		}
		return at
	}
	h := &handle{
		width:          headDim,
		rowLength:      rotaryDim,
		axes:           1,
		ops:            1<<opRotate | 1<<opUnrotate | 1<<opShift | 1<<opCosSin,
		options:        options,
		checkPositions: e.CheckPositions,
		check:          func(c *call, length, positions int) error { return e.Check(length, at(c), positions) },
		run: func(c *call) error {
			switch c.op {
			case opRotate:
				return e.Rotate(c.x, at(c))
			case opUnrotate:
				return e.Unrotate(c.x, at(c))
			case opCosSin:
				half := len(c.x) / 2
				return e.FillCosSin(c.x[:half], c.x[half:], at(c))
			}
			s, ok := e.(interface {
				Shift(x []float32, delta float64, at rotary.At) error
			})
			if !ok {
				return &encoding.OptionError{Option: "delta", Want: "an encoding whose angles grow with positions", Got: encoding.Number(c.offset)}
			}
			return s.Shift(c.x, c.offset, at(c))
		},
	}
	h.quick, _ = e.(quicker)
	return h
}
