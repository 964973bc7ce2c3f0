package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
)

// ids returns the ids of the items of a list.
func (r *reply) ids() []string {
	r.t.Helper()
	out := []string{}
	for _, i := range r.ok(200).items() {
		out = append(out, i["id"].(string))
	}
	return out
}

// Bodies have parent bodies, predecessors, and organisations and people as members.
func TestGoverningBodies(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "admin", "council", "observer"} {
			h.id(p)
		}
		secretariat := h.as("secretariat")
		hdir := organisation(h, "prove-hdir", "Helsedirektoratet", nil)
		norge := body(h, "prove-speil", "mirror_committee", "", m{"lead_organisation_id": hdir.id()})
		h.row("S0_1_body_tree", func() {
			group := body(h, "prove-helse", "working_group", "working_group", m{"parent_id": norge.id()})
			under := body(h, "prove-under", "committee", "", m{"parent_id": group.id()})
			if got := h.as("employee").get("/bodies?parent_id=" + norge.id()).ids(); !slices.Equal(got, []string{group.id()}) {
				h.t.Errorf("under the committee: %v", got)
			}
			h.as("employee").get("/bodies/prove-helse/links").ok(200)
			h.seen()
			secretariat.patch("/bodies/prove-speil", 1, m{"parent_id": norge.id()}).refused(422, "invalid_content", "/parent_id")
			secretariat.patch("/bodies/prove-speil", 1, m{"parent_id": under.id()}).refused(422, "invalid_content", "/parent_id")
			secretariat.patch("/bodies/prove-speil", 1, m{"parent_id": "prove-under"}).refused(422, "invalid_content", "/parent_id")
			secretariat.patch("/bodies/prove-speil", 1, m{"predecessor_id": norge.id()}).refused(422, "invalid_content", "/predecessor_id")
			secretariat.post("/bodies", m{"scope": "/siv/", "key": "x", "kind": "council", "name": m{"nb": "X", "en": "X"}, "purpose": m{"nb": "X", "en": "X"}, "parent_id": "finnes-ikke"}).refused(422, "invalid_content", "/parent_id")
			secretariat.post("/bodies", m{"scope": "/siv/", "key": "X!", "kind": "klubb", "name": m{}, "purpose": m{"nb": "X", "en": " "}, "member_role": "administrator", "powers": []string{"herske"}}).
				refused(422, "invalid_content", "/key", "/kind", "/name", "/purpose/en", "/member_role", "/powers/0")
			h.as("council").post("/bodies", m{"scope": "/siv/", "key": "x", "kind": "council", "name": m{"nb": "X", "en": "X"}, "purpose": m{"nb": "X", "en": "X"}}).refused(403, "forbidden")
			h.events()
			h.as("employee").get("/bodies/prove-speil").ok(200).is("parent_id", nil).is("version", 1)
		})
		h.row("S1_9_child_arenas", func() {
			arena := body(h, "prove-arena", "committee", "", m{"parent_id": "prove-speil", "name": m{"nb": "Internasjonal arena", "en": "International arena"}})
			if got := h.as("employee").get("/bodies?kind=committee&parent_id=" + norge.id()).ids(); !slices.Contains(got, arena.id()) {
				h.t.Errorf("the arena is not under its council: %v", got)
			}
		})
		h.row("S1_10_body_and_project", func() {
			units := h.as("admin").get("/units?kind=project&scope=/siv/").ok(200).items()
			project := units[0]["id"].(string)
			r := secretariat.patch("/bodies/prove-speil", 1, m{"project_ids": []string{project}}).ok(200)
			r.is("project_ids.0", project)
			secretariat.patch("/bodies/prove-speil", 2, m{"project_ids": []string{norge.id()}}).refused(422, "invalid_content", "/project_ids/0")
			if got := h.as("employee").get("/bodies?project_ids=" + project).ids(); !slices.Equal(got, []string{norge.id()}) {
				h.t.Errorf("bodies of the project: %v", got)
			}
		})
		h.row("S1_11_predecessor_and_interim", func() {
			old := body(h, "prove-bedre", "council", "ai_council", m{"term_to": "2023-12-31"})
			interim := body(h, "prove-interim", "working_group", "working_group", m{"predecessor_id": old.id(), "interim": true, "term_from": "2024-01-01", "term_to": "2024-04-01"})
			next := body(h, "prove-rad", "council", "ai_council", m{"predecessor_id": interim.id(), "term_from": "2024-04-01"})
			interim.is("interim", true).is("term_to", "2024-04-01")
			if got := h.as("employee").get("/bodies?interim=true").ids(); !slices.Equal(got, []string{interim.id()}) {
				h.t.Errorf("interim: %v", got)
			}
			if got := h.as("employee").get("/bodies?predecessor_id=" + interim.id()).ids(); !slices.Equal(got, []string{next.id()}) {
				h.t.Errorf("successors: %v", got)
			}
			secretariat.patch("/bodies/prove-bedre", 1, m{"predecessor_id": next.id()}).refused(422, "invalid_content", "/predecessor_id")
			h.as("admin").patch("/bodies/prove-interim", 1, m{"term_to": "2023-01-01"}).refused(422, "invalid_content", "/term_to")
			h.as("management").post("/cases", m{"scope": "/siv/", "body_id": "prove-bedre", "title": "For sent", "kind": "input"}).refused(409, "term_ended")
		})
		h.row("S0_2_one_lead_at_a_time", func() {
			body(h, "prove-leder", "council", "ai_council", m{"term_from": "2026-01-01", "term_to": "2027-12-31"})
			in := func(person, from, to string) m {
				return m{"scope": "/siv/", "body_id": "prove-leder", "user_id": h.id(person), "position": "lead", "valid_from": from, "valid_to": to}
			}
			first := secretariat.post("/memberships", in("council", "2026-01-01", "2026-12-31")).ok(201)
			h.seen()
			secretariat.post("/memberships", in("council2", "2026-12-31", "2027-12-31")).refused(409, "has_lead", "/valid_from")
			secretariat.post("/memberships", merged(in("council2", "2026-06-01", ""), m{"valid_to": nil})).refused(409, "has_lead", "/valid_from")
			h.events()
			second := secretariat.post("/memberships", in("council2", "2027-01-01", "2027-12-31")).ok(201)
			secretariat.patch("/memberships/"+second.id(), 1, m{"valid_from": "2026-12-01"}).refused(409, "has_lead", "/valid_from")
			h.act("management", "/memberships/"+first.id(), "confirm", nil).ok(200)
			h.act("management", "/memberships/"+second.id(), "confirm", nil).ok(200)
			h.events("secretariat membership:create", "management membership:confirm", "management membership:confirm")
			h.as("employee").get("/bodies/prove-leder/overview").ok(200).is("members.0.position", "lead").is("members.0.members.0.user_id", h.id("council")).is("days_left", 405)
		})
		h.row("S0_3_organisations_are_members", func() {
			ahus := organisation(h, "prove-ahus", "Akershus universitetssykehus", nil)
			in := m{"scope": "/siv/", "body_id": "prove-leder", "organisation_id": ahus.id(), "position": "member", "valid_from": "2026-03-01", "valid_to": "2027-06-30"}
			h.seen()
			secretariat.post("/memberships", merged(in, m{"organisation_id": nil})).refused(422, "invalid_content", "/organisation_id")
			secretariat.post("/memberships", merged(in, m{"organisation_id": "finnes-ikke"})).refused(422, "invalid_content", "/organisation_id")
			secretariat.post("/memberships", merged(in, m{"valid_from": "2025-12-31"})).refused(422, "invalid_content", "/valid_from")
			secretariat.post("/memberships", merged(in, m{"valid_from": "2025-12-31", "valid_to": "2028-01-01"})).refused(422, "invalid_content", "/valid_from", "/valid_to")
			secretariat.post("/memberships", merged(in, m{"valid_to": "2026-02-01"})).refused(422, "invalid_content", "/valid_to")
			h.events()
			r := secretariat.post("/memberships", in).ok(201).is("user_id", nil).is("in_parent_body", nil)
			secretariat.patch("/memberships/"+r.id(), 1, m{"valid_to": "2028-01-01"}).refused(422, "invalid_content", "/valid_to")
			h.act("management", "/memberships/"+r.id(), "confirm", nil).ok(200).is("status", "active")
			h.as("employee").get("/bodies/prove-leder/overview").ok(200).is("members.1.position", "member").is("members.1.members.0.organisation", "Akershus universitetssykehus")
			h.events("secretariat membership:create", "management membership:confirm")
		})
		h.row("S0_3_term_of_the_mandate", func() {
			body(h, "prove-periode", "council", "ai_council", nil)
			mandated(h, "prove-periode", []string{"advise"}, nil)
			secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "prove-periode", "user_id": h.id("council"), "position": "lead", "valid_from": "2026-01-31", "valid_to": "2028-01-01"}).
				refused(422, "invalid_content", "/valid_from", "/valid_to")
			secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "prove-periode", "user_id": h.id("council"), "position": "lead", "valid_from": "2026-02-01", "valid_to": "2027-12-31"}).ok(201)
		})
		h.row("S1_4_dated_members_and_an_observer", func() {
			body(h, "prove-datert", "council", "ai_council", nil)
			seat(h, "prove-datert", "", "lead", m{"organisation_id": hdir.id(), "valid_from": "2024-04-01"})
			seat(h, "prove-datert", "", "member", m{"organisation_id": organisation(h, "prove-fhi", "FHI", nil).id(), "valid_from": "2024-04-01", "valid_to": "2025-12-31"})
			watch := seat(h, "prove-datert", "", "observer", m{"organisation_id": organisation(h, "prove-kin", "KIN", nil).id(), "valid_from": "2024-04-01"})
			organisation(h, "prove-dmp", "DMP", nil) // an organisation that is not a member
			o := h.as("employee").get("/bodies/prove-datert/overview").ok(200).is("members.0.position", "lead").is("members.1.position", "observer").is("members.1.members.0.membership_id", watch)
			if strings.Contains(string(o.body), "DMP") || strings.Contains(string(o.body), "FHI") {
				h.t.Errorf("only who sits there today: %s", o.body)
			}
			if n := len(h.as("management").get("/memberships?body_id=" + o.str("body.id")).ok(200).items()); n != 3 {
				h.t.Errorf("%d memberships", n)
			}
		})
		h.row("S4_12_on_behalf_of", func() {
			ks := organisation(h, "prove-ks", "KS", nil)
			h.seen()
			r := secretariat.post("/memberships", m{
				"scope": "/siv/", "body_id": "prove-leder", "organisation_id": organisation(h, "prove-trondheim", "Trondheim kommune", nil).id(), "position": "active_participant", "on_behalf_of": ks.id(), "in_parent_body": true,
			}).ok(201).is("on_behalf_of", ks.id()).is("in_parent_body", true)
			secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "prove-leder", "organisation_id": organisation(h, "prove-ldo", "LDO", nil).id(), "position": "active_participant", "in_parent_body": false}).
				ok(201).is("in_parent_body", false).is("on_behalf_of", nil)
			secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "prove-leder", "organisation_id": ks.id(), "position": "unspecified", "on_behalf_of": "Sikt"}).ok(201).is("on_behalf_of", "Sikt").is("in_parent_body", nil)
			links := string(h.as("management").get("/memberships/" + r.id() + "/links").ok(200).body)
			if !strings.Contains(links, ks.id()) {
				h.t.Errorf("no link to whom it speaks for: %s", links)
			}
		})
	})
}

