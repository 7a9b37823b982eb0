package rotary

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSmoke(t *testing.T) {
	for _, o := range []Options{
		{HeadDim: 128}, {HeadDim: 128, Scaling: Scaling{Type: YaRN, Factor: 10, OriginalMaxPositionEmbeddings: 2048}},
		{HeadDim: 128, Scaling: Scaling{Type: Llama3, Factor: 10, OriginalMaxPositionEmbeddings: 2048}},
	} {
		r, err := New(o)
		require.NoError(t, err)
		t.Log(r.InverseFrequencies(0)[16:32], r.AttentionFactor())
		x := make([]float32, 2*3*5*128)
		for i := range x {
			x[i] = float32(i%17) - 8
		}
		y := append([]float32{}, x...)
		require.NoError(t, r.Rotate(y, At{Batch: 2, Heads: 3, Order: BHSD}))
		require.NoError(t, r.Unrotate(y, At{Batch: 2, Heads: 3, Order: BHSD}))
		for i := range x {
			require.InDelta(t, x[i], y[i], 1e-5)
		}
	}
	_ = math.Pi
}
