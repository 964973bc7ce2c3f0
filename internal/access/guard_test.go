package access_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/access"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/policies"
)

func risk(scope, status string, m *record.Meta) record.Target {
	return record.Target{Kind: record.KindOf("risk"), Scope: scope, Status: status, Meta: m}
}

// Every check compares dates with the current day in Oslo, without a new read of the rights.
func TestDatesAtEveryCheck(t *testing.T) {
	p := holding("project_owner", "/siv/")
	p.Holdings[0].From, p.Holdings[0].To = "2026-11-22", "2026-11-23"
	d := newDesk(t, &world{people: map[string]*access.Person{"kari": p}})
	oslo := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, record.Oslo)
	}
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{oslo(21, 23, 59), "forbidden"}, {oslo(22, 0, 0), ""}, {oslo(23, 23, 59), ""}, {oslo(24, 0, 0), "forbidden"}, {oslo(22, 12, 0), ""},
	} {
		d.now = c.at
		if got := d.check("kari", "risk", "update", risk("/siv/radiologi/", "identified", nil)); got != c.want {
			t.Errorf("at %v: %q, want %q", c.at, got, c.want)
		}
		d.as("kari", func(tx *record.Tx) {
			branches, err := d.guard.Branches(tx, record.Permission{Object: "risk", Action: "read"})
			ever := d.guard.Ever(tx, record.Permission{Object: "risk", Action: "read"})
			held, err2 := d.guard.Held(tx, "kari")
			if n := len(branches); errors.Join(err, err2) != nil || (n > 0) != (c.want == "") || (ever == nil) != (c.want == "") || len(held) != n {
				t.Errorf("at %v: branches %v, ever %v, held %v", c.at, branches, ever, held)
			}
		})
	}
}

// A body's member has only the powers of the mandate, and the refusal names the mandate.
func TestPowers(t *testing.T) {
	member := func(p access.Powers, mandate string) *access.Person {
		return &access.Person{Holdings: []access.Holding{{Role: "ai_council", Scope: "/siv/", Powers: p, Body: "body", Mandate: mandate}}}
	}
	d := newDesk(t, &world{people: map[string]*access.Person{
		"none": member(access.None, ""), "advises": member(access.PowersOf([]string{"advise"}), "MAND-0001"), "decides": member(access.PowersOf([]string{"advise", "decide"}), "MAND-0001"),
	}})
	high := &record.Meta{Facts: []record.Fact{{Name: "level", Value: "high"}}}
	for who, want := range map[string]string{"none": "power_missing", "advises": "power_missing", "decides": "decision_needed"} {
		if got := d.check(who, "risk", "accept", risk("/siv/", "assessed", high)); got != want {
			t.Errorf("%s: %q", who, got)
		}
		if got := d.check(who, "risk", "read", risk("/siv/", "assessed", high)); got != "" {
			t.Errorf("%s reads: %q", who, got)
		}
	}
	d.as("advises", func(tx *record.Tx) {
		f := fault.As(ask(d.guard, tx, record.Permission{Object: "risk", Action: "accept"}, risk("/siv/", "assessed", high)))
		if f.Extra["mandate"] != "MAND-0001" || f.Extra["body_id"] != "body" {
			t.Errorf("the refusal says %v", f.Extra)
		}
	})
}

// Who may accept a risk depends on its level: the first matching row of authorities.csv decides.
func TestAuthority(t *testing.T) {
	w := &world{people: map[string]*access.Person{}}
	roles := []string{"project_owner", "line_manager", "ai_council", "top_management", "working_group", "internal_auditor"}
	for _, r := range roles {
		w.people[r] = holding(r, "/siv/")
	}
	d := newDesk(t, w)
	for level, may := range map[string]string{
		"low": "project_owner line_manager ai_council top_management", "moderate": "project_owner line_manager ai_council top_management",
		"high": "line_manager ai_council top_management", "very_high": "top_management",
	} {
		m := &record.Meta{Facts: []record.Fact{{Name: "level", Value: level}}}
		for _, r := range roles {
			got := d.check(r, "risk", "accept", risk("/siv/radiologi/", "assessed", m))
			if want := strings.Contains(may, r); (got == "") != want {
				t.Errorf("%s accepts %s: %q, want %v", r, level, got, want)
			}
		}
		if most := d.guard.AtMost(record.Permission{Object: "risk", Action: "accept"}, m); (most == "P6M") != (level == "very_high") {
			t.Errorf("%s at most %q", level, most)
		}
	}
}

