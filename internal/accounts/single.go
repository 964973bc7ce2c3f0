package accounts

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// Create adds a person without a password.
func Create(tx *record.Tx, in org.UserInput) (*org.User, error) {
	u, err := single(tx)(org.Users.Create(tx, org.NewUser(in)))
	if err != nil {
		return nil, err
	}
	return u, identity.SetPassword(tx, u.ID, u.Username, "", false)
}

// Change changes what is known of a person.
func Change(tx *record.Tx, ref record.Ref, fn func(*org.User) error) (*org.User, error) {
	return single(tx)(org.Users.Change(tx, ref, fn))
}

// single returns what refuses a write that gives one person two active accounts. With two, one person could act for both sides of a separation of duties,
// and vote twice.
func single(tx *record.Tx) func(*org.User, error) (*org.User, error) {
	return func(u *org.User, err error) (*org.User, error) {
		if err != nil || u.Status != org.UserActive {
			return u, err
		}
		ids, err := alike(tx, u)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			other, err := org.Users.Find(tx, id)
			if err != nil {
				return nil, err
			}
			if other.ID == u.ID || other.Status != org.UserActive || !u.SamePerson(other) {
				continue
			}
			refusal := fault.New(fault.Conflict, "person_exists", "an active account has this e-mail address, or the same id in another system; a person has one account")
			if tx.Visible(other.Row()) {
				refusal = refusal.With("record_id", other.ID)
			}
			return nil, refusal
		}
		return u, nil
	}
}

// alike returns the accounts that may belong to the same person.
func alike(tx *record.Tx, u *org.User) (out []string, err error) {
	if u.Email != "" {
		if out, err = org.Users.HavingPrivate(tx, "email", u.Email); err != nil {
			return nil, err
		}
	}
	for _, ref := range u.ExternalRefs {
		ids, err := org.Users.HavingPrivateRef(tx, "external_refs", ref)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}
