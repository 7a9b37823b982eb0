//go:build !race

package additive

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Not under the race detector, which makes a sync.Pool forget things at random.
func TestAddDoesNotAllocate(t *testing.T) {
	s, _ := NewSinusoidal(SinusoidalOptions{Dim: 384})
	for _, seq := range []int{1, 128, 20000} { // the last is past the table
		x := make([]float32, seq*384)
		require.NoError(t, s.Add(x, At{}))
		require.Zero(t, testing.AllocsPerRun(5, func() { _ = s.Add(x, At{}) }), "seq %d", seq)
	}
}
