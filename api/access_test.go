package api_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/policies"
)

// signIn tries to sign in.
func (h *installation) signIn(username, secret string) *reply {
	h.t.Helper()
	return h.as("").post("/sessions", m{"username": username, "password": secret})
}

// bearer returns a client that uses a token.
func (h *installation) bearer(name, token string) *client {
	return (&client{h: h, name: name, header: http.Header{}}).with("Authorization", "Bearer "+token)
}

// member adds a person who can sign in with the common password.
func (h *installation) member(username, unit string) string {
	h.t.Helper()
	r := h.as("admin").post("/users", m{"scope": unit, "username": username, "name": "Nils Nyansatt", "email": username + "@siv.example"}).ok(201)
	err := h.db.Write(context.Background(), record.System, record.Permission{}, "", func(tx *record.Tx) error {
		return identity.SetPassword(tx, r.id(), username, passwordHash(), false)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.ids[username] = r.id()
	return r.id()
}

// A person signs in, sends requests, and signs out of that session only.
func TestSigningIn(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		h.as("").get("/me").refused(401, "unauthenticated")
		if h.as("").get("/me").header.Get("WWW-Authenticate") == "" {
			t.Error("401 without WWW-Authenticate")
		}
		me := h.as("owner").get("/me").ok(200)
		me.is("username", "owner").is("unit", "/siv/radiologi/bruddeteksjon/").is("api_key", false)
		other := h.signIn("OWNER", password).ok(201).is("password_change_required", false)
		if other.header.Get("Location") != "/api/v1/sessions/current" || other.header.Get("Cache-Control") != "no-store" {
			t.Errorf("headers %v", other.header)
		}
		h.as("owner").get("/sessions/current").ok(200).is("expires_at", "2026-11-21T22:00:00Z").is("user_id", me.id())
		h.as("owner").delete("/sessions/current", 0).ok(204)
		h.as("owner").get("/me").refused(401, "unauthenticated")
		h.bearer("owner", other.str("token")).get("/me").ok(200)

		for _, token := range []string{"x", strings.Repeat("x", 5000), "aims_" + strings.Repeat("A", 43)} {
			h.bearer("nobody", token).get("/me").refused(401, "unauthenticated")
		}
		h.as("").with("Authorization", "Basic b3duZXI6cA==").get("/me").refused(401, "unauthenticated")

		h.set(h.now.Add(13 * time.Hour))
		h.bearer("owner", other.str("token")).get("/me").refused(401, "unauthenticated")
		h.events()
	})
}

// A wrong password delays the next attempt. The account is never locked. An address with many failures gets Retry-After.
func TestWrongPasswords(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		wrong := h.signIn("owner", "feil passord her").refused(401, "bad_credentials")
		nobody := h.signIn("ingen", "feil passord her").refused(401, "bad_credentials")
		if wrong.str("detail") != nobody.str("detail") || wrong.str("title") != nobody.str("title") {
			t.Errorf("an unknown user is told apart: %s %s", wrong.body, nobody.body)
		}
		h.as("").post("/sessions", m{}).refused(422, "invalid_content", "/username", "/password")
		h.as("").post("/sessions", m{"username": "owner", "password": strings.Repeat("x", 201)}).refused(422, "invalid_content", "/password")

		for range 7 {
			h.set(h.now.Add(5 * time.Second)) // moves the clock instead of waiting
			h.signIn("owner", "feil passord her").refused(401, "bad_credentials")
		}
		start := h.now
		h.set(start.Add(2900 * time.Millisecond))
		began := time.Now()
		h.signIn("owner", password).ok(201)
		delayed := time.Since(began)
		if delayed < time.Second {
			t.Errorf("after eight failures the right password took %s", delayed)
		}
		began = time.Now()
		h.signIn("owner", password).ok(201)
		if took := time.Since(began); took >= delayed {
			t.Errorf("after signing in the next took %s, no less than the %s before", took, delayed)
		}

		for i := range 12 { // nine attempts were made above
			h.signIn("ukjent"+string(rune('a'+i)), "feil passord her").refused(401, "bad_credentials")
		}
		r := h.signIn("ukjent", "feil passord her").refused(429, "throttled")
		if wait := r.header.Get("Retry-After"); wait == "" || wait == "0" {
			t.Errorf("Retry-After %q", wait)
		}
		h.signIn("owner2", password).refused(429, "throttled")
		h.set(h.now.Add(2 * time.Minute))
		h.signIn("owner2", password).ok(201)
		h.set(h.now.Add(20 * time.Minute))
		h.signIn("ukjent", "feil passord her").refused(401, "bad_credentials")
		h.signIn("owner2", password).ok(201)
		h.events()
	})
}

