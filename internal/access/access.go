// Package access decides who may do what: grants by role, asked of Casbin once
// per cell; assignments by scope and date; separation of duties; authority.
package access

import (
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
)

// Holding is a role that somebody holds: where, when, and with which powers.
type Holding struct {
	Role     string
	Scope    string
	From, To record.Date
	Powers   Powers
	Body     string // the body it comes from; empty for an assignment
	Mandate  string // the mandate that gives the powers, for refusals
	Edition  int
	While    *While // counts only while this person holds the role too, and for no more than they do
	Deputy   string // for whom; empty for a role of one's own

	place int // of the role in the grants
}

// While ties the role of an API key to the person who answers for the key, and a deputy's to the person whose place they take.
type While struct{ Person, Role, Scope string }

// Powers are what a body's mandate lets its roles do.
type Powers uint8

// An assignment needs no mandate, so it holds every power.
const (
	None Powers = 1 << iota
	Propose
	Advise
	Decide
	Every = None | Propose | Advise | Decide
)

var powerNames = map[string]Powers{"": None, "propose": Propose, "advise": Advise, "decide": Decide}

// PowersOf reads the powers of a mandate.
func PowersOf(names []string) Powers {
	p := None
	for _, n := range names {
		p |= powerNames[n]
	}
	return p
}

// Person is what an actor holds, and whose hands count as the actor's.
type Person struct {
	Holdings []Holding
	Kin      []Kin
}

// Kin is a person whose hands count as the actor's: a principal or a deputy. All of them do between these dates, and those made between
// them do ever after.
type Kin struct {
	Person   string
	From, To record.Date
}

func (k Kin) on(day record.Date) bool {
	return (k.From == "" || day >= k.From) && (k.To == "" || day <= k.To)
}

// CustomRole is a role of the installation's own: a key and its grants.
type CustomRole struct {
	Key    string
	Grants []Grant
}

// Grant is one line of the grants, as policies/grants.csv has them.
type Grant struct {
	Object string   `json:"object" validate:"required,max=60" example:"risk"`
	Action string   `json:"action" validate:"required,max=60" example:"read"`
	Reach  string   `json:"reach" validate:"required,oneof=below above" example:"below" enums:"below,above"`
	States []string `json:"states" validate:"max=20,dive,max=40"`
	Power  string   `json:"power,omitempty" validate:"omitempty,oneof=propose advise decide" enums:"propose,advise,decide"`
}

// Source reads who holds what. Its answers are those of the transaction.
type Source interface {
	// Persons gives what each of these actors holds, whatever the day; the guard keeps it. It runs no more statements for many than for one.
	Persons(tx *record.Tx, ids []string) (map[string]*Person, error)
	CustomRoles(tx *record.Tx) ([]CustomRole, error)
}

// Guard is the installation's access control; it implements record.Guard.
type Guard struct {
	files  fs.FS
	source Source
	rules  rules
	asks   map[record.Permission]bool // by the routes
	world  atomic.Pointer[world]
}

// world is what holds for one access epoch.
type world struct {
	epoch  int64
	grants *grants

	mu      sync.RWMutex
	persons map[string]*Person // by the actor's id
}

// remembered limits how many actors a world keeps in memory.
const remembered = 20000

// New reads the policy files.
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

// at gives the world of the transaction's epoch: the shared one, a new shared
// one, or one of its own while the transaction itself changes who may what.
func (g *Guard) at(tx *record.Tx) (*world, error) {
	if w := g.world.Load(); w != nil && w.epoch == tx.Epoch() && !tx.Unsaved() {
		return w, nil
	}
	if w, ok := tx.Noted(worldKey{}).(*world); ok && w.epoch == tx.Epoch() {
		return w, nil
	}
	custom, err := g.source.CustomRoles(tx)
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	w := &world{epoch: tx.Epoch(), persons: map[string]*Person{}}
	if old := g.world.Load(); old != nil && old.grants.same(custom) {
		w.grants = old.grants
	} else if w.grants, err = newGrants(g.files, custom); err != nil {
		return nil, err
	}
	if tx.Unsaved() {
		tx.Note(worldKey{}, w)
		return w, nil
	}
	g.world.Store(w)
	return w, nil
}

type worldKey struct{}

func (g *Guard) person(tx *record.Tx, w *world, id string) (*Person, error) {
	w.mu.RLock()
	p := w.persons[id]
	w.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	read, err := g.read(tx, w, []string{id})
	return read[id], err
}

