package org

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// UserStatus is the state of a person's account.
type UserStatus string

// The states of an account. An account is never deleted, because the history refers to its id.
const (
	UserActive   UserStatus = "active"
	UserInactive UserStatus = "inactive"
	UserErased   UserStatus = "erased"
)

// This registers the closed list of the states.
var _ = record.Choices[UserStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"inactive", "deaktivert", "deactivated", "warning"},
	[4]string{"erased", "slettet", "erased", "neutral"})

// Language is the language that a person reads.
type Language string // @name Language

// Languages is the closed list of languages.
var Languages = record.Choices[Language](
	[4]string{"nb", "bokmål", "Norwegian (bokmål)", "neutral"},
	[4]string{"en", "engelsk", "English", "neutral"})

// UserInput has the fields of a person that a caller sets. The scope is the unit where the person works. Username, name, title, e-mail and
// external references are private: events never contain them.
type UserInput struct {
	record.Common
	Username string   `json:"username" validate:"omitempty,max=60,username" private:"" fixed:"" example:"kari.nordmann"`
	Name     string   `json:"name" validate:"max=200" private:"" search:"" example:"Kari Nordmann"`
	Title    string   `json:"title" validate:"max=200" private:"" search:"" example:"Overlege"`
	Email    string   `json:"email" validate:"omitempty,email,max=200" private:"" example:"kari.nordmann@example.org"`
	Language Language `json:"language,omitempty" validate:"omitempty,choice" example:"nb"`
}

// User is a person who can sign in.
type User struct {
	record.Base
	UserInput
	Status UserStatus `json:"status" filter:""`
} // @name User

// Users reads and writes people.
var Users = record.NewRepo[User](record.Kind{
	Rules: record.Rules[User]{Defaults: (*User).Defaults, Validate: (*User).Validate},
	Name:  "user", Path: "users", Prefix: "USER", Label: record.Text{NB: "Bruker", EN: "User"}, Access: true, Person: true, Personal: []string{"external_refs"},
	Editable: []string{"active", "inactive"},
	Parts:    []string{"transfer"},
	PartsIn:  map[string][]string{"transfer": {"active", "inactive"}},
	Workflow: []record.Transition{
		{Verb: "deactivate", From: []string{"active"}, To: []string{"inactive"}, Needs: []string{"reason"}, Label: record.Text{NB: "Deaktiver", EN: "Deactivate"}},
		{Verb: "activate", From: []string{"inactive"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Aktiver", EN: "Activate"}},
		{Verb: "reset-password", From: []string{"active"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Gi nytt engangspassord", EN: "Reset the password"}},
		{Verb: "erase", From: []string{"inactive"}, To: []string{"erased"}, Needs: []string{"reason"}, Label: record.Text{NB: "Slett personopplysninger", EN: "Erase personal data"}},
	},
})

// NewUser returns an active person. The username is stored in lower case.
func NewUser(in UserInput) *User {
	in.Username = strings.ToLower(strings.TrimSpace(in.Username))
	return &User{UserInput: in, Status: UserActive}
}

// Defaults replaces nil lists with empty ones, sets the language to nb when it is missing, and stores the e-mail address in lower case.
func (u *User) Defaults() {
	u.Email = strings.ToLower(u.Email)
	u.ExternalRefs = notNil(u.ExternalRefs)
	if u.Language == "" {
		u.Language = "nb"
	}
}

// Validate requires a username and a name, unless the person is erased.
func (u *User) Validate() error {
	var f fault.Fields
	if u.Status != UserErased {
		if u.Username == "" {
			f.Add("/username", "required", "is required")
		}
		if strings.TrimSpace(u.Name) == "" {
			f.Add("/name", "required", "is required")
		}
	}
	return f.Err()
}

// SamePerson reports whether two accounts have one e-mail address, or one id in another system. They then belong to one person.
func (u *User) SamePerson(other *User) bool {
	return u.Email != "" && u.Email == other.Email || slices.ContainsFunc(u.ExternalRefs, func(a record.ExternalRef) bool {
		return slices.ContainsFunc(other.ExternalRefs, func(b record.ExternalRef) bool { return a.System == b.System && a.Type == b.Type && a.ID == b.ID })
	})
}

// Deactivate makes the account inactive: the person can no longer sign in.
func (u *User) Deactivate() error {
	u.Status = UserInactive
	return nil
}

// Activate makes the account active again.
func (u *User) Activate() error {
	u.Status = UserActive
	return nil
}

// Erase removes the personal data. The id and the history stay.
func (u *User) Erase() error {
	u.Status = UserErased
	u.Username, u.Name, u.Title, u.Email, u.ExternalRefs = "", "", "", "", nil
	return nil
}

// notNil returns s, or an empty list when s is nil. JSON shows an empty list as [].
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// PasswordReset changes no field. The event log records that the password was reset.
func (u *User) PasswordReset() error { return nil }

// ActivePeople returns a function that lists the ids of the active people whose unit is in a scope or below it.
func ActivePeople(tx *record.Tx) func(scope string) ([]string, error) {
	return func(scope string) ([]string, error) {
		return query.IDs(tx, Users, scope, map[string][]string{"status": {string(UserActive)}})
	}
}
