package api_test

import "testing"

// An employee raises a case and a need to bodies of the own hospital, and follows them: the state, the answer, and the advice that concerns them. Others do
// not see them.
func TestEmployeeRaisesAndFollows(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		forumOf(h)
		for _, name := range []string{"employee", "owner", "owner2", "handler"} {
			h.id(name)
		}
		employee, handler := h.as("employee"), h.as("handler")
		body(h, "prove-raad", "council", "ai_council", nil)
		mandated(h, "prove-raad", []string{"advise"}, nil)
		lead := seat(h, "prove-raad", "council2", "lead", nil)
		h.seen()
		in := m{"scope": "/siv/", "body_id": "prove-raad", "title": "Språkmodell i sykepleiedokumentasjon", "kind": "input"}
		var at, c string
		h.row("raise a case", func() {
			employee.post("/cases", merged(in, m{"scope": "/nasjonalt/", "body_id": "prove-raad"})).refused(422, "invalid_content", "/scope")
			r := employee.post("/cases", in).ok(201).is("from_person_id", h.id("employee")).is("status", "draft")
			c = r.id()
			at = "/cases/" + c
			r = employee.patch(at, r.version(), m{"summary": "Kan vi prøve den?"}).ok(200)
			handler.get(at).refused(404, "not_found")
			handler.verb(at+"/submit", r.version(), nil).refused(404, "not_found")
			employee.verb(at+"/submit", r.version(), nil).ok(200).is("status", "submitted")
			h.events("employee case:create", "employee case:update", "employee case:submit")
			if own := employee.get("/cases").ok(200).items(); len(own) != 1 {
				t.Errorf("own cases: %d", len(own))
			}
			if others := handler.get("/cases").ok(200).items(); len(others) != 0 {
				t.Errorf("cases of others: %d", len(others))
			}
		})
		h.row("a body's answer is read by whom it concerns", func() {
			h.act("employee", at, "admit", nil).refused(403, "forbidden")
			h.act("council2", at, "admit", nil).ok(200)
			other := admitted(h, "prove-raad", "council2", "council2", nil)
			meeting := met(h, "prove-raad", "council2", []string{c, other}, lead)
			advise := func(about string) *reply {
				return h.as("council2").post("/advice", m{
					"scope": "/siv/", "body_id": "prove-raad", "case_id": about, "meeting_id": meeting, "addressee": "direktor-siv", "title": "Råd", "text": "Vent.",
				}).ok(201)
			}
			mine, theirs := advise(c), advise(other)
			employee.get("/advice/"+mine.id()).refused(404, "not_found") // a draft
			for _, a := range []*reply{mine, theirs} {
				h.act("council2", "/advice/"+a.id(), "give", m{"agreed": true}).ok(200).is("status", "given")
			}
			employee.get("/advice/"+mine.id()).ok(200).is("status", "given").is("allowed_actions", "[]")
			employee.get("/advice/"+theirs.id()).refused(404, "not_found")
			handler.get("/advice/"+mine.id()).refused(404, "not_found")
			if list := employee.get("/advice").ok(200).items(); len(list) != 1 || list[0]["id"] != mine.id() {
				t.Errorf("own advice: %v", list)
			}
			h.act("council2", at, "conclude", m{"text": "Vi prøver den i én avdeling."}).ok(200)
			employee.get(at).ok(200).is("status", "concluded").is("conclusion.text", "Vi prøver den i én avdeling.")
			h.as("auditor").post("/advice/"+mine.id()+"/comments", m{"text": "Er personvernombudet spurt?"}).ok(201)
		})
		h.row("advice on a risk is read by its owner and in its project", func() {
			r := aRisk(h, aRegister(h), m{"owner_id": h.id("owner")})
			about := admitted(h, "prove-raad", "council2", "council2", m{"risk_ids": []string{r.id()}})
			meeting := met(h, "prove-raad", "council2", []string{about}, lead)
			a := h.as("council2").post("/advice", m{
				"scope": "/siv/", "body_id": "prove-raad", "case_id": about, "meeting_id": meeting, "addressee": "direktor-siv", "title": "Råd", "text": "Vent.",
			}).ok(201)
			h.act("council2", "/advice/"+a.id(), "give", m{"agreed": true}).ok(200)
			h.as("owner").get("/advice/" + a.id()).ok(200)
			h.as("owner2").get("/advice/"+a.id()).refused(404, "not_found")
			handler.get("/advice/"+a.id()).refused(404, "not_found")
			h.as("manager").verb("/risks/"+r.id()+"/hand-over", r.version(), handOver(h, "handler", nil)).ok(200)
			handler.get("/advice/" + a.id()).ok(200)
			h.as("owner").get("/advice/" + a.id()).ok(200) // the project of the role
			if list := h.as("owner").get("/advice?case_id=" + about).ok(200).items(); len(list) != 1 {
				t.Errorf("advice on the project: %v", list)
			}
		})
		h.row("raise a need", func() {
			h.seen()
			n := employee.post("/needs", m{"scope": "/siv/", "body_id": "prove-gruppe", "title": "Felles ordliste"}).ok(201).is("from_person_id", h.id("employee")).is("status", "received")
			handler.get("/needs/"+n.id()).refused(404, "not_found")
			h.as("group").verb("/needs/"+n.id()+"/decline", n.version(), m{"reason": "Finnes alt."}).ok(200)
			n = employee.get("/needs/"+n.id()).ok(200).is("status", "declined").is("refusal.reason", "Finnes alt.")
			employee.verb("/needs/"+n.id()+"/withdraw", n.version(), m{"reason": "x"}).refused(409, "wrong_state")
			h.events("employee need:create", "group need:decline")
		})
	})
}

