// Package gobench measures posenc in Go against what else there is in Go, natively: copy(), which moves as much memory, the add
// of other libraries, and plain loops. It is a module of its own, so that posenc needs none of those.
//
//	go test ./...                            every contender's result is checked
//	go test -bench Add -count 11 >add.txt    one after the other, for benchstat -col /by add.txt
//	go run ./compare                         in turns, A B C A B C, with the ratios; ./build.sh bench --native runs this
//	GOEXPERIMENT=simd go ...                 the same with posenc's SIMD kernels
package gobench

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Task is a piece of work, on an array x that all of its contenders share.
type Task struct {
	Name       string // Add/shape=1x128x384
	Elements   int    // of the result
	Tolerance  float64
	Contenders []Contender
	input      []float32
	want       []float32
}

// A Contender does a task. The result is x, or what Run returns if that is not nil.
type Contender struct {
	By   string
	Run  func(x []float32) []float32
	want []float32 // where it is not that of the task: copy() has another
}

// Tasks returns all tasks. Nothing is computed before a task is prepared.
func Tasks() []func() *Task {
	return slices.Concat(addTasks(), generateTasks(), rotateTasks(), alibiTasks())
}

// X returns a fresh input.
func (t *Task) X() []float32 { return append([]float32(nil), t.input...) }

// Check runs a contender once and says what is wrong with its result, if anything.
func (t *Task) Check(c *Contender) error {
	x := t.X()
	got, want, tolerance := x, t.want, t.Tolerance
	if result := c.Run(x); result != nil {
		got = result
	}
	if c.want != nil {
		want, tolerance = c.want, 0
	}
	if len(got) != len(want) {
		return fmt.Errorf("%s/by=%s: %d elements, want %d", t.Name, c.By, len(got), len(want))
	}
	for i, v := range got {
		if !(math.Abs(float64(v)-float64(want[i])) <= tolerance) {
			return fmt.Errorf("%s/by=%s: element %d is %v, want %v", t.Name, c.By, i, v, want[i])
		}
	}
	return nil
}

// by is a contender that works in place.
func by(name string, run func(x []float32)) Contender {
	return Contender{By: name, Run: func(x []float32) []float32 { run(x); return nil }}
}

// shape writes a shape as benchstat's keys have it.
func shape(sizes ...int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", "x")
}

// noise returns n numbers that look like embeddings, the same each time.
func noise(n int) []float32 {
	x := make([]float32, n)
	state := uint32(1)
	for i := range x {
		state = state*1664525 + 1013904223
		x[i] = float32(int32(state)) / (1 << 31)
	}
	return x
}

// must is for encoders whose options are right.
func must[T any](v T, err error) T {
	do(err)
	return v
}

func do(err error) {
	if err != nil {
		panic(err)
	}
}

// frequencies are w_0, w_1, ... of d channels, straight from the formula.
func frequencies(d int) []float64 {
	w := make([]float64, d/2)
	for i := range w {
		w[i] = math.Pow(10000, -2*float64(i)/float64(d))
	}
	return w
}

// near panics unless got is what a formula says, to the rounding of float32 and of an angle in float64.
func near(what string, got []float32, want func(i int) float64) {
	for i, v := range got {
		if w := want(i); !(math.Abs(float64(v)-w) <= 0x1p-24) {
			panic(fmt.Sprintf("%s: element %d is %v, the formula says %v", what, i, v, w))
		}
	}
}
