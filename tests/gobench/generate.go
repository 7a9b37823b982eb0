package gobench

import (
	"math"

	"posenc/encoding/additive"
)

func generateTasks() (tasks []func() *Task) {
	for _, s := range [][2]int{{128, 384}, {512, 768}, {8192, 768}} {
		tasks = append(tasks, func() *Task { return tableTask(s[0], s[1]) }, func() *Task { return fillTask(s[0], s[1]) })
	}
	return tasks
}

// tableTask makes a new array; posenc-new an encoder as well, which nobody has used yet.
func tableTask(seq, dim int) *Task {
	n := seq * dim
	t := &Task{Name: "Generate/into=new/shape=" + shape(seq, dim), Elements: n, Tolerance: 0x1p-24, want: checkedTable(seq, dim)}
	options := additive.SinusoidalOptions{Dim: dim}
	encoder := must(additive.NewSinusoidal(options))
	fresh := func(fill func(x []float32)) func([]float32) []float32 {
		return func([]float32) []float32 {
			x := make([]float32, n)
			fill(x)
			return x
		}
	}
	turns := newRecurrence(dim)
	t.Contenders = []Contender{
		{By: "posenc", Run: func([]float32) []float32 { return must(encoder.Table(seq, additive.At{})) }},
		{By: "posenc-new", Run: func([]float32) []float32 {
			return must(must(additive.NewSinusoidal(options)).Table(seq, additive.At{}))
		}},
		{By: "copy", Run: fresh(func(x []float32) { copy(x, t.want) })},
		{By: "recurrence", Run: fresh(func(x []float32) { turns.fill(x, 0) })},
		{By: "sincos", Run: fresh(func(x []float32) { sincos(x, dim, 0) })},
	}
	return t
}

// fillTask writes into an array that is there, somewhere else each time.
func fillTask(seq, dim int) *Task {
	const start = 1 << 20
	n := seq * dim
	table := make([]float32, n)
	sincos(table, dim, start) // within an error of 2^20·2^-53 of an angle
	t := &Task{Name: "Generate/into=array/shape=" + shape(seq, dim), Elements: n, Tolerance: 0x1p-24,
		input: make([]float32, n), want: table}
	encoder := must(additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim}))
	turns := newRecurrence(dim)
	moving := func(name string, fill func(x []float32, first int)) Contender {
		at := start
		return by(name, func(x []float32) {
			fill(x, at)
			at += seq + 3 // of another phase within the blocks of 16 each time
		})
	}
	t.Contenders = []Contender{
		moving("posenc", func(x []float32, first int) { do(encoder.Fill(x, additive.At{Offset: int64(first)})) }),
		by("copy", func(x []float32) { copy(x, table) }),
		moving("recurrence", turns.fill),
		moving("sincos", func(x []float32, first int) { sincos(x, dim, first) }),
	}
	return t
}

// sincos is what most people write, once they have the frequencies out of the loop.
func sincos(x []float32, dim, first int) {
	w := frequencies(dim)
	for p := float64(first); len(x) > 0; p, x = p+1, x[dim:] {
		for i, w := range w {
			s, c := math.Sincos(p * w)
			x[2*i], x[2*i+1] = float32(s), float32(c)
		}
	}
}

// A recurrence turns each row into the next, and begins again every 16 rows, so that the error does not grow: the best plain
// loop that there is. It takes the sums of angles in float64.
type recurrence struct{ w, sin, cos, s, c []float64 }

func newRecurrence(dim int) *recurrence {
	n := dim / 2
	r := &recurrence{frequencies(dim), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)}
	for i, w := range r.w {
		r.sin[i], r.cos[i] = math.Sincos(w)
	}
	return r
}

func (r *recurrence) fill(x []float32, first int) {
	dim := 2 * len(r.w)
	for p := first; len(x) > 0; p, x = p+1, x[dim:] {
		row := x[:dim]
		if (p-first)%16 == 0 {
			for i, w := range r.w {
				r.s[i], r.c[i] = math.Sincos(float64(p) * w)
			}
		}
		sin, cos, ss, cs := r.sin, r.cos[:len(r.sin)], r.s[:len(r.sin)], r.c[:len(r.sin)]
		for i, rs := range sin {
			s, c, rc := ss[i], cs[i], cos[i]
			pair := row[2*i:][:2]
			pair[0], pair[1] = float32(s), float32(c)
			ss[i], cs[i] = s*rc+c*rs, c*rc-s*rs
		}
	}
}
