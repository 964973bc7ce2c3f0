// Package access decides who may do what. It combines four rules: the grants of a role, the scope and dates of an assignment, the separation of
// duties, and the authority needed. Casbin evaluates each cell of the grants once.
package access

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Source reads who has which roles, inside the given transaction.
type Source interface {
	// Persons returns the roles of these actors for every date; the guard caches the result. The number of statements does not depend on the number
	// of actors.
	Persons(tx *record.Tx, ids []string) (map[string]*Person, error)
	CustomRoles(tx *record.Tx) ([]CustomRole, error)
	// Deciders returns the bodies that can decide, and who decides in their place, for every date.
	Deciders(tx *record.Tx) (Deciders, error)
	// Advises returns the number of an active body that advises on a scope, and whether its advice about the record is on record. The number is empty
	// when no body advises there.
	Advises(tx *record.Tx, scope, kind, id string) (body string, advised bool, err error)
}

// Guard is the access control of an installation. It implements record.Guard.
type Guard struct {
	files    fs.FS
	source   Source
	rules    rules
	asked    map[record.Permission]bool // the permissions that routes check
	snapshot atomic.Pointer[snapshot]
}

// snapshot caches the rights of one access epoch.
type snapshot struct {
	epoch  int64
	grants *grants

	mu       sync.RWMutex
	persons  map[string]*Person // by actor id
	deciders *Deciders
}

// maxPersons is the number of actors that a snapshot caches.
const maxPersons = 20000

// New reads the policy files and returns an error when one of them is not valid.
func New(files fs.FS, source Source) (*Guard, error) {
	g := &Guard{files: files, source: source}
	var err error
	if g.rules, err = readRules(files); err != nil {
		return nil, err
	}
	if _, err := newGrants(files, nil); err != nil {
		return nil, err
	}
	return g, nil
}

