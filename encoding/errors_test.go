package encoding

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// As JavaScript's Number::toString has it (ECMA-262, 6.1.6.1.20).
func TestNumber(t *testing.T) {
	for want, v := range map[string]float64{
		"0": 0, "-0": math.Copysign(0, -1), "7.5": 7.5, "-3": -3, "3000000000": 3e9, "9007199254740994": 1<<53 + 2,
		"100000000000000000000": 1e20, "1e+21": 1e21, "0.000001": 1e-6, "1e-7": 1e-7, "1.5e-10": 1.5e-10, "5e-324": 5e-324,
		"1e+300": 1e300, "NaN": math.NaN(), "Infinity": math.Inf(1), "-Infinity": math.Inf(-1),
	} {
		require.Equal(t, want, Number(v))
	}
}

func TestOptionErrorSaysWhatWasWantedAndWhatCame(t *testing.T) {
	err := &OptionError{Option: "dim", Want: "a positive integer", Got: Number(7.5)}
	require.EqualError(t, err, "dim: want a positive integer, got 7.5")
}
