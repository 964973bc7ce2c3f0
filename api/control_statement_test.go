package api_test

import (
	"testing"
)

func (c *client) include(ids ...string) {
	c.h.t.Helper()
	items := make([]any, len(ids))
	for i, id := range ids {
		items[i] = map[string]any{
			"id": id, "version": c.get("/controls/" + id).ok(200).version(),
			"patch": map[string]any{"applicability": "included", "justification": "Sykehuset bruker KI i helsehjelp."},
		}
	}
	c.post("/controls/batch", map[string]any{"items": items}).ok(200)
}

// A statement of applicability goes from draft to approval, and the next one supersedes it.
func TestStatementOfApplicability(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, group2, council := h.as("group"), h.as("group2"), h.as("council")
		for _, name := range []string{"group", "group2", "council"} {
			h.id(name)
		}
		ids := group.adopt()
		group.include(ids[:37]...)
		group.patch("/controls/"+ids[37], 1, map[string]any{"owner_id": h.id("manager")}).ok(200)
		h.seen()

		const all = "/statements-of-applicability"
		council.post(all, map[string]any{"scope": "/siv/"}).refused(403, "forbidden")
		h.as("owner").post(all, map[string]any{"scope": "/siv/"}).refused(403, "forbidden")
		h.events()
		made := group2.post(all, map[string]any{"scope": "/siv/"}).ok(201).is("status", "draft").is("rows.0.requirement", "A.2.2").is("rows.37.applicability", "undecided")
		h.events("group2 soa:create")
		one := all + "/" + made.id()
		group.post(all, map[string]any{"scope": "/siv/"}).refused(409, "open_statement_exists").is("blockers.0.link", "/api/v1"+one)

		group2.verb(one+"/approve", 1, nil).refused(403, "forbidden")
		council.verb(one+"/approve", 1, nil).refused(409, "wrong_state")
		group2.verb(one+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "control_undecided").is("blockers.0.pointer", "/rows/37").
			is("blockers.0.link", "/api/v1/controls/"+ids[37]).is("blockers.0.who", h.id("manager"))
		h.events()

		h.as("manager").patch("/controls/"+ids[37], 2, map[string]any{"applicability": "excluded", "justification": "Ikke aktuelt her."}).ok(200)
		h.events("manager control:update", "manager soa:compile")
		group2.get(one).ok(200).is("version", 2).is("rows.37.justification", "Ikke aktuelt her.")
		group2.verb(one+"/submit", 1, nil).refused(412, "stale_version")
		group2.verb(one+"/submit", 2, nil).ok(200).is("status", "in_review")
		h.events("group2 soa:submit")
		group2.patch(one, 3, map[string]any{"title": "x"}).refused(409, "wrong_state")
		group.verb(one+"/withdraw", 3, map[string]any{"reason": "Feil."}).refused(403, "not_submitter")
		group2.verb(one+"/withdraw", 3, map[string]any{"reason": "Feil."}).ok(200).is("status", "draft")
		group2.verb(one+"/submit", 4, nil).ok(200)
		council.verb(one+"/reject", 5, map[string]any{}).refused(422, "invalid_content", "/reason")
		council.verb(one+"/reject", 5, map[string]any{"reason": "Begrunn A.10.4 bedre."}).ok(200).is("status", "draft").is("submitted_at", nil)
		group2.verb(one+"/submit", 6, nil).ok(200)
		h.seen()
		if n := len(council.get("/me/tasks?kind=soa").ok(200).items()); n != 1 {
			t.Errorf("%d statements wait for the council", n)
		}
		group.patch("/controls/"+ids[0], 2, map[string]any{"applicability": "excluded", "justification": "Trengs ikke likevel."}).ok(200)
		h.events("group control:update") // while in review the rows stay as submitted
		council.get(one).ok(200).is("version", 7).is("rows.0.control_version", 2)
		council.verb(one+"/approve", 7, nil).refused(409, "changed_since_submit").is("blockers.0.code", "changed_since_submit").is("blockers.0.pointer", "/rows/0").
			is("blockers.0.link", "/api/v1/controls/"+ids[0])
		added := group.post("/controls", map[string]any{"scope": "/siv/", "title": "Ny egen kontroll"}).ok(201).id()
		council.verb(one+"/approve", 7, nil).refused(409, "changed_since_submit").is("blockers.1.pointer", "/rows/38").is("blockers.1.link", "/api/v1/controls/"+added)
		group.verb("/controls/"+added+"/retire", 1, map[string]any{"reason": "Feil."}).ok(200)
		group.include(ids[0])                                                                    // as it was submitted
		group.patch("/controls/"+ids[0], 4, map[string]any{"owner_id": h.id("manager")}).ok(200) // who looks after it is not what is approved
		h.seen()
		council.verb(one+"/approve", 7, nil).ok(200).is("status", "approved").is("approved_by", h.id("council"))
		h.events("council soa:approve")

		group.patch("/controls/"+ids[0], 5, map[string]any{"owner_id": nil}).ok(200)
		group.include(ids[1])
		h.as("owner").get(one).ok(200).is("version", 8).is("rows.1.control_version", 2)
		h.as("employee").get(one).refused(403, "forbidden")

		if n := len(group.get("/me/tasks?kind=soa").ok(200).items()); n != 0 {
			t.Errorf("%d statements differ from their controls", n)
		}
		h.seen()
		group.patch("/controls/"+ids[2], 2, map[string]any{"applicability": "excluded", "justification": "Utgår hos oss."}).ok(200)
		h.events("group control:update", "group soa:drift")
		council.get(one).ok(200).is("version", 9).is("rows.2.applicability", "included").is("drift.0.requirement", "A.2.4").
			is("drift.0.fields.0.field", "applicability").is("drift.0.fields.0.from", "included").is("drift.0.fields.0.to", "excluded")
		for _, c := range []*client{group, group2} { // the working group has a task
			if list := c.get("/me/tasks?kind=soa").ok(200).items(); len(list) != 1 || list[0]["action"] != "next" || list[0]["record_id"] != made.id() {
				t.Errorf("tasks %v", list)
			}
		}
		council.verb(one+"/next", 9, nil).refused(403, "forbidden")
		drafted := group2.verb(one+"/next", 9, nil).ok(201).is("status", "draft").is("rows.2.applicability", "excluded")
		h.events("group2 soa:next", "group2 soa:create")
		next := drafted.id()
		group2.verb(one+"/next", 10, nil).refused(409, "open_statement_exists").is("record_id", next)
		own := group2.post("/controls", map[string]any{"scope": "/siv/", "title": "Egen", "applicability": "included", "justification": "Trengs hos oss."}).ok(201).id()
		h.as("owner").get(all+"/"+next).refused(404, "not_found")
		group2.verb(all+"/"+next+"/submit", 2, nil).ok(200).is("rows.38.control_id", own)
		h.seen()
		council.verb(all+"/"+next+"/approve", 3, nil).ok(200).is("supersedes", made.id())
		h.events("council soa:approve", "council soa:supersede")
		council.get(one).ok(200).is("status", "superseded")

		diff := council.get(all + "/" + next + "/compare?with=" + made.id()).ok(200)
		diff.is("from", made.id()).is("to", next).is("added.0.control_id", own).is("removed", "[]").is("unchanged", 37).
			is("changed.0.requirement", "A.2.4").is("changed.0.fields.0.field", "applicability").is("changed.0.fields.0.from", "included").is("changed.0.fields.0.to", "excluded")
		council.get(all+"/"+next+"/compare").refused(400, "bad_parameter", "?with")
		council.get(all+"/"+next+"/compare?with=0192f0c1-2a3b-7c4d-8e5f-60718293a4b5").refused(404, "not_found")
	})
}

