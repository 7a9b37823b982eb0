package additive

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// A Layout is the order of the columns of a sinusoidal row; s and c are the sine and cosine of each frequency in turn.
type Layout string

// The three layouts in use. With n frequencies, column j is:
const (
	Interleaved  Layout = "interleaved"    // s0 c0 s1 c1 ...: Vaswani et al. 2017, keras-hub, burn
	Concat       Layout = "concat"         // s0 ... s(n-1) c0 ... c(n-1): tensor2tensor, Marian, M2M100, Whisper, diffusers
	ConcatCosSin Layout = "concat-cos-sin" // c0 ... c(n-1) s0 ... s(n-1): diffusers with flip_sin_to_cos
)

// An OddDim says what becomes of the last column when dim is odd.
type OddDim string

const (
	// LoneSine gives the sines one column more than the cosines: the last column when interleaved (keras), the end of
	// the sine half otherwise (Marian, XLM). n is then a half-integer in the formula of the frequencies.
	LoneSine OddDim = "sin"
	// ZeroColumn leaves the last column 0 (tensor2tensor, AllenNLP, flax, diffusers).
	ZeroColumn OddDim = "zero"
)

// MaxDim is the largest width of a row.
const MaxDim = 1 << 16

// SinusoidalOptions chooses a sinusoidal encoding. Only Dim must be set; the zero value of the others means what is
// said there. [Convention] fills them in as a named project does.
type SinusoidalOptions struct {
	Dim            int     `json:"dim"`            // d, the width of a row, 1 to MaxDim
	Base           float64 `json:"base"`           // θ, the longest time scale ("max_timescale", "max_period"), above 0; 0 means 10000
	Layout         Layout  `json:"layout"`         // "" means Interleaved
	FrequencyShift float64 `json:"frequencyShift"` // f, below d/2 ("downscale_freq_shift"); 0 is the paper's ladder, 1 tensor2tensor's
	MinTimescale   float64 `json:"minTimescale"`   // m, the first frequency ("min_timescale"), above 0; 0 means 1
	OddDim         OddDim  `json:"oddDim"`         // "" means LoneSine
	Scale          float64 `json:"scale"`          // multiplies the encoding, in float32; 0 means 1
	// Frequencies, when not nil, are w_0, w_1, ... themselves, radians per position, from 0 to 2^32: one for each sine. They
	// replace the ladder, so Base, MinTimescale and FrequencyShift then have no part. lingvo's is 2πk/L.
	Frequencies []float64 `json:"frequencies"`
	// Precision says how angles are carried; "" means encoding.Exact. With encoding.Float32 each step is rounded to float32,
	// as PyTorch would: w_i = m/(θ/m)^e with e = i/(n-f), and then sin(p·w_i) of the rounded product.
	Precision  encoding.Precision `json:"precision"`
	InputScale float64            `json:"inputScale"` // multiplies x before the encoding is added, in float32; 0 means 1; the paper has √d
}

func (o SinusoidalOptions) withDefaults() SinusoidalOptions {
	number := func(v *float64, def float64) {
		if *v == 0 {
			*v = def
		}
	}
	number(&o.Base, 10000)
	number(&o.MinTimescale, 1)
	number(&o.Scale, 1)
	number(&o.InputScale, 1)
	if o.Precision == "" {
		o.Precision = encoding.Exact
	}
	if o.Layout == "" {
		o.Layout = Interleaved
	}
	if o.OddDim == "" {
		o.OddDim = LoneSine
	}
	return o
}

// A named is an option's number with its name.
type named struct {
	name  string
	value float64
}

