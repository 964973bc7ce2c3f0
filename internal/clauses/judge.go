package clauses

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Judge stores a party's judgement of a clause.
func Judge(tx *record.Tx, in catalogue.JudgementInput, support []catalogue.ClauseSupport) (*catalogue.Judgement, error) {
	j, err := catalogue.JudgeClause(tx, in, func(j *catalogue.Judgement) error { return ground(tx, j, support) })
	if err != nil {
		return nil, err
	}
	return j, grounded(tx, j)
}

// ChangeJudgement changes a judgement. It is no longer stale then.
func ChangeJudgement(tx *record.Tx, ref record.Ref, fn func(*catalogue.Judgement) error, support []catalogue.ClauseSupport) (*catalogue.Judgement, error) {
	j, err := catalogue.Judgements.Change(tx, ref, func(j *catalogue.Judgement) error {
		if err := fn(j); err != nil {
			return err
		}
		return ground(tx, j, support)
	})
	if err != nil {
		return nil, err
	}
	return j, grounded(tx, j)
}

// ground notes who judges, and the records that support a clause which conforms.
func ground(tx *record.Tx, j *catalogue.Judgement, support []catalogue.ClauseSupport) error {
	j.JudgedBy, j.JudgedAt, j.RestsOn, j.Stale = tx.Actor.Person(), tx.Now, []string{}, nil
	if j.Judgement != catalogue.Conforms {
		return nil
	}
	framework, key, _ := strings.Cut(catalogue.RefKey(j.Clause), ":")
	tree, err := TreeOf(tx, j.Scope, framework, support)
	if err != nil {
		return err
	}
	if n := find(tree.Items, key); n != nil {
		j.RestsOn = n.records(j.RestsOn)
	}
	return nil
}

// records adds the records that support a clause and those under it, each once.
func (n Node) records(to []string) []string {
	for _, s := range n.Support {
		for _, r := range s.Records {
			if !slices.Contains(to, r.ID) {
				to = append(to, r.ID)
			}
		}
	}
	for _, c := range n.Children {
		to = c.records(to)
	}
	return to
}

// grounded refuses that a clause conforms when nothing shows it: no record supports the clause, and no evidence in force is named. It is asked after
// the write, so that who may not write learns nothing; a refusal undoes it.
func grounded(tx *record.Tx, j *catalogue.Judgement) error {
	if j.Judgement != catalogue.Conforms || len(j.RestsOn) > 0 {
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
