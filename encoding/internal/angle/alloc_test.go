//go:build !race

package angle

import (
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/internal/kernel"
)

// Not under the race detector, which makes a sync.Pool forget things at random.
func TestRowsAllocateOnce(t *testing.T) {
	g := generator(t, ladders[1])
	l := layouts(256)["concat"]
	dst := make([]float32, 100*l.Dim)
	g.Rows(kernel.Store, dst, 0, l)
	require.Zero(t, testing.AllocsPerRun(20, func() { g.Rows(kernel.Store, dst, 0, l) }))
}
