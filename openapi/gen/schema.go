package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/worklist"
)

// mode is the use of a schema. The schema of a request requires fewer members than the schema of an answer.
type mode int

const (
	answer mode = iota // every member is required, except extras
	input              // only what validation requires is required; unknown members are refused
	patch              // nothing is required; null deletes; fixed members are omitted
)

// schemas builds the component schemas. Their structure comes from the Go types, their descriptions and limits from swag.
type schemas struct {
	out      openapi3.Schemas
	words    openapi3.Schemas
	swagName map[reflect.Type]string
	enums    map[string][]string
	kinds    []string
	granted  map[string]bool         // the permissions of all routes
	owned    map[reflect.Type]string // types that belong to a kind: RiskInput, RiskStatus
	names    map[string]reflect.Type // the type of each component name
	answered map[reflect.Type]bool   // types used in answers
}

func newSchemas(out, words openapi3.Schemas, swagName map[reflect.Type]string, enums map[string][]string, kinds []string) *schemas {
	s := &schemas{
		out: out, words: words, swagName: swagName, enums: enums, kinds: kinds,
		names: map[string]reflect.Type{}, answered: map[reflect.Type]bool{}, owned: map[reflect.Type]string{},
	}
	for _, k := range record.Kinds() {
		name := s.name(k.Entity())
		s.owned[k.InputType()] = name + "Input"
		if status, ok := k.Entity().FieldByName("Status"); ok {
			s.owned[status.Type] = name + "Status"
		}
	}
	return s
}

// base is the type inside pointers, slices and maps.
func base(t reflect.Type) reflect.Type {
	for t.Name() == "" && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array || t.Kind() == reflect.Map) {
		t = t.Elem()
	}
	return t
}

// build makes the schemas of all routes. Answers come first, so that they get the short names.
func (s *schemas) build(routes []rest.Route) error {
	s.granted = map[string]bool{}
	for _, r := range routes {
		s.granted[r.Permission] = true
	}
	if _, err := s.of(reflect.TypeFor[api.Problem](), answer); err != nil {
		return err
	}
	for _, r := range routes {
		if r.Out != nil {
			if _, err := s.of(r.Out, answer); err != nil {
				return fmt.Errorf("%s %s answers %s: %w", r.Method, r.Path, r.Out, err)
			}
		}
	}
	for _, r := range routes {
		if r.Body != nil && !empty(r.Body) {
			if _, err := s.body(r); err != nil {
				return fmt.Errorf("%s %s takes %s: %w", r.Method, r.Path, r.Body, err)
			}
		}
	}
	return nil
}

// body is the schema of a route's request.
func (s *schemas) body(r rest.Route) (*openapi3.SchemaRef, error) {
	switch {
	case isBatch(r):
		return s.batch(r)
	case r.Shape != "patch":
		return s.of(r.Body, input)
	}
	t := base(r.Body)
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a patch needs the Input type as Route.Body, not %s", r.Body)
	}
	return s.component(strings.TrimSuffix(s.name(t), "Input")+"Patch", t, patch)
}

// of returns the schema of a type: a reference for a named one.
func (s *schemas) of(t reflect.Type, m mode) (*openapi3.SchemaRef, error) {
	if len(s.values(t)) > 0 {
		return s.component(s.name(t), t, m)
	}
	if known := simple(t); known != nil {
		return known.NewRef(), nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem(), m)
	case reflect.Interface:
		return openapi3.NewSchema().NewRef(), nil
	case reflect.Slice, reflect.Array:
		if m == patch {
			m = input // a merge patch replaces whole arrays
		}
		items, err := s.of(t.Elem(), m)
		if err != nil {
			return nil, err
		}
		return &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"array"}, Items: items}}, nil
	case reflect.Map:
		values, err := s.of(t.Elem(), m)
		if err != nil {
			return nil, err
		}
		object := openapi3.NewObjectSchema()
		object.AdditionalProperties.Schema = values
		return object.NewRef(), nil
	case reflect.Struct:
		if t.Name() == "" {
			return s.object(t, m, nil)
		}
		return s.component(s.nameFor(t, m), t, m)
	case reflect.String:
		return openapi3.NewStringSchema().NewRef(), nil
	default:
		return nil, fmt.Errorf("no schema for the Go type %s", t)
	}
}

// component registers a named type under a name and returns the reference.
func (s *schemas) component(name string, t reflect.Type, m mode) (*openapi3.SchemaRef, error) {
	ref := openapi3.NewSchemaRef("#/components/schemas/"+name, nil)
	if taken, ok := s.names[name]; ok {
		if taken != t {
			return nil, fmt.Errorf("%s and %s are both called %s: name one with `// @name`", taken, t, name)
		}
		return ref, nil
	}
	s.names[name] = t
	if m == answer {
		s.answered[t] = true
	}
	s.out[name] = openapi3.NewSchemaRef("", openapi3.NewSchema()) // for recursive types
	words := s.wordsOf(t)
	if values := s.values(t); len(values) > 0 {
		enum := openapi3.NewStringSchema()
		for _, v := range values {
			enum.Enum = append(enum.Enum, v)
		}
		enum.Extensions = map[string]any{"x-go-type": t.String()}
		annotate(enum, words)
		s.out[name] = enum.NewRef()
		return ref, nil
	}
	object, err := s.object(t, m, words)
	if err != nil {
		return nil, err
	}
	if len(object.Value.Properties) == 0 && m != patch {
		return nil, fmt.Errorf("%s has no JSON members: give the route the type that is written", t)
	}
	if m == answer {
		if err := s.addComputed(object.Value, t); err != nil {
			return nil, fmt.Errorf("%s: %w", t, err)
		}
	}
	s.out[name] = object
	return ref, nil
}

