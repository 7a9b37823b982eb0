package analysis

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
)

var (
	nan   = float32(math.NaN())
	inf   = float32(math.Inf(1))
	three = []float32{1, 2, 3}
	pair  = []float32{1, 2, 3, 4}
)

// calls are all measures of one array of rows.
func calls() map[string]func(x []float32, dim int) error {
	return map[string]func(x []float32, dim int) error{
		"Gram":            func(x []float32, dim int) error { _, err := Gram(x, dim); return err },
		"Profile":         func(x []float32, dim int) error { _, err := Profile(x, dim); return err },
		"ShiftResidual":   func(x []float32, dim int) error { _, err := ShiftResidual([]float64{1, 0, 0, 1}, x, 2, 0); return err },
		"FitShift":        func(x []float32, dim int) error { _, err := FitShift(x, dim, 0); return err },
		"Spectrum":        func(x []float32, dim int) error { _, err := Spectrum(x, dim); return err },
		"FirstRepetition": func(x []float32, dim int) error { _, err := FirstRepetition(x, dim, 0); return err },
		"CosinesWithin":   func(x []float32, dim int) error { _, err := CosinesWithin(x, dim); return err },
		"CosinesBetween":  func(x []float32, dim int) error { _, err := CosinesBetween(pair, x, dim); return err },
		"CosinesBetweenX": func(x []float32, dim int) error { _, err := CosinesBetween(x, pair, dim); return err },
		"Preserve":        func(x []float32, dim int) error { _, err := Preserve(x, pair, dim, nil, nil); return err },
		"PreserveTable":   func(x []float32, dim int) error { _, err := Preserve(pair, x, dim, nil, nil); return err },
		"Overlap":         func(x []float32, dim int) error { _, err := Overlap(x, pair, dim); return err },
		"OverlapTable":    func(x []float32, dim int) error { _, err := Overlap(pair, x, dim); return err },
		"Project":         func(x []float32, dim int) error { _, err := Project(x, dim, 2, 1); return err },
		"Attention":       func(x []float32, dim int) error { _, err := Attention{}.Apply(x, dim); return err },
		"PermutationError": func(x []float32, dim int) error {
			_, err := PermutationError(x, dim, []int{0}, nil)
			return err
		},
	}
}

func requireOption(t *testing.T, err error, message ...any) {
	var option *encoding.OptionError
	require.ErrorAs(t, err, &option, message...)
}

func TestHostileRows(t *testing.T) {
	for name, call := range calls() {
		for _, x := range [][]float32{nil, {}, three, {1, nan}, {1, 2, inf, 4}, {1, 2, 3, -inf}} {
			before := slices.Clone(x)
			requireOption(t, call(x, 2), "%s(%v)", name, x)
			for i := range x {
				require.Equal(t, math.Float32bits(before[i]), math.Float32bits(x[i]), name)
			}
		}
		for _, dim := range []int{0, -1, math.MinInt, math.MaxInt, MaxDim + 1} {
			if name != "ShiftResidual" {
				requireOption(t, call(pair, dim), "%s, dim %d", name, dim)
			}
		}
	}
}

// What is finite stays finite, at both ends of float32 and in one dimension.
func TestExtremeRows(t *testing.T) {
	const most, least = math.MaxFloat32, math.SmallestNonzeroFloat32
	for _, x := range [][]float32{{most, -most, most / 2}, {least, -least, 2 * least}, {most, least, 0}} {
		g, err := Gram(x, 1)
		require.NoError(t, err)
		require.InEpsilon(t, float64(x[0])*float64(x[0]), g[0], 1e-15)
		c, err := CosinesWithin(x, 1)
		require.NoError(t, err)
		require.InDelta(t, 1, c.MeanAbs, 1e-15)
		l, err := Spectrum(x, 1)
		require.NoError(t, err)
		require.True(t, l.Shares[0] > 0 && l.Shares[0] <= 1, "%v", l)
		f, err := FitShift(x, 1, 0)
		require.NoError(t, err)
		require.InDelta(t, 1, f.Matrix[0], 1e-15)
		s, err := Overlap(x, x, 1)
		require.NoError(t, err)
		require.InDeltaSlice(t, []float64{0, 1}, s.Tokens, 1e-15)
		require.InDeltaSlice(t, []float64{0, 1}, s.Positions, 1e-15)
		p, err := Preserve(x, make([]float32, 1), 1, nil, nil)
		require.NoError(t, err)
		require.InDelta(t, 1, p.Cosine.Min, 1e-15)
		a, err := Attention{}.Apply(x, 1)
		require.NoError(t, err)
		for i := range 3 {
			require.InDelta(t, 1, a.Weights[i*3]+a.Weights[i*3+1]+a.Weights[i*3+2], 1e-15)
		}
		r, err := ShiftResidual([]float64{0x1p256}, x, 1, 1)
		require.NoError(t, err)
		require.False(t, math.IsNaN(r.RMS) || math.IsInf(r.RMS, 0))
	}
	worst, err := Orthogonality([]float64{0x1p256, 0, 0, 0x1p256}, 2)
	require.NoError(t, err)
	require.Equal(t, 0x1p512, worst)
}

