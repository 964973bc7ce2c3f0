package improve

import (
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// MeasurementBars reports whether a measurement cannot be retracted because its objective is concluded or given up.
func MeasurementBars(tx *record.Tx, m *Measurement, action string) (bool, error) {
	state, err := Objectives.StateOf(tx, m.ObjectiveID)
	return action == "retract" && !ObjectiveStatus(state).Open(), err
}

// RecordMeasurement adds a value to an objective, whose latest value it becomes unless a later one is there.
func RecordMeasurement(tx *record.Tx, in MeasurementInput) (*Measurement, error) {
	o, err := Objectives.Get(tx, in.ObjectiveID)
	if err == nil && in.Unit == "" { // Create reports an unreadable objective with all other faults
		in.Unit = o.Unit
	}
	m := NewMeasurement(in)
	if err == nil {
		m.OwnerID = o.OwnerID
		if err := tx.Collect(m.In(o.Scope, o.Unit)); err != nil {
			return nil, err
		}
	}
	if m, err = Measurements.Create(tx, m); err != nil {
		return nil, err
	}
	if err := inPhase(tx, o.CycleID, CycleStatus.Running); err != nil {
		return nil, err
	}
	return m, measureAnew(tx, o.ID)
}

// RetractMeasurement takes a wrong value back; the objective's latest is then the one before.
func RetractMeasurement(tx *record.Tx, ref record.Ref) (*Measurement, error) {
	m, err := Measurements.Change(tx, ref, func(m *Measurement) error {
		m.Retract()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, measureAnew(tx, m.ObjectiveID)
}

func measureAnew(tx *record.Tx, objectiveID string) error {
	list, err := query.Each(tx, Measurements, "", map[string][]string{"objective_id": {objectiveID}})
	if err != nil {
		return err
	}
	_, err = Objectives.Change(tx.Follow("objective", "measure"), record.Ref{ID: objectiveID, Version: record.AnyVersion}, func(o *Objective) error {
		return o.Measure(latest(Newest(list)))
	})
	return err
}

// latest returns the short form of an objective's newest measurement, or nil.
func latest(m *Measurement) *LatestMeasurement {
	if m == nil {
		return nil
	}
	return &LatestMeasurement{MeasurementID: m.ID, Value: *m.Value, Unit: m.Unit, At: m.At}
}
