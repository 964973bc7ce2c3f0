package rights

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
)

// IssueKey creates an API key. The person responsible must have its roles too. Whoever assigns a custom role to a key cannot be the person
// responsible for it.
func IssueKey(tx *record.Tx, in identity.Input, guard Guard) (*identity.Key, string, error) {
	if tx.Actor.Service && slices.Contains(tx.Actor.Persons, in.ResponsibleID) {
		return nil, "", ownRights() // a key cannot create a key, which might expire later
	}
	held, err := guard.Held(tx, in.ResponsibleID)
	if err != nil {
		return nil, "", err
	}
	mine, err := guard.Held(tx, tx.Actor.ID)
	if err != nil {
		return nil, "", err
	}
	var f fault.Fields
	for i, r := range in.Roles {
		at := fmt.Sprintf("/roles/%d", i)
		has := slices.ContainsFunc(held, func(h record.Held) bool { return h.Role == r.Role && record.Covers(h.Scope, r.Scope) })
		gives := slices.ContainsFunc(mine, func(h record.Held) bool {
			return guard.HandsOut(h.Role, r.Role, false) && record.Covers(h.Scope, r.Scope)
		})
		switch {
		case r.Role == "integration" && gives && in.ResponsibleID == tx.Actor.ID:
			return nil, "", ownRights()
		case r.Role == "integration" && gives:
		case r.Role == "integration":
			f.Add(at, "not_yours_to_give", "none of your roles may hand out %s here", r.Role)
		case !has:
			f.Add(at, "beyond_person", "a key never holds more than its responsible person")
		case in.ResponsibleID != tx.Actor.ID:
			f.Add(at, "own_key_only", "a key with a person's role is made by that person")
		}
	}
	if in.ExpiresOn.Passed(tx.Now) {
		f.Add("/expires_on", "in_the_past", "a key cannot expire on a day that has passed")
	}
	if in.ExpiresOn > record.DateOf(tx.Now).Add("P2Y") {
		f.Add("/expires_on", "bad_expiry", "a key expires within two years")
	}
	if err := f.Err(); err != nil {
		return nil, "", err
	}
	return identity.Issue(tx, in)
}
