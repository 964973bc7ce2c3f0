package api_test

import (
	"testing"
)

// What was judged may be edited in every state but closed. The edit outdates the level and ends an acceptance in force, and somebody else than the editor
// confirms the earlier assessment.
func TestAnEditedRiskIsAssessedAgain(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		group2, other := h.as("group2"), aRegister(h)
		for _, edit := range []m{
			{"title": "Dødsfall etter oversett brudd"}, {"description": "Barn dør."}, {"sources": []string{"C.3.5"}}, {"polarity": "opportunity"}, {"register_id": other},
		} {
			r := aRisk(h, register, m{"owner_id": h.id("owner")})
			at := "/risks/" + r.id()
			r = group.verb(at+"/assess", r.version(), judged("current", 1, 2)).ok(200).is("review_due", "2028-11-21")
			r = owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200).is("accepted_by", h.id("owner"))
			h.seen()
			r = owner.patch(at, r.version(), edit).ok(200).is("status", "assessed").is("level", "low").is("level_outdated.reason", "edited").is("level_outdated.by", h.id("owner")).
				is("current.outdated.reason", "edited").is("acceptances.0.end_reason", "changed").is("accepted_until", nil).is("accepted_by", nil)
			h.events("owner risk:update", "owner risk:outdate")
			if edit["polarity"] != nil {
				continue
			}
			waits(h, "group", "assess", r.id())
			h.as("manager").verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(409, "level_outdated")
			if contains(h.as("manager").get(at).ok(200).strings("allowed_actions"), "accept") {
				t.Error("accept is offered on an outdated level")
			}
			same := m{"same_as": r.str("current.assessment_id"), "rationale": "Bare en presisering."}
			owner.verb(at+"/assess", r.version(), same).refused(403, "separation_of_duties").is("earlier_action", "outdate")
			group2.verb(at+"/assess", r.version(), m{"same_as": register, "rationale": "x"}).refused(422, "invalid_content", "/same_as")
			group2.verb(at+"/assess", r.version(), m{"same_as": r.str("current.assessment_id"), "stage": "current", "likelihood": 1, "consequences": m{"privacy": 1}, "rationale": "x"}).
				refused(422, "invalid_content", "/stage", "/likelihood", "/consequences")
			group2.verb(at+"/assess", r.version(), m{"same_as": r.str("current.assessment_id")}).refused(422, "invalid_content", "/rationale")
			// the assessment of another stage does not give the level
			r = group2.verb(at+"/assess", r.version(), judged("inherent", 1, 2)).ok(200).is("level_outdated.reason", "edited")
			r = group2.verb(at+"/assess", r.version(), same).ok(200).is("level_outdated", nil).is("level", "low").is("current.outdated", nil).
				is("assessments.2.same_as", same["same_as"]).is("assessments.2.likelihood", 1).is("assessments.2.by", h.id("group2"))
			owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200).is("status", "accepted")
			h.events("group2 risk:assess", "group2 risk:assess", "owner risk:accept")
		}
	})
}

// Other edits, a transfer and progress with a treatment outdate nothing. A closed risk is not edited.
func TestWhatOutdatesNothing(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		first := aRisk(h, register, nil)
		group.patch("/risks/"+first.id(), first.version(), m{"title": "Aldri vurdert"}).ok(200).is("level_outdated", nil)
		above := group.post("/risk-registers", m{"scope": "/siv/", "title": "Sykehuset"}).ok(201).id()
		r := aRisk(h, above, nil)
		at := "/risks/" + r.id()
		r = group.verb(at+"/assess", r.version(), judged("current", 1, 2)).ok(200)
		r = owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200)
		h.seen()
		for _, edit := range []m{{"owner_id": h.id("owner")}, {"objectives": []string{"C.2.10"}}, {"clauses": []string{"8.2"}}, {"review_due": "2027-02-01"}, {"title": r.str("title")}} {
			r = group.patch(at, r.version(), edit).ok(200).is("status", "accepted").is("level_outdated", nil)
		}
		r = group.verb(at+"/transfer", r.version(), m{"scope": "/siv/radiologi/", "reason": "Gjelder flere."}).ok(200).is("status", "accepted").is("level_outdated", nil)
		h.events("group risk:update", "group risk:update", "group risk:update", "group risk:update", "group risk:update", "group risk:transfer")
		group.patch(at, r.version(), m{"review_due": "2028-11-22"}).refused(422, "invalid_content", "/review_due").is("errors.0.code", "too_late")
		r = group.patch(at, r.version(), m{"review_due": nil}).ok(200).is("review_due", "2028-11-21")
		r = h.as("manager").verb(at+"/close", r.version(), m{"reason": "eliminated"}).ok(200).is("acceptances.0.end_reason", "closed")
		group.patch(at, r.version(), m{"title": "Noe annet"}).refused(409, "wrong_state")
	})
}

