package governance

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// AttendanceYear is who came to the meetings that a body held in a year.
type AttendanceYear struct {
	Body BodySummary `json:"body"`
	Year int         `json:"year" example:"2026"`
	// The meetings that were held, the earliest first.
	Meetings []Mention           `json:"meetings"`
	Members  []MemberAttendances `json:"members"`
} // @name BodyAttendance

// MemberAttendances is how one member took part in the meetings of the year, each member once. Meetings at which the seat was vacant are left out.
type MemberAttendances struct {
	MembershipID   string   `json:"membership_id" format:"uuid" names:"membership"`
	UserID         string   `json:"user_id,omitempty" format:"uuid" names:"user"`
	Name           string   `json:"name,omitempty" example:"Kari Nordmann"` // of the person; null when there is none, or when it is erased
	OrganisationID string   `json:"organisation_id,omitempty" format:"uuid" names:"organisation"`
	Organisation   string   `json:"organisation"`
	Position       Position `json:"position" example:"member"`
	// The meetings held while the member had the seat, and how many of them the member attended.
	Held     int `json:"held" example:"6"`
	Attended int `json:"attended" example:"5"`
	// How many times the member sent apologies, did not come, and is not on the roll.
	Excused   int               `json:"excused"`
	Absent    int               `json:"absent"`
	NotListed int               `json:"not_listed"`
	Meetings  []MeetingPresence `json:"meetings"`
} // @name BodyMemberAttendance

// MeetingPresence is how a member took part in one meeting.
type MeetingPresence struct {
	MeetingID string `json:"meeting_id" format:"uuid" names:"meeting"`
	// Null when the member is not on the roll.
	Presence Presence `json:"presence,omitempty" example:"present"`
} // @name BodyMeetingPresence

// AttendanceOf returns who came to the meetings that a body held in a year. It is for those who may read the meetings.
func AttendanceOf(tx *record.Tx, id string, year int) (*AttendanceYear, error) {
	b, err := Bodies.Get(tx, id)
	if err != nil {
		return nil, err
	}
	for _, state := range []MeetingStatus{MeetingHeld, MinutesSubmitted, MinutesApproved} {
		k := Meetings.Kind
		d, err := tx.Guard().Check(tx, record.Permission{Object: k.Name, Action: "read"}, record.Target{Kind: k, Scope: b.Scope, Status: string(state)})
		if err != nil {
			return nil, err
		}
		if d.Refusal != nil {
			return nil, d.Refusal
		}
	}
	all, err := ReadableOf(tx, Meetings, b.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m *Meeting) bool { return !m.Took() || m.StartsAt.In(record.Oslo).Year() != year })
	slices.SortStableFunc(all, func(a, b *Meeting) int { return a.StartsAt.Compare(*b.StartsAt) })
	out := &AttendanceYear{Body: SummaryOf(b), Year: year, Meetings: []Mention{}, Members: []MemberAttendances{}}
	for _, m := range all {
		out.Meetings = append(out.Meetings, Mention{ID: m.ID, Number: m.Number, Title: m.Title, Status: string(m.Status), On: m.Day})
		for _, s := range m.Seats {
			if s.CountedAs == "" && !s.Vacant {
				out.member(s).add(m.ID, m.presence(s.MembershipID))
			}
		}
	}
	for i := range out.Members {
		x := &out.Members[i]
		if x.Name, err = person(tx, x.UserID); err != nil {
			return nil, err
		}
		if x.Organisation, err = organisation(tx, x.OrganisationID, ""); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// member returns the line of a seat, and adds it when it is new.
func (y *AttendanceYear) member(s MeetingSeat) *MemberAttendances {
	i := slices.IndexFunc(y.Members, func(x MemberAttendances) bool { return x.MembershipID == s.MembershipID })
	if i < 0 {
		i = len(y.Members)
		y.Members = append(y.Members, MemberAttendances{
			MembershipID: s.MembershipID, UserID: s.UserID, OrganisationID: s.OrganisationID, Position: s.Position, Meetings: []MeetingPresence{},
		})
	}
	return &y.Members[i]
}

// add adds how the member took part in a meeting.
func (x *MemberAttendances) add(meeting string, p Presence) {
	x.Held++
	switch {
	case p.There():
		x.Attended++
	case p == Excused:
		x.Excused++
	case p == Absent:
		x.Absent++
	default:
		x.NotListed++
	}
	x.Meetings = append(x.Meetings, MeetingPresence{MeetingID: meeting, Presence: p})
}

// presence returns how a member took part, in any of the member's seats, by the roll that counts. It is empty when the member is not on it.
func (m *Meeting) presence(id string) (p Presence) {
	for _, x := range m.rolled().Attendance {
		if m.countedAs(x.MembershipID) == id && (p == "" || x.MembershipID == id && !p.There() || x.Presence.There() && !p.There()) {
			p = x.Presence
		}
	}
	return p
}

// rolled returns the roll that counts: as the newest approved minutes correct it, or as it was recorded.
func (m *Meeting) rolled() Attended {
	for _, x := range slices.Backward(m.Minutes) {
		if x.ApprovedAt == nil {
			continue
		}
		if x.Roll != nil {
			return x.Roll.Attended
		}
		break
	}
	return m.Attended
}
