// Package holdings reads who has which roles and powers from the records, for the guard.
package holdings

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
	"github.com/ki-styring/aims/internal/settings"
)

// Source reads for the guard who has which roles, and who may sign in.
type Source struct {
	// Settings are those of a top-level unit without approved settings of its own.
	Settings *settings.Settings
}

// Account reports whether a user may sign in, and the language that the user reads.
func (Source) Account(tx *record.Tx, userID string) (active bool, language string, err error) {
	u, err := org.Users.Find(tx, userID)
	if fault.Is(err, fault.NotFound) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	return u.Status == org.UserActive, string(u.Language), nil
}

// CustomRoles reads the roles that the installation has defined.
func (Source) CustomRoles(tx *record.Tx) ([]access.CustomRole, error) {
	list, err := query.Each(tx, org.Roles, "/", map[string][]string{"built_in": {"false"}, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	out := make([]access.CustomRole, len(list))
	for i, r := range list {
		out[i].Key = r.Key
		for _, g := range r.Grants {
			out[i].Grants = append(out[i].Grants, access.Grant(g))
		}
	}
	return out, nil
}

// Persons reads the roles of users and API keys for every date. The number of statements does not depend on the number of ids.
func (s Source) Persons(tx *record.Tx, ids []string) (map[string]*access.Person, error) {
	out := make(map[string]*access.Person, len(ids))
	for _, id := range ids {
		out[id] = &access.Person{}
	}
	users, err := tx.Rows(org.Users.Kind, ids)
	if err != nil {
		return nil, err
	}
	rest := map[string]bool{}
	for _, id := range ids {
		rest[id] = true
	}
	var active []string
	for _, u := range users {
		delete(rest, u.ID)
		if u.Status == string(org.UserActive) {
			active = append(active, u.ID)
			out[u.ID].Holdings = append(out[u.ID].Holdings, access.Holding{Role: "employee", Scope: u.Scope, Powers: access.Every})
		}
	}
	if len(active) > 0 {
		if err := assigned(tx, active, out); err != nil {
			return nil, err
		}
		if err := byRole(tx, out); err != nil {
			return nil, err
		}
		if err := seated(tx, active, out); err != nil {
			return nil, err
		}
	}
	return out, keys(tx, slices.Collect(maps.Keys(rest)), out)
}

// assigned adds the roles from assignments. A deputy has the role only while the absent person has it too.
func assigned(tx *record.Tx, ids []string, into map[string]*access.Person) error {
	list, err := query.Each(tx, org.Assignments, "/", map[string][]string{"user_id": ids, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, a := range list {
		h := access.Holding{Role: a.Role, Scope: a.Scope, From: a.ValidFrom, To: a.ValidTo, Powers: access.Every}
		if a.DeputyFor != "" {
			h.Deputy, h.While = a.DeputyFor, &access.While{Person: a.DeputyFor, Role: a.Role, Scope: a.Scope}
		}
		into[a.UserID].Holdings = append(into[a.UserID].Holdings, h)
	}
	kin, err := kinOf(tx, ids)
	for id, k := range kin {
		into[id].Kin = k
	}
	return err
}

// kinAtMost limits how many deputyships may lie between two people whose earlier actions count as one person's.
const kinAtMost = 4

// kinOf returns, for each person, the people whose earlier acts count as theirs: those they are or were a deputy for, their own deputies, and further
// along the chain. The dates are those on which every deputyship of the chain is valid.
func kinOf(tx *record.Tx, ids []string) (map[string][]access.Kin, error) {
	out, next := map[string][]access.Kin{}, map[string][]access.Kin{}
	for _, id := range ids {
		next[id] = []access.Kin{{Person: id}}
	}
	of := map[string][]*org.Assignment{} // the deputyships of each person, read once
	for range kinAtMost {
		if err := deputyships(tx, next, of); err != nil {
			return nil, err
		}
		found := map[string][]access.Kin{}
		for id, list := range next {
			more := further(id, list, of, out[id])
			if len(more) > 0 {
				out[id], found[id] = append(out[id], more...), more
			}
		}
		if next = found; len(next) == 0 {
			break
		}
	}
	return out, nil
}

// further returns the people who are one deputyship away from those in next and not found yet.
func further(id string, next []access.Kin, of map[string][]*org.Assignment, known []access.Kin) (found []access.Kin) {
	for _, k := range next {
		for _, a := range of[k.Person] {
			other := access.Kin{Person: a.DeputyFor, From: later(k.From, a.ValidFrom), To: sooner(k.To, sooner(a.ValidTo, a.EndedOn))}
			if a.DeputyFor == k.Person {
				other.Person = a.UserID
			}
			covered := func(o access.Kin) bool {
				return o.Person == other.Person && o.From <= other.From && (o.To == "" || other.To != "" && other.To <= o.To)
			}
			if other.Person == id || other.To != "" && other.To < other.From || slices.ContainsFunc(known, covered) || slices.ContainsFunc(found, covered) {
				continue
			}
			found = append(found, other)
		}
	}
	return found
}

// deputyships reads the assignments in which these people are or were a deputy, or had one. People who were read before are skipped.
func deputyships(tx *record.Tx, next map[string][]access.Kin, of map[string][]*org.Assignment) error {
	var ids []string
	for _, list := range next {
		for _, k := range list {
			if _, read := of[k.Person]; !read {
				of[k.Person] = []*org.Assignment{}
				ids = append(ids, k.Person)
			}
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	had, err := query.Each(tx, org.Assignments, "/", map[string][]string{"deputy_for": ids})
	if err != nil {
		return err
	}
	for _, a := range had {
		of[a.DeputyFor] = append(of[a.DeputyFor], a)
	}
	were, err := query.Each(tx, org.Assignments, "/", map[string][]string{"user_id": ids})
	for _, a := range were {
		if a.DeputyFor != "" {
			of[a.UserID] = append(of[a.UserID], a)
		}
	}
	return err
}

// seated adds the roles from seats on bodies, for the term of the body and of the seat. A mandate adds its powers while it is in force.
func seated(tx *record.Tx, ids []string, into map[string]*access.Person) error {
	seats, err := query.Each(tx, governance.Memberships, "/", map[string][]string{"user_id": ids, "status": {"active"}})
	if err != nil || len(seats) == 0 {
		return err
	}
	var of []string
	for _, m := range seats {
		of = append(of, m.BodyID)
	}
	slices.Sort(of)
	of = slices.Compact(of)
	rows, err := tx.Rows(governance.Bodies.Kind, of)
	if err != nil {
		return err
	}
	bodies := map[string]*governance.Body{}
	for _, r := range rows {
		if bodies[r.ID], err = governance.Bodies.Decode(tx, r); err != nil {
			return err
		}
	}
	adopted, err := query.Each(tx, governance.Mandates, "/", map[string][]string{"body_id": of, "status": {"adopted"}})
	if err != nil {
		return err
	}
	mandates := map[string][]*governance.Mandate{}
	for _, m := range adopted {
		mandates[m.BodyID] = append(mandates[m.BodyID], m)
	}
	for _, m := range seats {
		b := bodies[m.BodyID]
		if b == nil {
			return fmt.Errorf("membership %s is of a body that is not there", m.Number)
		}
		into[m.UserID].Holdings = append(into[m.UserID].Holdings, bySeat(m, b, mandates[b.ID])...)
	}
	return nil
}

// bySeat returns the roles from a seat on a body with these adopted mandates.
func bySeat(m *governance.Membership, b *governance.Body, mandates []*governance.Mandate) []access.Holding {
	if b.Status != governance.BodyActive {
		return nil
	}
	h := access.Holding{
		Role: b.RoleOf(m.Position), Scope: b.Scope, Body: b.ID, Powers: access.None, Position: string(m.Position),
		From: later(m.ValidFrom, b.TermFrom), To: sooner(m.ValidTo, b.TermTo),
	}
	switch m.Position {
	case governance.Observer:
		return []access.Holding{h}
	case governance.Secretary:
		h.Powers = access.Every // administrative work needs no power of the mandate
		return []access.Holding{h}
	default:
	}
	if h.Role == "" {
		return nil // a body that gives its members no role
	}
	out := []access.Holding{h}
	for _, md := range mandates {
		until, ever := md.Until(mandates)
		if !ever {
			continue
		}
		names := make([]string, len(md.Powers))
		for i, pw := range md.Powers {
			names[i] = string(pw)
		}
		g := h
		g.From, g.To, g.Powers = later(h.From, md.ValidFrom), sooner(h.To, until), access.PowersOf(names)
		g.Mandate, g.Edition, g.Delegated = md.Number, md.Edition, delegated(md, string(m.Position))
		out = append(out, g)
	}
	return out
}

// delegated returns the actions that a mandate delegates to a position or a role.
func delegated(md *governance.Mandate, to string) (out []access.Delegation) {
	for _, d := range md.Delegated {
		if d.To != to {
			continue
		}
		x := access.Delegation{Permission: record.Permission{Object: d.Kind, Action: d.Action}}
		if c := d.Condition; c != nil {
			x.AtMost = c.AtMost
			if c.Level != "" {
				x.Conditions = append(x.Conditions, access.Condition{Fact: "level", Values: c.Level.UpTo()})
			}
			if c.DocumentKind != "" {
				x.Conditions = append(x.Conditions, access.Condition{Fact: "kind", Values: []string{c.DocumentKind}})
			}
		}
		out = append(out, x)
	}
	return out
}

// byRole adds to the people with an assigned role what mandates delegate to that role: the action alone, by the right of the body.
func byRole(tx *record.Tx, into map[string]*access.Person) error {
	bodies, mandates, err := deciding(tx)
	if err != nil {
		return err
	}
	for _, p := range into {
		for _, h := range p.Holdings {
			for _, b := range bodies {
				if h.Body != "" || !record.Covers(b.Scope, h.Scope) {
					continue
				}
				for _, md := range mandates[b.ID] {
					until, ever := md.Until(mandates[b.ID])
					if list := delegated(md, h.Role); ever && len(list) > 0 {
						g := h
						g.Role, g.Body, g.Position, g.Delegated, g.Only = string(b.MemberRole), b.ID, h.Role, list, true
						g.From, g.To = later(later(h.From, md.ValidFrom), b.TermFrom), sooner(sooner(h.To, until), b.TermTo)
						g.Mandate, g.Edition = md.Number, md.Edition
						p.Holdings = append(p.Holdings, g)
					}
				}
			}
		}
	}
	return nil
}

// deciding reads the active bodies whose members get a role, with their adopted mandates that give the power to decide.
func deciding(tx *record.Tx) ([]*governance.Body, map[string][]*governance.Mandate, error) {
	all, err := query.Each(tx, governance.Bodies, "/", map[string][]string{"status": {string(governance.BodyActive)}})
	if err != nil {
		return nil, nil, err
	}
	adopted, err := query.Each(tx, governance.Mandates, "/", map[string][]string{"status": {string(governance.MandateAdopted)}})
	if err != nil {
		return nil, nil, err
	}
	mandates := map[string][]*governance.Mandate{}
	for _, md := range adopted {
		mandates[md.BodyID] = append(mandates[md.BodyID], md)
	}
	bodies := slices.DeleteFunc(all, func(b *governance.Body) bool {
		return b.MemberRole == "" || !slices.ContainsFunc(mandates[b.ID], func(md *governance.Mandate) bool { return md.Has(governance.Decide) })
	})
	return bodies, mandates, nil
}

// Deciders returns the bodies that can decide, with the dates of their mandates, and who decides in a scope without such a body.
func (s Source) Deciders(tx *record.Tx) (access.Deciders, error) {
	inForce, err := settings.ByScope(tx, s.Settings)
	if err != nil {
		return access.Deciders{}, err
	}
	d := access.Deciders{InPlace: func(p record.Permission, scope string) string { return inForce(scope).Decider(p.Object, p.Action) }}
	for _, c := range record.ChoicesOf(reflect.TypeFor[governance.MemberRole]()) {
		d.Roles = append(d.Roles, c.Value)
	}
	bodies, mandates, err := deciding(tx)
	if err != nil {
		return d, err
	}
	for _, b := range bodies {
		stoodIn := b.StandIn != nil
		if md, err := governance.MandateInForce(tx, b.ID); stoodIn && err == nil && md != nil {
			can, err := governance.CanReachQuorum(tx, b, md)
			if err != nil {
				return d, err
			}
			stoodIn = !can // also before the worker has recorded it
		} else if err != nil {
			return d, err
		}
		for _, md := range mandates[b.ID] {
			if until, ever := md.Until(mandates[b.ID]); ever && md.Has(governance.Decide) {
				d.Bodies = append(d.Bodies, access.Deciding{
					StoodIn: stoodIn,
					ID:      b.ID, Role: string(b.MemberRole), Scope: b.Scope,
					From: later(md.ValidFrom, b.TermFrom), To: sooner(until, b.TermTo),
				})
			}
		}
	}
	return d, nil
}

// Advises returns the number of an active body that advises on a scope and has the members to do so, and whether its advice about the record, with the content it has now, is given.
func (Source) Advises(tx *record.Tx, scope, kind, id string) (string, bool, error) {
	for _, at := range slices.Backward(record.Ancestors(scope)) {
		bodies, err := query.Each(tx, governance.Bodies, "="+at, map[string][]string{"status": {string(governance.BodyActive)}})
		if err != nil {
			return "", false, err
		}
		for _, b := range bodies {
			md, err := governance.MandateInForce(tx, b.ID)
			if err != nil {
				return "", false, err
			}
			if b.MemberRole != governance.CouncilRole || md == nil || !md.Has(governance.Advise) || b.Ended(tx.Now) {
				continue
			}
			can, err := governance.CanReachQuorum(tx, b, md)
			if err != nil {
				return "", false, err
			}
			if !can {
				continue // nobody waits for the advice of a body that cannot give it
			}
			rows, err := tx.Rows(record.KindOf(kind), []string{id})
			if err != nil || len(rows) == 0 {
				return "", false, err
			}
			given, err := governance.Advised(tx, b.ID, rows[0])
			return b.Number, given, err
		}
	}
	return "", false, nil
}

// keys adds the roles of API keys. They count while the person responsible is active.
func keys(tx *record.Tx, ids []string, into map[string]*access.Person) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Rows(identity.Keys.Kind, ids)
	if err != nil {
		return err
	}
	var list []*identity.Key
	var responsible []string
	for _, r := range rows {
		k, err := identity.Keys.Decode(tx, r)
		if err != nil {
			return err
		}
		if k.Status == identity.KeyActive {
			list, responsible = append(list, k), append(responsible, k.ResponsibleID)
		}
	}
	if len(list) == 0 {
		return nil
	}
	persons, err := tx.Rows(org.Users.Kind, responsible)
	if err != nil {
		return err
	}
	kin, err := kinOf(tx, responsible)
	if err != nil {
		return err
	}
	for _, k := range list {
		if !slices.ContainsFunc(persons, func(u *record.Row) bool { return u.ID == k.ResponsibleID && u.Status == string(org.UserActive) }) {
			continue
		}
		p := into[k.ID]
		p.Kin = kin[k.ResponsibleID]
		for _, held := range k.Roles {
			h := access.Holding{Role: held.Role, Scope: held.Scope, To: k.ExpiresOn, Powers: access.Every}
			if held.Role != "integration" {
				h.While = &access.While{Person: k.ResponsibleID, Role: held.Role, Scope: held.Scope}
			}
			p.Holdings = append(p.Holdings, h)
		}
	}
	return nil
}

func later(a, b record.Date) record.Date { return max(a, b) }

func sooner(a, b record.Date) record.Date {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}
