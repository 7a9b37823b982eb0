package hfconfig_test

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"posenc/encoding/hfconfig"
)

// From only reads, so goroutines may share a config. The race detector watches: ./build.sh test go.
func TestConcurrentUse(t *testing.T) {
	var config map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{"model_type": "gemma3", "text_config": {"model_type": "gemma3_text", "num_hidden_layers": 7,
		"rope_scaling": {"rope_type": "linear", "factor": 8}}}`), &config))
	want, err := hfconfig.From(config)
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			got, err := hfconfig.From(config)
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	wait.Wait()
}
