package api_test

import "testing"

// A judgement that a clause conforms becomes stale when its evidence ends or is replaced, or when the records that it rests on lose their state. The judge
// judges again.
func TestAJudgementGoesStale(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, group2 := h.as("group"), h.as("group2")
		h.id("manager")
		judge := func(clause, verdict string, more m) *reply {
			return group.post("/clause-judgements", merged(m{"scope": "/siv/", "clause": clause, "judgement": verdict, "reasons": "Etter gjennomgang."}, more))
		}
		report := func(title string) *reply {
			return group.post("/evidence", m{"scope": "/siv/", "title": title, "kind": "note", "text": "Gjennomført i mai.", "collected_on": "2026-05-20"}).ok(201)
		}
		h.row("its evidence is replaced, and then retired", func() {
			e := report("Revisjonsrapport")
			j := judge("9.2.2", "conforms", m{"evidence": []string{e.id()}}).ok(201).is("stale", nil).is("judged_by", h.id("group")).is("rests_on", "[]")
			partly := judge("9.3.1", "partly", m{"evidence": []string{e.id()}}).ok(201)
			at := "/clause-judgements/" + j.id()
			h.seen()
			e = group2.patch("/evidence/"+e.id(), e.version(), m{"external_refs": []m{{"system": "arkiv", "id": "1"}}}).ok(200)
			h.events("group2 evidence:update")
			e = group2.patch("/evidence/"+e.id(), e.version(), m{"text": "Gjennomført i juni."}).ok(200).is("edition", 2)
			h.events("group2 evidence:update", "group2 clause_judgement:outdate")
			j = group.get(at).ok(200).is("stale.number", e.str("number")).is("stale.kind", "evidence").is("stale.action", "update").is("judgement", "conforms")
			if n := clause(group, "9.2.2")["judgement"].(map[string]any); n["stale"] == nil || n["value"] != "conforms" || n["by"] != h.id("group") {
				t.Errorf("the tree of clauses: %v", n)
			}
			waits(h, "group", "update", j.id())
			if waitsOn(h, "group2", j.id()) {
				t.Error("whoever did not judge has the task too")
			}
			group2.patch(at, j.version(), m{"reasons": "Ny rapport, samme konklusjon."}).ok(200).is("stale", nil).is("judged_by", h.id("group2"))
			if waitsOn(h, "group", j.id()) || waitsOn(h, "group2", j.id()) {
				t.Error("there is a task after the clause was judged again")
			}
			h.seen()
			group.verb("/evidence/"+e.id()+"/retire", e.version(), m{"reason": "Feil rapport."}).ok(200)
			h.events("group evidence:retire", "group clause_judgement:outdate")
			group.get(at).ok(200).is("stale.action", "retire")
			waits(h, "group2", "update", j.id())
			group.get("/clause-judgements/"+partly.id()).ok(200).is("stale", nil)
			j = group.get(at).ok(200)
			group2.patch(at, j.version(), m{"reasons": "Uten bevis."}).blocked("support_missing")
			group2.patch(at, j.version(), m{"judgement": "partly"}).ok(200).is("stale", nil)
		})
		h.row("the records that support it lose their state", func() {
			measures := []string{aMeasure(h, "Første"), aMeasure(h, "Andre")}
			for _, at := range measures {
				h.act("group", at, "transfer", m{"scope": "/siv/radiologi/", "reason": "Gjelder avdelingen."}).ok(200).is("scope", "/siv/radiologi/").is("status", "submitted")
				h.act("manager", at, "decide", m{"outcome": "approved"}).ok(200)
				h.act("manager", at, "start", nil).ok(200)
			}
			j := judge("8.3", "conforms", m{"scope": "/siv/radiologi/"}).ok(201).is("stale", nil)
			if got := j.strings("rests_on"); len(got) != 2 {
				t.Fatalf("the judgement rests on %v", got)
			}
			h.seen()
			h.act("manager", measures[0], "cancel", m{"reason": "For dyrt."}).ok(200)
			h.events("manager measure:cancel")
			h.act("manager", measures[1], "cancel", m{"reason": "For dyrt."}).ok(200)
			h.events("manager measure:cancel", "manager clause_judgement:outdate")
			group.get("/clause-judgements/"+j.id()).ok(200).is("stale.kind", "measure").is("stale.action", "cancel")
			waits(h, "group", "update", j.id())
		})
	})
}

// waitsOn reports whether a record is among somebody's tasks.
func waitsOn(h *installation, who, id string) bool {
	h.t.Helper()
	for _, task := range h.as(who).get("/me/tasks?limit=200").ok(200).items() {
		if task["record_id"] == id {
			return true
		}
	}
	return false
}

// A measure moves to another scope, where its cycle covers it.
func TestAMeasureMoves(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		cycle := group.post("/improvement-cycles", m{"scope": "/siv/radiologi/", "title": "Avdelingens syklus", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}).ok(201)
		in := group.post("/measures", m{"scope": fracture, "cycle_id": cycle.id(), "title": "Opplæring", "kind": "method"}).ok(201)
		at := "/measures/" + in.id()
		h.seen()
		h.act("group", at, "transfer", m{"scope": "/siv/", "reason": "Gjelder alle."}).refused(422, "invalid_content", "/scope").is("errors.0.code", "outside_parent")
		h.act("group", at, "transfer", m{"scope": "/siv/radiologi/"}).refused(422, "invalid_content", "/reason")
		h.act("owner", at, "transfer", m{"scope": "/siv/radiologi/", "reason": "x"}).refused(403, "forbidden")
		h.act("group", at, "transfer", m{"scope": "/siv/akutt/", "reason": "x"}).refused(422, "invalid_content", "/cycle_id").is("errors.0.code", "unrelated_scope")
		h.events()
		h.act("group", at, "transfer", m{"scope": "/siv/radiologi/", "reason": "Gjelder avdelingen."}).ok(200).is("scope", "/siv/radiologi/")
		h.events("group measure:transfer")
		h.act("group", at, "withdraw", m{"reason": "x"}).ok(200)
		h.act("group", at, "transfer", m{"scope": fracture, "reason": "x"}).refused(409, "wrong_state")
	})
}
