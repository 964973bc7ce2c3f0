package clauses

import (
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Judge stores a party's judgement of a clause.
func Judge(tx *record.Tx, in catalogue.JudgementInput, support []catalogue.ClauseSupport) (*catalogue.Judgement, error) {
	j, err := catalogue.JudgeClause(tx, in)
	if err != nil {
		return nil, err
	}
	return j, grounded(tx, j, support)
}

// ChangeJudgement changes a judgement.
func ChangeJudgement(tx *record.Tx, ref record.Ref, fn func(*catalogue.Judgement) error, support []catalogue.ClauseSupport) (*catalogue.Judgement, error) {
	j, err := catalogue.Judgements.Change(tx, ref, fn)
	if err != nil {
		return nil, err
	}
	return j, grounded(tx, j, support)
}

// grounded refuses that a clause conforms when nothing shows it: no record supports the clause, and no evidence in force is named. It is asked after
// the write, so that who may not write learns nothing; a refusal undoes it.
func grounded(tx *record.Tx, j *catalogue.Judgement, support []catalogue.ClauseSupport) error {
	if j.Judgement != catalogue.Conforms {
		return nil
	}
	for _, id := range j.Evidence {
		e, err := evidence.Repo.Find(tx, id)
		if err != nil {
			return err
		}
		if e.Status == evidence.Active && !e.ValidUntil.Passed(tx.Now) {
			return nil
		}
	}
	framework, key, _ := strings.Cut(catalogue.RefKey(j.Clause), ":")
	tree, err := TreeOf(tx, j.Scope, framework, support)
	if err != nil {
		return err
	}
	if n := find(tree.Items, key); n != nil && n.Supported != nil && *n.Supported != SupportedNone {
		return nil
	}
	var b fault.Blockers
	b.Add("support_missing", "/evidence", "no record supports the clause %s here; name evidence that shows that it conforms", j.Clause).Link = "/api/v1/clauses?scope=" + j.Scope
	return b.Err()
}

// find returns a clause of the tree, or nil.
func find(nodes []Node, key string) *Node {
	for i := range nodes {
		if nodes[i].Key == key {
			return &nodes[i]
		}
		if n := find(nodes[i].Children, key); n != nil {
			return n
		}
	}
	return nil
}
