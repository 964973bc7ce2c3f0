package api_test

import (
	"slices"
	"strings"
	"testing"
)

// walker takes an AI system through its gates, as the people of the demo.
type walker struct {
	h      *installation
	at     string
	people map[string]string // by the word of policies/gates.yaml
	proof  string
}

// walked registers a system at the department of radiology, with an owner and a clinical lead.
func walked(h *installation, more m) *walker {
	h.t.Helper()
	system := h.as("group").post("/ai-systems", aSystem(h, merged(m{
		"owner_id": h.id("owner"), "clinical_lead_id": h.id("employee"), "security_officer_id": h.id("group2"), "accountable_developer_id": h.id("owner"),
	}, more))).ok(201)
	h.as("manager").post("/assignments", m{
		"user_id": h.id("owner"), "role": "project_owner", "scope": system.str("scope"), "valid_from": "2026-11-01", "valid_to": "2027-12-31",
	}).ok(201)
	return &walker{
		h: h, at: "/ai-systems/" + system.id(), proof: h.as("group").note("Dokumentasjon", ""),
		people: map[string]string{
			"owner": "owner", "line": "manager", "clinical": "employee", "security_officer": "group2", "accountable_developer": "owner", "working_group": "group",
			"clinical_or_line": "manager", "mgmt": "management", "employee": "employee",
		},
	}
}

func (w *walker) id() string { return strings.TrimPrefix(w.at, "/ai-systems/") }

// blocking lists the items that keep a gate closed.
func (w *walker) blocking(to string) (out []map[string]any) {
	w.h.t.Helper()
	for _, i := range w.h.as("owner").get(w.at + "/gate?to=" + to).ok(200).at("items").([]any) {
		if line := i.(map[string]any); line["blocks"].(bool) {
			out = append(out, line)
		}
	}
	return out
}

// record clears an item as the person who may, with an answer that passes for each line of a checklist.
func (w *walker) record(line map[string]any) *reply {
	w.h.t.Helper()
	rows := []m{}
	for _, r := range line["rows"].([]any) {
		if row := r.(map[string]any); row["state"] == "missing" {
			rows = append(rows, m{"key": row["key"], "answer": line["passes"].([]any)[0], "reference": "Perm 4", "reason": "Se permen."})
		}
	}
	body := m{"system_id": w.id(), "gate": line["gate"], "item": line["item"], "text": "Avklart i prosjektmøtet.", "rows": rows, "evidence": []string{w.proof}}
	if line["item"] == "law_read" {
		body["readings"] = []m{{"user_id": w.h.id("owner"), "document": "DMP: Regulatorisk veiviser", "version": "1.10.2026", "read_on": "2026-10-01"}}
	}
	return w.h.as(w.people[line["clears"].([]any)[0].(string)]).post("/gate-items", body).ok(201)
}

// settle has an item advised on and approved, where it waits for that.
func (w *walker) settle(made *reply) {
	w.h.t.Helper()
	at := "/gate-items/" + made.id()
	if made.at("advice_from") != nil {
		made = w.h.act("privacy", at, "advise", m{"text": "Enig."}).ok(200)
	}
	if made.at("status") == "in_review" {
		w.h.act(w.people[made.str("approver")], at, "approve", nil).ok(200).is("status", "cleared")
	}
}

// names lists items as gate.item.
func itemNames(lines []map[string]any) (out []string) {
	for _, l := range lines {
		out = append(out, l["gate"].(string)+"."+l["item"].(string))
	}
	return out
}

