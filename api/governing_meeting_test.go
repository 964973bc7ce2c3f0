package api_test

import (
	"slices"
	"testing"
)

// A body can resolve when enough voting members were present, by the rules of its mandate.
func TestGoverningQuorum(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"secretariat", "management", "council", "council2", "observer"} {
			h.id(p)
		}
		body(h, "prove-kvorum", "steering_group", "ai_council", nil)
		mandated(h, "prove-kvorum", []string{"advise", "decide"}, nil)
		ids := []string{seat(h, "prove-kvorum", "council", "lead", nil), seat(h, "prove-kvorum", "council2", "member", nil)}
		for _, key := range []string{"prove-a", "prove-b"} {
			ids = append(ids, seat(h, "prove-kvorum", "", "active_participant", m{"organisation_id": organisation(h, key, key, nil).id()}))
		}
		watcher := seat(h, "prove-kvorum", "observer", "observer", nil)
		secretary := seat(h, "prove-kvorum", "", "secretary", m{"organisation_id": organisation(h, "prove-c", "C", nil).id()})
		// decide holds a meeting with these members, and has a decision adopted there.
		decide := func(agree m, there ...string) *reply {
			h.t.Helper()
			c := admitted(h, "prove-kvorum", "council2", "council", nil)
			in := roll(there...)
			if !slices.Contains(there, ids[0]) { // the lead
				in["chair_id"] = there[0]
			}
			meeting := planned(h, "prove-kvorum", "council", []string{c}, nil)
			h.act("council", "/meetings/"+meeting, "hold", in).ok(200)
			d := h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-kvorum", "case_id": c, "meeting_id": meeting, "title": "Prøv", "outcome": "approve", "reasons": "A"}).ok(201)
			h.seen()
			r := h.act("council", "/decisions/"+d.id(), "adopt", agree)
			if r.status != 200 {
				h.events()
				h.as("council").get("/decisions/"+d.id()).ok(200).is("status", "draft").is("resolution", nil)
			}
			return r
		}
		yes, half, plain := m{"agreed": true}, m{"of": "seats", "more_than": "1/2"}, m{"of": "votes", "more_than": "1/2"}
		h.row("exactly_a_majority", func() { decide(yes, ids[0], ids[1], ids[2]).ok(200) })
		h.row("one_short", func() { decide(yes, ids[0], ids[1]).refused(409, "no_quorum") })
		h.row("observer_and_secretary_do_not_count", func() { decide(yes, ids[0], ids[1], watcher, secretary).refused(409, "no_quorum") })
		h.row("members_only", func() {
			c := admitted(h, "prove-kvorum", "council", "council", nil)
			id := planned(h, "prove-kvorum", "council", []string{c}, nil)
			elsewhere := h.as("management").get("/memberships?position=lead&user_id=" + h.id("council")).ok(200).items()
			h.seen()
			for _, e := range elsewhere {
				if e["id"] != ids[0] {
					h.act("council", "/meetings/"+id, "hold", roll(ids[0], e["id"].(string))).refused(422, "invalid_content", "/attendance/1/membership_id")
				}
			}
			h.act("council", "/meetings/"+id, "hold", roll()).refused(422, "invalid_content", "/attendance")
			h.act("council", "/meetings/"+id, "hold", roll(ids[0], ids[0])).refused(422, "invalid_content", "/attendance")
			h.act("observer", "/meetings/"+id, "hold", roll(ids[0])).refused(403, "forbidden")
			h.events()
		})
		h.row("votes", func() {
			decide(votes(ids[0], "for", ids[1], "against", ids[2], "abstain"), ids[0], ids[1], ids[2]).ok(200).
				is("resolution.tally.for", 1).is("resolution.tally.abstain", 1).is("resolution.tally.carried", true) // the lead's vote is for
			decide(votes(ids[0], "against", ids[1], "for"), ids[0], ids[1], ids[2]).refused(409, "not_carried")
			decide(votes(ids[0], "for", ids[3], "for"), ids[0], ids[1], ids[2]).refused(422, "invalid_content", "/votes/1/membership_id") // was not there
			decide(votes(watcher, "for", secretary, "for", ids[0], "for"), ids[0], ids[1], ids[2], watcher, secretary).
				refused(422, "invalid_content", "/votes/0/membership_id", "/votes/1/membership_id")
			decide(votes(ids[0], "kanskje"), ids[0], ids[1], ids[2]).refused(422, "invalid_content", "/votes/0/vote")
			decide(votes(ids[0], "for", ids[0], "for"), ids[0], ids[1], ids[2]).refused(422, "invalid_content", "/votes")
		})
		h.row("rules_of_the_mandate", func() {
			for _, rules := range []m{
				{"quorum": m{"of": "seats"}, "majority": plain},
				{"quorum": half, "majority": plain, "voting_positions": []string{"member", "observer"}},
				{"quorum": m{"of": "de_fleste", "at_least": 1}, "majority": plain},
				{"quorum": half, "majority": m{"of": "votes", "at_least": 2}},
				{"quorum": half, "majority": "simple"},
				{"quorum": m{"of": "seats", "at_least": 0}, "majority": plain},
				{"quorum": m{"of": "filled_seats", "at_least": "1/2", "more_than": "1/3"}, "majority": plain},
			} {
				h.as("secretariat").post("/mandates", m{"scope": "/siv/", "body_id": "prove-kvorum", "title": "Regler", "powers": []string{"decide"}, "rules": rules}).ok(422)
			}
			h.as("secretariat").post("/mandates", m{
				"scope": "/siv/", "body_id": "prove-kvorum", "title": "Regler", "rules": m{"quorum": m{"of": "seats", "more_than": "3/2"}, "majority": m{"of": "votes", "more_than": "1/1"}},
			}).refused(422, "invalid_content", "/rules/quorum/more_than", "/rules/majority/more_than").is("errors.0.code", "bad_share")
			mandated(h, "prove-kvorum", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "at_least": "2/3", "chair": true}, "majority": m{"of": "votes", "at_least": "2/3"}}})
			decide(yes, ids[1], ids[2], ids[3]).refused(409, "no_quorum") // three of four, without the lead
			decide(yes, ids[0], ids[1]).refused(409, "no_quorum")
			decide(votes(ids[0], "for", ids[1], "against", ids[2], "for"), ids[0], ids[1], ids[2]).ok(200)
			decide(votes(ids[0], "for", ids[1], "against"), ids[0], ids[1], ids[2]).refused(409, "not_carried")
			mandated(h, "prove-kvorum", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "at_least": 1}, "majority": m{"of": "votes", "at_least": "1/1"}, "voting_positions": []string{"lead", "member"}}}).
				is("rules.quorum.at_least", 1).is("rules.quorum.more_than", nil).is("rules.majority.at_least", "1/1")
			decide(yes, ids[2], ids[3]).refused(409, "no_quorum")
			decide(yes, ids[1]).ok(200)
			decide(votes(ids[0], "for", ids[2], "for"), ids[0], ids[2]).refused(422, "invalid_content", "/votes/1/membership_id")
			decide(votes(ids[0], "for", ids[1], "against"), ids[0], ids[1]).refused(409, "not_carried")
			mandated(h, "prove-kvorum", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "more_than": 2}, "majority": m{"of": "seats", "at_least": "3/4"}}})
			decide(votes(ids[0], "for", ids[1], "for", ids[2], "abstain"), ids[0], ids[1], ids[2]).refused(409, "not_carried").is("tally.required", 3)
			decide(yes, ids[0], ids[1]).refused(409, "no_quorum")
			decide(yes, ids[0], ids[1], ids[2]).ok(200).is("resolution.present", 3).is("resolution.required", 3)
			mandated(h, "prove-kvorum", []string{"decide"}, m{"rules": m{"quorum": half, "majority": m{"of": "present", "more_than": "1/2"}}})
			decide(votes(ids[0], "for", ids[1], "for", ids[2], "against"), ids[0], ids[1], ids[2], ids[3]).refused(409, "not_carried").is("tally.required", 3)
			decide(votes(ids[0], "for", ids[1], "for", ids[3], "for"), ids[0], ids[1], ids[2], ids[3]).ok(200).is("resolution.tally.required", 3)
			mandated(h, "prove-kvorum", []string{"decide"}, m{"rules": m{"quorum": half, "majority": m{"of": "seats", "at_least": "1/1"}}})
			decide(yes, ids[0], ids[1], ids[2]).refused(409, "not_carried").is("tally.required", 4) // all present agree, but all seats are needed
		})
	})
}

