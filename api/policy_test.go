package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
)

// sivBody has every mandatory section of the template; gappyBody lacks one, and another one is empty.
const (
	sivBody    = "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\n### 3.1 Generelt\n\nA\n\n## 4. Generelt\n\nA\n\n" + references + "\nA\n"
	gappyBody  = "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\n### 3.1 Generelt\n\nA\n\n" + references
	references = "## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n"
)

// guidelineInput is a guideline as the working group drafts it.
func guidelineInput(h *installation, more map[string]any) map[string]any {
	body := map[string]any{
		"scope": "/siv/", "kind": "guideline", "document_number": "1.10.3.9", "title": "Bruk av språkmodeller", "body": sivBody,
		"owner_id": h.id("manager"), "clauses": []string{"5.2", "A.2.2"}, "applies_to": []any{map[string]any{"unit": "/siv/akutt/", "function": nil}},
		"references": []any{map[string]any{"kind": "external", "title": "KI-forordningen", "url": "https://lovdata.no/"}},
	}
	for name, v := range more {
		body[name] = v
	}
	return body
}

// publishedGuideline drafts, approves and publishes a guideline, and returns the last reply.
func publishedGuideline(h *installation, more map[string]any) *reply {
	h.t.Helper()
	r := h.as("group").post("/policies", guidelineInput(h, more)).ok(201)
	return h.publishGuideline(r, false)
}

func (h *installation) publishGuideline(r *reply, significant bool) *reply {
	h.t.Helper()
	at := "/policies/" + r.id()
	r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
	r = h.as("council").verb(at+"/approve", r.version(), nil).ok(200)
	return h.as("manager").verb(at+"/publish", r.version(), map[string]any{"significant": significant}).ok(200)
}

// A guideline is drafted, sent back, approved by the council and published by its owner.
func TestPolicyFromDraftToForce(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council, manager, employee := h.as("group"), h.as("council"), h.as("manager"), h.as("employee")
		in := guidelineInput(h, map[string]any{"body": ""})
		h.seen()
		r := group.post("/policies", in).ok(201)
		r.is("status", "draft").is("edition", 1).is("published_edition", nil).is("review_interval", "P1Y").is("overdue", false).is("scheduled", nil)
		offers(r, "discard", false)
		at := "/policies/" + r.id()
		group.post("/policies", in).refused(422, "invalid_content", "/document_number")
		employee.get(at).refused(404, "not_found")
		group.verb(at+"/submit", r.version(), nil).refused(409, "blocked").is("blockers.0.code", "body_missing").is("blockers.0.pointer", "/body")
		group.patch(at, r.version(), map[string]any{"kind": "policy"}).refused(422, "invalid_content", "/kind")
		r = group.patch(at, r.version(), map[string]any{"body": sivBody}).ok(200)
		group.verb(at+"/submit", 1, nil).refused(412, "stale_version")
		council.verb(at+"/approve", r.version(), nil).refused(409, "wrong_state")
		r = group.verb(at+"/submit", r.version(), nil).ok(200).is("status", "in_review")
		group.patch(at, r.version(), map[string]any{"title": "Annet"}).refused(409, "wrong_state")
		group.verb(at+"/approve", r.version(), nil).refused(403, "forbidden")
		h.as("management").verb(at+"/approve", r.version(), nil).refused(403, "authority_missing")
		h.as("group2").verb(at+"/withdraw", r.version(), map[string]any{"reason": "Feil"}).refused(403, "not_submitter_or_owner")
		council.verb(at+"/withdraw", r.version(), map[string]any{"reason": "Feil"}).refused(403, "not_submitter_or_owner")
		council.verb(at+"/reject", r.version(), map[string]any{}).refused(422, "invalid_content", "/reason")
		council.verb(at+"/reject", r.version(), map[string]any{"reason": " \n\t"}).refused(422, "invalid_content", "/reason")
		r = council.verb(at+"/reject", r.version(), map[string]any{"reason": "Ansvar mangler."}).ok(200)
		r.is("status", "draft").is("last_rejection.reason", "Ansvar mangler.").is("last_rejection.by", h.id("council"))
		r = group.verb(at+"/submit", r.version(), nil).ok(200)
		r = manager.verb(at+"/withdraw", r.version(), map[string]any{"reason": "Mer arbeid"}).ok(200).is("status", "draft")
		r = group.verb(at+"/submit", r.version(), nil).ok(200)
		r = council.verb(at+"/approve", r.version(), nil).ok(200).is("status", "approved").is("approver_id", h.id("council"))
		employee.get(at).refused(404, "not_found")
		council.verb(at+"/publish", r.version(), map[string]any{"significant": true}).refused(403, "forbidden")
		manager.verb(at+"/publish", r.version(), map[string]any{}).refused(422, "invalid_content", "/significant")
		r = manager.verb(at+"/publish", r.version(), map[string]any{"significant": true}).ok(200)
		r.is("status", "published").is("published_edition", 1).is("review_due", "2027-11-21")
		employee.get(at).ok(200).is("title", "Bruk av språkmodeller").is("overdue", false)
		h.events("group policy:create", "group policy:update", "group policy:submit", "council policy:reject", "group policy:submit",
			"manager policy:withdraw", "group policy:submit", "council policy:approve", "council policy_edition:create",
			"manager policy:publish", "manager policy_edition:publish")

		// The event says by what right the decision was made.
		mandate := h.as("management").get("/mandates?body_id=ki-rad-siv&status=adopted").ok(200)
		council.get("/events?action=approve&record="+r.id()).ok(200).is("items.0.authority.role", "ai_council").is("items.0.authority.scope", "/siv/").
			is("items.0.authority.body_id", mandate.str("items.0.body_id")).is("items.0.authority.mandate", mandate.str("items.0.number")).is("items.0.authority.edition", 1)
		council.get("/events?action=publish&record="+r.id()).ok(200).is("items.0.authority", nil)
	})
}

