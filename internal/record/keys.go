package record

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
)

// Meaning is what a caller asks for of a reference: an id, or the key of a record that the caller reads.
func (tx *Tx) Meaning(f Field, v string) (string, error) {
	kind, prefix, free := refTag(f.Ref)
	k := KindOf(kind)
	byUnit := keyedByUnit(kind)
	switch {
	case kind == "" && !f.ID, free && !byUnit:
		return v, nil
	case len(v) == 36 && uuid.Validate(v) == nil && prefix == "":
		return strings.ToLower(v), nil
	}
	if k == nil || k.Key == "" {
		return "", fault.New(fault.Malformed, "bad_filter/id", "the filter %s must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", f.Name).At("?" + f.Name)
	}
	to, err := tx.target(kind, v, prefix)
	if err == nil {
		err = tx.mayRefer(to)
	}
	switch {
	case fault.Is(err, fault.NotFound) && (free || uuid.Validate(v) == nil):
		return v, nil // a text, or as for any other id: nothing is found
	case fault.Is(err, fault.NotFound):
		return "", fault.New(fault.Malformed, "bad_filter/reference", "the filter %s must be the key or id of a record that you can read: %s", f.Name, fault.Word{Kind: kind}).
			At("?" + f.Name)
	case err == nil && (byUnit || f.HoldsID()):
		return to.ID, nil
	case err == nil && prefix != "":
		return tx.shortest(to, v, prefix)
	}
	return v, ambiguousAt(err, "?"+f.Name) // kept by its key
}

// Candidate is one of several records that have the same key, in different top-level units.
type Candidate struct {
	ID     string `json:"id" format:"uuid"`
	Number string `json:"number" example:"BODY-0004"`
	Scope  string `json:"scope" example:"/siv/" names:"unit"`
} // @name KeyCandidate

// maxCandidates limits the records that a refusal names.
const maxCandidates = 20

// meant returns the record that the actor means by a key that is unique in each top-level unit only. rows are all records with the key. It is the one in
// a unit where the actor has a role, or else the one in the common unit, or else the only one that the actor may read. Records that the actor may not
// read do not count, so that no answer depends on them.
func (tx *Tx) meant(k *Kind, key string, rows *sql.Rows) (*Row, error) {
	found, err := k.scanAll(rows)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.Name, err)
	}
	if len(found) == 1 {
		return found[0], nil // whether the actor may read it, the caller asks
	}
	var readable []*Row
	for _, r := range found {
		err := tx.Reads(r)
		if err == nil {
			readable = append(readable, r)
		} else if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
	}
	if len(readable) > 1 {
		if readable, err = tx.closest(readable); err != nil {
			return nil, err
		}
	}
	switch len(readable) {
	case 0:
		return nil, NotFound()
	case 1:
		return readable[0], nil
	default:
		return nil, ambiguous(key, readable)
	}
}

// closest returns the rows in the units where the actor has a role. When there are none, it returns the row in the common unit, and else all rows.
func (tx *Tx) closest(rows []*Row) ([]*Row, error) {
	own, err := tx.Guard().Units(tx)
	if err != nil {
		return nil, err
	}
	var near, common []*Row
	for _, r := range rows {
		switch top := Top(r.Scope); {
		case top == places.Place.Common:
			common = append(common, r)
		case slices.Contains(own, top):
			near = append(near, r)
		}
	}
	for _, some := range [][]*Row{near, common} {
		if len(some) > 0 {
			return some, nil
		}
	}
	return rows, nil
}

// keyedByUnit reports whether the keys of a kind are unique in each top-level unit only.
func keyedByUnit(kind string) bool {
	k := KindOf(kind)
	return k != nil && k.KeyByUnit()
}

// ambiguous refuses a key that names several records, and lists them.
func ambiguous(key string, rows []*Row) error {
	slices.SortFunc(rows, func(a, b *Row) int { return cmp.Compare(a.RID, b.RID) })
	var list []Candidate
	for _, r := range rows[:min(len(rows), maxCandidates)] {
		list = append(list, Candidate{ID: r.ID, Number: r.Number, Scope: r.Scope})
	}
	return fault.New(fault.Conflict, "ambiguous_key", "%d records that you can read have the key %s; give the id of the one that you mean", len(rows), key).
		With("candidates", list)
}

// ambiguousAt adds to the refusal of an ambiguous key where the request has the key. Other errors stay as they are.
func ambiguousAt(err error, pointer string) error {
	if f := fault.As(err); f != nil && f.Code == "ambiguous_key" {
		return f.At(pointer)
	}
	return err
}
