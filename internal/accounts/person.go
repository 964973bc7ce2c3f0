package accounts

import (
	"fmt"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/rights"
)

// Deactivate deactivates an account and ends its sessions. The last administrator of a scope cannot be deactivated.
func Deactivate(tx *record.Tx, ref record.Ref, guard rights.Guard) (*org.User, error) {
	u, err := changeAccount(tx, ref, guard, mayDeactivate, (*org.User).Deactivate)
	if err != nil {
		return nil, err
	}
	theirs, err := query.Each(tx, org.Assignments, "/", map[string][]string{"user_id": {u.ID}, "status": {"active"}})
	if err == nil {
		err = rights.KeepsAdministrator(tx, theirs...)
	}
	if err != nil {
		return nil, err
	}
	return u, identity.Revoke(tx, u.ID, "", "")
}

// Erase deletes the personal data of a person, and ends their roles, seats on bodies and keys. It cannot be undone.
func Erase(tx *record.Tx, ref record.Ref, guard rights.Guard) (*org.User, error) {
	u, err := changeAccount(tx, ref, guard, mayDeactivate, (*org.User).Erase)
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
	roles, err := query.Each(tx, org.Assignments, "/", map[string][]string{"user_id": {userID}, "status": {"active"}})
	if err != nil {
		return err
	}
	deputies, err := query.Each(tx, org.Assignments, "/", map[string][]string{"deputy_for": {userID}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, a := range append(roles, deputies...) {
		if _, err := org.Assignments.Change(tx.Follow("assignment", "end"), record.Ref{ID: a.ID, Version: record.AnyVersion}, func(a *org.Assignment) error { return a.End(today) }); err != nil {
			return fmt.Errorf("end %s: %w", a.Number, err)
		}
	}
	seats, err := query.Each(tx, governance.Memberships, "/", map[string][]string{"user_id": {userID}, "status": {"proposed", "active"}})
	if err != nil {
		return err
	}
	for _, m := range seats {
		if _, err := governance.Memberships.Change(tx.Follow("membership", "end"), record.Ref{ID: m.ID, Version: record.AnyVersion}, func(m *governance.Membership) error { return m.End(today) }); err != nil {
			return fmt.Errorf("end %s: %w", m.Number, err)
		}
	}
	keys, err := query.Each(tx, identity.Keys, "/", map[string][]string{"responsible_id": {userID}, "status": {"active"}})
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
