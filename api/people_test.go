package api_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// assign gives a person a role, as the administrator.
func (h *installation) assign(person, role, scope string, more m) *reply {
	h.t.Helper()
	body := m{"scope": scope, "user_id": h.id(person), "role": role}
	for k, v := range more {
		body[k] = v
	}
	return h.as("admin").post("/assignments", body)
}

// nextDay advances the clock by days and drops the sessions, which expire overnight.
func (h *installation) nextDay(days int) {
	h.later(days)
	h.tokens = map[string]string{}
}

// system runs a write as the system actor.
func (h *installation) system(fn func(tx *record.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), record.System, record.Permission{}, "", fn); err != nil {
		h.t.Fatal(err)
	}
}

// An administrator adds, changes, deactivates and erases people; what is private never reaches an event.
func TestPeople(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		h.id("admin")
		in := m{
			"scope": "/siv/akutt/", "username": "Nils.Nyansatt", "name": "Nils Nyansatt", "title": "Sykepleier", "email": "nils@siv.example",
			"external_refs": []m{{"system": "hr", "type": "employee", "id": "ansatt-20417", "url": "https://hr.siv.example/?a=1&b=2"}},
		}
		h.as("employee").post("/users", in).refused(403, "forbidden")
		h.as("employee").get("/users").refused(403, "forbidden")
		admin.post("/users", m{"scope": "/siv/akutt/", "username": "n n", "name": " ", "email": "nei", "language": "se"}).
			refused(422, "invalid_content", "/username", "/email", "/language")
		admin.post("/users", m{"scope": "/siv/akutt/", "name": " "}).refused(422, "invalid_content", "/username", "/name")
		admin.post("/users", m{"scope": "/siv/akutt/", "username": "owner", "name": "A"}).refused(422, "invalid_content", "/username")
		admin.post("/users", m{"scope": "/siv/finnes-ikke/", "username": "a.b", "name": "A"}).refused(422, "invalid_content", "/scope")
		for at, wants := range map[string]string{"/username": "2", "/language": "nb, en"} { // the refusal names valid values
			no := admin.post("/users", m{"scope": "/siv/akutt/", "name": "A", "username": "n n", "language": "se"})
			if !slices.ContainsFunc(no.at("errors").([]any), func(e any) bool {
				return e.(m)["pointer"] == at && strings.Contains(e.(m)["detail"].(string), wants)
			}) {
				t.Errorf("%s is not told to be %s: %s", at, wants, no.body)
			}
		}
		h.events()

		r := admin.with("Idempotency-Key", "nils").post("/users", in).ok(201).is("username", "nils.nyansatt").is("name", "Nils Nyansatt").is("language", "nb")
		at := "/users/" + r.id()
		admin.do("PATCH", at, m{"title": "Lege"}, 0).refused(428, "if_match_required")
		admin.patch(at, 7, m{"title": "Lege"}).refused(412, "stale_version").is("version", 1)
		admin.patch(at, 1, m{"username": "annen", "scope": "/siv/"}).refused(422, "invalid_content", "/username", "/scope")
		r = admin.patch(at, 1, m{"title": "Lege"}).ok(200).is("title", "Lege").is("name", "Nils Nyansatt").is("version", 2).is("external_refs.0.id", "ansatt-20417")
		admin.patch(at, 2, m{"name": nil}).refused(422, "invalid_content", "/name")
		admin.get(at).ok(200).is("email", "nils@siv.example")
		admin.get("/users?q=nyans").ok(200).is("items.0.name", "Nils Nyansatt")
		h.as("employee").get("/people?q=nyans").ok(200).is("items.0.name", "Nils Nyansatt").is("items.0.email", nil)
		h.signIn("nils.nyansatt", password).refused(401, "bad_credentials")
		h.events("admin user:create", "admin user:update")
		for _, path := range []string{at + "/events", "/events?kind=user&record=" + r.id()} {
			if log := string(admin.get(path).ok(200).body); strings.Contains(log, "yansatt") || strings.Contains(log, "siv.example") || strings.Contains(log, "Lege") || strings.Contains(log, "20417") {
				t.Errorf("%s shows who it is: %s", path, log)
			}
		}
		h.as("employee").get(at+"/events").refused(403, "forbidden")

		h.set(h.now.Add(1))
		admin.verb(at+"/erase", 2, m{"reason": "Ba om det"}).refused(409, "wrong_state")
		r = admin.verb(at+"/deactivate", 2, m{"reason": "Sluttet"}).ok(200)
		admin.verb(at+"/reset-password", r.version(), nil).refused(409, "wrong_state")
		if len(admin.get("/people?q=nyans").ok(200).items()) != 0 {
			t.Error("a deactivated colleague is shown")
		}
		admin.verb(at+"/erase", r.version(), m{}).refused(422, "invalid_content", "/reason")
		r = admin.verb(at+"/erase", r.version(), m{"reason": "Ba om det"}).ok(200).is("status", "erased")
		for _, f := range []string{"name", "username", "email", "title"} {
			admin.get(at).ok(200).is(f, nil)
		}
		admin.get(at).ok(200).is("external_refs", "[]").is("allowed_actions", "[]")
		admin.verb(at+"/transfer", r.version(), m{"scope": "/siv/", "reason": "Flyttet"}).refused(409, "wrong_state")
		admin.get(at+"?as_of=2026-11-21T10:00:00Z").ok(200).is("name", nil)
		for _, path := range []string{"/activate", "/erase", "/deactivate"} {
			admin.verb(at+path, r.version(), m{"reason": "Nei"}).refusedAs(409, "wrong_state", 422)
		}
		admin.verb(at+"/reset-password", r.version(), nil).refused(409, "wrong_state")
		admin.patch(at, r.version(), m{"name": "Nils"}).refused(409, "wrong_state")
		if len(admin.get("/users?q=nyans").ok(200).items()) != 0 {
			t.Error("an erased person is found by name")
		}
		h.events("admin user:deactivate", "admin user:erase")
		again := admin.with("Idempotency-Key", "nils").post("/users", in).ok(201)
		if again.id() == r.id() {
			t.Error("the erased person's answer was kept")
		}
		h.events("admin user:create")

		me := "/users/" + h.id("admin")
		v := admin.get(me).ok(200).version()
		admin.verb(me+"/deactivate", v, m{"reason": "A"}).refused(403, "own_account")
		admin.verb(me+"/reset-password", v, nil).refused(403, "own_account")
		h.events()
	})
}

