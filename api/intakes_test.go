package api_test

import (
	"context"
	"testing"

	"github.com/ki-styring/aims/internal/intake"
	"github.com/ki-styring/aims/internal/record"
)

// newSystem is the body of a new AI system with an owner.
func newSystem(owner string) m {
	return m{
		"name": "Oppsummering av epikriser", "kind": "generative", "origin": "bought", "autonomy": "recommends", "owner_id": owner, "intended_purpose": "Lage utkast.",
		"patients_affected": true, "personal_data": true, "patient_data": "used", "all_output_read": true,
	}
}

// Any employee asks whether a tool may be used, gets a number and a day, and follows the question until it is answered.
func TestIntakes(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee, group, group2 := h.as("employee"), h.as("group"), h.as("group2")
		for _, who := range []string{"employee", "group", "group2", "owner", "manager"} {
			h.id(who)
		}
		body := m{"scope": "/siv/akutt/", "tool": "Oppsummering av epikriser", "purpose": "Korte ned previsitten.", "data_subjects": []string{"patients"}, "needed_by": "2027-02-01"}
		h.seen()
		h.as("").post("/intakes", body).refused(401, "unauthenticated")
		employee.post("/intakes", m{"scope": "/siv/akutt/", "tool": " ", "purpose": "", "data_subjects": []string{"katter"}, "needed_by": "snart"}).
			refused(422, "invalid_content", "/tool", "/purpose", "/data_subjects/0", "/needed_by")
		employee.post("/intakes", merged(body, m{"triage_due": "2027-01-01"})).refused(422, "invalid_content", "/triage_due")
		h.events()
		ask := func(who string) (at string) {
			return "/intakes/" + h.as(who).post("/intakes", body).ok(201).is("status", "received").is("triage_due", "2026-12-05").
				is("next.nb", "Arbeidsgruppen svarer innen 5.12.2026.").id()
		}
		at := ask("employee")
		h.as("owner").get(at).refused(404, "not_found")
		employee.get("/intakes?count=true").ok(200).is("total", 1)
		employee.patch(at, 1, m{"purpose": "Korte ned tiden på previsitten."}).ok(200)
		group.patch(at, 2, m{"purpose": "Annet"}).refused(403, "forbidden")
		tasked(h, "group", "screen", at, true)

		// The use is screened before the way is chosen.
		reason := m{"prohibited": false, "reason": "Ingen av praksisene passer."}
		employee.verb(at+"/screen", 2, reason).refused(403, "forbidden")
		group.verb(at+"/triage", 2, m{"route": "refuse", "reason": "Nei"}).refused(409, "wrong_state")
		group.verb(at+"/screen", 2, m{"reason": " "}).refused(422, "invalid_content", "/prohibited", "/reason")
		group.verb(at+"/screen", 2, reason).ok(200).is("status", "screened").is("screening.by", h.id("group")).is("screening.prohibited", false).is("screening.at", "2026-11-21T10:00:00Z")
		tasked(h, "group2", "triage", at, true)

		// A route needs what belongs to it, and nothing else. A new system is made in the same call.
		group.verb(at+"/triage", 3, m{"route": "kanskje", "reason": ""}).refused(422, "invalid_content", "/route", "/reason")
		group.verb(at+"/triage", 3, m{"route": "known_system", "reason": "A"}).refused(422, "invalid_content", "/system_id")
		group.verb(at+"/triage", 3, m{"route": "refuse", "reason": "A", "system_id": nobody, "system": newSystem(h.id("owner"))}).refused(422, "invalid_content", "/system_id", "/system")
		group.verb(at+"/triage", 3, m{"route": "known_system", "reason": "A", "system_id": nobody}).refused(422, "invalid_content", "/system_id")
		group.verb(at+"/triage", 3, m{"route": "new_system", "reason": "A", "system": merged(newSystem("x"), m{"name": " "})}).refused(422, "invalid_content", "/system/name", "/system/owner_id")
		group.verb(at+"/triage", 3, m{"route": "new_system", "reason": "A", "system": merged(newSystem(h.id("owner")), m{"personal_data": false})}).refused(422, "invalid_content", "/system/personal_data").is("errors.0.pointer", "/system/personal_data")
		group.verb(at+"/triage", 3, m{"route": "new_system", "reason": "A", "system": merged(newSystem(h.id("owner")), m{"scope": "/nasjonalt/"})}).ok(403)
		h.events("employee intake:create", "employee intake:update", "group intake:screen")
		r := group.verb(at+"/triage", 3, m{"route": "new_system", "reason": "Må vurderes", "system": newSystem(h.id("owner"))}).ok(200).is("status", "triaged").is("triage.route", "new_system").is("overdue", false)
		group.get("/ai-systems/"+r.str("system_id")).ok(200).is("status", "idea").is("scope", "/siv/akutt/oppsummering-av-epikriser/").is("owner_id", h.id("owner"))
		h.events("group unit:create", "group ai_system:create", "group intake:triage")
		system := r.str("system_id")
		tasked(h, "employee", "close", at, true)
		employee.get(at).ok(200).is("next.nb", "Det er opprettet et nytt KI-system. Prosjekteieren tar det videre.")
		employee.verb(at+"/withdraw", 4, m{"reason": "Ombestemt"}).refused(409, "wrong_state")
		employee.verb(at+"/close", 4, m{"reason": "Fikk svar"}).ok(200).is("status", "closed")
		h.events("employee intake:close")

		// Nobody answers an own question. A prohibited practice is refused.
		at = ask("group")
		group.verb(at+"/screen", 1, m{"prohibited": true, "reason": "Følelser hos ansatte (artikkel 5 nr. 1 f)."}).ok(200)
		group.verb(at+"/triage", 2, m{"route": "refuse", "reason": "Forbudt"}).refused(403, "separation_of_duties")
		group2.verb(at+"/triage", 2, m{"route": "known_system", "reason": "A", "system_id": system}).refused(422, "invalid_content", "/route")
		group2.verb(at+"/triage", 1, m{"route": "refuse", "reason": "Forbudt"}).refused(412, "stale_version")
		group2.verb(at+"/triage", 2, m{"route": "refuse", "reason": "Forbudt"}).ok(200).is("next.en", "The tool may not be used. The answer says why.")
		at = ask("employee")
		group.verb(at+"/withdraw", 1, m{"reason": "Feil"}).refused(403, "forbidden")
		employee.verb(at+"/withdraw", 1, m{"reason": "Ombestemt"}).ok(200).is("status", "withdrawn").is("next.nb", "Spørsmålet er trukket.")
		at = ask("employee")
		group.verb(at+"/screen", 1, reason).ok(200)
		group.verb(at+"/triage", 2, m{"route": "known_system", "reason": "Vi har det", "system_id": system}).ok(200).is("system_id", system)
		h.events("group intake:create", "group intake:screen", "group2 intake:triage", "employee intake:create", "employee intake:withdraw",
			"employee intake:create", "group intake:screen", "group intake:triage")
	})
}

