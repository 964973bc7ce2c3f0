package api_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// chairing adds who chaired to a roll.
func chairing(in m, membership string) m { return merged(in, m{"chair_id": membership}) }

// draftDecision drafts a decision of prove-fast on a case, for a meeting. meeting is null for none.
func draftDecision(h *installation, caseID string, meeting any) string {
	h.t.Helper()
	return "/decisions/" + h.as("council").post("/decisions", m{
		"scope": "/siv/", "body_id": "prove-fast", "case_id": caseID, "meeting_id": meeting, "title": "Kjøp", "outcome": "approve", "reasons": "A",
	}).ok(201).id()
}

// fast is the body prove-fast: a lead, a deputy, a member and a seat for an organisation.
type fast struct{ lead, deputy, member, seat string }

func fastOf(h *installation) fast {
	h.t.Helper()
	for _, p := range []string{"secretariat", "management", "council", "council2", "manager", "observer"} {
		h.id(p)
	}
	body(h, "prove-fast", "steering_group", "ai_council", nil)
	return fast{
		lead: seat(h, "prove-fast", "council", "lead", nil), deputy: seat(h, "prove-fast", "council2", "deputy", nil), member: seat(h, "prove-fast", "manager", "member", nil),
		seat: seat(h, "prove-fast", "", "member", m{"organisation_id": organisation(h, "prove-o", "O", nil).id()}),
	}
}

// What a held meeting established stays: a later mandate and a member who leaves change neither its quorum nor what it resolved.
func TestGoverningHeldMeetingStays(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		half, all, plain := m{"of": "seats", "more_than": "1/2"}, m{"of": "seats", "at_least": "1/1"}, m{"of": "votes", "more_than": "1/2"}
		first := mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": half, "majority": plain}})
		c := admitted(h, "prove-fast", "council2", "council", nil)
		yesterday := planned(h, "prove-fast", "council", []string{c}, m{"starts_at": "2026-11-20T08:00:00Z", "ends_at": nil})
		today := planned(h, "prove-fast", "council", []string{c}, nil)
		second := mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": all, "majority": plain}, "valid_from": "2026-11-21"})
		d := draftDecision(h, c, yesterday)
		h.seen()

		h.row("the_mandate_of_the_day", func() {
			h.as("council").get("/meetings/"+yesterday).ok(200).is("rules", nil).is("seats", "[]").is("chair_id", nil).is("mandate_edition", nil)
			h.act("council", "/meetings/"+yesterday, "hold", roll(f.lead, f.deputy, f.member)).ok(200).is("mandate_id", first.id()).is("mandate_edition", 1).
				is("rules.quorum.more_than", "1/2").is("quorum.voting", 4).is("quorum.filled", 4).is("quorum.required", 3).is("quorum.met", true).is("chair_id", f.lead).
				is("seats.0.membership_id", f.lead).is("seats.0.user_id", h.id("council")).is("seats.0.position", "lead").is("seats.0.votes", true).is("seats.0.vacant", false).
				is("seats.3.membership_id", f.seat).is("seats.3.user_id", nil)
			h.act("council", "/meetings/"+today, "hold", roll(f.lead, f.deputy, f.member)).ok(200).is("mandate_id", second.id()).is("mandate_edition", 2).
				is("rules.quorum.at_least", "1/1").is("quorum.required", 4).is("quorum.met", false)
			h.events("council meeting:hold", "council meeting:hold")
		})
		h.row("a_member_who_left", func() {
			h.act("secretariat", "/memberships/"+f.member, "end", m{"reason": "Ny stilling"}).ok(200).is("ended_on", "2026-11-21")
			mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": all, "majority": m{"of": "seats", "at_least": "1/1"}}, "valid_from": "2026-02-01"})
			h.seen()
			h.act("council", d, "adopt", merged(votes(f.lead, "for", f.member, "for", f.deputy, "against"), m{"meeting_id": today})).refused(409, "no_quorum")
			h.act("council", d, "adopt", votes(f.lead, "for", f.seat, "for")).refused(422, "invalid_content", "/votes/1/membership_id")
			h.events()
			h.act("council", d, "adopt", votes(f.lead, "for", f.member, "for", f.deputy, "against")).ok(200).is("status", "adopted").is("resolution.mandate_id", first.id()).
				is("resolution.present", 3).is("resolution.required", 3).is("resolution.tally.for", 2).is("resolution.tally.required", 2)
			h.events("council decision:adopt")
			h.as("council").get("/meetings/"+yesterday).ok(200).is("quorum.met", true).is("quorum.present", 3).is("mandate_edition", 1).is("seats.2.membership_id", f.member)
		})
		h.row("a_conflict_declared_later", func() {
			h.act("secretariat", "/memberships/"+f.deputy, "end", m{"reason": "Sluttet"}).ok(200)
			h.act("council", "/cases/"+c, "declare-conflict", m{"membership_id": f.lead, "reason": "Oppdaget etterpå"}).ok(200).
				is("conflicts.0.late.0.id", d[11:]).is("conflicts.0.late.0.carried_without", false) // one for, one against
			h.as("council").get(d).ok(200).is("status", "adopted").is("resolution.tally.for", 2)
		})
		h.row("left_on_the_day_of_the_meeting", func() {
			mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "at_least": 2}, "majority": plain}})
			c := admitted(h, "prove-fast", "council", "council", nil)
			d := draftDecision(h, c, met(h, "prove-fast", "council", []string{c}, f.lead, f.seat))
			h.act("secretariat", "/memberships/"+f.seat, "end", m{"reason": "Trakk seg"}).ok(200).is("ended_on", "2026-11-21")
			h.act("council", d, "adopt", votes(f.lead, "for", f.seat, "for")).ok(200).is("resolution.tally.for", 2).is("resolution.present", 2)
		})
	})
}

