package api_test

import (
	"strings"
	"testing"
)

// An external text is checked by the working group. A change waits for whoever owns the reference, and a text that moved away is shown as broken.
func TestReferences_S2_31(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, employee, manager := h.as("group"), h.as("employee"), h.as("manager")
		for _, who := range []string{"group", "group2", "employee", "manager", "owner"} {
			h.id(who)
		}
		body := m{
			"scope": "/siv/", "title": m{"nb": "Programvare som medisinsk utstyr", "en": "Software as a medical device"}, "publisher": "DMP",
			"url": "https://www.dmp.no/medisinsk-utstyr", "kind": "guidance", "text_version": "rev. 1", "owner_id": h.id("manager"),
		}
		h.seen()
		employee.post("/references", body).refused(403, "forbidden")
		h.as("council").post("/references", body).refused(403, "forbidden")
		group.post("/references", m{
			"scope": "siv", "title": m{}, "publisher": " ", "url": "ftp://dmp.no", "kind": "bok", "text_date": "2025-02-30", "check_interval": "6 måneder", "owner_id": "x",
		}).refused(422, "invalid_content", "/scope", "/title", "/publisher", "/url", "/kind", "/text_date", "/check_interval", "/owner_id")
		for _, interval := range []string{"P0D", "P11Y"} {
			group.post("/references", merged(body, m{"check_interval": interval})).refused(422, "invalid_content", "/check_interval")
		}
		group.post("/references", merged(body, m{"last_checked_on": "2026-01-01", "outcome": "unchanged", "changed": true})).
			refused(422, "invalid_content", "/last_checked_on", "/outcome", "/changed")
		h.events()

		r := group.post("/references", body).ok(201).is("status", "active").is("check_interval", "P6M").is("check_due", "2027-05-21").
			is("last_checked_on", nil).is("outcome", nil).is("changed", false).is("overdue", false)
		at := "/references/" + r.id()
		employee.get(at).ok(200).is("title.nb", "Programvare som medisinsk utstyr")
		group.verb(at+"/review", 1, m{"note": "Lest"}).refused(403, "not_owner")
		manager.verb(at+"/review", 1, m{"note": "Lest"}).refused(409, "nothing_to_review")
		employee.verb(at+"/check", 1, m{"outcome": "unchanged"}).refused(403, "forbidden")
		group.verb(at+"/check", 0, m{"outcome": "unchanged"}).refused(428, "if_match_required")
		group.verb(at+"/check", 1, m{"outcome": "kanskje", "note": strings.Repeat("a", 2001)}).refused(422, "invalid_content", "/outcome", "/note")
		h.events("group reference:create")

		group.verb(at+"/check", 1, m{"outcome": "unchanged"}).ok(200).is("last_checked_on", "2026-11-21").is("checked_by", h.id("group")).is("changed", false)
		h.as("group2").verb(at+"/check", 1, m{"outcome": "changed"}).refused(412, "stale_version")
		h.as("group2").verb(at+"/check", 2, m{"outcome": "changed", "text_version": "rev. 2", "note": "Kapittel 3 er nytt."}).ok(200).
			is("changed", true).is("outcome", "changed").is("text_version", "rev. 2").is("checks.1.note", "Kapittel 3 er nytt.")
		tasked(h, "manager", "review", at, true)
		tasked(h, "group", "review", at, false)
		group.get("/references?changed=true&count=true&scope=/siv/").ok(200).is("total", 1)

		// A later check that finds nothing new does not clear the change. Only its owner does.
		group.verb(at+"/check", 3, m{"outcome": "unchanged"}).ok(200).is("changed", true).is("outcome", "unchanged")
		if actions := group.get(at).ok(200).strings("allowed_actions"); contains(actions, "review") {
			t.Errorf("the group is offered %v", actions)
		}
		if actions := manager.get(at).ok(200).strings("allowed_actions"); !contains(actions, "review") {
			t.Errorf("the owner is offered %v", actions)
		}
		group.verb(at+"/review", 4, m{"note": "Lest"}).refused(403, "not_owner")
		manager.verb(at+"/review", 4, m{"note": " "}).refused(422, "invalid_content", "/note")
		manager.verb(at+"/review", 4, m{"note": "Retningslinjen må vise til rev. 2."}).ok(200).is("changed", false).is("reviews.0.by", h.id("manager"))
		tasked(h, "manager", "review", at, false)
		h.events("group reference:check", "group2 reference:check", "group reference:check", "manager reference:review")

		// The owner is reminded when the next check is near, and the text that is gone is found by its outcome.
		tasked(h, "manager", "check", at, false)
		h.later(160)
		h.again("manager").get(at).ok(200).is("check_due", "2027-05-21")
		h.as("group").verb(at+"/check", 5, m{"outcome": "broken"}).ok(200).is("outcome", "broken").is("changed", false)
		h.as("group").get("/references?outcome=broken").ok(200).is("items.0.id", r.id())
		h.as("group").patch(at, 6, m{"url": "https://www.dmp.no/ny", "check_interval": "P1M"}).ok(200).is("check_due", "2027-05-30")
		h.as("manager").verb(at+"/hand-over", 7, m{"to": h.id("owner"), "reason": "Ny ansvarlig"}).ok(200).is("owner_id", h.id("owner"))
		h.as("group").verb(at+"/retire", 8, m{"reason": "Slått sammen med en annen side"}).ok(200).is("status", "retired").is("overdue", false)
		h.as("group").verb(at+"/check", 9, m{"outcome": "unchanged"}).refused(409, "wrong_state")
		h.events("group reference:check", "group reference:update", "manager reference:hand-over", "group reference:retire")
	})
}

