package api

import (
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// advices serves the advice of bodies.
type advices struct{ *Server }

func (h advices) routes(s *rest.Server) {
	rest.Resource(s, governance.AdviceRepo, rest.With[governance.Advice]{Patch: governance.ChangeAdvice, Bars: func(tx *record.Tx, e *governance.Advice, action string) (bool, error) {
		return governance.TextBars(tx, e.Matter, action, h.Guard)
	}})
	rest.Create(s, governance.AdviceRepo, h.open)
	rest.Verb(s, governance.AdviceRepo, "vote", h.vote)
	rest.Verb(s, governance.AdviceRepo, "give", h.give)
	rest.Verb(s, governance.AdviceRepo, "answer", h.answer)
	rest.Verb(s, governance.AdviceRepo, "withdraw", h.withdraw)
}

// @Summary	Draft advice from a body
// @Tags		advice
// @Param		body	body		governance.AdviceInput	true	"the advice"
// @Success	201		{object}	governance.Advice
// @Failure	default	{object}	Problem
// @Router		/advice [post]
func (advices) open(tx *record.Tx, c rest.Call[governance.AdviceInput]) (*governance.Advice, error) {
	return governance.DraftAdvice(tx, c.Body)
}

// @Summary	Vote on a draft, as a member
// @Tags		advice
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.CastInput	true	"the vote"
// @Success	200		{object}	governance.Advice
// @Failure	default	{object}	Problem
// @Router		/advice/{id}/vote [post]
func (advices) vote(tx *record.Tx, c rest.Call[governance.CastInput]) (*governance.Advice, error) {
	return governance.VoteOnAdvice(tx, c.Ref(), c.Body)
}

// @Summary	Give the advice, with the body's resolution
// @Tags		advice
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.ResolutionInput	true	"how it was resolved"
// @Success	200		{object}	governance.Advice
// @Failure	default	{object}	Problem
// @Router		/advice/{id}/give [post]
func (advices) give(tx *record.Tx, c rest.Call[governance.ResolutionInput]) (*governance.Advice, error) {
	return governance.GiveAdvice(tx, c.Ref(), c.Body)
}

// @Summary	Answer the advice, on behalf of the body that received it
// @Tags		advice
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Reply	true	"the answer"
// @Success	200		{object}	governance.Advice
// @Failure	default	{object}	Problem
// @Router		/advice/{id}/answer [post]
func (advices) answer(tx *record.Tx, c rest.Call[governance.Reply]) (*governance.Advice, error) {
	return governance.AnswerAdvice(tx, c.Ref(), c.Body)
}

// @Summary	Withdraw a draft
// @Tags		advice
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Advice
// @Failure	default	{object}	Problem
// @Router		/advice/{id}/withdraw [post]
func (advices) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Advice, error) {
	return governance.WithdrawAdvice(tx, c.Ref())
}
