package hfconfig_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/bias"
	"posenc/encoding/hfconfig"
)

const folder = "../../tests/conformance/hfconfig/"

// file is a file of that folder; the README.md there says what its fields are.
type file struct {
	Cases []struct {
		Checkpoint, Note string
		Config           map[string]any
		Expected         map[string]any
	}
	Errors []struct {
		Config map[string]any
		Error  string
	}
}

func read(t testing.TB, name string) (f file) {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&f), name)
	return f
}

// camel returns a struct as JavaScript has it: names in camelCase, fields of embedded options beside the others, zeros left out.
func camel(v reflect.Value, out map[string]any) map[string]any {
	for i := range v.NumField() {
		name, field := v.Type().Field(i).Name, v.Field(i)
		name = strings.ToLower(name[:1]) + name[1:]
		switch {
		case name == "options":
			camel(field, out)
		case field.IsZero():
		case name == "noTruncate":
			out["truncate"] = false
		case field.Kind() == reflect.Struct:
			out[name] = camel(field, map[string]any{})
		default:
			out[name] = field.Interface()
		}
	}
	if v.Type() == reflect.TypeFor[bias.T5Options]() {
		out["bidirectional"] = out["unidirectional"] == nil
		delete(out, "unidirectional")
	}
	return out
}

// javaScript returns what a bridge makes of a family: {part: {scheme, options}}.
func javaScript(family any) any {
	v := reflect.ValueOf(family)
	if v.Len() == 0 {
		return nil
	}
	schemes := map[string]string{"Sinusoidal": "sinusoidal", "Learned": "learned", "RoPE": "rotary", "MRoPE": "mrope",
		"ALiBi": "alibi", "T5": "t5", "DeBERTa": "deberta"}
	out := map[string]any{}
	for _, key := range v.MapKeys() {
		part, one := v.MapIndex(key), map[string]any{}
		for i := range part.NumField() {
			switch field := part.Field(i); {
			case field.Kind() == reflect.Pointer && !field.IsNil():
				if one["scheme"] != nil {
					panic("two pointers are set")
				}
				one["scheme"] = schemes[part.Type().Field(i).Name]
				one["options"] = camel(field.Elem(), map[string]any{})
			case field.Kind() == reflect.Int && field.Int() != 0:
				one["offset"] = field.Int()
			}
		}
		out[key.String()] = one
	}
	return out
}

func text(t *testing.T, v any) string {
	data, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	return string(data)
}

// Published configs, and the options that transformers' modeling code has for them.
func TestFrom(t *testing.T) {
	files, err := filepath.Glob(folder + "*.json")
	require.NoError(t, err)
	tested := map[string]bool{}
	for _, name := range files {
		for i, c := range read(t, name).Cases {
			where := fmt.Sprintf("%s %d: %s", filepath.Base(name), i, c.Checkpoint)
			t.Run(where, func(t *testing.T) {
				before := text(t, c.Config)
				e, err := hfconfig.From(c.Config)
				require.NoError(t, err, where)
				got := map[string]any{"modelType": e.ModelType, "absolute": javaScript(e.Absolute),
					"rotary": javaScript(e.Rotary), "bias": javaScript(e.Bias)}
				if e.LayerTypes != nil {
					got["layerTypes"] = e.LayerTypes
				}
				require.Equal(t, text(t, c.Expected), text(t, got), where)
				require.Equal(t, before, text(t, c.Config), "%s: the config is left as it was", where)
			})
			tested[fmt.Sprint(c.Config["model_type"])] = true
			for _, tower := range []string{"text_config", "vision_config"} {
				if o, ok := c.Config[tower].(map[string]any); ok {
					tested[fmt.Sprint(o["model_type"])] = true
				}
			}
		}
	}
	for _, name := range hfconfig.ModelTypes() {
		if name != "qwen2_5_vl_text" { // the same row as qwen2_vl_text, and published flat
			require.True(t, tested[name], "no published config of %s", name)
		}
	}
}

func TestErrors(t *testing.T) {
	for i, c := range read(t, folder+"errors.json").Errors {
		e, err := hfconfig.From(c.Config)
		require.Nil(t, e, "%d", i)
		var option *encoding.OptionError
		require.ErrorAs(t, err, &option, "%d: %s", i, c.Error)
		require.Equal(t, c.Error, err.Error(), "%d: %s", i, text(t, c.Config))
	}
}

func TestModelType(t *testing.T) {
	for _, config := range []map[string]any{nil, {}, {"model_type": nil}, {"model_type": "mamba"}, {"model_type": 1.},
		{"model_type": []any{}}, {"model_type": "qwen2_vl", "text_config": map[string]any{"model_type": "mamba"}}} {
		_, err := hfconfig.From(config)
		require.ErrorContains(t, err, "model_type: want one of albert, bart, bert, ")
		require.ErrorContains(t, err, " whisper, xlm-roberta, got ")
	}
}

