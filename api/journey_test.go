package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/demo"
	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/seeding"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/openapi"
	"github.com/ki-styring/aims/policies"
	"github.com/ki-styring/aims/seed"
)

const password = "et langt passord for prøvene"

// passwordHash is the hash of the common password, at the lowest cost, because journeys sign in hundreds of times.
// Passwords set through the API have the full cost.
var passwordHash = sync.OnceValue(func() string {
	salt, b64 := make([]byte, 16), base64.RawStdEncoding
	return "$argon2id$v=19$m=8,t=1,p=1$" + b64.EncodeToString(salt) + "$" + b64.EncodeToString(argon2.IDKey([]byte(password), salt, 1, 8, 1, 32))
})

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // at the default value garbage collection takes a fifth of the time
	if err := policy.LoadTemplates(must(fsSub("templates"))); err != nil {
		panic(err)
	}
	if err := errors.Join(catalogue.Load(seed.Files), classify.Load(seed.Files)); err != nil {
		panic(err)
	}
	storetest.Main(m)
}

// installation is a test server on a copy of the demo hospital, which the journeys run on. Its clock stands still until a test moves it.
type installation struct {
	t      testing.TB
	store  *store.Store
	db     *record.DB
	srv    *httptest.Server
	now    time.Time
	ticks  bool // the clock goes on by a millisecond each time it is read
	mu     sync.Mutex
	tokens map[string]string // the session token of each person who is signed in, by username
	ids    map[string]string // the ids of people, by username
	log    *bytes.Buffer     // what the server logged at the level and above
	level  slog.LevelVar
	seq    int64 // the last event that logged or seen has read
}

// eachInstallation runs a journey on every engine, on an installation that has people, units and bodies but no other records.
func eachInstallation(t *testing.T, journey func(h *installation)) {
	t.Helper()
	eachCopy(t, true, func(_ *testing.T, h *installation) { journey(h) })
}

// eachCopy runs a journey on every engine, each on its own copy of the demo hospital, in parallel with other journeys.
func eachCopy(t *testing.T, bare bool, journey func(t *testing.T, h *installation)) {
	t.Helper()
	t.Parallel()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			journey(t, installationOn(t, engine, bare))
		})
	}
}

// installationOn serves a copy of the demo hospital. If bare, it has only people, units and bodies.
func installationOn(t testing.TB, engine store.Engine, bare bool) *installation {
	t.Helper()
	s := storetest.Filled(t, engine, fmt.Sprintf("bare_%t", bare), func(s *store.Store) error { return install(s, bare) })
	return serve(t, s)
}

// install loads the demo hospital into an empty database.
func install(s *store.Store, bare bool) error {
	guard, err := api.NewGuard(policies.Files)
	if err != nil {
		return err
	}
	db, err := record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, func() time.Time { return demo.Begins }, store.Down)
	if err != nil {
		return err
	}
	return db.Write(context.Background(), record.System, record.Permission{}, "", func(tx *record.Tx) error {
		if err := seeding.Install(tx, policies.Files, seed.Files); err != nil {
			return err
		}
		carrier, err := api.NewCarrier(guard)
		if err != nil {
			return err
		}
		return demo.Load(tx, seed.Files, guard, carrier, passwordHash(), bare)
	})
}

