package api_test

import (
	"strings"
	"testing"
)

// asked lists the ids of the questions that an answer has.
func (r *reply) asked() string {
	r.t.Helper()
	out := []string{}
	list, _ := r.at("questions").([]any)
	for _, q := range list {
		id, _ := q.(map[string]any)["id"].(string)
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

// A front-end asks for the questions, one step after the other, in both languages.
func TestClassificationQuestions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee := h.as("employee")
		at := "/classification/questions"
		employee.get(at).refused(400, "missing_parameter", "?for")
		employee.get(at+"?for=gdpr").refused(400, "bad_parameter", "?for")
		employee.get(at+"?for=mdr&answers=Q-01").refused(400, "bad_parameter", "?answers")
		employee.get(at+"?for=mdr&answers=Q-77:yes,Q-01:perhaps,Q-07:yes,Q-08:yes").refused(422, "invalid_content", "/answers/Q-01", "/answers/Q-08", "/answers/Q-77")
		employee.get(at+"?for=ai_act&class=IV").refused(400, "bad_parameter", "?class")
		employee.get(at+"?for=ai_act&law_version=2019").refused(400, "bad_parameter", "?law_version")

		first := employee.get(at + "?for=mdr").ok(200)
		if got := first.asked(); got != "Q-01" {
			h.t.Errorf("first %s", got)
		}
		first.is("questions.0.question.nb", "Er det et dataprogram eller en modell som tar inn data og gir ut data (app, nettjeneste, modell, algoritme bygd inn i utstyr)?").
			is("questions.0.reference.en", "MDR Art. 2(1)").is("questions.0.check", nil).is("complete", false).is("law_status", "in_force")
		purposes := "Q-01:yes,Q-02:no,Q-03:no,Q-04:no,Q-05:no,Q-06:no,Q-07:no,Q-08:no,Q-09:no"
		h.row("S2_6", func() {
			r := employee.get(at + "?for=mdr&answers=" + purposes).ok(200)
			if got := r.asked(); got != "Q-20 Q-21 Q-22 Q-23 Q-24 Q-25 Q-26 Q-90" {
				h.t.Errorf("the purposes: %s", got)
			}
			r.is("questions.0.values.6.key", "alleviation")
		})
		if got := employee.get(at+"?for=mdr&answers=Q-01:no").ok(200).is("complete", true).asked(); got != "" {
			h.t.Errorf("not software, and still asks %s", got)
		}
		started := "A-01:yes,A-02:no,A-02a:no,A-03:no,A-04:no,A-05:no,A-06:no,A-07:no"
		all, known := employee.get(at+"?for=ai_act&answers="+started).ok(200).asked(), employee.get(at+"?for=ai_act&class=IIa&answers="+started).ok(200).asked()
		h.row("S2_21", func() {
			if !strings.Contains(all, "H-01 ") || strings.Contains(known, "H-01 ") || !strings.Contains(known, "J-5d") {
				h.t.Errorf("the class answers H-01: %s, and with it %s", all, known)
			}
		})
	})
}

// answered answers every question about a system with no, and the named rows with yes: C-33a=IIa gives a value. Every answer that needs a reason has one.
func answered(h *installation, what string, rows ...string) m {
	h.t.Helper()
	out := m{}
	for _, row := range rows {
		id, value, _ := strings.Cut(row, "=")
		answer := m{"answer": "yes", "reason": "Vurdert av gruppen."}
		if value != "" {
			answer["value"] = value
		}
		out[id] = answer
	}
	for range 40 {
		short := []string{}
		for id, a := range out {
			switch a := a.(type) {
			case string:
				short = append(short, id+":"+a)
			case m:
				s := id + ":" + a["answer"].(string)
				if v, ok := a["value"].(string); ok {
					s += "=" + v
				}
				short = append(short, s)
			}
		}
		list, _ := h.as("group").get("/classification/questions?for=" + what + "&answers=" + strings.Join(short, ",")).ok(200).at("questions").([]any)
		if len(list) == 0 {
			return out
		}
		for _, q := range list {
			q := q.(m)
			switch {
			case q["id"] == "A-01" || q["id"] == "Q-01":
				out[q["id"].(string)] = "yes"
			case q["reason"] == "no":
				out[q["id"].(string)] = m{"answer": "no", "reason": "Verktøyet vurderer ikke dette."}
			default:
				out[q["id"].(string)] = "no"
			}
		}
	}
	h.t.Fatal("the questions do not end")
	return nil
}

