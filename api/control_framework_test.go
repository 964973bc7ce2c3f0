package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// security is a small framework beside ISO/IEC 42001, with titles of our own.
const security = `framework: {key: iso-27001, title: {nb: Informasjonssikkerhet, en: Information security}, version: "2022", issuer: ISO/IEC, source: Own words}
requirements:
  - {key: "5", kind: clause, title: {nb: Lederskap, en: Leadership}}
  - {key: "5.1", kind: clause, parent: "5", title: {nb: Lederskap og forpliktelse, en: Leadership and commitment}}
  - {key: A.5.1, kind: control, title: {nb: Regler for sikkerhet, en: Rules for security}}
  - {key: A.5.2, kind: control, title: {nb: Roller for sikkerhet, en: Roles for security}}
  - {key: A.8.15, kind: control, title: {nb: Logging, en: Logging}}
`

// securityNext is its next edition: one title is new, one control is replaced by another, and one is gone.
var securityNext = strings.NewReplacer(`"2022"`, `"2030"`, "Regler for sikkerhet", "Regler og retningslinjer for sikkerhet",
	"en: Roles for security}}", "en: Roles for security}, replaced_by: [A.5.3]}\n  - {key: A.5.3, kind: control, title: {nb: Ansvar for sikkerhet, en: Responsibility for security}}",
	"  - {key: A.8.15, kind: control, title: {nb: Logging, en: Logging}}\n", "").Replace(security)

func (h *installation) importFramework(file, query string) *reply {
	h.t.Helper()
	return h.as("admin").with("Content-Type", "application/yaml").post("/frameworks/import"+query, file)
}

// rowOf is the row of a statement for a requirement.
func rowOf(s *reply, requirement string) map[string]any {
	s.t.Helper()
	for _, r := range s.at("rows").([]any) {
		if row := r.(map[string]any); row["requirement"] == requirement {
			return row
		}
	}
	s.t.Fatalf("no row for %s", requirement)
	return nil
}

