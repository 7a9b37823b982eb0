package hfconfig_test

import (
	"encoding/json"
	"fmt"

	"posenc/encoding/hfconfig"
	"posenc/encoding/rotary"
)

// From the config.json of a model to queries that are turned.
func Example() {
	data := []byte(`{"model_type": "mistral", "hidden_size": 8, "num_attention_heads": 2, "rope_theta": 1000000}`)
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		panic(err)
	}
	model, err := hfconfig.From(config)
	if err != nil {
		panic(err)
	}
	rope, err := rotary.New(*model.Rotary[""].RoPE)
	if err != nil {
		panic(err)
	}
	q := []float32{1, 0, 0, 0, 0, 1, 0, 0} // a token of two heads
	if err := rope.Rotate(q, rotary.At{Heads: 2, Offset: 1}); err != nil {
		panic(err)
	}
	fmt.Printf("%.4f\n", q)
	// Output:
	// [0.5403 0.0000 0.8415 0.0000 0.0000 1.0000 0.0000 0.0010]
}

func ExampleFrom() {
	const data = `{
		"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32, "max_position_embeddings": 131072, "rope_theta": 500000,
		"rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 8192}
	}`
	var config map[string]any
	if err := json.Unmarshal([]byte(data), &config); err != nil {
		fmt.Println(err)
		return
	}
	model, err := hfconfig.From(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	rope := model.Rotary[""].RoPE
	fmt.Println(rope.HeadDim, rope.Base, rope.Pairing, rope.Scaling.Type, rope.Scaling.Factor)

	config["rope_scaling"].(map[string]any)["factor"] = "8"
	_, err = hfconfig.From(config)
	fmt.Println(err)
	// Output:
	// 128 500000 half llama3 8
	// rope_scaling.factor: want a number of at least 1, got "8"
}

// Layers that differ: each layer's type is a key of Rotary.
func ExampleFrom_layers() {
	var config map[string]any
	_ = json.Unmarshal([]byte(`{
		"model_type": "gemma3",
		"text_config": {"model_type": "gemma3_text", "num_hidden_layers": 7, "rope_scaling": {"rope_type": "linear", "factor": 8}}
	}`), &config)
	model, _ := hfconfig.From(config)
	for i, layer := range model.LayerTypes {
		rope := model.Rotary[layer].RoPE
		fmt.Println(i, layer, rope.Base, rope.Scaling.Factor)
	}
	// Output:
	// 0 sliding_attention 10000 0
	// 1 sliding_attention 10000 0
	// 2 sliding_attention 10000 0
	// 3 sliding_attention 10000 0
	// 4 sliding_attention 10000 0
	// 5 full_attention 1e+06 8
	// 6 sliding_attention 10000 0
}
