package rest

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Reference is what expand shows of a record that an answer names.
type Reference struct {
	ID     string `json:"id" format:"uuid"`
	Kind   string `json:"kind" of:"RecordKind"`
	Number string `json:"number"`
	// Title is the title of the record, or the name of a person or a body.
	Title  string `json:"title"`
	Status string `json:"status"`
	// Names holds, by the name of a field, what the record itself names, as far as the caller asked with a dot: the ids in it are expanded too.
	Names map[string][]string `json:"names,omitempty" extra:""`
} // @name Summary

// Expandable lists the names that the parameter expand accepts for answers of a type: those of the fields that name records, and after a dot
// those of the records themselves.
func Expandable(t reflect.Type) []string {
	if t == nil {
		return nil
	}
	m := record.MentionsOf(t)
	if m == nil {
		return nil
	}
	out := m.Names()
	for _, name := range m.Names() {
		for _, kind := range m.KindsOf(name) {
			k := record.KindOf(kind)
			if k == nil || k.Person || k.Place != nil {
				continue
			}
			for _, deeper := range record.MentionsOf(k.Entity()).Names() {
				out = append(out, name+"."+deeper)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// expandable lists the names that expand accepts for a route. An event names what its document names, too.
func (r *Route) expandable() []string {
	names := Expandable(r.answered())
	if r.Out != reflect.TypeFor[EventPage]() {
		return names
	}
	for _, k := range record.Kinds() {
		switch {
		case k.Name == r.Kind:
			names = append(names, Expandable(k.Entity())...)
		case r.Kind == "":
			names = append(names, record.MentionsOf(k.Entity()).Names()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// answered is the type of an answer's JSON.
func (r *Route) answered() reflect.Type {
	if r.Shape == "list" && r.Out != nil && !isPage(r.Out) {
		return reflect.SliceOf(r.Out)
	}
	return r.Out
}

// isPage reports whether a type is a page of a list, with items.
func isPage(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && slices.ContainsFunc(record.Members(t), func(m record.Member) bool { return m.Name == "items" })
}

// expansion is what the caller asks to be expanded: the names, and after the dot those of the records found.
type expansion map[string][]string

func expansionOf(asked []string) expansion {
	out := expansion{}
	for _, list := range asked {
		for name := range strings.SplitSeq(list, ",") {
			first, deeper, dotted := strings.Cut(name, ".")
			if out[first] == nil {
				out[first] = []string{}
			}
			if dotted {
				out[first] = append(out[first], deeper)
			}
		}
	}
	return out
}

// expanded returns the member expanded of an answer: what the fields of these names refer to, by the values that stand in the fields. A record
// that the caller may not read is null.
func (s *Server) expanded(tx *record.Tx, r *Route, body []byte, names expansion) ([]byte, error) {
	plan := record.MentionsOf(r.answered())
	var found []record.Mentioned
	if r.Shape == "list" && !isPage(r.Out) {
		plan = plan.UnderItems()
	}
	plan.In(body, func(m record.Mentioned) {
		if _, asked := names[m.Name]; asked {
			found = append(found, m)
		}
	})
	out := map[string]*Reference{}
	rows, err := s.summarise(tx, found, out)
	if err != nil {
		return nil, err
	}
	var next []record.Mentioned
	for _, m := range found {
		ref, row := out[m.Value], rows[m.Value]
		if ref == nil || row == nil {
			continue
		}
		for _, deeper := range names[m.Name] {
			if ref.Names == nil {
				ref.Names = map[string][]string{}
			}
			if ref.Names[deeper] != nil {
				continue
			}
			ref.Names[deeper] = []string{}
			record.MentionsOf(row.Kind.Entity()).In(row.Doc, func(x record.Mentioned) {
				if x.Name == deeper && !slices.Contains(ref.Names[deeper], x.Value) {
					ref.Names[deeper], next = append(ref.Names[deeper], x.Value), append(next, x)
				}
			})
		}
	}
	if _, err := s.summarise(tx, next, out); err != nil {
		return nil, err
	}
	return record.Encode(out)
}

// summarise adds the summaries of the records that fields name, and returns the rows that the caller may read.
func (s *Server) summarise(tx *record.Tx, found []record.Mentioned, out map[string]*Reference) (map[string]*record.Row, error) {
	if err := tx.MentionedAhead(found); err != nil {
		return nil, err
	}
	rows := map[string]*record.Row{}
	for _, m := range found {
		if _, known := out[m.Value]; known {
			continue
		}
		if m.Value == record.System.ID {
			out[m.Value] = &Reference{ID: m.Value, Kind: m.Kinds[0], Title: "AIMS", Status: "active"}
			continue
		}
		row, err := tx.Mentioned(m)
		if fault.Is(err, fault.NotFound) {
			if !m.Free {
				out[m.Value] = nil
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		out[m.Value], rows[m.Value] = nil, row
	}
	if err := tx.TitlesAhead(slices.Collect(maps.Values(rows))); err != nil {
		return nil, err
	}
	for value, row := range rows {
		ref := &Reference{ID: row.ID, Kind: row.Kind.Name, Number: row.Number, Title: tx.TitleOf(row), Status: row.Status}
		if row.Kind.Person { // the title of a person is a job title
			name, err := s.cfg.PersonName(row)
			if err != nil {
				return nil, err
			}
			ref.Title = name
		}
		out[value] = ref
	}
	return rows, nil
}
