package api

import (
	"net/http"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rest"
)

// frameworks serves the standards, laws and guidelines that requirements come from.
type frameworks struct{}

// FrameworkFile is a framework file as JSON. A YAML file has the same members.
type FrameworkFile struct {
	Framework    FrameworkFileHead `json:"framework" validate:"required"`
	Requirements []catalogue.Entry `json:"requirements" validate:"required"`
}

// FrameworkFileHead has the fields that a file gives for the framework itself.
type FrameworkFileHead struct {
	Key     string      `json:"key" validate:"required" example:"ward-rules"`
	Title   record.Text `json:"title" validate:"required"`
	Version string      `json:"version" validate:"required" example:"2026"`
	Issuer  string      `json:"issuer" validate:"required" example:"Sykehuset i Vestfold HF"`
	Source  string      `json:"source" validate:"required" example:"Own text"`
}

func (h frameworks) routes(s *rest.Server) {
	rest.Resource(s, catalogue.Frameworks, rest.With[catalogue.Framework]{ReadOnly: true})
	params := slices.DeleteFunc(rest.ListParams(catalogue.Requirements.Kind), func(p rest.Param) bool { return p.Name == "framework" || p.Name == "scope" })
	rest.Handle(s, http.MethodGet, "/frameworks/{id}/requirements", "signed-in: everybody reads requirements",
		func(tx *record.Tx, c rest.Call[record.None]) (*rest.Listing, error) { return h.requirements(s, tx, c) },
		rest.Shape("list"), rest.OfKind(catalogue.Frameworks.Kind), rest.Out(reflect.TypeFor[rest.Page[catalogue.Requirement]]()), rest.Query(params...),
		rest.Summary("List the requirements of a framework"))
	rest.Handle(s, http.MethodPost, "/frameworks/import", "framework:import", h.load, rest.Large, rest.Shape("verb"),
		rest.Body(reflect.TypeFor[FrameworkFile]()), rest.Takes("application/yaml", "text/yaml", "application/json"),
		rest.Query(rest.Param{Name: "dry_run", In: "query", Type: "boolean", Doc: "If true, the answer lists what would change, and nothing is changed."}))
}

func (frameworks) requirements(s *rest.Server, tx *record.Tx, c rest.Call[record.None]) (*rest.Listing, error) {
	f, err := catalogue.Frameworks.Get(tx, c.ID)
	if err != nil {
		return nil, err
	}
	k := catalogue.Requirements.Kind
	q, err := rest.ListQuery(k, c.Query)
	if err != nil {
		return nil, err
	}
	if q.Filters == nil {
		q.Filters = map[string][]string{}
	}
	q.Filters["framework"] = []string{f.Key}
	p, err := query.List(tx, k, q)
	if err != nil {
		return nil, err
	}
	return s.Listing(tx, k, p, c)
}

// @Summary	Import a framework from its file
// @Description	Only what differs is written. Requirements that are not in the file or are withdrawn do not change. A file with faults changes nothing, and every fault is listed with its line.
// @Description	Adopted controls follow their requirements: they take a new title, and what replaced_by names takes the place of the requirement. The member controls lists them, also with dry_run.
// @Tags		frameworks
// @Param		dry_run	query		bool	false	"list what would change, and change nothing"
// @Success	200		{object}	catalogue.Import
// @Failure	default	{object}	Problem
// @Router		/frameworks/import [post]
func (frameworks) load(tx *record.Tx, c rest.Call[record.None]) (*catalogue.Import, error) {
	f, problems := catalogue.Parse("body", c.Raw)
	if err := catalogue.Refusal(problems); err != nil {
		return nil, err
	}
	return applicability.ImportFramework(tx, f, c.Query.Get("dry_run") == "true")
}
