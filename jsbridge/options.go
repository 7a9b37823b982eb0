//go:build js && wasm

package jsbridge

import (
	"math"
	"syscall/js"

	"github.com/norunners/vert"

	"posenc/encoding"
)

// decode fills a struct of pointers from a snapshot. The snapshot's types have been checked by the ES module: what is a
// *float64 here is a number there. vert leaves what is missing nil.
func decode(options js.Value, into any) error { return vert.ValueOf(options).AssignTo(into) }

// number sets *to from an option that was given. In Go's option structs 0 means the default, so a 0 that somebody
// wrote in JavaScript is refused here, before it would silently become one.
func number(name string, given *float64, to *float64, want string) error {
	if given == nil {
		return nil
	}
	if *given == 0 {
		return &encoding.OptionError{Option: name, Want: want, Got: encoding.Number(*given)}
	}
	*to = *given
	return nil
}

// integer converts a number that must be a positive integer.
func integer(name string, v float64) (int, error) {
	if v != math.Trunc(v) || v < 1 || v > math.MaxInt32 {
		want := "a positive integer"
		if v > math.MaxInt32 {
			want += " that fits memory"
		}
		return 0, &encoding.OptionError{Option: name, Want: want, Got: encoding.Number(v)}
	}
	return int(v), nil
}
