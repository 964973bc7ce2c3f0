package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Every id in an answer can be shown: of people who act, of parts, one level deeper, and in lists, comments and events. What the caller may not
// read is null.
func TestExpand(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		risk := aRisk(h, register, m{"owner_id": h.id("owner")})
		group, owner := h.as("group"), h.as("owner")
		own := owner.post("/controls", m{"scope": "/siv/radiologi/bruddeteksjon/", "title": "Dobbel granskning"}).ok(201)
		risk = group.verb("/risks/"+risk.id()+"/assess", risk.version(), judged("inherent", 3, 3)).ok(200)
		owner.verb("/risks/"+risk.id()+"/treat", risk.version(), m{
			"option": "mitigate", "plan": "To leser hvert bilde", "responsible_id": h.id("manager"), "due": "2027-01-15", "controls": []string{own.id()},
		}).ok(200)
		one := owner.get("/risks/" + risk.id() + "?expand=created_by,by,responsible,responsible_ids,controls,register.scope,scope,method").ok(200)
		at := func(id string) string { return "expanded." + id + "." }
		one.is(at(h.id("group"))+"kind", "user").is(at(h.id("group"))+"title", h.fullName("group")).is(at(h.id("group"))+"status", "active")
		one.is(at(h.id("manager"))+"title", h.fullName("manager"))
		one.is(at(own.id())+"kind", "control").is(at(own.id())+"title", "Dobbel granskning").is(at(own.id())+"number", own.str("number"))
		one.is(at(register)+"kind", "risk_register").is(at(register)+"names.scope", "["+h.as("group").get("/risk-registers/"+register).ok(200).str("scope")+"]").is(at(risk.str("scope"))+"kind", "unit")
		one.is("assessments.0.by", h.id("group"))
		if one.at("expanded."+one.str("assessments.0.method_id")+".title") == nil {
			t.Errorf("the method is not expanded: %s", one.body)
		}
		if one.header.Get("ETag") == owner.get("/risks/"+risk.id()).ok(200).header.Get("ETag") {
			t.Error("the answer with names has the ETag of the one without")
		}
		// Lists have the names once, beside the items; comments and events likewise.
		owner.get("/risks?expand=owner").ok(200).is("expanded."+h.id("owner")+".title", h.fullName("owner")).is("items.0.expanded", nil)
		owner.post("/risks/"+risk.id()+"/comments", m{"text": "Dette må vi følge."}).ok(201)
		owner.get("/risks/"+risk.id()+"/comments?expand=created_by").ok(200).is("expanded."+h.id("owner")+".title", h.fullName("owner"))
		owner.get("/risks/"+risk.id()+"/events?expand=actor,record,register").ok(200).is("expanded."+h.id("group")+".title", h.fullName("group")).
			is("expanded."+risk.id()+".kind", "risk").is("expanded."+register+".kind", "risk_register")
		owner.get("/events?expand=actor,scope&record="+risk.id()).ok(200).is("expanded."+h.id("group")+".title", h.fullName("group"))
		h.as("owner").get("/me/tasks?expand=record,scope").ok(200)
		// The other owner does not read the project: the name of the record is null, that of the people is not.
		about := h.as("manager").post("/measures", m{"scope": "/siv/radiologi/", "title": "Opplæring", "kind": "method", "risk_ids": []string{risk.id()}, "responsible_id": h.id("owner")}).ok(201)
		seen := h.as("auditor").get("/measures/" + about.id() + "?expand=risk_ids,responsible").ok(200)
		seen.is("expanded."+risk.id()+".title", risk.str("title")).is("expanded."+h.id("owner")+".title", h.fullName("owner"))
		hidden := h.as("owner2").get("/measures/" + about.id() + "?expand=risk_ids,responsible")
		if hidden.status == 200 {
			hidden.is("expanded."+risk.id(), nil)
			if !strings.Contains(string(hidden.body), `"`+risk.id()+`":null`) {
				t.Errorf("a record out of reach is not null: %s", hidden.body)
			}
		}
		owner.get("/risks/"+risk.id()+"?expand=tull").refused(400, "bad_parameter", "?expand")
		owner.get("/risks?expand=owner,owner.tull").refused(400, "bad_parameter", "?expand")
	})
}

// Links show the references in rows and parts, in both directions.
func TestLinksOfRows(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		evidence := group.post("/evidence", m{"scope": "/siv/", "title": "Rutine for logg", "kind": "note", "text": "Loggen gjennomgås hver måned."}).ok(201)
		control := group.post("/controls", m{"scope": "/siv/", "requirement": "A.6.2.8", "evidence": []string{evidence.id()}}).ok(201)
		soa := group.post("/statements-of-applicability", m{"scope": "/siv/"}).ok(201)
		links := func(path, direction, field, id string) bool {
			for _, l := range group.get(path + "/links").ok(200).items() {
				if l["direction"] == direction && l["field"] == field && l["id"] == id {
					return true
				}
			}
			return false
		}
		if !links("/statements-of-applicability/"+soa.id(), "out", "rows.control_id", control.id()) || !links("/statements-of-applicability/"+soa.id(), "out", "rows.evidence.evidence_id", evidence.id()) {
			t.Error("the statement does not link to the control and the evidence of its rows")
		}
		if !links("/controls/"+control.id(), "in", "rows.control_id", soa.id()) || !links("/evidence/"+evidence.id(), "in", "rows.evidence.evidence_id", soa.id()) {
			t.Error("the control and the evidence do not link to the statement")
		}
		// A row that no longer names the evidence does not link to it.
		group.patch("/controls/"+control.id(), control.version(), m{"evidence": []string{}}).ok(200)
		group.verb("/statements-of-applicability/"+soa.id()+"/compile", 2, nil).ok(200)
		if links("/evidence/"+evidence.id(), "in", "rows.evidence.evidence_id", soa.id()) {
			t.Error("the evidence still links to the statement")
		}
		group.get("/statements-of-applicability/"+soa.id()+"?expand=control,evidence,requirement").ok(200).is("expanded."+control.id()+".kind", "control")
	})
}