// read reads what actors hold, and remembers it.
func (g *Guard) read(tx *record.Tx, w *world, ids []string) (map[string]*Person, error) {
	read, err := g.source.Persons(tx, ids)
	if err != nil {
		return nil, fmt.Errorf("read rights: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.persons)+len(read) > remembered {
		clear(w.persons)
	}
	for id, p := range read {
		for i := range p.Holdings {
			p.Holdings[i].place = w.grants.place(p.Holdings[i].Role)
		}
		w.persons[id] = p
	}
	return read, nil
}

// Know reads what these actors hold, and those whose roles theirs depend on, in as few statements as for one of them.
func (g *Guard) Know(tx *record.Tx, ids []string) error {
	w, err := g.at(tx)
	if err != nil {
		return err
	}
	for range furthest + 1 {
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

// Check decides whether the actor may do it to the target; see record.Guard.
func (g *Guard) Check(tx *record.Tx, p record.Permission, t record.Target) (record.Decision, error) {
	v, err := g.judge(tx, p, t)
	if err != nil {
		return record.Decision{}, err
	}
	if !v.granted {
		if v.able, err = g.able(tx, p, t); err != nil {
			return record.Decision{}, err
		}
	}
	d := record.Decision{Refusal: v.refusal(p)}
	if v.by != nil {
		d.By = record.Authority{Role: v.by.Role, Scope: v.by.Scope, BodyID: v.by.Body, Mandate: v.by.Mandate, Edition: v.by.Edition, DeputyFor: v.by.Deputy}
		d.Kept = d.Refusal == nil && g.rules.act(p).deciding
	}
	return d, nil
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
		case !builtIn, w.grants.cell(row, place, p).mask(t, true, true, false) == 0, t.Meta != nil && !g.rules.authorised(p, t.Meta, role):
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
	v, err := g.judge(tx, p, t)
	return err == nil && v.allows()
}

// verdict is whether an actor may, or what speaks against it.
type verdict struct {
	granted      bool
	by           *Holding      // the role that grants it
	byKey        bool          // a key would take a decision
	unauthorised bool          // a role grants it that lacks the authority
	lacks        *Holding      // a body's role grants it whose mandate lacks the power
	earlier      *record.Hand  // the actor's earlier hand on the record
	able         record.Labels // the roles that allow it, where a refusal names them
}

func (v verdict) allows() bool { return v.granted && v.earlier == nil }

func (g *Guard) judge(tx *record.Tx, p record.Permission, t record.Target) (v verdict, err error) {
	if tx.Actor == record.System {
		return verdict{granted: true}, nil
	}
	if tx.Actor.Service && g.rules.act(p).deciding {
		return verdict{byKey: true}, nil
	}
	w, err := g.at(tx)
	if err != nil {
		return v, err
	}
	me, err := g.person(tx, w, tx.Actor.ID)
	if err != nil {
		return v, err
	}
	today := record.DateOf(tx.Now)
	if tx.Following() && p == tx.Permission {
		return verdict{granted: true, earlier: g.earlier(tx, p, t, me, today)}, nil
	}
	row := w.grants.row(p)
	for i := 0; i < len(me.Holdings) && !v.granted; i++ {
		h := &me.Holdings[i]
		c := w.grants.cell(row, h.place, p)
		below, above, own := record.Covers(h.Scope, t.Scope), record.Covers(t.Scope, h.Scope), c.any.own != 0 && t.IsOwn(tx.Actor)
		if !below && !above && !own {
			continue
		}
		powers, err := g.powers(tx, w, h, today, 0)
		if err != nil {
			return v, err
		}
		if powers == 0 {
			continue
		}
		mask := c.mask(t, below, above, own)
		switch {
		case mask == 0:
		case mask&powers == 0:
			v.lacks = h
		case t.Meta != nil && !g.rules.authorised(p, t.Meta, h.Role):
			v.unauthorised = true
		default:
			v.granted, v.by = true, h
		}
	}
	if v.granted {
		v.earlier = g.earlier(tx, p, t, me, today)
	}
	return v, nil
}

// refusal says what speaks against it; nil when nothing does.
func (v verdict) refusal(p record.Permission) *fault.Error {
	kind, act := fault.Word{Kind: p.Object}, fault.Word{Kind: p.Object, Action: p.Action}
	switch lacks := v.lacks; {
	case v.allows():
		return nil
	case v.byKey:
		return fault.New(fault.Forbidden, "person_needed", "only a person can take a decision, not an API key")
	case v.earlier != nil:
		return fault.New(fault.Forbidden, "separation_of_duties",
			`somebody else must do the action "%s" (%s): you, or somebody you act for, have done "%s" on the same record`, act, kind, fault.Word{Kind: p.Object, Action: v.earlier.Action}).
			With("earlier_action", v.earlier.Action).With("earlier_seq", v.earlier.Seq)
	case v.unauthorised:
		return fault.New(fault.Forbidden, "authority_missing", `only these roles can do the action "%s" on this record (%s): %s`, act, kind, v.able)
	case lacks != nil && lacks.Mandate == "":
		return fault.New(fault.Forbidden, "power_missing/no_mandate_for", `the action "%s" (%s) takes a mandate in force that gives the power for it, and the body has none`, act, kind).With("body_id", lacks.Body)
	case lacks != nil:
		return fault.New(fault.Forbidden, "power_missing/action",
			`the body's mandate (%s, edition %d) does not give the power for the action "%s" (%s)`, lacks.Mandate, lacks.Edition, act, kind).
			With("body_id", lacks.Body).With("mandate", lacks.Mandate).With("edition", lacks.Edition)
	case len(v.able) > 0:
		return fault.New(fault.Forbidden, "forbidden/roles", `none of your roles here allows the action "%s" (%s); these roles do: %s`, act, kind, v.able)
	default:
		return fault.New(fault.Forbidden, "forbidden", `none of your roles here allows the action "%s" (%s)`, act, kind)
	}
}

// furthest bounds how many persons a role can hang by: a key by a deputy, a deputy by who is away.
const furthest = 3

// powers are those that a holding counts for today, none when it does not count.
func (g *Guard) powers(tx *record.Tx, w *world, h *Holding, today record.Date, steps int) (Powers, error) {
	if h.From != "" && today < h.From || h.To != "" && today > h.To || steps > furthest {
		return 0, nil
	}
	if h.While == nil {
		return h.Powers, nil
	}
	keeper, err := g.person(tx, w, h.While.Person)
	if err != nil {
		return 0, err
	}
	var theirs Powers
	for i := range keeper.Holdings {
		k := &keeper.Holdings[i]
		if k.Role != h.While.Role || !record.Covers(k.Scope, h.While.Scope) {
			continue
		}
		more, err := g.powers(tx, w, k, today, steps+1)
		if err != nil {
			return 0, err
		}
		theirs |= more
	}
	return theirs & h.Powers, nil
}

// Branches lists where the actor may read; see record.Guard.
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
		if powers == 0 {
			continue
		}
		c := w.grants.cell(row, h.place, p)
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
	}
	return out, nil
}

// own are the branches of what names the actor, or the person who answers for a key, wherever it lies.
func own(by *record.Actor, p record.Permission, states []string) (out []record.Branch) {
	k := record.KindOf(p.Object)
	if k == nil {
		return nil
	}
	for _, field := range k.Mine {
		for _, person := range by.Persons {
			out = append(out, record.Branch{Scope: "/", States: states, Field: field, Person: person})
		}
	}
	return out
}

// Ever is nil when there is any scope and state where the actor may do it; see record.Guard.
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
		if powers != 0 && !w.grants.cell(row, h.place, p).empty() {
			return nil
		}
	}
	able, err := g.able(tx, p, record.Target{AnyState: true})
	if err != nil {
		return err
	}
	return verdict{able: able}.refusal(p)
}

