package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/seed"
)

// aMethod returns a request body with the standard method, for the scope of the hospital.
func aMethod(t *testing.T) m {
	t.Helper()
	raw := must(json.Marshal(must(seeding.ReadMethod(seed.Files, "risk-methods/5x5.yaml"))))
	var body m
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	body["scope"] = "/siv/"
	return body
}

// A hospital makes its own edition of the method. Approving the next edition supersedes the one before. Earlier assessments do not change.
func TestRiskMethodEditions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, management := h.as("group"), h.as("management")
		h.as("group2")
		wrong := aMethod(t)
		wrong["cells"].([]any)[4].([]any)[4] = "low"
		wrong["levels"].([]any)[0].(m)["colour"] = "green"
		group.post("/risk-methods", wrong).refused(422, "invalid_content", "/cells/4/4", "/levels/0/colour")
		h.as("owner").post("/risk-methods", aMethod(t)).refused(403, "forbidden")

		first := group.post("/risk-methods", aMethod(t)).ok(201).is("edition", 1).is("status", "draft")
		at := "/risk-methods/" + first.id()
		group.post("/risk-methods", aMethod(t)).refused(409, "edition_open")
		group.patch(at, 1, m{"key": "another"}).refused(422, "invalid_content", "/key")
		group.patch(at, 1, m{"cells": []any{}}).refused(422, "invalid_content", "/cells")
		group.verb(at+"/submit", 1, nil).ok(200).is("status", "in_review")
		waits(h, "management", "approve", first.id())
		group.patch(at, 2, m{"title": m{"nb": "x", "en": "x"}}).refused(409, "wrong_state")
		h.as("council").verb(at+"/approve", 2, nil).refused(403, "forbidden")
		management.verb(at+"/reject", 2, m{}).refused(422, "invalid_content", "/reason")
		management.verb(at+"/reject", 2, m{"reason": "Trinnene mangler eksempler."}).ok(200).is("status", "draft")
		group.verb(at+"/submit", 3, nil).ok(200)
		h.as("group2").verb(at+"/withdraw", 4, m{"reason": "x"}).refused(403, "not_submitter")
		group.verb(at+"/withdraw", 4, m{"reason": "En skrivefeil."}).ok(200).is("status", "draft")
		group.verb(at+"/submit", 5, nil).ok(200)
		management.verb(at+"/approve", 6, nil).ok(200).is("status", "approved")
		group.delete(at, 7).refused(409, "wrong_state")
		h.events("group risk_method:create", "group risk_method:submit", "management risk_method:reject", "group risk_method:submit",
			"group risk_method:withdraw", "group risk_method:submit", "management risk_method:approve")

		register := aRegister(h)
		r := aRisk(h, register, nil)
		r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 2, 4)).ok(200).is("level", "moderate").is("current.method_id", first.id())
		lived := func(likelihood, consequence int) *reply {
			r := aRisk(h, register, nil)
			r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", likelihood, consequence)).ok(200)
			r = kept(h, r)
			return h.as("owner").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).ok(200)
		}
		raised, same, stale := lived(2, 4), lived(1, 1), lived(2, 4)
		group.verb("/risks/"+stale.id()+"/assess", stale.version(), judged("current", 2, 4)).ok(200).is("acceptance_stale", true)
		h.seen()

		stricter := aMethod(t)
		stricter["cells"].([]any)[1].([]any)[3] = "high"
		second := group.post("/risk-methods", stricter).ok(201).is("edition", 2)
		group.verb("/risk-methods/"+second.id()+"/submit", 1, nil).ok(200)
		management.verb("/risk-methods/"+second.id()+"/approve", 2, nil).ok(200)
		h.events("group risk_method:create", "group risk_method:submit", "management risk_method:approve", "management risk_method:supersede",
			"management risk:outdate", "management risk:outdate", "management risk:outdate")
		group.get("/risks/"+raised.id()).ok(200).is("status", "accepted").is("acceptance_stale", true).is("acceptances.0.stale", true).is("level", "moderate").is("level_outdated.reason", "method_changed")
		group.get("/risks/"+same.id()).ok(200).is("acceptance_stale", false).is("level_outdated", nil)
		cause := group.get("/risk-methods/" + second.id() + "/events").ok(200).str("items.0.request_id")
		group.get("/risks/"+raised.id()+"/events").ok(200).is("items.0.action", "outdate").is("items.0.request_id", cause)
		if contains(management.get("/risks/"+same.id()).ok(200).strings("allowed_actions"), "outdate") {
			t.Error("what follows from a method is offered to people")
		}
		group.get(at).ok(200).is("status", "superseded").is("cells.1.3", "moderate")

		h.as("owner").verb("/risks/"+r.id()+"/accept", r.version()+1, accepted("2027-01-01")).refused(409, "level_outdated")
		group.verb("/risks/"+r.id()+"/assess", group.get("/risks/"+r.id()).ok(200).version(), m{"same_as": r.str("assessments.0.id"), "rationale": "Som før."}).
			refused(409, "blocked").is("blockers.0.code", "method_changed")
		r = group.get("/risks/"+r.id()).ok(200).is("current.method_edition", 1).is("level", "moderate")
		group.get("/risk-registers/"+register+"/matrix?stage=current").ok(200).is("method.edition", 2).
			is("cells.8.level", "high").is("cells.8.count", 0).is("levels.2.count", 0).is("unplaced.0.id", r.id()).is("unplaced.0.note", "other_edition").
			is("cells.0.risks.0.id", same.id()).is("cells.0.risks.0.note", "other_edition")
		group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 2, 4)).ok(200).is("level", "high").is("current.method_edition", 2).is("assessments.0.level", "moderate").is("level_outdated", nil)
		h.as("owner2").get("/risk-methods/" + second.id()).ok(200) // a project reads the method of the hospital above it
	})
}

