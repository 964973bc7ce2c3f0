package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// statements serves the statements of applicability (ISO/IEC 42001 6.1.3).
type statements struct{}

func (h statements) routes(s *rest.Server) {
	rest.Resource(s, control.Statements)
	rest.Create(s, control.Statements, h.create)
	rest.Verb(s, control.Statements, "compile", h.compile)
	rest.Verb(s, control.Statements, "submit", h.submit)
	rest.Verb(s, control.Statements, "approve", h.approve)
	rest.Verb(s, control.Statements, "reject", h.reject)
	rest.Verb(s, control.Statements, "withdraw", h.withdraw)
	rest.Verb(s, control.Statements, "next", h.next, rest.Answers(http.StatusCreated))
	rest.Handle(s, http.MethodGet, "/statements-of-applicability/{id}/compare", "soa:read", h.compare,
		rest.Query(rest.Param{Name: "with", In: "query", Type: "string", Format: "uuid", Doc: "The id of the earlier statement."}))
}

// @Summary	Draft a scope's statement of applicability
// @Tags		statements-of-applicability
// @Param		body	body		control.StatementInput	true	"scope and title"
// @Success	201		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability [post]
func (statements) create(tx *record.Tx, c rest.Call[control.StatementInput]) (*control.Statement, error) {
	return applicability.CreateStatement(tx, c.Body)
}

// @Summary	Compile the rows of a draft again from the controls
// @Tags		statements-of-applicability
// @Param		id		path		string	true	"id"
// @Success	200		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/compile [post]
func (statements) compile(tx *record.Tx, c rest.Call[record.None]) (*control.Statement, error) {
	return applicability.CompileStatement(tx, c.Ref())
}

// @Summary	Submit a statement for approval
// @Description	The answer is 409 with blockers until every control of Annex A is included or excluded, with a justification.
// @Tags		statements-of-applicability
// @Param		id		path		string	true	"id"
// @Success	200		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/submit [post]
func (statements) submit(tx *record.Tx, c rest.Call[record.None]) (*control.Statement, error) {
	return applicability.SubmitStatement(tx, c.Ref())
}

// @Summary	Approve a statement; it can no longer change, and it supersedes the previous one
// @Description	The answer is 409 changed_since_submit with the rows when a control has changed since the statement was submitted.
// @Tags		statements-of-applicability
// @Param		id		path		string	true	"id"
// @Success	200		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/approve [post]
func (statements) approve(tx *record.Tx, c rest.Call[record.None]) (*control.Statement, error) {
	return applicability.ApproveStatement(tx, c.Ref())
}

// @Summary	Reject a statement; it is a draft again
// @Tags		statements-of-applicability
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/reject [post]
func (statements) reject(tx *record.Tx, c rest.Call[record.Reason]) (*control.Statement, error) {
	return applicability.RejectStatement(tx, c.Ref())
}

// @Summary	Withdraw a submitted statement
// @Tags		statements-of-applicability
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/withdraw [post]
func (statements) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*control.Statement, error) {
	return applicability.WithdrawStatement(tx, c.Ref())
}

// @Summary	Draft the next statement after an approved one that differs from the controls
// @Tags		statements-of-applicability
// @Param		id		path		string	true	"id"
// @Success	201		{object}	control.Statement
// @Failure	default	{object}	Problem
// @Router		/statements-of-applicability/{id}/next [post]
func (statements) next(tx *record.Tx, c rest.Call[record.None]) (*control.Statement, error) {
	return applicability.NextStatement(tx, c.Ref())
}

// @Summary	Compare two statements
// @Tags		statements-of-applicability
// @Param		id		path		string	true	"id of the later statement"
// @Param		with	query		string	true	"id of the earlier statement"
// @Success	200		{object}	control.Comparison
// @Failure	default	{object}	Problem
// @ID			compareStatementsOfApplicability
// @Router		/statements-of-applicability/{id}/compare [get]
func (statements) compare(tx *record.Tx, c rest.Call[record.None]) (*control.Comparison, error) {
	with := c.Query.Get("with")
	if uuid.Validate(with) != nil {
		return nil, fault.New(fault.Malformed, "bad_parameter/id", "the parameter %s must be an id such as 0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "with").At("?with")
	}
	return control.CompareStatements(tx, with, c.ID)
}
