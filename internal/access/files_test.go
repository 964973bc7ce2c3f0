package access_test

import (
	"encoding/csv"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/policies"
)

// Objects of grants that are not kinds of records.
var notYet = []string{"concern", "assessment", "nonconformity", "event", "setup"}

// groups are roles that nobody has; several roles inherit their grants.
var groups = []string{"practitioner"}

// beside are actions that do not change an existing record.
var beside = []string{"read", "create", "import"}

func table(t *testing.T, name string, columns int) [][]string {
	t.Helper()
	text, err := policies.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := csv.NewReader(strings.NewReader(string(text)))
	c.Comment, c.FieldsPerRecord = '#', columns
	rows, err := c.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for i := range r {
			r[i] = strings.TrimSpace(r[i])
		}
	}
	return rows
}

func list(cell string) []string { return strings.Split(cell, "|") }

// countsFor maps a kind to the kind whose records its writes count for.
var countsFor = map[string]string{"cycle": "measure"}

// Every word in a policy file is known. An unknown word would have no effect, unnoticed.
func TestPolicyFilesAreConsistent(t *testing.T) {
	roles := builtIn(t)
	role := func(where, name string) {
		t.Helper()
		if !slices.Contains(roles, name) && (where != "grants.csv" || !slices.Contains(groups, name)) {
			t.Errorf("%s: there is no role %q", where, name)
		}
	}
	kinds := func(where, name string) (found []*record.Kind) {
		t.Helper()
		switch k := record.KindOf(name); {
		case k != nil:
			return []*record.Kind{k}
		case name == "*":
			return record.Kinds()
		case !slices.Contains(notYet, name):
			t.Errorf("%s: there is no kind %q", where, name)
		}
		return nil
	}
	action := func(where string, of []*record.Kind, name string) {
		t.Helper()
		if len(of) == 0 || slices.Contains(beside, name) {
			return
		}
		for _, k := range of {
			// A kind's list of actions leaves out those that create one: propose, adopt.
			if slices.Contains(k.Actions(), name) || slices.Contains(k.CountsAs, name) || creating[k.Name] == name {
				return
			}
			if of := record.KindOf(countsFor[k.Name]); of != nil && slices.Contains(of.Actions(), name) {
				return
			}
		}
		t.Errorf("%s: no %s has the action %q", where, of[0].Name, name)
	}
	state := func(where string, of []*record.Kind, name string) {
		t.Helper()
		for _, k := range of {
			if slices.Contains(k.States(), name) {
				return
			}
		}
		t.Errorf("%s: no state %q of %v", where, name, of[0].Name)
	}

	grants, inherits := grantRows(t)
	for _, g := range grants {
		if len(g) != 6 {
			t.Errorf("grants.csv: %v has %d columns", g, len(g))
			continue
		}
		role("grants.csv", g[0])
		for _, object := range list(g[1]) {
			of := kinds("grants.csv", object)
			for _, a := range list(g[2]) {
				if object != "*" || a != "read" {
					action("grants.csv "+strings.Join(g, ","), of, a)
				}
			}
			if g[4] != "" && len(of) > 0 {
				for _, s := range list(g[4]) {
					if len(list(g[1])) == 1 {
						state("grants.csv", of, s)
					}
				}
			}
		}
		for _, s := range list(g[4]) { // with several kinds, at least one has the state
			if g[4] == "" {
				break
			}
			var of []*record.Kind
			for _, object := range list(g[1]) {
				of = append(of, kinds("grants.csv", object)...)
			}
			state("grants.csv", of, s)
		}
		for _, reach := range list(g[3]) {
			if !slices.Contains([]string{"below", "above", "own", "left", "about"}, reach) {
				t.Errorf("grants.csv: reach %q", reach)
			}
			for _, object := range list(g[1]) {
				if k := record.KindOf(object); reach == "own" && g[2] != record.HandOver && (k == nil || len(k.Mine)+len(k.Asks) == 0) {
					t.Errorf("grants.csv: nothing says whose own a %s is", object)
				} else if reach == "about" && (k == nil || len(k.About) == 0) {
					t.Errorf("grants.csv: nothing says what a %s is about", object)
				}
			}
		}
		if !slices.Contains([]string{"", "propose", "advise", "decide"}, g[5]) {
			t.Errorf("grants.csv: power %q", g[5])
		}
	}
	for _, g := range inherits {
		role("grants.csv", g[0])
		role("grants.csv", g[1])
	}
	for _, r := range roles {
		if !slices.ContainsFunc(append(grants, inherits...), func(g []string) bool { return g[0] == r }) {
			t.Errorf("the role %s has no grant", r)
		}
	}
	for _, s := range table(t, "separations.csv", -1) {
		if s[0] == "roles" {
			for _, r := range append(list(s[1]), list(s[2])...) {
				role("separations.csv", r)
			}
			continue
		}
		of := kinds("separations.csv", s[0])
		window, named, _ := strings.Cut(s[3], " ")
		actions := append(list(s[1]), s[2])
		switch window {
		case "since":
			actions = append(actions, list(named)...)
		case "while":
			for _, k := range of {
				if !slices.Contains(facts(k), named) {
					t.Errorf("separations.csv: a %s has no fact %q", k.Name, named)
				}
			}
		}
		for _, a := range actions {
			if a != "*" {
				action("separations.csv "+strings.Join(s, ","), of, a)
			}
		}
	}
	said := map[string]bool{}
	for _, a := range table(t, "actions.csv", 3) {
		said[a[0]] = true
		kind, verb, of := strings.Cut(a[0], ":")
		if of {
			action("actions.csv", kinds("actions.csv", kind), verb)
		} else if !slices.Contains([]string{"comment", "link", "import"}, a[0]) {
			action("actions.csv", record.Kinds(), a[0])
		}
		for _, cell := range a[1:] {
			if cell != "" && cell != "yes" {
				t.Errorf("actions.csv: %q of %s", cell, a[0])
			}
		}
	}
	for _, k := range record.Kinds() {
		for _, a := range append(k.Verbs(), k.Parts...) {
			if !said[a] && !said[k.Name+":"+a] {
				t.Errorf("actions.csv says nothing of %s:%s: whether it decides, and answers the work of others", k.Name, a)
			}
		}
	}
	for _, a := range table(t, "authorities.csv", 5) {
		action("authorities.csv", kinds("authorities.csv", a[0]), a[2])
		for _, r := range list(a[3]) {
			role("authorities.csv", r)
			if !granted(t, r, a[0], a[2]) {
				t.Errorf("authorities.csv: %s has authority to %s a %s, and no grant", r, a[2], a[0])
			}
		}
	}
	for _, d := range table(t, "delegations.csv", 2) {
		role("delegations.csv", d[0])
		for _, r := range list(d[1]) {
			if r != "custom" && r != "term" {
				role("delegations.csv", r)
			}
		}
	}
}

