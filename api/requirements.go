package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// requirements serves the clauses, controls, obligations and steps of the frameworks.
type requirements struct{}

func (h requirements) routes(s *rest.Server) {
	rest.Resource(s, catalogue.Requirements, rest.With[catalogue.Requirement]{Fallback: catalogue.RequirementByKey})
	rest.Verb(s, catalogue.Requirements, "withdraw", h.withdraw)
	rest.Verb(s, catalogue.Requirements, "reinstate", h.reinstate)
	rest.Handle(s, http.MethodGet, "/requirements/{id}/applicability", "signed-in: everybody reads requirements", h.applicability,
		rest.OfKind(catalogue.Requirements.Kind), rest.Query(
			rest.Param{Name: "on", In: "query", Type: "string", Format: "date", Doc: "The day; today when left out."},
			rest.Param{Name: "jurisdiction", In: "query", Type: "string", Enum: []string{"NO", "EU"}, Doc: "The jurisdiction; NO when left out."},
		))
}

// @Summary	Withdraw a requirement
// @Tags		requirements
// @Param		id		path		string			true	"id, or framework and key: iso-42001:A.6.2.4"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	catalogue.Requirement
// @Failure	default	{object}	Problem
// @Router		/requirements/{id}/withdraw [post]
func (requirements) withdraw(tx *record.Tx, c rest.Call[record.Reason]) (*catalogue.Requirement, error) {
	return catalogue.Requirements.Change(tx, c.Ref(), (*catalogue.Requirement).Withdraw)
}

// @Summary	Reinstate a withdrawn requirement
// @Tags		requirements
// @Param		id		path		string			true	"id, or framework and key: iso-42001:A.6.2.4"
// @Param		body	body		record.Reason	true	"why"
// @Success	200		{object}	catalogue.Requirement
// @Failure	default	{object}	Problem
// @Router		/requirements/{id}/reinstate [post]
func (requirements) reinstate(tx *record.Tx, c rest.Call[record.Reason]) (*catalogue.Requirement, error) {
	return catalogue.Requirements.Change(tx, c.Ref(), (*catalogue.Requirement).Reinstate)
}

// @Summary	Check whether an obligation applies on a day
// @Tags		requirements
// @Param		id				path		string	true	"id, framework and key (eu-ai-act:AIA-05), or a key that only one framework has"
// @Param		on				query		string	false	"the day; today when left out"
// @Param		jurisdiction	query		string	false	"the jurisdiction; NO when left out"
// @Success	200				{object}	catalogue.Applicability
// @Failure	default			{object}	Problem
// @Router		/requirements/{id}/applicability [get]
func (requirements) applicability(tx *record.Tx, c rest.Call[record.None]) (catalogue.Applicability, error) {
	on, in := record.DateOf(tx.Now), catalogue.Jurisdiction("NO")
	if v := c.Query.Get("on"); v != "" {
		var err error
		if on, err = record.ParseDate(v); err != nil {
			return catalogue.Applicability{}, fault.New(fault.Malformed, "bad_parameter/date", "the parameter %s must be a date such as 2026-11-21", "on").At("?on")
		}
	}
	if v := c.Query.Get("jurisdiction"); v != "" {
		in = catalogue.Jurisdiction(v)
	}
	r, err := catalogue.Requirements.Get(tx, c.ID)
	if fault.Is(err, fault.NotFound) {
		r, err = byKey(tx, c.ID)
	}
	if err != nil {
		return catalogue.Applicability{}, err
	}
	if r.Kind != catalogue.Obligation {
		return catalogue.Applicability{}, fault.New(fault.NotFound, "no_obligation/requirement", "%s is not an obligation, so the law says nothing on when it applies", r.RefKey)
	}
	return r.Applies(on, in), nil
}

// byKey reads a requirement by its key alone.
func byKey(tx *record.Tx, key string) (*catalogue.Requirement, error) {
	row, err := catalogue.RequirementByKey(tx, key)
	if err != nil {
		return nil, err
	}
	return catalogue.Requirements.Decode(tx, row)
}