// A meeting counts the members on the day of the meeting. Later members do not count, and members who have left since do.
func TestGoverningMembersOfTheDay(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		left := seat(h, "prove-skate", "manager", "member", m{"valid_to": "2026-11-20"})
		came := seat(h, "prove-skate", "", "member", m{"organisation_id": organisation(h, "prove-a", "A", nil).id(), "valid_from": "2026-11-21"})
		c := admitted(h, "prove-skate", "council2", "council", m{"kind": "decision"})
		meeting := planned(h, "prove-skate", "council", []string{c}, m{"starts_at": "2026-11-20T08:00:00Z", "ends_at": nil})
		d := "/decisions/" + h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": meeting, "title": "Kjøp", "outcome": "approve", "reasons": "A"}).ok(201).id()
		h.seen()
		h.act("council", "/meetings/"+meeting, "hold", roll(f.chair, came)).refused(422, "invalid_content", "/attendance/1/membership_id")
		h.events()
		h.act("council", "/meetings/"+meeting, "hold", merged(roll(f.second, left), m{"chair_id": left})).ok(200).is("chair_id", left).is("quorum.voting", 3).is("quorum.present", 2).is("quorum.met", true)
		h.act("secretariat", "/memberships/"+f.second, "end", m{"reason": "Ny stilling"}).ok(200).is("ended_on", "2026-11-21")
		h.act("council", d, "adopt", votes(f.second, "for", came, "for")).refused(422, "invalid_content", "/votes/1/membership_id")
		h.act("council", d, "adopt", votes(f.second, "for", left, "for")).ok(200).is("resolution.tally.for", 2)
		h.events("council meeting:hold", "secretariat membership:end", "council decision:adopt")
		today := planned(h, "prove-skate", "council", []string{admitted(h, "prove-skate", "council", "council", nil)}, nil)
		h.seen()
		h.act("council", "/meetings/"+today, "hold", roll(f.chair, f.second)).refused(422, "invalid_content", "/attendance/1/membership_id")
		h.act("council", "/meetings/"+today, "hold", roll(f.chair, came)).ok(200).is("quorum.voting", 2).is("quorum.present", 2)
		h.events("council meeting:hold")
	})
}

