package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLeastPhase(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 40 {
		for range 50 {
			from := r.Uint32() % 300
			if r.IntN(2) == 0 {
				from = -from
			}
			holdLeastPhase(t, r, n, from, 1+r.IntN(3))
		}
	}
}

func holdLeastPhase(t *testing.T, r *rand.Rand, n int, from uint32, blocks int) {
	memory := make([]uint32, 2*n+8) // the phases, four that are nobody's, the steps, four more: a 0 there would be seen
	for i := range memory {
		memory[i] = 1 + r.Uint32N(1<<32-1)
	}
	phase, step := memory[:n:n], memory[n+4:][:n:n]
	for i := range step {
		step[i] %= 1 << uint(1+r.IntN(31))
	}
	memory[n], memory[2*n+4] = 0, 0
	want := ^uint32(0)
	for i := range phase {
		for k := range uint32(16 * blocks) {
			want = min(want, phase[i]+(from+k)*step[i])
		}
	}
	require.Equal(t, want, LeastPhase(phase, step, from, blocks), "%d angles from %d, %d blocks", n, int32(from), blocks)
	require.Equal(t, want, leastPhaseGeneric(phase, step, from, blocks))
}
