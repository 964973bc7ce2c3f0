package api_test

import (
	"slices"
	"testing"
)

type obj = map[string]any

// planCycle has the working group plan a cycle of the hospital with one approved objective that can be measured. Its measure is done.
func planCycle(h *installation) (cycle, objective *reply) {
	h.t.Helper()
	cycle = h.as("group").post("/improvement-cycles", obj{
		"scope": "/siv/", "title": "Forbedringssyklus 2026", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
		"goals": []string{"Alle KI-systemer er lokalt validert"},
	}).ok(201).is("status", "plan").is("phases.0.phase", "plan").is("phases.0.left_at", nil)
	objective = h.as("group").post("/objectives", obj{
		"scope": "/siv/", "cycle_id": cycle.id(), "title": "Systemer i klinisk bruk er lokalt validert", "category": "accountability", "objectives": []string{"C.2.9"},
		"how_measured": "Andel med godkjent rapport", "unit": "%", "baseline": 40, "target": 100, "owner_id": h.id("manager"), "due": "2026-12-01", "clauses": []string{"6.2"},
	}).ok(201).is("status", "draft").is("direction", "increase").is("overdue", false)
	objective = approveObjective(h, objective)
	m := h.as("group").post("/measures", obj{
		"scope": "/siv/", "objective_id": objective.id(), "title": "Valider systemene", "kind": "method", "responsible_id": h.id("manager"), "due": "2026-11-30",
	}).ok(201)
	carryOut(h, m.id())
	h.seen()
	return cycle, objective
}

// approveObjective has the working group propose an objective, and the line manager approve it.
func approveObjective(h *installation, objective *reply) *reply {
	h.t.Helper()
	at := "/objectives/" + objective.id()
	objective = h.as("group").verb(at+"/propose", objective.version(), nil).ok(200).is("status", "proposed")
	return h.as("manager").verb(at+"/approve", objective.version(), nil).ok(200).is("status", "active").is("approval.by", h.id("manager"))
}

func advance(h *installation, id string, phase string) *reply {
	h.t.Helper()
	v := h.as("group").get("/improvement-cycles/" + id).ok(200).version()
	return h.as("group").verb("/improvement-cycles/"+id+"/advance", v, nil).ok(200).is("status", phase)
}

