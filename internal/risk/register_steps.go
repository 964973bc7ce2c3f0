package risk

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// OpenRegister creates a register. Its method must exist.
func OpenRegister(tx *record.Tx, in RegisterInput) (*Register, error) {
	reg := NewRegister(in)
	reg.Defaults()
	if err := knownMethod(tx, reg); err != nil {
		return nil, err
	}
	return Registers.Create(tx, reg)
}

// knownMethod reports a method that has no edition in the scope or above it. A draft edition is enough.
func knownMethod(tx *record.Tx, reg *Register) error {
	for _, scope := range record.Ancestors(reg.Scope) {
		n, err := query.Count(tx, Methods, "="+scope, map[string][]string{"key": {reg.Method}})
		if err != nil || n > 0 {
			return err
		}
	}
	var f fault.Fields
	f.Add("/method", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "risk_method"})
	tx.AddFaults(f...)
	return nil
}

// PatchRegister changes a register's fields. The method of a register with risks is changed by ChangeMethod only.
func PatchRegister(tx *record.Tx, ref record.Ref, apply func(*Register) error) (*Register, error) {
	return Registers.Change(tx, ref, func(reg *Register) error {
		was := reg.Method
		if err := apply(reg); err != nil {
			return err
		}
		reg.Defaults()
		if reg.Method == was {
			return nil
		}
		risks, err := query.Count(tx, Repo, "", map[string][]string{"register_id": {reg.ID}})
		if err != nil {
			return err
		}
		if risks > 0 {
			var f fault.Fields
			f.Add("/method", "method_in_use", `the register has risks; use the action "change-method"`)
			tx.AddFaults(f...)
		}
		return knownMethod(tx, reg)
	})
}

// ChangeMethod gives a register in use another method, which must be in force. Every level in the register becomes outdated.
func ChangeMethod(tx *record.Tx, ref record.Ref, in MethodChange) (*Register, error) {
	return Registers.Change(tx, ref, func(reg *Register) error {
		if err := reg.ChangeMethod(in.Method); err != nil {
			return err
		}
		_, err := MethodInForce(tx, reg.Method, reg.Scope)
		return err
	})
}

// The levels of risks rest on the method of their register.
var _ = Repo.RestsOn(record.Rest[Risk]{
	On: "risk_register", By: []string{"register_id"}, When: []string{"change-method"}, Verb: "outdate",
	Apply: func(tx *record.Tx, r *Risk, _ record.Change) (bool, error) {
		return r.Outdate(tx.Actor.ID, tx.Now, MethodChanged), nil
	},
})

// CloseRegister takes a register out of use once none of its risks is open.
func CloseRegister(tx *record.Tx, ref record.Ref) (*Register, error) {
	return Registers.Change(tx, ref, func(reg *Register) error {
		open, err := query.Count(tx, Repo, "", map[string][]string{
			"register_id": {reg.ID},
			"status":      {string(Identified), string(Assessed), string(Treating), string(Accepted)},
		})
		if err != nil {
			return err
		}
		return reg.Close(tx.Now, open)
	})
}

// MatrixOf places the open risks of a register that the caller may read in the matrix of the edition in force.
func MatrixOf(tx *record.Tx, registerID string, stage Stage, polarity Polarity) (*Matrix, error) {
	reg, err := Registers.Get(tx, registerID)
	if err != nil {
		return nil, err
	}
	method, err := MethodInForce(tx, reg.Method, reg.Scope)
	if err != nil {
		return nil, err
	}
	m := method.Matrix()
	m.Register = MatrixRegister{ID: reg.ID, Number: reg.Number, Title: reg.Title, Scope: reg.Scope}
	m.Stage, m.Date = stage, record.DateOf(tx.Now)
	m.For(polarity)
	q := query.Query{
		Filters: map[string][]string{
			"register_id": {reg.ID}, "polarity": {string(polarity)},
			"status": {string(Identified), string(Assessed), string(Treating), string(Accepted)},
		},
		Sort: "created_at", Limit: 200, Rows: true,
	}
	editionOf := editions(tx)
	for {
		page, err := query.List(tx, Repo.Kind, q)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			r, err := Repo.Decode(tx, row)
			if err != nil {
				return nil, err
			}
			by := method
			if judged := r.At(stage); judged != nil {
				if by, err = editionOf(judged.MethodID); err != nil {
					return nil, err
				}
			}
			m.Place(r, by)
		}
		if page.Next == "" {
			return &m, nil
		}
		q.Cursor = page.Next
	}
}
