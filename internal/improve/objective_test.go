package improve_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
)

func of(v float64) *float64 { return &v }

func TestOnTarget(t *testing.T) {
	rows := []struct {
		direction improve.ObjectiveDirection
		target    *float64
		value     float64
		want      string
	}{
		{improve.Increase, of(100), 99.9, "no"},
		{improve.Increase, of(100), 100, "yes"},
		{improve.Decrease, of(5), 5.1, "no"},
		{improve.Decrease, of(5), 0, "yes"},
		{improve.Reach, of(0), 0, "yes"},
		{improve.Reach, of(1), 2, "no"},
		{improve.Reach, nil, 2, "unknown"},
	}
	for _, r := range rows {
		o := improve.NewObjective(improve.ObjectiveInput{Direction: r.direction, Target: r.target})
		if err := o.Measure(&improve.LatestMeasurement{Value: r.value}); err != nil {
			t.Fatal(err)
		}
		o.Defaults()
		got := "unknown"
		if on := o.Latest.OnTarget; on != nil && *on {
			got = "yes"
		} else if on != nil {
			got = "no"
		}
		if got != r.want {
			t.Errorf("%s %v by %v: on target %s, want %s", r.direction, r.target, r.value, got, r.want)
		}
	}
}

func TestObjectiveRules(t *testing.T) {
	rows := []struct {
		name   string
		in     improve.ObjectiveInput
		latest *improve.LatestMeasurement
		want   string // the code, or nothing
	}{
		{"an objective of Annex C.2", improve.ObjectiveInput{Objectives: []string{"C.2.9"}}, nil, ""},
		{"a control is no objective", improve.ObjectiveInput{Objectives: []string{"A.6.2.4"}}, nil, "no_objective"},
		{"a direction follows from baseline and target", improve.ObjectiveInput{Baseline: of(40), Target: of(20)}, nil, ""},
		{"a target above the baseline is no decrease", improve.ObjectiveInput{Direction: improve.Decrease, Baseline: of(40), Target: of(50)}, nil, "target_against_direction"},
		{"holding a level is an increase too", improve.ObjectiveInput{Direction: improve.Increase, Baseline: of(40), Target: of(40)}, nil, ""},
		{"the unit stands once values are measured", improve.ObjectiveInput{Unit: "%"}, &improve.LatestMeasurement{Unit: "stk"}, "unit_in_use"},
	}
	for _, r := range rows {
		o := improve.NewObjective(r.in)
		o.Latest = r.latest
		got := ""
		if err := fault.As(o.Validate()); err != nil {
			got = err.Fields[0].Code
		}
		if got != r.want {
			t.Errorf("%s: %q, want %q", r.name, got, r.want)
		}
	}
}

