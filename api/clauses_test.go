package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
)

// Every line of support names a kind, states and fields that exist. A mistyped one would never match a record.
func TestClauseSupportIsKnown(t *testing.T) {
	for _, c := range catalogue.Support() {
		for _, l := range c.Lines {
			k := record.KindOf(l.Kind)
			if k == nil {
				t.Errorf("%s: there is no kind %s", c.Clause, l.Kind)
				continue
			}
			for _, state := range l.States {
				if !slices.Contains(k.States(), state) {
					t.Errorf("%s: a %s has no state %s", c.Clause, l.Kind, state)
				}
			}
			for _, w := range l.Where {
				if !slices.ContainsFunc(k.Filters(), func(f record.Field) bool { return f.Name == w.Field }) {
					t.Errorf("%s: a %s is not found by %s", c.Clause, l.Kind, w.Field)
				}
			}
		}
	}
}

// An expired record supports no clause. A line marked partly supports its clause in part.
func TestClauseSupportOfToday(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		past := h.assign("employee", "case_handler", "/siv/", m{"valid_from": "2026-11-01", "valid_to": "2026-11-20"}).ok(201).id()
		now := h.assign("employee", "privacy_officer", "/siv/akutt/", nil).ok(201).id()
		shown := map[any]bool{}
		for _, r := range clause(h.as("auditor"), "5.3")["support"].([]any)[1].(map[string]any)["records"].([]any) {
			shown[r.(map[string]any)["id"]] = true
		}
		if shown[past] || !shown[now] {
			t.Errorf("5.3 is supported by %v", shown)
		}
		if n := clause(h.as("auditor"), "7.2"); n["supported"] != "partly" {
			t.Errorf("7.2: %v", n)
		}
	})
}

