package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// seats returns the memberships of a body, by the name of the person.
func (h *installation) seats(of string) map[string]string {
	h.t.Helper()
	out := map[string]string{}
	for _, s := range h.as("management").get("/memberships?status=active&limit=200&body_id=" + of).ok(200).items() {
		if person, _ := s["user_id"].(string); person != "" {
			out[h.nameOf(person)] = s["id"].(string)
		}
	}
	return out
}

// about names an action on a record, by the record's path.
func about(path, action string, input m) m {
	kinds := map[string]string{
		"policies": "policy", "statements-of-applicability": "soa", "treatment-plans": "treatment_plan", "risks": "risk", "improvement-cycles": "cycle",
		"measures": "measure", "objectives": "objective", "ai-systems": "ai_system",
	}
	collection, id, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return m{"kind": kinds[collection], "id": id, "action": action, "input": input}
}

// heard has the council hear a case about a record at a meeting today, and returns the draft of its decision.
func (h *installation) heard(on m, there ...string) *reply {
	h.t.Helper()
	for _, name := range []string{"council", "council2", "council3", "council4", "council5"} {
		h.id(name)
	}
	if len(there) == 0 {
		there = []string{"council", "council2", "council3", "council4"}
	}
	seats := h.seats("ki-rad-siv")
	present := make([]string, len(there))
	for i, name := range there {
		present[i] = seats[name]
	}
	c := admitted(h, "ki-rad-siv", "council", "council", m{"kind": "decision", "title": "Sak til beslutning", "about": []m{on}})
	r := h.as("council").post("/meetings", m{
		"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Møte", "form": "digital", "starts_at": h.instant(0), "agenda": []string{c},
	}).ok(201)
	h.act("council", "/meetings/"+r.id(), "call", nil).ok(200)
	h.act("secretariat", "/meetings/"+r.id(), "hold", roll(present...)).ok(200)
	return h.as("council").post("/decisions", m{
		"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c, "meeting_id": r.id(), "title": "Vedtak", "outcome": "approve", "reasons": "Grunnlaget er godt.",
	}).ok(201)
}

// decided has the council decide an action on a record at a meeting, and returns the record.
func (h *installation) decided(path, action string, input m) *reply {
	h.t.Helper()
	d := h.heard(about(path, action, input))
	h.seen()
	h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200).is("status", "adopted")
	return h.as("management").get(path).ok(200)
}

// guidelineInReview has the working group draft a guideline and submit it.
func guidelineInReview(h *installation, more m) string {
	h.t.Helper()
	r := h.as("group").post("/policies", guidelineInput(h, more)).ok(201)
	h.as("group").verb("/policies/"+r.id()+"/submit", 1, nil).ok(200)
	return "/policies/" + r.id()
}

// One member's call is not a decision of the council. The lead may act alone where the mandate says so, and the record and the log say by what right.
func TestOneMemberIsNotTheCouncil(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		at := guidelineInReview(h, nil)
		for _, name := range []string{"council", "council2", "council3", "group", "secretariat", "management"} {
			h.id(name)
		}
		h.seen()
		no := h.as("council2").verb(at+"/approve", 2, nil).refused(403, "decision_needed").is("mandate", h.as("council").get("/mandates?body_id=ki-rad-siv").ok(200).items()[0]["number"]).is("edition", 1)
		if who := fmt.Sprint(no.at("eligible")); !strings.Contains(who, h.id("council")) || strings.Contains(who, h.id("council3")) {
			t.Errorf("the refusal does not name who may: %s", who)
		}
		h.as("council3").verb(at+"/approve", 2, nil).refused(403, "decision_needed") // the deputy holds no delegation
		h.as("management").verb(at+"/approve", 2, nil).refused(403, "authority_missing")
		h.mayDo(at, map[string]string{"council": "approve reject", "council2": "reject"})
		h.events()
		waits(h, "council", "approve", strings.TrimPrefix(at, "/policies/"))
		h.as("council").verb(at+"/approve", 2, nil).ok(200).is("status", "approved").is("last_decision.action", "approve").is("last_decision.by", h.id("council")).
			is("last_decision.authority.delegated_to", "lead").is("last_decision.authority.edition", float64(1)).is("last_decision.authority.decision", nil)
		h.events("council policy:approve", "council policy_edition:create")
		h.as("auditor").get(at+"/events?limit=1").ok(200).is("items.0.authority.delegated_to", "lead").is("items.0.authority.role", "ai_council")

		// Any voting member may answer no.
		other := guidelineInReview(h, m{"title": "Bruk av diktering", "document_number": "1.10.3.8"})
		h.as("council2").verb(other+"/reject", 2, m{"reason": "Mangler ansvar."}).ok(200).is("status", "draft")
	})
}