// Only top management may approve the AI policy.
func TestPolicyOfTopManagement(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := h.as("group").post("/policies", guidelineInput(h, map[string]any{"kind": "policy"})).ok(201)
		at := "/policies/" + r.id()
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		h.seen()
		h.as("council").verb(at+"/approve", r.version(), nil).refused(403, "authority_missing")
		h.events()
		h.as("management").verb(at+"/approve", r.version(), nil).ok(200)
		h.events("management policy:approve", "management policy_edition:create")
		h.as("management").get("/events?action=approve&record="+r.id()).ok(200).is("items.0.authority.role", "top_management").is("items.0.authority.mandate", nil)
	})
}

// offers checks whether allowed_actions of the answer has an action.
func offers(r *reply, action string, want bool) {
	r.t.Helper()
	if got := contains(r.strings("allowed_actions"), action); got != want {
		r.t.Errorf("%s: %s is offered: %v, want %v", r.what, action, got, want)
	}
}

// The owner may take a document back from review. An owner who could have approved it may then no longer do so.
func TestPolicyOfAnApprover(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for kind, owner := range map[string]string{"guideline": "council", "policy": "management"} {
			r := h.as("group").post("/policies", guidelineInput(h, m{"kind": kind, "owner_id": h.id(owner), "document_number": ""})).ok(201)
			at := "/policies/" + r.id()
			r = h.as("group").verb(at+"/submit", 1, nil).ok(200)
			offers(h.as("council2").get(at).ok(200), "withdraw", false)
			offers(h.as(owner).get(at).ok(200), "withdraw", true)
			h.seen()
			r = h.as(owner).verb(at+"/withdraw", r.version(), m{"reason": "Mer arbeid"}).ok(200).is("status", "draft")
			h.events(owner + " policy:withdraw")
			r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
			h.as(owner).verb(at+"/approve", r.version(), nil).refused(403, "separation_of_duties")
		}
	})
}

