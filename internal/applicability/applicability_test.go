package applicability_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/applicability"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/clauses"
	"github.com/ki-styring/aims/internal/control"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/seed"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// everybody is a guard that allows everything, because these tests are not about rights.
type everybody struct{}

func (everybody) Check(*record.Tx, record.Permission, record.Target) (record.Decision, error) {
	return record.Decision{}, nil
}

func (everybody) OfBody(record.Permission) bool { return false }

func (everybody) Units(*record.Tx) ([]string, error) { return nil, nil }

func (everybody) RoleMay(*record.Tx, string, record.Permission, record.Target) (bool, error) {
	return true, nil
}

func (everybody) Ever(*record.Tx, record.Permission) error { return nil }

func (everybody) Branches(*record.Tx, record.Permission) ([]record.Branch, error) {
	return []record.Branch{{Scope: "/"}}, nil
}

// installation is a hospital for tests, with the frameworks loaded.
type installation struct {
	*testing.T
	db  *record.DB
	now time.Time
}

var group, group2, group3, council = person("a1"), person("a2"), person("a3"), person("c1")

func person(tail string) *record.Actor {
	return &record.Actor{ID: "00000000-0000-7000-8000-0000000000" + tail}
}

func each(t *testing.T, run func(h *installation)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := &installation{T: t, now: time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)}
		var err error
		h.db, err = record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, everybody{}, func() time.Time {
			h.now = h.now.Add(time.Second)
			return h.now
		}, store.Down)
		if err != nil {
			t.Fatal(err)
		}
		h.do(group, "unit:create", func(tx *record.Tx) error {
			for _, path := range []string{"/siv/", "/siv/radiologi/"} {
				_, err := org.Units.Create(tx, org.NewUnit(org.UnitInput{Common: record.Common{Scope: path}, Kind: org.Hospital, Name: path}))
				if err != nil {
					return err
				}
			}
			return nil
		})
		h.load("iso-42001.yaml", false)
		run(h)
	})
}

func (h *installation) try(by *record.Actor, permission string, fn func(*record.Tx) error) error {
	object, action, _ := strings.Cut(permission, ":")
	return h.db.Write(context.Background(), by, record.Permission{Object: object, Action: action}, "", fn)
}

func (h *installation) do(by *record.Actor, permission string, fn func(*record.Tx) error) {
	h.Helper()
	if err := h.try(by, permission, fn); err != nil {
		h.Fatal(err)
	}
}

func (h *installation) load(name string, dry bool) *catalogue.Import {
	h.Helper()
	data, err := seed.Files.ReadFile("frameworks/" + name)
	if err != nil {
		h.Fatal(err)
	}
	return h.loadText(string(data), dry)
}

func (h *installation) loadText(text string, dry bool) (out *catalogue.Import) {
	h.Helper()
	f, problems := catalogue.Parse("test.yaml", []byte(text))
	if err := catalogue.Refusal(problems); err != nil {
		h.Fatal(err)
	}
	h.do(group, "framework:import", func(tx *record.Tx) (err error) {
		out, err = catalogue.ImportFramework(tx, f, dry)
		return err
	})
	return out
}

// events returns the number of events.
func (h *installation) events() (n int64) {
	h.do(group, "event:read", func(tx *record.Tx) error {
		var err error
		n, err = tx.LogEnd()
		return err
	})
	return n
}

func (h *installation) adopt() (out *applicability.Adoption) {
	h.Helper()
	h.do(group, "control:adopt", func(tx *record.Tx) (err error) {
		out, err = applicability.AdoptControls(tx, "/siv/", catalogue.ISO42001)
		return err
	})
	return out
}

func (h *installation) statement(by *record.Actor, permission string, fn func(*record.Tx) (*control.Statement, error)) (s *control.Statement) {
	h.Helper()
	h.do(by, permission, func(tx *record.Tx) (err error) {
		s, err = fn(tx)
		return err
	})
	return s
}

