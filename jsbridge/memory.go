//go:build js && wasm

package jsbridge

import (
	"runtime"
	"syscall/js"
	"unsafe"
)

// staging is where arrays that live in JavaScript pass through, and positions where lists of positions do. They are
// part of the program's data, so they never move and the memory never grows for them. staging is float32 or float64 as
// the call wants it, so it is declared as the one that needs the wider alignment.
var (
	staging64 [stagingLength / 2]float64
	staging   = unsafe.Slice((*float32)(unsafe.Pointer(&staging64[0])), stagingLength)
	positions [positionsLength]float64
)

const (
	stagingLength   = 1 << 16 // 256 KiB: a row of the widest encoder
	positionsLength = 1 << 13
)

// What alloc gives out, in bytes: at most 1 GiB at once and 2 GiB in all, of the 4 GiB that the address space has. Past
// these the answer is an error; without them Go would try, fail and end the program.
const (
	maxAlloc = 1 << 30
	maxLive  = 2 << 30
)

// collectEvery is how many bytes may be freed before Go is told to collect them. By itself it waits until the memory in
// use has doubled, and WebAssembly memory never shrinks.
const collectEvery = 64 << 20

// arrays are the arrays that JavaScript knows, by number: the first is staging, the others are what alloc gave out. The
// numbers in unused are free to be used again.
var (
	arrays = [][]float32{staging}
	unused []int32
	live   int // bytes that alloc gave out, those that encoders have taken too
	freed  int // bytes that came back since the last collection
)

// posenc_positions returns the address of the positions buffer.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_positions
func positionsAddress() int32 { return int32(uintptr(unsafe.Pointer(&positions[0]))) }

// posenc_address returns the address of an array, which it keeps until it is freed: Go's memory does not move.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_address
func address(array int32) int32 {
	if faults {
		fault()
	}
	return int32(uintptr(unsafe.Pointer(unsafe.SliceData(arrays[array]))))
}

// posenc_alloc returns the number of a new array of zeros, or 0 when it would be too much.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_alloc
func alloc(length float64) int32 {
	if faults {
		fault()
	}
	bytes := int(4 * length)
	if bytes > maxAlloc || live+bytes > maxLive {
		return 0
	}
	if freed+bytes > collectEvery {
		runtime.GC()
		freed = 0
	}
	n := int(length)
	a := make([]float32, n, max(n, 1)) // an address even where there is nothing
	live += 4 * len(a)
	if last := len(unused) - 1; last >= 0 {
		number := unused[last]
		unused = unused[:last]
		arrays[number] = a
		return number
	}
	arrays = append(arrays, a)
	return int32(len(arrays) - 1)
}

// posenc_free lets go of an array.
//
//lint:ignore U1000 JavaScript calls it
//go:wasmexport posenc_free
func freeArray(array int32) {
	if faults {
		fault()
	}
	release(4 * len(arrays[array]))
	arrays[array] = nil
	unused = append(unused, array)
}

// release counts bytes that nobody has any more.
func release(bytes int) {
	live -= bytes
	freed += bytes
}

// take lets an encoder have an array of JavaScript's making, which counts until the encoder is let go of.
func take(array int) []float32 {
	a := arrays[array]
	arrays[array] = nil
	unused = append(unused, int32(array))
	return a
}

// takeAll takes the arrays of these numbers, and says how many bytes they have.
func takeAll(numbers js.Value) (taken [][]float32, bytes int) {
	taken = make([][]float32, numbers.Length())
	for i := range taken {
		taken[i] = take(numbers.Index(i).Int())
		bytes += 4 * len(taken[i])
	}
	return taken, bytes
}

// float64s are the numbers whose bytes an array has.
func float64s(a []float32) []float64 {
	return unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(a))), len(a)/2)
}
