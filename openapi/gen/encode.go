package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// order is the order of the top-level members. Everything below them is sorted by name.
var order = []string{"openapi", "info", "servers", "security", "x-tagGroups", "tags", "paths", "components"}

// encode writes the document. The same content gives the same bytes.
func encode(doc *openapi3.T) ([]byte, error) {
	raw, err := doc.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&members); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("{")
	for i, name := range order {
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n  \"" + name + "\": ")
		var member bytes.Buffer
		encoder := json.NewEncoder(&member)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("  ", "  ")
		if err := encoder.Encode(members[name]); err != nil {
			return nil, err
		}
		out.Write(bytes.TrimRight(member.Bytes(), "\n"))
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

var componentRef = regexp.MustCompile(`"#/components/([^"]+)"`)

// prune removes components without references.
func prune(doc *openapi3.T) {
	for {
		raw, err := doc.MarshalJSON()
		if err != nil {
			return // encode reports it
		}
		used := map[string]bool{}
		for _, match := range componentRef.FindAllSubmatch(raw, -1) {
			used[string(match[1])] = true
		}
		c := doc.Components
		dropped := drop(c.Schemas, "schemas/", used) + drop(c.Responses, "responses/", used) +
			drop(c.Parameters, "parameters/", used) + drop(c.Headers, "headers/", used)
		if dropped == 0 {
			return
		}
	}
}

func drop[V any](components map[string]V, prefix string, used map[string]bool) int {
	before := len(components)
	for name := range components {
		if !used[prefix+strings.ReplaceAll(name, "/", "~1")] {
			delete(components, name)
		}
	}
	return before - len(components)
}
