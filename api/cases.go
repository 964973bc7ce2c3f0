package api

import (
	"net/http"
	"reflect"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/trace"
)

type cases struct{ *Server }

func (h cases) routes(s *Server) {
	resource(s, governance.Cases, with[governance.Case]{Patch: given(governance.ChangeCase)(s.Guard), Bars: func(tx *record.Tx, e *governance.Case, action string) (bool, error) {
		return governance.CaseBars(tx, e, action, s.Guard)
	}})
	create(s, governance.Cases, h.open)
	verb(s, governance.Cases, "submit", h.submit)
	verb(s, governance.Cases, "admit", h.admit)
	verb(s, governance.Cases, "reject", h.reject)
	verb(s, governance.Cases, "defer", h.postpone)
	verb(s, governance.Cases, "conclude", h.conclude)
	verb(s, governance.Cases, "escalate", h.escalate)
	verb(s, governance.Cases, "answer", h.answer)
	verb(s, governance.Cases, "withdraw", h.withdraw)
	verb(s, governance.Cases, "declare-conflict", h.declare)
	handle(s, http.MethodGet, "/cases/{id}/trace", "case:read", h.trace, kindOf(governance.Cases.Kind), outOf(reflect.TypeFor[trace.Trace]()), media(svgType))
}

// @Summary	Open a case before a body
// @Tags		cases
// @Param		body	body		governance.CaseInput	true	"the case"
// @Success	201		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases [post]
func (cases) open(tx *record.Tx, c Call[governance.CaseInput]) (*governance.Case, error) {
	return governance.OpenCase(tx, c.Body)
}

// @Summary	Put a case before its body
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/submit [post]
func (cases) submit(tx *record.Tx, c Call[record.None]) (*governance.Case, error) {
	return governance.SubmitCase(tx, c.Ref())
}

// @Summary	Take a case in, as a member of its body
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/admit [post]
func (cases) admit(tx *record.Tx, c Call[record.None]) (*governance.Case, error) {
	return governance.AdmitCase(tx, c.Ref())
}

// @Summary	Turn a case down
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/reject [post]
func (cases) reject(tx *record.Tx, c Call[record.Reason]) (*governance.Case, error) {
	return governance.RejectCase(tx, c.Ref(), c.Body.Reason)
}

// @Summary	Put a case off
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Deferral	true	"until when, and why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/defer [post]
func (h cases) postpone(tx *record.Tx, c Call[governance.Deferral]) (*governance.Case, error) {
	return governance.DeferCase(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	End a case with what the body came to
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Conclusion	true	"the conclusion"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/conclude [post]
func (cases) conclude(tx *record.Tx, c Call[governance.Conclusion]) (*governance.Case, error) {
	return governance.ConcludeCase(tx, c.Ref(), c.Body)
}

// @Summary	Lift a case to another body, where it becomes a case of its own
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Lift	true	"to which body, and why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/escalate [post]
func (cases) escalate(tx *record.Tx, c Call[governance.Lift]) (*governance.Case, error) {
	return governance.EscalateCase(tx, c.Ref(), c.Body)
}

// @Summary	Record what the other body answered
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Reply	true	"the answer"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/answer [post]
func (h cases) answer(tx *record.Tx, c Call[governance.Reply]) (*governance.Case, error) {
	return governance.AnswerCase(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary	Take a case back
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/withdraw [post]
func (cases) withdraw(tx *record.Tx, c Call[record.Reason]) (*governance.Case, error) {
	return governance.Cases.Change(tx, c.Ref(), func(x *governance.Case) error { return x.Withdraw(tx.Actor.ID) })
}

// @Summary	Declare a member's conflict of interest in a case
// @Tags		cases
// @Param		id		path		string	true	"id"
// @Param		body	body		governance.Declaration	true	"whose, and why"
// @Success	200		{object}	governance.Case
// @Failure	default	{object}	Problem
// @Router		/cases/{id}/declare-conflict [post]
func (h cases) declare(tx *record.Tx, c Call[governance.Declaration]) (*governance.Case, error) {
	return governance.DeclareConflict(tx, c.Ref(), c.Body, h.Guard)
}

// @Summary		Show the whole chain a case is part of, from need to executors
// @Description	As data, or as a picture for Accept: image/svg+xml. It holds what the caller may read.
// @Tags			cases
// @Param			id		path		string	true	"id"
// @Success		200		{object}	trace.Trace
// @Failure		default	{object}	Problem
// @Router			/cases/{id}/trace [get]
func (cases) trace(tx *record.Tx, c Call[record.None]) (any, error) {
	return traced(tx, c, governance.Cases.Kind)
}
