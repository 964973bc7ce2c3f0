package api_test

import (
	"strings"
	"testing"
)

// aMeasure has the group propose a measure for the hospital and submit it.
func aMeasure(h *installation, title string) string {
	h.t.Helper()
	at := "/measures/" + h.as("group").post("/measures", m{"scope": "/siv/", "title": title, "kind": "method"}).ok(201).id()
	h.act("group", at, "submit", nil).ok(200)
	return at
}

// What a decision carries out is the input that its case names, and that the members have voted on.
func TestADecisionCarriesOutWhatTheCaseNames(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		approved := m{"outcome": "approved", "reason": "Som foreslått."}
		h.row("the case names everything before it is admitted", func() {
			at := aMeasure(h, "Uten utfall")
			c := h.as("council").post("/cases", m{"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Sak", "kind": "decision", "about": []m{about(at, "decide", nil)}}).ok(201)
			h.act("council", "/cases/"+c.id(), "submit", nil).ok(200)
			h.seen()
			h.act("council", "/cases/"+c.id(), "admit", nil).refused(409, "blocked").is("blockers.0.code", "input_incomplete").is("blockers.0.pointer", "/about/0/input/outcome")
			h.events()
			v := h.as("council").get("/cases/" + c.id()).ok(200).version()
			h.as("council").patch("/cases/"+c.id(), v, m{"about": []m{about(at, "decide", approved)}}).ok(200)
			h.act("council", "/cases/"+c.id(), "admit", nil).ok(200).is("about.0.input.outcome", "approved")
		})
		h.row("another input than that of the case", func() {
			at := aMeasure(h, "Validering")
			d := h.heard(about(at, "decide", approved))
			path := "/decisions/" + d.id()
			h.act("council2", path, "vote", m{"vote": "for"}).ok(200).is("cast_votes.0.vote", "for")
			v := h.as("council").get(path).ok(200).version()
			h.seen()
			other := []m{about(at, "decide", m{"outcome": "approved", "reason": "Noe annet."})}
			h.as("council").patch(path, v, m{"about": other}).refused(422, "invalid_content", "/about/0/input").is("errors.0.code", "not_in_case")
			h.as("council").post("/decisions", m{
				"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": d.str("case_id"), "meeting_id": d.str("meeting_id"), "title": "Vedtak", "outcome": "approve", "reasons": "Ja.", "about": other,
			}).refused(422, "invalid_content", "/about/0/input").is("errors.0.code", "not_in_case")
			h.events()
			// the input of the case, written out, is no other input, and the vote on it stands
			h.as("council").patch(path, v, m{"about": []m{about(at, "decide", m{"reason": "Som foreslått.", "outcome": "approved"})}}).ok(200).is("cast_votes.0.vote", "for")
			h.as("council").patch(path, v+1, m{"conditions": "Prøves i to avdelinger først."}).ok(200).is("cast_votes", []any{}).is("recalled.0", h.seats("ki-rad-siv")["council2"])
		})
		h.row("a case that changed after the draft", func() {
			at := aMeasure(h, "Opplæring")
			c := h.as("council").post("/cases", m{"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Sak", "kind": "decision", "about": []m{about(at, "decide", approved)}}).ok(201)
			draft := m{"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c.id(), "title": "Vedtak", "outcome": "approve", "reasons": "Ja."}
			d := h.as("council").post("/decisions", draft).ok(201)
			h.as("council").patch("/cases/"+c.id(), c.version(), m{"about": []m{about(at, "decide", m{"outcome": "declined", "reason": "For dyrt."})}}).ok(200)
			h.act("council", "/cases/"+c.id(), "submit", nil).ok(200)
			h.act("council", "/cases/"+c.id(), "admit", nil).ok(200)
			seats := h.seats("ki-rad-siv")
			meeting := met(h, "ki-rad-siv", "secretariat", []string{c.id()}, seats["council"], seats["council2"], seats["council3"], seats["council4"])
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true, "meeting_id": meeting}).refused(409, "blocked").is("blockers.0.code", "about_changed").is("blockers.0.pointer", "/about/0")
			h.events()
			h.as("council").get(at).ok(200).is("status", "submitted")
			// the vote and what is carried out agree
			draft["meeting_id"] = meeting
			h.as("council").post("/decisions", draft).refused(422, "invalid_content", "/about/0/input").is("errors.0.code", "outcome_differs")
			draft["outcome"] = "return"
			h.as("council").post("/decisions", draft).refused(422, "invalid_content", "/about/0/input").is("errors.0.code", "outcome_differs")
			draft["outcome"] = "decline"
			d = h.as("council").post("/decisions", draft).ok(201)
			h.as("council").patch("/decisions/"+d.id(), 1, m{"outcome": "approve"}).refused(422, "invalid_content", "/about/0/input").is("errors.0.code", "outcome_differs")
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("council").get(at).ok(200).is("status", "declined").is("decided_in", d.id()).is("decision.outcome", "declined")
			h.events("council decision:create", "council decision:adopt", "council measure:decide")
		})
		h.row("a no carries out no yes", func() {
			at := aMeasure(h, "Felles løsning")
			d := h.heard(about(at, "decide", approved))
			d = h.as("council").patch("/decisions/"+d.id(), 1, m{"outcome": "decline"}).ok(200)
			h.seen()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200).is("status", "adopted")
			h.events("council2 decision:adopt")
			h.as("council").get(at).ok(200).is("status", "submitted").is("decided_in", nil)
		})
		h.row("on conditions, which the record shows", func() {
			at := aMeasure(h, "Metode")
			d := h.heard(about(at, "decide", approved))
			terms := "Prøves i to avdelinger først."
			h.as("council").patch("/decisions/"+d.id(), 1, m{"outcome": "approve_with_conditions", "conditions": terms}).ok(200)
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("auditor").get(at).ok(200).is("status", "decided").is("decided_in", d.id()).is("decision.conditions", terms).
				is("last_decision.authority.decision", d.str("number")).is("last_decision.authority.decision_id", d.id()).is("last_decision.authority.conditions", terms)
			h.as("auditor").get(at+"/events?limit=1").ok(200).is("items.0.authority.conditions", terms)
			policy := guidelineInReview(h, nil)
			d = h.heard(about(policy, "approve", nil))
			h.as("council").patch("/decisions/"+d.id(), 1, m{"outcome": "approve_with_conditions", "conditions": terms}).ok(200)
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("group").get(policy).ok(200).is("status", "approved").is("last_decision.authority.conditions", terms)
			if shown := string(h.as("group").get(policy + "?expand=decision").ok(200).body); !strings.Contains(shown, `"title":"Vedtak"`) {
				t.Errorf("the record does not lead to its decision: %s", shown)
			}
		})
	})
}