// Closing is a decision like accepting: by level, and not by who assessed, or identified what was never assessed.
func TestWhoClosesARisk(t *testing.T) {
	rows := []struct {
		likelihood, consequence int
		who                     string
		status                  int
		code                    string
	}{
		{2, 4, "owner", 200, ""},
		{3, 5, "owner", 403, "authority_missing"},
		{3, 5, "manager", 200, ""},
		{5, 5, "owner", 403, "authority_missing"},
		{5, 5, "manager", 403, "authority_missing"},
		{5, 5, "management", 200, ""},
		{1, 1, "group2", 403, "forbidden"},
		{1, 1, "auditor", 403, "forbidden"},
	}
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		group, owner := h.as("group"), h.as("owner")
		closing := m{"reason": "eliminated"}
		for _, row := range rows {
			r := aRisk(h, register, nil)
			at := "/risks/" + r.id()
			r = group.verb(at+"/assess", r.version(), judged("current", row.likelihood, row.consequence)).ok(200)
			h.as(row.who)
			h.seen()
			if got := h.as(row.who).verb(at+"/close", r.version(), closing); row.status == 200 {
				got.ok(200).is("status", "closed").is("closure.by", h.id(row.who))
				h.events(row.who + " risk:close")
			} else {
				got.refused(row.status, row.code)
				h.events()
			}
		}
		// who assessed does not close, whatever the level, and an outdated level still counts
		r := aRisk(h, register, nil)
		at := "/risks/" + r.id()
		r = owner.verb(at+"/assess", r.version(), judged("current", 1, 1)).ok(200)
		owner.verb(at+"/close", r.version(), closing).refused(403, "separation_of_duties").is("earlier_action", "assess")
		r = group.verb(at+"/assess", r.version(), judged("current", 5, 5)).ok(200)
		r = h.as("manager").patch(at, r.version(), m{"title": "Ufarlig", "polarity": "opportunity"}).ok(200).is("level_outdated.reason", "edited")
		h.as("manager").verb(at+"/close", r.version(), closing).refused(403, "authority_missing")
		h.as("management").verb(at+"/close", r.version(), closing).ok(200)
		// a risk that was never assessed
		r = owner.post("/risks", m{"scope": fracture, "register_id": register, "title": "x"}).ok(201)
		at = "/risks/" + r.id()
		owner.verb(at+"/close", r.version(), closing).refused(403, "separation_of_duties").is("earlier_action", "create")
		group.verb(at+"/close", r.version(), closing).ok(200)
	})
}

// A duplicate names the other risk, which is open and not lower.
func TestADuplicateNamesTheOtherRisk(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		assessed := func(likelihood, consequence int) *reply {
			r := aRisk(h, register, nil)
			return group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", likelihood, consequence)).ok(200)
		}
		r, lower, equal, shut := assessed(2, 4), assessed(1, 1), assessed(3, 3), assessed(2, 4)
		owner.verb("/risks/"+shut.id()+"/close", shut.version(), m{"reason": "eliminated"}).ok(200)
		at := "/risks/" + r.id() + "/close"
		h.seen()
		for _, row := range []struct {
			body m
			code string
		}{
			{m{"reason": "duplicate"}, "required"},
			{m{"reason": "eliminated", "duplicate_of": equal.id()}, "only_duplicates"},
			{m{"reason": "duplicate", "duplicate_of": register}, "unknown_reference"},
			{m{"reason": "duplicate", "duplicate_of": r.id()}, "not_a_duplicate"},
			{m{"reason": "duplicate", "duplicate_of": shut.id()}, "not_a_duplicate"},
			{m{"reason": "duplicate", "duplicate_of": lower.id()}, "not_a_duplicate"},
		} {
			owner.verb(at, r.version(), row.body).refused(422, "invalid_content", "/duplicate_of").is("errors.0.code", row.code)
		}
		h.events()
		owner.verb(at, r.version(), m{"reason": "duplicate", "duplicate_of": equal.id()}).ok(200).is("closure.duplicate_of", equal.id())
		h.events("owner risk:close")
	})
}

