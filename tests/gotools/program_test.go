package gotools

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A program that imports all of encoding/, in a module of its own as README has it, links posenc and the standard library, and no
// more: what the tests need stays with them.
func TestProgramLinksNothingElse(t *testing.T) {
	here, err := filepath.Abs(root)
	require.NoError(t, err)
	source := "package main\n\nimport (\n"
	for _, p := range public(t) {
		source += "\t_ \"" + p.ImportPath + "\"\n"
	}
	dir := write(t, "main.go", source+")\n\nfunc main() {}\n")
	env := []string{"GOTOOLCHAIN=auto"}
	mustRun(t, dir, env, "go", "mod", "init", "example")
	mustRun(t, dir, env, "go", "mod", "edit", "-require", "posenc@v0.0.0", "-replace", "posenc="+here)
	mustRun(t, dir, env, "go", "mod", "tidy")

	for name, env := range configurations {
		env = append(slices.Clone(env), "GOTOOLCHAIN=auto")
		ours := 0
		for _, p := range list(t, dir, env, "-deps", ".") {
			if p.ImportPath == "posenc/encoding" || strings.HasPrefix(p.ImportPath, "posenc/encoding/") {
				ours++
			} else if !p.Standard && p.ImportPath != "example" {
				t.Errorf("%s: links %s", name, p.ImportPath)
			}
		}
		require.Greater(t, ours, 6, name)
		mustRun(t, dir, env, "go", "build", "-o", filepath.Join(dir, name), ".")
	}

	written, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	require.NotContains(t, string(written), "indirect")
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	for line := range strings.Lines(string(sums)) { // of which go mod tidy looks at the tests of what is imported
		require.Regexp(t, `^(github\.com/stretchr/testify|go\.yaml\.in/yaml/v3) `, line)
	}
}

// posenc.wasm is posenc and the standard library: tests/bom.js, the package's bill of materials, names nothing else.
func TestWasmLinksNothingElse(t *testing.T) {
	seen := 0
	for _, p := range list(t, root, configurations["wasm"], "-deps", "./wasm") {
		if strings.HasPrefix(p.ImportPath, "posenc/") {
			seen++
		} else if !p.Standard {
			t.Errorf("posenc.wasm links %s, which tests/bom.js has to name", p.ImportPath)
		}
	}
	require.Greater(t, seen, 6)
}
