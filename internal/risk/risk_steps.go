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
	r := New(in)
	if r.ReviewDue == "" {
		r.ReviewDue = record.DateOf(tx.Now).Add(firstReview)
	}
	return Repo.Create(tx, r)
}

// PatchRisk changes a risk's fields. A risk can only move to an open register. A change of what was judged outdates the level and ends an acceptance
// in force.
func PatchRisk(tx *record.Tx, ref record.Ref, apply func(*Risk) error) (*Risk, error) {
	var was judged
	r, err := Repo.Change(tx, ref, func(r *Risk) error {
		was = r.judged()
		due := r.ReviewDue
		if err := apply(r); err != nil {
			return err
		}
		r.Defaults()
		if err := tx.Collect(r.fitsTreatments(was.polarity)); err != nil {
			return err
		}
		if r.ReviewDue != due {
			if err := tx.Collect(review(tx, r)); err != nil {
				return err
			}
		}
		if r.RegisterID == was.register {
			return nil
		}
		return takesRisks(tx, r.RegisterID)
	})
	if err != nil || r.judged() == was || len(r.Assessments) == 0 {
		return r, err
	}
	return Repo.Change(tx.Follow("risk", "outdate"), record.Ref{ID: r.ID, Version: record.AnyVersion}, func(r *Risk) error {
		r.Outdate(tx.Actor.ID, tx.Now, Edited)
		return nil
	})
}

// judged is what an assessment judges.
type judged struct {
	title, description, sources, register string
	polarity                              Polarity
}

func (r *Risk) judged() judged {
	return judged{title: r.Title, description: r.Description, sources: strings.Join(r.Sources, "\n"), register: r.RegisterID, polarity: r.Polarity}
}

// review sets the day of the next review when a caller has removed it, and refuses a day later than the method allows for the level.
func review(tx *record.Tx, r *Risk) error {
	basis := r.basis()
	if basis == nil {
		if r.ReviewDue == "" {
			r.ReviewDue = record.DateOf(tx.Now).Add(firstReview)
		}
		return nil
	}
	by, err := Methods.Find(tx, basis.MethodID)
	if err != nil {
		return err
	}
	last := record.DateOf(basis.At).Add(by.ReviewEvery(basis.Level))
	if r.ReviewDue == "" {
		r.ReviewDue = last
	}
	var faults fault.Fields
	if r.ReviewDue > last {
		faults.Add("/review_due", "too_late", `must be %s at the latest for a risk of the level "%s"`, last, r.Level)
	}
	return faults.Err()
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

// AssessRisk assesses a risk by the edition in force of its register's method, or confirms an earlier assessment. The next review follows from the
// method and the level.
func AssessRisk(tx *record.Tx, ref record.Ref, in AssessmentInput) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		m, err := methodOf(tx, r)
		if err != nil {
			return err
		}
		if in.SameAs != "" {
			if err := confirm(tx, r, m, &in); err != nil {
				return err
			}
		}
		result, err := m.Place(in)
		if err != nil {
			return err
		}
		a := Assessment{
			ID: record.NewID(), By: tx.Actor.ID, At: tx.Now,
			Stage: in.Stage, Consequences: in.Consequences, Rationale: in.Rationale, SameAs: in.SameAs, Result: result,
		}
		if err := r.Assess(a); err != nil {
			return err
		}
		if b := r.basis(); b != nil && b.AssessmentID == a.ID {
			r.ReviewDue = record.DateOf(tx.Now).Add(m.ReviewEvery(r.Level))
		}
		return nil
	})
}

// confirm fills the input from the assessment that it confirms. The method must still give the level, and the actor must not have changed what was
// judged.
func confirm(tx *record.Tx, r *Risk, m *Method, in *AssessmentInput) error {
	var faults fault.Fields
	in.extra(&faults)
	earlier := r.assessment(in.SameAs)
	if earlier == nil {
		faults.Add("/same_as", "unknown_reference/assessment", "must be the id of an assessment of this risk")
	}
	if err := faults.Err(); err != nil {
		return err
	}
	ask := tx.Follow("risk", confirming)
	if err := ask.Ask(ask.Permission, r.Row().Target()); err != nil {
		return err
	}
	in.Stage, in.Likelihood, in.Consequences = earlier.Stage, earlier.Likelihood, earlier.Consequences
	return agreed(tx, m, earlier.Result)
}

