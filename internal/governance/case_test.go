package governance_test

import (
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

var (
	strategic = &governance.Admission{AnyOf: []governance.Quality{governance.Strategic}, Otherwise: "Egen arbeidsgruppe"}
	either    = &governance.Admission{AnyOf: []governance.Quality{governance.Strategic, governance.NationalInterest}, Otherwise: "Egen arbeidsgruppe"}
)

func TestAdmission(t *testing.T) {
	for _, tc := range []struct {
		name                string
		strategic, national bool
		admission           *governance.Admission
		want                []string
	}{
		{"any case, where the mandate asks for nothing", false, false, nil, nil},
		{"a strategic case", true, false, strategic, nil},
		{"neither", false, false, strategic, []string{"not_admissible"}},
		{"of another quality", false, true, strategic, []string{"not_admissible"}},
		{"of both", true, true, strategic, nil},
		{"one of two is enough", false, true, either, nil},
		{"the other of two", true, false, either, nil},
		{"neither of two", false, false, either, []string{"not_admissible"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := governance.NewCase(governance.CaseInput{Strategic: tc.strategic, NationalInterest: tc.national})
			expect(t, c.Submit("kari", tc.admission), tc.want...)
			if submitted := c.Status == governance.CaseSubmitted && c.SubmittedBy == "kari"; submitted != (tc.want == nil) {
				t.Errorf("submitted: %s by %q", c.Status, c.SubmittedBy)
			}
			c = governance.NewCase(c.CaseInput)
			c.Status, c.DeferredFrom, c.Deferral = governance.CaseDeferred, governance.CaseSubmitted, &governance.Deferral{}
			expect(t, c.Admit(tc.admission), tc.want...)
			if admitted := c.Status == governance.CaseAdmitted && c.Deferral == nil && c.DeferredFrom == ""; admitted != (tc.want == nil) {
				t.Errorf("admitted: %+v", c)
			}
		})
	}
}

func TestCaseKeepsItsQualities(t *testing.T) {
	for _, tc := range []struct {
		name                string
		status              governance.CaseStatus
		strategic, national bool // it was strategic before
		want                []string
	}{
		{"nothing changes", governance.CaseAdmitted, true, false, nil},
		{"gains another", governance.CaseAdmitted, true, true, nil},
		{"loses what it was taken in for", governance.CaseAdmitted, false, false, []string{"not_admissible"}},
		{"changes it for another", governance.CaseAdmitted, false, true, []string{"not_admissible"}},
		{"loses it before it is taken in", governance.CaseSubmitted, false, false, nil},
		{"loses it as a draft", governance.CaseDraft, false, false, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := governance.Case{CaseInput: governance.CaseInput{Strategic: tc.strategic, NationalInterest: tc.national}, Status: tc.status}
			expect(t, c.Keeps(governance.CaseInput{Strategic: true}, strategic), tc.want...)
		})
	}
	t.Run("a later mandate does not close an unchanged case", func(t *testing.T) {
		c := governance.Case{CaseInput: governance.CaseInput{NationalInterest: true}, Status: governance.CaseAdmitted}
		expect(t, c.Keeps(c.CaseInput, strategic))
	})
}

func TestCaseTakenIn(t *testing.T) {
	for _, tc := range []struct {
		status, from governance.CaseStatus
		want         bool
	}{
		{governance.CaseDraft, "", false},
		{governance.CaseSubmitted, "", false},
		{governance.CaseRejected, "", false},
		{governance.CaseEscalated, "", false},
		{governance.CaseWithdrawn, "", false},
		{governance.CaseAdmitted, "", true},
		{governance.CaseOnAgenda, "", true},
		{governance.CaseConcluded, "", true},
		{governance.CaseDeferred, governance.CaseSubmitted, false},
		{governance.CaseDeferred, governance.CaseAdmitted, true},
		{governance.CaseDeferred, governance.CaseOnAgenda, true},
		{governance.CaseDeferred, "", true},
	} {
		c := governance.Case{Status: tc.status, DeferredFrom: tc.from}
		if c.TakenIn() != tc.want {
			t.Errorf("%s, before that %q: %t", tc.status, tc.from, !tc.want)
		}
	}
}

func TestDeferCase(t *testing.T) {
	for _, from := range []governance.CaseStatus{governance.CaseSubmitted, governance.CaseAdmitted, governance.CaseOnAgenda} {
		t.Run(string(from), func(t *testing.T) {
			c := governance.Case{Status: from}
			expect(t, c.Defer(governance.Deferral{Until: "2027-01-15", Reason: "Høring"}))
			if c.Status != governance.CaseDeferred || c.DeferredFrom != from || c.Deferral.Until != "2027-01-15" {
				t.Errorf("deferred: %+v", c)
			}
			expect(t, c.Schedule())
			if c.Status != governance.CaseOnAgenda || c.DeferredFrom != "" || c.Deferral != nil {
				t.Errorf("scheduled: %+v", c)
			}
		})
	}
}

