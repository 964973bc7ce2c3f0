package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

const fracture = "/siv/radiologi/bruddeteksjon/"

// m is a JSON object: a request body, or a part of one.
type m = map[string]any

// aRegister opens a register in the fracture project.
func aRegister(h *installation) string {
	h.t.Helper()
	return h.as("group").post("/risk-registers", m{"scope": fracture, "title": "Bruddeteksjon"}).ok(201).is("method", "standard-5x5").id()
}

func aRisk(h *installation, register string, more m) *reply {
	h.t.Helper()
	body := m{"scope": fracture, "register_id": register, "title": "Oversette brudd hos barn", "sources": []string{"C.3.4", "Få barn i treningsdata"}, "clauses": []string{"6.1.2"}}
	for k, v := range more {
		body[k] = v
	}
	return h.as("group").post("/risks", body).ok(201)
}

func judged(stage string, likelihood, consequence int) m {
	return m{"stage": stage, "likelihood": likelihood, "consequences": m{"patient_safety": consequence, "privacy": 1}, "rationale": "Prøvedriften viste det."}
}

// kept adds the treatment that leaves a risk as it is, so that no treatment plan is needed.
func kept(h *installation, r *reply) *reply {
	h.t.Helper()
	return h.as("group").verb("/risks/"+r.id()+"/treat", r.version(), m{"option": "retain", "plan": "Vi lever med den."}).ok(200)
}

