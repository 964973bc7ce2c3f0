package access_test

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/policies"
)

// The same rights in Casbin alone: a grouping rule says who has which role, with the scope as the domain. g matches scopes downwards and g2 upwards.
const worldModel = `
[request_definition]
r = sub, scope, object, action, state, power
[policy_definition]
p = role, object, action, reach, states, power
[role_definition]
g = _, _, _
g2 = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (has(r.object, p.object) || (p.object == "*" && r.object != "concern")) && has(r.action, p.action) && r.power == p.power && (p.states == "" || has(r.state, p.states)) && ((has("below", p.reach) && g(r.sub, p.role, r.scope)) || (has("above", p.reach) && g2(r.sub, p.role, r.scope)))
`

// grantRows reads the file of grants without the code under test.
func grantRows(t testing.TB) (grants, inherits [][]string) {
	t.Helper()
	text, err := policies.Files.ReadFile("grants.csv")
	if err != nil {
		t.Fatal(err)
	}
	c := csv.NewReader(strings.NewReader(string(text)))
	c.Comment, c.FieldsPerRecord = '#', -1
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for i := range r {
			r[i] = strings.TrimSpace(r[i])
		}
		switch r[0] {
		case "p":
			grants = append(grants, r[1:])
		case "g":
			inherits = append(inherits, r[1:3])
		default:
			t.Fatalf("a line of grants.csv begins with %q", r[0])
		}
	}
	return grants, inherits
}

