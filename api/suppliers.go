package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/supplier"
)

// suppliers serves the suppliers of AI systems, with their contracts and assessments.
type suppliers struct{}

func (h suppliers) routes(s *rest.Server) {
	rest.Resource(s, supplier.Repo, rest.With[supplier.Supplier]{Patch: supplier.Change})
	rest.Create(s, supplier.Repo, h.create)
	rest.Verb(s, supplier.Repo, "assess", h.assess)
	rest.Verb(s, supplier.Repo, "suspend", h.suspend)
	rest.Verb(s, supplier.Repo, "end", h.end)
}

// @Summary	Propose a supplier
// @Tags		suppliers
// @Param		body	body		supplier.Input	true	"the supplier"
// @Success	201		{object}	supplier.Supplier
// @Failure	default	{object}	Problem
// @Router		/suppliers [post]
func (suppliers) create(tx *record.Tx, c rest.Call[supplier.Input]) (*supplier.Supplier, error) {
	return supplier.Propose(tx, c.Body)
}

// @Summary	Assess a supplier; whoever proposed it cannot
// @Tags		suppliers
// @Param		id		path		string						true	"id"
// @Param		body	body		supplier.AssessmentInput	true	"the assessment"
// @Success	200		{object}	supplier.Supplier
// @Failure	default	{object}	Problem
// @Router		/suppliers/{id}/assess [post]
func (suppliers) assess(tx *record.Tx, c rest.Call[supplier.AssessmentInput]) (*supplier.Supplier, error) {
	return supplier.AssessSupplier(tx, c.Ref(), c.Body)
}

// @Summary	Suspend a supplier until it is assessed again
// @Tags		suppliers
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	supplier.Supplier
// @Failure	default	{object}	Problem
// @Router		/suppliers/{id}/suspend [post]
func (suppliers) suspend(tx *record.Tx, c rest.Call[record.Reason]) (*supplier.Supplier, error) {
	return supplier.Repo.Change(tx, c.Ref(), func(s *supplier.Supplier) error { return s.Suspend(c.Body.Reason, tx.Actor.ID, tx.Now) })
}

// @Summary	End the cooperation with a supplier
// @Tags		suppliers
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	supplier.Supplier
// @Failure	default	{object}	Problem
// @Router		/suppliers/{id}/end [post]
func (suppliers) end(tx *record.Tx, c rest.Call[record.Reason]) (*supplier.Supplier, error) {
	return supplier.Repo.Change(tx, c.Ref(), func(s *supplier.Supplier) error { return s.End(c.Body.Reason, tx.Actor.ID, tx.Now) })
}