func (h *installation) create(by *record.Actor) *control.Statement {
	h.Helper()
	return h.statement(by, "soa:create", func(tx *record.Tx) (*control.Statement, error) {
		return applicability.CreateStatement(tx, control.StatementInput{Common: record.Common{Scope: "/siv/"}})
	})
}

func (h *installation) step(by *record.Actor, action, id string, fn func(*record.Tx, record.Ref) (*control.Statement, error)) *control.Statement {
	h.Helper()
	return h.statement(by, "soa:"+action, func(tx *record.Tx) (*control.Statement, error) {
		return fn(tx, record.Ref{ID: id, Version: record.AnyVersion})
	})
}

func (h *installation) read(id string) (s *control.Statement) {
	h.Helper()
	h.do(group, "soa:read", func(tx *record.Tx) (err error) {
		s, err = control.Statements.Find(tx, id)
		return err
	})
	return s
}

func (h *installation) include(by *record.Actor, ids ...string) {
	h.Helper()
	h.decide(by, control.Included, "Sykehuset bruker KI i pasientbehandling.", ids...)
}

func (h *installation) decide(by *record.Actor, a control.Applicability, why string, ids ...string) {
	h.Helper()
	for _, id := range ids {
		h.do(by, "control:update", func(tx *record.Tx) error {
			_, err := applicability.ChangeControl(tx, record.Ref{ID: id, Version: record.AnyVersion}, func(c *control.Control) error {
				c.Applicability, c.Justification = a, why
				return nil
			})
			return err
		})
	}
}

func hands(s *control.Statement) []string {
	var out []string
	for _, hand := range s.Row().Meta.PriorActs {
		if !slices.Contains(out, hand.Person[34:]) {
			out = append(out, hand.Person[34:])
		}
	}
	slices.Sort(out)
	return out
}

func TestImport(t *testing.T) {
	each(t, func(h *installation) {
		before := h.events()
		if again := h.load("iso-42001.yaml", false); again.Unchanged != 114 || len(again.Added)+len(again.Changed)+len(again.LeftAlone) != 0 || again.New {
			h.Errorf("a second time: %+v", again)
		}
		small := "framework: {key: installation, title: {nb: Hus, en: Installation}, version: \"1\", issuer: A, source: B}\nrequirements:\n"
		if dry := h.loadText(small+"  - {key: a, kind: step, title: {nb: En, en: One}}\n", true); !dry.New || !slices.Equal(dry.Added, []string{"a"}) {
			h.Errorf("dry: %+v", dry)
		}
		if n := h.events(); n != before {
			h.Errorf("%d events from what changes nothing", n-before)
		}
		h.loadText(small+"  - {key: a, kind: step, title: {nb: En, en: One}}\n  - {key: b, kind: step, title: {nb: To, en: Two}}\n", false)
		if n := h.events(); n != before+3 {
			h.Errorf("%d events from a framework and two requirements", n-before)
		}
		h.do(group, "requirement:update", func(tx *record.Tx) error {
			_, err := catalogue.Requirements.Change(tx, record.Ref{ID: "installation:b", Version: 1}, func(r *catalogue.Requirement) error {
				text := "licensed"
				r.LicensedText = &text
				return nil
			})
			return err
		})
		before = h.events()
		got := h.loadText(strings.Replace(small, "\"1\"", "\"2\"", 1)+"  - {key: b, kind: step, parent: c, title: {nb: To, en: Two}}\n  - {key: c, kind: step, title: {nb: Tre, en: Three}}\n", false)
		if !slices.Equal(got.Added, []string{"c"}) || len(got.Changed) != 1 || !slices.Equal(got.Changed[0].Fields, []string{"parent", "position"}) ||
			len(got.LeftAlone) != 1 || got.LeftAlone[0].Key != "a" || !slices.Equal(got.FrameworkFields, []string{"edition"}) {
			h.Errorf("changed file: %+v", got)
		}
		if n := h.events(); n != before+3 {
			h.Errorf("%d events from a framework, a change and an addition", n-before)
		}
		h.do(group, "requirement:read", func(tx *record.Tx) error {
			r, err := catalogue.Requirements.Find(tx, "installation:b")
			if err == nil && (r.LicensedText == nil || *r.LicensedText != "licensed" || r.Parent != "c") {
				h.Errorf("the licensed text is %v under %q", r.LicensedText, r.Parent)
			}
			return err
		})
	})
}

