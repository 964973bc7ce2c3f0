package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// bad is an invalid request, and the place of its fault.
type bad struct {
	body    string
	status  int
	code    string
	pointer string // one of the faults; - for none
}

// shapes are bodies that every route refuses.
var shapes = map[string]bad{
	"nothing":               {"", 400, "body_required", "-"},
	"blank":                 {" \n\t", 400, "bad_json", "-"},
	"half":                  {`{"title":"A"`, 400, "bad_json", "-"},
	"no quotes":             {`{title:"A"}`, 400, "bad_json", "-"},
	"single quotes":         {`{'title':'A'}`, 400, "bad_json", "-"},
	"trailing comma":        {`{"title":"A",}`, 400, "bad_json", "-"},
	"comment":               {`{"title":"A"/* */}`, 400, "bad_json", "-"},
	"yaml":                  {"title: A\n", 400, "bad_json", "-"},
	"two values":            {`{"title":"A"}{"title":"B"}`, 400, "trailing_content", "-"},
	"text after":            {`{"title":"A"} x`, 400, "trailing_content", "-"},
	"byte order mark":       {"\ufeff{}", 400, "bad_json", "-"},
	"UTF-16":                {"\xff\xfe{\x00}\x00", 400, "bad_encoding", "-"},
	"invalid UTF-8":         {"{\"title\":\"\xff\"}", 400, "bad_encoding", "-"},
	"overlong UTF-8":        {"{\"title\":\"\xc0\xaf\"}", 400, "bad_encoding", "-"},
	"UTF-8 of a surrogate":  {"{\"title\":\"\xed\xa0\x80\"}", 400, "bad_encoding", "-"},
	"lone surrogate":        {`{"title":"\ud800"}`, 400, "bad_encoding", "-"},
	"low surrogate first":   {`{"title":"\udc00\ud800"}`, 400, "bad_encoding", "-"},
	"high before a letter":  {`{"title":"\ud800A"}`, 400, "bad_encoding", "-"},
	"lone surrogate as key": {`{"\udfff":1}`, 400, "bad_encoding", "-"},
	"raw NUL":               {"{\"title\":\"A\x00\"}", 400, "bad_json", "-"},
	"raw line break":        {"{\"title\":\"A\nB\"}", 400, "bad_json", "-"},
	"bad escape":            {`{"title":"\x41"}`, 400, "bad_json", "-"},
	"duplicate member":      {`{"title":"A","title":"B"}`, 400, "duplicate_member", "/title"},
	"duplicate by escape":   {`{"title":"A","\u0074itle":"B"}`, 400, "duplicate_member", "/title"},
	"duplicate within":      {`{"a":[{"b":{"c":1,"c":2}}]}`, 400, "duplicate_member", "/a/0/b/c"},
	"10,000 lists":          {strings.Repeat("[", 10000), 400, "too_deep", "-"},
	"10,000 lists, closed":  {strings.Repeat("[", 10000) + strings.Repeat("]", 10000), 400, "too_deep", "-"},
	"10,000 objects":        {strings.Repeat(`{"a":`, 10000), 400, "too_deep", "-"},
	"100,000 values":        {"[" + strings.Repeat("0,", 100000) + "0]", 400, "too_many_values", "-"},
	"100,000 members":       {"{" + strings.Repeat(`"a":1,`, 2) + `"b":1}`, 400, "duplicate_member", "/a"},
	"NaN":                   {`{"title":NaN}`, 400, "bad_json", "-"},
	"hex number":            {`{"title":0x10}`, 400, "bad_json", "-"},
	"leading zero":          {`{"title":012}`, 400, "bad_json", "-"},
	"null":                  {`null`, 422, "invalid_content", ""},
	"list":                  {`[]`, 422, "invalid_content", ""},
	"text":                  {`"x"`, 422, "invalid_content", ""},
	"number":                {`3`, 422, "invalid_content", ""},
	"truth":                 {`true`, 422, "invalid_content", ""},
	"unknown member":        {`{"tull":1}`, 422, "invalid_content", "/tull"},
	"odd member names":      {`{"":1,"a/b":1,"a~b":1,"Title":"A","\u0000":1}`, 422, "invalid_content", "/a~1b"},
	"too large":             {`{"title":"` + strings.Repeat("x", 20<<20) + `"}`, 413, "too_large", "-"},
	"too large, blank":      {strings.Repeat(" ", 7<<20) + `{}`, 413, "too_large", "-"},
	"proto":                 {`{"__proto__":{"title":"A"}}`, 422, "invalid_content", "/__proto__"},
}