// A bought device: what the maker states is checked by somebody else, and a differing answer is asked of the supplier.
func TestQualificationOfWhatIsBought(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "group2", "manager", "employee", "auditor", "council"} {
			h.id(name)
		}
		group, manager := h.as("group"), h.as("manager")
		system := group.post("/ai-systems", aSystem(h, nil)).ok(201)
		declaration := group.post("/evidence", m{"scope": "/siv/", "kind": "link", "title": "Samsvarserklæring", "url": "https://leverandor.example.no/doc"}).ok(201)
		answers := answered(h, "mdr", "Q-20", "C-33b", "C-11a", "C-11a3")
		body := m{
			"system_id": system.id(), "answers": answers, "declaration_id": declaration.id(),
			"maker_statement": m{"declared_class": "IIa", "regulation": "MDR", "version": "2.4.1"},
		}
		h.seen()
		h.as("employee").post("/qualifications", body).refused(403, "forbidden")
		h.as("owner2").post("/qualifications", body).refused(422, "invalid_content", "/system_id")
		manager.post("/qualifications", merged(body, m{
			"answers": m{"Q-01": "yes", "Q-07": "yes", "Q-08": "yes", "Q-77": "no", "Q-20": "kanskje"}, "maker_statement": m{"declared_class": "IV", "version": "1"},
		})).refused(422, "invalid_content", "/answers/Q-08", "/answers/Q-77", "/maker_statement/declared_class")
		manager.post("/qualifications", merged(body, m{"answers": m{"Q-01": m{"answer": "yes", "svar": "ja"}}})).refused(422, "invalid_content", "/answers/Q-01/svar")
		h.events()

		q := manager.post("/qualifications", body).ok(201).is("status", "draft").is("origin", "bought").is("scope", system.str("scope"))
		at := "/qualifications/" + q.id()
		h.row("S2_5", func() {
			q.is("outcome", "device").is("becomes_maker", false).is("result.guidelines.0.name", "MDCG 2019-11").is("result.guidelines.0.version", "rev.1")
		})
		h.row("S2_6", func() {
			q.is("result.device.purposes.0.kind", "disease").is("result.device.class", "III")
		})
		manager.verb(at+"/check", 1, nil).refused(403, "separation_of_duties")
		manager.verb(at+"/sign", 1, nil).refused(403, "forbidden")
		h.as("owner").verb(at+"/sign", 1, nil).refused(409, "maker_signs")
		h.as("council").verb(at+"/check", 1, nil).refused(403, "forbidden")
		group.verb(at+"/answer", 1, m{"answer": "Nei."}).refused(409, "wrong_state")
		group.verb(at+"/check", 1, nil).ok(200).is("status", "question_open").is("question.declared", "IIa").is("question.found", "III").is("checked.by", h.id("group"))
		group.get("/ai-systems/"+system.id()).ok(200).is("findings.device", "device").is("findings.device_class", "IIa").is("findings.regulation", "MDR")
		group.verb(at+"/answer", 2, m{"answer": "Se brevet.", "answer_evidence_id": system.id()}).refused(422, "invalid_content", "/answer_evidence_id")
		manager.verb(at+"/answer", 2, m{"answer": "Meldt organ har vurdert klassen.", "answer_evidence_id": declaration.id()}).ok(200).is("status", "checked")
		group.get("/ai-systems/"+system.id()).ok(200).is("findings.device_class", "IIa")
		h.events("manager qualification:create", "group qualification:check", "group ai_system:find", "manager qualification:answer")

		// A new statement of the maker replaces the earlier qualification once it is checked.
		next := manager.post("/qualifications", merged(body, m{"answers": answered(h, "mdr", "Q-20", "C-33b", "C-11a")})).ok(201)
		group.verb("/qualifications/"+next.id()+"/check", 1, nil).ok(200).is("status", "checked").is("question", nil)
		group.get(at).ok(200).is("status", "outdated").is("outdated.reason", "replaced")

		// So does a classification whose class differs: the supplier is asked, and the declared class stands.
		c := manager.post("/ai-systems/"+system.id()+"/classification", m{"for": "mdr", "answers": answers}).ok(201).is("declared_class", "IIa").is("differs", true)
		group.verb("/classifications/"+c.id()+"/override", 1, m{"result": m{"class": "III"}, "reason": "Vi mener III."}).refused(422, "invalid_content", "/result")
		h.seen()
		group.verb("/classifications/"+c.id()+"/confirm", 1, nil).ok(200)
		h.events("group classification:confirm", "group ai_system:find", "group qualification:ask")
		group.get("/qualifications/"+next.id()).ok(200).is("status", "question_open").is("question.found", "III")
		group.get("/ai-systems/"+system.id()).ok(200).is("findings.device_class", "IIa")
		h.act("group", "/qualifications/"+next.id(), "answer", m{"answer": "Meldt organ står ved IIa."}).ok(200).is("status", "checked")

		// Without a statement there is nothing to check.
		bare := manager.post("/qualifications", m{"system_id": system.id(), "answers": answers}).ok(201)
		group.verb("/qualifications/"+bare.id()+"/check", 1, nil).refused(409, "blocked")
		manager.delete("/qualifications/"+bare.id(), 1).ok(204)

		// A general tool that the hospital gives a medical purpose: the answer says that the hospital becomes its maker.
		manager.post("/qualifications", m{"system_id": system.id(), "answers": answered(h, "mdr", "Q-08", "C-33b", "C-11a")}).ok(201).
			is("becomes_maker", true).is("outcome", "device").is("result.check.nb", "kontrolleres")

		// Another purpose asks for another qualification.
		manager.patch("/ai-systems/"+system.id(), group.get("/ai-systems/"+system.id()).version(), m{"intended_purpose": "Sortere arbeidslisten."}).ok(200)
		group.get("/qualifications/"+next.id()).ok(200).is("status", "outdated").is("outdated.reason", "purpose")
	})
}

