package access

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"

	"github.com/ki-styring/aims/internal/record"
)

// grants is the compact table of Casbin's answers, one cell per role, object
// and action, asked the first time somebody needs it.
type grants struct {
	custom []CustomRole
	names  []string
	named  map[record.Permission]bool // that a grant names, with * for every kind

	mu       sync.Mutex // Casbin, and filling cells
	enforcer *casbin.Enforcer
	cells    sync.Map // cellKey → *cell
}

type cellKey struct {
	role string
	p    record.Permission
}

// cell answers for each state, and in either reach, which powers suffice.
type cell struct {
	byState []stateMasks
	any     stateMasks // in whatever state, for questions about the scope alone
}

var nothing cell

type stateMasks struct {
	state        string
	below, above Powers
}

func newGrants(files fs.FS, custom []CustomRole) (*grants, error) {
	text, err := fs.ReadFile(files, "model.conf")
	if err != nil {
		return nil, fmt.Errorf("access model: %w", err)
	}
	m, err := model.NewModelFromString(string(text))
	if err != nil {
		return nil, fmt.Errorf("access model: %w", err)
	}
	e, err := casbin.NewEnforcer(m, &adapter{files: files, custom: custom})
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	e.AddFunction("listed", func(args ...any) (any, error) { return listed(args[0].(string), args[1].(string)), nil })
	g := &grants{custom: custom, enforcer: e, named: map[record.Permission]bool{}}
	if g.names, err = e.GetAllSubjects(); err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	inherits, err := e.GetGroupingPolicy()
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	for _, l := range inherits {
		if !slices.Contains(g.names, l[0]) {
			g.names = append(g.names, l[0])
		}
	}
	slices.Sort(g.names)
	rows, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	for _, r := range rows {
		for object := range strings.SplitSeq(r[1], "|") {
			for action := range strings.SplitSeq(r[2], "|") {
				g.named[record.Permission{Object: object, Action: action}] = true
			}
		}
	}
	return g, nil
}

// listed tells whether a value stands in a list like "read|update".
func listed(value, list string) bool {
	for v := range strings.SplitSeq(list, "|") {
		if v == value {
			return true
		}
	}
	return false
}

// adapter gives Casbin the built-in grants from their file and custom roles from our table.
type adapter struct {
	files  fs.FS
	custom []CustomRole
}

// LoadPolicy implements persist.Adapter.
func (a *adapter) LoadPolicy(m model.Model) error {
	rows, err := readTable(a.files, "grants.csv")
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r[0] == "g" {
			r = r[:3]
		}
		if err := persist.LoadPolicyArray(r, m); err != nil {
			return fmt.Errorf("grants.csv: %w", err)
		}
	}
	for _, c := range a.custom {
		if err := persist.LoadPolicyArray([]string{"g", c.Key, "employee"}, m); err != nil {
			return err
		}
		for _, g := range c.Grants {
			line := []string{"p", c.Key, g.Object, g.Action, g.Reach, strings.Join(g.States, "|"), g.Power}
			if err := persist.LoadPolicyArray(line, m); err != nil {
				return fmt.Errorf("role %s: %w", c.Key, err)
			}
		}
	}
	return nil
}

// SavePolicy, AddPolicy, RemovePolicy and RemoveFilteredPolicy refuse: grants change by file or through the API.
func (a *adapter) SavePolicy(model.Model) error { return errReadOnly }

// AddPolicy refuses; see SavePolicy.
func (a *adapter) AddPolicy(string, string, []string) error { return errReadOnly }

// RemovePolicy refuses; see SavePolicy.
func (a *adapter) RemovePolicy(string, string, []string) error { return errReadOnly }

// RemoveFilteredPolicy refuses; see SavePolicy.
func (a *adapter) RemoveFilteredPolicy(string, string, int, ...string) error { return errReadOnly }

var errReadOnly = fmt.Errorf("grants are read only here")

func (g *grants) same(custom []CustomRole) bool { return reflect.DeepEqual(g.custom, custom) }

func (g *grants) roles() []string { return g.names }

func (g *grants) cell(role string, p record.Permission) *cell {
	if c, ok := g.cells.Load(cellKey{role, p}); ok {
		return c.(*cell)
	}
	if !g.mentioned(p) {
		return &nothing
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.ask(role, p)
	g.cells.Store(cellKey{role, p}, c)
	return c
}

// ask puts every question of a cell to Casbin.
func (g *grants) ask(role string, p record.Permission) *cell {
	c := &cell{}
	states := []string{"active"}
	if k := record.KindOf(p.Object); k != nil && len(k.States()) > 0 {
		states = k.States()
	}
	for _, st := range states {
		m := stateMasks{state: st, below: g.enforce(role, p, "below", st), above: g.enforce(role, p, "above", st)}
		c.byState = append(c.byState, m)
		c.any.below |= m.below
		c.any.above |= m.above
	}
	return c
}

// mentioned tells whether any grant names the action on the object. What none names
// costs no question and no memory, although callers may ask for any action they make up.
func (g *grants) mentioned(p record.Permission) bool {
	return g.named[p] || g.named[record.Permission{Object: "*", Action: p.Action}] && record.KindOf(p.Object) != nil
}

func (g *grants) enforce(role string, p record.Permission, reach, state string) (out Powers) {
	for _, name := range []string{"", "propose", "advise", "decide"} {
		// The model is fixed and was tried when it was loaded, so a question cannot fail.
		if ok, err := g.enforcer.Enforce(role, p.Object, p.Action, reach, state, name); err == nil && ok {
			out |= powerNames[name]
		}
		if out&None != 0 {
			return Every
		}
	}
	return out
}

func (c *cell) empty() bool { return c.any.below|c.any.above == 0 }

// mask gives the powers that suffice for the target, 0 when nothing does.
func (g *grants) mask(role string, p record.Permission, t record.Target, below, above bool) (out Powers) {
	if !below && !above {
		return 0
	}
	c := g.cell(role, p)
	m := c.any
	if !t.AnyState {
		m = stateMasks{}
		for i := range c.byState {
			if c.byState[i].state == t.Status {
				m = c.byState[i]
				break
			}
		}
	}
	if below {
		out |= m.below
	}
	if above {
		out |= m.above
	}
	return out
}

// states lists the states that a holder with these powers reaches; none listed means all of them.
func (c *cell) states(held Powers, below bool) (states []string, ok bool) {
	for _, m := range c.byState {
		mask := m.above
		if below {
			mask = m.below
		}
		if mask&held != 0 {
			states = append(states, m.state)
		}
	}
	if len(states) == len(c.byState) {
		return nil, true
	}
	return states, len(states) > 0
}
