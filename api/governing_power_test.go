package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A body has no power that its mandate does not give, whatever its members' roles or other bodies may do.
func TestGoverningPowers(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		h.member("radsleder", "/siv/")
		body(h, "prove-rad", "council", "ai_council", m{"powers": []string{"advise"}})
		md := mandated(h, "prove-rad", []string{"advise"}, nil)
		chair := seat(h, "prove-rad", "radsleder", "lead", nil)
		other := seat(h, "prove-rad", "council2", "member", nil)
		c := admitted(h, "prove-rad", "radsleder", "radsleder", m{"kind": "advice"})
		meeting := met(h, "prove-rad", "radsleder", []string{c}, chair, other)
		h.seen()

		h.row("S1_1_advisory_body_cannot_decide", func() {
			h.as("secretariat").post("/mandates", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Mer", "purpose": "Mer", "powers": []string{"advise", "decide"}, "valid_from": "2026-11-21"}).
				refused(422, "invalid_content", "/powers/1")
			draft := h.as("secretariat").post("/mandates", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Mer", "purpose": "Mer", "powers": []string{"advise"}}).ok(201).is("edition", 2)
			h.as("secretariat").patch("/mandates/"+draft.id(), 1, m{"powers": []string{"propose"}}).refused(422, "invalid_content", "/powers/0")
			h.as("secretariat").delete("/mandates/"+draft.id(), 1).ok(204)
			d := h.as("radsleder").post("/decisions", m{"scope": "/siv/", "body_id": "prove-rad", "meeting_id": meeting, "case_id": c, "title": "Rådet vedtar", "outcome": "approve", "reasons": "Vi vil."}).ok(201)
			h.seen()
			// radsleder is a member of this body only; council2 is also a member of one that decides.
			for _, who := range []string{"radsleder", "council2"} {
				no := h.act(who, "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "power_missing").is("mandate", md.str("number")).is("edition", 1)
				if !strings.Contains(no.str("detail"), md.str("number")+", utgave 1") {
					h.t.Errorf("the refusal does not name the mandate: %s", no.body)
				}
			}
			if contains(h.as("radsleder").get("/decisions/"+d.id()).ok(200).strings("allowed_actions"), "adopt") {
				h.t.Error("adopt is offered without the power")
			}
			h.as("radsleder").get("/decisions/"+d.id()).ok(200).is("status", "draft").is("resolution", nil)
			h.events()
		})
		h.row("S1_1_it_advises", func() {
			in := m{"scope": "/siv/", "body_id": "prove-rad", "case_id": c, "meeting_id": meeting, "addressee": "prove-skate", "title": "Råd om validering", "text": "Valider lokalt."}
			h.as("group").post("/advice", in).refused(403, "not_a_member")
			h.as("council").post("/advice", in).refused(403, "not_a_member")
			h.as("radsleder").post("/advice", merged(in, m{"addressee": " "})).refused(422, "invalid_content", "/addressee")
			a := h.as("radsleder").post("/advice", in).ok(201)
			at := "/advice/" + a.id()
			h.as("council").patch(at, 1, m{"title": "Annet"}).refused(403, "not_a_member")
			h.act("council", at, "give", m{"agreed": true}).refused(403, "not_a_member")
			h.act("management", at, "give", m{"agreed": true}).refused(403, "forbidden")
			h.act("radsleder", at, "give", m{"agreed": true}).ok(200).is("status", "given").is("resolution.mandate_id", md.id())
			if waits := string(h.as("council").get("/me/tasks?kind=advice").ok(200).body); !strings.Contains(waits, a.id()) {
				h.t.Errorf("the one advised does not see it: %s", waits)
			}
			h.act("radsleder", at, "vote", m{"vote": "against"}).refused(409, "wrong_state")
			h.act("radsleder", at, "answer", m{"text": "Vi svarer oss selv"}).refused(403, "not_a_member")
			h.act("council", at, "answer", m{"text": " "}).refused(422, "invalid_content", "/text")
			h.act("council", at, "answer", m{"text": "Vi følger rådet"}).ok(200).is("status", "answered").is("reply.by", h.id("council"))
			h.events("radsleder advice:create", "radsleder advice:give", "council advice:answer")
		})
		h.row("not_a_member", func() {
			// council leads another body of the same scope, whose members have the same role.
			for _, try := range []struct{ path, verb string }{{"/cases/" + c, "conclude"}, {"/cases/" + c, "escalate"}, {"/cases/" + c, "defer"}, {"/cases/" + c, "declare-conflict"}} {
				in := map[string]m{
					"conclude": {"text": "Ferdig"}, "escalate": {"body_id": "prove-skate", "reason": "Større"}, "defer": {"reason": "Senere"}, "declare-conflict": {"membership_id": other, "reason": "Gruppen mener det"},
				}[try.verb]
				h.act("council", try.path, try.verb, in).refused(403, "not_a_member")
			}
			draft := h.as("radsleder").post("/cases", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Ny", "kind": "input"}).ok(201)
			h.act("radsleder", "/cases/"+draft.id(), "submit", nil).ok(200)
			h.seen()
			h.act("council", "/cases/"+draft.id(), "admit", nil).refused(403, "not_a_member")
			h.act("council", "/cases/"+draft.id(), "reject", m{"reason": "Nei"}).refused(403, "not_a_member")
			plan := m{"scope": "/siv/", "body_id": "prove-rad", "title": "Møte", "form": "digital", "starts_at": "2026-11-21T08:00:00Z"}
			h.as("council").post("/meetings", plan).refused(403, "not_a_member")
			for verb, in := range map[string]any{"submit-minutes": m{"items": []m{{"case_id": c, "text": "A"}}}} {
				h.act("council", "/meetings/"+meeting, verb, in).refused(403, "not_a_member")
			}
			h.act("secretariat", "/meetings/"+meeting, "submit-minutes", m{"items": []m{{"case_id": c, "text": "Drøftet."}}}).ok(200)
			h.act("council", "/meetings/"+meeting, "approve-minutes", nil).refused(403, "not_a_member")
			h.mayDo("/cases/"+c, map[string]string{"council": "", "group": "", "radsleder": "conclude declare-conflict defer escalate", "management": "declare-conflict defer", "secretariat": "declare-conflict defer"})
			h.mayDo("/cases/"+draft.id(), map[string]string{
				"council": "", "radsleder": "admit declare-conflict defer reject update withdraw", "council2": "admit declare-conflict defer reject update",
				"management": "declare-conflict defer update", "secretariat": "declare-conflict defer update",
			})
			h.mayDo("/meetings/"+meeting, map[string]string{"council": "", "group": "", "radsleder": "approve-minutes return-minutes", "management": "", "secretariat": ""})
			h.mayDo("/meetings/"+planned(h, "prove-rad", "secretariat", []string{c}, nil), map[string]string{"council": "", "radsleder": "cancel hold postpone update", "secretariat": "cancel hold postpone update"})
			for who, waits := range map[string]bool{"radsleder": true, "council2": true, "council": false, "group": false, "management": false} {
				tasks := string(h.as(who).get("/me/tasks?kind=case&kind=meeting").ok(200).body)
				if strings.Contains(tasks, draft.id()) != waits || strings.Contains(tasks, meeting) != waits {
					h.t.Errorf("what waits for %s: %s", who, tasks)
				}
			}
			h.act("council", "/meetings/"+meeting, "return-minutes", m{"reason": "Nei"}).refused(403, "not_a_member")
			h.events("secretariat meeting:submit-minutes", "secretariat meeting:create", "secretariat meeting:call")
			advice := "/advice/" + h.as("radsleder").post("/advice", m{"scope": "/siv/", "body_id": "prove-rad", "case_id": c, "addressee": "prove-skate", "title": "Råd", "text": "A"}).ok(201).id()
			decision := "/decisions/" + h.as("radsleder").post("/decisions", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Utkast", "outcome": "approve", "reasons": "A"}).ok(201).id()
			proposal := "/proposals/" + h.as("group").post("/proposals", proposalInput(nil)).ok(201).id()
			h.seen()
			opened := h.as("group").post("/cases", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Ny", "kind": "input"}).ok(201).id()
			ours := h.as("radsleder").post("/cases", m{"scope": "/siv/", "body_id": "prove-rad", "title": "Ny", "kind": "input"}).ok(201).id()
			coming := h.as("radsleder").post("/meetings", plan).ok(201).id()
			h.seen()
			// council has the right to delete each of these kinds, and so has group.
			for at, others := range map[string]string{
				advice: "council group", decision: "council group", "/meetings/" + coming: "council group", "/cases/" + ours: "council group", "/cases/" + opened: "council",
			} {
				for _, who := range strings.Fields(others) {
					h.as(who).delete(at, 1).refused(403, "not_a_member")
				}
			}
			h.events()
			offered(h, advice, "delete", "council2", "radsleder")
			h.mayDo(decision, map[string]string{"council": "", "group": "", "management": "delete", "secretariat": "", "radsleder": "delete update vote withdraw"})
			h.mayDo("/meetings/"+coming, map[string]string{"council": "", "group": "", "management": "call cancel delete postpone update", "secretariat": "call cancel delete postpone update"})
			h.mayDo("/cases/"+ours, map[string]string{"council": "submit", "group": "submit", "management": "declare-conflict delete submit update", "radsleder": "declare-conflict delete submit update withdraw"})
			h.mayDo("/cases/"+opened, map[string]string{"council": "submit", "group": "delete submit update withdraw", "radsleder": "declare-conflict delete submit update"})
			h.as("council").delete("/meetings/"+meeting, 1).refused(412, "stale_version")
			h.as("group").delete("/cases/"+opened, 1).ok(204)
			h.as("secretariat").delete("/cases/"+ours, 1).ok(204)
			h.as("radsleder").delete("/meetings/"+coming, 1).ok(204)
			h.events("group case:delete", "secretariat case:delete", "radsleder meeting:delete")
			for _, draft := range []string{advice, decision} {
				h.act("council", draft, "withdraw", m{"reason": "Nei"}).refused(403, "not_a_member")
			}
			if contains(h.as("council").get(decision).ok(200).strings("allowed_actions"), "withdraw") || !contains(h.as("radsleder").get(decision).ok(200).strings("allowed_actions"), "withdraw") {
				h.t.Error("withdraw is offered to whom it does not belong")
			}
			offered(h, decision, "withdraw", "council2", "radsleder")
			offered(h, advice, "vote", "council2", "radsleder")
			offered(h, decision, "update", "council2", "radsleder")
			offered(h, proposal, "withdraw", "group", "group2")
			h.act("radsleder", advice, "withdraw", m{"reason": "Dobbelt"}).ok(200).is("status", "withdrawn")
			h.act("group", proposal, "withdraw", m{"reason": "Dobbelt"}).ok(200).is("status", "withdrawn")
			h.events("radsleder advice:withdraw", "group proposal:withdraw")
		})
		h.row("S4_9_working_group_only_proposes", func() {
			gc := admitted(h, "prove-gruppe", "group2", "group", nil)
			gm := met(h, "prove-gruppe", "group", []string{gc}, f.lead, f.member)
			d := h.as("group").post("/decisions", m{"scope": "/siv/", "body_id": "prove-gruppe", "meeting_id": gm, "title": "Gruppen vedtar", "outcome": "approve", "reasons": "Vi vil."}).ok(201)
			measure := h.as("group").post("/measures", m{"scope": "/siv/", "title": "Eget tiltak", "kind": "other"}).ok(201)
			h.act("group", "/measures/"+measure.id(), "submit", nil).ok(200)
			h.act("management", "/measures/"+measure.id(), "decide", m{"outcome": "approved"}).ok(200)
			a := h.as("group").post("/advice", m{"scope": "/siv/", "body_id": "prove-gruppe", "meeting_id": gm, "addressee": "prove-skate", "title": "Råd", "text": "A"}).ok(201)
			h.seen()
			for path, verb := range map[string]string{"/decisions/" + d.id(): "adopt", "/advice/" + a.id(): "give", "/measures/" + measure.id(): "start"} {
				in := any(m{"agreed": true})
				if verb == "start" {
					in = nil
				}
				if no := h.act("group", path, verb, in).refused(403, "power_missing"); no.optional("mandate") == "" || no.at("edition") == nil {
					h.t.Errorf("%s: the refusal does not name the mandate: %s", verb, no.body)
				}
			}
			h.as("group").get("/measures/"+measure.id()).ok(200).is("status", "decided")
			h.events()
		})
		h.row("S4_10_proposer_decides", func() {
			body(h, "prove-begge", "committee", "ai_council", nil)
			mandated(h, "prove-begge", []string{"propose", "decide"}, nil)
			mine := seat(h, "prove-begge", "council", "lead", nil)
			bc := admitted(h, "prove-begge", "council", "council", nil)
			bm := met(h, "prove-begge", "council", []string{bc}, mine)
			p := h.as("council").post("/proposals", proposalInput(m{"body_id": "prove-begge", "case_id": bc, "meeting_id": bm, "deciding_body_id": nil})).ok(201)
			h.act("council", "/proposals/"+p.id(), "agree", m{"agreed": true}).ok(200)
			d := h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-begge", "case_id": bc, "meeting_id": bm, "proposal_id": p.id(), "title": "Selv", "outcome": "approve", "reasons": "A"}).ok(201)
			theirs := h.as("group").post("/proposals", proposalInput(nil)).ok(201).id()
			h.seen()
			h.as("council").delete("/proposals/"+theirs, 1).refused(403, "not_a_member")
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "proposer_decides")
			h.as("council").get("/proposals/"+p.id()).ok(200).is("status", "agreed").is("outcome", nil)
			h.events()
			// Only the body that the proposal names decides.
			named := h.as("council").post("/proposals", proposalInput(m{"body_id": "prove-begge", "case_id": bc, "meeting_id": bm, "deciding_body_id": "ki-rad-siv"})).ok(201)
			h.act("council", "/proposals/"+named.id(), "agree", m{"agreed": true}).ok(200)
			sc := admitted(h, "prove-skate", "council", "council", nil)
			sm := met(h, "prove-skate", "council", []string{sc}, f.chair, f.second)
			d = h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": sc, "meeting_id": sm, "proposal_id": named.id(), "title": "Skate", "outcome": "approve", "reasons": "A"}).ok(201)
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "other_decides")
			fresh := h.as("council").post("/proposals", proposalInput(m{"body_id": "prove-begge", "deciding_body_id": "prove-skate"})).ok(201)
			d = h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": sc, "meeting_id": sm, "proposal_id": fresh.id(), "title": "Skate", "outcome": "approve", "reasons": "A"}).ok(201)
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(409, "not_agreed")
		})
	})
}

// offered checks who is eligible for an action, and that the same people find it in allowed_actions.
func offered(h *installation, at, action string, names ...string) {
	h.t.Helper()
	var eligible, allowed []string
	for _, p := range h.as("management").get(at + "/eligible?action=" + action).ok(200).at("people").([]any) {
		eligible = append(eligible, h.nameOf(p.(m)["id"].(string)))
	}
	slices.Sort(eligible)
	for _, who := range []string{"council", "council2", "group", "group2", "management", "observer", "radsleder", "secretariat"} {
		if r := h.as(who).get(at); r.status == 200 && contains(r.strings("allowed_actions"), action) {
			allowed = append(allowed, who)
		}
	}
	if !slices.Equal(eligible, names) || !slices.Equal(allowed, names) {
		h.t.Errorf("to %s %s: want %v, eligible %v, allowed %v", action, at, names, eligible, allowed)
	}
}

// agreed has the working group agree on a proposal at a meeting, and take it all the way along its path.
func agreed(h *installation, f forum, more m) string {
	h.t.Helper()
	c := admitted(h, "prove-gruppe", "group2", "group", m{"kind": "proposal"})
	meeting := met(h, "prove-gruppe", "group", []string{c}, f.lead, f.member)
	p := h.as("group").post("/proposals", proposalInput(merged(m{"case_id": c, "meeting_id": meeting}, more))).ok(201)
	at := "/proposals/" + p.id()
	h.act("group", at, "agree", m{"agreed": true}).ok(200)
	for range path {
		h.act("group", at, "advance", m{}).ok(200)
	}
	return p.id()
}

// decidedOn has the steering group draft a decision on a proposal, at a meeting both its members came to.
func decidedOn(h *installation, f forum, proposal, outcome string, more m) *reply {
	h.t.Helper()
	c := admitted(h, "prove-skate", "council2", "council", m{"kind": "decision"})
	meeting := met(h, "prove-skate", "council", []string{c}, f.chair, f.second)
	return h.as("council").post("/decisions", merged(m{
		"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": meeting, "proposal_id": proposal, "title": "Felles veileder", "outcome": outcome,
		"reasons": strings.Repeat("Grundig. ", 300),
	}, more)).ok(201)
}

// The result of a decision applies to its measures.
func TestGoverningOutcomes_S4_11(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		for _, r := range []struct{ outcome, conditions, measure, proposal string }{
			{"approve", "", "decided", "decided"},
			{"approve_with_conditions", "Prøves i to virksomheter først.", "decided", "decided"},
			{"decline", "", "declined", "decided"},
			{"return", "", "proposed", "draft"},
		} {
			h.row(r.outcome, func() {
				p := agreed(h, f, nil)
				measure := h.as("group").post("/measures", m{"scope": "/siv/", "title": "Lag veilederen", "kind": "method", "source_id": p, "executors": []string{"Digdir"}}).ok(201)
				d := decidedOn(h, f, p, r.outcome, m{"conditions": r.conditions})
				h.seen()
				h.act("council", "/decisions/"+d.id(), "adopt", votes(f.chair, "for", f.second, "against")).ok(200).is("status", "adopted").is("resolution.tally.against", 1)
				h.events("council decision:adopt", "council proposal:decide", "system measure:submit", "council measure:decide")
				h.as("management").get("/measures/"+measure.id()).ok(200).is("status", r.measure).is("decided_in", d.id())
				h.as("group").get("/proposals/"+p).ok(200).is("status", r.proposal).is("outcome", r.outcome)
				start := h.act("management", "/measures/"+measure.id(), "start", nil)
				if r.measure == "decided" {
					start.ok(200).is("status", "in_progress")
					// The body did not decide on a measure that is proposed later. It is decided like any other.
					late := h.as("group").post("/measures", m{"scope": "/siv/", "title": "Lag et kurs", "kind": "knowledge", "source_id": p}).ok(201)
					h.seen()
					h.act("group", "/measures/"+late.id(), "submit", nil).ok(200).is("status", "submitted").is("decided_in", nil)
					h.act("management", "/measures/"+late.id(), "decide", m{"outcome": "approved"}).ok(200).is("status", "decided").is("decision.by", h.id("management"))
					h.events("group measure:submit", "management measure:decide")
				} else {
					start.refused(409, "wrong_state").is("state", r.measure)
				}
			})
		}
		h.row("conditions", func() {
			h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "title": "Uten vilkår", "outcome": "approve_with_conditions", "reasons": "A"}).refused(422, "invalid_content", "/conditions")
			h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "title": "Uten grunn", "outcome": "kanskje", "reasons": " "}).refused(422, "invalid_content", "/outcome", "/reasons")
		})
		h.row("whoever_proposed_the_measure_does_not_decide", func() {
			h.assign("council", "line_manager", "/siv/", nil).ok(201)
			p := agreed(h, f, nil)
			measure := h.as("council").post("/measures", m{"scope": "/siv/", "title": "Mitt eget", "kind": "method", "source_id": p}).ok(201)
			d := decidedOn(h, f, p, "approve", nil)
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).refused(403, "separation_of_duties")
			h.as("council").get("/decisions/"+d.id()).ok(200).is("status", "draft")
			h.as("group").get("/proposals/"+p).ok(200).is("status", "in_review")
			h.events()
			h.act("council2", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200)
			h.as("council").get("/measures/"+measure.id()).ok(200).is("status", "decided")
		})
	})
}

