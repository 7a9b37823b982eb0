package hfconfig_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"posenc/encoding"
	"posenc/encoding/additive"
	"posenc/encoding/bias"
	"posenc/encoding/hfconfig"
	"posenc/encoding/rotary"
)

// FuzzFrom reads any config. As bytes that are JSON are rare, a config is published JSON to begin with, and one key in one of its
// objects gets another value, itself JSON. The answer is an error that names a key, or options, the same each time however the
// maps are ordered; the encoders of those options are made, or refused with an OptionError, and the config is left as it was.
func FuzzFrom(f *testing.F) {
	files, err := filepath.Glob(folder + "*.json")
	require.NoError(f, err)
	for _, name := range files {
		all := read(f, name)
		for i, c := range all.Cases {
			data, err := json.Marshal(c.Config)
			require.NoError(f, err)
			f.Add(data, uint8(i), "rope_scaling", []byte(`{"rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 4096}`))
		}
		for i, c := range all.Errors {
			data, err := json.Marshal(c.Config)
			require.NoError(f, err)
			f.Add(data, uint8(i), "head_dim", []byte("64"))
		}
	}
	for _, value := range []string{"null", "-1", "1e400", "1e308", "2147483648", `"\ud800"`, "[[[[]]]]", `{"": {"": {}}}`, `"__proto__"`, "0.1", "5e-324"} {
		for i, key := range []string{"factor", "hidden_size", "model_type", "rope_theta", "layer_types", "mrope_section", "num_attention_heads"} {
			f.Add([]byte(`{"model_type": "llama", "hidden_size": 64, "num_attention_heads": 2, "max_position_embeddings": 64, "rope_scaling": {"type": "dynamic", "factor": 2}}`),
				uint8(i%2), key, []byte(value))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint8, key string, value []byte) {
		if len(data)+len(value) > 1<<16 {
			return // slower, not different
		}
		changed := func() map[string]any {
			var config map[string]any
			if json.Unmarshal(data, &config) != nil {
				return nil
			}
			var v any
			if objects := objectsOf(config, nil); len(objects) > 0 && json.Unmarshal(value, &v) == nil {
				objects[int(at)%len(objects)][key] = v
			}
			return config
		}
		config := changed()
		before := changed()
		e, err := hfconfig.From(config)
		require.Equal(t, before, config, "the config is left as it was")
		again, sameErr := hfconfig.From(before)
		require.Equal(t, e, again)
		require.Equal(t, err, sameErr)
		if err != nil {
			option, ok := err.(*encoding.OptionError)
			require.True(t, ok && option.Option != "" && option.Want != "" && option.Got != "", "error %#v", err)
			require.Nil(t, e)
			require.Less(t, len(option.Got)+len(option.Want), 2000)
			return
		}
		make := func(err error) {
			if err != nil {
				option, ok := err.(*encoding.OptionError)
				require.True(t, ok && option.Option != "" && option.Want != "" && option.Got != "", "error %#v of %+v", err, e)
			}
		}
		require.Contains(t, hfconfig.ModelTypes(), e.ModelType)
		for _, a := range e.Absolute {
			require.True(t, (a.Sinusoidal == nil) != (a.Learned == nil), "%+v", a)
			if a.Sinusoidal != nil {
				_, err := additive.NewSinusoidal(*a.Sinusoidal)
				make(err)
			} else {
				_, err := additive.NewLearned(*a.Learned)
				make(err)
			}
		}
		for _, r := range e.Rotary {
			require.True(t, (r.RoPE == nil) != (r.MRoPE == nil), "%+v", r)
			if r.RoPE != nil {
				made, err := rotary.New(*r.RoPE)
				make(err)
				if err == nil {
					make(made.Rotate(slices.Repeat([]float32{1}, 2*r.RoPE.HeadDim), rotary.At{Offset: 5}))
				}
			} else {
				_, err := rotary.NewMRope(*r.MRoPE)
				make(err)
			}
		}
		for _, b := range e.Bias {
			switch {
			case b.ALiBi != nil:
				_, err := bias.NewALiBi(*b.ALiBi)
				make(err)
			case b.T5 != nil && b.T5.NumBuckets > 2000 && b.T5.NumBuckets <= 1<<16, b.DeBERTa != nil && b.DeBERTa.PositionBuckets > 2000 && b.DeBERTa.PositionBuckets <= 1<<16:
				// more buckets take seconds to make, and are not different
			case b.T5 != nil:
				_, err := bias.NewT5(*b.T5)
				make(err)
			default:
				_, err := bias.NewDeberta(*b.DeBERTa)
				make(err)
			}
		}
		if e.LayerTypes != nil {
			for _, name := range e.LayerTypes {
				_, turns := e.Rotary[name]
				require.True(t, turns || name == "no_rope" || name == "full_attention", "layer type %q", name)
			}
		}
	})
}

// objectsOf returns a config and all objects in it, in the order of their keys.
func objectsOf(v any, to []map[string]any) []map[string]any {
	switch v := v.(type) {
	case map[string]any:
		to = append(to, v)
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			to = objectsOf(v[key], to)
		}
	case []any:
		for _, e := range v {
			to = objectsOf(e, to)
		}
	}
	return to
}