// inPlan has a treatment plan with risks of the project owner approved: the group submits it, the owner agrees, and the approver approves it.
func inPlan(h *installation, approver string, risks ...string) string {
	h.t.Helper()
	p := h.as("group").post("/treatment-plans", m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": risks}).ok(201)
	at := "/treatment-plans/" + p.id()
	p = h.as("group").verb(at+"/submit", 1, nil).ok(200)
	p = h.as("owner").verb(at+"/agree", p.version(), nil).ok(200)
	h.as(approver).verb(at+"/approve", p.version(), nil).ok(200).is("status", "approved")
	return at
}

func accepted(until string) m { return m{"reason": "Nytten er større.", "until": until} }

// A risk is identified, assessed, treated, and accepted by a person who has the authority and has not assessed it. The acceptance expires, and the
// risk is closed.
func TestRiskJourney(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		h.as("manager").get("/me").ok(200)
		owner, group := h.as("owner"), h.as("group")
		r := aRisk(h, register, m{"owner_id": h.id("owner")}).is("status", "identified").is("polarity", "threat").is("level_rank", 0)
		at, v := "/risks/"+r.id(), r.version()
		h.events("group risk_register:create", "group risk:create")

		offers := func(want bool) {
			t.Helper()
			if got := contains(owner.get(at).ok(200).strings("allowed_actions"), "treatment"); got != want {
				t.Errorf("work on a treatment is offered: %v", got)
			}
		}
		var treatment string
		h.row("who may not, and what cannot be", func() {
			h.as("owner2").get(at).refused(404, "not_found")
			h.as("employee").get(at).refused(403, "forbidden")
			h.as("auditor").verb(at+"/assess", v, judged("inherent", 3, 4)).refused(403, "forbidden")
			group.post(at+"/assess", judged("inherent", 3, 4)).refused(428, "if_match_required")
			group.verb(at+"/assess", v+1, judged("inherent", 3, 4)).refused(412, "stale_version")
			offers(false)
			group.verb(at+"/assess", v, m{"stage": "now", "likelihood": 9, "consequences": m{}}).
				refused(422, "invalid_content", "/stage", "/likelihood", "/consequences", "/rationale")
			group.verb(at+"/assess", v, m{"stage": "current", "likelihood": 6, "consequences": m{"patient_safety": 6, "morale": 1}, "rationale": "x"}).
				refused(422, "invalid_content", "/likelihood", "/consequences/patient_safety", "/consequences/morale")
			group.verb(at+"/treat", v, m{"option": "mitigate", "plan": "x"}).refused(409, "wrong_state")
			owner.verb(at+"/accept", v, accepted("2027-01-01")).refused(409, "wrong_state")
			h.events()
		})
		h.row("assess and plan the treatment", func() {
			r = group.verb(at+"/assess", v, judged("inherent", 5, 5)).ok(200).is("status", "assessed").is("level", "very_high").is("inherent.method_edition", 1)
			r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Radiolog kontrollerer alle barn.", "responsible_id": h.id("owner"), "due": "2026-12-15"}).
				ok(200).is("status", "treating").is("treatments.0.status", "planned")
			group.verb(at+"/treat", r.version(), m{"option": "share", "plan": "x", "due": "2026-11-20"}).refused(422, "invalid_content", "/option", "/due")
			group.verb(at+"/treat", r.version(), m{"option": "avoid", "plan": "x", "controls": []string{r.id()}, "responsible_id": r.id()}).
				refused(422, "invalid_content", "/controls/0", "/responsible_id")
			r = group.verb(at+"/assess", r.version(), judged("residual", 2, 4)).ok(200).is("level", "moderate").is("status", "treating")
			h.events("group risk:assess", "group risk:treat", "group risk:assess")
		})
		h.row("carry out the treatment", func() {
			treatment = at + "/treatments/" + r.str("treatments.0.id")
			offers(true)
			waits(h, "owner", "treatment", r.id())
			owner.verb(treatment+"/complete", r.version(), m{"outcome": "x"}).refused(409, "wrong_state").is("state", "planned")
			r = owner.verb(treatment+"/start", r.version(), nil).ok(200).is("treatments.0.status", "in_progress")
			r = owner.verb(treatment+"/complete", r.version(), m{"outcome": "Innført."}).ok(200).is("treatments.0.outcome", "Innført.")
			owner.verb(at+"/treatments/"+r.id()+"/start", r.version(), nil).refused(404, "not_found")
			h.events("owner risk:treatment", "owner risk:treatment")
		})
		h.row("accept", func() {
			waits(h, "owner", "accept", r.id())
			owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(409, "blocked").is("blockers.0.code", "plan_needed")
			h.as("manager")
			h.seen()
			inPlan(h, "manager", r.id())
			h.events("group treatment_plan:create", "group treatment_plan:submit", "owner treatment_plan:agree", "manager treatment_plan:approve")
			group.verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(403, "forbidden")
			owner.verb(at+"/accept", r.version(), accepted("2026-11-21")).refused(422, "invalid_content", "/until")
			owner.verb(at+"/accept", r.version(), m{"until": "2027-02-30"}).refused(422, "invalid_content", "/reason", "/until")
			r = owner.verb(at+"/accept", r.version(), accepted("2027-01-31")).ok(200).is("status", "accepted").
				is("acceptances.0.level", "moderate").is("acceptances.0.snapshot.assessment.likelihood", 2).is("acceptances.0.stale", false).is("acceptance_stale", false).
				is("acceptances.0.authority.role", "project_owner").is("acceptances.0.authority.scope", fracture)
			owner.verb(at+"/confirm-acceptance", r.version(), nil).refused(409, "acceptance_current")
			r = group.verb(at+"/assess", r.version(), judged("residual", 2, 3)).ok(200).is("status", "accepted").is("acceptances.0.stale", true).is("acceptance_stale", true).is("level", "moderate")
			waits(h, "owner", "confirm-acceptance", r.id())
			group.verb(at+"/confirm-acceptance", r.version(), nil).refused(403, "forbidden")
			owner.verb(at+"/confirm-acceptance", r.version(), nil).ok(200).is("status", "accepted").is("acceptance_stale", false).is("acceptances.0.confirmed_by", h.id("owner"))
			h.events("owner risk:accept", "group risk:assess", "owner risk:confirm-acceptance")
		})
		h.row("the acceptance expires", func() {
			expire(h)
			h.events()
			h.later(72)
			clear(h.tokens) // the sessions have expired
			group = h.as("group")
			expire(h)
			expire(h)
			h.events("system risk:expire")
			r = group.get(at).ok(200).is("status", "assessed").is("acceptances.0.end_reason", "expired").is("accepted_until", "<nil>")
		})
		h.row("close and reopen", func() {
			owner = h.as("owner")
			owner.verb(at+"/close", r.version(), m{"reason": "bored"}).refused(422, "invalid_content", "/reason")
			group.verb(at+"/close", r.version(), m{"reason": "eliminated"}).refused(403, "forbidden")
			r = owner.verb(at+"/close", r.version(), m{"reason": "eliminated", "note": "Tatt ut av bruk."}).ok(200).is("closure.reason", "eliminated").
				is("closure.authority.role", "project_owner")
			group.verb(at+"/assess", r.version(), judged("current", 1, 1)).refused(409, "wrong_state").is("state", "closed")
			group.verb(treatment+"/cancel", r.version(), m{"reason": "x"}).refused(409, "wrong_state").is("state", "closed")
			offers(false)
			group.verb(at+"/reopen", r.version(), m{}).refused(422, "invalid_content", "/reason")
			group.verb(at+"/reopen", r.version(), m{"reason": "Tatt i bruk igjen."}).ok(200).is("status", "assessed").is("closure", "<nil>")
			h.events("owner risk:close", "group risk:reopen")
		})
		h.row("read the parts in pages", func() {
			page := group.get(at + "/assessments?limit=2").ok(200)
			if len(page.items()) != 2 {
				t.Fatalf("%s", page.body)
			}
			rest := group.get(at+"/assessments?limit=2&cursor="+page.str("next_cursor")).ok(200).is("items.0.likelihood", 2).is("items.0.level", "moderate").is("next_cursor", "<nil>")
			if len(rest.items()) != 1 {
				t.Fatalf("%s", rest.body)
			}
			for _, path := range []string{at + "/treatments", "/risks/" + aRisk(h, register, nil).id() + "/assessments"} {
				group.get(path+"?cursor="+page.str("next_cursor")).refused(400, "bad_cursor", "?cursor")
			}
			group.get(at+"/acceptances").ok(200).is("items.0.reason", "Nytten er større.")
			h.as("owner2").get(at+"/acceptances").refused(404, "not_found")
		})
	})
}

