package api_test

import "testing"

// An objective is proposed and approved by somebody else, and has a plan, before its cycle goes on. What was approved stays until it is revised.
func TestObjectiveApproval(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, manager, council, management := h.as("group"), h.as("manager"), h.as("council"), h.as("management")
		cycle := group.post("/improvement-cycles", obj{"scope": "/siv/", "title": "2026", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}).ok(201)
		turn := "/improvement-cycles/" + cycle.id()
		o := group.post("/objectives", obj{"scope": "/siv/", "cycle_id": cycle.id(), "title": "Alle systemer er validert", "unit": "%", "baseline": 40, "target": 100}).ok(201).
			is("status", "draft").is("approval", nil)
		at := "/objectives/" + o.id()
		h.seen()
		h.row("what is missing is named", func() {
			group.verb(turn+"/advance", 1, nil).blocked("objective_unapproved", "how_measured_missing", "responsible_missing", "due_missing", "plan_missing").
				is("blockers.0.link", "/api/v1"+at).is("blockers.2.pointer", "/owner_id")
			group.verb(at+"/propose", 1, nil).blocked("how_measured_missing", "responsible_missing", "due_missing").is("blockers.0.pointer", "/how_measured")
			manager.verb(at+"/approve", 1, nil).refused(409, "wrong_state")
			h.events()
		})
		h.row("the author may not approve", func() {
			o = group.patch(at, 1, obj{"how_measured": "Andel med rapport", "due": "2026-12-01", "owner_id": h.id("manager")}).ok(200)
			o = manager.patch(at, o.version(), obj{"resources": "Én stilling"}).ok(200)
			h.seen()
			o = group.verb(at+"/propose", o.version(), nil).ok(200).is("status", "proposed")
			h.events("group objective:propose")
			group.patch(at, o.version(), obj{"target": 1}).refused(409, "wrong_state")
			group.verb(at+"/approve", o.version(), nil).refused(403, "forbidden")
			h.as("auditor").verb(at+"/approve", o.version(), nil).refused(403, "forbidden")
			h.as("employee").verb(at+"/approve", o.version(), nil).refused(403, "forbidden")
			manager.verb(at+"/approve", o.version(), nil).refused(403, "separation_of_duties").is("earlier_action", "update")
			offers(manager.get(at).ok(200), "approve", false)
			offers(management.get(at).ok(200), "approve", true)
			waitsFor(h, "management", o.id(), "approve")
			management.verb(at+"/reject", o.version(), obj{}).refused(422, "invalid_content", "/reason")
			h.seen()
			o = management.verb(at+"/reject", o.version(), obj{"reason": "Si hvordan"}).ok(200).is("status", "draft").is("last_rejection.reason", "Si hvordan").is("last_rejection.by", h.id("management"))
			h.events("management objective:reject")
			o = group.verb(at+"/propose", o.version(), nil).ok(200)
			o = management.verb(at+"/approve", o.version(), nil).ok(200).is("status", "active").is("approval.target", 100).is("approval.due", "2026-12-01").is("last_rejection", nil)
			o.is("approval.at", "2026-11-21T10:00:00Z").is("approval.by", h.id("management"))
			h.events("group objective:propose", "management objective:approve")
		})
		h.row("the plan has measures, who and when", func() {
			group.verb(turn+"/advance", 1, nil).blocked("plan_missing").is("blockers.0.link", "/api/v1"+at).is("blockers.0.who", h.id("manager"))
			m := group.post("/measures", obj{"scope": "/siv/", "objective_id": o.id(), "title": "Valider", "kind": "method"}).ok(201)
			group.verb(turn+"/advance", 1, nil).blocked("responsible_missing", "due_missing").is("blockers.0.link", "/api/v1/measures/"+m.id())
			group.patch("/measures/"+m.id(), 1, obj{"responsible_id": h.id("manager"), "due": "2026-11-30"}).ok(200)
			group.verb("/measures/"+m.id()+"/withdraw", 2, obj{"reason": "Nei"}).ok(200)
			group.verb(turn+"/advance", 1, nil).blocked("plan_missing")
			manager.verb("/measures/"+m.id()+"/reopen", 3, obj{"reason": "Likevel"}).ok(200)
			advance(h, cycle.id(), "do")
		})
		h.row("what was approved stays until it is revised", func() {
			h.seen()
			group.patch(at, o.version(), obj{"target": 50, "title": "Noe annet", "due": "2027-12-01"}).refused(422, "invalid_content", "/target", "/title", "/due").is("errors.0.code", "approved")
			h.events()
			o = group.patch(at, o.version(), obj{"owner_id": h.id("owner")}).ok(200)
			council.verb(at+"/revise", o.version(), obj{"reason": "Nei"}).refused(403, "forbidden")
			group.verb(at+"/revise", o.version(), obj{}).refused(422, "invalid_content", "/reason")
			o = group.verb(at+"/revise", o.version(), obj{"reason": "Målet var for høyt"}).ok(200).is("status", "draft").is("approval", nil)
			group.get(turn).ok(200).is("progress.blockers.0.code", "objective_unapproved")
			o = group.patch(at, o.version(), obj{"target": 90}).ok(200)
			o = group.verb(at+"/propose", o.version(), nil).ok(200)
			o = manager.verb(at+"/approve", o.version(), nil).ok(200).is("approval.target", 90) // the manager has not changed it since it was approved
		})
		h.row("one that is added later waits for its approval too", func() {
			late := group.post("/objectives", obj{
				"scope": "/siv/", "cycle_id": cycle.id(), "title": "Meldinger er besvart", "how_measured": "Dager", "unit": "dager", "target": 14, "due": "2026-12-31", "owner_id": h.id("manager"),
			}).ok(201)
			v := group.get(turn).ok(200).version()
			group.verb(turn+"/advance", v, nil).blocked("objective_unapproved", "plan_missing", "measure_open")
			group.verb("/objectives/"+late.id()+"/withdraw", 1, obj{"reason": "Ikke nå"}).ok(200)
			group.verb("/objectives/"+late.id()+"/reopen", 2, obj{"reason": "Likevel"}).ok(200).is("status", "draft")
			group.verb("/objectives/"+late.id()+"/conclude", 3, obj{"outcome": "not_achieved", "text": "Nei"}).refused(409, "wrong_state")
		})
	})
}