// A person who did an earlier step may not do a later one. The same holds for their deputy, their principal, and an API key they are responsible for.
func TestSeparation(t *testing.T) {
	w := &world{people: map[string]*access.Person{}}
	for _, p := range []string{"assessor", "other", "deputy", "was deputy"} {
		w.people[p] = holding("line_manager", "/siv/")
	}
	w.people["deputy"].Kin = []access.Kin{{Person: "assessor", From: "2026-11-01", To: "2026-11-30"}}
	w.people["was deputy"].Kin = []access.Kin{{Person: "assessor", From: "2026-10-01", To: "2026-10-31"}}
	w.people["keeper"] = holding("ai_council", "/siv/")
	w.people["key"] = &access.Person{Holdings: []access.Holding{{Role: "ai_council", Scope: "/siv/", Powers: access.Every, While: &access.While{Person: "keeper", Role: "ai_council", Scope: "/siv/"}}}}
	d := newDesk(t, w)
	meta := func(hands ...record.PriorAct) *record.Meta {
		return &record.Meta{Facts: []record.Fact{{Name: "level", Value: "high"}, {Name: "assessed_by", Value: "x"}}, PriorActs: hands}
	}
	assessed := record.PriorAct{Action: "assess", Person: "assessor", Seq: 5}
	reopened, before, since := record.PriorAct{Action: "reopen", Person: "x", Seq: 6}, record.PriorAct{Action: "accept", Person: "x", Seq: 4}, record.PriorAct{Action: "accept", Person: "x", Seq: 6}
	anew, forOther := record.PriorAct{Action: "assess", Person: "x", Seq: 7}, record.PriorAct{Action: "assess", Person: "other", Seq: 5}
	for _, c := range []struct {
		who   string
		basis string // who made the assessment that the level is based on; "-" for no such fact
		hands []record.PriorAct
		want  string
	}{
		{"assessor", "assessor", []record.PriorAct{assessed}, "separation_of_duties"},
		{"other", "assessor", []record.PriorAct{assessed}, ""},
		{"deputy", "assessor", []record.PriorAct{assessed}, "separation_of_duties"},
		{"was deputy", "assessor", []record.PriorAct{assessed}, ""},
		{"assessor", "x", []record.PriorAct{{Action: "treat", Person: "assessor", Seq: 5}}, ""},
		{"assessor", "x", []record.PriorAct{assessed, anew}, "separation_of_duties"},
		{"assessor", "x", []record.PriorAct{assessed, anew, reopened}, "separation_of_duties"},
		{"assessor", "x", []record.PriorAct{assessed, before, anew}, "separation_of_duties"},
		{"assessor", "x", []record.PriorAct{assessed, since, anew}, ""},
		{"assessor", "x", []record.PriorAct{assessed, since, reopened, anew}, ""},
		{"assessor", "assessor", []record.PriorAct{assessed, since, reopened}, "separation_of_duties"},
		{"deputy", "assessor", []record.PriorAct{assessed, since, reopened}, "separation_of_duties"},
		{"other", "assessor", []record.PriorAct{assessed, since, forOther}, "separation_of_duties"}, // assessor is an API key here: both acts have the same event
		{"assessor", "-", []record.PriorAct{assessed, since, reopened, anew}, "separation_of_duties"},
		{"other", "-", []record.PriorAct{assessed, since, reopened}, ""},
		{"assessor", "", nil, ""},
	} {
		m := &record.Meta{Facts: []record.Fact{{Name: "level", Value: "high"}, {Name: "assessed_by", Value: c.basis}}, PriorActs: c.hands}
		if c.basis == "-" {
			m.Facts = m.Facts[:1]
		}
		if got := d.check(c.who, "risk", "accept", risk("/siv/", "assessed", m)); got != c.want {
			t.Errorf("%s after %v, the level resting on what %q assessed: %q, want %q", c.who, c.hands, c.basis, got, c.want)
		}
	}
	byKey := func(object, action, hand string) (code string) {
		by := &record.Actor{ID: "key", Service: true, Persons: []string{"key", "keeper"}}
		err := d.db.Peek(context.Background(), by, record.Permission{}, func(tx *record.Tx) error {
			m := meta(record.PriorAct{Action: "update", Person: hand, Seq: 1})
			return ask(d.guard, tx, record.Permission{Object: object, Action: action}, record.Target{Kind: record.KindOf(object), Scope: "/siv/", AnyState: true, Meta: m})
		})
		if f := fault.As(err); f != nil {
			code = f.Code
		}
		return code
	}
	for _, p := range []record.Permission{{Object: "cycle", Action: "close"}, {Object: "risk", Action: "accept"}} {
		if got := byKey(p.Object, p.Action, "somebody"); got != "person_needed" {
			t.Errorf("a key decides by %s: %q", p, got)
		}
	}
	if got := byKey("comment", "create", "somebody"); got != "" {
		t.Errorf("a key holds less than its person: %q", got)
	}
	w.people["keeper"] = &access.Person{}
	d.moved()
	if got := byKey("comment", "create", "somebody"); got != "forbidden" {
		t.Errorf("a key holds more than its person: %q", got)
	}
	// * means every write except the reviewer's own answer, comments and links.
	policy := func(action string) string {
		return d.check("top", "policy", "approve", record.Target{Kind: record.KindOf("policy"), Scope: "/siv/", Status: "in_review", Meta: &record.Meta{
			Facts: []record.Fact{{Name: "kind", Value: "policy"}}, PriorActs: []record.PriorAct{{Action: action, Person: "top", Seq: 9}},
		}})
	}
	w.people["top"] = holding("top_management", "/siv/")
	d.moved()
	for action, want := range map[string]string{"create": "separation_of_duties", "update": "separation_of_duties", "submit": "separation_of_duties", "revise": "separation_of_duties", "comment": "", "reject": "", "approve": "", "link": ""} {
		if got := policy(action); got != want {
			t.Errorf("approving after %s: %q, want %q", action, got, want)
		}
	}
}

