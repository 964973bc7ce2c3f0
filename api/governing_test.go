package api_test

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// row runs a named step of a journey. A journey ends with the first step that fails, because later steps depend on it.
func (h *installation) row(name string, part func()) {
	t, ok := h.t.(*testing.T)
	if !ok {
		h.t.Fatal("no test")
	}
	passed := t.Run(name, func(inner *testing.T) {
		h.t = inner
		defer func() { h.t = t }()
		part()
	})
	if !passed {
		t.FailNow()
	}
}

// act has a person call a verb on the current version of a record.
func (h *installation) act(who, path, verb string, body any) *reply {
	h.t.Helper()
	v := h.as("management").get(path).ok(200).version()
	return h.as(who).verb(path+"/"+verb, v, body)
}

// mayDo checks the allowed_actions of several people; the actions are sorted.
func (h *installation) mayDo(path string, want map[string]string) {
	h.t.Helper()
	for who, actions := range want {
		got := h.as(who).get(path).ok(200).strings("allowed_actions")
		slices.Sort(got)
		if strings.Join(got, " ") != actions {
			h.t.Errorf("%s: %s may %v, want %s", path, who, got, actions)
		}
	}
}

// body has the secretariat set up a body at the hospital.
func body(h *installation, key, kind, role string, more m) *reply {
	h.t.Helper()
	return h.as("secretariat").post("/bodies", merged(m{
		"scope": "/siv/", "key": key, "kind": kind, "name": m{"nb": key, "en": key}, "purpose": m{"nb": "Prøve", "en": "Trial"}, "member_role": role,
	}, more)).ok(201).is("status", "active")
}

// mandated has the director adopt a mandate that gives the body these powers.
func mandated(h *installation, of string, powers []string, more m) *reply {
	h.t.Helper()
	r := h.as("secretariat").post("/mandates", merged(m{
		"scope": "/siv/", "body_id": of, "title": "Mandat for " + of, "purpose": "Prøve", "powers": powers, "valid_from": "2026-02-01", "valid_to": "2027-12-31",
	}, more)).ok(201).is("status", "draft")
	h.act("secretariat", "/mandates/"+r.id(), "submit", nil).ok(200).is("status", "in_review")
	return h.act("management", "/mandates/"+r.id(), "adopt", nil).ok(200).is("status", "adopted")
}

// seat adds a person to a body, and the director confirms the membership.
func seat(h *installation, of, person, position string, more m) string {
	h.t.Helper()
	in := m{"scope": "/siv/", "body_id": of, "position": position}
	if person != "" {
		in["user_id"] = h.id(person)
	}
	r := h.as("secretariat").post("/memberships", merged(in, more)).ok(201)
	h.act("management", "/memberships/"+r.id(), "confirm", nil).ok(200).is("status", "active")
	return r.id()
}

// admitted creates a case of a body: a member submits it, and the lead admits it.
func admitted(h *installation, of, member, lead string, more m) string {
	h.t.Helper()
	r := h.as(member).post("/cases", merged(m{"scope": "/siv/", "body_id": of, "title": "Felles krav til lokal validering", "kind": "discussion"}, more)).ok(201).is("status", "draft")
	h.act(member, "/cases/"+r.id(), "submit", nil).ok(200).is("status", "submitted")
	h.act(lead, "/cases/"+r.id(), "admit", nil).ok(200).is("status", "admitted")
	return r.id()
}

// instant is the time of the installation's clock, moved by a duration, as requests give it.
func (h *installation) instant(later time.Duration) string {
	return h.now.Add(later).UTC().Format(time.RFC3339Nano)
}

// planned has a member plan a meeting that begins now, and call it. A meeting of an earlier day is called now and then moved to that day, because nobody
// can be called to a time that has passed.
func planned(h *installation, of, who string, agenda []string, more m) string {
	h.t.Helper()
	in := merged(m{
		"scope": "/siv/", "body_id": of, "title": "Møte", "form": "digital", "starts_at": h.instant(0), "ends_at": h.instant(time.Hour), "agenda": agenda,
	}, more)
	began := must(time.Parse(time.RFC3339Nano, in["starts_at"].(string)))
	earlier := began.Before(h.now) && in["form"] != "written"
	if earlier {
		in["starts_at"] = h.instant(0)
	}
	r := h.as(who).post("/meetings", in).ok(201).is("status", "planned")
	h.act(who, "/meetings/"+r.id(), "call", nil).ok(200).is("status", "called")
	if earlier {
		h.system(func(tx *record.Tx) error {
			_, err := governance.Meetings.Change(tx.Follow("meeting", "update"), record.Ref{ID: r.id(), Version: record.AnyVersion}, func(m *governance.Meeting) error {
				m.StartsAt = &began
				return nil
			})
			return err
		})
	}
	return r.id()
}

