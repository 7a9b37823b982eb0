//go:build js && wasm

package jsbridge

import (
	"errors"
	"reflect"
	"syscall/js"

	"posenc/encoding"
	"posenc/encoding/bias"
)

// Version is checked by the ES module against its own; build.sh sets both.
var Version = "dev"

// A scheme makes an encoder from a snapshot of its options. It is registered under the name of its call.
type scheme func(s snapshot) (*handle, error)

// schemes has a line for each scheme, added by its file.
var schemes = map[string]scheme{}

// A handle is an encoder as JavaScript holds it.
type handle struct {
	width          int          // elements of a row, or of a head's part of it
	rowLength      int          // elements of what is kept of a row's position
	axes           int          // numbers of a position
	points         bool         // they stand side by side, and not each axis for itself
	length         int          // how many positions there are; 0 for all integers
	scores         bias.Encoder // or nil: what acts on scores has none of the calls below
	check          func(c *call, length, positions int) error
	checkPositions func(positions []float64, first int) error
	run            func(c *call) error
	quick          quicker                    // or nil
	ops            uint32                     // a bit for each operation that check and run know
	taken          int                        // bytes of the arrays that alloc gave out and the encoder has now
	numbers        map[int32]func() []float64 // by property
	row            func(dst []float64, k float64, row int) error
	options        any // a struct: the options with defaults filled in
}

// A quicker does what hot calls ask for, when it has all that it needs, and reports whether it did; back is for the operations
// that undo.
type quicker interface {
	Quick(back bool, x []float32, heads int, first int64) bool
}

// handles are the encoders that live, by number; a nil one is free to be used again. None has number 0.
var handles = []*handle{nil}

// free are the numbers that were given back.
var free []int

var errHandle = errors.New("no such encoder")

// errThis is for a method that was called on an encoder of another class.
var errThis = &encoding.OptionError{Option: "this", Want: "an encoder that has this method", Got: "one of another scheme"}

// encoder returns the encoder with this number. What computes begins with it, and so with the faults that tests plan.
func encoder(id int32) (*handle, error) {
	if faults {
		fault()
	}
	if id < 0 || int(id) >= len(handles) || handles[id] == nil {
		return nil, errHandle
	}
	return handles[id], nil
}

// What an export returns.
const (
	statusOK int32 = iota
	statusError
	statusPanic
)

// last is the error of the last call that returned anything but statusOK.
var last error

// Start answers calls until the program ends. The ES module has put an object named bridge into this program's global
// object, which is private to the two.
func Start() {
	bridge := js.Global().Get("bridge")
	bridge.Set("version", Version)
	bridge.Set("create", js.FuncOf(func(_ js.Value, args []js.Value) any { return create(args[0].String(), args[1], args[2]) }))
	bridge.Set("measure", js.FuncOf(func(_ js.Value, args []js.Value) any { return measured(args[0].String(), args[1], args[2]) }))
	bridge.Set("fromConfig", js.FuncOf(func(_ js.Value, args []js.Value) any { return fromConfig(args[0]) }))
	// The last of them: with it the ES module knows that the start went through.
	bridge.Set("lastError", js.FuncOf(func(js.Value, []js.Value) any {
		if faults {
			fault()
		}
		return problemOf(last)
	}))
	select {}
}

// object returns a JavaScript object of names and values in turn.
func object(entries ...any) js.Value {
	out := js.Global().Get("Object").New()
	for i := 0; i < len(entries); i += 2 {
		out.Set(entries[i].(string), entries[i+1])
	}
	return out
}

// problemOf is an error on its way to JavaScript. option names the argument that it is about; without one the fault is ours.
func problemOf(err error) js.Value {
	if err == nil {
		err = errors.New("no error")
	}
	name := ""
	var option *encoding.OptionError
	if errors.As(err, &option) {
		name = option.Option
	}
	return object("message", err.Error(), "option", name)
}

// create makes an encoder. numbers are those of the arrays that it is given; they are the encoder's from here on.
func create(name string, options, numbers js.Value) (result js.Value) {
	defer func() {
		if r := recover(); r != nil {
			result = object("error", problemOf(panicError(r)))
		}
	}()
	if faults {
		fault()
	}
	taken, bytes := takeAll(numbers)
	h, err := schemes[name](snapshot{options, taken})
	if err != nil {
		release(bytes)
		return object("error", problemOf(err))
	}
	h.taken = bytes
	id := len(handles)
	if last := len(free) - 1; last >= 0 {
		id, free = free[last], free[:last]
	} else {
		handles = append(handles, nil)
	}
	handles[id] = h
	return object("handle", id, "width", h.width, "rowLength", h.rowLength, "axes", h.axes, "points", h.points, "length", h.length,
		"options", answer(reflect.ValueOf(h.options)))
}

// failed turns an error, or nil, into a status.
func failed(err error) int32 {
	if err == nil {
		return statusOK
	}
	last = err
	return statusError
}

// caught is the status of an entry point that is about to return status, or has panicked.
func caught(panicked any, status int32) int32 {
	if panicked == nil {
		return status
	}
	last = panicError(panicked)
	return statusPanic
}

// panicError says what a panic was about.
func panicError(r any) error {
	switch r := r.(type) {
	case error:
		return errors.New("panic: " + r.Error())
	case string:
		return errors.New("panic: " + r)
	}
	return errors.New("panic")
}
