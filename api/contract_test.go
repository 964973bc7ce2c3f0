package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/identity"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/openapi"
	"github.com/ki-styring/aims/policies"
)

// description is openapi.json in the form that kin-openapi validates answers against. Formats are checked, and members that an object does not
// declare are refused. The copy says that it is version 3.0, because for 3.1 kin-openapi would compile a schema at every call and then use its
// own validation anyway, which supports lists of types.
var description = sync.OnceValue(func() *openapi3.T {
	for name, pattern := range map[string]string{
		"uuid":      `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
		"duration":  `^P(\d+[YMWD])+$`,
		"email":     `^[^@ ]+@[^@ ]+$`,
		"date-time": `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`,
		"uri":       `^https?://[^ ]+$`,
	} {
		openapi3.DefineStringFormatValidator(name, openapi3.NewRegexpFormatValidator(pattern))
	}
	for _, mediaType := range []string{"image/svg+xml", "text/markdown", "text/html", "text/calendar"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
	}
	var doc any
	if err := json.Unmarshal(openapi.JSON, &doc); err != nil {
		panic(err)
	}
	closeObjects(doc)
	out := must(openapi3.NewLoader().LoadFromData(must(json.Marshal(doc))))
	out.OpenAPI = "3.0.3"
	return out
})

func closeObjects(node any) {
	switch n := node.(type) {
	case map[string]any:
		if _, object := n["properties"].(map[string]any); object && n["additionalProperties"] == nil {
			n["additionalProperties"] = false
		}
		for _, v := range n {
			closeObjects(v)
		}
	case []any:
		for _, v := range n {
			closeObjects(v)
		}
	}
}

// paths finds the route of a request: the one with the most fixed segments.
var paths = sync.OnceValue(func() func(method, path string) *rest.Route {
	routes := api.Routes()
	slices.SortStableFunc(routes, func(a, b rest.Route) int { return strings.Count(a.Path, "{") - strings.Count(b.Path, "{") })
	patterns := make([]*regexp.Regexp, len(routes))
	for i, r := range routes {
		patterns[i] = regexp.MustCompile("^" + r.Method + " " + regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.Path, "[^/]+") + "$")
	}
	return func(method, path string) *rest.Route {
		path, _, _ = strings.Cut(path, "?")
		for i, p := range patterns {
			if p.MatchString(method + " " + path) {
				return &routes[i]
			}
		}
		return nil
	}
})

// described checks the status, headers and body of an answer against the description.
func described(t testing.TB, method, path string, got *reply) {
	t.Helper()
	r := paths()(method, path)
	if r == nil || got.status == http.StatusNotModified {
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: r.Method},
			Route:   &routers.Route{Spec: description(), Path: r.Path, PathItem: description().Paths.Value(r.Path), Method: r.Method, Operation: operationOf(*r)},
		},
		Status: got.status, Header: got.header, Body: io.NopCloser(bytes.NewReader(got.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		t.Errorf("%s: %d does not match the description: %v", got.what, got.status, err)
	}
	as := operationOf(*r).Responses.Status(got.status)
	if as == nil && got.status >= 400 {
		as = operationOf(*r).Responses.Default()
	}
	if as == nil {
		t.Errorf("%s: the description does not name the status %d", got.what, got.status)
		return
	}
	foreseen(t, *r, got)
	for _, name := range []string{"ETag", "Location", "Link", "Retry-After", "WWW-Authenticate"} {
		if got.header.Get(name) != "" && as.Value.Headers[name] == nil {
			t.Errorf("%s: %d has an undescribed header %s", got.what, got.status, name)
		}
	}
}

var (
	// quiet are the writes that write no event: sessions and passwords are not in the event log.
	quiet = []string{"/sessions", "/sessions/current", "/me/password"}
	// again are the writes that answer 200 when there is nothing to do.
	again = []string{"/controls/adopt", "/frameworks/import", "/policies/{id}/acknowledgements"}
)

// traced checks the events of a write. A successful write has events with its request id, unless it is a replay or
// there was nothing to do. A refused one has none.
func traced(c *client, method, path string, got *reply) {
	h, r := c.h, paths()(method, path)
	h.t.Helper()
	if r == nil || r.Method == http.MethodGet || slices.Contains(quiet, r.Path) {
		return
	}
	left, declared := false, api.OutcomeOf(*r).Events
	for _, e := range h.newest(0, 50) {
		if e.RequestID != got.header.Get("X-Request-Id") {
			continue
		}
		left = true
		if event := e.Kind + ":" + e.Action; !slices.Contains(declared, event) {
			h.t.Errorf("%s: outcomes.tsv lacks: %s %s\tevents\t%s", got.what, r.Method, r.Path, event)
		}
	}
	done := got.status < 300 && !strings.Contains(path, "dry_run=true")
	if done && !left && (c.header.Get("Idempotency-Key") != "" || got.status == http.StatusOK && slices.Contains(again, r.Path)) {
		return
	}
	if left != done {
		h.t.Errorf("%s: %d, events left: %t", got.what, got.status, left)
	}
}

