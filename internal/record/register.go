package record

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/record/text"
)

// register reads the tags of the entity once.
func (k *Kind) register(entity reflect.Type) {
	if kinds[k.Name] != nil {
		panic("record: kind " + k.Name + " twice")
	}
	k.entity = entity
	if k.Table == "" {
		k.Table = strings.ReplaceAll(k.Path, "-", "_")
	}
	if k.Schema == 0 {
		k.Schema = 1
	}
	k.walk(entity, nil)
	if k.custody = custodyOf(entity); len(k.custody) > 0 {
		k.Parts = append(slices.Clone(k.Parts), HandOver)
	}
	k.actions = k.allActions()
	if k.scope == nil {
		panic("record: kind " + k.Name + " has no scope")
	}
	k.taskRules()
	if m := MentionsOf(entity); m.checksParts() {
		k.mentions = m
	}
	kinds[k.Name] = k
	if k.Place != nil {
		places = k
	}
	if k.Person {
		persons = k
	}
}

func (k *Kind) walk(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(slices.Clone(index), i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if strings.HasSuffix(f.Name, "Input") {
				k.input = at
			}
			k.walk(f.Type, at)
			continue
		}
		if name == "-" && f.Tag.Get("column") != "" { // stored for a constraint, and in no document
			k.store(Field{Name: f.Tag.Get("column"), Index: at, Type: f.Type, Unique: true})
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		k.field(f, name, at)
	}
}

func (k *Kind) field(f reflect.StructField, name string, at []int) {
	_, filter := f.Tag.Lookup("filter")
	_, sorted := f.Tag.Lookup("sort")
	within, unique := f.Tag.Lookup("unique")
	_, fixed := f.Tag.Lookup("fixed")
	_, private := f.Tag.Lookup("private")
	private = private || slices.Contains(k.Personal, name)
	_, searched := f.Tag.Lookup("search")
	parent, isParent := f.Tag.Lookup("parent")
	fd := Field{
		Name: name, Index: at, Type: f.Type, Ref: f.Tag.Get("ref"), ID: f.Tag.Get("format") == "uuid",
		Filter: filter, Sort: sorted, Unique: unique, ByUnit: within == "unit", Fixed: fixed, Number: isNumber(f.Type),
		Parent: isParent, Within: parent == "within",
	}
	k.byUnit = k.byUnit || fd.ByUnit && name == k.Key
	if sorted && f.Type.Kind() == reflect.Pointer {
		panic("record: " + k.Name + "." + name + " sorts and can be null: a page could not go on after it")
	}
	switch name {
	case "scope":
		k.scope = at
	case "status":
		k.status = at
	default:
		switch {
		case filter && f.Type.Kind() == reflect.Slice:
			k.linked = append(k.linked, fd)
		case filter || sorted || unique:
			fd = k.store(fd)
		}
	}
	if fd.Ref != "" {
		k.refs = append(k.refs, fd)
	}
	if private {
		k.private = append(k.private, fd)
	}
	if searched {
		k.searched = append(k.searched, fd)
	}
	k.fields = append(k.fields, fd)
}

// store adds the columns of a field. A text that lists are sorted by gets a column with its Norwegian sort key.
func (k *Kind) store(f Field) Field {
	if f.Sort {
		f.order = f.Name
		if f.IsText() {
			f.order = f.Name + "_order"
		}
	}
	if f.Filter || f.Unique || f.Sort && !f.IsText() {
		k.columns = append(k.columns, column{name: f.Name, field: f, filter: f.Filter, sort: f.Sort && !f.IsText(), unique: f.Unique && !f.ByUnit, byUnit: f.ByUnit})
	}
	if f.Sort && f.IsText() {
		k.columns = append(k.columns, column{name: f.order, field: f, sortKey: true, sort: true})
	}
	k.stored = append(k.stored, f)
	return f
}

// IsText tells whether a field holds what people read, and not a day or a value of a closed list.
func (f Field) IsText() bool {
	return f.Type == reflect.TypeFor[string]() || f.Type == reflect.TypeFor[Text]()
}

// Columns describes the columns of the kind's table as a migration names them: "owner_id:filter". Columns that every kind has are not included.
func (k *Kind) Columns() []string {
	var out []string
	for _, c := range k.columns {
		spec := c.name
		for _, use := range []struct {
			yes  bool
			name string
		}{{c.field.Number && !c.sortKey, ":int"}, {c.filter, ":filter"}, {c.sort, ":sort"}, {c.unique, ":unique"}, {c.byUnit, ":unit"}} {
			if use.yes {
				spec += use.name
			}
		}
		out = append(out, spec)
	}
	if k.Due {
		out = append(out, "due_on:filter")
	}
	return out
}

func isNumber(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Int, reflect.Int64, reflect.Bool:
		return true
	default:
		return false
	}
}

// Column is the column that lists are sorted by.
func (f Field) Column() string { return f.order }

// value is what a column keeps of a record: a text, a number, or nil.
func (c column) value(entity reflect.Value) any {
	v := entity.FieldByIndex(c.field.Index)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		switch s := v.String(); {
		case c.sortKey:
			return text.SortKey(s)
		case s == "" && !c.sort:
			return nil
		default:
			return s
		}
	case reflect.Bool:
		if v.Bool() {
			return int64(1)
		}
		return int64(0)
	case reflect.Int, reflect.Int64:
		return v.Int()
	case reflect.Struct:
		if t, ok := v.Interface().(Text); ok {
			return text.SortKey(t.In("nb"))
		}
	}
	panic(fmt.Sprintf("record: field %s of type %s cannot be a column", c.name, c.field.Type))
}

// ids returns the ids in a reference field.
func (f Field) ids(entity reflect.Value) []string {
	v := entity.FieldByIndex(f.Index)
	switch {
	case v.Kind() == reflect.Slice:
		out := make([]string, v.Len())
		for i := range out {
			out[i] = v.Index(i).String()
		}
		return out
	case v.String() == "":
		return nil
	default:
		return []string{v.String()}
	}
}
