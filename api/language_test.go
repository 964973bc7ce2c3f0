package api_test

import (
	"net/url"
	"strings"
	"testing"
)

// A text needs only one of its two languages. The other one is null, and reads fall back to the language that there is.
func TestTextsInOneLanguage(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		secretariat, employee := h.as("secretariat"), h.as("employee")
		h.id("secretariat")
		h.seen()
		in := func(key string, name m) m {
			return m{"scope": "/nasjonalt/", "key": key, "kind": "agency", "name": name}
		}
		for _, none := range []m{{}, {"nb": ""}, {"nb": nil, "en": nil}, {"nb": " ", "en": ""}, {"nb": "\t"}} {
			r := secretariat.post("/organisations", in("x", none)).refused(422, "invalid_content")
			if !strings.Contains(string(r.body), `"/name`) {
				t.Errorf("%v: %s", none, r.body)
			}
		}
		secretariat.post("/organisations", in("x", m{"nb": "A", "en": " "})).refused(422, "invalid_content", "/name/en")
		h.events()
		secretariat.post("/organisations", in("en", m{"en": "Bering <Institute>"})).ok(201).is("name.nb", nil).is("name.en", "Bering <Institute>")
		secretariat.post("/organisations", in("nb", m{"nb": "Berings institutt", "en": nil})).ok(201).is("name.en", nil)
		both := secretariat.post("/organisations", in("to", m{"nb": "Bergens hus", "en": "Zeta"})).ok(201)
		h.events("secretariat organisation:create", "secretariat organisation:create", "secretariat organisation:create")

		// Lists sort by the Norwegian text or, without one, by the English text. Search finds both.
		for path, want := range map[string]string{
			"sort=name&scope=/nasjonalt/&q=ber": "to en nb", "q=institute": "en", "q=institutt": "nb", "q=" + url.QueryEscape("zeta"): "to",
		} {
			var keys []string
			for _, item := range employee.get("/organisations?" + path).ok(200).items() {
				keys = append(keys, item["key"].(string))
			}
			if got := strings.Join(keys, " "); got != want {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}

		// A patch removes one language, and not the last one.
		at := "/organisations/" + both.id()
		secretariat.patch(at, 1, m{"name": m{"en": nil}}).ok(200).is("name.nb", "Bergens hus").is("name.en", nil)
		secretariat.patch(at, 2, m{"name": m{"nb": nil}}).refused(422, "invalid_content", "/name")
		secretariat.patch(at, 2, m{"name": m{"nb": nil, "en": "Bergen House"}}).ok(200).is("name.nb", nil).is("name.en", "Bergen House")
		h.events("secretariat organisation:update", "secretariat organisation:update")

		// The title in other records falls back too.
		child := in("barn", m{"nb": "Barn"})
		child["predecessor_ids"] = []string{both.id()}
		made := secretariat.post("/organisations", child).ok(201)
		links := employee.get("/organisations/" + made.id() + "/links").ok(200)
		if !strings.Contains(string(links.body), "Bergen House") {
			t.Errorf("links %s", links.body)
		}
		h.seen()
	})
}