// The validation refuses wrong answers. Without this test, a validator that accepts everything would pass.
func TestValidationRefuses(t *testing.T) {
	good := `{"items":[{"id":"0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10","name":"Kari","title":"Lege","unit":"/siv/","active":true}],"next_cursor":null}`
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Request-Id": {"1"}, "Etag": {`"1"`}}
	for name, r := range map[string]*reply{
		"":                  {status: 200, header: header, body: []byte(good)},
		"a null text":       {status: 200, header: header, body: []byte(strings.Replace(good, `"/siv/"`, "null", 1))},
		"a number for text": {status: 200, header: header, body: []byte(strings.Replace(good, "null", "7", 1))},
		"no uuid":           {status: 200, header: header, body: []byte(strings.Replace(good, "0192f0c1", "1", 1))},
		"a member too many": {status: 200, header: header, body: []byte(strings.Replace(good, `"unit"`, `"salary":1,"unit"`, 1))},
		"a member too few":  {status: 200, header: header, body: []byte(strings.Replace(good, `"title":"Lege",`, "", 1))},
		"a header too few":  {status: 200, header: http.Header{"Content-Type": header["Content-Type"], "Etag": {`"1"`}}, body: []byte(good)},
		"a header too many": {status: 200, header: merged(header, http.Header{"Location": {"/api/v1/people/1"}}), body: []byte(good)},
		"a status too many": {status: 409, header: header, body: []byte(good)},
	} {
		quiet := &counter{TB: t}
		described(quiet, "GET", "/people", r)
		if (name == "") != (quiet.errors == 0) {
			t.Errorf("%q: %d errors", name, quiet.errors)
		}
	}
}

// counter counts errors and does not report them.
type counter struct {
	testing.TB
	errors int
}

func (c *counter) Errorf(string, ...any) { c.errors++ }

// Every route is in the description, and every operation has a route.
func TestDescriptionHasEveryRoute(t *testing.T) {
	known := map[string]bool{}
	for _, r := range api.Routes() {
		known[r.Method+" "+r.Path] = true
		if op := operationOf(r); op == nil || op.OperationID == "" || op.Summary == "" {
			t.Errorf("%s %s has no operation with an id and a summary", r.Method, r.Path)
		} else if op.Extensions["x-permission"] != r.Permission {
			t.Errorf("%s %s: the description says %v, the route %s", r.Method, r.Path, op.Extensions["x-permission"], r.Permission)
		}
	}
	ids := map[string]string{}
	for path, item := range description().Paths.Map() {
		for method, op := range item.Operations() {
			if !known[method+" "+path] {
				t.Errorf("%s %s is described, but no route has it", method, path)
			}
			if ids[op.OperationID] != "" {
				t.Errorf("%s and %s %s are both %s", ids[op.OperationID], method, path, op.OperationID)
			}
			ids[op.OperationID] = method + " " + path
		}
	}
}

// Days, instants and ids have a format. A batch takes the patches of its kind. No answer has an unspecified type. No optional header has an
// example, because the documentation page would send it with every request.
func TestDescriptionSaysTypes(t *testing.T) {
	formats := map[string]string{"as_of": "date-time", "updated_since": "date-time", "on": "date", "owner_id": "uuid", "register_id": "uuid", "cycle_id": "uuid", "actor": "uuid", "with": "uuid", "from": "date|date-time", "to": "date|date-time"}
	seen := map[string]bool{}
	for _, r := range api.Routes() {
		op := operationOf(r)
		if op == nil {
			continue // TestDescriptionHasEveryRoute reports it
		}
		for _, p := range op.Parameters {
			want, known := formats[p.Value.Name]
			known = known && !strings.HasSuffix(r.Path, "/gate") // there, to is a stage
			schema := p.Value.Schema.Value
			if schema.Items != nil {
				schema = schema.Items.Value
			}
			got := schema.Format
			for i, either := range schema.AnyOf {
				got += strings.Repeat("|", min(i, 1)) + either.Value.Format
			}
			if seen[p.Value.Name] = true; known && got != want {
				t.Errorf("%s %s: %s has the format %q", r.Method, r.Path, p.Value.Name, got)
			}
		}
		for status, answer := range op.Responses.Map() {
			for mediaType, media := range answer.Value.Content {
				if schema := media.Schema; schema.Ref == "" && schema.Value.Type.IsEmpty() && len(schema.Value.AllOf)+len(schema.Value.AnyOf) == 0 {
					t.Errorf("%s %s: %s %s may be anything", r.Method, r.Path, status, mediaType)
				}
			}
		}
		if strings.HasSuffix(r.Path, "/batch") {
			items := op.RequestBody.Value.Content["application/json"].Schema.Value.Properties["items"].Value.Items.Value
			patch := description().Paths.Value("/" + collection(r) + "/{id}").Patch.RequestBody.Value.Content["application/json"].Schema
			if items.Properties["patch"].Ref != patch.Ref {
				t.Errorf("%s takes %s", r.Path, items.Properties["patch"].Ref)
			}
		}
	}
	for name := range formats {
		if !seen[name] {
			t.Errorf("no route has the parameter %s", name)
		}
	}
	if p := description().Components.Parameters["IdempotencyKey"].Value; p.Example != nil || p.Examples != nil {
		t.Error("Idempotency-Key has an example")
	}
}

