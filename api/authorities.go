package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/authority"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// authorities serves the public authorities around AI in health care.
type authorities struct{}

func (h authorities) routes(s *rest.Server) {
	rest.Resource(s, authority.Repo)
	rest.Create(s, authority.Repo, h.create)
	rest.Verb(s, authority.Repo, "close", h.close)
	rest.Verb(s, authority.Repo, "reopen", h.reopen)
	rest.Handle(s, http.MethodGet, "/authorities/route", "signed-in: everybody may ask for the right addressee", h.route, rest.Query(
		rest.Param{Name: "subject", In: "query", Type: "string", Enum: values(authority.Subjects), Doc: "What the case is about.", Required: true},
		rest.Param{Name: "actor_type", In: "query", Type: "string", Enum: values(authority.ActorTypes), Doc: "Whom the case concerns; anybody when left out."},
		rest.Param{Name: "authority", In: "query", Type: "string", Doc: "The key or id of the authority that the caller has in mind, such as dmp."}))
}

// @Summary	Add an authority
// @Tags		authorities
// @Param		body	body		authority.Input	true	"the authority"
// @Success	201		{object}	authority.Authority
// @Failure	default	{object}	Problem
// @Router		/authorities [post]
func (authorities) create(tx *record.Tx, c rest.Call[authority.Input]) (*authority.Authority, error) {
	return authority.Repo.Create(tx, authority.New(c.Body))
}

// @Summary	Close an authority that no longer exists
// @Tags		authorities
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	authority.Authority
// @Failure	default	{object}	Problem
// @Router		/authorities/{id}/close [post]
func (authorities) close(tx *record.Tx, c rest.Call[record.Reason]) (*authority.Authority, error) {
	return authority.Repo.Change(tx, c.Ref(), func(a *authority.Authority) error { return a.Close(c.Body.Reason, tx.Actor.ID, tx.Now) })
}

// @Summary	Reopen an authority
// @Tags		authorities
// @Param		id		path		string			true	"id or key"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	authority.Authority
// @Failure	default	{object}	Problem
// @Router		/authorities/{id}/reopen [post]
func (authorities) reopen(tx *record.Tx, c rest.Call[record.Reason]) (*authority.Authority, error) {
	return authority.Repo.Change(tx, c.Ref(), (*authority.Authority).Reopen)
}

// @Summary	Find the right authority for a case
// @Description	With the parameter authority, the answer warns when that authority is not competent, and names those that are.
// @Tags		authorities
// @ID			routeToAuthority
// @Param		subject		query		string	true	"what the case is about"
// @Param		actor_type	query		string	false	"whom it concerns"
// @Param		authority	query		string	false	"key or id of an authority"
// @Success	200			{object}	authority.Routing
// @Failure	default		{object}	Problem
// @Router		/authorities/route [get]
func (authorities) route(tx *record.Tx, c rest.Call[record.None]) (*authority.Routing, error) {
	subject := c.Query.Get("subject")
	if subject == "" {
		return nil, rest.MissingParameter("subject")
	}
	var named *authority.Authority
	if id := c.Query.Get("authority"); id != "" {
		var err error
		if named, err = authority.Repo.Get(tx, id); fault.Is(err, fault.NotFound) {
			return nil, fault.New(fault.Malformed, "bad_parameter/authority", "the parameter %s must be the key or id of an authority", "authority").At("?authority")
		} else if err != nil {
			return nil, err
		}
	}
	return authority.RouteOf(tx, authority.Subject(subject), authority.ActorType(c.Query.Get("actor_type")), named)
}