// A deactivated person gets no new roles. Existing ones stay until the person is erased, and then end with events of their own.
func TestPeopleWhoLeave(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin, secretariat := h.as("admin"), h.as("secretariat")
		h.id("admin")
		who := h.id("privacy")
		at, register := "/users/"+who, aRegister(h)
		owned := aRisk(h, register, m{"owner_id": who})
		role := h.assign("privacy", "project_owner", fracture, m{"valid_from": "2027-06-01"}).ok(201)
		seat := secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": who, "position": "member"}).ok(201)
		expert := secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": who, "position": "observer"}).ok(201)
		h.as("management").verb("/memberships/"+seat.id()+"/confirm", 1, nil).ok(200)
		key := h.as("privacy").post("/api-keys", m{
			"scope": "/siv/", "title": "Kvalitet", "responsible_id": who, "expires_on": "2027-01-01", "roles": []m{{"role": "privacy_officer", "scope": "/siv/"}},
		})
		h.seen()
		admin.verb(at+"/deactivate", 1, m{"reason": "Sluttet"}).ok(200)
		h.events("admin user:deactivate")

		gone := func(r *reply, at string) {
			t.Helper()
			r.refused(422, "invalid_content", at)
			if code := r.str("errors.0.code"); code != "inactive_person" {
				t.Errorf("%s: %s", r.what, r.body)
			}
		}
		gone(admin.post("/assignments", m{"scope": fracture, "user_id": who, "role": "line_manager"}), "/user_id")
		gone(secretariat.post("/memberships", m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": who, "position": "member"}), "/user_id")
		gone(h.as("group").post("/risks", m{"scope": fracture, "register_id": register, "title": "A", "polarity": "threat", "owner_id": who}), "/owner_id")
		other := aRisk(h, register, nil)
		h.seen()
		gone(h.as("group").patch("/risks/"+other.id(), 1, m{"owner_id": who}), "/owner_id")
		h.events()
		h.as("group").patch("/risks/"+owned.id(), owned.version(), m{"title": "Eieren er den samme"}).ok(200).is("owner_id", who)
		h.seen()

		admin.verb(at+"/erase", 2, m{"reason": "Ba om det"}).ok(200)
		h.events("admin user:erase", "admin assignment:end", "admin assignment:end", "admin membership:end", "admin membership:end", "admin api_key:revoke")
		admin.get("/assignments/"+role.id()).ok(200).is("status", "ended")
		admin.get("/assignments/"+role.id()+"/events?limit=1").ok(200).is("items.0.reason", "Ba om det")
		admin.get("/memberships/"+expert.id()).ok(200).is("status", "ended")
		h.bearer("key", key.str("secret")).get("/risks").refused(401, "unauthenticated")
		gone(h.as("group").post("/risks", m{"scope": fracture, "register_id": register, "title": "A", "polarity": "threat", "owner_id": who}), "/owner_id")
	})
}

// The last administrator cannot be removed.
func TestLastAdministrator(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		first, deputy := "/users/"+h.id("admin"), "/users/"+h.member("admin2", "/siv/")
		local := "/users/" + h.member("admin3", "/siv/")
		h.assign("admin2", "administrator", "/", nil).ok(201)
		h.assign("admin3", "administrator", "/siv/", nil).ok(201)
		h.seen()
		h.as("admin2").verb(first+"/deactivate", 1, m{"reason": "Sluttet"}).ok(200)
		h.as("admin3").verb(deputy+"/deactivate", 1, m{"reason": "Sluttet"}).refused(403, "beyond_scope")
		h.events("admin2 user:deactivate")
		h.as("admin2").verb(local+"/deactivate", 1, m{"reason": "Sluttet"}).ok(200)
		h.as("admin2").verb(first+"/activate", 2, nil).ok(200)
		delete(h.tokens, "admin")
		h.as("admin").verb(deputy+"/deactivate", 1, m{"reason": "Sluttet"}).ok(200)

		// A deputy does not count, because a deputy's role depends on the other person. The last administrator's role cannot be ended.
		h.as("admin").post("/assignments", m{"scope": "/", "user_id": h.id("employee"), "role": "administrator", "deputy_for": h.id("admin"), "valid_from": "2026-11-21", "valid_to": "2026-12-20"}).ok(201)
		h.seen()
		h.as("employee").verb(first+"/deactivate", 3, m{"reason": "Sluttet"}).refused(409, "last_administrator")
		own := h.as("admin").get("/assignments?role=administrator&scope=/&user_id=" + h.id("admin") + "&include=allowed_actions").ok(200)
		if contains(anyTexts(own.items()[0]["allowed_actions"]), "end") {
			t.Error("the last administrator is offered to end their role")
		}
		h.as("admin").verb("/assignments/"+own.str("items.0.id")+"/end", int64(own.at("items.0.version").(float64)), m{"reason": "Nok"}).refused(409, "last_administrator")
		h.events()
	})
}