// at returns the snapshot for the transaction's epoch. Transactions share it. A transaction that has changed access rights and has not committed gets
// its own.
func (g *Guard) at(tx *record.Tx) (*snapshot, error) {
	if w := g.snapshot.Load(); w != nil && w.epoch == tx.Epoch() && !tx.Unsaved() {
		return w, nil
	}
	if w, ok := tx.Noted(snapshotKey{}).(*snapshot); ok && w.epoch == tx.Epoch() {
		return w, nil
	}
	custom, err := g.source.CustomRoles(tx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	w := &snapshot{epoch: tx.Epoch(), persons: map[string]*Person{}}
	if old := g.snapshot.Load(); old != nil && old.grants.same(custom) {
		w.grants = old.grants
	} else if w.grants, err = newGrants(g.files, custom); err != nil {
		return nil, err
	}
	if tx.Unsaved() {
		tx.Note(snapshotKey{}, w)
		return w, nil
	}
	g.snapshot.Store(w)
	return w, nil
}

type snapshotKey struct{}

// decidersOf reads the bodies that can decide once for each snapshot.
func (g *Guard) decidersOf(tx *record.Tx, w *snapshot) (Deciders, error) {
	w.mu.RLock()
	known := w.deciders
	w.mu.RUnlock()
	if known != nil {
		return *known, nil
	}
	d, err := g.source.Deciders(tx)
	if err != nil {
		return d, fmt.Errorf("read who decides: %w", err)
	}
	w.mu.Lock()
	w.deciders = &d
	w.mu.Unlock()
	return d, nil
}

func (g *Guard) person(tx *record.Tx, w *snapshot, id string) (*Person, error) {
	w.mu.RLock()
	p := w.persons[id]
	w.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	read, err := g.read(tx, w, []string{id})
	return read[id], err
}

// read reads the roles of these actors and caches them.
func (g *Guard) read(tx *record.Tx, w *snapshot, ids []string) (map[string]*Person, error) {
	read, err := g.source.Persons(tx, ids)
	if err != nil {
		return nil, fmt.Errorf("read rights: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.persons)+len(read) > maxPersons {
		clear(w.persons)
	}
	for id, p := range read {
		for i := range p.Holdings {
			p.Holdings[i].index = w.grants.index(p.Holdings[i].Role)
		}
		w.persons[id] = p
	}
	return read, nil
}

// Know reads the roles of these actors, and of the persons those roles depend on. The number of statements does not depend on the number of actors.
func (g *Guard) Know(tx *record.Tx, ids []string) error {
	w, err := g.at(tx)
	if err != nil {
		return err
	}
	for range maxSteps + 1 {
		unknown := map[string]bool{}
		var next []string
		w.mu.RLock()
		for _, id := range ids {
			p := w.persons[id]
			if p == nil {
				unknown[id] = true
				continue
			}
			for _, h := range p.Holdings {
				if h.While != nil && w.persons[h.While.Person] == nil {
					next = append(next, h.While.Person)
				}
			}
		}
		w.mu.RUnlock()
		for id := range unknown {
			next = append(next, id)
		}
		if len(next) == 0 {
			return nil
		}
		if _, err := g.read(tx, w, next); err != nil {
			return err
		}
		ids = append(ids, next...)
	}
	return nil
}

// Check decides whether the actor has the permission for the target; see record.Guard.
func (g *Guard) Check(tx *record.Tx, p record.Permission, t record.Target) (record.Decision, error) {
	v, err := g.verdict(tx, p, t)
	if err != nil {
		return record.Decision{}, err
	}
	if !v.granted {
		if v.able, err = g.able(tx, p, t); err != nil {
			return record.Decision{}, err
		}
	}
	d := record.Decision{Refusal: v.refusal(p)}
	if v.allows() && v.inPlace && v.stoodIn == "" {
		if d.Refusal, err = g.unadvised(tx, t); err != nil {
			return record.Decision{}, err
		}
	}
	if v.by != nil {
		d.By = record.Authority{Role: v.by.Role, Scope: v.by.Scope, BodyID: v.by.Body, Mandate: v.by.Mandate, Edition: v.by.Edition, DeputyFor: v.by.Deputy, InPlace: v.inPlace}
		if v.stoodIn != "" {
			d.By.BodyID = v.stoodIn
		}
		if v.delegation != nil {
			d.By.DelegatedTo, d.By.AtMost = v.by.Position, v.delegation.AtMost
		}
		d.Kept = d.Refusal == nil && g.rules.act(p).deciding
	}
	return d, nil
}

// unadvised refuses a decision in the place of a body while an active body advises there and has not advised on the record.
func (g *Guard) unadvised(tx *record.Tx, t record.Target) (*fault.Error, error) {
	if t.ID == "" || t.Kind == nil {
		return nil, nil //nolint:nilnil // no refusal
	}
	body, advised, err := g.source.Advises(tx, t.Scope, t.Kind.Name, t.ID)
	if err != nil || body == "" || advised {
		return nil, err
	}
	var b fault.Blockers
	b.Add("advice_missing", "", "%s advises here; record its advice on a case about this record first", body)
	return fault.As(b.Err()), nil
}

// able gives the titles of the built-in roles that allow an action on the target. Every employee may do what the role employee allows.
func (g *Guard) able(tx *record.Tx, p record.Permission, t record.Target) (record.Labels, error) {
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	var out record.Labels
	row := w.grants.row(p)
	for place, role := range w.grants.names {
		title, builtIn := g.rules.titles[role]
		switch {
		case !builtIn, w.grants.cell(row, place, p).mask(t, reached{below: true, above: true}) == 0, t.Meta != nil && !g.rules.authorised(p, t.Meta, role):
		case role == "employee":
			return record.Labels{title}, nil
		default:
			out = append(out, title)
		}
	}
	return out, nil
}

// Allows is Check for whoever offers actions, and needs no reason for those that are not.
func (g *Guard) Allows(tx *record.Tx, p record.Permission, t record.Target) bool {
	v, err := g.verdict(tx, p, t)
	return err == nil && v.allows()
}

// Branches returns the parts of the scope tree where the actor may read; see record.Guard.
func (g *Guard) Branches(tx *record.Tx, p record.Permission) ([]record.Branch, error) {
	if tx.Actor == record.System {
		return []record.Branch{{Scope: "/"}}, nil
	}
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	me, err := g.person(tx, w, tx.Actor.ID)
	if err != nil {
		return nil, err
	}
	today := record.DateOf(tx.Now)
	row := w.grants.row(p)
	var out []record.Branch
	for i := range me.Holdings {
		h := &me.Holdings[i]
		powers, err := g.powers(tx, w, h, today, 0)
		if err != nil {
			return nil, err
		}
		if powers == 0 || !h.gives(p) {
			continue
		}
		c := w.grants.cell(row, h.index, p)
		if states, ok := c.states(powers, "below"); ok {
			out = append(out, record.Branch{Scope: h.Scope, States: states})
		}
		if states, ok := c.states(powers, "above"); ok {
			for _, a := range record.Ancestors(h.Scope) {
				out = append(out, record.Branch{Scope: a, Exact: true, States: states})
			}
		}
		if states, ok := c.states(powers, "own"); ok {
			out = append(out, own(tx.Actor, p, states)...)
		}
		if states, ok := c.states(powers, "about"); ok {
			for _, path := range record.KindOf(p.Object).About {
				out = append(out, record.Branch{Scope: "/", States: states, Field: path, Hops: record.KindOf(p.Object).Hops(path), Within: h.Scope})
			}
		}
	}
	return out, nil
}

// own returns the branches for records of any scope that name the actor, or the person responsible for an API key.
func own(by *record.Actor, p record.Permission, states []string) (out []record.Branch) {
	k := record.KindOf(p.Object)
	if k == nil {
		return nil
	}
	for _, field := range k.Mine {
		b := record.Branch{Scope: "/", States: states, Field: field}
		if strings.Contains(field, "/") {
			b.Hops = k.Hops(field)
		}
		for _, b.Person = range by.Persons {
			out = append(out, b)
		}
	}
	return out
}

// named returns in which reaches a record lies that depend on whom or what it names: own, left and about.
func named(tx *record.Tx, c *cell, h *Holding, p record.Permission, t record.Target) (by reached, err error) {
	if c.any.own != 0 {
		if by.own, err = t.IsOwn(tx, p.Action); err != nil {
			return by, err
		}
	}
	if c.any.left != 0 && record.Covers(h.Scope, t.Scope) {
		if by.left, err = t.HasLeft(tx); err != nil {
			return by, err
		}
	}
	if c.any.about != 0 {
		by.about, err = t.IsAbout(tx, h.Scope)
	}
	return by, err
}

// Ever returns nil when the actor has the permission in at least one scope and state; see record.Guard.
func (g *Guard) Ever(tx *record.Tx, p record.Permission) error {
	if tx.Actor == record.System {
		return nil
	}
	w, err := g.at(tx)
	if err != nil {
		return err
	}
	me, err := g.person(tx, w, tx.Actor.ID)
	if err != nil {
		return err
	}
	today := record.DateOf(tx.Now)
	row := w.grants.row(p)
	for i := range me.Holdings {
		h := &me.Holdings[i]
		powers, err := g.powers(tx, w, h, today, 0)
		if err != nil {
			return err
		}
		if powers != 0 && h.gives(p) && !w.grants.cell(row, h.index, p).empty() {
			return nil
		}
	}
	able, err := g.able(tx, p, record.Target{AnyState: true})
	if err != nil {
		return err
	}
	return verdict{able: able}.refusal(p)
}

// Holdings returns the roles that an actor has at the time of the transaction.
func (g *Guard) Holdings(tx *record.Tx, id string) ([]Holding, error) {
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	me, err := g.person(tx, w, id)
	if err != nil {
		return nil, err
	}
	today := record.DateOf(tx.Now)
	out := []Holding{}
	for i := range me.Holdings {
		h := me.Holdings[i]
		if h.Powers, err = g.powers(tx, w, &me.Holdings[i], today, 0); err != nil {
			return nil, err
		}
		if h.Powers != 0 && !h.Only {
			out = append(out, h)
		}
	}
	return out, nil
}

// Roles returns the roles that have a permission in some scope and state. Grants with the reach "own" are not included.
func (g *Guard) Roles(tx *record.Tx, p record.Permission) ([]string, error) {
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	var out []string
	row := w.grants.row(p)
	for index, r := range w.grants.names {
		if c := w.grants.cell(row, index, p); c.any.below|c.any.above|c.any.left != 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// AtMost returns the longest duration of an acceptance or approval of a record with these facts. It returns "" when there is no limit.
func (g *Guard) AtMost(p record.Permission, m *record.Meta) record.Duration {
	if a := g.rules.authority(p, m); a != nil {
		return a.atMost
	}
	return ""
}

// earlier returns the earlier act on the record that excludes this one under the separation of duties. The act may be the actor's, a principal's or a
// deputy's. It returns nil when there is none.
func (g *Guard) earlier(tx *record.Tx, p record.Permission, t record.Target, me *Person, today record.Date) *record.PriorAct {
	if t.Meta == nil || len(t.Meta.PriorActs) == 0 {
		return nil
	}
	for _, s := range g.rules.separations[p] {
		var since int64
		for _, w := range s.window {
			since = max(since, t.Meta.Last(w))
		}
		for i, h := range t.Meta.PriorActs {
			if h.Seq > since && s.earlier(h.Action) && s.holds(t.Meta, h) && isActors(tx, me, h, today) {
				return &t.Meta.PriorActs[i]
			}
		}
	}
	return nil
}

// isActors reports whether an act was done by the actor, by somebody the actor is deputy for, or by a deputy of the actor.
func isActors(tx *record.Tx, me *Person, h record.PriorAct, today record.Date) bool {
	if h.Person == tx.Actor.ID || slices.Contains(tx.Actor.Persons, h.Person) {
		return true
	}
	for _, k := range me.Kin {
		if k.Person == h.Person && (k.on(today) || k.on(h.Day)) {
			return true
		}
	}
	return false
}

// Units returns the top-level units in which the actor has a role now; see record.Guard.
func (g *Guard) Units(tx *record.Tx) ([]string, error) {
	if tx.Actor == record.System {
		return nil, nil
	}
	list, err := g.Holdings(tx, tx.Actor.ID)
	out := make([]string, len(list))
	for i, h := range list {
		out[i] = record.Top(h.Scope)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// Held returns the roles that somebody has now.
func (g *Guard) Held(tx *record.Tx, id string) ([]record.Held, error) {
	list, err := g.Holdings(tx, id)
	out := make([]record.Held, len(list))
	for i, h := range list {
		out[i] = record.Held{Role: h.Role, Scope: h.Scope, From: h.From, To: h.To, Body: h.Body, DeputyFor: h.Deputy}
	}
	return out, err
}

// RoleMay reports whether a role that a body gives its members may take an action on a record.
func (g *Guard) RoleMay(tx *record.Tx, role string, p record.Permission, t record.Target) (bool, error) {
	w, err := g.at(tx)
	if err != nil {
		return false, err
	}
	mask := w.grants.cell(w.grants.row(p), w.grants.index(role), p).mask(t, reached{below: true})
	return mask&Decide != 0 && (t.Meta == nil || g.rules.authorised(p, t.Meta, role)), nil
}

// Separated returns the earlier act on a record that keeps a person from an action; nil when there is none.
func (g *Guard) Separated(tx *record.Tx, person string, p record.Permission, t record.Target) (*record.PriorAct, error) {
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	them, err := g.person(tx, w, person)
	if err != nil {
		return nil, err
	}
	as := tx.As(&record.Actor{ID: person, Persons: []string{person}}, p, tx.Now)
	return g.earlier(as, p, t, them, record.DateOf(tx.Now)), nil
}
