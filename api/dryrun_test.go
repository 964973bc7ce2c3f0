package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// A dry run makes every check and stores nothing: no event, no number, no stored answer, no Location and no ETag.
func TestDryRun(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		group, owner := h.as("group"), h.as("owner")
		first := aRisk(h, register, m{"owner_id": h.id("owner")})
		h.seen()
		body := m{"scope": fracture, "register_id": register, "title": "Bortfall"}
		tried := group.with("Idempotency-Key", "en").post("/risks?dry_run=true", body).ok(200).is("title", "Bortfall").is("status", "identified").is("version", 1).is("created_by", h.id("group"))
		if tried.header.Get("Location") != "" || tried.header.Get("ETag") != "" {
			t.Errorf("Location %q, ETag %q", tried.header.Get("Location"), tried.header.Get("ETag"))
		}
		group.get("/risks/"+tried.id()).refused(404, "not_found")
		h.events()
		// The key is not used up, and neither is the number.
		made := group.with("Idempotency-Key", "en").post("/risks", m{"scope": fracture, "register_id": register, "title": "En annen"}).ok(201)
		if made.str("number") != tried.str("number") {
			t.Errorf("the tried record has the number %s, the one after it %s", tried.str("number"), made.str("number"))
		}
		h.events("group risk:create")
		// Faults, refusals and blockers are those of the write itself.
		group.post("/risks?dry_run=true", m{"scope": fracture, "register_id": register, "polarity": "hard"}).refused(422, "invalid_content", "/title", "/polarity")
		h.as("employee").post("/risks?dry_run=true", body).refused(403, "forbidden")
		at := "/risks/" + first.id()
		owner.verb(at+"/accept?dry_run=true", first.version(), m{"reason": "Liten risiko.", "until": "2027-03-01"}).refused(409, "wrong_state")
		group.verb(at+"/assess?dry_run=true", 7, judged("inherent", 1, 1)).refused(412, "stale_version")
		group.do("POST", at+"/assess?dry_run=true", judged("inherent", 1, 1), 0).refused(428, "if_match_required")
		soa := group.post("/statements-of-applicability", m{"scope": "/siv/"}).ok(201)
		h.seen()
		group.verb("/statements-of-applicability/"+soa.id()+"/submit?dry_run=true", soa.version(), nil).refused(409, "blocked")
		// Verbs, patches, batches, parts and deletions.
		group.verb(at+"/assess?dry_run=true", first.version(), judged("inherent", 1, 1)).ok(200).is("status", "assessed").is("version", 2)
		group.patch(at+"?dry_run=true", first.version(), m{"title": "Ny tittel"}).ok(200).is("title", "Ny tittel").is("version", 2)
		group.post("/risks/batch?dry_run=true", m{"items": []any{m{"id": first.id(), "version": first.version(), "patch": m{"title": "Ny tittel"}}}}).ok(200).is("items.0.title", "Ny tittel")
		group.post(at+"/comments?dry_run=true", m{"text": "Prøve."}).ok(200).is("text", "Prøve.")
		group.delete("/statements-of-applicability/"+soa.id()+"?dry_run=true", soa.version()).ok(http.StatusNoContent)
		group.get("/statements-of-applicability/" + soa.id()).ok(200)
		group.get(at).ok(200).is("title", first.str("title")).is("version", first.version())
		group.get(at+"/comments").ok(200).is("items", "[]")
		// Rights change for nobody.
		admin := h.as("admin")
		admin.post("/assignments?dry_run=true", m{"user_id": h.id("employee"), "role": "line_manager", "scope": "/siv/", "valid_from": "2026-11-21"}).ok(200)
		h.as("employee").get("/users").refused(403, "forbidden")
		h.events()
		// What shows a secret, hashes a password or signs out cannot be tried.
		admin.post("/api-keys?dry_run=true", m{}).refused(400, "unknown_parameter", "?dry_run")
		admin.post("/me/password?dry_run=true", m{}).refused(400, "unknown_parameter", "?dry_run")
		admin.do("DELETE", "/sessions/current?dry_run=true", nil, 0).refused(400, "unknown_parameter", "?dry_run")
		group.post("/risks?dry_run=ja", body).refused(400, "bad_parameter", "?dry_run")
		group.get("/risks?dry_run=true").refused(400, "unknown_parameter", "?dry_run")
	})
}

