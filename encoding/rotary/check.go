package rotary

import (
	"math"
	"strconv"

	"posenc/encoding"
)

// MaxHeadDim is the widest head.
const MaxHeadDim = 1 << 14

// maxLength is the largest length that a model was trained for.
const maxLength = 1 << 40

// withDefaults fills in what zero values mean.
func (o Options) withDefaults() Options {
	s := &o.Scaling
	if o.RotaryDim == 0 {
		o.RotaryDim = o.HeadDim
	}
	number(&o.Base, 10000)
	if o.Pairing == "" {
		o.Pairing = Half
	}
	if o.Precision == "" {
		o.Precision = encoding.Exact
	}
	if o.XPos != "" {
		number(&o.XPosScaleBase, 512)
	}
	switch {
	case s.Type == "":
		s.Type = Default
	case s.Type == YaRN:
		number(&s.BetaFast, 32)
		number(&s.BetaSlow, 1)
	case s.Type == Llama3:
		number(&s.LowFreqFactor, 1)
		number(&s.HighFreqFactor, 4)
	case s.Type == Proportional:
		number(&s.PartialRotaryFactor, 1)
		number(&s.Factor, 1)
	}
	return o
}

func number(v *float64, def float64) {
	if *v == 0 {
		*v = def
	}
}

// trained is M: what the model was trained for before it was stretched.
func (o *Options) trained() int {
	if o.Scaling.OriginalMaxPositionEmbeddings != 0 {
		return o.Scaling.OriginalMaxPositionEmbeddings
	}
	return o.MaxPositionEmbeddings
}

// A rule is what a scaling type makes of one of its numbers.
type rule int

const (
	unused rule = iota
	maybe       // 0 is allowed: a formula has a default for it
	needed      // above 0
	atLeast1
)

// rules has, for each type: factor, alpha, M, attentionFactor, beta and mscale, low and high, partial, index and length.
var rules = []struct {
	name                                                       ScalingType
	factor, alpha, m, attention, yarn, llama3, partial, riflex rule
}{
	{name: Default},
	{name: Linear, factor: atLeast1},
	{name: NTK, alpha: atLeast1},
	{name: Dynamic, factor: atLeast1, m: needed},
	{name: YaRN, factor: atLeast1, m: needed, attention: maybe, yarn: needed},
	{name: LongRoPE, factor: maybe, m: needed, attention: maybe},
	{name: Llama3, factor: atLeast1, m: needed, llama3: needed},
	{name: Proportional, factor: needed, partial: needed},
	{name: FreqFactors},
	{name: RIFLEx, riflex: needed},
}

// bad is not inlined, as it is called in a hundred places and the program is downloaded.
//
//go:noinline
func bad(option, want, got string) error {
	return &encoding.OptionError{Option: option, Want: want, Got: got}
}

func (o Options) check() error {
	if o.HeadDim < 2 || o.HeadDim > MaxHeadDim {
		return bad("headDim", encoding.Text("an integer from 2 to ", MaxHeadDim), strconv.Itoa(o.HeadDim))
	}
	if o.RotaryDim < 2 || o.RotaryDim > o.HeadDim || o.RotaryDim%2 != 0 {
		return bad("rotaryDim", encoding.Text("an even integer from 2 to headDim = ", o.HeadDim, ", as channels turn in pairs"), strconv.Itoa(o.RotaryDim))
	}
	if !(o.Base > 0 && o.Base <= math.MaxFloat64) {
		return bad("base", "a positive finite number", encoding.Number(o.Base))
	}
	if o.Pairing != Half && o.Pairing != Interleaved {
		return bad("pairing", `"half" or "interleaved"`, encoding.Quote(string(o.Pairing)))
	}
	if o.Precision != encoding.Exact && o.Precision != encoding.Float32 {
		return bad("precision", `"exact" or "float32"`, encoding.Quote(o.Precision))
	}
	if o.MaxPositionEmbeddings < 0 || int64(o.MaxPositionEmbeddings) > maxLength {
		return bad("maxPositionEmbeddings", "a positive integer up to 2^40", strconv.Itoa(o.MaxPositionEmbeddings))
	}
	if err := o.checkXPos(); err != nil {
		return err
	}
	return o.checkScaling()
}

