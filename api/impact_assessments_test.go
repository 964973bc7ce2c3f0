package api_test

import (
	"strings"
	"testing"
)

// words is an answer in words.
func words(s string) m { return m{"text": s} }

// harmLevel is a harm before or after measures.
func harmLevel(level string) m { return m{"likelihood": 2, "severity": 3, "level": level} }

// sharedAnswers answers every field that the impact assessments of a system share.
func sharedAnswers() m {
	out := m{
		"scope-4": m{"items": []string{"Norge: GDPR og helselovgivningen"}}, "sys-5": m{"items": []string{"Bilder av barn"}}, "data-3": m{"items": []string{"Røntgenbilder av voksne"}},
		"ppl-1": m{"items": []string{"Voksne pasienter, om lag 12 000 i året"}}, "ppl-2": m{"items": []string{"Eldre med dårlig bildekvalitet"}},
		"ppl-3": m{"items": []string{"Brukerutvalget: ønsker informasjon i innkallingen"}}, "ben-1": m{"items": []string{"Færre oversette knuter, målt hvert kvartal"}},
		"data-1": m{"items": []string{"CT-bilder fra PACS"}}, "mea-2": m{"text": "Radiologen leser alle bilder.", "references": []m{{"title": "Plan for tilsyn"}}},
		"harm-1": m{"rows": []m{
			{"what": "En knute blir oversett", "dimension": "safety_and_health", "before": harmLevel("high"), "after": harmLevel("moderate"), "kinds": []string{"aisia", "fria"}},
			{"what": "Bilder kommer på avveie", "dimension": "privacy", "before": harmLevel("moderate"), "after": harmLevel("low")},
		}},
		"harm-3": m{"rows": []m{{"what": "Systemet svarer ikke", "how": "Bildet leses uten støtte."}}}, "mea-1": m{"rows": []m{{"what": "Opplæring", "who": "Avdelingen"}}},
		"pro-8": m{"on": "2027-10-01", "items": []string{"Ny versjon"}},
	}
	for _, id := range []string{"scope-2", "scope-3", "sys-1", "sys-2", "sys-3", "sys-4", "sys-6", "sys-7", "sys-8", "data-2", "nec-4", "harm-4"} {
		out[id] = words("Svar på " + id)
	}
	return out
}

// draftedAssessment has the owner draft an assessment of a system, with these answers.
func draftedAssessment(h *installation, system, kind string, answers m) *reply {
	h.t.Helper()
	return h.as("owner").post("/impact-assessments", m{"system_id": system, "kind": kind, "answers": answers}).ok(201).is("status", "draft")
}

// answerShared writes the shared answers of a system.
func answerShared(h *installation, system string, answers m) *reply {
	h.t.Helper()
	s := h.as("owner").get("/impact-answers?limit=200").ok(200)
	for _, item := range s.items() {
		if item["system_id"] == system {
			at := "/impact-answers/" + item["id"].(string)
			return h.as("owner").patch(at, h.as("owner").get(at).ok(200).version(), m{"answers": answers}).ok(200)
		}
	}
	h.t.Fatal("no shared answers")
	return nil
}

// field returns one field of an assessment that was read.
func field(r *reply, id string) m {
	r.t.Helper()
	for _, f := range r.at("fields").([]any) {
		if f := f.(map[string]any); f["id"] == id {
			return f
		}
	}
	r.t.Fatalf("%s: no field %s", r.what, id)
	return nil
}

var ownDPIA = m{
	"data-4": m{"items": []string{"Leverandøren behandler bildene i EØS"}}, "data-5": m{"text": "Loggene slettes etter seks måneder."}, "data-6": m{"text": "Behandling 47 i protokollen"},
	"data-7": m{"text": "Helsehjelp: art. 6 nr. 1 bokstav e og art. 9 nr. 2 bokstav h"}, "nec-1": m{"text": "Nødvendig for å finne knuter."}, "nec-2": m{"text": "Bare bildet sendes."},
	"nec-3": m{"text": "Pasienten får vite det i innkallingen."}, "mea-3": m{"text": "Vurdert etter Normen."}, "mea-5": m{"text": "Lav, akseptert av linjelederen."},
	"pro-1": m{"items": []string{"Prosjekteier og personvernrådgiver"}},
}

