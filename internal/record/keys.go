package record

import (
	"database/sql"
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
)

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
		if readable, err = tx.nearest(readable); err != nil {
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

// nearest returns the rows in the units where the actor has a role. When there are none, it returns the row in the common unit, and else all rows.
func (tx *Tx) nearest(rows []*Row) ([]*Row, error) {
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
	slices.SortFunc(rows, func(a, b *Row) int { return int(a.RID - b.RID) })
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
