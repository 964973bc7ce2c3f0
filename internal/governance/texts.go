package governance

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// text is an advice, a proposal or a decision, with the votes on its draft and how it was resolved.
type text struct {
	ResolutionRef
	Ballots
	*Resolution // nil before the body resolves
	caseID      string
}

// textsOf returns the advice, proposals and decisions that a filter finds.
func textsOf(tx *record.Tx, filter map[string][]string) (out []text, err error) {
	advice, err := query.Each(tx, AdviceRepo, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, a := range advice {
		out = append(out, text{ResolutionRef{Kind: "advice", ID: a.ID, Number: a.Number}, a.Ballots, a.Resolution, a.CaseID})
	}
	proposals, err := query.Each(tx, Proposals, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, p := range proposals {
		out = append(out, text{ResolutionRef{Kind: "proposal", ID: p.ID, Number: p.Number}, p.Ballots, p.Resolution, p.CaseID})
	}
	decisions, err := query.Each(tx, Decisions, "/", filter)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		out = append(out, text{ResolutionRef{Kind: "decision", ID: d.ID, Number: d.Number}, d.Ballots, d.Resolution, d.CaseID})
	}
	return out, nil
}

// resolutionsOf returns those of the texts that the body has resolved.
func resolutionsOf(tx *record.Tx, filter map[string][]string) ([]text, error) {
	all, err := textsOf(tx, filter)
	return slices.DeleteFunc(all, func(t text) bool { return t.Resolution == nil }), err
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

// unempowered reports whether the mandate that a text is resolved by lacks a power, with the refusal: that of its meeting's day, or the one in force.
func unempowered(tx *record.Tx, of Matter, p Power) (bool, error) {
	b, err := bodyOf(tx, of.BodyID)
	if err != nil {
		return false, err
	}
	x := &proceeding{body: b}
	if x.meeting, err = heldBy(tx, b, of.MeetingID); err != nil {
		return false, err
	}
	_, err = x.empowered(tx, p)
	if fault.Is(err, fault.Forbidden) {
		return true, err
	}
	return false, err
}

// TextBars reports whether an action on a text of a body is only for its members and the actor is not one. The secretariat may also
// advance a proposal and delete a draft.
func TextBars(tx *record.Tx, of Matter, action string, roles Roles) (bool, error) {
	switch action {
	case "give", "adopt":
		barred, err := lacksPart(tx, of.BodyID, sitting, roles)
		if barred || err != nil {
			return barred, err
		}
		return unempowered(tx, of, map[string]Power{"give": Advise, "adopt": Decide}[action])
	case "update", "vote", "agree", "withdraw":
		return lacksPart(tx, of.BodyID, sitting, roles)
	case "advance", "delete":
		return lacksPart(tx, of.BodyID, filing, roles)
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
