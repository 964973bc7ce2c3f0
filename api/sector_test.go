package api_test

import (
	"strings"
	"testing"
)

// organisation adds an organisation of the sector as the administrator. Its scope is / unless more has another.
func organisation(h *installation, key, name string, more m) *reply {
	h.t.Helper()
	body := m{"scope": "/", "key": key, "kind": "agency", "name": m{"nb": name, "en": name}}
	for k, v := range more {
		body[k] = v
	}
	return h.as("admin").post("/organisations", body).ok(201)
}

// Organisations are master data. Administrators and secretaries write them, and every signed-in person can read them.
func TestOrganisations(t *testing.T) {
	eachInstallation(t, func(h *installation) {
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
			"scope": "nasjonalt", "key": "Hdir!", "kind": "direktorat", "name": m{"en": nil}, "org_number": "983544621", "website": "ftp://x", "valid_from": "2002-02-30", "predecessor_ids": []string{"x"},
		}).refused(422, "invalid_content", "/scope", "/key", "/kind", "/name", "/org_number", "/website", "/valid_from", "/predecessor_ids/0")
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

		// The input names predecessors that were split or renamed. No organisation can be its own predecessor, directly or indirectly.
		a := organisation(h, "a", "A", nil)
		b := organisation(h, "b", "B", m{"predecessor_ids": []string{a.id()}}).is("predecessors.0.key", "a")
		c := organisation(h, "c", "C", m{"predecessor_ids": []string{b.id()}})
		h.seen()
		admin.patch("/organisations/a", 1, m{"predecessor_ids": []string{c.id()}}).refused(422, "invalid_content", "/predecessor_ids")
		admin.patch("/organisations/a", 1, m{"predecessor_ids": []string{"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}}).refused(422, "invalid_content", "/predecessor_ids/0")
		admin.verb("/organisations/a/merge", 1, m{"into_id": "c", "on": "2026-01-01", "reason": "A ble til C"}).ok(200) // now a is a predecessor of c both by merger and by name
		admin.delete("/organisations/b", 1).refused(409, "referred_to")
		admin.delete("/organisations/a", 2).refused(409, "wrong_state")
		admin.delete("/organisations/c", 1).refused(409, "referred_to")
		h.events("admin organisation:merge")

		// Closing has a date too, and can be undone.
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

// Direktoratet for e-helse was merged into Helsedirektoratet on 1 January 2024. A read of either one shows the other.
func TestMergedOrganisation_S4_12(t *testing.T) {
	eachInstallation(t, func(h *installation) {
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

		// An organisation cannot be merged into a merged one, in a cycle, or twice.
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

// Organisations assess their own maturity on a day, and the newest assessment is the current one.
func TestMaturity_S4_13(t *testing.T) {
	eachInstallation(t, func(h *installation) {
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

const hdir = "/nasjonalt/helsedirektoratet/"

// nationalGroup makes group the lead and group2 a member of the standardisation group of Helsedirektoratet, whose mandate lets it propose.
func nationalGroup(h *installation) {
	h.t.Helper()
	for _, who := range []string{"secretariat", "group", "group2", "management", "admin"} {
		h.id(who)
	}
	secretariat := h.as("secretariat")
	h.assign("management", "top_management", "/nasjonalt/", nil).ok(201)
	text := m{"nb": "Arbeidsgruppe for KI-standardisering", "en": "Working group on AI standardisation"}
	secretariat.post("/bodies", m{"scope": hdir, "key": "ki-standardisering-hdir", "kind": "working_group", "name": text, "purpose": text, "member_role": "working_group"}).ok(201)
	r := secretariat.post("/mandates", m{
		"scope": hdir, "body_id": "ki-standardisering-hdir", "title": "Arbeidsgruppe for KI-standardisering", "purpose": "Foreslå.", "powers": []string{"propose"}, "valid_from": "2024-03-21",
	}).ok(201)
	at := "/mandates/" + r.id()
	r = secretariat.verb(at+"/submit", r.version(), nil).ok(200)
	h.as("management").verb(at+"/adopt", r.version(), nil).ok(200)
	for who, position := range map[string]string{"group": "lead", "group2": "member"} {
		seat := secretariat.post("/memberships", m{"scope": hdir, "body_id": "ki-standardisering-hdir", "user_id": h.id(who), "position": position, "valid_from": "2026-01-01"}).ok(201)
		h.as("management").verb("/memberships/"+seat.id()+"/confirm", 1, nil).ok(200)
	}
	h.seen()
}

// standard adds a standard as the group. The Commission has not asked for it, unless more says so.
func standard(h *installation, key string, more m) *reply {
	h.t.Helper()
	body := m{"scope": hdir, "key": key, "title": m{"nb": key, "en": key}, "committee": "CEN/CENELEC JTC 21", "stage": "drafting"}
	for k, v := range more {
		body[k] = v
	}
	return h.as("group").post("/standards", body).ok(201)
}

// Standards that the Commission asked for to support the AI Act come first, and so do the needs that name them.
func TestStandards_S0_7(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		nationalGroup(h)
		group, secretariat := h.as("group"), h.as("secretariat")
		body := m{
			"scope": hdir, "key": " PREN   18286 ", "title": m{"nb": "Kvalitetsstyring for KI-forordningen", "en": "Quality management system for EU AI Act regulatory purposes"},
			"committee": "CEN/CENELEC JTC 21", "stage": "enquiry", "stage_on": "2025-10-30", "commission_requested": true, "ai_act_articles": []string{"17", "9"}, "url": "https://standard.no",
		}
		for _, who := range []string{"council", "secretariat", "auditor", "management", "employee"} {
			h.as(who).post("/standards", body).refused(403, "forbidden")
		}
		group.post("/standards", m{
			"scope": hdir, "key": "18286?", "title": m{"en": " "}, "committee": " ", "stage": "ferdig", "commission_requested": "ja", "ai_act_articles": []string{"0", "114", "9a", "09", "5"}, "url": "standard.no",
		}).refused(422, "invalid_content", "/key", "/title/en", "/committee", "/stage", "/commission_requested", "/ai_act_articles/0", "/ai_act_articles/1", "/ai_act_articles/2", "/ai_act_articles/3", "/url")
		group.post("/standards", m{"scope": hdir, "key": "EN 1", "title": m{"nb": "A", "en": "A"}, "committee": "A", "stage": "published", "stage_on": "2026-11-22", "ai_act_articles": []string{"9", "9"}}).
			refused(422, "invalid_content", "/ai_act_articles")
		group.post("/standards", m{"scope": hdir, "key": "EN 1", "title": m{"nb": "A", "en": "A"}, "committee": "A", "stage": "published", "stage_on": "2026-11-22"}).refused(422, "invalid_content", "/stage_on")
		h.events()
		r := group.post("/standards", body).ok(201).is("key", "prEN 18286").is("priority", "high").is("status", "active").is("stage", "enquiry").is("ai_act_articles", "[9 17]").is("requirements", "[AIA-09 AIA-17]")
		h.events("group standard:create")
		group.post("/standards", body).refused(409, "duplicate")
		at := "/standards/" + r.id()
		group.get("/standards/prEN%2018286").ok(200).is("id", r.id())
		group.get(at+"/links").ok(200).is("items.0.kind", "requirement")
		iso := standard(h, "iso/iec 42001:2023", m{"committee": "ISO/IEC JTC 1/SC 42", "stage": "published", "scope": hdir}).is("key", "ISO/IEC 42001:2023").is("priority", "normal").is("requirements", "[]")
		group.get("/standards/ISO%2FIEC%2042001:2023").ok(200).is("id", iso.id())

		// Standards that the Commission asked for are listed first, in any order of creation.
		group.get("/standards").ok(200).is("items.0.id", r.id())
		group.get("/standards?sort=priority_rank").ok(200).is("items.0.id", iso.id())
		group.get("/standards?sort=-created_at").ok(200).is("items.0.id", iso.id())
		group.get("/standards?commission_requested=false").ok(200).is("items.0.id", iso.id())
		group.get("/standards?requirements=AIA-17&priority=high&stage=enquiry&committee=CEN%2FCENELEC+JTC+21&count=true").ok(200).is("total", 1)
		for _, who := range []string{"secretariat", "management"} {
			h.as(who).get(at).ok(200)
		}
		h.as("owner").get(at).refused(404, "not_found")
		h.as("employee").get("/standards").refused(403, "forbidden")

		// The verb advance changes the stage, with a date. A move to an earlier stage needs a reason.
		h.seen()
		group.patch(at, 1, m{"stage": "published"}).refused(422, "invalid_content", "/stage")
		step := func(stage, on, reason string) m { return m{"stage": stage, "on": on, "reason": reason} }
		secretariat.verb(at+"/advance", 1, step("formal_vote", "2026-03-01", "")).refused(403, "forbidden")
		group.verb(at+"/advance", 1, m{}).refused(422, "invalid_content", "/stage", "/on")
		group.verb(at+"/advance", 1, step("enquiry", "2025-10-29", "")).refused(422, "invalid_content", "/stage", "/on")
		group.verb(at+"/advance", 1, step("drafting", "2026-11-22", " ")).refused(422, "invalid_content", "/reason", "/on")
		group.verb(at+"/advance", 4, step("formal_vote", "2026-03-01", "")).refused(412, "stale_version")
		h.events()
		group.verb(at+"/advance", 1, step("drafting", "2026-03-01", "Høringen ga ikke flertall")).ok(200).is("stage", "drafting").is("stage_on", "2026-03-01").
			is("stage_history.0.on", "2025-10-30").is("stage_history.1.reason", "Høringen ga ikke flertall").is("stage_history.1.by", h.id("group"))
		group.verb(at+"/advance", 2, step("published", "2026-11-01", "")).ok(200).is("status", "active")
		h.events("group standard:advance", "group standard:advance")

		// The priority of a need follows its standards.
		n := secretariat.post("/needs", m{"scope": hdir, "body_id": "ki-standardisering-hdir", "title": "Lokal validering", "priority": "low", "standard_ids": []string{iso.id()}}).ok(201).is("priority", "low")
		need := "/needs/" + n.id()
		h.seen()
		group.patch("/standards/"+iso.id(), 1, m{"commission_requested": true}).ok(200).is("priority", "high").is("priority_rank", 3)
		h.events("group standard:update", "group need:prioritise")
		group.get(need).ok(200).is("priority", "high").is("stated_priority", "low").is("raised_by.0", iso.id()).is("version", 2)
		secretariat.patch(need, 2, m{"priority": "normal"}).ok(200).is("priority", "high").is("stated_priority", "normal")
		secretariat.patch(need, 3, m{"standard_ids": []string{iso.id(), r.id()}}).ok(200).is("stated_priority", "normal").is("raised_by", "["+iso.id()+" "+r.id()+"]")
		secretariat.patch(need, 4, m{"standard_ids": []string{iso.id()}}).ok(200)
		h.seen()
		group.patch("/standards/"+iso.id(), 2, m{"url": "https://www.iso.org"}).ok(200)
		group.verb("/standards/"+iso.id()+"/advance", 3, step("withdrawn", "2026-11-21", "")).ok(200).is("status", "withdrawn").is("priority", "normal")
		h.events("group standard:update", "group standard:advance", "group need:prioritise")
		group.get(need).ok(200).is("priority", "normal").is("raised_by", "[]")
		group.patch("/standards/"+iso.id(), 4, m{"url": "https://www.iso.org"}).refused(409, "wrong_state")
		group.delete("/standards/"+iso.id(), 4).refused(409, "referred_to")
		group.get("/needs?sort=-priority_rank&standard_ids="+iso.id()).ok(200).is("items.0.id", n.id())
	})
}

// A topic has the day that its information is from, and standards.
func TestTopics_S0_8(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		nationalGroup(h)
		group := h.as("group")
		iso := standard(h, "ISO/IEC 23894", nil)
		h.seen()
		with := func(more m) m {
			body := m{"scope": hdir, "body_id": "ki-standardisering-hdir", "title": "Risikohåndtering", "as_of": "2024-03-01", "active_participation": true, "standard_ids": []string{iso.id()}}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		h.as("management").post("/topics", with(nil)).refused(403, "forbidden")
		h.as("owner").post("/topics", with(nil)).refused(403, "forbidden")
		group.post("/topics", m{"scope": hdir, "title": " ", "as_of": "1. mars", "standard_ids": []string{"x"}, "active_participation": 1}).
			refused(422, "invalid_content", "/body_id", "/title", "/as_of", "/standard_ids/0", "/active_participation")
		group.post("/topics", with(m{"body_id": "finnes-ikke", "as_of": "2026-11-22", "standard_ids": []string{h.id("group")}})).refused(422, "invalid_content", "/body_id", "/as_of", "/standard_ids/0")
		group.post("/topics", with(m{"body_id": "ki-arbeidsgruppe-siv"})).refused(422, "invalid_content", "/scope", "/body_id")
		h.events()
		first := group.post("/topics", with(nil)).ok(201).is("status", "active").is("active_participation", true)
		group.post("/topics", with(m{"title": "Ledelsessystemer", "active_participation": false, "standard_ids": nil, "as_of": "2026-01-01"})).ok(201)
		h.events("group topic:create", "group topic:create")
		body := first.str("body_id")
		group.get("/topics?body_id="+body+"&active_participation=true&status=active&count=true").ok(200).is("total", 1).is("items.0.id", first.id())
		group.get("/topics?standard_ids="+iso.id()+"&count=true").ok(200).is("total", 1)
		group.get("/topics?sort=as_of&scope="+hdir).ok(200).is("items.0.as_of", "2024-03-01")
		at := "/topics/" + first.id()
		group.get(at + "/links").ok(200)
		group.patch(at, 1, m{"as_of": "2026-11-22"}).refused(422, "invalid_content", "/as_of")
		group.patch(at, 1, m{"body_id": "ki-arbeidsgruppe-siv"}).refused(422, "invalid_content", "/body_id")
		group.patch(at, 1, m{"as_of": nil}).refused(422, "invalid_content", "/as_of")
		group.patch(at, 1, m{"description": "ISO/IEC 23894"}).ok(200)
		h.as("management").verb(at+"/close", 2, m{"reason": "Ferdig"}).refused(403, "forbidden")
		group.verb(at+"/close", 2, m{}).refused(422, "invalid_content", "/reason")
		group.verb(at+"/close", 1, m{"reason": "Ferdig"}).refused(412, "stale_version")
		group.verb(at+"/close", 2, m{"reason": "Ferdig"}).ok(200).is("status", "closed")
		group.verb(at+"/close", 3, m{"reason": "Ferdig"}).refused(409, "wrong_state")
		group.patch(at, 3, m{"title": "A"}).refused(409, "wrong_state")
		group.verb(at+"/reopen", 3, m{"reason": "Nytt utkast"}).ok(200).is("status", "active")
		h.events("group topic:update", "group topic:close", "group topic:reopen")
		group.delete("/standards/"+iso.id(), 1).refused(409, "referred_to")
	})
}

// Needs of the sector are registered, assessed, and forwarded or declined with a reason.
func TestNeeds_S0_6(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		nationalGroup(h)
		group, group2, secretariat := h.as("group"), h.as("group2"), h.as("secretariat")
		ahus := organisation(h, "ahus", "Akershus universitetssykehus", m{"scope": "/nasjonalt/", "kind": "health_trust"})
		ehelse := organisation(h, "e-helse", "Direktoratet for e-helse", m{"scope": "/nasjonalt/"})
		h.as("admin").verb("/organisations/e-helse/merge", 1, m{"into_id": "ahus", "on": "2024-01-01", "reason": "Prøve"}).ok(200)
		qms := standard(h, "prEN 18286", m{"commission_requested": true})
		topic := group.post("/topics", m{"scope": hdir, "body_id": "ki-standardisering-hdir", "title": "Ledelsessystemer", "as_of": "2024-03-01"}).ok(201)
		h.seen()
		with := func(more m) m {
			body := m{"scope": hdir, "body_id": "ki-standardisering-hdir", "title": "Felles krav til lokal validering", "organisation_id": ahus.id(), "topic_ids": []string{topic.id()}}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		for _, who := range []string{"council", "auditor", "employee", "owner", "observer"} {
			h.as(who).post("/needs", with(nil)).refused(422, "invalid_content", "/scope", "/body_id", "/topic_ids/0") // not of their own hospital
		}
		secretariat.post("/needs", m{"scope": hdir, "title": " ", "priority": "haster", "organisation_id": "ahus", "topic_ids": []string{"x"}, "status": "assessed"}).
			refused(422, "invalid_content", "/body_id", "/title", "/priority", "/organisation_id", "/topic_ids/0", "/status")
		secretariat.post("/needs", with(m{"body_id": "finnes-ikke", "organisation_id": ehelse.id(), "topic_ids": []string{qms.id()}})).refused(422, "invalid_content", "/body_id", "/organisation_id", "/topic_ids/0")
		secretariat.post("/needs", with(m{"scope": "/nasjonalt/"})).refused(422, "invalid_content", "/scope")
		h.events()

		n := secretariat.post("/needs", with(nil)).ok(201).is("status", "received").is("priority", "normal")
		at := "/needs/" + n.id()
		if tasks := string(group.get("/me/tasks").ok(200).body); !strings.Contains(tasks, n.id()) {
			t.Errorf("the need does not wait for the group: %s", tasks)
		}
		secretariat.patch(at, 1, m{"standard_ids": []string{qms.id()}}).ok(200).is("priority", "high").is("stated_priority", "normal").is("raised_by.0", qms.id())
		found := m{"assessment": "Dekkes delvis av prEN 18286"}
		secretariat.verb(at+"/assess", 2, found).refused(403, "forbidden")
		group.verb(at+"/forward", 2, m{"to": "JTC 21"}).refused(409, "wrong_state")
		group.verb(at+"/assess", 2, m{"assessment": " ", "priority": "?"}).refused(422, "invalid_content", "/assessment", "/priority")
		group.verb(at+"/assess", 1, found).refused(412, "stale_version")
		h.as("council").verb(at+"/assess", 2, found).refused(403, "forbidden")
		h.as("council").get(at).refused(404, "not_found")
		group2.verb(at+"/assess", 2, found).ok(200).is("status", "assessed").is("assessment.by", h.id("group2")).is("assessment.assessment", "Dekkes delvis av prEN 18286")
		group.verb(at+"/forward", 3, m{"reference": "N 512"}).refused(422, "invalid_content", "/to")
		group.verb(at+"/forward", 3, m{"to_standard_id": topic.id()}).refused(422, "invalid_content", "/to_standard_id")
		group.verb(at+"/forward", 3, m{"to": "CEN/CENELEC JTC 21", "to_standard_id": qms.id(), "reference": "N 512"}).ok(200).is("status", "forwarded").is("forwarding.reference", "N 512").is("to_standard_id", qms.id())
		group.verb(at+"/decline", 4, m{"reason": "Nei"}).refused(409, "wrong_state")
		group.patch(at, 4, m{"title": "A"}).refused(409, "wrong_state")
		h.events("secretariat need:create", "secretariat need:update", "group2 need:assess", "group need:forward")
		secretariat.verb(at+"/reopen", 4, m{"reason": "Feil komité"}).refused(403, "forbidden")
		group.verb(at+"/reopen", 4, m{"reason": "Feil komité"}).ok(200).is("status", "assessed").is("forwarding", nil).is("to_standard_id", nil)
		group.verb(at+"/decline", 5, m{}).refused(422, "invalid_content", "/reason")
		group.verb(at+"/decline", 5, m{"reason": "Dekkes allerede"}).ok(200).is("status", "declined").is("refusal.reason", "Dekkes allerede")
		h.events("group need:reopen", "group need:decline")

		// Only the person who registered a need can withdraw it.
		n = secretariat.post("/needs", with(m{"title": "Trukket"})).ok(201)
		at = "/needs/" + n.id()
		if actions := group.get(at).ok(200).strings("allowed_actions"); contains(actions, "withdraw") || !contains(actions, "decline") {
			t.Errorf("the group is offered %v", actions)
		}
		group.verb(at+"/withdraw", 1, m{"reason": "Nei"}).refused(403, "not_taken_in_by")
		secretariat.verb(at+"/withdraw", 1, m{}).refused(422, "invalid_content", "/reason")
		secretariat.verb(at+"/withdraw", 1, m{"reason": "Sendt inn to ganger"}).ok(200).is("status", "withdrawn")
		group.verb(at+"/reopen", 2, m{"reason": "Likevel"}).ok(200).is("status", "received")
		secretariat.delete(at, 3).ok(204)
		h.events("secretariat need:create", "secretariat need:withdraw", "group need:reopen", "secretariat need:delete")
		group.get("/needs?body_id="+n.str("body_id")+"&organisation_id="+ahus.id()+"&status=declined&priority=high&count=true").ok(200).is("total", 1)
		group.get("/needs?topic_ids="+topic.id()+"&to_standard_id="+qms.id()+"&count=true").ok(200).is("total", 0)

		// No need can be registered for a closed body.
		body := h.as("management").get("/bodies/ki-standardisering-hdir").ok(200)
		h.as("management").verb("/bodies/ki-standardisering-hdir/close", body.version(), m{"reason": "Avviklet"}).ok(200)
		h.seen()
		secretariat.post("/needs", with(m{"topic_ids": nil})).refused(409, "body_closed")
		group.post("/needs", with(nil)).refused(422, "invalid_content", "/scope") // its members can no longer read the scope
		h.events()
	})
}

// A standardisation group plans and completes activities: to follow, to contribute and to build competence.
func TestActivities_S0_5(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		nationalGroup(h)
		group, secretariat := h.as("group"), h.as("secretariat")
		ks := organisation(h, "ks", "KS", m{"scope": "/nasjonalt/", "kind": "association"})
		ehelse := organisation(h, "e-helse", "Direktoratet for e-helse", m{"scope": "/nasjonalt/"})
		h.as("admin").verb("/organisations/e-helse/merge", 1, m{"into_id": "ks", "on": "2024-01-01", "reason": "Prøve"}).ok(200)
		h.seen()
		with := func(more m) m {
			body := m{"scope": hdir, "body_id": "ki-standardisering-hdir", "kind": "competence", "title": "Webinar om prEN 18286", "participants": []string{ks.id()}, "starts_on": "2026-11-10", "ends_on": "2026-11-20"}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		secretariat.post("/activities", with(nil)).refused(403, "forbidden")
		group.post("/activities", m{"scope": hdir, "kind": "reise", "title": "", "participants": []string{"ks"}, "starts_on": "2026-12-02", "ends_on": "2026-12-01", "outcome": "Alt"}).
			refused(422, "invalid_content", "/body_id", "/kind", "/title", "/participants/0", "/ends_on", "/outcome")
		group.post("/activities", with(m{"participants": []string{ks.id(), ehelse.id()}})).refused(422, "invalid_content", "/participants/1")
		h.events()
		for _, kind := range []string{"follow", "contribute"} {
			group.post("/activities", with(m{"kind": kind, "participants": []string{ks.id(), ehelse.id()}, "starts_on": "2023-05-01", "ends_on": nil})).ok(201).is("kind", kind)
		}
		r := group.post("/activities", with(nil)).ok(201).is("status", "planned").is("overdue", true).is("outcome", nil)
		h.events("group activity:create", "group activity:create", "group activity:create")
		at := "/activities/" + r.id()
		group.patch(at, 1, m{"participants": []string{ehelse.id()}}).refused(422, "invalid_content", "/participants/0")
		group.patch(at, 1, m{"ends_on": "2026-11-09"}).refused(422, "invalid_content", "/ends_on")
		group.verb(at+"/complete", 1, m{"outcome": "Holdt"}).refused(409, "wrong_state")
		secretariat.verb(at+"/start", 1, nil).refused(403, "forbidden")
		group.verb(at+"/start", 1, nil).ok(200).is("status", "running")
		group.verb(at+"/complete", 2, m{"outcome": " "}).refused(422, "invalid_content", "/outcome")
		group.verb(at+"/complete", 1, m{"outcome": "Holdt"}).refused(412, "stale_version")
		group.verb(at+"/complete", 2, m{"outcome": "62 deltakere fra 19 virksomheter"}).ok(200).is("status", "done").is("overdue", false).is("outcome.outcome", "62 deltakere fra 19 virksomheter").is("outcome.by", h.id("group"))
		group.verb(at+"/cancel", 3, m{"reason": "Syk"}).refused(409, "wrong_state")
		group.verb(at+"/reopen", 3, m{"reason": "Holdes på nytt"}).ok(200).is("status", "planned").is("outcome", nil)
		group.verb(at+"/cancel", 4, m{}).refused(422, "invalid_content", "/reason")
		group.verb(at+"/cancel", 4, m{"reason": "Foreleser syk"}).ok(200).is("status", "cancelled")
		h.events("group activity:start", "group activity:complete", "group activity:reopen", "group activity:cancel")
		group.get("/activities?kind=follow&body_id="+r.str("body_id")+"&participants="+ks.id()+"&sort=starts_on&count=true").ok(200).is("total", 1)
		secretariat.get("/activities?count=true&facets=kind&scope="+hdir).ok(200).is("total", 3).is("facets.kind.competence", 1)
		h.as("council").get(at).refused(404, "not_found")
	})
}

// The secretariat registers a request to join, the body's lead or top management answers it, and the personal data can be erased.
func TestApplications_S0_9(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		nationalGroup(h)
		group, secretariat, management := h.as("group"), h.as("secretariat"), h.as("management")
		ahus := organisation(h, "ahus", "Akershus universitetssykehus", m{"scope": "/nasjonalt/", "kind": "health_trust"})
		h.seen()
		with := func(more m) m {
			body := m{
				"scope": hdir, "body_id": "ki-standardisering-hdir", "organisation_id": ahus.id(), "person_name": "Ola Søkersen", "person_email": "ola@ahus.example",
				"wanted_position": "active_participant", "motivation": "Vi tar i bruk KI i bildediagnostikk",
			}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		for _, who := range []string{"council", "management", "employee", "owner", "auditor"} {
			h.as(who).post("/applications", with(nil)).refused(403, "forbidden")
		}
		secretariat.post("/applications", m{"scope": hdir, "person_name": " ", "person_email": "ola", "wanted_position": "leder", "motivation": ""}).
			refused(422, "invalid_content", "/body_id", "/organisation_id", "/person_name", "/person_email", "/wanted_position", "/motivation")
		secretariat.post("/applications", with(m{"body_id": "finnes-ikke", "received_on": "2026-11-22"})).refused(422, "invalid_content", "/body_id", "/received_on")
		h.events()

		r := secretariat.with("Idempotency-Key", "ola").post("/applications", with(nil)).ok(201).
			is("status", "received").is("person_name", "Ola Søkersen").is("received_on", "2026-11-21").is("decision", nil)
		at := "/applications/" + r.id()
		secretariat.patch(at, 1, m{"wanted_position": "member"}).ok(200).is("person_email", "ola@ahus.example")
		secretariat.get("/applications?body_id="+r.str("body_id")+"&wanted_position=member").ok(200).is("items.0.person_name", "Ola Søkersen")
		yes := m{"reason": "Erfaring vi mangler", "position": "observer"}
		secretariat.verb(at+"/accept", 2, yes).refused(403, "forbidden")
		h.as("group2").verb(at+"/accept", 2, yes).refused(403, "not_lead")
		h.as("group2").verb(at+"/decline", 2, m{"reason": "Nei"}).refused(403, "not_lead")
		h.as("council").verb(at+"/accept", 2, yes).refused(404, "not_found")
		for who, may := range map[string]bool{"group": true, "management": true, "group2": false, "secretariat": false} {
			if actions := h.as(who).get(at).ok(200).strings("allowed_actions"); contains(actions, "accept") != may || contains(actions, "decline") != may {
				t.Errorf("%s is offered %v", who, actions)
			}
		}
		group.verb(at+"/accept", 2, m{"position": "leder"}).refused(422, "invalid_content", "/reason", "/position")
		group.verb(at+"/accept", 1, yes).refused(412, "stale_version")
		secretariat.verb(at+"/erase", 2, m{"reason": "Ba om det"}).refused(409, "wrong_state")
		group.verb(at+"/accept", 2, yes).ok(200).is("status", "accepted").is("decision.position", "observer").is("decision.by", h.id("group")).is("wanted_position", "member")
		h.events("secretariat application:create", "secretariat application:update", "group membership:create", "group application:accept")
		group.verb(at+"/decline", 3, m{"reason": "Nei"}).refused(409, "wrong_state")
		management.get("/memberships?scope="+hdir+"&count=true").ok(200).is("total", 3)
		management.get("/memberships/"+group.get(at).ok(200).str("membership_id")).ok(200).is("status", "proposed").is("position", "observer")

		// The applicant's name is not in the event log, and can be erased.
		for _, path := range []string{at + "/events", "/events?kind=application"} {
			if log := string(secretariat.get(path).ok(200).body); strings.Contains(log, "Søkersen") || strings.Contains(log, "ahus.example") {
				t.Errorf("%s shows who it is: %s", path, log)
			}
		}
		group.verb(at+"/erase", 3, m{"reason": "Ba om det"}).refused(403, "forbidden")
		secretariat.verb(at+"/erase", 3, m{"reason": "Ba om det"}).ok(200).is("person_name", nil).is("erased_on", "2026-11-21").is("status", "accepted")
		secretariat.get(at).ok(200).is("person_email", nil)
		if actions := secretariat.get(at).ok(200).strings("allowed_actions"); contains(actions, "erase") {
			t.Errorf("the erased is offered %v", actions)
		}
		secretariat.verb(at+"/erase", 4, m{"reason": "Igjen"}).refused(409, "already_erased")
		h.events("secretariat application:erase")

		// The person who registered the application cannot answer it. It can be withdrawn.
		r = group.post("/applications", with(nil)).ok(201)
		at = "/applications/" + r.id()
		group.verb(at+"/accept", 1, yes).refused(403, "separation_of_duties")
		group.verb(at+"/decline", 1, m{"reason": "Nei"}).refused(403, "separation_of_duties")
		management.verb(at+"/decline", 1, m{}).refused(422, "invalid_content", "/reason")
		management.verb(at+"/decline", 1, m{"reason": "Gruppen er full"}).ok(200).is("status", "declined").is("decision.reason", "Gruppen er full")
		r = secretariat.post("/applications", with(nil)).ok(201)
		secretariat.verb("/applications/"+r.id()+"/withdraw", 1, m{"reason": "Søkeren trakk seg"}).ok(200).is("status", "withdrawn")
		h.events("group application:create", "management application:decline", "secretariat application:create", "secretariat application:withdraw")
	})
}
