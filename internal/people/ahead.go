package people

import (
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// Ask is a check whether an action on a record is allowed.
type Ask struct {
	Row    *record.Row
	Action string
}

// Judge decides for many records who may act on them. The number of statements does not depend on the number of records that one call of Ready gets.
type Judge struct {
	rules  Rules
	barred map[likeness]bool
}

// likeness has the values that the rule of a kind depends on. Records with equal values get the same answer.
type likeness struct{ actor, kind, action, facts string }

// ByRecord reports whether a rule of the kind must run for each record, because it depends on more than the record's facts.
func (r Rules) ByRecord(k *record.Kind, action string) bool {
	_, byFacts := k.RuleFacts[action]
	return r.Ruled(k) && !byFacts
}

// NewJudge returns a Judge with these rules.
func NewJudge(rules Rules) *Judge { return &Judge{rules: rules, barred: map[likeness]bool{}} }

// alike returns the likeness of a record for an actor. It is not ok when the rule must run for each record.
func alike(tx *record.Tx, a Ask) (l likeness, ok bool) {
	facts, ok := a.Row.Kind.RuleFacts[a.Action]
	values := make([]string, len(facts))
	for i, name := range facts {
		values[i] = a.Row.Meta.Fact(name)
	}
	return likeness{tx.Actor.ID, a.Row.Kind.Name, a.Action, strings.Join(values, "\n")}, ok
}

// Ready prefetches what the rules of the kinds need about these records.
func (j *Judge) Ready(tx *record.Tx, asks []Ask) error {
	var rows []*record.Row
	seen := map[likeness]bool{}
	kinds := map[*record.Kind][]*record.Row{}
	for _, a := range asks {
		if !j.rules.Ruled(a.Row.Kind) {
			continue
		}
		l, ok := alike(tx, a)
		if ok && seen[l] {
			continue
		}
		seen[l] = true
		rows, kinds[a.Row.Kind] = append(rows, a.Row), append(kinds[a.Row.Kind], a.Row)
	}
	if err := query.WithDocuments(tx, rows); err != nil {
		return err
	}
	for k, list := range kinds {
		if err := j.rules.Ahead(tx, k, list); err != nil {
			return err
		}
	}
	return nil
}

// Bars reports whether a rule of the record's kind forbids an action that the actor's grants allow.
func (j *Judge) Bars(tx *record.Tx, a Ask) (bool, error) {
	if !j.rules.Ruled(a.Row.Kind) {
		return false, nil
	}
	l, ok := alike(tx, a)
	if known, asked := j.barred[l]; ok && asked {
		return known, nil
	}
	if err := query.WithDocuments(tx, []*record.Row{a.Row}); err != nil {
		return false, err
	}
	bars := j.rules.Bars(tx, a.Row, a.Action)
	if ok {
		j.barred[l] = bars
	}
	return bars, nil
}

// holder is a person with a role in a scope.
type holder struct{ person, role, scope string }

// Unattended reports for each record whether nobody may do the action now, with the same result as EligibleFor. It reads all holders of the relevant
// roles at once.
func (j *Judge) Unattended(tx *record.Tx, asks []Ask) ([]bool, error) {
	out := make([]bool, len(asks))
	if len(asks) == 0 {
		return out, nil
	}
	roles := map[record.Permission][]string{}
	var all []string
	for _, a := range asks {
		p := a.permission()
		if _, known := roles[p]; known {
			continue
		}
		list, err := j.rules.Guard.Roles(tx, p)
		if err != nil {
			return nil, err
		}
		roles[p] = list
		all = append(all, list...)
	}
	if err := j.Ready(tx, asks); err != nil {
		return nil, err
	}
	holders, err := holdersOf(tx, all)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(holders))
	for i, h := range holders {
		ids[i] = h.person
	}
	if err := j.rules.Guard.Know(tx, ids); err != nil {
		return nil, err
	}
	last := map[record.Permission]string{} // the person who was last found able
	able := ableIn(holders)
	for i, a := range asks {
		if !a.Row.Kind.Offers(a.Action, a.Row.Status, a.Row.Meta, nil) {
			continue
		}
		p := a.permission()
		candidates := able(p, roles[p], a.Row.Scope)
		if slices.Contains(candidates, last[p]) {
			candidates = append([]string{last[p]}, candidates...)
		}
		out[i] = true
		for _, person := range append(candidates, a.Row.Named()...) {
			may, err := j.may(tx, person, a)
			if err != nil {
				return nil, err
			}
			if may {
				out[i], last[p] = false, person
				break
			}
		}
	}
	return out, nil
}

func (a Ask) permission() record.Permission {
	return record.Permission{Object: a.Row.Kind.Name, Action: a.Action}
}

// may reports whether another person may read the record and do this to it, as their allowed_actions show.
func (j *Judge) may(tx *record.Tx, person string, a Ask) (bool, error) {
	p, t := a.permission(), a.Row.Target()
	them := tx.As(&record.Actor{ID: person, Persons: []string{person}}, p, time.Time{})
	asks := []record.Permission{{Object: p.Object, Action: "read"}, p}
	if a.Action == record.HandOver { // who hands over the records of a person who has left need not read them
		asks = asks[1:]
	}
	for _, ask := range asks {
		if ok, err := them.May(ask, t); !ok {
			return false, err
		}
	}
	if !a.Row.Kind.Offers(a.Action, a.Row.Status, a.Row.Meta, them.Actor) {
		return false, nil
	}
	bars, err := j.Bars(them, a)
	return !bars, err
}

// ableIn returns who has one of a permission's roles at a scope or above it. It computes this once for each permission and scope.
func ableIn(holders []holder) func(p record.Permission, roles []string, scope string) []string {
	type place struct {
		record.Permission
		scope string
	}
	known := map[place][]string{}
	return func(p record.Permission, roles []string, scope string) []string {
		at := place{p, scope}
		list, ok := known[at]
		if !ok {
			for _, h := range holders {
				if slices.Contains(roles, h.role) && record.Covers(h.scope, scope) {
					list = append(list, h.person)
				}
			}
			known[at] = list
		}
		return slices.Clip(list)
	}
}

// holdersOf returns who has one of the roles in any scope, by an assignment or a seat on a body.
func holdersOf(tx *record.Tx, roles []string) (out []holder, err error) {
	if len(roles) == 0 {
		return nil, nil
	}
	assigned, err := query.Each(tx, org.Assignments, "/", map[string][]string{"role": roles, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	for _, a := range assigned {
		out = append(out, holder{a.UserID, a.Role, a.Scope})
	}
	bodies, err := query.Each(tx, governance.Bodies, "/", map[string][]string{"status": {"active"}})
	if err != nil {
		return nil, err
	}
	of := map[string]*governance.Body{}
	for _, b := range bodies {
		of[b.ID] = b
	}
	seats, err := query.Each(tx, governance.Memberships, "/", map[string][]string{"status": {"active"}})
	if err != nil {
		return nil, err
	}
	for _, m := range seats {
		if b := of[m.BodyID]; b != nil && m.UserID != "" && m.Scope == b.Scope {
			out = append(out, holder{m.UserID, b.RoleOf(m.Position), b.Scope})
		}
	}
	return out, nil
}