// One turn of plan, do, check and act, closed by the council, with what is open carried into the next.
func TestImprovementCycle(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council, manager := h.as("group"), h.as("council"), h.as("manager")
		var cycle, objective, act, closed *reply
		var at, goal string
		var measures []string
		var value obj
		h.row("a cycle without objectives does not advance", func() {
			empty := group.post("/improvement-cycles", obj{"scope": "/siv/", "title": "Tom", "starts_on": "2026-01-01", "ends_on": "2026-06-30"}).ok(201)
			h.events("group cycle:create")
			council.post("/improvement-cycles", obj{"scope": "/siv/", "title": "Rådets", "starts_on": "2026-01-01", "ends_on": "2026-06-30"}).refused(403, "forbidden")
			group.post("/improvement-cycles", obj{"scope": "/siv/", "title": " ", "starts_on": "2026-02-30", "ends_on": "2026-01-01"}).refused(422, "invalid_content", "/starts_on")
			group.post("/improvement-cycles", obj{"scope": "/siv/", "title": " ", "starts_on": "2026-01-01", "ends_on": "2026-01-01", "goals": []string{""}}).
				refused(422, "invalid_content", "/title", "/goals/0")
			group.post("/improvement-cycles", obj{"scope": "/siv/", "title": "Kort", "starts_on": "2026-01-01", "ends_on": "2026-01-01"}).refused(422, "invalid_content", "/ends_on")
			at = "/improvement-cycles/" + empty.id()
			group.verb(at+"/advance", empty.version(), nil).refused(409, "blocked").is("blockers.0.code", "objective_missing")
			group.verb(at+"/advance", 0, nil).refused(428, "if_match_required")
			group.verb(at+"/advance", 99, nil).refused(412, "stale_version")
			group.delete(at, empty.version()).ok(204)
			h.events("group cycle:delete")
		})
		h.row("plan", func() {
			cycle, objective = planCycle(h)
			at = "/improvement-cycles/" + cycle.id()
			goal = "/objectives/" + objective.id()
			value = obj{"scope": "/siv/", "objective_id": objective.id(), "value": 55, "at": "2026-05-01T10:00:00Z"}
			manager.post("/measurements", value).refused(409, "phase_closed").is("state", "plan")
			group.verb(at+"/close", cycle.version(), obj{"decision_text": "ferdig"}).refused(403, "forbidden")
			council.verb(at+"/close", cycle.version(), obj{"decision_text": "ferdig"}).refused(403, "decision_needed")
			h.events()
		})
		h.row("do", func() {
			for _, title := range []string{"Valider bruddeteksjon", "Valider sepsisvarsel"} {
				m := group.post("/measures", obj{"scope": "/siv/", "objective_id": objective.id(), "title": title, "kind": "method", "responsible_id": h.id("manager"), "due": "2026-11-30"}).ok(201)
				m.is("cycle_id", cycle.id()).is("status", "proposed")
				measures = append(measures, m.id())
			}
			h.events("group measure:propose", "group measure:propose")
			advance(h, cycle.id(), "do")
			group.get(at).ok(200).is("progress.phase_complete", false).is("progress.measures.proposed", 2).is("progress.measures.done", 1).is("progress.blockers.0.who", h.id("manager"))
			advanceRefused := group.verb(at+"/advance", 2, nil).refused(409, "blocked").is("blockers.0.code", "measure_open")
			for _, lang := range []string{"nb", "en"} { // in both languages the sentence is that of the refusal
				ahead := group.with("Accept-Language", lang).get(at).ok(200)
				after := group.with("Accept-Language", lang).verb(at+"/advance", 2, nil).refused(409, "blocked")
				for _, member := range []string{"0.code", "0.detail", "0.link", "0.who", "1.code", "1.detail", "1.link", "1.who"} {
					if told := ahead.str("progress.blockers." + member); told == "" || told != after.str("blockers."+member) {
						t.Errorf("%s: %s: %v, and then %v", lang, member, told, after.str("blockers."+member))
					}
				}
			}
			if link := advanceRefused.str("blockers.0.link"); link != "/api/v1/measures/"+measures[0] {
				t.Errorf("the blocker is mended at %s", link)
			}
			for _, id := range measures {
				carryOut(h, id)
			}
		})
		h.row("check", func() {
			h.seen()
			advance(h, cycle.id(), "check")
			h.events("group cycle:advance")
			group.post("/measures", obj{"scope": "/siv/", "cycle_id": cycle.id(), "title": "For sent", "kind": "other"}).refused(409, "phase_closed")
			group.post("/objectives", obj{"scope": "/siv/", "cycle_id": cycle.id(), "title": "For sent"}).refused(409, "phase_closed")
			v := group.get(at).ok(200).version()
			group.verb(at+"/advance", v, nil).refused(409, "blocked").is("blockers.0.code", "measurement_missing")
			h.events()
		})
		h.row("act", func() {
			manager.post("/measurements", value).ok(201).is("unit", "%").is("status", "recorded")
			h.events("manager measurement:create", "manager objective:measure")
			group.get(goal).ok(200).is("latest.value", 55).is("latest.on_target", false)
			act = advance(h, cycle.id(), "act")
			if waits := council.get("/me/tasks").ok(200); !slices.ContainsFunc(waits.items(), func(i map[string]any) bool { return i["record_id"] == cycle.id() || i["id"] == cycle.id() }) {
				t.Errorf("the council does not see that the cycle waits: %s", waits.body)
			}
			// A measure that did not work is reopened and continues in the next cycle.
			m := manager.get("/measures/" + measures[1]).ok(200)
			manager.verb("/measures/"+measures[1]+"/reopen", m.version(), obj{"reason": "Virkningen uteble"}).ok(200).is("status", "proposed").is("decision", nil)
			h.seen()
			council.verb(at+"/close", act.version(), obj{"decision_text": "Ferdig"}).refused(403, "decision_needed")
			early := h.heard(about(at, "close", obj{"decision_text": ""}))
			h.seen()
			h.act("council", "/decisions/"+early.id(), "adopt", obj{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "conclusion_missing").is("blockers.1.code", "decision_text_missing")
			o := group.get(goal).ok(200)
			group.verb(goal+"/conclude", o.version(), obj{"outcome": "kanskje", "text": ""}).refused(422, "invalid_content", "/outcome", "/text")
			group.verb(goal+"/conclude", o.version(), obj{"outcome": "not_achieved", "text": "Ett system mangler"}).ok(200).is("status", "not_achieved")
			group.verb(at+"/next", act.version(), obj{"title": "2027", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}).refused(409, "wrong_state")
			h.events("group objective:conclude")
			closed = h.decided(at, "close", obj{"decision_text": "Valideringen videreføres"})
			closed.is("status", "closed").is("decision.by", h.id("council2")).is("phases.3.phase", "act")
			h.events("council2 decision:adopt", "council2 cycle:close")
			o = group.get(goal).ok(200)
			group.verb(goal+"/reopen", o.version(), obj{"reason": "Angrer"}).refused(409, "phase_closed")
			council.verb(at+"/next", closed.version(), obj{"title": "2027", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}).refused(403, "forbidden")
			h.events()
		})
		h.row("the next cycle carries on", func() {
			next := group.verb(at+"/next", closed.version(), obj{"title": "2027", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}).ok(201)
			if got := next.header.Get("Location"); got != "/api/v1/improvement-cycles/"+next.id() {
				t.Errorf("Location %s", got)
			}
			next.is("status", "plan").is("previous_cycle_id", cycle.id()).is("goals.0", "Alle KI-systemer er lokalt validert").is("progress.objectives", 1)
			h.events("group cycle:create", "group objective:create", "group measure:carry", "group cycle:next")
			carried := group.get("/objectives?cycle_id="+next.id()).ok(200).is("items.0.carried_from", objective.id()).is("items.0.target", 100).is("items.0.baseline", 55)
			group.get("/measures?cycle_id="+next.id()).ok(200).is("items.0.id", measures[1]).is("items.0.carried_from", cycle.id()).
				is("items.0.objective_id", carried.str("items.0.id")).is("items.0.status", "proposed")
			closed = group.get(at).ok(200).is("next_cycle_id", next.id()).is("carried_objectives.0", objective.id()).is("carried_measures.0", measures[1])
			group.verb(at+"/next", closed.version(), obj{"title": "Igjen", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}).refused(409, "already_continued")
			h.events()
		})
	})
}

