package main

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// examples adds an example to every JSON body, and stores it once per schema. Answers are those that the demo hospital gave. A body that creates or
// patches a record has the members that it takes of such an answer. Other bodies are made from their schema.
func examples(doc *openapi3.T, answers map[string]any) error {
	doc.Components.Examples = openapi3.Examples{}
	x := exemplifier{kept: doc.Components.Examples, known: map[string]any{}}
	paths := slices.SortedFunc(maps.Keys(doc.Paths.Map()), func(a, b string) int { // a record before what reads it in another way
		return cmp.Or(strings.Count(a, "/")-strings.Count(b, "/"), strings.Compare(a, b))
	})
	for _, path := range paths {
		item := doc.Paths.Value(path)
		for _, op := range []*openapi3.Operation{item.Get, item.Post} {
			if answer, ok := answers[path]; ok && op != nil {
				x.learn(op, answer)
				break
			}
		}
	}
	for _, path := range paths {
		for _, op := range doc.Paths.Value(path).Operations() {
			x.operation(path, op)
		}
	}
	slices.Sort(x.faults)
	return errors.Join(errorsOf(slices.Compact(x.faults))...)
}

func errorsOf(list []string) []error {
	out := make([]error, len(list))
	for i, s := range list {
		out[i] = errors.New(s)
	}
	return out
}

// exemplifier collects the examples of a document.
type exemplifier struct {
	kept   openapi3.Examples
	known  map[string]any // answers of the demo hospital, by the schema that they have
	faults []string
}

// learn keeps an answer as the example of its schema, or of its operation if the schema has no name.
func (x *exemplifier) learn(op *openapi3.Operation, answer any) {
	for _, status := range []string{"200", "201"} {
		r := op.Responses.Value(status)
		if r == nil || r.Value == nil || r.Value.Content["application/json"] == nil {
			continue
		}
		switch media := r.Value.Content["application/json"]; {
		case media.Schema.Ref == "":
			media.Example = answer
			x.check(op.OperationID, media.Schema, answer)
		case x.known[refName(media.Schema.Ref)] == nil:
			x.known[refName(media.Schema.Ref)] = answer
		}
	}
}

// operation adds the examples of an operation.
func (x *exemplifier) operation(path string, op *openapi3.Operation) {
	for status, r := range op.Responses.Map() {
		if r.Ref == "" && strings.HasPrefix(status, "2") {
			x.content(r.Value.Content, nil)
		}
	}
	if op.RequestBody == nil || op.RequestBody.Value == nil {
		return
	}
	var made any
	if r := op.Responses.Value("201"); r != nil || strings.HasSuffix(path, "/{id}") {
		made = x.known[answered(op)]
	}
	x.content(op.RequestBody.Value.Content, made)
}

// answered is the schema of an operation's answer.
func answered(op *openapi3.Operation) string {
	for _, status := range []string{"200", "201"} {
		if r := op.Responses.Value(status); r != nil && r.Value.Content["application/json"] != nil {
			return refName(r.Value.Content["application/json"].Schema.Ref)
		}
	}
	return ""
}

// content adds an example to the JSON of a body. If the body makes or changes a record, made is such a record.
func (x *exemplifier) content(content openapi3.Content, made any) {
	for mediaType, media := range content {
		if !strings.HasSuffix(mediaType, "json") || media.Example != nil || media.Examples != nil || media.Schema == nil {
			continue
		}
		name := refName(media.Schema.Ref)
		value, known := x.known[name]
		if !known {
			value = x.example("", media.Schema, nil)
			if made != nil && !handwritten(name) {
				if object, ok := taken(media.Schema, made, value).(map[string]any); ok && len(object) > 0 {
					value = object
					if strings.HasSuffix(name, "Patch") {
						trim(object)
					}
				}
			}
		}
		x.check(name, media.Schema, value)
		if name == "" {
			media.Example = value
			continue
		}
		if x.kept[name] == nil {
			x.kept[name] = &openapi3.ExampleRef{Value: openapi3.NewExample(value)}
		}
		media.Examples = openapi3.Examples{"example": &openapi3.ExampleRef{Ref: "#/components/examples/" + name, Value: x.kept[name].Value}}
	}
}

