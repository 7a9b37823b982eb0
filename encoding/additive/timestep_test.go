package additive

import (
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/internal/truth"
)

func TestTimestepAgainstFormula(t *testing.T) {
	zero, half, negative := 0.0, 0.5, -1.0
	for _, o := range []TimestepOptions{
		{Dim: 8}, {Dim: 9}, {Dim: 2}, {Dim: 3}, {Dim: 64, FlipSinToCos: true, DownscaleFreqShift: &zero},
		{Dim: 7, FlipSinToCos: true, DownscaleFreqShift: &half, Scale: 1000}, {Dim: 12, Scale: 0.37, MaxPeriod: 500, DownscaleFreqShift: &negative},
	} {
		e, err := NewTimestep(o)
		require.NoError(t, err)
		steps := []float64{0, 1, 999, 23.25, 1000.0 / 7, -3.5}
		rows, err := e.Table(len(steps), At{Positions: steps})
		require.NoError(t, err)
		scale, period, shift := o.Scale, o.MaxPeriod, 1.0
		if scale == 0 {
			scale = 1
		}
		if period == 0 {
			period = 10000
		}
		if o.DownscaleFreqShift != nil {
			shift = *o.DownscaleFreqShift
		}
		n := o.Dim / 2
		for row, step := range steps {
			for j := range o.Dim {
				got := rows[row*o.Dim+j]
				if j == 2*n {
					require.Zero(t, got, "%+v", o)
					continue
				}
				ladder := float64(n) - shift
				if n == 1 {
					ladder = 1
				}
				angle := new(big.Float).Mul(truth.N(step), truth.Frequency(1, period, ladder, j%n))
				want, cos := truth.SinCos(angle.Mul(angle, truth.N(scale)))
				if (j >= n) != o.FlipSinToCos {
					want = cos
				}
				ulps, _ := truth.Ulps(got, want)
				require.LessOrEqual(t, ulps, 0.501, "%+v: step %g, column %d", o, step, j)
			}
		}
	}
}

func TestTimestepConventions(t *testing.T) {
	for name, want := range map[string]struct {
		flip         bool
		shift, scale float64
	}{
		"ddpm": {false, 1, 1}, "score-vde": {false, 1, 1}, "ldm": {true, 0, 1}, "glide": {true, 0, 1}, "stable-diffusion": {true, 0, 1},
		"grad-tts": {false, 1, 1000},
	} {
		o, err := TimestepConvention(name, 6)
		require.NoError(t, err)
		e, err := NewTimestep(o)
		require.NoError(t, err)
		got := e.Options()
		require.Equal(t, TimestepOptions{Dim: 6, FlipSinToCos: want.flip, DownscaleFreqShift: &want.shift, Scale: want.scale, MaxPeriod: 10000}, got, name)
		*got.DownscaleFreqShift = 9
		require.Equal(t, want.shift, *e.Options().DownscaleFreqShift, name)
		require.InDelta(t, want.scale*math.Pow(10000, -1/(3-want.shift)), e.Frequencies()[1], 1e-12*want.scale, name)
	}
	require.Len(t, TimestepConventions(), 6)
	_, err := TimestepConvention("sd3", 6)
	require.ErrorContains(t, err, `convention: want "ddpm", "glide", "grad-tts", "ldm", "score-vde" or "stable-diffusion", got "sd3"`)
}

func TestBadTimesteps(t *testing.T) {
	two := 2.0
	for want, o := range map[string]TimestepOptions{
		"dim: want an integer from 1 to 65536, got 0":                                 {},
		"dim: want at least 2":                                                        {Dim: 1},
		"scale: want a positive finite number, got -1":                                {Dim: 4, Scale: -1},
		"scale: want a positive finite number, got NaN":                               {Dim: 4, Scale: math.NaN()},
		"scale: want one that keeps all frequencies between":                          {Dim: 4, Scale: 1e12},
		"maxPeriod: want a positive finite number, got -1":                            {Dim: 4, MaxPeriod: -1},
		"maxPeriod: want one that keeps all frequencies between":                      {Dim: 4, MaxPeriod: 1e200},
		"downscaleFreqShift: want a finite number below n = 2, half the width, got 2": {Dim: 4, DownscaleFreqShift: &two},
	} {
		e, err := NewTimestep(o)
		require.Nil(t, e)
		require.ErrorContains(t, err, want)
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option)
	}
}