// Controls of another framework are adopted and stated about beside those of ISO/IEC 42001, one control answers requirements of both, and a newer
// edition of the framework carries the mapping over.
func TestControlsOfTwoFrameworks(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, council := h.as("group"), h.as("council")
		for _, name := range []string{"group", "council", "admin"} {
			h.id(name)
		}
		ids := group.adopt()
		logs := group.get("/controls?requirement=iso-42001:A.6.2.8").ok(200).str("items.0.id")
		adopt := m{"scope": "/siv/", "framework": "iso-27001"}
		group.post("/controls/adopt", adopt).refused(409, "framework_missing")
		h.importFramework(security, "").ok(200)
		h.seen()

		h.row("one control answers requirements of several frameworks", func() {
			group.patch("/controls/"+logs, 1, m{"answers": []string{"A.6.2.8"}}).refused(422, "invalid_content", "/answers")
			group.patch("/controls/"+logs, 1, m{"answers": []string{"iso-27001:5.1", "mdr:MDR-51", "iso-27001:A.9.9"}}).refused(422, "invalid_content", "/answers/0", "/answers/1", "/answers/2")
			id := group.get("/requirements/iso-27001:A.8.15").ok(200).id()
			group.patch("/controls/"+logs, 1, m{"answers": []string{id, "iso-27001:A.8.15"}}).ok(200).is("answers", "[iso-27001:A.8.15]")
			group.patch("/controls/"+ids[0], 1, m{"answers": []string{"iso-27001:A.8.15"}}).refused(422, "invalid_content", "/answers/0").is("errors.0.code", "already_answered")
			group.patch("/controls/"+ids[0], 1, m{"answers": []string{"A.2.3"}}).refused(422, "invalid_content", "/answers/0")
			group.post("/controls", m{"scope": "/siv/", "requirement": "iso-27001:A.8.15"}).refused(422, "invalid_content", "/requirement")
			group.post("/controls", m{"scope": "/siv/", "requirement": "iso-42001:A.2.2"}).refused(409, "duplicate") // the same as A.2.2
			h.events("group control:update")
		})
		made := group.post("/controls/adopt", adopt).ok(201).is("created", 2).is("existing", 1)
		items := made.strings("items")
		h.events("group control:adopt", "group control:adopt")
		if items[2] != logs {
			t.Errorf("adopting made another control for logging: %q", items)
		}
		group.post("/controls/adopt", m{"scope": "/siv/", "framework": "mdr"}).refused(422, "invalid_content", "/framework")
		group.get("/controls?requirement=iso-27001:A.5.1").ok(200).is("items.0.title", "Regler for sikkerhet").is("items.0.id", items[0])
		group.get("/controls?answers=iso-27001:A.8.15").ok(200).is("items.0.id", logs)

		const all = "/statements-of-applicability"
		var secured, ai string
		h.row("each framework has a statement of its own", func() {
			group.post(all, m{"scope": "/siv/", "framework": "mdr"}).refused(422, "invalid_content", "/framework")
			group.post(all, m{"scope": "/siv/", "framework": "soc-2"}).refused(409, "framework_missing")
			group.include(append(ids, items[0], items[1])...)
			h.seen()
			s := group.post(all, m{"scope": "/siv/", "framework": "iso-27001"}).ok(201).is("framework", "iso-27001").is("rows.0.requirement", "iso-27001:A.5.1").
				is("rows.2.requirement", "iso-27001:A.8.15").is("rows.2.control_id", logs)
			if n := len(s.at("rows").([]any)); n != 3 {
				t.Errorf("%d rows", n)
			}
			group.post(all, m{"scope": "/siv/", "framework": "iso-27001"}).refused(409, "open_statement_exists")
			other := group.post(all, m{"scope": "/siv/"}).ok(201).is("framework", "iso-42001")
			if n := len(other.at("rows").([]any)); n != 38 {
				t.Errorf("%d rows", n)
			}
			secured, ai = s.id(), other.id()
			for _, id := range []string{secured, ai} {
				group.verb(all+"/"+id+"/submit", 1, nil).ok(200)
				council.verb(all+"/"+id+"/approve", 2, nil).ok(200).is("supersedes", nil)
			}
			h.events("group soa:create", "group soa:create", "group soa:submit", "council soa:approve", "group soa:submit", "council soa:approve")
			if n := len(group.get(all + "?status=approved&framework=iso-27001").ok(200).items()); n != 1 {
				t.Errorf("%d statements", n)
			}
		})

		h.row("a newer edition", func() {
			shown := h.importFramework(securityNext, "?dry_run=true").ok(200).is("added", "[A.5.3]")
			for i, want := range []string{"iso-27001:A.5.1 retitled []", "iso-27001:A.5.2 replaced [iso-27001:A.5.3]", "iso-27001:A.8.15 not_in_file []"} {
				c := shown.at(fmt.Sprintf("controls.%d", i)).(map[string]any)
				if got := fmt.Sprintf("%v %v %v", c["requirement"], c["change"], c["replaced_by"]); got != want || c["scope"] != "/siv/" {
					t.Errorf("%s, want %s", got, want)
				}
			}
			h.events()
			h.importFramework(strings.Replace(securityNext, "[A.5.3]", "[A.5.4]", 1), "").refused(422, "invalid_file", "/requirements/3/replaced_by")
			h.importFramework(securityNext, "").ok(200).is("controls.1.id", items[1])
			h.events("admin framework:import", "admin requirement:import", "admin requirement:import", "admin control:carry-over", "admin soa:drift",
				"admin requirement:import", "admin control:carry-over", "admin soa:drift")
			group.get("/controls/"+items[0]).ok(200).is("title", "Regler og retningslinjer for sikkerhet")
			group.get("/controls/"+items[1]).ok(200).is("requirement", "iso-27001:A.5.3").is("title", "Ansvar for sikkerhet").is("applicability", "included")
			group.get("/controls/"+logs).ok(200).is("answers", "[iso-27001:A.8.15]")
			group.get("/requirements/iso-27001:A.5.2").ok(200).is("replaced_by", "[A.5.3]")
			group.post("/controls", m{"scope": fracture, "requirement": "iso-27001:A.5.2"}).refused(422, "invalid_content", "/requirement")
			group.get(all+"/"+secured).ok(200).is("rows.1.requirement", "iso-27001:A.5.2").is("drift.1.requirement", "iso-27001:A.5.2").is("drift.2.requirement", "iso-27001:A.5.3")
			group.get(all+"/"+ai).ok(200).is("drift", "[]")
			group.post("/controls/adopt", adopt).ok(200).is("existing", 3)
			h.importFramework(securityNext, "").ok(200).is("controls.0.change", "not_in_file").is("changed", "[]")
			h.events()
		})
	})
}

