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
