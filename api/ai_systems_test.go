package api_test

import (
	"testing"
)

// aSystem is a bought reading tool, as the request that registers it.
func aSystem(h *installation, more m) m {
	return merged(m{
		"scope": "/siv/radiologi/", "name": "Lungeknuter på CT", "kind": "predictive", "origin": "bought", "autonomy": "recommends", "intended_purpose": "Støtte radiologen i å finne knuter.",
		"patients_affected": true, "personal_data": true, "patient_data": "used", "decides_about_persons": true, "all_output_read": true, "owner_id": h.id("owner"),
	}, more)
}

// An AI system gets a project unit of its own. Who has a function on it reads it, and nobody else outside its scope learns of it.
func TestAISystems(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "manager", "employee", "management", "auditor", "privacy", "council"} {
			h.id(name)
		}
		group := h.as("group")
		h.seen()
		h.as("employee").post("/ai-systems", aSystem(h, nil)).refused(403, "forbidden")
		h.as("council").post("/ai-systems", aSystem(h, nil)).refused(403, "forbidden")
		group.post("/ai-systems", aSystem(h, m{"scope": "/nei/"})).refused(422, "invalid_content", "/scope")
		group.post("/ai-systems", aSystem(h, m{
			"kind": "magi", "patient_data": "used", "personal_data": false, "mdr_role": "manufacturer", "autonomy": "acts_alone",
			"modules": []m{{"name": "A", "purpose": "x"}, {"name": "A", "purpose": "y"}}, "owner_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "traits": []string{"opaque", "opaque"},
		})).refused(422, "invalid_content", "/kind", "/traits", "/personal_data", "/all_output_read", "/mdr_role", "/modules/1/name", "/owner_id")
		group.post("/ai-systems", aSystem(h, m{"project": "Ikke Gyldig"})).refused(422, "invalid_content", "/project")
		h.events()

		made := group.post("/ai-systems", aSystem(h, nil)).ok(201).is("scope", "/siv/radiologi/lungeknuter-pa-ct/").is("status", "idea").
			is("track", "standard").is("mdr_role", "user").is("findings.device", "open")
		at := "/ai-systems/" + made.id()
		h.events("group unit:create", "group ai_system:create")
		group.post("/ai-systems", aSystem(h, nil)).refused(422, "invalid_content", "/project")
		h.events()

		for _, who := range []string{"owner", "manager", "management", "auditor", "privacy", "council"} {
			h.as(who).get(at).ok(200)
		}
		for _, who := range []string{"owner2", "employee"} {
			h.as(who).get(at).refused(404, "not_found")
			if n := len(h.as(who).get("/ai-systems?scope=/siv/radiologi/lungeknuter-pa-ct/").ok(200).items()); n != 0 {
				h.t.Errorf("%s finds %d systems", who, n)
			}
		}

		h.row("S3_5_traits_and_track", func() {
			manager := h.as("manager")
			manager.patch(at, 1, m{"traits": []string{"continuous_learning"}}).ok(200).is("track", "full").is("track_reasons.0", "continuous_learning")
			manager.patch(at, 2, m{"traits": []string{}}).ok(200).is("track", "standard")
			manager.verb(at+"/raise-track", 3, m{"track": "light", "reason": "Nei."}).refused(422, "invalid_content", "/track")
			h.as("privacy").verb(at+"/raise-track", 3, m{"track": "full", "reason": "Nei."}).refused(403, "forbidden")
			manager.verb(at+"/raise-track", 3, m{"track": "full"}).refused(422, "invalid_content", "/reason")
			manager.verb(at+"/raise-track", 2, m{"track": "full", "reason": "Ny pasientgruppe."}).refused(412, "stale_version")
			manager.verb(at+"/raise-track", 3, m{"track": "full", "reason": "Ny pasientgruppe."}).ok(200).is("track", "full").is("track_reasons.0", "raised")
			manager.verb(at+"/raise-track", 4, m{"track": "full", "reason": "Igjen."}).refused(422, "invalid_content", "/track")
		})

		h.row("S3_2_roles", func() {
			h.as("manager").patch(at, 4, m{"iso_roles": []string{"ai_customer"}, "ai_act_roles": []string{"deployer"}}).ok(200).is("iso_roles.0", "ai_customer")
		})

		manager := h.as("manager")
		manager.verb(at+"/release", 5, m{"version": "2.4.1", "released_on": "2026-10-01"}).ok(200)
		manager.verb(at+"/release", 6, m{"version": "2.4.1"}).refused(422, "invalid_content", "/version")
		unit := h.as("admin").get("/units?scope=/siv/radiologi/&kind=department").ok(200).items()
		place := m{"legal_entity": "983975259", "unit_id": unit[0]["id"], "site": "Røntgen, Tønsberg"}
		manager.verb(at+"/deploy", 6, merged(place, m{"legal_entity": "12", "unit_id": made.id(), "release_id": made.id()})).refused(422, "invalid_content", "/legal_entity", "/release_id")
		manager.verb(at+"/deploy", 6, place).ok(200).is("deployments.0.state", "planned")
		manager.verb(at+"/deploy", 7, place).refused(422, "invalid_content", "/site")
		manager.verb(at+"/end-deployment", 7, m{"deployment_id": made.id(), "reason": "Feil."}).refused(422, "invalid_content", "/deployment_id")
		planned := manager.get(at).ok(200).str("deployments.0.id")
		manager.verb(at+"/end-deployment", 7, m{"deployment_id": planned, "reason": "Feil sted."}).ok(200).is("deployments.0.state", "ended")
		manager.verb(at+"/end-deployment", 8, m{"deployment_id": planned, "reason": "Igjen."}).refused(422, "invalid_content", "/deployment_id")

		// It is neither piloted nor used, so it can be neither stopped nor reviewed.
		manager.verb(at+"/suspend", 8, m{"reason": "Feil."}).refused(409, "wrong_state")
		manager.verb(at+"/review", 8, m{"note": "Bra."}).refused(409, "wrong_state")

		// The lead clinician has a function, and reads the system from anywhere.
		manager.patch(at, 8, m{"clinical_lead_id": h.id("owner2")}).ok(200)
		h.as("owner2").get(at).ok(200)
		h.as("owner2").patch(at, 9, m{"name": "Mitt"}).refused(403, "forbidden")
	})
}

