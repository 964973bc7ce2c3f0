package governance

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// proceeding is what a resolution is checked against: the body, case, meeting, mandate, rules and the members of that day.
type proceeding struct {
	body    *Body
	c       *Case // nil without a case
	meeting *Meeting
	mandate *Mandate
	rules   Rules
	seats   []*Membership // on the day of the meeting
	// bars returns which of these seats an earlier act of their person keeps from the decision.
	bars   func(persons map[string]string) (map[string]bool, error)
	barred map[string]bool
}

// proceedingOf reads the body and case of a text. The body must have the power, and the actor must be a voting member.
func proceedingOf(tx *record.Tx, in Matter, p Power) (*proceeding, error) {
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return nil, err
	}
	x := &proceeding{body: b}
	if x.mandate, err = requirePower(tx, b, p); err != nil {
		return nil, err
	}
	x.rules = RulesOf(b, x.mandate)
	if err := mayResolve(tx, b, x.rules); err != nil {
		return nil, err
	}
	if in.CaseID != "" {
		if x.c, err = Cases.Find(tx, in.CaseID); err != nil {
			return nil, fmt.Errorf("read case: %w", err)
		}
	}
	return x, nil
}

// resolve makes a resolution from what the members agreed on or voted for, at a meeting with a quorum. The votes that members cast
// themselves count as cast; the caller gives the votes of the others.
func (x *proceeding) resolve(tx *record.Tx, meetingID string, in ResolutionInput, cast []Cast) (*Resolution, error) {
	if err := x.at(tx, cmp.Or(in.MeetingID, meetingID)); err != nil {
		return nil, err
	}
	r := &Resolution{MeetingID: x.meeting.ID, MandateID: x.mandate.ID, Agreed: in.Agreed, Dissents: in.Dissents, By: tx.Actor.ID, At: tx.Now}
	for _, c := range cast {
		if len(x.noVote(c.MembershipID, "")) > 0 {
			r.Void = append(r.Void, c.Ballot)
		} else {
			r.Votes = append(r.Votes, c.Ballot)
		}
	}
	if err := x.hold(in, r.Votes); err != nil {
		return nil, err
	}
	for _, v := range in.Votes {
		if !r.Voted(v.MembershipID) {
			r.Votes = append(r.Votes, v)
		}
	}
	if len(r.Votes) > 0 {
		t := x.rules.Count(r.Votes, x.lead(r.Votes))
		if r.Tally = &t; !t.Carried {
			return nil, fault.New(fault.Conflict, "not_carried", "there is no majority: %d for and %d against", t.For, t.Against).With("tally", t)
		}
		return r, nil
	}
	if !in.Agreed {
		var b fault.Blockers
		b.Add("votes_missing", "/votes", "record the votes, or say that it was agreed")
		return nil, b.Err()
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
	x.meeting = m
	if x.seats, err = SeatsOn(tx, m.BodyID, m.On()); err != nil {
		return err
	}
	if x.bars != nil {
		persons := map[string]string{}
		for _, s := range x.seats {
			persons[s.ID] = s.UserID
		}
		if x.barred, err = x.bars(persons); err != nil {
			return err
		}
	}
	present, need := 0, m.Quorum.Required
	for _, s := range x.seats {
		if x.rules.Votes(s.Position) && m.There(s.ID) && (x.rules.ConflictedCount || !x.conflicted(s.ID)) {
			present++
		}
	}
	if !m.Quorum.Met || present < need {
		return fault.New(fault.Conflict, "no_quorum", "no quorum: %s had %d members with a vote present, and %d are required", m.Number, present, need).With("present", present).With("required", need)
	}
	if x.c != nil && !slices.Contains(m.Agenda, x.c.ID) {
		return fault.New(fault.Conflict, "not_on_agenda/meeting", "%s was not on the agenda of %s", x.c.Number, m.Number)
	}
	return nil
}

// conflicted reports whether a member has no vote on the case: by a declared conflict of interest, or by the separation of duties.
func (x *proceeding) conflicted(id string) bool {
	return x.c != nil && x.c.Conflicted(id) || x.barred[id]
}

// noVote says why a membership has no vote. It says nothing where it has one.
func (x *proceeding) noVote(id, at string) (f fault.Fields) {
	s := seatOf(x.seats, id)
	switch {
	case s == nil:
		f.Add(at, "no_vote/not_member", "must be a member of the body")
	case !x.rules.Votes(s.Position):
		f.Add(at, "no_vote/position", "is an observer or a secretary, who have no vote")
	case x.barred[id]:
		f.Add(at, "no_vote/separation", "has taken part in what is decided on, so has no vote")
	case x.conflicted(id):
		f.Add(at, "no_vote/conflict", "has a declared conflict of interest, so has no vote")
	case x.meeting != nil && !x.meeting.There(id):
		f.Add(at, "no_vote/absent", "was not at the meeting, so has no vote")
	}
	return f
}

// hold checks the votes and dissents that the caller gave in addition to those already cast. It reports all faults at once.
func (x *proceeding) hold(in ResolutionInput, cast []Ballot) error {
	var f fault.Fields
	for i, v := range in.Votes {
		f = append(f, x.noVote(v.MembershipID, pointer("votes", i, "membership_id"))...)
		if slices.ContainsFunc(cast, func(c Ballot) bool { return c.MembershipID == v.MembershipID && c.Vote != v.Vote }) {
			f.Add("/votes/"+strconv.Itoa(i), "cast_otherwise", "must be the vote that this member has cast")
		}
	}
	for i, d := range in.Dissents {
		if seatOf(x.seats, d.MembershipID) == nil {
			f.Add(pointer("dissents", i, "membership_id"), "not_a_member", "must be a member of the body")
		}
	}
	return f.Err()
}

func (x *proceeding) lead(votes []Ballot) Choice {
	for _, v := range votes {
		if s := seatOf(x.seats, v.MembershipID); s != nil && s.Position == Lead {
			return v.Vote
		}
	}
	return ""
}

// recount counts a resolution's votes without one member's.
func recount(tx *record.Tx, b *Body, r *Resolution, without string) (Tally, error) {
	mandate, err := Mandates.Find(tx, r.MandateID)
	if err != nil {
		return Tally{}, fmt.Errorf("read mandate: %w", err)
	}
	m, err := Meetings.Find(tx, r.MeetingID)
	if err != nil {
		return Tally{}, fmt.Errorf("read meeting: %w", err)
	}
	x := &proceeding{body: b, rules: RulesOf(b, mandate)}
	if x.seats, err = SeatsOn(tx, b.ID, m.On()); err != nil {
		return Tally{}, err
	}
	var votes []Ballot
	for _, v := range r.Votes {
		if v.MembershipID != without {
			votes = append(votes, v)
		}
	}
	return x.rules.Count(votes, x.lead(votes)), nil
}

// castFor creates the actor's own vote on a draft of their body.
func castFor(tx *record.Tx, in Matter, v CastInput) (Cast, error) {
	var out Cast
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return out, err
	}
	mine, err := ownSeat(tx, b)
	if err != nil {
		return out, err
	}
	if v.MembershipID != "" && v.MembershipID != mine.ID {
		var f fault.Fields
		f.Add("/membership_id", "not_yours", "must be your own membership; votes of others are recorded when the body decides")
		return out, f.Err()
	}
	x := &proceeding{body: b}
	mandate, err := MandateInForce(tx, b.ID)
	if err != nil {
		return out, err
	}
	x.rules, x.seats = RulesOf(b, mandate), []*Membership{mine}
	if in.CaseID != "" {
		if x.c, err = Cases.Find(tx, in.CaseID); err != nil {
			return out, fmt.Errorf("read case: %w", err)
		}
	}
	if in.MeetingID != "" {
		m, err := Meetings.Find(tx, in.MeetingID)
		if err != nil {
			return out, fmt.Errorf("read meeting: %w", err)
		}
		if m.Form == Written && tx.Now.After(*m.Deadline) {
			return out, fault.New(fault.Conflict, "deadline_passed", "the deadline of %s has passed", m.Number)
		}
		if m.Took() {
			x.meeting = m
		}
	}
	if err := x.noVote(mine.ID, "/membership_id").Err(); err != nil {
		return out, err
	}
	return Cast{Ballot: Ballot{MembershipID: mine.ID, Vote: v.Vote}, By: tx.Actor.ID, At: tx.Now}, nil
}

