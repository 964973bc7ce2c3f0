package api

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/sector"
)

// organisations serves the organisations of the sector. The units of the installation are separate records.
type organisations struct{}

func (h organisations) routes(s *rest.Server) {
	rest.Resource(s, sector.Organisations, rest.With[sector.Organisation]{Extra: h.relatives, Patch: sector.ChangeOrganisation})
	rest.Create(s, sector.Organisations, h.create)
	rest.Verb(s, sector.Organisations, "assess-maturity", h.assess)
	rest.Verb(s, sector.Organisations, "merge", h.merge)
	rest.Verb(s, sector.Organisations, "close", h.close)
	rest.Verb(s, sector.Organisations, "reopen", h.reopen)
	rest.Parts(s, "/organisations/{id}/maturity", "signed-in: everybody reads organisations", h.maturity, rest.OfKind(sector.Organisations.Kind))
}

// relatives adds the successor and the predecessors when an organisation is read. They are not stored, because another organisation may be
// merged into it later.
func (organisations) relatives(tx *record.Tx, o *sector.Organisation, _ string) (map[string]any, error) {
	after, earlier, err := sector.Relatives(tx, o)
	out := map[string]any{}
	if after != nil {
		out["successor"] = after
	}
	if len(earlier) > 0 {
		out["predecessors"] = earlier
	}
	return out, err
}

// @Summary	List the self-assessments of an organisation, oldest first
// @Tags		organisations
// @ID			listOrganisationMaturity
// @Param		id		path		string	true	"id or key"
// @Success	200		{object}	rest.Page[sector.Maturity]
// @Failure	default	{object}	Problem
// @Router		/organisations/{id}/maturity [get]
func (organisations) maturity(tx *record.Tx, id string) ([]sector.Maturity, error) {
	o, err := sector.Organisations.Get(tx, id)
	if err != nil {
		return nil, err
	}
	return o.Maturity, nil
}

// @Summary	Add an organisation of the sector
// @Tags		organisations
// @Param		body	body		sector.OrganisationInput	true	"the organisation"
// @Success	201		{object}	sector.Organisation
// @Failure	default	{object}	Problem
// @Router		/organisations [post]
func (organisations) create(tx *record.Tx, c rest.Call[sector.OrganisationInput]) (*sector.Organisation, error) {
	return sector.Organisations.Create(tx, sector.NewOrganisation(c.Body))
}

// @Summary	Record an organisation's self-assessment of its AI maturity
// @Tags		organisations
// @Param		id		path		string					true	"id or key"
// @Param		body	body		sector.MaturityInput	true	"the assessment"
// @Success	200		{object}	sector.Organisation
// @Failure	default	{object}	Problem
// @Router		/organisations/{id}/assess-maturity [post]
func (organisations) assess(tx *record.Tx, c rest.Call[sector.MaturityInput]) (*sector.Organisation, error) {
	return sector.Organisations.Change(tx, c.Ref(), func(o *sector.Organisation) error { return o.AssessMaturity(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Record that an organisation was merged into another
// @Tags		organisations
// @Param		id		path		string			true	"id or key"
// @Param		body	body		sector.Merger	true	"the other organisation, the day, and the reason"
// @Success	200		{object}	sector.Organisation
// @Failure	default	{object}	Problem
// @Router		/organisations/{id}/merge [post]
func (organisations) merge(tx *record.Tx, c rest.Call[sector.Merger]) (*sector.Organisation, error) {
	return sector.MergeOrganisation(tx, c.Ref(), c.Body)
}

// @Summary	Record that an organisation was closed
// @Tags		organisations
// @Param		id		path		string			true	"id or key"
// @Param		body	body		sector.Closing	true	"the reason, and the day"
// @Success	200		{object}	sector.Organisation
// @Failure	default	{object}	Problem
// @Router		/organisations/{id}/close [post]
func (organisations) close(tx *record.Tx, c rest.Call[sector.Closing]) (*sector.Organisation, error) {
	return sector.Organisations.Change(tx, c.Ref(), func(o *sector.Organisation) error { return o.Close(c.Body, tx.Actor.ID, tx.Now) })
}

// @Summary	Undo a merger or closing that was recorded by mistake
// @Tags		organisations
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	sector.Organisation
// @Failure	default	{object}	Problem
// @Router		/organisations/{id}/reopen [post]
func (organisations) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*sector.Organisation, error) {
	return sector.Organisations.Change(tx, c.Ref(), (*sector.Organisation).Reopen)
}