// What a gate asks for is cleared by the person whom the item names, and approved by another one. The gate lists who and how; the move is refused with the
// same list until nothing is left.
func TestGates(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		w := walked(h, nil)
		owner := h.as("owner")
		owner.get(w.at+"/gate?to=pilot").refused(409, "no_such_move")
		owner.get(w.at+"/gate").ok(200).is("to", "concept").is("open", true)
		h.as("owner2").get(w.at+"/gate?to=concept").refused(404, "not_found")
		h.act("employee", w.at, "move", m{"to": "concept"}).refused(403, "forbidden")
		h.act("owner", w.at, "move", m{"to": "in_use"}).refused(409, "no_such_move")
		h.seen()
		h.act("owner", w.at, "move", m{"to": "concept"}).ok(200).is("status", "concept")
		h.events("owner ai_system:move")
		h.act("owner", w.at, "move", m{"to": "idea"}).refused(422, "invalid_content", "/reason")

		// The refusal of the move and the gate name the same items.
		want := itemNames(w.blocking("procurement"))
		refused := h.act("owner", w.at, "move", m{"to": "procurement"}).refused(409, "blocked")
		if got := refused.at("blockers").([]any); len(got) != len(want) || len(want) == 0 {
			t.Fatalf("blockers %v, gate %v", got, want)
		}
		for _, name := range []string{"concept.need_and_alternatives", "concept.qualification_recorded", "concept.data_route_decided", "concept.class_forecast"} {
			if !slices.Contains(want, name) {
				t.Errorf("the gate does not ask for %s: %v", name, want)
			}
		}
		if slices.Contains(want, "concept.owner_and_clinical_lead") {
			t.Error("owner and clinical lead are named, and still asked for")
		}

		// Wrong person, wrong item, wrong answers.
		need := m{"system_id": w.id(), "gate": "concept", "item": "need_and_alternatives", "text": "Behov.", "evidence": []string{w.proof}}
		h.seen()
		h.as("employee").post("/gate-items", need).refused(403, "not_yours_to_clear")
		h.as("privacy").post("/gate-items", need).refused(403, "not_yours_to_clear")
		h.as("owner2").post("/gate-items", need).refused(422, "invalid_content", "/system_id")
		owner.post("/gate-items", merged(need, m{"evidence": []string{}})).refused(422, "invalid_content", "/evidence")
		owner.post("/gate-items", merged(need, m{"item": "finnes_ikke"})).refused(422, "invalid_content", "/item")
		owner.post("/gate-items", merged(need, m{"item": "class_forecast"})).refused(422, "invalid_content", "/item")
		owner.post("/gate-items", merged(need, m{"item": "law_read"})).refused(422, "invalid_content", "/item") // it is no device yet
		owner.post("/gate-items", merged(need, m{"waived_because": "Senere."})).refused(422, "invalid_content", "/waived_because")
		owner.post("/gate-items", merged(need, m{"text": "", "rows": []m{{"key": "x", "answer": "done"}}})).refused(422, "invalid_content", "/text", "/rows/0/key")
		h.events()

		made := owner.post("/gate-items", need).ok(201).is("status", "cleared").is("approver", "none")
		h.events("owner gate_item:create")
		if slices.Contains(itemNames(w.blocking("procurement")), "concept.need_and_alternatives") {
			t.Error("the item is cleared, and still asked for")
		}

		// The route to the data needs the advice of the data protection officer, and counts then.
		route := owner.post("/gate-items", merged(need, m{"item": "data_route_decided", "text": "Kvalitetssikring etter § 26."})).ok(201).is("status", "in_review").is("advice_from", "privacy_officer")
		h.act("owner", "/gate-items/"+route.id(), "advise", m{"text": "Fint."}).refused(403, "forbidden")
		h.act("privacy", "/gate-items/"+route.id(), "advise", m{"text": "Enig i grunnlaget."}).ok(200).is("status", "cleared")
		h.act("privacy", "/gate-items/"+route.id(), "advise", m{"text": "Igjen."}).refused(409, "wrong_state")

		// When its evidence is retired, the item does not count any more, and the person who cleared it has a task.
		h.act("group", "/evidence/"+w.proof, "retire", m{"reason": "Erstattet."}).ok(200)
		owner.get("/gate-items/"+made.id()).ok(200).is("status", "outdated").is("outdated.why", "evidence:retire")
		if !slices.Contains(itemNames(w.blocking("procurement")), "concept.need_and_alternatives") {
			t.Error("the item is outdated, and does not block")
		}
		h.act("owner", "/gate-items/"+made.id(), "clear", nil).refused(422, "invalid_content", "/evidence/0")
		w.proof = h.as("group").note("Ny dokumentasjon", "")
		now := owner.get("/gate-items/" + made.id()).ok(200)
		owner.patch("/gate-items/"+made.id(), now.version(), m{"evidence": []string{w.proof}}).ok(200)
		h.act("owner", "/gate-items/"+made.id(), "clear", nil).ok(200).is("status", "cleared")

		// The timeline has what happened to the system and to what is about it, for those who read it.
		moments := owner.get(w.at + "/timeline?limit=3").ok(200)
		if first := moments.at("items.0"); first.(map[string]any)["action"] != "clear" || moments.at("next_cursor") == nil {
			t.Errorf("the timeline begins with %v", first)
		}
		rest := owner.get(w.at + "/timeline?limit=50&cursor=" + moments.str("next_cursor")).ok(200).at("items").([]any)
		if last := rest[len(rest)-1].(map[string]any); last["action"] != "create" || last["kind"] != "ai_system" {
			t.Errorf("the timeline ends with %v", last)
		}
		h.as("owner2").get(w.at+"/timeline").refused(404, "not_found")

		h.row("S2_8_gate_refuses", func() {
			h.act("owner", w.at, "move", m{"to": "procurement"}).refused(409, "blocked")
		})
	})
}

// Everything with a day is in one list, the soonest first, for those who read the records; also as a calendar.
func TestDeadlines(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, until := range []string{"2027-05-01", "2026-12-24", "2027-05-01", "2028-06-01", "2027-01-31", "2029-01-01"} {
			h.as("group").note("Gyldig til "+until, until)
		}
		manager := h.as("manager")
		days := []string{}
		cursor := ""
		for {
			r := manager.get("/deadlines?limit=3&scope=/siv/&until=2028-12-31" + cursor).ok(200)
			for _, d := range r.items() {
				days = append(days, d["due"].(string)+" "+d["id"].(string))
			}
			if r.at("next_cursor") == nil {
				break
			}
			cursor = "&cursor=" + r.str("next_cursor")
		}
		if len(days) != 5 || !slices.IsSorted(days) {
			t.Errorf("%d deadlines: %v", len(days), days)
		}
		if all := manager.get("/deadlines?limit=200&scope=/siv/&until=2028-12-31").ok(200).items(); len(all) != len(days) {
			t.Errorf("%d in one page, %d in pages of three", len(all), len(days))
		}
		for _, d := range manager.get("/deadlines?limit=200&until=2027-01-31").ok(200).items() {
			if d["due"].(string) > "2027-01-31" {
				t.Errorf("after the last day: %v", d)
			}
		}
		if n := len(h.as("employee").get("/deadlines?limit=200&scope=/siv/").ok(200).items()); n != 0 {
			t.Errorf("an employee reads %d deadlines of evidence", n)
		}
		manager.get("/deadlines?until=igar").refused(400, "bad_filter", "?until")
		feed := manager.with("Accept", "text/calendar").get("/deadlines?scope=/siv/").ok(200)
		if !strings.HasPrefix(string(feed.body), "BEGIN:VCALENDAR") || !strings.Contains(string(feed.body), "BEGIN:VEVENT") {
			t.Errorf("the calendar: %.200s", feed.body)
		}
	})
}
