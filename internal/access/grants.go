package access

import (
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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
	has    map[string][]string                    // the roles that a role is: itself, and those it inherits from
	named  map[string]map[record.Permission]asked // by role: what its own grants name, with * for every kind

	mu       sync.Mutex // Casbin, and filling cells
	enforcer *casbin.Enforcer
	rows     atomic.Pointer[map[record.Permission]row] // replaced, never changed
}

// row holds the cells of a permission, a role each in the order of names.
type row []atomic.Pointer[cell]

// cell answers for each state, and in each reach, which powers suffice.
type cell struct {
	byState []stateMasks
	any     stateMasks // in whatever state, for questions about the scope alone
}

var nothing cell

type stateMasks struct {
	state             string
	below, above, own Powers
}

// in gives the powers that suffice in a reach.
func (m *stateMasks) in(reach string) Powers {
	switch reach {
	case "below":
		return m.below
	case "above":
		return m.above
	default:
		return m.own
	}
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
	g := &grants{custom: custom, enforcer: e, has: map[string][]string{}, named: map[string]map[record.Permission]asked{}}
	g.rows.Store(&map[record.Permission]row{})
	rows, err := e.GetPolicy()
	if err != nil {
		return nil, fmt.Errorf("grants: %w", err)
	}
	inherits, err := e.GetGroupingPolicy()
	if err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	for _, l := range slices.Concat(rows, inherits) {
		g.names = append(g.names, l[0])
	}
	slices.Sort(g.names)
	g.names = slices.Compact(g.names)
	for _, r := range rows {
		if g.named[r[0]] == nil {
			g.named[r[0]] = map[record.Permission]asked{}
		}
		for object := range strings.SplitSeq(r[1], "|") {
			for action := range strings.SplitSeq(r[2], "|") {
				p := record.Permission{Object: object, Action: action}
				g.named[r[0]][p] = g.named[r[0]][p].and(r[3], powerNames[r[5]])
			}
		}
	}
	for _, role := range g.names {
		g.has[role] = []string{role}
		for i := 0; i < len(g.has[role]); i++ {
			for _, l := range inherits {
				if l[0] == g.has[role][i] && !slices.Contains(g.has[role], l[1]) {
					g.has[role] = append(g.has[role], l[1])
				}
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

// place is where a role stands in every row; -1 when no grant knows it.
func (g *grants) place(role string) int {
	if i, ok := slices.BinarySearch(g.names, role); ok {
		return i
	}
	return -1
}

// row gives the cells of a permission, nil when no grant names it.
func (g *grants) row(p record.Permission) row {
	if r, ok := (*g.rows.Load())[p]; ok {
		return r
	}
	if g.mentioned(g.names, p) == (asked{}) {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	rows := maps.Clone(*g.rows.Load())
	if rows[p] == nil {
		rows[p] = make(row, len(g.names))
		g.rows.Store(&rows)
	}
	return rows[p]
}

// cell gives the answers for the role at that place.
func (g *grants) cell(r row, place int, p record.Permission) *cell {
	if r == nil || place < 0 {
		return &nothing
	}
	if c := r[place].Load(); c != nil {
		return c
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.ask(g.names[place], p)
	r[place].Store(c)
	return c
}

// ask puts every question of a cell to Casbin.
func (g *grants) ask(role string, p record.Permission) *cell {
	c := &cell{}
	states := []string{"active"}
	if k := record.KindOf(p.Object); k != nil && len(k.States()) > 0 {
		states = k.States()
	}
	may := g.mentioned(g.has[role], p)
	for _, st := range states {
		m := stateMasks{state: st, below: g.enforce(role, p, "below", st, may.below), above: g.enforce(role, p, "above", st, may.above), own: g.enforce(role, p, "own", st, may.own)}
		c.byState = append(c.byState, m)
		c.any.below |= m.below
		c.any.above |= m.above
		c.any.own |= m.own
	}
	return c
}

// asked are the powers that grants ask for, in each reach.
type asked struct{ below, above, own Powers }

func (a asked) and(reach string, p Powers) asked {
	if listed("below", reach) {
		a.below |= p
	}
	if listed("above", reach) {
		a.above |= p
	}
	if listed("own", reach) {
		a.own |= p
	}
	return a
}

// mentioned gives the powers that these roles' grants of the permission ask for, none when none names it. What none names
// costs no question and no memory, although callers may ask for any action they make up.
func (g *grants) mentioned(roles []string, p record.Permission) (named asked) {
	all := record.KindOf(p.Object) != nil
	for _, role := range roles {
		a := g.named[role][p]
		if all {
			every := g.named[role][record.Permission{Object: "*", Action: p.Action}]
			a = asked{a.below | every.below, a.above | every.above, a.own | every.own}
		}
		named = asked{named.below | a.below, named.above | a.above, named.own | a.own}
	}
	return named
}

// enforce asks which of these powers suffice.
func (g *grants) enforce(role string, p record.Permission, reach, state string, may Powers) (out Powers) {
	for _, name := range []string{"", "propose", "advise", "decide"} {
		if may&powerNames[name] == 0 {
			continue
		}
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

func (c *cell) empty() bool { return c.any.below|c.any.above|c.any.own == 0 }

// mask gives the powers that suffice for the target, 0 when nothing does.
func (c *cell) mask(t record.Target, below, above, own bool) (out Powers) {
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
	if own {
		out |= m.own
	}
	return out
}

// states lists the states that a holder with these powers reaches; none listed means all of them.
func (c *cell) states(held Powers, reach string) (states []string, ok bool) {
	for i := range c.byState {
		if m := &c.byState[i]; m.in(reach)&held != 0 {
			states = append(states, m.state)
		}
	}
	if len(states) == len(c.byState) {
		return nil, len(states) > 0
	}
	return states, len(states) > 0
}
