package api_test

import (
	"fmt"
	"testing"
)

// settingsOf returns a request body with the settings of the hospital.
func settingsOf(more m) m {
	body := m{
		"scope": "/siv/", "deciders": []m{{"kind": "measure", "action": "decide", "role": "line_manager"}},
		"highest_level": m{"pilot": "high", "in_use": "moderate"}, "answer_times": []m{{"question": "need", "within": "P10D"}},
	}
	for name, v := range more {
		body[name] = v
	}
	return body
}

// epoch returns the number of changes of who may do what.
func (h *installation) epoch() (n int64) {
	h.t.Helper()
	if err := h.store.Reader.Raw("SELECT epoch FROM log_end").Scan(&n).Error; err != nil {
		h.t.Fatal(err)
	}
	return n
}

// A hospital approves its own settings. Until then the defaults are in force. Approving the next edition supersedes the one before.
func TestSettingsEditions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat, group, management, employee := h.as("secretariat"), h.as("group"), h.as("management"), h.as("employee")
		inForce := "/settings/in-force?scope="
		h.as("owner").get(inForce+fracture).ok(200).is("edition", 0).is("id", nil).is("number", nil).is("approved_by", nil).is("approved_at", nil).is("scope", "/siv/").
			is("deciders.7.action", "decide").is("deciders.7.role", "top_management").is("highest_level.in_use", "high").is("answer_times.0.within", "P1M").
			is("enforce_early", false).is("enforce_early_reason", nil)

		h.seen()
		first := secretariat.post("/settings", settingsOf(nil)).ok(201).is("edition", 1).is("status", "draft").is("enforce_early", false)
		at := "/settings/" + first.id()
		group.post("/settings", settingsOf(nil)).refused(409, "edition_open")
		h.as("admin").patch(at, 1, m{"highest_level": m{"in_use": "low"}}).ok(200).is("highest_level.pilot", "high").is("highest_level.in_use", "low")
		group.patch(at, 2, m{"scope": "/nasjonalt/"}).refused(422, "invalid_content", "/scope")
		employee.get(at).refused(404, "not_found")
		group.verb(at+"/submit", 2, nil).ok(200).is("status", "in_review").is("submitted_by", h.id("group"))
		waits(h, "management", "approve", first.id())
		secretariat.patch(at, 3, m{"deciders": []any{}}).refused(409, "wrong_state")
		secretariat.verb(at+"/withdraw", 3, m{"reason": "x"}).refused(403, "not_submitter")
		management.verb(at+"/reject", 3, m{}).refused(422, "invalid_content", "/reason")
		management.verb(at+"/reject", 3, m{"reason": "Hva med forslagene?"}).ok(200).is("status", "draft").is("submitted_by", nil)
		group.verb(at+"/submit", 4, nil).ok(200)
		group.verb(at+"/withdraw", 5, m{"reason": "En skrivefeil."}).ok(200).is("status", "draft")
		group.verb(at+"/submit", 6, nil).ok(200)
		h.as("owner").get(inForce+fracture).ok(200).is("edition", 0)
		before := h.epoch()
		management.verb(at+"/approve", 7, nil).ok(200).is("status", "approved").is("approved_by", h.id("management"))
		if h.epoch() <= before {
			t.Error("approved settings do not raise the access epoch")
		}
		secretariat.delete(at, 8).refused(409, "wrong_state")
		secretariat.patch(at, 8, m{"deciders": []any{}}).refused(409, "wrong_state")
		h.events("secretariat settings:create", "admin settings:update", "group settings:submit", "management settings:reject", "group settings:submit",
			"group settings:withdraw", "group settings:submit", "management settings:approve")

		h.as("owner").get(inForce+fracture).ok(200).is("edition", 1).is("id", first.id()).is("scope", "/siv/").is("highest_level.in_use", "low").
			is("deciders.0.role", "line_manager").is("answer_times.0.within", "P10D").is("answer_times.1.question", "case").is("answer_times.1.within", "P3M")
		employee.get(at).ok(200).is("answer_times.0.question", "need")

		second := group.post("/settings", settingsOf(m{"enforce_early": true, "enforce_early_reason": "Styrets vedtak."})).ok(201).is("edition", 2)
		next := "/settings/" + second.id()
		group.verb(next+"/submit", 1, nil).ok(200)
		h.seen()
		management.verb(next+"/approve", 2, nil).ok(200)
		h.events("management settings:approve", "management settings:supersede")
		employee.get(inForce+"/siv/").ok(200).is("edition", 2).is("enforce_early", true).is("enforce_early_reason", "Styrets vedtak.")
		employee.get(at).ok(200).is("status", "superseded").is("enforce_early", false)
		if got := employee.get("/settings?sort=edition").ok(200); len(got.items()) != 2 {
			t.Errorf("an employee reads %d editions", len(got.items()))
		}
		third := secretariat.post("/settings", settingsOf(nil)).ok(201).is("edition", 3)
		secretariat.delete("/settings/"+third.id(), 1).ok(204)
	})
}

