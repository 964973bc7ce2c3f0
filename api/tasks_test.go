package api_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/improve"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/sector"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// asSystem runs steps that prepare a test, as the system.
func asSystem(h *installation, fn func(tx *record.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), record.System, record.Permission{}, "", fn); err != nil {
		h.t.Fatal(err)
	}
}

// risksOwned creates risks that wait for the review of their owner.
func risksOwned(h *installation, n int, due record.Date) (ids []string) {
	h.t.Helper()
	register, owner := aRegister(h), h.id("owner")
	asSystem(h, func(tx *record.Tx) error {
		for range n {
			in := risk.Input{Common: record.Common{Scope: fracture}, RegisterID: register, Title: "x", OwnerID: owner, ReviewDue: due}
			r, err := risk.Repo.Create(tx.Follow("risk", "create"), risk.New(in))
			if err != nil {
				return err
			}
			ids = append(ids, r.ID)
		}
		return nil
	})
	return ids
}

// walk reads all pages of a list of tasks or reminders, and checks that every page has the same count.
func walk(h *installation, name, path string, limit int) (items []map[string]any) {
	h.t.Helper()
	sep, cursor := "?", ""
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for {
		p := h.as(name).get(fmt.Sprintf("%s%slimit=%d%s", path, sep, limit, cursor)).ok(200)
		items = append(items, p.items()...)
		next, more := p.at("next_cursor").(string)
		p.is("more", more)
		if len(p.items()) > limit || more && len(p.items()) < limit {
			h.t.Fatalf("%s: a page of %d", path, len(p.items()))
		}
		if !more {
			p.is("count", len(items))
			return items
		}
		cursor = "&cursor=" + url.QueryEscape(next)
	}
}

// taskKeys returns a key for each task: its record, action and due day.
func taskKeys(items []map[string]any) (out []string) {
	for _, i := range items {
		out = append(out, fmt.Sprint(i["record_id"], i["action"], i["due"]))
	}
	return out
}

// Tasks are paged without repeats, the earliest due first. The count is that of all tasks.
func TestTasksInPages(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		late, soon := risksOwned(h, 301, "2026-11-20"), risksOwned(h, 200, "2026-11-30")
		for _, path := range []string{"/me/tasks", "/me/tasks?kind=risk&action=assess", "/me/notifications"} {
			first := h.as("owner").get(path).ok(200).is("more", true)
			if n := len(first.items()); n != 50 || first.items()[0]["record_id"] != late[0] {
				t.Errorf("%s: %d items, the first %v", path, n, first.items()[0])
			}
			for _, limit := range []int{7, 200} {
				all := walk(h, "owner", path, limit)
				keys := taskKeys(all)
				slices.Sort(keys)
				if n := len(slices.Compact(keys)); n != len(all) {
					t.Errorf("%s: %d of %d are there twice", path, len(all)-n, len(all))
				}
				if n := len(all); n < len(late)+len(soon) {
					t.Errorf("%s: %d items in all", path, n)
				}
				if !slices.IsSortedFunc(all, func(a, b map[string]any) int {
					day := func(i map[string]any) string {
						if s, ok := i["due"].(string); ok {
							return s
						}
						return "9999"
					}
					return strings.Compare(day(a), day(b))
				}) {
					t.Errorf("%s: not the soonest first", path)
				}
			}
		}
		h.as("owner2").get("/me/tasks?kind=risk").ok(200).is("more", false).is("count", 0).is("next_cursor", nil)
		cursor := "&cursor=" + h.as("owner").get("/me/tasks?limit=1").ok(200).str("next_cursor")
		for path, refused := range map[string][2]string{
			"/me/tasks?limit=0":                        {"bad_limit", "?limit"},
			"/me/tasks?limit=201":                      {"bad_limit", "?limit"},
			"/me/notifications?limit=0":                {"bad_limit", "?limit"},
			"/me/tasks?cursor=x":                       {"bad_cursor", "?cursor"},
			"/me/notifications?limit=1" + cursor:       {"bad_cursor", "?cursor"},
			"/me/tasks?kind=risk" + cursor:             {"bad_cursor", "?cursor"},
			"/me/tasks?action=nosuch":                  {"bad_parameter", "?action"},
			"/me/tasks?action=ponder":                  {"bad_parameter", "?action"},
			"/me/tasks?action=":                        {"bad_parameter", "?action"},
			"/me/tasks?overdue=yes":                    {"bad_parameter", "?overdue"},
			"/me/tasks?overdue=true&overdue=false":     {"repeated_parameter", "?overdue"},
			"/me/notifications?kind=risk":              {"unknown_parameter", "?kind"},
			"/me/notifications?action=assess&limit=10": {"unknown_parameter", "?action"},
		} {
			h.as("owner").get(path).refused(400, refused[0], refused[1])
		}
		h.as("manager").get("/me/tasks?x=1"+cursor).refused(400, "unknown_parameter", "?x")
		h.as("manager").get("/me/tasks?limit=1"+cursor).refused(400, "bad_cursor", "?cursor")
	})
}