func (r *reply) holds(what string, want bad) {
	r.t.Helper()
	if r.status != want.status || r.optional("code") != want.code {
		r.t.Errorf("%s: %s: want %d %s, got %d %.400s", r.what, what, want.status, want.code, r.status, r.body)
		return
	}
	if r.header.Get("Content-Type") != "application/problem+json; charset=utf-8" {
		r.t.Errorf("%s: %s: %s", r.what, what, r.header.Get("Content-Type"))
	}
	errs, _ := r.json["errors"].([]any)
	for _, e := range errs {
		if e.(m)["pointer"] == want.pointer && e.(m)["code"] != "" {
			return
		}
	}
	if want.pointer != "-" {
		r.t.Errorf("%s: %s: no fault at %q: %.400s", r.what, what, want.pointer, r.body)
	}
}

// Every kind of route refuses an invalid body at its fault and writes nothing.
func TestBadBodies(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		risk := aRisk(h, aRegister(h), nil)
		h.seen()
		routes := []struct{ who, method, path string }{
			{"group", "POST", "/risks"},
			{"group", "PATCH", "/risks/" + risk.id()},
			{"group", "POST", "/risks/" + risk.id() + "/assess"},
			{"group", "POST", "/risks/batch"},
			{"owner", "POST", "/sessions"},
			{"admin", "POST", "/frameworks/import"},
		}
		for _, route := range routes {
			c := h.as(route.who)
			for what, want := range shapes {
				if route.path == "/frameworks/import" {
					if want.status != 413 { // the importer reports line and column itself
						if r := c.do(route.method, route.path, want.body, 1); r.status < 400 || r.optional("code") == "" {
							t.Errorf("%s: %s: %d %s", route.path, what, r.status, r.body)
						}
						continue
					}
					if len(want.body) < 8<<20 {
						continue
					}
				}
				c.do(route.method, route.path, want.body, 1).holds(what, want)
			}
		}
		h.events()
	})
}

