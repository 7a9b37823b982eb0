package hfconfig

import (
	"cmp"
	"math"
	"strconv"

	"posenc/encoding"
)

// A reader keeps the first thing that was wrong, so that whoever reads can go on without looking.
type reader struct{ err error }

// An object is a part of a config with its path: "", "text_config.", "text_config.rope_scaling.". A key whose value is
// null counts as absent, as it does in Hugging Face's own code.
type object struct {
	*reader
	path string
	keys map[string]any
}

// required, as the value of a missing key, says that there is none.
const required = -1

// most is the largest integer that a config may have: large enough for any, small enough to count with.
const most = 1<<31 - 1

// has reports whether key is there and not null. It is not inlined, nor is index: they are called from everywhere, and
// written out each time would be a good part of the package's code.
//
//go:noinline
func (o *object) has(key string) bool { return o.keys[key] != nil }

// fail reports what was wanted at key.
func (o *object) fail(key, want string) {
	if o.err == nil {
		o.err = &encoding.OptionError{Option: o.path + key, Want: want, Got: describe(o.keys[key])}
	}
}

// Limits of real.
const (
	positive = iota
	fromZero
	fromOne
)

var limits = [...]string{positive: "a positive number", fromZero: "a number of at least 0", fromOne: "a number of at least 1"}

// real returns the number at key, or missing.
func (o *object) real(key string, missing float64, limit int) float64 {
	if !o.has(key) && missing != required {
		return missing
	}
	v, ok := o.keys[key].(float64)
	if !ok || !(v <= math.MaxFloat64) || v < 0 || v == 0 && limit == positive || v < 1 && limit == fromOne {
		o.fail(key, limits[limit])
		return 1
	}
	return v
}

// whole returns the integer at key, or missing; it is at least least.
func (o *object) whole(key string, missing, least int) int {
	if !o.has(key) && missing != required {
		return missing
	}
	v, ok := o.keys[key].(float64)
	if !ok || !(v >= float64(least) && v <= most) || v != math.Trunc(v) {
		o.fail(key, "an integer from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
		return 1
	}
	return int(v)
}

// size returns the positive integer at key or, if there is none, at other, the name that most models have for it; 0 as
// missing means that there must be one.
func (o *object) size(key, other string, missing int) int {
	if key == "" || missing == 0 && !o.has(key) && o.has(other) {
		key = other
	}
	return o.whole(key, cmp.Or(missing, required), 1)
}

func (o *object) flag(key string, missing bool) bool {
	v, ok := o.keys[key].(bool)
	if !ok {
		if o.has(key) {
			o.fail(key, "true or false")
		}
		return missing
	}
	return v
}

func (o *object) text(key, want, missing string) string {
	v, ok := o.keys[key].(string)
	if !ok {
		if o.has(key) || missing == "" {
			o.fail(key, want)
		}
		return missing
	}
	return v
}

// object returns the object at key, empty if there is none.
func (o *object) object(key string) *object {
	v, ok := o.keys[key].(map[string]any)
	if !ok && o.has(key) {
		o.fail(key, "an object or null")
	}
	return &object{o.reader, o.path + key + ".", v}
}

// list returns the array at key, which must have n elements, and an object that holds them as "[0]", "[1]", ...
func (o *object) list(key string, n int, of string) *object {
	v, ok := o.keys[key].([]any)
	if !ok || len(v) != n {
		o.fail(key, "an array of "+strconv.Itoa(n)+" "+of)
		return &object{o.reader, "", nil}
	}
	elements := &object{o.reader, o.path + key, make(map[string]any, n)}
	for i, e := range v {
		elements.keys[index(i)] = e
	}
	return elements
}

//go:noinline
func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// reals returns the n positive numbers at key.
func (o *object) reals(key string, n int) []float64 {
	elements := o.list(key, n, "positive numbers")
	if o.err != nil {
		return nil
	}
	numbers := make([]float64, n)
	for i := range numbers {
		numbers[i] = elements.real(index(i), required, positive)
	}
	return numbers
}

// describe says in a few words what a value is.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case float64:
		return encoding.Number(v)
	case bool:
		return strconv.FormatBool(v)
	case string:
		if len(v) > 40 {
			return encoding.Quote(v[:40]) + "..."
		}
		return encoding.Quote(v)
	case []any:
		return "an array of " + strconv.Itoa(len(v))
	case map[string]any:
		return "an object"
	}
	return "a value that JSON does not have"
}