func operationOf(r rest.Route) *openapi3.Operation {
	if item := description().Paths.Value(r.Path); item != nil {
		return item.GetOperation(r.Method)
	}
	return nil
}

// contract checks every route against the description, on the whole demo hospital and
// a small second hospital, /annet/, whose people have no roles in /siv/.
type contract struct {
	*installation
	routes []rest.Route
	here   map[string]string          // a record of each kind, by its collection: in /siv/, or at / for kinds that everybody may read
	abroad map[string]map[string]bool // the permissions that each person of /annet/ has there
}

func TestContract(t *testing.T) {
	eachCopy(t, false, func(t *testing.T, h *installation) {
		c := &contract{installation: h, routes: api.Routes(), here: map[string]string{}}
		c.ensureRecords()
		c.found()
		c.seen()
		for _, part := range []struct {
			name string
			run  func()
		}{
			{"anonymous gets 401", c.anonymous},
			{"without the grant gets 403", c.ungranted},
			{"out of scope gets 404", c.outOfScope},
			{"answers match the description", c.answers},
			{"lists match enums", c.enums},
			{"examples are read", c.examples},
		} {
			t.Run(part.name, func(t *testing.T) {
				outer := c.t
				c.t = t
				defer func() { c.t = outer }()
				part.run()
			})
		}
	})
}

const nobody = "0192f0c1-7d4e-7a31-9c55-2f6d0b8e4a10"

// collection is the first word of a route's path.
func collection(r rest.Route) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
	return first
}

// hasID reports whether a route is for one record.
func hasID(r rest.Route) bool { return strings.Contains(r.Path, "{id}") }

// guarded reports whether a route needs a grant.
func guarded(r rest.Route) (string, bool) {
	object, _, ok := strings.Cut(r.Permission, ":")
	return r.Permission, ok && object != "signed-in" && object != "public"
}

// call sends a route a request as the description's example has it.
func (c *contract) call(who *client, r rest.Route, id string) *reply {
	c.t.Helper()
	return c.callAt(who, r, id, 1)
}

func (c *contract) callAt(who *client, r rest.Route, id string, version int64) *reply {
	c.t.Helper()
	path := strings.NewReplacer("{id}", id, "{sub}", nobody, "{kind}", "policy").Replace(r.Path)
	if strings.HasSuffix(r.Path, "/editions/{sub}") {
		path = strings.Replace(path, nobody, "1", 1)
	}
	op, ask := operationOf(r), "?"
	for _, p := range op.Parameters {
		if p.Value.In != "query" || !p.Value.Required {
			continue
		}
		switch schema := p.Value.Schema.Value; {
		case len(schema.Enum) > 0:
			path += ask + p.Value.Name + "=" + schema.Enum[0].(string)
		case p.Value.Name == "scope":
			path += ask + "scope=/siv/"
		case p.Value.Name == "law_version":
			path += ask + "law_version=2026-11-27"
		default:
			path += ask + p.Value.Name + "=" + id
		}
		ask = "&"
	}
	if !r.IfMatch {
		version = 0
	}
	return who.do(r.Method, path, example(op), version)
}

// example is the body that the description shows, or nothing.
func example(op *openapi3.Operation) any {
	if op.RequestBody == nil {
		return nil
	}
	media := op.RequestBody.Value.Content["application/json"]
	for _, e := range media.Examples {
		return e.Value.Value
	}
	return media.Example
}

func (c *contract) anonymous() {
	for _, r := range c.routes {
		if !strings.HasPrefix(r.Permission, "public") {
			c.call(c.as(""), r, nobody).refused(http.StatusUnauthorized, "unauthenticated")
		}
	}
	c.events()
}

