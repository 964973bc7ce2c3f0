package rest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Reference is what expand shows of a record that another one refers to.
type Reference struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number"`
	Title  string `json:"title"`
} // @name Summary

// expandable maps the names that the parameter expand accepts to the fields that hold the references.
func expandable(k *record.Kind) map[string]record.Field {
	out := map[string]record.Field{"scope": {Name: "scope"}}
	for _, f := range k.Fields() {
		if f.Ref != "" && f.Type.Kind() == reflect.String {
			out[strings.TrimSuffix(f.Name, "_id")] = f
		}
	}
	return out
}

// Expandable lists the names that the parameter expand accepts for a kind.
func Expandable(k *record.Kind) []string { return slices.Sorted(maps.Keys(expandable(k))) }

// checkExpand refuses names that cannot be expanded.
func checkExpand(k *record.Kind, names map[string]bool) error {
	can := expandable(k)
	for n, asked := range names {
		if _, ok := can[n]; asked && !ok {
			return fault.New(fault.Malformed, "unknown_expand", "%s cannot be expanded here; these can: %s", n, strings.Join(Expandable(k), ", ")).At("?expand")
		}
	}
	return nil
}

// expanded returns id, number and title of the records that the row refers to. A record that the caller may not read is null.
func (s *Server) expanded(tx *record.Tx, row *record.Row, names map[string]bool) ([]byte, error) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(row.Doc, &doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", row.Number, err)
	}
	out := map[string]*Reference{}
	for name, f := range expandable(row.Kind) {
		var id string
		if !names[name] || json.Unmarshal(doc[f.Name], &id) != nil || id == "" {
			continue
		}
		ref, err := s.reference(tx, f, id)
		if err != nil {
			return nil, err
		}
		out[name] = ref
	}
	return encode(out)
}

// reference reads what a field refers to, or null if the caller may not read it.
func (s *Server) reference(tx *record.Tx, f record.Field, id string) (*Reference, error) {
	kind, _, _ := strings.Cut(f.Ref, ",")
	kind, _, _ = strings.Cut(kind, "|")
	type key struct{ kind, id string }
	if ref, ok := tx.Noted(key{kind, id}).(*Reference); ok {
		return ref, nil
	}
	k := record.KindOf(kind)
	person := k != nil && k.Person
	var row *record.Row
	var err error
	switch {
	case f.Name == "scope":
		row, err = tx.UnitAt(id)
	case person:
		row, err = tx.Person(id)
	default:
		row, err = tx.Load(k, id)
	}
	if fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // a record that is not readable is null
	}
	if err != nil {
		return nil, err
	}
	ref := &Reference{ID: row.ID, Number: row.Number, Title: tx.TitleOf(row)}
	if person { // the title of a person is a job title
		if ref.Title, err = s.cfg.PersonName(row); err != nil {
			return nil, err
		}
	}
	tx.Note(key{kind, id}, ref)
	return ref, nil
}