// A person of another hospital accepts a risk of one project, by a role that top management gives for a time.
func TestGuestFromAnotherHospital(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin, group, management := h.as("admin"), h.as("group"), h.as("management")
		admin.post("/units", m{"scope": "/regionen/", "kind": "hospital", "name": "Regionen"}).ok(201)
		guest := h.member("gjest", "/regionen/")
		r := aRisk(h, aRegister(h), nil)
		at := "/risks/" + r.id()
		r = group.verb(at+"/assess", r.version(), judged("inherent", 1, 2)).ok(200)
		role := m{"scope": fracture, "user_id": guest, "role": "line_manager", "valid_to": "2026-12-31"}
		h.seen()
		h.as("gjest").get(at).refused(403, "forbidden")
		admin.post("/assignments", role).refused(403, "guest_by_management")
		h.as("manager").post("/assignments", merged(role, m{"role": "project_owner"})).refused(403, "guest_by_management")
		management.post("/assignments", merged(role, m{"valid_to": nil})).refused(422, "invalid_content", "/valid_to")
		management.post("/assignments", merged(role, m{"scope": "/siv/"})).refused(422, "invalid_content", "/scope")
		management.post("/assignments", merged(role, m{"role": "top_management"})).refused(403, "not_yours_to_give")
		h.events()
		management.post("/assignments", role).ok(201)
		h.as("gjest").verb(at+"/accept", r.version(), accepted("2026-12-20")).ok(200).is("status", "accepted").is("acceptances.0.authority.scope", fracture)
		h.as("gjest").get("/risks?scope=/siv/akutt/").ok(200).is("items", "[]")
		h.events("management assignment:create", "gjest risk:accept")
		h.later(60)
		clear(h.tokens)
		h.as("gjest").get(at).refused(403, "forbidden")
	})
}

