package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/rest"
)

// eventUnion makes the schema of an event a union by its kind: the document is that of the kind, and the actions are those on it.
func (s *schemas) eventUnion(routes []rest.Route) error {
	name := s.name(reflect.TypeFor[event.Event]())
	whole := s.out[name]
	if whole == nil {
		return nil
	}
	actions := eventActions(routes)
	union := &openapi3.Schema{
		Description:   whole.Value.Description,
		Discriminator: &openapi3.Discriminator{PropertyName: "kind", Mapping: map[string]openapi3.MappingRef{}},
	}
	for _, k := range record.Kinds() {
		document, err := s.documentOf(k)
		if err != nil {
			return fmt.Errorf("the document of a %s: %w", k.Name, err)
		}
		one := *whole.Value
		one.Description = "An event of a record of the kind " + k.Name + "."
		one.Properties = maps.Clone(whole.Value.Properties)
		one.Properties["kind"] = only(k.Name)
		action := openapi3.NewStringSchema()
		action.Description = "What was done. Values may be added."
		for _, a := range actions[k.Name] {
			action.Enum = append(action.Enum, a)
		}
		one.Properties["action"] = action.NewRef()
		one.Properties["document"] = nullable(document)
		part := s.name(k.Entity()) + name
		s.out[part] = one.NewRef()
		ref := "#/components/schemas/" + part
		union.OneOf = append(union.OneOf, openapi3.NewSchemaRef(ref, nil))
		union.Discriminator.Mapping[k.Name] = openapi3.MappingRef{Ref: ref}
	}
	s.out[name] = union.NewRef()
	return nil
}

// only is the schema of a text with one value.
func only(value string) *openapi3.SchemaRef {
	text := openapi3.NewStringSchema()
	text.Enum = []any{value}
	return text.NewRef()
}

// documentOf returns the schema of a kind's document in an event: the record without private members and without what depends on the caller.
func (s *schemas) documentOf(k *record.Kind) (*openapi3.SchemaRef, error) {
	whole, err := s.of(k.Entity(), answer)
	if err != nil {
		return nil, err
	}
	entity := s.out[strings.TrimPrefix(whole.Ref, "#/components/schemas/")].Value
	beside := k.ShownBeside()
	for _, f := range k.Private() {
		beside = append(beside, f.Name)
	}
	document := *entity
	document.Description = "The document of a record as it was after an event."
	document.Properties = maps.Clone(entity.Properties)
	document.Required = slices.DeleteFunc(slices.Clone(entity.Required), func(name string) bool { return slices.Contains(beside, name) })
	for _, name := range beside {
		delete(document.Properties, name)
	}
	name := s.name(k.Entity()) + "Logged"
	if s.out[name] != nil {
		return nil, fmt.Errorf("there is a schema %s already", name)
	}
	s.out[name] = document.NewRef()
	return openapi3.NewSchemaRef("#/components/schemas/"+name, nil), nil
}

// eventActions returns the actions of the events of each kind: those that routes ask permission for, and those that follow from others.
func eventActions(routes []rest.Route) map[string][]string {
	out := map[string][]string{}
	add := func(permission string) {
		if kind, action, ok := strings.Cut(permission, ":"); ok && record.KindOf(kind) != nil && action != "read" {
			out[kind] = append(out[kind], action)
		}
	}
	for _, k := range record.Kinds() {
		out[k.Name] = append(slices.Clone(k.Actions()), "create", "install", "import")
	}
	for _, r := range routes {
		add(r.Permission)
		for _, e := range api.OutcomeOf(r).Events {
			add(e)
		}
	}
	for kind, list := range out {
		slices.Sort(list)
		out[kind] = slices.Compact(list)
	}
	return out
}
