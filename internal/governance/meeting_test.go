package governance_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// at returns an instant some minutes from now.
func at(minutes int) *time.Time {
	t := now.Add(time.Duration(minutes) * time.Minute)
	return &t
}

func TestMeetingValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   governance.MeetingInput
		want []string
	}{
		{"ends as it begins", governance.MeetingInput{Times: governance.Times{StartsAt: at(0), EndsAt: at(0)}}, nil},
		{"ends before it begins", governance.MeetingInput{Times: governance.Times{StartsAt: at(0), EndsAt: at(-1)}}, []string{"/ends_at ends_before_start"}},
		{"written, with a deadline", governance.MeetingInput{Form: governance.Written, Times: governance.Times{StartsAt: at(0), Deadline: at(0)}}, nil},
		{"written, without a deadline", governance.MeetingInput{Form: governance.Written, Times: governance.Times{StartsAt: at(0)}}, []string{"/deadline required"}},
		{"a deadline before it begins", governance.MeetingInput{Form: governance.Written, Times: governance.Times{StartsAt: at(0), Deadline: at(-1)}}, []string{"/deadline ends_before_start"}},
		{"digital, without a deadline", governance.MeetingInput{Form: governance.Digital, Times: governance.Times{StartsAt: at(0)}}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, governance.NewMeeting(tc.in).Validate(), tc.want...)
		})
	}
}

// A meeting counts the members of its day in Oslo; a written meeting counts those of the day of its deadline.
func TestMeetingDay(t *testing.T) {
	late := time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC) // half past midnight in Oslo
	deadline := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name string
		form governance.Form
		want record.Date
	}{
		{"physical", governance.Physical, "2026-11-22"},
		{"digital", governance.Digital, "2026-11-22"},
		{"written", governance.Written, "2026-12-01"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.NewMeeting(governance.MeetingInput{Form: tc.form, Times: governance.Times{StartsAt: &late, Deadline: &deadline}})
			m.Defaults()
			if m.Day != "2026-11-22" || m.On() != tc.want {
				t.Errorf("day %s, on %s", m.Day, m.On())
			}
		})
	}
}

func TestMeetingKeeps(t *testing.T) {
	called := governance.MeetingInput{Title: "Møte 1", Form: governance.Digital, Times: governance.Times{StartsAt: at(0), EndsAt: at(60)}}
	for _, tc := range []struct {
		name   string
		status governance.MeetingStatus
		change func(*governance.MeetingInput)
		want   []string
	}{
		{"another title", governance.MeetingCalled, func(in *governance.MeetingInput) { in.Title = "Møte 2" }, nil},
		{"the same instant in another zone", governance.MeetingCalled, func(in *governance.MeetingInput) { utc := at(0).UTC(); in.StartsAt = &utc }, nil},
		{"begins later", governance.MeetingCalled, func(in *governance.MeetingInput) { in.StartsAt = at(1) }, []string{"/starts_at called"}},
		{"ends later", governance.MeetingCalled, func(in *governance.MeetingInput) { in.EndsAt = at(61) }, []string{"/starts_at called"}},
		{"no end any more", governance.MeetingCalled, func(in *governance.MeetingInput) { in.EndsAt = nil }, []string{"/starts_at called"}},
		{"a deadline", governance.MeetingCalled, func(in *governance.MeetingInput) { in.Deadline = at(60) }, []string{"/starts_at called"}},
		{"another form", governance.MeetingCalled, func(in *governance.MeetingInput) { in.Form = governance.Physical }, []string{"/starts_at called"}},
		{"begins later, before it is called", governance.MeetingPlanned, func(in *governance.MeetingInput) { in.StartsAt = at(1) }, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.NewMeeting(called)
			tc.change(&m.MeetingInput)
			m.Status = tc.status
			expect(t, m.Keeps(called), tc.want...)
		})
	}
}

func TestCallMeeting(t *testing.T) {
	m := governance.NewMeeting(governance.MeetingInput{})
	expect(t, m.Call(), "/agenda agenda_missing")
	if m.Status != governance.MeetingPlanned {
		t.Errorf("without an agenda: %s", m.Status)
	}
	m.Agenda = []string{"sak-1"}
	expect(t, m.Call())
	if m.Status != governance.MeetingCalled {
		t.Errorf("with an agenda: %s", m.Status)
	}
}

func TestHoldMeeting(t *testing.T) {
	m := governance.NewMeeting(governance.MeetingInput{})
	roll := []governance.Attendance{
		{MembershipID: "present", Presence: governance.Present},
		{MembershipID: "remote", Presence: governance.PresentRemote},
		{MembershipID: "excused", Presence: governance.Excused},
		{MembershipID: "absent", Presence: governance.Absent},
	}
	q := governance.Quorate{Voting: 4, Required: 3, Present: 2}
	expect(t, m.Hold(roll, q, "mandat", now))
	if m.Status != governance.MeetingHeld || *m.Quorum != q || m.MandateID != "mandat" || !m.HeldAt.Equal(now) {
		t.Errorf("%+v", m)
	}
	for member, want := range map[string]bool{"present": true, "remote": true, "excused": false, "absent": false, "nobody": false} {
		if m.There(member) != want {
			t.Errorf("%s was there: %t", member, !want)
		}
	}
}