// casbinWorld has only the grants that may apply to the object. The others would match nothing and make the test slow.
func casbinWorld(t *testing.T, w *world, object string) *casbin.Enforcer {
	t.Helper()
	m, err := model.NewModelFromString(worldModel)
	if err != nil {
		t.Fatal(err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		t.Fatal(err)
	}
	e.AddFunction("has", func(args ...any) (any, error) {
		return strings.Contains("|"+args[1].(string)+"|", "|"+args[0].(string)+"|"), nil
	})
	e.AddNamedDomainMatchingFunc("g", "below", func(asked, held string) bool { return held == "*" || record.Covers(held, asked) })
	e.AddNamedDomainMatchingFunc("g2", "above", func(asked, held string) bool { return held == "*" || record.Covers(asked, held) })
	group := func(who, role, scope string) {
		for _, name := range []string{"g", "g2"} {
			if _, err := e.AddNamedGroupingPolicy(name, who, role, scope); err != nil {
				t.Fatal(err)
			}
		}
	}
	grants, inherits := grantRows(t)
	for _, l := range inherits {
		group(l[0], l[1], "*")
	}
	for _, c := range w.custom {
		group(c.Key, "employee", "*")
		for _, g := range c.Grants {
			grants = append(grants, []string{c.Key, g.Object, g.Action, g.Reach, strings.Join(g.States, "|"), g.Power})
		}
	}
	for _, l := range grants {
		if l[1] != "*" && !strings.Contains(l[1], object) {
			continue
		}
		if _, err := e.AddPolicy(l); err != nil {
			t.Fatal(err)
		}
	}
	for who, p := range w.people {
		for _, h := range p.Holdings {
			group(who, h.Role, h.Scope)
		}
	}
	return e
}

// The compiled table gives the same answers as Casbin for every role, object, action, state and position of the record.
func TestTableAgreesWithCasbin(t *testing.T) {
	w := &world{people: map[string]*access.Person{}, custom: []access.CustomRole{{Key: "klinisk-fagansvarlig", Grants: []access.Grant{
		{Object: "risk", Action: "read", Reach: "below", States: []string{"assessed", "treating"}},
		{Object: "risk", Action: "assess", Reach: "below", States: []string{"identified"}},
		{Object: "evidence", Action: "create", Reach: "above"},
	}}}}
	roles := append(builtIn(t), "klinisk-fagansvarlig", "practitioner", "no-such-role")
	for _, r := range roles {
		w.people["a "+r] = holding(r, "/siv/radiologi/")
	}
	w.people["two roles"] = &access.Person{Holdings: []access.Holding{
		{Role: "project_owner", Scope: "/siv/radiologi/brudd/", Powers: access.Every}, {Role: "observer", Scope: "/siv/akutt/", Powers: access.Every},
	}}
	w.people["nobody"] = &access.Person{}
	scopes := []string{"/siv/radiologi/brudd/", "/siv/", "/siv/radiologi/", "/siv/radiologi-2/"}
	d := newDesk(t, w)
	var e *casbin.Enforcer
	about, asked, allowed := "", 0, 0
	for _, q := range questions(t) {
		if q.object != about {
			about, e = q.object, casbinWorld(t, w, q.object)
		}
		for who := range w.people {
			for _, scope := range scopes[:q.scopes(len(scopes))] {
				for _, state := range q.states {
					want := false
					for _, power := range []string{"", "propose", "advise", "decide"} {
						if want || !q.powers[power] {
							continue
						}
						asked++
						var err error
						if want, err = e.Enforce(who, scope, q.object, q.action, state, power); err != nil {
							t.Fatal(err)
						}
					}
					got := d.check(who, q.object, q.action, record.Target{Kind: record.KindOf(q.object), Scope: scope, Status: state}) == ""
					if got != want {
						t.Errorf("%s %s:%s at %s in %q: the table says %v, Casbin %v", who, q.object, q.action, scope, state, got, want)
					}
					if got {
						allowed++
					}
				}
			}
		}
	}
	if asked < 20000 || allowed < 3000 {
		t.Errorf("only %d questions, %d of them allowed", asked, allowed)
	}
}

type question struct {
	object, action string
	states         []string
	powers         map[string]bool // that any grant of the action requires
	granted        bool            // by at least one grant; an action without a grant is tried in one scope and state only
}

func (q question) scopes(n int) int {
	if q.granted {
		return n
	}
	return 1
}

// questions are every action on every kind, and some that no grant names.
func questions(t *testing.T) (out []question) {
	grants, _ := grantRows(t)
	powers := map[string]map[string]bool{}
	for _, g := range grants {
		for object := range strings.SplitSeq(g[1], "|") {
			for action := range strings.SplitSeq(g[2], "|") {
				key := object + ":" + action
				if powers[key] == nil {
					powers[key] = map[string]bool{}
				}
				powers[key][g[5]] = true
			}
		}
	}
	add := func(object, action string, states []string) {
		p := map[string]bool{"": true}
		for _, key := range []string{object + ":" + action, "*:" + action} {
			for power := range powers[key] {
				p[power] = true
			}
		}
		granted := powers[object+":"+action] != nil || action == "read"
		if !granted {
			states = states[:1]
		}
		out = append(out, question{object, action, states, p, granted})
	}
	for _, k := range record.Kinds() {
		states := k.States()
		if len(states) == 0 {
			states = []string{"active"}
		}
		for _, action := range append([]string{"read", "create"}, k.Actions()...) {
			add(k.Name, action, states)
		}
	}
	add("concern", "read", []string{"active"})
	add("*", "update", []string{"active"})
	return out
}

// Lists show the same records that single reads allow.
func TestBranchesAgreeWithChecks(t *testing.T) {
	w := &world{people: map[string]*access.Person{"two": {Holdings: []access.Holding{
		{Role: "employee", Scope: "/siv/radiologi/", Powers: access.Every},
		{Role: "project_owner", Scope: "/siv/akutt/", Powers: access.Every},
		{Role: "ai_council", Scope: "/siv/", Powers: access.None, From: "2027-01-01"},
		{Role: "working_group", Scope: "/siv/radiologi/brudd/", Powers: access.None},
	}}}}
	for _, r := range builtIn(t) {
		w.people[r] = holding(r, "/siv/radiologi/")
	}
	d := newDesk(t, w)
	for who := range w.people {
		for _, k := range record.Kinds() {
			var branches []record.Branch
			d.as(who, func(tx *record.Tx) {
				var err error
				if branches, err = d.guard.Branches(tx, record.Permission{Object: k.Name, Action: "read"}); err != nil {
					t.Fatal(err)
				}
			})
			for _, scope := range []string{"/", "/siv/", "/siv/radiologi/", "/siv/radiologi/brudd/", "/siv/akutt/", "/siv/akutt/sepsis/", "/oslo/"} {
				for _, state := range append(k.States(), "active") { // records of somebody else, so that the reach "own" does not apply
					if len(k.States()) > 0 && !slices.Contains(k.States(), state) {
						continue
					}
					listed := slices.ContainsFunc(branches, func(b record.Branch) bool {
						in := b.Field == "" && (b.Scope == scope || !b.Exact && record.Covers(b.Scope, scope))
						return in && (len(b.States) == 0 || slices.Contains(b.States, state))
					})
					read := d.check(who, k.Name, "read", record.Target{Kind: k, Scope: scope, Status: state}) == ""
					if listed != read {
						t.Errorf("%s, a %s at %s in %q: listed %v, read %v", who, k.Name, scope, state, listed, read)
					}
				}
			}
			ever := false
			d.as(who, func(tx *record.Tx) { ever = d.guard.Ever(tx, record.Permission{Object: k.Name, Action: "read"}) == nil })
			if ever != (len(branches) > 0) {
				t.Errorf("%s may ever read a %s: %v, in %d branches", who, k.Name, ever, len(branches))
			}
		}
	}
}

func builtIn(t testing.TB) (keys []string) {
	t.Helper()
	text, err := policies.Files.ReadFile("roles.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if key, ok := strings.CutPrefix(line, "- key: "); ok {
			keys = append(keys, strings.TrimSpace(key))
		}
	}
	if len(keys) != 13 {
		t.Fatal(fmt.Sprint("built-in roles: ", keys))
	}
	return keys
}
