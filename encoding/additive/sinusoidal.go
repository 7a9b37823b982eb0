package additive

import (
	"posenc/encoding"
	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/kernel"
	"posenc/encoding/internal/rows"
)

// Sinusoidal is the encoding of Vaswani et al. 2017, "Attention Is All You Need", section 3.5, with the knobs that
// later projects turned:
//
//	w_i = m·(θ/m)^(-i/(n-f)),  i = 0, 1, ...,  n = d/2 (⌊d/2⌋ with ZeroColumn)
//	s_i = sin(p·w_i), c_i = cos(p·w_i), in the order of the layout
//
// or as Frequencies says. With f = 0 and m = 1 this is sin and cos of p/10000^(2i/d). With a single frequency w_0 = m, whatever f is, so that
// d = 2 with f = 1 has no 0/0.
//
// Entries are float32. At any position up to 2^53 each sine and cosine is within 0.501 units in the last place of its true
// value, unless Precision says otherwise.
type Sinusoidal struct {
	encoder
	options SinusoidalOptions // without zero values
	waves   waves
}

// NewSinusoidal checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewSinusoidal(o SinusoidalOptions) (*Sinusoidal, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	layout, count := o.columns()
	var freqs []angle.Frequency
	if o.Frequencies != nil {
		o.Frequencies = append([]float64(nil), o.Frequencies...) // the caller's may change
		for _, w := range o.Frequencies {
			freqs = append(freqs, angle.Radians(w))
		}
	} else {
		var err error
		ladder := angle.Ladder{Count: count, Top: o.MinTimescale, Base: o.Base, Steps: o.steps()}
		if freqs, err = ladder.Frequencies(); err != nil {
			return nil, o.blame()
		}
	}
	w := waves{freqs: freqs, gen: angle.NewGenerator(freqs), layout: layout, scale: float32(o.Scale)}
	s := &Sinusoidal{options: o, waves: w}
	if o.Precision == encoding.Float32 {
		r := rounded{rows.Float32{W: o.frequencies32(count), Gain: 1, Layout: layout}, w}
		for i, v := range r.W {
			freqs[i] = angle.Radians(float64(v))
		}
		s.encoder = newEncoder(r, o.Dim, float32(o.InputScale))
		return s, nil
	}
	s.encoder = newEncoder(w, o.Dim, float32(o.InputScale))
	if w.scale == 1 {
		s.direct = w
	}
	return s, nil
}

// frequencies32 returns the frequencies as PyTorch would have them: the exponent, the power and its reciprocal rounded to
// float32 one after the other.
func (o SinusoidalOptions) frequencies32(count int) []float32 {
	w := make([]float32, count)
	for i := range w {
		if o.Frequencies != nil {
			w[i] = float32(o.Frequencies[i])
			continue
		}
		e := float32(i) / float32(o.steps())
		w[i] = float32(o.MinTimescale) / float32(angle.Pow(float64(float32(o.Base/o.MinTimescale)), float64(e)))
	}
	return w
}

// rounded are waves in float32 throughout.
type rounded struct {
	rows.Float32
	waves waves
}

func (r rounded) Make(dst []float32, first int64) {
	r.Float32.Make(dst, first)
	r.waves.rescale(dst)
}

func (r rounded) MakeAt(dst []float32, position float64) {
	r.Float32.MakeAt(dst, position)
	r.waves.rescale(dst)
}

// waves are rows of sines and cosines.
type waves struct {
	freqs  []angle.Frequency
	gen    *angle.Generator
	layout angle.Layout
	scale  float32 // multiplies every entry, in float32
}

func (w waves) Make(dst []float32, first int64) {
	w.gen.Rows(kernel.Store, dst, first, w.layout)
	w.rescale(dst)
}

func (w waves) MakeAt(dst []float32, position float64) {
	w.gen.At(dst, position, w.layout)
	w.rescale(dst)
}

func (w waves) rescale(dst []float32) {
	if w.scale != 1 {
		for i := range dst {
			dst[i] *= w.scale
		}
	}
}

func (w waves) apply(op kernel.Op, x []float32, first int64) { w.gen.Rows(op, x, first, w.layout) }

// Options returns the options with defaults filled in.
func (s *Sinusoidal) Options() SinusoidalOptions { return s.options }

// Frequencies returns w_0, w_1, ... in radians per position, each the float64 nearest to its true value.
func (s *Sinusoidal) Frequencies() []float64 {
	out := make([]float64, len(s.waves.freqs))
	for i, f := range s.waves.freqs {
		out[i] = f.Radians()
	}
	return out
}

// Wavelengths returns 2π/w_0, 2π/w_1, ...: after how many positions each frequency repeats.
func (s *Sinusoidal) Wavelengths() []float64 {
	out := make([]float64, len(s.waves.freqs))
	for i, f := range s.waves.freqs {
		out[i] = f.Wavelength()
	}
	return out
}
