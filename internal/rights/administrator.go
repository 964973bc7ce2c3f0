package rights

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// KeepsAdministrator refuses to end the assignment of the last administrator of a scope. A deputy does not count, because their role ends with that
// of the absent person.
func KeepsAdministrator(tx *record.Tx, lost ...*org.Assignment) error {
	all, err := administrators(tx)
	if err != nil {
		return err
	}
	for _, l := range lost {
		if l.Role != administrator || l.DeputyFor != "" || !record.Within(tx.Now, l.ValidFrom, l.ValidTo) {
			continue
		}
		covered := func(a *org.Assignment) bool {
			return record.Covers(a.Scope, l.Scope) && !slices.ContainsFunc(lost, func(o *org.Assignment) bool { return o.ID == a.ID })
		}
		if !slices.ContainsFunc(all, covered) {
			return fault.New(fault.Conflict, "last_administrator", "%s must have an administrator; give somebody else the role first", l.Scope)
		}
	}
	return nil
}

const administrator = "administrator"

// administrators returns the assignments that make active people administrators today. Deputies are left out.
func administrators(tx *record.Tx) (out []*org.Assignment, err error) {
	all, err := query.Each(tx, org.Assignments, "/", map[string][]string{"role": {administrator}, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.DeputyFor != "" || !record.Within(tx.Now, a.ValidFrom, a.ValidTo) {
			continue
		}
		state, err := org.Users.StateOf(tx, a.UserID)
		if err != nil {
			return nil, err
		}
		if state == string(org.UserActive) {
			out = append(out, a)
		}
	}
	return out, nil
}
