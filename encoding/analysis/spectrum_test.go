package analysis

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding/additive"
)

func TestSpectrum(t *testing.T) {
	// Near its own frequency w the share of a wave of n rows is 1 - (δ·n)²/12, and float64 sums tell some 1e-15 apart, so δ·n comes
	// out to some 1e-7. Of less than a turn only the bend is left, and the rounding of entries makes of it what it wants.
	for _, n := range []int{60, 128, 501} {
		s, table := sinusoidal(t, additive.SinusoidalOptions{Dim: 48}, n, 77)
		l, err := Spectrum(table, 48)
		require.NoError(t, err)
		for j := range 48 {
			w := s.Frequencies()[j/2]
			if w > 2*math.Pi/float64(n) {
				require.InDelta(t, w, l.Frequencies[j], 1e-6/float64(n), "%d rows, column %d", n, j)
			} else if w > 0.02*2*math.Pi/float64(n) {
				require.InEpsilon(t, w, l.Frequencies[j], 1e-2, "%d rows, column %d", n, j)
			}
			require.InDelta(t, 1, l.Shares[j], 1e-11, "%d rows, column %d", n, j)
		}
	}

	const n = 48
	w := make([]float64, 6) // whole turns in n rows: lingvo's ladder
	for i := range w {
		w[i] = 2 * math.Pi * float64(3*i+1) / n
	}
	_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: 12, Frequencies: w}, n, 5)
	mixed := make([]float32, n)
	for p := range n {
		mixed[p] = 3*table[p*12+2] - table[p*12+9] // 9 parts of one wave and 1 of another
	}
	l, err := Spectrum(table, 12)
	require.NoError(t, err)
	for j := range 12 {
		require.InDelta(t, w[j/2], l.Frequencies[j], 1e-6/n, "column %d", j)
	}
	l, err = Spectrum(mixed, 1)
	require.NoError(t, err)
	require.InDelta(t, w[1], l.Frequencies[0], 0.02)
	require.InDelta(t, 0.9, l.Shares[0], 0.01)

	louder := make([]float32, 24) // a constant of energy 24, and a wave of 24·1.7²/2
	for p := range louder {
		louder[p] = 1 + 1.7*float32(math.Cos(2*math.Pi*float64(3*p)/24))
	}
	l, err = Spectrum(louder, 1)
	require.NoError(t, err)
	require.InDelta(t, 2*math.Pi*3/24, l.Frequencies[0], 0.05)
	l, err = Spectrum([]float32{1, 0, 1, 0}, 1) // as much at 0 as at π
	require.NoError(t, err)
	require.Less(t, l.Frequencies[0], math.Pi/2)

	for _, n := range []int{4, 6, 1000} {
		columns := make([]float32, n*3) // constant, alternating, nothing
		for p := range n {
			columns[p*3], columns[p*3+1] = 2, 1-2*float32(p%2)
		}
		l, err = Spectrum(columns, 3)
		require.NoError(t, err)
		require.InDeltaSlice(t, []float64{0, math.Pi, 0}, l.Frequencies, 1e-15)
		require.InDeltaSlice(t, []float64{1, 1, 0}, l.Shares, 1e-13)
	}

	waves, err := Wavelengths([]float64{1, 0, math.Pi})
	require.NoError(t, err)
	require.Equal(t, []float64{2 * math.Pi, math.Inf(1), 2}, waves)
}

// Random columns: the frequency is within a step of the best of a transform that sums backwards with math's own sines, its share is
// that of the least squares of a cosine and a sine there, by their normal equations, and no less than the transform's.
func TestSpectrumAgainstPlainTransform(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 5, 16, 25, 90} {
		table := normal(r, n*4)
		l, err := Spectrum(table, 4)
		require.NoError(t, err)
		better := 0
		for j := range 4 {
			column := make([]float64, n)
			energy := 0.0
			for p := range n {
				column[p] = float64(table[p*4+j])
				energy += column[p] * column[p]
			}
			best, at, all := -1.0, 0, 0.0
			for f := 0; f <= n/2; f++ {
				var re, im float64
				for p := n - 1; p >= 0; p-- {
					sin, cos := math.Sincos(-2 * math.Pi * float64(f*p) / float64(n))
					re, im = re+column[p]*cos, im+column[p]*sin
				}
				share := (re*re + im*im) / float64(n) / energy
				if f != 0 && f != n-f {
					share += share
				}
				if all += share; share > best {
					best, at = share, f
				}
			}
			require.InDelta(t, 1, all, 1e-12, "Parseval")
			step := 2 * math.Pi / float64(n)
			w := l.Frequencies[j]
			require.InDelta(t, float64(at)*step, w, step)
			require.GreaterOrEqual(t, l.Shares[j], best-1e-12)
			if w == 0 {
				continue
			}
			var cc, cs, ss, xc, xs float64
			for p, x := range column {
				sin, cos := math.Sincos(w * float64(p))
				cc, cs, ss, xc, xs = cc+cos*cos, cs+cos*sin, ss+sin*sin, xc+x*cos, xs+x*sin
			}
			share := (xc*xc*ss - 2*xc*xs*cs + xs*xs*cc) / (cc*ss - cs*cs) / energy
			require.InDelta(t, share, l.Shares[j], 1e-9, "%d rows, column %d, w %g", n, j, w)
			if l.Shares[j] > best+0.01 {
				better++
			}
		}
		require.True(t, n < 5 || better > 0)
	}
}

func TestFirstRepetition(t *testing.T) {
	for _, c := range []struct {
		table     []float32
		tolerance float64
		want      Repetition
	}{
		{[]float32{0, 0}, 1, Repetition{-1, -1, -1}},
		{[]float32{0, 0, 1, 1, 2, 2, 1, 1, 0, 0}, 0, Repetition{4, 3, 1}},
		{[]float32{0, 0, 0, 1, 0, 0.5}, 0.4, Repetition{-1, -1, -1}},
		{[]float32{0, 0, 0, 1, 0, 0.5}, 0.5, Repetition{2, 2, 0}},
		{[]float32{0, 0, 3, 3, 3, 3, 3, 3}, 0, Repetition{-1, 2, 1}},
	} {
		got, err := FirstRepetition(c.table, 2, c.tolerance)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%v, %g", c.table, c.tolerance)
	}
	w := []float64{2 * math.Pi / 12, 2 * math.Pi / 8, 0}
	_, table := sinusoidal(t, additive.SinusoidalOptions{Dim: 6, Frequencies: w}, 100, 3)
	got, err := FirstRepetition(table, 6, 1e-6)
	require.NoError(t, err)
	require.Equal(t, Repetition{24, 24, 0}, got) // the least common multiple
	_, table = sinusoidal(t, additive.SinusoidalOptions{Dim: 64}, 5_000, 0)
	got, err = FirstRepetition(table, 64, 1e-3)
	require.NoError(t, err)
	require.Equal(t, Repetition{-1, -1, -1}, got)
}