// A client can send back what it read. What only the server sets may not differ from what is stored.
func TestPatchWithWhatWasRead(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		risk := aRisk(h, register, nil)
		group := h.as("group")
		at := "/risks/" + risk.id()
		read := group.get(at + "?expand=owner,register").ok(200)
		h.seen()
		back := m(read.json)
		back["title"] = "Endret tittel"
		group.patch(at, read.version(), back).ok(200).is("title", "Endret tittel").is("owner_id", nil)
		h.events("group risk:update")
		back["number"], back["status"], back["tull"] = 9, "closed", true
		group.patch(at, read.version()+1, back).refused(422, "invalid_content", "/number", "/status", "/tull")
		group.patch(at, read.version()+1, m{"created_by": h.id("owner"), "title": ""}).refused(422, "invalid_content", "/created_by", "/title").is("errors.0.code", "read_only")
		for _, path := range []string{"/improvement-cycles", "/bodies", "/organisations"} { // with members that are shown beside the record
			list := h.as("auditor").get(path + "?limit=1").ok(200).items()
			if len(list) == 0 {
				continue
			}
			one := path + "/" + list[0]["id"].(string)
			whole := h.as("admin").get(one)
			if whole.status == 200 {
				if again := h.as("admin").patch(one, whole.version(), whole.json); again.status == 422 {
					t.Errorf("%s: %s", one, again.body)
				}
			}
		}
		h.seen()
	})
}

// A refusal for rights names who could, where the caller may know it.
func TestRefusalsNameWhoCould(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		risk := aRisk(h, register, m{"owner_id": h.id("owner")})
		group := h.as("group")
		assessed := group.verb("/risks/"+risk.id()+"/assess", risk.version(), judged("inherent", 1, 1)).ok(200)
		names := func(r *reply) string {
			var out []string
			list, _ := r.json["eligible"].([]any)
			for _, p := range list {
				out = append(out, h.nameOf(p.(map[string]any)["id"].(string)))
			}
			return strings.Join(out, " ")
		}
		refused := group.verb("/risks/"+risk.id()+"/accept", assessed.version(), m{"reason": "Liten risiko.", "until": "2027-03-01"}).refused(403, "forbidden")
		if got := names(refused); !strings.Contains(got, "owner") || strings.Contains(got, "owner2") || strings.Contains(got, "group") {
			t.Errorf("who can accept: %q", got)
		}
		if got := names(h.as("auditor").post("/risks", m{"scope": fracture, "register_id": register, "title": "x"}).refused(403, "forbidden")); !strings.Contains(got, "group") {
			t.Errorf("who can create: %q", got)
		}
		hidden := h.as("owner2").verb("/risks/"+risk.id()+"/accept", assessed.version(), m{"reason": "Liten risiko.", "until": "2027-03-01"}).refused(404, "not_found")
		if hidden.json["eligible"] != nil {
			t.Errorf("an answer about a record out of reach names people: %s", hidden.body)
		}
		cannot := h.as("auditor").patch("/risks/"+risk.id(), assessed.version(), m{"title": "x"}).refused(403, "forbidden")
		if got := names(cannot); !strings.Contains(got, "group") {
			t.Errorf("who can change: %q", got)
		}
	})
}

// Pictures and documents have addresses of their own.
func TestPicturesHaveAddresses(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		body := h.as("auditor").get("/bodies?limit=1").ok(200).str("items.0.id")
		for path, media := range map[string]string{
			"/risk-registers/" + register + "/matrix.svg":       "image/svg+xml",
			"/bodies/" + body + "/annual-report.html?year=2026": "text/html",
			"/bodies/" + body + "/annual-report.md":             "text/markdown",
			"/bodies/" + body + "/calendar.ics":                 "text/calendar",
		} {
			r := h.as("auditor").get(path).ok(200)
			if !strings.HasPrefix(r.header.Get("Content-Type"), media) || len(r.body) == 0 {
				t.Errorf("%s is %s", path, r.header.Get("Content-Type"))
			}
		}
		h.as("auditor").get("/risk-registers/"+register+"/matrix").ok(200).is("stage", "current")
		h.as("employee").get("/risk-registers/"+register+"/matrix.svg").refused(403, "forbidden")
		h.as("auditor").get("/risk-registers/"+register+"/matrix.svg?stage=x").refused(400, "bad_parameter", "?stage")
	})
}
