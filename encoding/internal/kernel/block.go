package kernel

// An Op is what a block does to the rows that it makes.
type Op int

const (
	Store Op = iota // x = row
	Plus            // x += row
	Minus           // x -= row
	opsCount
)

// BlockRows is how many rows a block has: those of angles a-8r, a-7r, ..., a+7r.
const BlockRows = 16

// Steps are the turns by r, 2r, ..., 8r of a block, in the order in which its kernel reads them: for each vector of angles
// (pairs of them) the sines of the first turn and its cosines, those of the second, and so on. Where sines and cosines
// alternate in a row, the vectors of a kernel may hold a sine beside its cosine (stepsTwice); then each angle has its cosine
// twice and its sine twice.
type Steps struct {
	twice bool
	mem   []float64
}

// NewSteps returns room for the steps of n angles, for columns with this stride.
func NewSteps(n, stride int) Steps {
	s := Steps{twice: stepsTwice && stride == 2}
	s.mem = make([]float64, s.length(n))
	return s
}

func (s *Steps) length(n int) int {
	vectors := (n + pairs - 1) / pairs * 8 * 2
	if s.twice {
		vectors *= 2
	}
	return vectors * pairs
}

// at returns where the turn number k of angle i is: its cosine and its sine, of which the next may be a copy.
func (s *Steps) at(i, k int) (cos, sin int) {
	turn, lane := uint(i)/pairs*8+uint(k)-1, uint(i)%pairs
	if s.twice {
		at := int(turn*pairs+lane) * 4
		return at, at + 2
	}
	at := int(turn*2*pairs + lane)
	return at + pairs, at
}

// Set writes the turn number k, 1 to 8, of angle i.
func (s *Steps) Set(i, k int, sin, cos float64) {
	c, n := s.at(i, k)
	s.mem[c], s.mem[n] = cos, sin
	if s.twice {
		s.mem[c+1], s.mem[n+1] = cos, sin
	}
}

// Get returns it.
func (s *Steps) Get(i, k int) (sin, cos float64) {
	c, n := s.at(i, k)
	return s.mem[n], s.mem[c]
}

// Columns says where in a row the sine and cosine of angle i go: Sin + i·Stride and Cos + i·Stride. Stride is 1, or it is 2
// with Sin = 0 and Cos = 1.
type Columns struct{ Sin, Cos, Stride int }

// Block does op to the 16 rows x [16, dim] of angles a, and when there are several blocks to the rows that follow, of the
// angles that follow, as many for each:
//
//	for b := range blocks {
//		for i := range n { // len(a.Sin)/blocks
//			for k := -8; k < 8; k++ {
//				s, c := a[b*n+i] turned by k steps as Turn does it (by none: the angle itself)
//				x[16*b+8+k][Sin+i*Stride] op= float32(s)
//				x[16*b+8+k][Cos+i*Stride] op= float32(c)
//			}
//		}
//	}
//
// Columns that are nobody's stay as they are. The steps must be for columns of l's stride.
func Block(op Op, x []float32, dim int, l Columns, a Angles, blocks int, steps *Steps) {
	n := len(a.Sin)
	if blocks != 1 { // a division
		n = int(uint(n) / uint(blocks))
	}
	if n*blocks != len(a.Sin) {
		panic("kernel: not as many angles for each block")
	}
	x = x[:blocks*BlockRows*dim]
	a.Cos = a.Cos[:len(a.Sin)]
	if len(steps.mem) < steps.length(n) || steps.twice != (stepsTwice && l.Stride == 2) {
		panic("kernel: steps of other columns")
	}
	if n > 0 {
		_, _ = x[l.Sin+(n-1)*l.Stride], x[l.Cos+(n-1)*l.Stride]
		if l.Sin+(n-1)*l.Stride >= dim || l.Cos+(n-1)*l.Stride >= dim {
			panic("kernel: columns beyond the row")
		}
	}
	done := blockSIMD(op, x, dim, l, a, n, steps)
	for b := 0; done < n && b < blocks; b++ {
		blockGeneric(op, x[b*BlockRows*dim:], dim, l, a.cut(b*n, (b+1)*n), steps, done)
	}
}

// blockGeneric does the angles from number from on, two rows at a time.
func blockGeneric(op Op, x []float32, dim int, l Columns, a Angles, steps *Steps, from int) {
	for k := range 9 {
		minus := x[(8-k)*dim:][:dim]
		plus := minus // k = 0 is a single row, and of k = 8 this one is the next block's: not to be stored
		if k%8 != 0 {
			plus = x[(8+k)*dim:][:dim]
		}
		for i := from; i < len(a.Sin); i++ {
			s, c := a.Sin[i], a.Cos[i]
			sin, cos := l.Sin+i*l.Stride, l.Cos+i*l.Stride
			if k > 0 {
				rs, rc := steps.Get(i, k)
				sc, cs, cc, ss := products(s, c, rs, rc)
				if k < 8 {
					combine(op, &plus[sin], float32(sc+cs))
					combine(op, &plus[cos], float32(cc-ss))
				}
				s, c = sc-cs, cc+ss
			}
			combine(op, &minus[sin], float32(s))
			combine(op, &minus[cos], float32(c))
		}
	}
}

func combine(op Op, x *float32, v float32) {
	switch op {
	case Store:
		*x = v
	case Plus:
		*x += v
	case Minus:
		*x -= v
	}
}
