// Package rights has the rules for giving rights: roles, seats on bodies and API keys.
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

// notTwice refuses a second assignment of the same role in the same scope on overlapping days. Assignments as deputy for different people are
// allowed.
func notTwice(tx *record.Tx, id string, in org.AssignmentInput) error {
	same := map[string][]string{"user_id": {in.UserID}, "role": {in.Role}, "status": {"active"}}
	if !record.IsScope(in.Scope) {
		return nil // the write reports the fault
	}
	given, err := query.Each(tx, org.Assignments, "="+in.Scope, same)
	if err != nil {
		return err
	}
	for _, a := range given {
		if a.ID != id && a.DeputyFor == in.DeputyFor && a.Overlaps(in.ValidFrom, in.ValidTo) {
			return fault.New(fault.Conflict, "duplicate/assignment", "%s already gives the person this role here, on some of the same days", a.Number).
				BlockedBy("/api/v1/assignments/" + a.ID)
		}
	}
	return nil
}

func ownRights() error {
	return fault.New(fault.Forbidden, "own_rights", "you cannot give yourself rights; somebody else must do it")
}

// Assign gives a person a role. The actor must be allowed to assign it in this scope, and cannot assign it to themselves. The person must not have a
// role that excludes it.
func Assign(tx *record.Tx, in org.AssignmentInput, guard Guard) (*org.Assignment, error) {
	role, err := org.Roles.Find(tx, in.Role)
	if fault.Is(err, fault.NotFound) || err == nil && role.Status != org.RoleActive {
		return nil, fault.Fields{fault.NewField("/role", "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: "role"})}.Err()
	}
	if err != nil {
		return nil, err
	}
	in.Role = role.Key
	if role.By == org.ByMembership || role.By == org.ByKey {
		return nil, fault.Fields{fault.NewField("/role", "not_assignable", "this role cannot be assigned; it comes with a seat on a body or with an API key")}.Err()
	}
	if !role.BuiltIn && !record.Covers(role.Scope, in.Scope) {
		tx.AddFaults(fault.NewField("/scope", "beyond_role", "the role can only be given at %s and below", role.Scope))
	}
	if err := mayAssign(tx, in, role, guard); err != nil {
		return nil, err
	}
	if err := tx.Collect(asGuest(tx, in, guard)); err != nil {
		return nil, err
	}
	if err := tx.Collect(mayDeputise(tx, in, guard)); err != nil {
		return nil, err
	}
	if err := compatible(tx, in.UserID, in.Role, in.Scope, guard); err != nil {
		return nil, err
	}
	if err := notTwice(tx, "", in); err != nil {
		return nil, err
	}
	return org.Assignments.Create(tx, org.NewAssignment(in))
}

// mayAssign checks that the actor may hand out the role (delegations.csv). A deputy may also be named by the absent person, their line
// manager or an administrator.
func mayAssign(tx *record.Tx, in org.AssignmentInput, role *org.Role, guard Guard) error {
	if tx.Actor == record.System {
		return nil
	}
	if slices.Contains(tx.Actor.Persons, in.UserID) {
		return ownRights()
	}
	unit := ""
	if in.DeputyFor != "" {
		if in.DeputyFor == tx.Actor.ID {
			return nil
		}
		absent, err := org.Users.Find(tx, in.DeputyFor)
		if err != nil {
			return unknownAt(err, "/deputy_for", "user")
		}
		unit = absent.Scope
	}
	mine, err := guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	deputises := unit != "" && slices.ContainsFunc(mine, func(h record.Held) bool {
		leads := h.Role == "line_manager" && record.Covers(h.Scope, unit) && (in.Role == h.Role || guard.HandsOut(h.Role, in.Role, !role.BuiltIn))
		return record.Covers(h.Scope, in.Scope) && (h.Role == "administrator" || leads)
	})
	if deputises {
		return nil
	}
	return MayHandOut(tx, role, in.Scope, guard)
}

// mayDeputise checks that the absent person holds the role by an assignment of their own, at least as long as the deputy will.
func mayDeputise(tx *record.Tx, in org.AssignmentInput, guard Guard) error {
	if in.DeputyFor == "" {
		return nil
	}
	theirs, err := guard.Held(tx, in.DeputyFor)
	if err != nil {
		return err
	}
	theirs = slices.DeleteFunc(theirs, func(h record.Held) bool {
		return h.Role != in.Role || h.Body != "" || !record.Covers(h.Scope, in.Scope) || h.To != "" && in.ValidTo > h.To
	})
	switch {
	case len(theirs) == 0:
		return fault.Fields{fault.NewField("/deputy_for", "role_not_held", "must be a person who has this role here in the whole period")}.Err()
	case !slices.ContainsFunc(theirs, func(h record.Held) bool { return h.DeputyFor == "" }):
		return fault.Fields{fault.NewField("/deputy_for", "held_as_deputy", "that person has the role as a deputy, and a deputy cannot have a deputy")}.Err()
	}
	return nil
}

func unknownAt(err error, pointer, kind string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Fields{fault.NewField(pointer, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: kind})}.Err()
	}
	return err
}

