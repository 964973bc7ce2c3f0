package api_test

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

func membership(h *installation, person, function string, more m) m {
	body := m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": h.id(person), "position": function}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// The secretariat adds a member, who has rights only after the lead or top management has confirmed the membership.
func TestMemberships(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat, management, council := h.as("secretariat"), h.as("management"), h.as("council")
		for _, p := range []string{"secretariat", "management", "council", "council2", "privacy", "handler", "manager"} {
			h.id(p)
		}
		at := "/risks/" + aRisk(h, aRegister(h), nil).id()
		h.seen()
		h.as("employee").post("/memberships", membership(h, "employee", "member", nil)).refused(403, "forbidden")
		council.post("/memberships", membership(h, "employee", "member", nil)).refused(403, "forbidden")
		secretariat.post("/memberships", membership(h, "employee", "lead", nil)).refused(409, "has_lead")
		secretariat.post("/memberships", membership(h, "employee", "member", m{"scope": "/siv/akutt/"})).refused(422, "invalid_content", "/scope")
		secretariat.post("/memberships", membership(h, "employee", "gjest", m{"valid_from": "2027-01-02", "valid_to": "2027-01-01"})).refused(422, "invalid_content", "/position")
		secretariat.post("/memberships", membership(h, "employee", "member", m{"body_id": "finnes-ikke"})).refused(422, "invalid_content", "/body_id")
		secretariat.post("/memberships", membership(h, "employee", "member", m{"user_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"})).refused(422, "invalid_content", "/user_id")
		h.events()

		r := secretariat.post("/memberships", membership(h, "employee", "member", nil)).ok(201).is("status", "proposed")
		mem := "/memberships/" + r.id()
		h.as("employee").get(at).refused(403, "forbidden")
		// the task names the body and the position, and no person
		council.get("/me/tasks?kind=membership").ok(200).is("items.0.record_id", r.id()).is("items.0.title", "KI-rådet ved Sykehuset i Vestfold: medlem")
		secretariat.verb(mem+"/confirm", 1, nil).refused(403, "forbidden")
		h.as("council2").verb(mem+"/confirm", 1, nil).refused(403, "not_lead")
		h.as("group").verb(mem+"/confirm", 1, nil).refused(403, "not_lead")
		r = council.verb(mem+"/confirm", 1, nil).ok(200).is("status", "active").is("confirmed_by", h.id("council"))
		h.as("employee").get(at).ok(200)
		secretariat.patch(mem, r.version(), m{"valid_to": "2040-01-01"}).refused(409, "wrong_state")
		management.verb(mem+"/end", r.version(), m{}).refused(422, "invalid_content", "/reason")
		management.verb(mem+"/end", r.version(), m{"reason": "Bytte"}).ok(200).is("ended_on", "2026-11-21")
		h.as("employee").get(at).refused(403, "forbidden")
		h.events("secretariat membership:create", "council membership:confirm", "management membership:end")

		// Nobody confirms their own membership, or one that they added.
		r = secretariat.post("/memberships", membership(h, "management", "member", nil)).ok(201)
		management.verb("/memberships/"+r.id()+"/confirm", 1, nil).refused(403, "own_rights")
		h.assign("secretariat", "top_management", "/siv/", nil).ok(201)
		r = secretariat.post("/memberships", membership(h, "privacy", "member", nil)).ok(201)
		secretariat.verb("/memberships/"+r.id()+"/confirm", 1, nil).refused(403, "separation_of_duties")
		h.seen()

		// An observer gets the role of observers, within the dates of the membership.
		r = secretariat.post("/memberships", membership(h, "handler", "observer", m{"valid_from": "2026-12-01", "valid_to": "2026-12-03"})).ok(201)
		management.verb("/memberships/"+r.id()+"/confirm", 1, nil).ok(200)
		cycles := func() *reply { return h.as("handler").get("/improvement-cycles") }
		cycles().refused(403, "forbidden")
		h.nextDay(10)
		cycles().ok(200)
		h.as("handler").get(at).refused(403, "forbidden")
		for _, role := range h.as("handler").get("/me").ok(200).at("roles").([]any) {
			if role.(m)["role"] == "ai_council" {
				t.Error("an observer holds ai_council")
			}
		}
		h.nextDay(3)
		cycles().refused(403, "forbidden")
		h.events("secretariat membership:create", "management membership:confirm")
	})
}

// inReview sends a guideline to the council.
func inReview(h *installation, more m) *reply {
	h.t.Helper()
	r := h.as("group").post("/policies", guidelineInput(h, more)).ok(201)
	return h.as("group").verb("/policies/"+r.id()+"/submit", r.version(), nil).ok(200)
}

