// Command gen writes openapi.json. swag reads the annotations, and kin-openapi converts them to OpenAPI 3.1.
// Parameters, headers, problems and examples are generated from the routes of package api.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

func main() {
	root := flag.String("root", "..", "folder of the module")
	out := flag.String("out", "openapi.json", "file to write")
	flag.Parse()
	values, err := enums()
	var doc []byte
	if err == nil {
		doc, err = describe(*root, api.Routes(), values)
	}
	if err == nil {
		err = os.WriteFile(*out, doc, 0o644) //nolint:gosec // a public file in the repository
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "openapi/gen:", err)
		os.Exit(1)
	}
}

// describe returns the description of the routes as JSON. The same source gives the same bytes.
func describe(root string, routes []rest.Route, enums map[string][]string) ([]byte, error) {
	for i := range routes {
		plain(&routes[i])
	}
	types := reachable(routes)
	doc, swagNames, err := annotations(root, types)
	if err != nil {
		return nil, err
	}
	words := doc.Components.Schemas // descriptions from the Go comments
	doc.Components = &openapi3.Components{Schemas: openapi3.Schemas{}}

	s := newSchemas(doc.Components.Schemas, words, swagNames, enums, kinds(routes))
	if err := s.build(routes); err != nil {
		return nil, err
	}
	s.requireScopes()
	if err := s.eventUnion(routes); err != nil {
		return nil, err
	}
	common(doc)
	g, err := readGrants(policies.Files)
	if err != nil {
		return nil, err
	}
	if err := operations(doc, routes, s, g); err != nil {
		return nil, err
	}
	return finish(doc, routes)
}

// plain replaces the types that stand for "no content" and "not JSON".
func plain(r *rest.Route) {
	switch r.Out {
	case reflect.TypeFor[record.None]():
		r.Out, r.Status = nil, http.StatusNoContent
	case reflect.TypeFor[rest.Raw]():
		r.Out = nil
	}
	if r.Shape == "list" && r.Out != nil && !slices.ContainsFunc(fields(base(r.Out)), func(f field) bool { return f.name == "items" }) {
		r.Out = pageOf(r.Out)
	}
}

// pageOf returns the page type of a list whose route names only the item type.
func pageOf(item reflect.Type) reflect.Type {
	page := reflect.VisibleFields(reflect.TypeFor[rest.Page[record.None]]())
	page[0].Type = reflect.SliceOf(item)
	return reflect.StructOf(page)
}

// finish adds the examples, and prunes, validates and encodes the document.
func finish(doc *openapi3.T, routes []rest.Route) ([]byte, error) {
	doc.OpenAPI = "3.1.0"
	raw, err := encode(doc)
	if err != nil {
		return nil, err
	}
	loader := openapi3.NewLoader()
	loaded, err := loader.LoadFromData(raw)
	if err != nil {
		return nil, fmt.Errorf("load the description: %w", err)
	}
	answers, err := fromDemo(raw, routes)
	if err != nil {
		return nil, fmt.Errorf("read the demo: %w", err)
	}
	if err := examples(loaded, answers); err != nil {
		return nil, err
	}
	prune(loaded)
	// Each example was checked once, by the function examples. This validation would compile its schema again for every operation.
	if err := loaded.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("the description is not valid: %w", err)
	}
	return encode(loaded)
}

// enums returns the values of every enumeration by the name of its type. Some are read from the seed.
func enums() (map[string][]string, error) {
	if err := catalogue.Load(seed.Files); err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for name, list := range record.AllChoices() {
		for _, c := range list {
			out[name] = append(out[name], c.Value)
		}
	}
	return out, nil
}