// waits checks that a record is among the tasks of a person.
func waits(h *installation, name, action, id string) {
	h.t.Helper()
	for _, it := range h.as(name).get("/me/tasks").ok(200).items() {
		if it["record_id"] == id && it["action"] == action {
			return
		}
	}
	h.t.Errorf("%s does not wait for %s to %s", id, name, action)
}

func expire(h *installation) {
	h.t.Helper()
	err := h.db.Write(context.Background(), record.System, record.Permission{Object: "risk", Action: "expire"}, "", risk.ExpireAcceptances)
	if err != nil {
		h.t.Fatal(err)
	}
}

// The level decides who may accept a risk. The person who assessed it may not. An acceptance of very high risk ends within six months.
func TestRiskAuthority(t *testing.T) {
	rows := []struct {
		likelihood, consequence int
		who, until              string
		status                  int
		code                    string
	}{
		{2, 4, "owner", "2027-06-01", 200, ""},
		{3, 5, "owner", "2027-06-01", 403, "authority_missing"},
		{3, 5, "manager", "2027-06-01", 200, ""},
		{3, 5, "council", "2027-06-01", 200, ""},
		{5, 5, "manager", "2027-01-01", 403, "authority_missing"},
		{5, 5, "council", "2027-01-01", 403, "authority_missing"},
		{5, 5, "management", "2027-05-22", 422, "invalid_content"},
		{5, 5, "management", "2027-05-21", 200, ""},
		{1, 1, "admin", "2027-01-01", 403, "forbidden"},
		{1, 1, "owner2", "2027-01-01", 404, "not_found"},
	}
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		for _, row := range rows {
			r := aRisk(h, register, nil)
			r = h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", row.likelihood, row.consequence)).ok(200)
			r = kept(h, r)
			h.as(row.who)
			h.seen()
			got := h.as(row.who).verb("/risks/"+r.id()+"/accept", r.version(), accepted(row.until))
			if row.status == 200 {
				got.ok(200).is("status", "accepted")
				h.events(row.who + " risk:accept")
				continue
			}
			got.refused(row.status, row.code)
			h.events()
		}
		r := aRisk(h, register, nil)
		r = h.as("owner").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 1, 2)).ok(200)
		h.as("owner").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "separation_of_duties")
		h.as("manager").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).ok(200)

		// a residual value needs a treatment
		r = aRisk(h, register, nil)
		r = h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 5, 5)).ok(200)
		h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("residual", 1, 1)).refused(409, "blocked").is("blockers.0.code", "untreated")
		h.as("manager").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "authority_missing")
		// and with a treatment that does not change the risk, it does not lower what has to be accepted
		r = kept(h, r)
		r = h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("residual", 1, 1)).ok(200).is("level", "very_high").is("residual.level", "low")
		h.seen()
		h.as("owner").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "authority_missing")
		h.as("management").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).ok(200).is("acceptances.0.level", "very_high")
		h.events("management risk:accept")
	})
}