// roll returns the request body that names the memberships of those who were present.
func roll(there ...string) m {
	list := []m{}
	for _, id := range there {
		list = append(list, m{"membership_id": id, "presence": "present"})
	}
	return m{"attendance": list}
}

func votes(list ...string) m {
	out := []m{}
	for i := 0; i < len(list); i += 2 {
		out = append(out, m{"membership_id": list[i], "vote": list[i+1]})
	}
	return m{"votes": out}
}

// met plans, calls and holds a meeting on the cases.
func met(h *installation, of, who string, agenda []string, there ...string) string {
	h.t.Helper()
	id := planned(h, of, who, agenda, nil)
	h.act(who, "/meetings/"+id, "hold", roll(there...)).ok(200).is("status", "held")
	return id
}

// forum is a working group that proposes and a steering group that decides, with their members.
type forum struct {
	lead, member, observer string // of the working group: group, group2, observer
	chair, second          string // of the steering group: council, council2
}

var path = []m{{"key": "au", "name": "Skates arbeidsutvalg"}, {"key": "fagdager", "name": "Skates fagdager"}}

func forumOf(h *installation) forum {
	h.t.Helper()
	for _, p := range []string{"secretariat", "management", "group", "group2", "council", "council2", "observer", "manager"} {
		h.id(p)
	}
	body(h, "prove-skate", "steering_group", "ai_council", nil)
	body(h, "prove-gruppe", "working_group", "working_group", m{"parent_id": "prove-skate", "powers": []string{"propose"}})
	mandated(h, "prove-skate", []string{"decide"}, nil)
	mandated(h, "prove-gruppe", []string{"propose"}, m{"review_path": path, "source": m{"title": "Skate-sak 18/2022", "ref": "18/2022"}})
	return forum{
		lead: seat(h, "prove-gruppe", "group", "lead", nil), member: seat(h, "prove-gruppe", "group2", "member", nil), observer: seat(h, "prove-gruppe", "observer", "observer", nil),
		chair: seat(h, "prove-skate", "council", "lead", nil), second: seat(h, "prove-skate", "council2", "member", nil),
	}
}

func proposalInput(more m) m {
	return merged(m{
		"scope": "/siv/", "body_id": "prove-gruppe", "title": "Felles veileder for anskaffelse", "text": "Lag én veileder.", "kind": "common_method", "tier": 1,
		"effects": []string{"lower_threshold", "efficient_execution"}, "deciding_body_id": "prove-skate",
	}, more)
}

// wellFormed checks that an answer is well-formed XML.
func wellFormed(h *installation, r *reply) {
	h.t.Helper()
	for d := xml.NewDecoder(strings.NewReader(string(r.body))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			h.t.Fatalf("%s: %v", r.what, err)
		}
	}
}