// Wrong values of the current password in a session are delayed like wrong passwords at sign-in. They end no session.
func TestWrongPresentPassword(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner := h.as("owner")
		change := func(present string) *reply {
			h.set(h.now.Add(5 * time.Second)) // moves the clock instead of waiting
			return owner.post("/me/password", m{"current_password": present, "new_password": "et helt nytt langt passord"})
		}
		for range 21 {
			change("feil passord her").refused(422, "invalid_content", "/current_password")
		}
		h.set(h.now.Add(-4500 * time.Millisecond))
		r := change(password).refused(429, "throttled")
		if wait := r.header.Get("Retry-After"); wait != "1" {
			t.Errorf("Retry-After %q", wait)
		}
		h.signIn("owner2", password).refused(429, "throttled")
		h.set(h.now.Add(time.Minute))
		change(password).ok(204)
		owner.get("/me").ok(200)
		h.signIn("owner", password).refused(401, "bad_credentials")
		h.set(h.now.Add(time.Minute))
		h.signIn("owner", "et helt nytt langt passord").ok(201)
		h.events()
	})
}

// cookies signs in with a cookie. It returns the cookie and the CSRF token.
func (h *installation) cookies(username string) (*http.Cookie, string) {
	h.t.Helper()
	r := h.as("").post("/sessions", m{"username": username, "password": password, "cookie": true}).ok(201)
	if r.str("token") != "" || r.str("csrf_token") == "" {
		h.t.Fatalf("a cookie session shows its token: %s", r.body)
	}
	c, err := http.ParseSetCookie(r.header.Get("Set-Cookie"))
	if err != nil {
		h.t.Fatal(err)
	}
	return c, r.str("csrf_token")
}

// A page on the same site signs in by cookie. Cross-site requests are refused.
func TestCookieSessions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		cookie, csrf := h.cookies("owner")
		if cookie.Name != "aims_session" || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("cookie %+v", cookie)
		}
		page := h.as("").with("Cookie", cookie.Name+"="+cookie.Value)
		page.get("/me").ok(200).is("username", "owner")
		page.get("/sessions/current").ok(200).is("csrf_token", csrf)
		body := m{"scope": fracture, "title": "Bruddeteksjon"}
		page.post("/risk-registers", body).refused(403, "csrf_token")
		page.with("X-CSRF-Token", "feil").post("/risk-registers", body).refused(403, "csrf_token")
		ours := page.with("X-CSRF-Token", csrf)
		ours.with("Origin", "https://ond.example").post("/risk-registers", body).refused(403, "cross_origin")
		ours.with("Origin", "https://kvalitet.siv.example.ond.example").post("/risk-registers", body).refused(403, "cross_origin")
		ours.with("Sec-Fetch-Site", "cross-site").post("/risk-registers", body).refused(403, "cross_origin")
		ours.with("Sec-Fetch-Site", "same-site").post("/risk-registers", body).refused(403, "cross_origin")
		ours.with("Sec-Fetch-Site", "cross-site").do("DELETE", "/sessions/current", nil, 0).refused(403, "cross_origin")
		h.events()
		r := ours.with("Sec-Fetch-Site", "same-origin").post("/risk-registers", body).ok(201)
		ours.with("Origin", h.srv.URL).patch("/risk-registers/"+r.id(), 1, m{"title": "Annet"}).ok(200)
		h.bearer("owner", cookie.Value).get("/me").refused(401, "unauthenticated")
		h.as("owner2").get("/me").ok(200)
		h.as("").with("Cookie", cookie.Name+"="+h.tokens["owner2"]).get("/me").refused(401, "unauthenticated")
		page.with("Authorization", "Bearer "+h.tokens["owner2"]).get("/me").ok(200).is("username", "owner2")
		left := ours.delete("/sessions/current", 0).ok(204)
		if c, err := http.ParseSetCookie(left.header.Get("Set-Cookie")); err != nil || c.Name != cookie.Name || c.Value != "" || c.MaxAge >= 0 || c.Path != "/" {
			t.Errorf("the cookie after signing out: %v, %v", left.header, err)
		}
		page.get("/me").refused(401, "unauthenticated")
		if left := h.as("owner2").delete("/sessions/current", 0).ok(204); left.header.Get("Set-Cookie") != "" {
			t.Errorf("signing out by token sets a cookie: %v", left.header)
		}
		h.id("owner")
		h.events("owner risk_register:create", "owner risk_register:update")

		// With a host name other than loopback the cookie is Secure and bound to the host.
		w := httptest.NewRecorder()
		req := httptest.NewRequest("POST", "https://aims.siv.example/api/v1/sessions", strings.NewReader(`{"username":"owner","password":"`+password+`","cookie":true}`))
		req.Header.Set("Content-Type", "application/json")
		h.srv.Config.Handler.ServeHTTP(w, req)
		if set := w.Header().Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-aims_session=") || !strings.Contains(set, "; Secure") || !strings.Contains(set, "HttpOnly") {
			t.Errorf("off loopback: %d %q", w.Code, set)
		}
	})
}

