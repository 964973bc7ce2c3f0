package api_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// All faults of a body are in one answer: those of its structure, its rules and its references.
func TestAllFaultsAtOnce(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const absent = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
		const triage = "/siv/akutt/sepsisvarsel/"
		register := aRegister(h)
		risk := aRisk(h, register, nil)
		guideline := h.as("group").post("/policies", guidelineInput(h, nil)).ok(201)
		hidden := h.as("group").post("/policies", guidelineInput(h, m{"scope": triage, "document_number": "7.7", "applies_to": []any{}})).ok(201)
		owner, group := h.as("owner"), h.as("group")
		h.seen()

		wrong := m{
			"title": 7, "tull": 1, "clauses": []string{"99"}, "owner_id": absent, "document_number": "1.10.3.9",
			"applies_to": []any{m{"unit": "/siv/tull/"}, m{}},
			"references": []any{
				m{"kind": "internal", "title": "A", "policy_id": absent}, m{"kind": "tull", "title": "B"}, m{"kind": "internal", "title": "C", "policy_id": "x"},
			},
		}
		places := []string{
			"/title", "/tull", "/clauses/0", "/owner_id", "/document_number", "/applies_to/0/unit", "/applies_to/1", "/references/0/policy_id", "/references/1/kind", "/references/2/policy_id",
		}
		new := m{"scope": "/siv/", "kind": "guideline"}
		for k, v := range wrong {
			new[k] = v
		}
		group.post("/policies", new).refused(422, "invalid_content", places...).once()
		group.patch("/policies/"+guideline.id(), guideline.version(), func() m { wrong["document_number"] = "7 7"; wrong["scope"] = "/siv/akutt/"; return wrong }()).
			refused(422, "invalid_content", append(places, "/scope")...).once()
		group.post("/risks", m{"scope": "/siv/tull/", "register_id": absent, "title": "", "polarity": "fare", "clauses": []string{"99", "6.1.2"}, "owner_id": "x"}).
			refused(422, "invalid_content", "/scope", "/register_id", "/title", "/polarity", "/clauses/0", "/owner_id").once()
		group.patch("/risks/"+risk.id(), risk.version(), m{"title": "", "register_id": absent, "clauses": []string{"99"}, "polarity": "fare", "review_due": "i går"}).
			refused(422, "invalid_content", "/title", "/register_id", "/clauses/0", "/polarity", "/review_due").once()
		group.post("/controls", m{"scope": "/siv/", "requirement": "A.99", "applicability": "excluded", "owner_id": absent, "evidence": []string{absent}}).
			refused(422, "invalid_content", "/requirement", "/justification", "/owner_id", "/evidence/0").once()
		group.post("/clause-judgements", m{"scope": "/siv/", "clause": "99", "value": "tull"}).refused(422, "invalid_content", "/clause", "/value").once()

		// A caller without the permission gets only that refusal. A record that they cannot read gives the answer for a missing record.
		h.as("employee").post("/policies", new).refused(403, "forbidden")
		owner.post("/policies", new).refused(403, "forbidden")
		owner.patch("/risks/"+risk.id(), risk.version()+1, m{"title": 7}).refused(412, "stale_version")
		h.as("owner2").patch("/risks/"+risk.id(), risk.version(), m{"title": 7}).refused(404, "not_found")
		r := owner.post("/policies", guidelineInput(h, m{"scope": triage, "title": 7, "document_number": "7.7", "applies_to": []any{}, "references": []any{m{"kind": "internal", "title": "A", "policy_id": hidden.id()}}})).
			refused(422, "invalid_content", "/scope", "/title", "/references/0/policy_id").once()
		if len(r.at("errors").([]any)) != 3 {
			t.Errorf("more than the caller may know: %s", r.body)
		}
		h.events()

		// A batch reports the faults of every item. A refused permission decides the status.
		other := aRisk(h, register, m{"title": "B"})
		theirs := h.as("group").post("/risk-registers", m{"scope": triage, "title": "Triage"}).ok(201)
		elsewhere := h.as("group").post("/risks", m{"scope": triage, "register_id": theirs.id(), "title": "C"}).ok(201)
		h.seen()
		item := func(id string, v int64, patch m) m { return m{"id": id, "version": v, "patch": patch} }
		batch := func(c *client, items ...m) *reply { return c.post("/risks/batch", m{"items": items}) }
		batch(group, item(risk.id(), 1, m{"title": 7, "owner_id": absent}), item(other.id(), 1, m{"title": ""}), item(elsewhere.id(), 1, m{"register_id": register})).
			refused(422, "invalid_content", "/items/0/patch/title", "/items/0/patch/owner_id", "/items/1/patch/title", "/items/2/patch/register_id")
		r = batch(group, item(risk.id(), 1, m{"title": 7}), item(other.id(), 9, m{"title": "D"}), item(absent, 1, m{"title": 7})).
			refused(404, "not_found", "/items/0/patch/title", "/items/1", "/items/2")
		for i, code := range []string{"wrong_type", "stale_version", "not_found"} {
			r.is(fmt.Sprintf("errors.%d.code", i), code)
		}
		batch(owner, item(risk.id(), 1, m{"title": "D"}), item(elsewhere.id(), 1, m{"title": 7})).refused(404, "not_found", "/items/1")
		group.get("/risks/"+risk.id()).ok(200).is("version", 1)
		h.events()
	})
}

