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

// Every sentence of a refusal has its own key, and a Norwegian line in nb/*.tsv with the same values. Every line there belongs to a sentence.
func TestEverySentenceIsNorwegianToo(t *testing.T) {
	said, unseen := sentences(t, "..")
	for _, at := range unseen {
		t.Errorf("%s: the key or the format is not a text, so its translation cannot be checked", at)
	}
	norwegian := map[string]string{}
	for _, file := range must(filepath.Glob("nb/*.tsv")) {
		for i, line := range strings.Split(strings.TrimSuffix(string(must(os.ReadFile(file))), "\n"), "\n") {
			at := fmt.Sprintf("%s:%d", file, i+1)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			key, nb, ok := strings.Cut(line, "\t")
			switch {
			case !ok || strings.TrimSpace(nb) == "" || strings.Contains(nb, "\t"):
				t.Errorf("%s: not two columns", at)
			case norwegian[key] != "":
				t.Errorf("%s: the key %s is there twice", at, key)
			case len(said[key]) == 0:
				t.Errorf("%s: nothing says %s", at, key)
			case !slices.Equal(verbs(said[key][0].format), verbs(nb)):
				t.Errorf("%s: the values are %v in English and %v in Norwegian", at, verbs(said[key][0].format), verbs(nb))
			}
			norwegian[key] = nb
		}
	}
	for key, list := range said {
		if !textKey.MatchString(key) {
			t.Errorf("%s: %q is not a key like wrong_type or wrong_type/list", list[0].at, key)
		}
		if norwegian[key] == "" {
			t.Errorf("%s: no Norwegian for %s: %q", list[0].at, key, list[0].format)
		}
		for _, other := range list[1:] {
			if other.format != list[0].format {
				t.Errorf("%s: the key %s is that of another sentence too, at %s", other.at, key, list[0].at)
			}
		}
	}
}

// textKey is a code, and perhaps a variant.
var textKey = regexp.MustCompile(`^[a-z][a-z0-9_]*(/[a-z0-9_]+)?$`)

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
	files  map[string][]*ast.File // by folder
	takes  map[string]arguments   // what takes a sentence, by name
	said   map[string][]sentence  // by key
	unseen map[string]bool
	listed map[ast.Expr]string // calls whose refusal is also a field fault or a blocker
	kinds  map[string][]string // the fault kinds assigned to a variable, by its folder, function and name
}

// arguments say which arguments of a call are a sentence's key and format, and the forms that the call gives its code.
type arguments struct {
	key, format int
	forms       []string
}

// sentence is one use of a key. Forms say how an answer shows its code: the fault kind of a refusal, fieldForm or blockerForm. A sentence that is
// only part of another one has no form.
type sentence struct {
	format, at string
	forms      []string
}

const (
	fieldForm   = "field"
	blockerForm = "blocker"
)

// sentences finds the keys and formats given to the functions of package fault, and to functions that hand both on to them; and the places
// where a key or a format is anything else.
func sentences(t *testing.T, root string) (said map[string][]sentence, unseen []string) {
	s := &source{fset: token.NewFileSet(), files: map[string][]*ast.File{}, takes: map[string]arguments{
		"fault.New": {1, 2, nil}, "fault.NewText": {0, 1, nil}, "fault.NewField": {1, 2, []string{fieldForm}},
	}, listed: map[ast.Expr]string{}, kinds: map[string][]string{}}
	for _, top := range []string{"api", "cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			s.files[filepath.Dir(path)] = append(s.files[filepath.Dir(path)], file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for before := -1; before != len(s.takes); { // again as long as there are more functions that hand sentences on
		before = len(s.takes)
		s.said, s.unseen = map[string][]sentence{}, map[string]bool{}
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
			if kind := render(x.Rhs[0]); strings.HasPrefix(kind, "fault.") {
				name := at.folder + " " + at.decl + " " + render(x.Lhs[0])
				s.kinds[name] = append(s.kinds[name], strings.TrimPrefix(kind, "fault."))
			}
		case *ast.CallExpr:
			s.list(x)
			if i, ok := s.sentenceOf(at, x); ok {
				s.sentence(at, x.Args[i.key], x.Args[i.format], s.formsOf(at, x, i))
			}
		}
		return true
	})
}

// sentenceOf gives which arguments of a call are a sentence.
func (s *source) sentenceOf(at place, call *ast.CallExpr) (arguments, bool) {
	name := render(call.Fun)
	short := name[strings.LastIndex(name, ".")+1:]
	inFault := strings.HasSuffix(at.folder, "fault")
	switch {
	case inFault && name == "New":
		name = "fault.New"
	case short == "Add" && len(call.Args) > 2:
		if text, ok := literal(call.Args[0]); ok && textKey.MatchString(text) || render(call.Args[0]) == "key" {
			return arguments{0, 2, []string{blockerForm}}, true // fault.Blockers
		}
		return arguments{1, 2, []string{fieldForm}}, true // fault.Fields
	}
	for _, known := range []string{name, at.folder + " " + short, at.folder + " " + at.decl + " " + name} {
		if i, ok := s.takes[known]; ok && i.format < len(call.Args) {
			return i, true
		}
	}
	return arguments{}, false
}

// list notes the calls before At and BlockedBy, whose refusals also list themselves as a field fault or a blocker.
func (s *source) list(call *ast.CallExpr) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	form := map[string]string{"At": fieldForm, "BlockedBy": blockerForm}[sel.Sel.Name]
	if form == "" {
		form = s.listed[call]
	}
	if form != "" {
		s.listed[sel.X] = form
	}
}

// formsOf gives the forms of a call's code. The kind of a refusal may be a constant, or a variable with the kinds assigned to it before.
func (s *source) formsOf(at place, call *ast.CallExpr, i arguments) []string {
	forms := slices.Clone(i.forms)
	if name := render(call.Fun); name == "fault.New" || name == "New" {
		kind := render(call.Args[0])
		if kinds := s.kinds[at.folder+" "+at.decl+" "+kind]; len(kinds) > 0 {
			forms = append(forms, kinds...)
		} else {
			forms = append(forms, strings.TrimPrefix(kind, "fault."))
		}
	}
	if form := s.listed[call]; form != "" {
		forms = append(forms, form)
	}
	return forms
}

// sentence notes a sentence, or that a function around it takes it from its caller.
func (s *source) sentence(at place, key, format ast.Expr, forms []string) {
	where := s.fset.Position(key.Pos()).String()
	k, isText := literal(key)
	f, alsoText := literal(format)
	if isText && alsoText {
		s.said[k] = append(s.said[k], sentence{f, where, forms})
		return
	}
	for _, fn := range slices.Backward(at.funcs) {
		i, j := parameter(fn.typ, key), parameter(fn.typ, format)
		if i >= 0 && j >= 0 {
			if !strings.HasSuffix(at.folder, "fault") { // its own functions are known from the start
				s.takes[fn.name] = arguments{i, j, forms}
			}
			return
		}
	}
	s.unseen[where] = true
}

// parameter gives which parameter of a function an expression names, or -1.
func parameter(fn *ast.FuncType, e ast.Expr) int {
	i := 0
	for _, p := range fn.Params.List {
		for _, name := range p.Names {
			if name.Name == render(e) {
				return i
			}
			i++
		}
	}
	return -1
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
