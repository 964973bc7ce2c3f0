package record

import (
	"fmt"
	"strings"
)

// Hop is one reference on the path from a record to another one: the field that refers to the next record, and the kind of the record it is in. After
// a field that may refer to several kinds, the kind is empty.
type Hop struct{ Kind, Field string }

// isPath reports whether an entry of Mine follows references to another record.
func isPath(field string) bool { return strings.Contains(field, "/") }

// Hops returns the references of a path that begins at a record of the kind: case_id/risk_ids.
func (k *Kind) Hops(path string) (out []Hop) {
	kind := k.Name
	for name := range strings.SplitSeq(path, "/") {
		out = append(out, Hop{kind, name})
		if of := KindOf(kind); of != nil && of.fieldNamed(name) != nil {
			kind, _, _ = refTag(of.fieldNamed(name).Ref)
		} else {
			kind = ""
		}
		if KindOf(kind) == nil {
			kind = ""
		}
	}
	return out
}

// Leads is the condition that a row t refers, by these hops, to one of the records that a query of docids finds.
func Leads(hops []Hop, rid, to string) string {
	var q strings.Builder
	q.WriteString(rid)
	for _, h := range hops {
		q.WriteString(` IN (SELECT docid FROM refs WHERE field = '` + h.Field + `'`)
		if h.Kind != "" {
			q.WriteString(` AND kind = '` + h.Kind + `'`)
		}
		q.WriteString(` AND to_docid`)
	}
	q.WriteString(` IN (` + to + `)` + strings.Repeat(`)`, len(hops)))
	return q.String()
}

// leadsTo reports whether a record refers, by one of these paths, to one of the records that a query of docids finds.
func (k *Kind) leadsTo(tx *Tx, id string, paths []string, to string, args ...any) (bool, error) {
	for _, path := range paths {
		var n int
		q := `SELECT COUNT(*) FROM records t WHERE t.id = ? AND ` + Leads(k.Hops(path), `t.docid`, to)
		if err := tx.row(q, append([]any{id}, args...)...).Scan(&n); err != nil {
			return false, fmt.Errorf("follow %s of a %s: %w", path, k.Name, err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}

// IsAbout reports whether the record is about one that lies in a scope or below it. A check of a scope alone has no record; there IsAbout returns true.
func (t Target) IsAbout(tx *Tx, scope string) (bool, error) {
	switch {
	case t.Kind == nil || len(t.Kind.About) == 0:
		return false, nil
	case t.ID == "":
		return t.AnyState, nil
	}
	return t.Kind.leadsTo(tx, t.ID, t.Kind.About, `SELECT docid FROM records WHERE scope >= ? AND scope < ?`, scope, AfterScope(scope))
}
