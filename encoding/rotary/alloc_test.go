//go:build !race

package rotary

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Not under the race detector, which makes a sync.Pool forget things at random.
func TestRotateDoesNotAllocate(t *testing.T) {
	for _, o := range []Options{
		{HeadDim: 64}, {HeadDim: 64, Scaling: Scaling{Type: YaRN, Factor: 4, OriginalMaxPositionEmbeddings: 64}},
		{HeadDim: 64, Scaling: Scaling{Type: Dynamic, Factor: 4, OriginalMaxPositionEmbeddings: 64}}, {HeadDim: 64, XPos: XPosKey},
	} {
		r, err := New(o)
		require.NoError(t, err)
		for _, seq := range []int{1, 128, 16500} { // the last is past the table
			x := make([]float32, 2*seq*64)
			packed := make([]float64, 2*seq)
			for i := range packed {
				packed[i] = float64(i % seq)
				if i%64 == 0 {
					packed[i] += 0.5
				}
			}
			cos, sin := make([]float32, seq*32), make([]float32, seq*32)
			for name, call := range map[string]func() error{
				"offset":    func() error { return r.Rotate(x, At{Heads: 2}) },
				"bhsd":      func() error { return r.Rotate(x, At{Heads: 2, Order: BHSD}) },
				"back":      func() error { return r.Unrotate(x, At{Batch: 2}) },
				"positions": func() error { return r.Rotate(x, At{Batch: 2, Positions: packed}) },
				"fill":      func() error { return r.FillCosSin(cos, sin, At{}) },
			} {
				require.NoError(t, call())
				require.NoError(t, call()) // the second miss in a row moves the window
				require.Zero(t, testing.AllocsPerRun(2, func() { _ = call() }), "%s %s, seq %d", o.Scaling.Type, name, seq)
			}
		}
	}
}
