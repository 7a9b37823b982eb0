package additive

import (
	"math"
	"strconv"

	"posenc/encoding"
)

// The checks that all schemes share. None is inlined: there are a hundred calls, and the wasm file is small.

// bad returns the error that says what was wrong with an option.
//
//go:noinline
func bad(option, want, got string) error {
	return &encoding.OptionError{Option: option, Want: want, Got: got}
}

// badInt is bad for an integer, where what is wanted ends in a number.
//
//go:noinline
func badInt(option, want string, number int, end string, got int) error {
	return bad(option, want+strconv.Itoa(number)+end, strconv.Itoa(got))
}

// within says whether v is from low to high.
//
//go:noinline
func within(option string, v, low, high int) error {
	if v >= low && v <= high {
		return nil
	}
	return badInt(option, "an integer from "+strconv.Itoa(low)+" to ", high, "", v)
}

// withinPower says whether v is a number within ±2^power.
//
//go:noinline
func withinPower(option string, v float64, power int) error {
	if math.Abs(v) <= math.Ldexp(1, power) {
		return nil
	}
	return bad(option, "a number within ±2^"+strconv.Itoa(power), encoding.Number(v))
}

// allWithinPower says whether all numbers of a list are within ±2^power.
//
//go:noinline
func allWithinPower(option string, list []float64, power int) error {
	limit := math.Ldexp(1, power)
	for i, v := range list {
		if !(math.Abs(v) <= limit) {
			return withinPower(indexed(option, i), v, power)
		}
	}
	return nil
}

// positive says whether v is a positive finite number.
//
//go:noinline
func positive(option string, v float64) error {
	if v > 0 && v <= math.MaxFloat64 {
		return nil
	}
	return bad(option, "a positive finite number", encoding.Number(v))
}

// indexed returns "option[i]".
//
//go:noinline
func indexed(option string, i int) string { return option + "[" + strconv.Itoa(i) + "]" }

func checkDim(dim int) error { return within("dim", dim, 1, MaxDim) }
