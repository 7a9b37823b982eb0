package gotools

import (
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDocumentation holds the public packages to what their readers on pkg.go.dev need.
func TestDocumentation(t *testing.T) {
	pages := map[string]*page{}
	for _, p := range public(t) {
		pages[p.ImportPath] = read(t, p.Dir, p.ImportPath, append(append(p.GoFiles, p.TestGoFiles...), p.XTestGoFiles...))
	}
	require.Empty(t, faults(pages))
}

// Each thing that the test is for is found.
func TestDocumentationSeesFaults(t *testing.T) {
	dir := write(t, "p.go", `// Package p has [Good], [Missing] and [q.Gone].
//
//	code with [Good] in it
//
//	- and this goes on with it
package p

import "p/q"

type Good struct {
	Field int // see [Good]
}

// NewGood makes one.
func NewGood() *Good { return nil }

func (Good) Undone() q.There { return 0 }

const Bare = 1

// A Doer does.
type Doer interface {
	Do()
}
`, "p_test.go", "package p_test\n\nfunc ExampleGood() {}\n", "q.go", "// Package q is another.\npackage q\n\n// There is there.\ntype There int\n", "q_test.go", "package q_test\n\nfunc Example() {\n\t// Output: 1\n}\n")
	require.ElementsMatch(t, []string{
		"p has no example of the whole package, Example or Example_name",
		"p: ExampleGood has no output",
		"p: NewGood has no example, ExampleNewGood",
		"p: Good has no comment",
		"p: Good.Undone has no comment",
		"p: Bare has no comment",
		"p: Doer.Do has no comment",
		"p: package comment: [Missing] is no link",
		"p: package comment: q.Gone is nowhere",
		"p: package comment: [Good] is in code, where there are no links",
		"p: package comment: a list that is code: - and this goes on with it",
		"p: Good: [Good] is in code, where there are no links",
	}, faults(map[string]*page{
		"p":   read(t, dir, "p", []string{"p.go", "p_test.go"}),
		"p/q": read(t, dir, "p/q", []string{"q.go", "q_test.go"}),
	}))
}

// A page is what pkg.go.dev shows of a package.
type page struct {
	*doc.Package
	names map[string]bool // A, A.Method and A.Field
}

func read(t *testing.T, dir, path string, names []string) *page {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		require.NoError(t, err)
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, path)
	require.NoError(t, err)
	return &page{p, map[string]bool{}}
}

var (
	link = regexp.MustCompile(`\[\*?(?:[a-z]\w*(?:/\w+)*\.)?[A-Z]\w*(?:\.[A-Z]\w*)*\]`)
	item = regexp.MustCompile(`(?m)^[ \t]*- .*`)
)

// faults says what is wrong with pages that link to each other.
func faults(pages map[string]*page) (found []string) {
	say := func(parts ...string) { found = append(found, strings.Join(parts, "")) }
	type text struct{ of, is string }
	texts := map[string][]text{}
	for path, p := range pages {
		comment := func(name, doc string) {
			if p.names[name] = true; strings.TrimSpace(doc) == "" {
				say(path, ": ", name, " has no comment")
			}
			texts[path] = append(texts[path], text{name, doc})
		}
		texts[path] = append(texts[path], text{"package comment", p.Doc})
		values := func(values []*doc.Value) {
			for _, v := range values {
				for _, spec := range v.Decl.Specs {
					spec := spec.(*ast.ValueSpec)
					for _, name := range spec.Names {
						if name.IsExported() {
							comment(name.Name, v.Doc+spec.Doc.Text()+spec.Comment.Text())
						}
					}
				}
			}
		}
		functions := func(prefix string, functions []*doc.Func) {
			for _, f := range functions {
				comment(prefix+f.Name, f.Doc)
				if prefix == "" && strings.HasPrefix(f.Name, "New") && len(f.Examples) == 0 {
					say(path, ": ", f.Name, " has no example, Example", f.Name)
				}
			}
		}
		values(p.Consts)
		values(p.Vars)
		functions("", p.Funcs)
		for _, typ := range p.Types {
			comment(typ.Name, typ.Doc)
			values(typ.Consts)
			values(typ.Vars)
			functions("", typ.Funcs)
			functions(typ.Name+".", typ.Methods)
			switch of := typ.Decl.Specs[0].(*ast.TypeSpec).Type.(type) {
			case *ast.StructType: // pkg.go.dev shows it as code
				for _, f := range of.Fields.List {
					for _, name := range f.Names {
						p.names[typ.Name+"."+name.Name] = true
					}
					for _, l := range link.FindAllString(f.Doc.Text()+f.Comment.Text(), -1) {
						say(path, ": ", typ.Name, ": ", l, " is in code, where there are no links")
					}
				}
			case *ast.InterfaceType:
				for _, f := range of.Methods.List {
					for _, name := range f.Names {
						comment(typ.Name+"."+name.Name, f.Doc.Text()+f.Comment.Text())
					}
				}
			}
		}
		if len(p.Examples) == 0 {
			say(path, " has no example of the whole package, Example or Example_name")
		}
		for _, e := range examples(p.Package) {
			if e.Output == "" && !e.EmptyOutput {
				say(path, ": Example", e.Name, " has no output")
			}
		}
	}
	for path, p := range pages {
		for _, text := range texts[path] {
			for _, b := range p.Parser().Parse(text.is).Content {
				block(b, func(code, plain string, l *comment.DocLink) {
					where := path + ": " + text.of + ": "
					for _, stray := range link.FindAllString(code, -1) {
						say(where, stray, " is in code, where there are no links")
					}
					for _, line := range item.FindAllString(code, -1) {
						say(where, "a list that is code: ", line)
					}
					for _, stray := range link.FindAllString(plain, -1) {
						say(where, stray, " is no link")
					}
					if l == nil {
						return
					}
					to, name := pages[path], l.Name
					if l.ImportPath != "" {
						to = pages[l.ImportPath]
					}
					if l.Recv != "" {
						name = l.Recv + "." + name
					}
					if to == nil || name != "" && !to.names[name] {
						say(where, strings.TrimPrefix(l.ImportPath[strings.LastIndex(l.ImportPath, "/")+1:]+"."+name, "."), " is nowhere")
					}
				})
			}
		}
	}
	return found
}

// examples returns all of them, as doc has each where it belongs.
func examples(p *doc.Package) []*doc.Example {
	all := p.Examples
	functions := func(functions []*doc.Func) {
		for _, f := range functions {
			all = append(all, f.Examples...)
		}
	}
	functions(p.Funcs)
	for _, typ := range p.Types {
		all = append(all, typ.Examples...)
		functions(typ.Funcs)
		functions(typ.Methods)
	}
	return all
}

// block visits the code, plain text and links of a block.
func block(b comment.Block, visit func(code, plain string, l *comment.DocLink)) {
	texts := func(texts []comment.Text) {
		for _, t := range texts {
			switch t := t.(type) {
			case comment.Plain:
				visit("", string(t), nil)
			case *comment.DocLink:
				visit("", "", t)
			}
		}
	}
	switch b := b.(type) {
	case *comment.Code:
		visit(b.Text, "", nil)
	case *comment.Heading:
		texts(b.Text)
	case *comment.Paragraph:
		texts(b.Text)
	case *comment.List:
		for _, item := range b.Items {
			for _, content := range item.Content {
				block(content, visit)
			}
		}
	}
}