// Clauses are those of ISO/IEC 42001 unless another framework is named, and references name requirements by id, by framework and key, or by a bare key.
func TestReferencesToFrameworks(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.importFramework(security, "").ok(200)
		group := h.as("group")
		register := aRegister(h)
		clause := group.get("/requirements/iso-42001:6.1.3").ok(200).id()
		r := aRisk(h, register, m{"clauses": []string{"6.1.2", clause, "iso-42001:6.1.3", "iso-27001:5.1"}, "sources": []string{"iso-42001:C.3.4", "Fri tekst: uten rammeverk"}})
		r.is("clauses", "[6.1.2 6.1.3 iso-27001:5.1]").is("sources", "[C.3.4 Fri tekst: uten rammeverk]")
		for _, by := range []string{"6.1.3", "iso-42001:6.1.3", clause, "iso-27001:5.1"} {
			if n := len(group.get("/risks?clauses=" + by).ok(200).items()); n != 1 {
				t.Errorf("%d risks by %s", n, by)
			}
		}
		group.get("/risks?clauses=5.9").refused(400, "bad_filter", "?clauses")
		group.post("/risks", m{"scope": fracture, "register_id": register, "title": "x", "clauses": []string{"iso-27001:9.9", "5.9"}}).
			refused(422, "invalid_content", "/clauses/0", "/clauses/1")
		group.get("/controls?requirement="+clause).ok(200).is("items", "[]")

		group.get("/clauses?scope=/siv/").ok(200).is("framework", "iso-42001").is("items.0.key", "4")
		group.get("/clauses?scope=/siv/&framework=soc-2").refused(400, "bad_filter", "?framework")
		group.post("/clause-judgements", m{"scope": "/siv/", "clause": "iso-27001:A.5.1", "judgement": "partly", "reasons": "Delvis på plass."}).refused(422, "invalid_content", "/clause")
		group.post("/clause-judgements", m{"scope": "/siv/", "clause": "iso-27001:5.1", "judgement": "partly", "reasons": "Delvis på plass."}).ok(201).is("clause", "iso-27001:5.1")
		group.get("/clauses?scope=/siv/&framework=iso-27001").ok(200).is("items.0.key", "5").is("items.0.children.0.judgement.value", "partly").is("items.0.children.0.support", "[]")
		if j := group.get("/clauses?scope=/siv/").ok(200).at("items.1.children.0.judgement"); j.(map[string]any)["value"] != "not_assessed" {
			t.Errorf("5.1 of another framework counts for ISO/IEC 42001: %v", j)
		}
		group.post("/clause-judgements", m{"scope": "/siv/", "clause": "iso-42001:5.1", "judgement": "partly", "reasons": "Delvis på plass."}).ok(201).is("clause", "5.1")
		group.post("/clause-judgements", m{"scope": "/siv/", "clause": "5.1", "judgement": "conforms", "reasons": "Alt er på plass."}).refused(409, "duplicate")
	})
}

// A row has the risks whose treatments name its control, and the obligations that its requirement helps to meet.
func TestStatementRows(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		group, owner := h.as("group"), h.as("owner")
		group.adopt()
		people := group.get("/controls?requirement=A.4.6").ok(200).str("items.0.id")
		register := aRegister(h)
		risk := aRisk(h, register, m{"owner_id": h.id("owner")})
		at := "/risks/" + risk.id()
		group.verb(at+"/assess", 1, judged("inherent", 4, 4)).ok(200)
		owner.verb(at+"/treat", 2, m{"option": "mitigate", "plan": "Opplæring av radiologene", "controls": []string{people}, "responsible_id": h.id("owner"), "due": "2027-02-01"}).ok(200)
		duty := group.get("/requirements/eu-ai-act:AIA-04").ok(200).id()
		s := group.post("/statements-of-applicability", m{"scope": "/siv/"}).ok(201)
		row := rowOf(s, "A.4.6")
		if fmt.Sprint(row["risk_ids"]) != "["+risk.id()+"]" || !strings.Contains(fmt.Sprint(row["obligation_ids"]), duty) {
			t.Errorf("the row has %v and %v", row["risk_ids"], row["obligation_ids"])
		}
		if row := rowOf(s, "A.2.3"); fmt.Sprint(row["risk_ids"], row["obligation_ids"]) != "[] []" {
			t.Errorf("the row has %v and %v", row["risk_ids"], row["obligation_ids"])
		}
		treatment := owner.get(at).ok(200).str("treatments.0.id")
		owner.verb(at+"/treatments/"+treatment+"/cancel", 3, m{"reason": "Dekkes av annet."}).ok(200)
		s = group.verb("/statements-of-applicability/"+s.id()+"/compile", 1, nil).ok(200)
		if row := rowOf(s, "A.4.6"); fmt.Sprint(row["risk_ids"]) != "[]" {
			t.Errorf("a cancelled treatment counts: %v", row["risk_ids"])
		}
	})
}

