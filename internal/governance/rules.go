package governance

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Share is a part of a number: a fraction such as 1/2, or a whole number of members. In JSON a whole number is a number.
type Share string // @name RuleShare

// UnmarshalJSON reads a text or a number. Rules.validate refuses what is no share.
func (s *Share) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case string(b) == "null":
		*s = ""
	case json.Unmarshal(b, &text) == nil:
		*s = Share(text)
	default:
		*s = Share(b)
	}
	return nil
}

// MarshalJSON writes a whole number as a number, and null for none.
func (s Share) MarshalJSON() ([]byte, error) {
	switch {
	case s == "":
		return []byte("null"), nil
	case s.valid() && !s.fraction():
		return []byte(s), nil
	}
	return json.Marshal(string(s))
}

var sharePattern = regexp.MustCompile(`^[1-9][0-9]{0,2}(/[1-9][0-9]{0,2})?$`)

// valid reports whether the text is a whole number, or a fraction of at most one.
func (s Share) valid() bool {
	if !sharePattern.MatchString(string(s)) {
		return false
	}
	n, d := s.parts()
	return !s.fraction() || n <= d
}

func (s Share) fraction() bool { return strings.Contains(string(s), "/") }

// whole reports whether the share is all of its base.
func (s Share) whole() bool {
	n, d := s.parts()
	return s.fraction() && n == d
}

// parts returns the numerator and the denominator. The denominator of a whole number is 1.
func (s Share) parts() (n, d int) {
	over, under, _ := strings.Cut(string(s), "/")
	n, _ = strconv.Atoi(over)
	d, _ = strconv.Atoi(under)
	return n, max(d, 1)
}

// Threshold is how much of its base a rule requires: at least a share, or more than a share. Exactly one of them is given.
type Threshold struct {
	AtLeast  Share `json:"at_least,omitempty" example:"2/3"`
	MoreThan Share `json:"more_than,omitempty" example:"1/2"`
}

// Required returns the smallest number that meets the threshold. It is at least 1, also of nothing.
func (t Threshold) Required(base int) int {
	share := t.AtLeast
	if share == "" {
		share = t.MoreThan
	}
	n, d := share.parts()
	if share.fraction() {
		n *= base
	}
	if t.AtLeast != "" {
		return max(1, (n+d-1)/d)
	}
	return n/d + 1
}

// moreThanHalf reports whether the threshold is more than half.
func (t Threshold) moreThanHalf() bool {
	n, d := t.MoreThan.parts()
	return t.MoreThan.fraction() && 2*n == d
}

func (t Threshold) validate(f *fault.Fields, at string, numbers bool) {
	switch {
	case t.AtLeast == "" && t.MoreThan == "":
		f.Add(at+"/at_least", "required", "is required")
	case t.AtLeast != "" && t.MoreThan != "":
		f.Add(at+"/more_than", "two_thresholds", "give either at_least or more_than, not both")
	}
	for _, x := range []struct {
		name  string
		share Share
	}{{"/at_least", t.AtLeast}, {"/more_than", t.MoreThan}} {
		switch {
		case x.share == "":
		case !x.share.valid() && numbers:
			f.Add(at+x.name, "bad_share", "must be a fraction such as 1/2, or a whole number from 1 to 999")
		case !x.share.valid(), !numbers && !x.share.fraction():
			f.Add(at+x.name, "bad_share/fraction", "must be a fraction such as 1/2")
		case x.name == "/more_than" && x.share.whole():
			f.Add(at+x.name, "bad_share/all", "must be less than the whole; for all, use at_least")
		}
	}
}

// QuorumBase is the number that a quorum is a share of.
type QuorumBase string // @name QuorumBase

// The bases of a quorum. A seat is vacant when its person has left.
const (
	AllSeats    QuorumBase = "seats"        // every seat with a vote, also the vacant ones
	FilledSeats QuorumBase = "filled_seats" // the seats with a vote that are not vacant
)

// This registers the closed list of them.
var _ = record.Choices[QuorumBase](
	[4]string{"seats", "alle plasser med stemmerett", "all seats with a vote", "neutral"},
	[4]string{"filled_seats", "besatte plasser med stemmerett", "filled seats with a vote", "neutral"})

// Quorum is how many of the voting members must be present.
type Quorum struct {
	Of QuorumBase `json:"of" validate:"required,choice" example:"seats"`
	Threshold
	// The lead or a deputy must be present.
	Chair bool `json:"chair"`
} // @name MandateQuorum

// MajorityBase is the number that a majority is a share of.
type MajorityBase string // @name MajorityBase

