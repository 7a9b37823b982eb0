package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// rotated is the doc comment of Rotate, written out here once more with both directions.
func rotated(x, rows []float32, t Turning) []float32 {
	x = append([]float32(nil), x...)
	n := t.Pairs
	for at := range t.Tokens * t.Heads {
		row := at / t.Heads
		if t.OneRow {
			row = 0
		}
		for i := range n {
			v := at * t.HeadDim
			if t.HeadStride != 0 {
				v = at/t.Heads*t.TokenStride + at%t.Heads*t.HeadStride
			}
			a, b := v+i, v+i+n
			if t.Interleaved {
				a, b = v+2*i, v+2*i+1
			}
			c, s := rows[row*2*n+i], rows[row*2*n+n+i]
			ac, as, bc, bs := float32(x[a]*c), float32(x[a]*s), float32(x[b]*c), float32(x[b]*s)
			x[a], x[b] = ac-bs, bc+as
			if t.Back {
				x[a], x[b] = ac+bs, bc-as
			}
		}
	}
	return x
}

// everyTurning calls do with both pairings, both ways, one row and many.
func everyTurning(t Turning, do func(Turning)) {
	for k := range 8 {
		t.Interleaved, t.Back, t.OneRow = k&1 != 0, k&2 != 0, k&4 != 0
		do(t)
	}
}

// everyPlace calls do with vectors side by side, said and not said, with the heads one after the other, and with gaps.
func everyPlace(t Turning, do func(Turning)) {
	do(t)
	t.HeadStride, t.TokenStride = t.HeadDim, t.Heads*t.HeadDim
	do(t)
	t.HeadStride, t.TokenStride = t.Tokens*t.HeadDim, t.HeadDim
	do(t)
	t.HeadStride = t.HeadDim + 3
	t.TokenStride = t.Heads*t.HeadStride + 5
	do(t)
	t.TokenStride = t.HeadDim + 1
	t.HeadStride = t.Tokens*t.TokenStride + 2
	do(t)
}

// span returns how many elements x has.
func span(t Turning) int {
	if t.HeadStride == 0 || t.Tokens == 0 || t.Heads == 0 {
		return t.Tokens * t.Heads * t.HeadDim
	}
	return (t.Tokens-1)*t.TokenStride + (t.Heads-1)*t.HeadStride + t.HeadDim
}

func holdRotate(t *testing.T, r *rand.Rand, turning Turning) {
	t.Helper()
	x, whole := guarded(r, span(turning))
	rows, rowsWhole := guarded(r, turning.rows()*2*turning.Pairs)
	before := append([]float32(nil), rowsWhole...)
	want := padded(rotated(x, rows, turning), 12345)
	generic := append([]float32(nil), whole...)
	if turning.Tokens > 0 && turning.Heads > 0 {
		placed := turning
		if placed.HeadStride == 0 {
			placed.HeadStride, placed.TokenStride = placed.HeadDim, placed.Heads*placed.HeadDim
		}
		rotateGeneric(generic[guard:guard+len(x):guard+len(x)], rows, &placed, 0)
	}
	Rotate(x, rows, turning)
	same(t, want, generic, fmt.Sprintf("generic, %+v", turning))
	same(t, want, whole, fmt.Sprintf("%+v", turning))
	same(t, before, rowsWhole, "Rotate wrote its rows")
}

func TestRotate(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	sizes := []int{48, 64, 65, 96, 128}
	for n := range 41 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		for _, heads := range []int{1, 2, 3, 5} {
			for _, tokens := range []int{1, 2, 5} {
				for _, more := range []int{0, 1, 7, 64} {
					everyTurning(Turning{Tokens: tokens, Heads: heads, HeadDim: 2*n + more, Pairs: n}, func(turning Turning) {
						if turning.HeadDim == 0 {
							holdRotate(t, r, turning)
							return
						}
						everyPlace(turning, func(turning Turning) { holdRotate(t, r, turning) })
					})
				}
			}
		}
	}
}

func TestRotateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, turning := range []Turning{
		{Tokens: 0, Heads: 3, HeadDim: 8, Pairs: 4}, {Tokens: 3, Heads: 0, HeadDim: 8, Pairs: 4},
		{Tokens: 3, Heads: 2, HeadDim: 8, Pairs: 0}, {Tokens: 3, Heads: 2}, {},
	} {
		everyTurning(turning, func(turning Turning) {
			holdRotate(t, r, turning)
			Rotate(nil, nil, Turning{Tokens: turning.Tokens, Heads: turning.Heads * turning.Pairs * turning.Tokens})
		})
	}
}

