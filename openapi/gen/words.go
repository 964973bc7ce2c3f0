package main

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// simple returns the schema of a type that has no members, or nil.
func simple(t reflect.Type) *openapi3.Schema {
	switch t.PkgPath() + "." + t.Name() {
	case "time.Time":
		return openapi3.NewDateTimeSchema()
	case module + "/internal/record.Date":
		return openapi3.NewStringSchema().WithFormat("date")
	case module + "/internal/record.Duration":
		return openapi3.NewStringSchema().WithFormat("duration")
	case module + "/internal/governance.Share":
		return &openapi3.Schema{Type: &openapi3.Types{"string", "integer"}}
	case "github.com/google/uuid.UUID":
		return openapi3.NewUUIDSchema()
	case "encoding/json.RawMessage":
		return openapi3.NewSchema()
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8 {
		if reflect.PointerTo(t).Implements(jsonMarshaler) {
			return openapi3.NewSchema() // a raw JSON value
		}
		bytes := openapi3.NewStringSchema()
		bytes.Extensions = map[string]any{"contentEncoding": "base64"}
		return bytes
	}
	if t.Kind() != reflect.Interface && t.Name() != "" && custom(t) {
		if reflect.PointerTo(t).Implements(textMarshaler) {
			return openapi3.NewStringSchema()
		}
		if t.Kind() != reflect.String {
			return openapi3.NewSchema()
		}
	}
	switch t.Kind() {
	case reflect.Bool:
		return openapi3.NewBoolSchema()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Uint8, reflect.Uint16:
		return openapi3.NewIntegerSchema()
	case reflect.Int32, reflect.Uint32:
		return openapi3.NewIntegerSchema().WithFormat("int32")
	case reflect.Int64, reflect.Uint, reflect.Uint64:
		return openapi3.NewIntegerSchema().WithFormat("int64")
	case reflect.Float32, reflect.Float64:
		return openapi3.NewFloat64Schema()
	}
	return nil
}

// tagged reads a swaggertype tag: "string", "array,string", "primitive,integer".
func tagged(tag, format string) *openapi3.SchemaRef {
	parts := strings.Split(tag, ",")
	last := parts[len(parts)-1]
	schema := &openapi3.Schema{Type: &openapi3.Types{last}, Format: format}
	if last == "object" {
		yes := true
		schema.AdditionalProperties.Has = &yes
	}
	if parts[0] == "array" {
		return openapi3.NewArraySchema().WithItems(schema).NewRef()
	}
	return schema.NewRef()
}

// withWords adds the Go comment, limits and example of a property.
func withWords(property, words *openapi3.SchemaRef) *openapi3.SchemaRef {
	if words.Value == nil {
		return property
	}
	if property.Ref != "" {
		if words.Ref != "" || words.Value.Description == "" {
			return property
		}
		return &openapi3.SchemaRef{Value: &openapi3.Schema{Description: words.Value.Description, AllOf: openapi3.SchemaRefs{property}}}
	}
	if words.Ref == "" {
		annotate(property.Value, words.Value)
	}
	return property
}

// annotate copies the description and the limits that fit the type of the schema.
func annotate(to, from *openapi3.Schema) {
	if from == nil {
		return
	}
	to.Description, to.Title, to.Default, to.Deprecated, to.ReadOnly = from.Description, from.Title, from.Default, from.Deprecated, from.ReadOnly
	if to.Type == nil || from.Type == nil || !from.Type.Includes(to.Type.Slice()[0]) {
		return
	}
	if len(to.Enum) == 0 && to.Items == nil {
		to.Enum = from.Enum
	}
	if to.Format == "" {
		to.Format = from.Format
	}
	to.Examples, to.Pattern = from.Examples, from.Pattern
	to.Min, to.Max, to.ExclusiveMin, to.ExclusiveMax, to.MultipleOf = from.Min, from.Max, from.ExclusiveMin, from.ExclusiveMax, from.MultipleOf
	to.MinLength, to.MaxLength = from.MinLength, from.MaxLength
	to.MinItems, to.MaxItems, to.UniqueItems = from.MinItems, from.MaxItems, from.UniqueItems
	if to.Items != nil && to.Items.Ref == "" && from.Items != nil && from.Items.Value != nil {
		annotate(to.Items.Value, from.Items.Value)
	}
}

// nullable allows null beside the schema.
func nullable(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	null := &openapi3.Schema{Type: &openapi3.Types{"null"}}
	switch {
	case ref.Ref != "":
		return openapi3.NewSchemaRef("", &openapi3.Schema{AnyOf: openapi3.SchemaRefs{ref, null.NewRef()}})
	case len(ref.Value.AllOf) == 1: // a reference with a description
		return openapi3.NewSchemaRef("", &openapi3.Schema{Description: ref.Value.Description, AnyOf: openapi3.SchemaRefs{ref.Value.AllOf[0], null.NewRef()}})
	case ref.Value.Type.IsEmpty(): // anything
		return ref
	}
	types := ref.Value.Type.Clone()
	types.With("null")
	ref.Value.Type = &types
	if len(ref.Value.Enum) > 0 {
		ref.Value.Enum = append(ref.Value.Enum[:len(ref.Value.Enum):len(ref.Value.Enum)], nil)
	}
	return ref
}

func parseExample(tag string, schema *openapi3.Schema) any {
	if schema.Type.Is("string") {
		return tag
	}
	if schema.Type.Is("array") {
		var values []any
		for part := range strings.SplitSeq(tag, ",") {
			values = append(values, part)
		}
		return values
	}
	if schema.Type.Is("object") { // name:value, as swag reads it
		object := map[string]any{}
		for part := range strings.SplitSeq(tag, ",") {
			name, v, _ := strings.Cut(part, ":")
			object[name] = parseExample(v, schema.AdditionalProperties.Schema.Value)
		}
		return object
	}
	var value any
	if json.Unmarshal([]byte(tag), &value) != nil {
		return tag
	}
	return value
}
