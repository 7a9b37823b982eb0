//go:build !race

package bias

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Not under the race detector, which makes a sync.Pool forget things at random.
func TestAddDoesNotAllocate(t *testing.T) {
	for _, ref := range references() {
		e, _ := ref.new()
		for _, at := range ref.shapes() {
			if ref.bias != nil {
				x := make([]float32, e.Heads()*at.QueryLength*at.KeyLength)
				require.NoError(t, e.Add(x, at))
				require.Zero(t, testing.AllocsPerRun(3, func() { _ = e.Add(x, at); _ = e.FillMatrix(x, at) }), "%s %+v", ref.name, at)
			}
			if ref.bucket != nil {
				b := make([]int32, at.QueryLength*at.KeyLength)
				require.Zero(t, testing.AllocsPerRun(3, func() { _ = e.FillBuckets(b, at) }), "%s %+v", ref.name, at)
			}
		}
	}
	a, _ := NewALiBi(ALiBiOptions{Heads: 12})
	x := make([]float32, 12*100000) // past the window
	at := At{QueryLength: 1, KeyLength: 100000, Offset: 99999}
	require.Zero(t, testing.AllocsPerRun(3, func() { _ = a.Add(x, at) }))
}
