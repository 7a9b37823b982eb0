package gobench

import (
	"math"

	"posenc/encoding/bias"
)

func alibiTasks() (tasks []func() *Task) {
	for _, s := range [][4]int{{1, 12, 512, 512}, {1, 32, 1, 4096}} {
		tasks = append(tasks, func() *Task { return alibiTask(s[0], s[1], s[2], s[3]) })
	}
	return tasks
}

// alibiTask adds to scores [batch, heads, queries, keys], whose last query is at the last key.
func alibiTask(batch, heads, queries, keys int) *Task {
	n := batch * heads * queries * keys
	encoder := must(bias.NewALiBi(bias.ALiBiOptions{Heads: heads}))
	offset := keys - queries
	// The biases of a head are stretches of one line, from the last query's first key on.
	length := queries + keys - 1
	lines := make([]float32, heads*length)
	for h, m := range encoder.Slopes() {
		for i := range length {
			lines[h*length+i] = float32(m * float64(i-(offset+queries-1)))
		}
	}
	t := &Task{Name: "ALiBi/shape=" + shape(batch, heads, queries, keys), Elements: n, input: noise(n), want: noise(n)}
	for i := range t.want {
		h, q, k := i/keys/queries%heads, i/keys%queries, i%keys
		t.want[i] += float32(encoder.Slopes()[h] * float64(k-q-offset))
	}
	checkSlopes(encoder.Slopes())
	each := func(x []float32, do func(x, row []float32)) {
		for at := 0; at < len(x); at += keys {
			h, q := at/keys/queries%heads, at/keys%queries
			do(x[at:at+keys], lines[h*length+queries-1-q:][:keys])
		}
	}
	at := bias.At{Batch: batch, QueryLength: queries, KeyLength: keys, Offset: int64(offset)}
	t.Contenders = append([]Contender{
		by("posenc", func(x []float32) { do(encoder.Add(x, at)) }),
		copying(n, each),
	}, adders(each)...)
	return t
}

// checkSlopes holds the slopes to the paper: 2^(-8h/n) for n heads, a power of two; else those of the power below, and every
// other one of the power above.
func checkSlopes(slopes []float64) {
	below := 1 << int(math.Log2(float64(len(slopes))))
	for h, m := range slopes {
		e := -8 * float64(h+1) / float64(below)
		if h >= below {
			e = -8 * float64(2*(h-below)+1) / float64(2*below)
		}
		if want := math.Exp2(e); math.Abs(m-want) > 1e-15*want {
			panic("a slope of ALiBi is wrong")
		}
	}
}