// Tasks are filtered by kind, by action and by whether they are overdue.
func TestTaskFilters(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		late, soon := risksOwned(h, 1, "2026-11-20")[0], risksOwned(h, 1, "2026-11-30")[0]
		open := aRisk(h, aRegister(h), nil)
		h.as("group").verb("/risks/"+open.id()+"/assess", open.version(), judged("current", 2, 4)).ok(200)
		for path, want := range map[string][]string{
			"/me/tasks?kind=risk":                                         {late + " assess", soon + " assess", open.id() + " accept"},
			"/me/tasks?kind=risk&action=assess":                           {late + " assess", soon + " assess"},
			"/me/tasks?kind=risk&action=accept":                           {open.id() + " accept"},
			"/me/tasks?kind=risk&kind=policy&action=accept&action=assess": {late + " assess", soon + " assess", open.id() + " accept"},
			"/me/tasks?overdue=true":                                      {late + " assess"},
			"/me/tasks?kind=risk&overdue=false":                           {soon + " assess", open.id() + " accept"},
			"/me/tasks?action=acknowledge&kind=risk":                      nil,
			"/me/tasks?action=approve-minutes":                            nil,
		} {
			var got []string
			for _, i := range h.as("owner").get(path).ok(200).is("count", len(want)).items() {
				got = append(got, fmt.Sprint(i["record_id"], " ", i["action"]))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", path, got, want)
			}
		}
	})
}

// A task follows the state of its record, and moves from one person to another.
func TestTasksFollowTheRecord(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		waiting := func(who, id string) (out []string) {
			for _, i := range walk(h, who, "/me/tasks", 200) {
				if i["record_id"] == id && i["escalated"] == false {
					out = append(out, i["action"].(string))
				}
			}
			return out
		}
		seen := func(step, id string, want map[string]string) {
			t.Helper()
			for who, actions := range want {
				if got := strings.Join(waiting(who, id), " "); got != actions {
					t.Errorf("%s: waiting for %s: %q, want %q", step, who, got, actions)
				}
			}
		}
		group := h.as("group")
		r := aRisk(h, aRegister(h), m{"owner_id": h.id("owner"), "review_due": "2026-12-01"})
		at := "/risks/" + r.id()
		seen("identified", r.id(), map[string]string{"owner": "assess", "manager": "", "owner2": ""})
		r = group.verb(at+"/assess", r.version(), judged("current", 1, 4)).ok(200)
		seen("assessed and reviewed", r.id(), map[string]string{"owner": "accept"})
		r = group.patch(at, r.version(), m{"review_due": "2026-12-01"}).ok(200)
		seen("assessed", r.id(), map[string]string{"owner": "accept assess", "manager": "accept", "group": "", "owner2": "", "employee": ""})
		r = group.patch(at, r.version(), m{"owner_id": h.id("manager")}).ok(200)
		seen("handed over", r.id(), map[string]string{"owner": "accept", "manager": "accept assess"})
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "x", "responsible_id": h.id("owner"), "due": "2027-01-01"}).ok(200)
		seen("treated", r.id(), map[string]string{"owner": "accept treatment", "manager": "accept assess"})
		r = h.as("owner").verb(at+"/accept", r.version(), accepted("2027-06-01")).ok(200)
		seen("accepted", r.id(), map[string]string{"owner": "treatment", "manager": "assess"})
		r = h.as("owner").verb(at+"/close", r.version(), m{"reason": "eliminated"}).ok(200)
		seen("closed", r.id(), map[string]string{"owner": "", "manager": ""})

		p := group.post("/policies", guidelineInput(h, nil)).ok(201)
		seen("drafted", p.id(), map[string]string{"council": "", "manager": ""})
		p = group.verb("/policies/"+p.id()+"/submit", p.version(), nil).ok(200)
		seen("submitted", p.id(), map[string]string{"council": "approve", "group": "", "manager": ""})
		p = h.as("council").verb("/policies/"+p.id()+"/approve", p.version(), nil).ok(200)
		seen("approved", p.id(), map[string]string{"council": "", "manager": "publish"})
		h.as("manager").verb("/policies/"+p.id()+"/publish", p.version(), m{"significant": true}).ok(200)
		seen("published", p.id(), map[string]string{"manager": "", "employee": "acknowledge"})
		h.as("employee").post("/policies/"+p.id()+"/acknowledgements", nil).ok(201)
		seen("acknowledged", p.id(), map[string]string{"employee": ""})
	})
}

