package gotools

import (
	"bytes"
	"cmp"
	"fmt"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"
)

// The command that writes api.txt anew: what is exported has changed, and that was wanted.
const renew = "POSENC_RENEW_API=1 go -C tests/gotools test -count=1 -run ExportedAPI ."

// TestExportedAPI holds what the public packages export to api.txt, a line for each name, field and method, in the form of Go's own
// api/*.txt. What is there stays: a line that goes or changes breaks somebody's program.
func TestExportedAPI(t *testing.T) {
	var got string
	for name, env := range configurations {
		lines := strings.Join(exported(t, root, env, "./encoding/..."), "\n") + "\n"
		if got != "" {
			require.Equal(t, got, lines, "%s exports what others do not", name)
		}
		got = lines
	}
	if os.Getenv("POSENC_RENEW_API") != "" {
		require.NoError(t, os.WriteFile("api.txt", []byte(got), 0o644))
	}
	committed, err := os.ReadFile("api.txt")
	require.NoError(t, err)
	gone, new := difference(strings.Split(string(committed), "\n"), strings.Split(got, "\n"))
	if len(gone) > 0 {
		t.Errorf("removed or changed, which breaks programs that use it:\n%s", strings.Join(gone, "\n"))
	}
	if len(new) > 0 {
		t.Errorf("new, and not in tests/gotools/api.txt:\n%s", strings.Join(new, "\n"))
	}
	if t.Failed() {
		t.Logf("if this is wanted: %s", renew)
	}
}

// Every kind of change is seen.
func TestExportedAPISeesChanges(t *testing.T) {
	const before = `package p

const C = 1
const Typed Kind = "a"
var V int
func F(a int) error { return nil }
func G[T ~string](x []T) string { return "" }
type Kind string
type Other string
type Alias = map[string]Kind
type Hidden struct{ inner }
type inner struct{ Promoted int }
func (inner) Method() {}
type S struct {
	A int ` + "`json:\"a\"`" + `
	*Kinded
	hidden int
}
type Kinded struct{}
func (*S) Do(x ...Kind) (n int, err error) { return }
type I interface { Do(x ...Kind) (n int, err error) }
`
	of := func(text string) []string {
		return exported(t, write(t, "go.mod", "module p\n\ngo 1.27\n", "p.go", text), nil, ".")
	}
	lines := of(before)
	require.Equal(t, []string{
		`pkg p, const C = 1`,
		`pkg p, const Typed Kind = "a"`,
		`pkg p, func F(int) error`,
		`pkg p, func G[T ~string](x []T) string`,
		`pkg p, method (*S) Do(...Kind) (int, error)`,
		`pkg p, method (Hidden) Method()`,
		`pkg p, type Alias = map[string]Kind`,
		`pkg p, type Hidden struct`,
		`pkg p, type Hidden struct, Promoted int`,
		`pkg p, type I interface { Do }`,
		`pkg p, type I interface, Do(...Kind) (int, error)`,
		`pkg p, type Kind string`,
		`pkg p, type Kinded struct`,
		`pkg p, type Other string`,
		`pkg p, type S struct`,
		"pkg p, type S struct, A int `json:\"a\"`",
		`pkg p, type S struct, embedded *Kinded`,
		`pkg p, var V int`,
	}, lines)
	for _, change := range [][2]string{
		{"C = 1", "C = 2"}, {"const Typed Kind", "const Typed"}, {"V int", "V int64"}, {"F(a int)", "F(a int64)"}, {"~string", "~int"},
		{"Alias =", "Alias"}, {"Other string", "Other int"}, {"Promoted", "promoted"}, {"(inner) Method", "(*inner) Method"},
		{"A int", "A int64"}, {"json:\"a\"", "json:\"b\""}, {"*Kinded", "Kinded"}, {"(*S) Do", "(*S) Did"}, {"interface {", "interface { Other();"},
	} {
		require.Equal(t, 1, strings.Count(before, change[0]), "%s", change)
		gone, _ := difference(lines, of(strings.Replace(before, change[0], change[1], 1)))
		require.NotEmpty(t, gone, "%s", change)
	}
	gone, new := difference(lines, of(before+"func (*S) More() {}\n"))
	require.Empty(t, gone)
	require.Equal(t, []string{"pkg p, method (*S) More()"}, new)
}

// difference returns the lines of a that are not in b, and those of b that are not in a.
func difference(a, b []string) (gone, new []string) {
	without := func(x, y []string) []string {
		return slices.DeleteFunc(slices.Clone(x), func(line string) bool { return slices.Contains(y, line) })
	}
	return without(a, b), without(b, a)
}