// An edition that is valid from a later day stays approved until then, and the previous edition stays in force. The system publishes it once.
func TestPolicyFromALaterDay(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		work := func() {
			t.Helper()
			if err := h.db.Write(context.Background(), record.System, record.Permission{}, "", policy.PublishScheduled); err != nil {
				t.Fatal(err)
			}
		}
		r := publishedGuideline(h, nil)
		at := "/policies/" + r.id()
		h.as("employee").post(at+"/acknowledgements", nil).ok(201)
		r = h.as("group").verb(at+"/revise", r.version(), nil).ok(200)
		r = h.as("group").patch(at, r.version(), m{"title": "Ny tittel", "valid_from": "2026-11-23"}).ok(200)
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		r = h.as("council").verb(at+"/approve", r.version(), nil).ok(200).is("scheduled", nil)
		waits(h, "manager", "publish", r.id())
		asked := h.now.Format(time.RFC3339)
		h.seen()
		r = h.as("manager").verb(at+"/publish", r.version(), m{"significant": true}).ok(200).is("status", "approved").is("published_edition", 1)
		r.is("scheduled.by", h.id("manager")).is("scheduled.at", asked).is("scheduled.significant", true).is("significant", false)
		offers(r, "publish", false)
		for _, task := range h.as("manager").get("/me/tasks?kind=policy").ok(200).items() {
			if task["record_id"] == r.id() {
				t.Errorf("it waits for its owner: %v", task)
			}
		}
		h.as("manager").verb(at+"/publish", r.version(), m{"significant": false}).refused(409, "already_scheduled")
		work()
		h.events("manager policy:publish")
		h.as("employee").get(at).ok(200).is("edition", 1).is("scheduled", nil)
		h.as("council").get(at+"/editions").ok(200).is("items.0.status", "approved").is("items.1.status", "published")
		h.as("council").get(at+"/acknowledgements").ok(200).is("required_edition", 1)
		waitsForReading(h, "employee", r.id(), false)

		h.nextDay(3) // the server was down on the day itself
		for _, person := range []string{"employee", "manager"} {
			h.as(person)
		}
		h.seen()
		work()
		work()
		h.events("system policy:publish", "system policy_edition:supersede", "system policy_edition:publish")
		h.as("manager").get(at).ok(200).is("status", "published").is("published_edition", 2).is("required_edition", 2).is("significant", true).
			is("scheduled", nil).is("review_due", "2027-11-24").is("valid_from", "2026-11-23")
		h.as("employee").get(at).ok(200).is("title", "Ny tittel").is("scheduled", nil)
		waitsForReading(h, "employee", r.id(), true)
		for _, step := range h.as("manager").get("/workflows/policy").ok(200).at("transitions").([]any) {
			if step := step.(m); step["verb"] == "publish" && fmt.Sprint(step["to"]) != "[published approved]" {
				t.Errorf("publish leads to %v", step["to"])
			}
		}
	})
}

// Opening a new edition cancels one approved for a later day. Its number is not reused, and the edition in force stays in force.
func TestApprovedEditionIsGivenUp(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := publishedGuideline(h, nil)
		at := "/policies/" + r.id()
		r = h.as("group").verb(at+"/revise", r.version(), nil).ok(200)
		r = h.as("group").patch(at, r.version(), m{"valid_from": "2036-11-23"}).ok(200)
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		r = h.as("council").verb(at+"/approve", r.version(), nil).ok(200)
		r = h.as("manager").verb(at+"/publish", r.version(), m{"significant": true}).ok(200).is("scheduled.significant", true)
		h.seen()
		h.as("employee").verb(at+"/revise", r.version(), nil).refused(403, "forbidden")
		h.events()
		r = h.as("group").verb(at+"/revise", r.version(), nil).ok(200).is("status", "draft").is("edition", 3).is("scheduled", nil).is("published_edition", 1)
		h.events("group policy:revise", "group policy_edition:retire")
		h.as("council").get(at+"/editions").ok(200).is("items.0.edition", 2).is("items.0.status", "retired").is("items.0.published_at", nil).is("items.1.status", "published")
		h.as("employee").get(at).ok(200).is("edition", 1)
		r = h.as("group").verb(at+"/discard", r.version(), m{"reason": "Ble ikke noe av"}).ok(200).is("status", "published").is("edition", 1)
		h.as("group").verb(at+"/revise", r.version(), nil).ok(200).is("edition", 3)
	})
}

