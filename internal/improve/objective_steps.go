package improve

import (
	"github.com/ki-styring/aims/internal/record"
)

func withdrawObjective(o *Objective) error {
	o.Withdraw()
	return nil
}

// SetObjective adds an objective to a cycle that is still planning.
func SetObjective(tx *record.Tx, in ObjectiveInput) (*Objective, error) {
	o, err := Objectives.Create(tx, NewObjective(in))
	if err != nil {
		return nil, err
	}
	// Asked after the write, so that who may not write learns nothing of the cycle; a refusal undoes it.
	return o, joins(tx, o.CycleID, o.Row(), "/cycle_id")
}

// ReopenObjective takes an objective up again while its cycle runs.
func ReopenObjective(tx *record.Tx, ref record.Ref) (*Objective, error) {
	return Objectives.Change(tx, ref, func(o *Objective) error {
		o.Reopen()
		return inPhase(tx, o.CycleID, CycleStatus.Open)
	})
}

// ConcludeObjective says whether an objective was achieved, once its cycle has come so far.
func ConcludeObjective(tx *record.Tx, ref record.Ref, in ConclusionInput) (*Objective, error) {
	return Objectives.Change(tx, ref, func(o *Objective) error {
		if err := o.Conclude(in, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		return inPhase(tx, o.CycleID, CycleStatus.Running)
	})
}

// ObjectiveBars reports whether the phase of an objective's cycle prevents an action that the objective's own state allows.
func ObjectiveBars(tx *record.Tx, o *Objective, action string) (bool, error) {
	switch action {
	case "conclude":
		return barredBy(inPhase(tx, o.CycleID, CycleStatus.Running))
	case "reopen":
		return barredBy(inPhase(tx, o.CycleID, CycleStatus.Open))
	}
	return false, nil
}
