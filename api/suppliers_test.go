package api_test

import "testing"

// The working group assesses suppliers, but never whoever proposed one. An approved supplier is assessed again when its review is due (A.10).
func TestSuppliers_A10(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, group2, manager := h.as("group"), h.as("group2"), h.as("manager")
		for _, who := range []string{"group", "group2", "manager", "owner", "management"} {
			h.id(who)
		}
		organisation(h, "radiolog", "Radiolog AS", m{"kind": "company"})
		report := group.post("/evidence", m{"scope": "/siv/", "kind": "note", "title": "Svar fra leverandøren", "text": "Har styringssystem."}).ok(201).id()
		elsewhere := h.as("owner2").post("/evidence", m{"scope": "/siv/akutt/sepsisvarsel/", "kind": "note", "title": "Notat", "text": "Notat"}).ok(201).id()
		contract := m{"title": "Rammeavtale", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "processor_agreement": "signed", "transfer": "none", "evidence_ids": []string{report}}
		body := m{
			"scope": "/siv/", "organisation_id": "radiolog", "delivers": "Bruddeteksjon", "contracts": []m{contract},
			"responsibilities": []m{{"responsibility": "Overvåke ytelsen", "party": "shared"}},
		}
		h.seen()
		for _, who := range []string{"employee", "council", "auditor", "secretariat", "management"} {
			h.as(who).post("/suppliers", body).refused(403, "forbidden")
		}
		group.post("/suppliers", m{"scope": "/siv/", "delivers": " ", "contracts": []m{{"title": "", "processor_agreement": "kanskje"}}, "responsibilities": []m{{"party": "alle"}}}).refused(422, "invalid_content",
			"/name", "/delivers", "/contracts/0/title", "/contracts/0/processor_agreement", "/contracts/0/transfer", "/responsibilities/0/responsibility", "/responsibilities/0/party")
		group.post("/suppliers", merged(body, m{"organisation_id": "finnes-ikke", "name": "A"})).refused(422, "invalid_content", "/organisation_id")
		for pointer, wrong := range map[string]m{
			"/contracts/0/valid_to":       {"valid_to": "2025-12-31"},
			"/contracts/0/transfer_basis": {"transfer": "with_basis"},
			"/contracts/0/change_notice":  {"change_notice": "30 dager"},
			"/contracts/0/evidence_ids/0": {"evidence_ids": []string{"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}},
		} {
			group.post("/suppliers", merged(body, m{"contracts": []m{merged(contract, wrong)}})).refused(422, "invalid_content", pointer)
		}
		group.post("/suppliers", merged(body, m{"status": "approved", "next_review": "2027-01-01"})).refused(422, "invalid_content", "/status", "/next_review")
		h.events()

		r := group.post("/suppliers", body).ok(201).is("status", "proposed").is("name", "Radiolog AS").is("next_review", nil).is("overdue", false)
		at := "/suppliers/" + r.id()
		group.patch(at, 1, m{"contracts": []m{merged(contract, m{"valid_to": "2025-01-01"})}}).refused(422, "invalid_content", "/contracts/0/valid_to")
		h.as("owner").get(at).ok(200)
		h.as("employee").get(at).refused(403, "forbidden")
		tasked(h, "group", "assess", at, false)
		tasked(h, "group2", "assess", at, true)
		yes := m{"verdict": "approved", "reasons": "Svarer raskt på hendelser.", "evidence_ids": []string{report}, "next_review": "2027-01-15"}
		group.verb(at+"/assess", 1, yes).refused(403, "separation_of_duties")
		manager.verb(at+"/assess", 1, yes).refused(403, "forbidden")
		group2.verb(at+"/assess", 1, m{"verdict": "approved", "reasons": " "}).refused(422, "invalid_content", "/reasons", "/next_review")
		group2.verb(at+"/assess", 1, merged(yes, m{"next_review": "2026-11-21"})).refused(422, "invalid_content", "/next_review")
		group2.verb(at+"/assess", 1, merged(yes, m{"evidence_ids": []string{elsewhere, nobody}})).refused(422, "invalid_content", "/evidence_ids/1")
		group2.verb(at+"/assess", 3, yes).refused(412, "stale_version")
		h.events("group supplier:create")
		group2.verb(at+"/assess", 1, yes).ok(200).is("status", "approved").is("assessments.0.by", h.id("group2")).is("assessments.0.at", "2026-11-21T10:00:00Z").is("next_review", "2027-01-15")
		tasked(h, "group2", "assess", at, false)
		group.get("/evidence/"+report+"/links").ok(200).is("items.0.id", r.id())
		h.events("group2 supplier:assess")

		manager.verb(at+"/suspend", 2, m{}).refused(422, "invalid_content", "/reason")
		h.as("owner").verb(at+"/suspend", 2, m{"reason": "Alvorlig hendelse"}).refused(403, "forbidden")
		manager.verb(at+"/suspend", 2, m{"reason": "Alvorlig hendelse"}).ok(200).is("status", "suspended").is("stop.reason", "Alvorlig hendelse")
		tasked(h, "group2", "assess", at, true)
		group2.verb(at+"/assess", 3, m{"verdict": "rejected", "reasons": "Har ikke rettet feilen."}).ok(200).is("status", "rejected").is("stop", nil).is("next_review", nil)
		group2.verb(at+"/suspend", 4, m{"reason": "Igjen"}).refused(409, "wrong_state")
		group2.verb(at+"/assess", 4, yes).ok(200).is("status", "approved").is("assessments.2.verdict", "approved")
		h.later(30)
		h.again("group2")
		tasked(h, "group2", "assess", at, true)
		h.later(60)
		h.again("group2").get(at).ok(200).is("overdue", true)
		h.as("group2").get("/suppliers?overdue=true&organisation_id=radiolog").ok(200).is("items.0.id", r.id())
		h.as("management").verb(at+"/end", 5, m{"reason": "Avtalen er sagt opp"}).ok(200).is("status", "ended").is("overdue", false)
		h.as("group").patch(at, 6, m{"contact": "A"}).refused(409, "wrong_state")
		h.events("manager supplier:suspend", "group2 supplier:assess", "group2 supplier:assess", "management supplier:end")

		// A project owner proposes a supplier in the own project, which the other project does not see.
		r = h.as("owner").post("/suppliers", m{"scope": "/siv/radiologi/bruddeteksjon/", "name": "Liten AS", "delivers": "Merking av bilder"}).ok(201)
		h.as("owner2").get("/suppliers/"+r.id()).refused(404, "not_found")
		h.as("owner").delete("/suppliers/"+r.id(), 1).ok(204)
		h.events("owner supplier:create", "owner supplier:delete")
	})
}
