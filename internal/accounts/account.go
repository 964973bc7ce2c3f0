// Package accounts has the rules for user accounts: creation, passwords, deactivation and erasure.
package accounts

import (
	"fmt"
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/rights"
)

// mayDeactivate lets an administrator deactivate or erase an account only when all the person's roles, present and future, are in scopes that they
// administer.
func mayDeactivate(tx *record.Tx, userID string, guard rights.Guard) error {
	_, err := administered(tx, userID, guard)
	return err
}

// mayActivate checks who resets a password or activates an account. Both give access to every role the person has or will have, so the actor must be
// allowed to assign each of them (delegations.csv). Nobody can assign a seat on a body.
func mayActivate(tx *record.Tx, userID string, guard rights.Guard) error {
	theirs, err := administered(tx, userID, guard)
	if err != nil || tx.Actor == record.System {
		return err
	}
	for _, t := range theirs {
		if t.Body != "" {
			return fault.New(fault.Forbidden, "seat_on_a_body", "that person has a seat on a body; only whoever runs the server can do this, with aims user password or aims user enable").
				With("body_id", t.Body)
		}
		role, err := org.Roles.Find(tx, t.Role)
		if err != nil {
			return fmt.Errorf("read role: %w", err)
		}
		if err := rights.MayHandOut(tx, role, t.Scope, guard); err != nil {
			return err
		}
	}
	return nil
}

// Bars returns the refusal when a rule besides the grant forbids an action on an account.
func Bars(tx *record.Tx, u *org.User, action string, guard rights.Guard) (bool, error) {
	var refusal error
	switch action {
	case "deactivate", "erase":
		refusal = mayDeactivate(tx, u.ID, guard)
	case "activate", "reset-password":
		refusal = mayActivate(tx, u.ID, guard)
	}
	may, err := fault.Allowed(refusal)
	return !may, err
}

// Activate activates an account.
func Activate(tx *record.Tx, ref record.Ref, guard rights.Guard) (*org.User, error) {
	return single(tx)(changeAccount(tx, ref, guard, mayActivate, (*org.User).Activate))
}

// ResetPassword records that a person gets a one-time password.
func ResetPassword(tx *record.Tx, ref record.Ref, guard rights.Guard) (*org.User, error) {
	return changeAccount(tx, ref, guard, mayActivate, (*org.User).PasswordReset)
}

// UntoldReset returns when a person's password was last reset and by whom, while they must still be informed. Otherwise by is empty.
func UntoldReset(tx *record.Tx, user *record.Row) (at time.Time, by string, err error) {
	at, by, err = event.LastDone(tx, user, "reset-password")
	if err != nil || by == "" {
		return at, "", err
	}
	if show, err := identity.Told(tx, user.ID); !show {
		return at, "", err
	}
	return at, by, nil
}

// changeAccount changes an account when the rule allows it.
func changeAccount(tx *record.Tx, ref record.Ref, guard rights.Guard, rule func(*record.Tx, string, rights.Guard) error, step func(*org.User) error) (*org.User, error) {
	return org.Users.Change(tx, ref, func(u *org.User) error {
		if err := rule(tx, u.ID, guard); err != nil {
			return err
		}
		return step(u)
	})
}

// administered returns the roles that a person has or will have. It returns an error when one is outside the scopes that the actor administers.
func administered(tx *record.Tx, userID string, guard rights.Guard) ([]record.Held, error) {
	if tx.Actor == record.System {
		return nil, nil
	}
	if slices.Contains(tx.Actor.Persons, userID) {
		return nil, fault.New(fault.Forbidden, "own_account", "you cannot do this to your own account; another administrator can")
	}
	type asked struct{ actor, user string }
	if known, ok := tx.Noted(asked{tx.Actor.ID, userID}).([]record.Held); ok { // allowed_actions checks this for each action
		return known, nil
	}
	theirs, err := rights.Assigned(tx, userID)
	if err != nil {
		return nil, err
	}
	seats, err := rights.Seated(tx, userID, governance.MembershipProposed, governance.MembershipActive)
	if err != nil {
		return nil, err
	}
	mine, err := guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	theirs = append(theirs, seats...)
	for _, t := range theirs {
		if !slices.ContainsFunc(mine, func(m record.Held) bool { return m.Role == "administrator" && record.Covers(m.Scope, t.Scope) }) {
			return nil, fault.New(fault.Forbidden, "beyond_scope", "that person has a role outside your scope; an administrator of that scope can do this")
		}
	}
	tx.Note(asked{tx.Actor.ID, userID}, theirs)
	return theirs, nil
}
