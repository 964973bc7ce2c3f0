package governance

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Presence says how a member took part.
type Presence string // @name MeetingPresence

// The values of Presence. A member who answers in a written meeting is present.
const (
	Present       Presence = "present"
	PresentRemote Presence = "remote"
	Excused       Presence = "excused"
	Absent        Presence = "absent"
)

// This registers the closed list of them.
var _ = record.Choices[Presence](
	[4]string{"present", "til stede", "present", "success"},
	[4]string{"remote", "til stede digitalt", "present remotely", "success"},
	[4]string{"excused", "meldt forfall", "excused", "warning"},
	[4]string{"absent", "ikke møtt", "absent", "danger"})

// There reports whether the member took part.
func (p Presence) There() bool { return p == Present || p == PresentRemote }

// Attendance says how one member took part.
type Attendance struct {
	MembershipID string   `json:"membership_id" validate:"required,uuid" format:"uuid" ref:"membership"`
	Presence     Presence `json:"presence" validate:"required,choice" example:"present"`
} // @name MeetingAttendance

// Roll is the request that records a held meeting: who was present, and who chaired it.
type Roll struct {
	Attendance []Attendance `json:"attendance" validate:"min=1,max=200,unique=MembershipID,dive"`
	// The membership of who chaired the meeting. Left out, it is the lead if present, else a deputy. If neither was present, those present chose a
	// chair, who is named here.
	ChairID string `json:"chair_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"membership"`
} // @name MeetingRoll

// MeetingSeat is a seat of the body on the day of a meeting.
type MeetingSeat struct {
	MembershipID   string   `json:"membership_id" format:"uuid" names:"membership"`
	UserID         string   `json:"user_id,omitempty" format:"uuid" names:"user"`
	OrganisationID string   `json:"organisation_id,omitempty" format:"uuid" names:"organisation"`
	Position       Position `json:"position" example:"member"`
	Votes          bool     `json:"votes"` // the position has a vote by the mandate, and the seat counts
	// The person of the seat had left.
	Vacant bool `json:"vacant"`
	// The seat that counts for the same member. Left out for a seat that counts itself.
	CountedAs string `json:"counted_as,omitempty" format:"uuid" names:"membership"`
} // @name MeetingSeat

// Quorate says whether enough voting members were present.
type Quorate struct {
	Voting   int  `json:"voting"` // all seats with a vote
	Filled   int  `json:"filled"` // those of them that were not vacant
	Required int  `json:"required"`
	Present  int  `json:"present"`
	Lead     bool `json:"lead_present"` // the lead or a deputy
	Met      bool `json:"met"`
} // @name MeetingQuorum

// Attended is who was at a meeting, who chaired it, and whether that was a quorum.
type Attended struct {
	Attendance []Attendance `json:"attendance"`
	ChairID    string       `json:"chair_id,omitempty" format:"uuid" names:"membership"`
	Quorum     *Quorate     `json:"quorum"`
}

// There reports whether a member took part.
func (a Attended) There(membershipID string) bool {
	return slices.ContainsFunc(a.Attendance, func(x Attendance) bool { return x.MembershipID == membershipID && x.Presence.There() })
}

// Constitution is what a body was on the day of a meeting: its mandate, rules and seats. It is stored when the meeting is held. All that is resolved at
// the meeting is judged by it.
type Constitution struct {
	MandateID      string        `json:"mandate_id,omitempty" ref:"mandate" format:"uuid"`
	MandateEdition int           `json:"mandate_edition,omitempty" example:"2"`
	Rules          *Rules        `json:"rules"` // those of the mandate, or the default ones; null until the meeting is held
	Seats          []MeetingSeat `json:"seats"`
}

// seat returns the seat of a membership, or nil.
func (c *Constitution) seat(membershipID string) *MeetingSeat {
	if i := slices.IndexFunc(c.Seats, func(s MeetingSeat) bool { return s.MembershipID == membershipID }); i >= 0 {
		return &c.Seats[i]
	}
	return nil
}

// attended checks a roll against the seats, finds the chair, and counts the quorum. place is where the roll is in the request.
func (c *Constitution) attended(in Roll, place string) (Attended, error) {
	a := Attended{Attendance: in.Attendance}
	var f fault.Fields
	for i, x := range in.Attendance {
		at := place + pointer("attendance", i, "membership_id")
		switch s := c.seat(x.MembershipID); {
		case s == nil:
			f.Add(at, "not_a_member", "must be a member of the body")
		case s.Vacant && x.Presence.There():
			f.Add(at, "vacant_seat", "is a vacant seat: its person has left")
		}
	}
	if in.ChairID != "" {
		switch s := c.seat(in.ChairID); {
		case s == nil:
			f.Add(place+"/chair_id", "not_a_member", "must be a member of the body")
		case s.Position == Observer || s.Position == Secretary:
			f.Add(place+"/chair_id", "cannot_chair/position", "is an observer or a secretary, who cannot chair a meeting")
		case !a.There(s.MembershipID):
			f.Add(place+"/chair_id", "cannot_chair/absent", "was not at the meeting, so cannot have chaired it")
		}
	}
	if err := f.Err(); err != nil {
		return a, err
	}
	var err error
	a.ChairID, err = c.chair(a, in.ChairID, place)
	a.Quorum = c.quorum(a)
	return a, err
}

// chair returns who chaired: whom the roll names, else the lead, else a deputy. It is nobody when only observers and secretaries came.
func (c *Constitution) chair(a Attended, named, place string) (string, error) {
	if named != "" {
		return named, nil
	}
	came := false
	for _, p := range []Position{Lead, Deputy} {
		for _, s := range c.Seats {
			if !a.There(s.MembershipID) {
				continue
			}
			if s.Position == p {
				return s.MembershipID, nil
			}
			came = came || s.Position != Observer && s.Position != Secretary
		}
	}
	var b fault.Blockers
	if came {
		b.Add("chair_missing", place+"/chair_id", "neither the lead nor a deputy was present; name whom those present chose to chair the meeting")
	}
	return "", b.Err()
}

// quorum counts the voting members who were present, each once. Observers and secretaries do not count.
func (c *Constitution) quorum(a Attended) *Quorate {
	var q Quorate
	for _, s := range c.Seats {
		q.Lead = q.Lead || a.There(s.MembershipID) && (s.Position == Lead || s.Position == Deputy)
		if !s.Votes {
			continue
		}
		q.Voting++
		if !s.Vacant {
			q.Filled++
		}
		if c.there(&a, s.MembershipID) {
			q.Present++
		}
	}
	q.Required = c.Rules.Required(q.Voting, q.Filled)
	q.Met = q.Present >= q.Required && (q.Lead || !c.Rules.Quorum.Chair)
	return &q
}
