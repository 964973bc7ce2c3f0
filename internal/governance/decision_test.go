package governance_test

import (
	"reflect"
	"testing"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

func TestDecisionValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   governance.DecisionInput
		want []string
	}{
		{"approved", governance.DecisionInput{Outcome: governance.Approve}, nil},
		{"with its conditions", governance.DecisionInput{Outcome: governance.Conditional, Conditions: "Prøves først"}, nil},
		{"with conditions that are not said", governance.DecisionInput{Outcome: governance.Conditional, Conditions: " \n"}, []string{"/conditions required"}},
		{"on a proposal", governance.DecisionInput{ProposalID: "p"}, nil},
		{"on an advice", governance.DecisionInput{AdviceID: "a"}, nil},
		{"on both", governance.DecisionInput{ProposalID: "p", AdviceID: "a"}, []string{"/advice_id two_matters"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, governance.NewDecision(tc.in).Validate(), tc.want...)
		})
	}
}

func TestOutcomes(t *testing.T) {
	positive := map[governance.Outcome]bool{governance.Approve: true, governance.Conditional: true, governance.Decline: false, governance.Returned: false}
	for _, c := range governance.Outcomes {
		want, ok := positive[governance.Outcome(c.Value)]
		if got := governance.Outcome(c.Value).Positive(); !ok || got != want {
			t.Errorf("%s: %t", c.Value, got)
		}
	}
}

func TestCorrection(t *testing.T) {
	old := func(o governance.Outcome) *governance.Decision {
		return governance.NewDecision(governance.DecisionInput{ProposalID: "p", Outcome: o})
	}
	for _, tc := range []struct {
		name string
		old  governance.Outcome
		in   governance.DecisionInput
		want []string
	}{
		{"the same outcome", governance.Approve, governance.DecisionInput{ProposalID: "p", Outcome: governance.Approve}, nil},
		{"a yes gets conditions", governance.Approve, governance.DecisionInput{ProposalID: "p", Outcome: governance.Conditional}, nil},
		{"a yes loses its conditions", governance.Conditional, governance.DecisionInput{ProposalID: "p", Outcome: governance.Approve}, nil},
		{"a no stays a no", governance.Decline, governance.DecisionInput{ProposalID: "p", Outcome: governance.Decline}, nil},
		{"a yes becomes a no", governance.Approve, governance.DecisionInput{ProposalID: "p", Outcome: governance.Decline}, []string{"/outcome other_outcome"}},
		{"a no becomes a yes", governance.Decline, governance.DecisionInput{ProposalID: "p", Outcome: governance.Approve}, []string{"/outcome other_outcome"}},
		{"a no becomes a return", governance.Decline, governance.DecisionInput{ProposalID: "p", Outcome: governance.Returned}, []string{"/outcome other_outcome"}},
		{"another proposal", governance.Approve, governance.DecisionInput{ProposalID: "q", Outcome: governance.Approve}, []string{"/proposal_id other_matter"}},
		{
			"an advice in its place", governance.Approve,
			governance.DecisionInput{AdviceID: "a", Outcome: governance.Approve},
			[]string{"/proposal_id other_matter", "/advice_id other_matter"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			expect(t, old(tc.old).Corrects(tc.in), tc.want...)
		})
	}
}

func TestDecisionStates(t *testing.T) {
	d := governance.NewDecision(governance.DecisionInput{Matter: governance.Matter{MeetingID: "planlagt"}})
	if d.Status != governance.DecisionDraft {
		t.Errorf("a new decision is %s", d.Status)
	}
	r := &governance.Resolution{MeetingID: "holdt"}
	expect(t, d.Adopt(r))
	if d.Status != governance.DecisionAdopted || d.Resolution != r || d.MeetingID != "holdt" {
		t.Errorf("adopted: %+v", d)
	}
	expect(t, d.Correct("ny"))
	if d.Status != governance.DecisionCorrected || d.CorrectedBy != "ny" {
		t.Errorf("corrected: %+v", d)
	}
	d = governance.NewDecision(governance.DecisionInput{})
	expect(t, d.Withdraw())
	if d.Status != governance.DecisionWithdrawn {
		t.Errorf("withdrawn: %s", d.Status)
	}
	workflow(t, "decision", []string{"update", "delete", "vote", "adopt", "correct", "withdraw"}, map[string][]string{
		"draft": {"update", "delete", "vote", "adopt", "withdraw"}, "adopted": {"correct"}, "corrected": {}, "withdrawn": {},
	})
}

