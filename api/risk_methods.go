package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/risk"
)

// riskMethods serves the risk methods (risk matrices). Each edition of a method is a record.
type riskMethods struct{}

func (h riskMethods) routes(s *rest.Server) {
	rest.Resource(s, risk.Methods)
	rest.Create(s, risk.Methods, h.create)
	rest.Verb(s, risk.Methods, "submit", h.submit)
	rest.Verb(s, risk.Methods, "approve", h.approve)
	rest.Verb(s, risk.Methods, "reject", h.reject)
	rest.Verb(s, risk.Methods, "withdraw", h.withdraw)
}

// @Summary	Draft a risk method, or the next edition of one
// @Tags		risk-methods
// @Param		body	body		risk.MethodInput	true	"the method"
// @Success	201		{object}	risk.Method
// @Failure	default	{object}	Problem
// @Router		/risk-methods [post]
func (riskMethods) create(tx *record.Tx, c rest.Call[risk.MethodInput]) (*risk.Method, error) {
	return risk.DraftMethod(tx, c.Body)
}

// @Summary	Submit an edition for approval
// @Tags		risk-methods
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Method
// @Failure	default	{object}	Problem
// @Router		/risk-methods/{id}/submit [post]
func (riskMethods) submit(tx *record.Tx, c rest.Call[record.None]) (*risk.Method, error) {
	return risk.Methods.Change(tx, c.Ref(), func(m *risk.Method) error { return m.Submit(tx.Actor.ID) })
}

// @Summary	Approve an edition; it is in force and supersedes the previous one
// @Tags		risk-methods
// @Param		id		path		string	true	"id"
// @Success	200		{object}	risk.Method
// @Failure	default	{object}	Problem
// @Router		/risk-methods/{id}/approve [post]
func (riskMethods) approve(tx *record.Tx, c rest.Call[record.None]) (*risk.Method, error) {
	return risk.ApproveMethod(tx, c.Ref())
}

// @Summary	Send an edition back to its authors
// @Tags		risk-methods
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Method
// @Failure	default	{object}	Problem
// @Router		/risk-methods/{id}/reject [post]
func (riskMethods) reject(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Method, error) {
	return risk.Methods.Change(tx, c.Ref(), (*risk.Method).Reject)
}

// @Summary	Withdraw an edition from review
// @Tags		risk-methods
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	risk.Method
// @Failure	default	{object}	Problem
// @Router		/risk-methods/{id}/withdraw [post]
func (riskMethods) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*risk.Method, error) {
	return risk.Methods.Change(tx, c.Ref(), func(m *risk.Method) error { return m.Withdraw(tx.Actor.ID) })
}
