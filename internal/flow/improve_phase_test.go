package flow

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/improve/measure"
	"github.com/ki-styring/aims/internal/improve/objective"
)

var spring = time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC)

func cycleIn(phase cycle.Status) *cycle.Cycle {
	return &cycle.Cycle{Input: cycle.Input{StartsOn: "2026-01-01", EndsOn: "2026-12-31"}, Status: phase}
}

// pursued is an objective that can be measured, and was at each of the instants.
func pursued(id string, status objective.Status, at ...time.Time) *objective.Objective {
	target := 100.0
	o := objective.New(objective.Input{HowMeasured: "share of systems", Unit: "%", Target: &target, OwnerID: "owner-" + id})
	o.ID, o.Number, o.Status = id, "OBJ-"+id, status
	for _, t := range at {
		o.Latest = &objective.Latest{Value: 50, Unit: "%", At: t}
	}
	return o
}

func without(o *objective.Objective, change func(*objective.Objective)) *objective.Objective {
	change(o)
	return o
}

func taken(id string, status measure.Status) *measure.Measure {
	m := measure.New(measure.Input{ResponsibleID: "responsible-" + id})
	m.ID, m.Number, m.Status = id, "MSR-"+id, status
	return m
}

func TestPhaseBlockers(t *testing.T) {
	before := time.Date(2025, 12, 31, 22, 59, 59, 0, time.UTC) // the last second of the year before, in Oslo
	first := before.Add(time.Second)
	rows := []struct {
		name  string
		phase cycle.Status
		work  Work
		want  []string // code@link
	}{
		{"a plan without objectives", cycle.Plan, Work{}, []string{"objective_missing@"}},
		{"a withdrawn objective is none", cycle.Plan, Work{Objectives: []*objective.Objective{pursued("1", objective.Withdrawn)}}, []string{"objective_missing@"}},
		{"nothing says how it is measured", cycle.Plan, Work{Objectives: []*objective.Objective{
			without(pursued("1", objective.Active), func(o *objective.Objective) { o.HowMeasured = " " }),
			without(pursued("2", objective.Active), func(o *objective.Objective) { o.Unit = "" }),
			without(pursued("3", objective.Active), func(o *objective.Objective) { o.Target = nil }),
		}}, []string{"how_measured_missing@/api/v1/objectives/1", "how_measured_missing@/api/v1/objectives/2", "how_measured_missing@/api/v1/objectives/3"}},
		{"one objective that can be measured is enough", cycle.Plan, Work{Objectives: []*objective.Objective{
			without(pursued("1", objective.Active), func(o *objective.Objective) { o.HowMeasured = "" }), pursued("2", objective.Active),
		}}, nil},
		{"every open measure is in the way", cycle.Do, Work{Measures: []*measure.Measure{
			taken("1", measure.Proposed), taken("2", measure.Submitted), taken("3", measure.Decided), taken("4", measure.InProgress),
		}}, []string{"measure_open@/api/v1/measures/1", "measure_open@/api/v1/measures/2", "measure_open@/api/v1/measures/3", "measure_open@/api/v1/measures/4"}},
		{"measures that ended are not", cycle.Do, Work{Measures: []*measure.Measure{
			taken("1", measure.Done), taken("2", measure.Declined), taken("3", measure.Withdrawn), taken("4", measure.Cancelled),
		}}, nil},
		{"a cycle may do without measures", cycle.Do, Work{}, nil},
		{"never measured", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Active)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"measured before the cycle began", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Active, before)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"measured on the first day", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Active, first)}}, nil},
		{"a concluded objective is measured too", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Achieved)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"a withdrawn objective need not be", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Withdrawn), pursued("2", objective.Active, first)}}, nil},
		{"all objectives withdrawn before check ends", cycle.Check, Work{Objectives: []*objective.Objective{pursued("1", objective.Withdrawn)}}, []string{"objective_missing@"}},
		{"all objectives withdrawn before the cycle closes", cycle.Act, Work{Objectives: []*objective.Objective{pursued("1", objective.Withdrawn, spring)}}, []string{"objective_missing@"}},
		{"no conclusion", cycle.Act, Work{Objectives: []*objective.Objective{pursued("1", objective.Active, spring)}}, []string{"conclusion_missing@/api/v1/objectives/1"}},
		{"taken up again after check", cycle.Act, Work{Objectives: []*objective.Objective{pursued("1", objective.Active)}}, []string{"measurement_missing@/api/v1/objectives/1", "conclusion_missing@/api/v1/objectives/1"}},
		{"all concluded, a measure taken up again goes on", cycle.Act, Work{
			Objectives: []*objective.Objective{pursued("1", objective.Achieved, spring), pursued("2", objective.NotAchieved, spring), pursued("3", objective.Withdrawn)},
			Measures:   []*measure.Measure{taken("1", measure.Proposed)},
		}, nil},
		{"a closed cycle waits for nothing", cycle.Closed, Work{Objectives: []*objective.Objective{pursued("1", objective.Active)}}, nil},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			c := cycleIn(r.phase)
			var got []string
			for _, b := range r.work.Blockers(c) {
				got = append(got, b.Code+"@"+b.Link)
				if b.Link != "" && b.Who == "" {
					t.Errorf("%s names nobody", b.Code)
				}
			}
			if !slices.Equal(got, r.want) {
				t.Errorf("blockers %v, want %v", got, r.want)
			}
			if p := r.work.Progress(c); p.PhaseComplete != (len(r.want) == 0) {
				t.Errorf("phase_complete %v with %d blockers", p.PhaseComplete, len(r.want))
			}
		})
	}
}