// The owner of an objective records its values, without any other right to it. Nobody else without a right does.
func TestMeasuredByTheOwner(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		cycle, objective := planCycle(h)
		advance(h, cycle.id(), "do")
		at, employee := "/objectives/"+objective.id(), h.as("employee")
		value := obj{"objective_id": objective.id(), "value": 55, "at": "2026-05-01T10:00:00Z"}
		employee.get(at).refused(404, "not_found")
		employee.post("/measurements", value).refused(422, "invalid_content", "/objective_id")
		v := h.as("group").get(at).ok(200).version()
		h.as("group").patch(at, v, obj{"owner_id": h.id("employee")}).ok(200)
		h.seen()
		employee.get(at).ok(200).is("title", "Systemer i klinisk bruk er lokalt validert")
		made := employee.post("/measurements", value).ok(201).is("scope", "/siv/").is("owner_id", h.id("employee"))
		h.events("employee measurement:create", "employee objective:measure")
		employee.get("/measurements/"+made.id()).ok(200).is("value", 55)
		if n := len(employee.get("/measurements").ok(200).items()); n != 1 {
			t.Errorf("the owner reads %d values", n)
		}
		if n := len(employee.get("/objectives").ok(200).items()); n != 1 {
			t.Errorf("the owner reads %d objectives", n)
		}
		h.as("owner").post("/measurements", value).refused(403, "forbidden") // a practitioner who reads it
		employee.patch(at, v+2, obj{"resources": "Mer"}).refused(403, "forbidden")
		employee.verb(at+"/conclude", v+2, obj{"outcome": "achieved", "text": "Ja"}).refused(403, "forbidden")
		h.seen()
		employee.verb("/measurements/"+made.id()+"/retract", 1, obj{"reason": "Feil nevner"}).ok(200)
		h.events("employee measurement:retract", "employee objective:measure")
		h.as("group").get(at).ok(200).is("latest", nil)

		// who no longer owns it records nothing more
		v = h.as("group").get(at).ok(200).version()
		h.as("group").patch(at, v, obj{"owner_id": h.id("manager")}).ok(200)
		employee.post("/measurements", value).refused(422, "invalid_content", "/objective_id")
	})
}

// An objective that misses its target is concluded as achieved only with a reason, which everybody sees.
func TestObjectiveDeviation(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		cycle, objective := planCycle(h)
		advance(h, cycle.id(), "do")
		at, turn := "/objectives/"+objective.id(), "/improvement-cycles/"+cycle.id()
		conclude := func(more obj) *reply {
			body := obj{"outcome": "achieved", "text": "Nådd i praksis"}
			for name, value := range more {
				body[name] = value
			}
			return group.verb(at+"/conclude", group.get(at).ok(200).version(), body)
		}
		h.seen()
		conclude(nil).refused(422, "invalid_content", "/deviation_reason")
		h.events()
		measure := func(value float64) {
			h.as("manager").post("/measurements", obj{"objective_id": objective.id(), "value": value, "at": "2026-11-01T10:00:00Z"}).ok(201)
		}
		measure(96)
		h.seen()
		conclude(nil).refused(422, "invalid_content", "/deviation_reason")
		conclude(obj{"deviation_reason": " "}).refused(422, "invalid_content", "/deviation_reason")
		h.events()
		conclude(obj{"deviation_reason": "Det siste systemet tas ut i desember"}).ok(200).is("status", "achieved").is("conclusion.deviation_reason", "Det siste systemet tas ut i desember").
			is("latest.on_target", false)
		h.events("group objective:conclude")
		h.as("council").get(turn).ok(200).is("progress.achieved", 1).is("progress.deviating", 1).is("progress.concluded", 1)
		v := group.get(at).ok(200).version()
		group.verb(at+"/reopen", v, obj{"reason": "Ny måling"}).ok(200).is("status", "active").is("conclusion", nil)
		measure(100)
		conclude(nil).ok(200).is("latest.on_target", true).is("conclusion.deviation_reason", nil)
		group.get(turn).ok(200).is("progress.deviating", 0)
	})
}

// waitsFor wants a task for a person.
func waitsFor(h *installation, who, id, action string) {
	h.t.Helper()
	for _, task := range h.as(who).get("/me/tasks").ok(200).items() {
		if task["record_id"] == id && task["action"] == action {
			return
		}
	}
	h.t.Errorf("%s %s is no task of %s", action, id, who)
}
