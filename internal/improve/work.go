package improve

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Work is the content of an improvement cycle: its objectives, each with its latest value, and its measures.
type Work struct {
	Objectives []*Objective
	Measures   []*Measure
}

// WorkOf reads the content of a cycle.
func WorkOf(tx *record.Tx, cycleID string) (w Work, err error) {
	of := map[string][]string{"cycle_id": {cycleID}}
	if w.Objectives, err = query.Each(tx, Objectives, "", of); err != nil {
		return w, err
	}
	w.Measures, err = query.Each(tx, Measures, "", of)
	return w, err
}

// judgedWork returns what a decision on a cycle judges beside it: its objectives and measures as they are, with what was measured, reported and concluded.
func judgedWork(tx *record.Tx, cycle *record.Row) (any, error) {
	w, err := WorkOf(tx, cycle.ID)
	if err != nil {
		return nil, err
	}
	var rows []*record.Row
	for _, o := range w.Objectives {
		rows = append(rows, o.Row())
	}
	for _, m := range w.Measures {
		rows = append(rows, m.Row())
	}
	out := map[string][2]string{}
	for _, r := range rows {
		content, err := tx.Judged(r)
		if err != nil {
			return nil, err
		}
		out[r.ID] = [2]string{r.Status, content}
	}
	return out, nil
}

// ProgressOf sums up a cycle for a reader, with what blocks its next phase. Blockers by records that the reader cannot read have no link and
// no name.
func ProgressOf(tx *record.Tx, c *Cycle) (CycleProgress, fault.Blockers, error) {
	w, err := WorkOf(tx, c.ID)
	if err != nil {
		return CycleProgress{}, nil, err
	}
	for _, id := range c.CarriedMeasures { // they were this cycle's too, wherever they went on
		m, err := Measures.Find(tx, id)
		if err != nil {
			return CycleProgress{}, nil, err
		}
		w.Measures = append(w.Measures, m)
	}
	seen := map[string]bool{}
	for _, o := range w.Objectives {
		seen[linkOf(Objectives.Kind, o.ID)] = tx.Visible(o.Row())
	}
	for _, m := range w.Measures {
		seen[linkOf(Measures.Kind, m.ID)] = tx.Visible(m.Row())
	}
	b := w.Blockers(c)
	for i := range b {
		if b[i].Link != "" && !seen[b[i].Link] {
			b[i].Link, b[i].Who = "", ""
		}
	}
	return w.Progress(c), b, nil
}

// Progress sums up the work of a cycle.
func (w Work) Progress(c *Cycle) CycleProgress {
	p := CycleProgress{Measures: map[string]int{}, PhaseComplete: len(w.Blockers(c)) == 0}
	for _, s := range measureStatuses {
		p.Measures[s.Value] = 0
	}
	for _, o := range w.Objectives {
		if o.Status == ObjectiveWithdrawn {
			continue
		}
		p.Objectives++
		if measured(c, o) {
			p.Measured++
		}
		if o.Status == ObjectiveAchieved {
			p.Achieved++
			if o.misses() {
				p.Deviating++
			}
		}
		if o.Status.Concluded() {
			p.Concluded++
		}
	}
	for _, m := range w.Measures {
		p.Measures[string(m.Status)]++
	}
	return p
}

// Unfinished gives what the next cycle takes over: objectives that were not achieved, and measures that something still has to happen with.
func (w Work) Unfinished() Work {
	return Work{
		Objectives: slices.DeleteFunc(slices.Clone(w.Objectives), func(o *Objective) bool { return o.Status != ObjectiveNotAchieved }),
		Measures:   slices.DeleteFunc(slices.Clone(w.Measures), func(m *Measure) bool { return !m.Status.Open() }),
	}
}

// Blockers lists what is missing before the cycle can leave the phase it is in.
func (w Work) Blockers(c *Cycle) fault.Blockers {
	switch c.Status {
	case Plan:
		return append(w.unmeasurable(), w.unplanned()...)
	case Do:
		return append(w.unplanned(), w.undone()...) // objectives may have been added since
	case Check:
		return append(w.unapproved(), w.unmeasured(c)...)
	case Act:
		// An objective may have been taken up again after check.
		return slices.Concat(w.unapproved(), w.unmeasured(c), w.unconcluded())
	case CycleClosed, CycleCancelled:
		return nil
	}
	return nil
}