// A member with a conflict of interest does not vote. A conflict declared after the vote is stored, with the result without that vote.
func TestGoverningConflicts(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		third := seat(h, "prove-skate", "", "member", m{"organisation_id": organisation(h, "prove-a", "A", nil).id()})
		council := h.as("council")
		c := admitted(h, "prove-skate", "council2", "council", m{"kind": "decision"})
		meeting := met(h, "prove-skate", "council", []string{c}, f.chair, f.second, third)
		draft := func(c, meeting string) string {
			return council.post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": meeting, "title": "Kjøp", "outcome": "approve", "reasons": "A"}).ok(201).id()
		}
		d := "/decisions/" + draft(c, meeting)
		h.seen()
		h.row("declared_before_the_vote", func() {
			declare := m{"membership_id": f.second, "reason": "Eier aksjer i leverandøren"}
			h.act("council2", "/cases/"+c, "declare-conflict", m{"membership_id": f.lead, "reason": "A"}).refused(422, "invalid_content", "/membership_id")
			h.act("council2", "/cases/"+c, "declare-conflict", m{"membership_id": f.second, "reason": " "}).refused(422, "invalid_content", "/reason")
			h.act("council2", "/cases/"+c, "declare-conflict", m{"membership_id": f.chair, "reason": "Jeg tror det"}).refused(403, "not_yours")
			h.events()
			h.act("council2", "/cases/"+c, "declare-conflict", declare).ok(200).is("conflicts.0.membership_id", f.second).is("conflicts.0.declared_by", h.id("council2")).is("conflicts.0.late", "[]")
			h.act("council2", "/cases/"+c, "declare-conflict", declare).refused(409, "declared")
			h.act("council2", d, "vote", m{"vote": "for"}).refused(422, "invalid_content", "/membership_id")
			h.act("council", d, "adopt", votes(f.chair, "for", f.second, "for")).refused(422, "invalid_content", "/votes/1/membership_id")
			h.events("council2 case:declare-conflict")
			h.act("council", d, "adopt", votes(f.chair, "for", third, "for")).ok(200)
		})
		h.row("no_quorum_without_the_conflicted", func() {
			c := admitted(h, "prove-skate", "council2", "council", nil)
			meeting := met(h, "prove-skate", "council", []string{c}, f.chair, f.second)
			d := "/decisions/" + draft(c, meeting)
			h.act("secretariat", "/cases/"+c, "declare-conflict", m{"membership_id": f.second, "reason": "Gift med leverandøren"}).ok(200)
			h.seen()
			h.act("council", d, "adopt", m{"agreed": true}).refused(409, "no_quorum")
			h.events()
			mandated(h, "prove-skate", []string{"decide"}, m{"rules": m{
				"quorum": m{"of": "seats", "more_than": "1/2"}, "majority": m{"of": "votes", "more_than": "1/2"}, "conflicted_count": true, "chair_breaks_tie": true,
			}})
			h.act("council", d, "adopt", votes(f.chair, "for")).refused(409, "no_quorum") // the meeting was held by the earlier mandate
			meeting = met(h, "prove-skate", "council", []string{c}, f.chair, f.second)
			h.act("council", d, "adopt", merged(votes(f.chair, "for"), m{"meeting_id": meeting})).ok(200).is("resolution.present", 2)
		})
		h.row("declared_after_the_vote", func() {
			for _, r := range []struct {
				third   string
				without bool
			}{{"for", true}, {"against", false}} {
				c := admitted(h, "prove-skate", "council2", "council", nil)
				meeting := met(h, "prove-skate", "council", []string{c}, f.chair, f.second, third)
				d := draft(c, meeting)
				h.act("council", "/decisions/"+d, "adopt", votes(f.chair, "for", f.second, "for", third, r.third)).ok(200)
				v := h.as("council").get("/decisions/" + d).ok(200).version()
				h.seen()
				h.act("council", "/cases/"+c, "declare-conflict", m{"membership_id": f.chair, "reason": "Oppdaget etterpå"}).ok(200).
					is("conflicts.0.late.0.kind", "decision").is("conflicts.0.late.0.id", d).is("conflicts.0.late.0.carried_without", r.without)
				h.events("council case:declare-conflict")
				council.get("/decisions/"+d).ok(200).is("status", "adopted").is("version", v)
			}
		})
		h.row("a_vote_given_before_is_void", func() {
			c := admitted(h, "prove-skate", "council2", "council", nil)
			meeting := planned(h, "prove-skate", "council", []string{c}, nil)
			d := "/decisions/" + draft(c, meeting)
			h.act("council", d, "vote", m{"vote": "for"}).ok(200).is("cast_votes.0.membership_id", f.chair).is("cast_votes.0.by", h.id("council"))
			h.act("council2", d, "vote", m{"vote": "against", "membership_id": f.chair}).refused(422, "invalid_content", "/membership_id")
			h.act("council2", d, "vote", m{"vote": "against"}).ok(200)
			h.act("council2", "/cases/"+c, "declare-conflict", m{"membership_id": f.second, "reason": "Slekt"}).ok(200)
			h.act("council", "/meetings/"+meeting, "hold", roll(f.chair, third)).ok(200)
			h.act("council", d, "adopt", m{}).ok(200).is("resolution.void.0.membership_id", f.second).is("resolution.votes.0.membership_id", f.chair).is("resolution.tally.against", 0)
		})
		h.row("what_was_cast_counts_as_cast", func() {
			c := admitted(h, "prove-skate", "council2", "council", nil)
			d := "/decisions/" + draft(c, met(h, "prove-skate", "council", []string{c}, f.chair, f.second, third))
			h.act("council", d, "vote", m{"vote": "against"}).ok(200)
			h.act("council2", d, "vote", m{"vote": "for"}).ok(200)
			h.seen()
			h.act("council2", d, "adopt", m{}).refused(409, "not_carried")
			h.act("council2", d, "adopt", m{"agreed": true}).refused(409, "not_carried")
			h.act("council2", d, "adopt", votes(f.second, "for", f.chair, "for")).refused(422, "invalid_content", "/votes/1").is("errors.0.code", "cast_otherwise")
			h.act("council2", d, "adopt", votes(f.second, "for")).refused(409, "not_carried")
			h.events()
			h.act("council2", d, "adopt", votes(third, "for", f.second, "for")).ok(200).is("resolution.tally.for", 2).is("resolution.tally.against", 1).
				is("resolution.votes.0.membership_id", f.chair).is("resolution.votes.0.vote", "against").is("resolution.votes.2.membership_id", third)
			h.events("council2 decision:adopt")
		})
		h.row("a_changed_draft_is_voted_on_anew", func() {
			c := admitted(h, "prove-skate", "council2", "council", nil)
			in := m{"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": met(h, "prove-skate", "council", []string{c}, f.chair, f.second, third), "title": "Kjøp", "text": "Kjøp"}
			mandated(h, "prove-skate", []string{"propose", "decide"}, nil)
			refs := m{"external_refs": []m{{"system": "sak", "id": "2026/1"}}}
			h.seen()
			for _, r := range []struct {
				kind, path string
				in         m
				same       m
				others     []m
			}{
				{"decision", "/decisions", m{"outcome": "approve", "reasons": "A"}, m{"outcome": "approve", "conditions": nil}, []m{{"outcome": "decline"}, {"conditions": "Først neste år"}, {"case_id": nil}}},
				{"advice", "/advice", m{"addressee": "prove-gruppe"}, m{"text": "Kjøp"}, []m{{"text": "Ikke kjøp"}, {"addressee": "ki-rad-siv"}, {"meeting_id": nil}}},
				{"proposal", "/proposals", m{"kind": "common_method", "tier": 1}, m{"effects": nil, "impacts": nil}, []m{{"effects": []string{"lower_threshold"}}, {"tier": 2}, {"title": "Ikke kjøp"}}},
			} {
				draft := merged(in, r.in)
				if r.kind == "decision" {
					delete(draft, "text")
				}
				at := r.path + "/" + h.as("council").post(r.path, draft).ok(201).id()
				h.act("council2", at, "vote", m{"vote": "for"}).ok(200)
				h.act("council", at, "vote", m{"vote": "against"}).ok(200)
				h.as("council").patch(at, 3, refs).ok(200).is("cast_votes.1.membership_id", f.chair)
				h.as("council").patch(at, 4, r.same).ok(200).is("cast_votes.0.membership_id", f.second).is("cast_votes.1.vote", "against")
				h.as("council").patch(at, 5, merged(r.others[0], m{"title": " "})).refused(422, "invalid_content", "/title")
				h.as("group").patch(at, 5, r.others[0]).refused(403, "not_a_member")
				h.as("council").get(at).ok(200).is("version", 5).is("cast_votes.1.membership_id", f.chair)
				h.events("council "+r.kind+":create", "council2 "+r.kind+":vote", "council "+r.kind+":vote", "council "+r.kind+":update", "council "+r.kind+":update")
				for _, other := range r.others {
					v := h.act("council2", at, "vote", m{"vote": "for"}).ok(200).version()
					h.as("council").patch(at, v, other).ok(200).is("cast_votes", "[]")
					h.events("council2 "+r.kind+":vote", "council "+r.kind+":update")
				}
			}
			d := "/decisions/" + draft(c, in["meeting_id"].(string))
			h.act("council", d, "vote", m{"vote": "for"}).ok(200)
			h.act("council2", d, "vote", m{"vote": "for"}).ok(200)
			h.as("council2").patch(d, 3, m{"outcome": "decline"}).ok(200)
			h.seen()
			h.act("council2", d, "adopt", m{}).refused(409, "blocked").is("blockers.0.code", "votes_missing")
			h.events()
			h.act("council2", d, "vote", m{"vote": "against"}).ok(200).is("cast_votes.0.vote", "against")
			h.events("council2 decision:vote")
		})
	})
}