func TestAdvanceAndClose(t *testing.T) {
	c := cycle.New(cycle.Input{StartsOn: "2026-01-01", EndsOn: "2026-12-31"}, "group", spring)
	if err := c.Advance((Work{}).Blockers(c), "group", spring); !fault.Is(err, fault.Conflict) || c.Status != cycle.Plan {
		t.Fatalf("an empty plan went on: %v, %s", err, c.Status)
	}
	w := Work{Objectives: []*objective.Objective{pursued("1", objective.Active, spring)}}
	for _, phase := range []cycle.Status{cycle.Do, cycle.Check, cycle.Act} {
		if err := c.Advance(w.Blockers(c), "group", spring); err != nil || c.Status != phase {
			t.Fatalf("advance to %s: %v, %s", phase, err, c.Status)
		}
	}
	if err := c.Close(w.Blockers(c), " ", "council", spring); err == nil || len(fault.As(err).Blockers) != 2 {
		t.Fatalf("closed without conclusion and text: %v", err)
	}
	w.Objectives[0].Conclude(objective.ConclusionInput{Outcome: "not_achieved", Text: "half way"}, "group", spring)
	if err := c.Close(w.Blockers(c), "go on next year", "council", spring); err != nil || c.Status != cycle.Closed {
		t.Fatalf("close: %v, %s", err, c.Status)
	}
	if n := len(c.Phases); n != 4 || c.Phases[n-1].LeftAt == nil {
		t.Errorf("%d phases, the last left at %v", n, c.Phases[n-1].LeftAt)
	}
}

func TestProgress(t *testing.T) {
	w := Work{
		Objectives: []*objective.Objective{
			pursued("1", objective.Achieved, spring), pursued("2", objective.NotAchieved, spring),
			pursued("3", objective.Active), pursued("4", objective.Withdrawn, spring),
		},
		Measures: []*measure.Measure{taken("1", measure.Done), taken("2", measure.Done), taken("3", measure.InProgress)},
	}
	p := w.Progress(cycleIn(cycle.Check))
	if p.Objectives != 3 || p.Measured != 2 || p.Achieved != 1 || p.Concluded != 2 {
		t.Errorf("progress %+v", p)
	}
	if p.Measures["done"] != 2 || p.Measures["in_progress"] != 1 || len(p.Measures) != len(measure.Statuses) {
		t.Errorf("measures %v", p.Measures)
	}
}

func TestUnfinishedGoesOn(t *testing.T) {
	w := Work{
		Objectives: []*objective.Objective{pursued("1", objective.Achieved), pursued("2", objective.NotAchieved), pursued("3", objective.Withdrawn)},
		Measures: []*measure.Measure{
			taken("1", measure.Done), taken("2", measure.Proposed), taken("3", measure.Decided), taken("4", measure.Declined), taken("5", measure.InProgress), taken("6", measure.Cancelled),
		},
	}
	open := w.Unfinished()
	if len(open.Objectives) != 1 || open.Objectives[0].ID != "2" {
		t.Errorf("objectives that go on: %v", open.Objectives)
	}
	var ids []string
	for _, m := range open.Measures {
		ids = append(ids, m.ID)
	}
	if !slices.Equal(ids, []string{"2", "3", "5"}) {
		t.Errorf("measures that go on: %v", ids)
	}
	if len(w.Objectives) != 3 || len(w.Measures) != 6 {
		t.Error("the closed cycle lost what goes on")
	}
}