func mandateInput(powers ...string) m {
	return m{"scope": "/siv/", "body_id": "ki-rad-siv", "title": "Nytt mandat", "purpose": "Gi råd", "powers": powers, "valid_from": "2026-11-21", "valid_to": "2027-12-31"}
}

// Members may decide what the mandate in force allows, while the body is active and its term has not ended.
func TestMandates(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat, management, council := h.as("secretariat"), h.as("management"), h.as("council")
		h.id("admin")
		r := inReview(h, nil)
		at := "/policies/" + r.id()
		h.id("secretariat")
		h.id("management")
		h.seen()
		council.post("/mandates", mandateInput("decide")).refused(403, "forbidden")
		secretariat.post("/mandates", mandateInput("")).refused(422, "invalid_content", "/powers/0")
		secretariat.post("/mandates", mandateInput("herske", "decide", "decide")).refused(422, "invalid_content")
		draft := secretariat.post("/mandates", mandateInput()).ok(201)
		secretariat.verb("/mandates/"+draft.id()+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "powers_missing")
		secretariat.delete("/mandates/"+draft.id(), 1).ok(204)
		md := secretariat.post("/mandates", mandateInput("advise")).ok(201).is("edition", 2)
		to := "/mandates/" + md.id()
		management.verb(to+"/adopt", 1, nil).refused(409, "wrong_state")
		secretariat.verb(to+"/submit", 1, nil).ok(200)
		secretariat.verb(to+"/adopt", 2, nil).refused(403, "forbidden")
		council.verb(to+"/adopt", 2, nil).refused(403, "forbidden")
		h.as("manager").verb(to+"/adopt", 2, nil).refused(403, "forbidden")
		over := mandateInput("advise")
		over["valid_from"], over["valid_to"] = "2025-01-01", "2025-12-31"
		past := secretariat.post("/mandates", over).ok(201)
		secretariat.verb("/mandates/"+past.id()+"/submit", 1, nil).ok(200)
		management.verb("/mandates/"+past.id()+"/adopt", 2, nil).refused(409, "blocked").is("blockers.0.code", "term_over")
		management.verb("/mandates/"+past.id()+"/reject", 2, m{"reason": "For sent"}).ok(200)
		h.seen()
		md = management.verb(to+"/reject", 2, m{"reason": "Uklart"}).ok(200).is("last_rejection.reason", "Uklart")
		md = secretariat.verb(to+"/submit", md.version(), nil).ok(200)
		if !contains(council.get(at).ok(200).strings("allowed_actions"), "approve") {
			t.Error("the council is not offered what its mandate lets it decide")
		}
		md = management.verb(to+"/adopt", md.version(), nil).ok(200).is("status", "adopted").is("adopted_by", h.id("management"))
		no := council.verb(at+"/approve", r.version(), nil).refused(403, "power_missing").is("mandate", md.str("number"))
		if !strings.Contains(no.str("detail"), md.str("number")) {
			t.Errorf("the refusal does not name the mandate: %s", no.body)
		}
		if contains(council.get(at).ok(200).strings("allowed_actions"), "approve") {
			t.Error("approve is offered without the power")
		}
		council.get(at+"/eligible?action=approve").ok(200).is("escalates_to.role", "top_management")
		h.events("management mandate:reject", "secretariat mandate:submit", "management mandate:adopt", "management mandate:supersede")

		// The next mandate gives the power back.
		md = secretariat.post("/mandates", mandateInput("advise", "decide")).ok(201)
		secretariat.verb("/mandates/"+md.id()+"/submit", 1, nil).ok(200)
		management.verb("/mandates/"+md.id()+"/adopt", 2, nil).ok(200)
		list := management.get("/mandates?body_id=ki-rad-siv&status=adopted").ok(200)
		if len(list.items()) > 1 {
			t.Errorf("two mandates in force: %s", list.body)
		}
		r = council.verb(at+"/reject", r.version(), m{"reason": "Mer"}).ok(200)

		// The end of the body's term and closing the body take the power away.
		body := h.as("admin").get("/bodies/ki-rad-siv").ok(200)
		h.seen()
		for _, term := range []m{{"term_to": "2030-01-01"}, {"term_from": "2020-01-01"}, {"term_to": "2026-12-01", "contact": "x"}, {"powers": []string{"decide"}}} { // these changes would give or take rights
			secretariat.patch("/bodies/ki-rad-siv", body.version(), term).refused(403, "not_yours_to_set")
		}
		h.events()
		body = secretariat.patch("/bodies/ki-rad-siv", body.version(), m{"contact": "ki-radet@siv.example", "term_to": body.at("term_to")}).ok(200)
		h.events("secretariat body:update")
		body = h.as("admin").patch("/bodies/ki-rad-siv", body.version(), m{"term_to": "2026-11-20"}).ok(200)
		council.verb(at+"/approve", r.version(), nil).refused(403, "forbidden")
		council.get("/risks").refused(403, "forbidden")
		body = h.as("admin").patch("/bodies/ki-rad-siv", body.version(), m{"term_to": nil}).ok(200)
		council.get("/risks").ok(200)
		h.seen()
		h.as("council").verb("/bodies/ki-rad-siv/close", body.version(), m{"reason": "Nei"}).refused(403, "forbidden")
		management.verb("/bodies/ki-rad-siv/close", body.version(), m{"reason": "Nedlagt"}).ok(200).is("status", "closed")
		council.get("/risks").refused(403, "forbidden")
		secretariat.post("/memberships", membership(h, "employee", "member", nil)).refused(409, "body_closed")
		h.events("management body:close")
	})
}

