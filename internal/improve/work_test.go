package improve

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
)

var spring = time.Date(2026, 4, 1, 8, 0, 0, 0, time.UTC)

func cycleIn(phase CycleStatus) *Cycle {
	return &Cycle{CycleInput: CycleInput{StartsOn: "2026-01-01", EndsOn: "2026-12-31"}, Status: phase}
}

// pursued returns a measurable objective that was measured at each of the instants.
func pursued(id string, status ObjectiveStatus, at ...time.Time) *Objective {
	target := 100.0
	o := NewObjective(ObjectiveInput{HowMeasured: "share of systems", Unit: "%", Target: &target, OwnerID: "owner-" + id, Due: "2026-12-01"})
	o.ID, o.Number, o.Status = id, "OBJ-"+id, status
	for _, t := range at {
		o.Latest = &LatestMeasurement{Value: 50, Unit: "%", At: t}
	}
	return o
}

// planned adds a measure for each objective, which is done.
func planned(objectives ...*Objective) Work {
	w := Work{Objectives: objectives}
	for _, o := range objectives {
		m := taken("for-"+o.ID, MeasureDone)
		m.ObjectiveID = o.ID
		w.Measures = append(w.Measures, m)
	}
	return w
}

func without(o *Objective, change func(*Objective)) *Objective {
	change(o)
	return o
}

func of(objective string, m *Measure) *Measure {
	m.ObjectiveID = objective
	return m
}

func taken(id string, status MeasureStatus) *Measure {
	m := NewMeasure(MeasureInput{ResponsibleID: "responsible-" + id})
	m.ID, m.Number, m.Status = id, "MSR-"+id, status
	return m
}