// Holdings lists what an actor holds at the transaction's time.
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
		if h.Powers != 0 {
			out = append(out, h)
		}
	}
	return out, nil
}

// Roles lists the roles that a permission is granted to in some scope and state; whom a record names as its own is beside them.
func (g *Guard) Roles(tx *record.Tx, p record.Permission) ([]string, error) {
	w, err := g.at(tx)
	if err != nil {
		return nil, err
	}
	var out []string
	row := w.grants.row(p)
	for place, r := range w.grants.names {
		if c := w.grants.cell(row, place, p); c.any.below|c.any.above != 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// AtMost is how long an acceptance or approval of a record with these facts may last; empty for no limit.
func (g *Guard) AtMost(p record.Permission, m *record.Meta) record.Duration {
	if a := g.rules.authority(p, m); a != nil {
		return a.atMost
	}
	return ""
}

// earlier is the actor's hand on the record that keeps the duties apart, or that of somebody the actor stands in for; nil when there is none.
func (g *Guard) earlier(tx *record.Tx, p record.Permission, t record.Target, me *Person, today record.Date) *record.Hand {
	if t.Meta == nil || len(t.Meta.Hands) == 0 {
		return nil
	}
	for _, s := range g.rules.separations[p] {
		var since int64
		for _, w := range s.window {
			since = max(since, t.Meta.Last(w))
		}
		for i, h := range t.Meta.Hands {
			if h.Seq > since && s.earlier(h.Action) && s.holds(t.Meta, h) && counts(tx, me, h, today) {
				return &t.Meta.Hands[i]
			}
		}
	}
	return nil
}

// counts tells whether a hand is the actor's own, or that of somebody the actor stands in for, or who stands in for the actor.
func counts(tx *record.Tx, me *Person, h record.Hand, today record.Date) bool {
	if h.Person == tx.Actor.ID || slices.Contains(tx.Actor.Persons, h.Person) {
		return true
	}
	for _, k := range me.Kin {
		if k.Person == h.Person && (k.on(today) || k.on(event.Day(tx, h.Seq))) {
			return true
		}
	}
	return false
}

// Held lists the roles somebody holds now.
func (g *Guard) Held(tx *record.Tx, id string) ([]record.Held, error) {
	list, err := g.Holdings(tx, id)
	out := make([]record.Held, len(list))
	for i, h := range list {
		out[i] = record.Held{Role: h.Role, Scope: h.Scope, From: h.From, To: h.To, Body: h.Body, DeputyFor: h.Deputy}
	}
	return out, err
}
