package flow

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// DeactivateUser keeps a person out and ends their sessions; somebody must stay who can let the others in.
func DeactivateUser(tx *record.Tx, ref record.Ref) (*org.User, error) {
	u, err := changeAccount(tx, ref, MayKeepOut, (*org.User).Deactivate)
	if err != nil {
		return nil, err
	}
	theirs, err := org.Assignments.Each(tx, "/", map[string][]string{"user_id": {u.ID}, "status": {"active"}})
	if err == nil {
		err = keepsAdministrator(tx, theirs...)
	}
	if err != nil {
		return nil, err
	}
	return u, identity.Revoke(tx, u.ID, "", "")
}

// keepsAdministrator refuses to take from an administrator what no other one has. A deputy is none: the role hangs by whose place they take.
func keepsAdministrator(tx *record.Tx, lost ...*org.Assignment) error {
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
			return fault.New(fault.Conflict, "last_administrator", "nobody else is administrator at %s; make somebody that first", l.Scope)
		}
	}
	return nil
}

const administrator = "administrator"

// administrators lists the assignments that make active people administrators today, by a role of their own.
func administrators(tx *record.Tx) (out []*org.Assignment, err error) {
	all, err := org.Assignments.Each(tx, "/", map[string][]string{"role": {administrator}, "status": {"active"}})
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

// notTwice refuses a role that the person is given at the scope already by another assignment than this one, on some of the same days and in the same person's place.
func notTwice(tx *record.Tx, id string, in org.AssignmentInput) error {
	same := map[string][]string{"user_id": {in.UserID}, "role": {in.Role}, "status": {"active"}}
	if !record.IsScope(in.Scope) {
		return nil // which the write says
	}
	given, err := org.Assignments.Each(tx, "="+in.Scope, same)
	if err != nil {
		return err
	}
	for _, a := range given {
		if a.ID != id && a.DeputyFor == in.DeputyFor && a.Overlaps(in.ValidFrom, in.ValidTo) {
			e := fault.New(fault.Conflict, "duplicate", "%s gives this person the role here already, on some of these days", a.Number)
			e.Blockers = fault.Blockers{{Code: e.Code, Detail: e.Text, Link: linkOf(org.Assignments.Kind, a.ID)}}
			return e
		}
	}
	return nil
}

// EraseUser removes what is known of a person for good, and ends what they still held: roles, places in bodies, keys.
func EraseUser(tx *record.Tx, ref record.Ref) (*org.User, error) {
	u, err := changeAccount(tx, ref, MayKeepOut, (*org.User).Erase)
	if err != nil {
		return nil, err
	}
	if err := endRights(tx, u.ID); err != nil {
		return nil, err
	}
	if err := identity.Forget(tx, u.ID); err != nil {
		return nil, err
	}
	return u, tx.Erase(u.ID)
}

func endRights(tx *record.Tx, userID string) error {
	today := record.DateOf(tx.Now)
	roles, err := org.Assignments.Each(tx, "/", map[string][]string{"user_id": {userID}, "status": {"active"}})
	if err != nil {
		return err
	}
	deputies, err := org.Assignments.Each(tx, "/", map[string][]string{"deputy_for": {userID}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, a := range append(roles, deputies...) {
		if _, err := org.Assignments.Change(tx.Follow("assignment", "end"), record.Ref{ID: a.ID, Version: record.AnyVersion}, func(a *org.Assignment) error { return a.End(today) }); err != nil {
			return fmt.Errorf("end %s: %w", a.Number, err)
		}
	}
	seats, err := governance.Memberships.Each(tx, "/", map[string][]string{"user_id": {userID}, "status": {"proposed", "active"}})
	if err != nil {
		return err
	}
	for _, m := range seats {
		if _, err := governance.Memberships.Change(tx.Follow("membership", "end"), record.Ref{ID: m.ID, Version: record.AnyVersion}, func(m *governance.Membership) error { return m.End(today) }); err != nil {
			return fmt.Errorf("end %s: %w", m.Number, err)
		}
	}
	keys, err := identity.Keys.Each(tx, "/", map[string][]string{"responsible_id": {userID}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, k := range keys {
		if _, err := identity.Keys.Change(tx.Follow("api_key", "revoke"), record.Ref{ID: k.ID, Version: record.AnyVersion}, (*identity.Key).Revoke); err != nil {
			return fmt.Errorf("revoke %s: %w", k.Number, err)
		}
	}
	return nil
}
