//go:build goexperiment.simd

package kernel

import (
	"fmt"
	"os"
	"os/exec"
	"simd"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests run with the widest vectors that the machine has. This runs them once more with each narrower width.
func TestNarrower(t *testing.T) {
	for width := simd.VectorBitSize() / 2; width >= 128; width /= 2 {
		test := exec.Command(os.Args[0], "-test.skip=TestNarrower")
		test.Env = append(os.Environ(), fmt.Sprintf("GODEBUG=simd=%d", width))
		out, err := test.CombinedOutput()
		require.NoError(t, err, "%d bits: %s", width, out)
	}
}
