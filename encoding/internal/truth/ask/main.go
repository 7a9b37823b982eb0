// Command ask is what tests/accuracy asks for the truth: cases come in as JSON, and sines and cosines to more digits than
// a float64 has go out. It is here and not beside its caller since only what is under encoding/ may import package truth.
//
//	go run ./encoding/internal/truth/ask <cases.json >truth
//
// For each case, each position and each pair it writes six float64, little-endian: of the sine and then of the cosine the
// nearest float64, what is left of the true value, and the nearest float32.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"runtime"
	"sync"

	"posenc/encoding/internal/truth"
)

// A question is about gain·sin(p·w_i) and gain·cos(p·w_i), with w_i = top·(base/top)^(-i/steps), scaled.
type question struct {
	Top       float64   `json:"top"`
	Base      float64   `json:"base"`
	Steps     float64   `json:"steps"`
	Scaling   *scaling  `json:"scaling"`
	Pairs     []int     `json:"pairs"`     // i
	Positions []float64 `json:"positions"` // p
}

// A scaling is one of rotary encodings, for the ladder whose top is 1.
type scaling struct {
	Type   string  `json:"type"` // "yarn" with its usual betas 32 and 1, or "llama3"
	Factor float64 `json:"factor"`
	M      float64 `json:"originalMaxPositionEmbeddings"`
	Low    float64 `json:"lowFreqFactor"`
	High   float64 `json:"highFreqFactor"`
}

// numbers is how many float64 there are for each position and pair.
const numbers = 6

var n = truth.N

func num() *big.Float                 { return n(0) }
func plus(x, y *big.Float) *big.Float { return num().Add(x, y) }
func less(x, y *big.Float) *big.Float { return num().Sub(x, y) }
func times(x, y *big.Float) *big.Float {
	return num().Mul(x, y)
}
func over(x, y *big.Float) *big.Float { return num().Quo(x, y) }

// frequency returns w_i.
func (q question) frequency(i int) *big.Float {
	w := truth.Frequency(q.Top, q.Base, q.Steps, i)
	if q.Scaling == nil {
		return w
	}
	s := *q.Scaling
	slow := over(w, n(s.Factor))
	var keep *big.Float // which part of w stays as it is
	switch s.Type {
	case "yarn":
		keep = less(n(1), clip(q.ramp(i)))
	case "llama3": // M/λ turns, from low to high
		turns := over(times(n(s.M), w), times(n(2), truth.Pi))
		keep = clip(over(less(turns, n(s.Low)), less(n(s.High), n(s.Low))))
	default:
		panic("no scaling " + s.Type)
	}
	return plus(times(keep, w), times(less(n(1), keep), slow))
}

// ramp is yarn's: 0 at the pair that turns 32 times in M positions, rounded down, and 1 at that which turns once, rounded up.
func (q question) ramp(i int) *big.Float {
	at := func(turns float64) float64 { // d·ln(M/(2π·turns))/(2 ln θ), d/2 being steps
		c, _ := over(times(n(q.Steps), truth.Log(over(n(q.Scaling.M), times(truth.Pi, n(2*turns))))), truth.Log(n(q.Base))).Float64()
		return c
	}
	lo, hi := max(math.Floor(at(32)), 0), min(math.Ceil(at(1)), 2*q.Steps-1)
	return over(n(float64(i)-lo), n(hi-lo))
}

// clip returns x, or the nearer of 0 and 1.
func clip(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return n(0)
	}
	if x.Cmp(n(1)) > 0 {
		return n(1)
	}
	return x
}

// gain is yarn's attention factor, which is a float64 in Hugging Face's own code.
func (q question) gain() float64 {
	if q.Scaling == nil || q.Scaling.Type != "yarn" {
		return 1
	}
	ln, _ := truth.Log(n(q.Scaling.Factor)).Float64()
	return float64(0.1*ln) + 1
}

// answer returns the numbers for all positions and pairs.
func (q question) answer() []float64 {
	out := make([]float64, len(q.Positions)*len(q.Pairs)*numbers)
	gain := n(q.gain())
	var workers sync.WaitGroup
	share := func(count int, do func(k int)) { // among as many as there are cores
		for first := range runtime.GOMAXPROCS(0) {
			workers.Go(func() {
				for k := first; k < count; k += runtime.GOMAXPROCS(0) {
					do(k)
				}
			})
		}
		workers.Wait()
	}
	w := make([]*big.Float, len(q.Pairs))
	share(len(w), func(k int) { w[k] = q.frequency(q.Pairs[k]) })
	share(len(q.Positions), func(j int) {
		row := out[j*len(w)*numbers:]
		for k := range w {
			sin, cos := truth.SinCos(times(w[k], n(q.Positions[j])))
			for half, v := range []*big.Float{times(sin, gain), times(cos, gain)} {
				nearest, _ := v.Float64()
				rest, _ := less(v, n(nearest)).Float64()
				single, _ := v.Float32()
				copy(row[k*numbers+half*numbers/2:], []float64{nearest, rest, float64(single)})
			}
		}
	})
	return out
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, "ask: cases:", err)
		os.Exit(1)
	}
	out := bufio.NewWriter(os.Stdout)
	for _, q := range questions {
		err := binary.Write(out, binary.LittleEndian, q.answer())
		if err == nil {
			err = out.Flush() // so that the caller sees how far it is
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "ask:", err)
			os.Exit(1)
		}
	}
}