// Very high risk is accepted for at most six months by the authority rules, even if the method allows longer.
func TestAcceptanceEndsWithTheAuthority(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, management := h.as("group"), h.as("management")
		lenient := aMethod(t)
		for _, l := range lenient["levels"].([]any) {
			l.(m)["acceptance_at_most"] = nil
		}
		lenient["levels"].([]any)[2].(m)["acceptance_at_most"] = "P5Y"
		method := group.post("/risk-methods", lenient).ok(201)
		group.verb("/risk-methods/"+method.id()+"/submit", 1, nil).ok(200)
		management.verb("/risk-methods/"+method.id()+"/approve", 2, nil).ok(200)
		register := aRegister(h)
		for _, row := range []struct {
			likelihood, consequence int
			until                   string
			status                  int
		}{
			{5, 5, "2036-11-20", 422},
			{5, 5, "2027-05-22", 422},
			{5, 5, "2027-05-21", 200},
			{3, 5, "2031-11-22", 422},
			{3, 5, "2031-11-21", 200},
			{2, 4, "2036-11-20", 200},
		} {
			r := aRisk(h, register, nil)
			r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", row.likelihood, row.consequence)).ok(200).is("current.method_id", method.id())
			r = kept(h, r)
			h.seen()
			got := management.verb("/risks/"+r.id()+"/accept", r.version(), accepted(row.until))
			if row.status == 200 {
				got.ok(200).is("accepted_until", row.until)
				h.events("management risk:accept")
				continue
			}
			got.refused(422, "invalid_content", "/until").is("errors.0.code", "too_late")
			h.events()
		}
	})
}