// checkScaling holds the numbers of the scaling against the rules of its type.
func (o Options) checkScaling() error {
	s := o.Scaling
	r, names := rules[0], ""
	found := false
	for i := range rules {
		if names += ", " + encoding.Quote(string(rules[i].name)); rules[i].name == s.Type {
			r, found = rules[i], true
		}
	}
	if !found {
		return bad("scaling.type", names[2:], encoding.Quote(string(s.Type)))
	}
	m := float64(s.OriginalMaxPositionEmbeddings)
	if r.m != unused && m == 0 {
		m = float64(o.MaxPositionEmbeddings)
	}
	truncate := 0.0
	if s.NoTruncate {
		truncate = 1
	}
	yarnMaybe := min(r.yarn, maybe)
	for _, v := range []struct {
		name  string
		value float64
		rule  rule
	}{
		{"factor", s.Factor, r.factor}, {"alpha", s.Alpha, r.alpha}, {"originalMaxPositionEmbeddings", m, r.m},
		{"attentionFactor", s.AttentionFactor, r.attention}, {"betaFast", s.BetaFast, r.yarn}, {"betaSlow", s.BetaSlow, r.yarn},
		{"mscale", s.Mscale, yarnMaybe}, {"mscaleAllDim", s.MscaleAllDim, yarnMaybe}, {"truncate", truncate, yarnMaybe},
		{"lowFreqFactor", s.LowFreqFactor, r.llama3}, {"highFreqFactor", s.HighFreqFactor, r.llama3},
		{"partialRotaryFactor", s.PartialRotaryFactor, r.partial}, {"length", float64(s.Length), r.riflex}, {"index", float64(s.Index), min(r.riflex, maybe)},
	} {
		name, got := "scaling."+v.name, encoding.Number(v.value)
		switch {
		case v.name == "originalMaxPositionEmbeddings" && v.rule == needed && v.value == 0:
			return bad(name, "the length that the model was trained for, or maxPositionEmbeddings", "none")
		case v.rule == unused && v.value != 0:
			if v.name == "truncate" {
				got = "false"
			}
			return bad(name, "none, as type \""+string(s.Type)+"\" has no use for it", got)
		case v.rule == unused:
		case !(v.value >= 0 && v.value <= maxLength):
			return bad(name, "a number from 0 to 2^40", got)
		case v.value < 1e-12 && (v.value != 0 || v.rule >= needed):
			return bad(name, "a number of at least 1e-12", got)
		case v.rule == atLeast1 && v.value < 1:
			return bad(name, "a number of at least 1", got)
		}
	}
	switch s.Type {
	case YaRN:
		if s.BetaFast < s.BetaSlow {
			return bad("scaling.betaFast", "at least betaSlow = "+encoding.Number(s.BetaSlow), encoding.Number(s.BetaFast))
		}
		if least := m * 0x1p-62; s.BetaSlow < least { // the logarithm of M/(2π·beta_slow) is of no more than 2^64
			return bad("scaling.betaSlow", "at least M/2^62 = "+encoding.Number(least), encoding.Number(s.BetaSlow))
		}
		if !(o.Base > 1 && o.Base < 0x1p64) {
			return bad("base", "a number above 1 and below 2^64 with scaling \"yarn\"", encoding.Number(o.Base))
		}
	case LongRoPE:
		if m < 2 {
			return bad("scaling.originalMaxPositionEmbeddings", "at least 2", encoding.Number(m))
		}
		if s.Factor == 0 && o.MaxPositionEmbeddings == 0 && s.AttentionFactor == 0 {
			return bad("scaling.factor", "a number, or attentionFactor or maxPositionEmbeddings in its place", "none")
		}
	case Llama3:
		if d := s.HighFreqFactor - s.LowFreqFactor; !(d == 0 || d >= 1e-12) {
			return bad("scaling.highFreqFactor", "lowFreqFactor = "+encoding.Number(s.LowFreqFactor)+", or above it by at least 1e-12", encoding.Number(s.HighFreqFactor))
		}
	case Proportional:
		if s.PartialRotaryFactor > 1 || o.RotaryDim != o.HeadDim {
			return bad("scaling.partialRotaryFactor", "at most 1, and rotaryDim left at headDim", encoding.Number(s.PartialRotaryFactor))
		}
	case RIFLEx:
		if s.Index < 0 || s.Index >= o.RotaryDim/2 {
			return bad("scaling.index", encoding.Text("a pair below rotaryDim/2 = ", o.RotaryDim/2), strconv.Itoa(s.Index))
		}
	}
	for _, list := range []struct {
		name   string
		values []float64
		of     ScalingType
	}{{"shortFactor", s.ShortFactor, LongRoPE}, {"longFactor", s.LongFactor, LongRoPE}, {"freqFactors", s.FreqFactors, FreqFactors}} {
		if s.Type == list.of {
			if err := o.divisors(list.name, list.values); err != nil {
				return err
			}
		} else if len(list.values) > 0 {
			return bad("scaling."+list.name, "none, as type \""+string(s.Type)+"\" has no use for it", encoding.Text(len(list.values), " of them"))
		}
	}
	return nil
}

// divisors checks a list with a divisor for each pair.
func (o Options) divisors(name string, values []float64) error {
	if len(values) != o.RotaryDim/2 {
		return bad("scaling."+name, encoding.Text("rotaryDim/2 = ", o.RotaryDim/2, " numbers"), encoding.Text(len(values)))
	}
	for i, v := range values {
		if !(v >= 1e-9 && v <= maxLength) {
			return bad(encoding.Text("scaling.", name, "[", i, "]"), "a number from 1e-9 to 2^40", encoding.Number(v))
		}
	}
	return nil
}
