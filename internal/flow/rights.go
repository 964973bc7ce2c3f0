// Package flow holds the use cases that span several kinds of record in one transaction.
package flow

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// Rights is what the rules about handing out rights ask the guard.
type Rights interface {
	org.Permissions
	// HandsOut tells whether a role may hand out another.
	HandsOut(role, given string, custom bool) bool
	// Exclusive tells whether one person cannot hold both roles in overlapping scopes.
	Exclusive(a, b string) bool
	// Held lists the roles somebody holds now.
	Held(tx *record.Tx, id string) ([]record.Held, error)
	// AtMost is how long an acceptance of a record with these facts may last; empty for no limit.
	AtMost(p record.Permission, m *record.Meta) record.Duration
}

// rightsOf gives what the installation's guard tells of rights.
func rightsOf(tx *record.Tx) (Rights, error) {
	rights, ok := tx.Guard().(Rights)
	if !ok {
		return nil, errors.New("flow: the guard tells nothing of rights")
	}
	return rights, nil
}

// held lists the roles somebody holds now.
func held(tx *record.Tx, id string) ([]record.Held, error) {
	rights, err := rightsOf(tx)
	if err != nil {
		return nil, err
	}
	return rights.Held(tx, id)
}

func ownRights() error {
	return fault.New(fault.Forbidden, "own_rights", "nobody gives rights to themselves")
}

// Assign gives a person a role: the giver may hand it out here, not to
// themselves, and not beside a role that excludes it.
func Assign(tx *record.Tx, in org.AssignmentInput) (*org.Assignment, error) {
	role, err := org.Roles.Find(tx, in.Role)
	if fault.Is(err, fault.NotFound) || err == nil && role.Status != org.RoleActive {
		return nil, fault.Fields{{Pointer: "/role", Code: "unknown_reference", Detail: fault.Text{Format: "there is no such %s", Args: []any{fault.Word{Kind: "role"}}}}}.Err()
	}
	if err != nil {
		return nil, err
	}
	in.Role = role.Key
	if role.By == org.ByMembership || role.By == org.ByKey {
		return nil, fault.Fields{{Pointer: "/role", Code: "not_assignable", Detail: fault.Text{Format: "this role does not come by assignment"}}}.Err()
	}
	if !role.BuiltIn && !record.Covers(role.Scope, in.Scope) {
		return nil, fault.Fields{{Pointer: "/scope", Code: "beyond_role", Detail: fault.Text{Format: "the role is handed out at %s and below", Args: []any{role.Scope}}}}.Err()
	}
	if err := mayAssign(tx, in, role); err != nil {
		return nil, err
	}
	if err := mayDeputise(tx, in); err != nil {
		return nil, err
	}
	if err := compatible(tx, in.UserID, in.Role, in.Scope); err != nil {
		return nil, err
	}
	if err := notTwice(tx, "", in); err != nil {
		return nil, err
	}
	return org.Assignments.Create(tx, org.NewAssignment(in))
}

// mayAssign asks delegations.csv. For a deputy it is the absent person, their line manager or an administrator.
func mayAssign(tx *record.Tx, in org.AssignmentInput, role *org.Role) error {
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
	rights, err := rightsOf(tx)
	if err != nil {
		return err
	}
	mine, err := rights.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	deputises := unit != "" && slices.ContainsFunc(mine, func(h record.Held) bool {
		leads := h.Role == "line_manager" && record.Covers(h.Scope, unit) && (in.Role == h.Role || rights.HandsOut(h.Role, in.Role, !role.BuiltIn))
		return record.Covers(h.Scope, in.Scope) && (h.Role == "administrator" || leads)
	})
	if deputises {
		return nil
	}
	return mayHandOut(tx, role, in.Scope)
}

// mayDeputise holds a deputy to a role that the absent person has by an assignment of their own, no longer than they have it.
func mayDeputise(tx *record.Tx, in org.AssignmentInput) error {
	if in.DeputyFor == "" {
		return nil
	}
	theirs, err := held(tx, in.DeputyFor)
	if err != nil {
		return err
	}
	theirs = slices.DeleteFunc(theirs, func(h record.Held) bool {
		return h.Role != in.Role || h.Body != "" || !record.Covers(h.Scope, in.Scope) || h.To != "" && in.ValidTo > h.To
	})
	switch {
	case len(theirs) == 0:
		return fault.Fields{{Pointer: "/deputy_for", Code: "not_held", Detail: fault.Text{Format: "that person does not hold this role here"}}}.Err()
	case !slices.ContainsFunc(theirs, func(h record.Held) bool { return h.DeputyFor == "" }):
		return fault.Fields{{Pointer: "/deputy_for", Code: "held_as_deputy", Detail: fault.Text{Format: "that person holds this role as a deputy, who has no deputy"}}}.Err()
	}
	return nil
}

