package aisystem_test

import (
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ki-styring/aims/internal/aisystem"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/policies"
)

// The files of gates and moves fit together: each move names gates that have items, and each stage but the first is reached by a move.
func TestGatesFitTogether(t *testing.T) {
	g, err := aisystem.ReadGates(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Items) != 62 {
		t.Errorf("%d items", len(g.Items))
	}
	seen := map[string]bool{}
	for _, i := range g.Items {
		if name := i.Gate + "." + i.Key; seen[name] {
			t.Errorf("%s is there twice", name)
		} else {
			seen[name] = true
		}
		if i.Title.NB == "" || i.Title.EN == "" || i.Asks.NB == "" || i.Asks.EN == "" || i.Law.Reference.NB == "" {
			t.Errorf("%s.%s lacks a text", i.Gate, i.Key)
		}
		if len(i.Rows) > 0 && (len(i.Answers) == 0 || len(i.Passes) == 0) {
			t.Errorf("%s.%s is a checklist without answers", i.Gate, i.Key)
		}
		for _, who := range i.Clears {
			if who != "nobody" && g.People[who].NB == "" {
				t.Errorf("%s.%s is cleared by %q, who has no name", i.Gate, i.Key, who)
			}
		}
		if len(i.When) > 0 && g.Conditions(&i).NB == "" {
			t.Errorf("%s.%s does not say of whom it is asked", i.Gate, i.Key)
		}
	}
	reached := []aisystem.Status{aisystem.Idea}
	for _, m := range g.Moves {
		reached = append(reached, m.To)
		for _, gate := range m.Gates {
			if !slices.ContainsFunc(g.Items, func(i aisystem.GateItem) bool { return i.Gate == gate }) {
				t.Errorf("the move from %s to %s asks gate %s, which has no items", m.From, m.To, gate)
			}
		}
	}
	for _, state := range aisystem.Systems.States() {
		if !slices.Contains(reached, aisystem.Status(state)) {
			t.Errorf("no move leads to %s", state)
		}
	}
}

// A word that nobody explains, and a step that is not on the pathway, are faults of the files.
func TestReadGatesRefuses(t *testing.T) {
	for name, item := range map[string]string{
		"an unknown word": "- {gate: pilot, key: a, when: [magi], step: use}",
		"an unknown step": "- {gate: pilot, key: a, when: [always], step: magi}",
		"no list":         "pilot",
	} {
		files := fstest.MapFS{
			"gates.yaml":      {Data: []byte(item)},
			"lifecycle.yaml":  {Data: []byte("moves: []")},
			"gate-words.yaml": {Data: []byte("steps: [{key: use}]\nwhen: [{key: always}]")},
		}
		if _, err := aisystem.ReadGates(files); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
}

// The track follows from what is known of a system, with every reason. A person may only make it longer.
func TestTrack(t *testing.T) {
	plain := aisystem.Input{Origin: aisystem.Bought, Autonomy: aisystem.Informs, PatientData: aisystem.NoPatientData, AllOutputRead: true}
	for name, c := range map[string]struct {
		change func(*aisystem.System)
		want   aisystem.Track
		why    []aisystem.TrackReason
	}{
		"a letter writer":   {func(*aisystem.System) {}, aisystem.Light, []aisystem.TrackReason{aisystem.ReasonNothingSpecial}},
		"not qualified yet": {func(s *aisystem.System) { s.Findings.Device = aisystem.DeviceOpen }, aisystem.Standard, []aisystem.TrackReason{aisystem.ReasonUnqualified}},
		"a device":          {func(s *aisystem.System) { s.Findings.Device = aisystem.IsDevice }, aisystem.Standard, []aisystem.TrackReason{aisystem.ReasonDevice}},
		"patient data":      {func(s *aisystem.System) { s.PatientData = aisystem.PatientDataIn }, aisystem.Standard, []aisystem.TrackReason{aisystem.ReasonPatientData}},
		"class III":         {func(s *aisystem.System) { s.Findings.DeviceClass = "III" }, aisystem.Full, []aisystem.TrackReason{aisystem.ReasonClassIII}},
		"own development":   {func(s *aisystem.System) { s.Origin = aisystem.Own }, aisystem.Full, []aisystem.TrackReason{aisystem.ReasonOwn}},
		"an investigation":  {func(s *aisystem.System) { s.Findings.Study = "N-01" }, aisystem.Full, []aisystem.TrackReason{aisystem.ReasonInvestigation}},
		"no investigation":  {func(s *aisystem.System) { s.Findings.Study = "N-04" }, aisystem.Light, []aisystem.TrackReason{aisystem.ReasonNothingSpecial}},
		"learns and is ours": {func(s *aisystem.System) {
			s.Origin = aisystem.Own
			s.Traits = []aisystem.Trait{aisystem.ContinuousLearning}
		}, aisystem.Full, []aisystem.TrackReason{aisystem.ReasonLearning, aisystem.ReasonOwn}},
		"raised": {
			func(s *aisystem.System) { s.Raised = &aisystem.RaisedTrack{Track: aisystem.Standard} }, aisystem.Standard,
			[]aisystem.TrackReason{aisystem.ReasonRaised, aisystem.ReasonNothingSpecial},
		},
	} {
		s := aisystem.New(plain, time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
		s.Findings.Device = aisystem.IsNone
		c.change(s)
		s.Defaults()
		if s.Track != c.want || !slices.Equal(s.TrackReasons, c.why) {
			t.Errorf("%s: %s for %v, want %s for %v", name, s.Track, s.TrackReasons, c.want, c.why)
		}
	}
}

// A stop is confirmed on the next working day; a suspended system goes back only to where it was stopped.
func TestSuspension(t *testing.T) {
	g, err := aisystem.ReadGates(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]record.Date{"2026-11-20": "2026-11-23", "2026-11-21": "2026-11-23", "2026-11-23": "2026-11-24"} {
		at, _ := time.Parse(time.DateOnly, day)
		s := &aisystem.System{Status: aisystem.Pilot}
		if err := s.Suspend(aisystem.SuspendInput{Reason: record.Reason{Reason: "Feil"}}, "a", at.Add(10*time.Hour)); err != nil || s.Suspension.ConfirmBy != want {
			t.Errorf("stopped on %s: to confirm by %s, want %s (%v)", day, s.Suspension.ConfirmBy, want, err)
		}
		for _, m := range g.Ways(s) {
			if m.To == aisystem.InUse {
				t.Error("a pilot that was stopped goes on in ordinary use")
			}
		}
	}
}