func (o SinusoidalOptions) check() error {
	if err := checkDim(o.Dim); err != nil {
		return err
	}
	if layouts := []Layout{Interleaved, Concat, ConcatCosSin}; !among(layouts, o.Layout) {
		return bad("layout", encoding.List(layouts), encoding.Quote(o.Layout))
	}
	if rules := []OddDim{LoneSine, ZeroColumn}; !among(rules, o.OddDim) {
		return bad("oddDim", encoding.List(rules), encoding.Quote(o.OddDim))
	}
	if o.Dim == 1 && o.OddDim == ZeroColumn {
		return bad("dim", `at least 2 with oddDim "zero", which would leave nothing`, "1")
	}
	for _, v := range []named{{"base", o.Base}, {"minTimescale", o.MinTimescale}} {
		if err := positive(v.name, v.value); err != nil {
			return err
		}
	}
	for _, v := range []named{{"scale", o.Scale}, {"inputScale", o.InputScale}} {
		if f := math.Abs(float64(float32(v.value))); !(f >= 0x1p-126 && f <= math.MaxFloat32) {
			return bad(v.name, "a number with a magnitude from 2^-126 to 3.4e38, which float32 holds", encoding.Number(v.value))
		}
	}
	if o.Precision != encoding.Exact && o.Precision != encoding.Float32 {
		return bad("precision", `"exact" or "float32"`, encoding.Quote(o.Precision))
	}
	if o.Frequencies != nil {
		_, count := o.columns()
		if len(o.Frequencies) != count {
			return badInt("frequencies", "one for each sine, ", count, " of them", len(o.Frequencies))
		}
		for i, w := range o.Frequencies {
			if !(w >= 0 && w <= angle.HighestFrequency) {
				return bad(indexed("frequencies", i), "a number from 0 to 2^32", encoding.Number(w))
			}
		}
		return nil
	}
	if f := o.FrequencyShift; !(math.Abs(f) <= math.MaxFloat64 && o.steps() > 0) {
		return bad("frequencyShift", encoding.Text("a finite number below n = ", encoding.Number(o.halfDim()), ", half the width"), encoding.Number(o.FrequencyShift))
	}
	return nil
}

// blame names the option that takes the frequencies out of their range: the first that is not at its default.
func (o SinusoidalOptions) blame() error {
	want := outOfRange()
	for _, v := range []struct {
		named
		usual float64
	}{{named{"minTimescale", o.MinTimescale}, 1}, {named{"base", o.Base}, 10000}} {
		if v.value != v.usual {
			return bad(v.name, want, encoding.Number(v.value))
		}
	}
	return bad("frequencyShift", want, encoding.Number(o.FrequencyShift))
}

// outOfRange is what is wanted of an option that takes frequencies too far.
func outOfRange() string {
	return encoding.Text("one that keeps all frequencies between ", angle.LowestFrequency, " and ", angle.HighestFrequency, " radians per position, and within 2^63 times the first")
}

// columns returns the layout of a row and how many frequencies it has.
func (o SinusoidalOptions) columns() (l angle.Layout, frequencies int) {
	pairs := o.Dim / 2
	sines := pairs
	if o.OddDim == LoneSine {
		sines += o.Dim % 2
	}
	switch o.Layout {
	case Interleaved:
		l = angle.Layout{Sin: 0, Cos: 1, Stride: 2}
	case Concat:
		l = angle.Layout{Sin: 0, Cos: sines, Stride: 1}
	case ConcatCosSin:
		l = angle.Layout{Sin: pairs, Cos: 0, Stride: 1}
	}
	l.Dim, l.Pairs = o.Dim, pairs
	return l, sines
}

// halfDim is n of the formula.
func (o SinusoidalOptions) halfDim() float64 {
	if o.OddDim == ZeroColumn {
		return float64(o.Dim / 2)
	}
	return float64(o.Dim) / 2
}

// steps is n - f, or 1 where there is but one frequency and nothing to divide.
func (o SinusoidalOptions) steps() float64 {
	if _, count := o.columns(); count == 1 {
		return 1
	}
	return o.halfDim() - o.FrequencyShift
}

func among[T comparable](all []T, one T) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}
