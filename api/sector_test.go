package api_test

import (
	"strings"
	"testing"
)

// organisation has the administrator add one of the sector, at / unless more says otherwise.
func organisation(h *house, key, name string, more m) *reply {
	h.t.Helper()
	body := m{"scope": "/", "key": key, "kind": "agency", "name": m{"nb": name, "en": name}}
	for k, v := range more {
		body[k] = v
	}
	return h.as("admin").post("/organisations", body).ok(201)
}

// Organisations are master data: administrators and secretaries keep them, everybody signed in reads them.
func TestOrganisations(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin, secretariat := h.as("admin"), h.as("secretariat")
		name := m{"nb": "Helsedirektoratet", "en": "Norwegian Directorate of Health"}
		body := m{"scope": "/nasjonalt/", "key": "helsedirektoratet", "kind": "agency", "name": name, "short_name": "Hdir", "org_number": "983 544 622", "website": "https://www.helsedirektoratet.no"}
		h.id("secretariat")
		h.id("admin")
		h.seen()
		h.as("").get("/organisations").refused(401, "unauthenticated")
		for _, who := range []string{"employee", "owner", "council", "group", "auditor", "management", "observer"} {
			h.as(who).post("/organisations", body).refused(403, "forbidden")
		}
		secretariat.post("/organisations", m{
			"scope": "nasjonalt", "key": "Hdir!", "kind": "direktorat", "name": m{"nb": "A"}, "org_number": "983544621", "website": "ftp://x", "valid_from": "2002-02-30", "predecessor_ids": []string{"x"},
		}).refused(422, "invalid_content", "/scope", "/key", "/kind", "/name/en", "/org_number", "/website", "/valid_from", "/predecessor_ids/0")
		for _, number := range []string{"98354462", "9835446222", "98354462a", "000000000", "123456785a", "983-544-622", "９８３５４４６２２"} {
			body["org_number"] = number
			secretariat.post("/organisations", body).refused(422, "invalid_content", "/org_number")
		}
		secretariat.post("/organisations", m{"scope": "/", "key": "a", "kind": "agency", "name": name}).refused(403, "forbidden")
		h.events()

		body["org_number"] = " 983 544 622"
		r := secretariat.post("/organisations", body).ok(201).is("status", "active").is("org_number", "983544622").is("maturity_level", 0).is("merged_on", nil).is("ended_on", nil)
		h.events("secretariat organisation:create")
		at := "/organisations/helsedirektoratet"
		body["org_number"] = ""
		secretariat.post("/organisations", body).refused(409, "duplicate")
		body["key"], body["org_number"] = "hdir", "983544622"
		secretariat.post("/organisations", body).refused(409, "duplicate")
		for _, who := range []string{"employee", "observer", "owner2", "handler"} {
			h.as(who).get(at).ok(200).is("id", r.id()).is("name.nb", "Helsedirektoratet")
		}
		h.as("employee").get("/organisations?q=hdir&kind=agency&org_number=983544622&status=active").ok(200).is("items.0.id", r.id())
		h.as("employee").get("/organisations?kind=direktorat").refused(400, "bad_parameter")
		admin.patch(at, 7, m{"short_name": "Helsedir"}).refused(412, "stale_version")
		admin.patch(at, 1, m{"key": "hdir", "scope": "/"}).refused(422, "invalid_content", "/key", "/scope")
		admin.patch(at, 1, m{"status": "closed", "successor_id": r.id(), "maturity_level": 5}).refused(422, "invalid_content", "/status", "/successor_id", "/maturity_level")
		admin.patch(at, 1, m{"predecessor_ids": []string{r.id()}}).refused(422, "invalid_content", "/predecessor_ids")
		h.as("group").patch(at, 1, m{"short_name": "Helsedir"}).refused(403, "forbidden")
		secretariat.patch(at, 1, m{"valid_from": "2002-01-01"}).ok(200).is("version", 2)

		// What was split or renamed is named; nobody comes from itself, however far back.
		a := organisation(h, "a", "A", nil)
		b := organisation(h, "b", "B", m{"predecessor_ids": []string{a.id()}}).is("predecessors.0.key", "a")
		c := organisation(h, "c", "C", m{"predecessor_ids": []string{b.id()}})
		h.seen()
		admin.patch("/organisations/a", 1, m{"predecessor_ids": []string{c.id()}}).refused(422, "invalid_content", "/predecessor_ids")
		admin.patch("/organisations/a", 1, m{"predecessor_ids": []string{"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}}).refused(422, "invalid_content", "/predecessor_ids/0")
		admin.verb("/organisations/a/merge", 1, m{"into_id": "c", "on": "2026-01-01", "reason": "A ble til C"}).ok(200) // so that c comes from a both ways
		admin.delete("/organisations/b", 1).refused(409, "referred_to")
		admin.delete("/organisations/a", 2).refused(409, "wrong_state")
		admin.delete("/organisations/c", 1).refused(409, "referred_to")
		h.events("admin organisation:merge")

		// Closing is dated too, and taken back where it was a mistake.
		secretariat.verb(at+"/close", 2, m{"reason": "Feil"}).refused(403, "forbidden")
		admin.verb(at+"/close", 2, m{"on": "2026-11-22"}).refused(422, "invalid_content", "/reason")
		admin.verb(at+"/close", 2, m{"reason": "Nedlagt", "on": "2026-11-22"}).refused(422, "invalid_content", "/on")
		admin.verb(at+"/close", 2, m{"reason": "Nedlagt", "on": "2001-12-31"}).refused(422, "invalid_content", "/on")
		admin.verb(at+"/close", 2, m{"reason": "Nedlagt"}).ok(200).is("status", "closed").is("ended_on", "2026-11-21").is("ending.reason", "Nedlagt")
		admin.patch(at, 3, m{"short_name": "Helsedir"}).refused(409, "wrong_state")
		admin.verb(at+"/reopen", 3, m{}).refused(422, "invalid_content", "/reason")
		admin.verb(at+"/reopen", 3, m{"reason": "Feil virksomhet"}).ok(200).is("status", "active").is("ended_on", nil).is("ending", nil)
		h.events("admin organisation:close", "admin organisation:reopen")
	})
}

// Direktoratet for e-helse became a part of Helsedirektoratet on 1 January 2024; whoever reads the one finds the other.
func TestMergedOrganisation_S4_12(t *testing.T) {
	eachHouse(t, func(h *house) {
		admin, secretariat := h.as("admin"), h.as("secretariat")
		hdir := organisation(h, "helsedirektoratet", "Helsedirektoratet", m{"scope": "/nasjonalt/", "valid_from": "2002-01-01"})
		ehelse := organisation(h, "direktoratet-for-e-helse", "Direktoratet for e-helse", m{"scope": "/nasjonalt/", "valid_from": "2016-01-01"})
		local := organisation(h, "siv", "Sykehuset i Vestfold", m{"scope": "/siv/", "kind": "health_trust"})
		h.id("secretariat")
		h.id("admin")
		h.seen()
		at := "/organisations/direktoratet-for-e-helse"
		merge := func(into, on string) m { return m{"into_id": into, "on": on, "reason": "Prop. 1 S (2023–2024)"} }
		h.as("group").verb(at+"/merge", 1, merge("helsedirektoratet", "2024-01-01")).refused(403, "forbidden")
		h.as("council").verb(at+"/merge", 1, merge("helsedirektoratet", "2024-01-01")).refused(403, "forbidden")
		secretariat.verb(at+"/merge", 0, merge("helsedirektoratet", "2024-01-01")).refused(428, "if_match_required")
		secretariat.verb(at+"/merge", 9, merge("helsedirektoratet", "2024-01-01")).refused(412, "stale_version")
		secretariat.verb(at+"/merge", 1, m{}).refused(422, "invalid_content", "/into_id", "/on", "/reason")
		secretariat.verb(at+"/merge", 1, merge("finnes-ikke", "2015-12-31")).refused(422, "invalid_content", "/into_id", "/on")
		secretariat.verb(at+"/merge", 1, merge("direktoratet-for-e-helse", "2026-11-22")).refused(422, "invalid_content", "/into_id", "/on")
		secretariat.verb(at+"/merge", 1, merge(local.id(), "2024-01-01")).refused(422, "invalid_content", "/into_id")
		h.events()

		r := secretariat.verb(at+"/merge", 1, merge("helsedirektoratet", "2024-01-01")).ok(200)
		r.is("status", "merged").is("successor_id", hdir.id()).is("merged_on", "2024-01-01").is("ended_on", "2024-01-01").is("successor.key", "helsedirektoratet").is("ending.by", h.id("secretariat"))
		h.events("secretariat organisation:merge")
		employee := h.as("employee")
		employee.get(at).ok(200).is("status", "merged").is("successor.name.nb", "Helsedirektoratet")
		employee.get("/organisations/helsedirektoratet").ok(200).is("predecessors.0.id", ehelse.id()).is("predecessors.0.ended_on", "2024-01-01").is("version", 1)
		employee.get("/organisations/helsedirektoratet/links").ok(200).is("items.0.id", ehelse.id()).is("items.0.direction", "in").is("items.0.field", "successor_id")
		employee.get("/organisations?successor_id="+hdir.id()).ok(200).is("items.0.id", ehelse.id())
		employee.get(at+"?as_of=2026-11-21T09:59:59Z").refused(404, "not_found")

		// No merger into what is merged, none in a circle, and none twice.
		secretariat.verb(at+"/merge", 2, merge("helsedirektoratet", "2024-01-01")).refused(409, "wrong_state")
		secretariat.verb("/organisations/helsedirektoratet/merge", 1, merge(ehelse.id(), "2025-01-01")).refused(422, "invalid_content", "/into_id")
		admin.verb(at+"/reopen", 2, m{"reason": "Prøve"}).ok(200).is("successor_id", nil).is("successor", nil)
		secretariat.patch(at, 3, m{"predecessor_ids": []string{hdir.id()}}).ok(200)
		secretariat.verb(at+"/merge", 4, merge("helsedirektoratet", "2024-01-01")).refused(422, "invalid_content", "/into_id")
		secretariat.patch(at, 4, m{"predecessor_ids": nil}).ok(200)
		late := organisation(h, "ny", "Ny virksomhet", m{"scope": "/nasjonalt/", "valid_from": "2025-01-01"})
		secretariat.verb(at+"/merge", 5, merge(late.id(), "2024-12-31")).refused(422, "invalid_content", "/on")
		h.events("admin organisation:reopen", "secretariat organisation:update", "secretariat organisation:update", "admin organisation:create")
	})
}

// Members differ in maturity: organisations assess themselves, dated, and the newest assessment counts.
func TestMaturity_S4_13(t *testing.T) {
	eachHouse(t, func(h *house) {
		org := organisation(h, "ahus", "Akershus universitetssykehus", m{"scope": "/nasjonalt/", "kind": "health_trust", "valid_from": "2002-01-01"})
		secretariat := h.as("secretariat")
		h.id("secretariat")
		h.seen()
		at := "/organisations/" + org.id()
		say := func(on string, level int, more m) m {
			body := m{"assessed_on": on, "level": level, "rationale": "Ett system i drift"}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		h.as("admin").verb(at+"/assess-maturity", 1, say("2025-05-01", 2, nil)).refused(403, "forbidden")
		h.as("group").verb(at+"/assess-maturity", 1, say("2025-05-01", 2, nil)).refused(403, "forbidden")
		secretariat.verb(at+"/assess-maturity", 1, m{
			"assessed_on": "2025-02-30", "level": 6, "rationale": " ",
			"dimensions": []m{{"dimension": "data", "level": 0}, {"dimension": "penger", "level": 3}},
		}).refused(422, "invalid_content", "/assessed_on", "/level", "/rationale", "/dimensions/0/level", "/dimensions/1/dimension")
		secretariat.verb(at+"/assess-maturity", 1, say("2025-05-01", 2, m{"dimensions": []m{{"dimension": "data", "level": 2}, {"dimension": "data", "level": 3}}})).refused(422, "invalid_content", "/dimensions")
		secretariat.verb(at+"/assess-maturity", 1, say("2026-11-22", 5, m{"dimensions": []m{{"dimension": "data", "level": 2}}})).refused(422, "invalid_content", "/assessed_on", "/level")
		secretariat.verb(at+"/assess-maturity", 1, say("2001-12-31", 1, nil)).refused(422, "invalid_content", "/assessed_on")
		secretariat.verb(at+"/assess-maturity", 3, say("2025-05-01", 2, nil)).refused(412, "stale_version")
		h.events()

		secretariat.verb(at+"/assess-maturity", 1, say("2025-05-01", 2, m{"dimensions": []m{{"dimension": "data", "level": 1}, {"dimension": "ethics", "level": 3}}})).ok(200).
			is("status", "active").is("maturity_level", 2).is("maturity_on", "2025-05-01").is("maturity.0.by", h.id("secretariat"))
		secretariat.verb(at+"/assess-maturity", 2, say("2025-04-30", 3, nil)).refused(422, "invalid_content", "/assessed_on")
		secretariat.verb(at+"/assess-maturity", 2, say("2025-05-01", 1, nil)).ok(200).is("maturity_level", 1) // the same day, to correct it
		secretariat.verb(at+"/assess-maturity", 3, say("2026-11-21", 4, nil)).ok(200).is("maturity_level", 4).is("maturity.2.level", 4)
		h.events("secretariat organisation:assess-maturity", "secretariat organisation:assess-maturity", "secretariat organisation:assess-maturity")

		page := h.as("employee").get("/organisations/ahus/maturity?limit=2").ok(200).is("items.0.dimensions.1.level", 3).is("items.1.level", 1)
		h.as("employee").get("/organisations/ahus/maturity?limit=2&cursor="+page.str("next_cursor")).ok(200).is("items.0.assessed_on", "2026-11-21").is("next_cursor", nil)
		h.as("employee").get("/organisations/finnes-ikke/maturity").refused(404, "not_found")
		h.as("employee").get("/organisations?maturity_level=4&sort=-maturity_level").ok(200).is("items.0.id", org.id())
		h.as("admin").verb(at+"/close", 4, m{"reason": "Nedlagt", "on": "2026-11-20"}).refused(422, "invalid_content", "/on")
		r := h.as("admin").verb(at+"/close", 4, m{"reason": "Nedlagt"}).ok(200)
		secretariat.verb(at+"/assess-maturity", r.version(), say("2026-11-21", 5, nil)).refused(409, "wrong_state")
		if actions := strings.Join(r.strings("allowed_actions"), " "); actions != "reopen" {
			t.Errorf("a closed organisation offers %q", actions)
		}
	})
}
