package risk

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// DraftPlan creates the draft of a treatment plan, with its level.
func DraftPlan(tx *record.Tx, in PlanInput) (*Plan, error) {
	p := NewPlan(in)
	if err := weigh(tx, p, nil); err != nil {
		return nil, err
	}
	return Plans.Create(tx, p)
}

// PatchPlan changes a draft and updates its level.
func PatchPlan(tx *record.Tx, ref record.Ref, apply func(*Plan) error) (*Plan, error) {
	return Plans.Change(tx, ref, func(p *Plan) error {
		held := slices.Clone(p.RiskIDs)
		if err := apply(p); err != nil {
			return err
		}
		return weigh(tx, p, held)
	})
}

// weigh sets a plan's level, and checks that new risks lie in a scope which the plan's approvers may read. The reference check
// reports risks that the actor cannot read.
func weigh(tx *record.Tx, p *Plan, held []string) error {
	risks, err := risksOf(tx, p.RiskIDs)
	if err != nil {
		return err
	}
	var faults fault.Fields
	for _, r := range risks {
		if !slices.Contains(held, r.ID) && record.Related(p.Scope, r.Scope) && tx.Visible(r.Row()) {
			p.Holds(&faults, r)
		}
	}
	tx.AddFaults(faults...)
	p.keepOwners(risks)
	p.Weigh(risks)
	return nil
}

// SubmitPlan submits a plan for approval.
func SubmitPlan(tx *record.Tx, ref record.Ref) (*Plan, error) {
	return Plans.Change(tx, ref, func(p *Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		return p.Submit(tx.Actor.ID, tx.Now, risks)
	})
}

// ApprovePlan approves a plan with its risks as they are. Nobody who assessed one of the risks may approve it.
func ApprovePlan(tx *record.Tx, ref record.Ref) (*Plan, error) {
	return Plans.Change(tx, ref, func(p *Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		if err := apart(tx, risks); err != nil {
			return err
		}
		if err := p.Approve(tx.Actor.ID, tx.Now, risks); err != nil {
			return err
		}
		p.Authority = p.Row().Authority()
		return nil
	})
}

// AgreePlan records that the actor agrees to the treatment of the risks that they own.
func AgreePlan(tx *record.Tx, ref record.Ref) (*Plan, error) {
	return Plans.Change(tx, ref, func(p *Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		author, err := wrote(tx, p)
		if err != nil {
			return err
		}
		return p.Agree(tx.Actor.ID, tx.Now, author, risks)
	})
}

// wrote reports whether the actor is an author of a plan, for the risks that they took over after it was drafted.
func wrote(tx *record.Tx, p *Plan) (bool, error) {
	ask := tx.Follow("treatment_plan", takenOver)
	may, err := fault.Allowed(ask.Ask(ask.Permission, p.Row().Target()))
	return !may, err
}

// RevisePlan makes an approved or stale plan a draft again.
func RevisePlan(tx *record.Tx, ref record.Ref) (*Plan, error) {
	return Plans.Change(tx, ref, func(p *Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		return p.Revise(risks)
	})
}

// A plan rests on its risks: their owners agree to their treatment, and an approved plan is stale when the treatment of a risk changes.
var _ = Plans.RestsOn(
	record.Rest[Plan]{
		On: "risk", By: []string{"risk_ids"}, When: []string{"update", "hand-over", "assess", "treat", "treatment", "outdate"}, Verb: "ask",
		Apply: func(tx *record.Tx, p *Plan, c record.Change) (bool, error) {
			risks, err := risksOf(tx, p.RiskIDs)
			if err != nil {
				return false, err
			}
			now, err := Repo.Decode(tx, c.Row)
			if err != nil {
				return false, err
			}
			was := new(Risk)
			if err := json.Unmarshal(c.Was, was); err != nil {
				return false, fmt.Errorf("read %s as it was: %w", now.Number, err)
			}
			return p.Ask(risks, was, now), nil
		},
	},
	record.Rest[Plan]{
		On: "risk", By: []string{"risk_ids"}, When: []string{"treat", "treatment", "outdate"}, Verb: "outdate",
		Apply: func(tx *record.Tx, p *Plan, c record.Change) (bool, error) {
			r, err := Repo.Decode(tx, c.Row)
			return err == nil && p.Outdate(tx.Now, r), err
		},
	},
)

// PlanBars reports whether the separation of duties keeps the actor from approving a plan, because they could not accept every risk in it, or from agreeing
// to it, because they wrote it and took the risks over after that.
func PlanBars(tx *record.Tx, p *Plan, action string) (bool, error) {
	if action != "approve" && action != "agree" {
		return false, nil
	}
	risks, err := risksOf(tx, p.RiskIDs)
	if err != nil {
		return false, err
	}
	if action == "approve" {
		may, err := fault.Allowed(apart(tx, risks))
		return !may, err
	}
	author, err := wrote(tx, p)
	if err != nil {
		return false, err
	}
	_, refusal := p.mine(tx.Actor.ID, author, risks)
	return refusal != nil, nil
}

// apart checks the separation of duties for each risk, as its acceptance would.
func apart(tx *record.Tx, risks []*Risk) error {
	accept := tx.Follow("risk", "accept")
	for _, r := range risks {
		if !r.NeedsAcceptance() {
			continue
		}
		err := accept.Ask(accept.Permission, r.Row().Target())
		if f := fault.As(err); f != nil && f.Code == "separation_of_duties" {
			return fault.New(fault.Forbidden, "separation_of_duties/plan", "somebody else must approve the plan: you, or somebody you act for, took part in assessing %s", r.Number).
				With("earlier_action", f.Extra["earlier_action"]).With("earlier_seq", f.Extra["earlier_seq"]).With("record_id", r.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// judgedRisk is what a decision on a plan judges of a risk in it. Progress with the work, and who does it, are not judged; see differs.
type judgedRisk struct {
	Level      Level
	Outdated   bool
	Treatments []TreatmentInput
}

// judgedRisks returns what a decision on a plan judges beside it: the level and the treatments of its risks.
func judgedRisks(tx *record.Tx, plan *record.Row) (any, error) {
	var p Plan
	if err := plan.Decode(&p); err != nil {
		return nil, fmt.Errorf("read %s: %w", plan.Number, err)
	}
	risks, err := risksOf(tx, p.RiskIDs)
	if err != nil {
		return nil, err
	}
	out := map[string]judgedRisk{}
	for _, r := range risks {
		j := judgedRisk{Level: r.Level, Outdated: r.LevelOutdated != nil}
		for _, t := range r.Treatments {
			if t.stands() {
				j.Treatments = append(j.Treatments, TreatmentInput{Option: t.Option, Plan: t.Plan, Controls: t.Controls, Due: t.Due})
			}
		}
		out[r.ID] = j
	}
	return out, nil
}

// risksOf reads the risks of a plan. The reference check reports those that do not exist.
func risksOf(tx *record.Tx, ids []string) ([]*Risk, error) {
	var out []*Risk
	for _, id := range ids {
		r, err := Repo.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// ReadAhead reads the risks of these plans in one statement.
func ReadAhead(tx *record.Tx, plans []*record.Row) error {
	var ids []string
	for _, r := range plans {
		var p struct {
			RiskIDs []string `json:"risk_ids" names:"risk"`
		}
		if err := r.Decode(&p); err != nil {
			return fmt.Errorf("read %s: %w", r.Number, err)
		}
		ids = append(ids, p.RiskIDs...)
	}
	return tx.ReadAhead(Repo.Kind, ids)
}
