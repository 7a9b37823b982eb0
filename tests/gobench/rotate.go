package gobench

import (
	"fmt"
	"math"

	"posenc/encoding/rotary"
)

func rotateTasks() (tasks []func() *Task) {
	for _, s := range [][4]int{{1, 32, 1, 128}, {1, 12, 512, 64}, {1, 32, 4096, 128}} {
		for _, order := range []rotary.Order{rotary.BHSD, rotary.BSHD} {
			for _, pairing := range []rotary.Pairing{rotary.Half, rotary.Interleaved} {
				tasks = append(tasks, func() *Task { return rotateTask(s[0], s[1], s[2], s[3], order, pairing) })
			}
		}
	}
	return tasks
}

// rotateTask has its shape as [batch, heads, seq, headDim] in either order.
func rotateTask(batch, heads, seq, headDim int, order rotary.Order, pairing rotary.Pairing) *Task {
	const offset = 100 // as a row of no turn would be no work to check
	half, n := headDim/2, batch*heads*seq*headDim
	encoder := must(rotary.New(rotary.Options{HeadDim: headDim, Pairing: pairing}))
	cos, sin, err := encoder.CosSin(seq, rotary.At{Offset: offset})
	do(err)
	w := frequencies(headDim)
	angle := func(i int) float64 { return float64(offset+i/half) * w[i%half] }
	near("rotary cos", cos, func(i int) float64 { return math.Cos(angle(i)) })
	near("rotary sin", sin, func(i int) float64 { return math.Sin(angle(i)) })

	t := &Task{Name: fmt.Sprintf("Rotate/shape=%s/order=%s/pairing=%s", shape(batch, heads, seq, headDim), order, pairing),
		Elements: n, input: noise(n), want: noise(n)}
	// each calls do for all vectors with the row of their position.
	each := func(x []float32, do func(v, cos, sin []float32)) {
		for at, row := 0, 0; at < len(x); at += headDim {
			if row = at / headDim % seq; order == rotary.BSHD {
				row = at / headDim / heads % seq
			}
			do(x[at:at+headDim], cos[row*half:][:half], sin[row*half:][:half])
		}
	}
	each(t.want, func(v, cos, sin []float32) {
		for i := range half {
			a, b := i, i+half
			if pairing == rotary.Interleaved {
				a, b = 2*i, 2*i+1
			}
			va, vb := v[a], v[b]
			v[a], v[b] = float32(va*cos[i])-float32(vb*sin[i]), float32(vb*cos[i])+float32(va*sin[i])
		}
	})
	plain := plainHalf
	if pairing == rotary.Interleaved {
		plain = plainInterleaved
	}
	source := noise(n)
	move := by("copy", func(x []float32) { copy(x, source) })
	move.want = source
	at := rotary.At{Batch: batch, Heads: heads, Order: order, Offset: offset}
	t.Contenders = []Contender{
		by("posenc", func(x []float32) { do(encoder.Rotate(x, at)) }),
		move,
		by("plain", func(x []float32) { each(x, plain) }),
	}
	return t
}

func plainHalf(v, cos, sin []float32) {
	n := len(cos)
	x, y, sin := v[:n], v[n:][:n], sin[:n]
	for i, c := range cos {
		a, b, s := x[i], y[i], sin[i]
		x[i], y[i] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}

func plainInterleaved(v, cos, sin []float32) {
	sin = sin[:len(cos)]
	for i, c := range cos {
		pair := v[2*i:][:2]
		a, b, s := pair[0], pair[1], sin[i]
		pair[0], pair[1] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}