// check notes an example that its schema refuses.
func (x *exemplifier) check(name string, schema *openapi3.SchemaRef, value any) {
	raw, err := json.Marshal(value)
	if err == nil {
		var plain any
		if err = json.Unmarshal(raw, &plain); err == nil {
			err = schema.Value.VisitJSON(plain)
		}
	}
	if err != nil {
		x.faults = append(x.faults, fmt.Sprintf("the example of %s: %v", name, err))
	}
}

// taken returns the members of a record that a body takes. Members without value are left out, unless the body needs them: then they are from the
// example that the schema gives.
func taken(ref *openapi3.SchemaRef, made, otherwise any) any {
	object, ok := made.(map[string]any)
	schema := objectOf(ref)
	if !ok || schema == nil || len(schema.Properties) == 0 {
		return made
	}
	other, _ := otherwise.(map[string]any)
	out := map[string]any{}
	for name, property := range schema.Properties {
		value := object[name]
		if entries, ok := value.([]any); ok {
			var kept []any
			for _, entry := range entries {
				kept = append(kept, taken(itemsOf(property), entry, nil))
			}
			value = any(kept)
			if kept == nil {
				value = nil
			}
		} else if value != nil && value != "" {
			value = taken(property, value, nil)
		}
		switch {
		case value != nil && value != "":
			out[name] = value
		case slices.Contains(schema.Required, name) && other[name] != nil:
			out[name] = other[name]
		}
	}
	return out
}

// objectOf finds the object in a schema that may also be null.
func objectOf(ref *openapi3.SchemaRef) *openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	for _, list := range []openapi3.SchemaRefs{ref.Value.AllOf, ref.Value.AnyOf} {
		for _, one := range list {
			if found := objectOf(one); found != nil {
				return found
			}
		}
	}
	if ref.Value.Type.Includes("object") {
		return ref.Value
	}
	return nil
}

// itemsOf finds the schema of the entries of a list.
func itemsOf(ref *openapi3.SchemaRef) *openapi3.SchemaRef {
	for _, one := range ref.Value.AnyOf {
		if found := itemsOf(one); found != nil {
			return found
		}
	}
	return ref.Value.Items
}

// written are handwritten examples, whose parts must fit each other.
//
//go:embed examples
var written embed.FS

func handwritten(schema string) bool {
	_, err := written.Open("examples/" + schema + ".json")
	return schema != "" && err == nil
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

// example generates a value of the schema, with answers of the demo for the records in it. Inside lists the schemas around it.
func (x *exemplifier) example(name string, ref *openapi3.SchemaRef, inside []*openapi3.Schema) any {
	schema := ref.Value
	if schema == nil || slices.Contains(inside, schema) || len(inside) > 12 {
		return none{}
	}
	inside = append(inside[:len(inside):len(inside)], schema)
	component := refName(ref.Ref)
	if answer, ok := x.known[component]; ok && len(inside) > 1 {
		return answer
	}
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
		return x.example(name, schema.AllOf[0], inside)
	case len(schema.AnyOf) > 0:
		return orNull(x.example(name, schema.AnyOf[0], inside))
	case len(schema.OneOf) > 0:
		return x.example(name, schema.OneOf[0], inside)
	case schema.Type.Includes("object"):
		value := x.object(schema, inside)
		if object, ok := value.(map[string]any); ok && strings.HasSuffix(component, "Patch") {
			trim(object)
		}
		return value
	case name == "external_refs":
		return []any{}
	case schema.Type.Includes("array"):
		if item := x.example(strings.TrimSuffix(name, "s"), schema.Items, inside); item != any(none{}) {
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

func (x *exemplifier) object(schema *openapi3.Schema, inside []*openapi3.Schema) any {
	object := map[string]any{}
	for name, property := range schema.Properties {
		if slices.Contains(seldom, name) && !slices.Contains(schema.Required, name) {
			continue
		}
		value := x.example(name, property, inside)
		if value != any(none{}) {
			object[name] = value
		} else if slices.Contains(schema.Required, name) {
			return none{}
		}
	}
	if values := schema.AdditionalProperties.Schema; values != nil && len(object) == 0 {
		if value := x.example("", values, inside); value != any(none{}) {
			object["key"] = value // a map whose field has no example tag
		}
	}
	return object
}

const exampleID = "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10"

// byName holds realistic values by the name of the member.
var byName = map[string]string{ //nolint:gosec // no password is real
	"number": "RISK-0042", "scope": "/siv/", "username": "owner", "password": "et langt passord", "current_password": "et langt passord", "framework_field": "version",
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