// What was turned and turned back is what it was, but for rounding.
func TestRotateBack(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	const n = 37
	everyTurning(Turning{Tokens: 3, Heads: 2, HeadDim: 80, Pairs: n}, func(turning Turning) {
		x, rows := make([]float32, 3*2*80), make([]float32, turning.rows()*2*n)
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
		for row := range turning.rows() {
			angles := unit(r, n)
			for i := range n {
				rows[row*2*n+i], rows[row*2*n+n+i] = float32(angles.Cos[i]), float32(angles.Sin[i])
			}
		}
		before := append([]float32(nil), x...)
		Rotate(x, rows, turning)
		require.NotEqual(t, before, x)
		turning.Back = !turning.Back
		Rotate(x, rows, turning)
		for i := range x {
			require.InDelta(t, before[i], x[i], 3e-6, "%+v at %d", turning, i)
		}
	})
}

// Too short is a panic in Go, before anything is written.
func TestRotatePanics(t *testing.T) {
	const huge = 1 << 62 // times four is nothing
	x, rows := make([]float32, 2*3*16), make([]float32, 2*16)
	for i := range x {
		x[i] = 1
	}
	for i := range rows {
		rows[i] = 2
	}
	good := Turning{Tokens: 2, Heads: 3, HeadDim: 16, Pairs: 8}
	everyTurning(good, func(good Turning) {
		bad := func(x, rows []float32, change func(*Turning)) {
			t.Helper()
			turning := good
			change(&turning)
			require.Panics(t, func() { Rotate(x, rows, turning) }, "%+v", turning)
		}
		bad(x[:len(x)-1], rows, func(*Turning) {})
		bad(x[:len(x)-1:len(x)], rows, func(*Turning) {})
		bad(nil, rows, func(*Turning) {})
		bad(x, rows[:good.rows()*16-1], func(*Turning) {})
		bad(x, nil, func(*Turning) {})
		bad(x, rows, func(t *Turning) { t.Tokens = 3 })
		bad(x, rows, func(t *Turning) { t.Heads = 4 })
		bad(x, rows, func(t *Turning) { t.HeadDim = 17 })
		bad(x, rows, func(t *Turning) { t.HeadDim = 15 })
		bad(x, rows, func(t *Turning) { t.HeadDim = 0 })
		bad(x, rows, func(t *Turning) { t.Pairs = 9 })
		bad(x, rows, func(t *Turning) { t.Tokens = -1 })
		bad(x, rows, func(t *Turning) { t.Heads = -1 })
		bad(x, rows, func(t *Turning) { t.HeadDim = -16 })
		bad(x, rows, func(t *Turning) { t.Pairs = -1 })
		bad(x, rows, func(t *Turning) { t.Tokens, t.OneRow = huge, true })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = 33, 16 })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = 16, 49 })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = huge, 16 })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = 16, huge })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = huge, huge })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = -16, 48 })
		bad(x, rows, func(t *Turning) { t.HeadStride, t.TokenStride = 16, -48 })
		bad(x, rows, func(t *Turning) { t.TokenStride = -48 })
		bad(x, rows, func(t *Turning) { t.Heads = huge })
		bad(x, rows, func(t *Turning) { t.HeadDim = huge })
		bad(x, rows, func(t *Turning) { t.HeadDim, t.Pairs = huge, huge/2 })
		bad(x, rows, func(t *Turning) { t.Tokens, t.Heads, t.OneRow = 1<<31, 1<<31, true })
		for i := range x {
			require.Equal(t, float32(1), x[i])
		}
	})
}

func BenchmarkRotate(b *testing.B) {
	for _, c := range []struct {
		name    string
		turning Turning
	}{
		{"token", Turning{Tokens: 1, Heads: 32, HeadDim: 128, Pairs: 64}},
		{"head", Turning{Tokens: 512, Heads: 1, HeadDim: 64, Pairs: 32}},
		{"heads", Turning{Tokens: 512, Heads: 12, HeadDim: 64, Pairs: 32}},
		{"phi", Turning{Tokens: 1, Heads: 32, HeadDim: 80, Pairs: 16}},
		{"odd", Turning{Tokens: 1, Heads: 32, HeadDim: 70, Pairs: 35}},
	} {
		for _, pairing := range []string{"half", "interleaved"} {
			turning := c.turning
			turning.Interleaved = pairing == "interleaved"
			x, rows := make([]float32, turning.Tokens*turning.Heads*turning.HeadDim), make([]float32, turning.Tokens*2*turning.Pairs)
			for i := range x {
				x[i] = 1
			}
			for i := range rows {
				rows[i] = 0.6
				if i/turning.Pairs%2 == 1 {
					rows[i] = 0.8
				}
			}
			b.Run(c.name+"/"+pairing, func(b *testing.B) {
				b.SetBytes(int64(4 * len(x)))
				for b.Loop() {
					Rotate(x, rows, turning)
				}
			})
		}
	}
}
