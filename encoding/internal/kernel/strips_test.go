package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStrips(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, n := range []int{0, 1, 3, 4, 5, 7, 31, 32, 33, 49, 77, 100, 128} {
		for _, count := range []int{0, 1, 2, 5} {
			for _, gap := range []int{0, 1, 6} {
				for _, toRow := range []int{-n - 2, -1, 0, 1, n} {
					holdStrips(t, r, n, count, gap, toRow)
				}
			}
		}
	}
}

// holdStrips holds Strips against its doc comment, written out here once more, guards and gaps included.
func holdStrips(t *testing.T, r *rand.Rand, n, count, gap, toRow int) {
	span := max(toRow, -toRow) * max(count-1, 0)
	row, rowWhole := guarded(r, n+span)
	rowBefore := append([]float32(nil), rowWhole...)
	from := 0
	if toRow < 0 {
		from = span
	}
	for op, combined := range combinations {
		x, whole := guarded(r, count*(n+gap))
		want := append([]float32(nil), whole...)
		for i := range count {
			for j := range n {
				at := guard + i*(n+gap) + j
				want[at] = combined(want[at], row[from+i*toRow+j])
			}
		}
		generic := append([]float32(nil), whole...)
		stripsGeneric(op, generic[guard:guard+len(x)], n+gap, row, from, toRow, n, count)
		Strips(op, x, n+gap, row, from, toRow, n, count)
		name := fmt.Sprintf("n = %d, count = %d, gap = %d, toRow = %d, op %d", n, count, gap, toRow, op)
		same(t, want, generic, "generic, "+name)
		same(t, want, whole, name)
		same(t, rowBefore, rowWhole, "row, "+name)
	}
}

func TestStripsStaysWithin(t *testing.T) {
	x, row := make([]float32, 20), make([]float32, 12, 20)
	for name, call := range map[string]func(){
		"x":             func() { Strips(Plus, x[:19], 10, row, 0, 0, 10, 2) },
		"row, at first": func() { Strips(Plus, x, 10, row, 3, -1, 10, 2) },
		"row, at last":  func() { Strips(Plus, x, 10, row, 2, 1, 10, 2) },
		"row, below":    func() { Strips(Plus, x, 10, row, 0, -1, 10, 2) },
	} {
		require.Panics(t, call, name)
	}
}