// ungranted calls each route with a key whose roles have ended, and as an employee without other roles.
func (c *contract) ungranted() {
	employee := map[string]bool{}
	for line := range strings.Lines(string(must(policies.Files.ReadFile("grants.csv")))) {
		f := strings.Split(line, ",")
		if len(f) < 4 || f[0] != "p" || strings.TrimSpace(f[1]) != "employee" {
			continue
		}
		for object := range strings.SplitSeq(strings.TrimSpace(f[2]), "|") {
			for action := range strings.SplitSeq(strings.TrimSpace(f[3]), "|") {
				employee[object+":"+action] = true
			}
		}
	}
	key := c.emptyKey()
	c.seen()
	for _, r := range c.routes {
		if p, ok := guarded(r); ok {
			c.call(key, r, nobody).refused(http.StatusForbidden, "forbidden")
			if _, action, _ := strings.Cut(p, ":"); !employee[p] && !employee["*:"+action] {
				c.call(c.as("employee"), r, nobody).refused(http.StatusForbidden, "forbidden")
			}
		}
	}
	c.events()
}

// emptyKey is an API key without rights: its responsible person no longer has the role of the key.
func (c *contract) emptyKey() *client {
	admin, self := c.as("admin"), c.as("privacy")
	two := map[string]any{"nb": "Bevisleser", "en": "Evidence reader"}
	admin.post("/roles", map[string]any{
		"scope": "/", "key": "bevisleser", "title": two, "responsibility": two, "authority": two, "competence": two,
		"grants": []any{map[string]any{"object": "evidence", "action": "read", "reach": "below"}},
	}).ok(201)
	held := admin.post("/assignments", map[string]any{"scope": "/siv/", "user_id": c.id("privacy"), "role": "bevisleser"}).ok(201)
	issued := self.post("/api-keys", map[string]any{
		"scope": "/siv/", "title": "Bevisleser", "responsible_id": c.id("privacy"), "expires_on": "2027-06-01",
		"roles": []any{map[string]any{"role": "bevisleser", "scope": "/siv/"}},
	}).ok(201)
	key := c.as("").with("Authorization", "Bearer "+issued.str("secret"))
	key.get("/evidence").ok(200)
	admin.verb("/assignments/"+held.id()+"/end", held.version(), map[string]any{"reason": "Vervet er over."}).ok(200)
	return key
}

// outOfScope calls each route for a record of /siv/ as a person who has the permission in /annet/ only.
func (c *contract) outOfScope() {
	c.seen()
	for _, r := range c.routes {
		p, ok := guarded(r)
		if !ok || !hasID(r) {
			continue
		}
		id, known := c.here[collection(r)]
		if !known {
			c.t.Errorf("there is no record for %s %s", r.Method, r.Path)
			continue
		}
		who := c.holder(p)
		if who == nil {
			c.t.Errorf("nobody in /annet/ holds %s", p)
			continue
		}
		if k := kindAt(collection(r)); k.Global { // everybody may read it and comment on it, so the answer is not 404
			if p != "comment:create" {
				c.call(who, r, id).ok(http.StatusForbidden)
			}
			continue
		}
		c.call(who, r, id).refused(http.StatusNotFound, "not_found")
	}
	c.events()
}

func kindAt(path string) *record.Kind {
	for _, k := range record.Kinds() {
		if k.Path == path {
			return k
		}
	}
	return nil
}

// holder returns a person of /annet/ who has a permission there.
func (c *contract) holder(permission string) *client {
	for _, name := range []string{"utenfor", "utenfor-leder", "utenfor-admin", "utenfor-raad"} {
		if c.abroad[name][permission] {
			return c.as(name)
		}
	}
	return nil
}

// found sets up /annet/, a second hospital with people in every role.
func (c *contract) found() {
	admin := c.as("admin")
	admin.post("/units", map[string]any{"scope": "/annet/", "kind": "hospital", "name": "Annet sykehus"}).ok(201)
	roles := map[string][]string{
		"utenfor":       {"project_owner", "line_manager", "working_group", "internal_auditor", "secretariat", "privacy_officer"},
		"utenfor-leder": {"top_management"},
		"utenfor-admin": {"administrator"},
		"utenfor-raad":  nil,
	}
	for _, name := range []string{"utenfor", "utenfor-leder", "utenfor-admin", "utenfor-raad"} {
		user := admin.post("/users", map[string]any{"scope": "/annet/", "username": name, "name": name, "email": name + "@annet.example"}).ok(201)
		err := c.db.Write(context.Background(), record.System, record.Permission{}, "", func(tx *record.Tx) error {
			return identity.SetPassword(tx, user.id(), name, passwordHash(), false)
		})
		if err != nil {
			c.t.Fatal(err)
		}
		c.ids[name] = user.id()
		for _, role := range roles[name] {
			admin.post("/assignments", map[string]any{"scope": "/annet/", "user_id": user.id(), "role": role}).ok(201)
		}
	}
	text := map[string]any{"nb": "KI-råd", "en": "AI council"}
	secretary, leader := c.as("utenfor"), c.as("utenfor-leder")
	body := secretary.post("/bodies", map[string]any{"scope": "/annet/", "key": "annet-raad", "kind": "council", "name": text, "purpose": text, "member_role": "ai_council"}).ok(201)
	mandate := secretary.post("/mandates", map[string]any{
		"scope": "/annet/", "body_id": body.id(), "title": "Mandat", "purpose": "Godkjenner.", "valid_from": "2026-01-05", "powers": []string{"advise", "decide"},
	}).ok(201)
	submitted := secretary.verb("/mandates/"+mandate.id()+"/submit", mandate.version(), nil).ok(200)
	leader.verb("/mandates/"+mandate.id()+"/adopt", submitted.version(), nil).ok(200)
	member := secretary.post("/memberships", map[string]any{"scope": "/annet/", "body_id": body.id(), "user_id": c.ids["utenfor-raad"], "position": "lead"}).ok(201)
	leader.verb("/memberships/"+member.id()+"/confirm", member.version(), nil).ok(200)

	c.abroad = map[string]map[string]bool{}
	for name := range roles {
		c.abroad[name] = c.held(c.as(name), "/annet/")
	}
}

