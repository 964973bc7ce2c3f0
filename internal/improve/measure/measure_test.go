package measure_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve/measure"
)

func TestDecide(t *testing.T) {
	rows := []struct {
		verdict measure.Verdict
		want    measure.Status
		code    string
	}{
		{measure.Verdict{Outcome: measure.Approved}, measure.Decided, ""},
		{measure.Verdict{Outcome: measure.Refused, Reason: "too dear"}, measure.Declined, ""},
		{measure.Verdict{Outcome: measure.Returned, Reason: "say who"}, measure.Proposed, ""},
		{measure.Verdict{Outcome: measure.Refused}, measure.Submitted, "required"},
		{measure.Verdict{Outcome: measure.Returned, Reason: " "}, measure.Submitted, "required"},
	}
	for _, r := range rows {
		m := measure.New(measure.Input{Title: "validate"})
		m.Submit()
		code := ""
		if err := fault.As(m.Decide(r.verdict, "council", time.Now())); err != nil {
			code = err.Fields[0].Code
		}
		if m.Status != r.want || code != r.code {
			t.Errorf("%s: %s %q, want %s %q", r.verdict.Outcome, m.Status, code, r.want, r.code)
		}
	}
}

func TestWhatWasDecidedStands(t *testing.T) {
	m := measure.New(measure.Input{Title: "validate", Kind: "method"})
	if err := m.Decide(measure.Verdict{Outcome: measure.Approved}, "council", time.Now()); err != nil {
		t.Fatal(err)
	}
	m.ResponsibleID, m.Due = "another", "2027-01-01"
	if err := m.Validate(); err != nil {
		t.Errorf("who does it, and when, may change: %v", err)
	}
	m.Title = "something else"
	if err := fault.As(m.Validate()); err == nil || err.Fields[0].Pointer != "/title" {
		t.Errorf("the decided text changed: %v", err)
	}
	m.Reopen()
	if err := m.Validate(); err != nil || m.Status != measure.Proposed {
		t.Errorf("proposed anew: %v, %s", err, m.Status)
	}
}

func TestStartNamesSomebody(t *testing.T) {
	m := measure.New(measure.Input{})
	m.Start("manager")
	if m.ResponsibleID != "manager" {
		t.Errorf("%q answers for it", m.ResponsibleID)
	}
}

func TestCarry(t *testing.T) {
	rows := []struct {
		name, objective, want string
	}{
		{"follows its objective", "old", "new"},
		{"keeps an objective that was achieved", "achieved", "achieved"},
		{"has none", "", ""},
	}
	for _, r := range rows {
		m := measure.New(measure.Input{CycleID: "one", ObjectiveID: r.objective})
		m.Status = measure.InProgress
		m.Carry("one", "two", map[string]string{"old": "new"})
		if m.CycleID != "two" || m.CarriedFrom != "one" || m.ObjectiveID != r.want || m.Status != measure.InProgress {
			t.Errorf("%s: %+v", r.name, m)
		}
	}
}
