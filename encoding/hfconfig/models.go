package hfconfig

// The tables say what a model_type's class in transformers makes of a config.json (configuration_*.py for the names of
// keys and their defaults, modeling_*.py for the rest; read at version 5.2). A model may be in several.

// A composite holds its language model's config under "text_config".
type composite struct {
	name, text string
	vision     string // the model type of "vision_config", when its table is wanted too
	flat       bool   // older configs have the keys of text_config at the top
}

var composites = [...]composite{
	{name: "clip", text: "clip_text_model", vision: "clip_vision_model"},
	{name: "gemma3", text: "gemma3_text"},
	{name: "llama4", text: "llama4_text"},
	{name: "qwen2_5_vl", text: "qwen2_5_vl_text", flat: true},
	{name: "qwen2_vl", text: "qwen2_vl_text", flat: true},
	{name: "qwen3_vl", text: "qwen3_vl_text"},
	{name: "qwen3_vl_moe", text: "qwen3_vl_moe_text"},
	{name: "siglip", text: "siglip_text_model", vision: "siglip_vision_model"},
}

// A rope is a model that turns queries and keys. Numbers are the class's defaults; of sizes only those that published
// configs leave out, so that a config which lost its hidden_size is an error.
type rope struct {
	name    string
	rules   uint16
	base    float64 // rope_theta: 0 means 10000, required that versions of transformers disagree
	partial float64 // partial_rotary_factor: 0 means that the model turns whole heads
	headDim int     // head_dim: 0 means hidden_size/num_attention_heads
	length  int     // max_position_embeddings
	layers  int     // num_hidden_layers
}

const (
	interleaved      = 1 << iota // pairs (2i, 2i+1)
	interleaveFlag               // unless rope_interleave is false
	gptNames                     // n_embd, n_head, n_positions, rotary_dim
	neoxNames                    // rotary_emb_base, rotary_pct
	latent                       // heads of qk_rope_head_dim beside those that are not turned
	phi3Names                    // "su" and "yarn" mean longrope
	mrope                        // three axes
	mropeInterleaved             // three axes that take turns
	mustScale                    // has no meaning without scaling
	twoBases                     // sliding layers have a base of their own, and no scaling
	modernNames                  // twoBases, by other names
	slidingOnly                  // full layers are not turned
	noRopeLayers                 // some layers are not turned
	unlessALiBi                  // unless alibi is true
)

var ropes = [...]rope{
	{name: "codegen", rules: gptNames | interleaved},
	{name: "cohere", rules: interleaved, base: required},
	{name: "cohere2", rules: interleaved | slidingOnly, layers: 40},
	{name: "deepseek_v2", rules: interleaved | latent},
	{name: "deepseek_v3", rules: interleaveFlag | latent},
	{name: "falcon", rules: unlessALiBi},
	{name: "gemma", headDim: 256},
	{name: "gemma2", headDim: 256},
	{name: "gemma3_text", rules: twoBases, base: 1e6, headDim: 256, length: 131072, layers: 26},
	{name: "glm", rules: interleaved, partial: 0.5, headDim: 128},
	{name: "glm4", rules: interleaved, partial: 0.5, headDim: 128},
	{name: "glm4_moe", partial: 0.5},
	{name: "gpt_neox", rules: neoxNames, partial: 0.25},
	{name: "gpt_oss", rules: mustScale, base: 150000, headDim: 64},
	{name: "gptj", rules: gptNames | interleaved},
	{name: "granite"},
	{name: "granitemoe"},
	{name: "llama"},
	{name: "llama4_text", rules: interleaved | noRopeLayers, base: 500000, headDim: 128, length: 131072, layers: 48},
	{name: "mistral"},
	{name: "mixtral", base: 1e6},
	{name: "modernbert", rules: twoBases | modernNames, base: 160000, layers: 22},
	{name: "nemotron", partial: 0.5},
	{name: "olmo"},
	{name: "olmo2"},
	{name: "olmoe"},
	{name: "persimmon", base: required, partial: 0.5},
	{name: "phi", partial: 0.5},
	{name: "phi3", rules: phi3Names, partial: 1},
	{name: "qwen2"},
	{name: "qwen2_5_vl_text", rules: mrope, base: 1e6},
	{name: "qwen2_moe"},
	{name: "qwen2_vl_text", rules: mrope, base: 1e6},
	{name: "qwen3", headDim: 128},
	{name: "qwen3_moe"},
	{name: "qwen3_vl_moe_text", rules: mrope | mropeInterleaved, base: required},
	{name: "qwen3_vl_text", rules: mrope | mropeInterleaved, base: required, headDim: 128},
	{name: "seed_oss", base: required, headDim: 128},
	{name: "smollm3", rules: noRopeLayers, base: 2e6, layers: 36},
	{name: "stablelm", partial: 0.25},
	{name: "starcoder2"},
}