// held lists what somebody may do in a scope: risk:accept.
func (c *contract) held(who *client, scope string) map[string]bool {
	out := map[string]bool{}
	objects, _ := who.get("/me/permissions?scope=" + scope).ok(200).at("objects").(map[string]any)
	for object, actions := range objects {
		for _, action := range anyTexts(actions) {
			out[object+":"+action] = true
		}
	}
	return out
}

// ensureRecords finds a record of every kind in /siv/. It creates one of each kind that the demo lacks.
func (c *contract) ensureRecords() {
	admin, group := c.as("admin"), c.as("group")
	admin.post("/api-keys", map[string]any{
		"scope": "/siv/", "title": "Kvalitetssystemet", "responsible_id": c.id("handler"), "expires_on": "2027-06-01",
		"roles": []any{map[string]any{"role": "integration", "scope": "/siv/"}},
	}).ok(201)
	cycle := group.get("/improvement-cycles?limit=1").ok(200).str("items.0.id")
	group.post("/objectives", map[string]any{"cycle_id": cycle, "title": "Nytt mål"}).ok(201) // a draft, whose title may change
	group.post("/clause-judgements", map[string]any{"scope": "/siv/", "clause": "10.1", "judgement": "partly", "reasons": "Syklusen er ikke avsluttet."}).ok(201)
	risk := group.get("/risks?limit=1&scope=/siv/").ok(200).at("items.0.id")
	group.post("/treatment-plans", map[string]any{"scope": "/siv/", "title": "Tiltaksplan", "risk_ids": []any{risk}}).ok(201)
	c.as("secretariat").post("/memberships", map[string]any{"scope": "/siv/", "body_id": "ki-rad-siv", "user_id": c.id("manager"), "position": "member"}).ok(201)
	c.sector()
	c.here["comments"] = group.post(fmt.Sprintf("/risks/%v/comments", risk), map[string]any{"text": "Er dette sjekket?"}).ok(201).id()
	for _, k := range record.Kinds() {
		if k.Name == "comment" {
			continue
		}
		ask := "?limit=1&scope=/siv/"
		switch {
		case k.Global:
			ask = "?limit=1"
		case k.Name == "policy":
			ask += "&kind=guideline&status=published" // with editions and a template
		}
		for _, item := range c.reader(k.Path).get("/" + k.Path + ask).ok(200).items() {
			c.here[k.Path] = item["id"].(string)
		}
		if c.here[k.Path] == "" {
			c.t.Errorf("no %s in /siv/", k.Path)
		}
	}
}