// What the hospital develops: only the accountable developer of the system signs, never somebody who only deploys it.
func TestQualificationOfOwnDevelopment(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "manager"} {
			h.id(name)
		}
		group, manager := h.as("group"), h.as("manager")
		system := group.post("/ai-systems", aSystem(h, m{"name": "Sepsisvarsel", "origin": "own", "mdr_role": "in_house"})).ok(201)
		body := m{"system_id": system.id(), "answers": answered(h, "mdr", "Q-20", "C-33b", "C-11a", "C-11a2")}
		manager.post("/qualifications", merged(body, m{"maker_statement": m{"declared_class": "IIa", "regulation": "MDR", "version": "1"}})).refused(422, "invalid_content", "/maker_statement")
		q := manager.post("/qualifications", body).ok(201).is("outcome", "device").is("result.device.class", "IIb")
		at := "/qualifications/" + q.id()
		h.row("S2_7", func() {
			h.as("owner").verb(at+"/sign", 1, nil).refused(403, "not_the_developer")
			manager.patch("/ai-systems/"+system.id(), 1, m{"accountable_developer_id": h.id("owner2")}).ok(200)
			h.as("owner").verb(at+"/sign", 1, nil).refused(403, "not_the_developer")
			manager.verb(at+"/sign", 1, nil).refused(403, "forbidden")
			group.verb(at+"/check", 1, nil).refused(409, "developer_signs")
			h.mayDo(at, map[string]string{"owner": "", "owner2": "sign"})
			h.seen()
			h.as("owner2").verb(at+"/sign", 1, nil).ok(200).is("status", "signed").is("signed.by", h.id("owner2"))
			h.events("owner2 qualification:sign", "owner2 ai_system:find")
		})
		group.get("/ai-systems/"+system.id()).ok(200).is("findings.device", "device")
	})
}

