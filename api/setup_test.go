package api_test

import (
	"fmt"
	"slices"
	"testing"
)

// steps returns the state of each step of a setup: mandate waiting.
func (r *reply) steps() map[string]string {
	r.t.Helper()
	out := map[string]string{}
	for _, x := range r.items() {
		out[x["key"].(string)] = x["status"].(string)
	}
	return out
}

// are checks the states of steps.
func (r *reply) are(status string, keys ...string) *reply {
	r.t.Helper()
	steps := r.steps()
	for _, k := range keys {
		if steps[k] != status {
			r.t.Errorf("%s: %s is %q, not %q", r.what, k, steps[k], status)
		}
	}
	return r
}

// step returns a step by its key.
func (r *reply) step(key string) map[string]any {
	r.t.Helper()
	list := r.items()
	i := slices.IndexFunc(list, func(x map[string]any) bool { return x["key"] == key })
	if i < 0 {
		r.t.Fatalf("%s: no step %s", r.what, key)
	}
	return list[i]
}

// The administrator, the secretariat, top management and the internal auditor read how far an installation is set up. Nobody else does.
func TestSetup(t *testing.T) {
	eachCopy(t, true, func(_ *testing.T, h *installation) {
		admin, management, secretariat := h.as("admin"), h.as("management"), h.as("secretariat")
		h.logged()
		h.row("who reads it", func() {
			for _, name := range []string{"employee", "council", "group", "owner"} {
				h.as(name).get("/setup").refused(403, "forbidden")
				h.as(name).get("/me").ok(200).is("setup", nil)
			}
			h.as("").get("/setup").refused(401, "unauthenticated")
			admin.get("/me").ok(200).is("setup", "/api/v1/setup")
			admin.get("/setup").ok(200).is("scope", "/")
			management.get("/setup").ok(200).is("scope", "/siv/")
			h.as("auditor").get("/setup").ok(200).is("scope", "/siv/")
			secretariat.get("/setup?scope=/siv/radiologi/").ok(200).is("scope", "/siv/radiologi/")
			management.get("/setup?scope=/").refused(403, "forbidden")
			admin.get("/setup?scope=/nowhere/").ok(200).are("next", "units").are("later", "people", "council", "statement")
			admin.get("/setup?scope=nowhere").refused(400, "bad_parameter")
		})
		h.row("what is done and what is next", func() {
			admin.get("/setup").ok(200).
				are("done", "own_password", "units", "people", "top_management", "secretariat", "council", "mandate", "members", "working_group", "risk_method", "passwords").
				are("next", "ai_policy", "guideline", "risk_register", "controls").
				are("later", "risks", "statement")
		})
		h.row("a document in the hands of the person who decides", func() {
			draft := h.as("group").post("/policies", m{"scope": "/siv/", "kind": "policy", "title": "KI-policy", "body": sivBody}).ok(201)
			h.as("group").verb("/policies/"+draft.id()+"/submit", draft.version(), nil).ok(200)
			step := admin.get("/setup").ok(200).are("waiting", "ai_policy").step("ai_policy")
			if who := step["waits_for"].(map[string]any); who["role"] != "top_management" || fmt.Sprint(who["people"].([]any)[0].(map[string]any)["id"]) != h.id("management") {
				t.Errorf("it waits for %v", who)
			}
		})
		h.row("the end of what was set up shows", func() {
			register := h.as("group").post("/risk-registers", m{"scope": "/siv/", "title": "Register"}).ok(201)
			management.get("/setup").ok(200).are("done", "risk_register").are("next", "risks")
			closed := h.as("group").verb("/risk-registers/"+register.id()+"/close", register.version(), nil).ok(200)
			management.get("/setup").ok(200).are("next", "risk_register").are("later", "risks")
			h.as("group").verb("/risk-registers/"+register.id()+"/reopen", closed.version(), m{"reason": "I bruk igjen."}).ok(200)
		})
		h.row("a person without a password", func() {
			admin.post("/users", m{"scope": "/siv/", "username": "ny.ansatt", "name": "Ny Ansatt"}).ok(201)
			step := admin.get("/setup?scope=/siv/").ok(200).are("waiting", "passwords").step("passwords")
			who := step["waits_for"].(map[string]any)["people"].([]any)
			if step["count"] != 1.0 || len(who) != 1 || who[0].(map[string]any)["name"] != "Ny Ansatt" {
				t.Errorf("passwords wait for %v", step)
			}
		})
	})
}
