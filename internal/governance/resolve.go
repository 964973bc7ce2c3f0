package governance

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// assembly judges a resolution by what its meeting stored, and by nothing that changed later.
type assembly struct {
	*Constitution
	roll    *Attended   // nil before the meeting is held
	written bool        // the members answered in writing
	c       *Case       // nil without a case
	of      *Resolution // nil before the body resolves
	barred  []string    // the members whom an earlier act keeps from the decision
}

// assemblyOf returns the assembly of a held meeting on a case.
func assemblyOf(m *Meeting, c *Case, of *Resolution) assembly {
	x := assembly{Constitution: &m.Constitution, roll: &m.Attended, written: m.Form == Written, c: c, of: of}
	switch approved := m.corrected(); {
	case of != nil:
		x.barred = of.Barred
	case approved != nil && m.Status == MinutesApproved:
		x.roll = &approved.Attended // a new resolution is judged by the roll as the body approved it
	}
	return x
}

// recorded reports whether the actor recorded who was present at a meeting.
func recorded(m *Meeting, by *record.Actor) bool {
	return slices.ContainsFunc(m.Row().Meta.PriorActs, func(act record.PriorAct) bool {
		return act.Action == "hold" && (act.Person == by.ID || slices.Contains(by.Persons, act.Person))
	})
}

// conflicted reports whether a member has no vote in the case: by the separation of duties, or by a declared conflict of interest. A conflict that was
// declared after the body resolved does not count.
func (x assembly) conflicted(id string) bool {
	return x.separated(id) || x.c != nil && slices.ContainsFunc(x.c.Conflicts, func(d Conflict) bool {
		return x.countedAs(d.MembershipID) == id && (x.of == nil || !d.DeclaredAt.After(x.of.At) && !x.of.Voted(id))
	})
}

// separated reports whether an earlier act keeps a member from the decision.
func (x assembly) separated(id string) bool {
	return slices.ContainsFunc(x.barred, func(b string) bool { return x.countedAs(b) == id })
}

// voters returns the members present who have a vote in the case.
func (x assembly) voters() (out []string) {
	for _, s := range x.Seats {
		if s.Votes && x.there(x.roll, s.MembershipID) && !x.conflicted(s.MembershipID) {
			out = append(out, s.MembershipID)
		}
	}
	return out
}

// present counts the members who count for the quorum of the case.
func (x assembly) present() int {
	if x.Rules.ConflictedCount {
		return x.roll.Quorum.Present
	}
	return len(x.voters())
}

// quorate reports whether there is a quorum for the case when that many members count.
func (x assembly) quorate(present int) bool {
	return x.roll.Quorum.Met && present >= x.roll.Quorum.Required
}

// took counts the members who count for the quorum of a resolution. In a written meeting only those who voted took part, and those with a conflict of
// interest where the mandate counts them.
func (x assembly) took(votes []DatedBallot) int {
	if x.written {
		return x.present() - len(x.voters()) + len(votes)
	}
	return x.present()
}

// noVote says why a membership has no vote. It says nothing where it has one.
func (x assembly) noVote(id, at string) (f fault.Fields) {
	s := x.seat(id)
	switch {
	case s == nil:
		f.Add(at, "no_vote/not_member", "must be a member of the body")
	case s.CountedAs != "":
		f.Add(at, "no_vote/other_seat", "is a further seat of a member who votes in another one, and has one vote")
	case !s.Votes:
		f.Add(at, "no_vote/position", "is an observer or a secretary, who have no vote")
	case x.separated(id):
		f.Add(at, "no_vote/separation", "has taken part in what is decided on, so has no vote")
	case x.conflicted(id):
		f.Add(at, "no_vote/conflict", "has a declared conflict of interest, so has no vote")
	case x.roll != nil && !x.there(x.roll, id):
		f.Add(at, "no_vote/absent", "was not at the meeting, so has no vote")
	}
	return f
}

// count counts votes. The chair's vote decides in a tie.
func (x assembly) count(votes []DatedBallot) Tally {
	var chair Choice
	for _, v := range votes {
		if v.MembershipID == x.countedAs(x.roll.ChairID) {
			chair = v.Vote
		}
	}
	return x.Rules.Count(votes, chair, Voters{Present: len(x.voters()), Seats: x.roll.Quorum.Voting})
}

// agreed counts the votes of a resolution that all present agree on.
func (x assembly) agreed() Tally {
	var votes []DatedBallot
	for _, id := range x.voters() {
		votes = append(votes, DatedBallot{Ballot: Ballot{MembershipID: id, Vote: For}})
	}
	return x.count(votes)
}

