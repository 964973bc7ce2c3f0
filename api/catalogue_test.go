package api_test

import (
	"net/url"
	"strings"
	"testing"
)

const installationRules = `framework:
  key: ward-rules
  title: {nb: Husregler for KI, en: Installation rules for AI}
  version: "1"
  issuer: Sykehuset i Vestfold
  source: Own text
requirements:
  - key: R1
    kind: section
    title: {nb: Bruk, en: Use}
  - key: R1.1
    kind: step
    parent: R1
    title: {nb: Spør først, en: Ask first}
`

// An administrator loads a framework from its file, again, and changed; everybody signed in reads it.
func TestFrameworkImport(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin").with("Content-Type", "application/yaml")
		load := func(file, query string) *reply { return admin.post("/frameworks/import"+query, file) }
		h.id("admin")
		h.seen()

		h.as("").with("Content-Type", "application/yaml").post("/frameworks/import", installationRules).refused(401, "unauthenticated")
		for _, name := range []string{"group", "council", "management", "employee"} {
			if r := h.as(name).with("Content-Type", "application/yaml").post("/frameworks/import", installationRules); r.status != 403 {
				t.Errorf("%s: %d", r.what, r.status)
			}
		}
		admin.with("Content-Type", "text/plain").post("/frameworks/import", installationRules).refused(415, "media_type").is("detail", "send innholdet som application/yaml, text/yaml, application/json; text/plain leses ikke her")

		load(installationRules, "?dry_run=true").ok(200).is("dry_run", true).is("new", true).is("added", "[R1 R1.1]")
		h.events()
		load(installationRules, "").ok(200).is("dry_run", false).is("added", "[R1 R1.1]").is("unchanged", 0)
		h.events("admin framework:import", "admin requirement:import", "admin requirement:import")
		load(installationRules, "").ok(200).is("new", false).is("added", "[]").is("changed", "[]").is("unchanged", 2)
		h.events()

		broken := strings.NewReplacer("kind: step", "kind: stage", "{nb: Bruk, en: Use}", "{nb: null}", "parent: R1", "parent: R9").Replace(installationRules)
		r := load(broken, "").refused(422, "invalid_file", "/requirements/0/title/en", "/requirements/1/kind", "/requirements/1/parent")
		if !strings.Contains(r.str("errors.0.detail"), "linje 10") {
			t.Errorf("the fault says no line: %s", r.body)
		}
		r.is("errors.0.line", 10)
		load("a: [b\nc: d\n", "").refused(400, "invalid_file", "").is("errors.0.detail", "linje 2: filen er ikke gyldig YAML").is("errors.0.line", 2)
		load(installationRules+strings.Repeat("#", 5<<20), "").refused(413, "invalid_file")
		h.events()

		changed := strings.Replace(installationRules, "Spør først", "Spør alltid først", 1)
		changed = strings.Replace(changed, "  - key: R1\n    kind: section\n    title: {nb: Bruk, en: Use}\n", "", 1)
		load(changed, "").refused(422, "invalid_file", "/requirements/0/parent")
		changed = strings.Replace(changed, "    parent: R1\n", "", 1)
		load(changed, "").ok(200).is("changed.0.key", "R1.1").is("changed.0.fields", "[parent title position]").is("left_alone.0.key", "R1").is("left_alone.0.reason", "not_in_file")
		h.events("admin requirement:import")

		h.as("admin").verb("/requirements/ward-rules:R1/withdraw", 1, m{"reason": "\u00a0"}).refused(422, "invalid_content", "/reason")
		h.as("admin").verb("/requirements/ward-rules:R1/withdraw", 1, m{"reason": "Utgått"}).ok(200)
		h.seen()
		for _, query := range []string{"?dry_run=true", ""} {
			load(strings.Replace(installationRules, "Bruk, en", "Bruken, en", 1), query).ok(200).is("changed.0.key", "R1.1").is("left_alone", "[map[key:R1 reason:withdrawn]]")
		}
		h.events("admin requirement:import")
		load(changed, "").ok(200)

		admin.with("Content-Type", "application/json").post("/frameworks/import", map[string]any{
			"framework":    map[string]any{"key": "as-json", "title": map[string]any{"nb": "Én", "en": "One"}, "version": "1", "issuer": "A", "source": "B"},
			"requirements": []any{map[string]any{"key": "1", "kind": "step", "title": map[string]any{"nb": "Én", "en": "One"}}},
		}).ok(200).is("added", "[1]")

		employee := h.as("employee")
		employee.get("/frameworks/ward-rules").ok(200).is("edition", 1).is("version", 1).is("allowed_actions", "[]")
		employee.get("/frameworks/no-such-thing").refused(404, "not_found")
		employee.get("/requirements/ward-rules:R1.1").ok(200).is("title.nb", "Spør alltid først").is("framework", "ward-rules").is("licensed_text", nil)
		employee.get("/requirements/R1.1").ok(200).is("ref_key", "ward-rules:R1.1")
		load(strings.Replace(installationRules, "key: ward-rules", "key: other-rules", 1), "").ok(200)
		employee.get("/requirements/R1.1").refused(404, "not_found") // two frameworks have this key now
		h.as("").get("/requirements").refused(401, "unauthenticated")
	})
}

