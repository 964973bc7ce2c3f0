package governance_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

func TestMandateValidate(t *testing.T) {
	rules := func(r governance.Rules) governance.MandateInput { return governance.MandateInput{Rules: &r} }
	cadence := func(c governance.Cadence) governance.MandateInput { return governance.MandateInput{Cadence: &c} }
	planned := func(least, most int) governance.MandateInput {
		return governance.MandateInput{Planned: &governance.Planned{Min: least, Max: most}}
	}
	for _, tc := range []struct {
		name string
		in   governance.MandateInput
		want []string
	}{
		{"nothing said", governance.MandateInput{}, nil},
		{"a term of one day", governance.MandateInput{ValidFrom: "2026-01-01", ValidTo: "2026-01-01"}, nil},
		{"a term that ends the day before it begins", governance.MandateInput{ValidFrom: "2026-01-02", ValidTo: "2026-01-01"}, []string{"/valid_to ends_before_start"}},
		{"as many meetings at least as at most", cadence(governance.Cadence{Min: 3, Max: 3, Per: "P6M"}), nil},
		{"more meetings at least than at most", cadence(governance.Cadence{Min: 4, Max: 3, Per: "P6M"}), []string{"/cadence/max less_than_min"}},
		{"at least a number, with no most", cadence(governance.Cadence{Min: 4, Per: "P6M"}), nil},
		{"a number of meetings in no period", cadence(governance.Cadence{Max: 3}), []string{"/cadence/per required"}},
		{"a meeting every month", cadence(governance.Cadence{Every: "P1M"}), nil},
		{"two cadences", cadence(governance.Cadence{Min: 1, Per: "P1M", Every: "P1M"}), []string{"/cadence/every two_cadences"}},
		{"as many planned at least as at most", planned(6, 6), nil},
		{"more planned at least than at most", planned(7, 6), []string{"/planned/max less_than_min"}},
		{"planned with no most", planned(7, 0), nil},
		{"a quorum of one", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, least("1")), Majority: votesOver}), nil},
		{"no thresholds", rules(governance.Rules{}), []string{"/rules/quorum/at_least required", "/rules/majority/at_least required"}},
		{
			"two thresholds", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, governance.Threshold{AtLeast: "1/2", MoreThan: "1/3"}), Majority: votesOver}),
			[]string{"/rules/quorum/more_than two_thresholds"},
		},
		{
			"thresholds that are no shares", rules(governance.Rules{Quorum: quorumOf(governance.FilledSeats, more("3/2")), Majority: majorityOf(governance.OfSeats, least("0,5"))}),
			[]string{"/rules/quorum/more_than bad_share", "/rules/majority/at_least bad_share"},
		},
		{
			"shares of nothing", rules(governance.Rules{Quorum: quorumOf(governance.FilledSeats, least("0")), Majority: majorityOf(governance.OfSeats, least("0/2"))}),
			[]string{"/rules/quorum/at_least bad_share", "/rules/majority/at_least bad_share"},
		},
		{"a majority of a number", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, more("2")), Majority: majorityOf(governance.OfVotes, least("2"))}), []string{"/rules/majority/at_least bad_share"}},
		{"more than all", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, more("3/3")), Majority: votesOver}), []string{"/rules/quorum/more_than bad_share"}},
		{"a secretary votes", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, more("1/2")), Majority: votesOver, VotingPositions: []governance.Position{governance.Lead, governance.Secretary}}), []string{"/rules/voting_positions never_votes"}},
		{"observers and secretaries vote: said once", rules(governance.Rules{Quorum: quorumOf(governance.AllSeats, more("1/2")), Majority: votesOver, VotingPositions: []governance.Position{governance.Observer, governance.Secretary}}), []string{"/rules/voting_positions never_votes"}},
		{
			"every fault at once",
			governance.MandateInput{ValidFrom: "2026-01-02", ValidTo: "2026-01-01", Cadence: &governance.Cadence{Min: 1}, Planned: &governance.Planned{Min: 2, Max: 1}},
			[]string{"/valid_to ends_before_start", "/cadence/per required", "/planned/max less_than_min"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, governance.NewMandate(tc.in, 1).Validate(), tc.want...)
		})
	}
}

