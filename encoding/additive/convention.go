package additive

import (
	"math"

	"posenc/encoding"
)

// conventions are what [Convention] says, by name.
var conventions = []struct {
	name    string
	options SinusoidalOptions
}{
	{"ddpm", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
	{"fairseq", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
	{"keras", SinusoidalOptions{Layout: Interleaved, OddDim: LoneSine}},
	{"ldm", SinusoidalOptions{Layout: ConcatCosSin, OddDim: ZeroColumn}},
	{"m2m100", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
	{"marian", SinusoidalOptions{Layout: Concat, OddDim: LoneSine}},
	{"mlx", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
	{"roformer", SinusoidalOptions{Layout: Concat, OddDim: LoneSine}},
	{"tensor2tensor", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
	{"transformer-xl", SinusoidalOptions{Layout: Concat, OddDim: LoneSine}},
	{"vaswani", SinusoidalOptions{Layout: Interleaved, OddDim: LoneSine}},
	{"whisper", SinusoidalOptions{Layout: Concat, FrequencyShift: 1, OddDim: ZeroColumn}},
}

// Conventions returns the names that [Convention] knows, in alphabetical order.
func Conventions() []string {
	var names []string
	for _, c := range conventions {
		names = append(names, c.name)
	}
	return names
}

// Convention returns the options of a named project for rows of dim channels, ready to be changed or passed to
// [NewSinusoidal]: how it sets the knobs of [Sinusoidal] in its own files, f being FrequencyShift.
//
//	name           layout          f  odd dim     source
//	vaswani        interleaved     0  lone sine   Vaswani et al. 2017, section 3.5; the defaults
//	keras          interleaved     0  lone sine   keras-hub SinePositionEncoding
//	tensor2tensor  concat          1  zero        tensor2tensor common_attention.get_timing_signal_1d
//	fairseq        concat          1  zero        fairseq SinusoidalPositionalEmbedding; its first token has position padding_idx+1
//	m2m100         concat          1  zero        Hugging Face M2M100, Speech2Text, FSMT; positions as fairseq
//	whisper        concat          1  zero        openai/whisper model.sinusoids
//	marian         concat          0  lone sine   Marian and Hugging Face MarianSinusoidalPositionalEmbedding
//	roformer       concat          0  lone sine   Hugging Face RoFormerSinusoidalPositionalEmbedding
//	ddpm           concat          1  zero        Ho et al. 2020 get_timestep_embedding; p is the time step
//	ldm            concat-cos-sin  0  zero        Rombach et al. 2022 timestep_embedding; also GLIDE, Stable Diffusion
//	transformer-xl concat          0  lone sine   Dai et al. 2019, pytorch/mem_transformer.py PositionalEmbedding, and XLNet
//	mlx            concat          1  zero        MLX SinusoidalPositionalEncoding, with its scale √(2/d)
//
// The positions of transformer-xl are those of [RelativePositions] or [XLNetPositions].
//
// Some of these projects multiply embeddings by √d before they add (the paper, fairseq, Marian, M2M100). That is the
// model's doing and often done already, so no convention sets InputScale.
func Convention(name string, dim int) (SinusoidalOptions, error) {
	var o SinusoidalOptions
	for _, c := range conventions {
		if c.name == name {
			o = c.options
		}
	}
	if o.Layout == "" {
		return o, &encoding.OptionError{Option: "convention", Want: encoding.List(Conventions()), Got: encoding.Quote(name)}
	}
	o.Dim = dim
	o = o.withDefaults()
	if name == "mlx" && dim > 0 {
		o.Scale = math.Sqrt(2 / float64(dim))
	}
	return o, nil
}