// A line manager decides the measures of the own unit. Those who lead the organisation that carries out a measure of somebody else report on it.
func TestMeasuresOfUnitAndOfOthers(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, manager := h.as("group"), h.as("manager")
		for _, name := range []string{"group", "manager", "management", "owner"} {
			h.id(name)
		}
		h.row("the line manager decides", func() {
			x := group.post("/measures", m{"scope": "/siv/radiologi/", "title": "Opplæring", "kind": "knowledge"}).ok(201)
			at := "/measures/" + x.id()
			x = group.verb(at+"/submit", x.version(), nil).ok(200)
			h.seen()
			group.verb(at+"/decide", x.version(), m{"outcome": "approved"}).refused(403, "forbidden")
			h.as("owner").verb(at+"/decide", x.version(), m{"outcome": "approved"}).refused(403, "forbidden")
			manager.verb(at+"/decide", x.version(), m{"outcome": "approved"}).ok(200).is("status", "decided").is("decision.by", h.id("manager"))
			h.events("manager measure:decide")
			own := manager.post("/measures", m{"scope": "/siv/radiologi/", "title": "Eget tiltak", "kind": "knowledge"}).ok(201)
			own = manager.verb("/measures/"+own.id()+"/submit", own.version(), nil).ok(200)
			manager.verb("/measures/"+own.id()+"/decide", own.version(), m{"outcome": "approved"}).refused(403, "separation_of_duties")
		})
		h.row("executors report on a national measure", func() {
			unit := ""
			for _, u := range h.as("admin").get("/units?limit=200").ok(200).items() {
				if u["scope"] == "/siv/" {
					unit = u["id"].(string)
				}
			}
			org := organisation(h, "siv-virksomhet", "Sykehuset i Vestfold HF", m{"unit_id": unit})
			national := h.as("nasjonal")
			h.assign("nasjonal2", "line_manager", "/nasjonalt/", nil)
			x := h.as("nasjonal2").post("/measures", m{"scope": "/nasjonalt/", "title": "Nasjonal veileder", "kind": "common_solution", "executor_ids": []string{org.id()}}).ok(201)
			at := "/measures/" + x.id()
			x = h.as("nasjonal2").verb(at+"/submit", x.version(), nil).ok(200)
			x = national.verb(at+"/decide", x.version(), m{"outcome": "approved"}).ok(200)
			x = national.verb(at+"/start", x.version(), nil).ok(200)
			h.seen()
			report := m{"percent": 40, "text": "Utkastet er på høring."}
			h.as("owner").verb(at+"/report", x.version(), report).refused(404, "not_found")
			h.as("management").get(at).ok(200).is("allowed_actions", "[report]")
			manager.verb(at+"/complete", x.version(), m{"effect": "Ferdig"}).refused(403, "forbidden")
			manager.verb(at+"/report", x.version(), report).ok(200).is("progress.0.by", h.id("manager")).is("progress.0.percent", 40)
			h.events("manager measure:report")
		})
	})
}

// An escalated case is answered by the body that received it. The one that sent it does not answer itself.
func TestEscalatedCaseIsAnsweredByItsReceiver(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		forumOf(h)
		c := "/cases/" + admitted(h, "prove-gruppe", "group2", "group", nil)
		h.act("group", c, "escalate", m{"body_id": "prove-skate", "reason": "Gjelder alle."}).ok(200)
		h.seen()
		offers(h.as("group").get(c).ok(200), "answer", false)
		offers(h.as("council2").get(c).ok(200), "answer", true)
		h.act("group", c, "answer", m{"text": "Ja."}).refused(403, "not_a_member")
		h.events()
		h.act("council2", c, "answer", m{"text": "Vi tar saken i mars."}).ok(200).is("status", "admitted").is("escalation.answer", "Vi tar saken i mars.")
		h.events("council2 case:answer")
	})
}

// One person sits in a council of the hospital and in a national working group at once, because the two decide over different records.
func TestOnePersonInHospitalAndNationalBody(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		org := organisation(h, "siv-hf", "Sykehuset i Vestfold HF", nil)
		body(h, "prove-raad", "council", "ai_council", nil)
		body(h, "prove-lokal", "working_group", "working_group", nil)
		body(h, "prove-nasjonal", "working_group", "working_group", m{"scope": "/nasjonalt/"})
		seated := func(scope, of, confirms string) *reply {
			r := h.as("secretariat").post("/memberships", m{"scope": scope, "body_id": of, "user_id": h.id("handler"), "organisation_id": org.id(), "position": "member"}).ok(201)
			return h.as(confirms).verb("/memberships/"+r.id()+"/confirm", r.version(), nil)
		}
		h.id("management")
		seated("/siv/", "prove-raad", "management").ok(200)
		seated("/nasjonalt/", "prove-nasjonal", "nasjonal").ok(200)
		seated("/siv/", "prove-lokal", "management").refused(409, "roles_exclude")
	})
}
