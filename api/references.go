package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/reference"
	"github.com/ki-styring/aims/internal/rest"
)

// references serves the external texts that the installation relies on.
type references struct{}

func (h references) routes(s *rest.Server) {
	rest.Resource(s, reference.Repo, rest.With[reference.Reference]{Bars: reference.Bars})
	rest.Create(s, reference.Repo, h.create)
	rest.Verb(s, reference.Repo, "check", h.check)
	rest.Verb(s, reference.Repo, "review", h.review)
	rest.Verb(s, reference.Repo, "retire", h.retire)
}

// @Summary	Add an external reference
// @Tags		references
// @Param		body	body		reference.Input	true	"the reference"
// @Success	201		{object}	reference.Reference
// @Failure	default	{object}	Problem
// @Router		/references [post]
func (references) create(tx *record.Tx, c rest.Call[reference.Input]) (*reference.Reference, error) {
	return reference.Repo.Create(tx, reference.New(c.Body, record.DateOf(tx.Now)))
}

// @Summary	Record that somebody looked the text up: unchanged, changed, or no longer there
// @Tags		references
// @Param		id		path		string					true	"id"
// @Param		body	body		reference.CheckInput	true	"what the check found"
// @Success	200		{object}	reference.Reference
// @Failure	default	{object}	Problem
// @Router		/references/{id}/check [post]
func (references) check(tx *record.Tx, c rest.Call[reference.CheckInput]) (*reference.Reference, error) {
	return reference.Repo.Change(tx, c.Ref(), func(r *reference.Reference) error { return r.Check(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Clear a change after its owner has looked at it
// @Description	Where the reference has no owner, the working group reviews the change.
// @Tags		references
// @Param		id		path		string					true	"id"
// @Param		body	body		reference.ReviewInput	true	"what the change means"
// @Success	200		{object}	reference.Reference
// @Failure	default	{object}	Problem
// @Router		/references/{id}/review [post]
func (references) review(tx *record.Tx, c rest.Call[reference.ReviewInput]) (*reference.Reference, error) {
	return reference.Repo.Change(tx, c.Ref(), func(r *reference.Reference) error { return r.Review(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Take a reference out of use
// @Tags		references
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	reference.Reference
// @Failure	default	{object}	Problem
// @Router		/references/{id}/retire [post]
func (references) retire(tx *record.Tx, c rest.Call[record.Reason]) (*reference.Reference, error) {
	return reference.Repo.Change(tx, c.Ref(), func(r *reference.Reference) error { return r.Retire() })
}