// The council decides at a meeting with a quorum, on a case that names the record, for the content that it had. The action follows in the same write.
func TestTheCouncilDecidesAtAMeeting(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		at := guidelineInReview(h, nil)
		on := about(at, "approve", nil)
		h.row("what a case may be about", func() {
			in := func(list ...m) m {
				return m{"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Sak", "kind": "decision", "about": list}
			}
			h.seen()
			h.as("council").post("/cases", in(about(at, "submit", nil))).refused(422, "invalid_content", "/about/0/action")
			h.as("council").post("/cases", in(about("/policies/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "approve", nil))).refused(422, "invalid_content", "/about/0/id")
			h.as("council").post("/cases", in(on, on)).refused(422, "invalid_content", "/about/1")
			h.events()
		})
		h.row("content changed after the draft", func() {
			d := h.heard(on)
			h.act("council", at, "reject", m{"reason": "Rett kapittel 2."}).ok(200)
			h.as("group").patch(at, h.as("group").get(at).ok(200).version(), m{"body": sivBody + "\n\nNytt.\n"}).ok(200)
			h.act("group", at, "submit", nil).ok(200)
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "about_changed")
			h.as("council").get(at).ok(200).is("status", "in_review")
			h.events()
		})
		h.row("whoever recorded the roll does not record the decision", func() {
			c := admitted(h, "ki-rad-siv", "council2", "council2", m{"kind": "decision", "about": []m{on}})
			seats := h.seats("ki-rad-siv")
			r := planned(h, "ki-rad-siv", "council2", []string{c}, nil)
			h.act("council2", "/meetings/"+r, "hold", m{"chair_id": seats["council2"], "attendance": []m{
				{"membership_id": seats["council2"], "presence": "present"}, {"membership_id": seats["council4"], "presence": "present"}, {"membership_id": seats["council5"], "presence": "present"},
			}}).ok(200)
			d := h.as("council2").post("/decisions", m{"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c, "meeting_id": r, "title": "Vedtak", "outcome": "approve", "reasons": "Ja."}).ok(201)
			h.seen()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "separation_of_duties")
			h.events()
		})
		h.row("what a case is about is fixed when it is admitted", func() {
			c := admitted(h, "ki-rad-siv", "council2", "council2", m{"kind": "decision", "about": []m{on}})
			h.act("secretariat", "/cases/"+c, "defer", m{"reason": "Senere"}).ok(200)
			v := h.as("secretariat").get("/cases/" + c).ok(200).version()
			h.as("secretariat").patch("/cases/"+c, v, m{"about": []m{}}).refused(422, "invalid_content", "/about")
		})
		h.row("a case that is no longer before the body", func() {
			d := h.heard(on)
			h.act("secretariat", "/cases/"+d.str("case_id"), "defer", m{"reason": "Mer arbeid"}).ok(200)
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "not_on_agenda")
		})
		h.row("without a quorum", func() {
			d := h.heard(on, "council", "council2")
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "no_quorum")
			h.events()
		})
		h.row("by a vote without those who took part", func() {
			h.assign("council4", "line_manager", "/siv/", nil).ok(201)
			other := h.as("council4").post("/policies", guidelineInput(h, m{"title": "Skrevet av et medlem", "document_number": "1.10.3.7"})).ok(201)
			path := "/policies/" + other.id()
			h.as("council4").verb(path+"/submit", 1, nil).ok(200)
			d := h.heard(about(path, "approve", nil))
			seats := h.seats("ki-rad-siv")
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", votes(seats["council"], "for", seats["council2"], "for", seats["council4"], "for")).refused(422, "invalid_content", "/votes/2/membership_id")
			h.act("council4", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "no_vote")
			h.act("council", "/decisions/"+d.id(), "adopt", votes(seats["council"], "for", seats["council2"], "for", seats["council3"], "against")).ok(200)
			h.as("council").get(path).ok(200).is("status", "approved")
			h.events("council decision:adopt", "council policy:approve", "council policy_edition:create")
		})
		h.row("adopted, after another person took over the document", func() {
			d := h.heard(on)
			h.act("manager", at, "hand-over", m{"to": h.id("owner"), "reason": "Permisjon"}).ok(200).is("owner_id", h.id("owner"))
			h.seen()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200).is("status", "adopted").is("about_ids.0", strings.TrimPrefix(at, "/policies/"))
			h.events("council2 decision:adopt", "council2 policy:approve", "council2 policy_edition:create")
			h.as("auditor").get(at).ok(200).is("status", "approved").is("last_decision.authority.decision", d.str("number")).is("last_decision.authority.delegated_to", nil)
			if links := fmt.Sprint(h.as("auditor").get(at + "/links").ok(200).items()); !strings.Contains(links, d.id()) {
				t.Errorf("the record does not lead to its decision: %s", links)
			}
		})
		h.row("once", func() {
			d := h.heard(on)
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "wrong_state")
			h.as("council").get("/decisions/"+d.id()).ok(200).is("status", "draft")
			h.events()
		})
	})
}