// A written meeting has a deadline until which members vote, and the same quorum.
func TestGoverningWrittenMeeting(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		h.as("council").post("/meetings", m{"scope": "/siv/", "body_id": "prove-skate", "title": "Skriftlig", "form": "written", "starts_at": "2026-11-21T08:00:00Z"}).refused(422, "invalid_content", "/deadline")
		h.as("council").post("/meetings", m{"scope": "/siv/", "body_id": "prove-skate", "title": " ", "form": "brev", "starts_at": "2026-11-21T08:00:00Z"}).refused(422, "invalid_content", "/title", "/form")
		h.as("council").post("/meetings", m{"scope": "/siv/", "body_id": "prove-skate", "title": "A", "form": "written", "starts_at": "2026-11-21T08:00:00Z", "deadline": "2026-11-20T08:00:00Z", "ends_at": "2026-11-20T08:00:00Z"}).
			refused(422, "invalid_content", "/deadline", "/ends_at")
		c := admitted(h, "prove-skate", "council2", "council", nil)
		meeting := planned(h, "prove-skate", "council", []string{c}, m{"form": "written", "deadline": "2026-11-21T16:00:00Z", "ends_at": nil})
		d := "/decisions/" + h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": meeting, "title": "Skriftlig", "outcome": "approve", "reasons": "A"}).ok(201).id()
		h.seen()
		h.act("council", d, "vote", m{"vote": "for"}).ok(200)
		h.act("management", d, "vote", m{"vote": "for"}).refused(403, "not_a_member")
		h.act("observer", d, "vote", m{"vote": "for"}).refused(403, "forbidden")
		h.act("secretariat", d, "vote", m{"vote": "for"}).refused(403, "forbidden")
		h.act("council", "/meetings/"+meeting, "hold", roll(f.chair)).refused(409, "deadline_open")
		h.act("council", d, "adopt", m{}).refused(409, "not_held")
		h.events("council decision:vote")
		h.set(h.now.Add(7 * 3600e9))
		h.act("council2", d, "vote", m{"vote": "for"}).refused(422, "invalid_content", "/vote").is("errors.0.code", "late_ballot")
		h.events()
		h.act("council", "/meetings/"+meeting, "hold", roll(f.chair)).ok(200).is("quorum.met", false)
		h.act("council", d, "adopt", m{}).refused(409, "no_quorum")
		h.events("council meeting:hold")

		c = admitted(h, "prove-skate", "council2", "council", nil)
		meeting = planned(h, "prove-skate", "council", []string{c}, m{"form": "written", "deadline": "2026-11-21T18:00:00Z", "ends_at": nil})
		d = "/decisions/" + h.as("council").post("/decisions", m{"scope": "/siv/", "body_id": "prove-skate", "case_id": c, "meeting_id": meeting, "title": "Skriftlig", "outcome": "approve", "reasons": "A"}).ok(201).id()
		h.act("council", d, "vote", m{"vote": "against"}).ok(200)
		h.act("council", d, "vote", m{"vote": "for"}).ok(200).is("cast_votes.0.vote", "for")
		h.act("council2", d, "vote", m{"vote": "abstain"}).ok(200)
		h.set(h.now.Add(2 * 3600e9))
		h.act("council", "/meetings/"+meeting, "hold", roll(f.chair, f.second)).ok(200).is("quorum.met", true)
		h.act("council", d, "adopt", m{}).ok(200).is("status", "adopted").is("resolution.tally.for", 1).is("resolution.tally.abstain", 1)
	})
}

