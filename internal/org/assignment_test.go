package org_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

func TestAssignmentValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   org.AssignmentInput
		want []string
	}{
		{"without dates", org.AssignmentInput{UserID: "kari"}, nil},
		{"one day", org.AssignmentInput{UserID: "kari", ValidFrom: "2026-11-21", ValidTo: "2026-11-21"}, nil},
		{"ends the day before it begins", org.AssignmentInput{UserID: "kari", ValidFrom: "2026-11-21", ValidTo: "2026-11-20"}, []string{"/valid_to ends_before_start"}},
		{"a deputy with both dates", org.AssignmentInput{UserID: "kari", DeputyFor: "ola", ValidFrom: "2026-11-21", ValidTo: "2026-11-21"}, nil},
		{"a deputy without a first day", org.AssignmentInput{UserID: "kari", DeputyFor: "ola", ValidTo: "2026-11-21"}, []string{"/valid_from required"}},
		{"a deputy without a last day", org.AssignmentInput{UserID: "kari", DeputyFor: "ola", ValidFrom: "2026-11-21"}, []string{"/valid_to required"}},
		{"their own deputy", org.AssignmentInput{UserID: "kari", DeputyFor: "kari", ValidFrom: "2026-11-21", ValidTo: "2026-11-21"}, []string{"/deputy_for own_deputy"}},
		{"every fault at once", org.AssignmentInput{UserID: "kari", DeputyFor: "kari"}, []string{"/valid_from required", "/valid_to required", "/deputy_for own_deputy"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := org.NewAssignment(tc.in)
			if a.Status != org.AssignmentActive {
				t.Errorf("a new assignment is %s", a.Status)
			}
			expect(t, a.Validate(), tc.want...)
		})
	}
}

// Acts in a deputy's period count for two people, so past days cannot be removed from the period. Today is 21 November.
func TestAssignmentKeepsADeputysDays(t *testing.T) {
	for _, tc := range []struct {
		name           string
		wasFrom, wasTo record.Date
		from, to       record.Date
		want           []string
	}{
		{"nothing changes", "2026-11-10", "2026-11-30", "2026-11-10", "2026-11-30", nil},
		{"ends today", "2026-11-10", "2026-11-30", "2026-11-10", "2026-11-21", nil},
		{"ends yesterday", "2026-11-10", "2026-11-30", "2026-11-10", "2026-11-20", []string{"/valid_to has_passed"}},
		{"lasts longer", "2026-11-10", "2026-11-30", "2026-11-10", "2026-12-24", nil},
		{"has ended, and stays so", "2026-11-01", "2026-11-10", "2026-11-01", "2026-11-10", nil},
		{"has ended, and would have ended before", "2026-11-01", "2026-11-10", "2026-11-01", "2026-11-09", []string{"/valid_to has_passed"}},
		{"begins later, though it has begun", "2026-11-10", "2026-11-30", "2026-11-11", "2026-11-30", []string{"/valid_from has_begun"}},
		{"begins later, though it begins today", "2026-11-21", "2026-11-30", "2026-11-22", "2026-11-30", []string{"/valid_from has_begun"}},
		{"begins later, and would begin tomorrow", "2026-11-22", "2026-11-30", "2026-11-23", "2026-11-30", nil},
		{"both", "2026-11-10", "2026-11-30", "2026-11-12", "2026-11-15", []string{"/valid_from has_begun", "/valid_to has_passed"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			was := org.AssignmentInput{UserID: "kari", DeputyFor: "ola", ValidFrom: tc.wasFrom, ValidTo: tc.wasTo}
			in := was
			in.ValidFrom, in.ValidTo = tc.from, tc.to
			expect(t, org.NewAssignment(in).Keeps(was, "2026-11-21"), tc.want...)
			in.DeputyFor = ""
			expect(t, org.NewAssignment(in).Keeps(was, "2026-11-21")) // other assignments may change their dates freely
		})
	}
}

func TestAssignmentOverlaps(t *testing.T) {
	for _, tc := range []struct {
		name               string
		mineFrom, mineTo   record.Date
		otherFrom, otherTo record.Date
		want               bool
	}{
		{"both without dates", "", "", "", "", true},
		{"the other begins on the last day", "2026-01-01", "2026-06-30", "2026-06-30", "", true},
		{"the other begins the day after", "2026-01-01", "2026-06-30", "2026-07-01", "", false},
		{"the other ends on the first day", "2026-01-01", "2026-06-30", "", "2026-01-01", true},
		{"the other ends the day before", "2026-01-01", "2026-06-30", "", "2025-12-31", false},
		{"the other lies within", "2026-01-01", "2026-06-30", "2026-02-01", "2026-02-02", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			mine, other := org.AssignmentInput{ValidFrom: tc.mineFrom, ValidTo: tc.mineTo}, org.AssignmentInput{ValidFrom: tc.otherFrom, ValidTo: tc.otherTo}
			if got := org.NewAssignment(mine).Overlaps(other.ValidFrom, other.ValidTo); got != tc.want {
				t.Errorf("overlaps %t", got)
			}
			if got := org.NewAssignment(other).Overlaps(mine.ValidFrom, mine.ValidTo); got != tc.want {
				t.Errorf("the other way round: %t", got)
			}
		})
	}
}

func TestAssignmentStates(t *testing.T) {
	a := org.NewAssignment(org.AssignmentInput{UserID: "kari"})
	expect(t, a.End("2026-11-21"))
	if a.Status != org.AssignmentEnded || a.EndedOn != "2026-11-21" {
		t.Errorf("ended: %+v", a)
	}
	workflow(t, "assignment", []string{"update", "delete", "end"}, map[string][]string{"active": {"update", "end"}, "ended": {}})
}
