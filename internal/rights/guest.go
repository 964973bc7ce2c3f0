package rights

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// asGuest checks a role for a person of another top-level unit who is to confirm or approve something here. Top management gives it, for a time, and at
// one unit or project. The roles are those that top management may hand out.
func asGuest(tx *record.Tx, in org.AssignmentInput, guard Guard) error {
	if tx.Actor == record.System || !guard.HandsOut("top_management", in.Role, false) || !record.IsScope(in.Scope) {
		return nil
	}
	if _, err := tx.UnitAt(in.Scope); err != nil {
		return nil //nolint:nilerr // the write reports the scope
	}
	user, err := org.Users.Find(tx, in.UserID)
	if fault.Is(err, fault.NotFound) {
		return nil // the write reports it
	}
	if err != nil || record.Related(user.Scope, record.Top(in.Scope)) {
		return err
	}
	mine, err := guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(mine, func(h record.Held) bool { return h.Role == "top_management" && record.Covers(h.Scope, in.Scope) }) {
		return fault.New(fault.Forbidden, "guest_by_management", "only top management can give this role to a person of another top-level unit")
	}
	var f fault.Fields
	if in.ValidTo == "" {
		f.Add("/valid_to", "required", "is required")
	}
	if in.Scope == record.Top(in.Scope) {
		f.Add("/scope", "guest_at_one_unit", "must be one unit or project, because the person belongs to another top-level unit")
	}
	return f.Err()
}
