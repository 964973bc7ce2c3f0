package governance

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Form is how a body meets.
type Form string // @name MeetingForm

// The forms. In a written meeting the members answer before a deadline; the quorum is the same.
const (
	Physical Form = "physical"
	Digital  Form = "digital"
	Written  Form = "written"
)

// Forms is the closed list of them.
var Forms = record.Choices[Form](
	[4]string{"physical", "fysisk", "physical", "neutral"},
	[4]string{"digital", "digitalt", "digital", "neutral"},
	[4]string{"written", "skriftlig", "written", "neutral"})

// MeetingStatus is the state of a meeting.
type MeetingStatus string // @name MeetingStatus

// The states of a meeting.
const (
	MeetingPlanned   MeetingStatus = "planned"
	MeetingCalled    MeetingStatus = "called"
	MeetingHeld      MeetingStatus = "held"
	MinutesSubmitted MeetingStatus = "minutes_submitted"
	MinutesApproved  MeetingStatus = "minutes_approved"
	MeetingCancelled MeetingStatus = "cancelled"
)

// This registers the closed list of them.
var _ = record.Choices[MeetingStatus](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"called", "innkalt", "called", "info"},
	[4]string{"held", "holdt", "held", "info"},
	[4]string{"minutes_submitted", "referat til godkjenning", "minutes submitted", "info"},
	[4]string{"minutes_approved", "referat godkjent", "minutes approved", "success"},
	[4]string{"cancelled", "avlyst", "cancelled", "danger"})

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

// Times are the start and end of a meeting, and the deadline for answers of a written one.
type Times struct {
	StartsAt *time.Time `json:"starts_at" validate:"required"`
	EndsAt   *time.Time `json:"ends_at"`
	Deadline *time.Time `json:"deadline"`
}

// MeetingInput is what a caller sets of a meeting.
type MeetingInput struct {
	record.Common
	BodyID string `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""`
	Title  string `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Møte 3/2026"`
	Form   Form   `json:"form" validate:"required,choice" filter:"" example:"digital"`
	Times
	Place string `json:"place" validate:"max=300" example:"Møterom Færder"`
	// The cases, in the order they are discussed.
	Agenda []string `json:"agenda" validate:"max=100,unique" ref:"case" filter:""`
}

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

// MinuteItem is the part of the minutes about one case.
type MinuteItem struct {
	CaseID string `json:"case_id" validate:"required,uuid" format:"uuid" ref:"case"`
	Text   string `json:"text" validate:"required,filled,max=20000" example:"Rådet drøftet saken og ba om en plan."`
} // @name MeetingMinuteItem

// MinutesText is the text of the minutes.
type MinutesText struct {
	Summary string       `json:"summary" validate:"max=20000" example:"Rådet behandlet to saker."`
	Items   []MinuteItem `json:"items" validate:"max=100,unique=CaseID,dive"`
}

// MinutesInput is the request that submits minutes.
type MinutesInput struct {
	MinutesText
	// The whole corrected roll, when the one that was recorded is wrong. Left out, a roll that earlier minutes corrected stays corrected.
	Roll *Roll `json:"roll"`
} // @name MeetingMinutesInput

// AffectedResolution is a resolution that a corrected roll affects, and its result by that roll. The resolution itself stays as it is.
type AffectedResolution struct {
	ResolutionRef
	Quorum  bool `json:"quorum"`  // there would be a quorum
	Carried bool `json:"carried"` // it would be carried
} // @name MeetingAffectedResolution

// CorrectedRoll is a roll that the minutes correct, and the resolutions of the meeting that it affects. The roll of the meeting stays as it was recorded.
type CorrectedRoll struct {
	Attended
	Affects []AffectedResolution `json:"affects"`
} // @name MeetingCorrectedRoll

// Correction is the request that corrects approved minutes: the whole new text and the reason.
type Correction struct {
	MinutesInput
	Reason string `json:"reason" validate:"required,filled,max=2000" example:"Feil navn i sak 2."`
} // @name MeetingCorrection

// Why gives the reason to the event log.
func (c Correction) Why() string { return c.Reason }

