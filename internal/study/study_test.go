package study_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/study"
	"github.com/ki-styring/aims/policies"
)

// Each regime says what a study takes before it begins.
func TestStart(t *testing.T) {
	rules, err := study.ReadRules(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		row, name  string
		status     study.Status
		applied    record.Date
		registered string
		blockers   []string
	}{
		{"N-04", "not an investigation", study.Planned, "", "", nil},
		{"N-01", "not approved", study.Planned, "", "FOI-1", []string{"approval_missing"}},
		{"N-01", "approved", study.Approved, "2026-11-20", "FOI-1", nil},
		{"N-01", "not registered", study.Approved, "2026-11-20", "", []string{"registration_missing"}},
		{"N-02", "within the waiting time", study.Approved, "2026-11-20", "FOI-1", []string{"waiting_time"}},
		{"N-02", "after the waiting time", study.Approved, "2026-10-22", "FOI-1", nil},
		{"N-03", "to REK only", study.Approved, "2026-11-20", "FOI-1", nil},
		{"N-05", "not settled", study.Approved, "2026-11-20", "FOI-1", []string{"regime_open"}},
		{"N-05b", "performance study within the waiting time", study.Approved, "2026-11-20", "FOI-1", []string{"waiting_time"}},
	} {
		t.Run(tc.row+" "+tc.name, func(t *testing.T) {
			s := &study.Study{Input: study.Input{RowID: tc.row, LegalBasis: "x", SubmissionReference: tc.registered}, Status: tc.status}
			s.AppliedOn = tc.applied
			if err := s.Place(rules, ""); err != nil {
				t.Fatal(err)
			}
			err := fault.As(s.Start(rules, "2026-11-21"))
			if err == nil {
				if len(tc.blockers) > 0 || s.Status != study.Running || s.StartedOn != "2026-11-21" {
					t.Errorf("it began: %s", s.Status)
				}
				return
			}
			if len(err.Blockers) != len(tc.blockers) || err.Blockers[0].Code != tc.blockers[0] {
				t.Errorf("%v, want %v", err, tc.blockers)
			}
		})
	}
}

// A row of the other regulation is refused.
func TestPlace(t *testing.T) {
	rules, err := study.ReadRules(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		row, regulation string
		ok              bool
	}{
		{"N-01", "", true},
		{"N-01", "MDR", true},
		{"N-01", "IVDR", false},
		{"N-05a", "MDR", false},
		{"N-05a", "IVDR", true},
		{"N-04", "IVDR", true},
		{"N-77", "", false},
	} {
		s := &study.Study{Input: study.Input{RowID: tc.row, LegalBasis: "x"}}
		if err := s.Place(rules, tc.regulation); (err == nil) != tc.ok {
			t.Errorf("%s of a device under %q: %v", tc.row, tc.regulation, err)
		}
	}
}

// The system follows an active investigation, else an active study, else the newest.
func TestDeciding(t *testing.T) {
	of := func(id, regime string, status study.Status) *study.Study {
		return &study.Study{Base: record.Base{ID: id}, Regime: study.Regime(regime), Status: status}
	}
	ended, quality := of("1", "application", study.Completed), of("2", "not_an_investigation", study.Running)
	trial, later := of("3", "application", study.Planned), of("4", "rek_only", study.Stopped)
	for name, tc := range map[string]struct {
		all  []*study.Study
		want *study.Study
	}{
		"none":             {nil, nil},
		"an investigation": {[]*study.Study{quality, trial, later}, trial},
		"another study":    {[]*study.Study{ended, quality}, quality},
		"all have ended":   {[]*study.Study{later, ended}, later},
	} {
		if got := study.Deciding(tc.all); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