// refusedAs accepts either a refusal of the content or one of the state.
func (r *reply) refusedAs(status int, code string, or int) *reply {
	r.t.Helper()
	if r.status == or {
		return r
	}
	return r.refused(status, code)
}

// Units form a tree, and projects have no units below them. No records can be created in a closed unit.
func TestUnits(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		h.id("admin")
		h.as("manager").post("/units", m{"scope": "/siv/lab/", "kind": "department", "name": "Lab"}).refused(403, "forbidden")
		unit := func(scope, kind string) *reply {
			return admin.post("/units", m{"scope": scope, "kind": kind, "name": "Laboratoriet"})
		}
		unit(fracture+"del/", "project").refused(409, "project_is_leaf")
		unit("/siv/finnes/ikke/", "department").refused(422, "invalid_content", "/scope")
		unit("/", "department").refused(422, "invalid_content", "/scope")
		for _, bad := range []string{"siv/lab/", "/siv/lab", "/Siv/lab/", "/siv//lab/", "/siv/../lab/", "/siv/lab%/", "/siv/læb/", ""} {
			unit(bad, "department").refused(422, "invalid_content", "/scope")
		}
		unit("/siv/akutt/", "department").refused(409, "duplicate")
		unit("/siv/lab/", "sykehus").refused(422, "invalid_content", "/kind")
		h.events()

		r := unit("/siv/lab/", "department").ok(201).is("path", "/siv/lab/").is("parent", "/siv/")
		at := "/units/" + r.id()
		admin.patch(at, 1, m{"scope": "/siv/lab2/"}).refused(422, "invalid_content", "/scope")
		r = admin.patch(at, 1, m{"name": "Lab"}).ok(200)
		h.as("manager").post("/risk-registers", m{"scope": "/siv/lab/", "title": "Lab"}).ok(201)
		h.id("manager")
		r = admin.verb(at+"/close", r.version(), m{"reason": "Slått sammen"}).ok(200).is("status", "closed")
		h.events("admin unit:create", "admin unit:update", "manager risk_register:create", "admin unit:close")
		h.as("manager").post("/risk-registers", m{"scope": "/siv/lab/", "title": "Lab 2"}).refused(422, "invalid_content", "/scope")
		unit("/siv/lab/prosjekt/", "project").refused(422, "invalid_content", "/scope")
		admin.patch(at, r.version(), m{"name": "Lab"}).refused(409, "wrong_state")
		h.events()
		admin.verb(at+"/reopen", r.version(), m{"reason": "Likevel"}).ok(200)
		project := unit("/siv/lab/prosjekt/", "project").ok(201)
		h.as("employee").get("/units?scope=/siv/lab/").ok(200)
		h.events("admin unit:reopen", "admin unit:create")

		// Units are closed from the bottom up: a closed unit has no open units below it.
		v := admin.get(at).ok(200).version()
		admin.verb(at+"/close", v, m{"reason": "Slått sammen"}).refused(409, "blocked").
			is("blockers.0.code", "open_unit").is("blockers.0.link", "/api/v1/units/"+project.id())
		h.events()
		admin.verb("/units/"+project.id()+"/close", 1, m{"reason": "Ferdig"}).ok(200)
		admin.verb(at+"/close", v, m{"reason": "Slått sammen"}).ok(200)
		admin.verb("/units/"+project.id()+"/reopen", 2, m{"reason": "Likevel"}).refused(409, "blocked").is("blockers.0.link", "/api/v1"+at)
		h.events("admin unit:close", "admin unit:close")
	})
}

func roleInput(key string, grants ...m) m {
	text := m{"nb": "Klinisk fagansvarlig", "en": "Clinical lead"}
	return m{"scope": "/", "key": key, "title": text, "responsibility": text, "authority": text, "competence": text, "grants": grants}
}

func grant(object, action string, states ...string) m {
	return m{"object": object, "action": action, "reach": "below", "states": states}
}