// An adopted decision is never changed. A correction is a new decision, which refers to the one it corrects.
func TestGoverningCorrection_S0_10(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		p := agreed(h, f, nil)
		old := decidedOn(h, f, p, "approve", nil)
		h.act("council", "/decisions/"+old.id(), "adopt", m{"agreed": true}).ok(200)
		in := func(more m) m {
			return merged(m{
				"scope": "/siv/", "body_id": "prove-skate", "case_id": old.str("case_id"), "meeting_id": old.str("meeting_id"), "proposal_id": p, "corrects_id": old.id(),
				"title": "Felles veileder (rettet)", "outcome": "approve_with_conditions", "conditions": "Høres først.", "reasons": "Vilkåret falt ut.",
			}, more)
		}
		h.seen()
		council := h.as("council")
		council.patch("/decisions/"+old.id(), 2, m{"reasons": "Andre"}).refused(409, "wrong_state")
		council.post("/decisions", in(m{"outcome": "decline"})).refused(422, "invalid_content", "/outcome")
		council.post("/decisions", in(m{"proposal_id": agreedLater(h, f)})).refused(422, "invalid_content", "/proposal_id")
		council.post("/decisions", in(m{"corrects_id": p})).refused(422, "invalid_content", "/corrects_id")
		h.as("group").post("/decisions", in(nil)).refused(403, "not_a_member")
		h.seen()
		d := council.post("/decisions", in(nil)).ok(201)
		twice := council.post("/decisions", in(nil)).ok(201)
		council.patch("/decisions/"+d.id(), 1, m{"corrects_id": nil}).refused(422, "invalid_content", "/corrects_id")
		h.act("council", "/decisions/"+d.id(), "adopt", m{"agreed": true}).ok(200).is("corrects_id", old.id())
		council.get("/decisions/"+old.id()).ok(200).is("status", "corrected").is("corrected_by", d.id()).is("title", "Felles veileder")
		h.act("council", "/decisions/"+twice.id(), "adopt", m{"agreed": true}).refused(409, "not_correctable")
		council.post("/decisions", in(nil)).refused(422, "invalid_content", "/corrects_id")
		h.events("council decision:create", "council decision:create", "council decision:adopt", "council decision:correct")
		council.get("/decisions?status=adopted&body_id="+d.str("body_id")).ok(200).is("items.0.id", d.id())
	})
}