func TestConcludedObjectiveKeepsItsValue(t *testing.T) {
	o := improve.NewObjective(improve.ObjectiveInput{})
	o.Approve("manager", time.Now())
	if err := o.Conclude(improve.ConclusionInput{Outcome: "achieved", Text: "all validated"}, "group", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := o.Measure(&improve.LatestMeasurement{Value: 1}); !fault.Is(err, fault.Conflict) || o.Latest != nil {
		t.Errorf("measured after its conclusion: %v", err)
	}
	o.Reopen()
	if o.Status != improve.ObjectiveActive || o.Conclusion != nil {
		t.Errorf("reopened as %s with %v", o.Status, o.Conclusion)
	}
}

func TestObjectiveCarry(t *testing.T) {
	rows := []struct {
		name     string
		due      record.Date
		latest   *float64
		baseline float64
		wantDue  record.Date
	}{
		{"starts from where it stands", "", of(72), 72, ""},
		{"without a value the baseline stays", "", nil, 40, ""},
		{"a value beyond the target is no baseline", "", of(120), 40, ""},
		{"a day that has passed is dropped", "2026-12-01", nil, 40, ""},
		{"a day ahead is kept", "2027-03-01", nil, 40, "2027-03-01"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			o := improve.NewObjective(improve.ObjectiveInput{Title: "validated", OwnerID: "owner", CycleID: "one", Unit: "%", Baseline: of(40), Target: of(100), Due: r.due})
			o.ID = "old"
			if r.latest != nil {
				o.Latest = &improve.LatestMeasurement{Value: *r.latest, Unit: "%"}
			}
			o.Approve("manager", time.Now())
			if err := o.Conclude(improve.ConclusionInput{Outcome: "not_achieved", Text: "not yet"}, "group", time.Now()); err != nil {
				t.Fatal(err)
			}
			next := o.Carry("two", "2027-01-01")
			if next.CarriedFrom != "old" || next.CycleID != "two" || next.Status != improve.ObjectiveDraft || next.Approval != nil || next.Conclusion != nil || next.Latest != nil {
				t.Errorf("carried as %+v", next)
			}
			if next.Title != "validated" || next.OwnerID != "owner" || *next.Target != 100 || *next.Baseline != r.baseline || next.Due != r.wantDue {
				t.Errorf("content %+v, baseline %v", next.ObjectiveInput, *next.Baseline)
			}
			if o.CycleID != "one" || o.Status != improve.ObjectiveNotAchieved {
				t.Error("the old objective changed")
			}
			if err := next.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatWasApprovedStays(t *testing.T) {
	in := improve.ObjectiveInput{Title: "validated", HowMeasured: "share", Unit: "%", Baseline: of(40), Target: of(100), Due: "2026-12-01"}
	for pointer, change := range map[string]func(*improve.Objective){
		"":              func(o *improve.Objective) { o.OwnerID, o.Resources, o.Target = "somebody else", "a person", of(100) },
		"/title":        func(o *improve.Objective) { o.Title = "seen" },
		"/how_measured": func(o *improve.Objective) { o.HowMeasured = "by eye" },
		"/unit":         func(o *improve.Objective) { o.Unit = "pieces" },
		"/baseline":     func(o *improve.Objective) { o.Baseline = nil },
		"/target":       func(o *improve.Objective) { o.Target = of(60) },
		"/direction":    func(o *improve.Objective) { o.Direction = improve.Reach },
		"/due":          func(o *improve.Objective) { o.Due = "" },
	} {
		o := improve.NewObjective(in)
		o.Approve("manager", time.Now())
		change(o)
		o.Defaults()
		got := ""
		if err := fault.As(o.Validate()); err != nil {
			got = err.Fields[0].Pointer
		}
		if got != pointer {
			t.Errorf("%q is refused, want %q", got, pointer)
		}
		o.Revise()
		if err := o.Validate(); err != nil || o.Status != improve.ObjectiveDraft {
			t.Errorf("%s after it was revised: %v", pointer, err)
		}
	}
}

func TestDeviation(t *testing.T) {
	for _, r := range []struct {
		name    string
		target  *float64
		value   *float64
		outcome improve.ObjectiveOutcome
		reason  string
		refused bool
	}{
		{"the value meets the target", of(100), of(100), "achieved", "", false},
		{"it misses the target", of(100), of(99), "achieved", "", true},
		{"it misses the target, and somebody says why", of(100), of(99), "achieved", "the last system was retired", false},
		{"there is no value", of(100), nil, "achieved", "", true},
		{"there is no target", nil, of(1), "achieved", "", false},
		{"it is not achieved", of(100), of(99), "not_achieved", "", false},
	} {
		o := improve.NewObjective(improve.ObjectiveInput{Target: r.target, Direction: improve.Increase})
		if r.value != nil {
			o.Latest = &improve.LatestMeasurement{Value: *r.value}
		}
		err := fault.As(o.Conclude(improve.ConclusionInput{Outcome: r.outcome, Text: "x", DeviationReason: r.reason}, "group", time.Now()))
		if r.refused != (err != nil) || err != nil && err.Fields[0].Pointer != "/deviation_reason" {
			t.Errorf("%s: %v", r.name, err)
		}
	}
}