// Every installation starts with the references of the guideline. The working group of a hospital checks them, although they lie above it.
func TestBuiltInReferences_S2_31(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		h.id("group")
		list := group.get("/references?limit=200&count=true").ok(200)
		if n, _ := list.at("total").(float64); n < 20 {
			t.Fatalf("%v references", n)
		}
		checked := 0
		for _, r := range list.items() {
			if r["scope"] != "/" {
				t.Errorf("%v lies in %v", r["number"], r["scope"])
			}
			if on := r["last_checked_on"]; on != nil {
				checked++
				if on != "2026-11-27" || r["checked_by"] != nil {
					t.Errorf("%v was checked on %v by %v", r["number"], on, r["checked_by"])
				}
			}
		}
		if checked == 0 || checked == len(list.items()) {
			t.Errorf("%d of %d have a day", checked, len(list.items()))
		}
		at := "/references/" + group.get("/references?q=språkkrav").ok(200).str("items.0.id")
		h.as("employee").get(at).ok(200).is("publisher", "Direktoratet for medisinske produkter")
		h.seen()
		group.patch(at, 1, m{"text_version": "2026"}).refused(403, "forbidden")
		group.verb(at+"/check", 1, m{"outcome": "changed"}).ok(200).is("changed", true)
		tasked(h, "group2", "review", at, true) // nobody owns it
		h.as("group2").verb(at+"/review", 2, m{"note": "Ingen betydning for oss."}).ok(200).is("changed", false)
		h.events("group reference:check", "group2 reference:review")
	})
}

// tasked checks whether the record at a path is among the tasks of a person, for this action.
func tasked(h *installation, name, action, at string, want bool) {
	h.t.Helper()
	id, found := at[strings.LastIndex(at, "/")+1:], false
	for _, task := range h.as(name).get("/me/tasks?limit=200").ok(200).items() {
		found = found || task["record_id"] == id && task["action"] == action
	}
	if found != want {
		h.t.Fatalf("%s waits for %s to %s: %t", id, name, action, found)
	}
}

// again signs everybody in anew, after the clock has moved so far that the sessions have expired, and returns a client for one person.
func (h *installation) again(name string) *client {
	h.t.Helper()
	h.tokens = map[string]string{}
	return h.as(name)
}
