package api

import (
	"cmp"
	"net/http"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/clauses"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// clausesAPI serves the clauses of ISO/IEC 42001 in a scope: how far people judge each clause to be met, and which records support it.
type clausesAPI struct{}

func (h clausesAPI) routes(s *rest.Server) {
	rest.Handle(s, http.MethodGet, "/clauses", "clause_judgement:read", h.tree,
		rest.Query(
			rest.Param{Name: "scope", In: "query", Type: "string", Doc: "The scope, such as /siv/.", Required: true},
			rest.Param{Name: "framework", In: "query", Type: "string", Doc: "The key of the framework; iso-42001 when left out."},
		))
	rest.Resource(s, catalogue.Judgements, rest.With[catalogue.Judgement]{Patch: h.change})
	rest.Create(s, catalogue.Judgements, h.judge)
}

// @Summary	Show the clauses of ISO/IEC 42001 in a scope, with their judgements and the records that support them
// @Tags		clauses
// @Param		scope		query		string	true	"the scope"
// @Param		framework	query		string	false	"the framework whose clauses are shown; iso-42001 when left out"
// @Success	200			{object}	clauses.Tree
// @Failure	default		{object}	Problem
// @ID			getClauseTree
// @Router		/clauses [get]
func (clausesAPI) tree(tx *record.Tx, c rest.Call[record.None]) (*clauses.Tree, error) {
	scope := c.Query.Get("scope")
	if scope == "" {
		return nil, rest.MissingParameter("scope")
	}
	framework := cmp.Or(c.Query.Get("framework"), catalogue.ISO42001)
	if framework == catalogue.ISO42001 {
		return clauses.TreeOf(tx, scope, framework, catalogue.Support())
	}
	if _, err := catalogue.Frameworks.Find(tx, framework); fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Malformed, "bad_filter/reference", "the filter %s must be the key or id of a record that you can read: %s", "framework",
			fault.Word{Kind: "framework"}).At("?framework")
	} else if err != nil {
		return nil, err
	}
	return clauses.TreeOf(tx, scope, framework, nil)
}

// @Summary	Judge how far a clause is met in a scope
// @Description	The working group and the internal audit each judge for themselves. A clause conforms only if a record supports it or evidence is named.
// @Tags		clause-judgements
// @Param		body	body		catalogue.JudgementInput	true	"the judgement"
// @Success	201		{object}	catalogue.Judgement
// @Failure	default	{object}	Problem
// @Router		/clause-judgements [post]
func (clausesAPI) judge(tx *record.Tx, c rest.Call[catalogue.JudgementInput]) (*catalogue.Judgement, error) {
	return clauses.Judge(tx, c.Body, catalogue.Support())
}

func (clausesAPI) change(tx *record.Tx, ref record.Ref, fn func(*catalogue.Judgement) error) (*catalogue.Judgement, error) {
	return clauses.ChangeJudgement(tx, ref, fn, catalogue.Support())
}
