package api

import (
	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// evidences serves evidence: links and notes which show that a control is in place.
type evidences struct{}

func (h evidences) routes(s *rest.Server) {
	rest.Resource(s, evidence.Repo, rest.With[evidence.Evidence]{Patch: applicability.ReviseEvidence})
	rest.Create(s, evidence.Repo, h.create)
	rest.Verb(s, evidence.Repo, "renew", h.renew)
	rest.Verb(s, evidence.Repo, "retire", h.retire)
}

// @Summary	Add a piece of evidence
// @Tags		evidence
// @Param		body	body		evidence.Input	true	"a link or a note"
// @Success	201		{object}	evidence.Evidence
// @Failure	default	{object}	Problem
// @Router		/evidence [post]
func (evidences) create(tx *record.Tx, c rest.Call[evidence.Input]) (*evidence.Evidence, error) {
	return evidence.Collect(tx, c.Body)
}

// @Summary	Renew a piece of evidence that was collected again
// @Description	Where a verification, an approved record or a conclusion rests on it, this makes the next edition. Expired evidence is valid again.
// @Tags		evidence
// @Param		id		path		string				true	"id"
// @Param		body	body		evidence.Renewal	true	"what was collected"
// @Success	200		{object}	evidence.Evidence
// @Failure	default	{object}	Problem
// @Router		/evidence/{id}/renew [post]
func (evidences) renew(tx *record.Tx, c rest.Call[evidence.Renewal]) (*evidence.Evidence, error) {
	return applicability.ReviseEvidence(tx, c.Ref(), func(e *evidence.Evidence) error { return e.Renew(c.Body) })
}

// @Summary	Retire a piece of evidence
// @Tags		evidence
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	evidence.Evidence
// @Failure	default	{object}	Problem
// @Router		/evidence/{id}/retire [post]
func (evidences) retire(tx *record.Tx, c rest.Call[record.Reason]) (*evidence.Evidence, error) {
	return evidence.Repo.Change(tx, c.Ref(), func(e *evidence.Evidence) error { return e.Retire() })
}