// The class follows from the answers of one person, and holds when another one has confirmed it.
func TestClassification(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "group2", "manager", "employee", "auditor"} {
			h.id(name)
		}
		group, manager := h.as("group"), h.as("manager")
		system := group.post("/ai-systems", aSystem(h, nil)).ok(201)
		at := "/ai-systems/" + system.id()
		mdr := m{"for": "mdr", "answers": answered(h, "mdr", "Q-20", "Q-21", "C-33b", "C-37", "C-10c", "C-11a")}
		h.seen()
		h.as("employee").post(at+"/classification", mdr).refused(403, "forbidden")
		h.as("owner2").post(at+"/classification", mdr).refused(404, "not_found")
		manager.post(at+"/classification", m{"for": "gdpr", "answers": m{}}).refused(422, "invalid_content", "/for", "/answers")
		manager.post(at+"/classification", m{"for": "ai_act", "answers": m{"A-01": "yes", "H-06": "yes", "D-01": "yes", "D-02": "yes", "J-5a": "no"}}).
			refused(422, "invalid_content", "/answers/D-02", "/answers/H-05", "/answers/J-5a")
		h.events()

		var c *reply
		h.row("S2_11", func() {
			c = manager.post(at+"/classification", mdr).ok(201).is("status", "draft").is("result.device.class", "IIa").is("result.device.candidates.0.row", "C-10c").
				is("result.device.candidates.1.reference.nb", "MDR vedlegg VIII regel 11, første del").is("forecast", true).is("result.check", nil).is("law_version", "2026-11-27")
			own := "/classifications/" + c.id()
			manager.verb(own+"/confirm", 1, nil).refused(403, "separation_of_duties")
			manager.verb(own+"/override", 1, m{"result": m{"class": "I"}, "reason": "Nei."}).refused(403, "separation_of_duties")
			h.as("auditor").verb(own+"/confirm", 1, nil).refused(403, "forbidden")
			group.verb(own+"/confirm", 7, nil).refused(412, "stale_version")
			group.verb(own+"/confirm", 1, nil).ok(200).is("status", "confirmed").is("decision.by", h.id("group"))
			group.get(at).ok(200).is("findings.device_class", "IIa").is("findings.confirmed.0", "mdr").is("findings.undecided", false)
			h.events("manager classification:create", "manager ai_system:find", "group classification:confirm", "group ai_system:find")
		})
		h.row("S2_21", func() {
			act := manager.post(at+"/classification", m{"for": "ai_act", "answers": without(answered(h, "ai_act", "B-02"), "H-01", "H-02", "H-03")}).ok(201)
			act.is("basis.device_class", "IIa").is("result.ai_act.high_risk_routes.0", "6_1").is("result.ai_act.roles.0", "deployer").is("result.undecided", false)
			group.verb("/classifications/"+act.id()+"/confirm", 1, nil).ok(200)
			group.get(at).ok(200).is("findings.high_risk_routes.0", "6_1").is("findings.prohibited", false).is("findings.confirmed.1", "ai_act")
		})
		h.row("S2_20", func() {
			list := group.get(at + "/classification").ok(200).items()
			if len(list) != 2 {
				h.t.Fatalf("%d current classifications", len(list))
			}
			group.get(at+"/classification").is("items.1.result.ai_act.jurisdictions.0", "NO").is("items.1.result.ai_act.consequences.0.key", "deployer_duties").
				is("items.1.result.ai_act.consequences.0.applies.eu", "2028-08-02").is("items.1.result.ai_act.consequences.0.applies.no", "not_law")
		})

		// A person may decide otherwise, with a reason. Another class asks for another classification under the AI Act.
		again := manager.post(at+"/classification", mdr).ok(201)
		own := "/classifications/" + again.id()
		group.verb(own+"/override", 1, m{"result": m{"prohibited": true}, "reason": "Nei."}).refused(422, "invalid_content", "/result")
		group.verb(own+"/override", 1, m{"result": m{}, "reason": "Nei."}).refused(422, "invalid_content", "/result")
		group.verb(own+"/override", 1, m{"result": m{"class": "IV"}, "reason": "Nei."}).refused(422, "invalid_content", "/result/class")
		group.verb(own+"/override", 1, m{"result": m{"class": "IIb"}}).refused(422, "invalid_content", "/reason")
		h.seen()
		group.verb(own+"/override", 1, m{"result": m{"class": "IIb"}, "reason": "Et oversett funn kan gi alvorlig forverring."}).ok(200).is("status", "overridden")
		h.events("group classification:override", "group classification:outdate", "group ai_system:find", "group classification:outdate")
		group.get("/classifications/"+c.id()).ok(200).is("outdated.reason", "replaced")
		group.get(at).ok(200).is("findings.device_class", "IIb")
		for _, old := range group.get("/classifications?system_id=" + system.id() + "&status=outdated&law=ai_act").ok(200).items() {
			if old["outdated"].(m)["reason"] != "class" {
				h.t.Errorf("the AI Act: %v", old["outdated"])
			}
		}

		// An open answer is stored as open, and is never read as no.
		open := manager.post(at+"/classification", m{"for": "ai_act", "answers": merged(answered(h, "ai_act", "B-02"), m{"P-f": "unknown", "H-01": "yes"})}).ok(201)
		open.is("result.undecided", true).is("result.open.0.id", "P-f").is("result.open.0.could_be", "prohibited")
		group.verb("/classifications/"+open.id()+"/confirm", 1, nil).ok(200)
		group.get(at).ok(200).is("findings.undecided", true)

		// Answers are changed while nobody has confirmed them; who changed them does not confirm.
		draft := manager.post(at+"/classification", mdr).ok(201)
		own = "/classifications/" + draft.id()
		h.as("group").patch(own, 1, m{"answers": answered(h, "mdr", "Q-20", "C-33b", "C-11a", "C-11a2")}).ok(200).is("result.device.class", "IIb")
		group.verb(own+"/confirm", 2, nil).refused(403, "separation_of_duties")
		group.patch(own, 2, m{"answers": m{"Q-77": "yes"}}).refused(422, "invalid_content", "/answers/Q-77")

		// Nothing is stored when somebody asks what if.
		h.seen()
		group.get(own+"/what-if").refused(400, "missing_parameter", "?law_version")
		group.get(own+"/what-if?law_version=2019-01-01").refused(400, "bad_parameter", "?law_version")
		group.get(own+"/what-if?law_version=2026-11-27").ok(200).is("device.class", "IIb")
		h.events()

		// Another purpose marks what was classified for renewal.
		manager.patch(at, group.get(at).version(), m{"intended_purpose": "Sortere arbeidslisten."}).ok(200).is("findings.device", "open").is("findings.confirmed", "[]")
		if n := len(group.get("/classifications?system_id=" + system.id() + "&status=draft&status=confirmed&status=overridden").ok(200).items()); n != 0 {
			h.t.Errorf("%d classifications still hold for another purpose", n)
		}
	})
}