// The method of a register with risks is changed by whoever approves methods. Every level in it is outdated, however many there are.
func TestMethodOfARegisterChanges(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, register := h.as("group"), aRegister(h)
		r := aRisk(h, register, nil)
		r = group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 1, 1)).ok(200)
		r = h.as("owner").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).ok(200)
		const more = 120
		err := h.db.Write(context.Background(), record.System, record.Permission{Object: "risk", Action: "create"}, "", func(tx *record.Tx) error {
			first, err := risk.Repo.Find(tx, r.id())
			for range more {
				if err == nil {
					again := *first
					_, err = risk.Repo.Create(tx, &again)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.seen()
		group.patch("/risk-registers/"+register, 1, m{"title": "Nytt navn"}).ok(200)
		h.events("group risk_register:update")
		management, at := h.as("management"), "/risk-registers/"+register+"/change-method"
		group.patch("/risk-registers/"+register, 2, m{"method": "standard-4x4"}).refused(422, "invalid_content", "/method").is("errors.0.code", "method_in_use")
		change := m{"method": "standard-4x4", "reason": "Felles metode for informasjonssikkerhet."}
		for _, who := range []string{"group", "owner", "manager", "council"} {
			h.as(who).verb(at, 2, change).refused(403, "forbidden")
		}
		management.verb(at, 2, m{"method": "standard-4x4"}).refused(422, "invalid_content", "/reason")
		management.verb(at, 2, m{"method": "standard-5x5", "reason": "x"}).refused(422, "invalid_content", "/method").is("errors.0.code", "same_method")
		management.verb(at, 2, m{"method": "our-own", "reason": "x"}).refused(409, "blocked").is("blockers.0.code", "no_method")
		h.seen()
		management.verb(at, 2, change).ok(200).is("method", "standard-4x4")
		want := []string{"management risk_register:change-method"}
		for range more + 1 {
			want = append(want, "management risk:outdate")
		}
		h.events(want...)
		group.get("/risks/"+r.id()).ok(200).is("status", "accepted").is("acceptance_stale", true).is("level", "low").is("level_outdated.reason", "method_changed")
		change["method"] = "standard-5x5"
		management.verb(at, 3, change).ok(200) // they are outdated already
		h.events("management risk_register:change-method")
		empty := aRegister(h)
		group.patch("/risk-registers/"+empty, 1, m{"method": "standard-4x4"}).ok(200).is("method", "standard-4x4")
	})
}

func TestRiskMethodIsMissing(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		in := m{"scope": fracture, "title": "Egen metode", "method": "our-own"}
		h.as("group").post("/risk-registers", in).refused(422, "invalid_content", "/method")
		own := aMethod(t)
		own["key"] = "our-own"
		h.as("group").post("/risk-methods", own).ok(201)
		register := h.as("group").post("/risk-registers", in).ok(201).id()
		r := aRisk(h, register, nil)
		h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 1, 1)).refused(409, "blocked").is("blockers.0.code", "no_method")
		h.as("group").get("/risk-registers/"+register+"/matrix").refused(409, "blocked")
	})
}

