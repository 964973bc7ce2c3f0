package api_test

import "testing"

// A member counts once in a body: a person with two seats, and an organisation that is also represented by a person.
func TestMembersCountOnce(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "council", "council2", "council3"} {
			h.id(p)
		}
		body(h, "prove-en-gang", "steering_group", "ai_council", nil)
		mandated(h, "prove-en-gang", []string{"decide"}, nil)
		hospital := organisation(h, "prove-sykehus", "Sykehuset", nil).id()
		lead := seat(h, "prove-en-gang", "council", "lead", nil)
		again := seat(h, "prove-en-gang", "council", "member", nil)
		represents := seat(h, "prove-en-gang", "council2", "member", m{"organisation_id": hospital})
		itself := seat(h, "prove-en-gang", "", "active_participant", m{"organisation_id": hospital})
		third := seat(h, "prove-en-gang", "council3", "member", nil)
		fourth := seat(h, "prove-en-gang", "", "member", m{"organisation_id": organisation(h, "prove-egen", "Egen", nil).id()})
		h.row("overview", func() {
			h.as("employee").get("/bodies/prove-en-gang/overview").ok(200).is("member_count", 4).is("members.0.members.0.counted_as", nil).
				is("members.1.members.0.counted_as", lead).is("members.1.members.1.counted_as", nil).is("members.2.members.0.counted_as", represents)
		})
		// decide holds a meeting with these seats, and has a decision adopted there.
		decide := func(how m, there ...string) *reply {
			h.t.Helper()
			c := admitted(h, "prove-en-gang", "council2", "council", nil)
			meeting := met(h, "prove-en-gang", "council", []string{c}, there...)
			d := h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-en-gang", "case_id": c, "meeting_id": meeting, "title": "Prøv", "outcome": "approve", "reasons": "A"}).ok(201)
			h.seen()
			r := h.act("council", "/decisions/"+d.id(), "adopt", how)
			if r.status != 200 {
				h.events()
			}
			return r
		}
		yes := m{"agreed": true}
		h.row("two_members_in_four_seats_are_no_quorum", func() { decide(yes, lead, again, represents, itself).refused(409, "no_quorum") })
		h.row("quorum", func() {
			c := admitted(h, "prove-en-gang", "council2", "council", nil)
			id := met(h, "prove-en-gang", "council", []string{c}, lead, again, itself)
			h.as("council").get("/meetings/"+id).ok(200).is("quorum.voting", 4).is("quorum.filled", 4).is("quorum.required", 3).is("quorum.present", 2).is("quorum.met", false)
			decide(yes, lead, represents, third).ok(200).is("resolution.present", 3)
			decide(yes, lead, itself, third).ok(200).is("resolution.present", 3) // the organisation was there in its own seat
		})
		h.row("one_vote", func() {
			there := []string{lead, again, represents, itself, third, fourth}
			decide(votes(lead, "for", again, "for", represents, "against", third, "against"), there...).refused(422, "invalid_content", "/votes/1/membership_id")
			decide(votes(lead, "for", represents, "for", itself, "for", third, "against"), there...).refused(422, "invalid_content", "/votes/2/membership_id")
			decide(votes(lead, "for", represents, "for", third, "against", fourth, "against"), there...).ok(200).is("resolution.tally.for", 2).is("resolution.tally.against", 2)
		})
		h.row("conflict_of_interest_in_any_seat", func() {
			c := admitted(h, "prove-en-gang", "council2", "council", nil)
			h.act("council", "/cases/"+c, "declare-conflict", m{"membership_id": itself, "reason": "Sykehuset er part i saken."}).ok(200)
			meeting := met(h, "prove-en-gang", "council", []string{c}, lead, represents, itself, third, fourth)
			d := h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-en-gang", "case_id": c, "meeting_id": meeting, "title": "Prøv", "outcome": "approve", "reasons": "A"}).ok(201)
			h.seen()
			h.act("council", "/decisions/"+d.id(), "adopt", votes(lead, "for", represents, "for", third, "for")).refused(422, "invalid_content", "/votes/1/membership_id")
			h.events()
			h.act("council", "/decisions/"+d.id(), "adopt", yes).ok(200).is("resolution.present", 3)
		})
	})
}

