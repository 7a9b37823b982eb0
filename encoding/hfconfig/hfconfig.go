// Package hfconfig reads which positional encodings a model of Hugging Face has out of its config.json.
//
//	var config map[string]any
//	if err := json.Unmarshal(data, &config); err != nil { ... }
//	model, err := hfconfig.From(config)
//	if err != nil { ... } // rope_scaling.factor: want a number of at least 1, got "8"
//	for part, r := range model.Rotary { // one, whose part is "", unless layers differ
//		if r.RoPE != nil { ... } // *rotary.Options
//	}
//
// It returns options, not encoders, so that they can be looked at and changed first. The package reads nothing but the
// config: weights of learned tables are the checkpoint's.
//
// # What a key means
//
// Both spellings of rotary parameters are read: rope_scaling, with rope_theta beside it, and rope_parameters, with
// rope_theta inside, for all layers or by layer type. A key that is missing, or null, means what the model's class in
// transformers takes it to mean. Where versions of transformers disagree on that (the rope_theta of Cohere, Persimmon,
// Qwen3-VL and Seed-OSS) the key must be there. An unknown model_type, scaling type or key of a scaling is an error, as is
// a key that belongs to another type: each would be a wrong model that runs. Keys of other parts of the model are left
// alone.
//
// The rules of transformers that are easy to get wrong, and are followed here:
//
//   - yarn and longrope: a factor that is given wins over max_position_embeddings/original_max_position_embeddings, which
//     is the factor where none is given (older versions of transformers went the other way). An original length beside
//     rope_scaling (Phi-3) wins over one inside.
//   - dynamic goes by max_position_embeddings.
//   - "su" is the old name of longrope; Phi-3's old configs also say "yarn" for it. "mrope" is "default" with mrope_section.
//   - rope_theta, and partial_rotary_factor, inside the rotary parameters win over those beside them.
//   - A share of a head is cut to whole channels: int(head_dim·partial_rotary_factor).
//   - "finetuned" of old yarn configs says how the weights came about and changes no number.
//
// # What is not here
//
// Some of what a model does with positions is no encoding: DeepSeek multiplies its softmax scale by the square of
// 0.1·mscale_all_dim·ln(factor)+1, Llama 4 scales the queries of layers without rotation, the models with scale_embedding
// multiply token embeddings by √d before positions are added, and Falcon adds ALiBi's bias before it divides q·k by √head_dim.
// Of models with text and images the text's encoding is returned, except CLIP and SigLIP, which have tables for both.
package hfconfig

import (
	"slices"
	"strconv"

	"posenc/encoding/additive"
	"posenc/encoding/bias"
	"posenc/encoding/rotary"
)

// Encoders are the encodings that a config.json asks for: for each of the three places where positions enter, the
// options by part of the model. A family that the model has not is empty. The part is "" when there is but one, else
// a layer type ("full_attention", "sliding_attention"), a stack ("encoder", "decoder") or a tower ("text", "vision").
type Encoders struct {
	ModelType string              // "model_type"
	Absolute  map[string]Absolute // added to embeddings
	Rotary    map[string]Rotary   // turns queries and keys
	Bias      map[string]Bias     // added to attention scores
	// LayerTypes has the part of Rotary for each layer, when not all layers are alike. Layers of a type that is not in
	// Rotary are not turned: "no_rope" (SmolLM3, Llama 4, beside "rope"), "full_attention" of Command R7B.
	LayerTypes []string
}

// Absolute is an encoding that is added to embeddings. One of the pointers is set.
type Absolute struct {
	Sinusoidal *additive.SinusoidalOptions
	Learned    *additive.LearnedOptions
	Convention string // of Sinusoidal, one of additive.Conventions
	Offset     int    // position of the first token for Sinusoidal: 0, but in fairseq's models pad_token_id+1
}

