package identity

import (
	"fmt"

	"github.com/ki-styring/aims/internal/record"
)

// KeyStatus is the state of an API key.
type KeyStatus string

// The states of an API key.
const (
	KeyActive  KeyStatus = "active"
	KeyRevoked KeyStatus = "revoked"
)

// This registers the closed list of the states.
var _ = record.Choices[KeyStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"revoked", "trukket tilbake", "revoked", "neutral"})

// KeyRole is a role that a key holds at a scope.
type KeyRole struct {
	Role  string `json:"role" validate:"required,slug" example:"integration"`
	Scope string `json:"scope" validate:"required,scope" example:"/siv/"`
} // @name APIKeyRole

// Input has the fields of an API key that a caller sets.
type Input struct {
	record.Common
	Title         string    `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"EQS-integrasjon"`
	ResponsibleID string    `json:"responsible_id" validate:"required,uuid" ref:"user" filter:"" fixed:""`
	Roles         []KeyRole `json:"roles" validate:"required,min=1,max=10,dive" fixed:""`
	// ExpiresOn is the last day of the key. It is today or later, and at most two years ahead. The day in an example may have passed.
	ExpiresOn record.Date `json:"expires_on" validate:"required" fixed:"" example:"2028-06-30"`
}

// Key is the API key of a service account. A role of the key holds only while the person responsible for it has the role too; the role
// integration is the exception. In the separation of duties the key counts as that person.
type Key struct {
	record.Base
	Input
	Status KeyStatus `json:"status" filter:""`
} // @name APIKey

// DueOn returns the day the key expires.
func (k *Key) DueOn() record.Date { return k.ExpiresOn }

// Defaults fills the lists a caller left out.
func (k *Key) Defaults() {
	if k.ExternalRefs == nil {
		k.ExternalRefs = []record.ExternalRef{}
	}
}

// Keys reads and writes API keys.
var Keys = record.NewRepo[Key](record.Kind{
	Rules: record.Rules[Key]{Defaults: (*Key).Defaults, DueOn: (*Key).DueOn},
	Name:  "api_key", Path: "api-keys", Prefix: "KEY", Label: record.Text{NB: "API-nøkkel", EN: "API key"},
	Editable: []string{"active"}, Access: true, Acts: true, Due: true, Reminds: []string{"responsible_id"}, Mine: []string{"responsible_id"},
	Workflow: []record.Transition{
		{Verb: "revoke", From: []string{"active"}, To: []string{"revoked"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Revoke"}},
	},
})

// Issue stores a key and returns its secret, which is shown only once.
func Issue(tx *record.Tx, in Input) (*Key, string, error) {
	k, err := Keys.Create(tx, &Key{Input: in, Status: KeyActive})
	if err != nil {
		return nil, "", err
	}
	secret := KeyPrefix + NewSecret()
	if err := secrets.Insert(tx, &keyRow{Hash: Digest(secret), KeyID: k.ID}); err != nil {
		return nil, "", fmt.Errorf("store key: %w", err)
	}
	return k, secret, nil
}

// Revoke revokes the key.
func (k *Key) Revoke() error {
	k.Status = KeyRevoked
	return nil
}
