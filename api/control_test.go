package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
)

func (c *client) adopt() []string {
	c.h.t.Helper()
	return c.post("/controls/adopt", map[string]any{"scope": "/siv/", "framework": "iso-42001"}).ok(201).is("created", 38).strings("items")
}

// The working group adopts Annex A once, decides controls, and adds its own.
func TestControls(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		h.id("group")
		h.seen()
		adopt := map[string]any{"scope": "/siv/", "framework": "iso-42001"}
		h.as("").post("/controls/adopt", adopt).refused(401, "unauthenticated")
		h.as("council").post("/controls/adopt", adopt).refused(403, "forbidden")
		h.as("owner").post("/controls/adopt", adopt).refused(403, "forbidden")
		h.as("owner").post("/controls/adopt", map[string]any{"scope": "/nasjonalt/", "framework": "iso-42001"}).refused(422, "invalid_content", "/scope")
		group.post("/controls/adopt", map[string]any{"scope": "/siv/", "framework": "mdr"}).refused(422, "invalid_content", "/framework")
		group.post("/controls/adopt", map[string]any{"scope": "/nei/", "framework": "iso-42001"}).refused(422, "invalid_content", "/scope")
		h.events()

		ids := group.adopt()
		if n := len(h.logged()); n != 38 {
			t.Errorf("%d events of adopting", n)
		}
		again := group.post("/controls/adopt", adopt).ok(200).is("created", 0).is("existing", 38)
		if fmt.Sprint(again.strings("items")) != fmt.Sprint(ids) {
			t.Error("adopting again gives other controls")
		}
		h.as("council").post("/controls/adopt", adopt).refused(403, "forbidden")
		h.as("owner2").post("/controls/adopt", adopt).refused(403, "forbidden")
		h.events()

		one := "/controls/" + ids[0]
		for _, path := range []string{one, one + "?as_of=2026-11-21T12:00:00Z", "/controls?limit=1", one + "/events"} { // the server's own key is not told
			if r := group.get(path).ok(200); strings.Contains(string(r.body), "adoption") {
				t.Errorf("%s: %s", path, r.body)
			}
		}
		group.post("/controls", map[string]any{"scope": "/siv/", "requirement": "A.2.2"}).refused(409, "duplicate")
		group.get(one).ok(200).is("requirement", "A.2.2").is("applicability", "undecided").is("implementation_status", "not_started").is("allowed_actions", "[update retire]").is("verification", "none")
		group.patch(one, 1, map[string]any{"applicability": "excluded"}).refused(422, "invalid_content", "/justification")
		group.patch(one, 1, map[string]any{"applicability": "included"}).refused(422, "invalid_content", "/justification")
		group.patch(one, 1, map[string]any{"implementation_status": "verified"}).refused(422, "invalid_content", "/implementation_status")
		group.patch(one, 1, map[string]any{"applicability": "excluded", "justification": "Nei takk."}).refused(422, "invalid_content", "/justification")
		group.patch(one, 1, map[string]any{"requirement": "A.2.3"}).refused(422, "invalid_content", "/requirement")
		group.patch(one, 1, map[string]any{"title": "Noe annet"}).refused(422, "invalid_content", "/title")
		group.patch(one, 1, map[string]any{"evidence": []string{"0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"}}).refused(422, "invalid_content", "/evidence/0")
		group.patch(one, 1, map[string]any{"applicability": "included", "obligation_ids": []string{"iso-42001:A.2.2", "eu-ai-act:AIA-04"}}).
			refused(422, "invalid_content", "/obligation_ids/0") // a control is not an obligation
		group.post("/controls", map[string]any{"scope": "/siv/", "title": "Egen", "applicability": "included", "obligation_ids": []string{"mdr:finnes-ikke", "iso-42001:5.2"}}).
			refused(422, "invalid_content", "/obligation_ids/1")
		group.patch(one, 9, map[string]any{"justification": "x"}).refused(412, "stale_version")
		h.as("council").patch(one, 1, map[string]any{"justification": "x"}).refused(403, "forbidden")
		h.as("employee").get(one).refused(403, "forbidden")
		h.events()
		proof := group.post("/evidence", map[string]any{"scope": "/siv/", "title": "Vedtak", "kind": "note", "text": "Styret har vedtatt policyen."}).ok(201).id()
		duty := group.get("/requirements/eu-ai-act:AIA-04").ok(200).id()
		r := group.patch(one, 1, map[string]any{
			"applicability": "included", "obligation_ids": []string{"eu-ai-act:AIA-04", duty}, "implementation_status": "implemented", "evidence": []string{proof},
		}).ok(200).is("version", 2)
		if got := r.strings("obligation_ids"); len(got) != 1 || got[0] != duty {
			t.Errorf("one duty named twice became %q", got)
		}
		h.events("group evidence:create", "group control:update")
		if n := len(group.get("/controls?applicability=included&scope=/siv/").ok(200).items()); n != 1 {
			t.Errorf("%d included", n)
		}
		if n := len(group.get("/controls?obligation_ids=eu-ai-act:AIA-04").ok(200).items()); n != 1 {
			t.Errorf("%d for a duty", n)
		}
		group.post("/controls", map[string]any{"scope": "/siv/", "requirement": "A.2.2"}).refused(409, "duplicate")
		own := group.post("/controls", map[string]any{"scope": "/siv/", "title": "Egen kontroll"}).ok(201).is("requirement", nil).id()
		group.post("/controls", map[string]any{"scope": "/siv/", "title": "Enda en"}).ok(201)
		group.post("/controls", map[string]any{"scope": "/siv/"}).refused(422, "invalid_content", "/title")
		group.verb("/controls/"+own+"/retire", 1, map[string]any{}).refused(422, "invalid_content", "/reason")
		group.verb("/controls/"+own+"/retire", 1, map[string]any{"reason": "Dekkes av A.2.2."}).ok(200).is("status", "retired")
		group.patch("/controls/"+own, 2, map[string]any{"title": "x"}).refused(409, "wrong_state")
		group.verb("/controls/"+own+"/reinstate", 2, map[string]any{"reason": "Likevel ikke."}).ok(200).is("status", "active")
	})
}

