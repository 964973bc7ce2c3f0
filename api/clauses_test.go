package api_test

import (
	"strings"
	"testing"
)

// The working group judges clauses; the tree shows the judgement beside what records support.
func TestClauses(t *testing.T) {
	eachHouse(t, func(h *house) {
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
		group.patch(path, 1, map[string]any{"judgement": "nonconforming"}).ok(200)
		after := group.with("If-None-Match", tag).get("/clauses?scope=/siv/").ok(200)
		after.is("items.2.children.0.children.2.supported", "partly").is("items.2.children.0.children.2.judgement.value", "nonconforming")
		if !strings.Contains(string(after.body), `"kind":"control"`) {
			t.Error("the controls do not support 6.1.3")
		}

		// another part of the house has no judgement of its own; a project's owner reads the hospital's controls, not its judgements
		group.get("/clauses?scope=/siv/radiologi/").ok(200).is("items.2.children.0.children.2.judgement.value", "not_assessed").
			is("items.2.children.0.children.2.judgement.reasons", "").is("items.2.children.0.children.2.judgement.at", nil)
		h.as("owner").get("/clauses?scope=/siv/").ok(200).is("items.2.children.0.children.2.judgement", nil).is("items.2.children.0.children.2.supported", "partly")
		h.as("employee").get("/clauses?scope=/siv/").refused(403, "forbidden")
		h.as("").get("/clauses?scope=/siv/").refused(401, "unauthenticated")
		group.get("/clauses").refused(400, "missing_parameter", "?scope")
		group.get("/clauses?scope=siv").refused(400, "bad_parameter", "?scope")

		h.seen()
		group.delete(path, 2).ok(204)
		h.events("group clause_judgement:delete")
	})
}