func TestAdopt(t *testing.T) {
	each(t, func(h *installation) {
		first := h.adopt()
		if first.Created != 38 || first.Existing != 0 || len(first.Items) != 38 {
			h.Fatalf("first: %d created, %d existing", first.Created, first.Existing)
		}
		before := h.events()
		if second := h.adopt(); second.Created != 0 || second.Existing != 38 || !slices.Equal(second.Items, first.Items) || h.events() != before {
			h.Errorf("second: %d created, %d existing", second.Created, second.Existing)
		}
		tests := []struct {
			name, permission string
			try              func(*record.Tx) error
			code             string
		}{
			{"the same entry again", "control:create", func(tx *record.Tx) error {
				_, err := applicability.CreateControl(tx, control.Input{Common: record.Common{Scope: "/siv/"}, Requirement: "A.2.2"})
				return err
			}, "duplicate"},
			{"a clause is no control", "control:create", func(tx *record.Tx) error {
				_, err := applicability.CreateControl(tx, control.Input{Common: record.Common{Scope: "/siv/"}, Requirement: "5.2"})
				return err
			}, "invalid_content"},
			{"another framework", "control:adopt", func(tx *record.Tx) error {
				_, err := applicability.AdoptControls(tx, "/siv/", "mdr")
				return err
			}, "framework_missing"},
			{"no such scope", "control:adopt", func(tx *record.Tx) error {
				_, err := applicability.AdoptControls(tx, "/nei/", catalogue.ISO42001)
				return err
			}, "invalid_content"},
			{"the catalogue's title", "control:update", func(tx *record.Tx) error {
				_, err := applicability.ChangeControl(tx, record.Ref{ID: first.Items[0], Version: 1}, func(c *control.Control) error {
					c.Title = "Noe annet"
					return nil
				})
				return err
			}, "invalid_content"},
		}
		for _, tt := range tests {
			if f := fault.As(h.try(group, tt.permission, tt.try)); f == nil || f.Code != tt.code {
				h.Errorf("%s: %v, want %s", tt.name, f, tt.code)
			}
		}
		if n := h.events(); n != before {
			h.Errorf("%d events from refusals", n-before)
		}
	})
}

