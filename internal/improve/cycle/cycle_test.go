package cycle_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/cycle"
	"github.com/ki-styring/aims/internal/record"
)

func TestPhasesAreKept(t *testing.T) {
	at := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
	c := cycle.New(cycle.Input{}, "group", at)
	for range 2 {
		if err := c.Advance(nil, "group", at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	c.Return("group2", at.Add(2*time.Hour))
	var got []cycle.Status
	for i, p := range c.Phases {
		got = append(got, p.Phase)
		if (p.LeftAt == nil) != (i == len(c.Phases)-1) {
			t.Errorf("phase %d left at %v", i, p.LeftAt)
		}
	}
	if !slices.Equal(got, []cycle.Status{cycle.Plan, cycle.Do, cycle.Check, cycle.Do}) || c.Phases[3].EnteredBy != "group2" {
		t.Errorf("phases %v", got)
	}
	c.Cancel(at.Add(3 * time.Hour))
	if c.Status != cycle.Cancelled || c.Phases[3].LeftAt == nil {
		t.Errorf("cancelled as %s", c.Status)
	}
}

func TestNextCycleComesOnce(t *testing.T) {
	in := cycle.Input{Title: "2026", Goals: []string{"validate"}}
	in.Scope = "/siv/"
	c := cycle.New(in, "group", time.Now())
	c.ID = "one"
	next, err := c.Next(cycle.Succession{Title: "2027", StartsOn: "2027-01-01", EndsOn: "2027-12-31"}, false, "group", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if next.PreviousCycleID != "one" || next.Scope != "/siv/" || next.Status != cycle.Plan || !slices.Equal(next.Goals, []string{"validate"}) {
		t.Errorf("next %+v", next)
	}
	c.NextCycleID = "two"
	if _, err := c.Next(cycle.Succession{Title: "again"}, false, "group", time.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second next cycle: %v", err)
	}
	if _, err := c.Next(cycle.Succession{Title: "instead"}, true, "group", time.Now()); err != nil {
		t.Errorf("after one that was called off: %v", err)
	}
	for start, ok := range map[record.Date]bool{"2026-12-31": false, "2027-01-01": false, "2027-01-02": true} {
		if later := cycle.New(cycle.Input{StartsOn: start}, "group", time.Now()); (later.Follows(next) == nil) != ok {
			t.Errorf("starts on %s: %v", start, later.Follows(next))
		}
	}
}

func TestResultsCountFromTheStartOrFromDo(t *testing.T) {
	at := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for start, early := range map[record.Date]bool{"2026-11-01": false, "2027-01-01": true} {
		c := cycle.New(cycle.Input{StartsOn: start}, "group", at.Add(-time.Hour))
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
		c := cycle.New(cycle.Input{StartsOn: "2026-01-01"}, "group", time.Now())
		if err := c.EndsOn.UnmarshalText([]byte(end)); err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); (err == nil) != ok {
			t.Errorf("ends on %s: %v", end, err)
		}
	}
}
