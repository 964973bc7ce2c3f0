package flow

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

// DraftPlan makes the draft of a treatment plan, with the level of its risks.
func DraftPlan(tx *record.Tx, in risk.PlanInput) (*risk.Plan, error) {
	p := risk.NewPlan(in)
	if err := weigh(tx, p); err != nil {
		return nil, err
	}
	return risk.Plans.Create(tx, p)
}

// PatchPlan changes a draft, and its level with its risks.
func PatchPlan(tx *record.Tx, ref record.Ref, apply func(*risk.Plan) error) (*risk.Plan, error) {
	return risk.Plans.Change(tx, ref, func(p *risk.Plan) error {
		if err := apply(p); err != nil {
			return err
		}
		return weigh(tx, p)
	})
}

func weigh(tx *record.Tx, p *risk.Plan) error {
	risks, err := risksOf(tx, p.RiskIDs)
	if err != nil {
		return err
	}
	p.Weigh(risks)
	return nil
}

// SubmitPlan asks for approval of a plan.
func SubmitPlan(tx *record.Tx, ref record.Ref) (*risk.Plan, error) {
	return risk.Plans.Change(tx, ref, func(p *risk.Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		return p.Submit(tx.Actor.ID, tx.Now, risks)
	})
}

// ApprovePlan freezes a plan with its risks as they stand.
func ApprovePlan(tx *record.Tx, ref record.Ref) (*risk.Plan, error) {
	return risk.Plans.Change(tx, ref, func(p *risk.Plan) error {
		risks, err := risksOf(tx, p.RiskIDs)
		if err != nil {
			return err
		}
		return p.Approve(tx.Actor.ID, tx.Now, risks)
	})
}

// risksOf reads the risks of a plan; those that are not there are left for the check of references to name.
func risksOf(tx *record.Tx, ids []string) ([]*risk.Risk, error) {
	var out []*risk.Risk
	for _, id := range ids {
		r, err := risk.Repo.Find(tx, id)
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
