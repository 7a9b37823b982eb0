package hfconfig

import (
	"slices"
	"strconv"

	"posenc/encoding/rotary"
)

// maxLayers is the largest number of layers that LayerTypes lists.
const maxLayers = 1 << 12

// addRotary adds the encodings of queries and keys: one, or one for each layer type.
func (e *Encoders) addRotary(o *object, m *rope) {
	e.Rotary = map[string]Rotary{}
	key := "rope_scaling"
	if o.has("rope_parameters") {
		if o.has(key) {
			o.fail("rope_parameters", "nothing beside rope_scaling, which is its older spelling")
		}
		key = "rope_parameters"
	}
	d := o.object(key)
	if m.rules&mustScale != 0 && len(d.keys) == 0 {
		o.fail(key, "an object, as "+m.name+" is not made to be without")
	}
	theta, local := "rope_theta", "rope_local_base_freq"
	switch {
	case m.rules&neoxNames != 0:
		theta = "rotary_emb_base"
	case m.rules&modernNames != 0:
		theta, local = "global_rope_theta", "local_rope_theta"
	}
	base := m.base
	if base == 0 {
		base = 10000
	}

	nested := byLayerType(d)
	switch {
	case m.rules&twoBases != 0:
		full, sliding := d, &object{o.reader, d.path, nil}
		if nested {
			full, sliding = d.object("full_attention"), d.object("sliding_attention")
		} else if m.rules&modernNames != 0 {
			sliding = d // a scaling is for both there
		}
		e.Rotary["full_attention"] = o.rotary(full, m, theta, base)
		e.Rotary["sliding_attention"] = o.rotary(sliding, m, local, 10000)
	case nested && m.rules&(slidingOnly|noRopeLayers) == 0:
		for _, name := range layerTypes {
			if d.has(name) {
				e.Rotary[name] = o.rotary(d.object(name), m, theta, base)
			}
		}
	default:
		part := ""
		if m.rules&noRopeLayers != 0 {
			part = "rope"
		} else if m.rules&slidingOnly != 0 {
			part = "sliding_attention"
		}
		e.Rotary[part] = o.rotary(d, m, theta, base)
	}
	if m.rules&(twoBases|slidingOnly|noRopeLayers) != 0 || nested && o.has("layer_types") {
		e.LayerTypes = o.layers(m, nested)
	}
	for _, name := range e.LayerTypes {
		if _, ok := e.Rotary[name]; nested && !ok {
			o.fail("layer_types", "layer types that rope_parameters has")
		}
	}
}

// layerTypes are the layer types that have rotary parameters of their own.
var layerTypes = [...]string{"full_attention", "sliding_attention", "chunked_attention"}

// byLayerType reports whether rotary parameters are given by layer type, and refuses others beside them.
func byLayerType(d *object) bool {
	nested := false
	for _, name := range layerTypes {
		_, ok := d.keys[name].(map[string]any)
		nested = nested || ok
	}
	if !nested {
		return false
	}
	other, found := "", false
	for key := range d.keys {
		if !slices.Contains(layerTypes[:], key) && (!found || key < other) {
			other, found = key, true
		}
	}
	if found {
		d.fail(other, "nothing, beside parameters by layer type")
	}
	return true
}

// layers returns the type of each layer.
func (o *object) layers(m *rope, nested bool) []string {
	n := o.whole("num_hidden_layers", m.layers, 1)
	if n > maxLayers || n < 1 {
		o.fail("num_hidden_layers", "an integer from 1 to "+strconv.Itoa(maxLayers))
		return nil
	}
	types := make([]string, n)
	if m.rules&noRopeLayers != 0 {
		every := o.whole("no_rope_layer_interval", 4, 1)
		listed := &object{o.reader, "", nil}
		if v, ok := o.keys["no_rope_layers"].([]any); (!ok || len(v) > 0) && o.has("no_rope_layers") {
			listed = o.list("no_rope_layers", n, "numbers, 1 for a layer that turns and 0 for one that does not")
		}
		for i := range types {
			turns := (i + 1) % every
			if listed.keys != nil {
				turns = listed.whole(index(i), required, 0)
			}
			if types[i] = "rope"; turns == 0 {
				types[i] = "no_rope"
			}
		}
		return types
	}
	if o.has("layer_types") {
		listed := o.list("layer_types", n, "layer types, one a layer")
		for i := range types {
			types[i] = listed.text(index(i), "a layer type", "")
			if known := types[i] == layerTypes[0] || types[i] == layerTypes[1]; !known && !nested {
				listed.fail(index(i), `"full_attention" or "sliding_attention"`)
			}
		}
		return types
	}
	every, first := 6, 1
	switch {
	case m.rules&modernNames != 0:
		every, first = o.whole("global_attn_every_n_layers", 3, 1), 0
	case m.rules&slidingOnly != 0:
		every = o.whole("sliding_window_pattern", 4, 1)
	default:
		every = o.whole("sliding_window_pattern", o.whole("_sliding_window_pattern", 6, 1), 1)
	}
	for i := range types {
		if types[i] = "sliding_attention"; (i+first)%every == 0 {
			types[i] = "full_attention"
		}
	}
	return types
}