// Invalid values are refused at their pointers, all in one answer.
func TestBadValues(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		register := aRegister(h)
		risk := aRisk(h, register, nil)
		cycle := h.as("group").post("/improvement-cycles", m{"scope": "/siv/", "title": "A", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}).ok(201)
		objective := h.as("group").post("/objectives", m{"scope": "/siv/", "cycle_id": cycle.id(), "title": "A", "how_measured": "B", "owner_id": h.id("group")})
		h.seen()
		const absent = "0192f0c1-2a3b-7c4d-8e5f-60718293a4b5"
		in := func(more string) string {
			return fmt.Sprintf(`{"scope":%q,"register_id":%q,"title":"A",%s}`, fracture, register, more)
		}
		h.row("of a risk", func() {
			for body, pointer := range map[string]string{
				`"title":7`:           "", // a second title: see duplicates
				`"description":["A"]`: "/description", `"description":7`: "/description", `"description":true`: "/description", `"description":{}`: "/description",
				`"description":"\u0000"`: "/description", `"description":"\u001b[31m"`: "/description", `"description":"\u007f"`: "/description", `"description":"\uffff"`: "/description",
				`"description":"` + strings.Repeat("æ", 100001) + `"`: "/description",
				`"sources":"C.3.4"`: "/sources", `"sources":[7]`: "/sources/0", `"sources":["A",null]`: "/sources/1", `"sources":[["A"]]`: "/sources/0", `"sources":{"0":"A"}`: "/sources",
				`"owner_id":"tull"`: "/owner_id", `"owner_id":7`: "/owner_id", `"owner_id":"` + absent + `"`: "/owner_id", `"owner_id":"` + strings.ToUpper(absent) + `"`: "/owner_id",
				`"owner_id":"{` + absent + `}"`: "/owner_id", `"owner_id":"urn:uuid:` + absent + `"`: "/owner_id",
				`"review_due":"2026-02-30"`: "/review_due", `"review_due":"2027-02-29"`: "/review_due", `"review_due":"2026-2-3"`: "/review_due", `"review_due":"2026-11-21T00:00:00Z"`: "/review_due",
				`"review_due":20261121`: "/review_due", `"review_due":"0000-00-00"`: "/review_due", `"review_due":"99999-01-01"`: "/review_due", `"review_due":""`: "/review_due", `"review_due":"２０２６-11-21"`: "/review_due",
				`"polarity":"fare"`: "/polarity", `"polarity":"THREAT"`: "/polarity", `"polarity":0`: "/polarity", `"Polarity":"threat"`: "/Polarity",
				`"external_refs":[{"system":"eqs"}]`: "/external_refs/0/id", `"external_refs":[{"system":"eqs","id":"1","url":"javascript:alert(1)"}]`: "/external_refs/0/url",
				`"external_refs":[{"system":"eqs","id":"1","synced_at":"i går"}]`: "/external_refs/0/synced_at", `"external_refs":[null]`: "/external_refs/0/system",
				`"external_refs":[7]`: "/external_refs/0", `"external_refs":7`: "/external_refs",
				`"clauses":["6.1.2","6.1.2"]`: "/clauses", `"clauses":["99"]`: "/clauses/0", `"clauses":[""]`: "/clauses/0",
				`"level":"low"`: "/level", `"id":"` + absent + `"`: "/id", `"created_by":"` + absent + `"`: "/created_by", `"version":1`: "/version", `"status":"accepted"`: "/status", `"number":"RISK-0001"`: "/number",
				`"created_at":"2020-01-01T00:00:00Z"`: "/created_at", `"assessments":[]`: "/assessments", `"allowed_actions":["accept"]`: "/allowed_actions",
			} {
				r := h.as("group").post("/risks", in(body))
				if pointer == "" {
					r.refused(400, "duplicate_member", "/title")
					continue
				}
				r.holds(body[:min(len(body), 60)], bad{status: 422, code: "invalid_content", pointer: pointer})
			}
		})
		h.row("of an assessment", func() {
			assess := func(more string) string {
				return `{"stage":"inherent","rationale":"A","consequences":{"patient_safety":3}` + more + `}`
			}
			for body, pointer := range map[string]string{
				`,"likelihood":"3"`: "/likelihood", `,"likelihood":3.0`: "/likelihood", `,"likelihood":3.5`: "/likelihood", `,"likelihood":3e0`: "/likelihood", `,"likelihood":1e400`: "/likelihood",
				`,"likelihood":-1e400`: "/likelihood", `,"likelihood":99999999999999999999999`: "/likelihood", `,"likelihood":9223372036854775808`: "/likelihood", `,"likelihood":9223372036854775807`: "/likelihood",
				`,"likelihood":-0`: "/likelihood", `,"likelihood":0`: "/likelihood", `,"likelihood":-3`: "/likelihood", `,"likelihood":null`: "/likelihood", `,"likelihood":true`: "/likelihood", `,"likelihood":[3]`: "/likelihood",
				`,"likelihood":` + strings.Repeat("9", 100000): "/likelihood",
			} {
				h.as("group").verb("/risks/"+risk.id()+"/assess", 1, assess(body)).holds(body[:min(len(body), 60)], bad{status: 422, code: "invalid_content", pointer: pointer})
			}
			for body, pointer := range map[string]string{`{"patient_safety":"3"}`: "/consequences/patient_safety", `{"a/b~\u0000":3}`: "/consequences/a~1b~0\x00", `{"":3}`: "/consequences/", `[3]`: "/consequences"} {
				h.as("group").verb("/risks/"+risk.id()+"/assess", 1, `{"stage":"inherent","rationale":"A","likelihood":3,"consequences":`+body+`}`).
					holds(body, bad{status: 422, code: "invalid_content", pointer: pointer})
			}
		})
		h.row("of a measurement", func() {
			if objective.status == 201 {
				for _, value := range []string{"1e400", "-1e400", `"3"`, "true", "[]", strings.Repeat("9", 400)} {
					h.as("group").post("/measurements", fmt.Sprintf(`{"scope":"/siv/","objective_id":%q,"at":"2026-11-21","unit":"%%","value":%s}`, objective.id(), value)).
						holds(value[:min(len(value), 20)], bad{status: 422, code: "invalid_content", pointer: "/value"})
				}
			}
		})
		h.row("all faults at once", func() {
			r := h.as("group").post("/risks", `{"title":7,"polarity":"fare","tull":1,"review_due":"2026-02-30","owner_id":"x","sources":[1,2]}`)
			r.refused(422, "invalid_content", "/title", "/polarity", "/tull", "/review_due", "/owner_id", "/sources/0", "/sources/1", "/scope", "/register_id")
			for _, e := range r.at("errors").([]any) {
				if e.(m)["code"] == "" || e.(m)["detail"] == "" {
					t.Errorf("a fault without a word: %s", r.body)
				}
			}
		})
		h.row("a hundred faults", func() {
			// The answer lists a hundred faults and says that there are more.
			for n, more := range map[int]any{100: nil, 101: true, 19000: true} {
				var unknown strings.Builder
				for i := range n {
					fmt.Fprintf(&unknown, `"x%d":1,`, i)
				}
				r := h.as("group").post("/risks", `{`+unknown.String()+`"scope":"`+fracture+`","title":"A","register_id":"`+register+`"}`).refused(422, "invalid_content", "/x0").is("more_errors", more)
				if errs := r.at("errors").([]any); len(errs) != 100 || len(r.body) > 20000 {
					t.Errorf("%d faults: %d listed in %d bytes", n, len(errs), len(r.body))
				}
			}
		})
		h.row("in a batch", func() {
			// A batch changes all records or none. The pointer of a fault names the item.
			other := aRisk(h, register, m{"title": "B"})
			h.seen()
			item := func(id string, v int, patch string) string {
				return fmt.Sprintf(`{"id":%q,"version":%d,"patch":%s}`, id, v, patch)
			}
			batch := func(items ...string) *reply {
				return h.as("group").post("/risks/batch", `{"items":[`+strings.Join(items, ",")+`]}`)
			}
			batch(item(other.id(), 1, `{"title":"C"}`), item(risk.id(), 1, `{"title":7,"tull":1}`)).refused(422, "invalid_content", "/items/1/patch/title", "/items/1/patch/tull")
			batch(item(other.id(), 1, `{"title":"C"}`), item(risk.id(), 9, `{"title":"D"}`)).refused(412, "stale_version", "/items/1")
			batch(item(other.id(), 1, `{"title":"C"}`), item(absent, 1, `{"title":"D"}`)).refused(404, "not_found", "/items/1")
			batch(item(other.id(), 1, `{"title":"C"}`), item(other.id(), 1, `{"title":"D"}`)).refused(412, "stale_version", "/items/1")
			batch().refused(422, "invalid_content", "/items")
			batch(item("tull", 0, `null`)).refused(422, "invalid_content", "/items/0/id", "/items/0/version", "/items/0/patch")
			var many []string
			for range 101 {
				many = append(many, item(other.id(), 1, `{}`))
			}
			batch(many...).refused(422, "invalid_content", "/items")
			h.as("group").get("/risks/"+other.id()).ok(200).is("title", "B")
			h.events()
		})
	})
}