// People have names for everybody signed in, by id too, also when they have left, until the name is erased.
func TestPeopleByID(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee := h.as("employee")
		employee.get("/people/"+h.id("group")).ok(200).is("name", h.fullName("group")).is("active", true).is("unit", "/siv/forskning/").is("username", nil)
		both := employee.get("/people?id=" + h.id("group") + "," + strings.ToUpper(h.id("owner"))).ok(200)
		if len(both.items()) != 2 {
			t.Errorf("two people: %s", both.body)
		}
		employee.get("/people?id="+h.id("group")+"&id="+h.id("owner")+"&role=working_group&scope=/siv/").ok(200).is("items.0.id", h.id("group")).is("next_cursor", nil)
		admin := h.as("admin")
		leaver := admin.post("/users", m{"scope": "/siv/", "username": "vikar", "name": "Vilde Vikar"}).ok(201)
		admin.verb("/users/"+leaver.id()+"/deactivate", 1, m{"reason": "Sluttet"}).ok(200)
		employee.get("/people/"+leaver.id()).ok(200).is("name", "Vilde Vikar").is("active", false)
		employee.get("/people?q=vilde").ok(200).is("items", "[]")
		employee.get("/people?id="+leaver.id()).ok(200).is("items.0.name", "Vilde Vikar").is("items.0.active", false)
		admin.verb("/users/"+leaver.id()+"/erase", 2, m{"reason": "Har bedt om det"}).ok(200)
		employee.get("/people/"+leaver.id()).ok(200).is("name", nil).is("active", false)
		employee.get("/people/01932c07-5d3a-7c4d-8e5f-60718293a4b5").refused(404, "not_found")
		employee.get("/people/vikar").refused(400, "bad_id")
		h.as("").get("/people/"+leaver.id()).refused(401, "unauthenticated")
		ids := make([]string, 101)
		for i := range ids {
			ids[i] = strings.Replace(leaver.id(), leaver.id()[:3], "0"+string(rune('a'+i%6))+string(rune('a'+i/6%6)), 1)[:33] + string("0123456789abcdef"[i%16]) + string("0123456789abcdef"[i/16%16]) + "0"
		}
		employee.get("/people?id="+strings.Join(ids, ",")).refused(400, "too_many_values", "?id")
	})
}

// Every list can be narrowed to ids, and shows overdue and the marks of its kind.
func TestListsByIDAndMarks(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		first := aRisk(h, register, m{"owner_id": h.id("owner")})
		second := aRisk(h, register, m{"title": "Bortfall"})
		third := aRisk(h, register, m{"title": "Feil pasient"})
		owner := h.as("owner")
		owner.get("/risks?count=true&sort=created_at&id="+first.id()+","+third.id()).ok(200).is("total", 2).is("items.0.id", first.id()).is("items.1.id", third.id())
		owner.get("/risks?count=true&id="+first.id()+"&id="+second.id()+"&facets=status,status&facets=status").ok(200).is("total", 2).is("facets.status.identified", 2)
		h.as("owner2").get("/risks?id="+first.id()).ok(200).is("items", "[]")
		h.as("owner2").get("/risks?id=01932c07-5d3a-7c4d-8e5f-60718293a4b5").ok(200).is("items", "[]")
		goal := h.as("group").post("/measures", m{"scope": "/siv/", "title": "Opplæring", "kind": "method", "due": "2026-11-22"}).ok(201)
		for _, query := range []string{"", "&include=allowed_actions", "&sort=title", "&limit=1"} {
			h.as("group").get("/measures?id="+goal.id()+query).ok(200).is("items.0.overdue", false)
			h.as("group").get("/risks?id="+first.id()+query).ok(200).is("items.0.overdue", false).is("items.0.acceptance_stale", false)
		}
		h.nextDay(2)
		h.as("group").get("/measures?id="+goal.id()).ok(200).is("items.0.overdue", true)
		h.as("group").get("/measures?limit=1&sort=title").ok(200).is("items.0.overdue", true)
		h.as("group").get("/measures/"+goal.id()+"?as_of="+url.QueryEscape(h.now.Format(time.RFC3339))).ok(200).is("overdue", nil)
	})
}

// fullName is the name of a demo person.
func (h *installation) fullName(name string) string {
	return h.as("employee").get("/people/" + h.id(name)).ok(200).str("name")
}
