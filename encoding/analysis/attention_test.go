package analysis

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
	"posenc/encoding/bias"
	"posenc/encoding/rotary"
)

// in are the ways in which position can enter, for sequences of n.
func in(t *testing.T, n, dim int) map[string]Attention {
	_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: dim}, n, 0)
	rope, err := rotary.New(rotary.Options{HeadDim: dim})
	require.NoError(t, err)
	alibi, err := bias.NewALiBi(bias.ALiBiOptions{Heads: 1, MaxBias: 1, Symmetric: true})
	require.NoError(t, err)
	matrix, err := alibi.Matrix(n, n, 0)
	require.NoError(t, err)
	causal := make([]float32, n*n)
	for i := range n {
		for j := i + 1; j < n; j++ {
			causal[i*n+j] = float32(math.Inf(-1))
		}
	}
	return map[string]Attention{
		"none":     {},
		"additive": {Table: table},
		"rotary":   {Rotate: func(x []float32) error { return rope.Rotate(x, rotary.At{}) }},
		"bias":     {Bias: matrix},
		"causal":   {Bias: causal},
	}
}

func TestAttentionByHand(t *testing.T) {
	got, err := Attention{}.Apply([]float32{3, -4}, 2) // a token alone has all of its attention
	require.NoError(t, err)
	require.Equal(t, Attended{Scores: []float64{25 / math.Sqrt(2)}, Weights: []float64{1}, Output: []float64{3, -4}}, got)

	// Scores of 0 and ln 3 are weights of 1/4 and 3/4.
	ln3 := float32(math.Log(3))
	got, err = Attention{Bias: []float32{0, ln3, ln3, 0}, Value: []float32{1, 10}, Query: []float32{0}, Key: []float32{1}}.Apply([]float32{1, 5}, 1)
	require.NoError(t, err)
	require.InDeltaSlice(t, []float64{0.25, 0.75, 0.75, 0.25}, got.Weights, 1e-7)
	require.InDeltaSlice(t, []float64{4, 40, 2, 20}, got.Output, 1e-5)

	// What is hidden has no weight, and scores past e^700 of each other have none either.
	hide := float32(math.Inf(-1))
	got, err = Attention{Bias: []float32{hide, 0, 0, -1e4}}.Apply([]float32{1, 1}, 1)
	require.NoError(t, err)
	require.Equal(t, []float64{0, 1, 1, 0}, got.Weights)
}

// The formula in plain loops, from the last element to the first, with math's exponential and in one pass of normalising the output. Queries, keys
// and values are rounded to float32 once, which is 2^-24 of numbers up to some 20 of scores.
func TestAttentionAgainstPlainLoop(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for _, shape := range [][3]int{{1, 4, 2}, {5, 6, 4}, {17, 8, 8}} {
		n, dim, width := shape[0], shape[1], shape[2]
		x, q, k, v := normal(r, n*dim), normal(r, dim*width), normal(r, dim*width), normal(r, dim*(width+1))
		rope, err := rotary.New(rotary.Options{HeadDim: width, Pairing: rotary.Interleaved})
		require.NoError(t, err)
		table, b := normal(r, n*dim), normal(r, n*n)
		got, err := Attention{Query: q, Key: k, Value: v, Table: table, Bias: b,
			Rotate: func(x []float32) error { return rope.Rotate(x, rotary.At{Offset: 3}) }}.Apply(x, dim)
		require.NoError(t, err)

		project := func(w []float32, width int, turn bool) [][]float64 {
			out := make([][]float64, n)
			for i := range out {
				out[i] = make([]float64, width)
				for c := range width {
					for j := dim - 1; j >= 0; j-- {
						out[i][c] += (float64(x[i*dim+j]) + float64(table[i*dim+j])) * float64(w[j*width+c])
					}
				}
				for c := 0; turn && c < width; c += 2 {
					sin, cos := math.Sincos(float64(i+3) * math.Pow(10000, -float64(c)/float64(width)))
					out[i][c], out[i][c+1] = out[i][c]*cos-out[i][c+1]*sin, out[i][c]*sin+out[i][c+1]*cos
				}
			}
			return out
		}
		queries, keys, values := project(q, width, true), project(k, width, true), project(v, width+1, false)
		for i := range n {
			sum := 0.0
			output := make([]float64, width+1)
			for j := n - 1; j >= 0; j-- {
				score := 0.0
				for c := width - 1; c >= 0; c-- {
					score += queries[i][c] * keys[j][c]
				}
				score = score/math.Sqrt(float64(width)) + float64(b[i*n+j])
				require.InDelta(t, score, got.Scores[i*n+j], 1e-4, "query %d, key %d", i, j)
				e := math.Exp(score)
				sum += e
				for c := range output {
					output[c] += e * values[j][c]
				}
			}
			for j := range n {
				require.InDelta(t, math.Exp(got.Scores[i*n+j])/sum, got.Weights[i*n+j], 1e-4)
			}
			for c := range output {
				require.InDelta(t, output[c]/sum, got.Output[i*(width+1)+c], 1e-3)
			}
		}
	}
}