// A mandate that begins later leaves the present one in force until its first day. It is in force from that day on, even before the worker has run.
func TestMandateFromALaterDay(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat, management, council := h.as("secretariat"), h.as("management"), h.as("council")
		present := management.get("/mandates?body_id=ki-rad-siv&status=adopted").ok(200).items()[0]["id"].(string)
		r := inReview(h, nil)
		at := "/policies/" + r.id()
		for _, p := range []string{"secretariat", "management", "group"} {
			h.id(p)
		}
		h.seen()
		adopted := func(in m) *reply {
			t.Helper()
			md := secretariat.post("/mandates", in).ok(201)
			secretariat.verb("/mandates/"+md.id()+"/submit", 1, nil).ok(200)
			return management.verb("/mandates/"+md.id()+"/adopt", 2, nil).ok(200).is("status", "adopted")
		}
		in := mandateInput("advise")
		in["valid_from"] = "2026-11-23"
		next := adopted(in)
		h.events("secretariat mandate:create", "secretariat mandate:submit", "management mandate:adopt")
		management.get("/mandates/"+present).ok(200).is("status", "adopted")
		offered := func() bool { return contains(council.get(at).ok(200).strings("allowed_actions"), "approve") }
		work := func() {
			t.Helper()
			if err := h.db.Write(context.Background(), record.System, record.Permission{}, "", governance.SupersedeMandates); err != nil {
				t.Fatal(err)
			}
		}
		work()
		if !offered() {
			t.Error("the present mandate has ended before the next begins")
		}
		h.events()

		h.nextDay(2)
		secretariat, management, council = h.as("secretariat"), h.as("management"), h.as("council")
		if offered() {
			t.Error("the present mandate goes on after the next has begun")
		}
		council.verb(at+"/approve", r.version(), nil).refused(403, "power_missing").is("mandate", next.str("number"))
		work()
		work()
		management.get("/mandates/"+present).ok(200).is("status", "superseded")
		h.events("system mandate:supersede")

		// A mandate that is superseded before it begins is never in force. One that begins today supersedes the present one at once.
		in["valid_from"], in["powers"] = "2026-12-10", []string{"advise", "decide"}
		in["delegated"] = []m{{"kind": "policy", "action": "approve", "to": "lead"}}
		waits := adopted(in)
		in["valid_from"] = "2026-11-23"
		adopted(in)
		management.get("/mandates/"+waits.id()).ok(200).is("status", "superseded")
		management.get("/mandates/"+next.id()).ok(200).is("status", "superseded")
		council.verb(at+"/approve", r.version(), nil).ok(200)
		h.events("secretariat mandate:create", "secretariat mandate:submit", "management mandate:adopt", "secretariat mandate:create", "secretariat mandate:submit",
			"management mandate:adopt", "management mandate:supersede", "management mandate:supersede", "council policy:approve", "council policy_edition:create")
	})
}

