package accounts

import (
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// NewAdministrator adds a person who is administrator of the whole installation.
func NewAdministrator(tx *record.Tx, username, name, unit, hash string, oneTime bool) (*org.User, error) {
	u, err := New(tx, org.UserInput{Common: record.Common{Scope: unit}, Username: username, Name: name}, hash, oneTime)
	if err != nil {
		return nil, err
	}
	in := org.AssignmentInput{Common: record.Common{Scope: "/"}, UserID: u.ID, Role: "administrator"}
	_, err = org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(in))
	return u, err
}

// ChooseLanguage sets the language that the actor reads. The actor needs no grant for it, and the last write counts.
func ChooseLanguage(tx *record.Tx, language org.Language) error {
	own := record.Ref{ID: tx.Actor.ID, Version: record.AnyVersion}
	_, err := org.Users.Change(tx.Follow("user", "update"), own, func(u *org.User) error {
		u.Language = language
		return nil
	})
	return err
}

// New adds a person with a password hash.
func New(tx *record.Tx, in org.UserInput, hash string, oneTime bool) (*org.User, error) {
	u, err := single(tx)(org.Users.Create(tx.Follow("user", "create"), org.NewUser(in)))
	if err != nil {
		return nil, err
	}
	return u, identity.SetPassword(tx, u.ID, u.Username, hash, oneTime)
}