// sector creates an organisation, and the topic, standard, need and other records of a group of the hospital.
func (c *contract) sector() {
	group := c.as("group")
	with := func(more map[string]any) map[string]any {
		return merged(map[string]any{"scope": "/siv/", "body_id": "ki-arbeidsgruppe-siv", "title": "Lokal validering"}, more)
	}
	org := c.as("admin").post("/organisations", map[string]any{
		"scope": "/", "key": "ahus-ved-roten", "kind": "health_trust", "name": map[string]any{"nb": "Akershus universitetssykehus", "en": "Akershus University Hospital"},
	}).ok(201)
	group.post("/standards", map[string]any{
		"scope": "/siv/", "key": "prEN 18228", "title": map[string]any{"nb": "Risikostyring", "en": "Risk management"}, "committee": "CEN/CENELEC JTC 21", "stage": "drafting",
		"ai_act_articles": []any{"9"},
	}).ok(201)
	group.post("/topics", with(map[string]any{"as_of": "2026-03-01"})).ok(201)
	group.post("/needs", with(map[string]any{"organisation_id": org.id()})).ok(201)
	group.post("/activities", with(map[string]any{"kind": "follow", "participants": []any{org.id()}})).ok(201)
	c.as("secretariat").post("/applications", map[string]any{
		"scope": "/siv/", "body_id": "ki-arbeidsgruppe-siv", "organisation_id": org.id(), "person_name": "Ola Nordmann", "person_email": "ola@ahus.example",
		"wanted_position": "observer", "motivation": "Vil følge arbeidet.",
	}).ok(201)
	system := group.post("/ai-systems", aSystem(c.installation, nil)).ok(201)
	answers := map[string]any{"Q-01": "yes", "Q-20": "yes", "C-11a": "yes"}
	group.post("/qualifications", map[string]any{
		"system_id": system.id(), "answers": answers, "maker_statement": map[string]any{"declared_class": "IIa", "regulation": "MDR", "version": "2.4.1"},
	}).ok(201)
	group.post("/ai-systems/"+system.id()+"/classification", map[string]any{"for": "mdr", "answers": answers}).ok(201)
	proof := group.post("/evidence", map[string]any{"scope": "/siv/", "kind": "note", "title": "Behovsbeskrivelse", "text": "Radiologene rekker ikke alt."}).ok(201)
	c.as("owner").post("/gate-items", map[string]any{
		"system_id": system.id(), "gate": "concept", "item": "need_and_alternatives", "text": "Køen er for lang.", "evidence": []string{proof.id()},
	}).ok(201)
	route := c.as("owner").post("/gate-items", map[string]any{
		"system_id": system.id(), "gate": "concept", "item": "data_route_decided", "text": "Kvalitetssikring.", "evidence": []string{proof.id()},
	}).ok(201)
	c.as("owner").verb("/gate-items/"+route.id()+"/withdraw", 1, map[string]any{"reason": "Feil grunnlag."}).ok(200)
	c.registers()
	c.assessed(system.id())
}

// registers creates the records around AI systems that the demo lacks in /siv/.
func (c *contract) registers() {
	group := c.as("group")
	group.post("/references", map[string]any{
		"scope": "/siv/", "title": map[string]any{"nb": "Lokal prosedyre", "en": "Local procedure"}, "publisher": "SiV", "url": "https://siv.no/prosedyre", "kind": "web_page",
	}).ok(201)
	group.post("/suppliers", map[string]any{"scope": "/siv/", "name": "Radiolog AS", "delivers": "Bruddeteksjon"}).ok(201)
	group.post("/contact-points", map[string]any{"scope": "/siv/", "person_id": c.id("group"), "email": "forskning@siv.example"}).ok(201)
	c.as("employee").post("/advice-requests", map[string]any{"scope": "/siv/", "title": "Testdata", "question": "Kan vi bruke egne bilder?"}).ok(201)
	c.as("employee").post("/intakes", map[string]any{"scope": "/siv/akutt/", "tool": "Skriveassistenten", "purpose": "Skrive brev"}).ok(201)
	group.post("/allowed-tools", map[string]any{"scope": "/siv/", "name": "Skriveassistenten", "verdict": "allowed", "data": []any{"public"}}).ok(201)
	group.post("/datasets", map[string]any{"scope": "/siv/", "name": "Håndleddsbilder", "source": "PACS"}).ok(201)
}

// assessed creates an assessment, a right to use, a study and a validation of an AI system.
func (c *contract) assessed(system string) {
	owner := c.as("owner")
	owner.post("/impact-assessments", m{"system_id": system, "kind": "dpia", "answers": m{"data-5": words("Seks måneder")}}).ok(201)
	owner.post("/rights-to-use", m{"system_id": system, "row": "S-01", "regulation": "mdr", "declared_class": "IIa", "certificate": certificate("2024-05-01", "2029-04-30")}).ok(201)
	owner.post("/studies", m{"system_id": system, "title": "Kvalitetssikring", "type": "quality_assurance", "row": "N-04", "reason": "CE-merket", "legal_basis": "§ 26"}).ok(201)
	owner.post("/validations", m{
		"system_id": system, "title": "Lokal validering", "design": "shadow", "dataset": "CT fra 2026", "reference_standard": "To radiologer", "sample_size": 400,
		"legal_basis": "Helsepersonelloven § 26",
	}).ok(201)
}

// reader is somebody who reads a whole collection.
func (c *contract) reader(path string) *client {
	if path == "users" || path == "api-keys" {
		return c.as("admin")
	}
	return c.as("auditor")
}

