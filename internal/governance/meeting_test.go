package governance_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// votesOver is the majority of more votes for than against.
var votesOver = majorityOf(governance.OfVotes, more("1/2"))

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
	later, earlier := now.Add(time.Minute), now.Add(-time.Minute)
	m := governance.NewMeeting(governance.MeetingInput{Form: governance.Digital, Times: governance.Times{StartsAt: &now}})
	expect(t, m.Call(now), "/agenda agenda_missing")
	if m.Status != governance.MeetingPlanned {
		t.Errorf("without an agenda: %s", m.Status)
	}
	m.Agenda = []string{"sak-1"}
	expect(t, m.Call(later), "already_begun")
	m.Form, m.Deadline = governance.Written, &earlier
	expect(t, m.Call(now), "already_begun")
	m.StartsAt, m.Deadline = &earlier, &later
	expect(t, m.Call(now))
	if m.Status != governance.MeetingCalled {
		t.Errorf("with an agenda: %s", m.Status)
	}
}

// council is a body of three members with a vote, an observer and a secretary, one of whose members has left.
func council(rules governance.Rules) governance.Constitution {
	seats := []governance.MeetingSeat{
		{MembershipID: "lead", Position: governance.Lead},
		{MembershipID: "deputy", Position: governance.Deputy},
		{MembershipID: "member", Position: governance.Member},
		{MembershipID: "gone", Position: governance.Member, Vacant: true},
		{MembershipID: "observer", Position: governance.Observer},
		{MembershipID: "secretary", Position: governance.Secretary},
	}
	for i := range seats {
		seats[i].Votes = rules.Votes(seats[i].Position)
	}
	return governance.Constitution{MandateID: "mandat", MandateEdition: 2, Rules: &rules, Seats: seats}
}

// present is the roll of a meeting that these members attended.
func present(ids ...string) governance.Roll {
	var in governance.Roll
	for _, id := range ids {
		in.Attendance = append(in.Attendance, governance.Attendance{MembershipID: id, Presence: governance.Present})
	}
	return in
}

func chairedBy(in governance.Roll, id string) governance.Roll {
	in.ChairID = id
	return in
}

func TestHoldMeeting(t *testing.T) {
	seats := governance.Rules{Quorum: quorumOf(governance.AllSeats, more("1/2")), Majority: votesOver}
	filled := governance.Rules{Quorum: quorumOf(governance.FilledSeats, more("1/2")), Majority: votesOver}
	led := governance.Rules{Quorum: governance.Quorum{Of: governance.FilledSeats, Threshold: least("1"), Chair: true}, Majority: votesOver}
	for _, tc := range []struct {
		name  string
		rules governance.Rules
		in    governance.Roll
		chair string
		want  governance.Quorate
		fault []string
	}{
		{"the lead chairs", seats, present("deputy", "lead", "member"), "lead", governance.Quorate{Voting: 4, Filled: 3, Required: 3, Present: 3, Lead: true, Met: true}, nil},
		{"the deputy chairs without the lead", seats, present("member", "deputy"), "deputy", governance.Quorate{Voting: 4, Filled: 3, Required: 3, Present: 2, Lead: true}, nil},
		{"the vacant seat does not count", filled, present("member", "deputy"), "deputy", governance.Quorate{Voting: 4, Filled: 3, Required: 2, Present: 2, Lead: true, Met: true}, nil},
		{"another is named", seats, chairedBy(present("lead", "deputy", "member"), "member"), "member", governance.Quorate{Voting: 4, Filled: 3, Required: 3, Present: 3, Lead: true, Met: true}, nil},
		{"nobody is named, and neither lead nor deputy came", seats, present("member"), "", governance.Quorate{}, []string{"/chair_id chair_missing"}},
		{"those present chose", led, chairedBy(present("member"), "member"), "member", governance.Quorate{Voting: 4, Filled: 3, Required: 1, Present: 1}, nil},
		{"only an observer and the secretary", seats, present("observer", "secretary"), "", governance.Quorate{Voting: 4, Filled: 3, Required: 3}, nil},
		{"an observer cannot chair", seats, chairedBy(present("lead", "observer"), "observer"), "", governance.Quorate{}, []string{"/chair_id cannot_chair"}},
		{"the chair was not there", seats, chairedBy(present("lead"), "deputy"), "", governance.Quorate{}, []string{"/chair_id cannot_chair"}},
		{"the chair is not of the body", seats, chairedBy(present("lead"), "nobody"), "", governance.Quorate{}, []string{"/chair_id not_a_member"}},
		{"a vacant seat, and nobody's", seats, present("lead", "gone", "nobody"), "", governance.Quorate{}, []string{"/attendance/1/membership_id vacant_seat", "/attendance/2/membership_id not_a_member"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.NewMeeting(governance.MeetingInput{})
			expect(t, m.Hold(tc.in, council(tc.rules), now), tc.fault...)
			if tc.fault != nil {
				if m.Status != governance.MeetingPlanned || m.Quorum != nil {
					t.Errorf("%+v", m)
				}
				return
			}
			if m.Status != governance.MeetingHeld || *m.Quorum != tc.want || m.ChairID != tc.chair || m.MandateID != "mandat" || m.MandateEdition != 2 || !m.HeldAt.Equal(now) {
				t.Errorf("%+v of %+v", *m.Quorum, m)
			}
		})
	}
}

