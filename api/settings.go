package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/settings"
)

// settingsAPI serves the settings of top-level units. Each edition is a record.
type settingsAPI struct{ *Server }

func (h settingsAPI) routes(s *rest.Server) {
	rest.Resource(s, settings.Repo)
	rest.Create(s, settings.Repo, h.create)
	rest.Verb(s, settings.Repo, "submit", h.submit)
	rest.Verb(s, settings.Repo, "approve", h.approve)
	rest.Verb(s, settings.Repo, "reject", h.reject)
	rest.Verb(s, settings.Repo, "withdraw", h.withdraw)
	rest.Handle(s, http.MethodGet, "/settings/in-force", "signed-in: whoever reads a unit reads its settings in force", h.inForce,
		rest.Query(rest.Param{Name: "scope", In: "query", Type: "string", Doc: "The scope, such as /siv/radiologi/.", Required: true}))
}

// @Summary	Draft the settings of a top-level unit, or their next edition
// @Tags		settings
// @Param		body	body		settings.Input	true	"the settings"
// @Success	201		{object}	settings.Settings
// @Failure	default	{object}	Problem
// @Router		/settings [post]
func (settingsAPI) create(tx *record.Tx, c rest.Call[settings.Input]) (*settings.Settings, error) {
	return settings.DraftEdition(tx, c.Body)
}

// @Summary	Submit an edition for approval
// @Tags		settings
// @Param		id		path		string	true	"id"
// @Success	200		{object}	settings.Settings
// @Failure	default	{object}	Problem
// @Router		/settings/{id}/submit [post]
func (settingsAPI) submit(tx *record.Tx, c rest.Call[record.None]) (*settings.Settings, error) {
	return settings.Repo.Change(tx, c.Ref(), func(s *settings.Settings) error { return s.Submit(tx.Actor.ID) })
}

// @Summary	Approve an edition; it is in force and supersedes the previous one
// @Tags		settings
// @Param		id		path		string	true	"id"
// @Success	200		{object}	settings.Settings
// @Failure	default	{object}	Problem
// @Router		/settings/{id}/approve [post]
func (settingsAPI) approve(tx *record.Tx, c rest.Call[record.None]) (*settings.Settings, error) {
	return settings.ApproveEdition(tx, c.Ref())
}

// @Summary	Send an edition back to its authors
// @Tags		settings
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	settings.Settings
// @Failure	default	{object}	Problem
// @Router		/settings/{id}/reject [post]
func (settingsAPI) reject(tx *record.Tx, c rest.Call[record.Reason]) (*settings.Settings, error) {
	return settings.Repo.Change(tx, c.Ref(), (*settings.Settings).Reject)
}

// @Summary	Withdraw an edition from review
// @Tags		settings
// @Param		id		path		string			true	"id"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	settings.Settings
// @Failure	default	{object}	Problem
// @Router		/settings/{id}/withdraw [post]
func (settingsAPI) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*settings.Settings, error) {
	return settings.Repo.Change(tx, c.Ref(), func(s *settings.Settings) error { return s.Withdraw(tx.Actor.ID) })
}

// @Summary	Read the settings in force in a scope: the approved edition of its top-level unit, or the defaults
// @Tags		settings
// @ID			getSettingsInForce
// @Param		scope	query		string	true	"the scope"
// @Success	200		{object}	settings.Current
// @Failure	default	{object}	Problem
// @Router		/settings/in-force [get]
func (h settingsAPI) inForce(tx *record.Tx, c rest.Call[record.None]) (*settings.Current, error) {
	scope := c.Query.Get("scope")
	if scope == "" {
		return nil, rest.MissingParameter("scope")
	}
	if err := readsUnit(tx, scope); err != nil {
		return nil, err
	}
	s, err := settings.InForce(tx, h.settings, scope)
	if err != nil {
		return nil, err
	}
	return s.Current(), nil
}

// readsUnit returns not_found unless the caller reads the unit of a scope.
func readsUnit(tx *record.Tx, scope string) error {
	units, err := query.List(tx, org.Units.Kind, query.Query{Scope: query.Exactly(scope), Limit: 1})
	if err == nil && units.N == 0 {
		err = notFound()
	}
	return err
}