// answers reads every list and record. Each answer is checked by described.
func (c *contract) answers() {
	for _, r := range c.routes {
		if r.Method != http.MethodGet {
			continue
		}
		who, id := c.reader(collection(r)), c.here[collection(r)]
		if strings.HasSuffix(r.Path, "/applicability") {
			id = who.get("/requirements?kind=obligation&limit=1").ok(200).str("items.0.id")
		}
		if collection(r) == "people" {
			id = c.id("group")
		}
		c.call(who, r, id).ok(http.StatusOK)
		switch k := kindAt(collection(r)); {
		case k == nil || k.Name == "comment":
		case r.Path == "/"+k.Path:
			c.list(who, k)
		case r.Path == "/"+k.Path+"/{id}":
			c.single(who, k)
		}
	}
}

// list asks for a collection with everything a list can add, page by page.
func (c *contract) list(who *client, k *record.Kind) {
	ask := "/" + k.Path + "?limit=3&count=true&facets=status&include=allowed_actions&expand=" + strings.Join(topNames(k), ",")
	page := who.get(ask).ok(200)
	for _, item := range page.items() {
		if item["allowed_actions"] == nil {
			c.t.Errorf("%s: an item without allowed_actions", page.what)
		}
	}
	if page.json["expanded"] == nil {
		c.t.Errorf("%s: nothing is expanded", page.what)
	}
	if next := page.str("next_cursor"); next != "" {
		if !strings.Contains(page.header.Get("Link"), `rel="next"`) {
			c.t.Errorf("%s: no link to the next page", page.what)
		}
		who.get(ask + "&cursor=" + url.QueryEscape(next)).ok(200)
	}
}

// topNames are the names that a list of a kind expands, without those of records deeper down.
func topNames(k *record.Kind) []string {
	return slices.DeleteFunc(rest.Expandable(k.Entity()), func(name string) bool { return strings.Contains(name, ".") })
}

// single reads records one by one: as they are, as they were, and when nothing has changed.
func (c *contract) single(who *client, k *record.Kind) {
	for _, item := range who.get("/" + k.Path + "?limit=4").ok(200).items() {
		at := "/" + k.Path + "/" + item["id"].(string)
		now := who.get(at).ok(200)
		if now.json["allowed_actions"] == nil || (now.json["overdue"] != nil) != k.Due {
			c.t.Errorf("%s: allowed_actions %v, overdue %v", now.what, now.json["allowed_actions"], now.json["overdue"])
		}
		who.with("If-None-Match", now.header.Get("ETag")).get(at).ok(http.StatusNotModified)
		was := who.get(at + "?as_of=" + url.QueryEscape(c.now.Format(time.RFC3339))).ok(200)
		if was.json["allowed_actions"] != nil {
			c.t.Errorf("%s: allowed_actions of a past state", was.what)
		}
	}
}

// enums compares the enumerations and workflows of the server with those of the description.
func (c *contract) enums() {
	who, told, shown := c.as("auditor"), map[string][]string{}, map[string][]string{}
	for i, item := range who.get("/enums").ok(200).items() {
		for _, choice := range item["choices"].([]any) {
			told[item["name"].(string)] = append(told[item["name"].(string)], choice.(map[string]any)["value"].(string))
		}
		if len(told) != i+1 {
			c.t.Errorf("%v is empty or stands twice", item["name"])
		}
	}
	for schema, ref := range description().Components.Schemas {
		if _, ok := ref.Value.Extensions["x-go-type"]; ok {
			shown[schema] = texts(ref.Value.Enum)
		}
	}
	for name := range merged(told, shown) {
		if !slices.Equal(told[name], shown[name]) {
			c.t.Errorf("%s: /enums tells %v, the description %v", name, told[name], shown[name])
		}
	}
	for _, w := range who.get("/workflows").ok(200).items() {
		var states []string
		for _, s := range w["states"].([]any) {
			states = append(states, s.(map[string]any)["value"].(string))
		}
		k := record.KindOf(w["kind"].(string))
		status := entity(k).Properties["status"].Value
		if !slices.Equal(states, texts(status.Enum)) || len(states) == 0 {
			c.t.Errorf("%s: /workflows tells %v, the description %v", k.Name, states, texts(status.Enum))
		}
		if !slices.Equal(who.get("/workflows/"+k.Name).ok(200).strings("editable"), anyTexts(w["editable"])) {
			c.t.Errorf("%s: /workflows and /workflows/%s differ", k.Name, k.Name)
		}
		named := map[string]bool{}
		for _, list := range []string{"transitions", "actions"} {
			for _, step := range w[list].([]any) {
				step := step.(map[string]any)
				named[step["verb"].(string)] = true
				label := step["label"].(map[string]any)
				if label["nb"] == "" || label["en"] == "" || len(step["from"].([]any)) == 0 {
					c.t.Errorf("%s: %v has no label or fits no state", k.Name, step)
				}
			}
		}
		for _, action := range texts(entity(k).Properties["allowed_actions"].Value.Items.Value.Enum) {
			if !named[action] {
				c.t.Errorf("%s: allowed_actions may hold %s, which /workflows does not name", k.Name, action)
			}
		}
		for _, part := range w["parts"].([]any) {
			part := part.(map[string]any)
			for _, step := range part["transitions"].([]any) {
				path := "/" + k.Path + "/{id}/" + part["name"].(string) + "/{sub}/" + step.(map[string]any)["verb"].(string)
				if r := paths()(http.MethodPost, path); r == nil || r.Permission != k.Name+":"+part["action"].(string) {
					c.t.Errorf("%s: no route for %v", k.Name, step)
				}
			}
		}
		for _, step := range w["transitions"].([]any) {
			for _, side := range []string{"from", "to"} {
				for _, state := range anyTexts(step.(map[string]any)[side]) {
					if !contains(states, state) {
						c.t.Errorf("%s: %v leads over a state %s that is none", k.Name, step, state)
					}
				}
			}
		}
	}
}

