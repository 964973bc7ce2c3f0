package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
)

// ends are actions that would remove offers from other people. Other journeys test them.
var ends = map[string]bool{
	"user:deactivate": true, "user:erase": true, "user:reset-password": true, "unit:close": true, "assignment:end": true, "membership:end": true,
	"risk:transfer": true, "evidence:transfer": true, "body:close": true, "api_key:revoke": true, "user:transfer": true, "user:update": true, "assignment:update": true, "cycle:cancel": true,
}

var demoPeople = []string{
	"admin", "council", "council2", "group", "group2", "owner", "owner2", "manager", "management", "auditor", "secretariat", "observer", "privacy", "handler", "employee",
}

// An action in allowed_actions may be refused for its content, but never for the caller or the state. This holds for all people and records of the demo.
func TestWhatIsOfferedIsNotRefused(t *testing.T) {
	eachCopy(t, false, func(_ *testing.T, h *installation) {
		c := &contract{installation: h, routes: api.Routes()}
		tried := 0
		for _, k := range record.Kinds() {
			for _, person := range demoPeople {
				tried += c.offers(k, person)
			}
		}
		if tried < 200 {
			t.Errorf("%d actions tried", tried)
		}
	})
}

// offers takes the actions offered to a person, once for each action and state of a kind.
func (c *contract) offers(k *record.Kind, person string) (tried int) {
	c.t.Helper()
	who, done := c.as(person), map[string]bool{}
	page := who.get("/" + k.Path + "?include=allowed_actions&limit=200")
	if page.status != http.StatusOK {
		return 0
	}
	for _, item := range page.items() {
		for _, action := range anyTexts(item["allowed_actions"]) {
			r := c.routeOf(k, action)
			state, _ := item["status"].(string)
			if r == nil || done[state+" "+action] || ends[k.Name+":"+action] {
				continue
			}
			now := who.get("/" + k.Path + "/" + item["id"].(string)) // what was done before may have changed it
			if now.status != http.StatusOK || !contains(now.strings("allowed_actions"), action) {
				continue
			}
			done[state+" "+action] = true
			tried++
			got := c.callAt(who, *r, now.id(), now.version())
			if got.status == http.StatusForbidden || got.status == http.StatusNotFound || got.status == http.StatusConflict && got.json["blockers"] == nil {
				c.t.Errorf("%s is offered %s of %s in %s and gets %d %s: %s", person, action, now.str("number"), state, got.status, got.optional("code"), got.optional("detail"))
			}
		}
	}
	return tried
}

// routeOf finds the route of an action; those on parts of a record have several, or none by that name.
func (c *contract) routeOf(k *record.Kind, action string) *rest.Route {
	one := "/" + k.Path + "/{id}"
	method, path := http.MethodPost, one+"/"+action
	switch action {
	case "update":
		method, path = http.MethodPatch, one
	case "delete":
		method, path = http.MethodDelete, one
	}
	for _, r := range c.routes {
		if r.Method == method && r.Path == path && !strings.Contains(r.Path, "{sub}") {
			return &r
		}
	}
	return nil
}