// Who came to the meetings of a body shows per member and meeting. Approved minutes correct the roll.
func TestAttendance(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "council", "council2", "employee"} {
			h.id(p)
		}
		body(h, "prove-frammote", "council", "ai_council", nil)
		mandated(h, "prove-frammote", []string{"advise"}, nil)
		hospital := organisation(h, "prove-frammott", "Sykehuset", nil).id()
		lead := seat(h, "prove-frammote", "council", "lead", nil)
		member := seat(h, "prove-frammote", "council2", "member", m{"organisation_id": hospital})
		itself := seat(h, "prove-frammote", "", "member", m{"organisation_id": hospital})
		other := seat(h, "prove-frammote", "", "member", m{"organisation_id": organisation(h, "prove-annen", "Annen", nil).id()})
		c := admitted(h, "prove-frammote", "council2", "council", nil)
		first := planned(h, "prove-frammote", "council", []string{c}, m{"starts_at": "2026-11-21T08:00:00Z", "ends_at": nil})
		h.act("secretariat", "/meetings/"+first, "hold", m{"attendance": []m{
			{"membership_id": lead, "presence": "present"}, {"membership_id": member, "presence": "excused"}, {"membership_id": itself, "presence": "remote"},
		}}).ok(200)
		second := planned(h, "prove-frammote", "council", []string{c}, m{"starts_at": "2026-11-21T09:00:00Z", "ends_at": nil})
		h.act("secretariat", "/meetings/"+second, "hold", m{"attendance": []m{
			{"membership_id": lead, "presence": "present"}, {"membership_id": member, "presence": "absent"}, {"membership_id": other, "presence": "excused"},
		}}).ok(200)
		planned(h, "prove-frammote", "council", []string{c}, nil) // a meeting that is not held does not show
		const at = "/bodies/prove-frammote/attendance"
		h.row("per_member_and_meeting", func() {
			r := h.as("secretariat").get(at+"?year=2026").ok(200).is("year", 2026).is("meetings.0.id", first).is("meetings.1.id", second)
			r.is("members.0.membership_id", lead).is("members.0.user_id", h.id("council")).is("members.0.position", "lead").is("members.0.held", 2).is("members.0.attended", 2)
			r.is("members.1.membership_id", member).is("members.1.organisation", "Sykehuset").is("members.1.attended", 1).is("members.1.absent", 1).
				is("members.1.meetings.0.presence", "remote").is("members.1.meetings.1.presence", "absent")
			r.is("members.2.membership_id", other).is("members.2.user_id", nil).is("members.2.excused", 1).is("members.2.not_listed", 1).is("members.2.meetings.0.presence", nil)
			if x, y := len(r.at("meetings").([]any)), len(r.at("members").([]any)); x != 2 || y != 3 {
				h.t.Errorf("%d meetings and %d members", x, y)
			}
		})
		h.row("approved_minutes_correct_the_roll", func() {
			h.act("secretariat", "/meetings/"+second, "submit-minutes", m{"summary": "Møtet.", "items": []m{{"case_id": c, "text": "Drøftet."}}, "roll": roll(lead, member)}).ok(200)
			h.as("council").get(at).ok(200).is("members.1.attended", 1)
			h.act("council", "/meetings/"+second, "approve-minutes", nil).ok(200)
			h.as("council").get(at).ok(200).is("members.1.attended", 2).is("members.1.absent", 0).is("members.2.excused", 0).is("members.2.not_listed", 2)
		})
		h.row("years", func() {
			h.as("council").get(at+"?year=2025").ok(200).is("meetings", "[]").is("members", "[]")
			h.as("council").get(at+"?year=i-fjor").refused(400, "bad_parameter", "?year")
		})
		h.row("for_readers_of_the_meetings", func() {
			h.as("employee").get("/bodies/prove-frammote").ok(200)
			h.as("employee").get(at).refused(403, "forbidden")
			h.as("secretariat").get("/bodies/finnes-ikke/attendance").refused(404, "not_found")
		})
	})
}

