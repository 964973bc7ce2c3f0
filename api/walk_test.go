package api_test

import (
	"slices"
	"testing"
)

// clearAll clears every item of a gate that a person clears. What waits for the line manager is approved in one act.
func (w *walker) clearAll(to string) {
	w.h.t.Helper()
	waits := false
	for _, line := range w.blocking(to) {
		if slices.Contains([]string{"evidence", "deployment", "change"}, line["by"].(string)) {
			made := w.record(line)
			if made.at("advice_from") != nil {
				made = w.h.act("privacy", "/gate-items/"+made.id(), "advise", m{"text": "Enig."}).ok(200)
			}
			if made.at("status") == "in_review" {
				waits = waits || made.at("approver") != "clinical"
				if made.at("approver") == "clinical" {
					w.h.act(w.people["clinical"], "/gate-items/"+made.id(), "approve", nil).ok(200)
				}
			}
		}
	}
	if waits {
		w.h.as("manager").post(w.at+"/approve-items", m{}).ok(200)
	}
}

// blocks fails unless the gate is closed by exactly these items.
func (w *walker) blocks(to string, want ...string) {
	w.h.t.Helper()
	if got := itemNames(w.blocking(to)); !slices.Equal(got, want) {
		w.h.t.Errorf("the move to %s is blocked by %v, want %v", to, got, want)
	}
}

func (w *walker) move(to string) *reply {
	w.h.t.Helper()
	return w.h.act("owner", w.at, "move", m{"to": to})
}

