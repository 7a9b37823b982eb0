package additive

import (
	"fmt"
	"math"
	"strconv"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
	"posenc/encoding/internal/kernel"
)

// maxTable is the most entries that Table makes: 1 TiB of them, or what an int can count.
const maxTable = min(1<<38, math.MaxInt/4)

// Sinusoidal is the encoding of Vaswani et al. 2017, "Attention Is All You Need", section 3.5, with the knobs that
// later projects turned:
//
//	w_i = m·(θ/m)^(-i/(n-f)),  i = 0, 1, ...,  n = d/2 (⌊d/2⌋ with ZeroColumn)
//	s_i = sin(p·w_i), c_i = cos(p·w_i), in the order of the layout
//
// With f = 0 and m = 1 this is sin and cos of p/10000^(2i/d). With a single frequency w_0 = m, whatever f is, so that
// d = 2 with f = 1 has no 0/0.
//
// Entries are float32. At any integer position up to 2^53 each sine and cosine is within 0.501 units in the last place of
// its true value or within 2^-50 of it, whichever is more; the second counts only where a large angle comes so close to
// a zero that less than 2^-27 is left. Entries of fractions are within 0.501 units throughout.
type Sinusoidal struct {
	options    SinusoidalOptions // without zero values
	freqs      []angle.Frequency
	layout     angle.Layout
	table      *table
	inputScale float32
}

// NewSinusoidal checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewSinusoidal(o SinusoidalOptions) (*Sinusoidal, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	layout, count := o.columns()
	ladder := angle.Ladder{Count: count, Top: o.MinTimescale, Base: o.Base, Steps: o.steps()}
	freqs, err := ladder.Frequencies()
	if err != nil {
		return nil, o.blame()
	}
	return &Sinusoidal{
		options:    o,
		freqs:      freqs,
		layout:     layout,
		table:      newTable(angle.NewGenerator(freqs), layout, float32(o.Scale)),
		inputScale: float32(o.InputScale),
	}, nil
}

// Options returns the options with defaults filled in.
func (s *Sinusoidal) Options() SinusoidalOptions { return s.options }

// Add adds the encoding to embeddings x [batch, seq, dim], in place:
//
//	x[b, j] = x[b, j]·inputScale + PE(position of row j)
//
// Both operations round to float32, as they do in PyTorch. After the first call for a length it does not allocate.
func (s *Sinusoidal) Add(x []float32, at At) error { return s.apply(kernel.Plus, x, at) }

// Subtract undoes Add, up to the rounding of the sum:
//
//	x[b, j] = (x[b, j] - PE(position of row j)) / inputScale
func (s *Sinusoidal) Subtract(x []float32, at At) error { return s.apply(kernel.Minus, x, at) }

// apply adds or subtracts. What a decoder does for every token, one run of rows that are there already, and one long
// sequence, whose rows go from the generator straight into x, have ways of their own.
func (s *Sinusoidal) apply(op kernel.Op, x []float32, at At) error {
	dim := s.options.Dim
	r, err := at.check(len(x), dim)
	if err != nil {
		return err
	}
	if r.batch == 1 && r.positions == nil {
		if pe := s.table.cached(r); pe != nil {
			s.combine(op, x, pe)
			return nil
		}
		if s.inputScale == 1 && s.table.scale == 1 {
			s.table.gen.Rows(op, x, r.first, s.layout)
			return nil
		}
	}
	stride := r.seq * dim
	s.table.each(r, func(from int, pe []float32) {
		for b := range r.batch {
			s.combine(op, x[b*stride+from*dim:][:len(pe)], pe)
		}
	})
	return nil
}

func (s *Sinusoidal) combine(op kernel.Op, x, pe []float32) {
	switch {
	case s.inputScale == 1 && op == kernel.Plus:
		kernel.Add(x, pe)
	case s.inputScale == 1:
		kernel.Sub(x, pe)
	case op == kernel.Plus:
		kernel.ScaleAdd(x, pe, s.inputScale)
	default:
		kernel.SubUnscale(x, pe, s.inputScale)
	}
}

// Fill overwrites x [batch, seq, dim] with the encoding's own rows.
func (s *Sinusoidal) Fill(x []float32, at At) error {
	r, err := at.check(len(x), s.options.Dim)
	if err != nil {
		return err
	}
	stride := r.seq * s.options.Dim
	first := x[:stride]
	if r.positions != nil {
		s.table.each(r, func(from int, pe []float32) { copy(first[from*s.options.Dim:], pe) })
	} else if pe := s.table.window.Load().slice(r.first, r.seq, s.options.Dim); pe != nil {
		copy(first, pe)
	} else {
		s.table.make(first, r.first) // straight into x: nothing to keep, nothing to copy
	}
	for b := 1; b < r.batch; b++ {
		copy(x[b*stride:], first)
	}
	return nil
}

// Table returns the rows of length positions, [length, dim]. at.Batch has no part in it.
func (s *Sinusoidal) Table(length int, at At) ([]float32, error) {
	if length < 0 || length > maxTable/s.options.Dim {
		return nil, &encoding.OptionError{Option: "length",
			Want: fmt.Sprintf("one from 0 to %d, whose table can exist", maxTable/s.options.Dim), Got: strconv.Itoa(length)}
	}
	at.Batch = 1
	if _, err := at.check(length*s.options.Dim, s.options.Dim); err != nil {
		return nil, err // before there is an array
	}
	x := make([]float32, length*s.options.Dim)
	return x, s.Fill(x, at)
}

// Frequencies returns w_0, w_1, ... in radians per position, each the float64 nearest to its true value.
func (s *Sinusoidal) Frequencies() []float64 {
	out := make([]float64, len(s.freqs))
	for i, f := range s.freqs {
		out[i] = f.Radians()
	}
	return out
}

// Wavelengths returns 2π/w_0, 2π/w_1, ...: after how many positions each frequency repeats.
func (s *Sinusoidal) Wavelengths() []float64 {
	out := make([]float64, len(s.freqs))
	for i, f := range s.freqs {
		out[i] = f.Wavelength()
	}
	return out
}