func mandateDraft(h *installation, of string, more m) *reply {
	h.t.Helper()
	return h.as("secretariat").post("/mandates", merged(m{
		"scope": "/siv/", "body_id": of, "title": "Mandat", "purpose": "Prøve", "powers": []string{"advise"}, "valid_from": "2026-02-01", "valid_to": "2027-12-31",
	}, more))
}

// A mandate is drafted, adopted and superseded. It says how often the body must meet, and when its term ends.
func TestGoverningMandates(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "council", "council2"} {
			h.id(p)
		}
		secretariat := h.as("secretariat")
		body(h, "prove-rad", "council", "ai_council", nil)
		lead := seat(h, "prove-rad", "council", "lead", nil)
		h.seen()
		h.row("S1_12_draft_adopted_superseded", func() {
			r := mandateDraft(h, "prove-rad", nil).ok(201).is("status", "draft").is("edition", 1).is("adopted_at", nil)
			at := "/mandates/" + r.id()
			h.as("management").verb(at+"/adopt", 1, nil).refused(409, "wrong_state")
			h.act("secretariat", at, "submit", nil).ok(200).is("status", "in_review")
			secretariat.patch(at, 2, m{"title": "Annet"}).refused(409, "wrong_state")
			h.act("council", at, "adopt", nil).refused(403, "forbidden")
			h.act("secretariat", at, "withdraw", m{"reason": "Skrivefeil"}).ok(200).is("status", "draft")
			h.act("secretariat", at, "submit", nil).ok(200)
			h.act("management", at, "adopt", nil).ok(200).is("status", "adopted").is("adopted_by", h.id("management"))
			h.events("secretariat mandate:create", "secretariat mandate:submit", "secretariat mandate:withdraw", "secretariat mandate:submit", "management mandate:adopt")
			next := mandateDraft(h, "prove-rad", nil).ok(201).is("edition", 2)
			h.act("secretariat", "/mandates/"+next.id(), "submit", nil).ok(200)
			h.act("management", "/mandates/"+next.id(), "adopt", nil).ok(200)
			h.events("secretariat mandate:create", "secretariat mandate:submit", "management mandate:adopt", "management mandate:supersede")
			old := h.as("management").get(at).ok(200).is("status", "superseded")
			secretariat.patch(at, old.version(), m{"title": "Annet"}).refused(409, "wrong_state")
			secretariat.delete(at, old.version()).refused(409, "wrong_state")
			h.as("employee").get(at).refused(404, "not_found")
			h.as("employee").get("/mandates/" + next.id()).ok(200)
			h.events()
		})
		h.row("editions_after_a_draft_was_deleted", func() {
			body(h, "prove-utgaver", "council", "ai_council", nil)
			first := mandateDraft(h, "prove-utgaver", nil).ok(201).is("edition", 1)
			drafts := []*reply{mandateDraft(h, "prove-utgaver", nil).ok(201).is("edition", 2), mandateDraft(h, "prove-utgaver", nil).ok(201).is("edition", 3)}
			secretariat.delete("/mandates/"+first.id(), 1).ok(204)
			drafts = append(drafts, mandateDraft(h, "prove-utgaver", nil).ok(201).is("edition", 4))
			for _, d := range drafts {
				h.act("secretariat", "/mandates/"+d.id(), "submit", nil).ok(200)
				h.act("management", "/mandates/"+d.id(), "adopt", nil).ok(200)
			}
			if got := h.as("management").get("/mandates?status=adopted&body_id=" + drafts[0].str("body_id")).ids(); !slices.Equal(got, []string{drafts[2].id()}) {
				h.t.Errorf("in force at once: %v", got)
			}
			h.seen()
		})
		h.row("S1_10_S4_1_source", func() {
			source := m{"title": "Tildelingsbrev til Helsedirektoratet for 2024", "ref": "TB 2024-34", "url": "https://www.regjeringen.no/tb"}
			r := mandateDraft(h, "prove-rad", m{"source": source, "deliverables": []m{{"title": "Leveranse til Skates fagdager", "due": "2027-05-15"}}}).ok(201)
			r.is("source.ref", "TB 2024-34").is("source.url", "https://www.regjeringen.no/tb").is("deliverables.0.due", "2027-05-15")
			mandateDraft(h, "prove-rad", m{"source": m{"ref": "18/2022"}}).refused(422, "invalid_content", "/source/title")
			mandateDraft(h, "prove-rad", m{"source": m{"title": "Skate-sak", "ref": "18/2022", "url": "javascript:alert(1)"}}).refused(422, "invalid_content", "/source/url")
			secretariat.delete("/mandates/"+r.id(), 1).ok(204)
			h.seen()
		})
		h.row("S1_5_cadence_bad", func() {
			mandateDraft(h, "prove-rad", m{"cadence": m{"min": 4, "max": 3, "per": "P6M"}}).refused(422, "invalid_content", "/cadence/max")
			mandateDraft(h, "prove-rad", m{"cadence": m{"min": 3, "max": 4}}).refused(422, "invalid_content", "/cadence/per")
			mandateDraft(h, "prove-rad", m{"cadence": m{"min": 3, "max": 4, "per": "P6M", "every": "P1M"}}).refused(422, "invalid_content", "/cadence/every")
			mandateDraft(h, "prove-rad", m{"cadence": m{"min": -1, "per": "seks måneder"}}).ok(422)
			mandateDraft(h, "prove-rad", m{"planned": m{"min": 8, "max": 6}}).refused(422, "invalid_content", "/planned/max")
			mandateDraft(h, "prove-rad", m{"valid_to": "2026-01-01"}).refused(422, "invalid_content", "/valid_to")
			h.events()
		})
		h.row("S1_5_behind_its_cadence", func() {
			mandated(h, "prove-rad", []string{"advise"}, m{"cadence": m{"min": 3, "max": 4, "per": "P6M", "text": "tre–fire møter i halvåret"}})
			h.as("employee").get("/bodies/prove-rad").ok(200).is("behind_cadence", true)
			o := h.as("council").get("/bodies/prove-rad/overview").ok(200)
			o.is("cadence.behind", true).is("cadence.held", 0).is("cadence.periods.1.from", "2026-02-01").is("cadence.periods.1.to", "2026-07-31").is("cadence.periods.1.least", 3).
				is("cadence.periods.1.behind", true).is("cadence.periods.0.from", "2026-08-01").is("cadence.periods.0.behind", false)
			for _, day := range []string{"2026-02-01T08:00:00Z", "2026-05-04T08:00:00Z", "2026-07-31T21:59:00Z"} {
				h.as("employee").get("/bodies/prove-rad").ok(200).is("behind_cadence", true)
				c := admitted(h, "prove-rad", "council", "council", nil)
				id := planned(h, "prove-rad", "council", []string{c}, m{"starts_at": day, "ends_at": nil})
				h.act("council", "/meetings/"+id, "hold", roll(lead)).ok(200)
			}
			h.as("employee").get("/bodies/prove-rad").ok(200).is("behind_cadence", false)
			h.as("council").get("/bodies/prove-rad/overview").ok(200).is("cadence.behind", false).is("cadence.held", 3).is("cadence.periods.1.held", 3)
			// For a caller who may not read the meetings, the count is absent and not zero.
			for _, path := range []string{"overview", "annual-report?year=2026"} {
				h.as("employee").get("/bodies/prove-rad/"+path).ok(200).is("cadence.behind", nil).is("cadence.held", nil).is("cadence.periods.1.held", nil).
					is("cadence.periods.1.planned", nil).is("cadence.periods.1.behind", nil).is("cadence.periods.1.least", 3)
			}
			for who, told := range map[string]bool{"council": true, "employee": false} {
				for _, as := range []string{"text/markdown", "text/html"} {
					r := h.as(who).with("Accept", as).get("/bodies/prove-rad/annual-report?year=2025").ok(200)
					if strings.Contains(string(r.body), "Ingen møter ble holdt.") != told {
						h.t.Errorf("what %s is told of no meetings:\n%s", who, r.body)
					}
				}
			}
		})
		h.row("S4_8_monthly_six_to_eight_in_all", func() {
			body(h, "prove-maaned", "working_group", "working_group", nil)
			first := seat(h, "prove-maaned", "group", "lead", nil)
			second := seat(h, "prove-maaned", "group2", "member", nil)
			mandated(h, "prove-maaned", []string{"propose"}, m{"cadence": m{"every": "P1M"}, "planned": m{"min": 6, "max": 8}, "valid_from": "2026-09-01"})
			h.as("employee").get("/bodies/prove-maaned").ok(200).is("behind_cadence", true)
			var last string
			for _, day := range []string{"2026-09-10T08:00:00Z", "2026-10-10T08:00:00Z"} {
				c := admitted(h, "prove-maaned", "group", "group", nil)
				last = "/meetings/" + planned(h, "prove-maaned", "group", []string{c}, m{"starts_at": day, "ends_at": nil})
				h.act("group", last, "hold", m{"attendance": []m{{"membership_id": first, "presence": "present"}, {"membership_id": second, "presence": "absent"}}}).ok(200).
					is("attendance.1.membership_id", second).is("attendance.1.presence", "absent").is("quorum.met", false)
			}
			o := h.as("group").get("/bodies/prove-maaned/overview").ok(200)
			o.is("cadence.every", "P1M").is("cadence.planned.min", 6).is("cadence.planned.max", 8).is("cadence.held", 2).is("cadence.behind", false).is("cadence.periods.1.from", "2026-10-01").is("cadence.periods.1.held", 1)
		})
		h.row("periods_from_the_last_of_a_month", func() {
			body(h, "prove-sist", "council", "ai_council", nil)
			mandated(h, "prove-sist", []string{"advise"}, m{"cadence": m{"every": "P1M"}, "valid_from": "2026-08-31"})
			h.as("employee").get("/bodies/prove-sist/overview").ok(200).is("cadence.periods.0.from", "2026-10-31").is("cadence.periods.0.to", "2026-11-29").
				is("cadence.periods.1.from", "2026-09-30").is("cadence.periods.1.to", "2026-10-30")
			body(h, "prove-aldri", "council", "ai_council", nil)
			mandated(h, "prove-aldri", []string{"advise"}, m{"cadence": m{"every": "P0D"}})
			h.as("management").get("/bodies/prove-aldri/overview").ok(200).is("cadence.periods", "[]").is("cadence.behind", false)
		})
		h.row("S1_7_evaluation", func() {
			for i, outcome := range []string{"continue", "change", "close"} {
				key := []string{"prove-e1", "prove-e2", "prove-e3"}[i]
				body(h, key, "council", "ai_council", nil)
				r := mandated(h, key, []string{"advise"}, m{"evaluation_due": "2026-12-31"}).is("evaluation", nil)
				at := "/mandates/" + r.id()
				waits := func(path string) map[string]any {
					for _, i := range h.as("management").get(path).ok(200).items() {
						if i["record_id"] == r.id() {
							return i
						}
					}
					return nil
				}
				if i == 0 {
					for _, s := range []struct{ day, stage string }{{"2026-11-30", ""}, {"2026-12-01", "P30D"}, {"2026-12-24", "P7D"}, {"2026-12-31", "P7D"}, {"2027-01-01", "overdue"}} {
						day, _ := time.Parse(time.DateOnly, s.day)
						h.set(day.Add(10 * time.Hour))
						h.tokens = map[string]string{}
						if w := waits("/me/tasks?kind=mandate"); (w == nil) != (s.stage == "") || w != nil && (w["action"] != "evaluate" || w["due"] != "2026-12-31") {
							h.t.Errorf("%s: the task is %v", s.day, w)
						}
						if w := waits("/me/notifications"); s.stage == "" && w != nil || s.stage != "" && w["stage"] != s.stage {
							h.t.Errorf("%s: want %q, got %v", s.day, s.stage, w)
						}
					}
					secretariat = h.as("secretariat")
				}
				h.act("secretariat", at, "evaluate", m{"outcome": outcome, "reason": "A"}).refused(403, "forbidden")
				h.act("management", at, "evaluate", m{"outcome": "kanskje", "reason": " "}).refused(422, "invalid_content", "/outcome", "/reason")
				h.seen()
				h.act("management", at, "evaluate", m{"outcome": outcome, "reason": "Rådet har gitt råd"}).ok(200).is("evaluation.outcome", outcome).is("evaluation.by", h.id("management")).is("status", "adopted")
				h.act("management", at, "evaluate", m{"outcome": outcome, "reason": "Igjen"}).refused(409, "evaluated")
				h.events("management mandate:evaluate")
				if w := waits("/me/notifications"); w != nil {
					h.t.Errorf("it is reminded of still: %v", w)
				}
			}
		})
	})
}

