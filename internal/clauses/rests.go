package clauses

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
)

// A judgement that a clause conforms rests on the evidence that it names, and on the records that supported the clause then. It becomes stale when that
// evidence ends or is replaced, or when the last of those records of a kind loses the state in which it supports the clause.
var _ = catalogue.Judgements.RestsOn(append(supporting(), record.Rest[catalogue.Judgement]{
	On: "evidence", By: []string{"evidence"}, When: []string{"update", "renew", "expire", "retire"}, Verb: "outdate",
	Apply: func(tx *record.Tx, j *catalogue.Judgement, c record.Change) (bool, error) {
		now, err := evidence.Repo.Decode(tx, c.Row)
		if err != nil {
			return false, err
		}
		var was evidence.Evidence
		if err := json.Unmarshal(c.Was, &was); err != nil {
			return false, fmt.Errorf("read %s as it was: %w", now.Number, err)
		}
		return (now.Edition != was.Edition || now.Status != evidence.Active) && j.Outdate(c, tx.Now), nil
	},
})...)

// supporting declares what a judgement rests on, with the actions by which a record may lose the state in which it supports a clause.
func supporting() (out []record.Rest[catalogue.Judgement]) {
	for kind, when := range map[string][]string{
		"policy": {"retire"}, "mandate": {"supersede"}, "body": {"close"}, "membership": {"end", "expire"}, "role": {"retire"}, "assignment": {"end"},
		"risk_register": {"close"}, "risk_method": {"supersede"}, "risk": {"assess", "outdate", "lapse", "expire", "reopen", "close"},
		"treatment_plan": {"outdate", "revise"}, "soa": {"supersede"}, "control": {"retire"}, "evidence": {"expire", "retire"},
		"cycle": {"return", "cancel"}, "objective": {"revise", "withdraw", "reopen"}, "measure": {"cancel", "reopen"}, "measurement": {"retract"},
	} {
		out = append(out, record.Rest[catalogue.Judgement]{
			On: kind, By: []string{"rests_on"}, When: when, Verb: "outdate",
			Apply: func(tx *record.Tx, j *catalogue.Judgement, c record.Change) (bool, error) {
				left, err := tx.Rows(c.Row.Kind, j.RestsOn)
				if err != nil || slices.ContainsFunc(left, func(r *record.Row) bool { return supports(j.Clause, r) }) {
					return false, err
				}
				return j.Outdate(c, tx.Now), nil
			},
		})
	}
	return out
}

// supports reports whether a record is in a state in which it supports a clause, or a clause under it. A document that is being revised is in force until
// the next edition is.
func supports(clause string, r *record.Row) bool {
	return r.Kind == policy.Repo.Kind && r.Status != string(policy.Retired) || slices.ContainsFunc(catalogue.Support(), func(s catalogue.ClauseSupport) bool {
		return (s.Clause == clause || strings.HasPrefix(s.Clause, clause+".")) && slices.ContainsFunc(s.Lines, func(l catalogue.SupportLine) bool {
			return l.Kind == r.Kind.Name && slices.Contains(l.States, r.Status)
		})
	})
}