func TestStatement(t *testing.T) {
	each(t, func(h *installation) {
		controls := h.adopt().Items
		h.include(group, controls[:37]...)
		s := h.create(group2)
		if len(s.Rows) != 38 || s.Rows[0].Requirement != "A.2.2" || s.Rows[37].Requirement != "A.10.4" || s.Title == "" {
			h.Fatalf("%d rows from %s to %s", len(s.Rows), s.Rows[0].Requirement, s.Rows[37].Requirement)
		}
		if got := hands(h.read(s.ID)); !slices.Equal(got, []string{"a1", "a2"}) {
			h.Errorf("hands %q: whoever changed the controls, and whoever compiled", got)
		}
		err := h.try(group, "soa:create", func(tx *record.Tx) error {
			_, err := applicability.CreateStatement(tx, control.StatementInput{Common: record.Common{Scope: "/siv/"}})
			return err
		})
		if f := fault.As(err); f == nil || f.Code != "open_statement_exists" || f.Extra["record_id"] != s.ID {
			h.Errorf("a second draft: %v", err)
		}
		err = h.try(group2, "soa:submit", func(tx *record.Tx) error {
			_, err := applicability.SubmitStatement(tx, record.Ref{ID: s.ID, Version: record.AnyVersion})
			return err
		})
		if f := fault.As(err); f == nil || f.Code != "blocked" || len(f.Blockers) != 1 || f.Blockers[0].Pointer != "/rows/37" {
			h.Errorf("submitting with one undecided: %v", err)
		}

		before := h.events()
		h.include(council, controls[37])
		s = h.read(s.ID)
		if h.events() != before+2 || s.Rows[37].Applicability != control.Included || !slices.Contains(hands(s), "c1") {
			h.Errorf("the draft does not follow its control: %+v by %q", s.Rows[37], hands(s))
		}
		s = h.step(group2, "submit", s.ID, applicability.SubmitStatement)
		before = h.events()
		h.include(group, controls[0])
		if now := h.read(s.ID); h.events() != before+1 || now.Version != s.Version {
			h.Error("a statement in review follows its controls")
		}
		if last := h.read(s.ID).Row().Meta.Last("update"); last != before+1 {
			h.Errorf("the change in review has no hand on the statement: %d, want %d", last, before+1)
		}
		s = h.step(council, "reject", s.ID, applicability.RejectStatement)
		if s.Status != control.Draft || s.Rows[0].ControlVersion != 3 {
			h.Errorf("rejected: %s, control version %d", s.Status, s.Rows[0].ControlVersion)
		}
		h.step(group2, "submit", s.ID, applicability.SubmitStatement)
		h.decide(group3, control.Excluded, "Ikke aktuelt her.", controls[2])
		err = h.try(council, "soa:approve", func(tx *record.Tx) error {
			_, err := applicability.ApproveStatement(tx, record.Ref{ID: s.ID, Version: record.AnyVersion})
			return err
		})
		if f := fault.As(err); f == nil || f.Code != "changed_since_submit" || len(f.Blockers) != 1 || f.Blockers[0].Pointer != "/rows/2" {
			h.Errorf("approving what has changed: %v", err)
		}
		h.include(group3, controls[2]) // as it was submitted
		s = h.step(council, "approve", s.ID, applicability.ApproveStatement)

		h.include(group2, controls[1])
		if now := h.read(s.ID); now.Version != s.Version || now.Rows[1].ControlVersion != 2 {
			h.Error("an approved statement follows its controls")
		}
		h.decide(group2, control.Excluded, "Ikke aktuelt her.", controls[1])
		if now := h.read(s.ID); now.Version != s.Version+1 || now.Rows[1].Applicability != control.Included || len(now.Drift) != 1 || now.Drift[0].Requirement != "A.2.3" {
			h.Errorf("drift: %+v", now.Drift)
		}
		h.include(group2, controls[1])
		if now := h.read(s.ID); len(now.Drift) != 0 {
			h.Errorf("drift stays: %+v", now.Drift)
		}
		next := h.create(group2)
		if got := hands(h.read(next.ID)); !slices.Equal(got, []string{"a2", "a3"}) {
			h.Errorf("hands %q: only of changes since the last one took its rows", got)
		}
		h.step(group2, "submit", next.ID, applicability.SubmitStatement)
		next = h.step(council, "approve", next.ID, applicability.ApproveStatement)
		if was := h.read(s.ID); was.Status != control.Superseded || next.Supersedes != s.ID {
			h.Errorf("earlier %s, the next supersedes %q", was.Status, next.Supersedes)
		}
		h.do(group, "soa:read", func(tx *record.Tx) error {
			c, err := control.CompareStatements(tx, s.ID, next.ID)
			if err == nil && (c.Unchanged != 38 || c.From != s.ID || c.To != next.ID) {
				h.Errorf("compared: %+v", c)
			}
			return err
		})
	})
}

