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

// grants is a compact table of Casbin's answers, with one cell per role, object and action. A cell is filled when it is first needed.
type grants struct {
	custom []CustomRole
	names  []string
	has    map[string][]string                           // for each role: the role itself and the roles it inherits from
	named  map[string]map[record.Permission]neededPowers // the powers that a role's own grants require; object * means every kind

	mu       sync.Mutex // guards the enforcer and the filling of cells
	enforcer *casbin.Enforcer
	rows     atomic.Pointer[map[record.Permission]row] // replaced, never changed
}

// row has the cells of a permission, one per role, in the order of names.
type row []atomic.Pointer[cell]

// cell has the powers that suffice for a permission, by state and reach.
type cell struct {
	byState []stateMasks
	any     stateMasks // in at least one state; for checks of a scope alone
}

var emptyCell cell

type stateMasks struct {
	state                          string
	below, above, own, left, about Powers
}

// in returns the powers that suffice in a reach.
func (m *stateMasks) in(reach string) Powers {
	switch reach {
	case "below":
		return m.below
	case "above":
		return m.above
	case "about":
		return m.about
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
	g := &grants{custom: custom, enforcer: e, has: map[string][]string{}, named: map[string]map[record.Permission]neededPowers{}}
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
			g.named[r[0]] = map[record.Permission]neededPowers{}
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

// listed reports whether a list like "read|update" contains a value.
func listed(value, list string) bool {
	for v := range strings.SplitSeq(list, "|") {
		if v == value {
			return true
		}
	}
	return false
}

// adapter loads the built-in grants from grants.csv and the custom roles from the database into Casbin.
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

// SavePolicy returns an error: grants change in the file or through the API.
func (a *adapter) SavePolicy(model.Model) error { return errReadOnly }

// AddPolicy returns an error; see SavePolicy.
func (a *adapter) AddPolicy(string, string, []string) error { return errReadOnly }

// RemovePolicy returns an error; see SavePolicy.
func (a *adapter) RemovePolicy(string, string, []string) error { return errReadOnly }

// RemoveFilteredPolicy returns an error; see SavePolicy.
func (a *adapter) RemoveFilteredPolicy(string, string, int, ...string) error { return errReadOnly }

var errReadOnly = fmt.Errorf("grants are read only here")

func (g *grants) same(custom []CustomRole) bool { return reflect.DeepEqual(g.custom, custom) }

// index returns the position of a role in names and in every row. It returns -1 when no grant names the role.
func (g *grants) index(role string) int {
	if i, ok := slices.BinarySearch(g.names, role); ok {
		return i
	}
	return -1
}

// row returns the cells of a permission, or nil when no grant names it.
func (g *grants) row(p record.Permission) row {
	if r, ok := (*g.rows.Load())[p]; ok {
		return r
	}
	if g.required(g.names, p) == (neededPowers{}) {
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

// cell returns the cell for the role at that index.
func (g *grants) cell(r row, index int, p record.Permission) *cell {
	if r == nil || index < 0 {
		return &emptyCell
	}
	if c := r[index].Load(); c != nil {
		return c
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.ask(g.names[index], p)
	r[index].Store(c)
	return c
}

// ask fills a cell with Casbin's answers for every state and reach.
func (g *grants) ask(role string, p record.Permission) *cell {
	c := &cell{}
	states := []string{"active"}
	if k := record.KindOf(p.Object); k != nil && len(k.States()) > 0 {
		states = k.States()
	}
	may := g.required(g.has[role], p)
	for _, st := range states {
		m := stateMasks{
			state: st, below: g.enforce(role, p, "below", st, may.below), above: g.enforce(role, p, "above", st, may.above),
			own: g.enforce(role, p, "own", st, may.own), left: g.enforce(role, p, "left", st, may.left), about: g.enforce(role, p, "about", st, may.about),
		}
		c.byState = append(c.byState, m)
		c.any.below |= m.below
		c.any.above |= m.above
		c.any.own |= m.own
		c.any.left |= m.left
		c.any.about |= m.about
	}
	return c
}

// neededPowers are the powers that grants require, by reach.
type neededPowers struct{ below, above, own, left, about Powers }

func (a neededPowers) and(reach string, p Powers) neededPowers {
	if listed("below", reach) {
		a.below |= p
	}
	if listed("above", reach) {
		a.above |= p
	}
	if listed("own", reach) {
		a.own |= p
	}
	if listed("left", reach) {
		a.left |= p
	}
	if listed("about", reach) {
		a.about |= p
	}
	return a
}

// required returns the powers that the grants of these roles require for the permission; zero when no grant names it. A permission that no grant
// names costs no query and no memory, although callers may send any action name.
func (g *grants) required(roles []string, p record.Permission) (named neededPowers) {
	all := record.KindOf(p.Object) != nil
	for _, role := range roles {
		a := g.named[role][p]
		if all {
			every := g.named[role][record.Permission{Object: "*", Action: p.Action}]
			a = neededPowers{a.below | every.below, a.above | every.above, a.own | every.own, a.left | every.left, a.about | every.about}
		}
		named = neededPowers{named.below | a.below, named.above | a.above, named.own | a.own, named.left | a.left, named.about | a.about}
	}
	return named
}

// enforce returns those of these powers that suffice, according to Casbin.
func (g *grants) enforce(role string, p record.Permission, reach, state string, may Powers) (out Powers) {
	for _, name := range []string{"", "propose", "advise", "decide"} {
		if may&powerNames[name] == 0 {
			continue
		}
		// The model is fixed and was checked when it was loaded, so Enforce cannot fail.
		if ok, err := g.enforcer.Enforce(role, p.Object, p.Action, reach, state, name); err == nil && ok {
			out |= powerNames[name]
		}
		if out&None != 0 {
			return Every
		}
	}
	return out
}

func (c *cell) empty() bool { return c.any.below|c.any.above|c.any.own|c.any.left|c.any.about == 0 }

// reached has the reaches of a role in which a record lies.
type reached struct{ below, above, own, left, about bool }

// mask returns the powers that suffice for a target in these reaches; 0 when none does.
func (c *cell) mask(t record.Target, in reached) (out Powers) {
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
	for _, r := range []struct {
		lies   bool
		powers Powers
	}{{in.below, m.below}, {in.above, m.above}, {in.own, m.own}, {in.left, m.left}, {in.about, m.about}} {
		if r.lies {
			out |= r.powers
		}
	}
	return out
}

// states returns the states in which these powers suffice. A nil list with ok means every state.
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
