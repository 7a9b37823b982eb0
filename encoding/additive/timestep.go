package additive

import (
	"errors"

	"posenc/encoding"
)

// TimestepOptions chooses a timestep embedding, by the names of diffusers' get_timestep_embedding. Only Dim must be set.
// A wrong FlipSinToCos or DownscaleFreqShift ruins a checkpoint without an error: [TimestepConvention] fills them in.
type TimestepOptions struct {
	Dim                int      `json:"dim"`                // d ("embedding_dim"), 2 to MaxDim
	FlipSinToCos       bool     `json:"flipSinToCos"`       // cosines before sines
	DownscaleFreqShift *float64 `json:"downscaleFreqShift"` // f, below ⌊d/2⌋; nil means 1
	Scale              float64  `json:"scale"`              // multiplies the time, above 0; 0 means 1
	MaxPeriod          float64  `json:"maxPeriod"`          // θ, above 0; 0 means 10000
}

// Timestep is the embedding of a diffusion model's time step t, which stands where other encodings have a position:
//
//	a_i = scale·t·θ^(-i/(n-f)),  i = 0..n-1,  n = ⌊d/2⌋
//	row = [sin a_0, ..., sin a_(n-1), cos a_0, ..., cos a_(n-1)], or the cosines first with FlipSinToCos
//
// and a 0 at the end where d is odd. Source: Ho et al. 2020, appendix B, and diffusers models/embeddings.py,
// get_timestep_embedding. Time steps may be fractions; they go into At.Positions, one for each row.
//
// It is a [Sinusoidal] with θ·scale, rounded to float64, for its base and scale for its MinTimescale, and as exact.
type Timestep struct {
	*Sinusoidal
	timestep TimestepOptions
}

// NewTimestep checks the options and returns the encoder. The error is an [encoding.OptionError].
func NewTimestep(o TimestepOptions) (*Timestep, error) {
	shift := 1.0
	if o.DownscaleFreqShift != nil {
		shift = *o.DownscaleFreqShift
	}
	o.DownscaleFreqShift = &shift // a copy: the caller's may change
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.MaxPeriod == 0 {
		o.MaxPeriod = 10000
	}
	layout := Concat
	if o.FlipSinToCos {
		layout = ConcatCosSin
	}
	for _, v := range []named{{"scale", o.Scale}, {"maxPeriod", o.MaxPeriod}, {"maxPeriod", o.MaxPeriod * o.Scale}} {
		if err := positive(v.name, v.value); err != nil {
			return nil, err
		}
	}
	s, err := NewSinusoidal(SinusoidalOptions{Dim: o.Dim, Base: o.MaxPeriod * o.Scale, MinTimescale: o.Scale,
		FrequencyShift: shift, Layout: layout, OddDim: ZeroColumn})
	if err == nil {
		return &Timestep{s, o}, nil
	}
	var bad *encoding.OptionError
	if errors.As(err, &bad) {
		switch bad.Option {
		case "minTimescale":
			bad.Option = "scale"
		case "base":
			bad.Option, bad.Got = "maxPeriod", encoding.Number(o.MaxPeriod)
		case "frequencyShift":
			bad.Option = "downscaleFreqShift"
		}
	}
	return nil, err
}

// Options returns the options with defaults filled in.
func (t *Timestep) Options() TimestepOptions {
	o := t.timestep
	shift := *o.DownscaleFreqShift
	o.DownscaleFreqShift = &shift
	return o
}

// TimestepConventions returns the names that [TimestepConvention] knows, in alphabetical order.
func TimestepConventions() []string {
	return []string{"ddpm", "glide", "grad-tts", "ldm", "score-vde", "stable-diffusion"}
}

// TimestepConvention returns the options of a named project for rows of dim channels, ready to be changed:
//
//	name                          flip   shift  scale
//	ddpm, score-vde               false  1      1
//	ldm, glide, stable-diffusion  true   0      1
//	grad-tts                      false  1      1000
func TimestepConvention(name string, dim int) (TimestepOptions, error) {
	o := TimestepOptions{Dim: dim, DownscaleFreqShift: new(float64), Scale: 1, MaxPeriod: 10000}
	switch name {
	case "ldm", "glide", "stable-diffusion":
		o.FlipSinToCos = true
		return o, nil
	case "grad-tts":
		o.Scale = 1000
	case "ddpm", "score-vde":
	default:
		return TimestepOptions{}, bad("convention", encoding.List(TimestepConventions()), encoding.Quote(name))
	}
	*o.DownscaleFreqShift = 1
	return o, nil
}
