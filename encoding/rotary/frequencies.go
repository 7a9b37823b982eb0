package rotary

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// frequencies returns what the options make of the frequencies w_i of a call whose longest position is length - 1, and the
// attention factor, by which cos and sin are multiplied. Everything that reaches an angle is carried in 192 bits.
func (o Options) frequencies(length int64) ([]angle.Frequency, float64, error) {
	s, n, d := o.Scaling, o.RotaryDim/2, float64(o.RotaryDim)
	m := int64(o.trained())
	ladder := angle.Ladder{Count: n, Top: 1, Base: o.Base, Steps: d / 2}
	switch s.Type {
	case NTK:
		ladder.LnStretch = stretch(angle.Exactly(s.Alpha), o.RotaryDim)
	case Dynamic: // s·L/M - (s-1) = 1 + s·(L-M)/M
		if length > m {
			if float64(length-m)/float64(m)*s.Factor > 0x1p62 { // more than a Real holds
				return nil, 0, o.blame()
			}
			more := angle.Exactly(float64(length - m)).Mul(angle.Exactly(float64(m)).Inverse()).Mul(angle.Exactly(s.Factor))
			ladder.LnStretch = stretch(angle.Exactly(1).Add(more), o.RotaryDim)
		}
	}
	w, err := ladder.Frequencies()
	if err != nil {
		return nil, 0, o.blame()
	}

	factor := 1.0
	var over angle.Real
	if s.Factor != 0 {
		over = angle.Exactly(s.Factor).Inverse()
	}
	switch s.Type {
	case Linear:
		multiply(w, func(int) angle.Real { return over })
	case YaRN:
		ramp := o.ramp()
		multiply(w, func(i int) angle.Real { // (1-ramp) + ramp/s
			r := ramp(i)
			return angle.Exactly(1).Sub(r).Add(r.Mul(over))
		})
		factor = s.yarnFactor()
	case LongRoPE:
		ext := s.ShortFactor
		if length > m {
			ext = s.LongFactor
		}
		multiply(w, func(i int) angle.Real { return angle.Exactly(ext[i]).Inverse() })
		factor = o.longFactor()
	case Llama3: // M/λ = M·w/2π turns; t = (M/λ - low)/(high - low), from 0 to 1
		low := angle.Exactly(s.LowFreqFactor)
		span := angle.Exactly(0x1p50) // equal in Llama 4: a step
		if s.HighFreqFactor > s.LowFreqFactor {
			span = angle.Exactly(s.HighFreqFactor).Sub(low).Inverse()
		}
		for i := range w {
			t := angle.Exactly(1)
			if turns := w[i].Turns(); turns.Float64()*float64(m) < 2*s.HighFreqFactor { // else the product may be more than a Real holds
				t = clip(turns.Mul(angle.Exactly(float64(m))).Sub(low).Mul(span))
			}
			w[i] = w[i].Times(angle.Exactly(1).Sub(t).Mul(over).Add(t))
		}
	case Proportional:
		angles := int(s.PartialRotaryFactor * float64(o.HeadDim) / 2)
		multiply(w[:angles], func(int) angle.Real { return over })
		clear(w[angles:])
	case FreqFactors:
		multiply(w, func(i int) angle.Real { return angle.Exactly(s.FreqFactors[i]).Inverse() })
	case RIFLEx: // 0.9·2π/L is 0.9/L of a turn
		w[s.Index] = angle.PerTurn(angle.Exactly(9).Mul(angle.Exactly(10 * float64(s.Length)).Inverse()))
	}
	for _, f := range w {
		if !f.InRange() {
			return nil, 0, o.blame()
		}
	}
	return w, factor, nil
}

// stretch returns ln of by how much the base grows: ln α · d/(d-2).
func stretch(alpha angle.Real, d int) angle.Real {
	if d == 2 {
		return angle.Real{} // its only frequency is 1 for every base
	}
	return alpha.Ln().Mul(angle.Exactly(float64(d))).Mul(angle.Exactly(float64(d - 2)).Inverse())
}

func multiply(w []angle.Frequency, by func(i int) angle.Real) {
	for i := range w {
		w[i] = w[i].Times(by(i))
	}
}