// The mandate of the day of the meeting says what the body may decide there.
func TestGoverningPowerOfTheDay(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		mandated(h, "prove-fast", []string{"advise"}, nil)
		mandated(h, "prove-fast", []string{"advise", "decide"}, m{"valid_from": "2026-11-21"})
		c := admitted(h, "prove-fast", "council2", "council", nil)
		yesterday := planned(h, "prove-fast", "council", []string{c}, m{"starts_at": "2026-11-20T08:00:00Z", "ends_at": nil})
		h.act("council", "/meetings/"+yesterday, "hold", roll(f.lead, f.deputy, f.member)).ok(200).is("mandate_edition", 1)
		d := draftDecision(h, c, yesterday)
		h.seen()
		h.act("council", d, "adopt", m{"agreed": true}).refused(403, "power_missing").is("edition", 1)
		h.events()
		today := met(h, "prove-fast", "council", []string{c}, f.lead, f.deputy, f.member)
		h.act("council", d, "adopt", m{"agreed": true, "meeting_id": today}).ok(200).is("resolution.meeting_id", today).is("resolution.tally", nil)
	})
}

// Who chairs is the lead, else a deputy, else whom those present chose. The casting vote is the chair's.
func TestGoverningChair(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{
			"quorum": m{"of": "seats", "at_least": 2}, "majority": m{"of": "votes", "more_than": "1/2"}, "chair_breaks_tie": true,
		}})
		watcher := seat(h, "prove-fast", "observer", "observer", nil)
		c := admitted(h, "prove-fast", "council2", "council", nil)
		hold := func(in m) *reply {
			h.t.Helper()
			r := h.act("secretariat", "/meetings/"+planned(h, "prove-fast", "council", []string{c}, nil), "hold", in)
			h.seen()
			return r
		}
		h.row("who_chairs", func() {
			hold(roll(f.deputy, f.lead)).ok(200).is("chair_id", f.lead)
			hold(roll(f.deputy, f.member)).ok(200).is("chair_id", f.deputy)
			hold(chairing(roll(f.lead, f.deputy, f.member), f.member)).ok(200).is("chair_id", f.member)
			id := "/meetings/" + planned(h, "prove-fast", "council", []string{c}, nil)
			h.seen()
			h.act("council", id, "hold", roll(f.member, f.seat)).refused(409, "blocked").is("blockers.0.code", "chair_missing").is("blockers.0.pointer", "/chair_id")
			h.act("council", id, "hold", chairing(roll(f.member, f.seat), f.lead)).refused(422, "invalid_content", "/chair_id").is("errors.0.code", "cannot_chair")
			h.act("council", id, "hold", chairing(roll(f.member, watcher), watcher)).refused(422, "invalid_content", "/chair_id").is("errors.0.code", "cannot_chair")
			h.act("council", id, "hold", chairing(roll(f.member, f.seat), h.id("council"))).refused(422, "invalid_content", "/chair_id").is("errors.0.code", "not_a_member")
			h.events()
			h.act("council", id, "hold", chairing(roll(f.member, f.seat), f.seat)).ok(200).is("chair_id", f.seat).is("quorum.lead_present", false)
			h.events("council meeting:hold")
		})
		h.row("the_casting_vote", func() {
			d := draftDecision(h, c, nil)
			tied := votes(f.lead, "for", f.deputy, "against")
			h.act("council", d, "adopt", merged(tied, m{"meeting_id": hold(chairing(roll(f.lead, f.deputy), f.deputy)).ok(200).id()})).refused(409, "not_carried")
			h.act("council", d, "adopt", merged(tied, m{"meeting_id": hold(roll(f.lead, f.deputy)).ok(200).id()})).ok(200).is("resolution.tally.for", 1).is("resolution.tally.carried", true)
			d = draftDecision(h, c, nil)
			h.act("council", d, "adopt", merged(votes(f.lead, "against", f.member, "for"), m{"meeting_id": hold(chairing(roll(f.lead, f.member), f.member)).ok(200).id()})).ok(200)
		})
		h.row("the_chair_must_be_present", func() {
			mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "at_least": 2, "chair": true}, "majority": m{"of": "votes", "more_than": "1/2"}}})
			hold(chairing(roll(f.member, f.seat), f.member)).ok(200).is("quorum.present", 2).is("quorum.required", 2).is("quorum.met", false)
			hold(roll(f.member, f.deputy)).ok(200).is("quorum.met", true)
		})
	})
}

