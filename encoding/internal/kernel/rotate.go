package kernel

// A Turning says how the vectors of x lie, and which of their channels are turned together.
type Turning struct {
	Tokens      int  // how many; each has its row of cosines and sines
	Heads       int  // vectors of a token; all are turned by the token's row
	HeadDim     int  // how wide a vector is
	TokenStride int  // from one token's vector to the next's of the same head
	HeadStride  int  // from one head's vector to the next's of the same token; 0: they are side by side, and so are the tokens
	Pairs       int  // n: the first 2n channels of a vector are turned, the others are left alone
	Interleaved bool // pairs are channels (2i, 2i+1), otherwise (i, i+n)
	Back        bool // turn the other way
	OneRow      bool // all tokens have the same row, and rows is that one
}

// Rotate turns the vectors of x, which do not overlap, by rows [Tokens, 2n], n cosines and then their n sines each:
//
//	for t := range Tokens {
//		cos, sin := rows[t*2n:][:n], rows[t*2n+n:][:n] // OneRow: rows[:n], rows[n:][:n]
//		for h := range Heads {
//			v := x[t*TokenStride+h*HeadStride:]
//			for i := range n {
//				a, b := &v[i], &v[i+n] // Interleaved: &v[2*i], &v[2*i+1]
//				*a, *b = float32(*a*cos[i])-float32(*b*sin[i]), float32(*b*cos[i])+float32(*a*sin[i])
//			}
//		}
//	}
//
// Back exchanges the minus and the plus. The kernels negate the sines instead, which gives the same bits.
//
// It panics before it writes anything when x or rows is too short, or when 2n channels are more than HeadDim.
func Rotate(x, rows []float32, t Turning) {
	if t.Tokens < 0 || t.Heads < 0 || t.Pairs < 0 || t.Pairs > t.HeadDim/2 || t.TokenStride < 0 || t.HeadStride < 0 {
		panic("kernel: no such turning")
	}
	if t.Tokens == 0 || t.Heads == 0 || t.Pairs == 0 {
		return
	}
	if t.HeadStride == 0 {
		t.HeadStride, t.TokenStride = t.HeadDim, t.Heads*t.HeadDim
	}
	// In float64, which is exact up to more than a slice can have, and where nothing overflows.
	end := float64(float64(t.Tokens-1)*float64(t.TokenStride)) + float64(float64(t.Heads-1)*float64(t.HeadStride)) + float64(t.HeadDim)
	if end > float64(len(x)) || float64(t.rows())*float64(2*t.Pairs) > float64(len(rows)) ||
		float64(t.Heads)*float64(t.HeadDim) > float64(len(x)) { // the product that may have overflowed above
		panic("kernel: slices shorter than the turning")
	}
	rotateGeneric(x, rows, &t, rotateSIMD(x, rows, &t))
}

// rows returns how many rows there are.
func (t *Turning) rows() int {
	if t.OneRow {
		return 1
	}
	return t.Tokens
}

// rotateGeneric turns the pairs from number from on.
func rotateGeneric(x, rows []float32, t *Turning, from int) {
	n := t.Pairs
	if from == n {
		return
	}
	for token := range t.Tokens {
		cos, sin := rows[from:n], rows[n:][from:n]
		for head := range t.Heads {
			v := x[token*t.TokenStride+head*t.HeadStride:]
			if t.Interleaved {
				turnNeighbours(v[2*from:2*n], cos, sin, t.Back)
			} else {
				turnHalves(v[from:n], v[n:][from:n], cos, sin, t.Back)
			}
		}
		if !t.OneRow {
			rows = rows[2*n:]
		}
	}
}

func turnHalves(x, y, cos, sin []float32, back bool) {
	y, sin = y[:len(x)], sin[:len(x)]
	for i, c := range cos[:len(x)] {
		s := sin[i]
		if back {
			s = -s
		}
		a, b := x[i], y[i]
		x[i], y[i] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}

func turnNeighbours(x, cos, sin []float32, back bool) {
	sin = sin[:len(cos)]
	for i, c := range cos {
		s := sin[i]
		if back {
			s = -s
		}
		p := x[2*i:][:2]
		a, b := p[0], p[1]
		p[0], p[1] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}