// A tool with a CE mark is bought, validated, piloted and put to use by the owner, the line manager and the clinical lead. At each gate the move is refused
// while something is missing.
func TestBoughtToolGoesLive(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "owner2", "group", "group2", "manager", "employee", "privacy", "handler", "management"} {
			h.id(name)
		}
		owner, group, manager := h.as("owner"), h.as("group"), h.as("manager")
		supplier := h.as("group2").post("/suppliers", m{"scope": "/siv/", "name": "Bildediagnostikk AS", "delivers": "Knutedeteksjon"}).ok(201)
		w := walked(h, m{"supplier_id": supplier.id(), "ai_act_roles": []string{"deployer"}})
		manager.verb(w.at+"/release", 1, m{"version": "2.4.1"}).ok(200)
		w.move("concept").ok(200)

		h.row("S2_11_classes", func() {
			w.clearAll("procurement")
			w.blocks("procurement", "concept.qualification_recorded", "concept.class_forecast")
			device := answered(h, "mdr", "Q-20", "C-33b", "C-11a")
			declaration := group.note("Samsvarserklæring", "")
			q := manager.post("/qualifications", m{
				"system_id": w.id(), "answers": device, "declaration_id": declaration, "maker_statement": m{"declared_class": "IIa", "regulation": "MDR", "version": "2.4.1"},
			}).ok(201)
			h.act("group", "/qualifications/"+q.id(), "check", nil).ok(200)
			w.clearAll("procurement") // a device has more to clear
			mdr := group.post(w.at+"/classification", m{"for": "mdr", "answers": device}).ok(201)
			act := group.post(w.at+"/classification", m{"for": "ai_act", "answers": answered(h, "ai_act", "B-02", "H-01")}).ok(201)
			w.move("procurement").ok(200)
			h.act("group", "/classifications/"+mdr.id(), "confirm", nil).refused(403, "separation_of_duties")
			h.act("manager", "/classifications/"+mdr.id(), "confirm", nil).ok(200)
			h.act("manager", "/classifications/"+act.id(), "confirm", nil).ok(200)
		})
		h.row("A10_supplier", func() {
			w.clearAll("validation")
			w.blocks("validation", "procurement.supplier_assessed")
			h.act("group", "/suppliers/"+supplier.id(), "assess", m{"verdict": "approved", "reasons": "Har styringssystem.", "next_review": "2027-06-01"}).ok(200)
			w.move("validation").ok(200)
		})

		register := group.post("/risk-registers", m{"scope": owner.get(w.at).ok(200).str("scope"), "title": "Knuter på CT"}).ok(201).id()
		risk := group.post("/risks", m{"register_id": register, "title": "En knute blir oversett", "owner_id": h.id("owner")}).ok(201)
		risk = group.verb("/risks/"+risk.id()+"/assess", risk.version(), judged("current", 1, 1)).ok(200).is("level", "low")
		study := m{"system_id": w.id(), "title": "Kvalitetssikring", "type": "quality_assurance", "row": "N-04", "reason": "CE-merket, på egne data", "legal_basis": "Helsepersonelloven § 26"}
		owner.post("/studies", study).ok(201)
		aisia := draftedAssessment(h, w.id(), "aisia", m{"mea-5": words("Lav."), "pro-1": m{"items": []string{"Prosjekteieren"}}})
		dpia := draftedAssessment(h, w.id(), "dpia", ownDPIA)
		answerShared(h, w.id(), sharedAnswers())
		right := owner.post("/rights-to-use", m{
			"system_id": w.id(), "row": "S-01", "regulation": "mdr", "declared_class": "IIa", "certificate": certificate("2024-05-01", "2029-04-30"), "evidence": []string{w.proof},
		}).ok(201)
		validation := owner.post("/validations", m{
			"system_id": w.id(), "title": "Lokal validering", "design": "retrospective", "dataset": "CT fra 2025", "reference_standard": "To radiologer", "sample_size": 400,
			"legal_basis": "Helsepersonelloven § 26",
		}).ok(201)

		h.row("S2_12_pilot", func() {
			w.clearAll("pilot")
			w.blocks("pilot", "validation.acceptance_criteria_first", "pilot.right_to_use_on_patients", "pilot.dpia_decision", "pilot.impact_assessment", "pilot.risks_accepted_for_pilot",
				"pilot.local_validation")
			h.act("manager", "/risks/"+risk.id(), "accept", accepted("2027-06-01")).ok(200)
			h.act("manager", "/rights-to-use/"+right.id(), "check", nil).ok(200)
			h.act("owner", "/impact-assessments/"+aisia.id(), "submit", nil).ok(200)
			h.act("manager", "/impact-assessments/"+aisia.id(), "approve", nil).ok(200)
			owner.patch("/impact-assessments/"+dpia.id(), owner.get("/impact-assessments/"+dpia.id()).ok(200).version(), m{"prior_consultation": m{"needed": false, "reason": "Lav restrisiko"}}).ok(200)
			h.act("privacy", "/impact-assessments/"+dpia.id(), "advise", m{"text": "Slett loggene etter seks måneder."}).ok(200)
			h.act("owner", "/impact-assessments/"+dpia.id(), "answer-advice", m{"followed": true}).ok(200)
			h.act("owner", "/impact-assessments/"+dpia.id(), "submit", nil).ok(200)
			h.act("manager", "/impact-assessments/"+dpia.id(), "approve", nil).ok(200)
			at := "/validations/" + validation.id()
			h.act("owner", at, "set-criteria", m{"acceptance_criteria": []m{{"metric": "sensitivitet", "at_least": 0.9}}}).ok(200)
			h.act("employee", at, "approve-criteria", nil).ok(200)
			w.blocks("pilot", "pilot.local_validation")
			h.act("owner", at, "record-results", m{"results": []m{result("sensitivitet", 0.93, 0.89, 0.96, 212, nil)}}).ok(200)
			h.act("employee", at, "conclude", m{"verdict": "met", "reason": "Kriteriet er oppfylt."}).ok(200)
			w.blocks("pilot")
			h.act("employee", w.at, "move", m{"to": "pilot"}).refused(403, "forbidden")
			w.move("pilot").ok(200).is("status", "pilot")
		})

		unit := h.as("admin").get("/units?scope=/siv/akutt/&kind=department").ok(200).items()[0]["id"]
		h.act("manager", w.at, "deploy", m{"legal_entity": "983975259", "unit_id": unit, "site": "Akuttmottaket"}).ok(200)
		place := owner.get(w.at).ok(200).str("deployments.0.id")
		live := m{"deployment_ids": []string{place}, "conditions": []string{"Radiologen leser alle bilder."}, "review_on": "2027-05-01", "reason": "Piloten nådde målene."}
		h.row("S2_8_in_use", func() {
			w.clearAll("in_use")
			w.blocks("in_use", "in_use.go_live")
			w.move("in_use").refused(409, "blocked")
			h.act("owner", w.at, "approve-go-live", live).refused(403, "separation_of_duties")
			h.act("group", w.at, "approve-go-live", live).refused(403, "forbidden")
			h.act("group2", w.at, "approve-go-live", live).refused(403, "forbidden")
			h.act("employee", w.at, "approve-go-live", merged(live, m{"review_on": "2029-01-01", "deployment_ids": []string{supplier.id()}})).refused(422, "invalid_content", "/review_on", "/deployment_ids/0")
			h.seen()
			h.act("employee", w.at, "approve-go-live", live).ok(200).is("last_decision.action", "approve-go-live")
			h.events("employee ai_system:approve-go-live")
			w.move("in_use").ok(200).is("status", "in_use").is("deployments.0.state", "in_use").is("review_due", "2027-05-01")
		})

		h.row("whoever works where it is used stops it", func() {
			h.as("owner2").get(w.at).refused(404, "not_found") // works on another project
			h.member("kollega", "/siv/akutt/")
			h.as("kollega").get(w.at).ok(200) // works in the emergency department, where it is used
			for _, s := range h.as("kollega").get(w.at + "/pathway").ok(200).at("steps").([]any) {
				for _, l := range s.(map[string]any)["items"].([]any) {
					if line := l.(map[string]any); line["record_id"] != nil {
						t.Errorf("a colleague learns of a record that they do not read: %v", line["link"])
					}
				}
			}
			h.act("kollega", w.at, "suspend", m{"patient_harm": true}).refused(422, "invalid_content", "/reason")
			h.act("kollega", w.at, "suspend", m{"patient_harm": true, "reason": "Oversatte et brudd."}).ok(200).is("status", "suspended").is("suspension.confirm_by", "2026-11-23")
			h.act("kollega", w.at, "suspend", m{"reason": "Igjen."}).refused(409, "wrong_state")
			h.act("kollega", w.at, "confirm-suspension", m{"reason": "Ja."}).refused(403, "forbidden")
			h.act("owner", w.at, "confirm-suspension", m{"reason": "Riktig å stanse."}).ok(200).is("suspension.confirmed_by", h.id("owner"))
			h.act("owner", w.at, "confirm-suspension", m{"reason": "Igjen."}).refused(409, "suspension_confirmed")
			w.blocks("in_use", "resume.reason_for_stop_dealt_with")
			w.move("in_use").refused(409, "blocked")
			w.clearAll("in_use")
			w.move("in_use").ok(200).is("status", "in_use").is("suspension", nil)
		})

		h.row("a place that is added asks only what differs", func() {
			h.act("manager", w.at, "deploy", m{"legal_entity": "983975259", "unit_id": unit, "site": "Legevakten"}).ok(200)
			second := owner.get(w.at).ok(200).str("deployments.1.id")
			refused := h.act("owner", w.at, "start-deployment", m{"deployment_id": second}).refused(409, "blocked")
			if n := len(refused.at("blockers").([]any)); n != 1 {
				t.Errorf("%d blockers: %s", n, refused.body)
			}
			lines := owner.get(w.at + "/gate?deployment_id=" + second).ok(200).at("items").([]any)
			for _, l := range lines {
				if line := l.(map[string]any); line["blocks"].(bool) {
					made := owner.post("/gate-items", m{
						"system_id": w.id(), "gate": line["gate"], "item": line["item"], "deployment_id": second, "text": "Samme utstyr og opplæring.", "evidence": []string{w.proof},
					}).ok(201)
					w.settle(made)
				}
			}
			h.act("owner", w.at, "start-deployment", m{"deployment_id": second}).ok(200).is("deployments.1.state", "in_use")
		})

		h.row("a new release waits for its validation and its approval", func() {
			h.act("manager", w.at, "release", m{"version": "3.0.0"}).ok(200)
			owner.get("/validations/"+validation.id()).ok(200).is("status", "outdated")
			h.act("owner", w.at, "move", m{"to": "validation", "reason": "Ny versjon."}).ok(200).is("go_live", nil)
			if got := itemNames(w.blocking("pilot")); !slices.Contains(got, "pilot.local_validation") {
				t.Errorf("the new release is not asked for its validation: %v", got)
			}
		})
	})
}