// A write caused by another one needs no grant, but the separation of duties still applies. Reads inside it need the usual grants.
func TestFollowingWrites(t *testing.T) {
	d := newDesk(t, &world{people: map[string]*access.Person{}})
	d.as("nobody", func(tx *record.Tx) {
		p := record.Permission{Object: "risk", Action: "accept"}
		then := tx.Follow(p.Object, p.Action)
		if err := ask(d.guard, then, p, risk("/siv/", "assessed", &record.Meta{})); err != nil {
			t.Errorf("a following write: %v", err)
		}
		err := ask(d.guard, then, p, risk("/siv/", "assessed", &record.Meta{PriorActs: []record.PriorAct{{Action: "assess", Person: "nobody", Seq: 1}}}))
		if f := fault.As(err); f == nil || f.Code != "separation_of_duties" {
			t.Errorf("a following write after an earlier hand: %v", err)
		}
		if err := ask(d.guard, then, record.Permission{Object: "risk", Action: "read"}, risk("/siv/", "assessed", nil)); err == nil {
			t.Error("a following write reads what the actor cannot")
		}
	})
}

// Removed rights are gone for everybody after the transaction commits, and inside it at once. A failed transaction removes nothing.
func TestRevocationIsSeenAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		guard, err := api.NewGuard(policies.Files)
		if err != nil {
			t.Fatal(err)
		}
		db, err := record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, func() time.Time { return today }, store.Down)
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		var id string
		var given *org.Assignment
		system := func(fn func(tx *record.Tx) error) error {
			return db.Write(ctx, record.System, record.Permission{}, "", fn)
		}
		may := func(tx *record.Tx) bool {
			return ask(guard, tx, record.Permission{Object: "risk", Action: "update"}, risk("/siv/", "identified", nil)) == nil
		}
		asRead := func() (ok bool) {
			if err := db.Read(ctx, &record.Actor{ID: id}, record.Permission{}, func(tx *record.Tx) error { ok = may(tx); return nil }); err != nil {
				t.Fatal(err)
			}
			return ok
		}
		err = system(func(tx *record.Tx) error {
			if _, err := org.Units.Create(tx.Follow("unit", "create"), org.NewUnit(org.UnitInput{Common: record.Common{Scope: "/siv/"}, Kind: "hospital", Name: "SiV"})); err != nil {
				return err
			}
			r := org.NewRole(org.RoleInput{Common: record.Common{Scope: "/"}, Key: "project_owner", Title: record.Text{NB: "a", EN: "b"}, Responsibility: record.Text{NB: "a", EN: "b"}, Authority: record.Text{NB: "a", EN: "b"}, Competence: record.Text{NB: "a", EN: "b"}})
			r.BuiltIn = true
			if _, err := org.Roles.Create(tx.Follow("role", "create"), r); err != nil {
				return err
			}
			u, err := org.Users.Create(tx.Follow("user", "create"), org.NewUser(org.UserInput{Common: record.Common{Scope: "/siv/"}, Username: "kari", Name: "Kari"}))
			if err == nil {
				id = u.ID
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for round := range 3 {
			if asRead() {
				t.Fatal("allowed before anything was given")
			}
			err = system(func(tx *record.Tx) (err error) {
				given, err = org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(org.AssignmentInput{Common: record.Common{Scope: "/siv/"}, UserID: id, Role: "project_owner"}))
				if !may(tx.As(&record.Actor{ID: id}, record.Permission{}, time.Time{})) {
					t.Error("not seen inside the transaction that gives it")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if !asRead() {
				t.Fatal("not seen once given")
			}
			take := func(tx *record.Tx) error {
				_, err := org.Assignments.Change(tx.Follow("assignment", "end"), record.Ref{ID: given.ID, Version: record.AnyVersion}, func(a *org.Assignment) error { return a.End("2026-11-20") })
				if may(tx.As(&record.Actor{ID: id}, record.Permission{}, time.Time{})) {
					t.Error("still there inside the transaction that takes it")
				}
				return err
			}
			failed := errors.New("own")
			if err := system(func(tx *record.Tx) error { return errors.Join(take(tx), failed) }); !errors.Is(err, failed) {
				t.Fatal(err)
			}
			if !asRead() {
				t.Errorf("round %d: a transaction that failed took the role", round)
			}
			if err := system(take); err != nil {
				t.Fatal(err)
			}
		}
		// Another process assigns a role; this one applies it once it has read the epoch.
		elsewhere, err := record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, func() time.Time { return today }, store.Down)
		if err != nil {
			t.Fatal(err)
		}
		err = elsewhere.Write(ctx, record.System, record.Permission{}, "", func(tx *record.Tx) error {
			_, err := org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(org.AssignmentInput{Common: record.Common{Scope: "/siv/"}, UserID: id, Role: "project_owner"}))
			return err
		})
		if err := errors.Join(err, db.Confirm(ctx)); err != nil {
			t.Fatal(err)
		}
		if !asRead() {
			t.Error("not seen after the other process's epoch was read")
		}
	})
}

