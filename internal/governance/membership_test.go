package governance_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

func membership(status governance.MembershipStatus, from, to record.Date) *governance.Membership {
	return &governance.Membership{MembershipInput: governance.MembershipInput{UserID: "kari", ValidFrom: from, ValidTo: to}, Status: status}
}

func TestMembershipValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   governance.MembershipInput
		want []string
	}{
		{"a person", governance.MembershipInput{UserID: "kari"}, nil},
		{"an organisation", governance.MembershipInput{OrganisationID: "hdir"}, nil},
		{"a person for an organisation", governance.MembershipInput{UserID: "kari", OrganisationID: "hdir"}, nil},
		{"nobody", governance.MembershipInput{}, []string{"/organisation_id nobody"}},
		{"one day", governance.MembershipInput{UserID: "kari", ValidFrom: "2026-11-21", ValidTo: "2026-11-21"}, nil},
		{"ends the day before it begins", governance.MembershipInput{UserID: "kari", ValidFrom: "2026-11-21", ValidTo: "2026-11-20"}, []string{"/valid_to ends_before_start"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.NewMembership(tc.in)
			if m.Status != governance.MembershipProposed {
				t.Errorf("a new membership is %s", m.Status)
			}
			expect(t, m.Validate(), tc.want...)
		})
	}
}

func TestMembershipCounts(t *testing.T) {
	for _, tc := range []struct {
		name string
		m    *governance.Membership
		at   time.Time
		want bool
	}{
		{"without dates", membership(governance.MembershipActive, "", ""), now, true},
		{"on the first day", membership(governance.MembershipActive, "2026-11-21", ""), now, true},
		{"the day before", membership(governance.MembershipActive, "2026-11-22", ""), now, false},
		{"on the last day", membership(governance.MembershipActive, "", "2026-11-21"), now, true},
		{"in the last minute in Oslo", membership(governance.MembershipActive, "", "2026-11-21"), time.Date(2026, 11, 21, 22, 59, 59, 0, time.UTC), true},
		{"after midnight in Oslo", membership(governance.MembershipActive, "", "2026-11-21"), time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC), false},
		{"not confirmed", membership(governance.MembershipProposed, "", ""), now, false},
		{"ended", membership(governance.MembershipEnded, "", ""), now, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.m.Counts(tc.at); got != tc.want {
				t.Errorf("counts %t", got)
			}
		})
	}
}

func TestMembershipCounted(t *testing.T) {
	ended := func(confirmed bool, to, on record.Date) *governance.Membership {
		m := membership(governance.MembershipEnded, "2026-01-01", to)
		if m.EndedOn = on; confirmed {
			m.ConfirmedBy = "leder"
		}
		return m
	}
	for _, tc := range []struct {
		name string
		m    *governance.Membership
		on   record.Date
		want bool
	}{
		{"on the first day", membership(governance.MembershipActive, "2026-01-01", "2026-06-30"), "2026-01-01", true},
		{"the day before", membership(governance.MembershipActive, "2026-01-01", "2026-06-30"), "2025-12-31", false},
		{"on the last day", membership(governance.MembershipActive, "2026-01-01", "2026-06-30"), "2026-06-30", true},
		{"the day after", membership(governance.MembershipActive, "2026-01-01", "2026-06-30"), "2026-07-01", false},
		{"never confirmed", membership(governance.MembershipProposed, "2026-01-01", ""), "2026-05-01", false},
		{"ended without being confirmed", ended(false, "", "2026-06-01"), "2026-05-31", false},
		{"the day before it was ended", ended(true, "", "2026-06-01"), "2026-05-31", true},
		{"on the day it was ended", ended(true, "", "2026-06-01"), "2026-06-01", false},
		{"ended within its dates, on that day", ended(true, "2026-06-30", "2026-06-01"), "2026-06-01", false},
		{"expired, on its last day", ended(true, "2026-06-30", "2026-06-30"), "2026-06-30", true},
		{"expired, the day after", ended(true, "2026-06-30", "2026-06-30"), "2026-07-01", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.m.Counted(tc.on); got != tc.want {
				t.Errorf("counted %t", got)
			}
		})
	}
}

func TestMembershipOverlaps(t *testing.T) {
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
		{"the other lies around", "2026-02-01", "2026-02-02", "2026-01-01", "2026-06-30", true},
		{"one without an end and a later one", "2026-01-01", "", "2030-01-01", "2030-12-31", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := membership(governance.MembershipActive, tc.mineFrom, tc.mineTo).Overlaps(tc.otherFrom, tc.otherTo); got != tc.want {
				t.Errorf("overlaps %t", got)
			}
			if got := membership(governance.MembershipActive, tc.otherFrom, tc.otherTo).Overlaps(tc.mineFrom, tc.mineTo); got != tc.want {
				t.Errorf("the other way round: %t", got)
			}
		})
	}
}

func TestMembershipStates(t *testing.T) {
	t.Run("nobody confirms their own", func(t *testing.T) {
		m := membership(governance.MembershipProposed, "", "2026-12-31")
		expect(t, m.Confirm("kari"), "own_rights")
		if m.Status != governance.MembershipProposed || m.ConfirmedBy != "" || m.DueOn() != "" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("another confirms it", func(t *testing.T) {
		m := membership(governance.MembershipProposed, "", "2026-12-31")
		expect(t, m.Confirm("leder"))
		if m.Status != governance.MembershipActive || m.ConfirmedBy != "leder" || m.DueOn() != "2026-12-31" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("that of an organisation", func(t *testing.T) {
		m := governance.NewMembership(governance.MembershipInput{OrganisationID: "hdir"})
		expect(t, m.Confirm("leder"))
		if m.Status != governance.MembershipActive {
			t.Errorf("%+v", m)
		}
	})
	t.Run("ended", func(t *testing.T) {
		m := membership(governance.MembershipActive, "", "2026-12-31")
		expect(t, m.End("2026-11-21"))
		if m.Status != governance.MembershipEnded || m.EndedOn != "2026-11-21" || m.DueOn() != "" {
			t.Errorf("%+v", m)
		}
	})
	workflow(t, "membership", []string{"update", "delete", "confirm", "end", "expire"}, map[string][]string{
		"proposed": {"update", "delete", "confirm", "end"},
		"active":   {"end", "expire"},
		"ended":    {},
	})
}