// What nobody may decide alone is brought before the council by its lead or its secretary, with the request that makes the case.
func TestWhoBringsItBeforeTheCouncil(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"council", "council2", "group", "secretariat", "management"} {
			h.id(name)
		}
		r := h.as("group").post("/policies", guidelineInput(h, m{"kind": "instruction", "title": "Instruks"})).ok(201)
		at := "/policies/" + r.id()
		h.as("group").verb(at+"/submit", 1, nil).ok(200)
		task := func(name string) map[string]any {
			list := h.as(name).get("/me/tasks?kind=policy&limit=200").ok(200).items()
			if i := slices.IndexFunc(list, func(t map[string]any) bool { return t["record_id"] == r.id() }); i >= 0 {
				return list[i]
			}
			return nil
		}
		for name, has := range map[string]bool{"council": true, "secretariat": true, "council2": false, "management": false, "group": false} {
			got := task(name)
			if (got != nil) != has {
				t.Errorf("%s: %v", name, got)
			}
			if has && (got["call"] == nil || got["escalated"] != false) {
				t.Errorf("%s has no request to send: %v", name, got)
			}
		}
		call := task("secretariat")["call"].(map[string]any)
		h.seen()
		c := h.as("secretariat").post(strings.TrimPrefix(call["path"].(string), "/api/v1"), call["body"]).ok(201).is("about.0.action", "approve").is("about_ids.0", r.id())
		h.events("secretariat case:create")
		if task("council") != nil || task("secretariat") != nil {
			t.Error("it is brought before the council a second time")
		}
		h.act("secretariat", "/cases/"+c.id(), "submit", nil).ok(200)
		h.act("council", "/cases/"+c.id(), "reject", m{"reason": "Feil organ."}).ok(200)
		if task("council") == nil {
			t.Error("a rejected case still counts")
		}
	})
}