func agreedLater(h *installation, f forum) string {
	return agreed(h, f, m{"title": "Et annet forslag"})
}

// Only members may record what a body resolves. An API key may not, whatever its roles.
func TestGoverningKeysDoNotResolve(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		p := agreed(h, f, nil)
		d := decidedOn(h, f, p, "approve", nil)
		c := h.as("council2").post("/cases", m{"scope": "/siv/", "body_id": "prove-skate", "title": "Ny", "kind": "input"}).ok(201)
		h.act("council2", "/cases/"+c.id(), "submit", nil).ok(200)
		key := h.as("management").post("/api-keys", m{
			"scope": "/siv/", "title": "Nøkkel", "responsible_id": h.id("management"), "expires_on": "2027-06-01", "roles": []m{{"role": "top_management", "scope": "/siv/"}},
		}).ok(201)
		robot := h.bearer("robot", key.str("secret"))
		h.seen()
		for path, in := range map[string]any{"/decisions/" + d.id() + "/adopt": m{"agreed": true}, "/decisions/" + d.id() + "/vote": m{"vote": "for"}, "/cases/" + c.id() + "/admit": nil} {
			v := h.as("management").get(path[:strings.LastIndex(path, "/")]).ok(200).version()
			robot.verb(path, v, in).refused(403, "person_needed")
		}
		robot.verb("/proposals/"+p+"/agree", 4, m{"agreed": true}).refused(403, "forbidden")
		robot.verb("/proposals/"+p+"/vote", 4, m{"vote": "for"}).refused(403, "forbidden")
		md := h.as("management").get("/mandates?body_id=" + d.str("body_id")).ok(200).items()[0]
		robot.verb("/mandates/"+fmt.Sprint(md["id"])+"/extend", int64(md["version"].(float64)), m{"until": "2029-01-01", "reason": "A"}).refused(403, "person_needed")
		h.events()
	})
}