// A higher assessment ends an acceptance, and whoever has authority now has the task. A cancelled treatment that raises the level does so, too.
func TestAHigherAssessmentEndsTheAcceptance(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		h.as("manager")
		r := treated(h, fracture, register, "group", 2, 4)
		at := "/risks/" + r.id()
		inPlan(h, "manager", r.id())
		r = owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200)
		h.seen()
		r = group.verb(at+"/assess", r.version(), judged("residual", 5, 5)).ok(200).is("status", "treating").is("level", "very_high").
			is("acceptances.0.end_reason", "assessed_higher").is("acceptances.0.ended_by", h.id("group")).is("accepted_until", nil).is("review_due", "2027-05-21")
		h.events("group risk:assess")
		waits(h, "management", "accept", r.id())
		owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(403, "authority_missing")
		r = h.as("management").verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200).is("acceptances.1.level", "very_high")

		r = group.verb(at+"/assess", r.version(), judged("residual", 5, 5)).ok(200).is("status", "accepted").is("acceptance_stale", true)
		waits(h, "management", "confirm-acceptance", r.id())
		owner.verb(at+"/confirm-acceptance", r.version(), nil).refused(403, "authority_missing")
		h.as("management").verb(at+"/reopen", r.version(), m{"reason": "x"}).refused(403, "forbidden")
		h.as("manager").verb(at+"/reopen", r.version(), m{"reason": "Tiltaket pågår."}).ok(200).is("status", "treating")

		// the residual level counts only while a treatment changes the risk
		low := treated(h, fracture, register, "group", 1, 1)
		at = "/risks/" + low.id()
		low = owner.verb(at+"/accept", low.version(), accepted("2027-01-01")).ok(200).is("level", "low")
		h.seen()
		group.verb(at+"/treatments/"+low.str("treatments.0.id")+"/cancel", low.version(), m{"reason": "For dyrt."}).ok(200).is("status", "assessed").is("level", "high").
			is("acceptances.0.end_reason", "assessed_higher")
		h.events("group risk:treatment", "group risk:lapse")
	})
}

// The method says how long each level is accepted for.
func TestTheMethodLimitsAcceptances(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, management, register := h.as("group"), h.as("management"), aRegister(h)
		for _, row := range []struct {
			likelihood, consequence   int
			last, late, review, level string
		}{
			{1, 1, "2028-11-21", "2028-11-22", "2028-11-21", "low"},
			{2, 4, "2027-11-21", "2027-11-22", "2027-11-21", "moderate"},
			{3, 5, "2027-11-21", "2027-11-22", "2027-11-21", "high"},
			{5, 5, "2027-05-21", "2027-05-22", "2027-05-21", "very_high"},
		} {
			r := aRisk(h, register, nil).is("review_due", "2027-02-21")
			at := "/risks/" + r.id()
			r = group.verb(at+"/assess", r.version(), judged("current", row.likelihood, row.consequence)).ok(200).is("level", row.level).is("review_due", row.review)
			if row.level == "low" {
				management.verb(at+"/accept", r.version(), accepted(row.late)).refused(422, "invalid_content", "/until")
				management.verb(at+"/accept", r.version(), accepted(row.last)).ok(200)
				continue
			}
			management.verb(at+"/accept", r.version(), accepted(row.last)).refused(409, "blocked").is("blockers.0.code", "plan_needed").
				is("blockers.0.link", "/api/v1/treatment-plans?risk_ids="+r.id())
			r = kept(h, r)
			management.verb(at+"/accept", r.version(), accepted(row.late)).refused(422, "invalid_content", "/until").is("errors.0.code", "too_late")
			management.verb(at+"/accept", r.version(), accepted(row.last)).ok(200)
		}
	})
}

