package additive

import (
	"math"

	"posenc/encoding/internal/angle"
)

// Time2VecOptions are the numbers that a model learned, as many w as phi: the width of a row.
type Time2VecOptions struct {
	W   []float64 `json:"w"`   // w_0, w_1, ..., radians per unit of time, magnitudes up to 2^32
	Phi []float64 `json:"phi"` // φ_0, φ_1, ..., radians, magnitudes up to 2^53
}

// Time2Vec is the encoding of Kazemi et al. 2019, "Time2Vec: Learning a Vector Representation of Time", equation 1:
//
//	row[0] = w_0·t + φ_0
//	row[i] = sin(w_i·t + φ_i),  i = 1, 2, ...
//
// The position is the time t, any number within ±2^53. Angles are exact to 2^-135, so each sine is within 0.501 units in
// the last place of a float32, or that close to 0. row[0] is rounded to float64 once, and then to float32.
type Time2Vec struct {
	encoder
	options Time2VecOptions
}

// NewTime2Vec checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewTime2Vec(o Time2VecOptions) (*Time2Vec, error) {
	if n := len(o.W); n < 1 || n > MaxDim {
		return nil, badInt("w", "1 to ", MaxDim, " numbers", n)
	}
	if len(o.Phi) != len(o.W) {
		return nil, badInt("phi", "", len(o.W), " numbers, as w has", len(o.Phi))
	}
	if err := allWithinPower("w", o.W, 32); err != nil { // which is angle.HighestFrequency
		return nil, err
	}
	if err := allWithinPower("phi", o.Phi, 53); err != nil { // which is angle.MaxPosition
		return nil, err
	}
	t := &Time2Vec{options: o}
	t.options = t.Options() // the caller's lists may change
	rows := &time2vecRows{w0: o.W[0], phi0: o.Phi[0]}
	radian := angle.Radians(1)
	for i := 1; i < len(o.W); i++ {
		var phase angle.Sum
		phase.Add(&radian, o.Phi[i])
		rows.terms = append(rows.terms, term{angle.Radians(math.Abs(o.W[i])), o.W[i] < 0, phase})
	}
	t.encoder = newEncoder(rows, len(o.W), 1)
	return t, nil
}

// Options returns the options. The lists are copies.
func (t *Time2Vec) Options() Time2VecOptions {
	return Time2VecOptions{W: append([]float64(nil), t.options.W...), Phi: append([]float64(nil), t.options.Phi...)}
}

type time2vecRows struct {
	w0, phi0 float64
	terms    []term
}

// A term is an angle that grows with time.
type term struct {
	freq     angle.Frequency
	negative bool
	phase    angle.Sum
}

func (r *time2vecRows) Make(dst []float32, first int64) {
	dim := len(r.terms) + 1
	for ; len(dst) > 0; dst, first = dst[dim:], first+1 {
		r.MakeAt(dst[:dim], max(min(float64(first), angle.MaxPosition), -angle.MaxPosition)) // a table's window is whole blocks
	}
}

func (r *time2vecRows) MakeAt(dst []float32, position float64) {
	dst[0] = float32(math.FMA(r.w0, position, r.phi0))
	for i := range r.terms {
		t := &r.terms[i]
		sum := t.phase
		p := position
		if t.negative {
			p = -p
		}
		sum.Add(&t.freq, p)
		sin, _ := sum.SinCos()
		dst[i+1] = float32(sin)
	}
}