// The caches stay bounded with many actors and with made-up actions.
func TestMemoryIsBounded(t *testing.T) {
	d := newDesk(t, everybody{})
	for i := range access.MostRemembered + 100 {
		if got := d.check(fmt.Sprint(i), "risk", "update", risk("/siv/", "identified", nil)); got != "" {
			t.Fatal(got)
		}
	}
	persons, before := d.guard.Remembered()
	if persons > access.MostRemembered || persons == 0 {
		t.Errorf("%d persons are kept", persons)
	}
	for i := range 1000 {
		for _, p := range []record.Permission{{Object: "risk", Action: fmt.Sprint("a", i)}, {Object: fmt.Sprint("o", i), Action: "read"}, {Object: fmt.Sprint("o", i), Action: "update"}} {
			if got := d.check("1", p.Object, p.Action, record.Target{Scope: "/siv/"}); got != "forbidden" {
				t.Errorf("%s: %q", p, got)
			}
			d.as("1", func(tx *record.Tx) {
				if _, err := d.guard.Roles(tx, p); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	if _, cells := d.guard.Remembered(); cells != before {
		t.Errorf("%d cells, then %d", before, cells)
	}
}

// everybody is a source in which each person is owner of a project.
type everybody struct{}

func (everybody) Persons(_ *record.Tx, ids []string) (map[string]*access.Person, error) {
	out := map[string]*access.Person{}
	for _, id := range ids {
		out[id] = holding("project_owner", "/siv/")
	}
	return out, nil
}

func (everybody) CustomRoles(*record.Tx) ([]access.CustomRole, error) { return nil, nil }

func (everybody) Deciders(*record.Tx) (access.Deciders, error) { return access.Deciders{}, nil }

func (everybody) Advises(*record.Tx, string, string, string) (string, bool, error) {
	return "", false, nil
}

// No code uses Casbin's caching enforcers: they keep granting removed rights.
func TestNoCachedEnforcer(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if bytes.Contains(text, []byte("CachedEnforcer")) {
			t.Errorf("%s uses a caching enforcer", path)
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			return nil //nolint:nilerr // a file that is being edited; the compiler reports it
		}
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "casbin") && filepath.Base(filepath.Dir(path)) != "access" {
				t.Errorf("%s imports Casbin beside the access package", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// One check with 100,000 assignments: five roles for each person, three of them in other scopes.
func BenchmarkCheck(b *testing.B) {
	const people = 20000
	roles := []string{"observer", "working_group", "line_manager", "employee", "project_owner"}
	w := &world{people: make(map[string]*access.Person, people)}
	actors := make([]*record.Actor, people)
	for i := range people {
		actors[i] = &record.Actor{ID: record.NewID()}
		actors[i].Persons = []string{actors[i].ID}
		p := &access.Person{}
		for j, r := range roles {
			unit := i % 100
			if j < 3 {
				unit += 1 + j
			}
			p.Holdings = append(p.Holdings, access.Holding{Role: r, Scope: fmt.Sprintf("/siv/%d/", unit), From: "2026-01-01", Powers: access.Every})
		}
		w.people[actors[i].ID] = p
	}
	d := newDesk(b, w)
	var targets []record.Target
	p := record.Permission{Object: "risk", Action: "accept"}
	m := &record.Meta{Facts: []record.Fact{{Name: "level", Value: "moderate"}}, PriorActs: []record.PriorAct{{Action: "assess", Person: "somebody", Seq: 3}, {Action: "create", Person: "else", Seq: 1}}}
	for i := range 100 {
		targets = append(targets, risk(fmt.Sprintf("/siv/%d/", i), "assessed", m))
	}
	check := func(tx *record.Tx, i int) {
		tx.Actor = actors[i%people]
		if err := ask(d.guard, tx, p, targets[i%100]); err != nil {
			b.Fatal(err)
		}
	}
	d.as("", func(tx *record.Tx) {
		for i := range people {
			check(tx, i)
		}
		b.ReportAllocs()
		b.ResetTimer()
		for i := range b.N {
			check(tx, i)
		}
	})
}
