package gobench

import (
	"math"

	"github.com/viterin/vek/vek32"
	"gonum.org/v1/gonum/blas/blas32"

	"posenc/encoding/additive"
)

// axpy is gonum's fastest add of float32, x += 1·row.
func axpy(x, row []float32) {
	blas32.Axpy(1, blas32.Vector{N: len(row), Inc: 1, Data: row}, blas32.Vector{N: len(x), Inc: 1, Data: x})
}

func plainAdd(x, row []float32) {
	x = x[:len(row)]
	for i, r := range row {
		x[i] += r
	}
}

// adders are the contenders that add rows which they are given, by ranges of x and of the rows.
func adders(each func(x []float32, do func(x, row []float32))) []Contender {
	return []Contender{
		by("gonum", func(x []float32) { each(x, axpy) }),
		by("vek32", func(x []float32) { each(x, func(x, row []float32) { vek32.Add_Inplace(x, row) }) }),
		by("plain", func(x []float32) { each(x, plainAdd) }),
	}
}

// copying is the contender that only copies the rows, and what is then in x.
func copying(n int, each func(x []float32, do func(x, row []float32))) Contender {
	move := func(x, row []float32) { copy(x, row) }
	want := make([]float32, n)
	each(want, move)
	c := by("copy", func(x []float32) { each(x, move) })
	c.want = want
	return c
}

// formula returns the entry of a sinusoidal table, row after row from position first on.
func formula(dim, first int) func(i int) float64 {
	w := frequencies(dim)
	return func(i int) float64 {
		sin, cos := math.Sincos(float64(first+i/dim) * w[i%dim/2])
		if i%2 == 1 {
			return cos
		}
		return sin
	}
}

// checkedTable is what all but posenc add. It is posenc's, so that results agree to the bit, and it is checked here.
func checkedTable(seq, dim int) []float32 {
	table := must(must(additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim})).Table(seq, additive.At{}))
	near("sinusoidal table", table, formula(dim, 0))
	return table
}

func addTasks() (tasks []func() *Task) {
	for _, s := range [][3]int{{1, 1, 768}, {1, 128, 384}, {1, 512, 768}, {16, 512, 384}, {1, 8192, 768}} {
		tasks = append(tasks, func() *Task { return addTask(s[0], s[1], s[2]) })
	}
	return tasks
}

func addTask(batch, seq, dim int) *Task {
	table := checkedTable(seq, dim)
	each := func(x []float32, do func(x, row []float32)) {
		for b := 0; b < len(x); b += len(table) {
			do(x[b:b+len(table)], table)
		}
	}
	n := batch * seq * dim
	t := &Task{Name: "Add/shape=" + shape(batch, seq, dim), Elements: n, input: noise(n), want: noise(n)}
	for i := range t.want {
		t.want[i] += table[i%len(table)]
	}
	encoder := must(additive.NewSinusoidal(additive.SinusoidalOptions{Dim: dim}))
	t.Contenders = append([]Contender{
		by("posenc", func(x []float32) { do(encoder.Add(x, additive.At{Batch: batch})) }),
		copying(n, each),
	}, adders(each)...)
	return t
}