// A custom role works while it is in use and assigned. It never decides on the work of others and never gives rights.
func TestCustomRoles(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		h.id("admin")
		risk := aRisk(h, aRegister(h), nil)
		at := "/risks/" + risk.id()
		h.seen()
		var r *reply
		h.row("what a role may not be", func() {
			for _, g := range []m{
				grant("policy", "approve"), grant("risk", "accept"), grant("mandate", "adopt"), grant("measure", "decide"), grant("cycle", "close"), grant("soa", "reject"),
				grant("policy", "confirm-review"), grant("membership", "confirm"), grant("assignment", "create"), grant("role", "update"), grant("user", "reset-password"),
				grant("soa", "supersede"), grant("measure", "create"), grant("case", "admit"), grant("decision", "adopt"),
				grant("api_key", "create"), grant("body", "update"), grant("unit", "*"), grant("policy", "*"), grant("framework", "import"), grant("policy", "finnes-ikke"),
			} {
				admin.post("/roles", roleInput("fagansvarlig", g)).refused(422, "invalid_content", "/grants/0/action")
			}
			admin.post("/roles", roleInput("fagansvarlig", grant("*", "read"), grant("spøkelse", "read"), grant("policy", "read", "finnes-ikke"))).
				refused(422, "invalid_content", "/grants/0/object", "/grants/1/object", "/grants/2/states/0")
			admin.post("/roles", roleInput("practitioner", grant("risk", "create"))).refused(422, "invalid_content", "/key")
			admin.post("/roles", roleInput("ai_council")).refused(409, "duplicate")
			admin.post("/roles", m{"scope": "/", "key": "Stor Nøkkel"}).refused(422, "invalid_content", "/key", "/title", "/competence")
			h.as("manager").post("/roles", roleInput("fagansvarlig")).refused(403, "forbidden")
			builtIn := admin.get("/roles/project_owner").ok(200).is("built_in", true)
			admin.patch("/roles/project_owner", builtIn.version(), m{"title": m{"nb": "Eier"}}).refused(409, "built_in")
			admin.verb("/roles/project_owner/retire", builtIn.version(), m{"reason": "A"}).refused(409, "built_in")
			h.events()
		})
		h.row("what makes a record is granted by its name", func() {
			// An action that creates a record is granted by the name that the route asks for; adopting controls is an example.
			proposer := admin.post("/roles", roleInput("forslagsstiller", grant("measure", "propose"), grant("control", "adopt"), grant("risk_register", "close"), grant("measure", "read"))).ok(201)
			admin.patch("/roles/forslagsstiller", 1, m{"grants": []m{grant("measure", "decide")}}).refused(422, "invalid_content", "/grants/0/action")
			h.as("employee").post("/measures", m{"scope": fracture, "title": "Kurs"}).refused(403, "forbidden")
			h.assign("employee", "forslagsstiller", fracture, nil).ok(201)
			h.as("employee").post("/measures", m{"scope": fracture, "title": "Kurs", "tier": "tull"}).refused(422, "invalid_content")
			admin.verb("/roles/forslagsstiller/retire", proposer.version(), m{"reason": "Prøve"}).ok(200)
			h.seen()
		})
		h.row("a role gives what it says at once", func() {
			r = admin.post("/roles", roleInput("fagansvarlig", grant("risk", "read"), grant("policy", "read", "in_review"))).ok(201)
			h.as("employee").get(at).refused(403, "forbidden")
			h.assign("employee", "fagansvarlig", "/siv/radiologi/", nil).ok(201)
			h.as("employee").get(at).ok(200)
			h.as("employee").verb(at+"/assess", 1, judged("inherent", 1, 1)).refused(403, "forbidden")
			policy := h.as("owner").post("/policies", m{"scope": fracture, "kind": "procedure", "title": "A", "body": sivBody}).ok(201)
			h.as("employee").get("/policies/"+policy.id()).refused(404, "not_found")
			h.as("owner").verb("/policies/"+policy.id()+"/submit", 1, nil).ok(200)
			h.as("employee").get("/policies/" + policy.id()).ok(200)
			r = admin.patch("/roles/fagansvarlig", r.version(), m{"grants": []m{grant("risk", "read")}}).ok(200)
			h.as("employee").get("/policies/"+policy.id()).refused(404, "not_found")
			h.as("employee").get(at).ok(200)
			admin.patch("/roles/fagansvarlig", r.version(), m{"key": "annen"}).refused(422, "invalid_content", "/key")
		})
		h.row("nobody changes a role of their own", func() {
			h.member("admin2", "/siv/")
			h.assign("admin2", "administrator", "/", nil).ok(201)
			if got := admin.get("/roles/fagansvarlig").ok(200).strings("allowed_actions"); !contains(got, "update") || !contains(got, "retire") {
				t.Errorf("the administrator is offered %v", got)
			}
			waits := h.as("admin2").post("/assignments", m{"scope": "/siv/", "user_id": h.id("admin"), "role": "fagansvarlig", "valid_from": "2026-11-22"}).ok(201)
			admin.patch("/roles/fagansvarlig", r.version(), m{"grants": []m{}}).refused(403, "own_rights")
			admin.get("/roles/fagansvarlig").ok(200).is("allowed_actions", "[]")
			admin.get("/roles/project_owner").ok(200).is("allowed_actions", "[]")
			h.as("admin2").patch("/assignments/"+waits.id(), 1, m{"valid_from": "2026-11-21"}).ok(200)
			admin.verb("/roles/fagansvarlig/retire", r.version(), m{"reason": "A"}).refused(403, "own_rights")
			h.seen()
			h.as("admin2").verb("/roles/fagansvarlig/retire", r.version(), m{"reason": "Ikke i bruk"}).ok(200)
			h.as("employee").get(at).refused(403, "forbidden")
			h.assign("employee", "fagansvarlig", "/siv/", nil).refused(422, "invalid_content", "/role")
			h.events("admin2 role:retire")
		})
		h.row("a role counts where it was made", func() {
			// A role is assigned in the scope where it was made. To edit it, a person must be able to assign it everywhere it is held.
			h.member("admin3", "/siv/radiologi/")
			h.assign("admin3", "administrator", "/siv/radiologi/", nil).ok(201)
			local := roleInput("lokal", grant("risk", "read"))
			local["scope"] = "/siv/radiologi/"
			r = h.as("admin3").post("/roles", local).ok(201)
			h.seen()
			h.assign("employee", "lokal", "/siv/", nil).refused(422, "invalid_content", "/scope")
			h.events()
			h.assign("employee", "lokal", fracture, nil).ok(201)
			r = h.as("admin3").patch("/roles/lokal", r.version(), m{"grants": []m{grant("risk", "read"), grant("evidence", "read")}}).ok(200)
			// A role that was assigned in a wider scope before.
			h.system(func(tx *record.Tx) error {
				_, err := org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(org.AssignmentInput{
					Common: record.Common{Scope: "/siv/"}, UserID: h.id("employee"), Role: "lokal",
				}))
				return err
			})
			h.seen()
			h.as("admin3").patch("/roles/lokal", r.version(), m{"grants": []m{}}).refused(403, "not_yours_to_give")
			h.as("admin3").get("/roles/lokal").ok(200).is("allowed_actions", "[]")
			h.events()
			admin.patch("/roles/lokal", r.version(), m{"grants": []m{}}).ok(200)
		})
	})
}

