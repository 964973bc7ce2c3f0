// Package people finds colleagues: by role, by what they may do, and who may do an action to a record now.
package people

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Person is what everybody signed in may know of a colleague. Somebody who left keeps the name until it is erased.
type Person struct {
	ID     string `json:"id" format:"uuid"`
	Name   string `json:"name,omitempty" example:"Kari Nordmann"` // null when it is erased
	Title  string `json:"title,omitempty" example:"Overlege"`
	Unit   string `json:"unit" example:"/siv/radiologi/" names:"unit"`
	Active bool   `json:"active"` // whether the account is in use
} // @name Person

// Find reads a person by id. For an unknown id, only the id is set.
func Find(tx *record.Tx, id string) (Person, error) {
	row, err := tx.Person(id)
	if fault.Is(err, fault.NotFound) {
		return Person{ID: id}, nil
	}
	if err != nil {
		return Person{}, err
	}
	return Of(row)
}

// Of returns the person in a row of a user.
func Of(row *record.Row) (Person, error) {
	var d struct{ Name, Title *string }
	if err := row.Decode(&d); err != nil {
		return Person{}, err
	}
	p := Person{ID: row.ID, Unit: row.Scope, Active: row.Status == string(org.UserActive)}
	if d.Name != nil {
		p.Name = *d.Name
	}
	if d.Title != nil {
		p.Title = *d.Title
	}
	return p, nil
}

// Guard answers which roles have a permission, and which roles somebody has.
type Guard interface {
	Roles(tx *record.Tx, p record.Permission) ([]string, error)
	Held(tx *record.Tx, id string) ([]record.Held, error)
	// Know reads the roles of these people. The number of statements does not depend on how many they are.
	Know(tx *record.Tx, ids []string) error
}

// Rules are the rules that decide, besides grants, who may act on a record.
type Rules struct {
	Guard Guard
	// Bars reports whether a rule of the record's kind forbids an action that the actor's grants allow.
	Bars func(tx *record.Tx, row *record.Row, action string) bool
	// Ruled reports whether a kind has such a rule.
	Ruled func(k *record.Kind) bool
	// Ahead prefetches what the rule of a kind needs about records. The number of statements does not depend on the number of records.
	Ahead func(tx *record.Tx, k *record.Kind, rows []*record.Row) error
}

// Able returns the people who have a role in the scope, or a permission there, or both when both are given.
func Able(tx *record.Tx, role string, may *record.Permission, scope string, guard Guard) ([]string, error) {
	roles := []string{role}
	if may != nil {
		able, err := guard.Roles(tx, *may)
		if err != nil {
			return nil, err
		}
		if role == "" {
			roles = able
		} else if !slices.Contains(able, role) {
			return nil, nil
		}
	}
	ids, err := Holding(tx, roles, scope)
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool {
		held, err := guard.Held(tx, id)
		return err != nil || !slices.ContainsFunc(held, func(x record.Held) bool {
			return slices.Contains(roles, x.Role) && record.Covers(x.Scope, scope)
		})
	})
	if !slices.Contains(roles, "employee") {
		return ids, nil
	}
	for _, at := range record.Ancestors(scope) {
		employed, err := query.IDs(tx, org.Users, "="+at, map[string][]string{"status": {string(org.UserActive)}})
		if err != nil {
			return nil, err
		}
		ids = append(ids, employed...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// Holding returns the people who have one of the roles at a scope or above it, by an assignment or a seat on a body.
func Holding(tx *record.Tx, roles []string, scope string) ([]string, error) {
	if len(roles) == 0 {
		return nil, nil
	}
	seen := map[string]bool{}
	var out []string
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	for _, at := range record.Ancestors(scope) {
		list, err := query.Each(tx, org.Assignments, "="+at, map[string][]string{"role": roles, "status": {"active"}})
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			add(a.UserID)
		}
		bodies, err := query.Each(tx, governance.Bodies, "="+at, map[string][]string{"status": {"active"}})
		if err != nil {
			return nil, err
		}
		for _, b := range bodies {
			members, err := query.Each(tx, governance.Memberships, "="+at, map[string][]string{"body_id": {b.ID}, "status": {"active"}})
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				if slices.Contains(roles, b.RoleOf(m.Position)) && m.UserID != "" {
					add(m.UserID)
				}
			}
		}
	}
	return out, nil
}

// Eligible says who may do an action to a record now.
type Eligible struct {
	Action string   `json:"action" example:"accept"`
	People []Person `json:"people"`
	// EscalatesTo is the role that the task goes to when nobody may do it.
	EscalatesTo *record.Held `json:"escalates_to"`
} // @name Eligible

// EligibleFor returns everybody who may do an action to a record now. When nobody may, it names the role that the task goes to.
func EligibleFor(tx *record.Tx, row *record.Row, action string, rules Rules) (Eligible, error) {
	out := Eligible{Action: action, People: []Person{}}
	p := record.Permission{Object: row.Kind.Name, Action: action}
	roles, err := rules.Guard.Roles(tx, p)
	if err != nil {
		return out, err
	}
	holders, err := Holding(tx, roles, row.Scope)
	if err != nil {
		return out, err
	}
	judge := NewJudge(rules)
	candidates := append(holders, row.Named()...)
	if action == record.HandOver {
		candidates = append(candidates, row.Custodians()...)
	}
	for _, id := range candidates {
		if slices.ContainsFunc(out.People, func(p Person) bool { return p.ID == id }) {
			continue
		}
		may, err := judge.may(tx, id, Ask{row, action})
		if err != nil {
			return out, err
		}
		if may {
			person, err := Find(tx, id)
			if err != nil {
				return out, err
			}
			out.People = append(out.People, person)
		}
	}
	if len(out.People) == 0 && row.Kind.Offers(action, row.Status, row.Meta, nil) {
		scope := "/"
		if a := record.Ancestors(row.Scope); len(a) > 1 {
			scope = a[1]
		}
		out.EscalatesTo = &record.Held{Role: "top_management", Scope: scope}
	}
	return out, nil
}
