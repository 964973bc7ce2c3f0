package risk

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// IdentifyRisk adds a new risk to an open register.
func IdentifyRisk(tx *record.Tx, in Input) (*Risk, error) {
	if err := tx.Collect(takesRisks(tx, in.RegisterID)); err != nil {
		return nil, err
	}
	return Repo.Create(tx, New(in))
}

// PatchRisk changes a risk's fields. A risk can only move to an open register.
func PatchRisk(tx *record.Tx, ref record.Ref, apply func(*Risk) error) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		was := r.RegisterID
		if err := apply(r); err != nil || r.RegisterID == was {
			return err
		}
		return takesRisks(tx, r.RegisterID)
	})
}

// takesRisks refuses a closed register. The reference check reports a register that the actor cannot read.
func takesRisks(tx *record.Tx, registerID string) error {
	register, err := Registers.Get(tx, registerID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if register.Status != RegisterActive {
		var faults fault.Fields
		faults.Add("/register_id", "closed_register", "the register is closed; reopen it or choose another one")
		return faults.Err()
	}
	return nil
}

// ReopenRisk reopens an accepted or closed risk. Its register must be open, because nobody follows up a closed register.
func ReopenRisk(tx *record.Tx, ref record.Ref) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		state, err := Registers.StateOf(tx, r.RegisterID)
		if err != nil {
			return err
		}
		if state != string(RegisterActive) {
			var blockers fault.Blockers
			blockers.Add("closed_register", "/register_id", "the register is closed; reopen it or choose another one").Link = "/api/v1/risk-registers/" + r.RegisterID
			return blockers.Err()
		}
		return r.Reopen(tx.Actor.ID, tx.Now)
	})
}

// AssessRisk assesses a risk by the edition in force of its register's method.
func AssessRisk(tx *record.Tx, ref record.Ref, in AssessmentInput) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		m, err := methodOf(tx, r)
		if err != nil {
			return err
		}
		result, err := m.Place(in)
		if err != nil {
			return err
		}
		return r.Assess(Assessment{
			ID: record.NewID(), By: tx.Actor.ID, At: tx.Now,
			Stage: in.Stage, Consequences: in.Consequences, Rationale: in.Rationale, Result: result,
		})
	})
}

// TreatRisk adds a treatment to a risk.
func TreatRisk(tx *record.Tx, ref record.Ref, in TreatmentInput) (*Risk, error) {
	var treated *Risk
	r, err := Repo.Change(tx, ref, func(r *Risk) error {
		treated = r
		return r.Treat(record.NewID(), tx.Actor.ID, tx.Now, in)
	})
	if err != nil {
		return nil, pointAtBody(err, treated, in)
	}
	return r, nil
}

// pointAtBody changes the pointers of faults in the risk's lists of controls and persons, which come from its treatments, to the request.
func pointAtBody(err error, r *Risk, in TreatmentInput) error {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || r == nil {
		return err
	}
	for i, field := range f.Fields {
		list, n, _ := strings.Cut(strings.TrimPrefix(field.Pointer, "/"), "/")
		at, e := strconv.Atoi(n)
		switch {
		case e != nil:
		case list == "responsible_ids":
			f.Fields[i].Pointer = "/responsible_id"
		case list == "controls" && at < len(r.Controls):
			if j := slices.Index(in.Controls, r.Controls[at]); j >= 0 {
				f.Fields[i].Pointer = "/controls/" + strconv.Itoa(j)
			}
		}
	}
	return err
}

// Authorities finds the longest period for which a record with these facts may be accepted; empty for no limit.
type Authorities interface {
	AtMost(p record.Permission, m *record.Meta) record.Duration
}

// AcceptRisk records that the actor accepts a risk for a time, at most as long as the method and the actor's authority allow. The edition
// in force must still give the level that was assessed.
func AcceptRisk(tx *record.Tx, ref record.Ref, in AcceptanceInput, authorities Authorities) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		limits := []record.Duration{authorities.AtMost(record.Permission{Object: "risk", Action: "accept"}, &record.Meta{Facts: r.Facts()})}
		if basis, err := r.Basis(); err == nil {
			m, err := methodOf(tx, r)
			if err != nil {
				return err
			}
			by, err := editions(tx)(basis.MethodID)
			if err != nil {
				return err
			}
			if !m.Agrees(basis.Result, by) {
				var blockers fault.Blockers
				blockers.Add("method_changed", "/assessments", "the risk method has changed and gives another level now; assess the risk again")
				return blockers.Err()
			}
			if rule := m.Rule(basis.Level); rule != nil {
				limits = append(limits, rule.AcceptanceAtMost)
			}
		}
		if err := r.Accept(record.NewID(), tx.Actor.ID, tx.Now, in, limits...); err != nil {
			return err
		}
		r.Acceptances[len(r.Acceptances)-1].Authority = r.Row().Authority()
		return nil
	})
}

// ExpireAcceptances ends every acceptance whose last day has passed. The worker calls it as the system.
func ExpireAcceptances(tx *record.Tx) error {
	for { // from "0": those that have a day
		page, err := query.List(tx, Repo.Kind, query.Query{
			Filters: map[string][]string{"status": {string(Accepted)}}, Sort: "accepted_until", From: "0", Limit: 100, Rows: true,
		})
		if err != nil {
			return err
		}
		ended := 0
		for _, row := range page.Rows {
			r, err := Repo.Decode(tx, row)
			if err != nil {
				return err
			}
			if !r.AcceptedUntil.Passed(tx.Now) {
				return nil // the rest end later
			}
			_, err = Repo.Change(tx.Follow("risk", "expire"), record.Ref{ID: r.ID, Version: record.AnyVersion}, func(r *Risk) error {
				return r.Expire(tx.Actor.ID, tx.Now)
			})
			if err != nil {
				return err
			}
			ended++
		}
		if ended == 0 {
			return nil
		}
	}
}
