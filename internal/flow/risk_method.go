package flow

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

// DraftMethod makes the first edition of a method in its scope, or the next one. One edition at a time is under way.
func DraftMethod(tx *record.Tx, in risk.MethodInput) (*risk.Method, error) {
	earlier, err := risk.Methods.Each(tx, "="+in.Scope, map[string][]string{"key": {in.Key}})
	if err != nil {
		return nil, err
	}
	next, open := 1, (*risk.Method)(nil)
	for _, m := range earlier {
		next = max(next, m.Edition+1)
		if m.Status == risk.MethodDraft || m.Status == risk.MethodInReview {
			open = m
		}
	}
	m, err := risk.Methods.Create(tx, risk.NewMethod(in, next))
	if err != nil {
		return nil, err
	}
	if open != nil {
		return nil, fault.New(fault.Conflict, "edition_open", "edition %d of %s is still under way", open.Edition, in.Key)
	}
	return m, nil
}

// ApproveMethod puts an edition in force and takes the earlier ones of its scope out of force.
func ApproveMethod(tx *record.Tx, ref record.Ref) (*risk.Method, error) {
	m, err := risk.Methods.Change(tx, ref, func(m *risk.Method) error { return m.Approve(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	earlier, err := risk.Methods.Each(tx, "="+m.Scope, map[string][]string{"key": {m.Key}, "status": {string(risk.MethodApproved)}})
	if err != nil {
		return nil, err
	}
	for _, e := range earlier {
		if e.ID == m.ID {
			continue
		}
		if _, err := risk.Methods.Change(tx.Follow("risk_method", "supersede"), current(e.ID), (*risk.Method).Supersede); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// MethodInForce finds the approved edition of a method in a scope, or else in the nearest scope above it.
func MethodInForce(tx *record.Tx, key, scope string) (*risk.Method, error) {
	above := record.Ancestors(scope)
	for i := len(above) - 1; i >= 0; i-- {
		editions, err := risk.Methods.Each(tx, "="+above[i], map[string][]string{"key": {key}, "status": {string(risk.MethodApproved)}})
		if err != nil {
			return nil, err
		}
		var newest *risk.Method
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
	blockers.Add("no_method", "", "no edition of the risk method %s is approved here or above", key)
	return nil, blockers.Err()
}

// editions gives the editions that results were judged by, each read once; nil for one that is not there.
func editions(tx *record.Tx) func(id string) (*risk.Method, error) {
	known := map[string]*risk.Method{}
	return func(id string) (*risk.Method, error) {
		m, ok := known[id]
		if ok {
			return m, nil
		}
		m, err := risk.Methods.Find(tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		known[id] = m
		return m, nil
	}
}

// methodOf finds the method that a risk is judged by: that of its register, where the register lies.
func methodOf(tx *record.Tx, r *risk.Risk) (*risk.Method, error) {
	reg, err := risk.Registers.Find(tx, r.RegisterID)
	if err != nil {
		return nil, err
	}
	return MethodInForce(tx, reg.Method, reg.Scope)
}
