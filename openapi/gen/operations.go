package main

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// operations builds the paths of the document from the routes. It keeps what an annotation says and adds what follows
// from the route. An annotation without a route, or with other types than the route, is an error.
func operations(doc *openapi3.T, routes []rest.Route, s *schemas, g grants) error {
	annotated := doc.Paths
	doc.Paths = openapi3.NewPaths()
	var faults []error
	ids, tags := map[string]string{}, map[string]bool{}
	for _, r := range routes {
		where := r.Method + " " + r.Path
		op, err := operation(r, annotatedAs(annotated, r), s, g)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", where, err))
			continue
		}
		if other := ids[op.OperationID]; other != "" {
			faults = append(faults, fmt.Errorf("%s and %s are both %s: name one with @ID", other, where, op.OperationID))
		}
		ids[op.OperationID] = where
		for _, tag := range op.Tags {
			tags[tag] = true
		}
		item := doc.Paths.Value(r.Path)
		if item == nil {
			item = &openapi3.PathItem{}
			doc.Paths.Set(r.Path, item)
		}
		if item.GetOperation(r.Method) != nil {
			faults = append(faults, fmt.Errorf("%s stands twice in the route list", where))
		}
		item.SetOperation(r.Method, op)
	}
	for path, item := range annotated.Map() {
		for method := range item.Operations() {
			if !slices.ContainsFunc(routes, func(r rest.Route) bool { return r.Method == method && r.Path == path }) {
				faults = append(faults, fmt.Errorf("%s %s is annotated, but no route has it", method, path))
			}
		}
	}
	var undescribed []error
	doc.Tags, undescribed = describeTags(sortedKeys(tags))
	faults = append(faults, undescribed...)
	doc.Extensions = map[string]any{"x-tagGroups": tagGroups}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}

func annotatedAs(paths *openapi3.Paths, r rest.Route) *openapi3.Operation {
	if item := paths.Value(r.Path); item != nil {
		if op := item.GetOperation(r.Method); op != nil {
			return op
		}
	}
	return &openapi3.Operation{}
}

// operation builds the operation of a route; op is its annotation.
func operation(r rest.Route, op *openapi3.Operation, s *schemas, g grants) (*openapi3.Operation, error) {
	if op.Summary == "" {
		op.Summary = r.Summary
	}
	if op.Summary == "" {
		return nil, errors.New("neither an annotation nor the route list has a summary")
	}
	if op.OperationID == "" {
		op.OperationID = operationID(r)
	}
	if len(op.Tags) == 0 {
		tag, _, _ := strings.Cut(strings.Split(strings.Trim(r.Path, "/"), "/")[0], ".") // deadlines.ics belongs to deadlines
		op.Tags = []string{tag}
	}
	op.Security = nil
	if public(r) {
		op.Security = &openapi3.SecurityRequirements{}
	}
	facts(r, op, g)
	var err error
	if op.Parameters, err = parameters(r, op); err != nil {
		return nil, err
	}
	if op.RequestBody, err = requestBody(r, op, s); err != nil {
		return nil, err
	}
	op.Responses, err = responses(r, op, s)
	return op, err
}

func public(r rest.Route) bool { return strings.HasPrefix(r.Permission, "public") }