// expire runs what the worker does for evidence whose last day has passed.
func (h *installation) expireEvidence() {
	h.t.Helper()
	if err := h.db.Write(context.Background(), record.System, record.Permission{Object: "evidence", Action: "expire"}, "", evidence.ExpireDue); err != nil {
		h.t.Fatal(err)
	}
}

// note adds a note as evidence at the hospital.
func (c *client) note(title, until string) string {
	c.h.t.Helper()
	body := m{"scope": "/siv/", "title": title, "kind": "note", "text": title}
	if until != "" {
		body["valid_until"] = until
	}
	return c.post("/evidence", body).ok(201).id()
}

// A control is verified only by somebody who neither implemented it nor gave its evidence, and never by a patch. The verification lapses with its
// evidence: the owner has a task, and a draft cannot be submitted.
func TestControlVerification(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"group", "group2", "manager"} {
			h.id(name)
		}
		group, group2, manager := h.as("group"), h.as("group2"), h.as("manager")
		ids := group.adopt()
		group.include(ids...)
		one := "/controls/" + ids[0]
		proof, short, theirs, gone := group.note("Vedtak", ""), group.note("Prøve", "2026-11-22"), manager.note("Tilsyn", ""), group.note("Utkast", "")
		group.verb("/evidence/"+gone+"/retire", 1, m{"reason": "Erstattet."}).ok(200)
		verify := func(evidence ...string) m {
			return m{"evidence": evidence, "method": "Stikkprøve av 20 svar", "result": "Alle var kontrollert av lege."}
		}
		h.seen()
		manager.verb(one+"/verify", 2, verify(proof)).refused(409, "blocked").is("blockers.0.code", "not_implemented").is("blockers.0.pointer", "/implementation_status")
		group.patch(one, 2, m{"implementation_status": "implemented", "owner_id": h.id("manager")}).ok(200)
		h.events("group control:update")
		for _, patch := range []m{{"implementation_status": "verified"}, {"implementation_status": "verified", "evidence": []string{proof}}} {
			group2.patch(one, 3, patch).refused(422, "invalid_content", "/implementation_status").is("errors.0.code", "verify_needed")
			group2.post("/controls/batch", m{"items": []any{m{"id": ids[0], "version": 3, "patch": patch}}}).
				refused(422, "invalid_content", "/items/0/patch/implementation_status").is("errors.0.code", "verify_needed")
		}
		group.post("/controls", m{"scope": "/siv/", "title": "Egen", "implementation_status": "verified"}).refused(422, "invalid_content", "/implementation_status")

		group.verb(one+"/verify", 3, verify(theirs)).refused(403, "separation_of_duties").is("earlier_action", "implement")
		manager.verb(one+"/verify", 3, verify(proof, theirs)).refused(403, "separation_of_duties").is("earlier_action", "give-evidence")
		for _, name := range []string{"council", "management", "auditor"} {
			h.as(name).verb(one+"/verify", 3, verify(proof)).refused(403, "forbidden")
		}
		h.as("employee").verb(one+"/verify", 3, verify(proof)).refused(403, "forbidden")
		group2.verb(one+"/verify", 3, m{"evidence": []string{}, "method": " "}).refused(422, "invalid_content", "/evidence", "/method", "/result")
		group2.verb(one+"/verify", 3, verify(gone, "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5")).refused(422, "invalid_content", "/evidence/0", "/evidence/1")
		group2.verb(one+"/verify", 2, verify(proof)).refused(412, "stale_version")
		h.events()
		if got := group.get(one).ok(200).strings("allowed_actions"); contains(got, "verify") {
			t.Errorf("who implemented it may %q", got)
		}
		if got := manager.get(one).ok(200).strings("allowed_actions"); !contains(got, "verify") {
			t.Errorf("the manager may %q", got)
		}

		manager.verb(one+"/verify", 3, verify(proof, short)).ok(200).is("implementation_status", "verified").is("verification", "in_force").
			is("verified.by", h.id("manager")).is("verified.evidence.0.evidence_id", proof).is("verified.evidence.0.edition", 1).
			is("verified.evidence.1.valid_until", "2026-11-22").is("evidence.0", proof).is("verified.method", "Stikkprøve av 20 svar")
		h.events("manager control:verify")
		group.patch(one, 4, m{"justification": "Trengs fortsatt her."}).ok(200).is("verification", "in_force")
		draft := group.post("/statements-of-applicability", m{"scope": "/siv/"}).ok(201).is("rows.0.verification", "in_force").
			is("rows.0.evidence.0.title", "Vedtak").is("rows.0.evidence.0.edition", 1)
		h.seen()

		h.nextDay(2)
		group, manager = h.as("group"), h.as("manager")
		at := "/statements-of-applicability/" + draft.id()
		h.seen()
		group.verb(at+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.code", "verification_lapsed") // also before the worker has run
		h.expireEvidence()
		h.events("system evidence:expire", "system control:lapse", "system soa:compile")
		group.get("/evidence/"+short).ok(200).is("status", "expired").is("overdue", true)
		manager.get(one).ok(200).is("verification", "lapsed").is("implementation_status", "implemented").is("verified.lapsed_by", short).is("verified.lapsed_reason", "expired")
		if n := len(manager.get("/me/tasks?kind=control").ok(200).items()); n != 1 {
			t.Errorf("%d tasks of the owner", n)
		}
		if n := len(group.get("/controls?verification=lapsed").ok(200).items()); n != 1 {
			t.Errorf("%d lapsed", n)
		}
		group.verb(at+"/submit", 2, nil).refused(409, "blocked").is("blockers.0.code", "verification_lapsed").is("blockers.0.pointer", "/rows/0").
			is("blockers.0.link", "/api/v1"+one).is("blockers.0.who", h.id("manager"))
		h.expireEvidence()
		h.events()

		manager.verb(one+"/verify", 6, verify(short)).refused(422, "invalid_content", "/evidence/0").is("errors.0.code", "evidence_expired")
		group.verb("/evidence/"+short+"/renew", 2, m{"collected_on": "2027-01-01"}).refused(422, "invalid_content", "/collected_on")
		group.verb("/evidence/"+short+"/renew", 2, m{"collected_on": "2026-11-23", "valid_until": "2027-11-23"}).ok(200).is("status", "active").is("edition", 1)
		h.seen()
		manager.verb(one+"/verify", 6, verify(proof, short)).ok(200).is("verification", "in_force").is("verified.lapsed_reason", nil)
		h.events("manager control:verify", "manager soa:compile")
		group.verb(at+"/submit", 4, nil).ok(200).is("status", "in_review")
		if n := len(manager.get("/me/tasks?kind=control").ok(200).items()); n != 0 {
			t.Errorf("%d tasks of the owner once it is verified again", n)
		}
		h.seen()
		group.verb("/evidence/"+proof+"/retire", 1, m{"reason": "Utgått."}).ok(200) // the statement in review stays as it was submitted
		h.events("group evidence:retire", "group control:lapse")
		manager.get(one).ok(200).is("verified.lapsed_reason", "retired")
	})
}