// Keys that JSON cannot have, but a map can.
func TestHostile(t *testing.T) {
	keys := []string{"hidden_size", "num_attention_heads", "rope_theta", "rope_scaling", "max_position_embeddings", "head_dim",
		"partial_rotary_factor"}
	for _, v := range []any{math.NaN(), math.Inf(1), math.Inf(-1), 1, int64(3), float32(2), json.Number("2"), []float64{1},
		func() {}, struct{}{}, new(int)} {
		for _, key := range keys {
			config := map[string]any{"model_type": "llama", "hidden_size": 64., "num_attention_heads": 2., key: v}
			_, err := hfconfig.From(config)
			require.ErrorContains(t, err, key+": want ", "%s = %v", key, v)
		}
	}
}

// Every value of every config in turn is something else, or gone: an answer or an error, never a panic, and never an
// answer with a size that is not positive.
func TestMutations(t *testing.T) {
	files, err := filepath.Glob(folder + "*.json")
	require.NoError(t, err)
	values := []any{nil, true, false, "", "x", 0., -1., 1., 0.5, 3., 1e300, []any{}, []any{nil, 1., "x"}, map[string]any{},
		map[string]any{"x": map[string]any{}}, map[string]any{"full_attention": map[string]any{}}}
	for _, name := range files {
		for _, c := range read(t, name).Cases {
			var walk func(at map[string]any)
			walk = func(at map[string]any) {
				for key, old := range at {
					for _, v := range values {
						at[key] = v
						e, err := hfconfig.From(c.Config)
						var option *encoding.OptionError
						if err != nil {
							require.ErrorAs(t, err, &option)
							require.Less(t, len(err.Error()), 1500)
							continue
						}
						for _, r := range e.Rotary {
							if r.MRoPE != nil {
								r.RoPE = &r.MRoPE.Options
							}
							require.Positive(t, r.RoPE.HeadDim)
							require.Positive(t, r.RoPE.Base)
							require.Positive(t, r.RoPE.RotaryDim)
							require.Zero(t, r.RoPE.RotaryDim%2)
							require.LessOrEqual(t, r.RoPE.RotaryDim, r.RoPE.HeadDim)
						}
					}
					at[key] = old
					if o, ok := old.(map[string]any); ok {
						walk(o)
					}
				}
			}
			walk(c.Config)
		}
	}
}

// A scaling's keys in other types: each is refused where it does not belong.
func TestKeysOfOtherTypes(t *testing.T) {
	scalings := map[string]map[string]any{
		"linear":   {"factor": 2.},
		"dynamic":  {"factor": 2.},
		"yarn":     {"factor": 2., "beta_fast": 32., "mscale": 1., "truncate": true},
		"longrope": {"factor": 2., "short_factor": []any{1., 1.}, "long_factor": []any{1., 1.}},
		"llama3":   {"factor": 2., "low_freq_factor": 1., "high_freq_factor": 4., "original_max_position_embeddings": 8.},
	}
	for name, own := range scalings {
		for other, theirs := range scalings {
			for key, v := range theirs {
				scaling := map[string]any{"rope_type": name, key: v}
				for k, v := range own {
					scaling[k] = v
				}
				_, err := hfconfig.From(map[string]any{"model_type": "llama", "head_dim": 4., "max_position_embeddings": 16., "rope_scaling": scaling})
				_, mine := own[key]
				if mine || key == "original_max_position_embeddings" && (name == "yarn" || name == "longrope") {
					require.NoError(t, err, "%s with %s", name, key)
				} else {
					require.ErrorContains(t, err, "rope_scaling."+key+": want ", "%s with %s of %s", name, key, other)
				}
			}
		}
	}
}

// from returns what a config in JSON asks for.
func from(t *testing.T, config string) *hfconfig.Encoders {
	var c map[string]any
	require.NoError(t, json.Unmarshal([]byte(config), &c), config)
	e, err := hfconfig.From(c)
	require.NoError(t, err, config)
	return e
}