// A DPIA takes the officer's advice and the line manager's approval. What was approved stays when a shared answer changes, and a change of the system
// makes it outdated.
func TestDPIA(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "manager", "employee", "management", "auditor", "privacy", "council"} {
			h.id(name)
		}
		owner, manager, privacy := h.as("owner"), h.as("manager"), h.as("privacy")
		system := h.as("group").post("/ai-systems", aSystem(h, nil)).ok(201).id()
		h.seen()
		in := m{"system_id": system, "kind": "dpia"}
		h.as("employee").post("/impact-assessments", in).refused(422, "invalid_content", "/system_id")
		manager.post("/impact-assessments", in).refused(403, "forbidden")
		privacy.post("/impact-assessments", in).refused(403, "forbidden")
		owner.post("/impact-assessments", m{"system_id": system, "kind": "magi", "prior_consultation": m{"needed": true}}).refused(422, "invalid_content", "/kind", "/prior_consultation/reason")
		owner.post("/impact-assessments", merged(in, m{"answers": m{
			"x-1": words("?"), "sys-1": words("felles"), "ppl-4": words("ikke i DPIA"), "pro-2": words("råd"), "data-5": m{"items": []string{"liste"}},
			"harm-2": m{"rows": []m{{"what": "Privatliv", "dimension": "magi"}}},
		}})).refused(422, "invalid_content", "/answers/x-1", "/answers/sys-1", "/answers/ppl-4", "/answers/pro-2", "/answers/data-5/items", "/answers/harm-2/rows/0/dimension")
		h.events()

		at, a := "", draftedAssessment(h, system, "dpia", nil).is("scope", "/siv/radiologi/lungeknuter-pa-ct/").is("form", "full").is("owner_id", h.id("owner")).
			is("assessor_ids.0", h.id("owner"))
		h.events("owner impact_assessment:create", "owner impact_answers:create")
		at = "/impact-assessments/" + a.id()
		owner.post("/impact-assessments", in).refused(409, "assessment_exists").is("record_id", a.id())
		h.as("employee").get(at).refused(404, "not_found")
		h.as("owner2").get(at).refused(404, "not_found")

		h.row("everything that is missing is listed at once", func() {
			no := owner.verb(at+"/submit", 1, nil).refused(409, "blocked")
			var codes []string
			for _, b := range no.at("blockers").([]any) {
				b := b.(map[string]any)
				codes = append(codes, b["code"].(string)+" "+b["pointer"].(string))
			}
			for _, want := range []string{"answer_missing /answers/sys-1", "answer_missing /answers/data-5", "officer_advice_missing /advice", "consultation_missing /prior_consultation"} {
				if !contains(codes, want) {
					t.Errorf("no blocker %s in %v", want, codes)
				}
			}
			if contains(codes, "answer_missing /answers/sys-5") || contains(codes, "answer_missing /answers/pro-5") {
				t.Errorf("an optional field is missing: %v", codes)
			}
			if f := field(owner.get(at).ok(200), "sys-1"); f["missing"] != true || f["shared"] != "yes" {
				t.Errorf("sys-1 is %v", f)
			}
			h.seen()
		})
		h.row("the officer advises and never approves", func() {
			owner.verb(at+"/advise", 1, m{"text": "Jeg selv"}).refused(403, "forbidden")
			owner.verb(at+"/answer-advice", 1, m{"followed": true}).refused(409, "no_advice")
			privacy.patch(at, 1, m{"answers": ownDPIA}).refused(403, "forbidden")
			answerShared(h, system, sharedAnswers())
			a = owner.patch(at, 1, m{"answers": ownDPIA, "prior_consultation": m{"needed": false, "reason": "Lav restrisiko"}}).ok(200)
			owner.verb(at+"/submit", a.version(), nil).blocked("officer_advice_missing")
			h.seen()
			a = privacy.verb(at+"/advise", a.version(), m{"text": "Slett loggene etter seks måneder."}).ok(200).is("advice.by", h.id("privacy")).is("advice.followed", nil)
			h.events("privacy impact_assessment:advise")
			owner.verb(at+"/submit", a.version(), nil).blocked("advice_unanswered")
			owner.verb(at+"/answer-advice", a.version(), m{"followed": false}).refused(422, "invalid_content", "/reason")
			owner.verb(at+"/answer-advice", a.version(), m{}).refused(422, "invalid_content", "/followed")
			a = owner.verb(at+"/answer-advice", a.version(), m{"followed": false, "reason": "Loggene trengs i tolv måneder."}).ok(200).is("advice.followed", false)
		})
		h.row("a high risk to privacy calls for prior consultation", func() {
			answerShared(h, system, m{"harm-1": m{"rows": []m{{"what": "Bilder kommer på avveie", "after": harmLevel("high")}}}})
			owner.verb(at+"/submit", a.version(), nil).blocked("consultation_needed")
			owner.patch(at, a.version(), m{"prior_consultation": m{"needed": true, "sent_on": "2026-11-20", "answered_on": "2026-11-01"}}).
				refused(422, "invalid_content", "/prior_consultation/answered_on")
			owner.patch(at, a.version(), m{"prior_consultation": m{"needed": true, "sent_on": "2027-11-20"}}).refused(422, "invalid_content", "/prior_consultation/sent_on")
		})
		h.row("the line manager approves, and nobody who wrote, owns or advised", func() {
			answerShared(h, system, m{"harm-1": sharedAnswers()["harm-1"]})
			a = owner.verb(at+"/submit", a.version(), nil).ok(200).is("status", "in_review")
			owner.patch(at, a.version(), m{"answers": m{}}).refused(409, "wrong_state")
			owner.verb(at+"/approve", a.version(), nil).refused(403, "forbidden")
			privacy.verb(at+"/approve", a.version(), nil).refused(403, "forbidden")
			h.as("council").verb(at+"/approve", a.version(), nil).refused(403, "authority_missing")
			offers(manager.get(at).ok(200), "approve", true)
			waitsFor(h, "manager", a.id(), "approve")
			answerShared(h, system, m{"sys-1": words("Noe annet")})
			manager.verb(at+"/approve", a.version(), nil).refused(409, "changed_since_submit")
			manager.verb(at+"/reject", a.version(), m{}).refused(422, "invalid_content", "/reason")
			a = manager.verb(at+"/reject", a.version(), m{"reason": "Beskrivelsen er endret."}).ok(200).is("status", "draft").is("document", nil)
			a = owner.verb(at+"/submit", a.version(), nil).ok(200)
			a = owner.verb(at+"/withdraw", a.version(), m{"reason": "Én til"}).ok(200).is("status", "draft")
			a = owner.verb(at+"/submit", a.version(), nil).ok(200)
			h.seen()
			a = manager.verb(at+"/approve", a.version(), nil).ok(200).is("status", "approved").is("approval.by", h.id("manager")).is("approval.edition", 1).
				is("approval.document.answers.sys-1.text", "Noe annet")
			h.events("manager impact_assessment:approve", "manager ai_system:find")
			if rows := a.at("approval.document.answers.harm-1.rows").([]any); len(rows) != 1 {
				t.Errorf("the DPIA shows %d harms", len(rows))
			}
		})
		h.row("what was approved stays", func() {
			answerShared(h, system, m{"sys-1": words("Senere svar")})
			if f := field(owner.get(at).ok(200), "sys-1"); f["answer"].(map[string]any)["text"] != "Noe annet" {
				t.Errorf("the approved assessment shows %v", f["answer"])
			}
			fria := draftedAssessment(h, system, "fria", nil)
			if f := field(owner.get("/impact-assessments/"+fria.id()).ok(200), "sys-1"); f["answer"].(map[string]any)["text"] != "Senere svar" {
				t.Errorf("the new assessment shows %v", f["answer"])
			}
			if f := field(owner.get("/impact-assessments/"+fria.id()).ok(200), "nec-3"); f["proposed"].(map[string]any)["text"] != "Pasienten får vite det i innkallingen." {
				t.Errorf("an offered answer is not proposed: %v", f)
			}
		})
		h.row("a change of the system makes it outdated", func() {
			v := manager.get("/ai-systems/" + system).ok(200).version()
			manager.patch("/ai-systems/"+system, v, m{"description": "En annen beskrivelse"}).ok(200)
			owner.get(at).ok(200).is("status", "approved")
			h.seen()
			manager.patch("/ai-systems/"+system, v+1, m{"intended_purpose": "Finne knuter også hos barn."}).ok(200)
			h.events("manager ai_system:update", "manager impact_assessment:outdate")
			a = owner.get(at).ok(200).is("status", "outdated").is("outdated.why.0", "purpose")
			waitsFor(h, "owner", a.id(), "revise")
			a = owner.verb(at+"/revise", a.version(), nil).ok(200).is("status", "draft").is("edition", 2).is("advice", nil).is("approval.edition", 1)
			owner.verb(at+"/submit", a.version(), nil).blocked("officer_advice_missing")
			owner.delete(at, a.version()).ok(204)
		})
	})
}