// inBody checks the body of a new text: it exists, it has the same scope, and the actor is a member.
func inBody(tx *record.Tx, in *Matter, scope string) error {
	b, err := bodyIn(tx, in.BodyID, scope)
	if err != nil {
		return err
	}
	in.BodyID = b.ID
	return membersOnly(tx, *in)
}

// membersOnly refuses an actor who is not a member of the text's body.
func membersOnly(tx *record.Tx, in Matter) error {
	b, err := bodyOf(tx, in.BodyID)
	if err != nil {
		return err
	}
	if _, err := ownSeat(tx, b); err != nil {
		return err
	}
	return sameBody(tx, in)
}

// sameBody refuses a case or a meeting of another body. The reference check reports those that do not exist.
func sameBody(tx *record.Tx, in Matter) error {
	var f fault.Fields
	if in.CaseID != "" {
		c, err := Cases.Find(tx, in.CaseID)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return fmt.Errorf("read case: %w", err)
		case c.BodyID != in.BodyID:
			f.Add("/case_id", "other_body", "must be a case of this body")
		}
	}
	if in.MeetingID != "" {
		m, err := Meetings.Find(tx, in.MeetingID)
		switch {
		case fault.Is(err, fault.NotFound):
		case err != nil:
			return fmt.Errorf("read meeting: %w", err)
		case m.BodyID != in.BodyID:
			f.Add("/meeting_id", "other_body/meeting", "must be a meeting of this body")
		}
	}
	return f.Err()
}

// TextBars reports whether an action on a text of a body is only for its members and the actor is not one. The secretariat may also
// advance a proposal and delete a draft.
func TextBars(tx *record.Tx, bodyID, action string, roles Roles) (bool, error) {
	switch action {
	case "update", "vote", "give", "agree", "adopt", "withdraw":
		return lacksPart(tx, bodyID, sitting, roles)
	case "advance", "delete":
		return lacksPart(tx, bodyID, filing, roles)
	default:
		return false, nil
	}
}

func vote(tx *record.Tx, m Matter, b *Ballots, in CastInput) error {
	c, err := castFor(tx, m, in)
	if err != nil {
		return err
	}
	b.Vote(c)
	return nil
}

// draft is a text that the members of a body vote on.
type draft interface {
	Asked() any
	Defaults()
	Recall()
}

// redraft changes a draft as a member of its body. When what is voted on changes, the votes cast so far are removed.
func redraft(tx *record.Tx, d draft, of *Matter, fn func() error) error {
	asked := d.Asked()
	if err := fn(); err != nil {
		return err
	}
	d.Defaults()
	if !reflect.DeepEqual(d.Asked(), asked) {
		d.Recall()
	}
	return membersOnly(tx, *of)
}

func then(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}