// The working group judges clauses; the tree shows the judgement beside what records support.
func TestClauses(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		h.id("group")
		h.seen()
		judge := func(body map[string]any) *reply { return group.post("/clause-judgements", body) }

		judge(map[string]any{"scope": "/siv/", "clause": "5.2", "judgement": "conforms"}).refused(422, "invalid_content", "/reasons")
		judge(map[string]any{"scope": "/siv/", "clause": "A.2.2", "judgement": "not_assessed"}).refused(422, "invalid_content", "/clause")
		judge(map[string]any{"scope": "/siv/", "clause": "5.2", "judgement": "perfect"}).refused(422, "invalid_content", "/judgement")
		h.as("council").post("/clause-judgements", map[string]any{"scope": "/siv/", "clause": "5.2", "judgement": "not_assessed"}).refused(403, "forbidden")
		h.seen()

		made := judge(map[string]any{"scope": "/siv/", "clause": "6.1.3", "judgement": "partly", "reasons": "Anvendelseserklæringen mangler."}).ok(201)
		h.events("group clause_judgement:create")
		judge(map[string]any{"scope": "/siv/", "clause": "6.1.3", "judgement": "partly", "reasons": "En gang til."}).refused(409, "duplicate")
		path := "/clause-judgements/" + made.id()
		group.patch(path, 1, map[string]any{"clause": "5.2"}).refused(422, "invalid_content", "/clause")

		tree := group.get("/clauses?scope=/siv/").ok(200)
		node := tree.at("items.2.children.0.children.2").(map[string]any)
		if node["key"] != "6.1.3" || node["judgement"].(map[string]any)["value"] != "partly" || node["supported"] != "none" {
			t.Fatalf("6.1.3: %v", node)
		}
		if n := len(tree.items()); n != 7 {
			t.Errorf("%d clauses at the top", n)
		}
		tag := tree.header.Get("Etag")
		group.with("If-None-Match", tag).get("/clauses?scope=/siv/").ok(304)

		group.post("/controls/adopt", map[string]any{"scope": "/siv/", "framework": "iso-42001"}).ok(201)
		if n := clause(group, "6.1.3"); n["supported"] != "none" {
			t.Errorf("controls that nobody has taken a stand on support 6.1.3: %v", n)
		}
		control := group.get("/controls?limit=1").ok(200).items()[0]["id"].(string)
		group.patch("/controls/"+control, 1, map[string]any{"applicability": "excluded", "justification": "Brukes ikke."}).ok(200)
		group.patch(path, 1, map[string]any{"judgement": "nonconforming"}).ok(200)
		after := group.with("If-None-Match", tag).get("/clauses?scope=/siv/").ok(200)
		after.is("items.2.children.0.children.2.supported", "partly").is("items.2.children.0.children.2.judgement.value", "nonconforming")
		if !strings.Contains(string(after.body), `"kind":"control"`) {
			t.Error("the controls do not support 6.1.3")
		}

		// another unit has no judgement of its own; a project owner reads the hospital's controls but not its judgements
		group.get("/clauses?scope=/siv/radiologi/").ok(200).is("items.2.children.0.children.2.judgement.value", "not_assessed").
			is("items.2.children.0.children.2.judgement.reasons", "").is("items.2.children.0.children.2.judgement.at", nil)
		h.as("owner").get("/clauses?scope=/siv/").ok(200).is("items.2.children.0.children.2.judgement", nil).is("items.2.children.0.children.2.supported", "partly")
		// the owner may not read plans and risks elsewhere in the hospital, so they are not counted; the working group may not read assignments of roles
		for who, want := range map[string][]any{"owner": {nil, false, nil, true}, "group": {false, false, false, true}} {
			for i, s := range clause(h.as(who), "6.1.3")["support"].([]any) {
				if got := s.(map[string]any)["satisfied"]; got != want[i] {
					t.Errorf("6.1.3 for %s, line %d: %v, want %v", who, i, got, want[i])
				}
			}
		}
		for _, who := range []string{"owner", "group"} { // the owner sees their own
			if s := clause(h.as(who), "5.3")["support"].([]any)[1].(map[string]any); s["kind"] != "assignment" || s["satisfied"] != true {
				t.Errorf("5.3 for %s: %v", who, s)
			}
		}
		if n := clause(h.as("owner"), "8.2"); n["supported"] != nil {
			t.Errorf("8.2 for the owner: %v", n)
		}
		h.as("employee").get("/clauses?scope=/siv/").refused(403, "forbidden")
		h.as("").get("/clauses?scope=/siv/").refused(401, "unauthenticated")
		group.get("/clauses").refused(400, "missing_parameter", "?scope")
		group.get("/clauses?scope=siv").refused(400, "bad_parameter", "?scope")

		h.seen()
		group.delete(path, 2).ok(204)
		h.events("group clause_judgement:delete")
		h.as("admin").verb("/requirements/iso-42001:6.1.3/withdraw", 1, map[string]any{"reason": "Erstattet."}).ok(200)
		h.seen()
		judge(map[string]any{"scope": "/siv/", "clause": "6.1.3", "judgement": "not_assessed"}).refused(422, "invalid_content", "/clause")
		h.events()
	})
}

// clause returns a clause of the hospital's tree as a person sees it.
func clause(c *client, key string) map[string]any {
	c.h.t.Helper()
	var find func(list []any) map[string]any
	find = func(list []any) map[string]any {
		for _, n := range list {
			n := n.(map[string]any)
			if n["key"] == key {
				return n
			}
			if found := find(n["children"].([]any)); found != nil {
				return found
			}
		}
		return nil
	}
	return find(c.get("/clauses?scope=/siv/").ok(200).at("items").([]any))
}

// A document in force supports its clauses, each once, while a new edition is drafted.
func TestClausesOfADocument(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := publishedGuideline(h, nil)
		supports := func() (out []string) {
			for _, key := range []string{"7.5.1", "7.5.2", "7.5.3", "8.1"} {
				for _, s := range clause(h.as("group"), key)["support"].([]any) {
					for _, record := range s.(map[string]any)["records"].([]any) {
						if record := record.(map[string]any); record["id"] == r.id() {
							out = append(out, key+" "+record["status"].(string))
						}
					}
				}
			}
			return out
		}
		holds := func(when string, want ...string) {
			t.Helper()
			if got := supports(); strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("%s it supports %q", when, got)
			}
		}
		inForce := []string{"7.5.1 published", "7.5.2 published", "7.5.3 published", "8.1 published"}
		at := "/policies/" + r.id()
		holds("in force", inForce...)
		r = h.as("group").verb(at+"/revise", r.version(), nil).ok(200)
		holds("while it is revised", inForce...)
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		r = h.as("council").verb(at+"/approve", r.version(), nil).ok(200)
		holds("while its next edition is approved", "7.5.1 published", "7.5.2 approved", "7.5.3 published", "8.1 published")
		r = h.as("manager").verb(at+"/publish", r.version(), m{"significant": false}).ok(200)
		h.as("manager").verb(at+"/retire", r.version(), m{"reason": "Erstattet"}).ok(200)
		holds("retired", "7.5.3 retired")
	})
}

