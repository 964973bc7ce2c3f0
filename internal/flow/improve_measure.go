package flow

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/improve/objective"
	"github.com/ki-styring/aims/internal/record"
)

// ProposeMeasure adds a measure, to a cycle that is still planning or to none. One for an objective belongs to the objective's cycle.
func ProposeMeasure(tx *record.Tx, in measure.Input) (*measure.Measure, error) {
	at := "/cycle_id"
	if in.CycleID == "" && in.ObjectiveID != "" {
		at = "/objective_id"
		o, err := objective.Repo.Get(tx, in.ObjectiveID)
		if err == nil { // an objective that cannot be read is refused by Create, with all other faults
			in.CycleID = o.CycleID
		}
	}
	m, err := measure.Repo.Create(tx, measure.New(in))
	if err != nil || m.CycleID == "" {
		return m, err
	}
	if m.ObjectiveID != "" {
		o, err := objective.Repo.Find(tx, m.ObjectiveID)
		if err != nil {
			return nil, err
		}
		if err := m.For(o.CycleID); err != nil {
			return nil, err
		}
	}
	return m, joins(tx, m.CycleID, m.Row(), at)
}

// DecideMeasure says whether a measure is carried out. One that comes from a proposal or advice is decided with its case, through /decisions.
func DecideMeasure(tx *record.Tx, ref record.Ref, v measure.Verdict) (*measure.Measure, error) {
	return measure.Repo.Change(tx, ref, func(m *measure.Measure) error {
		if m.SourceID != "" {
			return fault.New(fault.Conflict, "decided_elsewhere", "%s comes from a proposal and is decided through /decisions", m.Number)
		}
		return m.Decide(v, tx.Actor.ID, tx.Now)
	})
}

// MeasureBarred tells whether a measure cannot be reopened since its cycle has ended.
func MeasureBarred(tx *record.Tx, m *measure.Measure, action string) (bool, error) {
	if action != "reopen" || m.CycleID == "" {
		return false, nil
	}
	return barredBy(inPhase(tx, m.CycleID, cycle.Status.Open))
}

// ReopenMeasure proposes a measure anew, unless its cycle has ended.
func ReopenMeasure(tx *record.Tx, ref record.Ref) (*measure.Measure, error) {
	return measure.Repo.Change(tx, ref, func(m *measure.Measure) error {
		m.Reopen()
		if m.CycleID == "" {
			return nil
		}
		return inPhase(tx, m.CycleID, cycle.Status.Open)
	})
}