// A treatment that is added or cancelled after approval makes the plan stale. The plan is revised, and agreed to and approved anew. Only an approved plan
// supports clause 6.1.3.
func TestAStaleTreatmentPlan(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, manager, register := h.as("group"), h.as("owner"), h.as("manager"), aRegister(h)
		r := treated(h, fracture, register, "group", 2, 4)
		at := "/risks/" + r.id()
		plan := inPlan(h, "manager", r.id())
		id := group.get(plan).ok(200).id()
		supports := func(want bool) {
			t.Helper()
			if line := clause(group, "6.1.3")["support"].([]any)[0].(m); line["kind"] != "treatment_plan" || line["satisfied"] != want {
				t.Errorf("6.1.3: %v, want %v", line, want)
			}
		}
		supports(true)
		h.seen()
		r = owner.verb(at+"/treatments/"+r.str("treatments.0.id")+"/start", r.version(), nil).ok(200)
		group.get(plan).ok(200).is("status", "approved")
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Opplæring.", "responsible_id": h.id("owner"), "due": "2027-03-01"}).ok(200)
		h.events("owner risk:treatment", "group risk:treat", "group treatment_plan:outdate")
		p := group.get(plan).ok(200).is("status", "stale").is("stale_risks.0", r.id())
		if kept := p.at("risks.0.treatments").([]any); len(kept) != 1 {
			t.Errorf("the plan has not kept what was approved: %v", kept)
		}
		supports(false)
		waits(h, "group", "revise", id)
		owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(409, "blocked").is("blockers.0.code", "plan_needed")
		h.as("council").verb(plan+"/revise", p.version(), m{"reason": "x"}).refused(403, "forbidden")
		group.verb(plan+"/revise", p.version(), m{}).refused(422, "invalid_content", "/reason")
		p = group.verb(plan+"/revise", p.version(), m{"reason": "Opplæring er lagt til."}).ok(200).is("status", "draft").is("stale_at", nil).is("approved_by", nil)
		p = group.verb(plan+"/submit", p.version(), nil).ok(200)
		manager.verb(plan+"/approve", p.version(), nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner")
		p = owner.verb(plan+"/agree", p.version(), nil).ok(200)
		manager.verb(plan+"/approve", p.version(), nil).ok(200).is("risks.0.treatments.1.plan", "Opplæring.")
		supports(true)
		owner.verb(at+"/accept", r.version(), accepted("2027-01-01")).ok(200)
		h.events("group treatment_plan:revise", "group treatment_plan:submit", "owner treatment_plan:agree", "manager treatment_plan:approve", "owner risk:accept")
	})
}

// Each owner agrees for their own risks, also one without another right to the plan. A new owner is asked.
func TestOwnersAgreeToATreatmentPlan(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, owner2, register := h.as("group"), h.as("owner"), h.as("owner2"), aRegister(h)
		manager := h.as("manager")
		r := treated(h, fracture, register, "group", 2, 4)
		p := group.post("/treatment-plans", m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": []string{r.id()}}).ok(201)
		at := "/treatment-plans/" + p.id()
		owner.verb(at+"/agree", 1, nil).refused(403, "forbidden") // nobody is asked before it is submitted
		p = group.verb(at+"/submit", 1, nil).ok(200).is("owner_ids.0", h.id("owner"))
		owner2.verb(at+"/agree", p.version(), nil).refused(404, "not_found")
		manager.verb(at+"/agree", p.version(), nil).refused(403, "forbidden")
		p = owner.verb(at+"/agree", p.version(), nil).ok(200)
		h.seen()
		group.patch("/risks/"+r.id(), r.version(), m{"owner_id": h.id("owner2")}).ok(200)
		h.events("group risk:update", "group treatment_plan:ask")
		waits(h, "owner2", "agree", p.id())
		p = owner2.get(at).ok(200).is("owner_ids.0", h.id("owner2"))
		manager.verb(at+"/approve", p.version(), nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner").is("blockers.0.who", h.id("owner2"))
		p = owner2.verb(at+"/agree", p.version(), nil).ok(200)
		group.verb(at+"/approve", p.version(), nil).refused(403, "forbidden")
		manager.verb(at+"/approve", p.version(), nil).ok(200)
		h.events("owner2 treatment_plan:agree", "manager treatment_plan:approve")
	})
}
