package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
)

// treatmentPlans serves treatment plans. A plan is a set of risks and their treatments that is approved as a whole.
type treatmentPlans struct{}

func (h treatmentPlans) routes(s *rest.Server) {
	rest.Resource(s, risk.Plans, rest.With[risk.Plan]{Ahead: risk.ReadAhead, Patch: risk.PatchPlan, Bars: risk.PlanBars})
	rest.Create(s, risk.Plans, h.create)
	rest.Verb(s, risk.Plans, "submit", h.submit)
	rest.Verb(s, risk.Plans, "agree", h.agree)
	rest.Verb(s, risk.Plans, "approve", h.approve)
	rest.Verb(s, risk.Plans, "reject", h.reject)
	rest.Verb(s, risk.Plans, "withdraw", h.withdraw)
	rest.Verb(s, risk.Plans, "revise", h.revise)
}

// @Summary	Draft a treatment plan
// @Tags		treatment-plans
// @Param		body	body		risk.PlanInput	true	"the plan"
// @Success	201		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans [post]
func (treatmentPlans) create(tx *record.Tx, c rest.Call[risk.PlanInput]) (*risk.Plan, error) {
	return risk.DraftPlan(tx, c.Body)
}

// @Summary	Submit a plan for approval
// @Tags		treatment-plans
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/submit [post]
func (treatmentPlans) submit(tx *record.Tx, c rest.Call[record.None]) (*risk.Plan, error) {
	return risk.SubmitPlan(tx, c.Ref())
}

// @Summary	Agree to the treatment of the risks that you own
// @Tags		treatment-plans
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/agree [post]
func (treatmentPlans) agree(tx *record.Tx, c rest.Call[record.None]) (*risk.Plan, error) {
	return risk.AgreePlan(tx, c.Ref())
}

// @Summary	Approve a plan; it keeps its risks as they are at that time
// @Tags		treatment-plans
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/approve [post]
func (treatmentPlans) approve(tx *record.Tx, c rest.Call[record.None]) (*risk.Plan, error) {
	return risk.ApprovePlan(tx, c.Ref())
}

// @Summary	Send a plan back to its authors
// @Tags		treatment-plans
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/reject [post]
func (treatmentPlans) reject(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Plan, error) {
	return risk.Plans.Change(tx, c.Ref(), (*risk.Plan).Reject)
}

// @Summary	Withdraw a plan from review
// @Tags		treatment-plans
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/withdraw [post]
func (treatmentPlans) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Plan, error) {
	return risk.Plans.Change(tx, c.Ref(), func(p *risk.Plan) error { return p.Withdraw(tx.Actor.ID) })
}

// @Summary	Revise an approved or stale plan; it is agreed to and approved anew
// @Tags		treatment-plans
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Plan
// @Failure	default	{object}	Problem
// @Router		/treatment-plans/{id}/revise [post]
func (treatmentPlans) revise(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Plan, error) {
	return risk.RevisePlan(tx, c.Ref())
}
