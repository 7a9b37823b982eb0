//go:build js && wasm

// Command wasm is the program behind the JavaScript package: it starts the bridge, nothing more.
package main

import "posenc/jsbridge"

func main() { jsbridge.Start() }
