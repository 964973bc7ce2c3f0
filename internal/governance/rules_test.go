package governance_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// now is the morning of 21 November 2026 in Oslo.
var now = time.Date(2026, 11, 21, 9, 0, 0, 0, record.Oslo)

// outcome returns a code for each field or blocker, or that of the refusal. It is empty when the rule allowed the action.
func outcome(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	f := fault.As(err)
	if f == nil {
		t.Fatalf("not a refusal: %v", err)
	}
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Pointer+" "+x.Code)
	}
	for _, x := range f.Blockers {
		out = append(out, x.Pointer+" "+x.Code)
	}
	if out == nil {
		out = []string{f.Code}
	}
	return out
}

func expect(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := outcome(t, err); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// workflow checks which actions each state of a kind allows.
func workflow(t *testing.T, kind string, actions []string, rows map[string][]string) {
	t.Helper()
	k := record.KindOf(kind)
	for _, state := range k.States() {
		want, ok := rows[state]
		if !ok {
			t.Errorf("%s: no row for the state %s", kind, state)
			continue
		}
		for _, action := range actions {
			if got := k.Fits(action, state); got != slices.Contains(want, action) {
				t.Errorf("%s %s in the state %s: %t", action, kind, state, got)
			}
		}
	}
	for _, verb := range k.Verbs() {
		if !slices.Contains(actions, verb) {
			t.Errorf("%s: the verb %s is not tested", kind, verb)
		}
	}
}

func TestRequired(t *testing.T) {
	for _, tc := range []struct {
		name   string
		quorum governance.Quorum
		want   map[int]int // voting members to those required
	}{
		{"more than half", governance.Quorum{Of: governance.MajorityOf}, map[int]int{0: 1, 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 11: 6, 12: 7}},
		{"two thirds", governance.Quorum{Of: governance.TwoThirds}, map[int]int{1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 9: 6, 10: 7}},
		{"all", governance.Quorum{Of: governance.All}, map[int]int{0: 1, 1: 1, 7: 7}},
		{"a number", governance.Quorum{Of: governance.AtLeast, Number: 3}, map[int]int{0: 3, 2: 3, 3: 3, 12: 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for voting, want := range tc.want {
				if got := (governance.Rules{Quorum: tc.quorum}).Required(voting); got != want {
					t.Errorf("of %d: %d, want %d", voting, got, want)
				}
			}
		})
	}
}

// The required number is the smallest that meets the rule.
func TestRequiredIsExact(t *testing.T) {
	enough := map[governance.QuorumOf]func(present, voting int) bool{
		governance.MajorityOf: func(p, v int) bool { return 2*p > v },
		governance.TwoThirds:  func(p, v int) bool { return 3*p >= 2*v },
		governance.All:        func(p, v int) bool { return p == v },
	}
	for of, is := range enough {
		for voting := 1; voting <= 40; voting++ {
			n := (governance.Rules{Quorum: governance.Quorum{Of: of}}).Required(voting)
			if !is(n, voting) || is(n-1, voting) {
				t.Errorf("%s of %d: %d", of, voting, n)
			}
		}
	}
}

func TestVotes(t *testing.T) {
	for _, tc := range []struct {
		name   string
		voting []governance.Position
		want   []governance.Position
	}{
		{
			"all but observers and secretaries", nil,
			[]governance.Position{governance.Lead, governance.Deputy, governance.Member, governance.ActiveParticipant, governance.Unspecified},
		},
		{"those the mandate names", []governance.Position{governance.Lead, governance.Member}, []governance.Position{governance.Lead, governance.Member}},
		{"an observer never votes", []governance.Position{governance.Observer, governance.Secretary, governance.Lead}, []governance.Position{governance.Lead}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rules := governance.Rules{VotingPositions: tc.voting}
			for _, p := range governance.Positions {
				position := governance.Position(p.Value)
				if got := rules.Votes(position); got != slices.Contains(tc.want, position) {
					t.Errorf("%s: %t", position, got)
				}
			}
		})
	}
}

func votes(yes, no, abstain int) []governance.Ballot {
	var out []governance.Ballot
	for vote, n := range map[governance.Choice]int{governance.For: yes, governance.Against: no, governance.Abstain: abstain} {
		for range n {
			out = append(out, governance.Ballot{Vote: vote})
		}
	}
	return out
}

