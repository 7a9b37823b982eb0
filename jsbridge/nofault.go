//go:build js && wasm && !faults

package jsbridge

const faults, planned = false, 0

func fault() {}
