package improve

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ProposeMeasure creates a measure, in a cycle that is still planning or without one. A measure for an objective has the objective's cycle.
func ProposeMeasure(tx *record.Tx, in MeasureInput) (*Measure, error) {
	at, m := "/cycle_id", NewMeasure(in)
	if in.ObjectiveID != "" {
		o, err := Objectives.Get(tx, in.ObjectiveID)
		switch {
		case fault.Is(err, fault.NotFound): // Create reports it with all other faults
		case err != nil:
			return nil, err
		case in.CycleID == "":
			at, m.CycleID = "/objective_id", o.CycleID
		default:
			if err := tx.Collect(m.For(o.CycleID)); err != nil {
				return nil, err
			}
		}
	}
	m, err := Measures.Create(tx, m)
	if err != nil || m.CycleID == "" {
		return m, err
	}
	return m, joins(tx, m.CycleID, m.Row(), at)
}

// ChangeMeasure changes a measure. One that is decided keeps its milestones.
func ChangeMeasure(tx *record.Tx, ref record.Ref, fn func(*Measure) error) (*Measure, error) {
	return Measures.Change(tx, ref, func(m *Measure) error {
		milestones := slices.Clone(m.Milestones)
		if err := fn(m); err != nil || m.Decision == nil || m.Decision.Outcome != Approved {
			return err
		}
		return tx.Collect(m.keeps(milestones))
	})
}

// SubmitMeasure puts a measure before those who decide.
func SubmitMeasure(tx *record.Tx, ref record.Ref) (*Measure, error) {
	return Measures.Change(tx, ref, func(m *Measure) error {
		m.Submit()
		return nil
	})
}

// MeasureBars reports whether a measure cannot be reopened because its cycle has ended.
func MeasureBars(tx *record.Tx, m *Measure, action string) (bool, error) {
	if action != "reopen" || m.CycleID == "" {
		return false, nil
	}
	return barredBy(inPhase(tx, m.CycleID, CycleStatus.Open))
}

// ReopenMeasure makes a measure proposed again, unless its cycle has ended.
func ReopenMeasure(tx *record.Tx, ref record.Ref) (*Measure, error) {
	return Measures.Change(tx, ref, func(m *Measure) error {
		m.Reopen()
		if m.CycleID == "" {
			return nil
		}
		return inPhase(tx, m.CycleID, CycleStatus.Open)
	})
}
