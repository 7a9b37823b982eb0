package gobench

import (
	"strings"
	"testing"
)

func TestContendersAgree(t *testing.T) {
	for _, prepare := range Tasks() {
		task := prepare()
		for i := range task.Contenders {
			if err := task.Check(&task.Contenders[i]); err != nil {
				t.Error(err)
			}
		}
	}
}

// A wrong contender is found.
func TestCheck(t *testing.T) {
	task := addTask(1, 2, 8)
	plain := &task.Contenders[len(task.Contenders)-1]
	run := plain.Run
	plain.Run = func(x []float32) []float32 { run(x); x[9] += 1e-6; return nil }
	if err := task.Check(plain); err == nil || !strings.Contains(err.Error(), "by=plain: element 9") {
		t.Errorf("an error in element 9 gives %v", err)
	}
	plain.Run = func(x []float32) []float32 { return x[:15] }
	if task.Check(plain) == nil {
		t.Error("a result that is too short passes")
	}
}

func BenchmarkAdd(b *testing.B)      { benchmark(b, addTasks()) }
func BenchmarkGenerate(b *testing.B) { benchmark(b, generateTasks()) }
func BenchmarkRotate(b *testing.B)   { benchmark(b, rotateTasks()) }
func BenchmarkALiBi(b *testing.B)    { benchmark(b, alibiTasks()) }

func benchmark(b *testing.B, tasks []func() *Task) {
	for _, prepare := range tasks {
		task := prepare()
		_, name, _ := strings.Cut(task.Name, "/")
		for i := range task.Contenders {
			c := &task.Contenders[i]
			checked := false // -count calls it again, when the positions of some have moved on
			b.Run(name+"/by="+c.By, func(b *testing.B) {
				if !checked {
					if err := task.Check(c); err != nil {
						b.Fatal(err)
					}
					checked = true
				}
				x := task.X()
				b.SetBytes(int64(4 * task.Elements))
				b.ReportAllocs()
				for b.Loop() {
					c.Run(x)
				}
			})
		}
	}
}
