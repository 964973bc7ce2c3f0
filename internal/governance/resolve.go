package governance

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// proceeding is what a resolution is checked against: the body, its mandate and its assembly.
type proceeding struct {
	assembly
	body    *Body
	meeting *Meeting // nil without one that was held
	mandate *Mandate
	// bars returns the seats of the meeting whose member an earlier act keeps from the decision.
	bars func(seats []MeetingSeat) ([]string, error)
}

// proceedingOf reads the body, the case and the meeting of a text. The mandate of the meeting must give the body the power; before a meeting is held, it
// is the mandate in force. The actor must be a voting member.
func proceedingOf(tx *record.Tx, of Matter, p Power, in ResolutionInput) (*proceeding, error) {
	b, err := bodyOf(tx, of.BodyID)
	if err != nil {
		return nil, err
	}
	x := &proceeding{body: b}
	if x.meeting, err = heldBy(tx, b, cmp.Or(in.MeetingID, of.MeetingID)); err != nil {
		return nil, err
	}
	if x.mandate, err = x.empowered(tx, p); err != nil {
		return nil, err
	}
	if err := mayResolveIn(tx, b.ID); err != nil {
		return nil, err
	}
	x.c, err = caseOf(tx, of.CaseID)
	return x, err
}

// heldBy returns the meeting with that id, or nil when it is not a meeting of the body that was held.
func heldBy(tx *record.Tx, b *Body, id string) (*Meeting, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // at refuses a resolution without a meeting
	}
	m, err := Meetings.Find(tx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil //nolint:nilnil // at reports a missing meeting
	case err != nil:
		return nil, fmt.Errorf("read meeting: %w", err)
	case m.BodyID != b.ID || !m.Took():
		return nil, nil //nolint:nilnil // at refuses it
	}
	return m, nil
}

// empowered returns the mandate that gives the body the power: the one of the meeting's day, or the one in force before a meeting is held.
func (x *proceeding) empowered(tx *record.Tx, p Power) (*Mandate, error) {
	if x.meeting == nil {
		return requirePower(tx, x.body, p)
	}
	if x.meeting.MandateID == "" {
		return nil, x.body.gives(nil, p, tx.Now)
	}
	m, err := Mandates.Find(tx, x.meeting.MandateID)
	if err != nil {
		return nil, fmt.Errorf("read mandate: %w", err)
	}
	return m, x.body.gives(m, p, tx.Now)
}

// caseOf returns a case, or nil without an id.
func caseOf(tx *record.Tx, id string) (*Case, error) {
	if id == "" {
		return nil, nil //nolint:nilnil // a text may belong to no case
	}
	c, err := Cases.Find(tx, id)
	if err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	return c, nil
}

// resolve makes a resolution from what the members agreed on or voted for, at a meeting with a quorum. The votes that members cast
// themselves count as cast; the caller gives the votes of the others.
func (x *proceeding) resolve(tx *record.Tx, meetingID string, in ResolutionInput, ballots Ballots) (*Resolution, error) {
	if err := x.at(tx, cmp.Or(in.MeetingID, meetingID)); err != nil {
		return nil, err
	}
	if mine, err := ownSeat(tx, x.body); err != nil {
		return nil, err
	} else if x.conflicted(mine.ID) {
		return nil, fault.New(fault.Forbidden, "no_vote/caller", "you have no vote in this case, so another member must record what the body decided")
	}
	r := &Resolution{
		MeetingID: x.meeting.ID, MandateID: x.mandate.ID, Agreed: in.Agreed, Dissents: in.Dissents, Required: x.roll.Quorum.Required, Barred: x.barred, By: tx.Actor.ID, At: tx.Now,
	}
	for _, c := range ballots.Cast {
		v := DatedBallot{Ballot: c.Ballot, CastAt: &c.At}
		if len(x.noVote(c.MembershipID, "")) > 0 || x.meeting.Late(c.At) {
			r.Void = append(r.Void, v)
		} else {
			r.Votes = append(r.Votes, v)
		}
	}
	if err := x.hold(tx, in, r.Votes, ballots.Recalled); err != nil {
		return nil, err
	}
	for _, v := range in.Votes {
		if !r.Voted(v.MembershipID) {
			r.Votes = append(r.Votes, v)
		}
	}
	recalled := slices.ContainsFunc(ballots.Recalled, x.hasVote)
	if len(r.Votes) == 0 && (!in.Agreed || x.written || recalled) {
		var b fault.Blockers
		switch {
		case x.written:
			b.Add("votes_missing/written", "/votes", "record the votes that the members cast in writing")
		case recalled:
			b.Add("votes_missing/recalled", "/votes", "record the votes; members voted on an earlier text, so it is not known that all agree on this one")
		default:
			b.Add("votes_missing", "/votes", "record the votes, or say that it was agreed")
		}
		return nil, b.Err()
	}
	if r.Present = x.took(r.Votes); !x.quorate(r.Present) {
		return nil, x.noQuorum(r.Present)
	}
	t := x.agreed()
	if len(r.Votes) > 0 {
		t = x.count(r.Votes)
		r.Tally = &t
	}
	if !t.Carried {
		return nil, fault.New(fault.Conflict, "not_carried", "there is no majority: %d for and %d against", t.For, t.Against).With("tally", t)
	}
	return r, nil
}