// The person who assessed the current level may not accept the risk, whatever happened in between.
func TestWhoAssessedNeverAccepts(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		type act struct {
			who, verb string
			body      m
		}
		reopen := func(who string) act { return act{who, "reopen", m{"reason": "Vurderes på nytt."}} }
		closed := func(who string) act { return act{who, "close", m{"reason": "out_of_scope"}} }
		assess := func(who string, likelihood, consequence int) act {
			return act{who, "assess", judged("current", likelihood, consequence)}
		}
		accept := func(who string) act { return act{who, "accept", accepted("2027-01-01")} }
		for name, row := range map[string]struct {
			acts    []act
			who     string
			refused bool
		}{
			"closed and reopened":                 {[]act{assess("owner", 2, 2), closed("manager"), reopen("owner")}, "owner", true},
			"a high one too":                      {[]act{assess("manager", 3, 5), closed("management"), reopen("manager")}, "manager", true},
			"reopened by another":                 {[]act{assess("owner", 2, 2), closed("manager"), reopen("group")}, "owner", true},
			"accepted, assessed down, reopened":   {[]act{assess("group", 2, 2), accept("manager"), assess("owner", 1, 1), reopen("owner")}, "owner", true},
			"accepted and reopened by another":    {[]act{assess("owner", 2, 2), accept("manager"), reopen("manager")}, "owner", true},
			"accepted, reopened, assessed anew":   {[]act{assess("owner", 2, 2), accept("manager"), reopen("manager"), assess("group", 2, 2)}, "owner", false},
			"assessed anew, but accepted by none": {[]act{assess("owner", 2, 2), closed("manager"), reopen("owner"), assess("group", 2, 2)}, "owner", true},
		} {
			r := aRisk(h, register, nil)
			at := "/risks/" + r.id()
			for _, a := range row.acts {
				r = h.as(a.who).verb(at+"/"+a.verb, r.version(), a.body).ok(200)
			}
			offered := slices.Contains(h.as(row.who).get(at).ok(200).strings("allowed_actions"), "accept")
			h.seen()
			got := h.as(row.who).verb(at+"/accept", r.version(), accepted("2027-01-01"))
			if row.refused {
				if got.refused(403, "separation_of_duties"); got.str("earlier_event") == "" {
					t.Errorf("%s: the refusal names no event", name)
				}
				h.events()
			} else {
				got.ok(200).is("status", "accepted")
				h.events(row.who + " risk:accept")
			}
			if offered == row.refused {
				t.Errorf("%s: accept is offered: %v", name, offered)
			}
		}
	})
}

// due returns the entries of a record in a list of tasks or reminders: action, day, and the stage of a reminder.
func due(r *reply, id string) (out []string) {
	for _, it := range r.ok(200).items() {
		if it["record_id"] == id {
			words := []any{it["action"], it["due"]}
			if it["stage"] != nil {
				words = append(words, it["stage"])
			}
			out = append(out, strings.TrimSpace(fmt.Sprintln(words...)))
		}
	}
	return out
}

