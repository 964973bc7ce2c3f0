package risk

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// DraftMethod creates the first edition of a method in its scope, or the next one. Only one edition at a time may be in preparation.
func DraftMethod(tx *record.Tx, in MethodInput) (*Method, error) {
	earlier, err := query.Each(tx, Methods, "="+in.Scope, map[string][]string{"key": {in.Key}})
	if err != nil {
		return nil, err
	}
	next, open := 1, (*Method)(nil)
	for _, m := range earlier {
		next = max(next, m.Edition+1)
		if m.Status == MethodDraft || m.Status == MethodInReview {
			open = m
		}
	}
	m, err := Methods.Create(tx, NewMethod(in, next))
	if err != nil {
		return nil, err
	}
	if open != nil {
		return nil, fault.New(fault.Conflict, "edition_open", "edition %d of %s is not finished; finish or delete it first", open.Edition, in.Key)
	}
	return m, nil
}

// ApproveMethod puts an edition in force and supersedes the earlier ones of its scope. Levels that it changes become outdated.
func ApproveMethod(tx *record.Tx, ref record.Ref) (*Method, error) {
	m, err := Methods.Change(tx, ref, func(m *Method) error { return m.Approve(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	earlier, err := query.Each(tx, Methods, "="+m.Scope, map[string][]string{"key": {m.Key}, "status": {string(MethodApproved)}})
	if err != nil {
		return nil, err
	}
	for _, e := range earlier {
		if e.ID == m.ID {
			continue
		}
		if _, err := Methods.Change(tx.Follow("risk_method", "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*Method).Supersede); err != nil {
			return nil, err
		}
	}
	using := query.Query{Scope: m.Scope, Filters: map[string][]string{"method": {m.Key}, "status": {string(RegisterActive)}}}
	return m, each(tx, Registers, using, func(reg *Register) error { return outdate(tx, reg) })
}

// outdate marks the levels of a register's open risks as outdated when the edition in force gives another level.
func outdate(tx *record.Tx, reg *Register) error {
	m, err := MethodInForce(tx, reg.Method, reg.Scope)
	if err != nil {
		return err
	}
	editionOf := editions(tx)
	open := query.Query{Filters: map[string][]string{"register_id": {reg.ID}, "status": {string(Assessed), string(Treating), string(Accepted)}}}
	return each(tx, Repo, open, func(r *Risk) error {
		basis := r.basis()
		if basis == nil || basis.Outdated != nil {
			return nil
		}
		by, err := editionOf(basis.MethodID)
		if err != nil || m.Agrees(basis.Result, by) {
			return err
		}
		_, err = Repo.Change(tx.Follow("risk", "outdate"), record.Ref{ID: r.ID, Version: record.AnyVersion}, func(r *Risk) error {
			r.Outdate(tx.Actor.ID, tx.Now, MethodChanged)
			return nil
		})
		return err
	})
}

// each calls fn with every record that a query finds, whoever acts, and reads them page by page. fn may write, but not what the query filters by.
func each[E any](tx *record.Tx, repo record.Repo[E], q query.Query, fn func(*E) error) error {
	q.Trusted, q.Rows, q.Sort, q.Limit = true, true, "created_at", 100
	for {
		page, err := query.List(tx, repo.Kind, q)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			e, err := repo.Decode(tx, row)
			if err != nil {
				return err
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.Cursor = page.Next
	}
}

// MethodInForce returns the approved edition of a method in a scope, or else in the nearest scope above it.
func MethodInForce(tx *record.Tx, key, scope string) (*Method, error) {
	above := record.Ancestors(scope)
	for i := len(above) - 1; i >= 0; i-- {
		editions, err := query.Each(tx, Methods, "="+above[i], map[string][]string{"key": {key}, "status": {string(MethodApproved)}})
		if err != nil {
			return nil, err
		}
		var newest *Method
		for _, m := range editions {
			if newest == nil || m.Edition > newest.Edition {
				newest = m
			}
		}
		if newest != nil {
			return newest, nil
		}
	}
	var blockers fault.Blockers
	blockers.Add("no_method", "", "approve an edition of the risk method %s first, in this scope or above", key)
	return nil, blockers.Err()
}

// editions returns a function that finds editions of methods by id and reads each once. It returns nil for a missing one.
func editions(tx *record.Tx) func(id string) (*Method, error) {
	known := map[string]*Method{}
	return func(id string) (*Method, error) {
		m, ok := known[id]
		if ok {
			return m, nil
		}
		m, err := Methods.Find(tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		known[id] = m
		return m, nil
	}
}

// methodOf returns the method that a risk is assessed by: that of its register, in the register's scope.
func methodOf(tx *record.Tx, r *Risk) (*Method, error) {
	reg, err := Registers.Find(tx, r.RegisterID)
	if err != nil {
		return nil, err
	}
	return MethodInForce(tx, reg.Method, reg.Scope)
}