// The working group and the internal audit judge a clause each for themselves. Nobody judges it as conforming without support or evidence.
func TestClausePartiesAndGrounds(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, auditor := h.as("group"), h.as("auditor")
		judge := func(who *client, clause, verdict string, more m) *reply {
			body := m{"scope": "/siv/", "clause": clause, "judgement": verdict, "reasons": "Etter gjennomgang."}
			for name, value := range more {
				body[name] = value
			}
			return who.post("/clause-judgements", body)
		}
		h.id("group")
		h.seen()
		judge(group, "5.3", "partly", m{"party": "internal_audit"}).refused(403, "authority_missing")
		judge(auditor, "5.3", "partly", m{"party": "working_group"}).refused(403, "authority_missing")
		judge(auditor, "5.3", "partly", m{"party": "rådet"}).refused(422, "invalid_content", "/party")
		h.as("council").post("/clause-judgements", m{"scope": "/siv/", "clause": "5.3", "judgement": "not_assessed"}).refused(403, "forbidden")
		h.events()
		ours := judge(group, "5.3", "conforms", nil).ok(201).is("party", "working_group").is("evidence", "[]")
		theirs := judge(auditor, "5.3", "nonconforming", nil).ok(201).is("party", "internal_audit")
		h.events("group clause_judgement:create", "auditor clause_judgement:create")
		judge(auditor, "5.3", "partly", nil).refused(409, "duplicate")
		n := clause(group, "5.3")
		if a, b := n["judgement"].(map[string]any), n["internal_audit"].(map[string]any); a["value"] != "conforms" || a["id"] != ours.id() || b["value"] != "nonconforming" || b["id"] != theirs.id() {
			t.Errorf("5.3: %v, %v", a, b)
		}
		h.seen()
		auditor.patch("/clause-judgements/"+ours.id(), 1, m{"judgement": "partly"}).refused(403, "authority_missing")
		group.delete("/clause-judgements/"+theirs.id(), 1).refused(403, "authority_missing")
		auditor.patch("/clause-judgements/"+theirs.id(), 1, m{"party": "working_group"}).refused(422, "invalid_content", "/party")
		h.events()
		offers(auditor.get("/clause-judgements/"+theirs.id()).ok(200), "update", true)
		offers(auditor.get("/clause-judgements/"+ours.id()).ok(200), "update", false)
		auditor.patch("/clause-judgements/"+theirs.id(), 1, m{"judgement": "partly"}).ok(200)
		h.events("auditor clause_judgement:update")
		auditor.post("/clause-judgements/"+ours.id()+"/comments", m{"text": "Hvem er stedfortreder?"}).ok(201)

		// nothing supports 9.2.2
		h.seen()
		judge(group, "9.2.2", "conforms", nil).blocked("support_missing").is("blockers.0.pointer", "/evidence").is("blockers.0.link", "/api/v1/clauses?scope=/siv/")
		h.events()
		made := judge(group, "9.2.2", "partly", nil).ok(201)
		at := "/clause-judgements/" + made.id()
		h.seen()
		group.patch(at, 1, m{"judgement": "conforms"}).blocked("support_missing")
		h.events()
		evidence := group.post("/evidence", m{"scope": "/siv/", "title": "Revisjonsrapport", "kind": "note", "text": "Gjennomført i mai.", "collected_on": "2026-05-20"}).ok(201)
		old := group.post("/evidence", m{"scope": "/siv/", "title": "Gammel", "kind": "note", "text": "x", "collected_on": "2025-05-20", "valid_until": "2026-05-20"}).ok(201)
		h.seen()
		group.patch(at, 1, m{"judgement": "conforms", "evidence": []string{old.id()}}).blocked("support_missing")
		group.patch(at, 1, m{"evidence": []string{made.id()}}).refused(422, "invalid_content", "/evidence/0")
		h.events()
		group.patch(at, 1, m{"judgement": "conforms", "evidence": []string{evidence.id()}}).ok(200).is("evidence.0", evidence.id())
		h.events("group clause_judgement:update")
	})
}
