package flow

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// MayKeepOut holds whoever deactivates or erases an account to the scopes they administer: no role of the person, present or to come,
// lies outside them.
func MayKeepOut(tx *record.Tx, userID string) error {
	_, err := administered(tx, userID)
	return err
}

// MayLetIn asks delegations.csv of whoever resets a password or activates an account, for that gives every role that the person has or is
// about to get. A seat on a body is nobody's to hand out.
func MayLetIn(tx *record.Tx, userID string) error {
	theirs, err := administered(tx, userID)
	if err != nil || tx.Actor == record.System {
		return err
	}
	for _, t := range theirs {
		if t.Body != "" {
			return fault.New(fault.Forbidden, "seat_on_a_body", "that person has a seat on a body, which nobody hands out; whoever runs the server sets a password with aims user password, and activates the account with aims user enable").
				With("body_id", t.Body)
		}
		role, err := org.Roles.Find(tx, t.Role)
		if err != nil {
			return fmt.Errorf("read role: %w", err)
		}
		if err := mayHandOut(tx, role, t.Scope); err != nil {
			return err
		}
	}
	return nil
}

// ActivateUser lets a person in again.
func ActivateUser(tx *record.Tx, ref record.Ref) (*org.User, error) {
	return changeAccount(tx, ref, MayLetIn, (*org.User).Activate)
}

// ResetPassword notes that a person gets a one-time password in place of their own.
func ResetPassword(tx *record.Tx, ref record.Ref) (*org.User, error) {
	return changeAccount(tx, ref, MayLetIn, (*org.User).PasswordReset)
}

// changeAccount takes a step of an account, once the rule allows it.
func changeAccount(tx *record.Tx, ref record.Ref, rule func(*record.Tx, string) error, step func(*org.User) error) (*org.User, error) {
	return org.Users.Change(tx, ref, func(u *org.User) error {
		if err := rule(tx, u.ID); err != nil {
			return err
		}
		return step(u)
	})
}

// administered lists what a person holds or will hold, when all of it lies where the actor administers.
func administered(tx *record.Tx, userID string) ([]record.Held, error) {
	if tx.Actor == record.System {
		return nil, nil
	}
	if slices.Contains(tx.Actor.Persons, userID) {
		return nil, fault.New(fault.Forbidden, "own_account", "nobody does this to their own account")
	}
	type asked struct{ actor, user string }
	if known, ok := tx.Noted(asked{tx.Actor.ID, userID}).([]record.Held); ok { // allowed_actions asks for each action
		return known, nil
	}
	theirs, err := assignedTo(tx, userID)
	if err != nil {
		return nil, err
	}
	seats, err := placesOf(tx, userID, governance.MembershipProposed, governance.MembershipActive)
	if err != nil {
		return nil, err
	}
	mine, err := held(tx, tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	theirs = append(theirs, seats...)
	for _, t := range theirs {
		if !slices.ContainsFunc(mine, func(m record.Held) bool { return m.Role == "administrator" && record.Covers(m.Scope, t.Scope) }) {
			return nil, fault.New(fault.Forbidden, "beyond_scope", "that person holds a role outside your scope")
		}
	}
	tx.Note(asked{tx.Actor.ID, userID}, theirs)
	return theirs, nil
}

// assignedTo lists the roles that somebody has by assignments which have not ended, begun or not.
func assignedTo(tx *record.Tx, userID string) (out []record.Held, err error) {
	list, err := org.Assignments.Each(tx, "/", map[string][]string{"user_id": {userID}, "status": {string(org.AssignmentActive)}})
	for _, a := range list {
		if !a.ValidTo.Passed(tx.Now) {
			out = append(out, record.Held{Role: a.Role, Scope: a.Scope, DeputyFor: a.DeputyFor})
		}
	}
	return out, err
}

// placesOf lists the roles of somebody's seats on bodies that are there, begun or not; a seat may give none.
func placesOf(tx *record.Tx, userID string, in ...governance.MembershipStatus) (out []record.Held, err error) {
	states := make([]string, len(in))
	for i, s := range in {
		states[i] = string(s)
	}
	seats, err := governance.Memberships.Each(tx, "/", map[string][]string{"user_id": {userID}, "status": states})
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

// mayHandOut asks that one of the actor's roles may hand out another in a scope.
func mayHandOut(tx *record.Tx, role *org.Role, scope string) error {
	rights, err := rightsOf(tx)
	if err != nil {
		return err
	}
	mine, err := rights.Held(tx, tx.Actor.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(mine, func(h record.Held) bool {
		return record.Covers(h.Scope, scope) && rights.HandsOut(h.Role, role.Key, !role.BuiltIn)
	}) {
		return fault.New(fault.Forbidden, "not_yours_to_give", "none of your roles may hand out %s here", role.Key)
	}
	return nil
}
