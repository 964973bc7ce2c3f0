package flow

import (
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/improve/objective"
	"github.com/ki-styring/aims/internal/record"
)

// NextCycle opens the cycle that goes on from a closed one, and takes what is open into it: objectives that were not achieved are set
// anew, measures that were not done go on as they stand.
func NextCycle(tx *record.Tx, ref record.Ref, s cycle.Succession) (*cycle.Cycle, error) {
	var next *cycle.Cycle
	_, err := cycle.Repo.Change(tx, ref, func(c *cycle.Cycle) (err error) {
		if next, err = c.Next(s, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		if next, err = cycle.Repo.Create(tx.Follow("cycle", "create"), next); err != nil {
			return err
		}
		c.NextCycleID = next.ID
		return carry(tx, c, next)
	})
	return next, err
}

func carry(tx *record.Tx, c, next *cycle.Cycle) error {
	w, err := WorkOf(tx, c.ID)
	if err != nil {
		return err
	}
	w = w.Unfinished()
	was := map[string]string{}
	for _, o := range w.Objectives {
		carried, err := objective.Repo.Create(tx.Follow("objective", "create"), o.Carry(next.ID, next.StartsOn))
		if err != nil {
			return err
		}
		was[o.ID] = carried.ID
		c.CarriedObjectives = append(c.CarriedObjectives, o.ID)
	}
	for _, m := range w.Measures {
		_, err := measure.Repo.Change(tx.Follow("measure", "carry"), current(m.ID), func(m *measure.Measure) error {
			m.Carry(next.ID, was)
			return nil
		})
		if err != nil {
			return err
		}
		c.CarriedMeasures = append(c.CarriedMeasures, m.ID)
	}
	return nil
}