// No hospital is without anybody who can decide: top management does where no body holds the power, after the advice of a body that advises.
func TestWithoutABodyTopManagementDecides(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.as("admin").post("/units", m{"scope": "/annet/", "kind": "hospital", "name": "Et annet sykehus"}).ok(201)
		for name, role := range map[string]string{"annetleder": "top_management", "annenlinje": "line_manager", "annetsekr": "secretariat"} {
			h.member(name, "/annet/")
			h.assign(name, role, "/annet/", nil).ok(201)
		}
		drafted := func(title string) string {
			r := h.as("annenlinje").post("/policies", m{"scope": "/annet/", "kind": "guideline", "title": title, "body": sivBody, "owner_id": h.id("annenlinje")}).ok(201)
			h.as("annenlinje").verb("/policies/"+r.id()+"/submit", 1, nil).ok(200)
			return "/policies/" + r.id()
		}
		at := drafted("Uten organ")
		h.as("annenlinje").verb(at+"/approve", 2, nil).refused(403, "authority_missing")
		h.mayDo(at, map[string]string{"annetleder": "approve hand-over reject"})
		h.as("annetleder").verb(at+"/approve", 2, nil).ok(200).is("last_decision.authority.in_place", true).is("last_decision.authority.role", "top_management")

		text := m{"nb": "Råd", "en": "Council"}
		b := h.as("annetsekr").post("/bodies", m{"scope": "/annet/", "key": "annet-rad", "kind": "council", "name": text, "purpose": text, "member_role": "ai_council"}).ok(201)
		md := h.as("annetsekr").post("/mandates", m{"scope": "/annet/", "body_id": b.id(), "title": "Mandat", "purpose": "Råd", "powers": []string{"advise"}, "valid_from": "2026-02-01"}).ok(201)
		h.as("annetsekr").verb("/mandates/"+md.id()+"/submit", 1, nil).ok(200)
		h.as("annetleder").verb("/mandates/"+md.id()+"/adopt", 2, nil).ok(200)
		at = drafted("Med et rådgivende organ uten medlemmer")
		h.as("annetleder").verb(at+"/approve", 2, nil).ok(200)
		h.member("annetrad", "/annet/")
		mem := h.as("annetsekr").post("/memberships", m{"scope": "/annet/", "body_id": b.id(), "user_id": h.id("annetrad"), "position": "lead"}).ok(201)
		h.as("annetleder").verb("/memberships/"+mem.id()+"/confirm", 1, nil).ok(200)
		at = drafted("Med et rådgivende organ")
		h.seen()
		h.as("annetleder").verb(at+"/approve", 2, nil).refused(409, "blocked").is("blockers.0.code", "advice_missing")
		h.events()
		raised := h.as("annetrad").post("/cases", m{"scope": "/annet/", "body_id": b.id(), "title": "Råd om retningslinjen", "kind": "advice", "about": []m{about(at, "approve", nil)}}).ok(201)
		for i, verb := range []string{"submit", "admit"} {
			h.as("annetrad").verb("/cases/"+raised.id()+"/"+verb, int64(i+1), nil).ok(200)
		}
		meeting := h.as("annetrad").post("/meetings", m{
			"scope": "/annet/", "body_id": b.id(), "title": "Møte", "form": "digital", "starts_at": h.instant(0), "agenda": []string{raised.id()},
		}).ok(201)
		h.as("annetrad").verb("/meetings/"+meeting.id()+"/call", 1, nil).ok(200)
		h.as("annetrad").verb("/meetings/"+meeting.id()+"/hold", 2, roll(mem.id())).ok(200)
		given := h.as("annetrad").post("/advice", m{
			"scope": "/annet/", "body_id": b.id(), "case_id": raised.id(), "meeting_id": meeting.id(), "addressee": "Direktøren", "title": "Råd", "text": "Godkjenn den.",
		}).ok(201)
		h.as("annetrad").verb("/advice/"+given.id()+"/give", 1, m{"agreed": true}).ok(200)
		h.seen()
		h.as("annetleder").verb(at+"/approve", 2, nil).ok(200).is("last_decision.authority.in_place", true)
		h.events("annetleder policy:approve", "annetleder policy_edition:create")

		// Advice counts for the content that the body advised on.
		at = drafted("Først slik")
		raised = h.as("annetrad").post("/cases", m{"scope": "/annet/", "body_id": b.id(), "title": "Råd om den andre", "kind": "advice", "about": []m{about(at, "approve", nil)}}).ok(201)
		for i, verb := range []string{"submit", "admit"} {
			h.as("annetrad").verb("/cases/"+raised.id()+"/"+verb, int64(i+1), nil).ok(200)
		}
		meeting = h.as("annetrad").post("/meetings", m{
			"scope": "/annet/", "body_id": b.id(), "title": "Møte", "form": "digital", "starts_at": h.instant(0), "agenda": []string{raised.id()},
		}).ok(201)
		h.as("annetrad").verb("/meetings/"+meeting.id()+"/call", 1, nil).ok(200)
		h.as("annetrad").verb("/meetings/"+meeting.id()+"/hold", 2, roll(mem.id())).ok(200)
		given = h.as("annetrad").post("/advice", m{
			"scope": "/annet/", "body_id": b.id(), "case_id": raised.id(), "meeting_id": meeting.id(), "addressee": "Direktøren", "title": "Råd", "text": "Godkjenn den.",
		}).ok(201)
		h.as("annetrad").verb("/advice/"+given.id()+"/give", 1, m{"agreed": true}).ok(200).is("judged.0.number", h.as("annetleder").get(at).ok(200).str("number"))
		h.as("annenlinje").verb(at+"/withdraw", 2, m{"reason": "Ny tekst"}).ok(200)
		h.as("annenlinje").patch(at, 3, m{"title": "Så slik"}).ok(200)
		h.as("annenlinje").verb(at+"/submit", 4, nil).ok(200)
		h.as("annetleder").verb(at+"/approve", 5, nil).refused(409, "blocked").is("blockers.0.code", "advice_missing")
	})
}