// A fault of a body's structure, one of a reference and one of a rule that the use case checks itself are in one answer, for new records and for verbs.
func TestRulesAreCheckedWithTheRest(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const absent = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
		register := aRegister(h)
		risk := aRisk(h, register, nil)
		h.as("group").verb("/risks/"+risk.id()+"/assess", 1, judged("current", 3, 4)).ok(200)
		closed := aRegister(h)
		h.as("group").verb("/risk-registers/"+closed+"/close", 1, m{}).ok(200)
		h.seen()
		for _, tc := range []struct {
			who, path string
			version   int64
			body      m
			pointers  []string
		}{
			{"group", "/risks", 0, m{"scope": "/siv/radiologi/bruddeteksjon/", "register_id": closed, "title": 7, "polarity": "risk", "owner_id": absent}, []string{"/title", "/register_id", "/owner_id"}},
			{"admin", "/assignments", 0, m{"scope": "/siv/", "user_id": absent, "role": "tull", "valid_from": "2026-12-01", "valid_to": "2026-11-30", "tull": 1}, []string{"/tull", "/role", "/user_id"}},
			{"secretariat", "/memberships", 0, m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": absent, "position": "tull", "valid_from": "2020-01-01"}, []string{"/position", "/user_id", "/valid_from"}},
			{"secretariat", "/mandates", 0, m{"scope": "/siv/akutt/", "body_id": "ki-rad-siv", "title": 7, "cadence": m{"every": "P1M", "min": 2, "per": "P6M"}}, []string{"/title", "/scope"}},
			{"group", "/risks/" + risk.id() + "/treat", 2, m{"option": "enhance", "plan": 7, "due": "2020-01-01"}, []string{"/option", "/plan", "/due"}},
			{"group", "/risks/" + risk.id() + "/assess", 2, m{"stage": "tull", "likelihood": 99, "consequences": m{"tull": 1}}, []string{"/stage", "/likelihood", "/consequences/tull"}},
		} {
			h.as(tc.who).verb(tc.path, tc.version, tc.body).refused(422, "invalid_content", tc.pointers...).once()
		}
		h.row("who may not do it, or has an old version, is told only that", func() {
			h.as("owner2").verb("/risks/"+risk.id()+"/assess", 2, m{"tull": 1}).refused(404, "not_found")
			h.as("group").verb("/risks/"+risk.id()+"/assess", 9, m{"tull": 1}).refused(412, "stale_version")
			h.as("auditor").verb("/risks/"+risk.id()+"/assess", 2, m{"tull": 1}).refused(403, "forbidden")
		})
		h.events()
	})
}

// once checks that a refusal has one fault per pointer.
func (r *reply) once() *reply {
	r.t.Helper()
	seen := map[string]bool{}
	for _, e := range r.at("errors").([]any) {
		at := e.(m)["pointer"].(string)
		if seen[at] {
			r.t.Errorf("%s: two faults at %s: %s", r.what, at, r.body)
		}
		seen[at] = true
	}
	return r
}

// A new record with any one invalid member is refused without a server error, although the rules and references are checked too.
func TestFaultyBodiesAreAskedFurther(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const absent = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
		values := []any{nil, 7, -1.5, "", "x", "\u0000", absent, "/siv/", "2026-02-30", "iso-42001:5.2", true, []any{}, []any{nil}, []any{7, "x", absent}, []any{m{}}, m{}, m{"x": nil}}
		h.seen()
		for _, route := range api.Routes() {
			if route.Shape != "create" || route.Body == nil || strings.Contains(route.Path, "{") {
				continue
			}
			for _, who := range []string{"group", "admin", "secretariat"} {
				c := h.as(who)
				for _, member := range bodyMembers(route.Body) {
					for _, v := range values {
						body := m{"scope": "/siv/", "tull": 1} // never a record
						body[member] = v
						if r := c.post(route.Path, body); r.status < 400 || r.status >= 500 {
							t.Errorf("%s %s %v: %d %s", route.Path, member, v, r.status, r.body)
						} else if r.status == 403 {
							break
						}
					}
				}
			}
		}
		h.events()
	})
}

// Every verb refuses a blank reason as missing.
func TestBlankReasons(t *testing.T) {
	n := 0
	for _, route := range api.Routes() {
		if route.Body == nil || route.Body.Kind() != reflect.Struct {
			continue
		}
		faulty := func(reason string) bool {
			body := reflect.New(route.Body)
			f := body.Elem().FieldByName("Reason")
			if !f.IsValid() || f.Kind() != reflect.String {
				return false
			}
			f.SetString(reason)
			refused := fault.As(record.Shape(body.Interface()))
			return refused != nil && slices.ContainsFunc(refused.Fields, func(f fault.Field) bool { return f.Pointer == "/reason" })
		}
		if !faulty("") {
			continue // it may be absent
		}
		if n++; !faulty(" \n\t\u00a0") {
			t.Errorf("%s %s takes a blank reason", route.Method, route.Path)
		}
	}
	if n < 30 {
		t.Errorf("only %d verbs have a reason", n)
	}
}

// bodyMembers are the names of a body's members.
func bodyMembers(t reflect.Type) (names []string) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, bodyMembers(f.Type)...)
		case name != "" && name != "-":
			names = append(names, name)
		}
	}
	return names
}