func texts(list []any) []string {
	var out []string
	for _, v := range list {
		if v != nil {
			out = append(out, v.(string))
		}
	}
	return out
}

func anyTexts(v any) []string { return texts(v.([]any)) }

func merged[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// entity is the schema of a kind's record.
func entity(k *record.Kind) *openapi3.Schema {
	for _, r := range api.Routes() {
		if op := operationOf(r); r.Kind == k.Name && r.Out != nil && (r.Out == k.Entity() || r.Out.Kind() == reflect.Pointer && r.Out.Elem() == k.Entity()) {
			return op.Responses.Status(r.Status).Value.Content["application/json"].Schema.Value
		}
	}
	return nil
}

// examples sends every example body of the description, as a person with the permission. Verbs are sent with a version that
// never existed. The body is decoded before the version is checked, so only creations and patches are carried out.
func (c *contract) examples() {
	names := []string{"admin", "secretariat", "group", "owner", "manager", "management", "council", "employee", "privacy"}
	held := map[string]map[string]bool{}
	for _, name := range names {
		held[name] = c.held(c.as(name), c.as(name).get("/me").ok(200).str("unit"))
	}
	last := func(r rest.Route) int { return strings.Count(r.Method, http.MethodPatch) } // after what the others create
	for _, r := range slices.SortedStableFunc(slices.Values(c.routes), func(a, b rest.Route) int { return last(a) - last(b) }) {
		p, ok := guarded(r)
		if !ok || example(operationOf(r)) == nil {
			continue
		}
		for mediaType, media := range operationOf(r).RequestBody.Value.Content {
			if text, ok := media.Example.(string); ok {
				c.as("admin").with("Content-Type", mediaType).do(r.Method, r.Path+"?dry_run=true", text, 0).ok(http.StatusOK)
			}
		}
		able := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !held[name][p] })
		switch {
		case len(able) == 0:
			c.t.Errorf("nobody may %s", p)
		case r.Method == http.MethodPatch:
			c.read(c.change(able, r))
		default:
			c.read(c.callAt(c.as(able[0]), r, c.here[collection(r)], 1<<40))
		}
	}
	assess := paths()(http.MethodPost, "/risks/{id}/assess") // its example has keys of the risk method
	id := c.here["risks"]
	c.callAt(c.as("group"), *assess, id, c.as("group").get("/risks/"+id).ok(http.StatusOK).version()).ok(http.StatusOK)
}

// change patches a record that one of the people may change.
func (c *contract) change(people []string, r rest.Route) *reply {
	for _, name := range people {
		if collection(r) == "comments" {
			return c.as("group").patch("/comments/"+c.here["comments"], 1, example(operationOf(r)))
		}
		for _, item := range c.as(name).get("/" + collection(r) + "?include=allowed_actions&limit=200").ok(200).items() {
			if contains(anyTexts(item["allowed_actions"]), "update") {
				return c.as(name).patch("/"+collection(r)+"/"+item["id"].(string), int64(item["version"].(float64)), example(operationOf(r)))
			}
		}
	}
	c.t.Errorf("%v may change none of %s", people, collection(r))
	return nil
}

// read checks that the body was accepted.
func (c *contract) read(got *reply) {
	c.t.Helper()
	if got == nil {
		return
	}
	switch got.status {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestEntityTooLarge:
		c.t.Errorf("%s: %d %s", got.what, got.status, got.body)
	case http.StatusUnprocessableEntity:
		errs, _ := got.json["errors"].([]any)
		for _, e := range errs {
			fault := e.(map[string]any) // an example is a record of the demo: its ids are others here, and its key is taken
			if !slices.Contains([]string{"unknown_reference", "taken", "document_number_taken"}, fault["code"].(string)) {
				c.t.Errorf("%s: %v", got.what, fault)
			}
		}
	}
}