// A person who worked on a cycle, its objectives or its measures may not close it. A decision on a measure is no such work.
func TestCycleSeparation(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		council2 := h.as("council2")
		h.assign("council2", "line_manager", "/siv/", nil).ok(201)
		cycle, objective := planCycle(h)
		at := "/improvement-cycles/" + cycle.id()
		m := h.as("group").post("/measures", obj{"scope": "/siv/", "cycle_id": cycle.id(), "title": "Opplæring", "kind": "knowledge"}).ok(201)
		advance(h, cycle.id(), "do")
		carryOut(h, m.id())
		v := advance(h, cycle.id(), "check").version()
		h.seen()
		council2.post("/measurements", obj{"scope": "/siv/", "objective_id": objective.id(), "value": 99, "at": "2026-11-01T10:00:00Z"}).ok(201)
		h.events("council2 measurement:create", "council2 objective:measure")
		advance(h, cycle.id(), "act").is("version", v+1) // an action on a measure does not change the cycle's version
		o := h.as("group").get("/objectives/" + objective.id()).ok(200)
		h.as("group").verb("/objectives/"+objective.id()+"/conclude", o.version(), obj{"outcome": "not_achieved", "text": "Nesten"}).ok(200)
		h.seen()
		if contains(council2.get(at).ok(200).strings("allowed_actions"), "close") {
			t.Error("whoever measured is offered to close")
		}
		h.events()
		d := h.heard(about(at, "close", obj{"decision_text": "Ferdig"}))
		seats := h.seats("ki-rad-siv")
		h.seen()
		h.act("council", "/decisions/"+d.id(), "adopt", votes(seats["council"], "for", seats["council2"], "for", seats["council3"], "for")).refused(422, "invalid_content", "/votes/1/membership_id")
		h.act("council", "/decisions/"+d.id(), "adopt", votes(seats["council"], "for", seats["council3"], "for")).ok(200).is("resolution.barred.0", seats["council2"])
		h.events("council decision:adopt", "council cycle:close")
	})
}

