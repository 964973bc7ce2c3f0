package api_test

import (
	"strings"
	"testing"
)

// A person has one active account: two would let one person act for both sides of a separation of duties, and vote twice.
func TestAPersonHasOneAccount(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		ref := m{"system": "helseid", "type": "subject", "id": "pid_100%"}
		in := func(username string, more m) m {
			return merged(m{"scope": "/siv/", "username": username, "name": "Nils Nyansatt"}, more)
		}
		first := admin.post("/users", in("nils", m{"email": "Nils@siv.example", "external_refs": []m{ref}})).ok(201).is("email", "nils@siv.example")
		h.seen()
		for _, same := range []m{
			{"email": "NILS@siv.example"},
			{"email": "noe@siv.example", "external_refs": []m{{"system": "hr", "type": "employee", "id": "7"}, ref}},
		} {
			admin.post("/users", in("nils2", same)).refused(409, "person_exists").is("record_id", first.id())
			admin.post("/users?dry_run=true", in("nils2", same)).refused(409, "person_exists")
		}
		h.events()
		other := admin.post("/users", in("nils2", m{"email": "nils2@siv.example", "external_refs": []m{{"system": "helseid", "type": "other", "id": "pid_100%"}, {"system": "helseid", "type": "subject", "id": "pidx100%"}}})).ok(201)
		at := "/users/" + other.id()
		admin.patch(at, 1, m{"email": "nils@siv.example"}).refused(409, "person_exists")
		admin.patch(at, 1, m{"external_refs": []m{ref}}).refused(409, "person_exists")
		admin.patch(at, 1, m{"title": "Lege"}).ok(200)
		admin.patch("/users/"+first.id(), 1, m{"email": "nils@siv.example", "title": "Lege"}).ok(200) // its own address

		// an account that is deactivated is no second one, until it is activated
		admin.verb("/users/"+first.id()+"/deactivate", 2, m{"reason": "Sluttet"}).ok(200)
		admin.patch(at, 2, m{"email": "nils@siv.example"}).ok(200)
		h.seen()
		admin.verb("/users/"+first.id()+"/activate", 3, nil).refused(409, "person_exists")
		h.events()

		// whoever cannot read the other account is not told whose it is
		admin.post("/units", m{"scope": "/annet/", "kind": "hospital", "name": "Et annet sykehus"}).ok(201)
		h.member("annetadmin", "/annet/")
		h.assign("annetadmin", "administrator", "/annet/", nil).ok(201)
		no := h.as("annetadmin").post("/users", m{"scope": "/annet/", "username": "nils3", "name": "Nils", "email": "nils@siv.example"}).refused(409, "person_exists")
		if told := string(no.body); strings.Contains(told, other.id()) || no.json["record_id"] != nil {
			t.Errorf("the refusal tells of an account of another hospital: %s", told)
		}
	})
}
