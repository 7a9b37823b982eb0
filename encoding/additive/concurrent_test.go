package additive_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/additive"
)

type encoder interface {
	Add(x []float32, at additive.At) error
	Subtract(x []float32, at additive.At) error
	Quick(subtract bool, x []float32, heads int, first int64) bool
	Table(length int, at additive.At) ([]float32, error)
	Dim() int
}

// Goroutines share an encoder, as servers do, and have it make rows at the same time, of the same positions and of others. What each
// gets is held to an encoder that nobody shares. The race detector watches: ./build.sh test go.
func TestConcurrentUse(t *testing.T) {
	weights := make([]float32, 6000*8)
	for i := range weights {
		weights[i] = float32(i)
	}
	sinusoidal := func(o additive.SinusoidalOptions) func() (encoder, error) {
		return func() (encoder, error) { return additive.NewSinusoidal(o) }
	}
	for name, create := range map[string]func() (encoder, error){
		"sinusoidal": sinusoidal(additive.SinusoidalOptions{Dim: 64}),
		"wide":       sinusoidal(additive.SinusoidalOptions{Dim: 256}), // 4096 rows are all that it keeps
		"float32":    sinusoidal(additive.SinusoidalOptions{Dim: 8, Precision: encoding.Float32}),
		"grid": func() (encoder, error) {
			return additive.NewGrid(additive.GridOptions{Dim: 8, Shape: []int{60, 100}})
		},
		"timestep": func() (encoder, error) { return additive.NewTimestep(additive.TimestepOptions{Dim: 9}) },
		"time2vec": func() (encoder, error) {
			return additive.NewTime2Vec(additive.Time2VecOptions{W: []float64{1, 2, 0.1}, Phi: []float64{0, 1, 2}})
		},
		"learned": func() (encoder, error) {
			return additive.NewLearned(additive.LearnedOptions{Dim: 8, Weights: weights})
		},
	} {
		t.Run(name, func(t *testing.T) {
			shared, err := create()
			require.NoError(t, err)
			own, err := create()
			require.NoError(t, err)
			dim := shared.Dim()
			r := rand.New(rand.NewPCG(17, 0))
			for step := range 100 {
				var at [together]additive.At
				var want [together][]float32
				for g := range at {
					rows := 1 + r.IntN(60)
					at[g] = additive.At{Offset: int64(50 * step), Once: r.IntN(4) == 0} // all of them walk up a sequence
					if step >= 50 {
						at[g].Offset = int64(r.IntN(5900)) // and then jump about
					}
					if step >= 50 && name != "grid" && name != "learned" && r.IntN(4) == 0 {
						for range rows {
							at[g].Positions = append(at[g].Positions, r.NormFloat64()*1e6)
						}
					}
					want[g], err = own.Table(rows, additive.At{Offset: at[g].Offset, Positions: at[g].Positions, Once: true})
					require.NoError(t, err)
				}
				atOnce(func(g int) {
					at, want := at[g], want[g]
					x := make([]float32, len(want))
					if at.Positions != nil || !shared.Quick(false, x, 1, at.Offset) {
						assert.NoError(t, shared.Add(x, at))
					}
					assert.True(t, slices.Equal(want, x), "%+v", at)
					got, err := shared.Table(len(want)/dim, at)
					assert.NoError(t, err)
					assert.True(t, slices.Equal(want, got), "%+v", at)
					assert.NoError(t, shared.Subtract(x, at))
					assert.True(t, slices.Equal(make([]float32, len(x)), x), "%+v", at)
				})
			}
		})
	}
}

func TestConcurrentFourier(t *testing.T) {
	create := func() *additive.Fourier {
		f, err := additive.NewFourier(additive.FourierOptions{Type: additive.Gaussian, Inputs: 2, Bands: 50})
		require.NoError(t, err)
		return f
	}
	shared, own := create(), create()
	r := rand.New(rand.NewPCG(17, 0))
	for range 40 {
		points := []float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64() * 1e9, 0}
		want := make([]float32, 2*own.Dim())
		require.NoError(t, own.Encode(want, points))
		atOnce(func(int) {
			got := make([]float32, len(want))
			assert.NoError(t, shared.Encode(got, points))
			assert.True(t, slices.Equal(want, got))
		})
	}
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
