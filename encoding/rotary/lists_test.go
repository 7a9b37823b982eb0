package rotary_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/rotary"
)

// The JavaScript package makes these lists itself, so both are held to the cases of ../../tests/conformance/lists.
func TestListsAsInJavaScript(t *testing.T) {
	data, err := os.ReadFile("../../tests/conformance/lists/lists.json")
	require.NoError(t, err)
	var f struct {
		Cases []struct {
			Call     string
			Input    json.RawMessage
			Options  json.RawMessage
			Expected []float64
			Next     int64
			Error    string
			Note     string
		}
	}
	strictly(t, data, &f)
	met := map[string]int{}
	for i, c := range f.Cases {
		met[c.Call]++
		var got []float64
		switch c.Call {
		case "mropePositions":
			var parts []rotary.MRopePart
			strictly(t, c.Input, &parts)
			var next int64
			got, next, err = rotary.MRopePositions(parts)
			require.Equal(t, c.Next, next, "case %d", i)
		case "permute":
			var weights []float32
			var o struct {
				To                                 rotary.Pairing
				Heads, HeadDim, RotaryDim, Columns int
			}
			strictly(t, c.Input, &weights)
			strictly(t, c.Options, &o)
			dst := make([]float32, len(weights))
			err = rotary.Permute(dst, weights, o.Heads, o.HeadDim, o.RotaryDim, o.Columns, o.To)
			for _, v := range dst {
				got = append(got, float64(v))
			}
		default: // those of encoding/additive
			continue
		}
		if c.Error != "" {
			require.Error(t, err, "case %d", i)
			require.Equal(t, c.Error, err.Error()[:len(c.Error)], "case %d", i)
			continue
		}
		require.NoError(t, err, "case %d", i)
		require.Equal(t, append([]float64{}, c.Expected...), append([]float64{}, got...), "case %d", i)
	}
	require.Greater(t, met["mropePositions"], 8)
	require.Greater(t, met["permute"], 5)
	require.Len(t, met, 4)
}