// The end of the term blocks new cases until it is extended, or renewed by another edition that was adopted.
func TestGoverningTerm_S1_6(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "council"} {
			h.id(p)
		}
		body(h, "prove-rad", "council", "ai_council", nil)
		seat(h, "prove-rad", "council", "lead", nil)
		md := mandated(h, "prove-rad", []string{"advise"}, m{"valid_to": "2026-11-30"})
		in := m{"scope": "/siv/", "body_id": "prove-rad", "title": "Sak", "kind": "input"}
		waiting := h.as("council").post("/cases", in).ok(201)
		body(h, "prove-paske", "council", "", nil)
		mandated(h, "prove-paske", []string{"advise"}, m{"valid_to": "2027-04-01"})
		h.as("council").get("/bodies/prove-paske/overview").ok(200).is("days_left", 131) // daylight saving time begins on 28 March
		h.as("council").get("/bodies/prove-rad/overview").ok(200).is("days_left", 9).is("term_ends", "2026-11-30").is("mandate.edition", 1)
		h.nextDay(9)
		h.as("council").post("/cases", in).ok(201) // the last day
		h.nextDay(1)
		h.seen()
		h.as("council").post("/cases", in).refused(409, "term_ended")
		h.as("secretariat").post("/cases", in).refused(409, "term_ended")
		h.as("council").verb("/cases/"+waiting.id()+"/submit", 1, nil).refused(409, "term_ended")
		h.as("council").get("/bodies/prove-rad/overview").ok(200).is("mandate", nil)
		// A draft mandate does not renew the term.
		next := mandateDraft(h, "prove-rad", m{"valid_from": "2026-12-01"}).ok(201)
		h.as("council").post("/cases", in).refused(409, "term_ended")
		at := "/mandates/" + md.id()
		h.act("secretariat", at, "extend", m{"until": "2026-12-31", "reason": "A"}).refused(403, "forbidden")
		h.act("council", at, "extend", m{"until": "2026-12-31", "reason": "A"}).refused(403, "forbidden")
		h.act("management", at, "extend", m{"until": "2026-11-30", "reason": "A"}).refused(422, "invalid_content", "/until")
		h.act("management", at, "extend", m{"until": nil}).refused(422, "invalid_content", "/until", "/reason")
		h.events("secretariat mandate:create")
		h.act("management", at, "extend", m{"until": "2026-12-15", "reason": "Evalueringen er ikke ferdig"}).ok(200).is("valid_to", "2026-12-15").is("edition", 1).is("status", "adopted")
		h.events("management mandate:extend")
		h.as("council").verb("/cases/"+waiting.id()+"/submit", 1, nil).ok(200)
		h.as("council").post("/cases", in).ok(201)
		h.nextDay(15)
		h.as("council").post("/cases", in).refused(409, "term_ended")
		h.act("secretariat", "/mandates/"+next.id(), "submit", nil).ok(200)
		h.as("council").post("/cases", in).refused(409, "term_ended")
		h.act("management", "/mandates/"+next.id(), "adopt", nil).ok(200)
		h.as("council").post("/cases", in).ok(201)
		h.as("council").get("/bodies/prove-rad/overview").ok(200).is("mandate.edition", 2).is("days_left", 380)
	})
}

