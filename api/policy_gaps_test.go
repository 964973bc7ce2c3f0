package api_test

import (
	"slices"
	"testing"
	"time"
)

// A document with a missing section or an open point is not submitted, unless somebody says why. The approver sees what is missing and the reason.
func TestPolicyWithGaps(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council := h.as("group"), h.as("council")
		open := gappyBody + "\nSe lovdata.no.\n\n*(Gjenstår: hvem avgjør?)*\n\nDet som gjenstår av risiko, aksepteres.\n\n<!-- TODO kilde -->\n"
		r := group.post("/policies", guidelineInput(h, m{"body": open})).ok(201).is("accepted_gaps", nil)
		at := "/policies/" + r.id()
		h.seen()
		no := group.verb(at+"/submit", 1, nil)
		no.blocked("section_missing", "open_point", "open_point").is("blockers.0.pointer", "/body")
		no.is("blockers.0.detail", "skriv det obligatoriske avsnittet «Generelt»").is("blockers.1.detail", "linje 23 har et åpent punkt: *(Gjenstår: hvem avgjør?)*")
		group.with("Accept-Language", "en").verb(at+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.detail", `write the mandatory section "General"`)
		group.verb(at+"/submit", 1, m{"accept_gaps": " "}).refused(422, "invalid_content", "/accept_gaps")
		group.verb(at+"/submit", 1, m{"accept": "ja"}).refused(422, "invalid_content", "/accept")
		h.as("owner").verb(at+"/submit", 1, m{"accept_gaps": "Haster"}).refused(404, "not_found")
		h.events()
		r = group.verb(at+"/submit", 1, m{"accept_gaps": "Ansvaret avklares i januar."}).ok(200).is("status", "in_review")
		h.events("group policy:submit")
		shown := council.get(at).ok(200).is("accepted_gaps.reason", "Ansvaret avklares i januar.").is("accepted_gaps.by", h.id("group"))
		shown.is("accepted_gaps.at", "2026-11-21T10:00:00Z").is("accepted_gaps.sections", "[general]").is("accepted_gaps.open_points.0.line", 23)
		shown.is("accepted_gaps.open_points.1.text", "<!-- TODO kilde -->")
		council.get(at+"/events").ok(200).is("items.0.action", "submit").is("items.0.reason", "Ansvaret avklares i januar.")

		r = council.verb(at+"/reject", r.version(), m{"reason": "Skriv ferdig."}).ok(200).is("accepted_gaps", nil)
		group.verb(at+"/submit", r.version(), m{}).refused(409, "blocked")
		r = group.verb(at+"/submit", r.version(), m{"accept_gaps": "Likevel."}).ok(200)
		r = council.verb(at+"/approve", r.version(), nil).ok(200).is("accepted_gaps.reason", "Likevel.")
		r = group.verb(at+"/revise", r.version(), nil).ok(200).is("accepted_gaps", nil)
		council.get(at+"/editions/1").ok(200).is("accepted_gaps.reason", "Likevel.")
		r = group.patch(at, r.version(), m{"body": sivBody}).ok(200)
		group.verb(at+"/submit", r.version(), m{"accept_gaps": "Ingen mangler."}).ok(200).is("accepted_gaps", nil)

		// what no reason excuses
		empty := group.post("/policies", guidelineInput(h, m{"document_number": "1.10.3.8", "body": ""})).ok(201)
		group.verb("/policies/"+empty.id()+"/submit", 1, m{"accept_gaps": "Haster"}).blocked("body_missing")
	})
}

// The last professional change of a document that was taken over from elsewhere is not the day of its publication here.
func TestPolicyTakenOver(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		given := func(at any) m { return guidelineInput(h, m{"last_professional_change_at": at}) }
		h.id("manager")
		h.seen()
		group.post("/policies", given("2026-11-22T00:00:00+01:00")).refused(422, "invalid_content", "/last_professional_change_at")
		group.post("/policies", given("1899-01-01T00:00:00Z")).refused(422, "invalid_content", "/last_professional_change_at")
		group.post("/policies", given("i fjor")).refused(422, "invalid_content", "/last_professional_change_at")
		h.events()
		r := group.post("/policies", given(nil)).ok(201).is("last_professional_change_at", nil)
		at := "/policies/" + r.id()
		r = group.patch(at, 1, m{"last_professional_change_at": "2025-10-24T00:00:00+02:00"}).ok(200).is("last_professional_change_at", "2025-10-23T22:00:00Z")
		r = h.publishGuideline(r, true)
		r.is("last_professional_change_at", "2025-10-23T22:00:00Z").is("first_published_at", "2026-11-21T10:00:00Z").is("published_at", "2026-11-21T10:00:00Z")
		h.as("employee").get(at).ok(200).is("last_professional_change_at", "2025-10-23T22:00:00Z")
		group.patch(at, r.version(), m{"last_professional_change_at": nil}).refused(409, "wrong_state")

		// an editorial edition keeps it, and a significant one sets it
		h.set(h.now.Add(time.Hour))
		r = group.verb(at+"/revise", r.version(), nil).ok(200)
		r = h.publishGuideline(r, false).is("last_professional_change_at", "2025-10-23T22:00:00Z")
		r = group.verb(at+"/revise", r.version(), nil).ok(200)
		h.publishGuideline(r, true).is("last_professional_change_at", "2026-11-21T11:00:00Z")
	})
}

// blocked wants a refusal with exactly these blockers.
func (r *reply) blocked(codes ...string) *reply {
	r.t.Helper()
	r.refused(409, "blocked")
	var got []string
	for _, b := range r.at("blockers").([]any) {
		got = append(got, b.(map[string]any)["code"].(string))
	}
	if !slices.Equal(got, codes) {
		r.t.Errorf("blockers %v, want %v", got, codes)
	}
	return r
}