// If the next cycle is cancelled, another one takes over the open objectives and measures. A cycle starts after the previous one.
func TestCycleGoesOnAgain(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		cycle, objective := planCycle(h)
		at := "/improvement-cycles/" + cycle.id()
		m := group.post("/measures", obj{"scope": "/siv/", "objective_id": objective.id(), "title": "Opplæring", "kind": "knowledge", "responsible_id": h.id("manager"), "due": "2026-11-30"}).ok(201).id()
		advance(h, cycle.id(), "do")
		carryOut(h, m)
		advance(h, cycle.id(), "check")
		h.as("manager").post("/measurements", obj{"scope": "/siv/", "objective_id": objective.id(), "value": 55, "at": "2026-05-01T10:00:00Z"}).ok(201)
		v := advance(h, cycle.id(), "act").version()
		h.as("manager").verb("/measures/"+m+"/reopen", 5, obj{"reason": "Virkningen uteble"}).ok(200)
		o := group.get("/objectives/" + objective.id()).ok(200)
		group.verb("/objectives/"+objective.id()+"/conclude", o.version(), obj{"outcome": "not_achieved", "text": "Nesten"}).ok(200)
		h.decided(at, "close", obj{"decision_text": "Videreføres"})
		h.seen()
		go2027 := func(starts string) obj { return obj{"title": "2027", "starts_on": starts, "ends_on": "2027-12-31"} }
		group.verb(at+"/next", v+1, go2027("2026-01-01")).refused(422, "invalid_content", "/starts_on")
		group.verb(at+"/next", v+1, obj{"title": "2027", "starts_on": "2025-01-01", "ends_on": "2024-12-31"}).refused(422, "invalid_content", "/starts_on", "/ends_on")
		h.events()
		off := group.verb(at+"/next", v+1, go2027("2027-01-01")).ok(201)
		group.patch("/improvement-cycles/"+off.id(), 1, obj{"starts_on": "2025-12-31"}).refused(422, "invalid_content", "/starts_on")
		group.get(at).ok(200).is("progress.measures.proposed", 1)
		h.seen()
		group.verb("/improvement-cycles/"+off.id()+"/cancel", 1, obj{"reason": "For tidlig"}).ok(200)
		h.events("group cycle:cancel", "group objective:withdraw")
		next := group.verb(at+"/next", v+2, go2027("2027-02-01")).ok(201).is("previous_cycle_id", cycle.id()).is("progress.objectives", 1).is("progress.measures.proposed", 1)
		h.events("group cycle:create", "group objective:create", "group measure:carry", "group cycle:next")
		carried := group.get("/objectives?cycle_id="+next.id()).ok(200).is("items.0.carried_from", objective.id()).is("items.0.baseline", 55).str("items.0.id")
		group.get("/measures/"+m).ok(200).is("cycle_id", next.id()).is("carried_from", cycle.id()).is("objective_id", carried)
		closed := group.get(at).ok(200).is("next_cycle_id", next.id()).is("progress.measures.proposed", 1)
		if n := len(closed.strings("carried_measures")) + len(closed.strings("carried_objectives")); n != 2 {
			t.Errorf("%d records were carried", n)
		}
		group.verb(at+"/next", closed.version(), go2027("2027-03-01")).refused(409, "already_continued")
		h.events()
	})
}

// A project cannot add to an objective or a cycle of the hospital, unless the caller has the right there.
func TestCycleOfAnotherScope(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const fracture = "/siv/radiologi/bruddeteksjon/"
		cycle, objective := planCycle(h)
		owner, group := h.as("owner"), h.as("group")
		goal := obj{"scope": fracture, "cycle_id": cycle.id(), "title": "Terskelen er validert", "how_measured": "Andel", "unit": "%", "target": 100, "due": "2026-12-01", "owner_id": h.id("owner")}
		owner.post("/objectives", goal).refused(422, "invalid_content", "/cycle_id")
		owner.post("/measures", obj{"scope": fracture, "cycle_id": cycle.id(), "title": "Ny terskel", "kind": "control"}).refused(422, "invalid_content", "/cycle_id")
		owner.post("/measures", obj{"scope": fracture, "objective_id": objective.id(), "title": "Ny terskel", "kind": "control"}).refused(422, "invalid_content", "/objective_id")
		h.events()
		below := approveObjective(h, group.post("/objectives", goal).ok(201))
		group.post("/measures", obj{
			"scope": fracture, "objective_id": below.id(), "title": "Ny terskel", "kind": "control", "due": "2026-11-30", "responsible_id": h.id("owner"),
		}).ok(201)
		own := group.post("/improvement-cycles", obj{"scope": fracture, "title": "Prosjektets", "starts_on": "2026-01-01", "ends_on": "2026-06-30"}).ok(201)
		group.post("/objectives", obj{"scope": "/siv/", "cycle_id": own.id(), "title": "Sykehusets"}).refused(422, "invalid_content", "/cycle_id") // the cycle lies below
		goal["cycle_id"] = own.id()
		owner.post("/objectives", goal).ok(201)
		advance(h, cycle.id(), "do")
		h.seen()
		value := obj{"scope": fracture, "objective_id": objective.id(), "value": 1, "at": "2026-05-01T10:00:00Z"}
		owner.post("/measurements", value).refused(422, "invalid_content", "/scope")
		value["unit"] = "stk"
		owner.post("/measurements", value).refused(422, "invalid_content", "/scope", "/unit")
		group.post("/measurements", obj{"scope": "/siv/", "objective_id": below.id(), "value": 1, "at": "2026-05-01T10:00:00Z"}).refused(422, "invalid_content", "/scope")
		h.events()
		group.get("/objectives/"+objective.id()).ok(200).is("latest", nil)
		owner.post("/measurements", obj{"scope": fracture, "objective_id": below.id(), "value": 1, "at": "2026-05-01T10:00:00Z"}).ok(201)
		h.events("owner measurement:create", "owner objective:measure")
	})
}