// Each person is reminded of their own due dates, whatever else is due on the risk.
func TestRiskReminders(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		h.as("manager")
		treat := func(r *reply, who, day string) *reply {
			return group.verb("/risks/"+r.id()+"/treat", r.version(), m{"option": "mitigate", "plan": "x", "responsible_id": h.id(who), "due": day}).ok(200)
		}
		r := aRisk(h, register, nil)
		r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 2, 2)).ok(200)
		r = treat(treat(r, "owner", "2026-11-27"), "manager", "2026-12-20")
		r = h.as("manager").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-06-01")).ok(200)
		owned := aRisk(h, register, m{"owner_id": h.id("owner"), "review_due": "2026-11-22"})
		owned = group.verb("/risks/"+owned.id()+"/assess", owned.version(), judged("current", 2, 4)).ok(200).is("review_due", "2027-11-21")
		owned = group.patch("/risks/"+owned.id(), owned.version(), m{"review_due": "2026-11-22"}).ok(200)
		owned = treat(owned, "owner", "2027-03-01")
		far := aRisk(h, register, m{"owner_id": h.id("owner"), "review_due": "2026-12-22"})
		theirs := aRisk(h, register, m{"owner_id": h.id("management"), "review_due": "2026-11-22"})
		for _, row := range []struct {
			who, path, id string
			want          []string
		}{
			{"owner", "/me/tasks", r.id(), []string{"treatment 2026-11-27"}},
			{"owner", "/me/notifications", r.id(), []string{"treatment 2026-11-27 P7D"}},
			{"manager", "/me/tasks", r.id(), []string{"treatment 2026-12-20"}},
			{"manager", "/me/notifications", r.id(), []string{"treatment 2026-12-20 P30D"}},
			{"owner", "/me/tasks", owned.id(), []string{"accept 2026-11-22", "assess 2026-11-22", "treatment 2027-03-01"}},
			{"owner", "/me/tasks", far.id(), nil},
			{"management", "/me/tasks", theirs.id(), nil},
		} {
			if got := due(h.as(row.who).get(row.path), row.id); !slices.Equal(got, row.want) {
				t.Errorf("%s %s: %q, want %q", row.who, row.path, got, row.want)
			}
		}
		owner.get("/risks/"+r.id()).ok(200).is("overdue", false)
		h.later(2)
		clear(h.tokens)
		if got, want := due(h.as("owner").get("/me/notifications"), owned.id()), []string{"accept 2026-11-22 overdue", "assess 2026-11-22 overdue"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := due(h.as("owner").get("/me/notifications"), far.id()), []string{"assess 2026-12-22 P30D"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := due(h.as("management").get("/me/notifications"), theirs.id()), []string{"review 2026-11-22 overdue"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestOpportunityNeedsNoAcceptance(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := aRisk(h, aRegister(h), m{"polarity": "opportunity", "title": "Kortere svartid"})
		at := "/risks/" + r.id()
		r = h.as("group").patch(at, r.version(), m{"polarity": "threat"}).ok(200)
		r = h.as("group").patch(at, r.version(), m{"polarity": "opportunity"}).ok(200)
		r = h.as("group").verb(at+"/assess", r.version(), judged("current", 3, 3)).ok(200)
		r = h.as("group").verb(at+"/treat", r.version(), m{"option": "exploit", "plan": "Utvid bruken."}).ok(200).is("status", "treating")
		h.as("owner").verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(409, "acceptance_not_needed")
		h.as("group").patch(at, r.version(), m{"polarity": "threat"}).refused(422, "invalid_content", "/polarity").is("errors.0.code", "wrong_polarity")
		r = h.as("group").verb(at+"/assess", r.version(), judged("current", 5, 5)).ok(200).is("level", "very_high")
		for _, who := range []string{"owner", "manager", "management"} {
			h.as(who).verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(409, "acceptance_not_needed")
		}
	})
}

func TestRiskFields(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, register := h.as("group"), aRegister(h)
		group.post("/risks", m{"scope": fracture, "register_id": register, "title": " ", "clauses": []string{"99.9"}, "owner_id": register, "colour": "red"}).
			refused(422, "invalid_content", "/colour", "/title")
		group.post("/risks", m{"scope": fracture, "register_id": register, "title": "x", "clauses": []string{"99.9"}, "owner_id": register}).
			refused(422, "invalid_content", "/clauses/0", "/owner_id")
		group.post("/risks", m{"scope": "/siv/akutt/", "register_id": register, "title": "x"}).refused(422, "invalid_content", "/register_id")
		h.as("owner2").post("/risks", m{"scope": fracture, "register_id": register, "title": "x"}).refused(422, "invalid_content", "/scope")

		r := aRisk(h, register, m{"review_due": "2026-12-01"}).is("sources.1", "Få barn i treningsdata")
		at := "/risks/" + r.id()
		r = group.patch(at, r.version(), m{"title": "Et annet navn", "review_due": nil}).ok(200).is("title", "Et annet navn").is("review_due", "2027-02-21")
		owned := aRisk(h, register, m{"owner_id": h.id("owner")})
		for _, r := range []*reply{
			group.post("/risks", m{"scope": fracture, "register_id": register, "title": "x", "owner_id": ""}), group.patch("/risks/"+owned.id(), 1, m{"owner_id": ""}),
			group.post("/risks/batch", m{"items": []m{{"id": owned.id(), "version": 1, "patch": m{"owner_id": ""}}}}),
		} {
			if r.refused(422, "invalid_content"); !strings.HasSuffix(r.str("errors.0.pointer"), "/owner_id") || r.str("errors.0.code") != "empty_id" {
				t.Errorf("%s: %s", r.what, r.body)
			}
		}
		group.post("/bodies", m{"parent_id": ""}).refused(403, "forbidden")
		h.as("secretariat").post("/bodies", m{"parent_id": ""}).refused(422, "invalid_content", "/parent_id")
		group.get("/risks/"+owned.id()).ok(200).is("owner_id", h.id("owner")).is("version", 1)
		group.patch("/risks/"+owned.id(), 1, m{"owner_id": nil}).ok(200).is("owner_id", nil)
		group.delete("/risks/"+owned.id(), 2).ok(204)
		group.get("/risks?sources=C.3.4&register_id="+register).ok(200).is("items.0.id", r.id())
		group.get("/risks?status=identified&sort=-level_rank&q=annet").ok(200).is("items.0.id", r.id())
		group.verb("/risk-registers/"+register+"/close", 1, nil).refused(409, "blocked")
		group.delete(at, r.version()).ok(204)
		shut := aRisk(h, register, nil)
		at = "/risks/" + shut.id()
		group.verb(at+"/close", shut.version(), m{"reason": "not_a_risk"}).refused(403, "separation_of_duties").is("earlier_action", "create")
		shut = h.as("group2").verb(at+"/close", shut.version(), m{"reason": "not_a_risk"}).ok(200)
		group.verb("/risk-registers/"+register+"/close", 1, nil).ok(200).is("status", "closed")
		group.post("/risks", m{"scope": fracture, "register_id": register, "title": "x"}).refused(422, "invalid_content", "/register_id")
		h.seen()
		group.verb(at+"/reopen", shut.version(), m{"reason": "Likevel."}).refused(409, "blocked").
			is("blockers.0.code", "closed_register").is("blockers.0.link", "/api/v1/risk-registers/"+register)
		h.events()
		group.verb("/risk-registers/"+register+"/reopen", 2, m{"reason": "Trengs igjen."}).ok(200).is("status", "active")
		group.verb(at+"/reopen", shut.version(), m{"reason": "Likevel."}).ok(200).is("status", "identified")
		h.events("group risk_register:reopen", "group risk:reopen")
	})
}