// The impact assessment of a system on the standard track has a short form, which the line approves. On the full track the council decides.
func TestAISIA(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "group", "manager", "management", "council", "council2"} {
			h.id(name)
		}
		owner, manager := h.as("owner"), h.as("manager")
		system := h.as("group").post("/ai-systems", aSystem(h, nil)).ok(201).id()
		a := draftedAssessment(h, system, "aisia", m{"mea-5": words("Moderat, akseptert av linjelederen."), "pro-1": m{"items": []string{"Prosjekteieren"}}}).is("form", "short")
		at := "/impact-assessments/" + a.id()

		h.row("S3_4_benefits_beside_harms", func() {
			no := owner.verb(at+"/submit", 1, nil).refused(409, "blocked")
			var ids []string
			for _, b := range no.at("blockers").([]any) {
				ids = append(ids, strings.TrimPrefix(b.(map[string]any)["pointer"].(string), "/answers/"))
			}
			if want := "scope-3 sys-1 sys-2 sys-3 sys-6 ppl-1 ppl-2 ben-1 harm-1 mea-1 mea-2 pro-8"; strings.Join(ids, " ") != want {
				t.Errorf("the short form lacks %v, want %s", ids, want)
			}
		})
		answerShared(h, system, sharedAnswers())
		a = owner.verb(at+"/submit", 1, nil).ok(200)
		h.as("group").verb(at+"/approve", a.version(), nil).refused(403, "forbidden")
		offers(h.as("council").get(at).ok(200), "approve", false)
		a = manager.verb(at+"/approve", a.version(), nil).ok(200).is("status", "approved")
		if rows := a.at("approval.document.answers.harm-1.rows").([]any); len(rows) != 2 {
			t.Errorf("the assessment shows %d harms", len(rows))
		}

		h.row("a planned release keeps it, another one does not", func() {
			v := manager.get("/ai-systems/" + system).ok(200).version()
			manager.verb("/ai-systems/"+system+"/release", v, m{"version": "2.4.1", "predetermined": true}).ok(200)
			owner.get(at).ok(200).is("status", "approved")
			manager.verb("/ai-systems/"+system+"/release", v+1, m{"version": "2.5.0"}).ok(200)
			a = owner.get(at).ok(200).is("status", "outdated").is("outdated.why.0", "release")
		})
		h.row("on the full track the council decides", func() {
			v := manager.get("/ai-systems/" + system).ok(200).version()
			manager.verb("/ai-systems/"+system+"/raise-track", v, m{"track": "full", "reason": "Ny pasientgruppe"}).ok(200)
			a = owner.verb(at+"/revise", a.version(), nil).ok(200)
			owner.verb(at+"/submit", a.version(), nil).refused(409, "blocked") // the full form asks more
			a = owner.patch(at, a.version(), m{"answers": m{
				"ppl-4": words("Liten virkning"), "mea-4": words("Meldes som avvik."), "pro-4": words("Se DPIA."), "pro-6": m{"items": []string{"Avdelingen"}}, "pro-10": words("Ti år"),
			}}).ok(200)
			a = owner.verb(at+"/submit", a.version(), nil).ok(200).is("form", "full")
			manager.verb(at+"/approve", a.version(), nil).refused(403, "authority_missing")
			h.as("management").verb(at+"/approve", a.version(), nil).refused(403, "authority_missing")
			h.as("council2").verb(at+"/approve", a.version(), nil).refused(403, "decision_needed")
			d := h.heard(m{"kind": "impact_assessment", "id": a.id(), "action": "approve"})
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			owner.get(at).ok(200).is("status", "approved").is("last_decision.authority.decision", d.str("number"))
		})
		h.row("another owner of the system looks after it", func() {
			h.act("manager", "/ai-systems/"+system, "hand-over", m{"to": h.id("owner2"), "field": "owner_id", "reason": "Ny prosjekteier"}).ok(200)
			h.as("owner2").get(at).ok(200).is("owner_id", h.id("owner2"))
			owner.get(at).refused(404, "not_found")
		})
	})
}

// What assessments ask is data that a person reads.
func TestImpactContent(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		all := h.as("employee").get("/impact-assessments/content").ok(200)
		fria := h.as("employee").get("/impact-assessments/content?kind=fria").ok(200)
		if a, f := len(all.at("fields").([]any)), len(fria.at("fields").([]any)); a < 40 || f >= a {
			t.Errorf("%d fields, of which the FRIA asks %d", a, f)
		}
		fria.is("fields.0.id", "scope-1").is("fields.0.label.nb", "Hvilket system, hvilken versjon og hvilke steder som vurderes")
		h.as("employee").get("/impact-assessments/content?kind=magi").refused(400, "bad_parameter")
	})
}
