package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/policies"
)

// An operation says who may do it, in which states, what it writes and what may refuse it.
func TestFacts(t *testing.T) {
	g, err := readGrants(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range api.Routes() {
		op := &openapi3.Operation{}
		facts(r, op, g)
		switch r.Method + " " + r.Path {
		case "POST /risks/{id}/accept":
			want := []step{{[]string{"assessed", "treating"}, []string{"accepted"}}}
			if !reflect.DeepEqual(op.Extensions["x-states"], want) || !reflect.DeepEqual(op.Extensions["x-events"], []string{"risk:accept"}) {
				t.Errorf("extensions %v", op.Extensions)
			}
			for _, part := range []string{"`ai_council` (with the power `decide`)", "`treating` → `accepted`", "`not_assessed`", "`403 authority_missing`"} {
				if !strings.Contains(op.Description, part) {
					t.Errorf("the description lacks %s:\n%s", part, op.Description)
				}
			}
		case "POST /risks/{id}/treatments/{sub}/start":
			if op.Extensions["x-part-states"] == nil {
				t.Errorf("%s does not say the states of the part", r.Path)
			}
		case "GET /risks/{id}":
			if op.Extensions["x-states"] != nil || op.Extensions["x-events"] != nil {
				t.Errorf("a read has %v", op.Extensions)
			}
		}
	}
}

func TestGrants(t *testing.T) {
	g, err := readGrants(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	for permission, want := range map[string]string{
		"policy:publish":   "`project_owner`, `line_manager`, `top_management`",
		"framework:import": "`administrator`",
		"assignment:end":   "`line_manager`, `top_management`, `employee` (own records), `administrator`",
		"risk:fly":         "",
	} {
		object, action, _ := strings.Cut(permission, ":")
		if _, got := g.of(object, action); got != want {
			t.Errorf("%s: %s, want %s", permission, got, want)
		}
	}
}

// A request has the members that it takes of a record, without those that have no value.
func TestTaken(t *testing.T) {
	text, list := openapi3.NewStringSchema().NewRef(), openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()).NewRef()
	schema := openapi3.NewObjectSchema()
	schema.Properties = openapi3.Schemas{"title": text, "note": text, "tags": list, "key": text}
	schema.Required = []string{"key"}
	made := map[string]any{"id": "1", "title": "A", "note": nil, "tags": []any{}, "version": 3}
	want := map[string]any{"title": "A", "key": "k"}
	if got := taken(schema.NewRef(), made, map[string]any{"key": "k", "note": "n"}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Two runs give the same ids and hashes, and one id is the same everywhere.
func TestStable(t *testing.T) {
	run := func(a, b, hash string) map[string]any {
		out, err := stable(map[string]any{"/a": map[string]any{"id": a, "by": b, "etag": `"4-` + hash + `"`}, "/b": []any{b}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first := run("0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a99", "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a98", "aa")
	second := run("0192f0c1-7d4e-7b31-9c55-2f6d0b8e4a99", "0192f0c1-7d4e-7b31-9c55-2f6d0b8e4a97", "bb")
	if !reflect.DeepEqual(first, second) || first["/a"].(map[string]any)["by"] != first["/b"].([]any)[0] {
		t.Errorf("%v\n%v", first, second)
	}
}