// The built-in frameworks are complete and in order.
func TestRequirements(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee := h.as("employee")
		for _, tt := range []struct {
			path string
			n    int
		}{
			{"/requirements?framework=iso-42001&kind=control&limit=200", 38},
			{"/requirements?framework=iso-42001&kind=clause&limit=200", 43},
			{"/requirements?framework=iso-42001&parent=A.6.2", 7},
			{"/frameworks/iso-42001/requirements?kind=objective&kind=risk-source", 18},
			{"/frameworks?limit=200", 11},
		} {
			if got := len(employee.get(tt.path).ok(200).items()); got != tt.n {
				t.Errorf("%s: %d, want %d", tt.path, got, tt.n)
			}
		}
		var keys []string
		path := "/frameworks/iso-42001/requirements?kind=control&sort=position&limit=10"
		for next := path; next != ""; {
			page := employee.get(next).ok(200)
			for _, i := range page.items() {
				keys = append(keys, i["key"].(string))
			}
			next = ""
			if c := page.str("next_cursor"); c != "" {
				next = path + "&cursor=" + url.QueryEscape(c)
			}
		}
		if len(keys) != 38 || keys[0] != "A.2.2" || keys[37] != "A.10.4" {
			t.Errorf("Annex A in order: %q", keys)
		}
		for _, path := range []string{"/frameworks/iso-42001/requirements?limit=200&kind=control", "/requirements?limit=200&kind=control&framework=iso-42001"} {
			items := employee.get(path).ok(200).items()
			if len(items) != 38 || items[0]["key"] != "A.2.2" || items[37]["key"] != "A.10.4" {
				t.Errorf("%s is not in the standard's order", path)
			}
		}
		employee.get("/requirements/A.6.2.4").ok(200).is("ref_key", "iso-42001:A.6.2.4")
		employee.get("/requirements/NO-HDIR-6F").ok(200).is("framework", "no-law")
		employee.get("/requirements/NO-HDIR-6F/applicability").ok(200).is("jurisdiction", "NO")
		employee.get("/requirements/nei").refused(404, "not_found")
		employee.get("/requirements/nei/applicability").refused(404, "not_found")
		employee.get("/frameworks/iso-42001/requirements?framework=mdr").refused(400, "unknown_parameter", "?framework")
		employee.get("/frameworks/nei/requirements").refused(404, "not_found")

		employee.get("/requirements/eu-ai-act:AIA-05/applicability?on=2026-11-21&jurisdiction=EU").ok(200).is("applies", "yes").is("next", "2026-12-02")
		employee.get("/requirements/eu-ai-act:AIA-05/applicability").ok(200).is("applies", "no").is("on", "2026-11-21").is("jurisdiction", "NO")
		employee.get("/requirements/eu-ai-act:AIA-05/applicability?on=2026-11-21&jurisdiction=EU").ok(200).
			is("then.nb", "Fra 2.12.2026 gjelder plikten på dette vilkåret: KI som lager intime bilder uten samtykke eller fremstillinger av overgrep mot barn. Forbudet ble lagt til ved forordning (EU) 2026/1744.")
		employee.get("/requirements/gdpr:PROP-GDPR-33/applicability").ok(200).is("applies", "no").is("check", nil).
			is("why.nb", "Bare foreslått. Et forslag i EU; norsk rett er uendret. Fristen på 72 timer gjelder.").is("then.nb", "Ingen dato er fastsatt; følg med på rettstilstanden.")
		employee.get("/requirements/NO-FVL-11/applicability?on=2029-01-01").ok(200).is("applies", "no").is("check.nb", "kontrolleres").
			is("why.nb", "Vedtatt, men uten fastsatt dato. Vedtatt 20.6.2025; ikrafttredelsen er ikke bekreftet.")
		employee.get("/requirements/MDR-05-5-C").ok(200).is("ref.nb", "Art. 5 nr. 5 bokstav c").is("ref.en", "Art. 5(5)(c)").is("check", nil).
			is("due.nb", "før første bruk; gjennomgås med høyst 1 år mellom hver gang").is("gates", "[pilot in_use]").is("recipient.nb", "myndigheten på anmodning")
		employee.get("/requirements/NO-HPL-39").ok(200).is("ref.nb", "Helsepersonelloven §§ 39–40").is("check.nb", "kontrolleres").is("roles", "[health_personnel]")
		employee.get("/requirements/eu-ai-act:AIA-05/applicability?on=2026-02-30").refused(400, "bad_parameter", "?on")
		employee.get("/requirements/eu-ai-act:AIA-05/applicability?jurisdiction=SE").refused(400, "bad_parameter", "?jurisdiction")
		employee.get("/requirements/iso-42001:5.2/applicability").refused(404, "no_obligation")
		h.as("admin").verb("/requirements/eu-ai-act:AIA-05/withdraw", 1, m{"reason": "Ikke i bruk her"}).ok(200)
		employee.get("/requirements/eu-ai-act:AIA-05/applicability?on=2026-11-21&jurisdiction=EU").ok(200).is("applies", "no").is("because", "[]").is("next", nil).is("why.nb", "Kravet er trukket tilbake.")
		h.as("admin").verb("/requirements/eu-ai-act:AIA-05/reinstate", 2, m{"reason": "I bruk igjen"}).ok(200)
		employee.get("/requirements/eu-ai-act:AIA-05/applicability?on=2026-11-21&jurisdiction=EU").ok(200).is("applies", "yes")
	})
}

// An administrator attaches the licensed text. No import removes it. Nothing else can be changed.
func TestLicensedText(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		r := admin.get("/requirements/iso-42001:A.6.2.4").ok(200)
		h.as("group").patch("/requirements/"+r.id(), 1, map[string]any{"licensed_text": "x"}).refused(403, "forbidden")
		h.id("admin")
		h.seen()
		admin.patch("/requirements/"+r.id(), 1, map[string]any{"title": map[string]any{"nb": "x", "en": "x"}}).ok(422)
		admin.patch("/requirements/"+r.id(), 7, map[string]any{"licensed_text": "x"}).refused(412, "stale_version")
		admin.patch("/requirements/"+r.id(), 0, map[string]any{"licensed_text": "x"}).refused(428, "if_match_required")
		admin.patch("/requirements/iso-42001:A.6.2.4", 1, map[string]any{"licensed_text": "The licensed copy."}).ok(200).is("licensed_text", "The licensed copy.")
		h.events("admin requirement:update")
		h.as("employee").get("/requirements/iso-42001:A.6.2.4").ok(200).is("licensed_text", "The licensed copy.")
		admin.post("/requirements", map[string]any{}).ok(405)
	})
}