// unmeasurable asks for one objective that can be measured: 6.2 asks it of each only where it is practicable.
func (w Work) unmeasurable() fault.Blockers {
	var b fault.Blockers
	found := false
	for _, o := range w.Objectives {
		if o.Status == ObjectiveWithdrawn {
			continue
		}
		found = true
		switch missing := o.Unmeasurable(); missing {
		case "":
			return nil
		case "/how_measured": // the plan of each objective says it
		default:
			objectiveBlocker(&b, o, "how_measured_missing", missing, "%s must say in which unit it is measured, and with what target")
		}
	}
	if !found {
		b.Add("objective_missing", "", "add at least one objective to the cycle")
	}
	return b
}

// unapproved asks that every open objective is approved.
func (w Work) unapproved() fault.Blockers {
	var b fault.Blockers
	for _, o := range w.Objectives {
		if o.Status == ObjectiveDraft || o.Status == ObjectiveProposed {
			objectiveBlocker(&b, o, "objective_unapproved", "", "the objective %s must be proposed and approved")
		}
	}
	return b
}

// unplanned asks that every open objective is approved and has a plan (6.2): measures, who, when and how it is measured.
func (w Work) unplanned() fault.Blockers {
	b := w.unapproved()
	for _, o := range w.Objectives {
		if !o.Status.Open() {
			continue
		}
		o.unplanned(&b)
		planned := false
		for _, m := range w.Measures {
			if m.ObjectiveID != o.ID || !m.Status.Open() && m.Status != MeasureDone {
				continue
			}
			planned = true
			if m.Status != MeasureDone {
				m.unplanned(&b)
			}
		}
		if !planned {
			objectiveBlocker(&b, o, "plan_missing", "", "propose at least one measure for the objective %s")
		}
	}
	return b
}

func (w Work) undone() fault.Blockers {
	var b fault.Blockers
	for _, m := range w.Measures {
		if m.Status.Open() {
			measureBlocker(&b, m, "measure_open", "", "complete, decline or cancel the measure %s")
		}
	}
	return b
}

func (w Work) unmeasured(c *Cycle) fault.Blockers {
	var b fault.Blockers
	if !slices.ContainsFunc(w.Objectives, func(o *Objective) bool { return o.Status != ObjectiveWithdrawn }) {
		b.Add("objective_missing/withdrawn", "", "every objective is withdrawn; reopen one, or go back and add another one")
	}
	for _, o := range w.Objectives {
		if o.Status != ObjectiveWithdrawn && !measured(c, o) {
			objectiveBlocker(&b, o, "measurement_missing", "", "measure the objective %s; it has no value from this cycle")
		}
	}
	return b
}

func (w Work) unconcluded() fault.Blockers {
	var b fault.Blockers
	for _, o := range w.Objectives {
		if o.Status == ObjectiveActive {
			objectiveBlocker(&b, o, "conclusion_missing", "", "conclude the objective %s")
		}
	}
	return b
}

// measured reports whether the objective's latest value is from this cycle.
func measured(c *Cycle, o *Objective) bool {
	return o.Latest != nil && !o.Latest.At.Before(c.Began())
}

func objectiveBlocker(b *fault.Blockers, o *Objective, key, pointer, format string) {
	to := b.Add(key, pointer, format, o.Number)
	to.Link, to.Who = linkOf(Objectives.Kind, o.ID), o.OwnerID
}

func measureBlocker(b *fault.Blockers, m *Measure, key, pointer, format string) {
	to := b.Add(key, pointer, format, m.Number)
	to.Link, to.Who = linkOf(Measures.Kind, m.ID), m.ResponsibleID
}

// linkOf gives the path of a record.
func linkOf(k *record.Kind, id string) string { return "/api/v1/" + k.Path + "/" + id }