// A tool that was in use before is registered with what it lacks. A body approves the list, also an empty one, since the tool never passed the gates.
func TestRegisterExisting(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "group", "manager", "employee", "management", "council", "council2"} {
			h.id(name)
		}
		group := h.as("group")
		tool := aSystem(h, m{
			"name": "Talegjenkjenning", "in_use_since": "2024-03-01", "release": "11.2",
			"gaps": []m{{"item": "in_use.monitoring_plan", "owner_id": h.id("owner"), "due": "2027-02-01"}},
		})
		h.seen()
		h.as("employee").post("/ai-systems/register-existing", tool).refused(403, "forbidden")
		group.post("/ai-systems/register-existing", merged(tool, m{"in_use_since": "2027-01-01", "gaps": []m{
			{"item": "a", "owner_id": h.id("owner"), "due": "2026-01-01"}, {"item": "a", "owner_id": h.id("owner"), "due": "2027-02-01"},
		}})).refused(422, "invalid_content", "/in_use_since", "/gaps/0/due", "/gaps/1/item")
		h.events()
		made := group.post("/ai-systems/register-existing", tool).ok(201).is("status", "in_use").is("existing_since", "2024-03-01").is("gaps.0.item", "in_use.monitoring_plan")
		h.events("group unit:create", "group ai_system:create")
		at := "/ai-systems/" + made.id()
		h.as("employee").get(at).refused(404, "not_found")
		h.act("group", at, "approve-gaps", m{"reason": "Godt nok."}).refused(403, "forbidden")
		h.act("management", at, "approve-gaps", m{"reason": "Godt nok."}).refused(403, "authority_missing")
		h.act("council2", at, "approve-gaps", m{"reason": "Godt nok."}).refused(403, "decision_needed")
		h.decided(at, "approve-gaps", m{"reason": "Manglene lukkes innen februar."})
		h.as("manager").get(at).ok(200).is("last_decision.action", "approve-gaps")
		h.act("manager", at, "close-gap", m{"item": "in_use.oversight_plan", "how": "Skrevet."}).refused(422, "invalid_content", "/item")
		h.act("manager", at, "close-gap", m{"item": "in_use.monitoring_plan", "how": "Planen er skrevet."}).ok(200).is("gaps.0.closed_by", h.id("manager"))
	})
}
