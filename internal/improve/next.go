package improve

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ChangeCycle changes a cycle. A cycle that continues another must still start after it.
func ChangeCycle(tx *record.Tx, ref record.Ref, fn func(*Cycle) error) (*Cycle, error) {
	return Cycles.Change(tx, ref, func(c *Cycle) error {
		if err := fn(c); err != nil || c.PreviousCycleID == "" {
			return err
		}
		previous, err := Cycles.Find(tx, c.PreviousCycleID)
		if err != nil {
			return err
		}
		tx.AddFaults(c.Follows(previous)...)
		return nil
	})
}

// NextCycle opens the cycle that follows a closed one and takes over its open work. Objectives that were not achieved are created again in it;
// measures that were not done move to it as they are. If that cycle is cancelled, another one may follow the closed one instead.
func NextCycle(tx *record.Tx, ref record.Ref, s Succession) (*Cycle, error) {
	var next *Cycle
	_, err := Cycles.Change(tx, ref, func(c *Cycle) error {
		before, err := query.Each(tx, Cycles, "", map[string][]string{"previous_cycle_id": {c.ID}})
		if err != nil {
			return err
		}
		running := slices.ContainsFunc(before, func(b *Cycle) bool { return b.Status != CycleCancelled })
		if next, err = c.Next(s, !running, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		tx.AddFaults(next.Follows(c)...)
		if next, err = Cycles.Create(tx.Follow("cycle", "create"), next); err != nil {
			return err
		}
		c.NextCycleID = next.ID
		w, was, err := unfinished(tx, c, before)
		if err != nil {
			return err
		}
		return carry(tx, c, next, w, was)
	})
	return next, err
}

// unfinished returns the work that the cycle after a closed one takes over: what is open in the closed cycle, and what is open in cancelled cycles
// that had taken it over. The map gives, for each objective of the cancelled cycles, the objective that it was carried from.
func unfinished(tx *record.Tx, c *Cycle, calledOff []*Cycle) (Work, map[string]string, error) {
	w, err := WorkOf(tx, c.ID)
	if err != nil {
		return w, nil, err
	}
	w = w.Unfinished()
	origin := map[string]string{}
	for _, b := range calledOff {
		there, err := WorkOf(tx, b.ID)
		if err != nil {
			return w, nil, err
		}
		for _, o := range there.Objectives {
			if origin[o.ID] = o.CarriedFrom; o.Status == ObjectiveAchieved {
				w.Objectives = slices.DeleteFunc(w.Objectives, func(was *Objective) bool { return was.ID == o.CarriedFrom })
			}
		}
		for _, m := range there.Unfinished().Measures {
			if m.CarriedFrom == c.ID {
				w.Measures = append(w.Measures, m)
			}
		}
	}
	return w, origin, nil
}

func carry(tx *record.Tx, c, next *Cycle, w Work, origin map[string]string) error {
	goesOn := map[string]string{}
	for _, o := range w.Objectives {
		carried, err := Objectives.Create(tx.Follow("objective", "create"), o.Carry(next.ID, next.StartsOn))
		if err != nil {
			return err
		}
		goesOn[o.ID] = carried.ID
		c.CarriedObjectives = with(c.CarriedObjectives, o.ID)
	}
	for id, from := range origin {
		goesOn[id] = goesOn[from]
	}
	for _, m := range w.Measures {
		_, err := Measures.Change(tx.Follow("measure", "carry"), record.Ref{ID: m.ID, Version: record.AnyVersion}, func(m *Measure) error {
			m.Carry(c.ID, next.ID, goesOn)
			return nil
		})
		if err != nil {
			return err
		}
		c.CarriedMeasures = with(c.CarriedMeasures, m.ID)
	}
	return nil
}

// with adds an id to a list that does not contain it.
func with(list []string, id string) []string {
	if slices.Contains(list, id) {
		return list
	}
	return append(list, id)
}
