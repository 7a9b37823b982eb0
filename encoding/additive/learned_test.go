package additive

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLearnedRows(t *testing.T) {
	const rows, dim = 37, 3
	weights := make([]float32, rows*dim)
	for i := range weights {
		weights[i] = float32(i) + 1
	}
	for _, offset := range []int{0, 2, -5, 40} {
		l, err := NewLearned(LearnedOptions{Dim: dim, RowOffset: offset, Weights: weights})
		require.NoError(t, err)
		require.Equal(t, rows, l.Options().Rows)
		for p := -offset; p < rows-offset; p++ {
			for n := 1; p+n <= rows-offset; n += 6 {
				x := make([]float32, 2*n*dim)
				require.NoError(t, l.Add(x, At{Batch: 2, Offset: int64(p)}))
				for row := range 2 * n {
					require.Equal(t, weights[(p+row%n+offset)*dim:][:dim], x[row*dim:][:dim], "offset %d, position %d", offset, p+row%n)
				}
			}
		}
		y := make([]float32, 3*dim)
		list := []float64{float64(rows - 1 - offset), float64(-offset), float64(4 - offset)}
		require.NoError(t, l.Fill(y, At{Positions: list}))
		require.Equal(t, weights[(rows-1)*dim:], y[:dim])
		require.Equal(t, weights[:dim], y[dim:2*dim])
		require.Equal(t, weights[4*dim:5*dim], y[2*dim:])

		before := append([]float32(nil), y...)
		list[1]--
		require.ErrorContains(t, l.Add(y, At{Positions: list}), "positions[1]: want an integer from ")
		require.ErrorContains(t, l.Fill(y, At{Offset: int64(rows - offset - 2)}), "offset: want an integer that keeps all 3 positions from ")
		require.ErrorContains(t, l.Subtract(y, At{Positions: []float64{0.5, 0, 1}}), "positions[0]: want an integer from ")
		require.Equal(t, before, y)
	}
}

func TestLearnedWithoutWeights(t *testing.T) {
	l, err := NewLearned(LearnedOptions{Dim: 4, Rows: 10})
	require.NoError(t, err)
	want := "weights: want [rows, dim] = [10, 4], 40 numbers, got none"
	x := make([]float32, 4)
	for _, call := range []func([]float32, At) error{l.Add, l.Subtract, l.Fill} {
		require.EqualError(t, call(x, At{}), want)
	}
	_, err = l.Table(1, At{})
	require.EqualError(t, err, want)
	require.EqualError(t, l.Check(4, At{}, -1), want)
	require.EqualError(t, l.Check(4, At{}, 1), want)
}

func TestBadLearned(t *testing.T) {
	for want, o := range map[string]LearnedOptions{
		"dim: want an integer from 1 to 65536, got 0":                                  {Rows: 1},
		"weights: want [rows, dim] numbers, or rows in their place, got none":          {Dim: 4},
		"rows: want an integer from 1 to 68719476736, got -1":                          {Dim: 4, Rows: -1},
		"weights: want [rows, dim] = [2, 4], 8 numbers, got 7":                         {Dim: 4, Rows: 2, Weights: make([]float32, 7)},
		"weights: want [rows, dim] = [1, 4], 4 numbers, got 7":                         {Dim: 4, Weights: make([]float32, 7)},
		"rowOffset: want an integer from -2147483647 to 2147483647, got 1099511627776": {Dim: 4, Rows: 2, RowOffset: 1 << 40},
	} {
		l, err := NewLearned(o)
		require.Nil(t, l)
		require.EqualError(t, err, want)
	}
}