func TestSubmitMandate(t *testing.T) {
	complete := governance.MandateInput{Purpose: "Gi råd", Powers: []governance.Power{governance.Advise}, ValidFrom: "2026-01-01"}
	for _, tc := range []struct {
		name   string
		change func(*governance.MandateInput)
		want   []string
	}{
		{"complete", func(*governance.MandateInput) {}, nil},
		{"no purpose", func(in *governance.MandateInput) { in.Purpose = " \n" }, []string{"/purpose purpose_missing"}},
		{"no powers", func(in *governance.MandateInput) { in.Powers = nil }, []string{"/powers powers_missing"}},
		{"no first day", func(in *governance.MandateInput) { in.ValidFrom = "" }, []string{"/valid_from valid_from_missing"}},
		{
			"nothing at all", func(in *governance.MandateInput) { *in = governance.MandateInput{} },
			[]string{"/purpose purpose_missing", "/powers powers_missing", "/valid_from valid_from_missing"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := complete
			tc.change(&in)
			m := governance.NewMandate(in, 1)
			expect(t, m.Submit("kari"), tc.want...)
			if submitted := m.Status == governance.MandateInReview && m.SubmittedBy == "kari"; submitted != (tc.want == nil) {
				t.Errorf("%s, submitted by %q", m.Status, m.SubmittedBy)
			}
		})
	}
}

func TestAdoptMandate(t *testing.T) {
	for _, tc := range []struct {
		name string
		to   record.Date
		at   time.Time
		want []string
	}{
		{"no last day", "", now, nil},
		{"on the last day", "2026-11-21", now, nil},
		{"in the last minute of the last day", "2026-11-21", time.Date(2026, 11, 21, 23, 59, 0, 0, record.Oslo), nil},
		{"in the first minute of the day after", "2026-11-21", time.Date(2026, 11, 22, 0, 0, 0, 0, record.Oslo), []string{"/valid_to term_over"}},
		{"the day after, which is still the last day in UTC", "2026-11-21", time.Date(2026, 11, 21, 23, 30, 0, 0, time.UTC), []string{"/valid_to term_over"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &governance.Mandate{MandateInput: governance.MandateInput{ValidTo: tc.to}, Status: governance.MandateInReview}
			expect(t, m.Adopt("direktor", tc.at), tc.want...)
			if adopted := m.Status == governance.MandateAdopted && m.AdoptedBy == "direktor" && m.AdoptedAt.Equal(tc.at); m.AdoptedAt == nil != (tc.want != nil) || m.AdoptedAt != nil && !adopted {
				t.Errorf("%s by %q at %v", m.Status, m.AdoptedBy, m.AdoptedAt)
			}
		})
	}
}

func TestMandateInForce(t *testing.T) {
	for _, tc := range []struct {
		name     string
		status   governance.MandateStatus
		from, to record.Date
		want     bool
	}{
		{"on the first day", governance.MandateAdopted, "2026-11-21", "", true},
		{"the day before", governance.MandateAdopted, "2026-11-22", "", false},
		{"on the last day", governance.MandateAdopted, "2026-01-01", "2026-11-21", true},
		{"the day after", governance.MandateAdopted, "2026-01-01", "2026-11-20", false},
		{"a draft", governance.MandateDraft, "2026-01-01", "", false},
		{"in review", governance.MandateInReview, "2026-01-01", "", false},
		{"superseded", governance.MandateSuperseded, "2026-01-01", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.Mandate{MandateInput: governance.MandateInput{ValidFrom: tc.from, ValidTo: tc.to}, Status: tc.status}
			if got := m.InForce(now); got != tc.want {
				t.Errorf("in force %t", got)
			}
		})
	}
}