// Evidence cannot be collected tomorrow, and a content that something rests on is never changed: the change makes the next edition, and what rests on
// the old one says so.
func TestEvidenceEditions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"group", "manager", "council"} {
			h.id(name)
		}
		group, manager := h.as("group"), h.as("manager")
		ids := group.adopt()
		group.include(ids...)
		one := "/controls/" + ids[0]
		h.seen()
		note := m{"scope": "/siv/", "title": "Vedtak", "kind": "note", "text": "Vedtatt.", "collected_on": "2026-11-22"}
		group.post("/evidence", note).refused(422, "invalid_content", "/collected_on").is("errors.0.code", "in_the_future")
		note["collected_on"] = "2026-11-21"
		made := group.post("/evidence", note).ok(201).is("edition", 1).is("editions", "[]")
		at, hash := "/evidence/"+made.id(), made.str("sha256")
		group.patch(at, 1, m{"collected_on": "2026-12-01"}).refused(422, "invalid_content", "/collected_on")
		group.patch(one, 2, m{"implementation_status": "implemented", "evidence": []string{made.id()}}).ok(200)
		group.patch(at, 1, m{"title": "Vedtaket"}).ok(200).is("edition", 1) // nothing rests on it yet
		h.events("group evidence:create", "group control:update", "group evidence:update")

		manager.verb(one+"/verify", 3, m{"evidence": []string{made.id()}, "method": "Lest referatet", "result": "Vedtatt som beskrevet"}).ok(200)
		s := group.post("/statements-of-applicability", m{"scope": "/siv/"}).ok(201).is("rows.0.implementation_status", "verified")
		statement := "/statements-of-applicability/" + s.id()
		group.verb(statement+"/submit", 1, nil).ok(200)
		h.as("council").verb(statement+"/approve", 2, nil).ok(200).is("drift", "[]")
		h.seen()

		group.patch(at, 2, m{"external_refs": []any{m{"system": "arkiv", "id": "26/100"}}}).ok(200).is("edition", 1) // not its content
		h.events("group evidence:update")
		group.patch(at, 3, m{"text": "Vedtatt med endringer."}).ok(200).is("edition", 2).is("editions.0.edition", 1).is("editions.0.title", "Vedtaket").
			is("editions.0.text", "Vedtatt.").is("editions.0.sha256", hash).is("editions.0.replaced_by", h.id("group"))
		h.events("group evidence:update", "group control:lapse", "group soa:drift", "group soa:drift")
		manager.get(one).ok(200).is("verification", "lapsed").is("verified.lapsed_reason", "replaced").is("verified.evidence.0.edition", 1).is("verified.evidence.0.sha256", hash)
		frozen := h.as("council").get(statement).ok(200)
		frozen.is("rows.0.evidence.0.title", "Vedtaket").is("rows.0.evidence.0.sha256", hash).is("rows.0.evidence.0.collected_on", "2026-11-21").
			is("rows.0.implementation_status", "verified").is("drift.0.requirement", "A.2.2").is("drift.0.control_id", ids[0])
		var fields []string
		for _, f := range frozen.at("drift.0.fields").([]any) {
			fields = append(fields, f.(map[string]any)["field"].(string))
		}
		if fmt.Sprint(fields) != "[implementation_status verification evidence]" {
			t.Errorf("drift in %q", fields)
		}
		group.patch(at, 4, m{"text": "Vedtatt med endringer nr. 2."}).ok(200).is("edition", 2) // nothing rests on the second
		group.delete(at, 5).refused(409, "referred_to")
	})
}

