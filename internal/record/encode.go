package record

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Encode writes a value as JSON, so that each type has the same members in every answer: a field without a value is null, and a list without items
// is []. A field without a value is an empty text that may be empty, a zero number with the tag omitempty, or a zero struct with the tag omitzero.
// Fields with the tag extra are left out when they are empty: they are in an answer only when the caller asks for them.
func Encode(v any) ([]byte, error) {
	e := encoder{}
	if err := e.value(reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	return e.out.Bytes(), nil
}

type encoder struct{ out bytes.Buffer }

func (e *encoder) value(v reflect.Value) error {
	if !v.IsValid() {
		e.out.WriteString("null")
		return nil
	}
	t := v.Type()
	if t == timeType {
		return e.instant(v.Interface().(time.Time))
	}
	if known, ok := ownForms.Load(t); ok && known.(bool) || !ok && remember(t) {
		return e.standard(v)
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			e.out.WriteString("null")
			return nil
		}
		return e.value(v.Elem())
	case reflect.Struct:
		return e.object(v)
	case reflect.Slice, reflect.Array:
		return e.list(v)
	case reflect.Map:
		return e.members(v)
	case reflect.String:
		return e.text(v.String())
	case reflect.Bool:
		e.out.WriteString(strconv.FormatBool(v.Bool()))
		return nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.out.Write(strconv.AppendInt(e.out.AvailableBuffer(), v.Int(), 10))
		return nil
	default:
		return e.standard(v)
	}
}

var timeType = reflect.TypeFor[time.Time]()

// instant writes an instant as RFC 3339.
func (e *encoder) instant(at time.Time) error {
	if at.Year() < 0 || at.Year() > 9999 {
		return fmt.Errorf("record: the year %d cannot be written", at.Year())
	}
	e.out.WriteByte('"')
	e.out.Write(at.AppendFormat(e.out.AvailableBuffer(), time.RFC3339Nano))
	e.out.WriteByte('"')
	return nil
}

// standard writes a value as encoding/json does.
func (e *encoder) standard(v reflect.Value) error {
	if m, ok := v.Interface().(json.Marshaler); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		raw, err := m.MarshalJSON()
		if err != nil {
			return err
		}
		e.out.Write(raw)
		return nil
	}
	enc := json.NewEncoder(&e.out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v.Interface()); err != nil {
		return err
	}
	e.out.Truncate(e.out.Len() - 1) // the line break
	return nil
}

func (e *encoder) text(s string) error {
	if !plain(s) {
		return e.standard(reflect.ValueOf(s))
	}
	e.out.WriteByte('"')
	e.out.WriteString(s)
	e.out.WriteByte('"')
	return nil
}

// plain reports whether a text needs no escapes.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			return false
		}
	}
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}

func (e *encoder) list(v reflect.Value) error {
	e.out.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			e.out.WriteByte(',')
		}
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	e.out.WriteByte(']')
	return nil
}

func (e *encoder) members(v reflect.Value) error {
	names := v.MapKeys()
	slices.SortFunc(names, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	e.out.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			e.out.WriteByte(',')
		}
		if err := e.text(name.String()); err != nil {
			return err
		}
		e.out.WriteByte(':')
		if err := e.value(v.MapIndex(name)); err != nil {
			return err
		}
	}
	e.out.WriteByte('}')
	return nil
}

func (e *encoder) object(v reflect.Value) error {
	e.out.WriteByte('{')
	first := true
	for _, m := range Members(v.Type()) {
		f, err := v.FieldByIndexErr(m.Index)
		if err != nil { // in an embedded pointer that is nil
			continue
		}
		if m.Extra && f.IsZero() {
			continue
		}
		if !first {
			e.out.WriteByte(',')
		}
		first = false
		e.out.WriteString(m.quoted)
		if m.Null && f.IsZero() {
			e.out.WriteString("null")
			continue
		}
		if err := e.value(f); err != nil {
			return err
		}
	}
	e.out.WriteByte('}')
	return nil
}

// Member is a member of a struct in JSON.
type Member struct {
	Name  string
	Index []int
	Field reflect.StructField
	Null  bool // it is null when it has no value
	Extra bool // it is left out when it has no value

	quoted string
}

var memberLists sync.Map

// Members lists the members of a struct as Encode writes them, embedded structs included. Of two with one name the outer one counts.
func Members(t reflect.Type) []Member {
	if known, ok := memberLists.Load(t); ok {
		return known.([]Member)
	}
	var out []Member
	promote(t, nil, &out)
	memberLists.Store(t, out)
	return out
}

func promote(t reflect.Type, at []int, out *[]Member) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if f.Anonymous && name == "" && inner.Kind() == reflect.Struct {
			promote(inner, index, out)
			continue
		}
		if name == "-" || !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		m := Member{Name: name, Index: index, Field: f, quoted: strconv.Quote(name) + ":"}
		_, m.Extra = f.Tag.Lookup("extra")
		m.Null = !m.Extra && mayHaveNone(f, rest)
		known := slices.IndexFunc(*out, func(o Member) bool { return o.Name == name })
		switch {
		case known < 0:
			*out = append(*out, m)
		case len(index) < len((*out)[known].Index):
			(*out)[known] = m
		}
	}
}

// mayHaveNone reports whether a field may be without a value.
func mayHaveNone(f reflect.StructField, options string) bool {
	omits := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	switch f.Type.Kind() {
	case reflect.String:
		rules, has := f.Tag.Lookup("validate")
		return omits || has && !slices.Contains(strings.Split(rules, ","), "required")
	case reflect.Bool, reflect.Slice, reflect.Map:
		return false
	case reflect.Struct:
		return strings.Contains(options, "omitzero")
	default:
		return omits
	}
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// ownForms remembers which types have their own form in JSON.
var ownForms sync.Map

func remember(t reflect.Type) bool {
	own := marshalsItself(t)
	ownForms.Store(t, own)
	return own
}

// marshalsItself reports whether a type has its own form in JSON.
func marshalsItself(t reflect.Type) bool {
	return t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
}