// A meeting is planned, called, postponed and held, and its minutes are approved. A correction of approved minutes is a new version.
func TestGoverningMeetings(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := forumOf(h)
		h.member("sekretaeren", "/siv/")
		notary := seat(h, "prove-gruppe", "sekretaeren", "secretary", nil)
		c := admitted(h, "prove-gruppe", "group2", "group", m{"kind": "orientation"})
		other := admitted(h, "prove-skate", "council", "council", nil)
		draft := h.as("group").post("/cases", m{"scope": "/siv/", "body_id": "prove-gruppe", "title": "Utkast", "kind": "input"}).ok(201).id()
		plan := func(more m) m {
			return merged(m{"scope": "/siv/", "body_id": "prove-gruppe", "title": "Møte 1", "form": "physical", "starts_at": h.instant(0), "agenda": []string{c}}, more)
		}
		h.seen()
		h.row("agenda", func() {
			h.as("secretariat").post("/meetings", plan(m{"agenda": []string{other, draft}})).refused(422, "invalid_content", "/agenda/0", "/agenda/1")
			h.as("secretariat").post("/meetings", plan(m{"agenda": []string{c, f.lead}})).refused(422, "invalid_content", "/agenda/1")
			h.as("secretariat").post("/meetings", plan(m{"agenda": []string{c, c}})).refused(422, "invalid_content", "/agenda")
			h.as("secretariat").post("/meetings", plan(m{"starts_at": nil})).refused(422, "invalid_content", "/starts_at")
			h.as("observer").post("/meetings", plan(nil)).refused(403, "forbidden")
			h.as("employee").post("/meetings", plan(nil)).refused(403, "forbidden")
			h.events()
			r := h.as("secretariat").post("/meetings", plan(m{"agenda": []string{}})).ok(201)
			h.act("secretariat", "/meetings/"+r.id(), "call", nil).refused(409, "blocked").is("blockers.0.code", "agenda_missing")
			h.as("secretariat").patch("/meetings/"+r.id(), 1, m{"agenda": []string{other}}).refused(422, "invalid_content", "/agenda/0")
			h.as("secretariat").delete("/meetings/"+r.id(), 1).ok(204)
			h.events("secretariat meeting:create", "secretariat meeting:delete")
		})
		var meeting string
		h.row("S4_7_secretariat_files", func() {
			r := h.as("sekretaeren").post("/meetings", plan(nil)).ok(201)
			meeting = "/meetings/" + r.id()
			h.act("sekretaeren", meeting, "call", nil).ok(200)
			h.as("group").get("/cases/"+c).ok(200).is("status", "on_agenda")
			h.act("sekretaeren", meeting, "postpone", m{"starts_at": "2026-11-21T09:00:00Z", "reason": "For få"}).ok(200).is("status", "planned").is("postponed", 1).is("starts_at", "2026-11-21T09:00:00Z")
			h.act("sekretaeren", meeting, "call", nil).refused(409, "already_begun")
			h.act("sekretaeren", meeting, "postpone", m{"starts_at": h.instant(0), "reason": "Klokkeslettet har passert"}).ok(200).is("status", "planned").is("postponed", 2)
			h.as("group").get("/cases/"+c).ok(200).is("status", "admitted")
			h.act("sekretaeren", meeting, "postpone", m{"starts_at": "2026-11-21T09:00:00Z"}).refused(422, "invalid_content", "/reason")
			h.act("sekretaeren", meeting, "call", nil).ok(200)
			h.act("sekretaeren", meeting, "hold", m{"attendance": []m{
				{"membership_id": f.lead, "presence": "present"}, {"membership_id": f.member, "presence": "remote"}, {"membership_id": notary, "presence": "present"}, {"membership_id": f.observer, "presence": "excused"},
			}}).ok(200).is("quorum.present", 2).is("quorum.voting", 2)
			h.events("sekretaeren meeting:create", "sekretaeren meeting:call", "sekretaeren case:schedule", "sekretaeren meeting:postpone", "sekretaeren case:unschedule",
				"sekretaeren meeting:postpone", "sekretaeren meeting:call", "sekretaeren case:schedule", "sekretaeren meeting:hold")
			p := h.as("group").post("/proposals", proposalInput(m{"case_id": c, "meeting_id": meeting[10:]})).ok(201).id()
			h.seen()
			for path, verb := range map[string]string{"/proposals/" + p + " agree": "agree", "/proposals/" + p + " vote": "vote"} {
				in := map[string]m{"agree": {"agreed": true}, "vote": {"vote": "for"}}[verb]
				for _, who := range []string{"sekretaeren", "secretariat"} {
					h.act(who, path[:len(path)-len(verb)-1], verb, in).refused(403, "forbidden")
				}
			}
			h.act("group", "/proposals/"+p, "agree", votes(notary, "for")).refused(422, "invalid_content", "/votes/0/membership_id")
			h.as("sekretaeren").post("/proposals", proposalInput(nil)).refused(403, "forbidden")
			h.as("sekretaeren").post("/decisions", m{"scope": "/siv/", "body_id": "prove-gruppe", "title": "A", "outcome": "approve", "reasons": "A"}).refused(403, "forbidden")
			h.act("sekretaeren", "/cases/"+c, "conclude", m{"text": "Ferdig"}).refused(403, "forbidden")
			h.as("sekretaeren").post("/meetings", plan(m{"body_id": "prove-skate", "agenda": []string{other}})).refused(403, "not_a_member")
			h.events()
		})
		h.row("S0_4_observer_reads_and_comments", func() {
			for _, at := range []string{"/cases/" + c, meeting, "/bodies/prove-gruppe"} {
				h.as("observer").get(at).ok(200)
			}
			h.as("observer").post("/cases/"+c+"/comments", m{"text": "Brukerne er enige."}).ok(201)
			h.events("observer comment:create")
			h.act("observer", meeting, "submit-minutes", m{"items": []m{{"case_id": c, "text": "A"}}}).refused(403, "forbidden")
			h.act("observer", "/cases/"+c, "conclude", m{"text": "A"}).refused(403, "forbidden")
			h.events()
		})
		minutes := func(text string, more m) m {
			return merged(m{"summary": "To saker", "items": []m{{"case_id": c, "text": text}}}, more)
		}
		h.row("minutes", func() {
			h.act("sekretaeren", meeting, "submit-minutes", m{"items": []m{}}).refused(422, "invalid_content", "/items")
			h.act("sekretaeren", meeting, "submit-minutes", m{"items": []m{{"case_id": other, "text": "A"}}}).refused(422, "invalid_content", "/items/0/case_id", "/items")
			h.act("group", meeting, "submit-minutes", minutes("Gruppen tok orienteringen til etterretning.", nil)).ok(200).is("status", "minutes_submitted").is("minutes.0.edition", 1).is("minutes.0.approved_at", nil)
			h.act("group", meeting, "approve-minutes", nil).refused(403, "separation_of_duties")
			h.act("sekretaeren", meeting, "approve-minutes", nil).refused(403, "forbidden")
			h.act("observer", meeting, "approve-minutes", nil).refused(403, "forbidden")
			h.act("group2", meeting, "return-minutes", m{}).refused(422, "invalid_content", "/reason")
			h.act("group2", meeting, "return-minutes", m{"reason": "Feil dato"}).ok(200).is("status", "held")
			h.act("sekretaeren", meeting, "submit-minutes", minutes("Gruppen tok saken til orientering.", nil)).ok(200).is("minutes.0.edition", 1).is("minutes.0.submitted_by", h.id("sekretaeren"))
			h.act("group2", meeting, "approve-minutes", nil).ok(200).is("status", "minutes_approved").is("minutes.0.approved_by", h.id("group2"))
			h.events("group meeting:submit-minutes", "group2 meeting:return-minutes", "sekretaeren meeting:submit-minutes", "group2 meeting:approve-minutes")
		})
		h.row("S0_10_minutes_corrected_by_a_new_version", func() {
			v := h.as("group").get(meeting).ok(200).version()
			h.as("group").patch(meeting, v, m{"title": "Annet"}).refused(409, "wrong_state")
			h.as("group").verb(meeting+"/submit-minutes", v, minutes("Omskrevet", nil)).refused(409, "wrong_state")
			h.as("group").verb(meeting+"/hold", v, roll(f.lead)).refused(409, "wrong_state")
			h.act("sekretaeren", meeting, "correct-minutes", minutes("Feil navn rettet.", nil)).refused(422, "invalid_content", "/reason")
			h.events()
			h.act("sekretaeren", meeting, "correct-minutes", minutes("Feil navn rettet.", m{"reason": "Feil navn i sak 1"})).ok(200).is("status", "minutes_submitted").
				is("minutes.0.items.0.text", "Gruppen tok saken til orientering.").is("minutes.0.approved_by", h.id("group2")).
				is("minutes.1.edition", 2).is("minutes.1.corrects", 1).is("minutes.1.reason", "Feil navn i sak 1")
			h.act("group2", meeting, "return-minutes", m{"reason": "Mer"}).ok(200).is("minutes.1.approved_at", nil)
			h.act("sekretaeren", meeting, "submit-minutes", minutes("Navn rettet.", nil)).ok(200).is("minutes.1.edition", 2).is("minutes.1.corrects", 1).is("minutes.0.edition", 1)
			h.later(3)
			h.tokens = map[string]string{}
			r := h.act("group", meeting, "approve-minutes", nil).ok(200).is("minutes.1.approved_by", h.id("group")).is("minutes.0.approved_at", "2026-11-21T10:00:00Z").is("minutes.1.approved_at", "2026-11-24T10:00:00Z")
			h.events("sekretaeren meeting:correct-minutes", "group2 meeting:return-minutes", "sekretaeren meeting:submit-minutes", "group meeting:approve-minutes")
			// Both dates: when it was first approved and when it was last changed; and the record as it was.
			r.is("created_at", "2026-11-21T10:00:00Z").is("updated_at", "2026-11-24T10:00:00Z")
			h.as("group").get(meeting+"?as_of=2026-11-22T00:00:00Z").ok(200).is("minutes.1.items.0.text", "Navn rettet.").is("minutes.1.approved_at", nil)
		})
		h.row("cancelled", func() {
			c := admitted(h, "prove-gruppe", "group2", "group", nil)
			id := "/meetings/" + planned(h, "prove-gruppe", "group", []string{c}, nil)
			h.act("group", id, "cancel", m{}).refused(422, "invalid_content", "/reason")
			h.act("group", id, "cancel", m{"reason": "Sykdom"}).ok(200).is("status", "cancelled")
			h.as("group").get("/cases/"+c).ok(200).is("status", "admitted")
			h.act("group", id, "hold", roll(f.lead)).refused(409, "wrong_state")
			future := planned(h, "prove-gruppe", "group", []string{c}, m{"starts_at": "2026-12-24T08:00:00Z", "ends_at": nil})
			h.act("group", "/meetings/"+future, "hold", roll(f.lead)).refused(409, "not_yet")
			v := h.as("group").get("/meetings/" + future).ok(200).version()
			more := admitted(h, "prove-gruppe", "group2", "group", nil)
			h.seen()
			h.as("group").patch("/meetings/"+future, v, m{"starts_at": "2026-12-23T08:00:00Z"}).refused(409, "called", "/starts_at")
			h.as("group").patch("/meetings/"+future, v, m{"form": "physical"}).refused(409, "called", "/starts_at")
			h.as("council").patch("/meetings/"+future, v, m{"starts_at": "2026-12-23T08:00:00Z"}).refused(403, "not_a_member")
			h.as("group").patch("/meetings/"+future, v, m{"agenda": []string{more}}).ok(200)
			h.events("group meeting:update", "group case:unschedule", "group case:schedule")
		})
	})
}