// A person who wrote or changed a guideline may not approve it. A person who sent it back may.
func TestSeparationOnAGuideline(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.assign("council", "project_owner", "/siv/", nil).ok(201) // so that the lead of the council can write
		for _, p := range []string{"council", "council2", "group"} {
			h.id(p)
		}
		h.seen()
		council, council2 := h.as("council"), h.as("council2")
		r := council.post("/policies", guidelineInput(h, m{"owner_id": h.id("council")})).ok(201)
		at := "/policies/" + r.id()
		r = council.verb(at+"/submit", 1, nil).ok(200)
		no := council.verb(at+"/approve", r.version(), nil).refused(403, "separation_of_duties")
		log := council2.get(at + "/events").ok(200).items()
		i := slices.IndexFunc(log, func(e map[string]any) bool { return e["id"] == no.str("earlier_event") })
		if i < 0 || log[i]["actor"] != h.id("council") {
			t.Errorf("the earlier event %s is not in %v", no.body, log)
		}
		h.eligible(r, "approve")
		h.events("council policy:create", "council policy:submit")
		h.decided(at, "approve", nil).is("status", "approved")
		h.events("council2 decision:adopt", "council2 policy:approve", "council2 policy_edition:create")

		// A draft by somebody else that a member of the council has changed.
		r = inReview(h, m{"document_number": "1.10.3.8"})
		at = "/policies/" + r.id()
		h.eligible(r, "approve", "council")
		r = council2.verb(at+"/reject", r.version(), m{"reason": "Språk"}).ok(200)
		r = council.patch(at, r.version(), m{"title": "Bedre språk"}).ok(200)
		r = h.as("group").verb(at+"/submit", r.version(), nil).ok(200)
		h.seen()
		council.verb(at+"/approve", r.version(), nil).refused(403, "separation_of_duties")
		h.eligible(r, "approve")
		h.events()
		h.decided(at, "approve", nil).is("status", "approved")

		// If nobody in the scope is left, the task goes to the scope above.
		r = council.post("/policies", guidelineInput(h, m{"document_number": "1.10.3.7"})).ok(201)
		r = council.verb("/policies/"+r.id()+"/submit", 1, nil).ok(200)
		v := h.as("admin").get("/users?status=active").ok(200)
		for _, u := range v.items() {
			if u["id"] == h.id("council2") {
				h.as("admin").verb("/users/"+h.id("council2")+"/deactivate", int64(u["version"].(float64)), m{"reason": "Permisjon"}).ok(200)
			}
		}
		council.get("/policies/"+r.id()+"/eligible?action=approve").ok(200).is("escalates_to.role", "top_management").is("escalates_to.scope", "/siv/")
	})
}

// eligible checks that exactly these people may do an action.
func (h *installation) eligible(r *reply, action string, names ...string) {
	h.t.Helper()
	var got []string
	for _, p := range h.as("group").get("/policies/" + r.id() + "/eligible?action=" + action).ok(200).at("people").([]any) {
		got = append(got, h.nameOf(p.(m)["id"].(string)))
	}
	sort.Strings(got)
	if strings.Join(got, " ") != strings.Join(names, " ") {
		h.t.Errorf("eligible to %s: want %v, got %v", action, names, got)
	}
}

// The actions in allowed_actions are exactly those that are allowed, for everybody and in every state of a guideline.
func TestAllowedActionsHold(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		people := []string{"group", "group2", "council", "manager", "management", "owner", "auditor", "secretariat", "observer", "privacy", "employee", "admin"}
		bodies := map[string]any{
			"hand-over": m{"to": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "reason": "A"}, "publish": m{"significant": false}, "withdraw": m{"reason": "A"}, "reject": m{"reason": "A"}, "confirm-review": m{"reason": "A"},
			"discard": m{"reason": "A"}, "retire": m{"reason": "A"}, "update": m{"title": "Ny tittel"},
		}
		actions := record.KindOf("policy").Actions()
		// Every state is set up again for each person, because an allowed action changes the state.
		states := map[string]func(n string) *reply{
			"draft": func(n string) *reply {
				return h.as("group").post("/policies", guidelineInput(h, m{"document_number": n})).ok(201)
			},
			"in_review": func(n string) *reply { return inReview(h, m{"document_number": n}) },
			"approved": func(n string) *reply {
				r := inReview(h, m{"document_number": n})
				return h.as("council").verb("/policies/"+r.id()+"/approve", r.version(), nil).ok(200)
			},
			"published": func(n string) *reply { return publishedGuideline(h, m{"document_number": n}) },
		}
		n := 0
		number := func() string { n++; return "9." + string(rune('A'+n/26)) + string(rune('A'+n%26)) }
		for state, fresh := range states {
			r := fresh(number())
			for _, person := range people {
				for _, action := range actions {
					at := "/policies/" + r.id()
					read := h.as(person).get(at)
					listed := read.status == 200 && contains(read.strings("allowed_actions"), action)
					method, path := "POST", at+"/"+action
					switch action {
					case "update":
						method, path = "PATCH", at
					case "delete":
						method, path = "DELETE", at
					}
					got := h.as(person).do(method, path, bodies[action], r.version())
					code := got.optional("code")
					switch {
					case listed && (got.status == 403 || got.status == 404 || code == "wrong_state"):
						t.Errorf("%s is offered %s in %s, and gets %d %s", person, action, state, got.status, code)
					case !listed && got.status != 403 && got.status != 404 && got.status != 409:
						t.Errorf("%s is not offered %s in %s, and gets %d %s", person, action, state, got.status, code)
					}
					if got.status < 300 {
						r = fresh(number())
					}
				}
			}
		}
	})
}