// A page on an allowed origin of the same site works with the cookie, if it sends the CSRF token. A page of another site never does.
func TestCookiesAcrossOrigins(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const origin = "https://kvalitet.siv.example"
		cookie, csrf := h.cookies("owner")
		h.as("owner")
		h.id("owner")
		body := m{"scope": fracture, "title": "Bruddeteksjon"}
		page := h.as("").with("Origin", origin).with("Sec-Fetch-Site", "same-site").with("Cookie", cookie.Name+"="+cookie.Value)
		ask := h.as("").with("Origin", origin).with("Access-Control-Request-Method", "POST").with("Access-Control-Request-Headers", "content-type,x-csrf-token").do("OPTIONS", "/risk-registers", nil, 0).ok(204)
		for _, r := range []*reply{ask, page.get("/sessions/current").ok(200).is("csrf_token", csrf), page.get("!/openapi.json").ok(200)} {
			if r.header.Get("Access-Control-Allow-Origin") != origin || r.header.Get("Access-Control-Allow-Credentials") != "true" {
				t.Errorf("%s: %v", r.what, r.header)
			}
		}
		if !strings.Contains(ask.header.Get("Access-Control-Allow-Headers"), "X-CSRF-Token") {
			t.Errorf("the CSRF token is not allowed: %v", ask.header)
		}
		page.post("/risk-registers", body).refused(403, "csrf_token")
		page.with("X-CSRF-Token", "feil").post("/risk-registers", body).refused(403, "csrf_token")
		ours := page.with("X-CSRF-Token", csrf)
		ours.with("Sec-Fetch-Site", "cross-site").post("/risk-registers", body).refused(403, "cross_origin")
		foreign := ours.with("Origin", "https://ond.siv.example").post("/risk-registers", body).refused(403, "cross_origin")
		if foreign.header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("another origin of the site: %v", foreign.header)
		}
		h.events()
		made := ours.post("/risk-registers", body).ok(201)
		ours.patch("/risk-registers/"+made.id(), 1, m{"title": "Annet"}).ok(200)
		h.events("owner risk_register:create", "owner risk_register:update")
	})
}

// Deactivation ends every session at once. Activation does not restore them.
func TestDeactivationEndsSessions(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		employee, admin := h.as("employee"), h.as("admin")
		at := "/users/" + h.id("employee")
		v := admin.get(at).ok(200).version()
		h.seen()
		admin.verb(at+"/deactivate", v, m{}).refused(422, "invalid_content", "/reason")
		r := admin.verb(at+"/deactivate", v, m{"reason": "Sluttet"}).ok(200).is("status", "inactive")
		employee.get("/me").refused(401, "unauthenticated")
		h.signIn("employee", password).refused(401, "bad_credentials")
		admin.verb(at+"/deactivate", r.version(), m{"reason": "Sluttet"}).refused(409, "wrong_state")
		admin.verb(at+"/activate", r.version(), nil).ok(200).is("status", "active")
		employee.get("/me").refused(401, "unauthenticated")
		h.signIn("employee", password).ok(201)
		h.events("admin user:deactivate", "admin user:activate")
	})
}

