package catalogue

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// JudgeClause stores a judgement of how far a clause is met in a scope. The clause is given by its number in ISO/IEC 42001, by framework and key, or by
// its id. There is at most one judgement per clause, scope and party. ground notes what the judgement rests on.
func JudgeClause(tx *record.Tx, in JudgementInput, ground func(*Judgement) error) (*Judgement, error) {
	r, err := Requirements.Find(tx, RefKey(in.Clause))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var f fault.Fields
	switch {
	case err != nil || r.Kind != Clause:
		f.Add("/clause", "unknown_reference/clause", "must be a clause of ISO/IEC 42001, such as 5.2, or of another framework with its key")
	case r.Status == RequirementWithdrawn:
		f.Add("/clause", "withdrawn", "the requirement %s is withdrawn; choose one in force", r.Key)
	default:
		in.Clause = ShortKey(r.RefKey)
	}
	tx.AddFaults(f...)
	if in.Party == "" {
		party, err := partyOf(tx, in.Scope)
		if err != nil {
			return nil, err
		}
		in.Party = party
	}
	j := NewJudgement(in)
	if err := ground(j); err != nil {
		return nil, err
	}
	return Judgements.Create(tx, j)
}

// partyOf returns the party that the actor may judge for in a scope: the working group unless only another one.
func partyOf(tx *record.Tx, scope string) (Party, error) {
	for _, p := range Parties {
		j := NewJudgement(JudgementInput{Party: Party(p.Value)})
		there := record.Target{Kind: Judgements.Kind, Scope: scope, Status: string(JudgementActive), Meta: &record.Meta{Facts: j.Facts()}}
		may, err := tx.May(tx.Permission, there)
		if err != nil {
			return "", err
		}
		if may {
			return j.Party, nil
		}
	}
	return WorkingGroup, nil
}
