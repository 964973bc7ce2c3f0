package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3conv"
	"github.com/swaggo/swag"
)

const module = "github.com/ki-styring/aims"

// stubPath is the path prefix of the stub's operations. They are removed after their names are read.
const stubPath = "/swag-stub/"

// annotations returns what swag finds in the module, as OpenAPI 3.1, and the schema name swag gave to each type.
// swag emits a type only when an operation names it, so a stub file outside the module names them all.
func annotations(root string, types []reflect.Type) (*openapi3.T, map[reflect.Type]string, error) {
	dir, err := os.MkdirTemp("", "aims-swag")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	if err := os.WriteFile(filepath.Join(dir, "stub.go"), stub(types), 0o600); err != nil {
		return nil, nil, err
	}
	parser := swag.New(swag.SetDebugger(log.New(io.Discard, "", 0)), swag.SetOverrides(overrides(types)))
	parser.ParseInternal = true
	if err := parser.ParseAPIMultiSearchDir(append([]string{dir}, folders(root, types)...), "stub.go", 1); err != nil {
		return nil, nil, fmt.Errorf("swag: %w", err)
	}
	raw, err := json.Marshal(parser.GetSwagger())
	if err != nil {
		return nil, nil, err
	}
	doc, err := convert(raw)
	if err != nil {
		return nil, nil, err
	}
	return doc, stubNames(doc, types), nil
}

// folders are the folders of the packages with annotations and types. swag finds the import path of a package
// only in its own folder, and the root of the module is no package.
func folders(root string, types []reflect.Type) []string {
	seen := map[string]bool{filepath.Join(root, "api"): true}
	for _, t := range types {
		if ours(t) {
			seen[filepath.Join(root, strings.TrimPrefix(t.PkgPath(), module))] = true
		}
	}
	return sortedKeys(seen)
}

// convert turns swag's Swagger 2.0 into OpenAPI 3.1.
func convert(raw []byte) (*openapi3.T, error) {
	var two openapi2.T
	if err := json.Unmarshal(raw, &two); err != nil {
		return nil, fmt.Errorf("read swag's output: %w", err)
	}
	doc, err := openapi2conv.ToV3(&two)
	if err != nil {
		return nil, fmt.Errorf("convert to OpenAPI 3: %w", err)
	}
	if doc.Components == nil {
		doc.Components = &openapi3.Components{}
	}
	for path, item := range doc.Paths.Map() { // operations get the parameters of their path
		for _, op := range item.Operations() {
			for _, name := range pathNames(path) {
				if op.Parameters.GetByInAndName("path", name) == nil {
					op.AddParameter(openapi3.NewPathParameter(name).WithSchema(openapi3.NewStringSchema()))
				}
			}
		}
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the annotations: %w", err)
	}
	openapi3conv.Upgrade(doc)
	doc.OpenAPI = "3.1.0"
	return doc, nil
}

// stub returns Go source with one annotation per type.
func stub(types []reflect.Type) []byte {
	alias, imports := map[string]string{}, []string{}
	name := func(pkg string) string {
		if alias[pkg] == "" {
			alias[pkg] = fmt.Sprintf("p%d", len(alias))
			imports = append(imports, fmt.Sprintf("import %s %q\n", alias[pkg], pkg))
		}
		return alias[pkg]
	}
	var body strings.Builder
	for i, t := range types {
		if !ours(t) || custom(t) {
			continue
		}
		fmt.Fprintf(&body, "// @Success 200 {object} %s\n// @Router %s%d [get]\nfunc f%d() {}\n\n", annotation(t, name), stubPath, i, i)
	}
	return []byte("package stub\n\n" + strings.Join(imports, "") +
		"\n// @title AIMS\n// @version 1\nfunc main() {}\n\n" + body.String())
}

var qualified = regexp.MustCompile(`([\w./~-]+)\.(\w+)`)

// annotation writes a type as swag reads it: p0.List[p1.Risk].
func annotation(t reflect.Type, alias func(pkg string) string) string {
	return qualified.ReplaceAllStringFunc(t.PkgPath()+"."+t.Name(), func(s string) string {
		dot := strings.LastIndex(s, ".")
		return alias(s[:dot]) + s[dot:]
	})
}

// stubNames reads the schema name of each type from the stub's operations, and removes those.
func stubNames(doc *openapi3.T, types []reflect.Type) map[reflect.Type]string {
	names := map[reflect.Type]string{}
	for i, t := range types {
		path := fmt.Sprintf("%s%d", stubPath, i)
		item := doc.Paths.Value(path)
		if item == nil {
			continue
		}
		doc.Paths.Delete(path)
		for _, media := range item.Get.Responses.Status(200).Value.Content {
			if media.Schema != nil && media.Schema.Ref != "" {
				names[t] = refName(media.Schema.Ref)
			}
		}
	}
	return names
}

// overrides makes swag skip the types that marshal their own JSON. Their structure comes from Go.
func overrides(types []reflect.Type) map[string]string {
	known := map[string]string{}
	for _, t := range types {
		switch {
		case !ours(t):
			known[t.String()] = "string" // the type name as in the source: swag has not read that package
		case custom(t):
			known[t.PkgPath()+"."+t.Name()] = "string"
		}
	}
	return known
}

func ours(t reflect.Type) bool {
	return t.PkgPath() == module || strings.HasPrefix(t.PkgPath(), module+"/")
}

func refName(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