// serve starts a server on the database.
func serve(t testing.TB, s *store.Store) *installation {
	t.Helper()
	h := &installation{t: t, store: s, tokens: map[string]string{}, ids: map[string]string{}, log: &bytes.Buffer{}, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	guard, err := api.NewGuard(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.ticks {
			h.now = h.now.Add(time.Millisecond)
		}
		return h.now
	}
	if h.db, err = record.Open(s.Writer, s.Reader, s.Engine == store.Postgres, guard, clock, store.Down); err != nil {
		t.Fatal(err)
	}
	if err := h.db.Confirm(context.Background()); err != nil {
		t.Fatal(err)
	}
	h.level.Set(slog.LevelError)
	logged := slog.New(slog.NewJSONHandler(&lockedWriter{w: h.log}, &slog.HandlerOptions{Level: &h.level}))
	server, err := api.New(api.Config{
		DB: h.db, Guard: guard, Policies: policies.Files, Identity: api.NewIdentity(h.db), Log: logged, Ready: func() error { return nil }, Down: store.Down, Describe: openapi.JSON,
		Origins: []string{"https://kvalitet.siv.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.srv = httptest.NewServer(server)
	ctx, stop := context.WithCancel(context.Background())
	go h.confirm(ctx)
	t.Cleanup(func() {
		stop()
		h.srv.Close()
		if h.log.Len() > 0 {
			t.Errorf("the server logged errors:\n%s", h.log)
		}
	})
	h.seen()
	return h
}

// confirm reads the access epoch every second, as the command serve does.
func (h *installation) confirm(ctx context.Context) {
	for ctx.Err() == nil {
		_ = h.db.Confirm(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

// set moves the installation's clock.
func (h *installation) set(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = at
}

// later moves the clock forward by a number of days.
func (h *installation) later(days int) { h.set(h.now.AddDate(0, 0, days)) }

// client sends requests as one person.
type client struct {
	h      *installation
	name   string
	header http.Header
}

// as returns a client for a person. The first call for a person signs in.
func (h *installation) as(name string) *client {
	h.t.Helper()
	c := &client{h: h, name: name, header: http.Header{}}
	if name == "" {
		return c
	}
	if h.tokens[name] == "" {
		r := c.do("POST", "/sessions", map[string]any{"username": name, "password": password}, 0)
		if r.status != http.StatusCreated {
			h.t.Fatalf("sign in %s: %d %s", name, r.status, r.body)
		}
		h.tokens[name] = r.str("token")
	}
	c.header.Set("Authorization", "Bearer "+h.tokens[name])
	return c
}

// id returns the id of a person.
func (h *installation) id(name string) string {
	h.t.Helper()
	if h.ids[name] == "" {
		h.ids[name] = h.as(name).get("/me").ok(200).str("id")
	}
	return h.ids[name]
}

// with returns a client for the same person that sends another header.
func (c *client) with(name, value string) *client {
	n := &client{h: c.h, name: c.name, header: c.header.Clone()}
	n.header.Set(name, value)
	return n
}

// browser sends the requests of the journeys. It asks for compressed answers only if a journey does, and follows no redirects.
var browser = &http.Client{
	Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 8},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (c *client) get(path string) *reply { c.h.t.Helper(); return c.do("GET", path, nil, 0) }
func (c *client) post(path string, body any) *reply {
	c.h.t.Helper()
	return c.do("POST", path, body, 0)
}

func (c *client) delete(path string, v int64) *reply {
	c.h.t.Helper()
	return c.do("DELETE", path, nil, v)
}

func (c *client) patch(path string, v int64, body any) *reply {
	c.h.t.Helper()
	return c.do("PATCH", path, body, v)
}

// verb posts a verb on a record, with the version that the person read.
func (c *client) verb(path string, v int64, body any) *reply {
	c.h.t.Helper()
	return c.do("POST", path, body, v)
}

// do sends a request. A version above 0 becomes If-Match. A string body is sent as it is.
func (c *client) do(method, path string, body any, version int64) *reply {
	c.h.t.Helper()
	var b io.Reader
	switch x := body.(type) {
	case nil:
	case string:
		b = strings.NewReader(x)
	case []byte:
		b = bytes.NewReader(x)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			c.h.t.Fatal(err)
		}
		b = bytes.NewReader(raw)
	}
	url := c.h.srv.URL + api.Base + path
	if strings.HasPrefix(path, "!") { // a path outside the API
		url = c.h.srv.URL + path[1:]
	}
	req, err := http.NewRequest(method, url, b)
	if err != nil {
		c.h.t.Fatal(err)
	}
	req.Header = c.header.Clone()
	if b != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if version > 0 {
		req.Header.Set("If-Match", fmt.Sprintf("%q", fmt.Sprint(version)))
	}
	res, err := browser.Do(req)
	if err != nil {
		c.h.t.Fatal(err)
	}
	defer res.Body.Close()
	var content io.Reader = res.Body
	if res.Header.Get("Content-Encoding") == "gzip" {
		if content, err = gzip.NewReader(res.Body); err != nil {
			c.h.t.Fatal(err)
		}
	}
	raw, err := io.ReadAll(content)
	if err != nil {
		c.h.t.Fatal(err)
	}
	r := &reply{t: c.h.t, status: res.StatusCode, header: res.Header, body: raw, what: c.name + " " + method + " " + path}
	if strings.Contains(res.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(raw, &r.json); err != nil {
			c.h.t.Fatalf("%s: not JSON: %v: %s", r.what, err, raw)
		}
	}
	if r.status >= 500 {
		c.h.t.Errorf("%s: %d %s", r.what, r.status, raw)
	}
	described(c.h.t, method, path, r)
	traced(c, method, path, r)
	return r
}

// reply is the answer to a request.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

// ok checks the status of the reply.
func (r *reply) ok(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: want %d, got %d %s", r.what, status, r.status, r.body)
	}
	return r
}

// refused checks the status, the code and the fault pointers of the reply.
func (r *reply) refused(status int, code string, pointers ...string) *reply {
	r.t.Helper()
	if r.status != status || r.json["code"] != code {
		r.t.Fatalf("%s: want %d %s, got %d %s", r.what, status, code, r.status, r.body)
	}
	var got []string
	errs, _ := r.json["errors"].([]any)
	for _, e := range errs {
		got = append(got, e.(map[string]any)["pointer"].(string))
	}
	for _, p := range pointers {
		if !contains(got, p) {
			r.t.Fatalf("%s: no fault at %s: %s", r.what, p, r.body)
		}
	}
	return r
}

// at returns a member by a path such as "items.0.title".
func (r *reply) at(path string) any {
	r.t.Helper()
	var v any = r.json
	for _, p := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			var i int
			if _, err := fmt.Sscan(p, &i); err != nil || i >= len(x) {
				r.t.Fatalf("%s: no %s in %s", r.what, path, r.body)
			}
			v = x[i]
		default:
			r.t.Fatalf("%s: no %s in %s", r.what, path, r.body)
		}
	}
	return v
}

// is checks the printed value of a member.
func (r *reply) is(path string, want any) *reply {
	r.t.Helper()
	if got := fmt.Sprint(r.at(path)); got != fmt.Sprint(want) {
		r.t.Fatalf("%s: %s: want %v, got %v", r.what, path, want, got)
	}
	return r
}

func (r *reply) str(path string) string {
	r.t.Helper()
	s, _ := r.at(path).(string)
	return s
}

func (r *reply) id() string     { r.t.Helper(); return r.str("id") }
func (r *reply) version() int64 { r.t.Helper(); n, _ := r.at("version").(float64); return int64(n) }

// items returns the items of a list.
func (r *reply) items() []map[string]any {
	r.t.Helper()
	list, ok := r.at("items").([]any)
	if !ok {
		r.t.Fatalf("%s: no items: %s", r.what, r.body)
	}
	out := make([]map[string]any, len(list))
	for i := range list {
		out[i] = list[i].(map[string]any)
	}
	return out
}

// strings returns a list of texts.
func (r *reply) strings(path string) []string {
	r.t.Helper()
	list, _ := r.at(path).([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i], _ = list[i].(string)
	}
	return out
}

func contains(list []string, v string) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// logged returns the events since its last call, oldest first, as "who kind:action".
func (h *installation) logged() []string {
	h.t.Helper()
	var out []string
	events := h.newest(h.seq, 1000)
	for i := len(events) - 1; i >= 0; i-- {
		out = append(out, h.nameOf(events[i].Actor)+" "+events[i].Kind+":"+events[i].Action)
		h.seq = events[i].Seq
	}
	return out
}

// entry is the part of an event that the tests check.
type entry struct {
	Seq                            int64
	RequestID, Actor, Kind, Action string
}

// newest reads the last events after the given one, newest first. It reads the table itself, because the reader of package event takes
// 200 whole documents at a time and this runs after every request.
func (h *installation) newest(after int64, limit int) []entry {
	h.t.Helper()
	var out []entry
	err := h.store.Reader.Raw("SELECT seq, request_id, actor, kind, action FROM events WHERE seq > ? ORDER BY seq DESC LIMIT ?", after, limit).Scan(&out).Error
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *installation) nameOf(id string) string {
	if id == record.System.ID {
		return "system"
	}
	for name, known := range h.ids {
		if known == id {
			return name
		}
	}
	for name := range h.tokens {
		if h.id(name) == id {
			return name
		}
	}
	return id
}

// seen skips the events so far.
func (h *installation) seen() { h.logged() }

// events checks that the log has exactly these events since the last look.
func (h *installation) events(want ...string) {
	h.t.Helper()
	got := h.logged()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		h.t.Fatalf("events: want\n  %s\ngot\n  %s", strings.Join(want, "\n  "), strings.Join(got, "\n  "))
	}
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
