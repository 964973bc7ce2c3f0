package api_test

import "testing"

// result is the value of a metric with its interval.
func result(metric string, value, low, high float64, n int, more m) m {
	return merged(m{"metric": metric, "value": value, "ci_low": low, "ci_high": high, "n": n}, more)
}

// The criteria of a validation come first, and somebody else approves them. Somebody who did not record the results concludes.
func TestValidations(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "manager", "employee"} {
			h.id(name)
		}
		owner, lead, manager := h.as("owner"), h.as("owner2"), h.as("manager")
		system := h.as("group").post("/ai-systems", aSystem(h, m{"clinical_lead_id": h.id("owner2")})).ok(201).id()
		manager.verb("/ai-systems/"+system+"/release", 1, m{"version": "2.4.1"}).ok(200)
		release := manager.get("/ai-systems/" + system).ok(200).str("release_id")
		plan := m{
			"system_id": system, "title": "Lokal validering", "design": "retrospective", "dataset": "CT fra 2025", "reference_standard": "To radiologer", "sample_size": 400,
			"subgroups": []string{"over 80 år"}, "legal_basis": "Helsepersonelloven § 26",
		}
		h.seen()
		h.as("employee").post("/validations", plan).refused(422, "invalid_content", "/system_id")
		lead.post("/validations", plan).refused(422, "invalid_content", "/scope") // reads the system, and does not own it
		owner.post("/validations", merged(plan, m{"design": "accepted_from_site", "sample_size": 0, "release_id": system, "deployment_id": system})).
			refused(422, "invalid_content", "/sample_size", "/accepted_from", "/release_id", "/deployment_id")
		owner.post("/validations", merged(plan, m{"accepted_from": m{"site": "Hamar"}})).refused(422, "invalid_content", "/accepted_from", "/accepted_from/reason")
		h.events()
		v := owner.post("/validations", plan).ok(201).is("status", "planned").is("release_id", release).is("owner_id", h.id("owner"))
		h.events("owner validation:create")
		at := "/validations/" + v.id()
		lead.get(at).refused(404, "not_found") // nobody has asked the clinical lead yet

		criteria := m{"acceptance_criteria": []m{{"metric": "sensitivitet", "at_least": 0.9}, {"metric": "sensitivitet", "subgroup": "over 80 år", "at_least": 0.85}, {"metric": "falske alarmer", "at_most": 0.2}}}
		results := m{"results": []m{
			result("sensitivitet", 0.93, 0.89, 0.96, 212, nil), result("sensitivitet", 0.8, 0.7, 0.88, 60, m{"subgroup": "over 80 år"}), result("falske alarmer", 0.1, 0.05, 0.15, 400, nil),
		}}
		h.row("results before the criteria are refused", func() {
			owner.verb(at+"/record-results", 1, results).refused(409, "criteria_unapproved")
			owner.verb(at+"/set-criteria", 1, m{"acceptance_criteria": []m{
				{"metric": "a"}, {"metric": "b", "at_least": 2, "at_most": 1}, {"metric": "c", "at_least": 1, "subgroup": "barn"}, {"metric": "b", "at_most": 1},
			}}).refused(422, "invalid_content", "/acceptance_criteria/0", "/acceptance_criteria/1/at_most", "/acceptance_criteria/2/subgroup", "/acceptance_criteria/3/metric")
			owner.verb(at+"/set-criteria", 1, m{"acceptance_criteria": []m{}}).refused(422, "invalid_content", "/acceptance_criteria")
			h.seen()
			v = owner.verb(at+"/set-criteria", 1, criteria).ok(200).is("status", "criteria_set").is("approver", "clinical").is("approver_id", h.id("owner2"))
			h.events("owner validation:set-criteria")
			owner.patch(at, v.version(), m{"sample_size": 10}).refused(409, "wrong_state")
			owner.verb(at+"/record-results", v.version(), results).refused(409, "criteria_unapproved")
		})
		h.row("the clinical lead approves the criteria", func() {
			owner.verb(at+"/approve-criteria", v.version(), nil).refused(403, "separation_of_duties")
			manager.verb(at+"/approve-criteria", v.version(), nil).refused(403, "authority_missing")
			h.as("employee").verb(at+"/approve-criteria", v.version(), nil).refused(404, "not_found")
			waitsFor(h, "owner2", v.id(), "approve-criteria")
			offers(lead.get(at).ok(200), "approve-criteria", true)
			offers(owner.get(at).ok(200), "approve-criteria", false)
			v = lead.verb(at+"/approve-criteria", v.version(), nil).ok(200).is("criteria_approval.by", h.id("owner2"))
			lead.verb(at+"/approve-criteria", v.version(), nil).refused(409, "criteria_approved")
		})
		h.row("results that cannot be are refused", func() {
			owner.verb(at+"/record-results", v.version(), m{"results": []m{
				result("auc", 0.9, 0.8, 0.95, 10, nil), result("sensitivitet", 0.99, 0.8, 0.95, 10, nil), result("sensitivitet", 0.9, 0.8, 0.95, 401, m{"subgroup": "barn"}),
				result("falske alarmer", 0.1, 0, 0.2, 0, nil),
			}}).refused(422, "invalid_content", "/results/3/n")
			owner.verb(at+"/record-results", v.version(), m{"results": []m{
				result("auc", 0.9, 0.8, 0.95, 10, nil), result("sensitivitet", 0.99, 0.8, 0.95, 10, nil), result("sensitivitet", 0.9, 0.8, 0.95, 401, m{"subgroup": "barn"}),
			}}).refused(422, "invalid_content", "/results/0/metric", "/results/1/value", "/results/2/subgroup", "/results/2/n")
			v = owner.verb(at+"/record-results", v.version(), results).ok(200).is("status", "results")
			owner.verb(at+"/set-criteria", v.version(), criteria).refused(409, "criteria_fixed")
			offers(owner.get(at).ok(200), "set-criteria", false)
		})
		h.row("somebody else concludes, and a missed criterion is not met", func() {
			owner.verb(at+"/conclude", v.version(), m{"verdict": "met", "reason": "Bra"}).refused(403, "separation_of_duties")
			lead.verb(at+"/conclude", v.version(), m{"verdict": "met", "reason": "Bra"}).refused(422, "invalid_content", "/verdict")
			lead.verb(at+"/conclude", v.version(), m{"verdict": "met_with_conditions", "reason": "Bra"}).refused(422, "invalid_content", "/conditions")
			lead.verb(at+"/conclude", v.version(), m{"verdict": "not_met"}).refused(422, "invalid_content", "/reason")
			h.seen()
			v = lead.verb(at+"/conclude", v.version(), m{"verdict": "met_with_conditions", "reason": "Svakere for de eldste", "conditions": []string{"To lesere over 80 år"}}).ok(200).
				is("status", "concluded").is("conclusion.by", h.id("owner2"))
			h.events("owner2 validation:conclude")
			owner.verb(at+"/record-results", v.version(), results).refused(409, "wrong_state")
		})
		h.row("a new release outdates it", func() {
			s := manager.get("/ai-systems/" + system).ok(200).version()
			h.seen()
			manager.verb("/ai-systems/"+system+"/release", s, m{"version": "2.5.0"}).ok(200)
			h.events("manager ai_system:release", "manager validation:outdate")
			owner.get(at).ok(200).is("status", "outdated")
		})
		h.row("without a clinical lead the line manager approves", func() {
			s := manager.get("/ai-systems/" + system).ok(200).version()
			manager.patch("/ai-systems/"+system, s, m{"clinical_lead_id": nil}).ok(200)
			other := owner.post("/validations", merged(plan, m{"design": "accepted_from_site", "accepted_from": m{"site": "Hamar", "reason": "Samme utstyr og versjon"}})).ok(201)
			to := "/validations/" + other.id()
			owner.verb(to+"/set-criteria", 1, criteria).ok(200).is("approver", "line").is("approver_id", nil)
			h.as("employee").verb(to+"/approve-criteria", 2, nil).refused(404, "not_found")
			manager.verb(to+"/approve-criteria", 2, nil).ok(200)
			owner.verb(to+"/cancel", 3, m{"reason": "Ikke nødvendig"}).ok(200).is("status", "cancelled")
		})
	})
}