// A person may assign only the roles and scopes they have the right to, and never to themselves. A role applies between its dates.
func TestAssignments(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin, manager := h.as("admin"), h.as("manager")
		give := func(c *client, person, role, scope string, more m) *reply {
			body := m{"scope": scope, "user_id": h.id(person), "role": role}
			for k, v := range more {
				body[k] = v
			}
			return c.post("/assignments", body)
		}
		h.id("admin")
		give(admin, "admin", "project_owner", fracture, nil).refused(403, "own_rights")
		give(admin, "employee", "ai_council", "/siv/", nil).refused(422, "invalid_content", "/role")
		give(admin, "employee", "observer", "/siv/", nil).refused(422, "invalid_content", "/role")
		give(admin, "employee", "integration", "/siv/", nil).refused(422, "invalid_content", "/role")
		give(admin, "employee", "spøkelse", "/siv/", nil).refused(422, "invalid_content", "/role")
		give(admin, "employee", "project_owner", "/finnes-ikke/", nil).refused(422, "invalid_content", "/scope")
		admin.post("/assignments", m{"scope": "/siv/", "user_id": "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5", "role": "project_owner"}).refused(422, "invalid_content", "/user_id")
		give(admin, "employee", "project_owner", fracture, m{"valid_from": "2027-01-02", "valid_to": "2027-01-01"}).refused(422, "invalid_content", "/valid_to")
		give(manager, "manager", "project_owner", fracture, nil).refused(403, "own_rights")
		for _, role := range []string{"line_manager", "secretariat", "administrator", "top_management", "working_group", "internal_auditor", "employee"} {
			give(manager, "employee", role, "/siv/akutt/", nil).refused(403, "not_yours_to_give")
		}
		give(manager, "employee", "project_owner", "/nasjonalt/", nil).refused(403, "not_yours_to_give")
		give(h.as("employee"), "owner", "project_owner", "/siv/akutt/", nil).refused(403, "not_yours_to_give")
		give(h.as("owner"), "employee", "project_owner", fracture, nil).refused(403, "not_yours_to_give")

		// Nobody holds two separated roles, whatever the source of the roles.
		give(admin, "council", "working_group", fracture, nil).refused(409, "roles_exclude")
		give(admin, "council", "administrator", "/siv/", nil).refused(409, "roles_exclude")
		give(admin, "management", "administrator", "/siv/radiologi/", nil).refused(409, "roles_exclude")
		h.member("admin2", "/siv/")
		give(admin, "admin2", "administrator", "/siv/akutt/", nil).ok(201)
		give(admin, "admin2", "top_management", "/siv/", nil).refused(409, "roles_exclude")
		give(admin, "employee", "working_group", "/siv/", m{"valid_from": "2027-06-01"}).ok(201)
		seat := h.as("secretariat").post("/memberships", m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": h.id("employee"), "position": "member"}).ok(201)
		h.as("management").verb("/memberships/"+seat.id()+"/confirm", 1, nil).refused(409, "roles_exclude")
		seat = h.as("secretariat").post("/memberships", m{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": h.id("privacy"), "position": "member", "valid_from": "2027-06-01"}).ok(201)
		h.as("management").verb("/memberships/"+seat.id()+"/confirm", 1, nil).ok(200)
		give(admin, "privacy", "working_group", "/siv/", nil).refused(409, "roles_exclude")
		h.seen()

		// No role is assigned twice for the same days.
		once := give(admin, "council2", "privacy_officer", "/siv/akutt/", m{"valid_from": "2027-01-01", "valid_to": "2027-02-01"}).ok(201)
		for _, again := range []m{nil, {"valid_from": "2027-02-01"}, {"valid_to": "2027-01-01"}} {
			give(admin, "council2", "privacy_officer", "/siv/akutt/", again).refused(409, "duplicate").is("blockers.0.link", "/api/v1/assignments/"+once.id())
		}
		then := give(admin, "council2", "privacy_officer", "/siv/akutt/", m{"valid_from": "2027-02-02"}).ok(201)
		admin.patch("/assignments/"+then.id(), 1, m{"valid_from": "2027-02-01"}).refused(409, "duplicate")
		give(admin, "council2", "privacy_officer", "/siv/radiologi/", nil).ok(201)
		h.events("admin assignment:create", "admin assignment:create", "admin assignment:create")

		// The dates of an assignment are checked.
		registers := func() *reply { return h.as("handler").get("/risk-registers") }
		h.id("handler")
		registers().refused(403, "forbidden")
		r := give(manager, "handler", "project_owner", fracture, m{"valid_from": "2026-12-01", "valid_to": "2026-12-05"}).ok(201)
		at := "/assignments/" + r.id()
		registers().refused(403, "forbidden")
		h.nextDay(10)
		registers().ok(200)
		h.nextDay(4) // the role holds until the end of its last day
		registers().ok(200)
		h.nextDay(1)
		registers().refused(403, "forbidden")
		r = h.as("manager").patch(at, r.version(), m{"valid_to": nil}).ok(200)
		registers().ok(200)
		h.as("handler").patch(at, r.version(), m{"valid_to": "2030-01-01"}).refused(403, "own_rights")
		h.as("manager").patch(at, r.version(), m{"role": "line_manager"}).refused(422, "invalid_content", "/role")
		h.as("manager").verb(at+"/end", r.version(), m{}).refused(422, "invalid_content", "/reason")
		h.as("manager").verb(at+"/end", r.version(), m{"reason": "Ferdig"}).ok(200).is("status", "ended").is("ended_on", "2026-12-06")
		registers().refused(403, "forbidden")
		h.events("manager assignment:create", "manager assignment:update", "manager assignment:end")

		// Nobody changes the dates of an assignment of a role that they may not assign, or of their own assignment.
		for person, code := range map[string]string{"manager": "own_rights", "auditor": "not_yours_to_give"} {
			list := h.as("admin").get("/assignments?user_id=" + h.id(person)).ok(200)
			id, v := list.str("items.0.id"), int64(list.at("items.0.version").(float64))
			h.as("manager").patch("/assignments/"+id, v, m{"valid_to": "2040-01-01"}).refused(403, code)
			if person == "auditor" {
				h.as("manager").verb("/assignments/"+id+"/end", v, m{"reason": "A"}).refused(403, code)
			}
			h.as("manager").get("/assignments/"+id).ok(200).is("allowed_actions", map[string]string{"manager": "[end]", "auditor": "[]"}[person])
			h.as("manager").get("/assignments?include=allowed_actions&user_id="+h.id(person)).ok(200).is("items.0.allowed_actions", map[string]string{"manager": "[end]", "auditor": "[]"}[person])
		}
		h.events()
	})
}

// An absent person names a deputy for some time. For separation of duties, both count as one person.
func TestDeputies(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.id("admin")
		deputy := func(by, role, scope, principal, person string, more m) *reply {
			body := m{"scope": scope, "user_id": h.id(person), "role": role, "deputy_for": h.id(principal), "valid_from": "2026-11-21", "valid_to": "2026-12-05"}
			for k, v := range more {
				body[k] = v
			}
			return h.as(by).post("/assignments", body)
		}
		deputy("owner", "project_owner", fracture, "owner", "handler", m{"valid_to": nil}).refused(422, "invalid_content", "/valid_to")
		deputy("owner", "project_owner", fracture, "owner", "owner", nil).refused(403, "own_rights")
		deputy("owner", "project_owner", "/siv/akutt/", "owner", "handler", nil).refused(422, "invalid_content", "/deputy_for")
		deputy("owner", "line_manager", fracture, "owner", "handler", nil).refused(422, "invalid_content", "/deputy_for")
		deputy("manager", "top_management", "/siv/", "management", "handler", nil).refused(403, "not_yours_to_give") // management works in the manager's unit, but the manager may not assign that role
		deputy("owner2", "project_owner", fracture, "owner", "handler", nil).refused(403, "not_yours_to_give")
		deputy("employee", "project_owner", fracture, "owner", "handler", nil).refused(403, "not_yours_to_give")
		deputy("council", "ai_council", "/siv/", "council", "handler", nil).refused(422, "invalid_content", "/role")
		h.assign("auditor", "line_manager", "/siv/radiologi/", nil).ok(201)
		deputy("auditor", "line_manager", "/siv/radiologi/", "manager", "handler", nil).refused(403, "not_yours_to_give")
		h.seen()

		risk := aRisk(h, aRegister(h), nil)
		at := "/risks/" + risk.id()
		r := h.as("manager").verb(at+"/assess", 1, judged("inherent", 4, 3)).ok(200).is("level", "high")
		h.as("handler").get(at).refused(403, "forbidden")
		h.seen()
		deputy("manager", "line_manager", "/siv/", "manager", "handler", nil).ok(201)
		h.as("handler").get(at).ok(200)
		no := h.as("handler").verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(403, "separation_of_duties")
		h.as("admin").get("/events?kind=assignment&limit=1").ok(200)
		earlier := h.as("council").get("/events?kind=risk&action=assess").ok(200)
		if no.str("earlier_event") != earlier.str("items.0.id") {
			t.Errorf("earlier event %s, %s", no.body, earlier.body)
		}
		if contains(h.as("handler").get(at).strings("allowed_actions"), "accept") {
			t.Error("the deputy is offered what is refused")
		}
		// A deputy's API key has no more rights than the deputy. A deputy names no deputy beyond the days of the absence.
		key := h.as("handler").post("/api-keys", m{
			"scope": "/siv/", "title": "Nøkkel", "responsible_id": h.id("handler"), "expires_on": "2027-01-01", "roles": []m{{"role": "line_manager", "scope": "/siv/"}},
		})
		if key.status == 201 {
			h.bearer("key", key.str("secret")).verb(at+"/accept", r.version(), accepted("2027-01-01")).refused(403, "person_needed")
		}
		deputy("handler", "line_manager", "/siv/", "handler", "privacy", m{"valid_to": "2030-01-01"}).refused(422, "invalid_content", "/deputy_for")
		deputy("handler", "line_manager", "/siv/", "handler", "privacy", m{"valid_to": "2026-12-01"}).refused(422, "invalid_content", "/deputy_for").is("errors.0.code", "held_as_deputy")
		h.seen()
		other := aRisk(h, risk.str("register_id"), m{"title": "Annen"})
		v := h.as("handler").verb("/risks/"+other.id()+"/assess", 1, judged("inherent", 4, 3)).ok(200).version()
		h.as("manager").verb("/risks/"+other.id()+"/accept", v, accepted("2027-01-01")).refused(403, "separation_of_duties")
		h.events("group risk:create", "handler risk:assess")
		h.nextDay(15)
		h.as("handler").get(at).refused(403, "forbidden")
		h.as("handler").verb(at+"/assess", r.version(), judged("current", 1, 1)).refused(403, "forbidden")
		h.events()
	})
}

