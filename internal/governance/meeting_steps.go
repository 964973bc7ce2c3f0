package governance

import (
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// PlanMeeting plans a meeting of a body.
func PlanMeeting(tx *record.Tx, in MeetingInput, roles Roles) (*Meeting, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	if err := mayFile(tx, b.ID, roles); err != nil {
		return nil, err
	}
	if err := tx.Collect(agenda(tx, in)); err != nil {
		return nil, err
	}
	return Meetings.Create(tx, NewMeeting(in))
}

// agenda checks that the cases on the agenda belong to the meeting's body and were admitted. The reference check reports missing cases.
func agenda(tx *record.Tx, in MeetingInput) error {
	var f fault.Fields
	for i, id := range in.Agenda {
		c, err := Cases.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		switch {
		case c.BodyID != in.BodyID:
			f.Add("/agenda/"+strconv.Itoa(i), "other_body", "must be a case of this body")
		case !c.TakenIn():
			f.Add("/agenda/"+strconv.Itoa(i), "not_admitted", "%s must be admitted before it is put on the agenda", c.Number)
		}
	}
	return f.Err()
}

// ChangeMeeting changes a meeting. Once the meeting is called, the states of its cases follow the agenda.
func ChangeMeeting(tx *record.Tx, ref record.Ref, fn func(*Meeting) error, roles Roles) (*Meeting, error) {
	var before []string
	m, err := Meetings.Change(tx, ref, func(m *Meeting) error {
		before = slices.Clone(m.Agenda)
		called := m.MeetingInput
		if err := fn(m); err != nil {
			return err
		}
		if err := mayFile(tx, m.BodyID, roles); err != nil {
			return err
		}
		if err := m.Keeps(called); err != nil {
			return err
		}
		return agenda(tx, m.MeetingInput)
	})
	if err != nil || m.Status != MeetingCalled {
		return m, err
	}
	for _, id := range before {
		if !slices.Contains(m.Agenda, id) {
			if err := unschedule(tx, id); err != nil {
				return nil, err
			}
		}
	}
	return m, schedule(tx, m.Agenda)
}

// MeetingBars reports whether an action is only for the voting members of the meeting's body, or its secretariat, and the actor is not
// one.
func MeetingBars(tx *record.Tx, m *Meeting, action string, roles Roles) (bool, error) {
	switch action {
	case "approve-minutes", "return-minutes":
		return lacksPart(tx, m.BodyID, resolving, roles)
	case "update", "delete", "call", "hold", "submit-minutes", "correct-minutes", "postpone", "cancel":
		return lacksPart(tx, m.BodyID, filing, roles)
	default:
		return false, nil
	}
}

// CallMeeting calls a meeting and schedules its cases.
func CallMeeting(tx *record.Tx, ref record.Ref, roles Roles) (*Meeting, error) {
	m, err := Meetings.Change(tx, ref, func(m *Meeting) error { return then(mayFile(tx, m.BodyID, roles), m.Call) })
	if err != nil {
		return nil, err
	}
	return m, schedule(tx, m.Agenda)
}

func schedule(tx *record.Tx, ids []string) error {
	for _, id := range ids {
		c, err := Cases.Find(tx, id)
		if err != nil {
			return err
		}
		if !c.TakenIn() || c.Status == CaseOnAgenda || c.Status == CaseConcluded {
			continue
		}
		if _, err := Cases.Change(tx.Follow("case", "schedule"), record.Ref{ID: id, Version: record.AnyVersion}, (*Case).Schedule); err != nil {
			return err
		}
	}
	return nil
}

func unschedule(tx *record.Tx, id string) error {
	c, err := Cases.Find(tx, id)
	if err != nil || c.Status != CaseOnAgenda {
		return err
	}
	_, err = Cases.Change(tx.Follow("case", "unschedule"), record.Ref{ID: id, Version: record.AnyVersion}, (*Case).Unschedule)
	return err
}

// HoldMeeting records who was present, and whether that is a quorum by the mandate's rules.
func HoldMeeting(tx *record.Tx, ref record.Ref, in Roll, roles Roles) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		if err := mayFile(tx, m.BodyID, roles); err != nil {
			return err
		}
		if m.StartsAt != nil && tx.Now.Before(*m.StartsAt) {
			return fault.New(fault.Conflict, "not_yet", "%s has not begun yet", m.Number)
		}
		if m.Form == Written && tx.Now.Before(*m.Deadline) {
			return fault.New(fault.Conflict, "deadline_open", "the deadline of %s has not passed yet", m.Number)
		}
		b, err := bodyOf(tx, m.BodyID)
		if err != nil {
			return err
		}
		mandate, err := MandateInForce(tx, b.ID)
		if err != nil {
			return err
		}
		q, err := quorum(tx, m, RulesOf(b, mandate), in.Attendance)
		if err != nil {
			return err
		}
		id := ""
		if mandate != nil {
			id = mandate.ID
		}
		return m.Hold(in.Attendance, q, id, tx.Now)
	})
}

