package api_test

import "testing"

// resolved has the council hear a case at a meeting now, and returns the draft of its decision.
func (h *installation) resolved(c string, more m) *reply {
	h.t.Helper()
	seats := h.seats("ki-rad-siv")
	meeting := h.as("council").post("/meetings", m{
		"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Møte", "form": "digital", "starts_at": h.instant(0), "agenda": []string{c},
	}).ok(201)
	h.act("council", "/meetings/"+meeting.id(), "call", nil).ok(200)
	h.act("secretariat", "/meetings/"+meeting.id(), "hold", roll(seats["council"], seats["council2"], seats["council3"])).ok(200)
	return h.as("council").post("/decisions", merged(m{
		"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c, "meeting_id": meeting.id(), "title": "Vedtak", "outcome": "approve", "reasons": "Grunnlaget er godt.",
	}, more)).ok(201)
}

// sees checks that exactly these of some people read a record, and that their list of its kind has exactly these records.
func (h *installation) sees(collection, id string, readers map[string]int, others ...string) {
	h.t.Helper()
	for who, n := range readers {
		h.as(who).get(collection + "/" + id).ok(200)
		if list := h.as(who).get(collection).ok(200).items(); len(list) != n {
			h.t.Errorf("%s lists %d of %s, not %d", who, len(list), collection, n)
		}
	}
	for _, who := range others {
		h.as(who).get(collection+"/"+id).refused(404, "not_found")
		if list := h.as(who).get(collection).ok(200).items(); len(list) != 0 {
			h.t.Errorf("%s lists %d of %s", who, len(list), collection)
		}
	}
}

// A decision is read by whom it concerns: who raised the case, also when it was escalated, who looks after the record, and the owner of the project that
// the record lies in. Nobody else reads it, and nobody reads a draft.
func TestDecisionsAreReadByWhomTheyConcern(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		forumOf(h)
		for _, name := range []string{"employee", "owner", "owner2", "handler", "council", "council2", "council3"} {
			h.id(name)
		}
		employee := h.as("employee")
		h.row("who raised the case", func() {
			c := employee.post("/cases", m{"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Språkmodell på vakt", "kind": "decision"}).ok(201).id()
			employee.verb("/cases/"+c+"/submit", 1, nil).ok(200)
			h.act("council", "/cases/"+c, "admit", nil).ok(200)
			d := h.resolved(c, nil)
			h.sees("/decisions", d.id(), nil, "employee", "handler") // a draft
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.sees("/decisions", d.id(), map[string]int{"employee": 1}, "handler", "owner", "owner2")
			employee.get("/decisions/"+d.id()).ok(200).is("status", "adopted").is("outcome", "approve").is("allowed_actions", "[]")
			employee.get("/cases/"+c).ok(200).is("status", "on_agenda")
			h.act("council", "/cases/"+c, "conclude", m{"text": "Den kan prøves."}).ok(200)
			employee.get("/cases/"+c).ok(200).is("status", "concluded").is("conclusion.text", "Den kan prøves.")
			h.as("handler").get("/cases/"+c).refused(404, "not_found")
			other := admitted(h, "ki-rad-siv", "council", "council", m{"kind": "decision"})
			theirs := h.resolved(other, nil)
			h.act("council2", "/decisions/"+theirs.id(), "adopt", m{"agreed": true}).ok(200)
			employee.get("/decisions/"+theirs.id()).refused(404, "not_found")
			if list := employee.get("/decisions").ok(200).items(); len(list) != 1 || list[0]["id"] != d.id() {
				t.Errorf("own decisions: %v", list)
			}
		})
		h.row("who looks after the record, and who owns its project", func() {
			h.as("owner").get("/decisions").ok(200).is("items", "[]")
			at := guidelineInReview(h, m{"scope": fracture, "owner_id": h.id("handler"), "document_number": "1.10.3.5", "applies_to": []m{{"unit": fracture}}})
			d := h.heard(about(at, "approve", nil))
			h.sees("/decisions", d.id(), nil, "handler", "owner", "owner2")
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.sees("/decisions", d.id(), map[string]int{"handler": 1, "owner": 1}, "owner2")
			employee.get("/decisions/"+d.id()).refused(404, "not_found")
		})
		h.row("who raised a case that was escalated", func() {
			c := employee.post("/cases", m{"scope": "/siv/", "body_id": "prove-gruppe", "title": "Felles validering", "kind": "input"}).ok(201).id()
			employee.verb("/cases/"+c+"/submit", 1, nil).ok(200)
			h.act("group", "/cases/"+c, "admit", nil).ok(200)
			h.act("group", "/cases/"+c, "escalate", m{"body_id": "ki-rad-siv", "reason": "Gjelder hele sykehuset."}).ok(200)
			lifted := employee.get("/cases/"+c).ok(200).is("status", "escalated").str("escalation.case_id")
			h.act("council", "/cases/"+lifted, "admit", nil).ok(200)
			d := h.resolved(lifted, nil)
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.sees("/decisions", d.id(), map[string]int{"employee": 2})
			h.as("owner2").get("/decisions/"+d.id()).refused(404, "not_found")
			h.act("council", "/cases/"+lifted, "conclude", m{"text": "Rådet er enig."}).ok(200)
			employee.get("/cases/"+c).ok(200).is("escalation.answer", "Rådet er enig.")
		})
	})
}
