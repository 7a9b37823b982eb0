// Compare times all contenders in turns, A B C A B C, after it has checked their results, and prints medians and ratios.
//
//	go run ./compare [--quick] [--run REGEXP] [--json FILE]
//
// The table goes to standard output and the progress to standard error. It ends with 1 when a result is wrong, and with 0
// whatever the speed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"posenc/tests/gobench"
)

// An effort is how many rounds there are, how long a contender's turn takes in each, and how long it warms up.
type effort struct {
	rounds       int
	turn, warmUp time.Duration
}

// A result is what the rounds say of one contender: nanoseconds for a run.
type result struct {
	By       string  `json:"by"`
	Median   float64 `json:"median"`
	Quartile struct {
		Low  float64 `json:"low"`
		High float64 `json:"high"`
	} `json:"quartile"`
	Ratio float64 `json:"ratio"` // posenc's speed in units of this one's: the median of the rounds
	times []float64
}

type measured struct {
	Task     string   `json:"task"`
	Elements int      `json:"elements"`
	Results  []result `json:"results"`
}

type report struct {
	Go      string            `json:"go"` // with its experiments
	Machine string            `json:"machine"`
	CPU     string            `json:"cpu,omitempty"`
	Rounds  int               `json:"rounds"`
	Modules map[string]string `json:"modules"`
	Tasks   []measured        `json:"tasks"`
}

func main() {
	quick := flag.Bool("quick", false, "11 short rounds")
	only := flag.String("run", "", "only the tasks whose names match this regular expression")
	file := flag.String("json", "", "write an object to this file as well")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	how := effort{rounds: 21, turn: 10 * time.Millisecond, warmUp: 50 * time.Millisecond}
	if *quick {
		how = effort{rounds: 11, turn: 2 * time.Millisecond, warmUp: 10 * time.Millisecond}
	}
	r := newReport(how)
	all := gobench.Tasks()
	for i, prepare := range all {
		task := prepare()
		if !pattern.MatchString(task.Name) {
			continue
		}
		progress(fmt.Sprintf("[%d/%d] %s", i+1, len(all), task.Name))
		m, err := measure(task, how)
		if err != nil {
			progress("")
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		r.Tasks = append(r.Tasks, m)
	}
	progress("")
	if err = r.print(); err == nil && *file != "" {
		err = r.write(*file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func (r *report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o666)
}

func newReport(how effort) report {
	r := report{Go: runtime.Version(), Machine: runtime.GOOS + " " + runtime.GOARCH, CPU: processor(), Rounds: how.rounds, Modules: map[string]string{}}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Replace == nil { // not posenc itself
				r.Modules[m.Path] = m.Version
			}
		}
	}
	return r
}

// processor is what Linux calls it, or nothing.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// measure checks the contenders, and then lets them take turns.
func measure(task *gobench.Task, how effort) (measured, error) {
	m := measured{Task: task.Name, Elements: task.Elements, Results: make([]result, len(task.Contenders))}
	x := task.X()
	counts := make([]int, len(task.Contenders))
	for i := range task.Contenders {
		c := &task.Contenders[i]
		if err := task.Check(c); err != nil {
			return m, err
		}
		m.Results[i].By = c.By
		counts[i] = 1
		for warm := time.Duration(0); warm < how.warmUp; {
			took := timed(c, x, counts[i])
			warm += took
			if took < how.turn {
				counts[i] = max(counts[i]+1, int(float64(counts[i])*min(10, float64(how.turn)/float64(max(took, 1)))))
			}
		}
	}
	runtime.GC()
	for range how.rounds {
		for i := range task.Contenders {
			took := timed(&task.Contenders[i], x, counts[i])
			m.Results[i].times = append(m.Results[i].times, float64(took)/float64(counts[i]))
		}
	}
	for i := range m.Results {
		r := &m.Results[i]
		ratios := make([]float64, how.rounds)
		for k := range ratios { // those of one round have the same noise
			ratios[k] = r.times[k] / m.Results[0].times[k]
		}
		r.Ratio = quantile(ratios, 0.5)
		r.Median, r.Quartile.Low, r.Quartile.High = quantile(r.times, 0.5), quantile(r.times, 0.25), quantile(r.times, 0.75)
	}
	return m, nil
}

func timed(c *gobench.Contender, x []float32, n int) time.Duration {
	start := time.Now()
	for range n {
		c.Run(x)
	}
	return time.Since(start)
}

// quantile is that of a number of values of which one is in the middle.
func quantile(v []float64, q float64) float64 {
	v = slices.Sorted(slices.Values(v))
	at := q * float64(len(v)-1)
	below := int(at)
	above := min(below+1, len(v)-1)
	return v[below] + (v[above]-v[below])*(at-float64(below))
}

// print writes a line for each contender of each task: G elements/s, half of what the middle half spreads by, time, and how
// many times as fast posenc is.
func (r *report) print() error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, %s\n", r.Go, r.Machine, r.CPU)
	for _, name := range slices.Sorted(maps.Keys(r.Modules)) {
		fmt.Fprintf(&out, "%s %s\n", name, r.Modules[name])
	}
	fmt.Fprintf(&out, "%d rounds, all contenders in turns; medians; the last column is posenc's speed over the contender's\n", r.Rounds)
	for _, t := range r.Tasks {
		fmt.Fprintf(&out, "\n%s\n", t.Task)
		for _, c := range t.Results {
			fmt.Fprintf(&out, "  %-12s %8.3f G/s ±%2.0f%% %12s %8.2f\n", c.By, float64(t.Elements)/c.Median,
				50*(c.Quartile.High-c.Quartile.Low)/c.Median, duration(c.Median), c.Ratio)
		}
	}
	_, err := os.Stdout.WriteString(out.String())
	return err
}

func duration(ns float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e6, "ms"}, {1e3, "µs"}} {
		if ns >= u.size {
			return fmt.Sprintf("%.2f %s", ns/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.1f ns", ns)
}

// progress shows a line on a terminal, where the next replaces it, and elsewhere writes one.
func progress(line string) {
	info, err := os.Stderr.Stat()
	switch {
	case err == nil && info.Mode()&os.ModeCharDevice != 0:
		fmt.Fprint(os.Stderr, "\r\033[K"+line)
	case line != "":
		fmt.Fprintln(os.Stderr, line)
	}
}