// facts returns the facts of an empty record of a kind.
func facts(k *record.Kind) (names []string) {
	if e, ok := reflect.New(k.Entity()).Interface().(interface{ Facts() []record.Fact }); ok {
		for _, f := range e.Facts() {
			names = append(names, f.Name)
		}
	}
	return names
}

// creating are the actions that create a record, where that is not "create".
var creating = map[string]string{"measure": "propose", "control": "adopt"}

var asked *desk

// granted reports whether a role has a permission in some reach and state, according to the compiled table.
func granted(t *testing.T, role, object, action string) bool {
	t.Helper()
	if asked == nil || asked.TB != t {
		w := &world{people: map[string]*access.Person{}}
		for _, r := range builtIn(t) {
			w.people[r] = holding(r, "/siv/")
		}
		asked = newDesk(t, w)
	}
	ok := false
	asked.as(role, func(tx *record.Tx) {
		ok = asked.guard.Ever(tx, record.Permission{Object: object, Action: action}) == nil
	})
	return ok
}

// No grant, inherited or own, gives a role what the documentation of access says it never has.
func TestNever(t *testing.T) {
	all := func(role string) (out []string) {
		for _, k := range record.Kinds() {
			actions := append([]string{"create"}, k.Actions()...)
			if verb := creating[k.Name]; verb != "" {
				actions = append(actions, verb)
			}
			for _, a := range actions {
				if granted(t, role, k.Name, a) {
					out = append(out, k.Name+":"+a)
				}
			}
		}
		return out
	}
	// Everybody acknowledges policies, names deputies, ends their own roles, has API keys, agrees to the treatment of risks that they own, measures the
	// objectives that they own, starts studies of systems that they own, and raises needs and cases. Everybody asks for advice and whether a tool may be
	// used, answers what they are the contact for, and reviews changes of the references that they own. The lead of a body confirms its members. Everybody
	// stops an AI system that is used where they work, and with a function on a system clears, approves and signs what that function says: see TestGates.
	personal := []string{
		"acknowledgement:create", "assignment:create", "assignment:update", "assignment:end", "api_key:create", "api_key:revoke", "membership:confirm", "treatment_plan:agree",
		"measurement:create", "measurement:retract", "study:start",
		"case:create", "case:update", "case:delete", "case:submit", "case:withdraw", "need:create", "need:update", "need:delete", "need:withdraw",
		"advice_request:create", "advice_request:update", "advice_request:answer", "advice_request:forward", "advice_request:follow-up", "advice_request:close",
		"intake:create", "intake:update", "intake:close", "intake:withdraw", "reference:review",
		"ai_system:suspend", "ai_system:approve-go-live", "ai_system:decline-go-live", "qualification:sign",
		"gate_item:create", "gate_item:update", "gate_item:clear", "gate_item:withdraw", "gate_item:approve", "gate_item:return",
	}
	content := []string{"policy", "risk", "risk_register", "risk_method", "treatment_plan", "control", "soa", "cycle", "objective", "measurement", "measure", "evidence", "clause_judgement"}
	aboutSystems := []string{"impact_assessment", "impact_answers", "validation", "use_right", "study"}
	deciding := []string{"approve", "reject", "accept", "decide", "adopt", "confirm", "confirm-review", "start", "close"}
	// A body whose mandate lets it decide adopts, and starts what was decided. A body rejects cases outside its mandate. A member withdraws the
	// member's own document from review.
	bodily := []string{"decision:adopt", "measure:start", "case:reject"}
	for role, never := range map[string]func(object, action string) bool{
		"ai_council": func(object, action string) bool {
			return slices.Contains(content, object) && !slices.Contains([]string{"approve", "reject", "confirm-review", "accept", "confirm-acceptance", "close", "decide"}, action) && !slices.Contains(append(bodily, "policy:withdraw"), object+":"+action)
		},
		"working_group": func(object, action string) bool {
			// The lead answers applications. Another member confirms a classification. The role starts its own measures, but not those that others carry out.
			if slices.Contains(append(bodily, "application:accept", "activity:start", "classification:confirm"), object+":"+action) {
				return false
			}
			return slices.Contains([]string{"approve", "reject", "accept", "decide", "confirm", "confirm-review", "start", "publish"}, action) || action == "close" && object == "cycle" || action == "adopt" && object != "control"
		},
		"project_owner": func(object, action string) bool {
			return (action == "approve" || action == "reject") && object != "treatment_plan" || action == "decide" || action == "adopt" && object != "control"
		},
		"internal_auditor": func(object, _ string) bool { return object != "clause_judgement" && object != "comment" },
		"secretariat": func(object, action string) bool {
			return slices.Contains(content, object) || slices.Contains(deciding, action) && object != "authority"
		},
		"observer":        func(object, action string) bool { return object != "comment" },
		"privacy_officer": func(object, action string) bool { return object != "comment" && action != "advise" },
		"case_handler":    func(object, action string) bool { return object != "comment" },
		"employee":        func(object, action string) bool { return true },
		"administrator": func(object, action string) bool {
			return slices.Contains(content, object) || slices.Contains([]string{"approve", "accept", "decide", "adopt", "confirm"}, action)
		},
		"integration": func(object, action string) bool {
			return !slices.Contains([]string{"measurement:create", "evidence:create"}, object+":"+action)
		},
	} {
		for _, p := range all(role) {
			object, action, _ := strings.Cut(p, ":")
			// Everybody hands over what they look after. TestHandOver has the refusals. The owner of an AI system writes what is about it.
			if slices.Contains(personal, p) || action == record.HandOver || slices.Contains(aboutSystems, object) && !slices.Contains(deciding, action) {
				continue
			}
			if never(object, action) {
				t.Errorf("%s may %s", role, p)
			}
		}
	}
	// The permission to read everything does not include concerns.
	for _, r := range builtIn(t) {
		if granted(t, r, "concern", "read") {
			t.Errorf("%s reads concerns", r)
		}
	}
	for _, r := range []string{"ai_council", "top_management", "internal_auditor"} {
		for _, k := range record.Kinds() {
			if !granted(t, r, k.Name, "read") {
				t.Errorf("%s does not read a %s", r, k.Name)
			}
		}
	}
	// Only these roles decide, whatever delegations.csv says.
	for action, roles := range map[string][]string{
		"policy:approve": {"ai_council", "line_manager", "top_management"}, "soa:approve": {"ai_council", "line_manager", "top_management"}, "risk_method:approve": {"top_management"}, "mandate:adopt": {"top_management"},
		"risk:accept": {"ai_council", "line_manager", "project_owner", "top_management"}, "cycle:close": {"ai_council", "line_manager", "top_management"},
		"measure:decide": {"ai_council", "line_manager", "top_management"},
		"user:create":    {"administrator"}, "role:create": {"administrator"}, "framework:import": {"administrator"},
	} {
		object, verb, _ := strings.Cut(action, ":")
		var may []string
		for _, r := range builtIn(t) {
			if granted(t, r, object, verb) {
				may = append(may, r)
			}
		}
		slices.Sort(may)
		if !slices.Equal(may, roles) {
			t.Errorf("%s is for %v, want %v", action, may, roles)
		}
	}
}

