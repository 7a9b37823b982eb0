//go:build js && wasm

package jsbridge

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/additive"
)

// The numbers of operations and properties; js/runtime.js has the same.
const (
	opAdd = iota
	opSubtract
	opFill
)

const (
	propertyFrequencies int32 = iota
	propertyWavelengths
)

// posenc_check says whether run would take an array of length elements, with this many positions (-1: none), without
// touching anything. The staged path asks it first, so that what it then does in pieces is all or nothing.
//
//go:wasmexport posenc_check
func check(id int32, length, batch, offset, positions float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err != nil {
		return failed(err)
	}
	where, err := at(batch, offset)
	if err != nil {
		return failed(err)
	}
	if !(length >= 0 && length <= 1<<53) {
		return failed(&encoding.OptionError{Option: "length", Want: "a length that an array can have", Got: encoding.Number(length)})
	}
	return failed(h.check(int(length), where, int(positions)))
}

// posenc_check_positions looks at the positions in the positions buffer; first is the number of the first of them.
//
//go:wasmexport posenc_check_positions
func checkPositions(count int32, first float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	return failed(encoding.CheckPositions(positions[:count], int(first)))
}

// posenc_run does an operation in place on length elements of an array, from one on. positionCount is how many positions
// are in the positions buffer, or -1 for offset, offset + 1, ..., or -2 for the same when the rows need not be kept.
//
//go:wasmexport posenc_run
func run(id, op, array, from, length int32, batch, offset float64, positionCount int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err != nil {
		return failed(err)
	}
	where, err := at(batch, offset)
	if err != nil {
		return failed(err)
	}
	where.Once = positionCount == -2
	if positionCount >= 0 {
		where.Positions = positions[:positionCount:positionCount]
	}
	return failed(h.ops[op](arrays[array][from:from+length:from+length], where))
}

// posenc_float64 writes a property's numbers into the staging buffer, which the widest encoder's just fit, and their
// count into the first of the positions.
//
//go:wasmexport posenc_float64
func float64Property(id, property int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err == nil {
		positions[0] = float64(copy(staging64[:], h.float64[property]()))
	}
	return failed(err)
}

// posenc_shift_row writes a row of the shift matrix into the staging buffer, as float64.
//
//go:wasmexport posenc_shift_row
func shiftRow(id int32, k float64, row int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err == nil {
		err = h.row(staging64[:h.dim], k, int(row))
	}
	return failed(err)
}

// posenc_release lets go of an encoder.
//
//go:wasmexport posenc_release
func release(id int32) {
	if h, _ := encoder(id); h != nil {
		handles[id] = nil
	}
}

// at turns numbers from JavaScript into an At, or says which is no integer.
func at(batch, offset float64) (additive.At, error) {
	n, err := integer("batch", batch)
	if err != nil {
		return additive.At{}, err
	}
	if offset != math.Trunc(offset) || math.Abs(offset) > 1<<53 {
		return additive.At{}, &encoding.OptionError{Option: "offset", Want: "an integer within ±2^53", Got: encoding.Number(offset)}
	}
	return additive.At{Batch: n, Offset: int64(offset)}, nil
}
