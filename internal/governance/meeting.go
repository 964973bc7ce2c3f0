package governance

import (
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

// Call calls the meeting, before it begins or, for a written meeting, before its deadline. It needs at least one case.
func (m *Meeting) Call(at time.Time) error {
	if m.at().Before(at) {
		return fault.New(fault.Conflict, "already_begun", "%s should have begun already; postpone it, and then call the members to the new time", m.Number)
	}
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
