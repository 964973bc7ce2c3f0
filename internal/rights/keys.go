package rights

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
)

// IssueKey creates an API key. Only the person responsible for the key can give it that person's own roles. The role integration is different:
// the person who gives it needs the right to assign it, and must not be the person responsible for the key.
func IssueKey(tx *record.Tx, in identity.Input, guard Guard) (*identity.Key, string, error) {
	if tx.Actor.Service && slices.Contains(tx.Actor.Persons, in.ResponsibleID) {
		return nil, "", ownRights() // a key must not create a key for the same person, because the new one could expire later
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
			title, err := titlesOf(tx, r.Role)
			if err != nil {
				return nil, "", err
			}
			f.Add(at, "not_yours_to_give", `none of your roles here allows you to give the role "%s"`, title)
		case !has:
			f.Add(at, "beyond_person", "a key can only have roles that its responsible person has")
		case in.ResponsibleID != tx.Actor.ID:
			f.Add(at, "own_key_only", "only the responsible person can make a key with their own role")
		}
	}
	if in.ExpiresOn.Passed(tx.Now) {
		f.Add("/expires_on", "in_the_past", "must not be before today")
	}
	if in.ExpiresOn > record.DateOf(tx.Now).Add("P2Y") {
		f.Add("/expires_on", "bad_expiry", "must be within two years from today")
	}
	tx.AddFaults(f...)
	return identity.Issue(tx, in)
}
