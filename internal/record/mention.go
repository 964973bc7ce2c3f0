package record

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/ki-styring/aims/internal/fault"
)

// A field names other records by the tag ref or names. The tag ref is on references that are checked, and that links show. The tag names is on
// fields that only tell which record is meant, such as who decided: "user", or the member beside it that holds the kind: "on_kind".

// Mentions finds the records that the JSON of a Go type names.
type Mentions struct {
	named   *naming
	members map[string]*Mentions
	items   *Mentions // of a list, or the values of a map
	any     bool      // a document of the kind in the member kind
}

// naming is how a field names records.
type naming struct {
	name   string // what callers call it: owner for owner_id
	kinds  []string
	beside string // the member that holds the kind
	prefix string
	free   bool
	checks bool // it has the tag ref
}

// Mentioned is a record that a document names: by its id, its key or its path, in a field of a path such as rows.evidence.
type Mentioned struct {
	Name  string // of the field, as callers call it
	Path  string
	Kinds []string // the kinds it may be of
	Value string   // as it stands in the document
	Key   string   // the id or key of the record; Value, with the prefix that may be left out
	Free  bool     // it may also be a plain text
	links bool
}

var mentionPlans sync.Map

// MentionsOf returns what finds the records that a type's JSON names. It is nil when there are none.
func MentionsOf(t reflect.Type) *Mentions {
	if known, ok := mentionPlans.Load(t); ok {
		return known.(*Mentions)
	}
	m := planOf(t, nil)
	mentionPlans.Store(t, m)
	return m
}

// planOf walks a type. above are the structs around it, which a recursive type names again.
func planOf(t reflect.Type, above map[reflect.Type]*Mentions) *Mentions {
	switch t.Kind() {
	case reflect.Pointer:
		return planOf(t.Elem(), above)
	case reflect.Slice, reflect.Array, reflect.Map:
		if t == reflect.TypeFor[json.RawMessage]() {
			return nil
		}
		if items := planOf(t.Elem(), above); items != nil {
			return &Mentions{items: items}
		}
		return nil
	case reflect.Struct:
	default:
		return nil
	}
	if marshalsItself(t) {
		return nil
	}
	if known := above[t]; known != nil {
		return known
	}
	m := &Mentions{members: map[string]*Mentions{}}
	inner := map[reflect.Type]*Mentions{t: m}
	maps.Copy(inner, above)
	for _, f := range Members(t) {
		if n := namingOf(f); n != nil {
			m.members[f.Name] = &Mentions{named: n}
			continue
		}
		if f.Field.Tag.Get("names") == "document" {
			m.members[f.Name] = &Mentions{any: true}
			continue
		}
		if part := planOf(f.Field.Type, inner); part != nil {
			m.members[f.Name] = part
		}
	}
	if len(m.members) == 0 {
		return nil
	}
	return m
}

func namingOf(f Member) *naming {
	n := &naming{name: strings.TrimSuffix(f.Name, "_id")}
	if tag := f.Field.Tag.Get("ref"); tag != "" {
		kind, prefix, free := refTag(tag)
		n.kinds, n.prefix, n.free, n.checks = strings.Split(kind, "|"), prefix, free, true
		return n
	}
	switch tag := f.Field.Tag.Get("names"); {
	case tag == "" || tag == "document":
		return nil
	case strings.HasSuffix(tag, "kind"):
		n.beside = tag
	default:
		n.kinds = []string{tag}
	}
	return n
}

// UnderItems returns what finds the same in a page of a list, in its member items.
func (m *Mentions) UnderItems() *Mentions {
	return &Mentions{members: map[string]*Mentions{"items": m}}
}