// carryOut takes a proposed measure all the way to done.
func carryOut(h *installation, id string) {
	h.t.Helper()
	at := "/measures/" + id
	v := h.as("group").get(at).ok(200).version()
	h.as("group").verb(at+"/submit", v, nil).ok(200).is("status", "submitted")
	h.as("management").verb(at+"/decide", v+1, obj{"outcome": "approved"}).ok(200).is("status", "decided").is("decision.by", h.id("management"))
	h.as("manager").verb(at+"/start", v+2, nil).ok(200).is("status", "in_progress")
	h.as("manager").verb(at+"/complete", v+3, obj{"effect": "Validert på egne pasienter"}).ok(200).is("status", "done").is("completion.effect", "Validert på egne pasienter")
}

// A person who proposed or submitted a measure may not decide on it.
func TestMeasureDecision(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, management, council := h.as("owner"), h.as("management"), h.as("council")
		body := obj{"scope": "/siv/radiologi/bruddeteksjon/", "title": "Ny terskel", "kind": "control", "due": "2026-11-20"}
		h.as("owner2").post("/measures", body).ok(422)
		council.post("/measures", body).refused(403, "forbidden")
		owner.post("/measures", obj{"scope": "/siv/radiologi/bruddeteksjon/", "title": "x", "kind": "gjett", "objective_id": h.id("owner"), "risk_ids": []string{h.id("owner")}}).
			refused(422, "invalid_content", "/kind")
		h.events()
		m := owner.post("/measures", body).ok(201).is("overdue", true)
		h.events("owner measure:propose")
		at := "/measures/" + m.id()
		h.as("owner2").get(at).refused(404, "not_found")
		owner.patch(at, m.version(), obj{"description": "Hev terskelen"}).ok(200)
		owner.patch(at, m.version()+1, obj{"cycle_id": m.id()}).refused(422, "invalid_content", "/cycle_id")
		owner.verb(at+"/decide", 2, obj{"outcome": "approved"}).refused(403, "forbidden")
		management.verb(at+"/decide", 2, obj{"outcome": "approved"}).refused(409, "wrong_state")
		owner.verb(at+"/submit", 2, nil).ok(200)
		owner.patch(at, 3, obj{"title": "Noe annet"}).refused(409, "wrong_state")
		management.verb(at+"/decide", 3, obj{"outcome": "returned"}).refused(422, "invalid_content", "/reason")
		h.seen()
		management.verb(at+"/decide", 3, obj{"outcome": "returned", "reason": "Si hvem"}).ok(200).is("status", "proposed")
		h.events("management measure:decide")
		owner.patch(at, 4, obj{"responsible_id": h.id("owner")}).ok(200)
		owner.verb(at+"/submit", 5, nil).ok(200)
		management.verb(at+"/decide", 6, obj{"outcome": "approved", "reason": "Ja"}).ok(200).is("status", "decided")
		owner.patch(at, 7, obj{"due": "2027-02-01"}).ok(200).is("overdue", false)
		owner.patch(at, 8, obj{"title": "Noe annet"}).refused(422, "invalid_content", "/title")
		management.verb(at+"/cancel", 8, obj{}).refused(422, "invalid_content", "/reason")
		management.verb(at+"/cancel", 8, obj{"reason": "Systemet tas ut"}).ok(200).is("status", "cancelled")
		management.verb(at+"/reopen", 9, obj{"reason": "Likevel ikke"}).ok(200).is("status", "proposed")
		owner.verb(at+"/withdraw", 10, obj{"reason": "Ikke aktuelt"}).ok(200).is("status", "withdrawn")

		from := owner.post("/measures", obj{"scope": "/siv/radiologi/bruddeteksjon/", "title": "Fra forslag", "kind": "other", "source_id": "PROP-0001"}).ok(201)
		owner.verb("/measures/"+from.id()+"/submit", 1, nil).ok(200)
		management.verb("/measures/"+from.id()+"/decide", 2, obj{"outcome": "approved"}).ok(200).is("status", "decided") // a text that names no proposal here

		// A measure without a responsible person is a task for everyone who may start it.
		free := owner.post("/measures", body).ok(201)
		owner.verb("/measures/"+free.id()+"/submit", 1, nil).ok(200)
		management.verb("/measures/"+free.id()+"/decide", 2, obj{"outcome": "approved"}).ok(200)
		waits := func(name string) bool {
			return slices.ContainsFunc(h.as(name).get("/me/tasks?kind=measure").ok(200).items(), func(i map[string]any) bool { return i["record_id"] == free.id() && i["action"] == "start" })
		}
		if !waits("owner") || !waits("manager") || waits("group") || waits("owner2") {
			t.Errorf("starting waits for owner %v, manager %v, group %v, another owner %v", waits("owner"), waits("manager"), waits("group"), waits("owner2"))
		}
		owner.patch("/measures/"+free.id(), 3, obj{"responsible_id": h.id("owner")}).ok(200)
		if !waits("owner") || waits("manager") {
			t.Error("starting waits for others than whoever answers for it")
		}

		own := h.as("manager").post("/measures", obj{"scope": "/siv/", "title": "Lederens", "kind": "other"}).ok(201)
		h.as("manager").verb("/measures/"+own.id()+"/decide", 1, obj{"outcome": "approved"}).refused(403, "separation_of_duties")
	})
}

