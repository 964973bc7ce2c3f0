package improve_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/improve"
)

func TestDecide(t *testing.T) {
	rows := []struct {
		verdict improve.Verdict
		want    improve.MeasureStatus
		code    string
	}{
		{improve.Verdict{Outcome: improve.Approved}, improve.MeasureDecided, ""},
		{improve.Verdict{Outcome: improve.Refused, Reason: "too dear"}, improve.MeasureDeclined, ""},
		{improve.Verdict{Outcome: improve.Returned, Reason: "say who"}, improve.MeasureProposed, ""},
		{improve.Verdict{Outcome: improve.Refused}, improve.MeasureSubmitted, "required"},
		{improve.Verdict{Outcome: improve.Returned, Reason: " "}, improve.MeasureSubmitted, "required"},
	}
	for _, r := range rows {
		m := improve.NewMeasure(improve.MeasureInput{Title: "validate"})
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
	m := improve.NewMeasure(improve.MeasureInput{Title: "validate", Kind: "method"})
	if err := m.Decide(improve.Verdict{Outcome: improve.Approved}, "council", time.Now()); err != nil {
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
	if err := m.Validate(); err != nil || m.Status != improve.MeasureProposed {
		t.Errorf("proposed anew: %v, %s", err, m.Status)
	}
}

func TestStartNamesSomebody(t *testing.T) {
	m := improve.NewMeasure(improve.MeasureInput{})
	m.Start("manager")
	if m.ResponsibleID != "manager" {
		t.Errorf("%q answers for it", m.ResponsibleID)
	}
}

func TestMeasureCarry(t *testing.T) {
	rows := []struct {
		name, objective, want string
	}{
		{"follows its objective", "old", "new"},
		{"keeps an objective that was achieved", "achieved", "achieved"},
		{"has none", "", ""},
	}
	for _, r := range rows {
		m := improve.NewMeasure(improve.MeasureInput{CycleID: "one", ObjectiveID: r.objective})
		m.Status = improve.MeasureInProgress
		m.Carry("one", "two", map[string]string{"old": "new"})
		if m.CycleID != "two" || m.CarriedFrom != "one" || m.ObjectiveID != r.want || m.Status != improve.MeasureInProgress {
			t.Errorf("%s: %+v", r.name, m)
		}
	}
}
