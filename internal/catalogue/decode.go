package catalogue

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/ki-styring/aims/internal/record"
)

// members returns the fields of a struct, by their names in the file. Fields gives the JSON name by the name in the file; without it, the file uses
// the JSON names.
func (r *reader) members(v reflect.Value, fields map[string]string) map[string]take {
	byJSON := map[string]take{}
	for _, f := range reflect.VisibleFields(v.Type()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || !f.IsExported() || name == "" || name == "-" {
			continue
		}
		if read := r.into(v.FieldByIndex(f.Index)); read != nil {
			byJSON[name] = read
		}
	}
	if fields == nil {
		return byJSON
	}
	out := make(map[string]take, len(fields))
	for name, field := range fields {
		if out[name] = byJSON[field]; out[name] == nil {
			panic(fmt.Sprintf("catalogue: %s has no field %s", v.Type(), field))
		}
	}
	return out
}

// into returns a function that reads a value of the type of v into v.
func (r *reader) into(v reflect.Value) take {
	switch p := v.Addr().Interface().(type) {
	case *record.Date:
		return r.date(p)
	case *record.Duration:
		return r.duration(p)
	}
	switch v.Kind() {
	case reflect.String:
		return func(n ast.Node, path string) {
			var s string
			r.text(&s)(n, path)
			v.SetString(s)
		}
	case reflect.Bool:
		return func(n ast.Node, path string) {
			var yes bool
			r.bool(&yes)(n, path)
			v.SetBool(yes)
		}
	case reflect.Int:
		return func(n ast.Node, path string) { r.number(n, path, v) }
	case reflect.Pointer:
		return func(n ast.Node, path string) {
			v.Set(reflect.New(v.Type().Elem()))
			r.into(v.Elem())(n, path)
		}
	case reflect.Slice:
		return func(n ast.Node, path string) {
			r.list(n, path, maxRows, func(n ast.Node, at string) {
				e := reflect.New(v.Type().Elem()).Elem()
				r.into(e)(n, at)
				v.Set(reflect.Append(v, e))
			})
		}
	case reflect.Struct:
		return func(n ast.Node, path string) { r.object(n, path, r.members(v, nil)) }
	}
	return nil // seed files have no such values
}

func (r *reader) number(n ast.Node, path string, into reflect.Value) {
	i, err := 0, error(nil)
	if whole, ok := n.(*ast.IntegerNode); ok {
		i, err = strconv.Atoi(fmt.Sprint(whole.Value))
	}
	if n.Type() != ast.IntegerType || err != nil {
		r.fault(n, path, "wrong_type/whole", "must be a whole number")
		return
	}
	into.SetInt(int64(i))
}

func (r *reader) duration(into *record.Duration) take {
	return parsed(r, into, record.ParseDuration, func(n ast.Node, path string) {
		r.fault(n, path, "bad_duration", "must be a duration such as P30D, P6M or P1Y")
	})
}

// parsed reads a text and parses it. A text that cannot be parsed is refused.
func parsed[T any](r *reader, into *T, parse func(string) (T, error), refuse take) take {
	return func(n ast.Node, path string) {
		var s string
		before := len(r.problems)
		r.text(&s)(n, path)
		if len(r.problems) > before {
			return
		}
		v, err := parse(s)
		if err != nil {
			refuse(n, path)
			return
		}
		*into = v
	}
}