func TestMandateSuccession(t *testing.T) {
	edition := func(n int, from, to record.Date) *governance.Mandate {
		return &governance.Mandate{Edition: n, MandateInput: governance.MandateInput{BodyID: "rad", ValidFrom: from, ValidTo: to}}
	}
	first := edition(1, "2026-01-01", "2026-12-31")
	for _, tc := range []struct {
		name    string
		mandate *governance.Mandate
		adopted []*governance.Mandate
		last    record.Date
		ever    bool
	}{
		{"the only one", first, []*governance.Mandate{first}, "2026-12-31", true},
		{"the only one, without an end", edition(1, "2026-01-01", ""), nil, "", true},
		{"the next begins within its term", first, []*governance.Mandate{edition(2, "2026-07-01", "")}, "2026-06-30", true},
		{"the next begins on the first of a year", edition(1, "2025-01-01", ""), []*governance.Mandate{edition(2, "2026-01-01", "")}, "2025-12-31", true},
		{"the next begins the day after its last", first, []*governance.Mandate{edition(2, "2027-01-01", "")}, "2026-12-31", true},
		{"the next begins later than that", first, []*governance.Mandate{edition(2, "2027-03-01", "")}, "2026-12-31", true},
		{"the next begins on its last day", first, []*governance.Mandate{edition(2, "2026-12-31", "")}, "2026-12-30", true},
		{"the next begins the day after its first", first, []*governance.Mandate{edition(2, "2026-01-02", "")}, "2026-01-01", true},
		{"the next begins on its first day", first, []*governance.Mandate{edition(2, "2026-01-01", "")}, "", false},
		{"the next begins before it", first, []*governance.Mandate{edition(2, "2025-12-31", "")}, "", false},
		{"the first of several that follow counts", first, []*governance.Mandate{edition(3, "2026-09-01", ""), edition(2, "2026-05-01", "")}, "2026-04-30", true},
		{"an earlier edition does not follow", edition(2, "2026-01-01", ""), []*governance.Mandate{edition(1, "2026-05-01", "")}, "", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			last, ever := tc.mandate.Until(tc.adopted)
			if last != tc.last || ever != tc.ever {
				t.Errorf("until %q, %t; want %q, %t", last, ever, tc.last, tc.ever)
			}
		})
	}

	second := edition(2, "2026-07-01", "")
	both := []*governance.Mandate{first, second}
	for _, tc := range []struct {
		name          string
		day           record.Date
		first, second bool
	}{
		{"the day before the first", "2025-12-31", false, false},
		{"the first day", "2026-01-01", true, false},
		{"the last day before the second", "2026-06-30", true, false},
		{"the first day of the second", "2026-07-01", false, true},
		{"long after", "2030-01-01", false, true},
	} {
		t.Run("in force on: "+tc.name, func(t *testing.T) {
			if a, b := first.On(tc.day, both), second.On(tc.day, both); a != tc.first || b != tc.second {
				t.Errorf("the first %t, the second %t", a, b)
			}
		})
	}
	if overtaken := edition(1, "2026-07-01", ""); overtaken.On("2026-07-01", []*governance.Mandate{overtaken, second}) {
		t.Error("an edition holds that was taken over on its first day")
	}

	for _, tc := range []struct {
		name  string
		later *governance.Mandate
		want  bool
	}{
		{"from its first day", edition(2, "2026-11-21", ""), true},
		{"not the day before", edition(2, "2026-11-22", ""), false},
		{"not the same edition", edition(1, "2026-01-01", ""), false},
		{"not that of another body", &governance.Mandate{Edition: 2, MandateInput: governance.MandateInput{BodyID: "annet", ValidFrom: "2026-01-01"}}, false},
	} {
		t.Run("succeeds: "+tc.name, func(t *testing.T) {
			if got := tc.later.Succeeds(first, "2026-11-21"); got != tc.want {
				t.Errorf("succeeds %t", got)
			}
		})
	}
}

