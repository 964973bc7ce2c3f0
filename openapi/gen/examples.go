package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// examples adds an example to every JSON body. It is generated from the schema and stored once per schema.
func examples(doc *openapi3.T) {
	doc.Components.Examples = openapi3.Examples{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil && op.RequestBody.Value != nil {
				exemplify(doc.Components.Examples, op.RequestBody.Value.Content)
			}
			for status, r := range op.Responses.Map() {
				if r.Ref == "" && strings.HasPrefix(status, "2") {
					exemplify(doc.Components.Examples, r.Value.Content)
				}
			}
		}
	}
}

// written are handwritten examples, whose parts must fit each other. All others are generated from their schema.
//
//go:embed examples
var written embed.FS

func exemplify(kept openapi3.Examples, content openapi3.Content) {
	for mediaType, media := range content {
		if !strings.HasSuffix(mediaType, "json") || media.Example != nil || media.Examples != nil || media.Schema == nil {
			continue
		}
		value := example("", media.Schema, nil)
		if media.Schema.Ref == "" {
			media.Example = value
			continue
		}
		name := refName(media.Schema.Ref)
		kept[name] = &openapi3.ExampleRef{Value: openapi3.NewExample(value)}
		media.Examples = openapi3.Examples{"example": &openapi3.ExampleRef{Ref: "#/components/examples/" + name, Value: kept[name].Value}}
	}
}

// trim reduces the example of a patch to one telling member.
func trim(object map[string]any) {
	keep := ""
	for _, name := range slices.Sorted(maps.Keys(object)) {
		_, text := object[name].(string)
		if named := name == "title" || name == "name"; named || text && keep == "" {
			keep = name
		}
	}
	for name := range object {
		if keep != "" && name != keep {
			delete(object, name)
		}
	}
}

// none marks a schema that contains itself, so that it has no finite example.
type none struct{}

// example generates a value of the schema. Inside lists the schemas around it.
func example(name string, ref *openapi3.SchemaRef, inside []*openapi3.Schema) any {
	schema := ref.Value
	if schema == nil || slices.Contains(inside, schema) || len(inside) > 12 {
		return none{}
	}
	inside = append(inside[:len(inside):len(inside)], schema)
	component := refName(ref.Ref)
	if text, err := written.ReadFile("examples/" + component + ".json"); err == nil {
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			panic(fmt.Sprintf("example of %s: %v", component, err)) // the file is embedded
		}
		return value
	}
	switch {
	case len(schema.Examples) > 0:
		return schema.Examples[0]
	case schema.Const != nil:
		return schema.Const
	case schema.Default != nil:
		return schema.Default
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case len(schema.AllOf) > 0:
		return example(name, schema.AllOf[0], inside)
	case len(schema.AnyOf) > 0:
		return orNull(example(name, schema.AnyOf[0], inside))
	case len(schema.OneOf) > 0:
		return example(name, schema.OneOf[0], inside)
	case schema.Type.Includes("object"):
		value := exampleObject(schema, inside)
		if object, ok := value.(map[string]any); ok && strings.HasSuffix(component, "Patch") {
			trim(object)
		}
		return value
	case name == "external_refs":
		return []any{}
	case schema.Type.Includes("array"):
		if item := example(strings.TrimSuffix(name, "s"), schema.Items, inside); item != any(none{}) {
			return []any{item}
		}
		return []any{}
	case schema.Type.Includes("string"):
		return exampleString(name, schema)
	case schema.Type.Includes("integer"), schema.Type.Includes("number"):
		return exampleNumber(name, schema)
	case schema.Type.Includes("boolean"):
		return true
	}
	return map[string]any{}
}

func orNull(v any) any {
	if v == any(none{}) {
		return nil
	}
	return v
}

// seldom are members that an example shows only if they are required.
var seldom = []string{"external_refs", "expanded", "facets"}

func exampleObject(schema *openapi3.Schema, inside []*openapi3.Schema) any {
	object := map[string]any{}
	for name, property := range schema.Properties {
		if slices.Contains(seldom, name) && !slices.Contains(schema.Required, name) {
			continue
		}
		value := example(name, property, inside)
		if value != any(none{}) {
			object[name] = value
		} else if slices.Contains(schema.Required, name) {
			return none{}
		}
	}
	if values := schema.AdditionalProperties.Schema; values != nil && len(object) == 0 {
		if value := example("", values, inside); value != any(none{}) {
			object["key"] = value // a map whose field has no example tag
		}
	}
	return object
}

const exampleID = "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10"

// byName holds realistic values by the name of the member.
var byName = map[string]string{ //nolint:gosec // no password is real
	"number": "RISK-0042", "scope": "/siv/", "username": "owner", "password": "et langt passord",
	"email": "kari.nordmann@example.org", "title": "Feil prioritering av brystsmerter", "name": "Kari Nordmann",
	"nb": "Feil prioritering av brystsmerter", "en": "Wrong triage of chest pain", "next_cursor": "eyJ2IjoxfQ",
	"reason": "Leverandøren endret modellen etter validering.", "key": "iso-42001", "url": "https://example.org/document",
	"description": "Modellen rangerer atypiske brystsmerter for lavt.", "pointer": "/title", "code": "required",
	"token": "aims_Zm9yIGV4YW1wbGUgb25seQ", "system": "eqs", "text": "Modellen rangerer atypiske brystsmerter for lavt.",
	"etag": `"4-5f1d7a84"`, "cursor": "eyJ2IjoxfQ", "request_id": exampleID,
}

var byFormat = map[string]string{
	"date-time": "2026-11-21T09:30:00Z", "date": "2026-11-21", "duration": "P1Y", "uuid": exampleID, "email": "kari.nordmann@example.org",
	"uri": "https://example.org/document", "uri-reference": "/risks/" + exampleID, "byte": "QUlNUw==", "time": "09:30:00Z",
}

func exampleString(name string, schema *openapi3.Schema) any {
	value, ok := byFormat[schema.Format]
	if !ok {
		if value = byName[name]; value == "" {
			value = "text"
		}
		if name == "id" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_by") {
			value = exampleID
		}
	}
	for uint64(len(value)) < schema.MinLength {
		value += "x"
	}
	if schema.MaxLength != nil && uint64(len(value)) > *schema.MaxLength {
		value = value[:*schema.MaxLength]
	}
	return value
}

func exampleNumber(name string, schema *openapi3.Schema) any {
	value := map[string]float64{"version": 4, "status": 200, "total": 128}[name]
	if value == 0 {
		value = 1
	}
	if schema.Min != nil && value < *schema.Min {
		value = *schema.Min
	}
	if schema.Max != nil && value > *schema.Max {
		value = *schema.Max
	}
	return value
}
