package record

import (
	"reflect"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
)

// Parents lists the fields whose record gives a new record its scope, when the caller gives none. They have the tag parent.
func (k *Kind) Parents() []Field {
	var out []Field
	for _, f := range k.refs {
		if f.Parent {
			out = append(out, f)
		}
	}
	return out
}

// TakeScope sets the scope of a new record that has none. It is the scope of the first parent that is named or, for a list of parents, the nearest
// scope above all of them. in is a pointer to the kind's input. A parent that the actor may not read gives no scope; Create reports it.
func (tx *Tx) TakeScope(k *Kind, in any) error {
	return k.takeScope(tx, reflect.ValueOf(in).Elem())
}

func (k *Kind) takeScope(tx *Tx, input reflect.Value) error {
	own := input.FieldByIndex(k.scope[len(k.input):])
	if own.String() != "" {
		return nil
	}
	f, ids := k.parentIn(input)
	kind, prefix, _ := refTag(f.Ref)
	scope := ""
	for _, id := range ids {
		to, err := tx.target(kind, id, prefix)
		if err == nil {
			err = tx.mayRefer(to)
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return ambiguousAt(err, "/"+f.Name)
		}
		scope = nearest(scope, to.Scope)
	}
	own.SetString(scope)
	return nil
}

// parentIn returns the first parent field that has a value, and its ids.
func (k *Kind) parentIn(input reflect.Value) (Field, []string) {
	for _, f := range k.Parents() {
		f.Index = f.Index[len(k.input):]
		if ids := f.ids(input); len(ids) > 0 {
			return f, ids
		}
	}
	return Field{}, nil
}

// misplaced returns the faults of a new record without a scope. A record that names a parent has none: the reference check reports that parent.
func (k *Kind) misplaced(v reflect.Value) (out fault.Fields) {
	if _, ids := k.parentIn(v.FieldByIndex(k.input)); len(ids) == 0 {
		out.Add("/scope", "required", "is required")
	}
	return out
}

// nearest returns the nearest scope that is the same as both or above them. An empty one counts for nothing.
func nearest(a, b string) string {
	if a == "" {
		return b
	}
	for !Covers(a, b) {
		a = a[:strings.LastIndexByte(strings.TrimSuffix(a, "/"), '/')+1]
	}
	return a
}