// The list of tools says in plain Norwegian what employees may use, and on what conditions. The working group drafts, the line manager approves.
func TestAllowedTools(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, manager, employee := h.as("group"), h.as("manager"), h.as("employee")
		for _, who := range []string{"group", "group2", "manager", "employee"} {
			h.id(who)
		}
		body := m{
			"scope": "/siv/", "name": "Skriveassistenten", "verdict": "conditional", "conditions": m{"nb": "Ikke legg inn pasientopplysninger.", "en": "Enter no patient data."},
			"data": []string{"public", "internal"}, "literacy": m{"nb": "Les alltid gjennom teksten selv."}, "owner_id": h.id("group2"), "valid_to": "2026-12-31",
		}
		h.seen()
		for _, who := range []string{"employee", "council", "auditor", "owner"} {
			h.as(who).post("/allowed-tools", body).refused(403, "forbidden")
		}
		for pointer, wrong := range map[string]m{
			"/conditions/nb": {"conditions": m{"en": "No patient data."}}, "/reasons": {"verdict": "refused", "data": []string{}}, "/data": {"data": []string{}},
			"/data/0": {"data": []string{"alt"}}, "/verdict": {"verdict": "kanskje"}, "/name": {"name": " "}, "/valid_to": {"valid_to": "2026-13-01"},
		} {
			group.post("/allowed-tools", merged(body, wrong)).refused(422, "invalid_content", pointer)
		}
		group.post("/allowed-tools", merged(body, m{"verdict": "refused", "reasons": "Lagrer alt."})).refused(422, "invalid_content", "/data")
		h.events()
		r := group.post("/allowed-tools", body).ok(201).is("status", "draft")
		at := "/allowed-tools/" + r.id()
		employee.get(at).refused(404, "not_found")
		manager.verb(at+"/approve", 1, nil).refused(409, "wrong_state")
		group.verb(at+"/submit", 1, nil).ok(200).is("status", "in_review")
		h.as("group2").verb(at+"/withdraw", 2, m{"reason": "Feil"}).refused(403, "not_submitter")
		group.patch(at, 2, m{"name": "A"}).refused(409, "wrong_state")
		group.verb(at+"/approve", 2, nil).refused(403, "forbidden")
		tasked(h, "manager", "approve", at, true)
		manager.verb(at+"/reject", 2, m{"reason": "Vilkårene er uklare"}).ok(200).is("status", "draft")
		group.verb(at+"/submit", 3, nil).ok(200)
		manager.verb(at+"/approve", 1, nil).refused(412, "stale_version")
		manager.verb(at+"/approve", 4, nil).ok(200).is("status", "in_force").is("approved_by", h.id("manager"))
		employee.get(at).ok(200).is("conditions.nb", "Ikke legg inn pasientopplysninger.").is("data", "[public internal]")
		employee.get("/allowed-tools?verdict=conditional&q=skriveass").ok(200).is("items.0.id", r.id())
		h.events("group allowed_tool:create", "group allowed_tool:submit", "manager allowed_tool:reject", "group allowed_tool:submit", "manager allowed_tool:approve")

		// A line manager who drafted an entry does not approve it.
		own := "/allowed-tools/" + manager.post("/allowed-tools", merged(body, m{"name": "Oversetteren"})).ok(201).id()
		manager.verb(own+"/submit", 1, nil).ok(200)
		manager.verb(own+"/approve", 2, nil).refused(403, "separation_of_duties")
		h.as("management").verb(own+"/approve", 2, nil).ok(200)

		// An intake is answered with an entry in force.
		question := "/intakes/" + employee.post("/intakes", m{"scope": "/siv/akutt/", "tool": "Skriveassistenten", "purpose": "Skrive brev"}).ok(201).id()
		group.verb(question+"/screen", 1, m{"prohibited": false, "reason": "Nei"}).ok(200)
		draft := group.post("/allowed-tools", merged(body, m{"name": "Utkast"})).ok(201).id()
		group.verb(question+"/triage", 2, m{"route": "general_tool", "reason": "Se listen", "tool_id": draft}).refused(422, "invalid_content", "/tool_id")
		group.verb(question+"/triage", 2, m{"route": "general_tool", "reason": "Se listen", "tool_id": r.id()}).ok(200).is("tool_id", r.id())
		h.seen()

		// After its last day an entry leaves the list.
		h.later(60)
		err := h.db.Write(context.Background(), record.System, record.Permission{Object: "allowed_tool", Action: "expire"}, "", intake.ExpireTools)
		if err != nil {
			t.Fatal(err)
		}
		h.again("employee").get(at).refused(404, "not_found")
		h.as("group").get(at).ok(200).is("status", "retired")
		h.events("system allowed_tool:expire", "system allowed_tool:expire")
		late := "/allowed-tools/" + draft
		h.as("group").verb(late+"/submit", 1, nil).ok(200)
		h.as("manager").verb(late+"/approve", 2, nil).refused(409, "validity_over")
	})
}