// A case is admitted if it meets the mandate's criteria, handled, escalated to another body, and answered.
func TestGoverningCases(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		body(h, "prove-rad", "council", "ai_council", nil)
		elsewhere := "Send saken til virksomhetens egen arbeidsgruppe."
		mandated(h, "prove-rad", []string{"advise"}, m{"admission": m{"any_of": []string{"strategic", "national_interest"}, "otherwise": elsewhere}})
		lead := seat(h, "prove-rad", "council", "lead", nil)
		in := func(more m) m {
			return merged(m{"scope": "/siv/", "body_id": "prove-rad", "title": "Sak", "kind": "input", "strategic": true}, more)
		}
		council := h.as("council")
		h.seen()
		h.row("S1_2_kinds_of_case", func() {
			for _, kind := range []string{"orientation", "input", "discussion", "advice", "proposal", "decision"} {
				council.post("/cases", in(m{"kind": kind, "title": kind})).ok(201).is("kind", kind)
				h.events("council case:create")
			}
			council.post("/cases", in(m{"kind": "prat", "title": " ", "documents": []m{{"title": "", "url": "x"}}})).refused(422, "invalid_content", "/kind", "/title", "/documents/0/title", "/documents/0/url")
			council.post("/cases", in(m{"body_id": "finnes-ikke"})).refused(422, "invalid_content", "/body_id")
			council.post("/cases", in(m{"scope": "/siv/akutt/"})).refused(422, "invalid_content", "/scope")
			if n := len(council.get("/cases?kind=discussion").ok(200).items()); n != 1 {
				h.t.Errorf("%d discussions", n)
			}
			h.events()
		})
		h.row("S1_3_admissible", func() {
			mandateDraft(h, "prove-rad", m{"admission": m{"any_of": []string{}, "otherwise": " "}}).refused(422, "invalid_content", "/admission/any_of", "/admission/otherwise")
			c := council.post("/cases", in(m{"strategic": false})).ok(201)
			h.seen()
			h.act("council", "/cases/"+c.id(), "submit", nil).refused(409, "not_admissible").is("send_to", elsewhere).
				is("detail", "mandatet tar bare saker av denne typen: strategisk karakter eller nasjonal interesse. For andre saker: "+elsewhere)
			council.get("/cases/"+c.id()).ok(200).is("status", "draft")
			h.events()
			council.patch("/cases/"+c.id(), 1, m{"national_interest": true}).ok(200)
			h.act("council", "/cases/"+c.id(), "submit", nil).ok(200).is("submitted_by", h.id("council"))
			v := council.get("/cases/" + c.id()).ok(200).version()
			council.patch("/cases/"+c.id(), v, m{"national_interest": false}).ok(200)
			h.act("council", "/cases/"+c.id(), "admit", nil).refused(409, "not_admissible")
			h.act("council", "/cases/"+c.id(), "reject", m{}).refused(422, "invalid_content", "/reason")
			h.act("council", "/cases/"+c.id(), "reject", m{"reason": "Hører hjemme i gruppen"}).ok(200).is("status", "rejected").is("last_rejection.reason", "Hører hjemme i gruppen")
			h.events("council case:update", "council case:submit", "council case:update", "council case:reject")
		})
		h.row("written_by_whom", func() {
			// group is a member of another body of the same scope, and may submit cases to this one.
			theirs := h.as("group").post("/cases", in(nil)).ok(201)
			ours := council.post("/cases", in(nil)).ok(201)
			h.seen()
			h.as("group").patch("/cases/"+ours.id(), 1, m{"title": "Noe annet"}).refused(403, "not_a_member")
			h.as("group").patch("/cases/"+theirs.id(), 1, m{"summary": "Utdypet"}).ok(200)
			h.as("secretariat").patch("/cases/"+theirs.id(), 2, m{"documents": []m{{"title": "Saksfremlegg", "url": "https://arkiv.siv.no/1"}}}).ok(200)
			council.patch("/cases/"+theirs.id(), 3, m{"title": "Rettet"}).ok(200)
			h.events("group case:update", "secretariat case:update", "council case:update")
			h.act("group", "/cases/"+theirs.id(), "submit", nil).ok(200)
			h.as("group").patch("/cases/"+theirs.id(), 5, m{"title": "Noe annet"}).refused(403, "not_a_member")
			h.act("council", "/cases/"+theirs.id(), "admit", nil).ok(200)
			h.events("group case:submit", "council case:admit")
			h.as("group").patch("/cases/"+theirs.id(), 6, m{"title": "Noe annet", "strategic": false, "kind": "orientation"}).refused(403, "not_a_member")
			council.patch("/cases/"+theirs.id(), 6, m{"strategic": false}).refused(409, "not_admissible").is("send_to", elsewhere)
			h.events()
			council.patch("/cases/"+theirs.id(), 6, m{"strategic": false, "national_interest": true}).ok(200).is("status", "admitted")
			h.act("secretariat", "/cases/"+theirs.id(), "defer", m{"reason": "Senere"}).ok(200)
			council.patch("/cases/"+theirs.id(), 8, m{"national_interest": false}).refused(409, "not_admissible")
			h.events("council case:update", "secretariat case:defer")
		})
		h.row("a_later_mandate_closes_no_case", func() {
			body(h, "prove-senere", "council", "ai_council", nil)
			seat(h, "prove-senere", "council", "lead", nil)
			c := "/cases/" + admitted(h, "prove-senere", "council", "council", nil)
			mandated(h, "prove-senere", []string{"advise"}, m{"admission": m{"any_of": []string{"strategic"}, "otherwise": elsewhere}})
			council.patch(c, 3, m{"title": "Rettet"}).ok(200)
			council.patch(c, 4, m{"national_interest": true}).refused(409, "not_admissible")
			council.patch(c, 4, m{"strategic": true}).ok(200)
			h.seen()
		})
		h.row("deferred_and_withdrawn", func() {
			c := admitted(h, "prove-rad", "council", "council", m{"strategic": true})
			h.seen()
			h.act("secretariat", "/cases/"+c, "defer", m{}).refused(422, "invalid_content", "/reason")
			h.act("secretariat", "/cases/"+c, "defer", m{"until": "2027-01-15", "reason": "Høringen er ikke ferdig"}).ok(200).is("status", "deferred").is("deferral.until", "2027-01-15")
			h.act("secretariat", "/cases/"+c, "withdraw", m{"reason": "A"}).refused(403, "not_submitter_or_owner")
			h.act("council", "/cases/"+c, "withdraw", m{"reason": "Løst"}).ok(200).is("status", "withdrawn")
			h.events("secretariat case:defer", "council case:withdraw")
		})
		h.row("deferred_before_it_was_taken_in", func() {
			c := council.post("/cases", in(m{"strategic": true})).ok(201).id()
			at := "/cases/" + c
			plan := m{"scope": "/siv/", "body_id": "prove-rad", "title": "Møte", "form": "digital", "starts_at": "2026-12-21T08:00:00Z", "agenda": []string{c}}
			h.act("council", at, "submit", nil).ok(200).is("deferred_from", nil)
			h.act("council", at, "defer", m{"reason": "Senere"}).ok(200).is("status", "deferred").is("deferred_from", "submitted")
			h.seen()
			council.post("/meetings", plan).refused(422, "invalid_content", "/agenda/0").is("errors.0.code", "not_admitted")
			meeting := "/meetings/" + council.post("/meetings", merged(plan, m{"agenda": []string{}})).ok(201).id()
			council.patch(meeting, 1, m{"agenda": []string{c}}).refused(422, "invalid_content", "/agenda/0").is("errors.0.code", "not_admitted")
			council.patch(at, 3, m{"strategic": false, "national_interest": false}).ok(200)
			h.act("council", at, "admit", nil).refused(409, "not_admissible")
			council.patch(at, 4, m{"strategic": true}).ok(200)
			h.act("council", at, "admit", nil).ok(200).is("status", "admitted").is("deferred_from", nil).is("deferral", nil)
			council.patch(meeting, 1, m{"agenda": []string{c}}).ok(200)
			h.events("council meeting:create", "council case:update", "council case:update", "council case:admit", "council meeting:update")
			h.act("council", at, "defer", m{"reason": "Senere"}).ok(200).is("deferred_from", "admitted")
			h.act("council", meeting, "call", nil).ok(200)
			council.get(at).ok(200).is("status", "on_agenda").is("deferred_from", nil)
			h.events("council case:defer", "council meeting:call", "council case:schedule")
			h.act("council", at, "defer", m{"reason": "Senere"}).ok(200).is("deferred_from", "on_agenda")
			h.seen()
		})
		h.row("S1_8_lifted_and_concluded_there", func() {
			c := admitted(h, "prove-rad", "council", "council", m{"strategic": true, "documents": []m{{"title": "Saksfremlegg", "url": "https://arkiv.siv.no/1"}}})
			at := "/cases/" + c
			h.seen()
			h.act("council", at, "escalate", m{"body_id": "prove-rad", "reason": "A"}).refused(422, "invalid_content", "/body_id")
			h.act("council", at, "escalate", m{"body_id": "finnes-ikke", "reason": "A"}).refused(422, "invalid_content", "/body_id")
			h.act("council", at, "escalate", m{"body_id": "prove-skate"}).refused(422, "invalid_content", "/reason")
			h.act("secretariat", at, "escalate", m{"body_id": "prove-skate", "reason": "A"}).refused(403, "forbidden")
			h.events()
			r := h.act("council", at, "escalate", m{"body_id": "prove-skate", "reason": "Gjelder hele sektoren"}).ok(200).is("status", "escalated").is("escalation.by", h.id("council")).is("escalation.answered_at", nil)
			h.events("council case:create", "council case:escalate")
			lifted := "/cases/" + r.str("escalation.case_id")
			h.as("council").get(lifted).ok(200).is("status", "submitted").is("body_id", r.str("escalation.body_id")).is("escalated_from_id", c).is("documents.0.title", "Saksfremlegg")
			h.act("council", at, "conclude", m{"text": "A"}).refused(409, "wrong_state")
			h.act("council2", lifted, "admit", nil).ok(200)
			meeting := "/meetings/" + planned(h, "prove-skate", "council", []string{lifted[7:]}, nil)
			h.act("council2", lifted, "conclude", m{"text": "Skate tar saken videre."}).refused(409, "not_held")
			h.act("council", meeting, "hold", roll(f.chair, f.second)).ok(200)
			h.seen()
			h.act("council2", lifted, "conclude", m{"text": "Skate tar saken videre."}).ok(200).is("status", "concluded").is("conclusion.by", h.id("council2"))
			h.events("council2 case:conclude", "council2 case:answer")
			h.as("council").get(at).ok(200).is("status", "admitted").is("escalation.answer", "Skate tar saken videre.").is("escalation.answered_at", "2026-11-21T10:00:00Z")
			met(h, "prove-rad", "council", []string{c}, lead)
			h.act("council", at, "conclude", m{"text": "Rådet slutter seg til."}).ok(200).is("status", "concluded").is("escalation.answer", "Skate tar saken videre.")
		})
		h.row("S1_8_answer_recorded", func() {
			c := admitted(h, "prove-rad", "council", "council", m{"strategic": true})
			at := "/cases/" + c
			h.act("council", at, "answer", m{"text": "A"}).refused(409, "wrong_state")
			lifted := "/cases/" + h.act("council", at, "escalate", m{"body_id": "prove-skate", "reason": "Større"}).ok(200).str("escalation.case_id")
			h.seen()
			h.act("secretariat", at, "answer", m{"text": " "}).refused(422, "invalid_content", "/text")
			h.act("observer", at, "answer", m{"text": "A"}).refused(403, "forbidden")
			h.act("secretariat", at, "answer", m{"text": "Brev av 20. november."}).ok(200).is("status", "admitted").is("escalation.answer", "Brev av 20. november.")
			h.events("secretariat case:answer")
			// A later conclusion of the other body does not change the case.
			h.act("council2", lifted, "admit", nil).ok(200)
			met(h, "prove-skate", "council", []string{lifted[7:]}, f.chair, f.second)
			h.seen()
			h.act("council2", lifted, "conclude", m{"text": "Noe annet."}).ok(200)
			h.events("council2 case:conclude")
			h.as("council").get(at).ok(200).is("escalation.answer", "Brev av 20. november.")
		})
	})
}