// A year of the council: its lead leaves, the deputy takes the chair, a new edition of the mandate begins, and a seat stays vacant. What was decided stays
// as it was, and somebody can always act.
func TestAYearOfTheCouncil(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"council", "council2", "council3", "council4", "council5", "group", "secretariat", "management", "admin", "auditor"} {
			h.id(name)
		}
		work := func() {
			h.t.Helper()
			h.watchQuorums()
		}
		leaves := func(name string) {
			h.t.Helper()
			at := "/users/" + h.id(name)
			h.as("admin").verb(at+"/deactivate", h.as("admin").get(at).ok(200).version(), m{"reason": "Sluttet"}).ok(200)
		}
		decided := guidelineInReview(h, nil)
		first := h.heard(about(decided, "approve", nil))
		h.act("council", "/decisions/"+first.id(), "adopt", m{"agreed": true}).ok(200)
		kept := h.as("auditor").get(decided).ok(200)
		meeting := h.as("auditor").get("/meetings/" + first.str("meeting_id")).ok(200)
		work()

		h.row("the lead leaves, and the deputy chairs", func() {
			leaves("council")
			at := guidelineInReview(h, m{"title": "Andre", "document_number": "1.10.3.8"})
			c := admitted(h, "ki-rad-siv", "council2", "council3", m{"kind": "decision", "about": []m{about(at, "approve", nil)}})
			seats := h.seats("ki-rad-siv")
			r := planned(h, "ki-rad-siv", "secretariat", []string{c}, nil)
			h.act("secretariat", "/meetings/"+r, "hold", roll(seats["council2"], seats["council3"], seats["council4"])).ok(200).is("chair_id", seats["council3"]).
				is("quorum.met", true).is("quorum.required", 3)
			d := h.as("council2").post("/decisions", m{
				"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c, "meeting_id": r, "title": "Vedtak", "outcome": "approve", "reasons": "Grunnlaget er godt.",
			}).ok(201)
			h.act("council3", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("auditor").get(at).ok(200).is("status", "approved").is("last_decision.authority.decision", d.str("number"))
		})
		h.row("a new edition of the mandate begins", func() {
			in := mandateInput("advise", "decide")
			in["valid_from"], in["rules"] = "2026-11-21", m{"quorum": m{"of": "seats", "more_than": "3/5", "chair": true}, "majority": m{"of": "votes", "more_than": "1/2"}, "chair_breaks_tie": true}
			in["delegated"] = []m{{"kind": "policy", "action": "approve", "to": "deputy"}}
			md := h.as("secretariat").post("/mandates", in).ok(201)
			h.act("secretariat", "/mandates/"+md.id(), "submit", nil).ok(200)
			h.act("management", "/mandates/"+md.id(), "adopt", nil).ok(200)
			at := guidelineInReview(h, m{"title": "Tredje", "document_number": "1.10.3.7"})
			h.as("council2").verb(at+"/approve", 2, nil).refused(403, "decision_needed").is("edition", 2)
			h.as("council3").verb(at+"/approve", 2, nil).ok(200).is("last_decision.authority.delegated_to", "deputy").is("last_decision.authority.edition", 2)
		})
		h.row("a seat stays vacant, and top management steps in", func() {
			leaves("council4") // three of five are left, and four are needed
			at := guidelineInReview(h, m{"kind": "procedure", "title": "Fjerde", "document_number": "1.10.3.6"})
			h.seen()
			work()
			h.events("system body:lose-quorum")
			h.act("management", "/bodies/ki-rad-siv", "stand-in", m{"reason": "For tidlig"}).refused(409, "quorum_possible")
			h.later(31)
			h.tokens = map[string]string{}
			for _, name := range []string{"council2", "council3", "council5", "management", "secretariat", "group"} {
				h.as(name)
			}
			h.seen()
			work()
			work()
			h.events("system body:lack-quorum")
			waits(h, "management", "stand-in", h.as("management").get("/bodies/ki-rad-siv").ok(200).id())
			h.act("management", at, "approve", nil).refused(403, "authority_missing")
			h.act("secretariat", "/bodies/ki-rad-siv", "stand-in", m{"reason": "Vi"}).refused(403, "forbidden")
			h.act("management", "/bodies/ki-rad-siv", "stand-in", m{}).refused(422, "invalid_content", "/reason")
			h.act("management", "/bodies/ki-rad-siv", "stand-in", m{"reason": "Rådet mangler to medlemmer"}).ok(200).is("stand_in.by", h.id("management"))
			h.act("management", at, "approve", nil).ok(200).is("last_decision.authority.in_place", true).
				is("last_decision.authority.body_id", h.as("management").get("/bodies/ki-rad-siv").ok(200).id())
		})
		h.row("the quorum returns", func() {
			seat(h, "ki-rad-siv", "employee", "member", m{"valid_from": "2026-12-01"})
			at := guidelineInReview(h, m{"kind": "procedure", "title": "Femte", "document_number": "1.10.3.5"})
			h.act("management", at, "approve", nil).refused(403, "authority_missing") // at once, before the worker has recorded it
			h.seen()
			work()
			h.events("system body:regain-quorum")
			h.as("management").get("/bodies/ki-rad-siv").ok(200).is("stand_in", nil).is("no_quorum_since", nil)
		})
		h.row("nothing decided before has changed", func() {
			h.as("management").get(decided).ok(200).is("status", kept.str("status")).is("version", float64(kept.version())).is("last_decision.authority.decision", first.str("number"))
			h.as("management").get("/meetings/"+first.str("meeting_id")).ok(200).is("version", float64(meeting.version())).is("mandate_edition", 1).is("quorum.required", 3)
		})
	})
}

