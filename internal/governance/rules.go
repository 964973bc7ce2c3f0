package governance

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// QuorumOf says how a quorum is computed.
type QuorumOf string // @name QuorumKind

// The ways to count a quorum.
const (
	MajorityOf QuorumOf = "majority"   // more than half of the voting members
	TwoThirds  QuorumOf = "two_thirds" // at least two thirds of them
	All        QuorumOf = "all"
	AtLeast    QuorumOf = "number" // a number of them
)

// This registers the closed list of them.
var _ = record.Choices[QuorumOf](
	[4]string{"majority", "mer enn halvparten", "more than half", "neutral"},
	[4]string{"two_thirds", "minst to tredjedeler", "at least two thirds", "neutral"},
	[4]string{"all", "alle", "all", "neutral"},
	[4]string{"number", "et antall", "a number", "neutral"})

// Quorum is how many of the voting members must be present.
type Quorum struct {
	Of     QuorumOf `json:"of" validate:"required,choice" example:"majority"`
	Number int      `json:"number,omitempty" validate:"min=0,max=1000" example:"3"`
	// The lead or the deputy must be present.
	Lead bool `json:"lead"`
} // @name MandateQuorum

// Majority is the majority that a vote needs.
type Majority string // @name VoteMajority

// The majorities. They are computed from the votes for and against; abstentions are not counted. Unanimous needs at least one vote for and
// none against.
const (
	Simple         Majority = "simple"
	TwoThirdsVotes Majority = "two_thirds"
	Unanimous      Majority = "unanimous"
)

// Majorities is the closed list of them.
var Majorities = record.Choices[Majority](
	[4]string{"simple", "alminnelig flertall", "simple majority", "neutral"},
	[4]string{"two_thirds", "to tredjedels flertall", "two-thirds majority", "neutral"},
	[4]string{"unanimous", "enstemmighet", "unanimity", "neutral"})

// Rules are a body's rules for meetings and votes.
type Rules struct {
	Quorum   Quorum   `json:"quorum"`
	Majority Majority `json:"majority" validate:"required,choice" example:"simple"`
	// In a tie, the lead's vote decides.
	LeadBreaksTie bool `json:"lead_breaks_tie"`
	// A member with a declared conflict counts for the quorum but does not vote.
	ConflictedCount bool `json:"conflicted_count"`
	// The voting positions. When empty: all but observers and secretaries.
	VotingPositions []Position `json:"voting_positions" validate:"max=7,unique,dive,required,choice"`
} // @name MandateRules

// standing are the default rules of a mandate: more than half present, a simple majority, and the lead's vote in a tie.
var standing = Rules{Quorum: Quorum{Of: MajorityOf}, Majority: Simple, LeadBreaksTie: true}

// RulesOf returns the rules of a body: those of its mandate, or the default ones. The default quorum of a management body is one.
func RulesOf(b *Body, m *Mandate) Rules {
	if m != nil && m.Rules != nil {
		return *m.Rules
	}
	r := standing
	if b.Kind == Management {
		r.Quorum = Quorum{Of: AtLeast, Number: 1}
	}
	return r
}

func (r *Rules) validate(f *fault.Fields) {
	if r == nil {
		return
	}
	if r.Quorum.Of == AtLeast && r.Quorum.Number < 1 {
		f.Add("/rules/quorum/number", "required", "is required")
	}
	for _, p := range r.VotingPositions {
		if p == Observer || p == Secretary {
			f.Add("/rules/voting_positions", "never_votes/position", "observers and secretaries have no vote")
			return
		}
	}
}

// Votes reports whether members in this position vote.
func (r Rules) Votes(p Position) bool {
	if p == Observer || p == Secretary {
		return false
	}
	return len(r.VotingPositions) == 0 || slices.Contains(r.VotingPositions, p)
}

// Required returns how many of this number of voting members must be present.
func (r Rules) Required(voting int) int {
	switch r.Quorum.Of {
	case TwoThirds:
		return (2*voting + 2) / 3
	case All:
		return max(voting, 1)
	case AtLeast:
		return r.Quorum.Number
	case MajorityOf:
	}
	return voting/2 + 1
}

// Choice is a vote.
type Choice string // @name VoteChoice

// The votes.
const (
	For     Choice = "for"
	Against Choice = "against"
	Abstain Choice = "abstain"
)

// This registers the closed list of them.
var _ = record.Choices[Choice](
	[4]string{"for", "for", "for", "success"},
	[4]string{"against", "mot", "against", "danger"},
	[4]string{"abstain", "avstår", "abstain", "neutral"})

// Ballot is one member's vote.
type Ballot struct {
	MembershipID string `json:"membership_id" validate:"required,uuid" format:"uuid" ref:"membership"`
	Vote         Choice `json:"vote" validate:"required,choice" example:"for"`
} // @name Ballot

// Tally is the result of a vote.
type Tally struct {
	For     int  `json:"for"`
	Against int  `json:"against"`
	Abstain int  `json:"abstain"`
	Carried bool `json:"carried"`
} // @name VoteTally

// Count counts votes by the rules. lead is the lead's vote, or empty.
func (r Rules) Count(votes []Ballot, lead Choice) Tally {
	var t Tally
	for _, v := range votes {
		switch v.Vote {
		case For:
			t.For++
		case Against:
			t.Against++
		case Abstain:
			t.Abstain++
		}
	}
	switch r.Majority {
	case Unanimous:
		t.Carried = t.For > 0 && t.Against == 0
	case TwoThirdsVotes:
		t.Carried = t.For > 0 && 3*t.For >= 2*(t.For+t.Against)
	case Simple:
		t.Carried = t.For > t.Against || t.For > 0 && t.For == t.Against && r.LeadBreaksTie && lead == For
	}
	return t
}