// rotary returns the encoding of the rotary parameters d in the config o.
func (o *object) rotary(d *object, m *rope, theta string, base float64) Rotary {
	var r rotary.Options
	r.HeadDim = o.headDim(m)
	r.MaxPositionEmbeddings = m.length
	if m.rules&gptNames != 0 {
		r.MaxPositionEmbeddings = o.whole("n_positions", m.length, 1)
	}
	r.MaxPositionEmbeddings = o.whole("max_position_embeddings", r.MaxPositionEmbeddings, 1)
	if r.Base = d.real("rope_theta", 0, positive); r.Base == 0 {
		r.Base = o.real(theta, base, positive)
	}
	r.Pairing = rotary.Half
	if m.rules&interleaved != 0 || m.rules&interleaveFlag != 0 && o.flag("rope_interleave", true) {
		r.Pairing = rotary.Interleaved
	}

	name := scalingName(d, m)
	for i := range scalings {
		s := &scalings[i]
		if s.name != name {
			continue
		}
		d.known(s.keys, m)
		r.Scaling.Type = s.rule
		if r.Scaling.Type == rotary.Proportional {
			r.RotaryDim = r.HeadDim
			r.Scaling.PartialRotaryFactor = d.real("partial_rotary_factor", o.real("partial_rotary_factor", 1, positive), positive)
			if r.Scaling.PartialRotaryFactor > 1 {
				d.fail("partial_rotary_factor", "a number of at most 1")
			}
		} else {
			r.RotaryDim = o.rotaryDim(d, m, r.HeadDim)
		}
		if o.err == nil && s.keys != 0 {
			o.scaling(d, m, &r)
		}
		if m.rules&mrope == 0 || o.err != nil {
			return Rotary{RoPE: &r}
		}
		return Rotary{MRoPE: d.mrope(m, r)}
	}
	want := "one of"
	for i := range scalings {
		if i > 0 {
			want += ","
		}
		want += " " + scalings[i].name
	}
	key := "rope_type"
	if !d.has(key) {
		key = "type"
	}
	d.fail(key, want)
	return Rotary{}
}

// headDim returns the width of a head, or of the part of it that is turned apart.
func (o *object) headDim(m *rope) int {
	if m.rules&latent != 0 {
		return o.whole("qk_rope_head_dim", 64, 2)
	}
	if o.has("head_dim") || m.headDim != 0 {
		return o.whole("head_dim", m.headDim, 2)
	}
	width, heads := "hidden_size", "num_attention_heads"
	if m.rules&gptNames != 0 {
		width, heads = "n_embd", "n_head"
	}
	dim := o.size(width, "hidden_size", 0) / o.size(heads, "num_attention_heads", 0)
	if dim < 2 {
		o.fail(width, "at least two channels for each head")
	}
	return dim
}

// rotaryDim returns how many channels of a head are turned.
func (o *object) rotaryDim(d *object, m *rope, headDim int) int {
	in, key, dim := o, "rotary_dim", 0
	if m.rules&gptNames != 0 {
		dim = o.whole(key, 64, 2)
	} else {
		key = "partial_rotary_factor"
		share := m.partial
		if share == 0 {
			share = 1
		}
		if d.has(key) {
			in = d
		} else if m.rules&neoxNames != 0 {
			key = "rotary_pct"
		}
		share = in.real(key, share, positive)
		if m.partial == 0 && share != 1 {
			in.fail(key, "1 or nothing, as "+m.name+" turns whole heads")
		}
		if share <= 1 {
			dim = int(float64(headDim) * share)
		}
	}
	if dim < 2 || dim > headDim || dim%2 != 0 {
		in.fail(key, "what makes an even number of a head's "+strconv.Itoa(headDim)+" channels, at least 2")
		return 2
	}
	return dim
}

// mrope returns the encoding of three axes whose frequencies are r's.
func (o *object) mrope(m *rope, r rotary.Options) *rotary.MRopeOptions {
	turns := m.rules&mropeInterleaved != 0
	out := &rotary.MRopeOptions{Options: r, Sections: []int{24, 20, 20}, Interleaved: turns} // Qwen3-VL's
	if turns && !o.flag("mrope_interleaved", true) {
		o.fail("mrope_interleaved", "true, as "+m.name+" knows no other")
	}
	sum := 64
	if !turns || o.has("mrope_section") {
		sum = 0
		sections := o.list("mrope_section", 3, "integers")
		for i := range out.Sections {
			out.Sections[i] = sections.whole(index(i), required, 0)
			sum += out.Sections[i]
		}
	}
	if sum != r.RotaryDim/2 {
		o.fail("mrope_section", "integers whose sum is "+strconv.Itoa(r.RotaryDim/2)+", the number of pairs")
	}
	return out
}