// without takes answers away.
func without(answers m, ids ...string) m {
	for _, id := range ids {
		delete(answers, id)
	}
	return answers
}

// A system in the concept stage is to be qualified within thirty days; after that the owner's task is overdue.
func TestQualificationIsOverdue(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		w := walked(h, nil)
		h.act("owner", w.at, "move", m{"to": "concept", "reason": "Behovet er beskrevet."}).ok(200).is("status", "concept").is("overdue", false)
		h.row("S2_5", func() {
			h.later(31)
			h.tokens = map[string]string{} // the sessions have expired
			h.as("owner").get(w.at).ok(200).is("overdue", true)
			tasks := 0
			for _, task := range h.as("owner").get("/me/tasks?overdue=true").ok(200).items() {
				if task["record_id"] == w.id() {
					tasks++
				}
			}
			if tasks == 0 {
				h.t.Error("the owner has no overdue task")
			}
			q := h.as("manager").post("/qualifications", m{
				"system_id": w.id(), "answers": answered(h, "mdr", "Q-06"), "maker_statement": m{"declared_class": "not_device", "version": "3"},
			}).ok(201).is("outcome", "not_device")
			h.as("group").verb("/qualifications/"+q.id()+"/check", 1, nil).ok(200).is("status", "checked")
			h.as("owner").get(w.at).ok(200).is("overdue", false).is("findings.device", "not_device")
		})
	})
}