// A proposal has an addressee, a kind, expected effects, and risks.
func TestGoverningProposals(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		group := h.as("group")
		h.seen()
		h.row("S4_3_tiers", func() {
			for _, tier := range []any{nil, 0, 4, -1} {
				group.post("/proposals", proposalInput(m{"tier": tier})).refused(422, "invalid_content", "/tier")
			}
			h.events()
			for _, tier := range []int{3, 1, 2, 1} {
				group.post("/proposals", proposalInput(m{"tier": tier})).ok(201).is("tier", tier)
			}
			r := group.get("/proposals?sort=tier&limit=3").ok(200).is("items.0.tier", 1).is("items.1.tier", 1).is("items.2.tier", 2)
			group.get("/proposals?sort=tier&limit=3&cursor="+r.str("next_cursor")).ok(200).is("items.0.tier", 3)
			if n := len(group.get("/proposals?tier=1").ok(200).items()); n != 2 {
				h.t.Errorf("%d for Skate", n)
			}
			h.seen()
		})
		h.row("S4_4_kinds", func() {
			for _, kind := range []string{"common_solution", "common_method", "knowledge_transfer"} {
				group.post("/proposals", proposalInput(m{"kind": kind})).ok(201).is("kind", kind)
			}
			group.post("/proposals", proposalInput(m{"kind": "control"})).refused(422, "invalid_content", "/kind")
			h.events("group proposal:create", "group proposal:create", "group proposal:create")
		})
		h.row("S4_14_impacts", func() {
			impacts := []m{{"dimension": "administrative_values", "text": "Likebehandling"}, {"dimension": "human_rights", "text": "Forskjellsbehandling måles per gruppe"}}
			group.post("/proposals", proposalInput(m{"impacts": impacts})).ok(201).is("impacts.1.dimension", "human_rights").is("impacts.0.text", "Likebehandling")
			group.post("/proposals", proposalInput(m{"impacts": []m{{"dimension": "økonomi", "text": " "}}})).refused(422, "invalid_content", "/impacts/0/dimension", "/impacts/0/text")
			h.events("group proposal:create")
		})
		h.row("what_was_cast_counts_as_cast", func() {
			c := admitted(h, "prove-gruppe", "group2", "group", nil)
			meeting := met(h, "prove-gruppe", "group", []string{c}, f.lead, f.member)
			at := "/proposals/" + group.post("/proposals", proposalInput(m{"case_id": c, "meeting_id": meeting})).ok(201).id()
			h.act("group2", at, "vote", m{"vote": "against"}).ok(200)
			h.seen()
			h.act("group", at, "agree", votes(f.member, "for", f.lead, "for")).refused(422, "invalid_content", "/votes/0")
			h.events()
			h.act("group", at, "agree", votes(f.lead, "for")).ok(200).is("resolution.tally.for", 1).is("resolution.tally.against", 1)
			h.events("group proposal:agree")
		})
		h.row("of_its_own_body", func() {
			c := admitted(h, "prove-skate", "council", "council", nil)
			h.as("management").get("/cases/" + c).ok(200)
			h.seen()
			group.post("/proposals", proposalInput(m{"case_id": c})).ok(422)
			h.as("council").post("/proposals", proposalInput(nil)).refused(403, "not_a_member")
			h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "ki-rad-siv", "case_id": c, "title": "A", "outcome": "approve", "reasons": "A"}).refused(422, "invalid_content", "/case_id")
			h.events()
		})
	})
}