// While the next edition is written, everybody can still read the one in force.
func TestPolicyEditions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council, employee := h.as("group"), h.as("council"), h.as("employee")
		r := publishedGuideline(h, nil)
		at := "/policies/" + r.id()
		first, begun := r.at("published_at"), h.now
		h.set(begun.Add(2 * time.Hour))
		h.as("employee").verb(at+"/revise", r.version(), nil).refused(403, "forbidden")
		r = group.verb(at+"/revise", r.version(), nil).ok(200).is("status", "draft").is("edition", 2).is("published_edition", 1)
		offers(r, "discard", true)
		r = group.patch(at, r.version(), map[string]any{"title": "Ny tittel"}).ok(200)
		group.delete(at, r.version()).refused(409, "referred_to").is("blockers.0.code", "referred_to")

		group.get(at).ok(200).is("title", "Ny tittel").is("status", "draft")
		employee.get(at).ok(200).is("title", "Bruk av språkmodeller").is("status", "published").is("edition", 1).is("published_at", first)
		for path, n := range map[string]int{
			"?in_force=true": 1, "?in_force=true&clauses=5.2&kind=guideline&sort=-review_due": 1, "?in_force=true&scope=/siv/akutt/": 0,
			"?in_force=true&status=draft": 0, "?in_force=true&q=spr": 1, "?in_force=true&q=fremgangs+SPRÅK": 1, "?in_force=true&q=tittel": 0,
			"": 1, "?in_force=false": 1, "?status=draft": 0, "?status=published&clauses=5.2": 1, "?scope=/siv/akutt/": 0,
		} {
			if got := len(employee.get("/policies" + path).ok(200).items()); got != n {
				t.Errorf("/policies%s: want %d, got %d", path, n, got)
			}
		}
		employee.get("/policies").ok(200).is("items.0.title", "Bruk av språkmodeller").is("items.0.status", "published")
		group.get("/policies").ok(200).is("items.0.title", "Ny tittel").is("items.0.status", "draft")
		was := func(who *client, at2 time.Time) *reply { return who.get(at + "?as_of=" + at2.Format(time.RFC3339)) }
		for _, moment := range []time.Time{begun, begun.Add(time.Hour), h.now} {
			was(employee, moment).ok(200).is("title", "Bruk av språkmodeller").is("status", "published").is("edition", 1)
		}
		was(group, h.now).ok(200).is("title", "Ny tittel").is("status", "draft")
		was(employee, begun.Add(-time.Second)).refused(404, "not_found")
		employee.get(at+"?as_of=nei").refused(400, "bad_parameter", "?as_of")
		list := group.get("/policies?in_force=true&include=allowed_actions").ok(200)
		list.is("items.0.title", "Bruk av språkmodeller").is("items.0.id", r.id())
		employee.get(at+"/editions").ok(200).is("items.0.edition", 1).is("items.0.status", "published")

		h.seen()
		group.verb(at+"/discard", r.version(), map[string]any{}).refused(422, "invalid_content", "/reason")
		r = group.verb(at+"/discard", r.version(), map[string]any{"reason": "Ikke nødvendig"}).ok(200)
		r.is("title", "Bruk av språkmodeller").is("edition", 1).is("status", "published")
		h.events("group policy:discard")

		r = group.verb(at+"/revise", r.version(), nil).ok(200)
		r = group.patch(at, r.version(), map[string]any{"title": "Ny tittel"}).ok(200)
		revised := h.now
		h.set(revised.Add(2 * time.Hour))
		r = h.publishGuideline(r, true).is("published_edition", 2)
		employee.get(at).ok(200).is("title", "Ny tittel")
		was(employee, revised.Add(time.Hour)).ok(200).is("title", "Bruk av språkmodeller").is("edition", 1)
		was(employee, h.now).ok(200).is("title", "Ny tittel").is("edition", 2)
		editions := council.get(at + "/editions").ok(200)
		editions.is("items.0.edition", 2).is("items.0.status", "published").is("items.1.edition", 1).is("items.1.status", "superseded")
		old := council.get(at + "/editions/1").ok(200)
		old.is("title", "Bruk av språkmodeller").is("body", sivBody).is("id", r.id())
		employee.get(at+"/editions/1").refused(404, "not_found")
		council.get(at+"/editions/3").refused(404, "not_found")
		council.get(at+"/editions/x").refused(404, "not_found")
		council.patch("/policy-editions/"+editions.str("items.0.id"), 1, map[string]any{"title": "Annet"}).refused(405, "no_such_method")

		h.seen()
		h.as("manager").verb(at+"/retire", r.version(), map[string]any{"reason": "Erstattet"}).ok(200).is("status", "retired")
		h.events("manager policy:retire", "manager policy_edition:retire")
		employee.get(at).refused(404, "not_found")
		was(employee, begun).refused(404, "not_found")
		if got := employee.get("/policies").ok(200).items(); len(got) != 0 {
			t.Errorf("what is retired is listed: %v", got)
		}
		council.get(at).ok(200).is("published_edition", nil)
	})
}