// agreed refuses a result that the edition in force gives another level.
func agreed(tx *record.Tx, m *Method, result Result) error {
	by, err := editions(tx)(result.MethodID)
	if err != nil || m.Agrees(result, by) {
		return err
	}
	var blockers fault.Blockers
	blockers.Add("method_changed", "/assessments", "the risk method has changed and gives another level now; assess the risk again")
	return blockers.Err()
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
// in force must still give the level that was assessed. Where the method says so, an approved treatment plan must have the risk.
func AcceptRisk(tx *record.Tx, ref record.Ref, in AcceptanceInput, authorities Authorities) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		limits := []record.Duration{authorities.AtMost(record.Permission{Object: "risk", Action: "accept"}, &record.Meta{Facts: r.Facts()})}
		if basis, err := r.Basis(); err == nil {
			m, err := methodOf(tx, r)
			if err != nil {
				return err
			}
			if err := r.upToDate(); err != nil {
				return err
			}
			if err := agreed(tx, m, basis.Result); err != nil {
				return err
			}
			if rule := m.Rule(basis.Level); rule != nil {
				limits = append(limits, rule.AcceptanceAtMost)
				if err := planned(tx, r, rule); err != nil {
					return err
				}
			}
		}
		if by := r.Row().Authority(); by != nil {
			limits = append(limits, by.AtMost) // of the delegation
		}
		if err := r.Accept(record.NewID(), tx.Actor.ID, tx.Now, in, limits...); err != nil {
			return err
		}
		r.Acceptances[len(r.Acceptances)-1].Authority = r.Row().Authority()
		return nil
	})
}

// planned refuses a risk whose level needs an approved treatment plan, when no such plan has the risk. A risk that is only retained needs none.
func planned(tx *record.Tx, r *Risk, rule *MethodLevel) error {
	if !rule.PlanNeeded || r.Polarity == Opportunity || r.left() {
		return nil
	}
	n, err := query.Count(tx, Plans, "", map[string][]string{"risk_ids": {r.ID}, "status": {string(PlanApproved)}})
	if err != nil || n > 0 {
		return err
	}
	var blockers fault.Blockers
	blockers.Add("plan_needed", "/treatments", `a risk of the level "%s" needs an approved treatment plan with the risk in it before it is accepted, unless it is only retained`, r.Level).
		Link = "/api/v1/treatment-plans?risk_ids=" + r.ID
	return blockers.Err()
}

// CloseRisk closes a risk. It is a decision, like an acceptance.
func CloseRisk(tx *record.Tx, ref record.Ref, in ClosureInput) (*Risk, error) {
	return Repo.Change(tx, ref, func(r *Risk) error {
		var faults fault.Fields
		var other *Risk
		switch {
		case in.Reason != Duplicate && in.DuplicateOf != "":
			faults.Add("/duplicate_of", "only_duplicates", "only a duplicate names another risk")
		case in.Reason != Duplicate:
		case in.DuplicateOf == "":
			faults.Add("/duplicate_of", "required", "is required")
		default:
			var err error
			if other, err = Repo.Get(tx, in.DuplicateOf); fault.Is(err, fault.NotFound) {
				faults.Add("/duplicate_of", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "risk"})
			} else if err != nil {
				return err
			}
		}
		if err := faults.Err(); err != nil {
			return err
		}
		if err := r.Close(tx.Actor.ID, tx.Now, in, other); err != nil {
			return err
		}
		r.Closure.Authority = r.Row().Authority()
		return nil
	})
}

// CancelTreatment cancels a treatment. When the level is then higher than what was accepted, the acceptance lapses.
func CancelTreatment(tx *record.Tx, ref record.Ref, treatment, reason string) (*Risk, error) {
	r, err := Repo.Change(tx, ref, func(r *Risk) error { return r.CancelTreatment(treatment, tx.Now, reason) })
	if err != nil || !r.exceeds() {
		return r, err
	}
	return Repo.Change(tx.Follow("risk", "lapse"), record.Ref{ID: r.ID, Version: record.AnyVersion}, func(r *Risk) error {
		r.lapse(tx.Actor.ID, tx.Now)
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