// A person who may accept the highest risk of a plan may approve the plan. An approved plan does not change.
func TestTreatmentPlan(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, register := h.as("group"), aRegister(h)
		h.as("owner")
		r := aRisk(h, register, nil)
		at := "/risks/" + r.id()
		r = group.verb(at+"/assess", r.version(), judged("inherent", 3, 4)).ok(200)
		body := m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": []string{r.id()}}
		group.post("/treatment-plans", m{"scope": fracture, "title": "x", "risk_ids": []string{}}).refused(422, "invalid_content", "/risk_ids")
		group.post("/treatment-plans", m{"scope": fracture, "title": "x", "risk_ids": []string{register}}).refused(422, "invalid_content", "/risk_ids/0")
		p := group.post("/treatment-plans", body).ok(201)
		plan := "/treatment-plans/" + p.id()
		group.verb(plan+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "risk_owner_missing").is("blockers.1.code", "residual_not_assessed").is("blockers.2.code", "untreated").
			is("blockers.0.pointer", "/risk_ids/0").is("blockers.0.link", "/api/v1"+at)

		r = group.patch(at, r.version(), m{"owner_id": h.id("owner")}).ok(200)
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Dobbel kontroll."}).ok(200)
		r = group.verb(at+"/assess", r.version(), judged("residual", 3, 4)).ok(200)
		group.verb(plan+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "treatment_incomplete")
		r = group.verb(at+"/treatments/"+r.str("treatments.0.id")+"/cancel", r.version(), m{"reason": "Mangler ansvarlig."}).ok(200)
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Dobbel kontroll.", "responsible_id": h.id("owner"), "due": "2027-01-31"}).ok(200)
		group.patch(plan, 1, m{"title": "Tiltaksplan 2027"}).ok(200).is("level", "high")
		h.seen()
		group.verb(plan+"/submit", 2, nil).ok(200).is("status", "in_review").is("level", "high")
		group.verb(plan+"/approve", 3, nil).refused(403, "forbidden")
		h.as("owner").verb(plan+"/approve", 3, nil).refused(403, "authority_missing")
		h.as("owner").verb(plan+"/reject", 3, m{"reason": "For dyrt."}).refused(403, "authority_missing") // rejecting needs the same authority as approving
		h.as("owner2").get(plan).refused(404, "not_found")
		h.as("manager").verb(plan+"/approve", 3, nil).refused(409, "blocked").is("blockers.0.code", "not_agreed_by_owner").is("blockers.0.who", h.id("owner"))
		waits(h, "owner", "agree", p.id())
		h.as("owner").verb(plan+"/agree", 3, nil).ok(200).is("agreements.0.by", h.id("owner")).is("agreements.0.risk_ids.0", r.id())

		r = group.verb(at+"/assess", r.version(), judged("residual", 5, 5)).ok(200)
		h.as("manager").verb(plan+"/approve", 5, nil).refused(409, "blocked").is("blockers.0.code", "level_changed").is("blockers.1.code", "not_agreed_by_owner")
		r = group.verb(at+"/assess", r.version(), judged("residual", 3, 4)).ok(200)
		h.as("owner").verb(plan+"/agree", 5, nil).ok(200)
		h.as("manager").verb(plan+"/approve", 6, nil).ok(200).is("status", "approved").is("risks.0.residual.level", "high").is("risks.0.version", r.version()).
			is("authority.role", "line_manager")
		h.events("group treatment_plan:submit", "owner treatment_plan:agree", "group risk:assess", "group treatment_plan:ask", "group risk:assess",
			"owner treatment_plan:agree", "manager treatment_plan:approve")

		r = group.verb(at+"/assess", r.version(), judged("residual", 1, 1)).ok(200).is("level", "low")
		group.get(plan).ok(200).is("level", "high").is("risks.0.residual.likelihood", 3)
		group.patch(plan, 7, m{"title": "x"}).refused(409, "wrong_state")
		group.get(fmt.Sprintf("/treatment-plans?risk_ids=%s&level=high", r.id())).ok(200).is("items.0.id", p.id())
	})
}

// treated creates a risk of the project owner in a scope, with an assessment, a treatment and a residual assessment.
func treated(h *installation, scope, register, by string, residual ...int) *reply {
	h.t.Helper()
	r := aRisk(h, register, m{"scope": scope, "owner_id": h.id("owner")})
	at := "/risks/" + r.id()
	r = h.as("group").verb(at+"/treat", h.as("group").verb(at+"/assess", r.version(), judged("current", 3, 5)).ok(200).version(),
		m{"option": "mitigate", "plan": "Dobbel kontroll.", "responsible_id": h.id("owner"), "due": "2027-01-31"}).ok(200)
	return h.as(by).verb(at+"/assess", r.version(), judged("residual", residual[0], residual[1])).ok(200)
}

