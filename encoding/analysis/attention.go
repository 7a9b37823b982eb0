package analysis

import (
	"math"
	"strconv"

	"posenc/encoding/internal/angle"
)

// Attention is one head of self-attention on a sequence x [n, dim]:
//
//	h = x + Table
//	q = Rotate(h·Query), k = Rotate(h·Key), v = h·Value
//	scores = q·kᵀ/√width + Bias
//	weights = softmax(scores), each row by itself
//	output = weights·v
//
// Every field may be left out, and the zero value knows nothing of order: no projection is the identity, and the other three
// are the three places where position can enter. Source: Vaswani et al. 2017, equation 1.
//
// h, q, k and v are float32, as encoders want them; the rest is float64.
type Attention struct {
	Query, Key, Value []float32 // [dim, width]; width is the same for Query and Key

	Table  []float32               // [n, dim]: the rows of an additive encoding
	Rotate func(x []float32) error // turns queries, and keys, [n, width] in place: a rotary encoder's Rotate with its At
	Bias   []float32               // [n, n]: a bias encoder's matrix; -Inf hides a key from a query
}

// Attended is what attention makes of a sequence.
type Attended struct {
	Scores  []float64 `json:"scores"`  // [n, n]
	Weights []float64 `json:"weights"` // [n, n], each row with the sum 1; those below e^-700 of the row's largest are 0
	Output  []float64 `json:"output"`  // [n, width of Value]
}

// Apply computes it. n·dim·width multiplications for each projection, n²·width for scores and output each. An error of
// Rotate is returned as it is.
func (a Attention) Apply(x []float32, dim int) (Attended, error) {
	n, err := rowsOf("x", x, dim, 1)
	if err == nil {
		err = result("x", n, n)
	}
	if err == nil {
		err = a.check(n, dim)
	}
	if err != nil {
		return Attended{}, err
	}
	h := append([]float32(nil), x...)
	for i, p := range a.Table {
		h[i] += p
	}
	q, err := a.projected("query", h, dim, a.Query, a.Rotate)
	if err != nil {
		return Attended{}, err
	}
	k, err := a.projected("key", h, dim, a.Key, a.Rotate)
	if err != nil {
		return Attended{}, err
	}
	v, err := a.projected("value", h, dim, a.Value, nil)
	if err != nil {
		return Attended{}, err
	}
	out := Attended{make([]float64, n*n), make([]float64, n*n), make([]float64, len(v))}
	width := len(q) / n
	scale := math.Sqrt(float64(width))
	values := make([]float64, len(v))
	for i := range v {
		values[i] = float64(v[i])
	}
	for i := range n {
		scores, weights := out.Scores[i*n:][:n], out.Weights[i*n:][:n]
		for j := range scores {
			scores[j] = dot(q[i*width:][:width], k[j*width:][:width]) / scale
		}
		if a.Bias != nil {
			for j, b := range a.Bias[i*n:][:n] {
				scores[j] += float64(b)
			}
		}
		softmax(weights, scores)
		row := len(v) / n
		for j, w := range weights {
			axpy(out.Output[i*row:][:row], w, values[j*row:][:row])
		}
	}
	return out, nil
}

// check says whether everything fits a sequence of n.
func (a Attention) check(n, dim int) error {
	widths := [3]int{dim, dim, dim}
	for i, w := range [3][]float32{a.Query, a.Key, a.Value} {
		if w == nil {
			continue
		}
		name := [3]string{"query", "key", "value"}[i]
		if len(w) == 0 || len(w)%dim != 0 {
			return badInt(name, "[dim, width] numbers with dim = ", dim, "", len(w))
		}
		if err := finite(name, w); err != nil {
			return err
		}
		widths[i] = len(w) / dim
	}
	switch {
	case widths[0] != widths[1]:
		return badInt("key", "the width of query, ", widths[0], "", widths[1])
	case a.Table != nil && len(a.Table) != n*dim:
		return badShape("table", "[n, dim]", n, dim, len(a.Table))
	case a.Bias != nil && len(a.Bias) != n*n:
		return badShape("bias", "[n, n]", n, n, len(a.Bias))
	}
	for i := range a.Bias {
		if v := float64(a.Bias[i]); !(v <= math.MaxFloat32) {
			return badAt("bias", i, "a finite number or -Infinity", v)
		}
	}
	hidden := 0 // of the keys of a query
	for i, v := range a.Bias {
		if i%n == 0 {
			hidden = 0
		}
		if v < -math.MaxFloat32 {
			hidden++
		}
		if hidden == n {
			return bad("bias", "a key for every query", "none for query "+strconv.Itoa(i/n))
		}
	}
	if err := result("query", n, widths[0]); err != nil {
		return err
	}
	if err := result("value", n, widths[2]); err != nil {
		return err
	}
	if err := finite("table", a.Table); err != nil {
		return err
	}
	width := widths[0] + widths[2]
	if err := work("x", n, dim, widths[0]+width); err != nil {
		return err
	}
	return work("x", n, n, width)
}

// projected returns h·w, turned, or says why float32 cannot hold it.
func (a Attention) projected(name string, h []float32, dim int, w []float32, rotate func([]float32) error) ([]float32, error) {
	out := append([]float32(nil), h...)
	if w != nil {
		n, width := len(h)/dim, len(w)/dim
		out = make([]float32, n*width)
		sums := make([]float64, width)
		for i := range n {
			clear(sums)
			for j, v := range h[i*dim:][:dim] {
				for c, u := range w[j*width:][:width] {
					sums[c] += float64(float64(v) * float64(u))
				}
			}
			for c, s := range sums {
				out[i*width+c] = float32(s)
			}
		}
	}
	if rotate != nil {
		if err := rotate(out); err != nil {
			return nil, err
		}
	}
	return out, finite(name, out)
}

// softmax writes e^s_j / Σ e^s of scores, of which one at least is finite.
func softmax(dst, scores []float64) {
	largest := scores[0]
	for _, s := range scores {
		largest = max(largest, s)
	}
	sum := 0.0
	for j, s := range scores {
		dst[j] = 0
		if s-largest > -700 {
			dst[j] = angle.ExpQuick(s - largest)
		}
		sum += dst[j]
	}
	for j := range dst {
		dst[j] /= sum
	}
}