// A table is a model that adds positions to embeddings: a learned table, or sinusoids by the convention.
type table struct {
	name        string
	convention  string // "" means learned
	part        string
	width       string // the key of the width, if it is not hidden_size
	length      string // the key of the number of positions, if it is not max_position_embeddings
	more        int    // rows that the table has beside those
	offset      int    // row, or position, of the first token
	fromPadding bool   // it is pad_token_id+1, and pad_token_id is 1 if it is not given
	patch       int    // default of patch_size: a row for each patch of an image of image_size
	dim         int    // default of the width, 0 if there is none
	count       int    // default of the number of positions, or of image_size, 0 if there is none
}

var tables = [...]table{
	{name: "albert", width: "embedding_size", dim: 128},
	{name: "bart", width: "d_model", more: 2, offset: 2},
	{name: "bert"},
	{name: "blenderbot", width: "d_model"},
	{name: "camembert", fromPadding: true},
	{name: "clip_text_model", dim: 512, count: 77},
	{name: "clip_vision_model", more: 1, patch: 32, dim: 768, count: 224},
	{name: "deberta", width: "embedding_size"},
	{name: "deberta-v2", width: "embedding_size"},
	{name: "deit", more: 2, patch: 16, count: 224},
	{name: "dinov2", more: 1, patch: 14, count: 224},
	{name: "distilbert", width: "dim"},
	{name: "electra", width: "embedding_size", dim: 128},
	{name: "fsmt", convention: "fairseq", width: "d_model", fromPadding: true},
	{name: "gpt2", width: "n_embd", length: "n_positions"},
	{name: "gpt_bigcode", width: "n_embd", length: "n_positions"},
	{name: "gpt_neo"},
	{name: "m2m_100", convention: "m2m100", width: "d_model", fromPadding: true},
	{name: "marian", convention: "marian", width: "d_model"},
	{name: "mbart", width: "d_model", more: 2, offset: 2},
	{name: "mpnet", offset: 2},
	{name: "opt", more: 2, offset: 2},
	{name: "pegasus", convention: "marian", width: "d_model"},
	{name: "roberta", fromPadding: true},
	{name: "siglip_text_model", dim: 768, count: 64},
	{name: "siglip_vision_model", patch: 16, dim: 768, count: 224},
	{name: "speech_to_text", convention: "m2m100", width: "d_model", fromPadding: true},
	{name: "vit", more: 1, patch: 16, count: 224},
	{name: "whisper", convention: "whisper", part: "encoder", width: "d_model"},
	{name: "whisper", part: "decoder", width: "d_model", length: "max_target_positions"},
	{name: "xlm-roberta", fromPadding: true},
}

// A biased is a model that adds to attention scores.
type biased struct {
	name  string
	kind  uint8
	part  string
	heads string // the key of the number of heads, if it is not num_attention_heads
}

const (
	alibi     = iota
	alibiFlag // if alibi is true
	mptALiBi
	t5
	deberta
)

var biases = [...]biased{
	{name: "bloom", kind: alibi, heads: "n_head"},
	{name: "deberta", kind: deberta},
	{name: "deberta-v2", kind: deberta},
	{name: "falcon", kind: alibiFlag},
	{name: "mpnet", kind: t5},
	{name: "mpt", kind: mptALiBi, heads: "n_heads"},
	{name: "mt5", kind: t5, part: "encoder", heads: "num_heads"},
	{name: "mt5", kind: t5, part: "decoder", heads: "num_heads"},
	{name: "t5", kind: t5, part: "encoder", heads: "num_heads"},
	{name: "t5", kind: t5, part: "decoder", heads: "num_heads"},
	{name: "umt5", kind: t5, part: "encoder", heads: "num_heads"},
	{name: "umt5", kind: t5, part: "decoder", heads: "num_heads"},
}
