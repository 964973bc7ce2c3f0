package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/text"
)

// maxDepth limits the nesting of a body.
const maxDepth = 32

// maxItems limits the total number of members and elements of a body.
const maxItems = 20000

// parse reads one JSON value: valid UTF-8, no duplicate members, not deeper than maxDepth, and nothing after the value.
// Strings are returned in composed form (NFC). The second result reports whether a string had to be composed.
func parse(body []byte) (value any, composed bool, err error) {
	if !utf8.Valid(body) {
		return nil, false, fault.New(fault.Malformed, "bad_encoding", "the body must be valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	p := parser{d: d}
	if value, err = p.value("", 0); err != nil {
		return nil, false, p.explain(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false, fault.New(fault.Malformed, "trailing_content", "the body must be one JSON value with nothing after it")
	}
	if loneSurrogate(body) {
		return nil, false, fault.New(fault.Malformed, "bad_encoding", "the body must be valid UTF-8")
	}
	return value, p.composed, nil
}

type parser struct {
	d        *json.Decoder
	items    int
	composed bool // a string had to be composed
}

func (p *parser) explain(err error) error {
	if fault.As(err) != nil {
		return err
	}
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, "bad_json/cut_off", "the body is empty or ends too early")
	}
	return fault.New(fault.Malformed, "bad_json", "the body is not JSON; the error is at byte %d", p.d.InputOffset()).Because(err)
}

func (p *parser) value(at string, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fault.New(fault.Malformed, "too_deep", "must have at most %d levels", maxDepth)
	}
	if p.items++; p.items > maxItems {
		return nil, fault.New(fault.Malformed, "too_many_values", "the body must have at most %d values", maxItems)
	}
	t, err := p.d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		return p.object(at, depth)
	case json.Delim('['):
		list := []any{}
		for p.d.More() {
			v, err := p.value(at+"/"+strconv.Itoa(len(list)), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := p.d.Token()
		return list, err
	}
	if s, ok := t.(string); ok {
		return p.text(s), nil
	}
	return t, nil
}

func (p *parser) text(s string) string {
	c := text.NFC(s)
	p.composed = p.composed || c != s
	return c
}

func (p *parser) object(at string, depth int) (any, error) {
	out := map[string]any{}
	for p.d.More() {
		t, err := p.d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, errors.New("a member without a name")
		}
		to := at + "/" + escape(name)
		if _, twice := out[name]; twice {
			return nil, fault.New(fault.Malformed, "duplicate_member", "the field %s is here twice", name).At(to)
		}
		if out[name], err = p.value(to, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := p.d.Token()
	return out, err
}

// loneSurrogate finds escapes from \ud800 to \udfff that are not in pairs. They are not valid Unicode text.
func loneSurrogate(b []byte) bool {
	for i := 0; i+5 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if b[i+1] != 'u' {
			i++
			continue
		}
		n, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16)
		if err == nil && n >= 0xdc00 && n <= 0xdfff {
			return true
		}
		if err == nil && n >= 0xd800 && n <= 0xdbff {
			if i+11 >= len(b) || b[i+6] != '\\' || b[i+7] != 'u' {
				return true
			}
			low, err := strconv.ParseUint(string(b[i+8:i+12]), 16, 16)
			if err != nil || low < 0xdc00 || low > 0xdfff {
				return true
			}
			i += 6
		}
		i += 5
	}
	return false
}

// escape writes a member name for a JSON pointer (RFC 6901).
func escape(s string) string { return escaping.Replace(s) }

var escaping = strings.NewReplacer("~", "~0", "/", "~1")

var (
	unmarshaler = reflect.TypeFor[json.Unmarshaler]()
	rawMessage  = reflect.TypeFor[json.RawMessage]()
)

// shorthand is a struct for which a body may give a text: the value of one of its members. Its UnmarshalJSON reads both.
type shorthand interface{ TextMember() string }

// fit checks a parsed value against a Go type. It adds each fault with its pointer. It returns the value without the members that do not fit.
func fit(t reflect.Type, v any, at string, f *fault.Fields) any {
	if v == nil || t == rawMessage {
		return v
	}
	if t.Kind() == reflect.Pointer {
		return fit(t.Elem(), v, at, f)
	}
	if short, ok := reflect.Zero(t).Interface().(shorthand); ok {
		if text, is := v.(string); is {
			v = map[string]any{short.TextMember(): text}
		}
		return fitObject(t, v, at, f)
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		raw, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(raw, reflect.New(t).Interface())
		}
		if err != nil {
			f.Add(at, "bad_format", "must be of the form %s", formName(t))
			return nil
		}
		return v
	}
	switch t.Kind() {
	case reflect.Struct:
		return fitObject(t, v, at, f)
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			f.Add(at, "wrong_type/list", "must be a list")
			return nil
		}
		for i := range list {
			list[i] = fit(t.Elem(), list[i], at+"/"+strconv.Itoa(i), f)
		}
		return list
	case reflect.Map:
		m, ok := v.(map[string]any)
		if !ok {
			f.Add(at, "wrong_type/object", "must be an object")
			return nil
		}
		for name := range m {
			m[name] = fit(t.Elem(), m[name], at+"/"+escape(name), f)
		}
		return m
	case reflect.Interface:
		return v
	default:
		return fitScalar(t, v, at, f)
	}
}