// Rotary is an encoding that turns queries and keys. One of the pointers is set.
type Rotary struct {
	RoPE  *rotary.Options
	MRoPE *rotary.MRopeOptions
}

// Bias is an encoding that is added to attention scores, or for DeBERTa the positions that its attention looks up. One
// of the pointers is set.
type Bias struct {
	ALiBi   *bias.ALiBiOptions
	T5      *bias.T5Options
	DeBERTa *bias.DebertaOptions
}

// From returns what the config.json of a model asks for. config is what encoding/json makes of it: objects are
// map[string]any, arrays []any, numbers float64. It is only read, so goroutines may share it.
//
// Errors are of type [encoding.OptionError]; their Option is the key with its path, "text_config.rope_scaling.factor".
func From(config map[string]any) (*Encoders, error) {
	r := &reader{}
	top := &object{r, "", config}
	e := &Encoders{ModelType: modelType(top, "")}
	part, o, name := "", top, e.ModelType
	for i := range composites {
		c := &composites[i]
		if c.name != e.ModelType {
			continue
		}
		if name = c.text; top.has("text_config") || !c.flat {
			o, name = tower(top, "text_config", c.text)
		}
		if c.vision != "" {
			part = "text"
			vision, name := tower(top, "vision_config", c.vision)
			e.add("vision", vision, name)
		}
	}
	e.add(part, o, name)
	if r.err != nil {
		return nil, r.err
	}
	return e, nil
}

// tower returns an object that is a config of its own, and its model type.
func tower(top *object, key, missing string) (*object, string) {
	if !top.has(key) {
		top.fail(key, "an object")
	}
	o := top.object(key)
	name := modelType(o, missing)
	for i := range composites {
		if composites[i].name == name { // some name the whole again
			name = missing
		}
	}
	return o, name
}

// modelType returns the model type of a config, one of [ModelTypes]; missing is what it is if it is not said.
func modelType(o *object, missing string) string {
	want := "a name"
	if name, ok := o.keys["model_type"].(string); ok && !slices.Contains(ModelTypes(), name) || !ok && missing == "" {
		want = "one of"
		for i, known := range ModelTypes() {
			if i > 0 {
				want += ","
			}
			want += " " + known
		}
		o.fail("model_type", want)
	}
	return o.text("model_type", want, missing)
}

// ModelTypes returns the values of model_type that [From] knows, in alphabetical order.
func ModelTypes() []string {
	names := make([]string, len(composites)+len(ropes)+len(tables)+len(biases))
	rest := names
	for i := range composites {
		rest[i] = composites[i].name
	}
	rest = rest[len(composites):]
	for i := range ropes {
		rest[i] = ropes[i].name
	}
	rest = rest[len(ropes):]
	for i := range tables {
		rest[i] = tables[i].name
	}
	rest = rest[len(tables):]
	for i := range biases {
		rest[i] = biases[i].name
	}
	sorted := names[:0] // by insertion, each once: the sort of the standard library is 1 % of the wasm file
	for _, name := range names {
		i := len(sorted)
		for i > 0 && sorted[i-1] >= name {
			i--
		}
		if i < len(sorted) && sorted[i] == name {
			continue
		}
		sorted = append(sorted, "")
		copy(sorted[i+1:], sorted[i:])
		sorted[i] = name
	}
	return sorted
}

// add adds what the tables say of a model type.
func (e *Encoders) add(part string, o *object, name string) {
	for i := range ropes {
		if m := &ropes[i]; m.name == name && !(m.rules&unlessALiBi != 0 && o.flag("alibi", false)) && o.err == nil {
			e.addRotary(o, m)
		}
	}
	for i := range tables {
		if m := &tables[i]; m.name == name && o.err == nil {
			e.addAbsolute(part, o, m)
		}
	}
	for i := range biases {
		if m := &biases[i]; m.name == name && (m.kind != alibiFlag || o.flag("alibi", false)) && o.err == nil {
			e.addBias(o, m)
		}
	}
}

