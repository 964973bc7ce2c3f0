package governance

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// withinTerm refuses a membership outside the term of its body. Without a term of the body, the terms of its mandates decide.
func withinTerm(tx *record.Tx, b *Body, m MembershipInput) error {
	from, to := b.TermFrom, b.TermTo
	if from == "" && to == "" {
		all, err := query.Each(tx, Mandates, "/", map[string][]string{"body_id": {b.ID}})
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Status == MandateSuperseded {
				continue
			}
			if x.ValidFrom != "" && (from == "" || x.ValidFrom < from) {
				from = x.ValidFrom
			}
			if x.ValidTo == "" {
				to = "9999-12-31"
			}
			to = max(to, x.ValidTo)
		}
		if to == "9999-12-31" {
			to = ""
		}
	}
	var f fault.Fields
	for _, d := range []struct {
		pointer string
		day     record.Date
	}{{"/valid_from", m.ValidFrom}, {"/valid_to", m.ValidTo}} {
		if d.day != "" && (from != "" && d.day < from || to != "" && d.day > to) {
			f.Add(d.pointer, "outside_term", "must be within the term of %s", b.Number)
		}
	}
	return f.Err()
}

// OneLead refuses a second lead of a body on the same day.
func OneLead(tx *record.Tx, b *Body, id string, in MembershipInput) error {
	if in.Position != Lead {
		return nil
	}
	leads, err := query.Each(tx, Memberships, "/", map[string][]string{"body_id": {b.ID}, "position": {"lead"}})
	if err != nil {
		return err
	}
	for _, l := range leads {
		if l.ID != id && l.Status != MembershipEnded && l.Overlaps(in.ValidFrom, in.ValidTo) {
			return fault.New(fault.Conflict, "has_lead", "%s already has a lead in this period", b.Number).At("/valid_from")
		}
	}
	return nil
}

// ChangeMembership changes a membership that is not yet confirmed.
func ChangeMembership(tx *record.Tx, ref record.Ref, fn func(*Membership) error) (*Membership, error) {
	return Memberships.Change(tx, ref, func(m *Membership) error {
		if err := fn(m); err != nil {
			return err
		}
		b, err := bodyOf(tx, m.BodyID)
		if err != nil {
			return err
		}
		if err := withinTerm(tx, b, m.MembershipInput); err != nil {
			return err
		}
		return OneLead(tx, b, m.ID, m.MembershipInput)
	})
}

func ownRights() error {
	return fault.New(fault.Forbidden, "own_rights", "you cannot give yourself rights; somebody else must do it")
}

// EnterMembership adds a member to a body. It counts once confirmed.
func EnterMembership(tx *record.Tx, in MembershipInput) (*Membership, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	if in.UserID != "" && (in.UserID == tx.Actor.ID || slices.Contains(tx.Actor.Persons, in.UserID)) {
		return nil, ownRights()
	}
	if err := tx.Collect(withinTerm(tx, b, in)); err != nil {
		return nil, err
	}
	if err := OneLead(tx, b, "", in); err != nil {
		return nil, err
	}
	return Memberships.Create(tx, NewMembership(in))
}

// MembershipBars reports whether the actor may not confirm this membership. allowed_actions and tasks check it in addition to the grant.
func MembershipBars(tx *record.Tx, m *Membership, action string, roles Roles) (bool, error) {
	if action != "confirm" {
		return false, nil
	}
	may, err := mayConfirm(tx, m, roles)
	return !may, err
}

func mayConfirm(tx *record.Tx, m *Membership, roles Roles) (bool, error) {
	if m.UserID == tx.Actor.ID {
		return false, nil
	}
	b, err := Bodies.Find(tx, m.BodyID)
	if err != nil {
		return false, fmt.Errorf("read body: %w", err)
	}
	return LeadsOrManages(tx, b, roles)
}

// LeadsOrManages reports whether the actor is the body's lead, or top management in its scope.
func LeadsOrManages(tx *record.Tx, b *Body, roles Roles) (bool, error) {
	held, err := roles.Held(tx, tx.Actor.ID)
	if err != nil {
		return false, err
	}
	for _, h := range held {
		if h.Role == "top_management" && record.Covers(h.Scope, b.Scope) {
			return true, nil
		}
	}
	seats, err := activeSeats(tx, b.ID)
	if err != nil {
		return false, err
	}
	for _, m := range seats {
		if m.UserID == tx.Actor.ID && m.Position == Lead && record.Within(tx.Now, m.ValidFrom, m.ValidTo) {
			return true, nil
		}
	}
	return false, nil
}

// ExpireMemberships ends the memberships whose last day has passed. The system calls it.
func ExpireMemberships(tx *record.Tx) error {
	due, err := query.Each(tx, Memberships, "/", map[string][]string{"status": {"active"}})
	if err != nil {
		return err
	}
	for _, m := range due {
		if !m.ValidTo.Passed(tx.Now) {
			continue
		}
		_, err := Memberships.Change(tx.Follow("membership", "expire"), record.Ref{ID: m.ID, Version: record.AnyVersion},
			func(m *Membership) error { return m.End(m.ValidTo) })
		if err != nil {
			return err
		}
	}
	return nil
}