// A new password ends the other sessions, and the old password.
func TestChangingPassword(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		const fresh = "et helt annet passord"
		this := h.as("owner")
		other := h.bearer("owner", h.signIn("owner", password).ok(201).str("token"))
		change := func(old, next string) *reply {
			return this.post("/me/password", m{"current_password": old, "new_password": next})
		}
		change("feil", fresh).refused(422, "invalid_content", "/current_password")
		change(password, "kort").refused(422, "invalid_content", "/new_password")
		change(password, "owner-og-mer-til").refused(422, "invalid_content", "/new_password")
		change(password, strings.Repeat("å", 201)).refused(422, "invalid_content", "/new_password")
		other.get("/me").ok(200)
		change(password, fresh).ok(204)
		other.get("/me").refused(401, "unauthenticated")
		this.get("/me").ok(200)
		h.signIn("owner", password).refused(401, "bad_credentials")
		h.signIn("owner", fresh).ok(201)
		h.events()
	})
}

// A one-time password is shown once and opens one session. The person can only choose a new password. The reset is visible in the log.
func TestOneTimePassword(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, admin := h.as("owner"), h.as("admin")
		at := "/users/" + h.id("owner") + "/reset-password"
		h.id("admin")
		h.as("manager").verb(at, 1, nil).refused(403, "forbidden")
		admin.verb("/users/"+h.id("admin")+"/reset-password", 1, nil).refused(403, "own_account")
		admin.with("Idempotency-Key", "a").verb(at, 1, nil).refused(400, "no_idempotency_key")
		admin.post(at, nil).refused(428, "if_match_required")
		admin.verb(at, 2, nil).refused(412, "stale_version")
		h.events()
		owner.get("/me").ok(200).is("password_reset", nil)
		once := admin.verb(at, 1, nil).ok(200).str("one_time_password")
		h.events("admin user:reset-password")
		admin.verb(at, 1, nil).refused(412, "stale_version")
		owner.get("/me").refused(401, "unauthenticated")
		h.signIn("owner", password).refused(401, "bad_credentials")

		// Of two sign-ins at the same time, one succeeds.
		replies := make([]*http.Response, 4)
		var all sync.WaitGroup
		for i := range replies {
			all.Go(func() {
				replies[i], _ = http.Post(h.srv.URL+"/api/v1/sessions", "application/json", strings.NewReader(`{"username":"owner","password":"`+once+`"}`))
			})
		}
		all.Wait()
		in, token := 0, ""
		for _, r := range replies {
			raw, _ := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if r.StatusCode == 201 {
				in++
				token = strings.Split(strings.SplitAfter(string(raw), `"token":"`)[1], `"`)[0]
			}
		}
		if in != 1 {
			t.Fatalf("a one-time password opened %d sessions", in)
		}
		h.set(h.now.Add(time.Minute))
		h.signIn("owner", once).refused(401, "bad_credentials")

		held := h.bearer("owner", token)
		held.get("/me").ok(200).is("password_reset.by.id", h.id("admin")).is("password_reset.at", "2026-11-21T10:00:00Z")
		held.get("/sessions/current").ok(200).is("password_change_required", true).is("password_reset.by.id", h.id("admin"))
		for _, path := range []string{"/risks", "/me/permissions", "/me/tasks", "/people", "/events", "/units"} {
			held.get(path).refused(403, "password_change_required")
		}
		held.post("/risk-registers", m{"scope": fracture, "title": "A"}).refused(403, "password_change_required")
		held.post("/me/password", m{"new_password": "kort"}).refused(422, "invalid_content", "/new_password")
		held.post("/me/password", m{"new_password": "et helt annet passord"}).ok(204)
		held.get("/risks").ok(200)
		held.get("/sessions/current").ok(200).is("password_change_required", false)
		h.signIn("owner", "et helt annet passord").ok(201)
		h.events()

		// The person sees the reset for thirty days, and always in the log of their own record. They cannot read the log of another person.
		mine := "/users/" + h.id("owner")
		held.get(mine).ok(200).is("username", "owner").is("version", 2).is("allowed_actions", "[]")
		held.get(mine+"/events?limit=1").ok(200).is("items.0.action", "reset-password").is("items.0.actor", h.id("admin"))
		held.get("/events?kind=user").ok(200).is("items.0.action", "reset-password").is("items.0.record_id", h.id("owner"))
		for _, path := range []string{"", "/events"} {
			held.get("/users/"+h.id("admin")+path).refused(403, "forbidden")
		}
		held.get("/users").refused(403, "forbidden")
		held.patch(mine, 2, m{"title": "Direktør"}).refused(403, "forbidden")
		h.later(29)
		again := h.bearer("owner", h.signIn("owner", "et helt annet passord").ok(201).str("token"))
		delete(h.tokens, "admin")
		again.get("/me").ok(200).is("password_reset.by.name", h.as("admin").get("/me").ok(200).str("name"))
		h.later(2)
		again = h.bearer("owner", h.signIn("owner", "et helt annet passord").ok(201).str("token"))
		again.get("/me").ok(200).is("password_reset", nil)
		again.get("/sessions/current").ok(200).is("password_reset", nil)
	})
}