// at sets the meeting. It must be of this body, held, with this case on its agenda, and with enough members who may vote on it.
func (x *proceeding) at(tx *record.Tx, id string) error {
	var f fault.Fields
	if id == "" {
		f.Add("/meeting_id", "required", "is required")
		return f.Err()
	}
	m, err := Meetings.Find(tx, id)
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	case err != nil || m.BodyID != x.body.ID:
		f.Add("/meeting_id", "other_body/meeting", "must be a meeting of this body")
		return f.Err()
	case x.c != nil && x.c.BodyID != x.body.ID:
		f.Add("/case_id", "other_body", "must be a case of this body")
		return f.Err()
	case !m.Took():
		return fault.New(fault.Conflict, "not_held/meeting", "%s must be held first", m.Number)
	}
	x.meeting, x.assembly = m, assemblyOf(m, x.c, nil)
	if x.c != nil && x.c.Status != CaseOnAgenda && x.c.Status != CaseConcluded {
		return fault.New(fault.Conflict, "not_on_agenda/case", "%s is not before the body any more", x.c.Number)
	}
	if x.bars != nil {
		if recorded(m, tx.Actor) {
			return fault.New(fault.Forbidden, "separation_of_duties/roll", "you recorded who was present at %s, so another member must record what the body decided on", m.Number)
		}
		if x.barred, err = x.bars(m.Seats); err != nil {
			return err
		}
	}
	if present := x.present(); !x.quorate(present) {
		return x.noQuorum(present)
	}
	if x.c != nil && !slices.Contains(m.Agenda, x.c.ID) {
		return fault.New(fault.Conflict, "not_on_agenda/meeting", "%s was not on the agenda of %s", x.c.Number, m.Number)
	}
	return nil
}

func (x *proceeding) noQuorum(present int) error {
	need := x.roll.Quorum.Required
	return fault.New(fault.Conflict, "no_quorum", "no quorum: %s had %d members with a vote present, and %d are required", x.meeting.Number, present, need).
		With("present", present).With("required", need)
}

// hold checks the votes and dissents that the caller gave in addition to those already cast. It reports all faults at once.
func (x *proceeding) hold(tx *record.Tx, in ResolutionInput, cast []DatedBallot, recalled []string) error {
	var f fault.Fields
	for i, v := range in.Votes {
		f = append(f, x.noVote(v.MembershipID, pointer("votes", i, "membership_id"))...)
		known := slices.IndexFunc(cast, func(c DatedBallot) bool { return c.MembershipID == v.MembershipID })
		switch {
		case slices.Contains(recalled, v.MembershipID):
			f.Add(pointer("votes", i, "membership_id"), "cast_otherwise/recalled", "voted on an earlier text, so only the member can vote on this one")
		case known < 0:
			f = append(f, x.dated(tx, v, i)...)
		case cast[known].Vote != v.Vote:
			f.Add("/votes/"+strconv.Itoa(i), "cast_otherwise", "must be the vote that this member has cast")
		}
	}
	for i, d := range in.Dissents {
		if x.seat(d.MembershipID) == nil {
			f.Add(pointer("dissents", i, "membership_id"), "not_a_member", "must be a member of the body")
		}
	}
	return f.Err()
}

// dated checks the time and the source of a vote that the caller enters. Only votes in a written meeting have them. The actor's own vote is cast when it
// is entered.
func (x *proceeding) dated(tx *record.Tx, v DatedBallot, i int) (f fault.Fields) {
	at, by := pointer("votes", i, "cast_at"), pointer("votes", i, "source")
	if x.meeting.Form != Written {
		if v.CastAt != nil {
			f.Add(at, "only_written", "is only for the votes of a written meeting")
		}
		if v.Source != "" {
			f.Add(by, "only_written", "is only for the votes of a written meeting")
		}
		return f
	}
	if s := x.seat(v.MembershipID); s != nil && s.UserID != "" && (s.UserID == tx.Actor.ID || slices.Contains(tx.Actor.Persons, s.UserID)) {
		if x.meeting.Late(tx.Now) {
			f.Add("/votes/"+strconv.Itoa(i), "late_ballot", "must be cast before the deadline of %s", x.meeting.Number)
		}
		return f
	}
	if v.Source == "" {
		f.Add(by, "required", "is required")
	}
	switch {
	case v.CastAt == nil:
		f.Add(at, "required", "is required")
	case v.CastAt.After(tx.Now):
		f.Add(at, "in_the_future", "must not be in the future")
	case x.meeting.Late(*v.CastAt):
		f.Add(at, "late_ballot", "must be cast before the deadline of %s", x.meeting.Number)
	}
	return f
}