// The bases of a majority.
const (
	OfVotes   MajorityBase = "votes"   // the votes for and against; abstentions do not count
	OfPresent MajorityBase = "present" // the members present who have a vote in the case
	OfSeats   MajorityBase = "seats"   // every seat with a vote, also the vacant ones
)

// This registers the closed list of them.
var _ = record.Choices[MajorityBase](
	[4]string{"votes", "stemmene for og mot", "the votes for and against", "neutral"},
	[4]string{"present", "de stemmeberettigede som er til stede", "the members with a vote who are present", "neutral"},
	[4]string{"seats", "alle plasser med stemmerett", "all seats with a vote", "neutral"})

// Majority is how many votes for a text are needed. It is never met without a vote for it.
type Majority struct {
	Of MajorityBase `json:"of" validate:"required,choice" example:"votes"`
	Threshold
} // @name MandateMajority

// Rules are a body's rules for meetings and votes.
type Rules struct {
	Quorum   Quorum   `json:"quorum"`
	Majority Majority `json:"majority"`
	// When as many vote for as against, the vote of the chair counts once more. This is only so where more than half is needed.
	ChairBreaksTie bool `json:"chair_breaks_tie"`
	// A member with a declared conflict counts for the quorum but does not vote.
	ConflictedCount bool `json:"conflicted_count"`
	// The voting positions. When empty: all but observers and secretaries.
	VotingPositions []Position `json:"voting_positions" validate:"max=7,unique,dive,required,choice"`
} // @name MandateRules

// half is the threshold of more than half.
var half = Threshold{MoreThan: "1/2"}

// standing are the default rules of a mandate: more than half of the seats present, more votes for than against, and the chair's vote in a tie.
var standing = Rules{Quorum: Quorum{Of: AllSeats, Threshold: half}, Majority: Majority{Of: OfVotes, Threshold: half}, ChairBreaksTie: true}

// RulesOf returns the rules of a body: those of its mandate, or the default ones. The default quorum of a management body is one.
func RulesOf(b *Body, m *Mandate) Rules {
	if m != nil && m.Rules != nil {
		return *m.Rules
	}
	r := standing
	if b.Kind == Management {
		r.Quorum.Threshold = Threshold{AtLeast: "1"}
	}
	return r
}

func (r *Rules) validate(f *fault.Fields) {
	if r == nil {
		return
	}
	r.Quorum.validate(f, "/rules/quorum", true)
	r.Majority.validate(f, "/rules/majority", false)
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

// Required returns how many voting members must be present, of these seats with a vote and those of them that are filled.
func (r Rules) Required(seats, filled int) int {
	if r.Quorum.Of == FilledSeats {
		return r.Quorum.Required(filled)
	}
	return r.Quorum.Required(seats)
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

// BallotSource is how a ballot reached the body from a member who did not cast it in the system.
type BallotSource string // @name BallotSource

// The sources of a ballot.
const (
	ByLetter BallotSource = "letter"
	ByEmail  BallotSource = "email"
)

// This registers the closed list of them.
var _ = record.Choices[BallotSource](
	[4]string{"letter", "brev", "letter", "neutral"},
	[4]string{"email", "e-post", "e-mail", "neutral"})

// DatedBallot is a vote with the time it was cast. In a written meeting, a vote that is entered for another member says when that member cast it, and
// how it came.
type DatedBallot struct {
	Ballot
	CastAt *time.Time   `json:"cast_at"`
	Source BallotSource `json:"source,omitempty" validate:"omitempty,choice" example:"letter"`
} // @name DatedBallot

// Voters are the numbers that a majority may be a share of.
type Voters struct {
	Present int // the members present who have a vote in the case
	Seats   int // all seats with a vote
}

// Tally is the result of a vote.
type Tally struct {
	For     int `json:"for"`
	Against int `json:"against"`
	Abstain int `json:"abstain"`
	// How many votes for it the majority needs.
	Required int  `json:"required"`
	Carried  bool `json:"carried"`
} // @name VoteTally

// Count counts votes by the rules. chair is the chair's vote, or empty.
func (r Rules) Count(votes []DatedBallot, chair Choice, of Voters) Tally {
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
	base := t.For + t.Against
	switch r.Majority.Of {
	case OfPresent:
		base = of.Present
	case OfSeats:
		base = of.Seats
	case OfVotes:
	}
	counted := t.For
	if r.ChairBreaksTie && chair == For && t.For == t.Against && r.Majority.moreThanHalf() {
		counted++
	}
	t.Required = r.Majority.Required(base)
	t.Carried = t.For > 0 && counted >= t.Required
	return t
}
