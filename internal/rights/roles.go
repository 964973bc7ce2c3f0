package rights

import (
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// MakeRole creates a custom role.
func MakeRole(tx *record.Tx, in org.RoleInput, guard RoleGuard) (*org.Role, error) {
	r := org.NewRole(in)
	tx.AddFaults(r.Ungrantable(guard)...)
	return org.Roles.Create(tx, r)
}

// ChangeRole changes a custom role. The actor must not have it, now or later, and must be allowed to assign it in every scope where somebody has it.
func ChangeRole(tx *record.Tx, ref record.Ref, fn func(*org.Role) error, guard RoleGuard) (*org.Role, error) {
	return org.Roles.Change(tx, ref, func(r *org.Role) error {
		if err := mayEdit(tx, r, guard); err != nil {
			return err
		}
		if err := r.Change(); err != nil {
			return err
		}
		was := slices.Clone(r.Grants)
		if err := fn(r); err != nil {
			return err
		}
		if !reflect.DeepEqual(r.Grants, was) {
			tx.AddFaults(r.Ungrantable(guard)...)
		}
		return nil
	})
}

func mayEdit(tx *record.Tx, r *org.Role, guard Guard) error {
	var theirs []record.Held
	for _, id := range tx.Actor.Persons {
		now, err := guard.Held(tx, id)
		if err != nil {
			return err
		}
		given, err := Assigned(tx, id)
		if err != nil {
			return err
		}
		theirs = slices.Concat(theirs, now, given)
	}
	if slices.ContainsFunc(theirs, func(h record.Held) bool { return h.Role == r.Key }) {
		return fault.New(fault.Forbidden, "own_rights/role", "you have this role yourself, so somebody else must change it")
	}
	if r.BuiltIn {
		return nil
	}
	list, err := query.Each(tx, org.Assignments, "/", map[string][]string{"role": {r.Key}, "status": {string(org.AssignmentActive)}})
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, a := range list {
		if a.ValidTo.Passed(tx.Now) || asked[a.Scope] {
			continue
		}
		asked[a.Scope] = true
		if err := MayHandOut(tx, r, a.Scope, guard); err != nil {
			return err
		}
	}
	return nil
}

// RoleBars returns the refusal when the actor may not edit this role. allowed_actions checks it besides the grant.
func RoleBars(tx *record.Tx, r *org.Role, guard Guard) (bool, error) {
	if r.BuiltIn {
		return true, nil
	}
	return barredBy(mayEdit(tx, r, guard))
}