// The seat of a person who has left is vacant. The rule says whether it counts.
func TestGoverningVacantSeats(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		plain := m{"of": "votes", "more_than": "1/2"}
		mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": m{"of": "filled_seats", "at_least": "2/3"}, "majority": plain}})
		gone := h.member("sluttet", "/siv/")
		left := seat(h, "prove-fast", "sluttet", "member", nil)
		h.later(3)
		h.tokens = map[string]string{}
		before := planned(h, "prove-fast", "council", []string{admitted(h, "prove-fast", "council2", "council", nil)}, m{"starts_at": "2026-11-22T08:00:00Z", "ends_at": nil})
		vacant := func(want bool) {
			h.t.Helper()
			h.as("council").get("/bodies/prove-fast/overview").ok(200).is("members.2.position", "member").is("members.2.members.0.vacant", false).
				is("members.2.members.2.membership_id", left).is("members.2.members.2.vacant", want)
		}
		vacant(false)
		u := h.as("admin").get("/users/" + gone).ok(200)
		h.as("admin").verb("/users/"+gone+"/deactivate", u.version(), m{"reason": "Sluttet"}).ok(200)
		vacant(true)
		h.later(1)
		h.tokens = map[string]string{}
		c := admitted(h, "prove-fast", "council2", "council", nil)
		at := "2026-11-25T08:00:00Z"
		after := planned(h, "prove-fast", "council", []string{c}, m{"starts_at": at, "ends_at": nil})
		h.seen()
		h.row("filled_before_the_person_left", func() {
			h.act("council", "/meetings/"+before, "hold", roll(f.lead, left)).ok(200).is("quorum.voting", 5).is("quorum.filled", 5).is("quorum.required", 4).is("seats.4.vacant", false)
			h.events("council meeting:hold")
		})
		h.row("vacant_after", func() {
			h.act("council", "/meetings/"+after, "hold", roll(f.lead, f.deputy, left)).refused(422, "invalid_content", "/attendance/2/membership_id").is("errors.0.code", "vacant_seat")
			h.events()
			h.act("council", "/meetings/"+after, "hold", roll(f.lead, f.deputy, f.member)).ok(200).is("quorum.voting", 5).is("quorum.filled", 4).is("quorum.required", 3).
				is("quorum.met", true).is("seats.4.vacant", true)
			d := draftDecision(h, c, after)
			h.act("council", d, "adopt", votes(f.lead, "for", left, "for")).refused(422, "invalid_content", "/votes/1/membership_id")
			h.act("council", d, "adopt", votes(f.lead, "for", f.deputy, "for")).ok(200)
		})
		h.row("seats_count_it", func() {
			mandated(h, "prove-fast", []string{"decide"}, m{"rules": m{"quorum": m{"of": "seats", "at_least": "4/5"}, "majority": plain}})
			next := planned(h, "prove-fast", "council", []string{c}, m{"starts_at": at, "ends_at": nil})
			h.act("council", "/meetings/"+next, "hold", roll(f.lead, f.deputy, f.member)).ok(200).is("quorum.required", 4).is("quorum.met", false)
		})
		h.row("back_again", func() {
			h.system(func(tx *record.Tx) error {
				_, err := org.Users.Change(tx.Follow("user", "activate"), record.Ref{ID: gone, Version: record.AnyVersion}, (*org.User).Activate)
				return err
			})
			vacant(false)
			h.as("council").get("/meetings/"+after).ok(200).is("seats.4.vacant", true).is("quorum.filled", 4)
			again := planned(h, "prove-fast", "council", []string{c}, m{"starts_at": at, "ends_at": nil})
			h.act("council", "/meetings/"+again, "hold", roll(f.lead, f.deputy)).ok(200).is("seats.4.vacant", true)
		})
		h.row("nobody_left", func() {
			body(h, "prove-tom", "council", "ai_council", nil)
			mandated(h, "prove-tom", []string{"decide"}, m{"rules": m{"quorum": m{"of": "filled_seats", "at_least": "1/2"}, "majority": plain}})
			watcher := seat(h, "prove-tom", "observer", "observer", nil)
			id := "/meetings/" + h.as("secretariat").post("/meetings", m{"scope": "/siv/", "body_id": "prove-tom", "title": "Møte", "form": "digital", "starts_at": h.instant(0), "agenda": []string{}}).ok(201).id()
			x := h.as("secretariat").post("/cases", m{"scope": "/siv/", "body_id": "prove-tom", "title": "Sak", "kind": "discussion"}).ok(201).id()
			h.act("secretariat", "/cases/"+x, "submit", nil).ok(200)
			lead := seat(h, "prove-tom", "council", "lead", m{"valid_from": "2026-11-25", "valid_to": "2026-11-25"})
			h.act("council", "/cases/"+x, "admit", nil).ok(200)
			h.as("secretariat").patch(id, 1, m{"agenda": []string{x}}).ok(200)
			h.act("secretariat", id, "call", nil).ok(200)
			h.act("secretariat", "/memberships/"+lead, "end", m{"reason": "Trakk seg"}).ok(200)
			h.nextDay(1)
			h.act("secretariat", id, "postpone", m{"starts_at": h.instant(0), "reason": "Ingen medlemmer"}).ok(200)
			h.act("secretariat", id, "call", nil).ok(200)
			h.act("secretariat", id, "hold", roll(watcher)).ok(200).is("quorum.voting", 0).is("quorum.required", 1).is("quorum.met", false).is("chair_id", nil)
		})
	})
}

