package api_test

import "testing"

// A project owner adds evidence in their own project. Owners of other projects cannot read it.
func TestEvidence(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner")
		note := map[string]any{
			"scope": "/siv/radiologi/bruddeteksjon/", "kind": "note", "title": "Valideringsmøte", "text": "Resultatene ble gjennomgått.",
			"collected_on": "2026-11-20", "valid_until": "2026-12-20",
		}
		h.id("owner")
		h.seen()
		r := owner.post("/evidence", note).ok(201).is("status", "active").is("overdue", false)
		at := "/evidence/" + r.id()
		owner.post("/evidence", map[string]any{"scope": note["scope"], "kind": "link", "title": "Rapport"}).refused(422, "invalid_content", "/url")
		owner.post("/evidence", map[string]any{"scope": note["scope"], "kind": "file", "title": "Rapport"}).refused(422, "invalid_content", "/kind")
		owner.post("/evidence", map[string]any{"scope": "/siv/", "kind": "note", "title": "A", "text": "A"}).refused(403, "forbidden")
		owner.patch(at, r.version(), map[string]any{"kind": "link"}).refused(422, "invalid_content", "/kind")
		r = owner.patch(at, r.version(), map[string]any{"title": "Valideringsmøte 20. november"}).ok(200)
		h.as("owner2").get(at).refused(404, "not_found")
		h.as("employee").get("/evidence").refused(403, "forbidden")
		h.as("auditor").verb(at+"/retire", r.version(), map[string]any{"reason": "Gammelt"}).refused(403, "forbidden")
		owner.verb(at+"/retire", r.version(), map[string]any{}).refused(422, "invalid_content", "/reason")
		owner.verb(at+"/retire", 1, map[string]any{"reason": "Ny rapport"}).refused(412, "stale_version")
		r = owner.verb(at+"/retire", r.version(), map[string]any{"reason": "Ny rapport"}).ok(200).is("status", "retired")
		owner.patch(at, r.version(), map[string]any{"title": "Annet"}).refused(409, "wrong_state")
		owner.delete(at, r.version()).refused(409, "wrong_state")
		h.events("owner evidence:create", "owner evidence:update", "owner evidence:retire")

		r = owner.post("/evidence", note).ok(201)
		owner.delete("/evidence/"+r.id(), r.version()).ok(204)
		owner.get("/evidence/"+r.id()).refused(404, "not_found")
		h.events("owner evidence:create", "owner evidence:delete")
	})
}

// Evidence is overdue after its last day of validity.
func TestEvidenceRunsOut(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := h.as("owner").post("/evidence", map[string]any{
			"scope": "/siv/radiologi/bruddeteksjon/", "kind": "link", "title": "Sertifikat", "url": "https://kvalitet.example.no/8257", "valid_until": "2026-11-22",
		}).ok(201)
		for _, overdue := range []bool{false, true} {
			h.later(1)
			h.tokens = map[string]string{} // the sessions have expired
			h.as("owner").get("/evidence/"+r.id()).ok(200).is("overdue", overdue)
		}
	})
}
