package bias

import (
	"math"
	"sync"
	"sync/atomic"

	"posenc/encoding"
	"posenc/encoding/internal/kernel"
)

// FireOptions are the knobs of [Fire]; the zero value of C, Threshold and Epsilon is their default.
type FireOptions struct {
	Heads     int     `json:"heads"`     // from 1 to MaxHeads; times hidden at most 2^20
	C         float64 `json:"c"`         // c; 0 means 0.1. Where a model has learned one of either sign, its magnitude
	Threshold float64 `json:"threshold"` // L; 0 means 512. The paper's code learns a factor: |L_multiplier·init_L|
	Epsilon   float64 `json:"epsilon"`   // added to ψ(max(i, L)); the paper's formula has none (0, the default), its code 1e-6
	// The layers of the network, as PyTorch's nn.Linear keeps them: W1 and B1 [hidden], hidden from 1 to 1024, W2 [heads,
	// hidden], B2 [heads].
	W1 []float32 `json:"w1"`
	B1 []float32 `json:"b1"`
	W2 []float32 `json:"w2"`
	B2 []float32 `json:"b2"`
}

// Fire is the bias of Li et al. 2024, "Functional Interpolation for Relative Positions", equation 2 and appendix, for query i
// and key j:
//
//	b_h = MLP_h(x),  x = ψ(|i - j|) / (ψ(max(i, L)) + ε),  ψ(d) = ln(c·d + 1)
//	MLP_h(x) = B2_h + Σ_k W2_hk·max(W1_k·x + B1_k, 0)
//
// The paper has j <= i. For later keys its code has |c·(i - j)|, and so has this; code that takes the lower triangle first
// has x = 0 there. Either is behind a causal mask.
//
// A network of one ReLU layer on one number is a line in pieces, so it is kept as that: a bias costs a product and a sum a
// head, however wide the layer. All of it is float64, rounded to float32 once. The bias depends on i beside j - i, so
// rows are made for each call.
type Fire struct {
	core
	options FireOptions
}

// NewFire returns the encoder, or an [encoding.OptionError].
func NewFire(o FireOptions) (*Fire, error) {
	if o.C == 0 {
		o.C = 0.1
	}
	if o.Threshold == 0 {
		o.Threshold = 512
	}
	hidden := len(o.W1)
	if err := integer("heads", o.Heads, 1, MaxHeads); err != nil {
		return nil, err
	}
	if err := number("c", o.C, math.MaxFloat32); err != nil {
		return nil, err
	}
	if err := number("threshold", o.Threshold, maxScores); err != nil {
		return nil, err
	}
	if !(o.Epsilon >= 0 && o.Epsilon <= 1) {
		return nil, &encoding.OptionError{Option: "epsilon", Want: "a number from 0 to 1", Got: encoding.Number(o.Epsilon)}
	}
	if float64(o.C*o.Threshold) < 0x1p-1022 { // whose ψ is the divisor
		return nil, lacking("threshold", "one whose product with c is at least 2^-1022", encoding.Number(o.Threshold))
	}
	if err := integer("w1.length", hidden, 1, min(1024, 1<<20/o.Heads)); err != nil {
		return nil, err
	}
	for i, w := range [...]*[]float32{&o.W1, &o.B1, &o.W2, &o.B2} {
		name := [...]string{"w1", "b1", "w2", "b2"}[i]
		shape := [...]string{"hidden", "hidden", "heads·hidden", "heads"}[i]
		if err := count(name, shape, len(*w), [...]int{hidden, hidden, o.Heads * hidden, o.Heads}[i]); err != nil {
			return nil, err
		}
		if err := finite(name, *w); err != nil {
			return nil, err
		}
		*w = copyOf32(*w)
	}
	rows := &fireRows{c: o.C, threshold: o.Threshold, epsilon: o.Epsilon}
	rows.pieces(&o)
	return &Fire{core: core{heads: o.Heads, scheme: rows, noBuckets: lacking("buckets", "an encoder that has buckets", "FIRE")},
		options: o}, nil
}

// Options returns the options with the defaults filled in.
func (f *Fire) Options() FireOptions {
	o := f.options
	o.W1, o.B1, o.W2, o.B2 = copyOf32(o.W1), copyOf32(o.B1), copyOf32(o.W2), copyOf32(o.B2)
	return o
}

// fireRows is the rows of Fire.
type fireRows struct {
	c, threshold, epsilon float64
	bends                 []float64 // where the line bends, rising, for x > 0
	lines                 []float64 // slope and value at 0 of each piece [heads, len(bends)+1, 2]

	psi     atomic.Pointer[[]float64] // ψ(0), ψ(1), ...; a longer one replaces it
	growing sync.Mutex
}