// addAbsolute adds what the model adds to its embeddings.
func (e *Encoders) addAbsolute(part string, o *object, m *table) {
	if !o.flag("position_biased_input", true) { // DeBERTa's choice
		return
	}
	if kind := o.text("position_embedding_type", "a name", "absolute"); kind != "absolute" {
		o.fail("position_embedding_type", `"absolute"; relative keys are learned with the model`)
	}
	var a Absolute
	dim := o.size(m.width, "hidden_size", m.dim)
	offset := m.offset
	if m.fromPadding {
		offset = 1 + o.whole("pad_token_id", 1, 0)
	}
	convention := m.convention
	if o.flag("sinusoidal_pos_embds", false) { // DistilBERT's choice
		convention = "vaswani"
	}
	if convention != "" {
		s, err := additive.Convention(convention, dim)
		if err != nil && o.err == nil {
			o.err = err
		}
		a.Sinusoidal, a.Convention, a.Offset = &s, convention, offset
	} else {
		a.Learned = &additive.LearnedOptions{Dim: dim, Rows: rows(o, m), RowOffset: offset}
	}
	if m.part != "" {
		part = m.part
	}
	if e.Absolute == nil {
		e.Absolute = map[string]Absolute{}
	}
	e.Absolute[part] = a
}

// rows returns how many rows a learned table has.
func rows(o *object, m *table) int {
	if m.patch == 0 {
		return o.size(m.length, "max_position_embeddings", m.count) + m.more
	}
	h, w := sides(o, "image_size", m.count) // of whole patches
	ph, pw := sides(o, "patch_size", m.patch)
	h, w = h/ph, w/pw
	if h == 0 || w == 0 || h > 1<<14 || w > 1<<14 {
		o.fail("image_size", "1 to "+strconv.Itoa(1<<14)+" patches a side")
		return 0
	}
	return h*w + m.more
}

// sides returns a size that is one number or [height, width].
func sides(o *object, key string, missing int) (h, w int) {
	if _, ok := o.keys[key].([]any); !ok {
		n := o.whole(key, missing, 1)
		return n, n
	}
	both := o.list(key, 2, "integers")
	return both.whole("[0]", required, 1), both.whole("[1]", required, 1)
}

// addBias adds what the model adds to its attention scores.
func (e *Encoders) addBias(o *object, m *biased) {
	var b Bias
	heads := 0
	if m.kind != deberta {
		heads = o.size(m.heads, "num_attention_heads", 0)
	}
	switch m.kind {
	case t5:
		b.T5 = &bias.T5Options{
			Heads:          heads,
			NumBuckets:     o.whole("relative_attention_num_buckets", 32, 1),
			MaxDistance:    o.whole("relative_attention_max_distance", 128, 1),
			Unidirectional: m.part == "decoder",
		}
	case deberta:
		if !o.flag("relative_attention", false) {
			return
		}
		b.DeBERTa = &bias.DebertaOptions{
			PositionBuckets:      max(o.whole("position_buckets", 0, -1), 0),
			MaxRelativePositions: o.whole("max_relative_positions", 0, -1),
		}
		if b.DeBERTa.MaxRelativePositions < 1 {
			b.DeBERTa.MaxRelativePositions = o.whole("max_position_embeddings", required, 1)
		}
	default:
		b.ALiBi = &bias.ALiBiOptions{Heads: heads, MaxBias: 8, Slopes: "official"}
		if m.kind == mptALiBi {
			attention := o.object("attn_config")
			if !attention.flag("alibi", true) {
				attention.fail("alibi", "true, as transformers has no MPT without ALiBi")
			}
			b.ALiBi.MaxBias = attention.real("alibi_bias_max", 8, positive)
			b.ALiBi.Slopes = "mpt"
		}
	}
	if e.Bias == nil {
		e.Bias = map[string]Bias{}
	}
	e.Bias[m.part] = b
}
