package rotary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// halfUlp is the most by which a float32 below 1 is off when it is the nearest; the references here, in float64, add 1e-13.
const halfUlp = 0x1p-25 + 1e-12

// A shape is what an array in a test holds.
type shape struct{ batch, seq, heads, headDim int }

func (s shape) random(seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 7))
	x := make([]float32, s.batch*s.seq*s.heads*s.headDim)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// turned is the doc comment of Rotary, written from the formula: row gives the cosines and sines of a token.
func (s shape) turned(x []float32, order Order, pairing Pairing, back bool, row func(b, t int) (cos, sin []float32)) []float32 {
	out := append([]float32{}, x...)
	for b := range s.batch {
		for t := range s.seq {
			cos, sin := row(b, t)
			n := len(cos)
			for h := range s.heads {
				vector := ((b*s.seq+t)*s.heads + h) * s.headDim
				if order == BHSD {
					vector = ((b*s.heads+h)*s.seq + t) * s.headDim
				}
				for i := range n {
					first, second := vector+i, vector+i+n
					if pairing == Interleaved {
						first, second = vector+2*i, vector+2*i+1
					}
					p, q, c, sn := x[first], x[second], cos[i], sin[i]
					if back {
						sn = -sn
					}
					out[first] = float32(p*c) - float32(q*sn)
					out[second] = float32(q*c) + float32(p*sn)
				}
			}
		}
	}
	return out
}

type turner interface {
	encoder
	Rotate(x []float32, at At) error
	Unrotate(x []float32, at At) error
	CosSin(length int, at At) (cos, sin []float32, err error)
}

// requireTurns holds Rotate against turned by the rows that CosSin gives, which other tests hold against their formula,
// and Unrotate against being its inverse. positions are, on each of axes, those of a sequence or of each.
func requireTurns(t *testing.T, e turner, pairing Pairing, s shape, offset int64, positions []float64, axes int) {
	t.Helper()
	headDim, n := e.width()
	s.headDim = headDim
	length := s.seq
	if positions != nil {
		length = len(positions) / axes
	}
	cos, sin, err := e.CosSin(length, At{Offset: offset, Positions: positions})
	require.NoError(t, err)
	row := func(b, t int) (c, sn []float32) {
		if length == s.batch*s.seq {
			t += b * s.seq
		}
		return cos[t*n:][:n], sin[t*n:][:n]
	}
	for _, order := range []Order{BSHD, BHSD} {
		at := At{Batch: s.batch, Heads: s.heads, Order: order, Offset: offset, Positions: positions}
		name := fmt.Sprintf("%+v %+v", s, at)
		x := s.random(1)
		got := append([]float32{}, x...)
		require.NoError(t, e.Rotate(got, at), name)
		require.Equal(t, s.turned(x, order, pairing, false, row), got, name)
		require.NoError(t, e.Unrotate(got, at), name)
		for i := range x {
			require.InDelta(t, x[i], got[i], 4e-6, name)
		}
	}
}

// requireRows holds cos and sin against an angle for each row and pair.
func requireRows(t *testing.T, e turner, length int, at At, angle func(row, pair int) float64) {
	t.Helper()
	cos, sin, err := e.CosSin(length, at)
	require.NoError(t, err)
	_, n := e.width()
	for row := range length {
		for i := range n {
			a := angle(row, i)
			require.InDelta(t, math.Cos(a), float64(cos[row*n+i]), halfUlp, "cos, row %d, pair %d", row, i)
			require.InDelta(t, math.Sin(a), float64(sin[row*n+i]), halfUlp, "sin, row %d, pair %d", row, i)
		}
	}
}

// requireRefusal says that a call fails with this message, and leaves the array alone.
func requireRefusal(t *testing.T, message string, e turner, length int, at At) {
	t.Helper()
	x := shape{1, 1, 1, length}.random(3)
	before := append([]float32{}, x...)
	require.EqualError(t, e.Rotate(x, at), message)
	require.EqualError(t, e.Unrotate(x, at), message)
	require.Equal(t, before, x)
}