// The evaluation of a mandate and the end of its term are tasks of the secretariat, also before the mandate is adopted.
func TestMandateTasks(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "employee"} {
			h.id(p)
		}
		body(h, "prove-frister", "council", "ai_council", nil)
		r := h.as("secretariat").post("/mandates", m{
			"scope": "/siv/", "body_id": "prove-frister", "title": "Mandat", "purpose": "Prøve", "powers": []string{"advise"}, "valid_from": "2026-02-01",
			"valid_to": "2026-12-15", "evaluation_due": "2026-12-01",
		}).ok(201)
		at := "/mandates/" + r.id()
		// due returns the days of the person's tasks or reminders about the mandate, by action.
		due := func(who, path string) map[string]any {
			out := map[string]any{}
			for _, i := range h.as(who).get(path).ok(200).items() {
				if i["record_id"] == r.id() {
					out[i["action"].(string)] = i["due"]
				}
			}
			return out
		}
		want := func(evaluation, end any) {
			h.t.Helper()
			for _, path := range []string{"/me/tasks", "/me/notifications"} {
				if got := due("secretariat", path); got["prepare-evaluation"] != evaluation || got["prepare-term-end"] != end {
					h.t.Errorf("%s: %v", path, got)
				}
			}
		}
		want(nil, nil) // a draft
		h.act("secretariat", at, "submit", nil).ok(200).is("status", "in_review")
		want("2026-12-01", "2026-12-15")
		h.act("management", at, "adopt", nil).ok(200)
		want("2026-12-01", "2026-12-15")
		h.seen()
		h.act("management", at, "prepare-evaluation", m{"text": "Seks møter."}).refused(403, "forbidden")
		h.act("employee", at, "prepare-term-end", m{"text": "Seks møter."}).refused(403, "forbidden")
		h.act("secretariat", at, "prepare-evaluation", m{"text": " "}).refused(422, "invalid_content", "/text")
		h.events()
		h.act("secretariat", at, "prepare-evaluation", m{"text": "Seks møter."}).ok(200).is("evaluation_prepared.by", h.id("secretariat")).is("evaluation_prepared.due", "2026-12-01").is("status", "adopted")
		want(nil, "2026-12-15")
		h.act("secretariat", at, "prepare-term-end", m{"text": "Medlemmene vil fortsette."}).ok(200).is("term_end_prepared.due", "2026-12-15")
		h.events("secretariat mandate:prepare-evaluation", "secretariat mandate:prepare-term-end")
		want(nil, nil)
		h.act("management", at, "extend", m{"until": "2026-12-20", "reason": "Evalueringen er ikke ferdig."}).ok(200)
		want(nil, "2026-12-20")
		h.act("management", at, "evaluate", m{"outcome": "continue", "reason": "Gir råd."}).ok(200)
		h.act("secretariat", at, "prepare-evaluation", m{"text": "For sent."}).refused(409, "evaluated")
	})
}

// The end of a body's own term is a task of the secretariat, with a reminder, until it is prepared. A later end is to be prepared again.
func TestBodyTermTask(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "employee", "admin"} {
			h.id(p)
		}
		b := body(h, "prove-periode", "committee", "", m{"term_from": "2026-01-01", "term_to": "2026-12-15"})
		open := body(h, "prove-uten-slutt", "committee", "", nil)
		at := "/bodies/" + b.id()
		want := func(end any) {
			h.t.Helper()
			for _, path := range []string{"/me/tasks", "/me/notifications"} {
				var due any
				for _, i := range h.as("secretariat").get(path).ok(200).items() {
					if i["record_id"] == b.id() && i["action"] == "prepare-term-end" {
						due = i["due"]
					}
					if i["record_id"] == open.id() {
						h.t.Errorf("%s: a task of a body without a last day", path)
					}
				}
				if due != end {
					h.t.Errorf("%s: %v, not %v", path, due, end)
				}
			}
			for _, who := range []string{"management", "employee"} {
				for _, i := range h.as(who).get("/me/tasks").ok(200).items() {
					if i["record_id"] == b.id() {
						h.t.Errorf("%s has the task of the secretariat", who)
					}
				}
			}
		}
		want("2026-12-15")
		h.seen()
		h.act("management", at, "prepare-term-end", m{"text": "Fortsetter."}).refused(403, "forbidden")
		h.act("secretariat", at, "prepare-term-end", m{"text": " "}).refused(422, "invalid_content", "/text")
		h.act("secretariat", "/bodies/"+open.id(), "prepare-term-end", m{"text": "Fortsetter."}).refused(409, "no_term_end")
		h.events()
		h.act("secretariat", at, "prepare-term-end", m{"text": "Medlemmene vil fortsette."}).ok(200).is("term_end_prepared.by", h.id("secretariat")).is("term_end_prepared.due", "2026-12-15")
		h.events("secretariat body:prepare-term-end")
		want(nil)
		v := h.as("secretariat").get(at).ok(200).version()
		h.as("admin").patch(at, v, m{"term_to": "2026-12-18"}).ok(200)
		want("2026-12-18")
		h.act("management", at, "close", m{"reason": "Ferdig."}).ok(200)
		want(nil)
	})
}
