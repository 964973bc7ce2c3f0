package improve_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/record"
)

func TestPhasesAreKept(t *testing.T) {
	at := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	c := improve.NewCycle(improve.CycleInput{}, "group", at)
	for range 2 {
		if err := c.Advance(nil, "group", at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	c.Return("group2", at.Add(2*time.Hour))
	var got []improve.CycleStatus
	for i, p := range c.Phases {
		got = append(got, p.Phase)
		if (p.LeftAt == nil) != (i == len(c.Phases)-1) {
			t.Errorf("phase %d left at %v", i, p.LeftAt)
		}
	}
	if !slices.Equal(got, []improve.CycleStatus{improve.Plan, improve.Do, improve.Check, improve.Do}) || c.Phases[3].EnteredBy != "group2" {
		t.Errorf("phases %v", got)
	}
	c.Cancel(at.Add(3 * time.Hour))
	if c.Status != improve.CycleCancelled || c.Phases[3].LeftAt == nil {
		t.Errorf("cancelled as %s", c.Status)
	}
}

func TestNextCycleComesOnce(t *testing.T) {
	in := improve.CycleInput{Title: "2026", Goals: []string{"validate"}}
	in.Scope = "/siv/"
	c := improve.NewCycle(in, "group", time.Now())
	c.ID = "one"
	next, err := c.Next(improve.Succession{Title: "2027", StartsOn: "2027-01-01", EndsOn: "2027-12-31"}, false, "group", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if next.PreviousCycleID != "one" || next.Scope != "/siv/" || next.Status != improve.Plan || !slices.Equal(next.Goals, []string{"validate"}) {
		t.Errorf("next %+v", next)
	}
	c.NextCycleID = "two"
	if _, err := c.Next(improve.Succession{Title: "again"}, false, "group", time.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second next cycle: %v", err)
	}
	if _, err := c.Next(improve.Succession{Title: "instead"}, true, "group", time.Now()); err != nil {
		t.Errorf("after one that was called off: %v", err)
	}
	for start, ok := range map[record.Date]bool{"2026-12-31": false, "2027-01-01": false, "2027-01-02": true} {
		if later := improve.NewCycle(improve.CycleInput{StartsOn: start}, "group", time.Now()); (later.Follows(next) == nil) != ok {
			t.Errorf("starts on %s: %v", start, later.Follows(next))
		}
	}
}

func TestResultsCountFromTheStartOrFromDo(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for start, early := range map[record.Date]bool{"2026-11-01": false, "2027-01-01": true} {
		c := improve.NewCycle(improve.CycleInput{StartsOn: start}, "group", at.Add(-time.Hour))
		if !c.Began().Equal(start.Time()) {
			t.Errorf("a plan from %s began at %s", start, c.Began())
		}
		if err := c.Advance(nil, "group", at); err != nil {
			t.Fatal(err)
		}
		if early != c.Began().Equal(at) || !early && !c.Began().Equal(start.Time()) {
			t.Errorf("from %s it began at %s", start, c.Began())
		}
	}
}

func TestCycleEndsAfterItStarts(t *testing.T) {
	for end, ok := range map[string]bool{"2026-01-02": true, "2026-01-01": false, "2025-12-31": false} {
		c := improve.NewCycle(improve.CycleInput{StartsOn: "2026-01-01"}, "group", time.Now())
		if err := c.EndsOn.UnmarshalText([]byte(end)); err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("ends on %s: %v", end, err)
		}
	}
}
