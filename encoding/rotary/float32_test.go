package rotary_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/rotary"
)

// theirs is inv_freq and attention_scaling by the steps of Hugging Face's modeling_rope_utils, where a tensor is float32 and a
// Python number float64 until it meets one. math's functions are good to a unit of float64, so they round to the same
// float32.
func theirs(o rotary.Options, length float64) ([]float32, float32) {
	s := o.Scaling
	d, m, factor := float64(o.RotaryDim), float64(s.OriginalMaxPositionEmbeddings), float32(s.Factor)
	if m == 0 {
		m = float64(o.MaxPositionEmbeddings)
	}
	base := o.Base
	switch {
	case s.Type == rotary.NTK:
		base *= math.Pow(s.Alpha, d/(d-2))
	case s.Type == rotary.Dynamic && length > m:
		base *= math.Pow(s.Factor*length/m-(s.Factor-1), d/(d-2))
	}
	power := func(i int) float32 {
		return float32(math.Pow(float64(float32(base)), float64(float32(2*i)/float32(d))))
	}
	attention := 1.0
	w := make([]float32, o.RotaryDim/2)
	for i := range w {
		w[i] = 1 / power(i)
		switch s.Type {
		case rotary.Linear:
			w[i] /= factor
		case rotary.YaRN:
			c := func(r float64) float64 { return d * math.Log(m/(r*2*math.Pi)) / (2 * math.Log(o.Base)) }
			lo, hi := math.Max(math.Floor(c(s.BetaFast)), 0), math.Min(math.Ceil(c(s.BetaSlow)), d-1)
			ramp := (float32(i) - float32(lo)) / float32(hi-lo)
			ramp = float32(math.Min(math.Max(float64(ramp), 0), 1))
			keep := 1 - ramp
			inter, extra := float32(1/float32(factor*power(i))), w[i]
			a, b := float32(inter*(1-keep)), float32(extra*keep)
			w[i] = a + b
			attention = 0.1*math.Log(s.Factor) + 1
		case rotary.LongRoPE:
			ext := s.ShortFactor
			if length > m {
				ext = s.LongFactor
			}
			w[i] = 1 / float32(float32(ext[i])*power(i))
			attention = math.Sqrt(1 + math.Log(float64(o.MaxPositionEmbeddings)/m)/math.Log(m))
		case rotary.Llama3:
			wave := float32(2*math.Pi) / w[i]
			low, high := float32(s.LowFreqFactor), float32(s.HighFreqFactor)
			slow := float32(w[i] / factor)
			smooth := (float32(m)/wave - low) / (high - low)
			switch {
			case wave > float32(m/s.LowFreqFactor):
				w[i] = slow
			case wave < float32(m/s.HighFreqFactor):
			default:
				a, b := float32(float32(float32(1-smooth)*w[i])/factor), float32(smooth*w[i])
				w[i] = a + b
			}
		case rotary.Proportional:
			if w[i] /= factor; i >= int(s.PartialRotaryFactor*float64(o.HeadDim)/2) {
				w[i] = 0
			}
		}
	}
	return w, float32(attention)
}

func TestFloat32Steps(t *testing.T) {
	var short, long []float64
	for i := range 32 {
		short, long = append(short, 1+float64(i)/100), append(long, 1+float64(i)*1.7)
	}
	for _, s := range []rotary.Scaling{
		{}, {Type: rotary.Linear, Factor: 3}, {Type: rotary.NTK, Alpha: 2.5}, {Type: rotary.Dynamic, Factor: 2},
		{Type: rotary.YaRN, Factor: 10, OriginalMaxPositionEmbeddings: 2048}, {Type: rotary.LongRoPE, OriginalMaxPositionEmbeddings: 2048, ShortFactor: short, LongFactor: long},
		{Type: rotary.Llama3, Factor: 8, OriginalMaxPositionEmbeddings: 2048}, {Type: rotary.Proportional, PartialRotaryFactor: 0.25, Factor: 2},
	} {
		for _, base := range []float64{10000, 500000} {
			r, err := rotary.New(rotary.Options{HeadDim: 64, Base: base, Precision: encoding.Float32, MaxPositionEmbeddings: 8192, Scaling: s})
			require.NoError(t, err)
			for _, length := range []int64{100, 131073} {
				where := fmt.Sprintf("%s, base %g, length %d", s.Type, base, length)
				w, attention := theirs(r.Options(), float64(length))
				got := r.InverseFrequencies(length)
				for i := range w {
					require.Equal(t, float64(w[i]), got[i], "%s: w_%d", where, i)
				}
				positions := []float64{0, 1, 17, float64(length - 1)}
				cos, sin, err := r.CosSin(len(positions), rotary.At{Positions: positions, SequenceLength: length})
				require.NoError(t, err)
				for k, p := range positions {
					for i, w := range w {
						a := float64(float32(float32(p) * w))
						require.Equal(t, float32(float32(math.Cos(a))*attention), cos[k*32+i], "%s: cos of pair %d at %g", where, i, p)
						require.Equal(t, float32(float32(math.Sin(a))*attention), sin[k*32+i], "%s: sin of pair %d at %g", where, i, p)
					}
				}
				x := make([]float32, 4*64)
				for i := range x {
					x[i] = float32(math.Sin(float64(i)))
				}
				y := append([]float32(nil), x...)
				at := rotary.At{Positions: positions, SequenceLength: length}
				require.NoError(t, r.Rotate(y, at))
				require.NoError(t, r.Unrotate(y, at))
				for i := range x {
					require.InDelta(t, x[i], y[i], 1e-6, where)
				}
			}
		}
	}
	_, err := rotary.New(rotary.Options{HeadDim: 4, Precision: "half"})
	require.EqualError(t, err, `precision: want "exact" or "float32", got "half"`)
}
