package api

import (
	"net/http"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/internal/record"
)

// clauses are those of ISO/IEC 42001 as they stand in a scope: what people judge, and what records support.
type clauses struct{}

func (h clauses) routes(s *Server) {
	handle(s, http.MethodGet, "/clauses", "clause_judgement:read", h.tree,
		query(Param{Name: "scope", In: "query", Type: "string", Doc: "The scope: /siv/."}))
	resource(s, catalogue.Judgements)
	create(s, catalogue.Judgements, h.judge)
}

// @Summary	Show the clauses of ISO/IEC 42001 as they stand in a scope
// @Tags		clauses
// @Param		scope	query		string	true	"the scope"
// @Success	200		{object}	flow.ClauseTree
// @Failure	default	{object}	Problem
// @ID			getClauseTree
// @Router		/clauses [get]
func (clauses) tree(tx *record.Tx, c Call[record.None]) (*flow.ClauseTree, error) {
	at := struct {
		Scope string `json:"scope" validate:"required,scope"`
	}{c.Query.Get("scope")}
	if err := record.Shape(&at); err != nil {
		e := fault.New(fault.Malformed, "bad_parameter", "the parameter %s has a value that cannot be", "scope")
		e.Fields = fault.Fields{{Pointer: "?scope", Code: "bad_parameter", Detail: e.Text}}
		return nil, e
	}
	return flow.Clauses(tx, at.Scope, catalogue.Support())
}

// @Summary	Judge how far a clause is met in a scope
// @Tags		clause-judgements
// @Param		body	body		catalogue.JudgementInput	true	"the judgement"
// @Success	201		{object}	catalogue.Judgement
// @Failure	default	{object}	Problem
// @Router		/clause-judgements [post]
func (clauses) judge(tx *record.Tx, c Call[catalogue.JudgementInput]) (*catalogue.Judgement, error) {
	return flow.JudgeClause(tx, c.Body)
}