// The first screens run the same number of statements with many tasks as with few, and at most fifty.
func TestFirstScreensRunFewStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, empty *store.Store) {
		s := storetest.Filled(t, empty.Engine, "bare_true", func(s *store.Store) error { return install(s, true) })
		n := storetest.Counting(t, s)
		h := serve(t, s)
		paths := []string{"/me/tasks", "/me/tasks?limit=200", "/me/notifications", "/clauses?scope=/siv/radiologi/bruddeteksjon/", "/clauses?scope=/siv/"}
		people := []string{"owner", "council", "management", "group", "secretariat", "manager"}
		for _, name := range people {
			h.id(name)
		}
		h.id("employee")
		most := map[string]int64{}
		measure := func() map[string]int64 {
			out := map[string]int64{}
			for _, name := range people {
				for _, path := range paths {
					// one run that reads the rights first, and one that finds them in the cache
					for _, again := range []string{"first", "later"} {
						if again == "first" {
							asSystem(h, func(tx *record.Tx) error { return tx.RaiseEpoch() })
						}
						before := n.Load()
						r := h.as(name).get(path)
						if r.status == 403 {
							continue
						}
						r.ok(200)
						took := n.Load() - before
						out[name+" "+path+" "+again] = took
						most[path] = max(most[path], took)
					}
				}
			}
			return out
		}
		fillWaiting(h, 10, 0)
		few := measure()
		fillWaiting(h, 290, 1)
		many := measure()
		for what, n := range many {
			if n > 50 || n > few[what]+6 {
				t.Errorf("%s: %d statements with 10 of each kind waiting, %d with 300", what, few[what], n)
			}
		}
		t.Logf("at most: %v", most)
	})
}

// fillWaiting creates n records of each of several kinds that are tasks of somebody, in bodies and cycles of their own.
func fillWaiting(h *installation, n, round int) {
	h.t.Helper()
	register := aRegister(h)
	owner, manager, employee := h.id("owner"), h.id("manager"), h.id("employee")
	common := record.Common{Scope: "/siv/"}
	create := func(tx *record.Tx, kind string) *record.Tx { return tx.Follow(kind, "create") }
	var bodies, cycles []string
	asSystem(h, func(tx *record.Tx) error {
		for i := range max(n/5, 2) {
			text := record.Text{NB: "Råd", EN: "Council"}
			b, err := governance.Bodies.Create(create(tx, "body"), governance.NewBody(governance.BodyInput{
				Common: common, Key: fmt.Sprintf("vent-%d-%d", round, i), Kind: governance.Council, Name: text, Purpose: text, MemberRole: "ai_council",
			}))
			if err != nil {
				return err
			}
			bodies = append(bodies, b.ID)
			mem := governance.NewMembership(governance.MembershipInput{Common: common, BodyID: b.ID, UserID: h.ids["council"], Position: governance.Lead})
			mem.Status = governance.MembershipActive
			if _, err := governance.Memberships.Create(create(tx, "membership"), mem); err != nil {
				return err
			}
			c, err := improve.Cycles.Create(create(tx, "cycle"), improve.NewCycle(improve.CycleInput{Common: common, Title: "Syklus", StartsOn: "2026-01-01", EndsOn: "2026-12-31"}, owner, tx.Now))
			if err != nil {
				return err
			}
			cycles = append(cycles, c.ID)
		}
		return nil
	})
	asSystem(h, func(tx *record.Tx) error {
		for i := range n {
			body, cycle := bodies[i%len(bodies)], cycles[i%len(cycles)]
			r := risk.New(risk.Input{Common: record.Common{Scope: fracture}, RegisterID: register, Title: "Risiko", OwnerID: owner, ReviewDue: "2026-11-25"})
			r.Status = risk.Assessed
			made, err := risk.Repo.Create(create(tx, "risk"), r)
			if err != nil {
				return err
			}
			plan := risk.NewPlan(risk.PlanInput{Common: record.Common{Scope: fracture}, Title: "Plan", RiskIDs: []string{made.ID}})
			plan.Status = risk.PlanInReview
			if _, err := risk.Plans.Create(create(tx, "treatment_plan"), plan); err != nil {
				return err
			}
			c := governance.NewCase(governance.CaseInput{Common: common, BodyID: body, Title: "Sak", Kind: "input"})
			c.Status = governance.CaseSubmitted
			if _, err := governance.Cases.Create(create(tx, "case"), c); err != nil {
				return err
			}
			mem := governance.NewMembership(governance.MembershipInput{Common: common, BodyID: body, UserID: employee, Position: governance.Member, ValidFrom: "2027-01-01"})
			if _, err := governance.Memberships.Create(create(tx, "membership"), mem); err != nil {
				return err
			}
			o := improve.NewObjective(improve.ObjectiveInput{Common: common, CycleID: cycle, Title: "Mål", OwnerID: manager, Due: "2026-12-01", Direction: "increase"})
			if _, err := improve.Objectives.Create(create(tx, "objective"), o); err != nil {
				return err
			}
			ms := improve.NewMeasure(improve.MeasureInput{Common: common, CycleID: cycle, Title: "Tiltak", Kind: "other", ResponsibleID: manager})
			ms.Status = improve.MeasureSubmitted
			if _, err := improve.Measures.Create(create(tx, "measure"), ms); err != nil {
				return err
			}
			p := policy.New(policy.Input{Common: common, Kind: "guideline", Title: "Retningslinje", Body: sivBody, OwnerID: manager})
			p.Status = policy.InReview
			if _, err := policy.Repo.Create(create(tx, "policy"), p); err != nil {
				return err
			}
			need := sector.NewNeed(sector.NeedInput{Common: common, BodyID: body, Title: "Behov"})
			if _, err := sector.Needs.Create(create(tx, "need"), need); err != nil {
				return err
			}
		}
		return nil
	})
}
