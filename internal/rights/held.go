package rights

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Guard answers what the policy files say about roles, and who has which roles.
type Guard interface {
	// Held returns the roles that somebody has now.
	Held(tx *record.Tx, id string) ([]record.Held, error)
	// HandsOut reports whether holders of a role may assign another role.
	HandsOut(role, given string, custom bool) bool
	// Exclusive reports whether one person cannot have both roles in overlapping scopes.
	Exclusive(a, b string) bool
}

// RoleGuard also answers what a custom role may grant.
type RoleGuard interface {
	Guard
	org.Permissions
}

// Assigned returns the roles from somebody's assignments that have not ended, also those that begin later.
func Assigned(tx *record.Tx, userID string) (out []record.Held, err error) {
	list, err := query.Each(tx, org.Assignments, "/", map[string][]string{"user_id": {userID}, "status": {string(org.AssignmentActive)}})
	for _, a := range list {
		if !a.ValidTo.Passed(tx.Now) {
			out = append(out, record.Held{Role: a.Role, Scope: a.Scope, DeputyFor: a.DeputyFor})
		}
	}
	return out, err
}

// Seated returns the roles from somebody's seats on existing bodies, also those that begin later. A seat may give no role.
func Seated(tx *record.Tx, userID string, in ...governance.MembershipStatus) (out []record.Held, err error) {
	states := make([]string, len(in))
	for i, s := range in {
		states[i] = string(s)
	}
	seats, err := query.Each(tx, governance.Memberships, "/", map[string][]string{"user_id": {userID}, "status": states})
	if err != nil {
		return nil, err
	}
	for _, m := range seats {
		b, err := governance.Bodies.Find(tx, m.BodyID)
		if err != nil {
			return nil, fmt.Errorf("read body: %w", err)
		}
		if !m.ValidTo.Passed(tx.Now) && b.Status == governance.BodyActive {
			out = append(out, record.Held{Role: b.RoleOf(m.Position), Scope: b.Scope, Body: b.ID})
		}
	}
	return out, nil
}

// MayHandOut returns nil when one of the actor's roles may assign this role in the scope (delegations.csv).
func MayHandOut(tx *record.Tx, role *org.Role, scope string, guard Guard) error {
	mine, err := guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(mine, func(h record.Held) bool {
		return record.Covers(h.Scope, scope) && guard.HandsOut(h.Role, role.Key, !role.BuiltIn)
	}) {
		return fault.New(fault.Forbidden, "not_yours_to_give", `none of your roles here allows you to give the role "%s"`, role.Title)
	}
	return nil
}

func barredBy(refusal error) (bool, error) {
	may, err := fault.Allowed(refusal)
	return !may, err
}
