// Package jsbridge is the border between JavaScript and the encodings, on the Go side; js/ beside it is the other.
//
// There are two ways across, because their prices differ by a thousand:
//
//   - Making an encoder, reading a config.json and measuring go through syscall/js, 10 to 20 µs: their options are an object. The object is a
//     snapshot that the ES module made; Go never touches an object of a user's, since an exception from a getter
//     would unwind through Go's frames, past every recover(), and strand the program. Long lists among the options
//     (weights) come as arrays in this memory, and stand in the snapshot as numbers.
//   - Everything else is a //go:wasmexport of numbers and pointers, about 20 ns.
//
// A scheme is an entry in schemes, made by its file, under the name of its call. From a snapshot it makes an encoder and
// what JavaScript has of it, a handle: how wide a row is, and functions for the exports to call. additiveHandle and
// rotaryHandle make that of their families; one that acts on scores is a bias.Encoder as it is. The snapshot goes into the
// encoder's own struct of options by reflection, on the json tags of its fields (options.go), and with defaults filled in
// comes back by them. So an option is written once in Go, and the ES module knows its type.
//
// fromConfig makes no encoder. It answers with the scheme and the options of each that a config.json asks for, and the ES
// module makes them by the calls that a user has.
//
// Arrays that live in JavaScript come through one fixed buffer, staging, a few rows at a time, so this memory does not
// grow with them. Scores come in runs of elements, wherever in a row those begin. Arrays that live here (alloc) are used
// where they are.
//
// An error is a value: an export returns a status, and lastError has the message. A panic in an entry point that computes
// is caught and becomes a status too; one elsewhere ends the program. Either way the ES module starts a fresh instance: there all
// calls go through js/runtime.js, which alone has the instance (js/instance.js) and looks after each whether it still lives. A build
// with the tag faults (fault.go) dies on demand, for the tests of that; it is no part of the package.
//
// The order of a call in the ES module is the rule of the border, a file each: options are read once (js/options.js, js/call.js),
// then the array is looked at (js/place.js), then Go checks what they mean together, and only then is anything written (js/apply.js,
// js/scores.js), whole or not at all.
//
// The size of the file is a budget, which tests/size.js holds: build.sh has the flags, and here and in encoding/ no fmt, no
// encoding/json and few generics.
package jsbridge