// A project's statement shows the hospital's controls, and only what deviates is decided there.
func TestStatementInherits(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		for _, name := range []string{"group", "owner", "council"} {
			h.id(name)
		}
		group, owner, council := h.as("group"), h.as("owner"), h.as("council")
		ids := group.adopt()
		group.include(ids[:37]...)
		h.seen()
		if again := owner.post("/controls/adopt", m{"scope": fracture, "framework": "iso-42001"}).ok(200).is("created", 0).is("existing", 38).strings("items"); again[5] != ids[5] {
			t.Errorf("a project adopts other controls: %q", again)
		}
		owner.post("/controls/adopt", m{"scope": "/siv/radiologi/", "framework": "iso-42001"}).refused(403, "forbidden")
		group.post("/controls/adopt", m{"scope": "/siv/nei/", "framework": "iso-42001"}).refused(422, "invalid_content", "/scope")
		s := owner.post("/statements-of-applicability", m{"scope": fracture}).ok(201).is("rows.0.control_id", ids[0]).is("rows.0.inherited_from", ids[0]).
			is("rows.0.applicability", "included").is("rows.37.applicability", "undecided")
		at := "/statements-of-applicability/" + s.id()
		owner.verb(at+"/submit", 1, nil).refused(409, "blocked").is("blockers.0.pointer", "/rows/37").is("blockers.0.link", "/api/v1/controls/"+ids[37])
		owner.patch("/controls/"+ids[37], 1, m{"applicability": "excluded", "justification": "Leverer ikke videre."}).refused(403, "forbidden")
		h.events("owner soa:create")

		own := owner.post("/controls", m{"scope": fracture, "requirement": "A.10.4", "applicability": "excluded", "justification": "Prosjektet leverer ikke videre."}).ok(201).id()
		h.events("owner control:create", "owner soa:compile")
		owner.get(at).ok(200).is("rows.37.control_id", own).is("rows.37.inherited_from", ids[37]).is("rows.37.applicability", "excluded")
		group.include(ids[37]) // the hospital decides otherwise; the row of the project stays
		h.events("group control:update")
		group.patch("/controls/"+ids[1], 2, m{"justification": "Gjelder i hele sykehuset."}).ok(200)
		h.events("group control:update", "group soa:compile")
		owner.get(at).ok(200).is("rows.1.justification", "Gjelder i hele sykehuset.").is("rows.37.applicability", "excluded")

		owner.verb(at+"/submit", 3, nil).ok(200)
		council.verb(at+"/approve", 4, nil).ok(200).is("status", "approved")
		h.seen()
		group.patch("/controls/"+ids[37], 2, m{"justification": "Sykehuset deler modeller med andre."}).ok(200)
		h.events("group control:update")
		group.patch("/controls/"+ids[1], 3, m{"applicability": "excluded", "justification": "Gjelder ikke lenger her."}).ok(200)
		h.events("group control:update", "group soa:drift")
		owner.get(at).ok(200).is("drift.0.requirement", "A.2.3").is("rows.1.applicability", "included")
		if list := owner.get("/me/tasks?kind=soa").ok(200).items(); len(list) != 1 || list[0]["action"] != "next" {
			t.Errorf("tasks of the project owner: %v", list)
		}
		owner.verb("/controls/"+own+"/retire", 1, m{"reason": "Følger sykehuset."}).ok(200)
		owner.get(at).ok(200).is("drift.1.requirement", "A.10.4").is("drift.1.control_id", ids[37]).is("drift.1.fields.0.field", "control_id").is("drift.1.fields.0.from", own)
	})
}
