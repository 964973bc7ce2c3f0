package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/openapi"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

// pageOf reads a page outside the API as a browser does, with further headers in pairs.
func (h *installation) pageOf(path string, header ...string) *reply {
	h.t.Helper()
	c := h.as("").with("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for i := 0; i < len(header); i += 2 {
		c = c.with(header[i], header[i+1])
	}
	return c.get("!" + path)
}

func (r *reply) shows(texts ...string) *reply {
	r.t.Helper()
	for _, text := range texts {
		if !strings.Contains(string(r.body), text) {
			r.t.Errorf("%s: %q is missing in:\n%s", r.what, text, r.body)
		}
	}
	return r
}

func (r *reply) hides(texts ...string) *reply {
	r.t.Helper()
	for _, text := range texts {
		if strings.Contains(string(r.body), text) {
			r.t.Errorf("%s: shows %q", r.what, text)
		}
	}
	return r
}

// The type of a problem is the path of a page that explains its code, as HTML in two languages and as JSON.
func TestProblemPages(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.row("the type of a refusal leads to its page", func() {
			refusal := h.as("owner").get("/risks/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5").refused(404, "not_found").is("type", "/problems/not_found")
			h.pageOf(refusal.str("type")).ok(200).shows("<h1><code>not_found</code></h1>", `<html lang="nb">`, "Hva det betyr", "404", `href="?lang=en"`)
		})
		h.row("the language follows the header, and the address goes before it", func() {
			h.pageOf("/problems/not_found", "Accept-Language", "en").ok(200).shows(`<html lang="en">`, "What to do", `href="/problems"`).hides("Hva det betyr")
			h.pageOf("/problems/not_found?lang=en", "Accept-Language", "nb").ok(200).shows("What to do", `href="/problems?lang=en"`, `href="?lang=nb"`)
			h.pageOf("/problems/not_found?lang=fr").ok(200).shows("Hva du kan gjøre")
		})
		h.row("a program gets JSON with both languages", func() {
			one := h.as("").with("Accept", "application/json").get("!/problems/document_number_taken").ok(200)
			one.is("code", "document_number_taken").is("type", "/problems/document_number_taken").is("field", true).is("blocker", true)
			one.is("means.en", "Another document in the scope already has this number.")
			h.as("").with("Accept", "application/json").get("!/problems/wrong_state").ok(200).is("statuses.0.status", 409.0).is("statuses.0.title.en", "The state does not allow it")
			if n := len(h.as("").with("Accept", "application/json").get("!/problems").ok(200).items()); n != len(api.ProblemCodes()) {
				t.Errorf("%d codes in the list", n)
			}
			h.as("").with("Accept", "image/png").get("!/problems").refused(406, "not_acceptable")
		})
		h.row("the list links to every page", func() {
			list := h.pageOf("/problems").ok(200)
			for _, c := range api.ProblemCodes() {
				list.shows(`href="`+c.Type+`"`, c.Type)
				h.pageOf(c.Type + "?lang=en").ok(200).shows("What it means")
			}
		})
		h.row("a code that does not exist", func() { h.pageOf("/problems/finnes_ikke").refused(404, "not_found") })
		h.row("a page is kept until it changes, runs no script, and loads nothing from elsewhere", func() {
			page := h.pageOf("/problems/not_found").ok(200).hides("<script", "http://", "https://")
			h.pageOf("/problems/not_found", "If-None-Match", page.header.Get("ETag")).ok(http.StatusNotModified)
			h.pageOf("/problems/not_found", "If-None-Match", page.header.Get("ETag"), "Accept-Language", "en").ok(200)
			if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
				t.Errorf("the policy is %q", policy)
			}
			if page.header.Get("Vary") == "" || page.header.Get("Content-Language") != "nb" {
				t.Errorf("%v", page.header)
			}
			if head := h.head("", "/problems/not_found"); head.StatusCode != 200 {
				t.Errorf("HEAD: %d", head.StatusCode)
			}
		})
	})
}

// Only the start page of a demo names people, and it never tells a password.
func TestStartPage(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.row("a real installation", func() {
			h.pageOf("/").ok(200).shows("ISO/IEC 42001", `href="/docs/"`, `href="/openapi.json"`, `href="/problems"`, "#a-five-minute-tour").hides("demo er", "Ingunn Fosshaug", "council", "<script")
			start := h.as("").with("Accept", "application/json").get("!/").ok(200).is("demo", false).is("links.api", api.Base)
			if start.json["people"] != nil {
				t.Errorf("people: %v", start.json["people"])
			}
		})
		guard := must(api.NewGuard(policies.Files))
		var people []api.DemoPerson
		for _, p := range must(demo.People(seed.Files)) {
			people = append(people, api.DemoPerson(p))
		}
		h.srv.Config.Handler = must(api.New(api.Config{
			DB: h.db, Guard: guard, Policies: policies.Files, Identity: api.NewIdentity(h.db), Ready: func() error { return nil }, Describe: openapi.JSON, Docs: http.FS(openapi.Docs()),
			Demo: true, DemoPeople: people,
		}))
		h.row("a demo", func() {
			page := h.pageOf("/").ok(200).shows("Dette er en demo.", "Ingunn Fosshaug", "Sykehuset i Vestfold", "passord").hides(password)
			for _, person := range demoPeople {
				page.shows("<code>" + person + "</code>")
			}
			h.pageOf("/?lang=en").ok(200).shows("This is a demo.", "AI council", "Observer", "Data protection officer", "Employee", `href="/problems?lang=en"`)
		})
		h.row("the people sign in with what the page says", func() {
			for _, p := range h.as("").with("Accept", "application/json").get("!/").ok(200).at("people").([]any) {
				name := p.(map[string]any)["username"].(string)
				h.as(name).get("/me").ok(200).is("name", p.(map[string]any)["name"])
			}
		})
	})
}