// Measurements cannot be changed. None is from the future or in another unit. A wrong one is retracted.
func TestMeasurements(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		cycle, objective := planCycle(h)
		advance(h, cycle.id(), "do")
		manager := h.as("manager")
		with := func(name string, v any) obj {
			b := obj{"scope": "/siv/", "objective_id": objective.id(), "value": 60, "at": "2026-06-01T10:00:00+02:00"}
			b[name] = v
			return b
		}
		h.seen()
		manager.post("/measurements", with("at", "2026-11-21T10:02:00Z")).refused(422, "invalid_content", "/at")
		manager.post("/measurements", with("at", "0000-01-01T00:00:00+01:00")).refused(422, "invalid_content", "/at")
		manager.post("/measurements", with("unit", "stk")).refused(422, "invalid_content", "/unit")
		manager.post("/measurements", with("value", nil)).refused(422, "invalid_content", "/value")
		manager.post("/measurements", with("objective_id", cycle.id())).refused(422, "invalid_content", "/objective_id")
		h.as("employee").post("/measurements", with("value", 1)).refused(403, "forbidden")
		h.as("secretariat").post("/measurements", with("value", 1)).refused(403, "forbidden")
		h.events()
		first := manager.post("/measurements", with("value", 0)).ok(201).is("value", 0).is("at", "2026-06-01T08:00:00Z")
		second := manager.post("/measurements", with("at", "2026-09-01T10:00:00Z")).ok(201)
		manager.post("/measurements", with("at", "2026-07-01T10:00:00Z")).ok(201)
		goal := "/objectives/" + objective.id()
		o := manager.get(goal).ok(200).is("latest.measurement_id", second.id())
		manager.patch(goal, o.version(), obj{"unit": "stk"}).refused(422, "invalid_content", "/unit")
		manager.patch(goal, o.version(), obj{"target": 60}).refused(422, "invalid_content", "/target")
		o = h.as("group").verb(goal+"/revise", o.version(), obj{"reason": "Målet var for høyt"}).ok(200).is("status", "draft").is("approval", nil)
		h.as("group").patch(goal, o.version(), obj{"unit": "stk"}).refused(422, "invalid_content", "/unit")
		o = h.as("group").patch(goal, o.version(), obj{"target": 60}).ok(200).is("latest.on_target", true)
		o = h.as("group").verb(goal+"/propose", o.version(), nil).ok(200)
		manager.verb(goal+"/approve", o.version(), nil).refused(403, "separation_of_duties").is("earlier_action", "create") // of a value
		h.as("management").verb(goal+"/approve", o.version(), nil).ok(200)
		h.seen()
		manager.verb("/measurements/"+second.id()+"/retract", 1, obj{}).refused(422, "invalid_content", "/reason")
		manager.verb("/measurements/"+second.id()+"/retract", 1, obj{"reason": "Feil nevner"}).ok(200).is("status", "retracted")
		h.events("manager measurement:retract", "manager objective:measure")
		manager.verb("/measurements/"+second.id()+"/retract", 2, obj{"reason": "Igjen"}).refused(409, "wrong_state")
		o = manager.get(goal).ok(200).is("latest.at", "2026-07-01T10:00:00Z")
		if n := len(manager.get("/measurements?objective_id=" + objective.id() + "&status=recorded").ok(200).items()); n != 2 {
			t.Errorf("%d values stand", n)
		}
		manager.verb(goal+"/conclude", o.version(), obj{"outcome": "achieved", "text": "Nådd"}).ok(200)
		manager.verb("/measurements/"+first.id()+"/retract", 1, obj{"reason": "Feil"}).refused(409, "objective_concluded")
		manager.get("/measurements/"+first.id()).ok(200).is("status", "recorded")
	})
}

