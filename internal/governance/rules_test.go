package governance_test

import (
	"encoding/json"
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

// least and more return the thresholds of at least a share and more than a share.
func least(share governance.Share) governance.Threshold {
	return governance.Threshold{AtLeast: share}
}

func more(share governance.Share) governance.Threshold { return governance.Threshold{MoreThan: share} }

func quorumOf(base governance.QuorumBase, t governance.Threshold) governance.Quorum {
	return governance.Quorum{Of: base, Threshold: t}
}

func majorityOf(base governance.MajorityBase, t governance.Threshold) governance.Majority {
	return governance.Majority{Of: base, Threshold: t}
}

func TestThreshold(t *testing.T) {
	for _, tc := range []struct {
		name string
		of   governance.Threshold
		want map[int]int // the base to the number required
	}{
		{"more than half", more("1/2"), map[int]int{0: 1, 1: 1, 2: 2, 3: 2, 4: 3, 5: 3, 11: 6, 12: 7}},
		{"at least half", least("1/2"), map[int]int{0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3}},
		{"two thirds", least("2/3"), map[int]int{0: 1, 1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 9: 6, 10: 7}},
		{"more than two thirds", more("2/3"), map[int]int{3: 3, 4: 3, 6: 5}},
		{"all", least("1/1"), map[int]int{0: 1, 1: 1, 7: 7}},
		{"a number", least("3"), map[int]int{0: 3, 2: 3, 3: 3, 12: 3}},
		{"more than a number", more("3"), map[int]int{0: 4, 12: 4}},
		{"a share that no float has", least("7/10"), map[int]int{10: 7, 100: 70, 30: 21}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for base, want := range tc.want {
				if got := tc.of.Required(base); got != want {
					t.Errorf("of %d: %d, want %d", base, got, want)
				}
			}
		})
	}
}

// The required number is the smallest that meets the rule.
func TestThresholdIsExact(t *testing.T) {
	enough := map[governance.Threshold]func(n, of int) bool{
		more("1/2"):  func(n, of int) bool { return 2*n > of },
		least("2/3"): func(n, of int) bool { return 3*n >= 2*of },
		more("3/7"):  func(n, of int) bool { return 7*n > 3*of },
		least("1/1"): func(n, of int) bool { return n == of },
	}
	for threshold, is := range enough {
		for base := 1; base <= 40; base++ {
			n := threshold.Required(base)
			if !is(n, base) || is(n-1, base) {
				t.Errorf("%+v of %d: %d", threshold, base, n)
			}
		}
	}
}

// Vacant seats count or not, as the rule says. No quorum is nobody.
func TestRequired(t *testing.T) {
	for _, tc := range []struct {
		name                string
		quorum              governance.Quorum
		seats, filled, want int
	}{
		{"all seats, two of five vacant", quorumOf(governance.AllSeats, more("1/2")), 5, 3, 3},
		{"filled seats, two of five vacant", quorumOf(governance.FilledSeats, more("1/2")), 5, 3, 2},
		{"two thirds of the filled seats", quorumOf(governance.FilledSeats, least("2/3")), 9, 6, 4},
		{"no filled seats", quorumOf(governance.FilledSeats, least("1/2")), 5, 0, 1},
		{"no seats", quorumOf(governance.AllSeats, more("1/2")), 0, 0, 1},
		{"a number of no seats", quorumOf(governance.FilledSeats, least("2")), 0, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := (governance.Rules{Quorum: tc.quorum}).Required(tc.seats, tc.filled); got != tc.want {
				t.Errorf("%d, want %d", got, tc.want)
			}
		})
	}
}

