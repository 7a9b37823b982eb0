package additive

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPositionsFromMask(t *testing.T) {
	for _, c := range []struct {
		mask                  []float64
		batch, start, padding int
		want                  []int32
	}{
		{[]float64{1, 1, 1, 0}, 1, 0, 1, []int32{2, 3, 4, 1}},
		{[]float64{0, 0, 1, 1, 1, 0, 1, 0}, 2, 0, 1, []int32{1, 1, 2, 3, 2, 1, 3, 1}},
		{[]float64{1, 1}, 0, 5, 1, []int32{7, 8}},              // five tokens are in the cache
		{[]float64{0, 1, 1, 1}, 2, -1, 0, []int32{0, 0, 0, 1}}, // from 0
		{[]float64{1}, 1, -1 + 7, 0, []int32{7}},               // from 0, the eighth
		{nil, 3, 0, 1, []int32{}}, {[]float64{}, 0, 0, 0, []int32{}},
		{[]float64{1}, 1, math.MaxInt32 - 1, 0, []int32{math.MaxInt32}},
	} {
		got, err := PositionsFromMask(c.mask, c.batch, c.start, c.padding)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%+v", c)
	}
	for want, c := range map[string]struct {
		mask                  []float64
		batch, start, padding int
	}{
		"batch: want a positive integer, got -1":                                               {nil, -1, 0, 0},
		"mask: want a length that is a multiple of batch = 2, got 3":                           {make([]float64, 3), 2, 0, 0},
		"mask[1]: want 0 or 1, got 0.5":                                                        {[]float64{1, 0.5}, 1, 0, 0},
		"mask[0]: want 0 or 1, got NaN":                                                        {[]float64{math.NaN()}, 1, 0, 0},
		"start: want an integer that keeps all 1 positions within ±(2^31-1), got 2147483647":   {make([]float64, 1), 1, math.MaxInt32, 0},
		"padding: want an integer that keeps all 1 positions within ±(2^31-1), got 2147483647": {make([]float64, 1), 1, 0, math.MaxInt32},
		"padding: want an integer that keeps all 0 positions within ±(2^31-1), got -9":         {nil, 1, -math.MaxInt32, -9},
	} {
		_, err := PositionsFromMask(c.mask, c.batch, c.start, c.padding)
		require.EqualError(t, err, want)
	}
}