// A decision on a cycle or a treatment plan judges what belongs to it too: objectives, measures and risks. When these change, the decision is drafted again.
func TestADecisionJudgesWhatBelongsToTheRecord(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.row("the objectives and measures of a cycle", func() {
			cycle, objective := planCycle(h)
			at, goal := "/improvement-cycles/"+cycle.id(), "/objectives/"+objective.id()
			advance(h, cycle.id(), "do")
			advance(h, cycle.id(), "check")
			measure := func(value int) {
				h.t.Helper()
				h.as("manager").post("/measurements", m{"scope": "/siv/", "objective_id": objective.id(), "value": value, "at": "2026-11-01T10:00:00Z"}).ok(201)
			}
			measure(55)
			advance(h, cycle.id(), "act")
			missed := m{"outcome": "not_achieved", "text": "Ett system mangler."}
			h.act("group", goal, "conclude", missed).ok(200)
			closing := about(at, "close", m{"decision_text": "Valideringen videreføres."})
			d := h.heard(closing)
			h.act("group", goal, "reopen", m{"reason": "Ny måling."}).ok(200)
			measure(99)
			h.act("group", goal, "conclude", missed).ok(200)
			h.seen()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "about_changed").is("blockers.0.link", "/api/v1"+at)
			h.events()
			h.as("auditor").get(at).ok(200).is("status", "act")
			// whoever looks after a part of it is not judged
			d = h.heard(closing)
			h.act("manager", goal, "hand-over", m{"to": h.id("owner"), "reason": "Permisjon."}).ok(200)
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("auditor").get(at).ok(200).is("status", "closed").is("last_decision.authority.decision_id", d.id())
		})
		h.row("the risks of a treatment plan", func() {
			r := treated(h, fracture, aRegister(h), "group", 3, 5)
			p := planInReview(h, "group", r.id()).is("level", "high")
			at := "/treatment-plans/" + p.id()
			h.act("owner", at, "agree", nil).ok(200)
			d := h.heard(about(at, "approve", nil))
			r = h.as("group").get("/risks/" + r.id()).ok(200)
			r = h.as("group").verb("/risks/"+r.id()+"/treat", r.version(), m{"option": "mitigate", "plan": "Opplæring.", "responsible_id": h.id("owner"), "due": "2027-03-01"}).ok(200)
			h.act("owner", at, "agree", nil).ok(200)
			h.seen()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "about_changed")
			h.events()
			d = h.heard(about(at, "approve", nil))
			h.as("owner").verb("/risks/"+r.id()+"/treatments/"+r.str("treatments.0.id")+"/start", r.version(), nil).ok(200) // progress changes nothing
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("auditor").get(at).ok(200).is("status", "approved").is("authority.decision_id", d.id()).is("risks.0.treatments.1.plan", "Opplæring.")
		})
	})
}
