package governance

import "github.com/ki-styring/aims/internal/record"

// Roles tells which roles somebody holds now.
type Roles interface {
	Held(tx *record.Tx, id string) ([]record.Held, error)
}

// Delegations also tells whether a role may hand out another role, or the term of a body.
type Delegations interface {
	Roles
	HandsOut(role, given string, custom bool) bool
}
