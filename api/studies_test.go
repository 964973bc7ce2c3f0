package api_test

import "testing"

// A study is registered, and begins when those who decide have answered. The system follows its regime.
func TestStudies(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "group", "manager", "employee"} {
			h.id(name)
		}
		owner, manager := h.as("owner"), h.as("manager")
		system := h.as("group").post("/ai-systems", aSystem(h, nil)).ok(201).id()
		plan := func(row string, more m) m {
			return merged(m{"system_id": system, "title": "Knuter på CT", "type": "proof_of_concept", "row": row, "reason": "Ikke CE-merket, og svaret brukes."}, more)
		}
		h.seen()
		h.as("employee").post("/studies", plan("N-01", nil)).refused(422, "invalid_content", "/system_id")
		manager.post("/studies", plan("N-01", nil)).refused(403, "forbidden")
		owner.post("/studies", plan("N-77", m{"type": "magi", "reason": "", "starts_on": "2027-02-01", "ends_on": "2027-01-01"})).
			refused(422, "invalid_content", "/row", "/type", "/reason", "/ends_on")
		owner.post("/studies", plan("N-04", nil)).refused(422, "invalid_content", "/legal_basis")
		h.events()

		h.row("S2_12_a_proof_of_concept_counts", func() {
			s := owner.post("/studies", plan("N-04", m{"type": "quality_assurance", "legal_basis": "Helsepersonelloven § 26"})).ok(201).
				is("regime", "not_an_investigation").is("to_check", true)
			h.events("owner study:create", "owner ai_system:find")
			manager.get("/ai-systems/"+system).ok(200).is("findings.study_regime", "N-04").is("track", "standard")
			at := "/studies/" + s.id()
			owner.verb(at+"/apply", 1, m{}).refused(409, "nothing_to_apply")
			h.as("employee").verb(at+"/start", 1, nil).refused(404, "not_found")
			owner.verb(at+"/start", 1, nil).ok(200).is("status", "running").is("started_on", "2026-11-21")
			owner.verb(at+"/complete", 2, nil).ok(200).is("status", "completed")
			owner.verb(at+"/stop", 3, m{"reason": "Nei"}).refused(409, "wrong_state")

			owner.post("/studies", plan("N-01", nil)).ok(201).is("regime", "application")
			manager.get("/ai-systems/"+system).ok(200).is("findings.study_regime", "N-01").is("track", "full")
		})
		h.row("S2_13_registered_as_a_project_of_its_own", func() {
			s := owner.post("/studies", plan("N-02", nil)).ok(201)
			at := "/studies/" + s.id()
			owner.verb(at+"/apply", 1, m{}).blocked("registration_missing")
			owner.verb(at+"/start", 1, nil).blocked("registration_missing", "approval_missing")
			owner.patch(at, 1, m{"submission_reference": "FOI-2026-114"}).ok(200)
			owner.verb(at+"/apply", 2, m{"applied_on": "2027-01-01"}).refused(422, "invalid_content", "/applied_on")
			h.seen()
			owner.verb(at+"/apply", 2, m{"applied_on": "2026-11-01"}).ok(200).is("status", "applied")
			h.events("owner study:apply")
			owner.verb(at+"/record-approval", 3, m{"approved_on": "2026-10-01"}).refused(422, "invalid_content", "/dmp_reference", "/rek_reference", "/approved_on")
			owner.verb(at+"/record-approval", 3, m{"dmp_reference": "26/1", "rek_reference": "812345", "approved_on": "2026-11-10"}).ok(200).is("status", "approved")
			owner.verb(at+"/start", 4, nil).blocked("waiting_time") // thirty days after the notification
			h.later(20)
			h.tokens = map[string]string{}
			owner, manager := h.as("owner"), h.as("manager")
			owner.verb(at+"/start", 4, nil).ok(200).is("status", "running")
			owner.verb(at+"/stop", 5, m{}).refused(422, "invalid_content", "/reason")
			manager.verb(at+"/stop", 5, m{"reason": "Bivirkning"}).ok(200).is("status", "stopped")

			linked := owner.post("/studies", plan("N-03", m{"registered_in": "FOI-2024-087"})).ok(201)
			owner.verb("/studies/"+linked.id()+"/apply", 1, m{}).ok(200)
			open := owner.post("/studies", plan("N-05", m{"registered_in": "FOI-2024-087"})).ok(201)
			owner.verb("/studies/"+open.id()+"/apply", 1, m{}).blocked("regime_open")
			h.as("employee").get("/studies/rules").ok(200).is("regimes.0.row", "N-05a").is("regimes.1.wait", "P30D")
		})
	})
}
