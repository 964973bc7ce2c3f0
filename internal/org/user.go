package org

import (
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// UserStatus is where a person's account stands.
type UserStatus string

// The states of an account. It is never deleted: history keeps its id.
const (
	UserActive   UserStatus = "active"
	UserInactive UserStatus = "inactive"
	UserErased   UserStatus = "erased"
)

// UserStatuses is the closed list of them.
var UserStatuses = record.Choices[UserStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"inactive", "deaktivert", "deactivated", "warning"},
	[4]string{"erased", "slettet", "erased", "neutral"})

// Language is the language a person reads.
type Language string // @name Language

// Languages is the closed list of them.
var Languages = record.Choices[Language](
	[4]string{"nb", "bokmål", "Norwegian (bokmål)", "neutral"},
	[4]string{"en", "engelsk", "English", "neutral"})

// UserInput is what a caller sets of a person. The scope is the unit where the
// person works. Names, addresses and what other systems call the person are private: events never hold them.
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

// NewUser makes a person.
func NewUser(in UserInput) *User {
	in.Username = strings.ToLower(strings.TrimSpace(in.Username))
	return &User{UserInput: in, Status: UserActive}
}

// Defaults fills what a caller left out.
func (u *User) Defaults() {
	u.ExternalRefs = noneNil(u.ExternalRefs)
	if u.Language == "" {
		u.Language = "nb"
	}
}

// Validate asks for a username and a name, but of a person who is erased.
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

// Deactivate keeps the person out.
func (u *User) Deactivate() error {
	u.Status = UserInactive
	return nil
}

// Activate lets the person in again.
func (u *User) Activate() error {
	u.Status = UserActive
	return nil
}

// Erase removes what is known of the person; the id and the history stay.
func (u *User) Erase() error {
	u.Status = UserErased
	u.Username, u.Name, u.Title, u.Email, u.ExternalRefs = "", "", "", "", nil
	return nil
}

func noneNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// PasswordReset leaves the record as it is; the log shows that it happened.
func (u *User) PasswordReset() error { return nil }

// ActivePeople gives the function that lists the active people whose unit lies in a scope.
func ActivePeople(tx *record.Tx) func(scope string) ([]string, error) {
	return func(scope string) ([]string, error) {
		return query.IDs(tx, Users, scope, map[string][]string{"status": {string(UserActive)}})
	}
}
