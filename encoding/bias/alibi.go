package bias

import (
	"math"

	"posenc/encoding"
	"posenc/encoding/internal/angle"
)

// ALiBiOptions are the knobs of [ALiBi]; the zero value of each but Heads is its default.
type ALiBiOptions struct {
	Heads     int     `json:"heads"`     // from 1 to MaxHeads
	MaxBias   float64 `json:"maxBias"`   // the exponent of the last slope of a power of two of heads; 0 means 8, at most 126
	Slopes    string  `json:"slopes"`    // OfficialSlopes (the default), MPTSlopes or GeometricSlopes
	Symmetric bool    `json:"symmetric"` // -m·|i-j| on both sides
}

// Which slopes the heads have. They agree where the number of heads is a power of two.
const (
	OfficialSlopes  = "official"
	MPTSlopes       = "mpt"
	GeometricSlopes = "geometric"
)

// ALiBi is the linear bias of Press et al. 2022, section 3, for query i and key j:
//
//	b = m_h·(j - i)        for j <= i, where it is never above 0
//	b = -m_h·|i - j|       with Symmetric
//
// Without Symmetric the line goes on for j > i, which a causal mask hides.
//
// With g(h, H) = 2^(-maxBias·h/H), the slopes of heads h = 1..H are, for H a power of two, g(h, H). Otherwise:
//
//	official    g(1..P, P), and then g(1, 2P), g(3, 2P), ..., with P the power of two below H: get_slopes of
//	            ofirpress/attention_with_linear_biases, Hugging Face BLOOM, keras-hub
//	mpt         g(2, N), g(4, N), ..., and then g(1, N), g(3, N), ..., cut to H, with N the power of two above H: gen_slopes of
//	            MosaicML's llm-foundry, Hugging Face MPT
//	geometric   g(1..H, H), as if H were a power of two
//
// A slope is the float64 nearest to its value or next to it; a bias is its product with the distance, rounded to float32.
// Projects that round the slope to float32 first are off by a unit where it is no power of two.
type ALiBi struct {
	core
	options ALiBiOptions
	slopes  []float64
}

// NewALiBi returns the encoder, or an [encoding.OptionError].
func NewALiBi(o ALiBiOptions) (*ALiBi, error) {
	if o.MaxBias == 0 {
		o.MaxBias = 8
	}
	if o.Slopes == "" {
		o.Slopes = OfficialSlopes
	}
	if err := integer("heads", o.Heads, 1, MaxHeads); err != nil {
		return nil, err
	}
	if err := number("maxBias", o.MaxBias, 126); err != nil {
		return nil, err
	}
	a := &ALiBi{options: o, slopes: make([]float64, o.Heads)}
	below := 1 // the power of two at or below heads
	for 2*below <= o.Heads {
		below *= 2
	}
	for h := range a.slopes {
		step, of := h+1, o.Heads // the slope is g(step, of)
		switch o.Slopes {
		case OfficialSlopes:
			if of = below; h >= below {
				step, of = 2*(h-below)+1, 2*below
			}
		case MPTSlopes:
			if below < o.Heads {
				of = 2 * below
				if step = 2 * (h + 1); h >= below {
					step = 2*(h-below) + 1
				}
			}
		case GeometricSlopes:
		default:
			return nil, &encoding.OptionError{Option: "slopes", Want: `"official", "mpt" or "geometric"`, Got: encoding.Quote(o.Slopes)}
		}
		a.slopes[h] = slope(o.MaxBias, step, of)
	}
	a.core = core{heads: o.Heads, scheme: &relative{heads: o.Heads, fill: a.fill},
		noBuckets: lacking("buckets", "an encoder that has buckets", "ALiBi")}
	return a, nil
}

// slope returns 2^(-maxBias·step/of). The remainder is exact, so the exponent's whole part costs its fraction no bits, as
// long as e is the rounded product: with the unrounded one, e - rest could end below a multiple of `of`.
func slope(maxBias float64, step, of int) float64 {
	e := float64(maxBias * float64(step))
	rest := math.Mod(e, float64(of))
	return math.Ldexp(angle.Pow(2, -rest/float64(of)), -int((e-rest)/float64(of)))
}

// Options returns the options with the defaults filled in.
func (a *ALiBi) Options() ALiBiOptions { return a.options }

// Slopes returns m_h for each head, positive.
func (a *ALiBi) Slopes() []float64 { return append([]float64(nil), a.slopes...) }

func (a *ALiBi) fill(dst []float32, head int, first int64) {
	m := a.slopes[head]
	for i := range dst {
		r := first + int64(i)
		if a.options.Symmetric && r > 0 {
			r = -r
		}
		dst[i] = float32(m * float64(r))
	}
}