// Only top management approves or rejects settings, and nobody the settings that they worked on.
func TestSettingsAreNotApprovedByTheirAuthor(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		management, group := h.as("management"), h.as("group")
		s := group.post("/settings", settingsOf(nil)).ok(201)
		at := "/settings/" + s.id()
		group.verb(at+"/submit", 1, nil).ok(200)
		h.seen()
		for _, who := range []string{"admin", "secretariat", "group", "group2", "council", "manager", "owner", "auditor"} {
			h.as(who).verb(at+"/approve", 2, nil).refused(403, "forbidden")
			h.as(who).verb(at+"/reject", 2, m{"reason": "x"}).refused(403, "forbidden")
		}
		h.events()
		h.as("admin").post("/assignments", m{"scope": "/siv/", "user_id": h.id("management"), "role": "secretariat", "valid_from": "2026-11-21"}).ok(201)
		management.verb(at+"/approve", 2, nil).ok(200)

		s = management.post("/settings", settingsOf(nil)).ok(201)
		at = "/settings/" + s.id()
		s = management.verb(at+"/submit", 1, nil).ok(200)
		for _, action := range []string{"approve", "reject"} {
			if contains(s.strings("allowed_actions"), action) {
				t.Errorf("%s is offered to the author", action)
			}
		}
		h.seen()
		management.verb(at+"/approve", 2, nil).refused(403, "separation_of_duties")
		management.verb(at+"/reject", 2, m{"reason": "x"}).refused(403, "separation_of_duties")
		h.events()
	})
}

func TestSettingsRefusals(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat := h.as("secretariat")
		h.seen()
		decider := func(kind, action, role string) m { return m{"kind": kind, "action": action, "role": role} }
		for i, row := range []struct {
			body m
			at   []string
			code string
		}{
			{m{"scope": "siv"}, []string{"/scope"}, "bad_scope"},
			{m{"scope": nil}, []string{"/scope"}, "required"},
			{m{"scope": "/siv/radiologi/"}, []string{"/scope"}, "not_top_level"},
			{m{"deciders": []m{decider("risk", "approve", "line_manager")}}, []string{"/deciders/0/action"}, "unknown_decision"},
			{m{"deciders": []m{decider("concern", "close", "line_manager")}}, []string{"/deciders/0/kind"}, "not_a_choice"},
			{m{"deciders": []m{decider("soa", "approve", "ai_council")}}, []string{"/deciders/0/role"}, "not_a_choice"},
			{m{"deciders": []m{decider("soa", "approve", "top_management"), decider("soa", "approve", "line_manager")}}, []string{"/deciders/1"}, "repeated"},
			{m{"highest_level": m{"pilot": "low", "in_use": "moderate"}}, []string{"/highest_level/in_use"}, "above_pilot"},
			{m{"highest_level": m{"in_use": "low"}}, []string{"/highest_level/pilot"}, "required"},
			{m{"highest_level": nil}, []string{"/highest_level"}, "required"},
			{m{"answer_times": []m{{"question": "lunch", "within": "P1D"}}}, []string{"/answer_times/0/question"}, "not_a_choice"},
			{m{"answer_times": []m{{"question": "need", "within": "P2Y"}}}, []string{"/answer_times/0/within"}, "bad_answer_time"},
			{m{"answer_times": []m{{"question": "need", "within": "P1D"}, {"question": "need", "within": "P2D"}}}, []string{"/answer_times/1/question"}, "repeated"},
			{m{"enforce_early": true}, []string{"/enforce_early_reason"}, "required"},
			{m{"enforce_early": true, "enforce_early_reason": "  "}, []string{"/enforce_early_reason"}, ""},
		} {
			got := secretariat.post("/settings", settingsOf(row.body)).refused(422, "invalid_content", row.at...)
			if row.code != "" && got.str("errors.0.code") != row.code {
				t.Errorf("%d: %v: %s", i, row.body, got.body)
			}
		}
		h.as("admin").post("/settings", settingsOf(m{"scope": "/"})).refused(422, "invalid_content", "/scope").is("errors.0.code", "not_top_level")
		secretariat.post("/settings", settingsOf(m{"scope": "/"})).refused(403, "forbidden")
		for _, who := range []string{"owner", "manager", "council", "management", "auditor", "employee"} {
			h.as(who).post("/settings", settingsOf(nil)).refused(403, "forbidden")
		}
		h.events()
		employee := h.as("employee")
		employee.get("/settings/in-force").refused(400, "missing_parameter")
		employee.get("/settings/in-force?scope=siv").refused(400, "bad_parameter")
		for _, scope := range []string{"/finnes-ikke/", "/nasjonalt/", fracture, "/"} {
			employee.get(fmt.Sprintf("/settings/in-force?scope=%s", scope)).refused(404, "not_found")
		}
	})
}
