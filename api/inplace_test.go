package api_test

import (
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/policies"
)

// watchQuorums records, as the worker does, which bodies and cases lack a quorum.
func (h *installation) watchQuorums() {
	h.t.Helper()
	carrier := must(api.NewCarrier(must(api.NewGuard(policies.Files))))
	asSystem(h, func(tx *record.Tx) error { return governance.WatchQuorums(tx, carrier) })
}

// Conflicts of interest leave the council without a quorum in one case. After thirty days top management decides that case in its place, and nothing else.
func TestCaseWithoutQuorum(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		people := []string{"council", "council2", "council3", "council4", "council5", "group", "secretariat", "management", "styreleder", "auditor", "employee", "handler"}
		for _, name := range people {
			h.id(name)
		}
		seats := h.seats("ki-rad-siv")
		conflicted := func(c string, members ...string) {
			h.t.Helper()
			for _, name := range members {
				h.act(name, "/cases/"+c, "declare-conflict", m{"membership_id": seats[name], "reason": "Slekt"}).ok(200)
			}
		}
		waitDays := func(n int) {
			h.t.Helper()
			h.later(n)
			h.tokens = map[string]string{}
			for _, name := range people {
				h.as(name)
			}
			h.seen()
		}
		raised := func(at string) string {
			h.t.Helper()
			return admitted(h, "ki-rad-siv", "council", "council", m{"kind": "decision", "about": []m{about(at, "approve", nil)}})
		}
		guideline := guidelineInReview(h, m{"owner_id": h.id("council5")})
		other := guidelineInReview(h, m{"title": "En annen", "document_number": "1.10.3.8", "owner_id": h.id("management")})
		var c, declined, regained string
		in := m{"outcome": "approve", "reason": "Tre av fem er inhabile."}
		h.row("conflicts and earlier acts leave too few members", func() {
			h.act("council5", guideline, "withdraw", m{"reason": "En feil i teksten"}).ok(200)
			h.act("group", guideline, "submit", nil).ok(200)
			c = raised(guideline)
			conflicted(c, "council3")
			h.seen()
			h.watchQuorums()
			h.events() // three of five are left
			conflicted(c, "council4")
			h.seen()
			h.watchQuorums()
			h.watchQuorums()
			h.events("system case:lose-quorum")
			h.as("management").get("/cases/"+c).ok(200).is("no_quorum_since", "2026-11-21").is("lacks_quorum", false)
			h.act("management", "/cases/"+c, "decide-in-place", in).refused(409, "quorum_possible")
			declined, regained = raised(other), raised(other)
			conflicted(declined, "council3", "council4", "council5")
			conflicted(regained, "council3", "council4", "council5")
			h.watchQuorums()
		})
		h.row("after thirty days top management has a task", func() {
			waitDays(29)
			h.watchQuorums()
			h.events()
			waitDays(1)
			h.watchQuorums()
			h.watchQuorums()
			h.events("system case:lack-quorum", "system case:lack-quorum", "system case:lack-quorum")
			waits(h, "management", "decide-in-place", c)
			h.as("management").get("/bodies/ki-rad-siv").ok(200).is("no_quorum_since", nil)
		})
		h.row("who may decide, and what", func() {
			for _, who := range []string{"secretariat", "council", "auditor"} {
				h.act(who, "/cases/"+c, "decide-in-place", in).refused(403, "forbidden")
			}
			h.act("management", "/cases/"+c, "decide-in-place", m{"outcome": "return"}).refused(422, "invalid_content", "/outcome", "/reason")
			h.act("management", guideline, "approve", nil).refused(403, "authority_missing")
			h.events()
			h.act("management", "/cases/"+c, "decide-in-place", in).ok(200).is("status", "concluded").is("in_place.by", h.id("management")).is("in_place.outcome", "approve").
				is("conclusion.text", in["reason"])
			h.events("management case:decide-in-place", "management policy:approve", "management policy_edition:create")
			h.as("auditor").get(guideline).ok(200).is("status", "approved").is("last_decision.authority.in_place", true).is("last_decision.authority.role", "top_management").
				is("last_decision.authority.body_id", h.as("management").get("/bodies/ki-rad-siv").ok(200).id())
			h.act("management", other, "approve", nil).refused(403, "authority_missing")
			h.act("management", "/cases/"+c, "decide-in-place", in).refused(409, "wrong_state")
		})
		h.row("whoever has taken part does not decide, and a declined case changes nothing", func() {
			h.act("management", other, "withdraw", m{"reason": "En feil i teksten"}).ok(200)
			h.act("group", other, "submit", nil).ok(200)
			h.seen()
			h.act("management", "/cases/"+declined, "decide-in-place", in).refused(403, "separation_of_duties")
			h.act("styreleder", "/cases/"+declined, "decide-in-place", m{"outcome": "decline", "reason": "Grunnlaget er for svakt."}).ok(200).is("status", "concluded")
			h.events("styreleder case:decide-in-place")
			h.as("auditor").get(other).ok(200).is("status", "in_review")
		})
		h.row("the quorum returns", func() {
			seat(h, "ki-rad-siv", "employee", "member", m{"valid_from": "2026-12-01"})
			seat(h, "ki-rad-siv", "handler", "member", m{"valid_from": "2026-12-01"})
			h.seen()
			h.act("styreleder", "/cases/"+regained, "decide-in-place", in).refused(409, "quorum_possible") // at once, before the worker has recorded it
			h.watchQuorums()
			h.events("system case:regain-quorum")
			h.as("management").get("/cases/"+regained).ok(200).is("no_quorum_since", nil).is("lacks_quorum", false)
		})
	})
}