// quorum counts the voting members on the day of the meeting who were present. Observers and secretaries do not count.
func quorum(tx *record.Tx, m *Meeting, rules Rules, roll []Attendance) (Quorate, error) {
	var q Quorate
	all, err := SeatsOn(tx, m.BodyID, m.On())
	if err != nil {
		return q, err
	}
	var f fault.Fields
	for i, a := range roll {
		if seatOf(all, a.MembershipID) == nil {
			f.Add(pointer("attendance", i, "membership_id"), "not_a_member", "must be a member of the body")
		}
	}
	if err := f.Err(); err != nil {
		return q, err
	}
	for _, s := range all {
		if !rules.Votes(s.Position) {
			continue
		}
		q.Voting++
		if slices.ContainsFunc(roll, func(a Attendance) bool { return a.MembershipID == s.ID && a.Presence.There() }) {
			q.Present++
			q.Lead = q.Lead || s.Position == Lead || s.Position == Deputy
		}
	}
	q.Required = rules.Required(q.Voting)
	q.Met = q.Present >= q.Required && (q.Lead || !rules.Quorum.Lead)
	return q, nil
}

func seatOf(all []*Membership, id string) *Membership {
	for _, s := range all {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// PostponeMeeting moves a meeting. Its cases are scheduled again when it is called again.
func PostponeMeeting(tx *record.Tx, ref record.Ref, in Postponement, roles Roles) (*Meeting, error) {
	return release(tx, ref, func(m *Meeting) error { return m.Postpone(in.Times) }, roles)
}

// CancelMeeting cancels a meeting. Its cases can be scheduled for another.
func CancelMeeting(tx *record.Tx, ref record.Ref, roles Roles) (*Meeting, error) {
	return release(tx, ref, (*Meeting).Cancel, roles)
}

func release(tx *record.Tx, ref record.Ref, fn func(*Meeting) error, roles Roles) (*Meeting, error) {
	m, err := Meetings.Change(tx, ref, func(m *Meeting) error { return then(mayFile(tx, m.BodyID, roles), func() error { return fn(m) }) })
	if err != nil {
		return nil, err
	}
	for _, id := range m.Agenda {
		if err := unschedule(tx, id); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// SubmitMinutes submits the minutes for approval. A correction of approved minutes needs a reason.
func SubmitMinutes(tx *record.Tx, ref record.Ref, in MinutesInput, reason string, roles Roles) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		return then(mayFile(tx, m.BodyID, roles), func() error { return m.SubmitMinutes(in, reason, tx.Actor.ID, tx.Now) })
	})
}

// ApproveMinutes makes the minutes final. Only a member of the body may.
func ApproveMinutes(tx *record.Tx, ref record.Ref) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		if err := mayResolveIn(tx, m.BodyID); err != nil {
			return err
		}
		return m.ApproveMinutes(tx.Actor.ID, tx.Now)
	})
}

// ReturnMinutes returns the minutes for rewriting.
func ReturnMinutes(tx *record.Tx, ref record.Ref) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		if err := mayResolveIn(tx, m.BodyID); err != nil {
			return err
		}
		return m.ReturnMinutes()
	})
}