// The overview and the annual report of a body.
func TestGoverningReports(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		p := agreed(h, f, m{"tier": 2})
		made := h.as("group").post("/measures", m{"scope": "/siv/", "title": "Lag | veilederen", "kind": "method", "source_id": p, "executors": []string{"Digdir"}}).ok(201)
		d := decidedOn(h, f, p, "approve", nil)
		h.act("council", "/decisions/"+d.id(), "adopt", votes(f.chair, "for", f.second, "against")).ok(200)
		open := admitted(h, "prove-gruppe", "group2", "group", m{"title": "Åpen <sak>"})
		planned(h, "prove-gruppe", "group", []string{open}, m{"starts_at": "2026-12-01T08:00:00Z", "ends_at": nil, "place": "Møterom Færder", "title": "Møte; neste, år"})
		group := h.as("group")
		h.row("overview", func() {
			o := group.get("/bodies/prove-gruppe/overview").ok(200)
			o.is("body.kind", "working_group").is("mandate.powers.0", "propose").is("mandate.edition", 1).is("days_left", 405).is("cadence", nil).
				is("members.0.position", "lead").is("members.1.position", "member").is("members.2.position", "observer").
				is("measures.0.tier", 2).is("measures.0.status", "decided").is("measures.0.count", 1).is("next_meeting.on", "2026-12-01")
			cases := o.at("open_cases").([]any)
			if len(cases) != 2 { // the case of the agreed proposal is not concluded, so it is open too
				h.t.Errorf("%d open cases: %s", len(cases), o.body)
			}
			h.as("employee").get("/bodies/prove-gruppe/overview").ok(200).is("open_cases", "[]").is("measures", "[]")
			group.get("/bodies/finnes-ikke/overview").refused(404, "not_found")
		})
		h.row("annual_report", func() {
			r := group.get("/bodies/prove-gruppe/annual-report?year=2026").ok(200)
			r.is("year", 2026).is("meetings.0.present", 2).is("meetings.0.quorum", true).is("proposals.0.tier", 2).is("proposals.0.outcome", "approve").is("measures.0.title", "Lag | veilederen")
			group.get("/bodies/prove-gruppe/annual-report?year=2025").ok(200).is("meetings", "[]").is("proposals", "[]").is("cases", "[]")
			group.get("/bodies/prove-gruppe/annual-report").ok(200).is("year", 2026)
			for _, year := range []string{"x", "-1", "99999"} {
				group.get("/bodies/prove-gruppe/annual-report?year="+year).refused(400, "bad_parameter", "?year")
			}
			if name, _ := r.at("members.0.members.0.name").(string); name == "" {
				h.t.Errorf("the lead has no name: %s", r.at("members"))
			}
			h.as("council").get("/bodies/prove-skate/annual-report?year=2026").ok(200).is("decisions.0.tally.against", 1).is("decisions.0.outcome", "approve")
			md := group.with("Accept", "text/markdown").get("/bodies/prove-gruppe/annual-report?year=2026").ok(200)
			if got := md.header.Get("Content-Type"); !strings.HasPrefix(got, "text/markdown") {
				h.t.Errorf("Content-Type %s", got)
			}
			for _, want := range []string{"# Årsrapport 2026: prove-gruppe", "vedtatt", "leder", "foreslå", "utgave 1", `Åpen \<sak\>`} {
				if !strings.Contains(string(md.body), want) {
					h.t.Errorf("the report lacks %q:\n%s", want, md.body)
				}
			}
			page := group.with("Accept", "text/html").get("/bodies/prove-gruppe/annual-report?year=2026").ok(200)
			if s := string(page.body); !strings.Contains(s, "<h1") || !strings.Contains(s, `lang="nb"`) || strings.Contains(s, "<sak>") || !strings.Contains(s, "Åpen &lt;sak&gt;") {
				h.t.Errorf("the page:\n%s", s)
			}
			en := group.with("Accept", "text/html").with("Accept-Language", "en").get("/bodies/prove-gruppe/annual-report?year=2026").ok(200)
			if s := string(en.body); !strings.Contains(s, "Annual report 2026") || !strings.Contains(s, `lang="en"`) {
				h.t.Errorf("the page in English:\n%s", s)
			}
			group.with("Accept", "application/pdf").get("/bodies/prove-gruppe/annual-report").refused(406, "not_acceptable")
		})
		h.row("calendar", func() {
			r := group.get("/bodies/prove-gruppe/calendar").ok(200)
			if got := r.header.Get("Content-Type"); !strings.HasPrefix(got, "text/calendar") {
				h.t.Errorf("Content-Type %s", got)
			}
			cal, err := ics.ParseCalendar(strings.NewReader(string(r.body)))
			if err != nil {
				h.t.Fatalf("%v: %s", err, r.body)
			}
			if n := len(cal.Events()); n != 2 {
				h.t.Fatalf("%d events: %s", n, r.body)
			}
			found := false
			for _, e := range cal.Events() {
				at, err := e.GetStartAt()
				if err != nil {
					h.t.Fatal(err)
				}
				if at.Equal(time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)) {
					found = true
					if s := e.GetProperty(ics.ComponentPropertySummary).Value; !strings.Contains(s, "Møte; neste, år") {
						h.t.Errorf("summary %q", s)
					}
				}
			}
			if !found {
				h.t.Errorf("the meeting in December is missing: %s", r.body)
			}
			for _, line := range strings.Split(strings.TrimSuffix(string(r.body), "\r\n"), "\r\n") {
				if len(line) > 75 || strings.Contains(line, "\n") {
					h.t.Errorf("a line that RFC 5545 does not allow: %q", line)
				}
			}
			h.as("employee").get("/bodies/prove-gruppe/calendar").ok(200)
			h.as("").get("/bodies/prove-gruppe/calendar").refused(401, "unauthenticated")
		})
		h.row("the_year_begins_in_oslo", func() {
			h.set(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC))
			h.tokens = map[string]string{}
			h.as("group").get("/bodies/prove-gruppe/annual-report").ok(200).is("year", 2027)
		})
		h.row("a_year_is_told_of_as_it_stood", func() {
			on := func(day string) {
				at, err := time.Parse(time.DateOnly, day)
				if err != nil {
					h.t.Fatal(err)
				}
				h.set(at.Add(10 * time.Hour))
				h.tokens = map[string]string{}
			}
			report := func(year string) *reply {
				return h.as("management").get("/bodies/prove-gruppe/annual-report?year=" + year).ok(200)
			}
			on("2027-02-01")
			mandated(h, "prove-gruppe", []string{"propose"}, m{"valid_from": "2027-01-01", "cadence": m{"every": "P3M"}})
			h.act("management", "/memberships/"+f.member, "end", m{"reason": "Ny jobb"}).ok(200)
			to := "/measures/" + made.id()
			h.act("management", to, "start", nil).ok(200)
			h.act("manager", to, "complete", m{"effect": "Den er i bruk"}).ok(200)
			h.as("group").post("/measures", m{"scope": "/siv/", "title": "Bare foreslått", "kind": "other", "source_id": p}).ok(201)
			report("2027").is("mandate.edition", 2).is("cadence.periods.0.from", "2027-01-01").is("cadence.behind", false).is("members.1.position", "observer").is("measures.0.status", "done")
			on("2028-03-01")
			was := report("2026").is("mandate.edition", 1).is("cadence", nil).is("members.1.position", "member").is("members.1.members.0.membership_id", f.member).
				is("measures.0.id", made.id()).is("measures.0.status", "decided").is("measures.0.percent", 0).is("measures.0.effect", "")
			then := report("2027").is("mandate.edition", 2).is("cadence.behind", true).is("cadence.periods.0.to", "2027-12-31").is("cadence.periods.0.behind", true).is("cadence.periods.3.from", "2027-01-01").
				is("members.1.position", "observer").is("measures.0.status", "done").is("measures.0.percent", 100)
			for _, r := range []*reply{was, then} {
				if n := len(r.at("measures").([]any)); n != 1 {
					h.t.Errorf("%d measures, one was decided on: %s", n, r.body)
				}
			}
			report("2025").is("mandate", nil).is("measures", "[]")
			report("2028").is("mandate", nil).is("measures", "[]")
		})
	})
}