// Which of two keys wins, and what a missing one means, where no published config says it.
func TestPrecedence(t *testing.T) {
	factors := strings.TrimSuffix(strings.Repeat("1.5, ", 48), ", ")
	long := `"rope_scaling": {"type": "yarn", "short_factor": [` + factors + `], "long_factor": [` + factors + `]%s}`
	phi := `{"model_type": "phi3", "hidden_size": 3072, "num_attention_heads": 32, "max_position_embeddings": 131072%s, ` + long + `}`

	s := from(t, fmt.Sprintf(phi, "", "")).Rotary[""].RoPE.Scaling
	require.EqualValues(t, "longrope", s.Type, "the yarn of the first Phi-3")
	require.Equal(t, 4096, s.OriginalMaxPositionEmbeddings, "the default of the class")
	require.Equal(t, 32., s.Factor)

	s = from(t, fmt.Sprintf(phi, `, "original_max_position_embeddings": 8192`, `, "original_max_position_embeddings": 16384`)).Rotary[""].RoPE.Scaling
	require.Equal(t, 8192, s.OriginalMaxPositionEmbeddings, "beside rope_scaling wins over inside")
	require.Equal(t, 16., s.Factor)

	s = from(t, fmt.Sprintf(phi, "", `, "original_max_position_embeddings": 16384, "factor": 3, "attention_factor": 1.25`)).Rotary[""].RoPE.Scaling
	require.Equal(t, 16384, s.OriginalMaxPositionEmbeddings)
	require.Equal(t, 3., s.Factor, "given wins over the ratio")
	require.Equal(t, 1.25, s.AttentionFactor)

	s = from(t, strings.Replace(fmt.Sprintf(phi, "", ""), "131072", "2048", 1)).Rotary[""].RoPE.Scaling
	require.Equal(t, 1., s.Factor, "a ratio below 1 has no effect on longrope")

	e := from(t, `{"model_type": "modernbert", "hidden_size": 768, "num_attention_heads": 12, "num_hidden_layers": 2, "rope_scaling": {"type": "linear", "factor": 2}}`)
	require.Equal(t, 2., e.Rotary["full_attention"].RoPE.Scaling.Factor)
	require.Equal(t, 2., e.Rotary["sliding_attention"].RoPE.Scaling.Factor, "ModernBERT scales both")
	require.Equal(t, []string{"full_attention", "sliding_attention"}, e.LayerTypes)

	e = from(t, `{"model_type": "phi", "hidden_size": 2560, "num_attention_heads": 32, "rope_theta": 1, "partial_rotary_factor": 0.8,
		"rope_parameters": {"rope_type": "default", "type": "mrope", "rope_theta": 2, "partial_rotary_factor": 0.4}}`)
	require.Equal(t, 2., e.Rotary[""].RoPE.Base, "inside wins over beside")
	require.Equal(t, 32, e.Rotary[""].RoPE.RotaryDim, "inside wins over beside; rope_type over type")

	e = from(t, `{"model_type": "qwen3", "head_dim": null, "rope_scaling": null, "rope_theta": null, "max_position_embeddings": null,
		"rope_parameters": {"rope_type": "default", "rope_theta": null, "factor": null}}`)
	require.Equal(t, 128, e.Rotary[""].RoPE.HeadDim, "null is absence")
	require.Equal(t, 10000., e.Rotary[""].RoPE.Base)
	require.Zero(t, e.Rotary[""].RoPE.MaxPositionEmbeddings)

	e = from(t, `{"model_type": "phi", "hidden_size": 1100, "num_attention_heads": 10, "partial_rotary_factor": 0.42}`)
	require.Equal(t, 110, e.Rotary[""].RoPE.HeadDim)
	require.Equal(t, 46, e.Rotary[""].RoPE.RotaryDim, "0.42·110 = 46.2, cut")

	e = from(t, `{"model_type": "llama", "head_dim": 256, "rope_parameters": {"rope_type": "proportional", "partial_rotary_factor": 0.25, "rope_theta": 1e6}}`)
	require.Equal(t, 256, e.Rotary[""].RoPE.RotaryDim)
	require.Equal(t, 0.25, e.Rotary[""].RoPE.Scaling.PartialRotaryFactor)
	require.Equal(t, 1., e.Rotary[""].RoPE.Scaling.Factor)

	e = from(t, `{"model_type": "qwen3", "num_hidden_layers": 2, "layer_types": ["full_attention", "chunked_attention"],
		"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2}, "chunked_attention": {"rope_theta": 3}, "sliding_attention": null}}`)
	require.Len(t, e.Rotary, 2)
	require.Equal(t, 2., e.Rotary["full_attention"].RoPE.Scaling.Factor)
	require.Equal(t, 3., e.Rotary["chunked_attention"].RoPE.Base)
	require.Equal(t, []string{"full_attention", "chunked_attention"}, e.LayerTypes)

	e = from(t, `{"model_type": "qwen3_vl_moe", "text_config": {"hidden_size": 2048, "num_attention_heads": 16, "rope_theta": 5e6}}`)
	require.Equal(t, []int{24, 20, 20}, e.Rotary[""].MRoPE.Sections, "the default of the class")

	e = from(t, `{"model_type": "vit", "hidden_size": 768, "image_size": [224, 160], "patch_size": [16, 32]}`)
	require.Equal(t, 14*5+1, e.Absolute[""].Learned.Rows)

	e = from(t, `{"model_type": "deberta-v2", "position_biased_input": false, "relative_attention": true, "max_relative_positions": 64, "position_buckets": -1}`)
	require.Equal(t, bias.DebertaOptions{MaxRelativePositions: 64}, *e.Bias[""].DeBERTa)
}