// optional returns the text of a member, or "" when there is no body.
func (r *reply) optional(name string) string {
	s, _ := r.json[name].(string)
	return s
}

// A record in another project is not found: not in reads, lists, references, links or writes.
func TestScopeOfAProject(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, owner2 := h.as("owner"), h.as("owner2")
		h.id("owner")
		const sepsis = "/siv/akutt/sepsisvarsel/"
		register := owner2.post("/risk-registers", m{"scope": sepsis, "title": "Sepsis"}).ok(201).id()
		theirs := owner2.post("/risks", m{"scope": sepsis, "register_id": register, "title": "Falsk alarm", "owner_id": h.id("owner2")}).ok(201)
		doc := owner2.post("/policies", m{"scope": sepsis, "kind": "procedure", "title": "Drift", "body": "A"}).ok(201)
		mine := owner.post("/risk-registers", m{"scope": fracture, "title": "Brudd"}).ok(201)
		h.seen()
		at := "/risks/" + theirs.id()
		for _, path := range []string{at, at + "/events", at + "/links", at + "/comments", at + "/eligible?action=accept", at + "?as_of=2026-11-21T12:00:00Z", "/policies/" + doc.id(), "/risk-registers/" + register + "/matrix"} {
			owner.get(path).refused(404, "not_found")
		}
		owner.post(at+"/comments", m{"text": "Hei"}).refused(404, "not_found")
		owner.verb(at+"/assess", 1, judged("inherent", 1, 1)).refused(404, "not_found")
		owner.patch(at, 1, m{"title": "A"}).refused(404, "not_found")
		owner.delete(at, 1).refused(404, "not_found")
		for _, path := range []string{"/risks", "/risks?scope=" + sepsis, "/risks?q=falsk", "/risks?register_id=" + register, "/policies?q=drift", "/risks?scope=/finnes/ikke/", "/events?scope=" + sepsis + "&kind=risk", "/events?record=" + theirs.id()} {
			if r := owner.get(path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "limit=10").ok(200); len(r.items()) != 0 {
				t.Errorf("%s shows another's: %s", path, r.body)
			}
		}
		owner.get("/risks?count=true&facets=status&scope="+sepsis).ok(200).is("total", 0)

		// A record that the caller may not read and a missing one give the same answer.
		same := func(a, b m, path string) {
			t.Helper()
			x, y := owner.post(path, a), owner.post(path, b)
			x.refused(422, "invalid_content")
			if x.str("errors.0.detail") != y.str("errors.0.detail") || x.str("errors.0.pointer") != y.str("errors.0.pointer") || x.str("detail") != y.str("detail") {
				t.Errorf("told apart: %s %s", x.body, y.body)
			}
		}
		same(m{"scope": sepsis, "title": "A"}, m{"scope": "/siv/akutt/tull/", "title": "A"}, "/risk-registers")
		in := func(register string) m { return m{"scope": fracture, "register_id": register, "title": "A"} }
		same(in(register), in("0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"), "/risks")
		owner.patch("/risk-registers/"+mine.id(), 1, m{"scope": sepsis}).refused(422, "invalid_content", "/scope")
		h.events()

		// People with a role in the scope above see both.
		h.as("manager").get(at).ok(200)
		h.as("auditor").get(at).ok(200)
		if n := len(h.as("manager").get("/risk-registers").ok(200).items()); n != 2 {
			t.Errorf("the manager sees %d registers", n)
		}
		c := owner2.post(at+"/comments", m{"text": "Husk barna"}).ok(201)
		owner2.patch("/comments/"+c.id(), 1, m{"text": "Husk barna også"}).ok(200)
		h.as("manager").patch("/comments/"+c.id(), 2, m{"text": "Nei"}).refused(403, "not_the_author")
		owner.patch("/comments/"+c.id(), 2, m{"text": "Nei"}).refused(404, "not_found")
		h.as("auditor").get(at+"/comments").ok(200).is("items.0.text", "Husk barna også")
		h.id("owner2")
		h.events("owner2 comment:create", "owner2 comment:update")
	})
}