// parameters returns the parameters of the path and the query, and the headers that follow from the route's shape.
func parameters(r rest.Route, op *openapi3.Operation) (openapi3.Parameters, error) {
	var out openapi3.Parameters
	for _, name := range pathNames(r.Path) {
		out = append(out, pathParameter(name, r, op))
	}
	for _, q := range r.Query {
		p, err := queryParameter(q, op)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	for _, p := range op.Parameters {
		if p.Value == nil || p.Value.In != "query" {
			continue
		}
		if out.GetByInAndName("query", p.Value.Name) == nil {
			return nil, fmt.Errorf("the annotation has the query parameter %q, the route list has not", p.Value.Name)
		}
	}
	if r.IfMatch {
		out = append(out, parameterRef("IfMatch"))
	}
	if r.Idempotent {
		out = append(out, parameterRef("IdempotencyKey"))
	}
	if conditional(r) {
		out = append(out, parameterRef("IfNoneMatch"))
	}
	return append(out, parameterRef("AcceptLanguage")), nil
}

// pathNames returns the names in braces of a path.
func pathNames(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

func pathParameter(name string, r rest.Route, op *openapi3.Operation) *openapi3.ParameterRef {
	schema := openapi3.NewStringSchema()
	text := map[string]string{"id": "The record's id.", "sub": "The part's id."}[name]
	if k := record.KindOf(r.Kind); name == "id" && k != nil && k.Key != "" {
		text = "The record's id, or its " + k.Key + "."
	} else if name == "id" {
		schema.Format = "uuid"
	}
	if p := op.Parameters.GetByInAndName("path", name); p != nil && p.Description != "" && p.Description != "id" {
		text = p.Description
	}
	if text == "" {
		text = "The " + strings.ReplaceAll(strings.TrimSuffix(name, "_id"), "_", " ") + "'s id."
	}
	return &openapi3.ParameterRef{Value: openapi3.NewPathParameter(name).WithDescription(text).WithSchema(schema)}
}

func queryParameter(q rest.Param, op *openapi3.Operation) (*openapi3.ParameterRef, error) {
	if !slices.Contains([]string{"string", "integer", "boolean", "number"}, q.Type) {
		return nil, fmt.Errorf("the parameter %s has the type %q", q.Name, q.Type)
	}
	schema := &openapi3.Schema{Type: &openapi3.Types{q.Type}}
	for _, v := range q.Enum {
		schema.Enum = append(schema.Enum, v)
	}
	if first, second, either := strings.Cut(q.Format, "|"); either {
		schema = &openapi3.Schema{AnyOf: openapi3.SchemaRefs{openapi3.NewStringSchema().WithFormat(first).NewRef(), openapi3.NewStringSchema().WithFormat(second).NewRef()}}
	} else {
		schema.Format = q.Format
	}
	if q.Name == "limit" {
		schema.WithMin(1).WithMax(200).WithDefault(50)
	}
	if q.Repeated || q.List {
		schema = openapi3.NewArraySchema().WithItems(schema)
	}
	if q.Most > 0 {
		schema.WithMaxItems(int64(q.Most))
	}
	p := openapi3.NewQueryParameter(q.Name).WithDescription(q.Doc).WithSchema(schema)
	if q.List {
		no := false
		p.Style, p.Explode = "form", &no
	}
	p.In, p.Required = orString(q.In, "query"), q.Required
	if note := op.Parameters.GetByInAndName(p.In, q.Name); note != nil {
		p.Required = p.Required || note.Required
		if q.Doc == "" {
			p.Description = note.Description
		}
	}
	return &openapi3.ParameterRef{Value: p}, nil
}

func orString(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// requestBody describes the body by its Go type. Files and forms are described by the annotation.
func requestBody(r rest.Route, op *openapi3.Operation, s *schemas) (*openapi3.RequestBodyRef, error) {
	if r.Body == nil {
		if op.RequestBody != nil && op.RequestBody.Value != nil {
			for _, media := range op.RequestBody.Value.Content { // a form
				for _, part := range formParts(media) {
					part.Value.Extensions = nil
				}
			}
		}
		if op.RequestBody == nil && len(r.Takes) > 0 {
			return &openapi3.RequestBodyRef{Value: openapi3.NewRequestBody().WithRequired(true).WithContent(texts(r.Takes))}, nil
		}
		return op.RequestBody, nil
	}
	if empty(r.Body) {
		return nil, nil //nolint:nilnil // the verb has no body
	}
	schema, err := s.body(r)
	if err != nil {
		return nil, err
	}
	body := openapi3.NewRequestBody().WithRequired(r.Shape != "optional").WithContent(openapi3.Content{})
	types := append([]string{"application/json"}, r.Takes...)
	if r.Shape == "patch" {
		types = append(types, "application/merge-patch+json")
	}
	if op.RequestBody != nil && op.RequestBody.Value != nil {
		body.Description = op.RequestBody.Value.Description
		for _, mediaType := range sortedKeys(op.RequestBody.Value.Content) {
			if mediaType != "*/*" { // @Accept may name more, such as YAML
				types = append(types, mediaType)
			}
			if err := agree(op.RequestBody.Value.Content[mediaType].Schema, r.Body, s, "takes"); err != nil {
				return nil, err
			}
		}
	}
	for _, mediaType := range types {
		body.Content[mediaType] = &openapi3.MediaType{Schema: schema}
		if slices.Contains(r.Takes, mediaType) && !strings.HasSuffix(mediaType, "json") {
			text, err := written.ReadFile("examples/" + refName(schema.Ref) + "." + mediaType[strings.Index(mediaType, "/")+1:])
			if err != nil {
				return nil, fmt.Errorf("%s has no example: %w", mediaType, err)
			}
			body.Content[mediaType] = &openapi3.MediaType{Schema: openapi3.NewStringSchema().NewRef(), Example: string(text)}
		}
	}
	return &openapi3.RequestBodyRef{Value: body}, nil
}

// texts describes bodies that are not JSON: CSV, SVG, files.
func texts(mediaTypes []string) openapi3.Content {
	content := openapi3.Content{}
	for _, mediaType := range mediaTypes {
		schema := openapi3.NewStringSchema()
		if !strings.HasPrefix(mediaType, "text/") && !strings.HasSuffix(mediaType, "xml") {
			schema.Format = "binary"
		}
		content[mediaType] = &openapi3.MediaType{Schema: schema.NewRef()}
	}
	return content
}

func formParts(media *openapi3.MediaType) openapi3.Schemas {
	if media.Schema == nil || media.Schema.Value == nil {
		return nil
	}
	return media.Schema.Value.Properties
}

// empty reports whether a body has no members, so that the verb needs none.
func empty(t reflect.Type) bool {
	t = base(t)
	return t.Kind() == reflect.Struct && !custom(t) && len(fields(t)) == 0
}

// agree reports whether an annotation names the type of the route.
func agree(noted *openapi3.SchemaRef, t reflect.Type, s *schemas, does string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if noted == nil || noted.Ref == "" || s.swagName[t] == "" || s.swagName[t] == refName(noted.Ref) {
		return nil
	}
	return fmt.Errorf("the annotation %s %s, the route list %s", does, refName(noted.Ref), t)
}
