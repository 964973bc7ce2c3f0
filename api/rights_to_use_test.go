package api_test

import (
	"context"
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/pathway"
	"github.com/ki-styring/aims/internal/record"
)

// certificate is one of a notified body.
func certificate(from, to string) m {
	return m{"number": "MDR-765432", "notified_body": "2460", "valid_from": from, "valid_to": to}
}

// One person records the right to use a device, and another one checks it. It gives the system its route, until it ends or expires.
func TestRightsToUse(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"owner", "group", "manager", "employee", "privacy"} {
			h.id(name)
		}
		owner, manager := h.as("owner"), h.as("manager")
		system := h.as("group").post("/ai-systems", aSystem(h, nil)).ok(201).id()
		mdr := func(row, class string, more m) m {
			return merged(m{"system_id": system, "row": row, "regulation": "mdr", "declared_class": class}, more)
		}
		check := func(r *reply) *reply {
			h.t.Helper()
			return manager.verb("/rights-to-use/"+r.id()+"/check", r.version(), nil)
		}
		h.seen()

		h.row("S2_15_content_that_cannot_be", func() {
			h.as("employee").post("/rights-to-use", mdr("S-02", "I", nil)).refused(422, "invalid_content", "/system_id")
			manager.post("/rights-to-use", mdr("S-02", "I", nil)).refused(403, "forbidden")
			for _, c := range []struct {
				in m
				at []string
			}{
				{mdr("S-99", "I", nil), []string{"/row"}},
				{mdr("S-02", "IV", nil), []string{"/declared_class"}},
				{mdr("S-02", "I", m{"certificate": certificate("2024-01-01", "2028-01-01")}), []string{"/certificate"}},
				{mdr("S-02", "IIa", nil), []string{"/declared_class"}},
				{mdr("S-01", "I", m{"certificate": certificate("2024-01-01", "2028-01-01")}), []string{"/declared_class"}},
				{mdr("S-01", "IIa", nil), []string{"/certificate"}},
				{mdr("S-01", "IIa", m{"certificate": certificate("2028-01-01", "2024-01-01")}), []string{"/certificate/valid_to"}},
				{mdr("S-01", "IIa", m{"certificate": certificate("2020-01-01", "2028-01-01")}), []string{"/certificate/valid_to"}},
				{mdr("S-01", "IIa", m{"certificate": m{"number": "1", "notified_body": "x", "valid_from": "i går"}}), []string{"/certificate/notified_body", "/certificate/valid_from"}},
				{mdr("S-04", "IIa", nil), []string{"/regulation"}},
				{mdr("S-01", "IIa", m{"letter": m{"from": "A", "date": "2024-01-01", "until": "2023-01-01", "evidence": "B"}}), []string{"/letter", "/letter/until", "/certificate"}},
				{mdr("S-06", "IIa", m{"conditions": []m{{"row": "S-06k"}, {"row": "S-06a"}, {"row": "S-06a"}}}), []string{"/conditions/0/row", "/conditions/2/row"}},
				{mdr("S-02", "I", m{"deployment_ids": []string{system}}), []string{"/deployment_ids/0"}},
			} {
				owner.post("/rights-to-use", c.in).refused(422, "invalid_content", c.at...)
			}
			h.events()
		})
		h.row("somebody else checks it, and the system gets its route", func() {
			r := owner.post("/rights-to-use", mdr("S-01", "IIa", m{"certificate": certificate("2024-05-01", "2028-04-30")})).ok(201).
				is("status", "recorded").is("route", "notified_body").is("use", "ordinary").is("valid_until", "2028-04-30")
			h.events("owner use_right:create")
			waitsFor(h, "manager", r.id(), "check")
			owner.verb("/rights-to-use/"+r.id()+"/check", 1, nil).refused(403, "forbidden")
			h.as("privacy").verb("/rights-to-use/"+r.id()+"/check", 1, nil).refused(403, "forbidden")
			check(r).ok(200).is("status", "checked").is("checked_by", h.id("manager"))
			h.events("manager use_right:check", "manager ai_system:find")
			manager.get("/ai-systems/"+system).ok(200).is("findings.conformity_route", "notified_body").is("findings.certificate_valid_to", "2028-04-30")
			owner.patch("/rights-to-use/"+r.id(), 2, m{"note": "Ny"}).refused(409, "wrong_state")
			owner.verb("/rights-to-use/"+r.id()+"/end", 2, m{}).refused(422, "invalid_content", "/reason")
			owner.verb("/rights-to-use/"+r.id()+"/end", 2, m{"reason": "Byttet ut"}).ok(200).is("status", "ended")
			manager.get("/ai-systems/"+system).ok(200).is("findings.conformity_route", "")
		})
		h.row("a certificate past its date holds with the letter only", func() {
			old := certificate("2019-05-01", "2024-04-30")
			r := owner.post("/rights-to-use", mdr("S-03", "IIa", m{"certificate": old})).ok(201).is("route", "legacy_mdd")
			check(r).blocked("letter_missing")
			r = owner.patch("/rights-to-use/"+r.id(), 1, m{"letter": m{"from": "Produsenten", "date": "2024-03-01", "until": "2029-12-31", "evidence": "Brev"}}).ok(200).
				is("valid_until", "2028-12-31") // the law ends it before the letter does
			check(r).ok(200)
			manager.get("/ai-systems/"+system).ok(200).is("findings.conformity_route", "legacy_mdd").is("findings.certificate_valid_to", "2028-12-31")
			owner.post("/rights-to-use", mdr("S-03", "III", m{"certificate": certificate("2023-05-01", "2028-04-30")})).ok(201).is("valid_until", "2027-12-31")
			past := owner.post("/rights-to-use", mdr("S-01", "IIa", m{"certificate": certificate("2019-05-01", "2024-04-30")})).ok(201)
			check(past).blocked("right_expired")
		})
		h.row("an in-house device needs all its conditions", func() {
			all := []m{}
			for _, letter := range "abcdefghij" {
				all = append(all, m{"row": "S-06" + string(letter), "holds": true, "evidence": "Dokument " + string(letter)})
			}
			missing := append(slices.Clone(all[:8]), m{"row": "S-06i", "holds": false})
			missing[0] = m{"row": "S-06a", "holds": true}
			r := owner.post("/rights-to-use", mdr("S-06", "IIa", m{"conditions": missing})).ok(201).is("route", "in_house")
			check(r).blocked("condition_unproven", "condition_not_met", "condition_unanswered")
			r = owner.patch("/rights-to-use/"+r.id(), 1, m{"conditions": all}).ok(200).is("valid_until", nil)
			check(r).ok(200)
			vitro := owner.post("/rights-to-use", merged(mdr("S-06", "C", m{"conditions": all}), m{"regulation": "ivdr"})).ok(201)
			check(vitro).blocked("condition_unanswered") // S-06k
		})
		h.row("a study, shadow mode and a derogation", func() {
			study := owner.post("/rights-to-use", mdr("S-05", "IIa", nil)).ok(201).is("use", "study").is("route", nil)
			check(study).blocked("study_missing")
			shadow := owner.post("/rights-to-use", mdr("S-09", "IIa", nil)).ok(201).is("use", "shadow").is("to_check", true)
			check(shadow).ok(200)
			derogation := owner.post("/rights-to-use", mdr("S-07", "IIa", nil)).ok(201)
			check(derogation).blocked("derogation_missing")
			h.as("employee").get("/rights-to-use/rules").ok(200).is("rights.0.row", "S-01").is("rights.2.until.0.date", "2027-12-31")
		})
		h.row("the last day passes", func() {
			h.later(365 * 3)
			h.tokens = map[string]string{}
			h.as("manager")
			h.seen()
			if err := h.db.Write(context.Background(), record.System, record.Permission{Object: "use_right", Action: "expire"}, "", pathway.ExpireRights); err != nil {
				t.Fatal(err)
			}
			h.events("system use_right:expire", "system ai_system:find")
			h.as("manager").get("/ai-systems/"+system).ok(200).is("findings.conformity_route", "in_house")
		})
	})
}
