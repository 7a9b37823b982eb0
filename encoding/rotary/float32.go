package rotary

import (
	"math"

	"posenc/encoding/internal/angle"
)

// frequencies32 is frequencies as Hugging Face's modeling_rope_utils computes them, each step rounded to float32; pow is the
// nearest float32. With e_i = 2i/d and θ a float32,
//
//	default, ntk, dynamic  w = 1/θ^e                               θ of ntk and dynamic is computed in float64, then rounded
//	linear                 w = (1/θ^e)/s
//	yarn                   w = (1/(s·θ^e))·(1-f) + (1/θ^e)·f,      f = 1 - clip((i-lo)/(hi-lo)), lo and hi in float64
//	longrope               w = 1/(ext·θ^e)
//	llama3                 λ = 2π/w; w/s for λ > M/low, w for λ < M/high, else t = (M/λ-low)/(high-low): (1-t)·w/s + t·w
//	proportional           w = (1/θ^e)/s, e = 2i/headDim
//	freq-factors           w = (1/θ^e)/factor
//
// The sums are of rounded products.
func (o Options) frequencies32(length int64) []float32 {
	s, n := o.Scaling, o.RotaryDim/2
	m := float64(o.trained())
	base := o.Base
	grow := func(alpha float64) {
		if d := float64(o.RotaryDim); d > 2 {
			base *= angle.Pow(alpha, d/(d-2))
		}
	}
	switch {
	case s.Type == NTK:
		grow(s.Alpha)
	case s.Type == Dynamic && float64(length) > m:
		grow(float64(s.Factor*float64(length)/m) - (s.Factor - 1))
	}
	lo, hi := 0.0, 0.0
	if s.Type == YaRN {
		lo, hi = o.ramp64()
	}
	ext := s.ShortFactor
	if float64(length) > m {
		ext = s.LongFactor
	}
	factor := float32(s.Factor)
	turned := n
	if s.Type == Proportional {
		turned = int(s.PartialRotaryFactor * float64(o.HeadDim) / 2)
	}
	w := make([]float32, n)
	for i := range turned {
		e := float32(2*i) / float32(o.RotaryDim)
		power := float32(angle.Pow(float64(float32(base)), float64(e)))
		w[i] = 1 / power
		switch s.Type {
		case Linear, Proportional:
			w[i] /= factor
		case YaRN:
			f := 1 - min(max((float32(i)-float32(lo))/float32(hi-lo), 0), 1)
			w[i] = float32(1/float32(factor*power)*(1-f)) + float32(w[i]*f)
		case LongRoPE:
			w[i] = 1 / float32(float32(ext[i])*power)
		case Llama3:
			w[i] = s.llama32(w[i], float32(m))
		case FreqFactors:
			w[i] /= float32(s.FreqFactors[i])
		}
	}
	if s.Type == RIFLEx {
		w[s.Index] = float32(0.9 * 2 * math.Pi / float64(s.Length))
	}
	return w
}

// llama32 is llama3's rule for a frequency.
func (s Scaling) llama32(w, m float32) float32 {
	length := float32(2*math.Pi) / w
	switch low, high := float32(s.LowFreqFactor), float32(s.HighFreqFactor); {
	case length > m/low:
		return w / float32(s.Factor)
	case length < m/high:
		return w
	case low == high:
		return w
	default:
		t := (m/length - low) / (high - low)
		return float32(float32(float32(1-t)*w)/float32(s.Factor)) + float32(t*w)
	}
}

// ramp64 returns where yarn's ramp begins and ends, as Hugging Face computes it in float64; see [Options.ramp].
func (o Options) ramp64() (lo, hi float64) {
	d, s := float64(o.RotaryDim), o.Scaling
	c := func(r float64) float64 {
		return float64(d*angle.Log(float64(o.trained())/(r*2*math.Pi))) / (2 * angle.Log(o.Base))
	}
	lo, hi = c(s.BetaFast), c(s.BetaSlow)
	if !s.NoTruncate {
		lo, hi = math.Floor(lo), math.Ceil(hi)
	}
	lo, hi = max(lo, 0), min(hi, d-1)
	if lo == hi {
		hi += 0.001
	}
	return lo, hi
}
