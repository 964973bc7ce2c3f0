package governance_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/governance"
)

var path = []governance.Step{{Key: "au", Name: "Arbeidsutvalget"}, {Key: "skate", Name: "Skate"}}

// A proposal passes every step of its review path, in order, before it is decided.
func TestProposalPath(t *testing.T) {
	p := governance.NewProposal(governance.ProposalInput{})
	expect(t, p.Ready(path), "not_agreed")
	r := &governance.Resolution{MeetingID: "holdt"}
	expect(t, p.Agree(r))
	if p.Status != governance.ProposalAgreed || p.Resolution != r || p.MeetingID != "holdt" {
		t.Errorf("agreed: %+v", p)
	}
	expect(t, p.Ready(path), "/review review_missing", "/review review_missing")
	expect(t, p.Advance(path, "Sendt", "kari", now))
	if p.Status != governance.ProposalInReview || p.Review[0].Key != "au" || p.Review[0].Note != "Sendt" || p.Review[0].By != "kari" {
		t.Errorf("at the first stop: %+v", p)
	}
	expect(t, p.Ready(path), "/review review_missing")
	expect(t, p.Advance(path, "", "kari", now))
	expect(t, p.Ready(path))
	expect(t, p.Advance(path, "", "kari", now), "path_done")
	if len(p.Review) != 2 || p.Review[1].Key != "skate" {
		t.Errorf("at the last stop: %+v", p.Review)
	}
}

func TestProposalReady(t *testing.T) {
	for _, tc := range []struct {
		name   string
		status governance.ProposalStatus
		been   int
		path   []governance.Step
		want   []string
	}{
		{"a draft", governance.ProposalDraft, 0, nil, []string{"not_agreed"}},
		{"agreed, without a path", governance.ProposalAgreed, 0, nil, nil},
		{"one stop short", governance.ProposalInReview, 1, path, []string{"/review review_missing"}},
		{"at every stop", governance.ProposalInReview, 2, path, nil},
		{"the path was shortened since", governance.ProposalInReview, 2, path[:1], nil},
		{"decided already", governance.ProposalDecided, 2, path, []string{"not_agreed"}},
		{"withdrawn", governance.ProposalWithdrawn, 2, path, []string{"not_agreed"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := governance.Proposal{Status: tc.status, Review: make([]governance.Reviewed, tc.been)}
			expect(t, p.Ready(tc.path), tc.want...)
		})
	}
	t.Run("a proposal without a path goes nowhere", func(t *testing.T) {
		p := governance.Proposal{Status: governance.ProposalAgreed}
		expect(t, p.Advance(nil, "", "kari", now), "path_done")
		if p.Status != governance.ProposalAgreed {
			t.Errorf("is %s", p.Status)
		}
	})
}

func TestDecideProposal(t *testing.T) {
	for _, tc := range []struct {
		outcome governance.Outcome
		want    governance.ProposalStatus
		kept    bool // the resolution and the reviewed steps are kept
	}{
		{governance.Approve, governance.ProposalDecided, true},
		{governance.Conditional, governance.ProposalDecided, true},
		{governance.Decline, governance.ProposalDecided, true},
		{governance.Returned, governance.ProposalDraft, false},
	} {
		t.Run(string(tc.outcome), func(t *testing.T) {
			p := governance.Proposal{
				Status: governance.ProposalInReview, Review: make([]governance.Reviewed, 2), Resolution: &governance.Resolution{},
				Ballots: governance.Ballots{Cast: make([]governance.Cast, 3)},
			}
			expect(t, p.Decide(tc.outcome, "vedtak"))
			if p.Status != tc.want || p.Outcome != tc.outcome || p.DecisionID != "vedtak" {
				t.Errorf("%s, %s by %s", p.Status, p.Outcome, p.DecisionID)
			}
			if kept := p.Resolution != nil && len(p.Review) == 2 && len(p.Cast) == 3; kept != tc.kept || !kept && (p.Resolution != nil || len(p.Review)+len(p.Cast) > 0) {
				t.Errorf("resolution %v, %d stops, %d votes", p.Resolution, len(p.Review), len(p.Cast))
			}
		})
	}
}

func TestProposalStates(t *testing.T) {
	p := governance.NewProposal(governance.ProposalInput{})
	if p.Status != governance.ProposalDraft {
		t.Errorf("a new proposal is %s", p.Status)
	}
	expect(t, p.Withdraw())
	if p.Status != governance.ProposalWithdrawn {
		t.Errorf("withdrawn: %s", p.Status)
	}
	workflow(t, "proposal", []string{"update", "delete", "vote", "agree", "advance", "decide", "withdraw"}, map[string][]string{
		"draft":     {"update", "delete", "vote", "agree", "withdraw"},
		"agreed":    {"advance", "decide", "withdraw"},
		"in_review": {"advance", "decide", "withdraw"},
		"decided":   {},
		"withdrawn": {},
	})
}