// values returns the enumeration of a string type: the declared one, or the constants that swag found.
func (s *schemas) values(t reflect.Type) []string {
	if values := s.enums[t.String()]; len(values) > 0 && ours(t) {
		return values
	}
	if t.Kind() != reflect.String || !ours(t) || simple(t) != nil {
		return nil
	}
	var found []string
	if words := s.wordsOf(t); words != nil {
		for _, v := range words.Enum {
			if text, ok := v.(string); ok && text != "" {
				found = append(found, text)
			}
		}
	}
	return found
}

func (s *schemas) wordsOf(t reflect.Type) *openapi3.Schema {
	if ref := s.words[s.swagName[t]]; ref != nil {
		return ref.Value
	}
	return nil
}

// object builds a struct's schema.
func (s *schemas) object(t reflect.Type, m mode, words *openapi3.Schema) (*openapi3.SchemaRef, error) {
	object := openapi3.NewObjectSchema()
	if words != nil {
		object.Description = words.Description
	}
	if m != answer {
		no := false
		object.AdditionalProperties.Has = &no // the decoder refuses unknown members
	}
	for _, f := range fields(t) {
		if m == patch && f.fixed {
			continue
		}
		property, err := s.property(f, m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		if words != nil && words.Properties[f.name] != nil {
			property = withWords(property, words.Properties[f.name])
		}
		if f.example != "" && property.Ref == "" && property.Value.Examples == nil && property.Value.Example == nil {
			property.Value.Examples = []any{parseExample(f.example, property.Value)}
		}
		if f.id && m != answer && property.Ref == "" && property.Value.Format == "" {
			property.Value.MinLength = 1
		}
		if f.mayBeNull(m) {
			property = nullable(property)
		}
		object.Properties[f.name] = property
		if f.always(m) {
			object.Required = append(object.Required, f.name)
		}
	}
	return object.NewRef(), nil
}

// always reports whether a member must be in a body of a mode.
func (f field) always(m mode) bool {
	switch m {
	case answer:
		return !f.extra
	case input:
		return f.required
	default:
		return false
	}
}

// mayBeNull reports whether a member may be null in a mode.
func (f field) mayBeNull(m mode) bool {
	null := f.typ.Kind() == reflect.Pointer || !f.required && f.swaggertype == "" && zeroIsNull(f.typ)
	switch m {
	case patch, input:
		return !f.required // null deletes the member, or says that it has no value
	default:
		return f.nullable || (null || f.null) && !f.extra
	}
}

func (s *schemas) property(f field, m mode) (*openapi3.SchemaRef, error) {
	if f.swaggertype != "" {
		return tagged(f.swaggertype, f.format), nil
	}
	if f.of != "" {
		return s.closed(f.of)
	}
	property, err := s.of(f.typ, m)
	if err != nil {
		return nil, err
	}
	if f.format == "" || property.Ref != "" {
		return property, nil
	}
	if items := property.Value.Items; items != nil && items.Ref == "" {
		items.Value.Format = f.format
	} else {
		property.Value.Format = f.format
	}
	return property, nil
}

// closed returns the component of an enumeration without a Go type. Its values come from the registered enumerations.
func (s *schemas) closed(name string) (*openapi3.SchemaRef, error) {
	list := map[string]func() []string{
		"RecordKind": rest.RecordKinds, "TaskAction": worklist.Actions,
		"ProblemCode": api.RefusalCodes, "FieldCode": api.FieldCodes, "BlockerCode": api.BlockerCodes,
	}[name]
	if list == nil {
		return nil, fmt.Errorf("there is no closed list %s", name)
	}
	enum := openapi3.NewStringSchema()
	for _, v := range list() {
		enum.Enum = append(enum.Enum, v)
	}
	if strings.HasSuffix(name, "Code") {
		enum.Description = "Values may be added later. /problems/{code} says what a code means and what to do."
	}
	s.out[name] = enum.NewRef()
	return openapi3.NewSchemaRef("#/components/schemas/"+name, nil), nil
}

func isBatch(r rest.Route) bool { return r.Body == reflect.TypeFor[rest.BatchInput]() }

// batch returns the schema of a batch, with patches of the route's kind.
func (s *schemas) batch(r rest.Route) (*openapi3.SchemaRef, error) {
	k := record.KindOf(r.Kind)
	kind := s.name(k.Entity())
	patched, err := s.component(kind+"Patch", k.InputType(), patch)
	if err != nil {
		return nil, err
	}
	item, err := s.object(reflect.TypeFor[rest.BatchItem](), input, s.wordsOf(reflect.TypeFor[rest.BatchItem]()))
	if err != nil {
		return nil, err
	}
	item.Value.Properties["patch"] = patched
	whole, err := s.object(r.Body, input, s.wordsOf(r.Body))
	if err != nil {
		return nil, err
	}
	whole.Value.Properties["items"].Value.Items = openapi3.NewSchemaRef("#/components/schemas/"+kind+"BatchItem", nil)
	s.out[kind+"BatchItem"], s.out[kind+"Batch"] = item, whole
	return openapi3.NewSchemaRef("#/components/schemas/"+kind+"Batch", nil), nil
}
