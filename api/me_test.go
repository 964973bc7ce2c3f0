package api_test

import "testing"

// A person chooses the language of answers to requests that name none. The event log shows the choice.
func TestOwnLanguage(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		owner, id := h.as("owner"), h.id("owner")
		lang := func(c *client, want string) {
			t.Helper()
			r := c.get("/risks/0192f0c1-2a3b-7c4d-8e5f-60718293a4b5").refused(404, "not_found")
			if got := r.header.Get("Content-Language"); got != want {
				t.Errorf("%s: language %q, want %q", c.name, got, want)
			}
		}
		h.id("group")
		h.seen()
		owner.get("/me").ok(200).is("language", "nb")
		lang(owner, "nb")
		for body, pointer := range map[string]string{`{"language":"nn"}`: "/language", `{"language":null}`: "/language", `{}`: "/language", `{"language":7}`: "/language", `{"language":"en","name":"A"}`: "/name"} {
			owner.do("PATCH", "/me", body, 0).refused(422, "invalid_content", pointer)
		}
		h.as("").do("PATCH", "/me", m{"language": "en"}, 0).refused(401, "unauthenticated")
		h.events()
		owner.with("Content-Type", "application/merge-patch+json").do("PATCH", "/me", m{"language": "en"}, 0).ok(200).is("language", "en").is("username", "owner")
		h.events("owner user:update")
		owner.get("/me").ok(200).is("language", "en")
		owner.get("/users/"+id).ok(200).is("language", "en").is("version", 2)
		lang(owner, "en")
		lang(owner.with("Accept-Language", "nb"), "nb")
		lang(owner.with("Accept-Language", "fr"), "nb")
		lang(h.as("group"), "nb")
		h.tokens = map[string]string{} // a new session
		lang(h.as("owner"), "en")
		h.as("owner").do("PATCH", "/me", m{"language": "nb"}, 0).ok(200).is("language", "nb")
		lang(h.as("owner"), "nb")
		h.events("owner user:update")
	})
}
