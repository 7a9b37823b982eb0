//go:build js && wasm && faults

package jsbridge

import (
	"syscall"
	"syscall/js"
	"time"
)

// A build with the tag faults dies on demand, for tests. In any other faults is false, and what asks for it is compiled away.
const faults = true

// The ways to die, by number; tests/node/faults.js has the same.
const (
	faultNone   = iota
	faultPanic  // an entry point that computes catches it, elsewhere it ends the program
	faultExit   // the program ends, and the export returns whatever is on its stack
	faultMemory // the address space, or what the engine gives of it, runs out
	faultStack  // Go's calls use up the engine's stack, whose exception unwinds them
	faultThrow  // so does a getter that throws inside a syscall/js call
)

// planned is the way to die, after that many more calls.
var planned, calls int32

// posenc_fault plans a death: in the call that comes after so many others.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_fault
func plan(kind, after int32) { planned, calls = kind, after }

// posenc_timer has the program wait for a timer, as its collector now and then does, and die in it, unless the way is 0.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_timer
func timer(kind int32) {
	time.AfterFunc(time.Second, func() {
		plan(kind, 0)
		fault()
	})
}

// fault is called by every entry point.
func fault() {
	if planned == faultNone {
		return
	}
	if calls--; calls >= 0 {
		return
	}
	kind := planned
	planned = faultNone
	switch kind {
	case faultPanic:
		panic("planned")
	case faultExit:
		syscall.Exit(0)
	case faultMemory:
		for {
			hoard = append(hoard, make([]byte, 16<<20))
		}
	case faultStack:
		deep = dig(deep)
	case faultThrow:
		js.Global().Get("Uint8Array").Get("prototype").Get("length")
	}
}

var (
	hoard [][]byte
	deep  int
)

//lint:ignore SA5007 this is what it is for
//go:noinline
func dig(n int) int { return dig(n+1) + n }
