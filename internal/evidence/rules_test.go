package evidence_test

import (
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

func TestDates(t *testing.T) {
	for _, tc := range []struct {
		name             string
		collected, until record.Date
		want             string
	}{
		{"valid for a day", "2026-11-21", "2026-11-21", ""},
		{"valid until the day before", "2026-11-21", "2026-11-20", "ends_before_it_begins"},
		{"valid without an end", "2026-11-21", "", ""},
		{"collected on an unknown day", "", "2026-11-20", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			code := ""
			if f := fault.As(evidence.New(evidence.Input{Kind: evidence.Note, Text: "A", CollectedOn: tc.collected, ValidUntil: tc.until}).Validate()); f != nil {
				code = f.Fields[0].Code
			}
			if code != tc.want {
				t.Errorf("%q, want %q", code, tc.want)
			}
		})
	}
}

func TestStates(t *testing.T) {
	e := evidence.New(evidence.Input{Kind: evidence.Note, Text: "A"})
	if e.Status != evidence.Active || e.ExternalRefs == nil {
		t.Errorf("new: %+v", e)
	}
	if err := e.Retire(); err != nil || e.Status != evidence.Retired {
		t.Errorf("retired: %s, %v", e.Status, err)
	}
	k := record.KindOf("evidence")
	for state, fits := range map[string][]string{"active": {"update", "delete", "retire"}, "retired": {}} {
		for _, action := range []string{"update", "delete", "retire"} {
			if got := k.Fits(action, state); got != slices.Contains(fits, action) {
				t.Errorf("%s in the state %s: %t", action, state, got)
			}
		}
	}
}