// A deputy's role lasts as long as the other person's. Separation of duties keeps counting the acts of those days, also through other deputies.
func TestDeputiesDoNotOutlive(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, p := range []string{"admin", "owner", "handler", "privacy", "employee", "manager", "council"} {
			h.id(p)
		}
		register := aRegister(h)
		deputy := func(principal, person, from, to string) m {
			return m{"scope": fracture, "user_id": h.id(person), "role": "project_owner", "deputy_for": h.id(principal), "valid_from": from, "valid_to": to}
		}
		made := h.as("owner").post("/assignments", deputy("owner", "handler", "2026-11-21", "2026-12-05")).ok(201)
		at := "/assignments/" + made.id()
		assessed := func(who string) (string, int64) {
			r := aRisk(h, register, nil)
			return "/risks/" + r.id(), h.as(who).verb("/risks/"+r.id()+"/assess", 1, judged("inherent", 2, 2)).ok(200).version()
		}
		risk, v := assessed("handler")
		h.seen()

		h.row("both sides see it and end it", func() {
			// Both the deputy and the absent person can read, shorten and end the assignment; nobody else can. Past days cannot be removed.
			for _, who := range []string{"owner", "handler"} {
				h.as(who).get(at).ok(200).is("deputy_for", h.id("owner"))
				if n := len(h.as(who).get("/assignments?deputy_for=" + h.id("owner")).ok(200).items()); n != 1 {
					t.Errorf("%s sees %d deputies", who, n)
				}
				if n := len(h.as(who).get("/events?kind=assignment&record=" + made.id()).ok(200).items()); n != 1 {
					t.Errorf("%s sees %d events", who, n)
				}
			}
			h.as("owner").get(at + "?as_of=2026-11-21T10:00:00Z").ok(200)
			h.as("owner").get(at).ok(200).is("allowed_actions", "[update end]")
			h.as("handler").get(at).ok(200).is("allowed_actions", "[end]")
			h.as("employee").get(at).refused(404, "not_found")
			h.as("employee").get("/assignments?count=true").ok(200).is("total", 0)
			h.as("owner").get("/assignments?count=true").ok(200).is("total", 2) // the deputy's assignment and the owner's own
			h.as("employee").verb(at+"/end", 1, m{"reason": "A"}).refused(404, "not_found")
			h.as("handler").patch(at, 1, m{"valid_to": "2027-12-05"}).refused(403, "own_rights")
			h.as("owner").patch(at, 1, m{"valid_from": "2026-11-25"}).refused(422, "invalid_content", "/valid_from")
			h.as("owner").patch(at, 1, m{"valid_to": "2026-11-20"}).refused(422, "invalid_content", "/valid_to")
			h.events()
			h.as("owner").patch(at, 1, m{"valid_to": "2026-12-01"}).ok(200)
			h.as("handler").verb(at+"/end", 2, m{"reason": "Ferdig"}).ok(200).is("status", "ended")
			h.events("owner assignment:update", "handler assignment:end")
			h.as("handler").get("/risks").refused(403, "forbidden")
			h.nextDay(1)
			h.as("owner").verb(risk+"/accept", v, accepted("2027-01-01")).refused(403, "separation_of_duties")
			h.as("manager").get(risk + "/eligible?action=accept").ok(200)
			h.events()
		})
		h.row("what the deputy does later in another capacity", func() {
			// What the deputy does later in another role does not count for the owner.
			h.nextDay(1)
			h.assign("handler", "project_owner", fracture, m{"valid_to": "2026-11-23"}).ok(201)
			later, lv := assessed("handler")
			h.as("owner").verb(later+"/accept", lv, accepted("2027-01-01")).ok(200)
		})
		h.row("who stands in for the same person counts as the same", func() {
			// Deputies of the same person count as one, and so does an earlier deputy of a deputy.
			h.nextDay(1)
			h.as("owner").post("/assignments", deputy("owner", "privacy", "2026-11-24", "2026-12-20")).ok(201)
			h.as("owner").post("/assignments", deputy("owner", "handler", "2026-11-24", "2026-12-20")).ok(201)
			h.system(func(tx *record.Tx) error {
				_, err := org.Assignments.Create(tx.Follow("assignment", "create"), org.NewAssignment(org.AssignmentInput{
					Common: record.Common{Scope: fracture}, UserID: h.id("employee"), Role: "project_owner", DeputyFor: h.id("handler"), ValidFrom: "2026-11-24", ValidTo: "2026-12-20",
				}))
				return err
			})
			risk, v = assessed("employee")
			h.seen()
			for _, who := range []string{"owner", "privacy", "handler", "employee"} {
				h.as(who).verb(risk+"/accept", v, accepted("2027-01-01")).refused(403, "separation_of_duties")
			}
			h.events()
		})
		h.row("deputies end with the role", func() {
			// When the person's role ends, the deputies' roles and their keys end too.
			if me := h.as("handler").get("/me").ok(200); !strings.Contains(string(me.body), `"deputy_for":"`+h.id("owner")+`"`) {
				t.Errorf("the deputy's roles: %s", me.body)
			}
			key := h.as("handler").post("/api-keys", m{
				"scope": fracture, "title": "Nøkkel", "responsible_id": h.id("handler"), "expires_on": "2027-01-01", "roles": []m{{"role": "project_owner", "scope": fracture}},
			}).ok(201).str("secret")
			h.bearer("key", key).get("/risks").ok(200)
			own := h.as("admin").get("/assignments?role=project_owner&user_id=" + h.id("owner")).ok(200)
			h.as("admin").verb("/assignments/"+own.str("items.0.id")+"/end", 1, m{"reason": "Bytte"}).ok(200)
			h.seen()
			for _, who := range []string{"privacy", "handler", "employee"} {
				h.as(who).verb(risk+"/assess", v, judged("current", 1, 1)).refused(403, "forbidden")
				h.as(who).post("/assignments", deputy(who, "council", "2026-11-24", "2026-12-01")).refused(422, "invalid_content", "/deputy_for")
			}
			h.bearer("key", key).get("/risks").refused(403, "forbidden")
			h.events()
		})
	})
}