// Employees read documents that are published in the scopes above them, and no drafts. The auditor reads everything and writes nothing.
func TestReadersDoNotWrite(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		published, draft := publishedGuideline(h, nil), inReview(h, m{"document_number": "1.10.3.8"})
		risk := aRisk(h, aRegister(h), nil)
		evidence := h.as("owner").post("/evidence", m{"scope": fracture, "kind": "note", "title": "A", "text": "A"})
		h.seen()
		for _, person := range []string{"employee", "owner", "handler"} {
			h.as(person).get("/policies/" + published.id()).ok(200)
			h.as(person).get("/policies/"+draft.id()).refused(404, "not_found")
			h.as(person).get("/policies/"+draft.id()+"/events").refused(404, "not_found")
			if n := len(h.as(person).get("/policies").ok(200).items()); n != 1 {
				t.Errorf("%s sees %d documents", person, n)
			}
			for _, e := range h.as(person).get("/events?kind=policy").ok(200).items() {
				if e["status"] != "published" {
					t.Errorf("%s sees the event of a %v", person, e["status"])
				}
			}
		}
		ids := map[string]string{"policies": published.id(), "risks": risk.id(), "risk-registers": risk.str("register_id"), "evidence": evidence.optional("id"), "bodies": "ki-rad-siv", "roles": "ai_council", "frameworks": "iso-42001"}
		written := 0
		for _, route := range api.Routes() {
			object, _, _ := strings.Cut(route.Permission, ":")
			if route.Method == http.MethodGet || object == "public" || object == "signed-in" || object == "api_key" || object == "acknowledgement" || object == "assignment" {
				continue
			}
			kind := strings.Split(route.Path, "/")[1]
			id := ids[kind]
			if id == "" {
				id = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
			}
			path := strings.NewReplacer("{id}", id, "{sub}", "1").Replace(route.Path)
			r := h.as("auditor").do(route.Method, path, m{}, 1)
			if open := []string{
				"comment:create", "case:create", "need:create", "clause_judgement:create", "measurement:create", "gate_item:create",
				"advice_request:create", "impact_assessment:create", "intake:create", "use_right:create", "study:create", "validation:create",
			}; slices.Contains(open, route.Permission) {
				if r.status != 422 { // what an auditor may write, without content
					t.Errorf("the auditor's %s %s: %d %s", route.Method, path, r.status, r.body)
				}
				continue
			}
			if r.status != 403 && r.status != 404 {
				t.Errorf("the auditor's %s %s: %d %s", route.Method, path, r.status, r.body)
			}
			written++
		}
		if written < 50 {
			t.Errorf("only %d routes tried", written)
		}
		for _, path := range []string{"/risks/" + risk.id(), "/policies/" + draft.id(), "/users", "/events", "/assignments", "/api-keys", "/bodies", "/mandates", "/memberships", "/controls"} {
			h.as("auditor").get(path).ok(200)
		}
		h.events()
	})
}

