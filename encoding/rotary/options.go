package rotary

import "posenc/encoding"

// A Pairing says which channels of a head are turned together. To mistake one for the other is the field's commonest
// bug: nothing fails, and every answer is wrong. [Permute] turns the weights of one into those of the other.
type Pairing string

// The two pairings in use. With n = rotaryDim/2, pair i is:
const (
	Half        Pairing = "half"        // (i, i+n): Hugging Face's Llama ("rotate_half"), GPT-NeoX, keras-hub, ggml NEOX, ONNX interleaved=0
	Interleaved Pairing = "interleaved" // (2i, 2i+1): the paper, Meta's Llama, GPT-J, torchtune, burn, ggml NORMAL, ONNX interleaved=1
)

// Options choose a rotary encoding. Only HeadDim must be set; the zero value of the others means what is said there.
type Options struct {
	HeadDim   int     `json:"headDim"`   // width of a head ("head_dim"), 2 to MaxHeadDim
	RotaryDim int     `json:"rotaryDim"` // how many of its first channels are turned ("rotary_dim", "partial_rotary_factor"·head_dim), even; 0 means HeadDim
	Base      float64 `json:"base"`      // θ ("rope_theta", "rotary_emb_base"), above 0; 0 means 10000
	Pairing   Pairing `json:"pairing"`   // "" means Half
	Scaling   Scaling `json:"scaling"`
	// MaxPositionEmbeddings is the length that the model was trained for, M ("max_position_embeddings"). Dynamic needs it;
	// yarn, longrope and llama3 take it where Scaling.OriginalMaxPositionEmbeddings is 0.
	MaxPositionEmbeddings int `json:"maxPositionEmbeddings"`

	Precision encoding.Precision `json:"precision"` // "" means encoding.Exact

	XPos          XPosRole `json:"xpos"`          // "" means without; see XPosRole
	XPosScaleBase float64  `json:"xposScaleBase"` // how many positions have the decay ζ; 0 means 512
	XPosCenter    float64  `json:"xposCenter"`    // c, the position without decay
}

// A ScalingType names a rule that changes the frequencies to reach further than a model was trained for.
type ScalingType string

// The rules, by the names of Hugging Face's rope_type where it has one. [Scaling] has their formulas.
const (
	Default      ScalingType = "default"
	Linear       ScalingType = "linear"
	NTK          ScalingType = "ntk"
	Dynamic      ScalingType = "dynamic"
	YaRN         ScalingType = "yarn"
	LongRoPE     ScalingType = "longrope"
	Llama3       ScalingType = "llama3"
	Proportional ScalingType = "proportional"
	FreqFactors  ScalingType = "freq-factors" // ggml's rope_freqs: a divisor for each pair
	RIFLEx       ScalingType = "riflex"
)

// Scaling says how frequencies w_i = θ^(-2i/d) and the size of cos and sin are changed, d being RotaryDim, s Factor and M
// OriginalMaxPositionEmbeddings, or MaxPositionEmbeddings where that is 0:
//
//	default       w_i
//	linear        w_i / s
//	ntk           θ becomes θ·alpha^(d/(d-2))
//	dynamic       the same with alpha = 1 + s·(L-M)/M where the sequence is longer than M, L its length
//	yarn          w_i·(1 - r_i + r_i/s),  r_i = (i - lo)/(hi - lo) kept within 0 and 1
//	              lo = ⌊c(betaFast)⌋, hi = ⌈c(betaSlow)⌉, within 0 and d-1,  c(t) = d·ln(M/(2πt))/(2·ln θ)
//	longrope      w_i / shortFactor_i up to length M, w_i / longFactor_i beyond
//	llama3        w_i·((1 - t_i)/s + t_i),  t_i = (M·w_i/2π - low)/(high - low) kept within 0 and 1
//	proportional  w_i = θ^(-2i/headDim)/s for the first ⌊partialRotaryFactor·headDim/2⌋ pairs, 0 for the others
//	freq-factors  w_i / freqFactors_i
//	riflex        w_i, but 0.9·2π/length for pair index
//
// and cos and sin are multiplied by the attention factor, AttentionFactor where it is given and otherwise
//
//	yarn          g(mscale)/g(mscaleAllDim) where both are given, else g(1),  g(m) = 0.1·m·ln(s) + 1
//	longrope      √(1 + ln(s)/ln(M)), and 1 where s <= 1; s is MaxPositionEmbeddings/M where Factor is 0
//	the others    1
//
// Fields that a type does not use must be zero.
//
// Sources: Hugging Face's modeling_rope_utils.py; Chen et al. 2023 (linear), Peng et al. 2023 (YaRN), Ding et al. 2024
// (LongRoPE), Zhao et al. 2025 (RIFLEx); ggml's rope_freqs.
type Scaling struct {
	Type   ScalingType `json:"type"`   // "" means Default
	Factor float64     `json:"factor"` // s ("factor"), at least 1 but for proportional, where above 0
	Alpha  float64     `json:"alpha"`  // of ntk ("alpha"), at least 1

	OriginalMaxPositionEmbeddings int     `json:"originalMaxPositionEmbeddings"` // M ("original_max_position_embeddings")
	AttentionFactor               float64 `json:"attentionFactor"`               // of yarn and longrope: final, cos and sin are multiplied by it ("attention_factor"); 0 means their formula

	BetaFast     float64 `json:"betaFast"`     // of yarn ("beta_fast"); 0 means 32
	BetaSlow     float64 `json:"betaSlow"`     // of yarn ("beta_slow"); 0 means 1
	Mscale       float64 `json:"mscale"`       // of yarn ("mscale"); 0 means not given
	MscaleAllDim float64 `json:"mscaleAllDim"` // of yarn ("mscale_all_dim"); 0 means not given
	NoTruncate   bool    `json:"noTruncate"`   // of yarn: the ramp's ends stay fractions ("truncate": false)

	ShortFactor []float64 `json:"shortFactor"` // of longrope: a divisor for each pair, for lengths up to M ("short_factor")
	LongFactor  []float64 `json:"longFactor"`  // of longrope: the same beyond M ("long_factor")

	LowFreqFactor  float64 `json:"lowFreqFactor"`  // of llama3 ("low_freq_factor"); 0 means 1
	HighFreqFactor float64 `json:"highFreqFactor"` // of llama3 ("high_freq_factor"); 0 means 4

	PartialRotaryFactor float64 `json:"partialRotaryFactor"` // of proportional: the part of a head's pairs that turn ("partial_rotary_factor"); 0 means 1

	FreqFactors []float64 `json:"freqFactors"` // of freq-factors: a divisor for each pair

	Index  int `json:"index"`  // of riflex: k, the number of the pair that is slowed, from 0
	Length int `json:"length"` // of riflex: L, the number of positions (frames) that must not repeat
}