// What was decided, or voted, is not emptied by an edit, a declaration, a correction or a later mandate.
func TestDecisionsAreNotEmptied(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"council", "council2", "council3", "council4", "council5", "group", "secretariat", "management"} {
			h.id(name)
		}
		at := guidelineInReview(h, nil)
		on := about(at, "approve", nil)
		seats := h.seats("ki-rad-siv")
		everybody := []string{"council", "council2", "council3", "council4", "council5"}
		h.row("a vote against the text stays a vote when the text is edited", func() {
			d := h.heard(on, everybody...)
			path := "/decisions/" + d.id()
			h.act("council5", path, "vote", m{"vote": "against"}).ok(200)
			h.as("council2").patch(path, 2, m{"reasons": "Grunnlaget er svært godt."}).ok(200).is("cast_votes", "[]").is("recalled.0", seats["council5"])
			h.seen()
			h.act("council", path, "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "votes_missing")
			h.act("council", path, "adopt", votes(seats["council"], "for", seats["council2"], "for", seats["council5"], "for")).refused(422, "invalid_content", "/votes/2/membership_id")
			h.events()
			h.act("council5", path, "vote", m{"vote": "for"}).ok(200).is("recalled", "[]")
		})
		h.row("nobody declares a conflict for a member who has voted", func() {
			d := h.heard(on, everybody...)
			h.act("council4", "/decisions/"+d.id(), "vote", m{"vote": "against"}).ok(200)
			h.seen()
			for _, name := range []string{"council", "secretariat"} {
				h.act(name, "/cases/"+d.str("case_id"), "declare-conflict", m{"membership_id": seats["council4"], "reason": "Vi mener det"}).refused(403, "not_yours")
			}
			h.events()
			h.act("council4", "/cases/"+d.str("case_id"), "declare-conflict", m{"membership_id": seats["council4"], "reason": "Slekt"}).ok(200)
		})
		h.row("a correction is about what was decided", func() {
			d := h.heard(on)
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			other := guidelineInReview(h, m{"title": "En annen", "document_number": "1.10.3.8"})
			heard := h.heard(about(other, "approve", nil))
			in := m{
				"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": heard.str("case_id"), "meeting_id": heard.str("meeting_id"), "title": "Rettet", "outcome": "approve", "reasons": "Skrivefeil.",
				"corrects_id": d.id(),
			}
			h.seen()
			h.as("council").post("/decisions", merged(in, m{"about": []m{about(other, "approve", nil)}})).refused(422, "invalid_content", "/about")
			h.events()
		})
		h.row("a delegation ends where it says", func() {
			r := aRisk(h, aRegister(h), nil)
			path := "/risks/" + r.id()
			r = h.as("group").verb(path+"/assess", r.version(), judged("inherent", 1, 2)).ok(200).is("level", "low")
			h.seen()
			h.as("council").verb(path+"/accept", r.version(), accepted("2028-06-01")).refused(422, "invalid_content", "/until") // the method allows two years, the mandate one
			h.events()
			h.as("council").verb(path+"/accept", r.version(), accepted("2027-06-01")).ok(200).is("last_decision.authority.at_most", "P12M")
		})
		h.row("a delegation that cannot apply is refused", func() {
			in := mandateInput("advise", "decide")
			in["delegated"] = []m{
				{"kind": "policy", "action": "approve", "to": "finnesikke"},
				{"kind": "policy", "action": "approve", "to": "ai_council"},
				{"kind": "soa", "action": "approve", "to": "lead", "condition": m{"level": "high"}},
				{"kind": "risk", "action": "accept", "to": "lead", "condition": m{"document_kind": "guideline"}},
				{"kind": "policy", "action": "approve", "to": "lead", "condition": m{"at_most": "P12M"}},
				{"kind": "policy", "action": "submit", "to": "lead"},
			}
			h.seen()
			h.as("secretariat").post("/mandates", in).refused(422, "invalid_content", "/delegated/0/to", "/delegated/1/to", "/delegated/2/condition/level", "/delegated/3/condition/document_kind",
				"/delegated/4/condition/at_most", "/delegated/5/action")
			in["powers"], in["delegated"] = []string{"advise"}, []m{{"kind": "policy", "action": "approve", "to": "lead"}}
			h.as("secretariat").post("/mandates", in).refused(422, "invalid_content", "/delegated")
			h.events()
		})
		h.row("a later mandate without the power leaves what was heard before", func() {
			last := guidelineInReview(h, m{"title": "Den siste", "document_number": "1.10.3.7"})
			d := h.heard(about(last, "approve", nil))
			h.later(1)
			h.tokens = map[string]string{}
			in := mandateInput("advise")
			in["valid_from"] = "2026-11-22"
			md := h.as("secretariat").post("/mandates", in).ok(201)
			h.act("secretariat", "/mandates/"+md.id(), "submit", nil).ok(200)
			h.act("management", "/mandates/"+md.id(), "adopt", nil).ok(200)
			if !contains(h.as("council").get("/decisions/"+d.id()).ok(200).strings("allowed_actions"), "adopt") {
				t.Error("adopt is not offered, though the mandate of the meeting's day has the power")
			}
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("management").get(last).ok(200).is("status", "approved").is("last_decision.authority.edition", float64(1))
			h.as("council").verb(guidelineInReview(h, m{"title": "Etter", "document_number": "1.10.3.6"})+"/approve", 2, nil).refused(403, "power_missing")
		})
	})
}