// While the database is down, every caller gets 503 with Retry-After.
func TestDatabaseDown(t *testing.T) {
	eachCopy(t, true, func(t *testing.T, h *installation) {
		s, token := h.store, h.as("owner").header.Get("Authorization")
		for _, of := range []interface{ DB() (*sql.DB, error) }{s.Writer, s.Reader} { // so that every request opens a new connection
			pool, err := of.DB()
			if err != nil {
				t.Fatal(err)
			}
			pool.SetMaxIdleConns(0)
		}
		var where string
		if s.Engine == store.SQLite {
			if err := s.Reader.Raw("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&where).Error; err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Dir(where)); err != nil {
				t.Fatal(err)
			}
		} else {
			if err := s.Writer.Raw("SELECT quote_ident(current_database())").Scan(&where).Error; err != nil {
				t.Fatal(err)
			}
			beside, err := store.Open(t.Context(), storetest.DSN(t, s.Engine), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = beside.Close() }()
			if err := beside.Writer.Exec("ALTER DATABASE " + where + " ALLOW_CONNECTIONS false").Error; err != nil {
				t.Fatal(err)
			}
		}
		for _, try := range []struct{ method, path, body string }{
			{"POST", "/sessions", `{"username":"owner","password":"` + password + `"}`}, {"GET", "/risks", ""}, {"POST", "/risk-registers", `{"scope":"/siv/","title":"A"}`},
		} {
			req, err := http.NewRequest(try.method, h.srv.URL+api.Base+try.path, strings.NewReader(try.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {token}}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
				t.Errorf("%s %s: %d %v", try.method, try.path, res.StatusCode, res.Header)
			}
		}
		h.log.Reset() // every request above logged an error
	})
}

// Nobody may reset the password of an account with rights, now or later, that they may not assign.
// Deactivation needs an administrator of all the person's scopes.
func TestAccountsAreNotTakenOver(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		admin := h.as("admin")
		h.id("admin")
		version := func(who string) int64 { return h.as("admin").get("/users/" + h.id(who)).ok(200).version() }
		offered := func(by, who, action string, want bool) {
			t.Helper()
			if contains(h.as(by).get("/users/"+h.id(who)).ok(200).strings("allowed_actions"), action) != want {
				t.Errorf("%s is offered %s of %s: want %v", by, action, who, want)
			}
		}
		h.seen()
		for _, who := range []string{"council2", "observer", "group"} { // members of bodies
			r := admin.verb("/users/"+h.id(who)+"/reset-password", version(who), nil).refused(403, "seat_on_a_body")
			if !strings.Contains(r.str("detail"), "aims user password") {
				t.Errorf("the refusal tells no way: %s", r.body)
			}
			offered("admin", who, "reset-password", false)
			offered("admin", who, "deactivate", true)
		}
		h.events()
		seat := h.as("secretariat").post("/memberships", membership(h, "privacy", "member", m{"valid_from": "2027-01-01"})).ok(201)
		h.seen()
		admin.verb("/users/"+h.id("privacy")+"/reset-password", version("privacy"), nil).refused(403, "seat_on_a_body") // entered, not yet confirmed
		h.events()
		h.as("secretariat").verb("/memberships/"+seat.id()+"/end", 1, m{"reason": "Likevel ikke"}).ok(200)
		admin.verb("/users/"+h.id("privacy")+"/reset-password", version("privacy"), nil).ok(200)

		at := "/users/" + h.id("council2")
		v := version("council2")
		admin.verb(at+"/deactivate", v, m{"reason": "Permisjon"}).ok(200)
		h.seen()
		admin.verb(at+"/activate", v+1, nil).refused(403, "seat_on_a_body")
		offered("admin", "council2", "activate", false)
		h.events()

		// A local administrator, and somebody whose wider role begins tomorrow.
		h.member("lokal", "/siv/radiologi/")
		h.member("nils", "/siv/radiologi/")
		h.assign("lokal", "administrator", "/siv/radiologi/", nil).ok(201)
		at = "/users/" + h.id("nils")
		h.assign("nils", "project_owner", fracture, nil).ok(201)
		h.as("lokal").verb(at+"/reset-password", version("nils"), nil).ok(200)
		h.assign("nils", "line_manager", "/siv/", m{"valid_from": "2026-11-22"}).ok(201)
		v = version("nils")
		h.seen()
		h.as("lokal").verb(at+"/reset-password", v, nil).refused(403, "beyond_scope")
		h.as("lokal").verb(at+"/deactivate", v, m{"reason": "A"}).refused(403, "beyond_scope")
		offered("lokal", "nils", "deactivate", false)
		h.events()
		admin.verb(at+"/deactivate", v, m{"reason": "Permisjon"}).ok(200)
		h.seen()
		h.as("lokal").verb(at+"/activate", v+1, nil).refused(403, "beyond_scope")
		h.as("lokal").verb(at+"/erase", v+1, m{"reason": "A"}).refused(403, "beyond_scope")
		h.events()
		admin.verb(at+"/activate", v+1, nil).ok(200)
	})
}