// Many controls changed at once are compiled once.
func TestStatementFollowsBatch(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		ids := group.adopt()
		made := group.post("/statements-of-applicability", map[string]any{"scope": "/siv/"}).ok(201)
		h.seen()
		group.include(ids[:3]...)
		h.events("group control:update", "group control:update", "group control:update", "group soa:compile")
		group.get("/statements-of-applicability/"+made.id()).ok(200).is("version", 2).is("rows.2.applicability", "included").is("rows.3.applicability", "undecided")
	})
}

// A person who changed a control cannot approve a statement that includes it, even if others drafted the statement.
func TestStatementSeparation(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council := h.as("group"), h.as("council")
		ids := group.adopt()
		group.include(ids...)
		// the council's member is given a manager's role beside, and changes one control
		h.as("admin").post("/assignments", map[string]any{"user_id": h.id("council"), "role": "line_manager", "scope": "/siv/", "valid_from": "2026-11-01"}).ok(201)
		council.patch("/controls/"+ids[0], 2, map[string]any{"justification": "Rådet mener dette."}).ok(200)
		council2, deputy, group2 := h.as("council2"), h.as("council3"), h.as("group2")
		submitted := func() string {
			path := "/statements-of-applicability/" + group2.post("/statements-of-applicability", map[string]any{"scope": "/siv/"}).ok(201).id()
			group2.verb(path+"/submit", 1, nil).ok(200)
			h.seen()
			return path
		}
		h.id("council2")
		path := submitted()
		council.verb(path+"/approve", 2, nil).refused(403, "separation_of_duties")
		// the rows of a statement in review do not change; later changes are in the next statement
		council.patch("/controls/"+ids[0], 3, map[string]any{"justification": "Rådet mener noe annet."}).ok(200)
		h.events("council control:update")
		deputy.verb(path+"/approve", 2, nil).refused(403, "decision_needed")
		d := h.heard(about(path, "approve", nil))
		h.seen()
		h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "changed_since_submit")
		council.patch("/controls/"+ids[0], 4, map[string]any{"justification": "Rådet mener dette."}).ok(200)
		h.events("council control:update")
		h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200).is("resolution.barred.0", h.seats("ki-rad-siv")["council"])
		h.as("group").get(path).ok(200).is("status", "approved").is("rows.0.justification", "Rådet mener dette.")
		h.events("council2 decision:adopt", "council2 soa:approve")
		council.patch("/controls/"+ids[0], 5, map[string]any{"justification": "Rådet mener noe annet."}).ok(200)

		path = submitted()
		council.verb(path+"/approve", 2, nil).refused(403, "separation_of_duties")
		h.events()
		h.decided(path, "approve", nil).is("status", "approved").is("rows.0.justification", "Rådet mener noe annet.")

		// it counts for the one in review as well
		path = submitted()
		h.assign("council2", "line_manager", "/siv/", nil).ok(201)
		h.seen()
		council2.patch("/controls/"+ids[1], 2, map[string]any{"owner_id": h.id("council2")}).ok(200)
		h.events("council2 control:update")
		council.verb(path+"/approve", 2, nil).ok(200).is("last_decision.authority.delegated_to", "lead")
		h.events("council soa:approve", "council soa:supersede")
	})
}