// From a case in a working group to a measure of two organisations, with each step taken by the person responsible.
func TestGoverningChain(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		group, council := h.as("group"), h.as("council")
		brreg := organisation(h, "prove-brreg", "Brønnøysundregistrene", nil).id()
		nav := organisation(h, "prove-nav", "NAV", nil).id()
		h.seen()

		c := admitted(h, "prove-gruppe", "group2", "group", m{"kind": "proposal"})
		meeting := planned(h, "prove-gruppe", "secretariat", []string{c}, nil)
		h.as("group").get("/cases/"+c).ok(200).is("status", "on_agenda")
		h.events("group2 case:create", "group2 case:submit", "group case:admit", "secretariat meeting:create", "secretariat meeting:call", "secretariat case:schedule")
		p := group.post("/proposals", proposalInput(m{"case_id": c, "meeting_id": meeting})).ok(201).is("status", "draft").is("resolution", nil)
		at := "/proposals/" + p.id()
		h.act("group", at, "agree", m{"agreed": true}).refused(409, "not_held")
		h.act("secretariat", "/meetings/"+meeting, "hold", roll(f.lead, f.member, f.observer)).ok(200).
			is("quorum.voting", 2).is("quorum.present", 2).is("quorum.required", 2).is("quorum.met", true).is("quorum.lead_present", true)
		measure := group.post("/measures", m{
			"scope": "/siv/", "title": "Lag veilederen", "kind": "method", "source_id": p.id(), "milestones": []m{{"title": "Utkast", "due": "2027-02-01"}},
			"expected_effects": []string{"Lavere terskel for oppstart"},
		}).ok(201).is("status", "proposed")
		to := "/measures/" + measure.id()
		h.events("group proposal:create", "secretariat meeting:hold", "group measure:propose")

		h.row("S4_2_consensus_with_dissent", func() {
			h.act("group", at, "agree", m{}).refused(409, "blocked").is("blockers.0.code", "votes_missing")
			h.act("group", at, "agree", m{"agreed": true, "dissents": []m{{"membership_id": f.chair, "note": "Nei"}}}).refused(422, "invalid_content", "/dissents/0/membership_id")
			h.act("group", at, "agree", m{"agreed": true, "dissents": []m{{"membership_id": f.member, "note": " "}}}).refused(422, "invalid_content", "/dissents/0/note")
			h.act("council", at, "agree", m{"agreed": true}).refused(403, "power_missing")
			h.act("secretariat", at, "agree", m{"agreed": true}).refused(403, "forbidden")
			h.act("observer", at, "agree", m{"agreed": true}).refused(403, "forbidden")
			h.events()
			r := h.act("group", at, "agree", m{"agreed": true, "dissents": []m{{"membership_id": f.member, "note": "Fristen er for kort."}}}).ok(200)
			r.is("status", "agreed").is("resolution.agreed", true).is("resolution.dissents.0.note", "Fristen er for kort.").is("resolution.tally", nil).
				is("resolution.meeting_id", meeting).is("resolution.by", h.id("group"))
			h.as("group").patch(at, r.version(), m{"text": "Noe annet"}).refused(409, "wrong_state")
			h.events("group proposal:agree")
		})

		skateCase := admitted(h, "prove-skate", "council", "council2", m{"kind": "decision"})
		skates := met(h, "prove-skate", "council", []string{skateCase}, f.chair, f.second)
		decision := council.post("/decisions", m{
			"scope": "/siv/", "body_id": "prove-skate", "case_id": skateCase, "meeting_id": skates, "proposal_id": p.id(), "title": "Felles veileder", "outcome": "approve", "reasons": "Sparer arbeid.",
		}).ok(201).is("status", "draft")
		decided := "/decisions/" + decision.id()
		h.seen()
		h.row("S4_6_review_path", func() {
			h.act("council", decided, "adopt", m{"agreed": true}).refused(409, "blocked").
				is("blockers.0.code", "review_missing").is("blockers.1.code", "review_missing").is("blockers.0.pointer", "/review")
			h.act("council", at, "advance", m{"note": "A"}).refused(403, "power_missing")
			h.act("observer", at, "advance", m{}).refused(403, "forbidden")
			body(h, "prove-annen", "working_group", "working_group", nil)
			mandated(h, "prove-annen", []string{"propose"}, nil)
			h.member("fremmed", "/siv/")
			seat(h, "prove-annen", "fremmed", "lead", nil)
			h.seen()
			h.act("fremmed", at, "advance", m{}).refused(403, "not_a_member")
			h.act("fremmed", at, "withdraw", m{"reason": "Nei"}).refused(403, "not_a_member")
			h.act("group", at, "advance", m{"note": "Sendt 3. november"}).ok(200).is("status", "in_review").is("review.0.key", "au").is("review.0.note", "Sendt 3. november")
			h.act("council", decided, "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "review_missing")
			h.act("secretariat", at, "advance", m{}).ok(200).is("status", "in_review").is("review.1.key", "fagdager").is("review.1.by", h.id("secretariat"))
			h.act("group", at, "advance", m{}).refused(409, "path_done")
			h.events("group proposal:advance", "secretariat proposal:advance")
		})
		h.row("S4_10_only_another_body_decides", func() {
			mandated(h, "prove-gruppe", []string{"propose"}, m{"review_path": path})
			own := h.as("group").post("/decisions", m{"scope": "/siv/", "body_id": "prove-gruppe", "proposal_id": p.id(), "title": "Vi vedtar selv", "outcome": "approve", "reasons": "Vi mener det."}).ok(201)
			h.act("group", "/decisions/"+own.id(), "adopt", m{"agreed": true, "meeting_id": meeting}).refused(403, "power_missing")
			h.seen()
		})
		h.row("S4_11_no_start_before_decision", func() {
			h.act("management", to, "start", nil).refused(409, "wrong_state")
			h.act("group", to, "submit", nil).ok(200)
			h.act("management", to, "decide", m{"outcome": "approved"}).refused(409, "decided_elsewhere")
			h.events("group measure:submit")
		})

		r := h.act("council", decided, "adopt", votes(f.chair, "for", f.second, "for")).ok(200)
		r.is("status", "adopted").is("resolution.tally.for", 2).is("resolution.tally.carried", true)
		h.events("council decision:adopt", "council proposal:decide", "council measure:decide")
		group.get(at).ok(200).is("status", "decided").is("outcome", "approve").is("decision_id", decision.id())
		council.patch(decided, r.version(), m{"reasons": "Andre"}).refused(409, "wrong_state")
		council.delete(decided, r.version()).refused(409, "wrong_state")
		h.act("council", decided, "withdraw", m{"reason": "Angrer"}).refused(409, "wrong_state")
		h.act("council", decided, "vote", m{"vote": "against"}).refused(409, "wrong_state")
		h.act("group", at, "vote", m{"vote": "against"}).refused(409, "wrong_state")
		if contains(council.get(decided).ok(200).strings("allowed_actions"), "vote") {
			h.t.Error("a vote on what was adopted is offered")
		}
		h.events()

		h.row("S4_11_start_needs_executors", func() {
			if offered := h.as("manager").get(to).ok(200).strings("allowed_actions"); contains(offered, "report") || contains(offered, "follow-up") {
				t.Errorf("what does not fit is offered: %v", offered)
			}
			h.as("management").get(to).ok(200).is("status", "decided").is("decided_in", decision.id()).is("decision.outcome", "approved").is("decision.by", h.id("council"))
			h.act("management", to, "start", nil).refused(409, "blocked").is("blockers.0.code", "executors_missing").is("blockers.0.pointer", "/executor_ids")
			v := h.as("group").get(to).ok(200).version()
			h.as("group").patch(to, v, m{"executor_ids": []string{"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}}).refused(422, "invalid_content", "/executor_ids/0")
			h.as("group").patch(to, v, m{"executor_ids": []string{brreg, nav}}).ok(200)
			h.as("management").verb(to+"/report", v+1, m{"percent": 5, "text": "For tidlig"}).refused(409, "wrong_state").is("state", "decided")
			h.act("management", to, "start", nil).ok(200).is("status", "in_progress")
			h.act("management", to, "report", m{"percent": 101, "text": "A"}).refused(422, "invalid_content", "/percent")
			h.act("manager", to, "report", m{"percent": 40, "text": "Utkastet er på høring"}).ok(200).is("progress.0.percent", 40).is("progress.0.by", h.id("manager"))
			v = h.as("manager").get(to).ok(200).version()
			h.as("group").patch(to, v, m{"milestones": []m{{"title": "Utkast", "due": "2027-02-01", "done_on": "2026-11-20"}}}).ok(200).is("milestones.0.done_on", "2026-11-20")
			h.events("group measure:update", "management measure:start", "manager measure:report", "group measure:update")
		})
		h.row("S4_5_effects_followed_up", func() {
			h.as("group").get(at).ok(200).is("effects.0", "lower_threshold").is("effects.1", "efficient_execution")
			h.as("group").post("/proposals", proposalInput(m{"effects": []string{"raskere"}})).refused(422, "invalid_content", "/effects/0")
			v := h.as("manager").get(to).ok(200).version()
			h.as("manager").verb(to+"/follow-up", v, m{"effect": "Lavere terskel for oppstart", "achieved": true, "text": "A"}).refused(409, "wrong_state").is("state", "in_progress")
			h.act("manager", to, "complete", m{"effect": "Veilederen er i bruk"}).ok(200).is("status", "done")
			h.act("manager", to, "follow-up", m{"effect": "Lavere terskel for oppstart", "achieved": true, "text": " "}).refused(422, "invalid_content", "/text")
			h.act("manager", to, "follow-up", m{"effect": "Lavere terskel for oppstart", "achieved": true, "text": "Ni av tolv bruker den"}).ok(200).
				is("follow_ups.0.achieved", true).is("follow_ups.0.by", h.id("manager")).is("status", "done")
			h.events("manager measure:complete", "manager measure:follow-up")
		})

		h.row("trace", func() {
			for _, start := range []string{"/cases/" + c, to, "/cases/" + skateCase} {
				r := h.as("management").get(start + "/trace").ok(200)
				stages := map[string]int{}
				for _, n := range r.at("nodes").([]any) {
					stages[n.(m)["kind"].(string)]++
					if body, of := n.(m)["body"].(m); n.(m)["kind"] != "organisation" && (!of || body["nb"] == "") || len(n.(m)["dates"].([]any)) == 0 {
						h.t.Errorf("%s: %v without its body or its days", start, n)
					}
					if len(n.(m)["events"].([]any)) == 0 && n.(m)["kind"] != "organisation" {
						h.t.Errorf("%s: %v without events", start, n)
					}
				}
				for kind, n := range map[string]int{"case": 2, "meeting": 2, "proposal": 1, "decision": 1, "measure": 1, "organisation": 2} {
					if stages[kind] < n {
						h.t.Errorf("%s: %d of %s: %s", start, stages[kind], kind, r.body)
					}
				}
				edge := func(from, to string) {
					h.t.Helper()
					for _, e := range r.at("edges").([]any) {
						if e.(m)["from"] == from && e.(m)["to"] == to {
							return
						}
					}
					h.t.Errorf("%s: no edge from %s to %s: %s", start, from, to, r.at("edges"))
				}
				edge(c, meeting)
				edge(c, p.id())
				edge(meeting, p.id())
				edge(p.id(), decision.id())
				edge(skates, decision.id())
				edge(decision.id(), measure.id())
				edge(measure.id(), brreg)
				edge(measure.id(), nav)
				picture := h.as("management").with("Accept", "image/svg+xml").get(start + "/trace").ok(200)
				wellFormed(h, picture)
				for _, want := range []string{
					"Brønnøysundregistrene", p.str("number"), decision.str("number"), "Fra behov til tiltak", "Prioritet 1 · 1 dissens", "Møtedag ", "Vedtatt ", " siden ",
				} {
					if !strings.Contains(string(picture.body), want) {
						h.t.Errorf("%s: the picture lacks %s", start, want)
					}
				}
			}
			h.as("management").with("Accept", "image/svg+xml").with("Accept-Language", "en").get("/cases/" + c + "/trace").ok(200)
			h.as("management").with("Accept", "application/pdf").get("/cases/"+c+"/trace").refused(406, "not_acceptable")
			h.as("employee").get("/cases/"+c+"/trace").refused(404, "not_found")
			h.as("owner").get(to+"/trace").refused(404, "not_found")
			h.as("management").get("/cases/"+c+"/trace").ok(200).is("truncated", false)
		})
		h.row("a_long_trace_says_so", func() {
			for range 200 {
				group.post("/measures", m{"scope": "/siv/", "title": "Ett av mange", "kind": "other", "source_id": p.id()}).ok(201)
			}
			r := h.as("management").get("/cases/"+c+"/trace").ok(200).is("truncated", true)
			shown := map[any]bool{}
			for _, n := range r.at("nodes").([]any) {
				shown[n.(m)["id"]] = true
			}
			if len(shown) != 200 {
				h.t.Errorf("%d nodes", len(shown))
			}
			for _, e := range r.at("edges").([]any) {
				if !shown[e.(m)["from"]] || !shown[e.(m)["to"]] {
					h.t.Errorf("an edge to what is not shown: %v", e)
				}
			}
			wellFormed(h, h.as("management").with("Accept", "image/svg+xml").get("/cases/"+c+"/trace").ok(200))
		})
	})
}
