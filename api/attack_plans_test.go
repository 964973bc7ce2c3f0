package api_test

import (
	"slices"
	"testing"
)

// planInReview has the group draft a treatment plan and submit it.
func planInReview(h *installation, by string, risks ...string) *reply {
	h.t.Helper()
	p := h.as(by).post("/treatment-plans", m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": risks}).ok(201)
	return h.as(by).verb("/treatment-plans/"+p.id()+"/submit", 1, nil).ok(200)
}

// Whoever took a risk over after the plan was drafted does not both agree as its owner and approve, and an author does not even agree.
func TestTakingARiskOver(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		manager, register := h.as("manager"), aRegister(h)
		h.id("management")
		handed := func(by, to, risk string) {
			h.t.Helper()
			h.act(by, "/risks/"+risk, "hand-over", m{"to": h.id(to), "reason": "Overtar."}).ok(200).is("owner_id", h.id(to))
		}
		h.row("the line manager takes the risk over, agrees, and cannot approve", func() {
			r := treated(h, fracture, register, "group", 2, 4)
			p := planInReview(h, "group", r.id())
			at := "/treatment-plans/" + p.id()
			handed("manager", "manager", r.id())
			h.act("manager", at, "agree", nil).ok(200).is("agreements.0.by", h.id("manager"))
			h.seen()
			h.act("manager", at, "approve", nil).refused(403, "separation_of_duties").is("earlier_action", "agree")
			h.mayDo(at, map[string]string{"manager": "agree reject", "management": "approve reject"})
			h.events()
			// the agreement goes with the risk, and the next owner is asked
			handed("manager", "owner", r.id())
			h.act("manager", at, "approve", nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner").is("blockers.0.who", h.id("owner"))
			h.act("owner", at, "agree", nil).ok(200)
			h.act("manager", at, "approve", nil).ok(200).is("status", "approved").is("approved_by", h.id("manager"))
		})
		h.row("the author takes the risk over", func() {
			r, own := treated(h, fracture, register, "group", 2, 4), treated(h, fracture, register, "group", 2, 4)
			handed("manager", "group2", own.id())
			p := planInReview(h, "group2", r.id(), own.id())
			at := "/treatment-plans/" + p.id()
			handed("manager", "group2", r.id())
			h.seen()
			p = h.act("group2", at, "agree", nil).ok(200)
			if got := p.at("agreements.0.risk_ids").([]any); !slices.Equal(got, []any{own.id()}) {
				t.Errorf("the author agreed for %v, want %s", got, own.id())
			}
			h.events("group2 treatment_plan:agree")
			manager.verb(at+"/approve", p.version(), nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner").is("blockers.0.pointer", "/risk_ids/0")
			// taking the risk out of the draft and putting it back changes nothing
			h.act("group2", at, "withdraw", m{"reason": "Rettes."}).ok(200)
			v := h.as("group2").get(at).ok(200).version()
			h.as("group2").patch(at, v, m{"risk_ids": []string{own.id()}}).ok(200)
			h.as("group2").patch(at, v+1, m{"risk_ids": []string{r.id()}}).ok(200)
			h.as("group2").verb(at+"/submit", v+2, nil).ok(200)
			h.seen()
			h.act("group2", at, "agree", nil).refused(403, "separation_of_duties").is("record_id", r.id())
			if contains(h.as("group2").get(at).ok(200).strings("allowed_actions"), "agree") {
				t.Error("agreeing is offered to the author")
			}
			h.events()
			handed("manager", "owner", r.id())
			h.act("owner", at, "agree", nil).ok(200)
			h.act("manager", at, "approve", nil).ok(200)
		})
		h.row("a risk handed over and back", func() {
			r, other := treated(h, fracture, register, "group", 2, 4), treated(h, fracture, register, "group", 2, 4)
			p := planInReview(h, "group", r.id(), other.id())
			at := "/treatment-plans/" + p.id()
			h.act("owner", at, "agree", nil).ok(200)
			h.seen()
			handed("owner", "manager", r.id())
			h.events("owner risk:hand-over", "owner treatment_plan:ask")
			handed("manager", "owner", r.id())
			waits(h, "owner", "agree", p.id())
			h.act("manager", at, "approve", nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner").is("blockers.1.code", "not_agreed_by_owner")
			h.act("owner", at, "agree", nil).ok(200)
			h.act("manager", at, "approve", nil).ok(200)
		})
	})
}

// The owner of a risk reads it and the plan that treats it, wherever they work, and nothing else there.
func TestOwnersReadWhatTheyAgreeTo(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		r, other := treated(h, fracture, register, "group", 2, 4), treated(h, fracture, register, "group", 2, 4)
		h.as("owner2").get("/risks/"+r.id()).refused(404, "not_found")
		h.as("group").patch("/risks/"+r.id(), r.version(), m{"owner_id": h.id("owner2")}).ok(200)
		p := h.as("group").post("/treatment-plans", m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": []string{r.id(), other.id()}}).ok(201)
		at := "/treatment-plans/" + p.id()
		h.as("owner2").get(at).refused(404, "not_found") // it is not submitted
		h.as("group").verb(at+"/submit", 1, nil).ok(200)
		h.as("owner2").get(at).ok(200).is("status", "in_review").is("risk_ids.0", r.id())
		h.as("owner2").get("/risks/"+r.id()).ok(200).is("treatments.0.plan", "Dobbel kontroll.").is("residual.level", "moderate")
		h.as("owner2").get("/risks/"+other.id()).refused(404, "not_found")
		waits(h, "owner2", "agree", p.id())
		h.act("owner2", at, "agree", nil).ok(200)
		h.act("owner", at, "agree", nil).ok(200)
		h.act("manager", at, "approve", nil).ok(200)
		h.as("owner2").get(at).ok(200).is("status", "approved").is("risks.0.treatments.0.plan", "Dobbel kontroll.")
		// a former owner no longer reads the risk
		h.act("manager", "/risks/"+r.id(), "hand-over", m{"to": h.id("owner"), "reason": "Overtar."}).ok(200)
		h.as("owner2").get("/risks/"+r.id()).refused(404, "not_found")
	})
}