// exported lists what packages export, those in internal left out.
func exported(t *testing.T, dir string, env []string, pattern string) (lines []string) {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps | packages.NeedSyntax | packages.NeedTypesInfo,
		Dir:  dir, Env: append(os.Environ(), env...),
	}, pattern)
	require.NoError(t, err)
	for _, p := range loaded {
		require.Empty(t, p.Errors)
		if strings.Contains(p.PkgPath, "/internal/") {
			continue
		}
		l := lister{p.Types, map[string]bool{}}
		for _, name := range p.Types.Scope().Names() {
			if o := p.Types.Scope().Lookup(name); o.Exported() {
				l.object(o)
			}
		}
		lines = append(lines, slices.Sorted(maps.Keys(l.lines))...)
	}
	require.NotEmpty(t, lines)
	return lines
}

type lister struct {
	pkg   *types.Package
	lines map[string]bool
}

func (l lister) add(format string, args ...any) {
	l.lines["pkg "+l.pkg.Path()+", "+fmt.Sprintf(format, args...)] = true
}

func (l lister) object(o types.Object) {
	switch o := o.(type) {
	case *types.Const:
		typ := ""
		if basic, ok := o.Type().(*types.Basic); !ok || basic.Info()&types.IsUntyped == 0 {
			typ = " " + l.name(o.Type())
		}
		l.add("const %s%s = %s", o.Name(), typ, o.Val().ExactString())
	case *types.Var:
		l.add("var %s %s", o.Name(), l.name(o.Type()))
	case *types.Func:
		l.add("func %s%s", o.Name(), l.signature(o))
	case *types.TypeName:
		if o.IsAlias() {
			l.add("type %s = %s", o.Name(), l.name(types.Unalias(o.Type())))
			return
		}
		l.named(o)
	}
}

func (l lister) named(o *types.TypeName) {
	switch u := o.Type().Underlying().(type) {
	case *types.Struct:
		l.add("type %s struct", o.Name())
		l.fields(o.Name(), u)
	case *types.Interface:
		var names []string
		for m := range u.Methods() {
			if m.Exported() {
				names = append(names, m.Name())
				l.add("type %s interface, %s%s", o.Name(), m.Name(), l.signature(m))
			} else {
				names = append(names, "unexported methods")
			}
		}
		slices.Sort(names)
		l.add("type %s interface { %s }", o.Name(), strings.Join(slices.Compact(names), ", "))
		return
	default:
		l.add("type %s %s", o.Name(), l.name(u))
	}
	values := types.NewMethodSet(o.Type())
	for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
		if f := m.Obj().(*types.Func); f.Exported() {
			receiver := "*" + o.Name()
			if values.Lookup(f.Pkg(), f.Name()) != nil {
				receiver = o.Name()
			}
			l.add("method (%s) %s%s", receiver, f.Name(), l.signature(f))
		}
	}
}

// fields lists those that a user can name; fields of an unexported struct that is embedded are among them.
func (l lister) fields(name string, s *types.Struct) {
	for i := range s.NumFields() {
		f, tag := s.Field(i), ""
		if s.Tag(i) != "" {
			tag = " `" + s.Tag(i) + "`"
		}
		switch {
		case f.Embedded() && f.Exported():
			l.add("type %s struct, embedded %s%s", name, l.name(f.Type()), tag)
		case f.Exported():
			l.add("type %s struct, %s %s%s", name, f.Name(), l.name(f.Type()), tag)
		case f.Embedded():
			typ := f.Type()
			if p, ok := typ.(*types.Pointer); ok {
				typ = p.Elem()
			}
			if inner, ok := typ.Underlying().(*types.Struct); ok {
				l.fields(name, inner)
			}
		}
	}
}

// signature leaves out the names of parameters, which nobody's program depends on.
func (l lister) signature(f *types.Func) string {
	s := f.Signature()
	if s.TypeParams().Len() == 0 {
		s = types.NewSignatureType(nil, nil, nil, unnamed(s.Params()), unnamed(s.Results()), s.Variadic())
	}
	var b bytes.Buffer
	types.WriteSignature(&b, s, l.qualifier)
	return b.String()
}

func unnamed(t *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range t.Variables() {
		vars = append(vars, types.NewParam(v.Pos(), v.Pkg(), "", v.Type()))
	}
	return types.NewTuple(vars...)
}

func (l lister) name(t types.Type) string { return types.TypeString(t, l.qualifier) }

func (l lister) qualifier(p *types.Package) string {
	if p == l.pkg {
		return ""
	}
	return cmp.Or(p.Name(), p.Path())
}
