package api_test

import "testing"

// Any employee asks for advice. The contact of the unit, or of the nearest unit above, answers within the time that the hospital has set.
func TestAdviceRequests_S2_30(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee, group, group2, manager, privacy := h.as("employee"), h.as("group"), h.as("group2"), h.as("manager"), h.as("privacy")
		for _, who := range []string{"employee", "group", "group2", "manager", "privacy", "council5", "council3"} {
			h.id(who)
		}
		contact := m{"scope": "/siv/", "person_id": h.id("privacy"), "email": "forskning@siv.no", "description": "Råd om KI."}
		h.seen()
		employee.get("/advice-requests/contact?scope=/siv/akutt/").ok(200).is("person_id", nil).is("contact_unit", "/siv/akutt/").is("within", "P14D")
		employee.get("/advice-requests/contact").refused(400, "missing_parameter")
		employee.get("/advice-requests/contact?scope=/finnes-ikke/").refused(404, "not_found")
		employee.post("/contact-points", contact).refused(403, "forbidden")
		h.as("secretariat").post("/contact-points", contact).refused(403, "forbidden")
		group.post("/contact-points", m{"scope": "/siv/", "person_id": "x", "email": "forskning"}).refused(422, "invalid_content", "/person_id", "/email")
		group.post("/contact-points", merged(contact, m{"person_id": nobody})).refused(422, "invalid_content", "/person_id")
		h.events()

		// Without a contact the working group answers. Nobody answers an own question.
		question := m{"scope": "/siv/akutt/", "title": "Testdata", "question": "Kan vi bruke egne bilder?"}
		employee.post("/advice-requests", m{"scope": "/siv/akutt/", "title": " ", "question": ""}).refused(422, "invalid_content", "/title", "/question")
		employee.post("/advice-requests", m{"scope": "/siv/kirurgi/", "title": "A", "question": "B"}).refused(422, "invalid_content", "/scope")
		own := group.post("/advice-requests", merged(question, m{"scope": "/siv/"})).ok(201).is("contact_id", nil).is("answer_due", "2026-12-05")
		group.verb("/advice-requests/"+own.id()+"/answer", 1, m{"text": "Ja"}).refused(403, "separation_of_duties")
		tasked(h, "group", "answer", "/advice-requests/"+own.id(), false)
		tasked(h, "group2", "answer", "/advice-requests/"+own.id(), true)
		group2.verb("/advice-requests/"+own.id()+"/answer", 1, m{"text": "Ja"}).ok(200).is("status", "answered")
		h.events("group advice_request:create", "group2 advice_request:answer")

		// The contact of the hospital covers the department; one contact point per unit.
		point := group.post("/contact-points", contact).ok(201).is("place", "/siv/")
		manager.post("/contact-points", contact).refused(409, "duplicate")
		manager.post("/contact-points", m{"scope": "/siv/radiologi/", "person_id": h.id("council3")}).ok(201)
		employee.get("/advice-requests/contact?scope=/siv/akutt/").ok(200).is("person_id", h.id("privacy")).is("contact_unit", "/siv/").is("email", "forskning@siv.no")
		h.as("council3").get("/advice-requests/contact?scope=/siv/radiologi/").ok(200).is("person_id", h.id("council3"))
		h.events("group contact_point:create", "manager contact_point:create")

		r := employee.post("/advice-requests", question).ok(201).is("status", "received").is("contact_id", h.id("privacy")).is("from_person_id", h.id("employee"))
		at := "/advice-requests/" + r.id()
		tasked(h, "privacy", "answer", at, true)
		tasked(h, "group2", "answer", at, false)
		h.as("owner").get(at).refused(404, "not_found")
		h.as("owner").get("/advice-requests?count=true").ok(200).is("total", 0)
		privacy.get("/advice-requests?count=true").ok(200).is("total", 1)
		employee.patch(at, 1, m{"question": "Kan vi bruke egne bilder fra 2024?"}).ok(200)
		privacy.patch(at, 2, m{"question": "Annet"}).refused(403, "not_asker")
		employee.verb(at+"/answer", 2, m{"text": "Ja"}).refused(403, "separation_of_duties")
		employee.verb(at+"/follow-up", 2, m{"text": "Og?"}).refused(409, "wrong_state")
		privacy.verb(at+"/answer", 2, m{"text": " "}).refused(422, "invalid_content", "/text")
		privacy.verb(at+"/answer", 1, m{"text": "Ja"}).refused(412, "stale_version")
		h.events("employee advice_request:create", "employee advice_request:update")

		// Forwarding gives the question to the contact of another unit.
		privacy.verb(at+"/forward", 2, m{"to_unit": "/siv/finnes-ikke/", "reason": "Faglig"}).refused(422, "invalid_content", "/to_unit")
		privacy.verb(at+"/forward", 2, m{"to_unit": "/siv/kirurgi/", "reason": "Faglig"}).refused(422, "invalid_content", "/to_unit")
		privacy.verb(at+"/forward", 2, m{"to_unit": "/siv/radiologi/"}).refused(422, "invalid_content", "/reason")
		privacy.verb(at+"/forward", 2, m{"to_unit": "/siv/radiologi/", "reason": "Gjelder røntgenbilder"}).ok(200)
		tasked(h, "privacy", "answer", at, false)
		tasked(h, "council3", "answer", at, true)
		h.as("council3").get(at).ok(200).is("contact_unit", "/siv/radiologi/").is("forwardings.0.reason", "Gjelder røntgenbilder").is("forwardings.0.by", h.id("privacy")).is("answer_due", "2026-12-05")
		h.as("council3").verb(at+"/answer", 3, m{"text": "Ja, innenfor kvalitetssikring."}).ok(200).is("status", "answered").is("answers.0.by", h.id("council3"))
		tasked(h, "employee", "follow-up", at, true)
		h.as("council3").verb(at+"/follow-up", 4, m{"text": "Og?"}).refused(403, "not_asker")
		h.later(10)
		employee = h.again("employee")
		employee.verb(at+"/follow-up", 4, m{"text": "Også bilder av barn?"}).ok(200).is("status", "received").is("answer_due", "2026-12-15").is("overdue", false)
		h.as("council3").verb(at+"/answer", 5, m{"text": "Nei, ikke uten ny vurdering."}).ok(200)
		employee.verb(at+"/close", 6, m{}).refused(422, "invalid_content", "/reason")
		employee.verb(at+"/close", 6, m{"reason": "Fikk svar"}).ok(200).is("status", "closed").is("answers.1.text", "Nei, ikke uten ny vurdering.")
		employee.verb(at+"/follow-up", 7, m{"text": "Og?"}).refused(409, "wrong_state")
		h.events("privacy advice_request:forward", "council3 advice_request:answer", "employee advice_request:follow-up", "council3 advice_request:answer", "employee advice_request:close")

		// A contact point that has ended gives its place to a new one.
		h.as("manager").verb("/contact-points/"+point.id()+"/end", 1, m{"reason": "Slutter"}).ok(200).is("status", "ended")
		h.as("group").post("/contact-points", merged(contact, m{"person_id": h.id("group2")})).ok(201)
		h.as("employee").get("/advice-requests/contact?scope=/siv/akutt/").ok(200).is("person_id", h.id("group2"))
		h.events("manager contact_point:end", "group contact_point:create")
	})
}

// The hospital's settings say how soon advice is given.
func TestAdviceAnswerTime_S2_30(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := h.as("group").post("/settings", settingsOf(m{"answer_times": []m{{"question": "advice_request", "within": "P3D"}}})).ok(201)
		at := "/settings/" + r.id()
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		h.as("management").verb(at+"/approve", r.version(), nil).ok(200)
		h.as("employee").get("/advice-requests/contact?scope=/siv/akutt/").ok(200).is("within", "P3D")
		h.as("employee").post("/advice-requests", m{"scope": "/siv/akutt/", "title": "A", "question": "B"}).ok(201).is("answer_due", "2026-11-24")
	})
}