func TestMessages(t *testing.T) {
	one := []float64{1, 0, 0, 1}
	big := make([]float32, 1<<21)
	attend := func(a Attention, x []float32, dim int) error { _, err := a.Apply(x, dim); return err }
	permute := func(p []int, out ...[]float64) error {
		_, err := PermutationError(pair, 2, p, func([]float32) ([]float64, error) {
			o := out[0]
			out = out[1:]
			return o, nil
		})
		return err
	}
	second := func(_ any, err error) error { return err }
	for want, err := range map[string]error{
		"table: want rows of dim = 2 numbers, at least 1 of them, got 3 numbers":                         second(Gram(three, 2)),
		"table[1]: want a finite number, got NaN":                                                        second(Gram([]float32{1, nan}, 2)),
		"table[0]: want a finite number, got Infinity":                                                   second(Profile([]float32{inf, 1}, 1)),
		"dim: want an integer from 1 to 65536, got 0":                                                    second(Profile(three, 0)),
		"table: want at most 16777216 numbers in one result, got [2097152, 2097152] of them, multiplied": second(Gram(big, 1)),
		"table: want at most 17179869184 multiplications in one call, got [1048576, 2097152, 1] of them, multiplied": second(
			Profile(big, 1)),
		"matrix: want [dim, dim] = [3, 3] numbers, got 4":                                           second(Orthogonality(one, 3)),
		"matrix[2]: want a number within ±2^256, got NaN":                                           second(ShiftResidual([]float64{1, 0, math.NaN(), 1}, pair, 2, 0)),
		"matrix[0]: want a number within ±2^256, got 1e+300":                                        second(Orthogonality([]float64{1e300}, 1)),
		"k: want a number of rows that leaves at least 1 pairs of 2 rows, got 2":                    second(ShiftResidual(one, pair, 2, 2)),
		"k: want a number of rows that leaves at least 3 pairs of 2 rows, got 0":                    second(FitShift(pair, 2, 0)),
		"frequencies[1]: want a finite number that is not negative, got -1":                         second(Wavelengths([]float64{0, -1})),
		"frequencies[0]: want a finite number that is not negative, got NaN":                        second(Wavelengths([]float64{math.NaN()})),
		"tolerance: want a finite number that is not negative, got NaN":                             second(FirstRepetition(pair, 2, math.NaN())),
		"value: want at most 16777216 numbers in one result, got [16, 2097152] of them, multiplied": attend(Attention{Value: big}, make([]float32, 16), 1),
		"query: want at most 16777216 numbers in one result, got [16, 2097152] of them, multiplied": attend(Attention{Query: big, Key: big}, make([]float32, 16), 1),
		"table[1]: want a finite number, got -Infinity":                                             attend(Attention{Table: []float32{0, -inf}}, pair[:2], 2),
		"table: want at most 65536 rows, got 65537":                                                 second(FirstRepetition(big[:65537], 1, 0)),
		"x: want a pair of rows that are not all 0, got none":                                       second(CosinesWithin([]float32{0, 0, 1}, 1)),
		"x, y: want a pair of rows that are not all 0, got none":                                    second(CosinesBetween([]float32{0}, []float32{1}, 1)),
		"positions: want one for each of 2 tokens, got 1":                                           second(Preserve(pair, pair, 2, []int{0, 1}, []int{0})),
		"tokens: want at least one, got none":                                                       second(Preserve(pair, pair, 2, []int{}, []int{})),
		"positions: want one for each of 0 tokens, got 1":                                           second(Preserve(pair, pair, 2, nil, []int{0})),
		"positions: want one for each of 1 tokens, got 0":                                           second(Preserve(pair, pair, 2, []int{0}, nil)),
		"tokens[0]: want an integer from 0 to 1, got 2":                                             second(Preserve(pair, pair, 2, []int{2}, []int{0})),
		"positions[1]: want an integer from 0 to 1, got -1":                                         second(Preserve(pair, pair, 2, []int{1, 1}, []int{0, -1})),
		"tokens: want one that is not all 0, got none":                                              second(Preserve([]float32{0, 0}, pair, 2, nil, nil)),
		"embeddings: want numbers whose sums with the table float32 holds, got token 0 at row 0":    second(Preserve([]float32{math.MaxFloat32}, []float32{math.MaxFloat32}, 1, nil, nil)),
		"embeddings: want rows that differ, got none that do":                                       second(Overlap([]float32{1, 2, 1, 2}, pair, 2)),
		"table: want a row that is not all 0, got none":                                             second(Overlap(pair, []float32{0, 0}, 2)),
		"to: want an integer from 1 to 65536, got 0":                                                second(Project(pair, 2, 0, 1)),
		"to: want at most 4194304 numbers in a projection, got [1024, 4097] of them, multiplied":    second(Project(big, 1024, 4097, 1)),
		"x: want numbers whose projection float32 holds, got row 0":                                 second(Project(slices.Repeat([]float32{math.MaxFloat32}, 64), 64, 1, 1)),
		"query: want [dim, width] numbers with dim = 2, got 3":                                      attend(Attention{Query: three}, pair, 2),
		"key[0]: want a finite number, got NaN":                                                     attend(Attention{Key: []float32{nan, 1}}, pair, 2),
		"key: want the width of query, 2, got 1":                                                    attend(Attention{Key: []float32{1, 1}}, pair, 2),
		"table: want [n, dim] = [2, 2] numbers, got 3":                                              attend(Attention{Table: three}, pair, 2),
		"bias: want [n, n] = [2, 2] numbers, got 3":                                                 attend(Attention{Bias: three}, pair, 2),
		"bias[1]: want a finite number or -Infinity, got NaN":                                       attend(Attention{Bias: []float32{0, nan, 0, 0}}, pair, 2),
		"bias: want a key for every query, got none for query 1":                                    attend(Attention{Bias: []float32{0, 0, -inf, -inf}}, pair, 2),
		"query[0]: want a finite number, got Infinity":                                              attend(Attention{Table: []float32{math.MaxFloat32}}, []float32{math.MaxFloat32}, 1),
		"value[0]: want a finite number, got -Infinity":                                             attend(Attention{Value: []float32{-math.MaxFloat32}}, []float32{10}, 1),
		"permutation: want one number for each of 2 rows, got 1":                                    permute([]int{0}),
		"permutation[0]: want an integer from 0 to 1, got 2":                                        permute([]int{2, 0}),
		"permutation[1]: want each number once, got 0":                                              permute([]int{0, 0}),
		"f: want 2 rows both times, got 4 numbers":                                                  permute([]int{1, 0}, make([]float64, 2), make([]float64, 4)),
		"f: want 2 rows both times, got 0 numbers":                                                  permute([]int{1, 0}, nil, nil),
		"f: want finite numbers, got some that are not":                                             permute([]int{1, 0}, []float64{1, math.NaN()}, []float64{1, 2}),
	} {
		requireOption(t, err, want)
		require.EqualError(t, err, want)
	}
	_, err := ShiftResidual(one, pair, 2, math.MinInt) // which has no negative
	requireOption(t, err)
	_, _, err = RandomCosine(0)
	require.EqualError(t, err, "dim: want an integer from 1 to 65536, got 0")
}

// Rows that only their last number tells apart are compared whole: 3 pairs of 5 numbers, and a step more for each.
func TestRepetitionEnds(t *testing.T) {
	x := []float32{0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3}
	got, err := firstRepetition(x, 5, 0, 15)
	require.NoError(t, err)
	require.Equal(t, Repetition{-1, -1, -1}, got)
	_, err = firstRepetition(x, 5, 0, 14)
	require.EqualError(t, err, "table: want rows that 14 comparisons tell apart, got 3 that do not")
}
