package api_test

import "testing"

// Every installation knows the authorities. Whoever is about to write to the wrong one is told who is right.
func TestAuthorities_S2_29(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee, admin, secretariat := h.as("employee"), h.as("admin"), h.as("secretariat")
		h.id("admin")
		h.id("secretariat")
		employee.get("/authorities?count=true").ok(200).is("total", 11)
		employee.get("/authorities/dmp").ok(200).is("short_name", "DMP").is("competences.0.actor_types", "[manufacturer distributor importer authorised_representative notified_body]")
		for _, row := range []struct{ ask, right, warning string }{
			{"subject=device_product&actor_type=manufacturer&authority=dmp", "dmp", ""},
			{"subject=device_product&actor_type=notified_body", "dmp", ""},
			{"subject=procurement&authority=dmp", "dfo", "wrong_addressee"},
			{"subject=use_in_health_care&actor_type=health_service&authority=dmp", "helsetilsynet", "wrong_addressee"},
			{"subject=use_in_health_care&authority=statsforvalteren", "helsetilsynet", ""},
			{"subject=device_product&authority=helsetilsynet", "dmp", "wrong_addressee"},
			{"subject=privacy&authority=datatilsynet", "datatilsynet", ""},
			{"subject=ai_act&actor_type=ai_deployer", "nkom", ""},
		} {
			r := employee.get("/authorities/route?" + row.ask).ok(200)
			found := false
			for _, a := range r.at("addressees").([]any) {
				found = found || a.(m)["key"] == row.right
			}
			if !found {
				t.Errorf("%s: %s", row.ask, r.body)
			}
			if row.warning == "" {
				r.is("warning", nil)
			} else {
				r.is("warning.code", row.warning)
			}
		}
		r := employee.get("/authorities/route?subject=procurement&authority=dmp").ok(200).is("addressees.0.to_verify", true)
		r.is("warning.text.nb", "Direktoratet for medisinske produkter er ikke rette adressat: anskaffelse. DMP er ikke myndighet for anskaffelse av medisinsk utstyr. "+
			"Rette adressat: Direktoratet for forvaltning og økonomistyring.")
		r.is("warning.authority_id", employee.get("/authorities/dmp").ok(200).id()).is("warning.right_ids.0", employee.get("/authorities/dfo").ok(200).id())
		h.seen()
		employee.get("/authorities/route").refused(400, "missing_parameter")
		employee.get("/authorities/route?subject=kantine").refused(400, "bad_parameter", "?subject")
		employee.get("/authorities/route?subject=privacy&authority=kantina").refused(400, "bad_parameter", "?authority")
		h.as("").get("/authorities/route?subject=privacy").refused(401, "unauthenticated")

		// The register is data: those who keep the organisations keep the authorities too.
		body := m{
			"scope": "/siv/", "key": "dsa", "name": m{"nb": "Direktoratet for strålevern og atomsikkerhet"},
			"competences": []m{{"subject": "use_in_health_care", "actor_types": []string{"health_service"}, "tasks": []string{"supervises"}, "confidence": "low"}},
		}
		for _, who := range []string{"employee", "group", "council", "auditor", "management"} {
			h.as(who).post("/authorities", body).refused(403, "forbidden")
		}
		secretariat.post("/authorities", m{
			"scope": "/siv/", "key": "D S A", "name": m{}, "url": "dsa", "competences": []m{{"subject": "kantine", "actor_types": []string{"kokk"}, "tasks": []string{}, "confidence": "?"}},
			"excludes": []m{{"subject": "privacy"}},
		}).refused(422, "invalid_content", "/key", "/name", "/url", "/competences/0/subject", "/competences/0/actor_types/0", "/competences/0/tasks", "/competences/0/confidence", "/excludes/0/note")
		h.events()
		r = secretariat.post("/authorities", body).ok(201).is("status", "active")
		secretariat.post("/authorities", body).refused(409, "duplicate")
		secretariat.patch("/authorities/dsa", 1, m{"url": "https://dsa.no"}).ok(200)
		secretariat.patch("/authorities/dmp", 1, m{"url": "https://dmp.no"}).refused(403, "forbidden")
		admin.patch("/authorities/dmp", 9, m{"url": "https://dmp.no"}).refused(412, "stale_version")
		admin.patch("/authorities/dmp", 1, m{"url": "https://dmp.no"}).ok(200)
		secretariat.verb("/authorities/dsa/close", 2, m{}).refused(422, "invalid_content", "/reason")
		secretariat.verb("/authorities/dsa/close", 2, m{"reason": "Slått sammen"}).ok(200).is("status", "closed").is("closure.reason", "Slått sammen")
		for _, a := range employee.get("/authorities/route?subject=use_in_health_care").ok(200).at("addressees").([]any) {
			if a.(m)["key"] == "dsa" {
				t.Error("a closed authority is an addressee")
			}
		}
		secretariat.patch("/authorities/dsa", 3, m{"url": "https://dsa.no"}).refused(409, "wrong_state")
		secretariat.verb("/authorities/dsa/reopen", 3, m{"reason": "Feil"}).ok(200).is("closure", nil)
		secretariat.delete("/authorities/"+r.id(), 4).ok(204)
		h.events("secretariat authority:create", "secretariat authority:update", "admin authority:update", "secretariat authority:close", "secretariat authority:reopen", "secretariat authority:delete")
	})
}