func unknownAt(err error, pointer, kind string) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Fields{{Pointer: pointer, Code: "unknown_reference", Detail: fault.Text{Format: "there is no such %s", Args: []any{fault.Word{Kind: kind}}}}}.Err()
	}
	return err
}

// compatible refuses a role beside one that excludes it in an overlapping scope, waiting memberships included.
func compatible(tx *record.Tx, userID, role, scope string) error {
	rights, err := rightsOf(tx)
	if err != nil {
		return err
	}
	held, err := rights.Held(tx, userID)
	if err != nil {
		return err
	}
	given, err := assignedTo(tx, userID)
	if err != nil {
		return err
	}
	seats, err := placesOf(tx, userID, governance.MembershipActive)
	if err != nil {
		return err
	}
	held = slices.Concat(held, given, seats)
	for _, h := range held {
		if record.Related(h.Scope, scope) && rights.Exclusive(h.Role, role) {
			return fault.New(fault.Conflict, "roles_exclude", "nobody holds both %s and %s in overlapping scopes", role, h.Role)
		}
	}
	return nil
}

// EndAssignment takes a role back; nobody edits what they hold themselves but to lay it down.
func EndAssignment(tx *record.Tx, ref record.Ref) (*org.Assignment, error) {
	return org.Assignments.Change(tx, ref, func(a *org.Assignment) error {
		if err := mayChange(tx, a, "end"); err != nil {
			return err
		}
		if err := keepsAdministrator(tx, a); err != nil {
			return err
		}
		return a.End(record.DateOf(tx.Now))
	})
}

// ChangeAssignment stores other dates, by whoever may give the role. The days on which somebody was a deputy stay as they were: the hands
// of those days count for both.
func ChangeAssignment(tx *record.Tx, ref record.Ref, fn func(*org.Assignment) error) (*org.Assignment, error) {
	return org.Assignments.Change(tx, ref, func(a *org.Assignment) error {
		was := a.AssignmentInput
		if err := fn(a); err != nil {
			return err
		}
		if err := mayChange(tx, a, "update"); err != nil {
			return err
		}
		if err := a.Keeps(was, record.DateOf(tx.Now)); err != nil {
			return err
		}
		if err := mayDeputise(tx, a.AssignmentInput); err != nil {
			return err
		}
		if err := notTwice(tx, a.ID, a.AssignmentInput); err != nil {
			return err
		}
		return compatible(tx, a.UserID, a.Role, a.Scope)
	})
}

func mayChange(tx *record.Tx, a *org.Assignment, action string) error {
	if action == "end" && slices.Contains(tx.Actor.Persons, a.UserID) {
		return nil
	}
	role, err := org.Roles.Find(tx, a.Role)
	if err != nil {
		return fmt.Errorf("read role: %w", err)
	}
	return mayAssign(tx, a.AssignmentInput, role)
}

// AssignmentBarred tells whether the actor may not end or change this assignment: what allowed_actions asks beside the grant.
func AssignmentBarred(tx *record.Tx, a *org.Assignment, action string) (bool, error) {
	bar := mayChange(tx, a, action)
	if bar == nil && action == "end" {
		bar = keepsAdministrator(tx, a)
	}
	return barredBy(bar)
}

// MakeRole makes a role of the installation's own.
func MakeRole(tx *record.Tx, in org.RoleInput) (*org.Role, error) {
	rights, err := rightsOf(tx)
	if err != nil {
		return nil, err
	}
	r := org.NewRole(in)
	tx.Doubt(r.Ungrantable(rights)...)
	return org.Roles.Create(tx, r)
}

// ChangeRole stores a change of a role of the installation's own, by somebody who neither has it nor will, and who may hand it out
// wherever somebody has it.
func ChangeRole(tx *record.Tx, ref record.Ref, fn func(*org.Role) error) (*org.Role, error) {
	rights, err := rightsOf(tx)
	if err != nil {
		return nil, err
	}
	return org.Roles.Change(tx, ref, func(r *org.Role) error {
		if err := mayEdit(tx, r); err != nil {
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
			tx.Doubt(r.Ungrantable(rights)...)
		}
		return nil
	})
}