// Controls come in the order of Annex A, page by page and both ways.
func TestControlOrder(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		ids := group.adopt()
		got := group.pages("/controls?sort=requirement&limit=7")
		back := group.pages("/controls?sort=-requirement&limit=7")
		slices.Reverse(back)
		if !slices.Equal(got, ids) || !slices.Equal(back, ids) {
			t.Errorf("controls come as %q, and back as %q", got, back)
		}
		group.get("/controls?requirement=A.10.2").ok(200).is("items.0.requirement", "A.10.2")
	})
}

// A batch changes all of its controls or none, and says which item is at fault.
func TestControlBatch(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		ids := group.adopt()
		h.id("group")
		h.seen()
		item := func(id string, version int, patch map[string]any) map[string]any {
			return map[string]any{"id": id, "version": version, "patch": patch}
		}
		include := map[string]any{"applicability": "included", "justification": "Trengs her hos oss."}
		send := func(items ...map[string]any) *reply {
			return group.post("/controls/batch", map[string]any{"items": items})
		}
		send(item(ids[0], 1, include), item(ids[1], 1, map[string]any{"applicability": "excluded"})).refused(422, "invalid_content", "/items/1/patch/justification")
		send(item(ids[0], 1, include), item(ids[1], 5, include)).refused(412, "stale_version", "/items/1")
		h.events()
		group.get("/controls/"+ids[0]).ok(200).is("version", 1)
		send(item(ids[0], 1, include), item(ids[1], 1, include)).ok(200)
		h.events("group control:update", "group control:update")
	})
}