func TestAdviceStates(t *testing.T) {
	a := governance.NewAdvice(governance.AdviceInput{})
	r := &governance.Resolution{MeetingID: "holdt"}
	expect(t, a.Give(r))
	if a.Status != governance.AdviceGiven || a.Resolution != r || a.MeetingID != "holdt" {
		t.Errorf("given: %+v", a)
	}
	expect(t, a.Answer(governance.Reply{Text: "Følges"}, "direktor", now))
	if a.Status != governance.AdviceAnswered || a.Reply.Text != "Følges" || a.Reply.By != "direktor" {
		t.Errorf("answered: %+v", a)
	}
	a = governance.NewAdvice(governance.AdviceInput{})
	expect(t, a.Withdraw())
	if a.Status != governance.AdviceWithdrawn {
		t.Errorf("withdrawn: %s", a.Status)
	}
	workflow(t, "advice", []string{"update", "delete", "vote", "give", "answer", "withdraw"}, map[string][]string{
		"draft": {"update", "delete", "vote", "give", "withdraw"}, "given": {"answer"}, "answered": {}, "withdrawn": {},
	})
}

// A later vote of a member replaces the earlier one. A change of the text removes all votes.
func TestBallots(t *testing.T) {
	cast := func(member string, vote governance.Choice) governance.Cast {
		return governance.Cast{Ballot: governance.Ballot{MembershipID: member, Vote: vote}}
	}
	var b governance.Ballots
	b.Vote(cast("a", governance.For))
	b.Vote(cast("b", governance.Against))
	b.Vote(cast("a", governance.Abstain))
	if want := []governance.Cast{cast("b", governance.Against), cast("a", governance.Abstain)}; !reflect.DeepEqual(b.Cast, want) {
		t.Errorf("%+v, want %+v", b.Cast, want)
	}
	b.Recall()
	if b.Cast == nil || len(b.Cast) > 0 {
		t.Errorf("recalled: %+v", b.Cast)
	}
}

func TestVoted(t *testing.T) {
	r := &governance.Resolution{Votes: []governance.DatedBallot{{Ballot: governance.Ballot{MembershipID: "a"}}}, Void: []governance.DatedBallot{{Ballot: governance.Ballot{MembershipID: "b"}}}}
	var none *governance.Resolution
	if !r.Voted("a") || r.Voted("b") || r.Voted("c") || none.Voted("a") {
		t.Error("whoever gave a vote that counts has voted, and nobody else")
	}
}

// Members vote on the content; external references are not part of it.
func TestAsked(t *testing.T) {
	common := func(title string) record.Common {
		return record.Common{Scope: "/siv/", ExternalRefs: []record.ExternalRef{{System: "arkiv", ID: title}}}
	}
	type asked interface{ Asked() any }
	for _, tc := range []struct {
		name string
		a, b asked
		same bool
	}{
		{"a decision with another reference", governance.NewDecision(governance.DecisionInput{Common: common("1")}), governance.NewDecision(governance.DecisionInput{Common: common("2")}), true},
		{"a decision with another outcome", governance.NewDecision(governance.DecisionInput{Outcome: governance.Approve}), governance.NewDecision(governance.DecisionInput{Outcome: governance.Decline}), false},
		{"an advice with another reference", governance.NewAdvice(governance.AdviceInput{Common: common("1")}), governance.NewAdvice(governance.AdviceInput{Common: common("2")}), true},
		{"an advice with another text", governance.NewAdvice(governance.AdviceInput{Text: "1"}), governance.NewAdvice(governance.AdviceInput{Text: "2"}), false},
		{"a proposal with another reference", governance.NewProposal(governance.ProposalInput{Common: common("1")}), governance.NewProposal(governance.ProposalInput{Common: common("2")}), true},
		{"a proposal with another tier", governance.NewProposal(governance.ProposalInput{Tier: 1}), governance.NewProposal(governance.ProposalInput{Tier: 2}), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if same := reflect.DeepEqual(tc.a.Asked(), tc.b.Asked()); same != tc.same {
				t.Errorf("the same question: %t", same)
			}
		})
	}
}