// No password, token, name or address is written to an event, to the server log, or as plain text to a table.
func TestSecretsStaySecret(t *testing.T) {
	eachCopy(t, true, func(t *testing.T, h *installation) {
		s := h.store
		var log bytes.Buffer
		guard, err := api.NewGuard(policies.Files)
		if err != nil {
			t.Fatal(err)
		}
		loud, err := api.New(api.Config{
			DB: h.db, Guard: guard, Policies: policies.Files, Identity: api.NewIdentity(h.db), Ready: func() error { return nil },
			Log: slog.New(slog.NewJSONHandler(&lockedWriter{w: &log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
		if err != nil {
			t.Fatal(err)
		}
		h.srv.Config.Handler = loud
		secrets := []string{password, "helt annet passord", "feil passord her", "Nyansatt", "siv.example", "Haugerudbråten"}
		admin := h.as("admin")
		r := admin.with("Idempotency-Key", "k").post("/users", m{"scope": "/siv/", "username": "nils", "name": "Nils Nyansatt", "email": "nils@siv.example"}).ok(201)
		admin.patch("/users/"+r.id(), 1, m{"title": "Lege Nyansatt"}).ok(200)
		once := admin.verb("/users/"+r.id()+"/reset-password", 2, nil).ok(200).str("one_time_password")
		h.signIn("nils", "feil passord her").refused(401, "bad_credentials")
		token := h.signIn("nils", once).ok(201).str("token")
		h.bearer("nils", token).post("/me/password", m{"new_password": "et helt annet passord"}).ok(204)
		cookie, csrf := h.cookies("owner")
		key := h.as("owner").post("/api-keys", m{
			"scope": fracture, "title": "Kvalitet", "responsible_id": h.id("owner"), "expires_on": "2027-01-01",
			"roles": []any{m{"role": "project_owner", "scope": fracture}},
		}).ok(201).str("secret")
		h.bearer("key", key).get("/risks?q=Haugerudbråten").ok(200)
		secrets = append(secrets, once, token, h.tokens["admin"], h.tokens["owner"], cookie.Value, key)
		for _, x := range secrets {
			if strings.Contains(log.String(), x) {
				t.Errorf("the log shows %q", x)
			}
		}
		if !strings.Contains(log.String(), "/api/v1/sessions") {
			t.Error("the log shows no request")
		}
		dump := func(table string) string {
			var rows []map[string]any
			if err := s.Reader.Table(table).Find(&rows).Error; err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, row := range rows {
				for _, v := range row {
					switch x := v.(type) {
					case string:
						b.WriteString(x + "\n")
					case []byte:
						b.Write(append(x, '\n'))
					}
				}
			}
			return b.String()
		}
		for table, hidden := range map[string][]string{
			"events": append(secrets, csrf), "users": secrets, "api_keys": secrets, "sessions": secrets, "credentials": secrets, "api_key_secrets": secrets, "throttles": append(secrets, "nils"),
		} {
			text := dump(table)
			if text == "" {
				t.Errorf("%s is empty", table)
			}
			for _, x := range hidden {
				if strings.Contains(text, x) {
					t.Errorf("%s holds %q", table, x)
				}
			}
		}
	})
}
