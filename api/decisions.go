package api

import (
	"github.com/ki-styring/aims/internal/decisions"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// decisionsAPI serves the decisions of bodies.
type decisionsAPI struct{ *Server }

func (h decisionsAPI) routes(s *rest.Server) {
	rest.Resource(s, governance.Decisions, rest.With[governance.Decision]{Patch: h.change, Bars: func(tx *record.Tx, e *governance.Decision, action string) (bool, error) {
		return governance.TextBars(tx, e.Matter, action, h.Guard)
	}})
	rest.Create(s, governance.Decisions, h.open)
	rest.Verb(s, governance.Decisions, "vote", h.vote)
	rest.Verb(s, governance.Decisions, "adopt", h.adopt)
	rest.Verb(s, governance.Decisions, "withdraw", h.withdraw)
}

// @Summary	Draft a decision of a body
// @Tags		decisions
// @Param		body	body		governance.DecisionInput	true	"the decision"
// @Success	201		{object}	governance.Decision
// @Failure	default	{object}	Problem
// @Router		/decisions [post]
func (h decisionsAPI) open(tx *record.Tx, c rest.Call[governance.DecisionInput]) (*governance.Decision, error) {
	return governance.DraftDecision(tx, c.Body, h)
}

func (h decisionsAPI) change(tx *record.Tx, ref record.Ref, apply func(*governance.Decision) error) (*governance.Decision, error) {
	return governance.ChangeDecision(tx, ref, apply, h)
}

// @Summary	Vote on a draft, as a member
// @Tags		decisions
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.CastInput	true	"the vote"
// @Success	200		{object}	governance.Decision
// @Failure	default	{object}	Problem
// @Router		/decisions/{id}/vote [post]
func (decisionsAPI) vote(tx *record.Tx, c rest.Call[governance.CastInput]) (*governance.Decision, error) {
	return governance.VoteOnDecision(tx, c.Ref(), c.Body)
}

// @Summary	Adopt a decision; the proposal and its measures are decided with it, and the actions that it is about are taken
// @Tags		decisions
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.ResolutionInput	true	"how it was resolved"
// @Success	200		{object}	governance.Decision
// @Failure	default	{object}	Problem
// @Router		/decisions/{id}/adopt [post]
func (h decisionsAPI) adopt(tx *record.Tx, c rest.Call[governance.ResolutionInput]) (*governance.Decision, error) {
	return decisions.Adopt(tx, c.Ref(), c.Body, h)
}

// @Summary	Withdraw a draft
// @Tags		decisions
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Decision
// @Failure	default	{object}	Problem
// @Router		/decisions/{id}/withdraw [post]
func (decisionsAPI) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Decision, error) {
	return governance.WithdrawDecision(tx, c.Ref())
}
