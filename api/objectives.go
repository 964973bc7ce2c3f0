package api

import (
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/improve/objective"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

type objectives struct{}

func (h objectives) routes(s *rest.Server) {
	rest.Resource(s, objective.Repo, rest.With[objective.Objective]{Bars: flow.ObjectiveBarred})
	rest.Create(s, objective.Repo, h.create)
	rest.Verb(s, objective.Repo, "conclude", h.conclude)
	rest.Verb(s, objective.Repo, "withdraw", h.withdraw)
	rest.Verb(s, objective.Repo, "reopen", h.reopen)
}

// @Summary	Set an objective in a cycle that is in plan or do
// @Tags		objectives
// @Param		body	body		objective.Input	true	"the objective"
// @Success	201		{object}	objective.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives [post]
func (objectives) create(tx *record.Tx, c rest.Call[objective.Input]) (*objective.Objective, error) {
	return flow.SetObjective(tx, c.Body)
}

// @Summary	Say whether the objective was achieved
// @Tags		objectives
// @Param		id		path		string						true	"id"
// @Param		body	body		objective.ConclusionInput	true	"the conclusion"
// @Success	200		{object}	objective.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/conclude [post]
func (objectives) conclude(tx *record.Tx, c rest.Call[objective.ConclusionInput]) (*objective.Objective, error) {
	return flow.ConcludeObjective(tx, c.Ref(), c.Body)
}

// @Summary	Give the objective up
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	objective.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/withdraw [post]
func (objectives) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*objective.Objective, error) {
	return objective.Repo.Change(tx, c.Ref(), func(o *objective.Objective) error {
		o.Withdraw()
		return nil
	})
}

// @Summary	Take the objective up again while its cycle runs
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	objective.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/reopen [post]
func (objectives) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*objective.Objective, error) {
	return flow.ReopenObjective(tx, c.Ref())
}
