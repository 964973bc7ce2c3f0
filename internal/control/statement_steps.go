package control

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ApproveStatement approves a statement and supersedes the one in force in its scope.
func ApproveStatement(tx *record.Tx, ref record.Ref) (*Statement, error) {
	var earlier []*Statement
	s, err := Statements.Change(tx, ref, func(s *Statement) (err error) {
		if earlier, err = query.Each(tx, Statements, "="+s.Scope, map[string][]string{"status": {string(Approved)}}); err != nil {
			return err
		}
		id := ""
		if len(earlier) > 0 {
			id = earlier[0].ID
		}
		return s.Approve(tx.Actor.ID, tx.Now, id)
	})
	if err != nil {
		return nil, err
	}
	for _, e := range earlier {
		_, err := Statements.Change(tx.Follow("soa", "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*Statement).Supersede)
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// CompareStatements compares two statements that the caller may read.
func CompareStatements(tx *record.Tx, from, to string) (*Comparison, error) {
	later, err := Statements.Get(tx, to)
	if err != nil {
		return nil, err
	}
	earlier, err := Statements.Get(tx, from)
	if err != nil {
		return nil, err
	}
	c := Compare(earlier, later)
	return &c, nil
}
