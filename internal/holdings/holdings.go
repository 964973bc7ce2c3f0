// Package holdings reads from the records who holds which roles and powers. The guard asks it.
package holdings

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// Source reads who holds what for the guard, and who may sign in.
type Source struct{}

// Active tells whether a user may sign in.
func (Source) Active(tx *record.Tx, userID string) (bool, error) {
	u, err := org.Users.Find(tx, userID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && u.Status == org.UserActive, err
}

// CustomRoles reads the roles of the installation's own.
func (Source) CustomRoles(tx *record.Tx) ([]access.CustomRole, error) {
	list, err := org.Roles.Each(tx, "/", map[string][]string{"built_in": {"false"}, "status": {"active"}})
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

// Person reads what a user or an API key holds, whatever the day.
func (s Source) Person(tx *record.Tx, id string) (*access.Person, error) {
	u, err := org.Users.Find(tx, id)
	if fault.Is(err, fault.NotFound) {
		return s.key(tx, id)
	}
	if err != nil {
		return nil, err
	}
	p := &access.Person{}
	if u.Status != org.UserActive {
		return p, nil
	}
	p.Holdings = append(p.Holdings, access.Holding{Role: "employee", Scope: u.Scope, Powers: access.Every})
	if err := s.assigned(tx, id, p); err != nil {
		return nil, err
	}
	return p, s.seated(tx, id, p)
}

// assigned adds the roles that come by assignment. A deputy holds the role only while the person they stand in for holds it too.
func (Source) assigned(tx *record.Tx, id string, p *access.Person) error {
	mine, err := org.Assignments.Each(tx, "/", map[string][]string{"user_id": {id}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, a := range mine {
		h := access.Holding{Role: a.Role, Scope: a.Scope, From: a.ValidFrom, To: a.ValidTo, Powers: access.Every}
		if a.DeputyFor != "" {
			h.Deputy, h.While = a.DeputyFor, &access.While{Person: a.DeputyFor, Role: a.Role, Scope: a.Scope}
		}
		p.Holdings = append(p.Holdings, h)
	}
	p.Kin, err = kin(tx, id)
	return err
}

// kinAtMost limits how many deputyships may lie between two people whose earlier actions count as one person's.
const kinAtMost = 4

// kin lists the people whose earlier actions count as this person's: those they are or were a deputy for, their own deputies, and so on.
// It holds while all the deputyships between them last.
func kin(tx *record.Tx, id string) (out []access.Kin, err error) {
	next := []access.Kin{{Person: id}}
	of := map[string][]*org.Assignment{} // each person's, read once
	for range kinAtMost {
		var found []access.Kin
		for _, k := range next {
			if _, read := of[k.Person]; !read {
				if of[k.Person], err = deputyships(tx, k.Person); err != nil {
					return nil, err
				}
			}
			for _, a := range of[k.Person] {
				other := access.Kin{Person: a.DeputyFor, From: later(k.From, a.ValidFrom), To: sooner(k.To, sooner(a.ValidTo, a.EndedOn))}
				if a.DeputyFor == k.Person {
					other.Person = a.UserID
				}
				known := func(o access.Kin) bool {
					return o.Person == other.Person && o.From <= other.From && (o.To == "" || other.To != "" && other.To <= o.To)
				}
				if other.Person == id || other.To != "" && other.To < other.From || slices.ContainsFunc(out, known) {
					continue
				}
				out, found = append(out, other), append(found, other)
			}
		}
		if next = found; len(next) == 0 {
			break
		}
	}
	return out, nil
}

// deputyships lists the assignments by which somebody is or was a deputy, or had one.
func deputyships(tx *record.Tx, id string) ([]*org.Assignment, error) {
	out, err := org.Assignments.Each(tx, "/", map[string][]string{"deputy_for": {id}})
	if err != nil {
		return nil, err
	}
	theirs, err := org.Assignments.Each(tx, "/", map[string][]string{"user_id": {id}})
	for _, a := range theirs {
		if a.DeputyFor != "" {
			out = append(out, a)
		}
	}
	return out, err
}

// seated adds the roles that come from seats on bodies. They last for the term of the body and of the seat; a mandate adds its powers
// while it is in force.
func (Source) seated(tx *record.Tx, id string, p *access.Person) error {
	seats, err := governance.Memberships.Each(tx, "/", map[string][]string{"user_id": {id}, "status": {"active"}})
	if err != nil {
		return err
	}
	for _, m := range seats {
		b, err := governance.Bodies.Find(tx, m.BodyID)
		if err != nil {
			return fmt.Errorf("read body: %w", err)
		}
		if b.Status != governance.BodyActive {
			continue
		}
		h := access.Holding{
			Role: b.RoleOf(m.Position), Scope: b.Scope, Body: b.ID, Powers: access.None,
			From: later(m.ValidFrom, b.TermFrom), To: sooner(m.ValidTo, b.TermTo),
		}
		switch m.Position {
		case governance.Observer:
			p.Holdings = append(p.Holdings, h)
			continue
		case governance.Secretary:
			h.Powers = access.Every // paperwork asks no power of the mandate
			p.Holdings = append(p.Holdings, h)
			continue
		default:
		}
		if h.Role == "" {
			continue // a body that gives its members no role
		}
		p.Holdings = append(p.Holdings, h)
		mandates, err := governance.Mandates.Each(tx, "/", map[string][]string{"body_id": {b.ID}, "status": {"adopted"}})
		if err != nil {
			return err
		}
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
			g.Mandate, g.Edition = md.Number, md.Edition
			p.Holdings = append(p.Holdings, g)
		}
	}
	return nil
}

// key reads what an API key holds: its own roles, as long as its responsible person is active.
func (s Source) key(tx *record.Tx, id string) (*access.Person, error) {
	p := &access.Person{}
	k, err := identity.Keys.Find(tx, id)
	if fault.Is(err, fault.NotFound) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if k.Status != identity.KeyActive {
		return p, nil
	}
	if active, err := s.Active(tx, k.ResponsibleID); !active {
		return p, err
	}
	if p.Kin, err = kin(tx, k.ResponsibleID); err != nil {
		return nil, err
	}
	for _, held := range k.Roles {
		h := access.Holding{Role: held.Role, Scope: held.Scope, To: k.ExpiresOn, Powers: access.Every}
		if held.Role != "integration" {
			h.While = &access.While{Person: k.ResponsibleID, Role: held.Role, Scope: held.Scope}
		}
		p.Holdings = append(p.Holdings, h)
	}
	return p, nil
}

func later(a, b record.Date) record.Date { return max(a, b) }

func sooner(a, b record.Date) record.Date {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}