func TestWithdrawCase(t *testing.T) {
	for _, tc := range []struct {
		by   string
		want []string
	}{{"submitter", nil}, {"author", nil}, {"other", []string{"not_submitter_or_owner"}}} {
		t.Run("by "+tc.by, func(t *testing.T) {
			c := governance.Case{Base: record.Base{CreatedBy: "author"}, SubmittedBy: "submitter", Status: governance.CaseSubmitted}
			expect(t, c.Withdraw(tc.by), tc.want...)
			if (c.Status == governance.CaseWithdrawn) != (tc.want == nil) {
				t.Errorf("is %s", c.Status)
			}
		})
	}
}

func TestConflictOfInterest(t *testing.T) {
	c := governance.NewCase(governance.CaseInput{})
	late := []governance.LateConflict{{ResolutionRef: governance.ResolutionRef{Kind: "advice"}, CarriedWithout: true}}
	expect(t, c.Declare(governance.Declaration{MembershipID: "a", Reason: "Eier aksjer"}, late, "kari", now))
	expect(t, c.Declare(governance.Declaration{MembershipID: "a", Reason: "En annen grunn"}, nil, "ola", now), "declared")
	expect(t, c.Declare(governance.Declaration{MembershipID: "b", Reason: "Er i slekt"}, nil, "ola", now))
	if len(c.Conflicts) != 2 || c.Conflicts[0].Reason != "Eier aksjer" || c.Conflicts[0].DeclaredBy != "kari" || !slices.Equal(c.Conflicts[0].Late, late) {
		t.Errorf("%+v", c.Conflicts)
	}
	for member, want := range map[string]bool{"a": true, "b": true, "c": false, "": false} {
		if c.Conflicted(member) != want {
			t.Errorf("%q: %t", member, !want)
		}
	}
}

func TestCaseStates(t *testing.T) {
	c := governance.NewCase(governance.CaseInput{})
	see := func(want governance.CaseStatus) {
		t.Helper()
		if c.Status != want {
			t.Errorf("is %s, want %s", c.Status, want)
		}
	}
	see(governance.CaseDraft)
	expect(t, c.Schedule())
	see(governance.CaseOnAgenda)
	expect(t, c.Unschedule())
	see(governance.CaseAdmitted)
	expect(t, c.Escalate(governance.Escalation{BodyID: "nasjonal", CaseID: "der", Reason: "Hele sektoren"}))
	see(governance.CaseEscalated)
	expect(t, c.Answer("Støttes", now))
	see(governance.CaseAdmitted)
	if e := c.Escalation; e.BodyID != "nasjonal" || e.Answer != "Støttes" || !e.AnsweredAt.Equal(now) {
		t.Errorf("the answer: %+v", e)
	}
	expect(t, c.Conclude(governance.Conclusion{Text: "Tatt til orientering"}, "leder", now))
	see(governance.CaseConcluded)
	if c.Conclusion.Text != "Tatt til orientering" || c.Conclusion.By != "leder" {
		t.Errorf("the conclusion: %+v", c.Conclusion)
	}
	expect(t, c.Reject("leder", now, "Hører ikke hjemme her"))
	see(governance.CaseRejected)
	if c.LastRejection.Reason != "Hører ikke hjemme her" {
		t.Errorf("the rejection: %+v", c.LastRejection)
	}
	expect(t, c.LoseQuorum("2026-10-01"))
	if slices.Contains(c.Facts(), record.Fact{Name: "quorum", Value: "lacking"}) {
		t.Error("top management may decide at once")
	}
	expect(t, c.LackQuorum())
	if !slices.Contains(c.Facts(), record.Fact{Name: "quorum", Value: "lacking"}) {
		t.Error("top management may not decide after thirty days")
	}
	expect(t, c.DecideInPlace(governance.InPlace{Outcome: "decline", Reason: record.Reason{Reason: "For svakt"}}, "direktør", now))
	see(governance.CaseConcluded)
	if c.InPlace.By != "direktør" || c.Conclusion.Text != "For svakt" {
		t.Errorf("in the place of the body: %+v, %+v", c.InPlace, c.Conclusion)
	}
	expect(t, c.RegainQuorum())
	if c.NoQuorumSince != "" || c.LacksQuorum {
		t.Errorf("the quorum has returned: %+v", c.Shortage)
	}
	workflow(t, "case", []string{
		"update", "delete", "submit", "admit", "reject", "schedule", "unschedule", "conclude", "defer", "escalate", "answer", "withdraw",
		"lose-quorum", "lack-quorum", "regain-quorum", "decide-in-place",
	}, map[string][]string{
		"draft":     {"update", "delete", "submit", "withdraw"},
		"submitted": {"update", "admit", "reject", "defer", "withdraw"},
		"admitted":  {"update", "schedule", "defer", "escalate", "withdraw", "lose-quorum", "lack-quorum", "regain-quorum", "decide-in-place"},
		"on_agenda": {"unschedule", "conclude", "defer", "escalate", "lose-quorum", "lack-quorum", "regain-quorum", "decide-in-place"},
		"deferred":  {"update", "admit", "schedule", "withdraw", "lose-quorum", "lack-quorum", "regain-quorum", "decide-in-place"},
		"escalated": {"answer"},
		"concluded": {},
		"rejected":  {},
		"withdrawn": {},
	})
}