// MentionedAhead reads ahead the records that documents name, with one statement for each kind.
func (tx *Tx) MentionedAhead(found []Mentioned) error {
	ids := map[string][]string{}
	for _, m := range found {
		for _, kind := range m.Kinds {
			ids[kind] = append(ids[kind], m.Key)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(ids)) {
		if k := KindOf(kind); k != nil && k.Place == nil {
			if err := tx.ReadAhead(k, ids[kind]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Mentioned reads a record that a document names. It is not found when the actor may not read it. Everybody reads the names of people.
func (tx *Tx) Mentioned(m Mentioned) (*Row, error) {
	err := error(NotFound())
	for _, kind := range m.Kinds {
		k := KindOf(kind)
		var row *Row
		switch {
		case k == nil, k.KeyByUnit() && uuid.Validate(m.Key) != nil: // documents name such records by their ids
			continue
		case k.Person:
			row, err = tx.actor(m.Key)
		case k.Place != nil && IsScope(m.Key):
			row, err = tx.UnitAt(m.Key)
		default:
			row, err = tx.Load(k, m.Key)
		}
		if !fault.Is(err, fault.NotFound) {
			return row, err
		}
	}
	return nil, err
}

// actor reads the row of somebody who acts: a user, or an account of another system.
func (tx *Tx) actor(id string) (*Row, error) {
	row, err := tx.Person(id)
	for _, k := range Kinds() {
		if fault.Is(err, fault.NotFound) && k.Acts {
			row, err = tx.load(k, id)
		}
	}
	return row, err
}

// Names lists the names of the fields that name records, sorted.
func (m *Mentions) Names() []string {
	found := map[string]bool{}
	m.walk(func(n *naming) { found[n.name] = true })
	out := make([]string, 0, len(found))
	for name := range found {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// KindsOf lists the kinds that the fields of a name may refer to. Those of a kind that stands beside the field are left out.
func (m *Mentions) KindsOf(name string) (out []string) {
	m.walk(func(n *naming) {
		if n.name == name {
			out = append(out, n.kinds...)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// checksParts reports whether parts of the records have references that links show.
func (m *Mentions) checksParts() bool {
	for _, part := range m.members {
		found := false
		if part.named == nil {
			part.walk(func(n *naming) { found = found || n.checks })
		}
		if found {
			return true
		}
	}
	return false
}

func (m *Mentions) walk(visit func(*naming)) {
	seen := map[*Mentions]bool{}
	var into func(*Mentions)
	into = func(m *Mentions) {
		if m == nil || seen[m] {
			return
		}
		seen[m] = true
		if m.named != nil {
			visit(m.named)
		}
		into(m.items)
		for _, part := range m.members {
			into(part)
		}
	}
	into(m)
}

// In calls fn with each record that a JSON document names.
func (m *Mentions) In(doc []byte, fn func(Mentioned)) {
	if m != nil {
		m.find(gjson.ParseBytes(doc), gjson.Result{}, "", fn)
	}
}

func (m *Mentions) find(v, around gjson.Result, path string, fn func(Mentioned)) {
	switch {
	case v.Type == gjson.Null:
	case m.named != nil:
		m.named.each(v, around, path, fn)
	case m.any:
		if k := KindOf(around.Get("kind").String()); k != nil {
			if inner := MentionsOf(k.entity); inner != nil {
				inner.find(v, around, path, fn)
			}
		}
	case m.items != nil:
		v.ForEach(func(_, item gjson.Result) bool {
			m.items.find(item, v, path, fn)
			return true
		})
	default:
		v.ForEach(func(name, part gjson.Result) bool {
			if inner := m.members[name.Str]; inner != nil {
				at := name.Str
				if path != "" {
					at = path + "." + name.Str
				}
				inner.find(part, v, at, fn)
			}
			return true
		})
	}
}

// each calls fn with the records that one field names.
func (n *naming) each(v, around gjson.Result, path string, fn func(Mentioned)) {
	if v.IsArray() {
		v.ForEach(func(_, item gjson.Result) bool {
			n.each(item, around, path, fn)
			return true
		})
		return
	}
	if v.Str == "" {
		return
	}
	kinds := n.kinds
	if n.beside != "" {
		kinds = []string{around.Get(n.beside).String()}
	}
	fn(Mentioned{Name: n.name, Path: path, Kinds: kinds, Value: v.Str, Key: keyed(v.Str, n.prefix), Free: n.free, links: n.checks})
}
