package main

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// field is one JSON member of a struct, embedded ones included.
type field struct {
	name                         string
	typ                          reflect.Type
	required, nullable           bool
	null, extra                  bool // without a value it is null, or left out
	fixed                        bool
	id                           bool   // the id of a record, or null; never ""
	of                           string // an enumeration without a Go type
	format, swaggertype, example string
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// fields returns the members of a struct as record.Encode writes them.
func fields(t reflect.Type) []field {
	var out []field
	for _, m := range record.Members(t) {
		if m.Field.Tag.Get("swaggerignore") == "true" {
			continue
		}
		f := member(m.Field, m.Name)
		f.null, f.extra = m.Null, m.Extra
		out = append(out, f)
	}
	return out
}

// member reads the tags of a field.
func member(f reflect.StructField, name string) field {
	fixed, isFixed := f.Tag.Lookup("fixed")
	_, private := f.Tag.Lookup("private") // null once the person is erased
	m := field{
		name: name, typ: f.Type,
		required:    hasOption(f.Tag.Get("validate"), "required"),
		nullable:    hasOption(f.Tag.Get("extensions"), "x-nullable") || private,
		fixed:       isFixed && fixed != "false",
		id:          record.OptionalID(f),
		of:          f.Tag.Get("of"),
		format:      formatOf(f),
		swaggertype: f.Tag.Get("swaggertype"),
		example:     f.Tag.Get("example"),
	}
	if f.Type.Kind() == reflect.String && zeroIsNull(f.Type) {
		m.swaggertype = "" // the tag is for swag, which does not know that a zero date is null
	}
	return m
}

// formatOf returns the declared format, or the format that the validation requires.
func formatOf(f reflect.StructField) string {
	rules := f.Tag.Get("validate")
	switch {
	case f.Tag.Get("format") != "":
		return f.Tag.Get("format")
	case hasOption(rules, "weburl"), hasOption(rules, "url"):
		return "uri"
	case hasOption(rules, "email"):
		return "email"
	case base(f.Type).Kind() == reflect.String && slices.Contains(strings.Split(rules, ","), "uuid"), idOnly(f.Tag.Get("ref")):
		return "uuid"
	}
	return ""
}

// idOnly reports whether a reference must be an id, because its kind has no keys.
func idOnly(ref string) bool {
	k := record.KindOf(ref)
	return k != nil && k.Key == ""
}

func hasOption(tag, option string) bool {
	for part := range strings.SplitSeq(tag, ",") {
		if part == "dive" { // the rest applies to the elements
			return false
		}
		if strings.TrimSpace(part) == option {
			return true
		}
	}
	return false
}

// custom reports whether a type marshals its own JSON, so that its Go fields do not describe it.
func custom(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if t.Kind() == reflect.Struct && len(fields(t)) > 0 && !p.Implements(textMarshaler) {
		return false // it writes its fields and possibly others
	}
	return p.Implements(jsonMarshaler) || p.Implements(textMarshaler)
}

// zeroIsNull reports whether the zero value of a type is null in JSON, as for a date.
func zeroIsNull(t reflect.Type) bool {
	if t.Name() == "" || !custom(t) {
		return false
	}
	raw, err := json.Marshal(reflect.New(t).Elem().Interface())
	return err == nil && string(raw) == "null"
}

// reachable returns every named type used in the bodies and answers of the routes, sorted by name.
func reachable(routes []rest.Route) []reflect.Type {
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
	walk(reflect.TypeFor[rest.Reference]()) // used by expand
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
