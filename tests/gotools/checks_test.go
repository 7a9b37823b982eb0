package gotools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tool builds a tool of go.mod, for this machine, and returns the path of its executable.
func tool(t *testing.T, path string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tool")
	mustRun(t, ".", []string{"GOEXPERIMENT=", "GOOS=", "GOARCH="}, "go", "build", "-o", file, path)
	return file
}

// Where a finding is refused the line has a //lint:ignore, which says why. ST1000 and its kin, which are about style, are off by default,
// as staticcheck has it: TestDocumentation looks at comments more closely.
func TestStaticcheck(t *testing.T) {
	staticcheck := tool(t, "honnef.co/go/tools/cmd/staticcheck")

	dir := write(t, "go.mod", "module wrong\n\ngo 1.27\n", "main.go", "package main\n\nfunc main() {}\n\nfunc unused() {}\n")
	out, err := run(dir, nil, staticcheck, "./...")
	require.Error(t, err)
	require.Contains(t, out, "func unused is unused (U1000)")

	for name, env := range configurations {
		pattern := "./encoding/..."
		if name == "wasm" {
			pattern = "./..." // jsbridge and wasm, too
		}
		mustRun(t, root, env, staticcheck, pattern)
	}
	mustRun(t, root, configurations["wasm"], staticcheck, "-tags=faults", "./jsbridge")
	mustRun(t, "../gobench", configurations["stock"], staticcheck, "./...")
	mustRun(t, ".", configurations["stock"], staticcheck, "./...")
}

// With the database of vulndb/go.mod, which is data in a module: govulncheck takes a folder of OSV files, too.
func TestGovulncheck(t *testing.T) {
	govulncheck := tool(t, "golang.org/x/vuln/cmd/govulncheck")
	var module struct{ Dir string }
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, "vulndb", nil, "go", "mod", "download", "-json", "golang.org/x/vulndb")), &module))
	files, err := os.ReadDir(filepath.Join(module.Dir, "data/osv"))
	require.NoError(t, err)
	require.Greater(t, len(files), 4000)
	database := "-db=file://" + filepath.ToSlash(filepath.Join(module.Dir, "data/osv"))

	// golang.org/x/text 0.3.5 can be made to read out of bounds.
	dir := write(t, "go.mod", "module wrong\n\ngo 1.27\n\nrequire golang.org/x/text v0.3.5\n",
		"main.go", "package main\n\nimport \"golang.org/x/text/language\"\n\nfunc main() { _, _, _ = language.ParseAcceptLanguage(\"de\") }\n")
	mustRun(t, dir, nil, "go", "mod", "tidy")
	out, err := run(dir, nil, govulncheck, database, ".")
	require.Error(t, err)
	require.Contains(t, out, "GO-2021-0113")
	require.Contains(t, out, "wrong.main calls language.ParseAcceptLanguage")

	for pattern, env := range map[string][]string{"./encoding/...": configurations["stock"], "./...": configurations["wasm"]} {
		out := mustRun(t, root, env, govulncheck, database, pattern)
		require.True(t, strings.HasPrefix(out, "No vulnerabilities found."), out)
	}
}
