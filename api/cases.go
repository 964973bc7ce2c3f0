package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/trace"
)

// cases serves the cases of bodies.
type cases struct{ *Server }

func (h cases) routes(s *rest.Server) {
	rest.Resource(s, governance.Cases, rest.With[governance.Case]{Ahead: governance.ReadAhead, Patch: withGuard(governance.ChangeCase)(h.Guard), Bars: func(tx *record.Tx, e *governance.Case, action string) (bool, error) {
		return governance.CaseBars(tx, e, action, h.Guard)
	}})
	rest.Create(s, governance.Cases, h.open)
	rest.Verb(s, governance.Cases, "submit", h.submit)
	rest.Verb(s, governance.Cases, "admit", h.admit)
	rest.Verb(s, governance.Cases, "reject", h.reject)
	rest.Verb(s, governance.Cases, "defer", h.postpone)
	rest.Verb(s, governance.Cases, "conclude", h.conclude)
	rest.Verb(s, governance.Cases, "escalate", h.escalate)
	rest.Verb(s, governance.Cases, "answer", h.answer)
	rest.Verb(s, governance.Cases, "withdraw", h.withdraw)
	rest.Verb(s, governance.Cases, "declare-conflict", h.declare)
	rest.Verb(s, governance.Cases, "decide-in-place", h.decideInPlace)
	rest.Handle(s, http.MethodGet, "/cases/{id}/trace", "case:read", h.trace, rest.OfKind(governance.Cases.Kind), rest.Out(reflect.TypeFor[trace.Trace]()), rest.Media(svgType))
}

// @Summary	Open a case before a body
// @Tags		cases
// @Param		body	body		governance.CaseInput	true	"the case"
// @Success	201		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases [post]
func (cases) open(tx *record.Tx, c rest.Call[governance.CaseInput]) (*governance.Case, error) {
	return governance.OpenCase(tx, c.Body)
}

// @Summary	Submit a case to its body
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/submit [post]
func (cases) submit(tx *record.Tx, c rest.Call[record.None]) (*governance.Case, error) {
	return governance.SubmitCase(tx, c.Ref())
}

// @Summary	Admit a case, as a member of its body
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/admit [post]
func (h cases) admit(tx *record.Tx, c rest.Call[record.None]) (*governance.Case, error) {
	return governance.AdmitCase(tx, c.Ref(), h)
}

// @Summary	Reject a case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/reject [post]
func (cases) reject(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Case, error) {
	return governance.RejectCase(tx, c.Ref(), c.Body.Reason)
}

// @Summary	Defer a case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Deferral	true	"the new day, and the reason"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/defer [post]
func (h cases) postpone(tx *record.Tx, c rest.Call[governance.Deferral]) (*governance.Case, error) {
	return governance.DeferCase(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Conclude a case, with the body's conclusion
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Conclusion	true	"the conclusion"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/conclude [post]
func (cases) conclude(tx *record.Tx, c rest.Call[governance.Conclusion]) (*governance.Case, error) {
	return governance.ConcludeCase(tx, c.Ref(), c.Body)
}

// @Summary	Escalate a case to another body, which gets a new case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Lift	true	"the other body, and the reason"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/escalate [post]
func (cases) escalate(tx *record.Tx, c rest.Call[governance.Lift]) (*governance.Case, error) {
	return governance.EscalateCase(tx, c.Ref(), c.Body)
}

// @Summary	Record the answer of the other body
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Reply	true	"the answer"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/answer [post]
func (h cases) answer(tx *record.Tx, c rest.Call[governance.Reply]) (*governance.Case, error) {
	return governance.AnswerCase(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Withdraw a case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/withdraw [post]
func (cases) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*governance.Case, error) {
	return governance.Cases.Change(tx, c.Ref(), func(x *governance.Case) error { return x.Withdraw(tx.Actor.ID) })
}

// @Summary	Declare a member's conflict of interest in a case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Declaration	true	"the member, and the reason"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/declare-conflict [post]
func (h cases) declare(tx *record.Tx, c rest.Call[governance.Declaration]) (*governance.Case, error) {
	return governance.DeclareConflict(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary		Decide a case in the place of its body, which conflicts of interest have kept from a quorum for thirty days
// @Description	Top management decides. The actions that the case is about are carried out, unless it is declined.
// @Tags			cases
// @Param			id		path		string				true	"id"
// @Param			body	body		governance.InPlace	true	"the outcome, and the reason"
// @Success		200		{object}	governance.Case
// @Failure		default	{object}	Problem
// @Router			/cases/{id}/decide-in-place [post]
func (h cases) decideInPlace(tx *record.Tx, c rest.Call[governance.InPlace]) (*governance.Case, error) {
	return governance.DecideInPlace(tx, c.Ref(), c.Body, h.Server)
}

// @Summary		Show the chain of records that a case is part of, from need to the organisations that carry measures out
// @Description	It is JSON, or a drawing with Accept: image/svg+xml. It has only what the caller may read.
// @Tags			cases
// @Param			id		path		string	true	"id"
// @Success		200		{object}	trace.Trace
// @Failure		default	{object}	Problem
// @Router			/cases/{id}/trace [get]
func (cases) trace(tx *record.Tx, c rest.Call[record.None]) (any, error) {
	return traced(tx, c, governance.Cases.Kind)
}