func TestMinutesCoverTheAgenda(t *testing.T) {
	item := func(id string) governance.MinuteItem { return governance.MinuteItem{CaseID: id, Text: "Drøftet."} }
	for _, tc := range []struct {
		name  string
		items []governance.MinuteItem
		want  []string
	}{
		{"every case", []governance.MinuteItem{item("b"), item("a")}, nil},
		{"one short", []governance.MinuteItem{item("a")}, []string{"/items item_missing"}},
		{"nothing", nil, []string{"/items item_missing", "/items item_missing"}},
		{"one too many", []governance.MinuteItem{item("a"), item("b"), item("c")}, []string{"/items/2/case_id not_on_agenda"}},
		{"another in its place", []governance.MinuteItem{item("c"), item("a")}, []string{"/items/0/case_id not_on_agenda", "/items item_missing"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.Meeting{MeetingInput: governance.MeetingInput{Agenda: []string{"a", "b"}}, Status: governance.MeetingHeld}
			expect(t, m.SubmitMinutes(governance.MinutesInput{Items: tc.items}, "", "sekretar", now), tc.want...)
			if submitted := m.Status == governance.MinutesSubmitted && len(m.Minutes) == 1; submitted != (tc.want == nil) {
				t.Errorf("%s with %d minutes", m.Status, len(m.Minutes))
			}
		})
	}
}

// Returned minutes are rewritten. Approved minutes stay and are corrected by the next edition.
func TestEditionsOfMinutes(t *testing.T) {
	m := governance.Meeting{Status: governance.MeetingHeld}
	submit := func(summary, reason string) {
		t.Helper()
		expect(t, m.SubmitMinutes(governance.MinutesInput{Summary: summary}, reason, "sekretar", now))
	}
	see := func(status governance.MeetingStatus, editions ...governance.Minutes) {
		t.Helper()
		if m.Status != status || len(m.Minutes) != len(editions) {
			t.Fatalf("%s with %d minutes, want %s with %d", m.Status, len(m.Minutes), status, len(editions))
		}
		for i, want := range editions {
			got := m.Minutes[i]
			if got.Edition != want.Edition || got.Summary != want.Summary || got.Corrects != want.Corrects || got.Reason != want.Reason || got.ApprovedBy != want.ApprovedBy {
				t.Errorf("minutes %d: %+v, want %+v", i, got, want)
			}
		}
	}
	submit("Utkast", "")
	see(governance.MinutesSubmitted, governance.Minutes{Edition: 1, MinutesInput: governance.MinutesInput{Summary: "Utkast"}})
	expect(t, m.ReturnMinutes())
	submit("Ferdig", "")
	first := governance.Minutes{Edition: 1, MinutesInput: governance.MinutesInput{Summary: "Ferdig"}}
	see(governance.MinutesSubmitted, first)
	expect(t, m.ApproveMinutes("leder", now))
	first.ApprovedBy = "leder"
	see(governance.MinutesApproved, first)

	submit("Rettet", "Feil navn")
	second := governance.Minutes{Edition: 2, MinutesInput: governance.MinutesInput{Summary: "Rettet"}, Corrects: 1, Reason: "Feil navn"}
	see(governance.MinutesSubmitted, first, second)
	expect(t, m.ReturnMinutes())
	submit("Rettet bedre", "")
	second.Summary = "Rettet bedre"
	see(governance.MinutesSubmitted, first, second)
	expect(t, m.ApproveMinutes("nestleder", now))
	second.ApprovedBy = "nestleder"
	see(governance.MinutesApproved, first, second)
}

func TestMeetingStates(t *testing.T) {
	m := governance.Meeting{Status: governance.MeetingCalled}
	for times := 1; times <= 2; times++ {
		expect(t, m.Postpone(governance.Times{StartsAt: at(times)}))
		if m.Status != governance.MeetingPlanned || m.Postponed != times || !m.StartsAt.Equal(*at(times)) {
			t.Errorf("postponed: %+v", m)
		}
	}
	expect(t, m.Cancel())
	if m.Status != governance.MeetingCancelled {
		t.Errorf("cancelled: %s", m.Status)
	}
	for status, want := range map[governance.MeetingStatus]bool{
		governance.MeetingPlanned: false, governance.MeetingCalled: false, governance.MeetingCancelled: false,
		governance.MeetingHeld: true, governance.MinutesSubmitted: true, governance.MinutesApproved: true,
	} {
		if (&governance.Meeting{Status: status}).Took() != want {
			t.Errorf("a meeting that is %s was held: %t", status, !want)
		}
	}
	workflow(t, "meeting", []string{"update", "delete", "call", "hold", "submit-minutes", "return-minutes", "approve-minutes", "correct-minutes", "postpone", "cancel"}, map[string][]string{
		"planned":           {"update", "delete", "call", "postpone", "cancel"},
		"called":            {"update", "hold", "postpone", "cancel"},
		"held":              {"submit-minutes"},
		"minutes_submitted": {"return-minutes", "approve-minutes"},
		"minutes_approved":  {"correct-minutes"},
		"cancelled":         {},
	})
}