func TestExtendMandate(t *testing.T) {
	for _, tc := range []struct {
		name      string
		to, until record.Date
		want      []string
	}{
		{"by a day", "2026-11-21", "2026-11-22", nil},
		{"to the same day", "2026-11-21", "2026-11-21", []string{"/until not_later"}},
		{"to a day before", "2026-11-21", "2026-11-20", []string{"/until not_later"}},
		{"without an end", "", "2026-11-22", []string{"/until not_later"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := governance.Mandate{MandateInput: governance.MandateInput{ValidTo: tc.to}, Status: governance.MandateAdopted}
			expect(t, m.Extend(tc.until), tc.want...)
			if tc.want == nil && m.ValidTo != tc.until {
				t.Errorf("valid to %s", m.ValidTo)
			}
		})
	}
}

func TestEvaluateMandate(t *testing.T) {
	m := governance.Mandate{MandateInput: governance.MandateInput{EvaluationDue: "2026-12-01"}, Status: governance.MandateAdopted}
	if m.DueOn() != "2026-12-01" {
		t.Errorf("due %q", m.DueOn())
	}
	expect(t, m.Evaluate(governance.Evaluation{Outcome: governance.Wind}, "kari", "2026-11-21"))
	if m.DueOn() != "" || m.Evaluation.Outcome != governance.Wind || m.Evaluation.By != "kari" || m.Evaluation.On != "2026-11-21" {
		t.Errorf("due %q, %+v", m.DueOn(), m.Evaluation)
	}
	expect(t, m.Evaluate(governance.Evaluation{Outcome: governance.Continue}, "ola", "2026-11-22"), "evaluated")
	if m.Evaluation.Outcome != governance.Wind {
		t.Errorf("the second evaluation replaced the first: %+v", m.Evaluation)
	}
	for _, status := range []governance.MandateStatus{governance.MandateDraft, governance.MandateInReview, governance.MandateSuperseded} {
		if due := (&governance.Mandate{MandateInput: m.MandateInput, Status: status}).DueOn(); due != "" {
			t.Errorf("a mandate that is %s is due %q", status, due)
		}
	}
}

func TestWithdrawMandate(t *testing.T) {
	for _, tc := range []struct {
		by   string
		want []string
	}{{"submitter", nil}, {"author", nil}, {"other", []string{"not_submitter_or_owner"}}, {"", []string{"not_submitter_or_owner"}}} {
		t.Run("by "+tc.by, func(t *testing.T) {
			m := governance.Mandate{Base: record.Base{CreatedBy: "author"}, SubmittedBy: "submitter", Status: governance.MandateInReview}
			expect(t, m.Withdraw(tc.by), tc.want...)
			if (m.Status == governance.MandateDraft) != (tc.want == nil) {
				t.Errorf("is %s", m.Status)
			}
		})
	}
}

func TestMandateStates(t *testing.T) {
	m := governance.NewMandate(governance.MandateInput{Powers: []governance.Power{governance.Advise}}, 3)
	if m.Status != governance.MandateDraft || m.Edition != 3 || !m.Has(governance.Advise) || m.Has(governance.Decide) {
		t.Errorf("a new mandate: %+v", m)
	}
	m.Status = governance.MandateInReview
	expect(t, m.Reject("direktor", now, "For vidt"))
	if m.Status != governance.MandateDraft || *m.LastRejection != (governance.Answer{By: "direktor", At: now, Reason: "For vidt"}) {
		t.Errorf("rejected: %s, %+v", m.Status, m.LastRejection)
	}
	m.Status = governance.MandateAdopted
	expect(t, m.Supersede())
	if m.Status != governance.MandateSuperseded {
		t.Errorf("superseded: %s", m.Status)
	}
	workflow(t, "mandate", []string{"update", "delete", "submit", "adopt", "reject", "withdraw", "extend", "evaluate", "prepare-evaluation", "prepare-term-end", "supersede"}, map[string][]string{
		"draft":      {"update", "delete", "submit"},
		"in_review":  {"adopt", "reject", "withdraw", "prepare-evaluation", "prepare-term-end"},
		"adopted":    {"extend", "evaluate", "prepare-evaluation", "prepare-term-end", "supersede"},
		"superseded": {},
	})
}