func mayEdit(tx *record.Tx, r *org.Role) error {
	var theirs []record.Held
	for _, id := range tx.Actor.Persons {
		now, err := held(tx, id)
		if err != nil {
			return err
		}
		given, err := assignedTo(tx, id)
		if err != nil {
			return err
		}
		theirs = slices.Concat(theirs, now, given)
	}
	if slices.ContainsFunc(theirs, func(h record.Held) bool { return h.Role == r.Key }) {
		return fault.New(fault.Forbidden, "own_rights", "nobody edits a role they hold")
	}
	if r.BuiltIn {
		return nil
	}
	list, err := org.Assignments.Each(tx, "/", map[string][]string{"role": {r.Key}, "status": {string(org.AssignmentActive)}})
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, a := range list {
		if a.ValidTo.Passed(tx.Now) || asked[a.Scope] {
			continue
		}
		asked[a.Scope] = true
		if err := mayHandOut(tx, r, a.Scope); err != nil {
			return err
		}
	}
	return nil
}

// RoleBarred tells whether the actor may not edit this role: what allowed_actions asks beside the grant.
func RoleBarred(tx *record.Tx, r *org.Role) (bool, error) {
	if r.BuiltIn {
		return true, nil
	}
	return barredBy(mayEdit(tx, r))
}

// OpenUnit adds a unit under one that is there; a project has nothing under it.
func OpenUnit(tx *record.Tx, in org.UnitInput) (*org.Unit, error) {
	u := org.NewUnit(in)
	if in.Scope == "/" {
		return nil, fault.Fields{{Pointer: "/scope", Code: "bad_scope", Detail: fault.Text{Format: "is no scope path like /siv/radiologi/"}}}.Err()
	}
	if u.Parent != "/" {
		parents, err := org.Units.Each(tx, "="+u.Parent, nil)
		if err != nil {
			return nil, err
		}
		if len(parents) == 0 {
			return nil, fault.Fields{{Pointer: "/scope", Code: "unknown_scope", Detail: fault.Text{Format: "there is no such scope"}}}.Err()
		}
		if parents[0].Status == org.UnitClosed {
			return nil, fault.Fields{{Pointer: "/scope", Code: "closed_scope", Detail: fault.Text{Format: "the unit is closed"}}}.Err()
		}
		if parents[0].Kind == org.Project {
			return nil, fault.New(fault.Conflict, "project_is_leaf", "a project has no units under it")
		}
	}
	return org.Units.Create(tx, u)
}

// IssueKey makes an API key whose roles its responsible person holds too. Nobody answers for a key to which they hand out a role.
func IssueKey(tx *record.Tx, in identity.Input) (*identity.Key, string, error) {
	if tx.Actor.Service && slices.Contains(tx.Actor.Persons, in.ResponsibleID) {
		return nil, "", ownRights() // a key does not outlive itself
	}
	rights, err := rightsOf(tx)
	if err != nil {
		return nil, "", err
	}
	held, err := rights.Held(tx, in.ResponsibleID)
	if err != nil {
		return nil, "", err
	}
	mine, err := rights.Held(tx, tx.Actor.ID)
	if err != nil {
		return nil, "", err
	}
	var f fault.Fields
	for i, r := range in.Roles {
		at := fmt.Sprintf("/roles/%d", i)
		has := slices.ContainsFunc(held, func(h record.Held) bool { return h.Role == r.Role && record.Covers(h.Scope, r.Scope) })
		gives := slices.ContainsFunc(mine, func(h record.Held) bool {
			return rights.HandsOut(h.Role, r.Role, false) && record.Covers(h.Scope, r.Scope)
		})
		switch {
		case r.Role == "integration" && gives && in.ResponsibleID == tx.Actor.ID:
			return nil, "", ownRights()
		case r.Role == "integration" && gives:
		case r.Role == "integration":
			f.Add(at, "not_yours_to_give", "none of your roles may hand out %s here", r.Role)
		case !has:
			f.Add(at, "beyond_person", "a key never holds more than its responsible person")
		case in.ResponsibleID != tx.Actor.ID:
			f.Add(at, "own_key_only", "a key with a person's role is made by that person")
		}
	}
	if in.ExpiresOn.Passed(tx.Now) {
		f.Add("/expires_on", "in_the_past", "a key cannot expire on a day that has passed")
	}
	if in.ExpiresOn > record.DateOf(tx.Now).Add("P2Y") {
		f.Add("/expires_on", "bad_expiry", "a key expires within two years")
	}
	if err := f.Err(); err != nil {
		return nil, "", err
	}
	return identity.Issue(tx, in)
}
