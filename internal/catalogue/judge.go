package catalogue

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// JudgeClause stores a judgement of how far a clause is met in a scope. The clause is given by its number in ISO/IEC 42001, by framework and key, or by
// its id. There is at most one judgement per clause and scope.
func JudgeClause(tx *record.Tx, in JudgementInput) (*Judgement, error) {
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
	return Judgements.Create(tx, NewJudgement(in))
}
