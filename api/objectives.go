package api

import (
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
)

type objectives struct{}

func (h objectives) routes(s *Server) {
	resource(s, improve.Objectives, with[improve.Objective]{Bars: improve.ObjectiveBars})
	create(s, improve.Objectives, h.create)
	verb(s, improve.Objectives, "conclude", h.conclude)
	verb(s, improve.Objectives, "withdraw", h.withdraw)
	verb(s, improve.Objectives, "reopen", h.reopen)
}

// @Summary	Set an objective in a cycle that is in plan or do
// @Tags		objectives
// @Param		body	body		improve.ObjectiveInput	true	"the objective"
// @Success	201		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives [post]
func (objectives) create(tx *record.Tx, c Call[improve.ObjectiveInput]) (*improve.Objective, error) {
	return improve.SetObjective(tx, c.Body)
}

// @Summary	Say whether the objective was achieved
// @Tags		objectives
// @Param		id		path		string						true	"id"
// @Param		body	body		improve.ConclusionInput	true	"the conclusion"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/conclude [post]
func (objectives) conclude(tx *record.Tx, c Call[improve.ConclusionInput]) (*improve.Objective, error) {
	return improve.ConcludeObjective(tx, c.Ref(), c.Body)
}

// @Summary	Give the objective up
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/withdraw [post]
func (objectives) withdraw(tx *record.Tx, c Call[record.Reason]) (*improve.Objective, error) {
	return improve.Objectives.Change(tx, c.Ref(), func(o *improve.Objective) error {
		o.Withdraw()
		return nil
	})
}

// @Summary	Take the objective up again while its cycle runs
// @Tags		objectives
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	improve.Objective
// @Failure	default	{object}	Problem
// @Router		/objectives/{id}/reopen [post]
func (objectives) reopen(tx *record.Tx, c Call[record.Reason]) (*improve.Objective, error) {
	return improve.ReopenObjective(tx, c.Ref())
}
