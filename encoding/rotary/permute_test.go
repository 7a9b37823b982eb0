package rotary

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPermuteLiterally(t *testing.T) {
	interleaved := []float32{0, 10, 1, 11, 2, 12, 99, 100, 110, 101, 111, 102, 112, 199} // 2 heads of 7, rotaryDim 6
	half := []float32{0, 1, 2, 10, 11, 12, 99, 100, 101, 102, 110, 111, 112, 199}
	got := make([]float32, 14)
	require.NoError(t, Permute(got, interleaved, 2, 7, 6, 1, Half))
	require.Equal(t, half, got)
	require.NoError(t, Permute(got, half, 2, 7, 6, 1, Interleaved))
	require.Equal(t, interleaved, got)

	columns := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} // one head of 4, rows of 3
	got = make([]float32, 12)
	require.NoError(t, Permute(got, columns, 1, 4, 0, 3, Half))
	require.Equal(t, []float32{1, 2, 3, 7, 8, 9, 4, 5, 6, 10, 11, 12}, got)
}

// A projection whose weights are permuted, turned in the other pairing, is the permutation of the one before; so the scores
// of queries and keys are the same sums in another order.
func TestPermuteBeforeIsPermuteAfter(t *testing.T) {
	const heads, headDim, rotaryDim, columns, seq = 2, 10, 6, 4, 5
	in := shape{1, seq, 1, columns}.random(1)
	project := func(w []float32) []float32 {
		out := make([]float32, 0, seq*heads*headDim)
		for token := range seq {
			for row := range heads * headDim {
				sum := float32(0)
				for c := range columns {
					sum += float32(in[token*columns+c] * w[row*columns+c])
				}
				out = append(out, sum)
			}
		}
		return out
	}
	turn := func(x []float32, p Pairing) []float32 {
		r, err := New(Options{HeadDim: headDim, RotaryDim: rotaryDim, Pairing: p})
		require.NoError(t, err)
		require.NoError(t, r.Rotate(x, At{Heads: heads, Offset: 3}))
		return x
	}
	var outs [2][2][]float32 // of query and key, in both pairings
	for i := range outs {
		w := shape{1, heads * headDim, 1, columns}.random(uint64(20 + i))
		permuted := make([]float32, len(w))
		require.NoError(t, Permute(permuted, w, heads, headDim, rotaryDim, columns, Half))
		before := turn(project(w), Interleaved)
		after := turn(project(permuted), Half)
		want := make([]float32, len(before))
		require.NoError(t, Permute(want, before, seq*heads, headDim, rotaryDim, 1, Half))
		require.Equal(t, want, after)
		outs[i] = [2][]float32{before, after}
	}
	for token := range seq {
		for h := range heads {
			var scores [2]float64
			for which := range scores {
				for c := range headDim {
					scores[which] += float64(outs[0][which][h*headDim+c]) * float64(outs[1][which][(token*heads+h)*headDim+c])
				}
			}
			require.InDelta(t, scores[0], scores[1], 1e-12)
		}
	}
}

func TestPermuteErrors(t *testing.T) {
	w, dst := make([]float32, 24), make([]float32, 24)
	for message, err := range map[string]error{
		`to: want "half" or "interleaved", got none`:                                              Permute(dst, w, 2, 4, 4, 3, ""),
		`pairing: want "half" or "interleaved", got "x"`:                                          Permute(dst, w, 2, 4, 4, 3, "x"),
		"rotaryDim: want an even integer from 2 to headDim = 4, as channels turn in pairs, got 6": Permute(dst, w, 2, 4, 6, 3, Half),
		"headDim: want an integer from 2 to 16384, got -4":                                        Permute(dst, w, 2, -4, 0, 3, Half),
		"heads: want a positive integer up to 2^20, got 0":                                        Permute(dst, w, 0, 4, 4, 3, Half),
		"weights: want heads·headDim·columns = 2·4·2 of them, got 24":                             Permute(dst, w, 2, 4, 4, 2, Half),
		"weights: want heads·headDim·columns = 2·4·9223372036854775807 of them, got 24":           Permute(dst, w, 2, 4, 4, 1<<63-1, Half),
		"dst: want as many as weights = 24, got 23":                                               Permute(dst[1:], w, 2, 4, 4, 3, Half),
		"dst: want an array of its own, got weights":                                              Permute(w, w, 2, 4, 4, 3, Half),
	} {
		require.EqualError(t, err, message)
	}
	require.Equal(t, make([]float32, 24), dst)
}