// The responsible person of a plan can read its risks: they are in its scope or below it, at creation and at approval.
func TestTreatmentPlanHoldsWhatLiesInItsScope(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner := h.as("group"), h.as("owner")
		register := group.post("/risk-registers", m{"scope": "/siv/", "title": "Sykehuset"}).ok(201).id()
		above, own := treated(h, "/siv/", register, "group", 2, 4), treated(h, fracture, register, "group", 2, 4)
		plan := func(scope string, risks ...string) m {
			return m{"scope": scope, "title": "Tiltaksplan", "risk_ids": risks}
		}
		h.seen()
		group.post("/treatment-plans", plan(fracture, own.id(), above.id())).refused(422, "invalid_content", "/risk_ids/1").is("errors.0.code", "outside_scope")
		group.post("/treatment-plans", plan(fracture, register, above.id())).refused(422, "invalid_content", "/risk_ids/0", "/risk_ids/1")
		owner.post("/treatment-plans", plan(fracture, own.id(), above.id())).refused(422, "invalid_content", "/risk_ids/1").is("errors.0.code", "outside_scope")
		h.events()
		group.post("/treatment-plans", plan("/siv/", own.id(), above.id())).ok(201).is("level", "moderate")
		p := group.post("/treatment-plans", plan(fracture, own.id())).ok(201)
		at := "/treatment-plans/" + p.id()
		group.patch(at, 1, m{"risk_ids": []string{above.id(), own.id()}}).refused(422, "invalid_content", "/risk_ids/0").is("errors.0.code", "outside_scope")

		move := func(to string) {
			own = group.verb("/risks/"+own.id()+"/transfer", own.version(), m{"scope": to, "reason": "Gjelder flere."}).ok(200)
		}
		move("/siv/radiologi/")
		p = group.patch(at, 1, m{"title": "Tiltaksplan 2027"}).ok(200).is("level", "<nil>")
		group.verb(at+"/submit", p.version(), nil).refused(409, "blocked").is("blockers.0.code", "outside_scope").is("blockers.0.pointer", "/risk_ids/0")
		move(fracture)
		p = group.verb(at+"/submit", p.version(), nil).ok(200).is("level", "moderate")
		p = owner.verb(at+"/agree", p.version(), nil).ok(200)
		move("/siv/radiologi/")
		owner.get("/risks/" + own.id()).ok(200) // its owner reads it wherever it lies
		h.seen()
		no := owner.verb(at+"/approve", p.version(), nil).refused(409, "blocked").is("blockers.0.code", "outside_scope")
		if len(no.at("blockers").([]any)) != 1 || strings.Contains(string(no.body), own.str("number")) {
			t.Errorf("it tells of a risk that the owner cannot read: %s", no.body)
		}
		h.events()
		move(fracture)
		owner.verb(at+"/approve", p.version(), nil).ok(200).is("risks.0.version", own.version())
		h.events("group risk:transfer", "owner treatment_plan:approve")
	})
}

// A person who assessed a risk may not accept it, nor approve a plan that includes it.
func TestTreatmentPlanIsNotApprovedByWhoAssessed(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner, register := h.as("group"), h.as("owner"), aRegister(h)
		h.as("manager")
		benefit := aRisk(h, register, m{"polarity": "opportunity", "owner_id": h.id("manager")})
		benefit = owner.verb("/risks/"+benefit.id()+"/assess", benefit.version(), judged("current", 5, 5)).ok(200)
		benefit = group.verb("/risks/"+benefit.id()+"/treat", benefit.version(), m{"option": "forgo", "plan": "x"}).ok(200)
		submitted := func(r *reply) string {
			p := group.post("/treatment-plans", m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": []string{benefit.id(), r.id()}}).ok(201)
			at := "/treatment-plans/" + group.verb("/treatment-plans/"+p.id()+"/submit", 1, nil).ok(200).is("level", "moderate").id()
			h.as("manager").verb(at+"/agree", 2, nil).ok(200)
			owner.verb(at+"/agree", 3, nil).ok(200)
			return at
		}
		theirs, others := treated(h, fracture, register, "owner", 2, 4), treated(h, fracture, register, "group", 2, 4)
		at, free := submitted(theirs), submitted(others)
		offered := func(who, at string) bool {
			return contains(h.as(who).get(at).ok(200).strings("allowed_actions"), "approve")
		}
		if offered("owner", at) || !offered("manager", at) || !offered("owner", free) {
			t.Error("approve is offered to whoever assessed a risk of the plan, or not to others")
		}
		var waiting []any
		for _, it := range owner.get("/me/tasks?kind=treatment_plan").ok(200).items() {
			waiting = append(waiting, it["link"])
		}
		if len(waiting) != 1 || waiting[0] != "/api/v1"+free {
			t.Errorf("waiting for the owner: %v", waiting)
		}
		for _, p := range group.get(at + "/eligible?action=approve").ok(200).at("people").([]any) {
			if p.(m)["id"] == h.id("owner") {
				t.Error("the owner is eligible")
			}
		}
		h.seen()
		owner.verb(at+"/approve", 4, nil).refused(403, "separation_of_duties").is("record_id", theirs.id()).is("earlier_action", "assess")
		h.events()
		h.as("manager").verb(at+"/approve", 4, nil).ok(200)
		owner.verb(free+"/approve", 4, nil).ok(200) // agreeing keeps nobody from approving
		h.events("manager treatment_plan:approve", "owner treatment_plan:approve")
	})
}