// pieces makes the lines out of the network. A unit is active on one side of x = -B1/W1.
func (s *fireRows) pieces(o *FireOptions) {
	for k, w := range o.W1 {
		if x := -float64(o.B1[k]) / float64(w); x > 0 && x <= math.MaxFloat64 { // else never or always active, or of no weight
			i := len(s.bends)
			s.bends = append(s.bends, x)
			for ; i > 0 && s.bends[i-1] > x; i-- {
				s.bends[i] = s.bends[i-1]
			}
			s.bends[i] = x
		}
	}
	for head := range o.Heads {
		for piece := range len(s.bends) + 1 {
			inside := 1.0 // a number within the piece
			switch low := s.below(piece); {
			case piece < len(s.bends):
				inside = low + float64((s.bends[piece]-low)/2)
			case piece > 0:
				inside = 2 * low
			}
			slope, value := 0.0, float64(o.B2[head])
			for k := range o.W1 {
				w, b, out := float64(o.W1[k]), float64(o.B1[k]), float64(o.W2[head*len(o.W1)+k])
				if float64(w*inside)+b > 0 {
					slope += float64(out * w)
					value += float64(out * b)
				}
			}
			s.lines = append(s.lines, slope, value)
		}
	}
}

// below returns where a piece begins.
func (s *fireRows) below(piece int) float64 {
	if piece == 0 {
		return 0
	}
	return s.bends[piece-1]
}

// needs returns how long the table of ψ should be for a call.
func (s *fireRows) needs(g grid) int {
	last := g.offset + int64(g.queries) - 1
	return int(min(max(last, int64(g.keys)-1-g.offset, -g.offset)+1, WindowBytes/8))
}

func (s *fireRows) ready(g grid) bool {
	table := s.psi.Load()
	return table != nil && len(*table) >= s.needs(g)
}

// check makes the table of ψ reach over the distances and positions of a call, as far as WindowBytes go.
func (s *fireRows) check(g grid) error {
	if g.queries == 0 || g.keys == 0 {
		return nil
	}
	if s.ready(g) {
		return nil
	}
	n := s.needs(g)
	s.growing.Lock()
	defer s.growing.Unlock()
	var have []float64
	if old := s.psi.Load(); old != nil {
		have = *old
	}
	if len(have) >= n {
		return nil
	}
	table := make([]float64, min(max(n, 2*len(have)), WindowBytes/8))
	for d := copy(table, have); d < len(table); d++ {
		table[d] = log1p(float64(s.c * float64(d)))
	}
	s.psi.Store(&table)
	return nil
}

// of returns ψ(d), d >= 0.
func (s *fireRows) of(table []float64, d int64) float64 {
	if d < int64(len(table)) {
		return table[d]
	}
	return log1p(float64(s.c * float64(d)))
}

func (s *fireRows) rows(op kernel.Op, x []float32, head int, query int64, key, count int, heads bool) {
	n := int(uint(len(x)) / uint(count))
	for ; len(x) > 0; x = x[n:] {
		s.row(op, x[:n], head, query, key)
		if heads {
			head++
		} else {
			query++
		}
	}
}

func (s *fireRows) row(op kernel.Op, x []float32, head int, query int64, key int) {
	table := *s.psi.Load()
	var norm float64
	if s.threshold >= float64(query) {
		norm = log1p(float64(s.c * s.threshold))
	} else {
		norm = s.of(table, query)
	}
	norm += s.epsilon
	pieces := len(s.bends) + 1
	lines := s.lines[head*pieces*2:][:pieces*2]
	made := scratch.Get().(*[1024]float32)
	piece := 0
	for len(x) > 0 {
		n := min(len(x), len(made))
		for i := range made[:n] {
			d := int64(key+i) - query
			v := s.of(table, max(d, -d)) / norm
			for piece > 0 && v < s.bends[piece-1] { // it falls and rises along a row, so the next is near
				piece--
			}
			for piece < len(s.bends) && v >= s.bends[piece] {
				piece++
			}
			made[i] = float32(float64(lines[2*piece]*v) + lines[2*piece+1])
		}
		kernel.Strips(op, x, n, made[:n], 0, 0, n, 1)
		x, key = x[n:], key+n
	}
	scratch.Put(made)
}

// buckets is never called: core.noBuckets is set.
func (s *fireRows) buckets([]int32, int64, int) {}
