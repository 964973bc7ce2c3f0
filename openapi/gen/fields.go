package main

import (
	"encoding"
	"encoding/json"
	"reflect"
	"sort"
	"strings"

	"github.com/ki-styring/aims/api"
)

// field is one JSON member of a struct, embedded ones included.
type field struct {
	name                         string
	typ                          reflect.Type
	omit, required, nullable     bool
	fixed                        bool
	format, swaggertype, example string
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// fields returns the members of a struct as encoding/json writes them.
func fields(t reflect.Type) []field {
	var out []field
	at := map[string]int{}
	for _, f := range reflect.VisibleFields(t) {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		flattened := f.Anonymous && name == ""
		if !f.IsExported() || name == "-" || flattened || f.Tag.Get("swaggerignore") == "true" || hidden(t, f.Index) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fixed, isFixed := f.Tag.Lookup("fixed")
		_, private := f.Tag.Lookup("private") // null once the person is erased
		member := field{
			name: name, typ: f.Type,
			omit:        strings.Contains(rest, "omitempty") || strings.Contains(rest, "omitzero"),
			required:    hasOption(f.Tag.Get("validate"), "required"),
			nullable:    hasOption(f.Tag.Get("extensions"), "x-nullable") || private,
			fixed:       isFixed && fixed != "false",
			format:      formatOf(f.Tag),
			swaggertype: f.Tag.Get("swaggertype"),
			example:     f.Tag.Get("example"),
		}
		if i, ok := at[name]; ok { // the outer field wins; VisibleFields gives it first or last
			if len(f.Index) == 1 {
				out[i] = member
			}
			continue
		}
		at[name] = len(out)
		out = append(out, member)
	}
	return out
}

// formatOf is the declared format, or the one that the validation asks for.
func formatOf(tag reflect.StructTag) string {
	rules := tag.Get("validate")
	switch {
	case tag.Get("format") != "":
		return tag.Get("format")
	case hasOption(rules, "weburl"), hasOption(rules, "url"):
		return "uri"
	case hasOption(rules, "email"):
		return "email"
	}
	return ""
}

// hidden says whether a struct on the way to an embedded field is itself a named member, or left out.
func hidden(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			return true
		}
		t = f.Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return false
}

func hasOption(tag, option string) bool {
	for part := range strings.SplitSeq(tag, ",") {
		if part == "dive" { // what follows is said of the elements
			return false
		}
		if strings.TrimSpace(part) == option {
			return true
		}
	}
	return false
}

// custom says whether a type writes its own JSON, so that its Go fields say nothing about it.
func custom(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if t.Kind() == reflect.Struct && len(fields(t)) > 0 && !p.Implements(textMarshaler) {
		return false // it writes its fields, perhaps with more
	}
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler)
}

// zeroIsNull says whether a type writes null for its zero value, as a date does for no day.
func zeroIsNull(t reflect.Type) bool {
	if t.Name() == "" || !custom(t) {
		return false
	}
	raw, err := json.Marshal(reflect.New(t).Elem().Interface())
	return err == nil && string(raw) == "null"
}

// reachable returns every named type behind the routes' bodies and answers, sorted by name.
func reachable(routes []api.Route) []reflect.Type {
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(t.Elem())
		case reflect.Map:
			walk(t.Key())
			walk(t.Elem())
		case reflect.Struct:
			if ours(t) && custom(t) || !ours(t) && t.Name() != "" {
				return
			}
			for i := range t.NumField() { // embedded types too: swag must resolve them
				if f := t.Field(i); f.Anonymous || f.IsExported() {
					walk(f.Type)
				}
			}
		}
	}
	walk(reflect.TypeFor[api.Problem]())
	for _, r := range routes {
		walk(r.Body)
		walk(r.Out)
	}
	var named []reflect.Type
	for t := range seen {
		if t.Name() != "" && t.PkgPath() != "" {
			named = append(named, t)
		}
	}
	sort.Slice(named, func(i, j int) bool {
		return named[i].PkgPath()+"."+named[i].Name() < named[j].PkgPath()+"."+named[j].Name()
	})
	return named
}
