package rotary

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Both orders hold the same vectors, so a vector's bits are the same in both, however many heads are turned at a time and
// in however many runs of rows.
func TestOrdersAgree(t *testing.T) {
	const batch, dim = 2, 12
	for _, pairing := range []Pairing{Half, Interleaved} {
		r, err := New(Options{HeadDim: dim, RotaryDim: 10, Pairing: pairing})
		require.NoError(t, err)
		for _, heads := range []int{1, 2, 7, 8, 9, 17} {
			for _, seq := range []int{1, 2, 33, 7000} { // the last has two runs
				if seq == 7000 && heads > 9 {
					continue
				}
				bshd, bhsd := make([]float32, batch*seq*heads*dim), make([]float32, batch*seq*heads*dim)
				each := func(do func(s, h int)) {
					for b := range batch {
						for row := range seq {
							for head := range heads {
								for i := range dim {
									do(((b*seq+row)*heads+head)*dim+i, ((b*heads+head)*seq+row)*dim+i)
								}
							}
						}
					}
				}
				each(func(s, h int) {
					v := float32(s%1013)/1013 - 0.5
					bshd[s], bhsd[h] = v, v
				})
				same, packed := make([]float64, seq), make([]float64, batch*seq)
				for i := range same {
					same[i] = float64(3 * i)
				}
				for i := range packed {
					packed[i] = float64(i%5) + 0.5*float64(i%2)
				}
				for k, at := range []At{{}, {Offset: 77}, {Positions: same}, {Positions: packed}} {
					at.Batch, at.Heads, at.Order = batch, heads, BSHD
					require.NoError(t, r.Rotate(bshd, at))
					at.Order = BHSD
					require.NoError(t, r.Rotate(bhsd, at))
					wrong := ""
					each(func(s, h int) {
						if bshd[s] != bhsd[h] && wrong == "" {
							wrong = fmt.Sprintf("at %d: %g and %g", s, bshd[s], bhsd[h])
						}
					})
					require.Empty(t, wrong, "%s, %d heads, seq %d, number %d", pairing, heads, seq, k)
				}
			}
		}
	}
}

func BenchmarkRotate(b *testing.B) {
	for _, c := range []struct{ heads, seq, dim int }{{32, 1, 128}, {12, 512, 64}, {32, 4096, 128}} {
		r, err := New(Options{HeadDim: c.dim})
		require.NoError(b, err)
		x := make([]float32, c.heads*c.seq*c.dim)
		for i := range x {
			x[i] = float32(i%1013)/1013 - 0.5
		}
		for _, order := range []Order{BSHD, BHSD} {
			b.Run(fmt.Sprintf("%d heads of %d, seq %d, %s", c.heads, c.dim, c.seq, order), func(b *testing.B) {
				b.SetBytes(int64(4 * len(x)))
				for b.Loop() {
					_ = r.Rotate(x, At{Heads: c.heads, Order: order})
				}
			})
		}
	}
}
