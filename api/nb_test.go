package api_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every sentence of a refusal has a Norwegian line in nb/*.tsv with the same arguments. Every line there belongs to
// a sentence.
func TestEverySentenceIsNorwegianToo(t *testing.T) {
	said, unseen := sentences(t, "..")
	for _, at := range unseen {
		t.Errorf("%s: the format is neither a text nor a constant, so its translation cannot be checked", at)
	}
	translated := map[string]string{}
	for _, file := range must(filepath.Glob("nb/*.tsv")) {
		for i, line := range strings.Split(strings.TrimSuffix(string(must(os.ReadFile(file))), "\n"), "\n") {
			at := fmt.Sprintf("%s:%d", file, i+1)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			en, nb, ok := strings.Cut(line, "\t")
			switch {
			case !ok || strings.TrimSpace(nb) == "" || strings.Contains(nb, "\t"):
				t.Errorf("%s: not two columns", at)
			case translated[en] != "":
				t.Errorf("%s: stands twice: %s", at, en)
			case said[en] == "":
				t.Errorf("%s: nothing says %q", at, en)
			case !slices.Equal(verbs(en), verbs(nb)):
				t.Errorf("%s: the values are %v in English and %v in Norwegian", at, verbs(en), verbs(nb))
			}
			translated[en] = nb
		}
	}
	for en, at := range said {
		if translated[en] == "" {
			t.Errorf("%s: no Norwegian for %q", at, en)
		}
	}
}

var formatVerb = regexp.MustCompile(`%(\[\d+\])?[-+# 0]*[\d.]*[a-zA-Z]`)

// verbs lists the values of a format by their place, so that a translation may reorder them with %[2]s.
func verbs(format string) []string {
	out := []string{}
	for i, v := range formatVerb.FindAllString(strings.ReplaceAll(format, "%%", ""), -1) {
		place := strconv.Itoa(i + 1)
		if from, to := strings.Index(v, "["), strings.Index(v, "]"); from > 0 {
			place = v[from+1 : to]
			v = v[:from] + v[to+1:]
		}
		out = append(out, place+v)
	}
	slices.Sort(out)
	return out
}

// source is the module's Go code without its tests.
type source struct {
	fset   *token.FileSet
	files  map[string][]*ast.File       // by folder
	consts map[string]map[string]string // folder → name → text
	takes  map[string]int               // functions that take a format: name → index of the argument
	said   map[string]string            // format → where
	unseen map[string]bool
}

// sentences finds the formats given to fault.New, to Add of fault.Fields and fault.Blockers, to fault.Text, and to
// functions that pass a format on to one of them. It also finds the places where a format is not a constant.
func sentences(t *testing.T, root string) (said map[string]string, unseen []string) {
	s := &source{fset: token.NewFileSet(), files: map[string][]*ast.File{}, consts: map[string]map[string]string{}, takes: map[string]int{"fault.New": 2, ".Add": 2}}
	for _, top := range []string{"api", "cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			s.add(filepath.Dir(path), file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for before := -1; before != len(s.takes); { // repeat until no more functions that pass formats on are found
		before = len(s.takes)
		s.said, s.unseen = map[string]string{}, map[string]bool{}
		for folder, files := range s.files {
			for _, f := range files {
				s.read(folder, f)
			}
		}
	}
	for at := range s.unseen {
		unseen = append(unseen, at)
	}
	slices.Sort(unseen)
	return s.said, unseen
}

func (s *source) add(folder string, file *ast.File) {
	s.files[folder] = append(s.files[folder], file)
	if s.consts[folder] == nil {
		s.consts[folder] = map[string]string{}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
			for i, name := range spec.Names {
				if text, ok := literal(spec.Values[i]); ok {
					s.consts[folder][name.Name] = text
				}
			}
		}
		return true
	})
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func (s *source) read(folder string, file *ast.File) {
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			s.walk(place{folder: folder}, decl)
			continue
		}
		s.walk(place{folder: folder, decl: fn.Name.Name, funcs: []function{{folder + " " + fn.Name.Name, fn.Type}}}, fn)
	}
}

// place is the position of a node: the names of the functions around it, the outermost first.
type place struct {
	folder, decl string
	funcs        []function
}

type function struct {
	name string
	typ  *ast.FuncType
}

func (s *source) walk(at place, n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.AssignStmt:
			if lit, ok := x.Rhs[0].(*ast.FuncLit); ok && len(x.Lhs) == 1 {
				inner := at
				inner.funcs = append(slices.Clone(at.funcs), function{at.folder + " " + at.decl + " " + render(x.Lhs[0]), lit.Type})
				s.walk(inner, lit.Body)
				return false
			}
		case *ast.CallExpr:
			if i, ok := s.formatOf(at, x); ok {
				s.format(at, x.Args[i])
			}
		case *ast.CompositeLit:
			if typ := render(x.Type); typ == "fault.Text" || typ == "Text" && strings.HasSuffix(at.folder, "fault") {
				for _, e := range x.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok && render(kv.Key) == "Format" {
						s.format(at, kv.Value)
					}
				}
			}
		}
		return true
	})
}

// formatOf gives which argument of a call is a format.
func (s *source) formatOf(at place, call *ast.CallExpr) (int, bool) {
	name := render(call.Fun)
	short := name[strings.LastIndex(name, ".")+1:]
	switch {
	case name == "New" && strings.HasSuffix(at.folder, "fault"):
		name = "fault.New"
	case short == "Add":
		name = ".Add"
	}
	for _, known := range []string{name, at.folder + " " + short, at.folder + " " + at.decl + " " + name} {
		if i, ok := s.takes[known]; ok && i < len(call.Args) {
			return i, true
		}
	}
	return 0, false
}

// format notes a format, or that a function around it takes it from its caller.
func (s *source) format(at place, e ast.Expr) {
	where := s.fset.Position(e.Pos()).String()
	id, named := e.(*ast.Ident)
	if text, ok := literal(e); ok {
		s.said[text] = where
		return
	} else if !named {
		s.unseen[where] = true
		return
	}
	for _, f := range slices.Backward(at.funcs) {
		i := 0
		for _, p := range f.typ.Params.List {
			for _, name := range p.Names {
				if name.Name == id.Name {
					if !strings.HasSuffix(at.folder, "fault") { // its own functions are known from the start
						s.takes[f.name] = i
					}
					return
				}
				i++
			}
		}
	}
	if text, ok := s.consts[at.folder][id.Name]; ok {
		s.said[text] = where
		return
	}
	s.unseen[where] = true
}

func render(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return render(x.X) + "." + x.Sel.Name
	}
	return ""
}
