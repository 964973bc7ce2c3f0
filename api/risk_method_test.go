package api_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ki-styring/aims/internal/flow"
	"github.com/ki-styring/aims/seed"
)

// aMethod is the standard method as a body, for the scope of the hospital.
func aMethod(t *testing.T) m {
	t.Helper()
	raw := must(json.Marshal(must(flow.ReadMethod(seed.Files, "risk-methods/5x5.yaml"))))
	var body m
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	body["scope"] = "/siv/"
	return body
}

// A hospital makes its own edition of the method; approving the next takes the one before out of force, and what was assessed stands.
func TestRiskMethodEditions(t *testing.T) {
	eachHouse(t, func(h *house) {
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
		h.seen()

		stricter := aMethod(t)
		stricter["cells"].([]any)[1].([]any)[3] = "high"
		second := group.post("/risk-methods", stricter).ok(201).is("edition", 2)
		group.verb("/risk-methods/"+second.id()+"/submit", 1, nil).ok(200)
		management.verb("/risk-methods/"+second.id()+"/approve", 2, nil).ok(200)
		h.events("group risk_method:create", "group risk_method:submit", "management risk_method:approve", "management risk_method:supersede")
		group.get(at).ok(200).is("status", "superseded").is("cells.1.3", "moderate")

		h.as("owner").verb("/risks/"+r.id()+"/accept", r.version(), accepted("2027-01-01")).refused(409, "blocked").is("blockers.0.code", "method_changed")
		r = group.get("/risks/"+r.id()).ok(200).is("current.method_edition", 1).is("level", "moderate")
		group.get("/risk-registers/"+register+"/matrix?stage=current").ok(200).is("method.edition", 2).is("cells.8.risks.0.note", "earlier_edition")
		group.verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 2, 4)).ok(200).is("level", "high").is("current.method_edition", 2).is("assessments.0.level", "moderate")
		h.as("owner2").get("/risk-methods/" + second.id()).ok(200) // a project reads the hospital's method from below
	})
}

// However long a method lets very high risk be accepted, the authority to accept it ends after six months.
func TestAcceptanceEndsWithTheAuthority(t *testing.T) {
	eachHouse(t, func(h *house) {
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

func TestRiskMethodIsMissing(t *testing.T) {
	eachHouse(t, func(h *house) {
		register := h.as("group").post("/risk-registers", m{"scope": fracture, "title": "Egen metode", "method": "our-own"}).ok(201).id()
		r := aRisk(h, register, nil)
		h.as("group").verb("/risks/"+r.id()+"/assess", r.version(), judged("current", 1, 1)).refused(409, "blocked").is("blockers.0.code", "no_method")
		h.as("group").get("/risk-registers/"+register+"/matrix").refused(409, "blocked")
	})
}

// A plan is approved by whoever may accept its highest risk, and stays as it was.
func TestTreatmentPlan(t *testing.T) {
	eachHouse(t, func(h *house) {
		group, register := h.as("group"), aRegister(h)
		h.as("owner")
		r := aRisk(h, register, nil)
		at := "/risks/" + r.id()
		body := m{"scope": fracture, "title": "Tiltaksplan", "risk_ids": []string{r.id()}}
		group.post("/treatment-plans", m{"scope": fracture, "title": "x", "risk_ids": []string{}}).refused(422, "invalid_content", "/risk_ids")
		group.post("/treatment-plans", m{"scope": fracture, "title": "x", "risk_ids": []string{register}}).refused(422, "invalid_content", "/risk_ids/0")
		p := group.post("/treatment-plans", body).ok(201)
		plan := "/treatment-plans/" + p.id()
		group.verb(plan+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "residual_not_assessed").is("blockers.1.code", "untreated").
			is("blockers.0.pointer", "/risk_ids/0").is("blockers.0.link", "/api/v1"+at)

		r = group.verb(at+"/assess", r.version(), judged("residual", 3, 4)).ok(200)
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Dobbel kontroll."}).ok(200)
		group.verb(plan+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "treatment_incomplete")
		r = group.verb(at+"/treatments/"+r.str("treatments.0.id")+"/cancel", r.version(), m{"reason": "Mangler ansvarlig."}).ok(200)
		r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Dobbel kontroll.", "responsible_id": h.id("owner"), "due": "2027-01-31"}).ok(200)
		group.patch(plan, 1, m{"title": "Tiltaksplan 2027"}).ok(200).is("level", "high")
		h.seen()
		group.verb(plan+"/submit", 2, nil).ok(200).is("status", "in_review").is("level", "high")
		group.verb(plan+"/approve", 3, nil).refused(403, "forbidden")
		h.as("owner").verb(plan+"/approve", 3, nil).refused(403, "authority_missing")
		h.as("owner").verb(plan+"/reject", 3, m{"reason": "For dyrt."}).refused(403, "authority_missing") // no more than who may approve it
		h.as("owner2").get(plan).refused(404, "not_found")
		h.as("manager")

		r = group.verb(at+"/assess", r.version(), judged("residual", 5, 5)).ok(200)
		h.as("manager").verb(plan+"/approve", 3, nil).refused(409, "blocked").is("blockers.0.code", "level_changed")
		r = group.verb(at+"/assess", r.version(), judged("residual", 3, 4)).ok(200)
		h.as("manager").verb(plan+"/approve", 3, nil).ok(200).is("status", "approved").is("risks.0.residual.level", "high").is("risks.0.version", r.version())
		h.events("group treatment_plan:submit", "group risk:assess", "group risk:assess", "manager treatment_plan:approve")

		group.verb(at+"/assess", r.version(), judged("residual", 1, 1)).ok(200).is("level", "low")
		group.get(plan).ok(200).is("level", "high").is("risks.0.residual.likelihood", 3)
		group.patch(plan, 4, m{"title": "x"}).refused(409, "wrong_state")
		group.get(fmt.Sprintf("/treatment-plans?risk_ids=%s&level=high", r.id())).ok(200).is("items.0.id", p.id())
	})
}
