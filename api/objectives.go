package api

import (
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// objectives serves the objectives of improvement cycles.
type objectives struct{}

func (h objectives) routes(s *rest.Server) {
	rest.Resource(s, improve.Objectives, rest.With[improve.Objective]{Ahead: improve.ReadAhead, Bars: improve.ObjectiveBars})
	rest.Create(s, improve.Objectives, h.create)
	rest.Verb(s, improve.Objectives, "propose", h.propose)
	rest.Verb(s, improve.Objectives, "approve", h.approve)
	rest.Verb(s, improve.Objectives, "reject", h.reject)
	rest.Verb(s, improve.Objectives, "revise", h.revise)
	rest.Verb(s, improve.Objectives, "conclude", h.conclude)
	rest.Verb(s, improve.Objectives, "withdraw", h.withdraw)
	rest.Verb(s, improve.Objectives, "reopen", h.reopen)
}

// @Summary	Draft an objective in a cycle that is in the phase plan or do
// @Tags		objectives
// @Param		body	body		improve.ObjectiveInput	true	"the objective"
// @Success	201		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives [post]
func (objectives) create(tx *record.Tx, c rest.Call[improve.ObjectiveInput]) (*improve.Objective, error) {
	return improve.SetObjective(tx, c.Body)
}

// @Summary	Propose the objective for approval
// @Tags		objectives
// @Param		id		path		string	true	"id"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/propose [post]
func (objectives) propose(tx *record.Tx, c rest.Call[record.None]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), (*improve.Objective).Propose)
}

// @Summary	Approve the objective, so that its cycle can rest on it
// @Tags		objectives
// @Param		id		path		string	true	"id"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/approve [post]
func (objectives) approve(tx *record.Tx, c rest.Call[record.None]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), func(o *improve.Objective) error {
		o.Approve(tx.Actor.ID, tx.Now)
		return nil
	})
}

// @Summary	Send the objective back to its authors
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/reject [post]
func (objectives) reject(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), func(o *improve.Objective) error {
		o.Reject(tx.Actor.ID, tx.Now, c.Body.Reason)
		return nil
	})
}

// @Summary	Open an approved objective for changes
// @Description	It must be proposed and approved again. Its measured values stay.
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/revise [post]
func (objectives) revise(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), func(o *improve.Objective) error {
		o.Revise()
		return nil
	})
}

// @Summary	Conclude whether the objective was achieved
// @Description	An objective without a value that meets its target is concluded as achieved only with a deviation_reason.
// @Tags		objectives
// @Param		id		path		string						true	"id"
// @Param		body	body		improve.ConclusionInput	true	"the conclusion"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/conclude [post]
func (objectives) conclude(tx *record.Tx, c rest.Call[improve.ConclusionInput]) (*improve.Objective, error) {
	return improve.ConcludeObjective(tx, c.Ref(), c.Body)
}

// @Summary	Withdraw the objective
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/withdraw [post]
func (objectives) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), func(o *improve.Objective) error {
		o.Withdraw()
		return nil
	})
}

// @Summary	Reopen the objective while its cycle is open
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/reopen [post]
func (objectives) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*improve.Objective, error) {
	return improve.ReopenObjective(tx, c.Ref())
}