// Colleagues are found by name, unit, role and permission. The answer shows no other personal data.
func TestColleagues(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee := h.as("employee")
		first := employee.get("/people?limit=3").ok(200)
		if len(first.items()) != 3 || first.str("next_cursor") == "" || len(first.items()[0]) != 5 {
			t.Errorf("people: %s", first.body)
		}
		employee.get("/people?q=ode").ok(200)
		employee.get("/people?q=%C3%98DEG").ok(200).is("items.0.name", "Per Olav Ødegårdstuen")
		names := func(path string) string {
			var out []string
			for _, p := range employee.get(path).ok(200).items() {
				out = append(out, h.nameOf(p["id"].(string)))
			}
			return strings.Join(out, " ")
		}
		for _, p := range []string{"owner", "council", "council2", "council3", "council4", "council5", "management", "manager", "styreleder"} {
			h.id(p)
		}
		for path, want := range map[string]string{
			"/people?role=project_owner&scope=" + fracture: "owner", "/people?role=ai_council&scope=/siv/": "council3 council2 council council4 council5",
			"/people?can=mandate:adopt&scope=/siv/": "management styreleder", "/people?role=ai_council&scope=/siv/&q=fossh": "council",
			"/people?role=line_manager&can=mandate:adopt&scope=/siv/": "",
		} {
			if got := names(path); got != want {
				t.Errorf("%s: want %q, got %q", path, want, got)
			}
		}
		// The list has pages for every filter. Everybody who works in a unit is an employee.
		for _, path := range []string{"/people?can=assignment:create&scope=" + fracture, "/people?role=employee&scope=/siv/", "/people?can=risk:read&scope=" + fracture} {
			var all, paged []string
			for _, p := range employee.get(path + "&limit=200").ok(200).items() {
				all = append(all, p["id"].(string))
			}
			for next := ""; ; {
				page := employee.get(path + "&limit=2" + next).ok(200)
				for _, p := range page.items() {
					paged = append(paged, p["id"].(string))
				}
				if len(page.items()) > 2 {
					t.Errorf("%s: %d on a page of 2", path, len(page.items()))
				}
				if page.at("next_cursor") == nil {
					break
				}
				next = "&cursor=" + page.str("next_cursor")
			}
			if len(all) < 3 || strings.Join(all, " ") != strings.Join(paged, " ") {
				t.Errorf("%s: %d people, %d in pages", path, len(all), len(paged))
			}
		}
		if !strings.Contains(" "+names("/people?role=employee&scope="+fracture)+" ", " owner ") || strings.Contains(names("/people?role=employee&scope=/siv/akutt/"), "owner ") {
			t.Error("employees are not those who work there")
		}
		if !strings.Contains(names("/people?can=assignment:create&scope="+fracture), "owner") {
			t.Error("an employee of a unit may not do there what employees may")
		}
		for _, bad := range []string{"x", "!", "YQ", employee.get("/people?limit=1").ok(200).str("next_cursor"), employee.get("/people?role=employee&scope=/siv/&limit=1").ok(200).str("next_cursor"), employee.get("/people?can=risk:read&scope=" + fracture + "&limit=1").ok(200).str("next_cursor")} {
			employee.get("/people?role=ai_council&scope=/siv/&cursor="+bad).refused(400, "bad_cursor")
		}
		employee.get("/people?role=ai_council&limit=0").refused(400, "bad_limit")
		for _, p := range []string{"can=tull", "can=", "role="} {
			name, _, _ := strings.Cut(p, "=")
			employee.get("/people?"+p).refused(400, "bad_parameter", "?"+name)
		}
		employee.get("/me/tasks?kind=nosuch").refused(400, "bad_parameter", "?kind")

		// The permissions of every person include what everybody may read.
		mine := employee.get("/me/permissions?scope=/siv/").ok(200)
		for _, object := range []string{"role", "framework", "requirement", "organisation", "event"} {
			if !contains(mine.strings("objects."+object), "read") || !contains(mine.strings("casbin_js.read"), object) {
				t.Errorf("no reading of %s in %s", object, mine.body)
			}
		}
		h.as("").get("/people").refused(401, "unauthenticated")
		h.events()
	})
}
