package api_test

import "testing"

// A person signs in, is recognised, and signs out.
func TestSigningIn(t *testing.T) {
	eachHouse(t, func(h *house) {
		h.as("").get("/me").refused(401, "unauthenticated")
		h.as("").post("/sessions", map[string]any{"username": "owner", "password": "feil passord her"}).refused(401, "bad_credentials")
		me := h.as("owner").get("/me").ok(200)
		me.is("username", "owner").is("unit", "/siv/radiologi/bruddeteksjon/")
		h.as("owner").delete("/sessions/current", 0).ok(204)
		h.as("owner").get("/me").refused(401, "unauthenticated")
		h.events()
	})
}
