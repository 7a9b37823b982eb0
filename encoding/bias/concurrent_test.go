package bias

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Goroutines share an encoder, as servers do, and have it keep lines of this length and that. What each gets is held to an encoder
// that nobody shares. The race detector watches: ./build.sh test go.
func TestConcurrentUse(t *testing.T) {
	const together = 4
	for _, ref := range references() {
		shared, err := ref.new()
		require.NoError(t, err)
		own, err := ref.new()
		require.NoError(t, err)
		r := rand.New(rand.NewPCG(19, 0))
		for range 20 {
			var wait sync.WaitGroup
			begin := make(chan struct{})
			for range together {
				at := At{QueryLength: 1 + r.IntN(20), KeyLength: 1 + r.IntN(60), Offset: r.Int64N(200) - 100}
				if ref.cells > 0 {
					at = At{QueryLength: ref.cells, KeyLength: ref.cells}
				}
				var buckets []int32
				var biases []float32
				if ref.bucket != nil {
					buckets, err = own.Buckets(at.QueryLength, at.KeyLength, at.Offset)
					require.NoError(t, err)
				}
				if ref.bias != nil {
					biases, err = own.Matrix(at.QueryLength, at.KeyLength, at.Offset)
					require.NoError(t, err)
				}
				wait.Go(func() {
					<-begin
					if buckets != nil {
						got, err := shared.Buckets(at.QueryLength, at.KeyLength, at.Offset)
						assert.NoError(t, err)
						assert.True(t, slices.Equal(buckets, got), "%s %+v", ref.name, at)
					}
					if biases == nil {
						return
					}
					scores, half := make([]float32, len(biases)), len(biases)/2
					at.Part = true
					assert.NoError(t, shared.Add(scores[:half], at))
					if at.From = half; !shared.Quick(scores[half:], int64(half), at.QueryLength, at.KeyLength, at.Offset) {
						assert.NoError(t, shared.Add(scores[half:], at))
					}
					assert.True(t, slices.Equal(biases, scores), "%s %+v", ref.name, at)
				})
			}
			close(begin)
			wait.Wait()
		}
	}
}
