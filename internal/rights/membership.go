package rights

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// ConfirmMembership confirms a membership, which then counts. The body's lead or top management confirms it, never their own.
func ConfirmMembership(tx *record.Tx, ref record.Ref, guard Guard) (*governance.Membership, error) {
	return governance.Memberships.Change(tx, ref, func(m *governance.Membership) error {
		b, err := governance.Bodies.Find(tx, m.BodyID)
		if err != nil {
			return fmt.Errorf("read body: %w", err)
		}
		if m.UserID != "" && slices.Contains(tx.Actor.Persons, m.UserID) {
			return ownRights()
		}
		ok, err := governance.LeadsOrManages(tx, b, guard)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Forbidden, "not_lead/membership", "only the body's lead or top management can confirm a membership")
		}
		if role := b.RoleOf(m.Position); m.UserID != "" && role != "" {
			if err := compatible(tx, m.UserID, role, b.Scope, guard); err != nil {
				return err
			}
		}
		if err := governance.OneLead(tx, b, m.ID, m.MembershipInput); err != nil {
			return err
		}
		return m.Confirm(tx.Actor.ID)
	})
}
