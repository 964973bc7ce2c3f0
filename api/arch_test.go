package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ki-styring/aims/"

// goFile is one file of the program, tests left out.
type goFile struct {
	path    string // from the root of the repository
	pkg     string // its folder: internal/risk
	file    *ast.File
	imports []string // those of the module come without its name
}

func goFiles(t *testing.T) (out []goFile) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s := goFile{path: filepath.ToSlash(path[len("../"):]), file: f}
		s.pkg, _ = filepath.Split(s.path)
		s.pkg = strings.TrimSuffix(s.pkg, "/")
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, strings.TrimPrefix(name, module))
		}
		out = append(out, s)
		return nil
	})
	if err != nil || len(out) < 100 {
		t.Fatalf("%d files: %v", len(out), err)
	}
	return out
}

// selectors lists what a file calls or names of another: Follow, Now.
func (s goFile) selectors(visit func(x ast.Expr, name string)) {
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			visit(sel.X, sel.Sel.Name)
		}
		return true
	})
}

// A write without a grant check comes only from a use case, the demo or the command line. Handlers and package record never make one.
func TestHandlersDoNotFollow(t *testing.T) {
	for _, s := range goFiles(t) {
		if !slices.Contains([]string{"api", "internal/record", "internal/store", "internal/access"}, s.pkg) {
			continue
		}
		s.selectors(func(_ ast.Expr, name string) {
			if name == "Follow" {
				t.Errorf("%s calls Follow", s.path)
			}
		})
	}
}

// Only package record writes, to a database that package store opened.
func TestOnlyRecordWrites(t *testing.T) {
	for _, s := range goFiles(t) {
		if strings.HasPrefix(s.pkg, "internal/record") || strings.HasPrefix(s.pkg, "internal/store") {
			continue
		}
		for _, i := range s.imports {
			if i == "database/sql" || i == "database/sql/driver" || strings.HasPrefix(i, "gorm.io/") || strings.HasPrefix(i, "github.com/jackc/") || strings.HasPrefix(i, "github.com/mattn/go-sqlite3") {
				t.Errorf("%s imports %s", s.path, i)
			}
		}
	}
}

// clocks are the files that may read the wall clock: for the installation's clock, durations, the age of the epoch, and the limit of a batch.
var clocks = []string{
	"cmd/aims/installation.go", "internal/rest/middleware.go", "internal/record/tx.go", "internal/record/writer.go", "internal/store/store.go", "internal/store/sqlite.go", "internal/store/migrate.go", "internal/store/statements.go",
	"internal/store/storetest/postgres.go",
}

// Time comes from the transaction.
func TestTimeComesFromTheTransaction(t *testing.T) {
	used := map[string]bool{}
	for _, s := range goFiles(t) {
		s.selectors(func(x ast.Expr, name string) {
			id, ok := x.(*ast.Ident)
			if !ok || id.Name != "time" || !slices.Contains([]string{"Now", "Since", "Until"}, name) {
				return
			}
			used[s.path] = true
			if !slices.Contains(clocks, s.path) {
				t.Errorf("%s uses time.%s", s.path, name)
			}
		})
	}
	for _, path := range clocks {
		if !used[path] {
			t.Errorf("%s no longer looks at the wall clock: take it off the list", path)
		}
	}
}

// useCases are the packages that span several domains, each with the use cases that it imports.
var useCases = map[string][]string{
	"internal/accounts":      {"internal/rights"},
	"internal/annualreport":  nil,
	"internal/applicability": nil,
	"internal/applications":  nil,
	"internal/clauses":       nil,
	"internal/decisions":     nil,
	"internal/holdings":      {"internal/access"}, // its result types are in access
	"internal/overview":      nil,
	"internal/deadlines":     nil,
	"internal/pathway":       nil,
	"internal/people":        nil,
	"internal/rights":        nil,
	"internal/seeding":       {"internal/accounts", "internal/applicability", "internal/rights"},
	"internal/setup":         {"internal/people"},
	"internal/standards":     nil,
	"internal/trace":         {"internal/svg"},
	"internal/worklist":      {"internal/people"},
}

// Packages import only what the architecture allows: see the table of imports below.
func TestImports(t *testing.T) {
	core := []string{"internal/fault", "internal/record", "internal/record/event", "internal/record/query", "internal/record/text"}
	machinery := append(slices.Clone(core), "internal/store", "internal/store/storetest", "internal/access", "internal/rest")
	for _, s := range goFiles(t) {
		builtOn, isUseCase := useCases[s.pkg]
		for _, i := range s.imports {
			if !strings.HasPrefix(i, "internal/") && !slices.Contains([]string{"api", "policies", "seed", "openapi"}, i) && !strings.HasPrefix(i, "cmd/") {
				continue
			}
			_, toUseCase := useCases[i]
			domain := strings.HasPrefix(i, "internal/") && !slices.Contains(machinery, i) && !toUseCase && i != "internal/svg" && i != "internal/demo"
			ok := false
			switch {
			case s.pkg == "internal/fault", s.pkg == "internal/svg", slices.Contains([]string{"policies", "seed", "openapi"}, s.pkg):
			case s.pkg == "internal/record/text":
			case strings.HasPrefix(s.pkg, "internal/record"):
				ok = i == "internal/fault" || strings.HasPrefix(i, "internal/record")
			case s.pkg == "internal/rest":
				ok = slices.Contains(core, i)
			case strings.HasPrefix(s.pkg, "internal/store"):
				ok = strings.HasPrefix(i, "internal/store")
			case isUseCase:
				ok = domain || slices.Contains(core, i) || slices.Contains(builtOn, i)
			case s.pkg == "internal/demo":
				ok = domain || toUseCase || slices.Contains(core, i)
			case s.pkg == "api":
				ok = strings.HasPrefix(i, "internal/") && !strings.HasPrefix(i, "internal/store") && i != "internal/demo"
			case s.pkg == "internal/access", s.pkg == "internal/identity":
				ok = slices.Contains(core, i)
			case strings.HasPrefix(s.pkg, "internal/"): // a domain package
				ok = slices.Contains(core, i) || i == "internal/svg" || i == "internal/classify" // drawings, and rules without records
			default: // the command, and tools
				ok = true
			}
			if !ok {
				t.Errorf("%s imports %s", s.path, i)
			}
		}
	}
}
