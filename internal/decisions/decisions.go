// Package decisions makes decisions of governing bodies final and lets the measures follow that were decided on.
package decisions

import (
	"cmp"
	"time"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Adopt makes a decision final. The measures that come from its proposal or advice are decided with it, and the actions that it is about are taken.
func Adopt(tx *record.Tx, ref record.Ref, in governance.ResolutionInput, carrier governance.Carrier) (*governance.Decision, error) {
	d, err := governance.AdoptDecision(tx, ref, in, carrier)
	if err != nil || d.CorrectsID != "" {
		return d, err
	}
	if err := decideMeasures(tx, d); err != nil {
		return nil, err
	}
	return d, d.CarryOut(tx, carrier)
}

// decideMeasures applies a decision to the measures of its proposal or advice that wait for one.
func decideMeasures(tx *record.Tx, d *governance.Decision) error {
	source := cmp.Or(d.ProposalID, d.AdviceID)
	if source == "" {
		return nil
	}
	measures, err := query.Each(tx, improve.Measures, "/", map[string][]string{"source_id": {source}, "status": {"proposed", "submitted"}})
	if err != nil {
		return err
	}
	for _, m := range measures {
		if m.Status == improve.MeasureProposed {
			if _, err := improve.Measures.Change(asSystem(tx, "submit"), record.Ref{ID: m.ID, Version: record.AnyVersion}, func(m *improve.Measure) error {
				m.Submit()
				return nil
			}); err != nil {
				return err
			}
		}
		if _, err := decideWith(tx.Follow("measure", "decide"), m.ID, d, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

var verdicts = map[governance.Outcome]improve.MeasureOutcome{
	governance.Approve: improve.Approved, governance.Conditional: improve.Approved, governance.Decline: improve.Refused, governance.Returned: improve.Returned,
}

// DecideMeasure decides a measure. One that comes from a proposal or an advice is decided with the decision on that; one that is proposed later is decided
// like any other.
func DecideMeasure(tx *record.Tx, ref record.Ref, v improve.Verdict) (*improve.Measure, error) {
	return improve.Measures.Change(tx, ref, func(m *improve.Measure) error {
		waits, err := waitsForDecision(tx, m.SourceID)
		if err != nil {
			return err
		}
		by := tx.CarriedBy()
		if waits && by == nil {
			return fault.New(fault.Conflict, "decided_elsewhere", "%s comes from a proposal; decide on the proposal through /decisions", m.Number)
		}
		if err := m.Decide(v, tx.Actor.ID, tx.Now); err != nil || by == nil {
			return err
		}
		m.DecidedIn, m.Decision.Conditions = by.DecisionID, by.Conditions
		return nil
	})
}

// waitsForDecision reports whether the source of a measure is a proposal or an advice that no decision has been adopted on. A source may be a free text.
func waitsForDecision(tx *record.Tx, source string) (bool, error) {
	if !isID(source) {
		return false, nil
	}
	for _, field := range []string{"proposal_id", "advice_id"} {
		n, err := query.Count(tx, governance.Decisions, "", map[string][]string{field: {source}, "status": {"adopted", "corrected"}})
		if err != nil || n > 0 {
			return false, err
		}
	}
	return true, nil
}

func isID(source string) bool { return uuid.Validate(source) == nil }

// decideWith decides a measure as the body decided.
func decideWith(tx *record.Tx, id string, d *governance.Decision, by string, at time.Time) (*improve.Measure, error) {
	return improve.Measures.Change(tx, record.Ref{ID: id, Version: record.AnyVersion}, func(m *improve.Measure) error {
		if err := m.Decide(improve.Verdict{Outcome: verdicts[d.Outcome], Reason: d.Number + ": " + d.Title}, by, at); err != nil {
			return err
		}
		m.DecidedIn, m.Decision.Conditions = d.ID, d.Conditions
		return nil
	})
}

// asSystem returns the transaction for a change of a measure that the server makes itself. No person is recorded as its author.
func asSystem(tx *record.Tx, action string) *record.Tx {
	t := tx.Follow("measure", action)
	t.Actor = record.System
	return t
}
