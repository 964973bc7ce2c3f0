package api_test

import "testing"

// A project is closed only when its risks, measures and tasks are dealt with or moved elsewhere.
func TestCloseProject(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const scope = "/siv/radiologi/forsok/"
		admin, group, manager := h.as("admin"), h.as("group"), h.as("manager")
		unit := admin.post("/units", m{"scope": scope, "kind": "project", "name": "Forsøk"}).ok(201)
		at := "/units/" + unit.id()
		register := group.post("/risk-registers", m{"scope": "/siv/", "title": "KI-risiko"}).ok(201)
		first := group.post("/risks", m{"scope": scope, "register_id": register.id(), "title": "Feil svar", "polarity": "threat", "owner_id": h.id("manager")}).ok(201)
		second := group.post("/risks", m{"scope": scope, "register_id": register.id(), "title": "Nedetid", "polarity": "threat"}).ok(201)
		measure := group.post("/measures", m{"scope": scope, "title": "Ny terskel", "kind": "other", "responsible_id": h.id("manager")}).ok(201)
		document := group.post("/policies", guidelineInput(h, m{"scope": scope, "document_number": nil, "applies_to": []any{}})).ok(201)
		group.verb("/policies/"+document.id()+"/submit", 1, nil).ok(200)
		h.seen()
		no := admin.verb(at+"/close", 1, m{"reason": "Ferdig"}).blocked("open_risk", "open_risk", "open_measure", "open_task")
		no.is("blockers.0.link", nil).is("blockers.0.detail", "lukk risikoen "+first.str("number")+", eller flytt den") // an administrator reads no risks
		no.is("blockers.3.detail", document.str("number")+" venter på handlingen «Godkjenn»")
		manager.verb(at+"/close", 1, m{"reason": "Ferdig"}).refused(403, "forbidden")
		h.events()

		group.verb("/risks/"+second.id()+"/transfer", second.version(), m{"scope": "/siv/radiologi/", "reason": "Videreføres"}).ok(200)
		group.verb("/measures/"+measure.id()+"/withdraw", 1, m{"reason": "Prosjektet avsluttes"}).ok(200)
		h.as("council").verb("/policies/"+document.id()+"/reject", 2, m{"reason": "Prosjektet avsluttes"}).ok(200)
		admin.verb(at+"/close", 1, m{"reason": "Ferdig"}).blocked("open_risk")
		group.verb("/risks/"+first.id()+"/transfer", first.version(), m{"scope": "/siv/radiologi/", "reason": "Videreføres"}).ok(200)
		h.seen()
		admin.verb(at+"/close", 1, m{"reason": "Ferdig"}).ok(200).is("status", "closed")
		h.events("admin unit:close")
	})
}