func TestPhaseBlockers(t *testing.T) {
	before := time.Date(2025, 12, 31, 22, 59, 59, 0, time.UTC) // the last second of the year before, in Oslo
	first := before.Add(time.Second)
	rows := []struct {
		name  string
		phase CycleStatus
		work  Work
		want  []string // code@link
	}{
		{"a plan without objectives", Plan, Work{}, []string{"objective_missing@"}},
		{"a withdrawn objective is none", Plan, Work{Objectives: []*Objective{pursued("1", ObjectiveWithdrawn)}}, []string{"objective_missing@"}},
		{"nothing can be measured", Plan, planned(
			without(pursued("1", ObjectiveActive), func(o *Objective) { o.HowMeasured = " " }),
			without(pursued("2", ObjectiveActive), func(o *Objective) { o.Unit = "" }),
			without(pursued("3", ObjectiveActive), func(o *Objective) { o.Target = nil }),
		), []string{"how_measured_missing@/api/v1/objectives/2", "how_measured_missing@/api/v1/objectives/3", "how_measured_missing@/api/v1/objectives/1"}},
		{"one objective with a unit and a target is enough", Plan, planned(
			without(pursued("1", ObjectiveActive), func(o *Objective) { o.Unit = "" }), pursued("2", ObjectiveActive),
		), nil},
		{
			"an objective that nobody approved", Plan, planned(pursued("1", ObjectiveDraft), pursued("2", ObjectiveProposed), pursued("3", ObjectiveActive)),
			[]string{"objective_unapproved@/api/v1/objectives/1", "objective_unapproved@/api/v1/objectives/2"},
		},
		{
			"an objective without a plan", Plan,
			Work{Objectives: []*Objective{without(pursued("1", ObjectiveActive), func(o *Objective) { o.Due = "" })}},
			[]string{"due_missing@/api/v1/objectives/1", "plan_missing@/api/v1/objectives/1"},
		},
		{
			"a measure that was declined is no plan", Plan,
			Work{Objectives: []*Objective{pursued("1", ObjectiveActive)}, Measures: []*Measure{of("1", taken("1", MeasureDeclined))}},
			[]string{"plan_missing@/api/v1/objectives/1"},
		},
		{
			"a measure that does not say when", Plan,
			Work{Objectives: []*Objective{pursued("1", ObjectiveActive)}, Measures: []*Measure{of("1", taken("1", MeasureProposed))}},
			[]string{"due_missing@/api/v1/measures/1"},
		},
		{
			"an objective that was added later", Do,
			Work{Objectives: []*Objective{pursued("1", ObjectiveDraft)}},
			[]string{"objective_unapproved@/api/v1/objectives/1", "plan_missing@/api/v1/objectives/1"},
		},
		{
			"an objective that is being revised", Act,
			Work{Objectives: []*Objective{pursued("1", ObjectiveDraft, spring)}},
			[]string{"objective_unapproved@/api/v1/objectives/1"},
		},
		{"every open measure is in the way", Do, Work{Measures: []*Measure{
			taken("1", MeasureProposed), taken("2", MeasureSubmitted), taken("3", MeasureDecided), taken("4", MeasureInProgress),
		}}, []string{"measure_open@/api/v1/measures/1", "measure_open@/api/v1/measures/2", "measure_open@/api/v1/measures/3", "measure_open@/api/v1/measures/4"}},
		{"measures that ended are not", Do, Work{Measures: []*Measure{
			taken("1", MeasureDone), taken("2", MeasureDeclined), taken("3", MeasureWithdrawn), taken("4", MeasureCancelled),
		}}, nil},
		{"a cycle may do without measures", Do, Work{}, nil},
		{"never measured", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveActive)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"measured before the cycle began", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveActive, before)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"measured on the first day", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveActive, first)}}, nil},
		{"a concluded objective is measured too", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveAchieved)}}, []string{"measurement_missing@/api/v1/objectives/1"}},
		{"a withdrawn objective need not be", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveWithdrawn), pursued("2", ObjectiveActive, first)}}, nil},
		{"all objectives withdrawn before check ends", Check, Work{Objectives: []*Objective{pursued("1", ObjectiveWithdrawn)}}, []string{"objective_missing@"}},
		{"all objectives withdrawn before the cycle closes", Act, Work{Objectives: []*Objective{pursued("1", ObjectiveWithdrawn, spring)}}, []string{"objective_missing@"}},
		{"no conclusion", Act, Work{Objectives: []*Objective{pursued("1", ObjectiveActive, spring)}}, []string{"conclusion_missing@/api/v1/objectives/1"}},
		{"taken up again after check", Act, Work{Objectives: []*Objective{pursued("1", ObjectiveActive)}}, []string{"measurement_missing@/api/v1/objectives/1", "conclusion_missing@/api/v1/objectives/1"}},
		{"all concluded, a measure taken up again goes on", Act, Work{
			Objectives: []*Objective{pursued("1", ObjectiveAchieved, spring), pursued("2", ObjectiveNotAchieved, spring), pursued("3", ObjectiveWithdrawn)},
			Measures:   []*Measure{taken("1", MeasureProposed)},
		}, nil},
		{"a closed cycle waits for nothing", CycleClosed, Work{Objectives: []*Objective{pursued("1", ObjectiveActive)}}, nil},
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
	c := NewCycle(CycleInput{StartsOn: "2026-01-01", EndsOn: "2026-12-31"}, "group", spring)
	if err := c.Advance((Work{}).Blockers(c), "group", spring); !fault.Is(err, fault.Conflict) || c.Status != Plan {
		t.Fatalf("an empty plan went on: %v, %s", err, c.Status)
	}
	w := planned(pursued("1", ObjectiveActive, spring))
	for _, phase := range []CycleStatus{Do, Check, Act} {
		if err := c.Advance(w.Blockers(c), "group", spring); err != nil || c.Status != phase {
			t.Fatalf("advance to %s: %v, %s", phase, err, c.Status)
		}
	}
	if err := c.Close(w.Blockers(c), " ", "council", spring); err == nil || len(fault.As(err).Blockers) != 2 {
		t.Fatalf("closed without conclusion and text: %v", err)
	}
	if err := w.Objectives[0].Conclude(ConclusionInput{Outcome: "not_achieved", Text: "half way"}, "group", spring); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(w.Blockers(c), "go on next year", "council", spring); err != nil || c.Status != CycleClosed {
		t.Fatalf("close: %v, %s", err, c.Status)
	}
	if n := len(c.Phases); n != 4 || c.Phases[n-1].LeftAt == nil {
		t.Errorf("%d phases, the last left at %v", n, c.Phases[n-1].LeftAt)
	}
}

func TestProgress(t *testing.T) {
	w := Work{
		Objectives: []*Objective{
			pursued("1", ObjectiveAchieved, spring), pursued("2", ObjectiveNotAchieved, spring),
			pursued("3", ObjectiveActive), pursued("4", ObjectiveWithdrawn, spring),
		},
		Measures: []*Measure{taken("1", MeasureDone), taken("2", MeasureDone), taken("3", MeasureInProgress)},
	}
	p := w.Progress(cycleIn(Check))
	if p.Objectives != 3 || p.Measured != 2 || p.Achieved != 1 || p.Concluded != 2 || p.Deviating != 1 {
		t.Errorf("progress %+v", p)
	}
	if p.Measures["done"] != 2 || p.Measures["in_progress"] != 1 || len(p.Measures) != len(measureStatuses) {
		t.Errorf("measures %v", p.Measures)
	}
}

func TestUnfinishedGoesOn(t *testing.T) {
	w := Work{
		Objectives: []*Objective{pursued("1", ObjectiveAchieved), pursued("2", ObjectiveNotAchieved), pursued("3", ObjectiveWithdrawn)},
		Measures: []*Measure{
			taken("1", MeasureDone), taken("2", MeasureProposed), taken("3", MeasureDecided), taken("4", MeasureDeclined), taken("5", MeasureInProgress), taken("6", MeasureCancelled),
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