// Invalid paths and headers are refused in every encoding. A UUID in upper case is the same UUID.
func TestBadPathsAndHeaders(t *testing.T) {
	eachInstallation(t, func(h *installation) {
		risk := aRisk(h, aRegister(h), nil)
		policy := publishedGuideline(h, nil)
		body := h.as("admin").get("/bodies/ki-rad-siv").ok(200)
		group := h.as("group")
		h.seen()
		group.get("/risks/"+strings.ToUpper(risk.id())).ok(200).is("id", risk.id())
		h.as("admin").get("/bodies/"+strings.ToUpper(body.id())).ok(200).is("key", "ki-rad-siv")
		for _, id := range []string{
			"1", "RISK-0001", "tull", "%00", "%ff", "a%2Fb", "..%2F..%2Fusers", "%2e%2e", "'%20OR%201=1--", "{id}", "null", "undefined", "0", "-1", "%F0%9F%92%A9",
			strings.Repeat("a", 5000), "urn:uuid:" + risk.id(), "%7B" + risk.id() + "%7D", strings.ReplaceAll(risk.id(), "-", ""), risk.id() + "%20", risk.id() + "x", "0192f0c1-2a3b-7c4d-8e5f-60718293a4bg",
		} {
			for _, c := range []struct{ method, path string }{{"GET", "/risks/" + id}, {"GET", "/risks/" + id + "/events"}, {"PATCH", "/risks/" + id}, {"POST", "/risks/" + id + "/assess"}, {"DELETE", "/risks/" + id}} {
				r := group.do(c.method, c.path, m{}, 1)
				if id == "%2e%2e" && r.status == 404 {
					continue
				}
				r.refused(400, "bad_id", "{id}")
			}
			if r := h.as("admin").get("/bodies/" + id); r.status != 404 && r.status != 400 {
				t.Errorf("/bodies/%.40s: %d %s", id, r.status, r.body)
			}
			if r := group.get("/requirements/" + id); r.status != 404 && r.status != 400 {
				t.Errorf("/requirements/%.40s: %d %s", id, r.status, r.body)
			}
		}
		for _, sub := range []string{"%00", "%ff", "-1", "1e3", "99999999999999999999", "1%202", "x", strings.Repeat("9", 3000)} {
			group.get("/policies/"+policy.id()+"/editions/"+sub).refusedAs(404, "not_found", 400)
			group.verb("/risks/"+risk.id()+"/treatments/"+sub+"/start", 1, nil).refusedAs(404, "not_found", 409)
		}
		for _, header := range []string{"If-Match", "If-None-Match", "Accept", "Accept-Language", "Idempotency-Key", "Content-Type", "Authorization", "Cookie", "Origin", "X-CSRF-Token", "X-Forwarded-For", "Range"} {
			for _, value := range []string{strings.Repeat("x", 20000), "\"", "\xff\xfe", ";=,", "W/", `"1"; DROP`, "bytes=0-9999999999"} {
				if r := group.with(header, value).do("POST", "/risks", `{"tull":`, 0); r.status < 400 || r.status > 499 {
					t.Errorf("%s %.20q: %d %s", header, value, r.status, r.body)
				}
				if r := group.with(header, value).get("/risks/" + risk.id()); r.status >= 500 {
					t.Errorf("%s %.20q: %d %s", header, value, r.status, r.body)
				}
			}
		}
		group.get("/risks?q="+strings.Repeat("a", 60000)).refused(400, "bad_parameter", "?q")
		group.get("/risks?"+strings.Repeat("a=1&", 5000)).refused(400, "unknown_parameter", "?a")
		group.get("/risks?" + strings.Repeat("status=identified&", 5000)).ok(200)
		group.get("/risks/"+strings.Repeat("a/", 5000)).refused(404, "no_such_path")
		h.events()

		// Requests that client libraries do not send.
		for request, want := range map[string]string{
			"GET /api/v1/risks/%zz HTTP/1.1\r\nHost: a\r\n\r\n": "400", "GET /api/v1/risks HTTP/1.1\r\n\r\n": "400", "GET api HTTP/1.1\r\nHost: a\r\n\r\n": "400",
			"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nX-Long: " + strings.Repeat("x", 2<<20) + "\r\n\r\n":                                                     "431",
			"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n":                                    "400",
			"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": "400",
			"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n":        "422",
			"GET /api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: ond.example\r\n\r\n":                                                                      "400",
			"GET /api/v1/risks?q=a b HTTP/1.1\r\nHost: a\r\n\r\n":                                                                                          "400",
			"GET http://ond.example/api/v1/me HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n":                                                                         "401",
			"GET /api/v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\r\n\r\n":                                                                          "401",
		} {
			if got := h.raw(request); got != want {
				t.Errorf("%.80q: want %s, got %s", request, want, got)
			}
		}
		h.events()
	})
}

// raw sends bytes and returns the status.
func (h *installation) raw(request string) string {
	h.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.srv.URL, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	go func() { _, _ = c.Write([]byte(request)) }()
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	return fmt.Sprint(res.StatusCode)
}
