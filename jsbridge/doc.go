// Package jsbridge is the border between JavaScript and the encodings, on the Go side; js/ beside it is the other.
//
// There are two ways across, because their prices differ by a thousand:
//
//   - Making an encoder goes through syscall/js, 10 to 20 µs: its options are an object. The object is a
//     snapshot that the ES module made; Go never touches an object of a user's, since an exception from a getter
//     would unwind through Go's frames, past every recover(), and strand the program.
//   - Everything else is a //go:wasmexport of numbers and pointers, about 20 ns.
//
// Arrays that live in JavaScript come through one fixed buffer, staging, a few rows at a time, so this memory does not
// grow with them. Arrays that live here (alloc) are used where they are.
//
// An error is a value: an export returns a status, and lastError has the message. A panic in an entry point that computes
// is caught and becomes a status too; one elsewhere ends the program. Either way the ES module starts a fresh instance.
package jsbridge