// A share is a fraction or a whole number. In JSON a whole number is a number.
func TestShareInJSON(t *testing.T) {
	for in, want := range map[string]string{`"1/2"`: `"1/2"`, `3`: `3`, `"3"`: `3`, `null`: `null`, `1.5`: `"1.5"`, `true`: `"true"`, `"0/1"`: `"0/1"`} {
		var s governance.Share
		if err := json.Unmarshal([]byte(in), &s); err != nil {
			t.Fatal(err)
		}
		if out, err := json.Marshal(s); err != nil || string(out) != want {
			t.Errorf("%s: %s, want %s (%v)", in, out, want, err)
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

func votes(yes, no, abstain int) []governance.DatedBallot {
	var out []governance.DatedBallot
	for vote, n := range map[governance.Choice]int{governance.For: yes, governance.Against: no, governance.Abstain: abstain} {
		for range n {
			out = append(out, governance.DatedBallot{Ballot: governance.Ballot{Vote: vote}})
		}
	}
	return out
}

func TestCount(t *testing.T) {
	simple := governance.Rules{Majority: majorityOf(governance.OfVotes, more("1/2"))}
	casting := governance.Rules{Majority: majorityOf(governance.OfVotes, more("2/4")), ChairBreaksTie: true}
	twoThirds := governance.Rules{Majority: majorityOf(governance.OfVotes, least("2/3")), ChairBreaksTie: true}
	unanimous := governance.Rules{Majority: majorityOf(governance.OfVotes, least("1/1")), ChairBreaksTie: true}
	present := governance.Rules{Majority: majorityOf(governance.OfPresent, more("1/2")), ChairBreaksTie: true}
	seats := governance.Rules{Majority: majorityOf(governance.OfSeats, least("2/3"))}
	for _, tc := range []struct {
		name             string
		rules            governance.Rules
		yes, no, abstain int
		chair            governance.Choice
		carried          bool
	}{
		{"one more for", simple, 3, 2, 0, governance.Against, true},
		{"one more against", simple, 2, 3, 0, governance.For, false},
		{"even", simple, 2, 2, 0, governance.For, false},
		{"abstentions do not count", simple, 1, 0, 9, governance.Abstain, true},
		{"nobody votes", simple, 0, 0, 0, "", false},
		{"all abstain", casting, 0, 0, 3, governance.Abstain, false},

		{"even, and the chair is for", casting, 2, 2, 0, governance.For, true},
		{"even, and the chair is against", casting, 2, 2, 0, governance.Against, false},
		{"even, and the chair abstains", casting, 2, 2, 1, governance.Abstain, false},
		{"even without a chair", casting, 2, 2, 0, "", false},
		{"the chair's vote breaks a tie and nothing else", casting, 2, 3, 0, governance.For, false},
		{"nobody votes, and the chair would break a tie", casting, 0, 0, 0, governance.For, false},

		{"exactly two thirds", twoThirds, 4, 2, 0, governance.Against, true},
		{"one short of two thirds", twoThirds, 3, 2, 0, governance.For, false},
		{"two thirds of those for and against", twoThirds, 2, 1, 7, governance.Abstain, true},
		{"no two thirds of nobody", twoThirds, 0, 0, 5, governance.Abstain, false},
		{"the chair does not break a two-thirds vote", twoThirds, 1, 1, 0, governance.For, false},

		{"nobody against", unanimous, 5, 0, 0, governance.For, true},
		{"one against", unanimous, 5, 1, 0, governance.For, false},
		{"one abstains", unanimous, 5, 0, 1, governance.For, true},
		{"everybody abstains", unanimous, 0, 0, 5, governance.Abstain, false},

		{"half of those present", present, 3, 1, 2, governance.Against, false},
		{"more than half of those present", present, 4, 1, 1, governance.Against, true},
		{"even, of all present", present, 3, 3, 0, governance.For, true},
		{"even, but one abstains", present, 2, 2, 2, governance.For, false},
		{"two thirds of the seats", seats, 6, 0, 0, governance.For, true},
		{"one short of two thirds of the seats", seats, 5, 0, 1, governance.For, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.rules.Count(votes(tc.yes, tc.no, tc.abstain), tc.chair, governance.Voters{Present: 6, Seats: 9})
			want := governance.Tally{For: tc.yes, Against: tc.no, Abstain: tc.abstain, Required: got.Required, Carried: tc.carried}
			if got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

func TestRulesOf(t *testing.T) {
	own := governance.Rules{Quorum: quorumOf(governance.AllSeats, least("1/1")), Majority: majorityOf(governance.OfSeats, least("1/1"))}
	for _, tc := range []struct {
		name     string
		kind     governance.BodyKind
		mandate  *governance.Mandate
		required int // of seven
		majority governance.MajorityBase
		tie      bool
	}{
		{"a council without a mandate", governance.Council, nil, 4, governance.OfVotes, true},
		{"a mandate that says nothing", governance.Council, &governance.Mandate{}, 4, governance.OfVotes, true},
		{"a mandate's own", governance.Council, &governance.Mandate{MandateInput: governance.MandateInput{Rules: &own}}, 7, governance.OfSeats, false},
		{"a management", governance.Management, nil, 1, governance.OfVotes, true},
		{"a management with rules of its own", governance.Management, &governance.Mandate{MandateInput: governance.MandateInput{Rules: &own}}, 7, governance.OfSeats, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := governance.RulesOf(&governance.Body{BodyInput: governance.BodyInput{Kind: tc.kind}}, tc.mandate)
			if r.Required(7, 7) != tc.required || r.Majority.Of != tc.majority || r.ChairBreaksTie != tc.tie {
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
	t.Run("quorum", func(t *testing.T) {
		b := governance.NewBody(governance.BodyInput{})
		expect(t, b.LoseQuorum("2026-10-01"))
		if b.NoQuorumSince != "2026-10-01" || len(b.Facts()) != 0 {
			t.Errorf("top management may decide in its place at once: %+v", b)
		}
		expect(t, b.LackQuorum())
		if len(b.Facts()) != 1 {
			t.Error("top management may not decide in its place after thirty days")
		}
		b.StandIn = &governance.StandIn{By: "a"}
		if len(b.Facts()) != 0 {
			t.Error("somebody decides in its place already")
		}
		expect(t, b.RegainQuorum())
		if b.NoQuorumSince != "" || b.LacksQuorum || b.StandIn != nil {
			t.Errorf("the quorum has returned: %+v", b)
		}
	})
	active := []string{"update", "delete", "close", "lose-quorum", "lack-quorum", "regain-quorum", "stand-in", "prepare-term-end"}
	workflow(t, "body", active, map[string][]string{"active": active, "closed": {}})
}