// without counts a resolution's votes without one member.
func (x assembly) without(id string) Tally {
	votes := slices.DeleteFunc(slices.Clone(x.of.Votes), func(v DatedBallot) bool { return v.MembershipID == id })
	rest := x
	roll := *x.roll
	roll.Attendance = slices.DeleteFunc(slices.Clone(roll.Attendance), func(a Attendance) bool { return x.countedAs(a.MembershipID) == id })
	rest.roll = &roll
	return rest.count(votes)
}

// result is the result of a resolution by a roll.
type result struct {
	quorum, carried bool
	tally           Tally
}

// result judges the resolution by the roll. The votes of members who were not there do not count.
func (x assembly) result() result {
	votes := slices.DeleteFunc(slices.Clone(x.of.Votes), func(v DatedBallot) bool { return !x.there(x.roll, v.MembershipID) })
	t := x.agreed()
	if len(x.of.Votes) > 0 {
		t = x.count(votes)
	}
	return result{quorum: x.quorate(x.took(votes)), carried: t.Carried, tally: t}
}

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
func (x *proceeding) resolve(tx *record.Tx, meetingID string, in ResolutionInput, cast []Cast) (*Resolution, error) {
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
	for _, c := range cast {
		v := DatedBallot{Ballot: c.Ballot, CastAt: &c.At}
		if len(x.noVote(c.MembershipID, "")) > 0 || x.meeting.Late(c.At) {
			r.Void = append(r.Void, v)
		} else {
			r.Votes = append(r.Votes, v)
		}
	}
	if err := x.hold(tx, in, r.Votes); err != nil {
		return nil, err
	}
	for _, v := range in.Votes {
		if !r.Voted(v.MembershipID) {
			r.Votes = append(r.Votes, v)
		}
	}
	if len(r.Votes) == 0 && (!in.Agreed || x.written) {
		var b fault.Blockers
		if x.written {
			b.Add("votes_missing/written", "/votes", "record the votes that the members cast in writing")
		} else {
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
func (x *proceeding) hold(tx *record.Tx, in ResolutionInput, cast []DatedBallot) error {
	var f fault.Fields
	for i, v := range in.Votes {
		f = append(f, x.noVote(v.MembershipID, pointer("votes", i, "membership_id"))...)
		known := slices.IndexFunc(cast, func(c DatedBallot) bool { return c.MembershipID == v.MembershipID })
		switch {
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

// resolved is a resolution with what it resolves.
type resolved struct {
	ResolutionRef
	*Resolution
	caseID string
}

// resolutionsOf returns the resolutions of the advice, proposals and decisions that a filter finds.
func resolutionsOf(tx *record.Tx, filter map[string][]string) (out []resolved, err error) {
	add := func(kind string, b record.Base, m Matter, r *Resolution) {
		if r != nil {
			out = append(out, resolved{ResolutionRef{Kind: kind, ID: b.ID, Number: b.Number}, r, m.CaseID})
		}
	}
	advice, err := query.Each(tx, AdviceRepo, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, a := range advice {
		add("advice", a.Base, a.Matter, a.Resolution)
	}
	proposals, err := query.Each(tx, Proposals, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		add("proposal", p.Base, p.Matter, p.Resolution)
	}
	decisions, err := query.Each(tx, Decisions, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		add("decision", d.Base, d.Matter, d.Resolution)
	}
	return out, nil
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
	x, err := draftAssembly(tx, b, mine, in)
	if err != nil {
		return out, err
	}
	if err := x.noVote(mine.ID, "/membership_id").Err(); err != nil {
		return out, err
	}
	return Cast{Ballot: Ballot{MembershipID: mine.ID, Vote: v.Vote}, By: tx.Actor.ID, At: tx.Now}, nil
}

// draftAssembly returns what a member's vote on a draft is judged by: the meeting of the draft once it is held, and today's mandate and seat before that.
// It refuses a vote after the deadline of a written meeting.
func draftAssembly(tx *record.Tx, b *Body, mine *Membership, in Matter) (assembly, error) {
	c, err := caseOf(tx, in.CaseID)
	if err != nil {
		return assembly{}, err
	}
	if in.MeetingID != "" {
		m, err := Meetings.Find(tx, in.MeetingID)
		if err != nil {
			return assembly{}, fmt.Errorf("read meeting: %w", err)
		}
		if m.Late(tx.Now) {
			return assembly{}, fault.Fields{fault.NewField("/vote", "late_ballot", "must be cast before the deadline of %s", m.Number)}.Err()
		}
		if m.Took() {
			return assemblyOf(m, c, nil), nil
		}
	}
	mandate, err := MandateInForce(tx, b.ID)
	if err != nil {
		return assembly{}, err
	}
	rules := RulesOf(b, mandate)
	seat := MeetingSeat{MembershipID: mine.ID, Position: mine.Position, Votes: rules.Votes(mine.Position)}
	return assembly{Constitution: &Constitution{Rules: &rules, Seats: []MeetingSeat{seat}}, c: c}, nil
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
