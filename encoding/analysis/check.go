package analysis

import (
	"math"
	"strconv"

	"posenc/encoding"
)

const (
	// MaxWork is the most multiplications that one call makes: half a minute of them, or less, and in wasm somewhat more.
	MaxWork = 1 << 34
	// MaxResult is the most numbers that one result has: 128 MiB.
	MaxResult = 1 << 24
	// MaxDim is the largest width of a row, that of the encodings.
	MaxDim = 1 << 16
)

// What makes errors is not inlined: there are many calls, and the wasm file is small.

//go:noinline
func bad(option, want, got string) error {
	return &encoding.OptionError{Option: option, Want: want, Got: got}
}

// badInt is bad where what is wanted has a number in it and what came is one.
//
//go:noinline
func badInt(option, want string, number int, end string, got int) error {
	return bad(option, want+strconv.Itoa(number)+end, strconv.Itoa(got))
}

// badShape is bad for an array that is not a by b, as the names of these say.
//
//go:noinline
func badShape(option, names string, a, b, got int) error {
	return badInt(option, names+" = ["+strconv.Itoa(a)+", ", b, "] numbers", got)
}

// badAt is bad for number i of a list.
//
//go:noinline
func badAt(option string, i int, want string, got float64) error {
	return bad(option+"["+strconv.Itoa(i)+"]", want, encoding.Number(got))
}

func checkDim(option string, dim int) error {
	if dim < 1 || dim > MaxDim {
		return bad(option, "an integer from 1 to "+strconv.Itoa(MaxDim), strconv.Itoa(dim))
	}
	return nil
}

// rowsOf returns how many rows of dim finite numbers x has, which must be least or more.
func rowsOf(option string, x []float32, dim, least int) (int, error) {
	if err := checkDim("dim", dim); err != nil {
		return 0, err
	}
	n := len(x) / dim
	if len(x)%dim != 0 || n < least {
		return 0, bad(option, encoding.Text("rows of dim = ", dim, " numbers, at least ", least, " of them"), encoding.Text(len(x), " numbers"))
	}
	return n, finite(option, x)
}

// finite says which number of a list is not, if any.
func finite(option string, x []float32) error {
	for i, v := range x {
		if !(math.Abs(float64(v)) <= math.MaxFloat32) {
			return badAt(option, i, "a finite number", float64(v))
		}
	}
	return nil
}

// matrix says whether m is [dim, dim] of numbers whose squares and sums a float64 holds.
func matrix(m []float64, dim int) error {
	if err := checkDim("dim", dim); err != nil {
		return err
	}
	if int64(len(m)) != int64(dim)*int64(dim) {
		return badShape("matrix", "[dim, dim]", dim, dim, len(m))
	}
	for i, v := range m {
		if !(math.Abs(v) <= 0x1p256) {
			return badAt("matrix", i, "a number within ±2^256", v)
		}
	}
	return nil
}

// bounded says whether the product of counts is at most limit.
func bounded(option string, limit int64, what string, counts ...int) error {
	total := int64(1)
	for _, n := range counts {
		if n > 0 && total > limit/int64(n) {
			return bad(option, encoding.Text("at most ", limit, " ", what), encoding.Text(counts)+" of them, multiplied")
		}
		total *= int64(n)
	}
	return nil
}

// work says whether a call that multiplies as often as the product of counts may start.
func work(option string, counts ...int) error {
	return bounded(option, MaxWork, "multiplications in one call", counts...)
}

// result says whether a result of so many numbers may be made.
func result(option string, counts ...int) error {
	return bounded(option, MaxResult, "numbers in one result", counts...)
}

// each says whether all of a list's integers are from 0 to n-1.
func each(option string, list []int, n int) error {
	for i, v := range list {
		if v < 0 || v >= n {
			return badAt(option, i, "an integer from 0 to "+strconv.Itoa(n-1), float64(v))
		}
	}
	return nil
}