// A service account has the roles of its key while the person responsible for it has them, and counts as that person.
func TestAPIKeys(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner")
		for _, p := range []string{"owner", "manager", "admin"} {
			h.id(p)
		}
		key := func(more m) m {
			body := m{
				"scope": fracture, "title": "Kvalitetssystem", "responsible_id": h.id("owner"), "expires_on": "2027-01-31",
				"roles": []m{{"role": "project_owner", "scope": fracture}},
			}
			for k, v := range more {
				body[k] = v
			}
			return body
		}
		var robot *client
		h.row("who may not make a key", func() {
			h.as("employee").post("/api-keys", key(nil)).refused(403, "forbidden")
			owner.post("/api-keys", key(m{"roles": []m{{"role": "line_manager", "scope": fracture}}})).refused(422, "invalid_content", "/roles/0")
			owner.post("/api-keys", key(m{"roles": []m{{"role": "project_owner", "scope": "/siv/radiologi/"}}})).refused(422, "invalid_content", "/roles/0")
			owner.post("/api-keys", key(m{"roles": []m{{"role": "integration", "scope": fracture}}})).refused(422, "invalid_content", "/roles/0")
			owner.post("/api-keys", key(m{"expires_on": "2026-11-20"})).refused(422, "invalid_content", "/expires_on").is("errors.0.code", "in_the_past")
			owner.post("/api-keys", key(m{"expires_on": "2028-11-22"})).refused(422, "invalid_content", "/expires_on").is("errors.0.code", "bad_expiry")
			owner.post("/api-keys", key(m{"expires_on": "2029-11-20", "roles": []m{}})).refused(422, "invalid_content", "/roles")
			owner.post("/api-keys", key(m{"expires_on": "2029-11-20"})).refused(422, "invalid_content", "/expires_on")
			owner.post("/api-keys", key(m{"responsible_id": h.id("manager")})).refused(422, "invalid_content", "/roles/0")
			owner.with("Idempotency-Key", "a").post("/api-keys", key(nil)).refused(400, "no_idempotency_key")
			h.events()
		})
		h.row("a key acts for its person", func() {
			made := owner.post("/api-keys", key(nil)).ok(201)
			at, secret := "/api-keys/"+made.str("key.id"), made.str("secret")
			h.ids["robot"] = made.str("key.id")
			if !strings.HasPrefix(secret, "aims_") || strings.Contains(string(owner.get(at).ok(200).body), secret) || made.header.Get("Cache-Control") != "no-store" {
				t.Errorf("key %s", made.body)
			}
			robot = h.bearer("robot", secret)
			robot.get("/me").ok(200).is("api_key", true).is("language", nil).is("roles.0.role", "project_owner")
			register := robot.post("/risk-registers", m{"scope": fracture, "title": "Brudd"}).ok(201).id()
			risk := robot.post("/risks", m{"scope": fracture, "register_id": register, "title": "Brudd"}).ok(201)
			r := robot.verb("/risks/"+risk.id()+"/assess", 1, judged("inherent", 2, 2)).ok(200)
			owner.verb("/risks/"+risk.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "separation_of_duties")
			robot.verb("/risks/"+risk.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "person_needed")
			r = owner.verb("/risks/"+risk.id()+"/assess", r.version(), judged("current", 2, 2)).ok(200)
			robot.verb("/risks/"+risk.id()+"/accept", r.version(), accepted("2027-01-01")).refused(403, "person_needed")
			robot.post("/api-keys", key(m{"expires_on": "2028-01-31"})).refused(403, "own_rights")
			robot.post("/me/password", m{"new_password": "et helt annet passord"}).refused(404, "not_found")
			robot.get("/risks?scope=/siv/akutt/").ok(200).is("items", "[]")
			robot.get("/sessions/current").ok(200).is("expires_at", "2027-01-31T23:00:00Z").is("password_reset", nil)
			robot.do("PATCH", "/me", m{"language": "en"}, 0).refused(404, "not_found")
			robot.delete("/sessions/current", 0).ok(204)
			robot.get("/me").ok(200)
			h.events("owner api_key:create", "robot risk_register:create", "robot risk:create", "robot risk:assess", "owner risk:assess")
		})
		h.row("a key ends with the right, the account and its last day", func() {
			// The key ends with the person's own right, its last day or its revocation.
			ends := h.as("admin").get("/assignments?user_id=" + h.id("owner")).ok(200)
			h.as("admin").verb("/assignments/"+ends.str("items.0.id")+"/end", 1, m{"reason": "Bytte"}).ok(200)
			robot.get("/risks").refused(403, "forbidden")
			h.assign("owner", "project_owner", fracture, nil).ok(201)
			robot.get("/risks").ok(200)
			v := h.as("admin").get("/users/" + h.id("owner")).ok(200).version()
			h.as("admin").verb("/users/"+h.id("owner")+"/deactivate", v, m{"reason": "Permisjon"}).ok(200)
			robot.get("/risks").refused(401, "unauthenticated")
			h.as("admin").verb("/users/"+h.id("owner")+"/activate", v+1, nil).ok(200)
			robot.get("/risks").ok(200)
			h.later(72)
			robot.get("/risks").refused(401, "unauthenticated")
		})
		h.row("a key is revoked by who answers for it", func() {
			h.tokens = map[string]string{}
			other := h.as("owner").post("/api-keys", key(m{"expires_on": "2027-06-01"})).ok(201)
			robot = h.bearer("robot", other.str("secret"))
			robot.get("/risks").ok(200)
			h.as("owner2").verb("/api-keys/"+other.str("key.id")+"/revoke", 1, m{"reason": "A"}).refused(404, "not_found")
			h.as("owner").verb("/api-keys/"+other.str("key.id")+"/revoke", 1, m{"reason": "Byttet ut"}).ok(200)
			robot.get("/risks").refused(401, "unauthenticated")
		})
		h.row("who reads and revokes a key", func() {
			// The person responsible for a key and the administrator can read and revoke it; nobody else can.
			mine := h.as("owner").post("/api-keys", key(m{"expires_on": "2027-06-01"})).ok(201)
			of := "/api-keys/" + mine.str("key.id")
			h.seen()
			for _, who := range []string{"manager", "group"} {
				h.as(who).get(of).refused(404, "not_found")
				h.as(who).get("/api-keys?count=true").ok(200).is("total", 0)
				h.as(who).get("/api-keys?responsible_id="+h.id("owner")).ok(200).is("items", "[]")
				h.as(who).get("/events?kind=api_key").ok(200).is("items", "[]")
				h.as(who).verb(of+"/revoke", 1, m{"reason": "A"}).refused(404, "not_found")
			}
			h.as("auditor").get(of).ok(200).is("allowed_actions", "[]")
			h.as("auditor").verb(of+"/revoke", 1, m{"reason": "A"}).refused(403, "forbidden")
			h.as("owner").get(of).ok(200).is("allowed_actions", "[revoke]")
			h.as("owner").get("/api-keys?count=true").ok(200).is("total", 3)
			h.events()
		})
		h.row("a key that exchanges data", func() {
			// The person responsible for a key with the role integration is not the person who creates it. The key ends with the responsible person's account.
			exchange := func(responsible string) m {
				return key(m{"scope": "/siv/", "responsible_id": h.id(responsible), "expires_on": "2027-06-01", "roles": []m{{"role": "integration", "scope": "/siv/"}}})
			}
			h.as("admin").post("/api-keys", exchange("admin")).refused(403, "own_rights")
			h.events()
			robot = h.bearer("robot", h.as("admin").post("/api-keys", exchange("manager")).ok(201).str("secret"))
			robot.get("/risks").ok(200)
			of := "/users/" + h.id("manager")
			h.as("admin").verb(of+"/deactivate", h.as("admin").get(of).ok(200).version(), m{"reason": "Sluttet"}).ok(200)
			robot.get("/risks").refused(401, "unauthenticated")
		})
		h.row("the key of a member", func() {
			// A member's key has the rights that the mandate gives the member, except decisions.
			group := h.as("group").post("/api-keys", key(m{"scope": "/siv/", "responsible_id": h.id("group"), "expires_on": "2027-06-01", "roles": []m{{"role": "working_group", "scope": "/siv/"}}})).ok(201)
			robot = h.bearer("robot", group.str("secret"))
			robot.get("/risks").ok(200)
			h.ids["robot"] = group.str("key.id")
			h.seen()
			robot.post("/risk-registers", m{"scope": "/siv/", "title": "Fra nøkkelen"}).ok(201)
			h.events("robot risk_register:create")
			for _, md := range h.as("management").get("/mandates?status=adopted").ok(200).items() {
				b := h.as("management").get("/bodies/" + md["body_id"].(string)).ok(200)
				if b.optional("member_role") == "working_group" && b.str("scope") == "/siv/" {
					h.as("management").verb("/bodies/"+b.id()+"/close", b.version(), m{"reason": "Nedlagt"}).ok(200)
				}
			}
			robot.get("/risks").refused(403, "forbidden")
		})
		h.row("the key of an administrator", func() {
			// An administrator's key cannot take over its own person's account.
			adm := h.as("admin").post("/api-keys", key(m{"scope": "/siv/", "responsible_id": h.id("admin"), "expires_on": "2027-06-01", "roles": []m{{"role": "administrator", "scope": "/"}}})).ok(201)
			robot = h.bearer("robot", adm.str("secret"))
			robot.verb("/users/"+h.id("admin")+"/reset-password", 1, nil).refused(403, "own_account")
			robot.verb("/users/"+h.id("admin")+"/deactivate", 1, m{"reason": "A"}).refused(403, "own_account")
			robot.post("/assignments", m{"scope": "/siv/", "user_id": h.id("admin"), "role": "project_owner"}).refused(403, "own_rights")
			robot.post("/assignments", m{"scope": "/siv/", "user_id": h.id("employee"), "role": "ai_council"}).refused(422, "invalid_content", "/role")
		})
	})
}