// In a written meeting a vote counts only when it was cast before the deadline, wherever it is entered.
func TestGoverningLateBallots(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		mandated(h, "prove-fast", []string{"decide"}, nil)
		c := admitted(h, "prove-fast", "council2", "council", nil)
		plan := func() string {
			return planned(h, "prove-fast", "council", []string{c}, m{"form": "written", "deadline": "2026-11-21T16:00:00Z", "ends_at": nil})
		}
		meeting := plan()
		d, other, third := draftDecision(h, c, meeting), draftDecision(h, c, meeting), draftDecision(h, c, meeting)
		loose := draftDecision(h, c, nil) // names no meeting yet
		for _, at := range []string{d, loose, third} {
			h.act("council", at, "vote", m{"vote": "for"}).ok(200)
		}
		h.set(h.now.Add(7 * 3600e9)) // 17:00 UTC
		h.seen()
		h.act("council2", d, "vote", m{"vote": "for"}).refused(422, "invalid_content", "/vote").is("errors.0.code", "late_ballot")
		h.act("council2", loose, "vote", m{"vote": "for"}).ok(200)
		h.act("council", "/meetings/"+meeting, "hold", roll(f.lead, f.deputy, f.member, f.seat)).ok(200).is("quorum.met", true)
		h.events("council2 decision:vote", "council meeting:hold")

		entered := func(membership, at, source string) m {
			return m{"membership_id": membership, "vote": "for", "cast_at": at, "source": source}
		}
		adopt := func(at string, list ...m) *reply { return h.act("council", at, "adopt", m{"votes": list}) }
		early, late := "2026-11-21T15:59:00Z", "2026-11-21T16:01:00Z"
		h.row("entered_for_others", func() {
			adopt(d, m{"membership_id": f.deputy, "vote": "for"}).refused(422, "invalid_content", "/votes/0/cast_at", "/votes/0/source")
			adopt(d, entered(f.deputy, early, "letter"), entered(f.member, late, "email")).refused(422, "invalid_content", "/votes/1/cast_at").is("errors.0.code", "late_ballot")
			adopt(d, entered(f.deputy, "2026-11-21T18:00:00Z", "letter")).refused(422, "invalid_content", "/votes/0/cast_at").is("errors.0.code", "in_the_future")
			adopt(d, entered(f.deputy, early, "telefon")).refused(422, "invalid_content", "/votes/0/source")
			adopt(other, entered(f.lead, early, "letter"), entered(f.deputy, early, "letter"), entered(f.member, early, "letter")).
				refused(422, "invalid_content", "/votes/0").is("errors.0.code", "late_ballot") // the caller's own
			h.events()
		})
		h.row("too_few_answered", func() {
			adopt(third).refused(409, "no_quorum").is("present", 1).is("required", 3)
			adopt(third, entered(f.deputy, early, "letter")).refused(409, "no_quorum").is("present", 2)
			h.act("council", other, "adopt", m{"agreed": true}).refused(409, "blocked").is("blockers.0.code", "votes_missing")
			h.events()
		})
		h.row("in_time", func() {
			adopt(d, entered(f.deputy, early, "letter"), entered(f.seat, "2026-11-21T16:00:00Z", "email")).ok(200).is("resolution.present", 3).
				is("resolution.votes.0.membership_id", f.lead).is("resolution.votes.0.cast_at", "2026-11-21T10:00:00Z").is("resolution.votes.0.source", nil).
				is("resolution.votes.1.cast_at", early).is("resolution.votes.1.source", "letter").is("resolution.votes.2.source", "email").is("resolution.tally.for", 3)
			h.events("council decision:adopt")
		})
		h.row("cast_late_on_a_draft_without_a_meeting", func() {
			h.act("council", loose, "adopt", m{"meeting_id": meeting, "votes": []m{entered(f.member, early, "email"), entered(f.seat, early, "email")}}).ok(200).
				is("resolution.void.0.membership_id", f.deputy).is("resolution.void.0.cast_at", "2026-11-21T17:00:00Z").is("resolution.tally.for", 3)
		})
		h.row("only_in_writing", func() {
			m1 := met(h, "prove-fast", "council", []string{c}, f.lead, f.deputy, f.member)
			adopt(draftDecision(h, c, m1), entered(f.deputy, early, "letter")).refused(422, "invalid_content", "/votes/0/cast_at", "/votes/0/source").is("errors.0.code", "only_written")
		})
	})
}