func TestClauses(t *testing.T) {
	each(t, func(h *installation) {
		h.adopt()
		support := []catalogue.ClauseSupport{
			{Clause: "6.1.3", Lines: []catalogue.SupportLine{
				{Kind: "control", States: []string{"active"}},
				{Kind: "soa", States: []string{"approved"}},
				{Kind: "control", States: []string{"active"}, Where: []catalogue.Condition{{Field: "requirement", Value: "A.2.2"}}},
				{Kind: "no_such_kind", States: []string{"active"}},
				{Kind: "control", States: []string{"active"}, Where: []catalogue.Condition{{Field: "no_such_field", Value: "x"}}},
			}},
			{Clause: "10.1", Lines: []catalogue.SupportLine{{Kind: "control", States: []string{"active"}}}},
		}
		h.do(group, "clause_judgement:create", func(tx *record.Tx) error {
			_, err := clauses.Judge(tx, catalogue.JudgementInput{
				Common: record.Common{Scope: "/siv/"}, Clause: "5.2", Judgement: catalogue.Partly, Reasons: "Ikke kjent overalt.",
			}, nil)
			return err
		})
		for name, in := range map[string]catalogue.JudgementInput{
			"twice":           {Common: record.Common{Scope: "/siv/"}, Clause: "5.2", Judgement: catalogue.NotAssessed},
			"a control":       {Common: record.Common{Scope: "/siv/"}, Clause: "A.2.2", Judgement: catalogue.NotAssessed},
			"without reasons": {Common: record.Common{Scope: "/siv/"}, Clause: "5.3", Judgement: catalogue.Conforms},
		} {
			err := h.try(group, "clause_judgement:create", func(tx *record.Tx) error {
				_, err := clauses.Judge(tx, in, nil)
				return err
			})
			if fault.As(err) == nil {
				h.Errorf("%s: %v", name, err)
			}
		}
		tree := h.clauses("/siv/", support)
		if len(tree.Items) != 7 || tree.Items[0].Key != "4" || tree.Items[6].Key != "10" {
			h.Fatalf("%d clauses at the top", len(tree.Items))
		}
		policy := tree.Items[1].Children[1]
		if policy.Key != "5.2" || policy.Judgement == nil || policy.Judgement.Value != catalogue.Partly || *policy.Supported != clauses.SupportedNone {
			h.Errorf("5.2: %+v", policy)
		}
		planning := tree.Items[2]
		risk := planning.Children[0].Children[2]
		if risk.Key != "6.1.3" || len(risk.Support) != 3 || *risk.Supported != clauses.SupportedPartly || *planning.Supported != clauses.SupportedPartly {
			h.Fatalf("6.1.3: %+v", risk)
		}
		if l := risk.Support[0]; len(l.Records) != 10 || !l.More || !*l.Satisfied {
			h.Errorf("controls: %d, more %t", len(l.Records), l.More)
		}
		if l := risk.Support[2]; len(l.Records) != 1 || l.More || l.Records[0].Title == "" || l.Records[0].Scope != "/siv/" {
			h.Errorf("one control: %+v", l)
		}
		if *risk.Support[1].Satisfied || *tree.Items[6].Children[0].Supported != clauses.SupportedFull {
			h.Error("an approved statement is not there, and 10.1 is supported in full")
		}
		below := h.clauses("/siv/radiologi/", support)
		if j := below.Items[1].Children[1].Judgement; j == nil || j.Value != catalogue.NotAssessed || j.ID != "" || j.Reasons != "" {
			h.Error("a judgement counts in its own scope alone")
		}
		if l := below.Items[2].Children[0].Children[2].Support[2]; !*l.Satisfied {
			h.Error("what lies above supports a clause below")
		}
	})
}

func (h *installation) clauses(scope string, support []catalogue.ClauseSupport) (tree *clauses.Tree) {
	h.Helper()
	h.do(group, "clause_judgement:read", func(tx *record.Tx) (err error) {
		tree, err = clauses.TreeOf(tx, scope, catalogue.ISO42001, support)
		return err
	})
	return tree
}