func TestThere(t *testing.T) {
	m := governance.NewMeeting(governance.MeetingInput{})
	m.Attendance = []governance.Attendance{
		{MembershipID: "present", Presence: governance.Present},
		{MembershipID: "remote", Presence: governance.PresentRemote},
		{MembershipID: "excused", Presence: governance.Excused},
		{MembershipID: "absent", Presence: governance.Absent},
	}
	for member, want := range map[string]bool{"present": true, "remote": true, "excused": false, "absent": false, "nobody": false} {
		if m.There(member) != want {
			t.Errorf("%s was there: %t", member, !want)
		}
	}
}

// A corrected roll stands in the minutes. The meeting keeps the roll that was recorded, and later minutes keep the correction.
func TestCorrectedRoll(t *testing.T) {
	m := governance.NewMeeting(governance.MeetingInput{})
	rules := governance.Rules{Quorum: quorumOf(governance.FilledSeats, more("1/2")), Majority: votesOver}
	expect(t, m.Hold(chairedBy(present("lead", "member"), "member"), council(rules), now))
	wrong, bad := present("member"), present("gone")
	expect(t, m.SubmitMinutes(governance.MinutesInput{Roll: &bad}, "", "sekretar", now), "/roll/attendance/0/membership_id vacant_seat")
	expect(t, m.SubmitMinutes(governance.MinutesInput{Roll: &wrong}, "", "sekretar", now))
	if roll := m.Minutes[0].Roll; roll.ChairID != "member" || roll.Quorum.Met || roll.Quorum.Present != 1 {
		t.Errorf("%+v", roll)
	}
	if !m.Quorum.Met || m.Quorum.Present != 2 || !m.There("lead") {
		t.Errorf("the meeting changed: %+v", m)
	}
	expect(t, m.ApproveMinutes("leder", now))
	expect(t, m.SubmitMinutes(governance.MinutesInput{}, "Skrivefeil", "sekretar", now))
	if roll := m.Minutes[1].Roll; roll == nil || roll.Quorum.Present != 1 {
		t.Errorf("%+v", roll)
	}
}

// A vote is late after the deadline of a written meeting.
func TestLate(t *testing.T) {
	for _, tc := range []struct {
		form governance.Form
		cast int
		want bool
	}{{governance.Written, -1, false}, {governance.Written, 0, false}, {governance.Written, 1, true}, {governance.Digital, 1, false}} {
		m := governance.NewMeeting(governance.MeetingInput{Form: tc.form, Times: governance.Times{StartsAt: at(-60), Deadline: at(0)}})
		if got := m.Late(*at(tc.cast)); got != tc.want {
			t.Errorf("%s, %d minutes after the deadline: %t", tc.form, tc.cast, got)
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
			expect(t, m.SubmitMinutes(governance.MinutesInput{MinutesText: governance.MinutesText{Items: tc.items}}, "", "sekretar", now), tc.want...)
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
		expect(t, m.SubmitMinutes(governance.MinutesInput{MinutesText: governance.MinutesText{Summary: summary}}, reason, "sekretar", now))
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
	see(governance.MinutesSubmitted, governance.Minutes{Edition: 1, MinutesText: governance.MinutesText{Summary: "Utkast"}})
	expect(t, m.ReturnMinutes())
	submit("Ferdig", "")
	first := governance.Minutes{Edition: 1, MinutesText: governance.MinutesText{Summary: "Ferdig"}}
	see(governance.MinutesSubmitted, first)
	expect(t, m.ApproveMinutes("leder", now))
	first.ApprovedBy = "leder"
	see(governance.MinutesApproved, first)

	submit("Rettet", "Feil navn")
	second := governance.Minutes{Edition: 2, MinutesText: governance.MinutesText{Summary: "Rettet"}, Corrects: 1, Reason: "Feil navn"}
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