// A published document is overdue after its review date, until a person who may approve it confirms it.
func TestPolicyReview(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := publishedGuideline(h, nil)
		at := "/policies/" + r.id()
		h.later(366)
		h.tokens = map[string]string{} // the sessions have expired
		h.as("employee").get(at).ok(200).is("overdue", true)
		h.seen()
		h.as("manager").verb(at+"/confirm-review", r.version(), map[string]any{"reason": "Gjelder"}).refused(403, "authority_missing")
		r = h.as("council").verb(at+"/confirm-review", r.version(), map[string]any{"reason": "Gjelder fortsatt"}).ok(200)
		r.is("overdue", false).is("review_due", "2028-11-22").is("edition", 1)
		h.as("employee").get("/policies?in_force=true").ok(200).is("items.0.review_due", "2028-11-22")
		h.events("council policy:confirm-review", "council policy_edition:confirm-review")
	})
}

// People acknowledge an edition once; a significant new one asks again.
func TestPolicyAcknowledgement(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council, employee := h.as("group"), h.as("council"), h.as("employee")
		r := group.post("/policies", guidelineInput(h, nil)).ok(201)
		at := "/policies/" + r.id()
		employee.post(at+"/acknowledgements", map[string]any{}).refused(404, "not_found")
		group.post(at+"/acknowledgements", map[string]any{}).refused(409, "not_published")
		council.get(at+"/acknowledgements").ok(200).is("required_edition", nil).is("missing_count", 0)
		r = h.publishGuideline(r, true)
		waitsForReading(h, "employee", r.id(), true)
		waitsForReading(h, "council", r.id(), false)

		state := council.get(at+"/acknowledgements").ok(200).is("required_edition", 1).is("acknowledged_by_me", false)
		if missing := state.strings("missing"); !contains(missing, h.id("employee")) || contains(missing, h.id("council")) || !contains(missing, h.id("owner2")) {
			t.Errorf("missing %v", missing)
		}
		h.seen()
		a := employee.post(at+"/acknowledgements", map[string]any{}).ok(201).is("edition", 1).is("user_id", h.id("employee"))
		again := employee.post(at+"/acknowledgements", map[string]any{}).ok(200)
		if again.id() != a.id() {
			t.Errorf("a second acknowledgement: %s", again.body)
		}
		h.events("employee acknowledgement:create")
		waitsForReading(h, "employee", r.id(), false)
		mine := employee.get(at+"/acknowledgements").ok(200).is("acknowledged_by_me", true)
		if len(mine.items()) != 0 || len(mine.strings("missing")) != 0 {
			t.Errorf("an employee sees who has acknowledged: %s", mine.body)
		}

		r = group.verb(at+"/revise", r.version(), nil).ok(200)
		r = h.publishGuideline(r, false)
		council.get(at+"/acknowledgements").ok(200).is("required_edition", 1).is("items.0.id", a.id())
		waitsForReading(h, "employee", r.id(), false)
		r = group.verb(at+"/revise", r.version(), nil).ok(200)
		employee.get(at+"/acknowledgements").ok(200).is("acknowledged_by_me", true)
		h.publishGuideline(r, true)
		employee.get(at+"/acknowledgements").ok(200).is("required_edition", 3).is("acknowledged_by_me", false)
		waitsForReading(h, "employee", r.id(), true)
		h.seen()
		for _, edition := range []int{1, 2, 4} {
			employee.post(at+"/acknowledgements", m{"edition": edition}).refused(409, "not_in_force").is("edition", 3)
		}
		employee.post(at+"/acknowledgements", m{"edition": 0}).refused(422, "invalid_content", "/edition")
		h.events()
		employee.post(at+"/acknowledgements", m{"edition": 3}).ok(201).is("edition", 3)
		employee.post(at+"/acknowledgements", nil).ok(200).is("edition", 3)
		waitsForReading(h, "employee", r.id(), false)
	})
}

