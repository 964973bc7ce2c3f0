package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// addComputed adds the members of an answer that are not in the stored document, because they depend on the caller or the day.
// None of them is required: events, as_of and plain lists omit them.
func (s *schemas) addComputed(object *openapi3.Schema, t reflect.Type) error {
	var kind *record.Kind
	for _, k := range record.Kinds() {
		if k.Entity() == t {
			kind = k
		}
	}
	if kind == nil {
		return nil
	}
	if number := object.Properties["number"]; number != nil {
		number.Value.Examples = []any{kind.Prefix + "-0042"}
	}
	actions := openapi3.NewStringSchema()
	for _, a := range kind.Actions() {
		if s.granted[kind.Name+":"+a] { // only actions of callers; expire, for one, is the server's
			actions.Enum = append(actions.Enum, a)
		}
	}
	allowed, overdue := openapi3.NewArraySchema().WithItems(actions), openapi3.NewBoolSchema()
	allowed.Description = "The actions that the caller may do on the record now. Every answer of one record has it, except with as_of; lists have it with include=allowed_actions."
	overdue.Description = "The day it is due has passed. Every answer of one record has it, except with as_of."
	more := openapi3.Schemas{"allowed_actions": allowed.NewRef()}
	if kind.Due {
		more["overdue"] = overdue.NewRef()
	}
	for _, m := range kind.Marks {
		mark := openapi3.NewBoolSchema()
		mark.Description = m.Doc + " Every answer of one record has it, except with as_of."
		more[m.Name] = mark.NewRef()
	}
	for name, schema := range more {
		if object.Properties[name] != nil {
			return fmt.Errorf("the member %s is already there", name)
		}
		object.Properties[name] = schema
	}
	return nil
}

// addExpanded adds the member that the parameter expand asks for to the schema of an answer.
func (s *schemas) addExpanded(answered *openapi3.SchemaRef) error {
	summary, err := s.of(reflect.TypeFor[rest.Reference](), answer)
	if err != nil {
		return err
	}
	s.out["Expanded"] = openapi3.NewObjectSchema().NewRef()
	all := s.out["Expanded"].Value
	all.Description = "The records that fields of the answer name, by the values in the fields. A record that the caller may not read is null."
	all.AdditionalProperties.Schema = nullable(summary)
	object := answered.Value
	if name, ok := strings.CutPrefix(answered.Ref, "#/components/schemas/"); ok {
		object = s.out[name].Value
	}
	object.Properties["expanded"] = openapi3.NewSchemaRef("#/components/schemas/Expanded", nil)
	return nil
}