// Minutes are one version of a meeting's minutes. Approved minutes never change; a correction is the next version.
type Minutes struct {
	Edition int `json:"edition" example:"1"`
	MinutesText
	Roll *CorrectedRoll `json:"roll"`
	// The version this one corrects, and why.
	Corrects    int        `json:"corrects,omitempty"`
	Reason      string     `json:"reason,omitempty"`
	SubmittedBy string     `json:"submitted_by" format:"uuid" names:"user"`
	SubmittedAt time.Time  `json:"submitted_at"`
	ApprovedBy  string     `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time `json:"approved_at"`
} // @name MeetingMinutes

// Postponement is the request that moves a meeting.
type Postponement struct {
	Times
	Reason string `json:"reason" validate:"required,filled,max=2000" example:"For få kunne møte."`
} // @name MeetingPostponement

// Why gives the reason to the event log.
func (p Postponement) Why() string { return p.Reason }

// Meeting is a meeting of a body.
type Meeting struct {
	record.Base
	MeetingInput
	Attended
	Constitution
	HeldAt    *time.Time    `json:"held_at"`
	Minutes   []Minutes     `json:"minutes"`
	Postponed int           `json:"postponed"` // how many times
	Day       record.Date   `json:"day" sort:"" format:"date"`
	Status    MeetingStatus `json:"status" filter:""`
} // @name Meeting

// Meetings reads and writes meetings.
var Meetings = record.NewRepo[Meeting](record.Kind{
	Rules: record.Rules[Meeting]{Defaults: (*Meeting).Defaults, Validate: (*Meeting).Validate},
	Name:  "meeting", Path: "meetings", Prefix: "MEET", Label: record.Text{NB: "Møte", EN: "Meeting"}, Order: "-day",
	Editable: []string{"planned", "called"}, Removable: []string{"planned"},
	Workflow: []record.Transition{
		{Verb: "call", From: []string{"planned"}, To: []string{"called"}, Needs: []string{}, Label: record.Text{NB: "Kall inn", EN: "Call the meeting"}},
		{Verb: "hold", From: []string{"called"}, To: []string{"held"}, Needs: []string{"attendance"}, Label: record.Text{NB: "Før inn oppmøte", EN: "Record who attended"}},
		{Verb: "submit-minutes", From: []string{"held"}, To: []string{"minutes_submitted"}, Needs: []string{"items"}, Label: record.Text{NB: "Send referat til godkjenning", EN: "Submit the minutes"}},
		{Verb: "return-minutes", From: []string{"minutes_submitted"}, To: []string{"held"}, Needs: []string{"reason"}, Label: record.Text{NB: "Send referatet tilbake", EN: "Return the minutes"}},
		{Verb: "approve-minutes", From: []string{"minutes_submitted"}, To: []string{"minutes_approved"}, Needs: []string{}, Label: record.Text{NB: "Godkjenn referatet", EN: "Approve the minutes"}},
		{Verb: "correct-minutes", From: []string{"minutes_approved"}, To: []string{"minutes_submitted"}, Needs: []string{"reason"}, Label: record.Text{NB: "Rett referatet", EN: "Correct the minutes"}},
		{Verb: "postpone", From: []string{"planned", "called"}, To: []string{"planned"}, Needs: []string{"starts_at", "reason"}, Label: record.Text{NB: "Flytt", EN: "Postpone"}},
		{Verb: "cancel", From: []string{"planned", "called"}, To: []string{"cancelled"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avlys", EN: "Cancel"}},
	},
	RuleFacts: map[string][]string{"approve-minutes": {"body_id"}},
	Tasks:     []record.Task{{States: []string{"minutes_submitted"}, Action: "approve-minutes", Label: record.Text{NB: "Referat å godkjenne", EN: "Minutes to approve"}}},
})

// NewMeeting plans a meeting.
func NewMeeting(in MeetingInput) *Meeting { return &Meeting{MeetingInput: in, Status: MeetingPlanned} }

// Facts says whose members approve the minutes.
func (m *Meeting) Facts() []record.Fact {
	return []record.Fact{{Name: "body_id", Value: m.BodyID}}
}

// Defaults fills what a caller left out.
func (m *Meeting) Defaults() {
	m.ExternalRefs, m.Agenda, m.Attendance, m.Minutes = noneNil(m.ExternalRefs), noneNil(m.Agenda), noneNil(m.Attendance), noneNil(m.Minutes)
	m.Seats = noneNil(m.Seats)
	if m.Rules != nil {
		m.Rules.VotingPositions = noneNil(m.Rules.VotingPositions)
	}
	for i := range m.Minutes {
		m.Minutes[i].Items = noneNil(m.Minutes[i].Items)
		if r := m.Minutes[i].Roll; r != nil {
			r.Attendance, r.Affects = noneNil(r.Attendance), noneNil(r.Affects)
		}
	}
	if m.StartsAt != nil {
		m.Day = record.DateOf(*m.StartsAt)
	}
}

// Validate checks the times. A written meeting needs a deadline.
func (m *Meeting) Validate() error {
	var f fault.Fields
	m.Times.validate(&f)
	if m.Form == Written && m.Deadline == nil {
		f.Add("/deadline", "required", "is required")
	}
	return f.Err()
}

func (t Times) validate(f *fault.Fields) {
	if t.StartsAt == nil {
		return
	}
	if t.EndsAt != nil && t.EndsAt.Before(*t.StartsAt) {
		f.Add("/ends_at", "ends_before_start", "must not be before the start")
	}
	if t.Deadline != nil && t.Deadline.Before(*t.StartsAt) {
		f.Add("/deadline", "ends_before_start", "must not be before the start")
	}
}

// On returns the day whose members count for the meeting: the day it begins or, for a written meeting, the day of the deadline.
func (m *Meeting) On() record.Date {
	if m.Form == Written {
		return record.DateOf(*m.Deadline)
	}
	return m.Day
}

// at returns the instant at which the seats count for the meeting: when it begins or, for a written meeting, the deadline.
func (m *Meeting) at() time.Time {
	if m.Form == Written {
		return *m.Deadline
	}
	return *m.StartsAt
}

// Keeps refuses a change of the times or the form of a meeting after it was called.
func (m *Meeting) Keeps(called MeetingInput) error {
	if m.Status != MeetingCalled || m.Times.same(called.Times) && m.Form == called.Form {
		return nil
	}
	return fault.New(fault.Conflict, "called", "the members are already called to %s; postpone it to change time or form", m.Number).At("/starts_at")
}

func (t Times) same(as Times) bool {
	equal := func(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }
	return equal(t.StartsAt, as.StartsAt) && equal(t.EndsAt, as.EndsAt) && equal(t.Deadline, as.Deadline)
}

// Call calls the meeting. It needs at least one case.
func (m *Meeting) Call() error {
	var b fault.Blockers
	if len(m.Agenda) == 0 {
		b.Add("agenda_missing", "/agenda", "put at least one case on the agenda before the meeting is called")
	}
	if err := b.Err(); err != nil {
		return err
	}
	m.Status = MeetingCalled
	return nil
}

// Hold records who was present and who chaired, and whether that was a quorum of the body as it was on the day.
func (m *Meeting) Hold(in Roll, of Constitution, at time.Time) error {
	a, err := of.attended(in, "")
	if err != nil {
		return err
	}
	m.Status, m.Attended, m.Constitution, m.HeldAt = MeetingHeld, a, of, &at
	return nil
}

// SubmitMinutes submits the next version of the minutes for approval. Every case on the agenda needs an item. A corrected roll checks against the
// seats of the meeting.
func (m *Meeting) SubmitMinutes(in MinutesInput, reason, by string, at time.Time) error {
	if err := m.covers(in); err != nil {
		return err
	}
	next := Minutes{Edition: len(m.Minutes) + 1, MinutesText: in.MinutesText, Reason: reason, SubmittedBy: by, SubmittedAt: at}
	if n := len(m.Minutes); n > 0 {
		last := m.Minutes[n-1]
		next.Roll = last.Roll
		if last.ApprovedAt == nil { // returned and rewritten
			next.Edition, next.Corrects, next.Reason = last.Edition, last.Corrects, last.Reason
			m.Minutes = m.Minutes[:n-1]
		} else {
			next.Corrects = last.Edition
		}
	}
	if in.Roll != nil {
		roll := *in.Roll
		if roll.ChairID == "" && slices.ContainsFunc(roll.Attendance, func(a Attendance) bool { return a.MembershipID == m.ChairID && a.Presence.There() }) {
			roll.ChairID = m.ChairID
		}
		a, err := m.attended(roll, "/roll")
		if err != nil {
			return err
		}
		next.Roll = &CorrectedRoll{Attended: a}
	}
	m.Minutes = append(m.Minutes, next)
	m.Status = MinutesSubmitted
	return nil
}

// corrected returns the corrected roll of the newest minutes, or nil.
func (m *Meeting) corrected() *CorrectedRoll {
	if n := len(m.Minutes); n > 0 {
		return m.Minutes[n-1].Roll
	}
	return nil
}

func (m *Meeting) covers(in MinutesInput) error {
	var f fault.Fields
	for i, item := range in.Items {
		if !slices.Contains(m.Agenda, item.CaseID) {
			f.Add(pointer("items", i, "case_id"), "not_on_agenda", "must be a case on the agenda")
		}
	}
	for i, id := range m.Agenda {
		if !slices.ContainsFunc(in.Items, func(x MinuteItem) bool { return x.CaseID == id }) {
			f.Add("/items", "item_missing", "the minutes must have an item for every case on the agenda; case no. %d has none", i+1)
		}
	}
	return f.Err()
}

// ReturnMinutes returns the minutes for rewriting.
func (m *Meeting) ReturnMinutes() error {
	m.Status = MeetingHeld
	return nil
}

// ApproveMinutes makes the newest version of the minutes final.
func (m *Meeting) ApproveMinutes(by string, at time.Time) error {
	last := &m.Minutes[len(m.Minutes)-1]
	last.ApprovedBy, last.ApprovedAt, m.Status = by, &at, MinutesApproved
	return nil
}

// Postpone moves the meeting. It has to be called again.
func (m *Meeting) Postpone(t Times) error {
	m.Times, m.Status = t, MeetingPlanned
	m.Postponed++
	return nil
}

// Cancel cancels the meeting.
func (m *Meeting) Cancel() error {
	m.Status = MeetingCancelled
	return nil
}

// Late reports whether a vote that is cast at an instant comes after the deadline of a written meeting.
func (m *Meeting) Late(cast time.Time) bool { return m.Form == Written && cast.After(*m.Deadline) }

// Took reports whether the meeting was held.
func (m *Meeting) Took() bool {
	return m.Status == MeetingHeld || m.Status == MinutesSubmitted || m.Status == MinutesApproved
}