func TestRiskMatrixOverHTTP(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register, group := aRegister(h), h.as("group")
		for _, stage := range []string{"residual", "inherent"} {
			r := aRisk(h, register, m{"title": "<b>Farlig</b>"})
			r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("inherent", 3, 4)).ok(200)
			r = group.verb("/risks/"+r.id()+"/treat", r.version(), m{"option": "mitigate", "plan": "x"}).ok(200)
			group.verb("/risks/"+r.id()+"/assess", r.version(), judged(stage, 3, 4)).ok(200)
		}
		at := "/risk-registers/" + register + "/matrix?stage=residual"
		x := group.get(at).ok(200).is("total", 2).is("method.edition", 1).is("axes.likelihood.steps.4.value", 5).is("unplaced.0.note", "not_assessed").
			is("cells.13.level", "high").is("cells.13.count", 1).is("cells.13.risks.0.title", "<b>Farlig</b>")
		if x.header.Get("ETag") == "" || !strings.Contains(strings.Join(x.header.Values("Vary"), ","), "Accept") {
			t.Errorf("headers %v", x.header)
		}
		group.with("If-None-Match", x.header.Get("ETag")).get(at).ok(304)
		for lang, title := range map[string]string{"nb": "Sannsynlighet", "en": "Likelihood"} {
			svg := group.with("Accept", "image/svg+xml").with("Accept-Language", lang).get(at).ok(200)
			if !strings.HasPrefix(svg.header.Get("Content-Type"), "image/svg+xml") || !strings.Contains(string(svg.body), title) || strings.Contains(string(svg.body), "<b>") {
				t.Errorf("%s: %s", lang, svg.body)
			}
		}
		group.with("Accept", "image/avif,image/svg+xml,image/*,*/*;q=0.8").get(at).ok(200).isType("image/svg+xml")
		group.with("Accept", "*/*").get(at).ok(200).isType("application/json")
		group.with("Accept", "text/csv").get(at).refused(406, "not_acceptable")
		group.get("/risk-registers/"+register+"/matrix?stage=next").refused(400, "bad_parameter")
		group.get("/risk-registers/"+register+"/matrix?stage=current,next").refused(400, "bad_parameter")
		h.as("owner2").get(at).refused(404, "not_found")
	})
}

func (r *reply) isType(want string) {
	r.t.Helper()
	if got := r.header.Get("Content-Type"); !strings.HasPrefix(got, want) {
		r.t.Errorf("%s: %s", r.what, got)
	}
}