// A wrong roll is corrected in the minutes, which name the resolutions it affects. The meeting and its resolutions stay as they were.
func TestGoverningCorrectedRoll(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		mandated(h, "prove-fast", []string{"decide", "advise"}, m{"rules": m{
			"quorum": m{"of": "seats", "more_than": "1/2"}, "majority": m{"of": "votes", "more_than": "1/2"}, "chair_breaks_tie": true,
		}})
		watcher := seat(h, "prove-fast", "observer", "observer", nil)
		c := admitted(h, "prove-fast", "council2", "council", nil)
		meeting := met(h, "prove-fast", "council", []string{c}, f.lead, f.deputy, f.member)
		at := "/meetings/" + meeting
		d := draftDecision(h, c, meeting)
		h.act("council", d, "adopt", votes(f.lead, "for", f.member, "for", f.deputy, "against")).ok(200)
		advice := "/advice/" + h.as("council").post("/advice", m{
			"scope": "/siv/", "body_id": "prove-fast", "case_id": c, "meeting_id": meeting, "addressee": "ki-rad-siv", "title": "Råd", "text": "Gjør det.",
		}).ok(201).id()
		h.act("council", advice, "give", m{"agreed": true}).ok(200)
		minutes := func(more m) m { return merged(m{"items": []m{{"case_id": c, "text": "Vedtatt."}}}, more) }
		h.act("secretariat", at, "submit-minutes", minutes(nil)).ok(200).is("minutes.0.roll", nil)
		h.act("council2", at, "approve-minutes", nil).ok(200)
		h.seen()

		h.row("refused", func() {
			wrong := func(roll m) m { return minutes(m{"reason": "Feil oppmøte", "roll": roll}) }
			h.act("secretariat", at, "correct-minutes", minutes(m{"roll": roll(f.lead)})).refused(422, "invalid_content", "/reason")
			h.act("secretariat", at, "correct-minutes", wrong(roll(f.lead, h.id("council")))).refused(422, "invalid_content", "/roll/attendance/1/membership_id")
			h.act("secretariat", at, "correct-minutes", wrong(chairing(roll(f.lead), f.deputy))).refused(422, "invalid_content", "/roll/chair_id")
			h.act("secretariat", at, "correct-minutes", wrong(roll(f.member, f.seat))).refused(409, "blocked").is("blockers.0.pointer", "/roll/chair_id")
			h.act("observer", at, "correct-minutes", wrong(roll(f.lead))).refused(403, "forbidden")
			h.events()
		})
		h.row("nothing_affected", func() {
			h.act("secretariat", at, "correct-minutes", minutes(m{"reason": "Observatøren var der", "roll": roll(f.lead, f.deputy, f.member, watcher)})).ok(200).
				is("minutes.1.roll.affects", "[]").is("minutes.1.roll.quorum.present", 3)
			h.act("council2", at, "return-minutes", m{"reason": "Manager var ikke der"}).ok(200)
		})
		h.row("affected", func() {
			// The member was not there, the organisation was: the quorum stands, but one for and one against is no majority unless the chair is for.
			h.act("secretariat", at, "submit-minutes", minutes(m{"roll": chairing(roll(f.lead, f.deputy, f.seat), f.deputy)})).ok(200).is("minutes.1.edition", 2).is("minutes.1.corrects", 1).
				is("minutes.1.roll.chair_id", f.deputy).is("minutes.1.roll.quorum.met", true).
				is("minutes.1.roll.affects.0.kind", "advice").is("minutes.1.roll.affects.0.id", advice[8:]).is("minutes.1.roll.affects.0.carried", true).is("minutes.1.roll.affects.0.quorum", true).
				is("minutes.1.roll.affects.1.kind", "decision").is("minutes.1.roll.affects.1.id", d[11:]).is("minutes.1.roll.affects.1.number", "DEC-0001").
				is("minutes.1.roll.affects.1.carried", false).is("minutes.1.roll.affects.1.quorum", true)
			h.act("council2", at, "approve-minutes", nil).ok(200)
		})
		h.row("no_quorum_by_it", func() {
			r := h.act("secretariat", at, "correct-minutes", minutes(m{"reason": "Bare to var der", "roll": roll(f.lead, f.deputy)})).ok(200)
			r.is("minutes.2.roll.quorum.met", false).is("minutes.2.roll.chair_id", f.lead).is("minutes.2.roll.affects.1.quorum", false).is("minutes.2.roll.affects.1.carried", true)
			r.is("minutes.1.roll.affects.1.carried", false).is("attendance.2.membership_id", f.member).is("quorum.met", true).is("chair_id", f.lead).is("quorum.present", 3)
			h.act("council2", at, "approve-minutes", nil).ok(200).is("minutes.2.roll.affects.1.id", d[11:])
			h.as("council").get(d).ok(200).is("status", "adopted").is("resolution.tally.for", 2).is("resolution.present", 3)
		})
		h.row("later_minutes_keep_it", func() {
			h.act("secretariat", at, "correct-minutes", minutes(m{"reason": "Skrivefeil"})).ok(200).is("minutes.3.roll.quorum.present", 2).is("minutes.3.roll.affects.1.quorum", false)
			h.act("council2", at, "approve-minutes", nil).ok(200)
			next := draftDecision(h, c, meeting)
			h.act("council", next, "adopt", votes(f.lead, "for", f.member, "for")).refused(409, "no_quorum") // a new decision is judged by the approved roll
		})
	})
}