// In the demo, each person with a task on a control or a measure can read the record and finds it among their tasks.
func TestDemoOwners(t *testing.T) {
	h := installationOn(t, store.SQLite, false)
	owners := map[string]*client{}
	for _, name := range []string{"owner", "owner2", "manager", "management", "group", "group2", "handler", "privacy"} {
		owners[h.id(name)] = h.as(name)
	}
	for _, c := range h.as("group").get("/controls?limit=200").ok(200).items() {
		if who, _ := c["owner_id"].(string); who != "" {
			owners[who].get("/controls/" + c["id"].(string)).ok(200)
		}
	}
	for _, m := range h.as("group").get("/measures?status=decided").ok(200).items() {
		who, _ := m["responsible_id"].(string)
		if owners[who] == nil || !slices.ContainsFunc(owners[who].get("/me/tasks?kind=measure").ok(200).items(), func(i map[string]any) bool { return i["record_id"] == m["id"] }) {
			t.Errorf("%s waits for %q, who does not find it", m["number"], who)
		}
	}
}

// An owner has a task for each undecided control.
func TestControlTasks(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		path := "/controls/" + group.adopt()[0]
		group.patch(path, 1, map[string]any{"owner_id": h.id("manager")}).ok(200)
		waiting := func() int { return len(h.as("manager").get("/me/tasks?kind=control").ok(200).items()) }
		if n := waiting(); n != 1 {
			t.Errorf("%d controls wait for their owner", n)
		}
		group.patch(path, 2, map[string]any{"applicability": "excluded", "justification": "Ikke aktuelt."}).ok(200)
		if n := waiting(); n != 0 {
			t.Errorf("%d controls wait for their owner once decided", n)
		}
	})
}
