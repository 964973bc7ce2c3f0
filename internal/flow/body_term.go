package flow

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// bodyTerm is what delegations.csv calls the term of a body: its members hold their role as long as it lasts.
const bodyTerm = "term"

// ChangeBody stores a change of a body. Its term is changed by whoever may hand that out, and not by its members.
func ChangeBody(tx *record.Tx, ref record.Ref, fn func(*governance.Body) error) (*governance.Body, error) {
	return governance.Bodies.Change(tx, ref, func(b *governance.Body) error {
		from, to := b.TermFrom, b.TermTo
		if err := fn(b); err != nil {
			return err
		}
		if err := inLine(tx, b); err != nil {
			return err
		}
		if b.TermFrom == from && b.TermTo == to {
			return nil
		}
		return maySetTerm(tx, b)
	})
}

func maySetTerm(tx *record.Tx, b *governance.Body) error {
	seats, err := governance.Memberships.Each(tx, "/", map[string][]string{"body_id": {b.ID}, "status": {"active"}})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(seats, func(m *governance.Membership) bool {
		return m.UserID != "" && slices.Contains(tx.Actor.Persons, m.UserID)
	}) {
		return ownRights()
	}
	rights, err := rightsOf(tx)
	if err != nil {
		return err
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
	return fault.New(fault.Forbidden, "not_yours_to_set", "none of your roles may set the term of a body here")
}
