package additive_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
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
			Next     *float64
			Error    string
			Note     string
		}
	}
	require.NoError(t, strictly(data, &f))
	met := map[string]int{}
	for i, c := range f.Cases {
		met[c.Call]++
		var got []float64
		switch c.Call {
		case "positionsFromMask":
			var mask []float64
			var o struct{ Batch, Start, Padding int }
			require.NoError(t, strictly(c.Input, &mask))
			require.NoError(t, strictly(c.Options, &o))
			var ids []int32
			ids, err = additive.PositionsFromMask(mask, o.Batch, o.Start, o.Padding)
			for _, id := range ids {
				got = append(got, float64(id))
			}
		case "relativePositions":
			var length int
			var o struct{ Bidirectional bool }
			require.NoError(t, strictly(c.Input, &length))
			require.NoError(t, strictly(c.Options, &o))
			got, err = additive.RelativePositions(length, o.Bidirectional)
		default: // those of encoding/rotary
			continue
		}
		if c.Error != "" {
			require.ErrorContains(t, err, c.Error, "case %d", i)
			require.Equal(t, c.Error, err.Error()[:len(c.Error)], "case %d", i)
			continue
		}
		require.NoError(t, err, "case %d", i)
		require.Equal(t, append([]float64(nil), c.Expected...), got, "case %d", i)
	}
	require.Greater(t, met["positionsFromMask"], 10)
	require.Greater(t, met["relativePositions"], 5)
	require.Len(t, met, 4)
}