func clip(x angle.Real) angle.Real {
	if one := angle.Exactly(1); one.Less(x) {
		return one
	}
	return x
}

// ramp returns which part of a frequency yarn slows, from 0 to 1 by the number of the pair: with
//
//	c(r) = d·ln(M/(2πr))/(2 ln θ),  lo = c(beta_fast),  hi = c(beta_slow)
//
// it rises from lo to hi, which are rounded outwards to integers but for NoTruncate, and kept within 0 and d-1.
func (o Options) ramp() func(i int) angle.Real {
	d := float64(o.RotaryDim)
	m := angle.Exactly(float64(o.trained()))
	ln := angle.Exactly(o.Base).Ln()
	c := func(r float64) (size angle.Real, negative bool) {
		t := angle.TwoPi.Mul(angle.Exactly(r))
		if negative = m.Less(t); negative {
			size = t.Mul(m.Inverse())
		} else {
			size = m.Mul(t.Inverse())
		}
		size = size.Ln().Mul(angle.Exactly(d / 2))
		if size.Float64() > 2*d*ln.Float64() { // past either end; and a base near 1 takes it to where a Real ends
			return angle.Exactly(2 * d), negative
		}
		return size.Mul(ln.Inverse()), negative
	}
	lo, below := c(o.Scaling.BetaFast)
	if below {
		lo = angle.Real{}
	}
	hi, below := c(o.Scaling.BetaSlow)
	if !o.Scaling.NoTruncate {
		up := math.Ceil(hi.Float64())
		if below {
			up = -math.Floor(hi.Float64())
		}
		lo, hi, below = angle.Exactly(math.Floor(lo.Float64())), angle.Exactly(math.Abs(up)), up < 0
	}
	if below { // then lo is 0, and the ramp falls from there
		return func(int) angle.Real { return angle.Real{} }
	}
	if most := angle.Exactly(d - 1); most.Less(hi) {
		hi = most
	}
	if !lo.Less(hi) && !hi.Less(lo) {
		hi = hi.Add(angle.Exactly(1).Mul(angle.Exactly(1000).Inverse()))
	}
	if hi.Less(lo) { // then hi is d-1, and in Hugging Face's formula, which falls, all pairs are before it
		return func(int) angle.Real { return angle.Exactly(1) }
	}
	span := hi.Sub(lo).Inverse()
	return func(i int) angle.Real {
		x := angle.Exactly(float64(i))
		if !x.Less(hi) {
			return angle.Exactly(1)
		}
		return x.Sub(lo).Mul(span)
	}
}

// yarnFactor is the attention factor of yarn: the one given, or g(mscale)/g(mscale_all_dim) where both are, or g(1), with
// g(m) = 0.1·m·ln s + 1.
func (s Scaling) yarnFactor() float64 {
	if s.AttentionFactor != 0 {
		return s.AttentionFactor
	}
	g := func(m float64) float64 { return float64(float64(0.1*m)*angle.Log(s.Factor)) + 1 }
	if s.Mscale != 0 && s.MscaleAllDim != 0 {
		return g(s.Mscale) / g(s.MscaleAllDim)
	}
	return g(1)
}

// longFactor is the attention factor of longrope: the one given, or sqrt(1 + ln s/ln M), s being the factor or by how much
// the length that the model is for exceeds M.
func (o Options) longFactor() float64 {
	s := o.Scaling.Factor
	if o.Scaling.AttentionFactor != 0 {
		return o.Scaling.AttentionFactor
	}
	if s == 0 {
		s = float64(o.MaxPositionEmbeddings) / float64(o.trained())
	}
	if s <= 1 {
		return 1
	}
	return math.Sqrt(1 + angle.Log(s)/angle.Log(float64(o.trained())))
}

// blame names the option that takes frequencies out of their range.
func (o Options) blame() error {
	want := "one that keeps all frequencies between 2^-64 and 2^32 radians per position"
	if o.Scaling.Type != Default {
		return &encoding.OptionError{Option: "scaling", Want: want, Got: encoding.Quote(string(o.Scaling.Type)) + " with base " + encoding.Number(o.Base)}
	}
	return &encoding.OptionError{Option: "base", Want: want, Got: encoding.Number(o.Base)}
}
