package governance

import (
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/record/query"
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
	m, err := Meetings.Change(tx, ref, func(m *Meeting) error {
		return then(mayFile(tx, m.BodyID, roles), func() error { return m.Call(tx.Now) })
	})
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

// unschedule takes a case off the agenda, unless another meeting has it: one that is called, or one that was held since the case was put on the agenda.
func unschedule(tx *record.Tx, id string) error {
	c, err := Cases.Find(tx, id)
	if err != nil || c.Status != CaseOnAgenda {
		return err
	}
	since, _, err := event.LastDone(tx, c.Row(), "schedule")
	if err != nil {
		return err
	}
	has, err := onAgenda(tx, id, func(m *Meeting) bool { return m.Status == MeetingCalled || m.Took() && !m.HeldAt.Before(since) })
	if err != nil || has {
		return err
	}
	_, err = Cases.Change(tx.Follow("case", "unschedule"), record.Ref{ID: id, Version: record.AnyVersion}, (*Case).Unschedule)
	return err
}

// onAgenda reports whether one of these meetings has a case on its agenda.
func onAgenda(tx *record.Tx, caseID string, of func(*Meeting) bool) (bool, error) {
	meetings, err := query.Each(tx, Meetings, "/", map[string][]string{"agenda": {caseID}})
	return slices.ContainsFunc(meetings, of), err
}

// rejoin puts a case that was admitted again on the agenda, when a meeting that is called has it.
func rejoin(tx *record.Tx) func(*Case, error) (*Case, error) {
	return func(c *Case, err error) (*Case, error) {
		if err != nil {
			return nil, err
		}
		has, err := onAgenda(tx, c.ID, func(m *Meeting) bool { return m.Status == MeetingCalled })
		if err != nil || !has {
			return c, err
		}
		return Cases.Change(tx.Follow("case", "schedule"), record.Ref{ID: c.ID, Version: record.AnyVersion}, (*Case).Schedule)
	}
}

// HoldMeeting records who was present and who chaired. It stores the mandate, the rules and the seats of the day of the meeting, and whether there was a
// quorum by them.
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
		of, err := constitutionOf(tx, m)
		if err != nil {
			return err
		}
		return m.Hold(in, of, tx.Now)
	})
}

// constitutionOf returns the mandate, the rules and the seats of a meeting's body on the day of the meeting.
func constitutionOf(tx *record.Tx, m *Meeting) (Constitution, error) {
	b, err := bodyOf(tx, m.BodyID)
	if err != nil {
		return Constitution{}, err
	}
	mandate, err := mandateOn(tx, b.ID, m.On())
	if err != nil {
		return Constitution{}, err
	}
	rules := RulesOf(b, mandate)
	c := Constitution{Rules: &rules}
	if mandate != nil {
		c.MandateID, c.MandateEdition = mandate.ID, mandate.Edition
	}
	all, err := SeatsOn(tx, b.ID, m.On())
	if err != nil {
		return c, err
	}
	c.Seats, err = meetingSeats(tx, all, rules, m.at())
	return c, err
}

// meetingSeats describes memberships as seats at an instant, by these rules.
func meetingSeats(tx *record.Tx, all []*Membership, rules Rules, at time.Time) ([]MeetingSeat, error) {
	left, err := vacant(tx, all, at)
	if err != nil {
		return nil, err
	}
	others := otherSeats(all, rules, left)
	out := make([]MeetingSeat, 0, len(all))
	for _, s := range all {
		out = append(out, MeetingSeat{
			MembershipID: s.ID, UserID: s.UserID, OrganisationID: s.OrganisationID, Position: s.Position,
			Votes: rules.Votes(s.Position) && others[s.ID] == "", Vacant: left[s.UserID], CountedAs: others[s.ID],
		})
	}
	return out, nil
}

// vacant returns the persons of memberships who had left at an instant: their account was deactivated or erased.
func vacant(tx *record.Tx, all []*Membership, at time.Time) (map[string]bool, error) {
	var ids []string
	for _, m := range all {
		if m.UserID != "" {
			ids = append(ids, m.UserID)
		}
	}
	people, err := tx.Rows(record.KindOf("user"), ids)
	if err != nil {
		return nil, err
	}
	left := map[string]bool{}
	for _, p := range people {
		state := p.Status
		if p.UpdatedAt > at.UnixMicro() {
			if state, err = event.StateAt(tx, p, at); err != nil {
				return nil, err
			}
		}
		left[p.ID] = state != "active"
	}
	return left, nil
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

// SubmitMinutes submits the minutes for approval. A correction of approved minutes needs a reason. A corrected roll names the resolutions it affects.
func SubmitMinutes(tx *record.Tx, ref record.Ref, in MinutesInput, reason string, roles Roles) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		if err := mayFile(tx, m.BodyID, roles); err != nil {
			return err
		}
		if err := m.SubmitMinutes(in, reason, tx.Actor.ID, tx.Now); err != nil {
			return err
		}
		return nameAffected(tx, m)
	})
}

// ApproveMinutes makes the minutes final. Only a member of the body may.
func ApproveMinutes(tx *record.Tx, ref record.Ref) (*Meeting, error) {
	return Meetings.Change(tx, ref, func(m *Meeting) error {
		if err := mayResolveIn(tx, m.BodyID); err != nil {
			return err
		}
		if err := nameAffected(tx, m); err != nil {
			return err
		}
		return m.ApproveMinutes(tx.Actor.ID, tx.Now)
	})
}

// nameAffected names the resolutions that the corrected roll of the newest minutes affects.
func nameAffected(tx *record.Tx, m *Meeting) error {
	roll := m.corrected()
	if roll == nil {
		return nil
	}
	all, err := resolutionsOf(tx, map[string][]string{"meeting_id": {m.ID}})
	if err != nil {
		return err
	}
	roll.Affects = []AffectedResolution{}
	for _, r := range all {
		if r.MeetingID != m.ID {
			continue
		}
		c, err := caseOf(tx, r.caseID)
		if err != nil {
			return err
		}
		was := assemblyOf(m, c, r.Resolution)
		is := was
		is.roll = &roll.Attended
		before, after := was.result(), is.result()
		if slices.Equal(was.voters(), is.voters()) && before == after {
			continue
		}
		roll.Affects = append(roll.Affects, AffectedResolution{ResolutionRef: r.ResolutionRef, Quorum: after.quorum, Carried: after.carried})
	}
	return nil
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