// A case is on the agenda as long as a meeting that is called has it.
func TestGoverningCaseOfTwoMeetings(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		f := fastOf(h)
		mandated(h, "prove-fast", []string{"decide"}, nil)
		c := admitted(h, "prove-fast", "council2", "council", nil)
		coming := m{"starts_at": "2026-12-01T08:00:00Z", "ends_at": nil}
		one, two := "/meetings/"+planned(h, "prove-fast", "council", []string{c}, coming), "/meetings/"+planned(h, "prove-fast", "council", []string{c}, coming)
		state := func(want string) {
			h.t.Helper()
			h.as("council").get("/cases/"+c).ok(200).is("status", want)
		}
		state("on_agenda")
		h.seen()
		h.row("another_meeting_changes_nothing", func() {
			h.act("council", one, "postpone", m{"starts_at": "2026-12-02T08:00:00Z", "reason": "For få"}).ok(200)
			h.events("council meeting:postpone")
			state("on_agenda")
			h.act("council", one, "call", nil).ok(200)
			h.as("council").patch(one, h.as("council").get(one).ok(200).version(), m{"agenda": []string{}}).ok(200)
			h.events("council meeting:call", "council meeting:update")
			state("on_agenda")
			h.act("council", one, "cancel", m{"reason": "Ingen saker"}).ok(200)
			h.events("council meeting:cancel")
			state("on_agenda")
		})
		h.row("the_last_one_takes_it_off", func() {
			h.act("council", two, "cancel", m{"reason": "Sykdom"}).ok(200)
			h.events("council meeting:cancel", "council case:unschedule")
			state("admitted")
		})
		h.row("deferred_and_admitted_again", func() {
			three := "/meetings/" + planned(h, "prove-fast", "council", []string{c}, coming)
			h.act("council", "/cases/"+c, "defer", m{"reason": "Høring"}).ok(200).is("status", "deferred")
			h.seen()
			h.act("council", "/cases/"+c, "admit", nil).ok(200).is("status", "on_agenda")
			h.events("council case:admit", "council case:schedule")
			h.act("council", three, "cancel", m{"reason": "Sykdom"}).ok(200)
			state("admitted")
		})
		h.row("escalated_and_answered", func() {
			three := "/meetings/" + planned(h, "prove-fast", "council", []string{c}, coming)
			h.act("council", "/cases/"+c, "escalate", m{"body_id": "ki-rad-siv", "reason": "Prinsipielt"}).ok(200)
			h.seen()
			h.act("council", "/cases/"+c, "answer", m{"text": "Gjør det"}).ok(200).is("status", "on_agenda")
			h.events("council case:answer", "council case:schedule")
			h.act("council", three, "cancel", m{"reason": "Sykdom"}).ok(200)
			state("admitted")
		})
		h.row("held_and_not_concluded", func() {
			met(h, "prove-fast", "council", []string{c}, f.lead, f.deputy, f.member)
			next := "/meetings/" + planned(h, "prove-fast", "council", []string{c}, coming)
			h.seen()
			h.act("council", next, "cancel", m{"reason": "Ferdig"}).ok(200)
			h.events("council meeting:cancel")
			state("on_agenda")
			h.act("council", "/cases/"+c, "defer", m{"reason": "Høring"}).ok(200)
			h.act("council", "/cases/"+c, "admit", nil).ok(200).is("status", "admitted")
			h.nextDay(1)
			next = "/meetings/" + planned(h, "prove-fast", "council", []string{c}, coming)
			h.act("council", next, "cancel", m{"reason": "Ferdig"}).ok(200)
			state("admitted")
		})
	})
}
