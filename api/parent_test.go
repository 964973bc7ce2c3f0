package api_test

import (
	"strings"
	"testing"
)

// A record without a scope takes that of its parent. A kind without a parent still needs one.
func TestScopeOfTheParent(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const absent = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
		group, owner, secretariat := h.as("group"), h.as("owner"), h.as("secretariat")
		for _, p := range []string{"group", "owner", "secretariat", "employee"} {
			h.id(p)
		}
		register := aRegister(h)
		cycle, objective := planCycle(h)
		h.seen()
		risk := owner.post("/risks", m{"register_id": register, "title": "Oversette brudd"}).ok(201).is("scope", fracture)
		h.events("owner risk:create")
		other := group.post("/risk-registers", m{"scope": "/siv/radiologi/", "title": "Radiologi"}).ok(201)
		above := group.post("/risks", m{"register_id": other.id(), "title": "Opplæring mangler"}).ok(201).is("scope", "/siv/radiologi/")
		group.post("/treatment-plans", m{"title": "Prosjektet", "risk_ids": []string{risk.id()}}).ok(201).is("scope", fracture)
		group.post("/treatment-plans", m{"title": "Avdelingen", "risk_ids": []string{risk.id(), above.id()}}).ok(201).is("scope", "/siv/radiologi/")
		goal := group.post("/objectives", m{"cycle_id": cycle.id(), "title": "Terskel", "how_measured": "Andel", "unit": "%", "target": 100}).ok(201).is("scope", "/siv/")
		group.post("/measures", m{"objective_id": objective.id(), "title": "Ny terskel", "kind": "control", "responsible_id": h.id("manager"), "due": "2026-12-01"}).ok(201).is("scope", "/siv/").is("cycle_id", cycle.id())
		group.verb("/objectives/"+goal.id()+"/withdraw", 1, m{"reason": "Hører til prosjektet"}).ok(200)
		h.seen()

		without := func(body m) m {
			delete(body, "scope")
			return body
		}
		secretariat.post("/mandates", without(mandateInput("advise"))).ok(201).is("scope", "/siv/")
		secretariat.post("/memberships", without(membership(h, "employee", "member", nil))).ok(201).is("scope", "/siv/")
		h.as("management").post("/cases", m{"body_id": "ki-rad-siv", "title": "Ny modell", "kind": "input"}).ok(201).is("scope", "/siv/")
		advance(h, cycle.id(), "do")
		h.seen()
		group.post("/measurements", m{"objective_id": objective.id(), "value": 1, "at": "2026-05-01T10:00:00Z"}).ok(201).is("scope", "/siv/")
		h.events("group measurement:create", "group objective:measure")

		// The same answer is replayed for a request without a scope, as long as the caller has the right in the scope that it took.
		keyed := owner.with("Idempotency-Key", "a")
		first := keyed.post("/risks", m{"register_id": register, "title": "Feil terskel"}).ok(201)
		if again := keyed.post("/risks", m{"register_id": register, "title": "Feil terskel"}).ok(201); again.id() != first.id() {
			t.Errorf("replay: %s", again.body)
		}
		h.events("owner risk:create")

		// Without a parent that the caller may read there is no scope to take. Only that parent is at fault.
		for body, pointer := range map[*m]string{
			{"title": "A"}: "/scope", {"title": "A", "register_id": absent}: "/register_id", {"title": "A", "register_id": "x"}: "/register_id",
		} {
			r := owner.post("/risks", *body).refused(422, "invalid_content", pointer, "/register_id")
			if pointer != "/scope" && strings.Contains(string(r.body), `"/scope"`) {
				t.Errorf("%v: %s", *body, r.body)
			}
		}
		h.as("owner2").post("/risks", m{"register_id": register, "title": "A"}).refused(422, "invalid_content", "/register_id")
		group.post("/treatment-plans", m{"title": "A", "risk_ids": []string{risk.id(), absent}}).refused(422, "invalid_content", "/risk_ids/1")
		group.post("/risk-registers", m{"title": "A"}).refused(422, "invalid_content", "/scope")
		group.post("/evidence", m{"title": "A", "kind": "note", "text": "B"}).refused(422, "invalid_content", "/scope")
		h.as("employee").post("/risks", m{"register_id": register, "title": "A"}).refused(403, "forbidden")
		owner.patch("/risks/"+risk.id(), 1, m{"scope": nil}).refused(422, "invalid_content", "/scope")
		h.events()
	})
}

// A risk lies in the scope of its register or below it, when it is added, when it moves to another register, and when it is transferred.
func TestRiskInsideItsRegister(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, manager := h.as("group"), h.as("manager")
		h.id("group")
		h.id("manager")
		project := aRegister(h)
		department := group.post("/risk-registers", m{"scope": "/siv/radiologi/", "title": "Radiologi"}).ok(201).id()
		outside := func(r *reply, pointer string) {
			t.Helper()
			r.refused(422, "invalid_content", pointer)
			if r.str("errors.0.code") != "outside_parent" {
				t.Errorf("%s: %s", r.what, r.body)
			}
		}
		h.seen()
		outside(group.post("/risks", m{"scope": "/siv/radiologi/", "register_id": project, "title": "A"}), "/register_id")
		outside(group.post("/risks", m{"scope": "/siv/", "register_id": project, "title": "A"}), "/register_id")
		risk := group.post("/risks", m{"scope": fracture, "register_id": department, "title": "A"}).ok(201)
		at := "/risks/" + risk.id()
		above := group.post("/risks", m{"register_id": department, "title": "B"}).ok(201)
		outside(group.patch("/risks/"+above.id(), 1, m{"register_id": project}), "/register_id")
		group.patch(at, 1, m{"register_id": project}).ok(200)
		h.events("group risk:create", "group risk:create", "group risk:update")
		outside(manager.verb(at+"/transfer", 2, m{"scope": "/siv/radiologi/", "reason": "Gjelder flere"}), "/scope")
		h.events()
		group.patch(at, 2, m{"register_id": department}).ok(200)
		manager.verb(at+"/transfer", 3, m{"scope": "/siv/radiologi/", "reason": "Gjelder flere"}).ok(200).is("scope", "/siv/radiologi/")
		h.events("group risk:update", "manager risk:transfer")
	})
}
