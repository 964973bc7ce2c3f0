package governance

import "github.com/ki-styring/aims/internal/record"

// Roles finds the roles that a person has now.
type Roles interface {
	Held(tx *record.Tx, id string) ([]record.Held, error)
}

// Delegations also finds whether a role may delegate another role, or the term of a body.
type Delegations interface {
	Roles
	HandsOut(role, given string, custom bool) bool
}
