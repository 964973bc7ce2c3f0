package org_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/org"
)

// nilLists names the lists of a document that JSON would show as null.
func nilLists(path string, v reflect.Value) (out []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return nilLists(path, v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() {
			return []string{path}
		}
		for i := range v.Len() {
			out = append(out, nilLists(path, v.Index(i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !strings.Contains(f.Tag.Get("json"), "omitempty") {
				out = append(out, nilLists(path+"."+f.Name, v.Field(i))...)
			}
		}
	}
	return out
}

// A list that a caller left out is an empty list, never null.
func TestDefaults(t *testing.T) {
	for name, r := range map[string]interface{ Defaults() }{
		"unit": &org.Unit{}, "user": &org.User{}, "assignment": &org.Assignment{}, "role": &org.Role{},
		"role with grants": &org.Role{RoleInput: org.RoleInput{Grants: make([]org.Grant, 2)}},
	} {
		if r.Defaults(); len(nilLists("", reflect.ValueOf(r))) > 0 {
			t.Errorf("%s: %v are null", name, nilLists("", reflect.ValueOf(r)))
		}
	}
}