// compatible refuses a role when the person has or will have one that excludes it in an overlapping scope.
func compatible(tx *record.Tx, userID, role, scope string, guard Guard) error {
	held, err := guard.Held(tx, userID)
	if err != nil {
		return err
	}
	given, err := Assigned(tx, userID)
	if err != nil {
		return err
	}
	seats, err := Seated(tx, userID, governance.MembershipActive)
	if err != nil {
		return err
	}
	held = slices.Concat(held, given, seats)
	for _, h := range held {
		if record.Related(h.Scope, scope) && guard.Exclusive(h.Role, role) {
			titles, err := titlesOf(tx, role, h.Role)
			if err != nil {
				return err
			}
			return fault.New(fault.Conflict, "roles_exclude", "one person cannot have both these roles in overlapping scopes: %s", titles)
		}
	}
	return nil
}

// titlesOf gives what people call roles.
func titlesOf(tx *record.Tx, keys ...string) (record.Labels, error) {
	out := make(record.Labels, len(keys))
	for i, key := range keys {
		role, err := org.Roles.Find(tx, key)
		if err != nil {
			return nil, err
		}
		out[i] = role.Title
	}
	return out, nil
}

// EndAssignment takes a role back. People may end their own assignments, but not change them.
func EndAssignment(tx *record.Tx, ref record.Ref, guard Guard) (*org.Assignment, error) {
	return org.Assignments.Change(tx, ref, func(a *org.Assignment) error {
		if err := mayChange(tx, a, "end", guard); err != nil {
			return err
		}
		if err := KeepsAdministrator(tx, a); err != nil {
			return err
		}
		return a.End(record.DateOf(tx.Now))
	})
}

// ChangeAssignment changes the dates of an assignment. Whoever may assign the role may do this. Past days as a deputy cannot change, because acts on
// those days count for both people.
func ChangeAssignment(tx *record.Tx, ref record.Ref, fn func(*org.Assignment) error, guard Guard) (*org.Assignment, error) {
	return org.Assignments.Change(tx, ref, func(a *org.Assignment) error {
		was := a.AssignmentInput
		if err := fn(a); err != nil {
			return err
		}
		if err := mayChange(tx, a, "update", guard); err != nil {
			return err
		}
		if err := a.Keeps(was, record.DateOf(tx.Now)); err != nil {
			return err
		}
		if err := asGuest(tx, a.AssignmentInput, guard); err != nil {
			return err
		}
		if err := mayDeputise(tx, a.AssignmentInput, guard); err != nil {
			return err
		}
		if err := notTwice(tx, a.ID, a.AssignmentInput); err != nil {
			return err
		}
		return compatible(tx, a.UserID, a.Role, a.Scope, guard)
	})
}

func mayChange(tx *record.Tx, a *org.Assignment, action string, guard Guard) error {
	if action == "end" && slices.Contains(tx.Actor.Persons, a.UserID) {
		return nil
	}
	role, err := org.Roles.Find(tx, a.Role)
	if err != nil {
		return fmt.Errorf("read role: %w", err)
	}
	return mayAssign(tx, a.AssignmentInput, role, guard)
}

// AssignmentBars returns the refusal when the actor may not end or change this assignment. allowed_actions checks it besides the grant.
func AssignmentBars(tx *record.Tx, a *org.Assignment, action string, guard Guard) (bool, error) {
	bar := mayChange(tx, a, action, guard)
	if bar == nil && action == "end" {
		bar = KeepsAdministrator(tx, a)
	}
	return barredBy(bar)
}
