package api_test

import "testing"

// A measure is completed when each of its milestones is done, or given up with a reason. A decided measure keeps its milestones.
func TestMeasureMilestones(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, manager, management := h.as("group"), h.as("manager"), h.as("management")
		r := group.post("/measures", m{
			"scope": "/siv/", "title": "Lag veileder", "kind": "method", "responsible_id": h.id("manager"),
			"milestones": []m{{"title": "Utkast", "due": "2026-10-01"}, {"title": "Høring"}},
		}).ok(201)
		at := "/measures/" + r.id()
		h.seen()
		group.patch(at, 1, m{"milestones": []m{{"title": "Utkast", "done_on": "2026-11-22"}}}).refused(422, "invalid_content", "/milestones/0/done_on")
		group.patch(at, 1, m{"milestones": []m{{"title": "Utkast", "done_on": "2026-11-01", "given_up_reason": "Nei"}}}).refused(422, "invalid_content", "/milestones/0/given_up_reason")
		h.events()
		group.verb(at+"/submit", 1, nil).ok(200)
		management.verb(at+"/decide", 2, m{"outcome": "approved"}).ok(200)
		manager.verb(at+"/start", 3, nil).ok(200)
		h.seen()
		done := m{"effect": "Veilederen er i bruk"}
		manager.verb(at+"/complete", 4, done).blocked("milestone_open", "milestone_open").is("blockers.1.pointer", "/milestones/1")
		manager.patch(at, 4, m{"milestones": []m{{"title": "Utkast", "done_on": "2026-11-01"}}}).refused(422, "invalid_content", "/milestones").is("errors.0.code", "milestone_left_out")
		h.events()
		utkast := m{"title": "Utkast", "done_on": "2026-11-01"}
		manager.patch(at, 4, m{"milestones": []m{utkast, {"title": "Høring"}, {"title": "Opplæring"}}}).ok(200)
		manager.verb(at+"/complete", 5, done).blocked("milestone_open", "milestone_open")
		manager.patch(at, 5, m{"milestones": []m{utkast, {"title": "Høring", "given_up_reason": " "}, {"title": "Opplæring"}}}).refused(422, "invalid_content", "/milestones/1/given_up_reason")
		manager.patch(at, 5, m{"milestones": []m{utkast, {"title": "Høring", "given_up_reason": "Slått sammen med utkastet"}, {"title": "Opplæring", "done_on": "2026-11-20"}}}).
			ok(200).is("milestones.1.given_up_reason", "Slått sammen med utkastet")
		h.seen()
		manager.verb(at+"/complete", 6, done).ok(200).is("status", "done").is("milestones.1.done_on", nil)
		h.events("manager measure:complete")
	})
}
