package bias

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// KerpleOptions are the knobs of [Kerple].
type KerpleOptions struct {
	Heads int       `json:"heads"` // from 1 to MaxHeads
	Type  string    `json:"type"`  // KerpleLog (the default) or KerplePower
	P     []float64 `json:"p"`     // learned, for each head; positive, and at most 2 for KerplePower
	A     []float64 `json:"a"`     // learned, for each head; positive
}

// The kernels of [Kerple].
const (
	KerpleLog   = "log"
	KerplePower = "power"
)

// Kerple is the bias of Chi et al. 2022, "KERPLE", equation 3 and table 1, the same on both sides of query i:
//
//	log      b = -p_h·ln(1 + a_h·|i - j|)
//	power    b = -a_h·|i - j|^p_h
//
// The names are those of bias_p and bias_a in chijames/KERPLE; the paper has r1 = p, r2 = a for log and r1 = a, r2 = p for
// power. That code clamps what it has learned (a and p to 0.01 and more, p of power to 2 and less) at each use; here the
// numbers are used as they are given.
type Kerple struct {
	core
	options KerpleOptions
}

// NewKerple returns the encoder, or an [encoding.OptionError].
func NewKerple(o KerpleOptions) (*Kerple, error) {
	if o.Type == "" {
		o.Type = KerpleLog
	}
	most := math.MaxFloat32
	switch o.Type {
	case KerpleLog:
	case KerplePower:
		most = 2
	default:
		return nil, &encoding.OptionError{Option: "type", Want: `"log" or "power"`, Got: encoding.Quote(o.Type)}
	}
	if err := integer("heads", o.Heads, 1, MaxHeads); err != nil {
		return nil, err
	}
	if err := positive("p", o.P, o.Heads, most); err != nil {
		return nil, err
	}
	if err := positive("a", o.A, o.Heads, math.MaxFloat32); err != nil {
		return nil, err
	}
	o.P, o.A = append([]float64(nil), o.P...), append([]float64(nil), o.A...)
	k := &Kerple{options: o}
	k.core = core{heads: o.Heads, scheme: &relative{heads: o.Heads, fill: k.fill},
		noBuckets: lacking("buckets", "an encoder that has buckets", "KERPLE")}
	return k, nil
}

// positive says what is wrong with a number a head, if anything.
func positive(option string, v []float64, heads int, most float64) error {
	if err := count(option, "heads", len(v), heads); err != nil {
		return err
	}
	for h, x := range v {
		if err := number(option, x, most); err != nil {
			err.(*encoding.OptionError).Option = encoding.Text(option, "[", h, "]")
			return err
		}
	}
	return nil
}

// Options returns the options with the defaults filled in.
func (k *Kerple) Options() KerpleOptions {
	o := k.options
	o.P, o.A = append([]float64(nil), o.P...), append([]float64(nil), o.A...)
	return o
}

func (k *Kerple) fill(dst []float32, head int, first int64) {
	p, a := k.options.P[head], k.options.A[head]
	for i := range dst {
		d := math.Abs(float64(first + int64(i)))
		var v float64
		switch {
		case d == 0:
		case k.options.Type == KerpleLog:
			v = float64(p * log1p(float64(a*d)))
		default:
			v = float64(a * angle.ExpQuick(p*angle.LogQuick(d)))
		}
		dst[i] = float32(0 - v)
	}
}

// log1p returns ln(1 + x) for a finite x >= 0, good to 2^-49 of itself however small x is. What 1 + x = u loses to
// rounding, c = x - (u - 1), is exact, and ln(u + c) = ln u + c/u to 2^-106.
func log1p(x float64) float64 {
	u := 1 + x
	return angle.LogQuick(u) + (x-(u-1))/u
}
