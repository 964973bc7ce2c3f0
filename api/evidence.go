package api

import (
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/record"
)

// evidences are the links and notes that show that something is in place.
type evidences struct{}

func (h evidences) routes(s *Server) {
	resource(s, evidence.Repo)
	create(s, evidence.Repo, h.create)
	verb(s, evidence.Repo, "retire", h.retire)
}

// @Summary	Keep a piece of evidence
// @Tags		evidence
// @Param		body	body		evidence.Input	true	"a link or a note"
// @Success	201		{object}	evidence.Evidence
// @Failure	default	{object}	Problem
// @Router		/evidence [post]
func (evidences) create(tx *record.Tx, c Call[evidence.Input]) (*evidence.Evidence, error) {
	return evidence.Repo.Create(tx, evidence.New(c.Body))
}

// @Summary	Retire a piece of evidence
// @Tags		evidence
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	evidence.Evidence
// @Failure	default	{object}	Problem
// @Router		/evidence/{id}/retire [post]
func (evidences) retire(tx *record.Tx, c Call[record.Reason]) (*evidence.Evidence, error) {
	return evidence.Repo.Change(tx, c.Ref(), func(e *evidence.Evidence) error { return e.Retire() })
}