// Council members and observers get their roles by membership alone. No role may assign a role that excludes itself.
func TestDelegations(t *testing.T) {
	d := newDesk(t, &world{})
	for _, giver := range builtIn(t) {
		for _, given := range []string{"ai_council", "observer"} {
			if d.guard.HandsOut(giver, given, false) {
				t.Errorf("%s hands out %s", giver, given)
			}
		}
		if want := giver == "administrator"; d.guard.HandsOut(giver, "klinisk-fagansvarlig", true) != want || d.guard.HandsOut(giver, "top_management", false) != want {
			t.Errorf("%s hands out custom roles or top management: want %v", giver, want)
		}
	}
	for _, giver := range builtIn(t) {
		if d.guard.HandsOut(giver, "term", false) != (giver == "administrator") {
			t.Errorf("%s sets the terms of bodies, or does not", giver)
		}
	}
	if !d.guard.HandsOut("line_manager", "project_owner", false) {
		t.Error("a line manager cannot name project owners")
	}
	for _, pair := range [][2]string{{"working_group", "ai_council"}, {"administrator", "ai_council"}, {"administrator", "top_management"}} {
		if !d.guard.Exclusive(pair[0], pair[1]) || !d.guard.Exclusive(pair[1], pair[0]) {
			t.Errorf("%v can be held together", pair)
		}
	}
	if d.guard.Exclusive("project_owner", "line_manager") {
		t.Error("project owner and line manager exclude each other")
	}
}
