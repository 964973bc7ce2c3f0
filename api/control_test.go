package api_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

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
		group.get(one).ok(200).is("requirement", "A.2.2").is("applicability", "undecided").is("implementation_status", "not_started").is("allowed_actions", "[update retire]")
		group.patch(one, 1, map[string]any{"applicability": "excluded"}).refused(422, "invalid_content", "/justification")
		group.patch(one, 1, map[string]any{"applicability": "included"}).refused(422, "invalid_content", "/justification")
		group.patch(one, 1, map[string]any{"implementation_status": "verified"}).refused(422, "invalid_content", "/evidence")
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
			"applicability": "included", "obligation_ids": []string{"eu-ai-act:AIA-04", duty}, "implementation_status": "verified", "evidence": []string{proof},
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

// Retired or expired evidence verifies no control. The evidence of an earlier verification stays.
func TestControlEvidence(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group := h.as("group")
		ids := group.adopt()
		piece := func(title, until string) string {
			return group.post("/evidence", map[string]any{"scope": "/siv/", "title": title, "kind": "note", "text": title, "valid_until": until}).ok(201).id()
		}
		lasting, short, old := piece("Vedtak", "2027-11-21"), piece("Prøve", "2026-11-22"), piece("Utkast", "2027-11-21")
		group.verb("/evidence/"+old+"/retire", 1, map[string]any{"reason": "Erstattet."}).ok(200)
		h.id("group")
		h.seen()
		one, two := "/controls/"+ids[0], "/controls/"+ids[1]
		verified := func(evidence ...string) map[string]any {
			return map[string]any{"applicability": "included", "justification": "Trengs.", "implementation_status": "verified", "evidence": evidence}
		}
		group.patch(one, 1, map[string]any{"evidence": []string{lasting, old}}).refused(422, "invalid_content", "/evidence/1")
		group.patch(one, 1, verified(old, lasting)).refused(422, "invalid_content", "/evidence/0")
		group.post("/controls/batch", map[string]any{"items": []any{map[string]any{"id": ids[0], "version": 1, "patch": verified(old)}}}).
			refused(422, "invalid_content", "/items/0/patch/evidence/0")
		h.events()
		group.patch(one, 1, verified(short, lasting)).ok(200)
		group.patch(two, 1, map[string]any{"evidence": []string{short}}).ok(200)
		h.nextDay(2)
		group = h.as("group")
		group.patch(two, 2, verified(short)).refused(422, "invalid_content", "/evidence/0")
		group.patch(one, 2, map[string]any{"justification": "Trengs fortsatt."}).ok(200)
		group.patch(one, 3, map[string]any{"implementation_status": "implemented"}).ok(200)
		group.patch(one, 4, map[string]any{"implementation_status": "verified"}).refused(422, "invalid_content", "/evidence/0")
		group.patch(one, 4, map[string]any{"implementation_status": "verified", "evidence": []string{lasting}}).ok(200)
		h.events("group control:update", "group control:update", "group control:update", "group control:update", "group control:update")
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
		include := map[string]any{"applicability": "included", "justification": "Trengs."}
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
