package governance

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// bodyTerm is the name in delegations.csv of the right to set the term of a body and the powers of its mandates.
const bodyTerm = "term"

// ChangeBody changes a body. Its term and powers may only be changed by a role that may delegate them, and never by a member of the body.
// Setting up a body with a term and powers gives nobody a right until top management has adopted a mandate and confirmed the members.
func ChangeBody(tx *record.Tx, ref record.Ref, fn func(*Body) error, rights Delegations) (*Body, error) {
	return Bodies.Change(tx, ref, func(b *Body) error {
		from, to, powers := b.TermFrom, b.TermTo, slices.Clone(b.Powers)
		if err := fn(b); err != nil {
			return err
		}
		if err := inLine(tx, b); err != nil {
			return err
		}
		if b.TermFrom == from && b.TermTo == to && slices.Equal(b.Powers, powers) {
			return nil
		}
		return maySetTerm(tx, b, rights)
	})
}

func maySetTerm(tx *record.Tx, b *Body, rights Delegations) error {
	if tx.Actor == record.System {
		return nil
	}
	seats, err := query.Each(tx, Memberships, "/", map[string][]string{"body_id": {b.ID}, "status": {"active"}})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(seats, func(m *Membership) bool {
		return m.UserID != "" && slices.Contains(tx.Actor.Persons, m.UserID)
	}) {
		return ownRights()
	}
	mine, err := rights.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(mine, func(h record.Held) bool {
		return record.Covers(h.Scope, b.Scope) && rights.HandsOut(h.Role, bodyTerm, false)
	}) {
		return nil
	}
	return fault.New(fault.Forbidden, "not_yours_to_set", "none of your roles here allows you to set the term or the powers of a body")
}

func bodyOf(tx *record.Tx, id string) (*Body, error) {
	b, err := Bodies.Find(tx, id)
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	return b, nil
}

// SetUpBody creates a body.
func SetUpBody(tx *record.Tx, in BodyInput) (*Body, error) {
	return Bodies.Create(tx, NewBody(in))
}

// inLine refuses a body that is its own ancestor or its own predecessor.
func inLine(tx *record.Tx, b *Body) error {
	var f fault.Fields
	for _, line := range []struct {
		pointer string
		up      func(*Body) string
	}{
		{"/parent_id", func(b *Body) string { return b.ParentID }},
		{"/predecessor_id", func(b *Body) string { return b.PredecessorID }},
	} {
		circle, err := circles(tx, b, line.up)
		if err != nil {
			return err
		}
		if circle {
			f.Add(line.pointer, "circle", "must not lead back to the body itself")
		}
	}
	return f.Err()
}

func circles(tx *record.Tx, b *Body, up func(*Body) string) (bool, error) {
	seen := map[string]bool{b.ID: true}
	for id := up(b); id != ""; {
		next, err := Bodies.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			return false, nil // the reference check reports a missing body
		}
		if err != nil {
			return false, err
		}
		if next.ID == b.ID {
			return true, nil
		}
		if seen[next.ID] {
			return false, nil
		}
		seen[next.ID] = true
		id = up(next)
	}
	return false, nil
}

func bodyIn(tx *record.Tx, id, scope string) (*Body, error) {
	b, err := Bodies.Get(tx, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Fields{fault.NewField("/body_id", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "body"})}.Err()
	}
	if err != nil {
		return nil, err
	}
	if b.Scope != scope {
		return nil, fault.Fields{fault.NewField("/scope", "body_elsewhere", "must be the scope of the body, %s", b.Scope)}.Err()
	}
	if b.Status != BodyActive {
		return nil, fault.New(fault.Conflict, "body_closed", "%s is closed", b.Number)
	}
	return b, nil
}
