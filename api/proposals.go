package api

import (
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// proposals serves the proposals of bodies.
type proposals struct{ *Server }

func (h proposals) routes(s *rest.Server) {
	rest.Resource(s, governance.Proposals, rest.With[governance.Proposal]{Patch: governance.ChangeProposal, Bars: func(tx *record.Tx, e *governance.Proposal, action string) (bool, error) {
		return governance.TextBars(tx, e.Matter, action, h.Guard)
	}})
	rest.Create(s, governance.Proposals, h.open)
	rest.Verb(s, governance.Proposals, "vote", h.vote)
	rest.Verb(s, governance.Proposals, "agree", h.agree)
	rest.Verb(s, governance.Proposals, "advance", h.advance)
	rest.Verb(s, governance.Proposals, "withdraw", h.withdraw)
}

// @Summary	Draft a proposal of a body
// @Tags		proposals
// @Param		body	body		governance.ProposalInput	true	"the proposal"
// @Success	201		{object}	governance.Proposal
// @Failure	default	{object}	Problem
// @Router		/proposals [post]
func (proposals) open(tx *record.Tx, c rest.Call[governance.ProposalInput]) (*governance.Proposal, error) {
	return governance.DraftProposal(tx, c.Body)
}

// @Summary	Vote on a draft, as a member
// @Tags		proposals
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.CastInput	true	"the vote"
// @Success	200		{object}	governance.Proposal
// @Failure	default	{object}	Problem
// @Router		/proposals/{id}/vote [post]
func (proposals) vote(tx *record.Tx, c rest.Call[governance.CastInput]) (*governance.Proposal, error) {
	return governance.VoteOnProposal(tx, c.Ref(), c.Body)
}

// @Summary	Agree on a proposal, with the body's resolution
// @Tags		proposals
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.ResolutionInput	true	"how it was resolved"
// @Success	200		{object}	governance.Proposal
// @Failure	default	{object}	Problem
// @Router		/proposals/{id}/agree [post]
func (proposals) agree(tx *record.Tx, c rest.Call[governance.ResolutionInput]) (*governance.Proposal, error) {
	return governance.AgreeProposal(tx, c.Ref(), c.Body)
}

// @Summary	Advance a proposal to the next stop in the mandate's decision path
// @Tags		proposals
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Note	true	"a note"
// @Success	200		{object}	governance.Proposal
// @Failure	default	{object}	Problem
// @Router		/proposals/{id}/advance [post]
func (h proposals) advance(tx *record.Tx, c rest.Call[governance.Note]) (*governance.Proposal, error) {
	return governance.AdvanceProposal(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Withdraw a proposal
// @Tags		proposals
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Proposal
// @Failure	default	{object}	Problem
// @Router		/proposals/{id}/withdraw [post]
func (proposals) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Proposal, error) {
	return governance.WithdrawProposal(tx, c.Ref())
}
