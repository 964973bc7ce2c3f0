package api_test

import "testing"

// Moving a record needs the right in both scopes. References that would become invalid prevent it.
func TestTransfer(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, manager := h.as("group"), h.as("owner"), h.as("manager")
		e := manager.post("/evidence", map[string]any{"scope": "/siv/radiologi/", "title": "Opplæringsplan", "kind": "note", "text": "Plan for 2027"}).ok(201)
		at := "/evidence/" + e.id() + "/transfer"
		h.seen()
		owner.verb(at, 1, map[string]any{"scope": "/siv/radiologi/bruddeteksjon/", "reason": "Gjelder prosjektet"}).refused(403, "forbidden")
		manager.verb(at, 1, map[string]any{"scope": "/nasjonalt/", "reason": "Feil sted"}).refused(422, "invalid_content", "/scope")
		manager.verb(at, 1, map[string]any{"scope": "/finnes/ikke/", "reason": "Feil sted"}).refused(422, "invalid_content", "/scope")
		manager.verb(at, 1, map[string]any{"scope": "/siv/radiologi/bruddeteksjon/"}).refused(422, "invalid_content", "/reason")
		h.events()
		manager.verb(at, 1, map[string]any{"scope": "/siv/radiologi/bruddeteksjon/", "reason": "Gjelder prosjektet"}).ok(200).
			is("scope", "/siv/radiologi/bruddeteksjon/").is("version", 2)
		h.events("manager evidence:transfer")
		owner.get("/evidence/" + e.id()).ok(200)
		if n := len(owner.get("/evidence").ok(200).items()); n != 1 {
			t.Errorf("the owner's list has %d, want the one that came", n)
		}
		if n := len(group.get("/evidence?scope=/siv/akutt/").ok(200).items()); n != 0 {
			t.Errorf("the other department's list has %d", n)
		}

		// A reference from a control whose scope would be neither above nor below the new one prevents the move.
		group.post("/controls", map[string]any{
			"scope": "/siv/radiologi/bruddeteksjon/", "title": "Egen kontroll", "applicability": "included", "justification": "Behov i prosjektet", "evidence": []string{e.id()},
		}).ok(201)
		h.seen()
		manager.verb(at, 2, map[string]any{"scope": "/siv/akutt/", "reason": "Flyttes"}).refused(409, "tied_elsewhere")
		h.events()
	})
}