func TestCount(t *testing.T) {
	simple, casting := governance.Rules{Majority: governance.Simple}, governance.Rules{Majority: governance.Simple, LeadBreaksTie: true}
	twoThirds, unanimous := governance.Rules{Majority: governance.TwoThirdsVotes, LeadBreaksTie: true}, governance.Rules{Majority: governance.Unanimous, LeadBreaksTie: true}
	for _, tc := range []struct {
		name             string
		rules            governance.Rules
		yes, no, abstain int
		lead             governance.Choice
		carried          bool
	}{
		{"one more for", simple, 3, 2, 0, governance.Against, true},
		{"one more against", simple, 2, 3, 0, governance.For, false},
		{"even", simple, 2, 2, 0, governance.For, false},
		{"abstentions do not count", simple, 1, 0, 9, governance.Abstain, true},
		{"nobody votes", simple, 0, 0, 0, "", false},
		{"all abstain", casting, 0, 0, 3, governance.Abstain, false},

		{"even, and the lead is for", casting, 2, 2, 0, governance.For, true},
		{"even, and the lead is against", casting, 2, 2, 0, governance.Against, false},
		{"even, and the lead abstains", casting, 2, 2, 1, governance.Abstain, false},
		{"even without a lead", casting, 2, 2, 0, "", false},
		{"the lead's vote breaks a tie and nothing else", casting, 2, 3, 0, governance.For, false},
		{"nobody votes, and the lead would break a tie", casting, 0, 0, 0, governance.For, false},

		{"exactly two thirds", twoThirds, 4, 2, 0, governance.Against, true},
		{"one short of two thirds", twoThirds, 3, 2, 0, governance.For, false},
		{"two thirds of those for and against", twoThirds, 2, 1, 7, governance.Abstain, true},
		{"no two thirds of nobody", twoThirds, 0, 0, 5, governance.Abstain, false},
		{"the lead does not break a two-thirds vote", twoThirds, 1, 1, 0, governance.For, false},

		{"nobody against", unanimous, 5, 0, 0, governance.For, true},
		{"one against", unanimous, 5, 1, 0, governance.For, false},
		{"one abstains", unanimous, 5, 0, 1, governance.For, true},
		{"everybody abstains", unanimous, 0, 0, 5, governance.Abstain, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := governance.Tally{For: tc.yes, Against: tc.no, Abstain: tc.abstain, Carried: tc.carried}
			if got := tc.rules.Count(votes(tc.yes, tc.no, tc.abstain), tc.lead); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestRulesOf(t *testing.T) {
	own := governance.Rules{Quorum: governance.Quorum{Of: governance.All}, Majority: governance.Unanimous}
	for _, tc := range []struct {
		name     string
		kind     governance.BodyKind
		mandate  *governance.Mandate
		required int // of seven
		majority governance.Majority
		tie      bool
	}{
		{"a council without a mandate", governance.Council, nil, 4, governance.Simple, true},
		{"a mandate that says nothing", governance.Council, &governance.Mandate{}, 4, governance.Simple, true},
		{"a mandate's own", governance.Council, &governance.Mandate{MandateInput: governance.MandateInput{Rules: &own}}, 7, governance.Unanimous, false},
		{"a management", governance.Management, nil, 1, governance.Simple, true},
		{"a management with rules of its own", governance.Management, &governance.Mandate{MandateInput: governance.MandateInput{Rules: &own}}, 7, governance.Unanimous, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := governance.RulesOf(&governance.Body{BodyInput: governance.BodyInput{Kind: tc.kind}}, tc.mandate)
			if r.Required(7) != tc.required || r.Majority != tc.majority || r.LeadBreaksTie != tc.tie {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestBody(t *testing.T) {
	t.Run("roles of positions", func(t *testing.T) {
		council, none := governance.Body{BodyInput: governance.BodyInput{MemberRole: "ai_council"}}, governance.Body{}
		for _, tc := range []struct {
			position      governance.Position
			council, none string
		}{
			{governance.Lead, "ai_council", ""},
			{governance.Member, "ai_council", ""},
			{governance.Unspecified, "ai_council", ""},
			{governance.Observer, "observer", "observer"},
			{governance.Secretary, "secretariat", "secretariat"},
		} {
			if got := council.RoleOf(tc.position); got != tc.council {
				t.Errorf("%s of a council: %q", tc.position, got)
			}
			if got := none.RoleOf(tc.position); got != tc.none {
				t.Errorf("%s of a body without a role: %q", tc.position, got)
			}
		}
	})
	for _, tc := range []struct {
		name  string
		to    record.Date
		close bool
		ended bool
	}{
		{"no last day", "", false, false},
		{"the last day is tomorrow", "2026-11-22", false, false},
		{"on the last day", "2026-11-21", false, false},
		{"the day after", "2026-11-20", false, true},
		{"closed before its last day", "2027-01-01", true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := governance.NewBody(governance.BodyInput{TermTo: tc.to})
			if b.Status != governance.BodyActive {
				t.Fatalf("a new body is %s", b.Status)
			}
			if tc.close {
				expect(t, b.Close())
			}
			if got := b.Ended(now); got != tc.ended {
				t.Errorf("ended %t", got)
			}
		})
	}
	for _, tc := range []struct {
		name     string
		from, to record.Date
		want     []string
	}{
		{"one day", "2026-11-21", "2026-11-21", nil},
		{"ends the day before it begins", "2026-11-21", "2026-11-20", []string{"/term_to ends_before_start"}},
		{"open at both ends", "", "", nil},
		{"no first day", "", "2026-11-20", nil},
	} {
		t.Run("term: "+tc.name, func(t *testing.T) {
			expect(t, governance.NewBody(governance.BodyInput{TermFrom: tc.from, TermTo: tc.to}).Validate(), tc.want...)
		})
	}
	workflow(t, "body", []string{"update", "delete", "close"}, map[string][]string{"active": {"update", "delete", "close"}, "closed": {}})
}