// A person who comments on a record in a scope above can edit that comment; nobody else can. Whoever may not read the record does not find the
// comment.
func TestCommentFromBelow(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, group := h.as("owner"), h.as("group")
		control := group.post("/controls", m{"scope": "/siv/", "title": "To leger leser bildet"}).ok(201)
		h.id("owner")
		h.seen()
		at := "/controls/" + control.id() + "/comments"
		c := owner.post(at, m{"text": "Også om natten?"}).ok(201)
		mine := "/comments/" + c.id()
		owner.get(mine).ok(200).is("text", "Også om natten?").is("scope", "/siv/")
		owner.patch(mine, 1, m{"text": "Også om natten og i helgen?"}).ok(200).is("version", 2)
		owner.patch(mine, 1, m{"text": "A"}).refused(412, "stale_version")
		owner.patch(mine, 2, m{"text": ""}).refused(422, "invalid_content", "/text")
		h.as("owner2").patch(mine, 2, m{"text": "Nei"}).refused(403, "not_the_author")
		group.patch(mine, 2, m{"text": "Nei"}).refused(403, "not_the_author")
		h.as("employee").patch(mine, 2, m{"text": "Nei"}).refused(403, "forbidden")
		h.as("admin").get(mine).refused(404, "not_found")
		group.get(at).ok(200).is("items.0.text", "Også om natten og i helgen?")
		h.events("owner comment:create", "owner comment:update")
	})
}
