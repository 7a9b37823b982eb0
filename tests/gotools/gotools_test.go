// Package gotools holds the Go module to what its users see of it: the documentation, the exported API, what a program links.
// It runs the linters, too. All of it is a module of its own, so that none of these tools is a dependency of posenc.
package gotools

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// configurations are how encoding/ is built: by a stock toolchain, with SIMD, and for the browser.
var configurations = map[string][]string{
	"stock": {"GOEXPERIMENT="},
	"simd":  {"GOEXPERIMENT=simd"},
	"wasm":  {"GOEXPERIMENT=", "GOOS=js", "GOARCH=wasm"},
}

// run runs a command in a folder, with more environment, and returns what it printed on both outputs, and whether it failed.
func run(dir string, env []string, name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	return string(out), err
}

func mustRun(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	out, err := run(dir, env, name, args...)
	require.NoError(t, err, "%s %s\n%s", name, strings.Join(args, " "), out)
	return out
}

// A listed package is what go list says of it.
type listed struct {
	ImportPath, Dir                    string
	Name                               string
	Standard                           bool
	GoFiles, TestGoFiles, XTestGoFiles []string
}

func list(t *testing.T, dir string, env []string, args ...string) (packages []listed) {
	t.Helper()
	d := json.NewDecoder(bytes.NewBufferString(mustRun(t, dir, env, "go", append([]string{"list", "-json"}, args...)...)))
	for {
		var p listed
		err := d.Decode(&p)
		if err == io.EOF {
			return packages
		}
		require.NoError(t, err)
		packages = append(packages, p)
	}
}

// public lists the packages that others may import.
func public(t *testing.T) (packages []listed) {
	t.Helper()
	for _, p := range list(t, root, nil, "./encoding/...") {
		if !strings.Contains(p.ImportPath, "/internal/") {
			packages = append(packages, p)
		}
	}
	require.Len(t, packages, 6)
	return packages
}

// write makes a folder of these files, each name followed by its text.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		require.NoError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o644))
	}
	return dir
}