// waitsForReading checks whether a document waits for a person's acknowledgement.
func waitsForReading(h *installation, person, id string, want bool) {
	h.t.Helper()
	got := false
	for _, task := range h.as(person).get("/me/tasks?kind=policy").ok(200).items() {
		got = got || task["action"] == "acknowledge" && task["record_id"] == id
	}
	if got != want {
		h.t.Errorf("%s has %s to acknowledge: want %v, got %v", person, id, want, got)
	}
}

// The template check names the sections that are absent or empty.
func TestPolicyTemplateCheck(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		r := h.as("group").post("/policies", guidelineInput(h, m{"body": gappyBody})).ok(201)
		at := "/policies/" + r.id()
		c := h.as("group").get(at+"/template-check").ok(200).is("template", "siv-guideline").is("complete", false)
		if got := strings.Join(c.strings("missing"), " "); got != "general external_references" {
			t.Errorf("missing %s", got)
		}
		c.is("sections.3.key", "general").is("sections.3.found", false).is("sections.5.found", true).is("sections.5.empty", true)
		h.as("group").get(at+"/template-check?template=ukjent").refused(400, "unknown_template", "?template")
		other := h.as("group").post("/policies", guidelineInput(h, map[string]any{"kind": "procedure", "document_number": ""})).ok(201)
		h.as("group").get("/policies/"+other.id()+"/template-check").ok(200).is("template", "siv-guideline")
		h.as("employee").get(at+"/template-check").refused(404, "not_found")
	})
}

// Content that breaks a rule is refused at its place, and nothing is written.
func TestPolicyContent(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		other := h.as("owner2").post("/policies", map[string]any{
			"scope": "/siv/akutt/sepsisvarsel/", "kind": "procedure", "title": "Sepsisvarsel i drift", "body": "A",
		}).ok(201).is("owner_id", h.id("owner2"))
		h.as("owner").get("/policies/"+other.id()).refused(404, "not_found")
		h.seen()
		for pointer, more := range map[string]map[string]any{
			"/document_number":        {"document_number": "1..2"},
			"/review_interval":        {"review_interval": "P0D"},
			"/clauses/0":              {"clauses": []string{"99.9"}},
			"/owner_id":               {"owner_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"},
			"/applies_to/0":           {"applies_to": []any{map[string]any{}}},
			"/applies_to/0/unit":      {"applies_to": []any{map[string]any{"unit": "/siv/finnes-ikke/"}}},
			"/references/0/policy_id": {"references": []any{map[string]any{"kind": "internal", "title": "A", "policy_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}}},
			"/references/0/kind":      {"references": []any{map[string]any{"kind": "annet", "title": "A"}}},
			"/kind":                   {"kind": "lov"},
			"/body":                   {"body": strings.Repeat("a", 200001)},
			"/valid_from":             {"valid_from": "2026-02-30"},
		} {
			h.as("group").post("/policies", guidelineInput(h, more)).refused(422, "invalid_content", pointer)
		}
		h.as("owner").post("/policies", map[string]any{
			"scope": "/siv/radiologi/bruddeteksjon/", "kind": "procedure", "title": "A", "body": "A",
			"references": []any{map[string]any{"kind": "internal", "title": "A", "policy_id": other.id()}},
		}).refused(422, "invalid_content", "/references/0/policy_id")
		h.events()

		// the id of a requirement can be given instead of its key
		clause := h.as("group").get("/requirements/iso-42001:5.2").ok(200).id()
		r := h.as("group").post("/policies", guidelineInput(h, m{"clauses": []string{"5.2", clause, "A.2.2"}})).ok(201).is("clauses", "[5.2 A.2.2]")
		h.as("group").patch("/policies/"+r.id(), 1, m{"clauses": []string{clause}}).ok(200).is("clauses", "[5.2]")
		h.as("group").patch("/policies/"+r.id(), 2, m{"clauses": []string{"5.2", "5.2"}}).refused(422, "invalid_content", "/clauses")
	})
}
