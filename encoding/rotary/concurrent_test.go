package rotary_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/rotary"
)

type encoder interface {
	Rotate(x []float32, at rotary.At) error
	Unrotate(x []float32, at rotary.At) error
	CosSin(length int, at rotary.At) (cos, sin []float32, err error)
}

// Goroutines share an encoder, as servers do, and have it make rows at the same time, of the same positions and of others; dynamic and
// longrope change their frequencies meanwhile. What each gets is held to an encoder that nobody shares. The race detector
// watches: ./build.sh test go.
func TestConcurrentUse(t *testing.T) {
	const headDim, longest = 16, 1000
	of := func(o rotary.Options) func() (encoder, error) {
		o.HeadDim = headDim
		return func() (encoder, error) { return rotary.New(o) }
	}
	factors := func(f float64) []float64 { return []float64{f, f, f, f, f, f, f, f} }
	cache := make([]float32, longest*headDim/2)
	for i := range cache {
		cache[i] = float32(i%7) / 8
	}
	for name, create := range map[string]func() (encoder, error){
		"rotary":  of(rotary.Options{}),
		"float32": of(rotary.Options{Precision: encoding.Float32}),
		"xpos":    of(rotary.Options{XPos: rotary.XPosKey}),
		"dynamic": of(rotary.Options{Scaling: rotary.Scaling{Type: rotary.Dynamic, Factor: 2, OriginalMaxPositionEmbeddings: 32}}),
		"dynamic, float32": of(rotary.Options{Precision: encoding.Float32,
			Scaling: rotary.Scaling{Type: rotary.Dynamic, Factor: 2, OriginalMaxPositionEmbeddings: 32}}),
		"longrope": of(rotary.Options{MaxPositionEmbeddings: 1000,
			Scaling: rotary.Scaling{Type: rotary.LongRoPE, ShortFactor: factors(1), LongFactor: factors(3), OriginalMaxPositionEmbeddings: 32}}),
		"mrope": func() (encoder, error) {
			return rotary.NewMRope(rotary.MRopeOptions{Options: rotary.Options{HeadDim: headDim}, Sections: []int{2, 3, 3}})
		},
		"axial": func() (encoder, error) {
			return rotary.NewAxial(rotary.AxialOptions{HeadDim: headDim, Shape: []int{25, 40}, Convention: "eva02"})
		},
		"cached": func() (encoder, error) { return rotary.NewCached(rotary.CachedOptions{HeadDim: headDim}, cache, cache) },
	} {
		t.Run(name, func(t *testing.T) {
			shared, err := create()
			require.NoError(t, err)
			own, err := create()
			require.NoError(t, err)
			r := rand.New(rand.NewPCG(13, 0))
			for step := range 50 {
				var calls [together]rotary.At
				var x, want [together][]float32
				for g := range calls {
					calls[g] = rotary.At{Offset: int64(40 * step), Heads: 2, Once: r.IntN(4) == 0} // all of them walk up a sequence
					if step >= 24 {
						calls[g].Offset = int64(r.IntN(longest - 50)) // and then jump about
					}
					x[g] = make([]float32, (1+r.IntN(50))*2*headDim)
					for i := range x[g] {
						x[g][i] = float32(r.NormFloat64())
					}
					want[g], err = everything(own, slices.Clone(x[g]), calls[g])
					require.NoError(t, err)
				}
				atOnce(func(g int) {
					got, err := everything(shared, x[g], calls[g])
					assert.NoError(t, err)
					assert.True(t, slices.Equal(want[g], got), "%+v", calls[g])
				})
			}
		})
	}
}

// everything makes all the calls of an encoder that have to do with positions, and returns what all of them gave.
func everything(e encoder, x []float32, at rotary.At) (all []float32, err error) {
	turn := func(err2 error) {
		err = errors.Join(err, err2)
		all = append(all, x...)
	}
	turn(e.Rotate(x, at))
	if q, ok := e.(interface {
		Quick(back bool, x []float32, heads int, first int64) bool
	}); ok && q.Quick(true, x, at.Heads, at.Offset) {
		turn(nil)
	} else {
		turn(e.Unrotate(x, at))
	}
	cos, sin, err2 := e.CosSin(len(x)/32, at)
	turn(err2)
	all = append(append(all, cos...), sin...)
	if r, ok := e.(*rotary.Rotary); ok {
		turn(r.Shift(x, 3, rotary.At{Heads: at.Heads, SequenceLength: at.Offset}))
		for _, w := range r.InverseFrequencies(at.Offset) {
			all = append(all, float32(w))
		}
	}
	return all, err
}

const together = 4

// atOnce has some goroutines begin at once, and waits for them.
func atOnce(f func(g int)) {
	var wait sync.WaitGroup
	begin := make(chan struct{})
	for g := range together {
		wait.Go(func() {
			<-begin
			f(g)
		})
	}
	close(begin)
	wait.Wait()
}
