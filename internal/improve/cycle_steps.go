package improve

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AdvanceCycle takes a cycle to its next phase.
func AdvanceCycle(tx *record.Tx, ref record.Ref) (*Cycle, error) {
	return Cycles.Change(tx, ref, func(c *Cycle) error {
		w, err := WorkOf(tx, c.ID)
		if err != nil {
			return err
		}
		return c.Advance(w.Blockers(c), tx.Actor.ID, tx.Now)
	})
}

// CloseCycle ends a cycle with what was decided.
func CloseCycle(tx *record.Tx, ref record.Ref, text string) (*Cycle, error) {
	return Cycles.Change(tx, ref, func(c *Cycle) error {
		w, err := WorkOf(tx, c.ID)
		if err != nil {
			return err
		}
		return c.Close(w.Blockers(c), text, tx.Actor.ID, tx.Now)
	})
}

// CancelCycle ends a cycle early and withdraws its active objectives. Measures stay as they are, since others decided on them.
func CancelCycle(tx *record.Tx, ref record.Ref) (*Cycle, error) {
	c, err := Cycles.Change(tx, ref, func(c *Cycle) error {
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
		if !o.Status.Open() {
			continue
		}
		if _, err := Objectives.Change(then, record.Ref{ID: o.ID, Version: record.AnyVersion}, withdrawObjective); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// joins checks that a new record may be added to a cycle: the cycle is still planning, and the record lies in the cycle's scope or below
// it. From below, the actor must be allowed to add one in the cycle's scope too; otherwise a project could hold up the hospital's cycle.
func joins(tx *record.Tx, cycleID string, row *record.Row, at string) error {
	c, err := Cycles.Find(tx, cycleID)
	if err != nil {
		return err
	}
	if c.Scope != row.Scope {
		there := record.Target{Kind: row.Kind, Scope: c.Scope, Status: row.Status, Meta: &row.Meta}
		may, err := tx.May(tx.Permission, there)
		if err != nil {
			return err
		}
		if !may || !record.Covers(c.Scope, row.Scope) {
			var f fault.Fields
			f.Add(at, "other_scope", "must be a cycle of this scope or a scope above it, where you have the same right")
			return f.Err()
		}
	}
	return inPhase(tx, cycleID, CycleStatus.Planning)
}

func barredBy(refusal error) (bool, error) {
	may, err := fault.Allowed(refusal)
	return !may, err
}

// inPhase refuses what does not fit the phase of a cycle.
func inPhase(tx *record.Tx, cycleID string, ok func(CycleStatus) bool) error {
	c, err := Cycles.Find(tx, cycleID)
	if err != nil {
		return err
	}
	if !ok(c.Status) {
		return fault.New(fault.Conflict, "phase_closed", `%s is in the phase "%s", where this is not possible`, c.Number, c.Status).With("state", string(c.Status))
	}
	return nil
}

// ReadAhead reads the cycles of these objectives in one statement.
func ReadAhead(tx *record.Tx, objectives []*record.Row) error {
	ids := make([]string, len(objectives))
	for i, r := range objectives {
		ids[i] = r.Meta.Fact("cycle_id")
	}
	return tx.ReadAhead(Cycles.Kind, ids)
}