// A cycle goes back with a reason. Cancelling a cycle drops its objectives and keeps its approved measures.
func TestCycleGoesBackAndIsCancelled(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		cycle, objective := planCycle(h)
		group, management := h.as("group"), h.as("management")
		at := "/improvement-cycles/" + cycle.id()
		m := group.post("/measures", obj{"scope": "/siv/", "cycle_id": cycle.id(), "title": "Opplæring", "kind": "knowledge"}).ok(201)
		group.verb(at+"/return", cycle.version(), obj{"reason": "For tidlig"}).refused(409, "wrong_state")
		v := advance(h, cycle.id(), "do").version()
		group.verb(at+"/return", v, obj{}).refused(422, "invalid_content", "/reason")
		// a cycle whose objectives are all withdrawn cannot advance
		group.verb("/measures/"+m.id()+"/withdraw", 1, obj{"reason": "Ikke nå"}).ok(200)
		group.verb("/objectives/"+objective.id()+"/withdraw", 3, obj{"reason": "Ikke nå"}).ok(200)
		v = advance(h, cycle.id(), "check").version()
		group.verb(at+"/advance", v, nil).refused(409, "blocked").is("blockers.0.code", "objective_missing")
		v = group.verb(at+"/return", v, obj{"reason": "Målet tas opp igjen"}).ok(200).version()
		group.verb("/objectives/"+objective.id()+"/reopen", 4, obj{"reason": "Likevel"}).ok(200).is("status", "active")
		h.as("manager").verb("/measures/"+m.id()+"/reopen", 2, obj{"reason": "Likevel"}).ok(200)
		back := group.verb(at+"/return", v, obj{"reason": "Mål mangler"}).ok(200).is("status", "plan").is("phases.4.phase", "plan").is("phases.1.left_at", "2026-11-21T10:00:00Z")
		h.seen()
		h.as("council").verb(at+"/cancel", back.version(), obj{"reason": "Nei"}).refused(403, "forbidden")
		management.verb(at+"/cancel", back.version(), obj{"reason": "Omorganisering"}).ok(200).is("status", "cancelled")
		h.events("management cycle:cancel", "management objective:withdraw")
		group.get("/objectives/"+objective.id()).ok(200).is("status", "withdrawn")
		group.get("/measures/"+m.id()).ok(200).is("status", "proposed")
		events := group.get("/objectives/" + objective.id() + "/events").ok(200)
		if events.is("items.0.action", "withdraw").str("items.0.reason") != "Omorganisering" {
			t.Errorf("no reason: %s", events.body)
		}
		group.verb(at+"/advance", back.version()+1, nil).refused(409, "wrong_state")
	})
}