// Equal tokens: without positions nothing tells them apart, with rotary the score is a function of the distance, and with a bias
// it is the bias.
func TestScoresOfEqualTokens(t *testing.T) {
	const n, dim = 12, 16
	r := rand.New(rand.NewPCG(25, 26))
	token := normal(r, dim)
	var x []float32
	for range n {
		x = append(x, token...)
	}
	for name, a := range in(t, n, dim) {
		got, err := a.Apply(x, dim)
		require.NoError(t, err)
		for i := range n {
			sum := 0.0
			for j := range n {
				sum += got.Weights[i*n+j]
				score := got.Scores[i*n+j]
				switch name {
				case "none":
					require.Equal(t, got.Scores[0], score)
					require.InDelta(t, 1./n, got.Weights[i*n+j], 1e-15)
				case "rotary":
					require.InDelta(t, got.Scores[max(i-j, j-i)], score, 1e-5)
				case "bias":
					require.InDelta(t, -0.5*math.Abs(float64(i-j)), score-got.Scores[0], 1e-12)
				}
			}
			require.InDelta(t, 1, sum, 1e-14)
		}
		if name == "additive" || name == "rotary" {
			require.Greater(t, math.Abs(got.Scores[0]-got.Scores[5]), 0.1, name)
		}
	}
}

func TestPermutationError(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	const n, dim = 20, 16
	x := normal(r, n*dim)
	permutation := r.Perm(n)
	q, k, v := normal(r, dim*dim), normal(r, dim*dim), normal(r, dim*dim)
	for name, a := range in(t, n, dim) {
		for _, projected := range []bool{false, true} {
			if projected {
				a.Query, a.Key, a.Value = q, k, v
			}
			e, err := PermutationError(x, dim, permutation, func(x []float32) ([]float64, error) {
				got, err := a.Apply(x, dim)
				return got.Output, err
			})
			require.NoError(t, err)
			if name == "none" {
				require.Less(t, e.Max, 1e-12, "projected %v", projected)
			} else {
				require.Greater(t, e.Max, 0.05, "%s, projected %v", name, projected)
			}
		}
	}

	// By hand: running sums of 1, 2, 4 are 1, 3, 7; of 4, 1, 2 they are 4, 5, 7, where 7, 1, 3 would have been the same shuffle.
	x = []float32{1, 2, 4}
	e, err := PermutationError(x, 1, []int{2, 0, 1}, func(x []float32) (out []float64, err error) {
		sum := 0.0
		for i, v := range x {
			sum += float64(v)
			out = append(out, sum)
			x[i] = 99 // is a copy
		}
		return out, nil
	})
	require.NoError(t, err)
	require.Equal(t, []float32{1, 2, 4}, x)
	require.Equal(t, Residual{Max: 4, RMS: math.Sqrt((9. + 16 + 16) / 3)}, e)
}

func TestErrorsOfFunctionsAreReturned(t *testing.T) {
	mine := errors.New("mine")
	_, err := Attention{Rotate: func([]float32) error { return mine }}.Apply([]float32{1}, 1)
	require.Equal(t, mine, err)
	_, err = PermutationError([]float32{1}, 1, []int{0}, func([]float32) ([]float64, error) { return nil, mine })
	require.Equal(t, mine, err)
}
