package encoding

import (
	"math"
	"strconv"
)

// An OptionError says which option or argument was wrong, what was wanted, and what came. Every error that a call
// of this module returns for its arguments is one.
type OptionError struct {
	Option string // its name, as in the JavaScript API: "dim", "frequencyShift", "x"
	Want   string
	Got    string
}

// Error returns "dim: want a positive integer, got 7.5".
func (e *OptionError) Error() string { return e.Option + ": want " + e.Want + ", got " + e.Got }

// Number writes a number for the Got of an OptionError, as JavaScript would: -0, 3000000000, 1e+21, Infinity.
func Number(v float64) string {
	switch a := math.Abs(v); {
	case a == 0 && math.Signbit(v):
		return "-0"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	case a == 0 || a >= 1e-6 && a < 1e21:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	s := strconv.FormatFloat(v, 'g', -1, 64)
	if n := len(s); n > 3 && s[n-2] == '0' && (s[n-3] == '-' || s[n-3] == '+') { // Go writes 1e-07
		s = s[:n-2] + s[n-1:]
	}
	return s
}
