package flow

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/improve/measurement"
	"github.com/ki-styring/aims/internal/improve/objective"
	"github.com/ki-styring/aims/internal/record"
)

// AdvanceCycle takes a cycle to its next phase.
func AdvanceCycle(tx *record.Tx, ref record.Ref) (*cycle.Cycle, error) {
	return cycle.Repo.Change(tx, ref, func(c *cycle.Cycle) error {
		w, err := WorkOf(tx, c.ID)
		if err != nil {
			return err
		}
		return c.Advance(w.Blockers(c), tx.Actor.ID, tx.Now)
	})
}

// CloseCycle ends a cycle with what was decided.
func CloseCycle(tx *record.Tx, ref record.Ref, text string) (*cycle.Cycle, error) {
	return cycle.Repo.Change(tx, ref, func(c *cycle.Cycle) error {
		w, err := WorkOf(tx, c.ID)
		if err != nil {
			return err
		}
		return c.Close(w.Blockers(c), text, tx.Actor.ID, tx.Now)
	})
}

// CancelCycle ends a cycle before its time, and with it the objectives that were still pursued. Measures stand: what was decided to be
// done is not undone by those who plan cycles.
func CancelCycle(tx *record.Tx, ref record.Ref) (*cycle.Cycle, error) {
	c, err := cycle.Repo.Change(tx, ref, func(c *cycle.Cycle) error {
		c.Cancel(tx.Now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w, err := WorkOf(tx, c.ID)
	if err != nil {
		return nil, err
	}
	then := tx.Follow("objective", "withdraw")
	for _, o := range w.Objectives {
		if o.Status != objective.Active {
			continue
		}
		if _, err := objective.Repo.Change(then, record.Ref{ID: o.ID, Version: record.AnyVersion}, withdrawObjective); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func withdrawObjective(o *objective.Objective) error {
	o.Withdraw()
	return nil
}

// SetObjective adds an objective to a cycle that is still planning.
func SetObjective(tx *record.Tx, in objective.Input) (*objective.Objective, error) {
	o, err := objective.Repo.Create(tx, objective.New(in))
	if err != nil {
		return nil, err
	}
	// Asked after the write, so that who may not write learns nothing of the cycle; a refusal undoes it.
	return o, joins(tx, o.CycleID, o.Row(), "/cycle_id")
}

// joins asks that a cycle is still planning, and that a new record of another scope is one of those that the cycle's own scope takes in: it
// lies below, and whoever adds it may add one there too. Else whoever plans the work of a project could hold up the hospital's cycle.
func joins(tx *record.Tx, cycleID string, row *record.Row, at string) error {
	c, err := cycle.Repo.Find(tx, cycleID)
	if err != nil {
		return err
	}
	if c.Scope != row.Scope {
		there := record.Target{Kind: row.Kind, Scope: c.Scope, Status: row.Status, Meta: &row.Meta}
		may, err := fault.Allowed(tx.Guard().Check(tx, tx.Permission, there))
		if err != nil {
			return err
		}
		if !may || !record.Covers(c.Scope, row.Scope) {
			var f fault.Fields
			f.Add(at, "other_scope", "the cycle belongs to another scope; what joins it lies below that scope, and is added by someone who may add it there too")
			return f.Err()
		}
	}
	return inPhase(tx, cycleID, cycle.Status.Planning)
}

// ReopenObjective takes an objective up again while its cycle runs.
func ReopenObjective(tx *record.Tx, ref record.Ref) (*objective.Objective, error) {
	return objective.Repo.Change(tx, ref, func(o *objective.Objective) error {
		o.Reopen()
		return inPhase(tx, o.CycleID, cycle.Status.Open)
	})
}

// ConcludeObjective says whether an objective was achieved, once its cycle has come so far.
func ConcludeObjective(tx *record.Tx, ref record.Ref, in objective.ConclusionInput) (*objective.Objective, error) {
	return objective.Repo.Change(tx, ref, func(o *objective.Objective) error {
		o.Conclude(in, tx.Actor.ID, tx.Now)
		return inPhase(tx, o.CycleID, cycle.Status.Running)
	})
}

// ObjectiveBarred tells whether an objective's cycle, in the phase it is in, bars a step that the objective's own state does not.
func ObjectiveBarred(tx *record.Tx, o *objective.Objective, action string) (bool, error) {
	switch action {
	case "conclude":
		return barredBy(inPhase(tx, o.CycleID, cycle.Status.Running))
	case "reopen":
		return barredBy(inPhase(tx, o.CycleID, cycle.Status.Open))
	}
	return false, nil
}

// MeasurementBarred tells whether a measurement's objective bars its retraction: it is concluded or given up.
func MeasurementBarred(tx *record.Tx, m *measurement.Measurement, action string) (bool, error) {
	state, err := objective.Repo.StateOf(tx, m.ObjectiveID)
	return action == "retract" && state != string(objective.Active), err
}

func barredBy(refusal error) (bool, error) {
	may, err := fault.Allowed(refusal)
	return !may, err
}

// RecordMeasurement adds a value to an objective, whose latest value it becomes unless a later one is there.
func RecordMeasurement(tx *record.Tx, in measurement.Input) (*measurement.Measurement, error) {
	o, err := objective.Repo.Get(tx, in.ObjectiveID)
	if err == nil && in.Unit == "" { // an objective that cannot be read is refused by Create, with all other faults
		in.Unit = o.Unit
	}
	m, err := measurement.Repo.Create(tx, measurement.New(in))
	if err != nil {
		return nil, err
	}
	if o, err = objective.Repo.Find(tx, m.ObjectiveID); err != nil {
		return nil, err
	}
	if err := m.In(o.Scope, o.Unit); err != nil {
		return nil, err
	}
	if err := inPhase(tx, o.CycleID, cycle.Status.Running); err != nil {
		return nil, err
	}
	return m, measureAnew(tx, o.ID)
}

// RetractMeasurement takes a wrong value back; the objective's latest is then the one before.
func RetractMeasurement(tx *record.Tx, ref record.Ref) (*measurement.Measurement, error) {
	m, err := measurement.Repo.Change(tx, ref, func(m *measurement.Measurement) error {
		m.Retract()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, measureAnew(tx, m.ObjectiveID)
}

func measureAnew(tx *record.Tx, objectiveID string) error {
	list, err := measurement.Repo.Each(tx, "", map[string][]string{"objective_id": {objectiveID}})
	if err != nil {
		return err
	}
	_, err = objective.Repo.Change(tx.Follow("objective", "measure"), record.Ref{ID: objectiveID, Version: record.AnyVersion}, func(o *objective.Objective) error {
		return o.Measure(latest(measurement.Newest(list)))
	})
	return err
}

// latest is what an objective keeps of its newest measurement; nil for none.
func latest(m *measurement.Measurement) *objective.Latest {
	if m == nil {
		return nil
	}
	return &objective.Latest{MeasurementID: m.ID, Value: *m.Value, Unit: m.Unit, At: m.At}
}

// inPhase asks that a cycle is in one of the phases in which something may be done.
func inPhase(tx *record.Tx, cycleID string, ok func(cycle.Status) bool) error {
	c, err := cycle.Repo.Find(tx, cycleID)
	if err != nil {
		return err
	}
	if !ok(c.Status) {
		return fault.New(fault.Conflict, "phase_closed", "this does not fit %s in phase %s", c.Number, c.Status).With("state", string(c.Status))
	}
	return nil
}
