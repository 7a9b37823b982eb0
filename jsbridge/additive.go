//go:build js && wasm

package jsbridge

import "posenc/encoding/additive"

// An additive is any encoder that adds rows.
type additiveEncoder interface {
	Dim() int
	Check(length int, at additive.At, positions int) error
	CheckPositions(positions []float64, first int) error
	quicker
	Add(x []float32, at additive.At) error
	Subtract(x []float32, at additive.At) error
	Fill(x []float32, at additive.At) error
}

// additiveHandle is the handle of an encoder that adds rows; options is for its answer.
func additiveHandle(e additiveEncoder, options any) *handle {
	at := func(c *call) additive.At {
		return additive.At{Batch: c.batch, Offset: int64(c.offset), Positions: c.positions, Once: c.once}
	}
	return &handle{
		width:          e.Dim(),
		rowLength:      e.Dim(),
		axes:           1,
		ops:            1<<opAdd | 1<<opSubtract | 1<<opFill,
		options:        options,
		checkPositions: e.CheckPositions,
		check:          func(c *call, length, positions int) error { return e.Check(length, at(c), positions) },
		quick:          e,
		run: func(c *call) error {
			switch c.op {
			case opAdd:
				return e.Add(c.x, at(c))
			case opSubtract:
				return e.Subtract(c.x, at(c))
			default:
				return e.Fill(c.x, at(c))
			}
		},
	}
}
