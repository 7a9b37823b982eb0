//go:build js && wasm

package jsbridge

import (
	"errors"
	"fmt"
	"slices"
	"syscall/js"

	"github.com/norunners/vert"

	"posenc/encoding"
	"posenc/encoding/additive"
)

// Version is checked by the ES module against its own; build.sh sets both.
var Version = "dev"

// A scheme makes an encoder from a snapshot of its options. It is registered under the name of its call.
type scheme func(options js.Value) (*handle, error)

// schemes has a line for each scheme, added by its file.
var schemes = map[string]scheme{}

// A handle is an encoder as JavaScript holds it.
type handle struct {
	dim     int
	check   func(length int, at additive.At, positions int) error
	ops     [3]func(x []float32, at additive.At) error // by op
	float64 map[int32]func() []float64                 // by property
	row     func(dst []float64, k float64, row int) error
	options any // a struct for vert: the options with defaults filled in
}

// handles are the encoders that live, by number; a nil one is free to be used again. None has number 0.
var handles = []*handle{nil}

var errHandle = errors.New("no such encoder")

// encoder returns the encoder with this number.
func encoder(id int32) (*handle, error) {
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
	bridge.Set("create", js.FuncOf(func(_ js.Value, args []js.Value) any { return create(args[0].String(), args[1]) }))
	// The last of them: with it the ES module knows that the start went through.
	bridge.Set("lastError", js.FuncOf(func(js.Value, []js.Value) any { return vert.ValueOf(report(last)).JSValue() }))
	select {}
}

// A created is what create answers: the handle, or the error.
type created struct {
	Handle int      `js:"handle"`
	Dim    int      `js:"dim"`
	Error  *problem `js:"error"`
}

// A problem is an error on its way to JavaScript.
type problem struct {
	Message string `js:"message"`
	Option  bool   `js:"option"` // an encoding.OptionError, so a RangeError; otherwise the fault is ours
}

func report(err error) *problem {
	if err == nil {
		err = errors.New("no error")
	}
	var option *encoding.OptionError
	return &problem{Message: err.Error(), Option: errors.As(err, &option)}
}

// create makes an encoder.
func create(name string, options js.Value) (answer js.Value) {
	defer func() {
		if r := recover(); r != nil {
			answer = vert.ValueOf(created{Error: report(fmt.Errorf("panic: %v", r))}).JSValue()
		}
	}()
	h, err := schemes[name](options)
	if err != nil {
		return vert.ValueOf(created{Error: report(err)}).JSValue()
	}
	id := slices.Index(handles[1:], nil) + 1
	if id == 0 {
		id = len(handles)
		handles = append(handles, nil)
	}
	handles[id] = h
	answer = vert.ValueOf(created{Handle: id, Dim: h.dim}).JSValue()
	answer.Set("options", vert.ValueOf(h.options).JSValue())
	return answer
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
	last = fmt.Errorf("panic: %v", panicked)
	return statusPanic
}
