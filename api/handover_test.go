package api_test

import (
	"slices"
	"testing"
)

// handOver is the request that gives a record to somebody.
func handOver(h *installation, to string, more m) m {
	return merged(m{"to": h.id(to), "reason": "Slutter ved årsskiftet."}, more)
}

// Who looks after a record can change in every state: an accepted risk with a running treatment, a published policy, a measure with milestones. What was
// decided stays as it was, and a hand-over is no earlier act for the separation of duties.
func TestHandOver(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, group, manager, admin := h.as("owner"), h.as("group"), h.as("manager"), h.as("admin")
		for _, name := range []string{"owner", "owner2", "manager", "group", "group2", "handler", "employee"} {
			h.id(name)
		}
		var at string
		var r *reply
		h.row("an accepted risk and its running treatment", func() {
			r = aRisk(h, aRegister(h), m{"owner_id": h.id("owner")})
			at = "/risks/" + r.id()
			r = group.verb(at+"/assess", r.version(), judged("inherent", 3, 4)).ok(200)
			r = group.verb(at+"/treat", r.version(), m{"option": "mitigate", "plan": "Radiolog kontrollerer.", "responsible_id": h.id("group2"), "due": "2026-12-15"}).ok(200)
			r = owner.verb(at+"/treatments/"+r.str("treatments.0.id")+"/start", r.version(), nil).ok(200)
			r = group.verb(at+"/assess", r.version(), judged("residual", 2, 2)).ok(200)
			r = owner.verb(at+"/accept", r.version(), accepted("2027-01-31")).ok(200)
			offers(owner.get(at).ok(200), "hand-over", true)
			offers(group.get(at).ok(200), "hand-over", false)
			offers(h.as("group2").get(at).ok(200), "hand-over", true) // the treatment
			var able []string
			for _, p := range owner.get(at + "/eligible?action=hand-over").ok(200).at("people").([]any) {
				able = append(able, p.(m)["name"].(string))
			}
			if slices.Sort(able); !slices.Equal(able, []string{"Bente Aasgårdshaug", "Geir Lindsetmo", "Halvor Nesheimdal", "Jonas Evensrud", "Silje Haugerudbråten"}) {
				t.Errorf("who may hand over: %v", able)
			}
			h.seen()
		})
		h.row("who may not, and what cannot be", func() {
			to := handOver(h, "manager", nil)
			group.verb(at+"/hand-over", r.version(), to).refused(403, "forbidden")
			h.as("group2").verb(at+"/hand-over", r.version(), to).refused(403, "forbidden")
			h.as("auditor").verb(at+"/hand-over", r.version(), to).refused(403, "forbidden")
			h.as("owner2").verb(at+"/hand-over", r.version(), to).refused(404, "not_found")
			h.as("employee").verb(at+"/hand-over", r.version(), to).refused(404, "not_found")
			admin.verb(at+"/hand-over", r.version(), to).refused(404, "not_found")
			owner.post(at+"/hand-over", to).refused(428, "if_match_required")
			owner.verb(at+"/hand-over", 1, to).refused(412, "stale_version")
			owner.verb(at+"/hand-over", r.version(), m{}).refused(422, "invalid_content", "/to", "/reason")
			owner.verb(at+"/hand-over", r.version(), handOver(h, "owner", nil)).refused(422, "invalid_content", "/to")
			owner.verb(at+"/hand-over", r.version(), merged(to, m{"to": nobody})).refused(422, "invalid_content", "/to")
			owner.verb(at+"/hand-over", r.version(), merged(to, m{"field": "title"})).refused(422, "invalid_content", "/field")
			owner.verb(at+"/hand-over", r.version(), merged(to, m{"field": "treatments.responsible_id"})).refused(422, "invalid_content", "/part")
			owner.verb(at+"/hand-over", r.version(), merged(to, m{"part": "7"})).refused(422, "invalid_content", "/part")
			h.events()
		})
		h.row("the holder hands over, and what was decided stays", func() {
			r = owner.verb(at+"/hand-over", r.version(), handOver(h, "group", nil)).ok(200).is("owner_id", h.id("group")).
				is("status", "accepted").is("acceptances.0.stale", false).is("acceptance_stale", false)
			owner.verb(at+"/hand-over", r.version(), handOver(h, "owner", nil)).refused(403, "forbidden")
			r = h.as("group2").verb(at+"/hand-over", r.version(), handOver(h, "group", m{"part": r.str("treatments.0.id")})).ok(200).
				is("treatments.0.responsible_id", h.id("group")).is("treatments.0.status", "in_progress").is("responsible_ids.0", h.id("group")).is("status", "accepted")
			waits(h, "group", "treatment", r.id())
			r = manager.verb(at+"/hand-over?dry_run=true", r.version(), handOver(h, "group2", m{"field": "treatments.responsible_id", "part": "0"})).ok(200)
			h.events("owner risk:hand-over", "group2 risk:hand-over")
			if e := h.as("auditor").get(at + "/events").ok(200); e.str("items.0.reason") != "Slutter ved årsskiftet." {
				t.Errorf("%s", e.body)
			}
		})
		h.row("an administrator hands over for a person who has left, and reads nothing of the record", func() {
			r = manager.verb(at+"/hand-over", group.get(at).ok(200).version(), handOver(h, "handler", nil)).ok(200)
			admin.verb(at+"/hand-over", r.version(), handOver(h, "group", nil)).refused(404, "not_found")
			left := admin.get("/users/" + h.id("handler")).ok(200)
			admin.verb("/users/"+left.id()+"/deactivate", left.version(), m{"reason": "Sluttet."}).ok(200)
			h.seen()
			admin.verb(at+"/hand-over", r.version(), handOver(h, "employee", m{"part": "0"})).refused(403, "forbidden") // its holder is still here
			owner.verb(at+"/hand-over", r.version(), handOver(h, "group", nil)).refused(403, "forbidden")
			manager.verb(at+"/hand-over", r.version(), handOver(h, "handler", m{"part": "0"})).refused(422, "invalid_content", "/to")
			admin.verb(at+"/hand-over", r.version(), handOver(h, "owner", nil)).ok(204)
			admin.get(at).refused(403, "forbidden")
			r = owner.get(at).ok(200).is("owner_id", h.id("owner")).is("status", "accepted")
			h.events("admin risk:hand-over")
		})
		h.row("a hand-over is no earlier act", func() {
			p := group.post("/policies", guidelineInput(h, m{"owner_id": h.id("council")})).ok(201)
			where := "/policies/" + p.id()
			p = group.verb(where+"/submit", p.version(), nil).ok(200)
			p = h.as("council").verb(where+"/hand-over", p.version(), handOver(h, "manager", nil)).ok(200).is("status", "in_review")
			p = h.as("council").verb(where+"/approve", p.version(), nil).ok(200)
			p = manager.verb(where+"/publish", p.version(), m{"significant": false}).ok(200)
			p = manager.verb(where+"/hand-over", p.version(), handOver(h, "group2", nil)).ok(200).is("status", "published").is("owner_id", h.id("group2"))
			group.get(where+"/editions/1").ok(200).is("owner_id", h.id("manager"))
			h.as("employee").verb(where+"/hand-over", p.version(), handOver(h, "group", nil)).refused(403, "forbidden")
			h.events("group policy:create", "group policy:submit", "council policy:hand-over", "council policy:approve",
				"council policy_edition:create", "manager policy:publish", "manager policy_edition:publish", "manager policy:hand-over")
		})
		h.row("a milestone of a measure", func() {
			in := m{
				"scope": "/siv/", "title": "Veileder", "kind": "method", "responsible_id": h.id("group"),
				"milestones": []m{{"title": "Utkast", "due": "2026-12-01", "responsible_id": h.id("group2")}, {"title": "Høring", "due": "2027-02-01"}},
			}
			group.post("/measures", merged(in, m{"milestones": []m{{"title": "Utkast", "responsible_id": nobody}, {"title": "Høring", "responsible_id": h.id("handler")}}})).
				refused(422, "invalid_content", "/milestones/0/responsible_id", "/milestones/1/responsible_id")
			x := group.post("/measures", in).ok(201)
			where := "/measures/" + x.id()
			group.verb(where+"/hand-over", x.version(), handOver(h, "owner", m{"part": "0"})).refused(403, "forbidden")
			x = h.as("group2").verb(where+"/hand-over", x.version(), handOver(h, "owner", m{"part": "0"})).ok(200).is("milestones.0.responsible_id", h.id("owner"))
			x = manager.verb(where+"/hand-over", x.version(), handOver(h, "group2", m{"field": "milestones.responsible_id", "part": "1"})).ok(200).is("milestones.1.responsible_id", h.id("group2"))
			group.verb(where+"/hand-over", x.version(), handOver(h, "manager", nil)).ok(200).is("responsible_id", h.id("manager"))
			h.events("group measure:propose", "group2 measure:hand-over", "manager measure:hand-over", "group measure:hand-over")
		})
		h.row("workflows name the action in every state", func() {
			for _, action := range group.get("/workflows/risk").ok(200).at("actions").([]any) {
				if a := action.(m); a["verb"] == "hand-over" && len(anyTexts(a["from"])) == 5 {
					return
				}
			}
			t.Error("a risk has no hand-over")
		})
	})
}