// fitObject checks the members of an object against a struct.
func fitObject(t reflect.Type, v any, at string, f *fault.Fields) any {
	m, ok := v.(map[string]any)
	if !ok {
		f.Add(at, "wrong_type/object", "must be an object")
		return nil
	}
	known := members(t)
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		to := at + "/" + escape(name)
		member, ok := known[name]
		if !ok {
			f.Add(to, "unknown_member", "there is no field %s here", name)
			delete(m, name)
			continue
		}
		if member.id && m[name] == "" {
			f.Add(to, "empty_id", "must not be empty; send null or leave it out to have none")
			m[name] = nil
			continue
		}
		m[name] = fit(member.typ, m[name], to, f)
	}
	return m
}

// fitScalar checks a text, a boolean or a number.
func fitScalar(t reflect.Type, v any, at string, f *fault.Fields) any {
	switch t.Kind() {
	case reflect.String:
		s, ok := v.(string)
		if !ok {
			f.Add(at, "wrong_type/text", "must be a text")
			return nil
		}
		if i := strings.IndexFunc(s, func(r rune) bool {
			return r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f || r == 0xfffe || r == 0xffff
		}); i >= 0 {
			f.Add(at, "control_character", "must not have control characters")
			return nil
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			f.Add(at, "wrong_type/boolean", "must be true or false")
			return nil
		}
	case reflect.Int, reflect.Int64:
		n, ok := v.(json.Number)
		if !ok {
			f.Add(at, "wrong_type/whole", "must be a whole number")
			return nil
		}
		if _, err := strconv.ParseInt(n.String(), 10, 64); err != nil {
			f.Add(at, "wrong_type/whole", "must be a whole number")
			return nil
		}
	case reflect.Float64:
		n, ok := v.(json.Number)
		if !ok {
			f.Add(at, "wrong_type/number", "must be a number")
			return nil
		}
		if _, err := n.Float64(); err != nil {
			f.Add(at, "wrong_type/number", "must be a number")
			return nil
		}
	}
	return v
}

// formName returns an example of a type's text form: a date, a duration or an instant.
func formName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[record.Date]():
		return "2026-11-21"
	case reflect.TypeFor[record.Duration]():
		return "P1Y"
	}
	return "2026-11-21T12:00:00Z"
}

var memberLists sync.Map

// member is a JSON member of a struct.
type member struct {
	typ reflect.Type
	id  bool // its value is the id of a record, or null
}

// members lists the JSON members of a struct, embedded ones included.
func members(t reflect.Type) map[string]member {
	if known, ok := memberLists.Load(t); ok {
		return known.(map[string]member)
	}
	out := map[string]member{}
	for _, m := range record.Members(t) {
		out[m.Name] = member{m.Field.Type, record.OptionalID(m.Field)}
	}
	memberLists.Store(t, out)
	return out
}

// fill decodes a tree into a value and validates it. It returns all faults together.
func fill(tree, into any, f fault.Fields) error {
	raw, err := json.Marshal(tree)
	if err != nil {
		return fmt.Errorf("encode body: %w", err)
	}
	return fillFrom(raw, into, f)
}

func fillFrom(raw []byte, into any, f fault.Fields) error {
	if err := json.Unmarshal(raw, into); err != nil {
		if len(f) > 0 {
			return f.Err()
		}
		return fault.New(fault.Malformed, "bad_json", "the body is not JSON; the error is at byte %d", 0).Because(err)
	}
	if reflect.TypeOf(into).Elem().Kind() != reflect.Struct {
		return f.Err()
	}
	errs := []error{record.Shape(into)}
	if v, ok := into.(interface{ Validate() error }); ok { // rules over several fields
		errs = append(errs, v.Validate())
	}
	for _, err := range errs {
		if err == nil {
			continue
		}
		found := fault.As(err)
		if found == nil || len(found.Fields) == 0 {
			return err
		}
		f.Join(found.Fields...)
	}
	return f.Err()
}

// merge applies an RFC 7396 patch to a document of objects.
func merge(into, patch map[string]any) map[string]any {
	for name, v := range patch {
		sub, isObject := v.(map[string]any)
		switch {
		case v == nil:
			delete(into, name)
		case isObject:
			old, _ := into[name].(map[string]any)
			if old == nil {
				old = map[string]any{}
			}
			into[name] = merge(old, sub)
		default:
			into[name] = v
		}
	}
	return into
}
