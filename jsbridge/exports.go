//go:build js && wasm

package jsbridge

import (
	"math"

	"posenc/encoding"
)

// The numbers of operations and properties; js/runtime.js has the same.
const (
	opAdd = iota
	opSubtract
	opFill
	opRotate
	opUnrotate
	opShift
	opCosSin
)

// quickOps are the operations that a quicker has.
const quickOps = 1<<opAdd | 1<<opSubtract | 1<<opRotate | 1<<opUnrotate

const (
	propertyFrequencies int32 = iota
	propertyWavelengths
	propertyFactor
	propertySlopes
)

// A call is what to do to an array, and which positions its rows have.
type call struct {
	op        int32
	x         []float32
	batch     int
	heads     int
	bhsd      bool
	offset    float64 // an integer, but for opShift, where it is the shift
	sequence  int64   // how long the whole sequence is; 0 for as long as its positions say
	positions []float64
	once      bool // the rows need not be kept
}

// encoderWith returns the encoder with this number, which must know the operation.
func encoderWith(id, op int32) (*handle, error) {
	h, err := encoder(id)
	if err == nil && h.ops>>op&1 == 0 {
		err = errThis
	}
	return h, err
}

// current is the call under way. There is one at a time, and one of its own for each would be on the heap: it goes through
// functions of a handle, which the compiler cannot follow.
var current call

// newCall checks the numbers that came, and makes them the current call.
func newCall(op int32, batch, heads float64, order int32, offset, sequence float64) (c *call, err error) {
	c = &current
	*c = call{}
	if c.batch, err = counting("batch", batch); err != nil {
		return c, err
	}
	if c.heads, err = counting("heads", heads); err != nil {
		return c, err
	}
	if op != opShift && (offset != math.Trunc(offset) || math.Abs(offset) > encoding.MaxPosition) {
		return c, &encoding.OptionError{Option: "offset", Want: "an integer within ±2^53", Got: encoding.Number(offset)}
	}
	if !(sequence >= 0 && sequence <= encoding.MaxPosition && sequence == math.Trunc(sequence)) {
		return c, &encoding.OptionError{Option: "sequenceLength", Want: "a positive integer up to 2^53", Got: encoding.Number(sequence)}
	}
	c.op, c.bhsd, c.offset, c.sequence = op, order != 0, offset, int64(sequence)
	return c, nil
}

// posenc_check says whether run would take an array of length elements, with this many positions (-1: none), without
// touching anything. The staged path asks it first, so that what it then does in pieces is all or nothing.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_check
func check(id, op int32, length, batch, heads float64, order int32, offset, sequence, positions float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoderWith(id, op)
	if err != nil {
		return failed(err)
	}
	c, err := newCall(op, batch, heads, order, offset, sequence)
	if err != nil {
		return failed(err)
	}
	if !(length >= 0 && length <= 1<<53) {
		return failed(&encoding.OptionError{Option: "length", Want: "a length that an array can have", Got: encoding.Number(length)})
	}
	return failed(h.check(c, int(length), int(positions)))
}

// posenc_check_positions looks at the positions in the positions buffer; first is the number of the first of them.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_check_positions
func checkPositions(id, count int32, first float64) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err == nil {
		err = h.checkPositions(positions[:count], int(first))
	}
	return failed(err)
}

// posenc_run does an operation in place on length elements of an array, from one on. positionCount is how many positions
// are in the positions buffer, or -1 for offset, offset + 1, ..., or -2 for the same when the rows need not be kept.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_run
func run(id, op, array, from, length int32, batch, heads float64, order int32, offset, sequence float64, positionCount int32) int32 {
	if positionCount == -1 && batch == 1 && quick(id, op, array, from, length, heads, order, offset, sequence) {
		return statusOK
	}
	return runAny(id, op, array, from, length, batch, heads, order, offset, sequence, positionCount)
}

// quick is run for what a decoder does for every token, and for the tiles of staging: a single sequence whose rows are in memory.
// It reports whether it did it; if not it did nothing. It has no recover, and so it refuses all that could panic.
func quick(id, op, array, from, length int32, heads float64, order int32, offset, sequence float64) bool {
	if faults && planned != 0 || uint(id) >= uint(len(handles)) || uint(array) >= uint(len(arrays)) {
		return false
	}
	h, a, first, n := handles[id], arrays[array], int64(offset), int(heads)
	if h == nil || h.quick == nil || h.ops&quickOps>>uint32(op)&1 == 0 ||
		from < 0 || length < 0 || int(from)+int(length) > len(a) ||
		float64(first) != offset || first < -encoding.MaxPosition || first > encoding.MaxPosition ||
		float64(n) != heads || n < 1 || n > 1<<20 || order != 0 && n > 1 && int(length) != n*h.width ||
		!(sequence >= 0 && sequence <= encoding.MaxPosition && sequence == math.Trunc(sequence)) {
		return false
	}
	return h.quick.Quick(op == opSubtract || op == opUnrotate, a[from:from+length], n, first)
}

func runAny(id, op, array, from, length int32, batch, heads float64, order int32, offset, sequence float64, positionCount int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoderWith(id, op)
	if err != nil {
		return failed(err)
	}
	c, err := newCall(op, batch, heads, order, offset, sequence)
	if err != nil {
		return failed(err)
	}
	c.x = arrays[array][from : from+length : from+length]
	c.once = positionCount == -2
	if positionCount >= 0 {
		c.positions = positions[:positionCount:positionCount]
	}
	err = h.run(c)
	c.x = nil // which may be freed
	return failed(err)
}

// posenc_float64 writes a property's numbers from number from on into the staging buffer, as many as fit, and how many
// there are in all into the first of the positions.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_float64
func float64Property(id, property, from int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err != nil {
		return failed(err)
	}
	get := h.numbers[property]
	if get == nil {
		return failed(errThis)
	}
	list := get()
	copy(staging64[:], list[min(int(from), len(list)):])
	positions[0] = float64(len(list))
	return statusOK
}

// posenc_shift_row writes a row of the shift matrix into the staging buffer, as float64.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_shift_row
func shiftRow(id int32, k float64, row int32) (status int32) {
	defer func() { status = caught(recover(), status) }()
	h, err := encoder(id)
	if err == nil && h.row == nil {
		err = errThis
	}
	if err == nil {
		err = h.row(staging64[:h.width], k, int(row))
	}
	return failed(err)
}

// posenc_release lets go of an encoder.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_release
func releaseEncoder(id int32) {
	if h, _ := encoder(id); h != nil {
		release(h.taken)
		handles[id] = nil
		free = append(free, int(id))
	}
}
