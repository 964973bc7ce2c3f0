package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/event"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"github.com/ki-styring/aims/seed"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// at returns the name of an unused database.
func at(t *testing.T) *settings {
	t.Helper()
	return &settings{Database: storetest.DSN(t, store.SQLite), Log: "error"}
}

// printed runs fn and returns what it wrote to standard output.
func printed(t *testing.T, fn func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = out }()
	text := make(chan string)
	go func() {
		all, _ := io.ReadAll(r)
		text <- string(all)
	}()
	fn()
	_ = w.Close()
	return <-text
}

// free returns an address with an unused port.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serving starts the server, runs fn with its base address, and stops it. It returns what was printed and the error of the server.
func serving(t *testing.T, s *settings, c serveCmd, fn func(base string)) (text string, err error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	c.Addr = free(t)
	ended := make(chan error, 1)
	text = printed(t, func() {
		go func() { ended <- c.Run(ctx, s) }()
		base := "http://" + c.Addr
		for {
			select {
			case err = <-ended:
				return
			case <-time.After(5 * time.Millisecond):
			}
			res, e := http.Get(base + "/readyz")
			if e != nil {
				continue
			}
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if fn != nil {
			fn(base)
		}
		http.DefaultClient.CloseIdleConnections()
		stop()
		err = <-ended
	})
	return text, err
}

// ask sends a request, with If-Match if it is given, and returns the status and the JSON of the answer.
func ask(t *testing.T, method, url, token string, body any, ifMatch ...string) (int, map[string]any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		raw = nil
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for _, version := range ifMatch {
		req.Header.Set("If-Match", version)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	_ = json.NewDecoder(res.Body).Decode(&out)
	return res.StatusCode, out
}

// signIn returns a token, or "" if the sign-in failed.
func signIn(t *testing.T, base, username, password string) string {
	t.Helper()
	_, out := ask(t, "POST", base+api.Base+"/sessions", "", map[string]string{"username": username, "password": password})
	token, _ := out["token"].(string)
	return token
}

// inside runs fn on the database, opened as a command opens it.
func inside(t *testing.T, s *settings, fn func(i *installation)) {
	t.Helper()
	i, err := open(t.Context(), s.Database, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := i.store.Close(); err != nil {
			t.Error(err)
		}
	}()
	fn(i)
}

// counted returns the number of rows of a table.
func counted(t *testing.T, s *settings, table string) (n int64) {
	t.Helper()
	inside(t, s, func(i *installation) {
		if err := i.store.Reader.Raw("SELECT COUNT(*) FROM " + table).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
	})
	return n
}

var secret = regexp.MustCompile(`(?m): (\S{20})$`)

// The demo is loaded once. Started again on its own database, the server keeps the data and prints nothing.
func TestDemoGoesOn(t *testing.T) {
	s := at(t)
	var password string
	text, err := serving(t, s, serveCmd{Demo: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := secret.FindStringSubmatch(text); m != nil {
		password = m[1]
	}
	if password == "" || !strings.Contains(text, "council2") {
		t.Fatalf("the first start printed %q", text)
	}
	events := counted(t, s, "events")
	for _, demo := range []bool{true, false} {
		text, err := serving(t, s, serveCmd{Demo: demo, DemoPassword: "another one entirely"}, func(base string) {
			if signIn(t, base, "council", "another one entirely") != "" {
				t.Error("a later start changed the password")
			}
			token := signIn(t, base, "council", password)
			status, me := ask(t, "GET", base+api.Base+"/me", token, nil)
			if status != http.StatusOK || me["username"] != "council" {
				t.Errorf("the council reads %d %v", status, me)
			}
			if status, out := ask(t, "GET", base+api.Base+"/risks?count=true", token, nil); status != http.StatusOK || out["total"].(float64) < 5 {
				t.Errorf("risks: %d %v", status, out)
			}
			if status, out := ask(t, "GET", base+api.Base+"/policies?in_force=true&count=true&q=hensikt", token, nil); status != http.StatusOK || out["total"].(float64) < 1 {
				t.Errorf("documents in force with a word of their text: %d %v", status, out)
			}
		})
		if err != nil || text != "" {
			t.Errorf("a later start, --demo %v, printed %q: %v", demo, text, err)
		}
	}
	if now := counted(t, s, "events"); now != events {
		t.Errorf("%d events, then %d", events, now)
	}
}

// A password given by flag is not printed. Every demo person can sign in with it.
func TestDemoPassword(t *testing.T) {
	const password = "et passord for alle sammen"
	text, err := serving(t, at(t), serveCmd{Demo: true, DemoPassword: password}, func(base string) {
		for _, name := range []string{"admin", "owner2", "employee"} {
			if signIn(t, base, name, password) == "" {
				t.Errorf("%s cannot sign in", name)
			}
		}
	})
	if err != nil || text != "" {
		t.Errorf("printed %q: %v", text, err)
	}
}

// A first start makes one administrator with a one-time password. A second start prints nothing, and refuses to add the demo.
func TestFirstStart(t *testing.T) {
	s := at(t)
	text, err := serving(t, s, serveCmd{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := secret.FindStringSubmatch(text)
	if m == nil || !strings.Contains(text, "First administrator: admin") {
		t.Fatalf("printed %q", text)
	}
	before := counted(t, s, "events")
	if text, err := serving(t, s, serveCmd{Demo: true}, nil); err == nil || !strings.Contains(err.Error(), "--demo goes into an empty database") || text != "" {
		t.Errorf("--demo on an installation: %q, %v", text, err)
	}
	if after := counted(t, s, "events"); after != before || counted(t, s, "users") != 1 {
		t.Errorf("a refused demo wrote: %d events, then %d", before, after)
	}
	text, err = serving(t, s, serveCmd{}, func(base string) {
		token := signIn(t, base, "admin", m[1])
		if token == "" {
			t.Fatal("the one-time password does not open")
		}
		if signIn(t, base, "admin", m[1]) != "" {
			t.Error("the one-time password opens twice")
		}
		if status, out := ask(t, "GET", base+api.Base+"/users", token, nil); status != http.StatusForbidden {
			t.Errorf("before a password of its own: %d %v", status, out)
		}
		h := &hospital{t: t, base: base, tokens: map[string]string{"admin": token}}
		h.steps("admin", "next own_password units", "later people top_management secretariat council mandate members risks statement")
		if status, out := ask(t, "POST", base+api.Base+"/me/password", token, map[string]string{"new_password": "et nytt og langt passord"}); status >= 300 {
			t.Fatalf("choosing a password: %d %v", status, out)
		}
		token = signIn(t, base, "admin", "et nytt og langt passord")
		if status, out := ask(t, "GET", base+api.Base+"/users?count=true", token, nil); status != http.StatusOK || out["total"] != float64(1) {
			t.Errorf("users: %d %v", status, out)
		}
		h.tokens["admin"] = token
		h.steps("admin", "done own_password", "next units", "later people passwords")
	})
	if err != nil || text != "" {
		t.Errorf("the second start printed %q: %v", text, err)
	}
}

// Frameworks are loaded once, after a dry run that shows the changes. Unchanged ones are not written.
// A broken file changes nothing and is reported with its line.
func TestSeed(t *testing.T) {
	s, dir := at(t), t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	file := func(name string) string {
		t.Helper()
		text, err := seed.Files.ReadFile("frameworks/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	run := func(dry bool, paths ...string) (string, error) {
		t.Helper()
		var err error
		text := printed(t, func() { err = (&seedCmd{Paths: paths, DryRun: dry}).Run(t.Context(), s) })
		return text, err
	}
	if text, err := run(true, write("first.yaml", file("gdpr.yaml"))); err == nil || text != "" {
		t.Errorf("dry, without a database: %q, %v", text, err)
	}
	if _, err := os.Stat(s.Database); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a dry run makes a database: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "first.yaml")); err != nil {
		t.Fatal(err)
	}
	inside(t, s, func(*installation) {})
	gdpr, noLaw := write("gdpr.yaml", file("gdpr.yaml")), write("no-law.yaml", file("no-law.yaml"))
	text, err := run(true, dir)
	if err != nil || !strings.Contains(text, "gdpr: ") || !strings.Contains(text, " would add, 0 would change, 0 unchanged") || counted(t, s, "frameworks") != 0 {
		t.Fatalf("dry: %s, %v", text, err)
	}
	if text, err = run(false, gdpr, noLaw); err != nil || strings.Contains(text, " 0 added") || counted(t, s, "frameworks") != 2 {
		t.Fatalf("%s, %v", text, err)
	}
	events := counted(t, s, "events")
	if text, err = run(false, dir); err != nil || strings.Count(text, " 0 added, 0 changed") != 2 || counted(t, s, "events") != events {
		t.Errorf("again: %s, %v", text, err)
	}
	write("no-law.yaml", strings.Replace(file("no-law.yaml"), "nb: ", "nb: Ny ", 1))
	write("gdpr.yaml", file("gdpr.yaml")+"\n  - key: broken\n    kind: nothing\n    unknown: 1\n")
	text, err = run(false, dir)
	if err == nil || !strings.Contains(err.Error(), "nothing was changed") || !regexp.MustCompile(`gdpr\.yaml:\d+`).MatchString(err.Error()) || counted(t, s, "events") != events {
		t.Errorf("a broken file: %q, %v", text, err)
	}
	if n := strings.Count(err.Error(), "gdpr.yaml:"); n < 2 {
		t.Errorf("%d faults: %v", n, err)
	}
	if text, err = run(true, noLaw); err != nil || counted(t, s, "events") != events {
		t.Errorf("dry over a change: %s, %v", text, err)
	}
	if _, err = run(false, noLaw); err != nil || counted(t, s, "events") != events+1 {
		t.Errorf("one change makes %d events: %v", counted(t, s, "events")-events, err)
	}
	if _, err = run(false, filepath.Join(dir, "absent.yaml")); err == nil {
		t.Error("an absent file is loaded")
	}
}

// Units, roles and own controls are loaded from files as frameworks are: a dry run first, then once, and only what differs.
func TestSeedInstallation(t *testing.T) {
	s, dir := at(t), t.TempDir()
	example, err := seed.Files.ReadFile("examples/enheter-og-roller.yaml")
	if err != nil {
		t.Fatal(err)
	}
	run := func(t *testing.T, dry bool, texts ...string) (string, error) {
		t.Helper()
		var paths []string
		for i, text := range texts {
			paths = append(paths, filepath.Join(dir, string(rune('a'+i))+".yaml"))
			if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		out := printed(t, func() { err = (&seedCmd{Paths: paths, DryRun: dry}).Run(t.Context(), s) })
		return out, err
	}
	says := func(t *testing.T, text string, err error, lines ...string) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		for _, l := range lines {
			if !strings.Contains(text, l+"\n") {
				t.Errorf("no line %q in\n%s", l, text)
			}
		}
	}
	var events int64
	var changed string
	t.Run("a dry run writes nothing", func(t *testing.T) {
		events = counted(t, s, "events")
		text, err := run(t, true, string(example))
		says(t, text, err, "units: 3 would add, 0 would change, 0 unchanged, 0 left alone", "roles: 1 would add, 0 would change, 0 unchanged, 0 left alone",
			"controls: 1 would add, 0 would change, 0 unchanged, 0 left alone")
		if counted(t, s, "events") != events || counted(t, s, "units") != 0 {
			t.Error("a dry run writes")
		}
	})
	t.Run("the file is loaded", func(t *testing.T) {
		text, err := run(t, false, string(example))
		says(t, text, err, "units: 3 added, 0 changed, 0 unchanged, 0 left alone", "  + /sykehuset/bildediagnostikk/:dobbel-granskning")
		events = counted(t, s, "events")
	})
	t.Run("the same file changes nothing", func(t *testing.T) {
		text, err := run(t, false, string(example))
		says(t, text, err, "units: 0 added, 0 changed, 3 unchanged, 0 left alone", "roles: 0 added, 0 changed, 1 unchanged, 0 left alone",
			"controls: 0 added, 0 changed, 1 unchanged, 0 left alone")
		if counted(t, s, "events") != events {
			t.Error("a file that changes nothing writes")
		}
	})
	t.Run("what changed is changed", func(t *testing.T) {
		changed = strings.NewReplacer("name: Klinikk for bildediagnostikk", "name: Bildeklinikken", "Kan stanse", "Kan straks stanse",
			"Dobbel granskning", "Uavhengig granskning", "  - {path: /sykehuset/bildediagnostikk/bruddstotte/, kind: project, name: KI-støtte ved bruddvurdering}\n", "").Replace(string(example))
		text, err := run(t, false, changed)
		says(t, text, err, "  ~ /sykehuset/bildediagnostikk/ name", "  = /sykehuset/bildediagnostikk/bruddstotte/ not_in_file", "  ~ klinisk-fagansvarlig authority",
			"  ~ /sykehuset/bildediagnostikk/:dobbel-granskning title")
		if n := counted(t, s, "events"); n != events+3 {
			t.Errorf("three changes make %d events", n-events)
		}
	})
	t.Run("a file alone and one found in its folder", func(t *testing.T) {
		for _, named := range []string{filepath.Join(t.TempDir(), "installation.json"), ""} { // named, and found in its folder
			path := named
			if path == "" {
				path = filepath.Join(dir, "json")
				named = filepath.Join(path, "installation.json")
				if err := os.Mkdir(path, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(named, []byte(`{"units": [{"path": "/sykehuset/", "kind": "hospital", "name": "Sykehuset"}]}`), 0o600); err != nil {
				t.Fatal(err)
			}
			var err error
			text := printed(t, func() { err = (&seedCmd{Paths: []string{path}}).Run(t.Context(), s) })
			says(t, text, err, "units: 0 added, 0 changed, 1 unchanged, 2 left alone")
		}
	})
	t.Run("faults", func(t *testing.T) {
		events = counted(t, s, "events")
		for _, tt := range []struct {
			name, file string
			want       []string
		}{
			{
				"faults in its form", "units:\n  - {path: nowhere, kind: hospital, name: A}\n  - {path: /a/, kind: castle, name: A, colour: red}\nroles:\n  - key: x\n",
				[]string{"a.yaml:2: /units/0/path: ", "a.yaml:3: /units/1/colour: ", "a.yaml:3: /units/1/kind: ", "a.yaml:5: /roles/0/title: "},
			},
			{"a grant that is not given", strings.Replace(changed, "action: create", "action: approve", 1), []string{"/roles/0/grants/1/action: "}},
			{"one entry twice", "units:\n  - {path: /a/, kind: hospital, name: A}\n  - {path: /a/, kind: hospital, name: B}\n", []string{"a.yaml:3: /units/1/path: "}},
			{"no unit above", "units:\n  - {path: /sykehuset/, kind: hospital, name: A}\n  - {path: /b/c/, kind: clinic, name: C}\n", []string{"a.yaml:3: /units/1/path: "}},
			{"no unit for a control", "controls:\n  - {scope: /b/, key: k, title: T}\n", []string{"a.yaml:2: /controls/0/scope: "}},
			{"a control without its key", "controls:\n  - {scope: /sykehuset/, title: T}\n", []string{"/controls/0/key: "}},
			{"something else", "persons: []\n", []string{"a.yaml:1: /persons: "}},
			{"not YAML", "a: [b\nc: d\n", []string{"a.yaml:2: the file is not valid YAML"}},
		} {
			text, err := run(t, false, tt.file)
			if err == nil || text != "" || !strings.Contains(err.Error(), "nothing was changed") || counted(t, s, "events") != events {
				t.Errorf("%s: %q, %v", tt.name, text, err)
				continue
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%s: no %q in %v", tt.name, w, err)
				}
			}
		}
	})
}

// A mistyped section of a seed is a fault, also in a file found in a folder. Then nothing in the folder is loaded.
func TestSeedFolderWithAFault(t *testing.T) {
	s, dir := at(t), t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "units:\n  - {path: /sykehuset/, kind: hospital, name: Sykehuset}\n",
		"b.yaml": "units: []\nkontroller:\n  - {scope: /, key: a, title: A}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	printed(t, func() { err = (&seedCmd{Paths: []string{dir}}).Run(t.Context(), s) })
	if err == nil || !strings.Contains(err.Error(), "b.yaml:2: /kontroller: ") || counted(t, s, "units") != 0 {
		t.Errorf("%v", err)
	}
}

// From the project's own folder the seeds are loaded. Other files are listed and skipped.
func TestSeedFolder(t *testing.T) {
	s := at(t)
	var err error
	inside(t, s, func(i *installation) {
		if _, err := i.install(t.Context(), false, ""); err != nil {
			t.Fatal(err)
		}
	})
	c := seedCmd{Paths: []string{filepath.Join("..", "..", "seed")}, Passwords: filepath.Join(t.TempDir(), "passord.txt")}
	text := printed(t, func() { err = c.Run(t.Context(), s) })
	if err != nil || counted(t, s, "frameworks") != 11 || counted(t, s, "units") != 10 {
		t.Fatalf("%s, %v", text, err)
	}
	for _, name := range []string{"clause-support.yaml", "hospital.yaml", "4x4.yaml", "5x5.yaml", "templates/siv-guideline.yaml"} {
		if !regexp.MustCompile(`left alone: not a seed .*` + regexp.QuoteMeta(name)).MatchString(text) {
			t.Errorf("%s is not named:\n%s", name, text)
		}
	}
}

func TestMigrate(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := &settings{Database: storetest.DSN(t, engine), Log: "error"}
			run := func(dry bool) string {
				t.Helper()
				return printed(t, func() {
					if err := (&migrateCmd{DryRun: dry}).Run(t.Context(), s); err != nil {
						t.Error(err)
					}
				})
			}
			if got := run(true); !strings.HasPrefix(got, "The schema would go from 0 to ") {
				t.Errorf("dry: %q", got)
			}
			if got := run(false); !strings.HasPrefix(got, "The schema went from 0 to ") {
				t.Errorf("run: %q", got)
			}
			for _, dry := range []bool{true, false} {
				if got := run(dry); !strings.HasPrefix(got, "The schema is up to date (") {
					t.Errorf("again: %q", got)
				}
			}
			st, err := store.Open(t.Context(), s.Database, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = st.Close() }()
			if err := st.Writer.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, " + map[store.Engine]string{store.SQLite: "1", store.Postgres: "true"}[engine] + ")").Error; err != nil {
				t.Fatal(err)
			}
			for _, dry := range []bool{true, false} {
				if err := (&migrateCmd{DryRun: dry}).Run(t.Context(), s); !errors.Is(err, store.ErrNewSchema) {
					t.Errorf("a newer schema, dry %v: %v", dry, err)
				}
			}
		})
	}
}

// SQLite is copied and migrated when it is opened. PostgreSQL is migrated only by the command.
func TestOldSchema(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := &settings{Database: storetest.DSN(t, engine), Log: "error"}
			st, err := store.Open(t.Context(), s.Database, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Writer.Exec("CREATE TABLE notes (text varchar(10))").Error; err != nil { // not empty, and without the schema
				t.Fatal(err)
			}
			if err := st.Close(); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "a.yaml")
			if err := os.WriteFile(file, []byte(`units: [{path: /a/, kind: hospital, name: A}]`), 0o600); err != nil {
				t.Fatal(err)
			}
			for what, run := range map[string]func() error{
				"seed":      func() error { return (&seedCmd{Paths: []string{file}}).Run(t.Context(), s) },
				"seed, dry": func() error { return (&seedCmd{Paths: []string{file}, DryRun: true}).Run(t.Context(), s) },
				"user":      func() error { return (&userAddCmd{Username: "kari", Name: "Kari", Unit: "/"}).Run(t.Context(), s) },
			} {
				if err := run(); !errors.Is(err, store.ErrOldSchema) {
					t.Errorf("%s: %v", what, err)
				}
			}
			_, err = serving(t, s, serveCmd{}, nil)
			if engine == store.SQLite {
				if err != nil {
					t.Errorf("serving: %v", err)
				}
				return
			}
			if !errors.Is(err, store.ErrOldSchema) {
				t.Errorf("serving: %v", err)
			}
			printed(t, func() { err = (&migrateCmd{}).Run(t.Context(), s) })
			if err != nil {
				t.Fatal(err)
			}
			if text, err := serving(t, s, serveCmd{}, nil); err != nil || !strings.Contains(text, "First administrator") {
				t.Errorf("after migrating: %q, %v", text, err)
			}
		})
	}
}

func TestUsers(t *testing.T) {
	s := at(t)
	word := func(t *testing.T, text string) string {
		t.Helper()
		m := secret.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			t.Fatalf("printed %q", text)
		}
		return m[1]
	}
	opens := func(t *testing.T, username, password string) (ok bool) {
		t.Helper()
		inside(t, s, func(i *installation) {
			_, x, err := api.NewIdentity(i.db).SignIn(t.Context(), username, password, "127.0.0.1", false)
			if err != nil && !fault.Is(err, fault.Unauthenticated) {
				t.Error(err)
			}
			if ok = err == nil; ok && !x.MustChange {
				t.Error("a one-time password need not be changed")
			}
		})
		return ok
	}
	var second, fresh string
	t.Run("before there is an installation", func(t *testing.T) {
		if err := (&userAddCmd{Username: "kari", Name: "Kari", Unit: "/", Admin: true}).Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), "aims serve") {
			t.Errorf("before there is a database: %v", err)
		}
		if _, err := os.Stat(s.Database); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a user is added to a database that is made for it: %v", err)
		}
		inside(t, s, func(*installation) {})
		if err := (&userAddCmd{Username: "kari", Name: "Kari", Unit: "/", Admin: true}).Run(t.Context(), s); err == nil || !strings.Contains(err.Error(), "aims serve") {
			t.Errorf("before there is an installation: %v", err)
		}
		inside(t, s, func(i *installation) {
			if _, err := i.install(t.Context(), false, ""); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("a password opens once", func(t *testing.T) {
		first := printed(t, func() {
			if err := (&userAddCmd{Username: "Kari", Name: "Kari Nordmann", Unit: "/", Admin: true}).Run(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
		second = printed(t, func() {
			if err := (&userAddCmd{Username: "ola", Name: "Ola Nordmann", Unit: "/"}).Run(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
		if !opens(t, "kari", word(t, first)) || !opens(t, "ola", word(t, second)) || opens(t, "ola", word(t, second)) {
			t.Error("one-time passwords open once")
		}
	})
	t.Run("a new password takes the place of the old one", func(t *testing.T) {
		again := printed(t, func() {
			if err := (&userPasswordCmd{Username: "ola"}).Run(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
		if opens(t, "ola", word(t, second)) || !opens(t, "ola", word(t, again)) {
			t.Error("the new password does not take the old one's place")
		}
	})
	t.Run("a person is kept out", func(t *testing.T) {
		fresh = printed(t, func() {
			if err := (&userPasswordCmd{Username: "ola"}).Run(t.Context(), s); err != nil {
				t.Error(err)
			}
		})
		if err := (&userDisableCmd{Username: "ola", Reason: "sluttet"}).Run(t.Context(), s); err != nil {
			t.Error(err)
		}
		if opens(t, "ola", word(t, fresh)) {
			t.Error("a disabled person signs in")
		}
		inside(t, s, func(i *installation) {
			var live, resets int64
			i.store.Reader.Raw("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL").Scan(&live)
			i.store.Reader.Raw("SELECT COUNT(*) FROM events WHERE action = 'reset-password'").Scan(&resets)
			if live != 1 || resets != 2 {
				t.Errorf("%d live sessions, %d resets in the log", live, resets)
			}
			if err := i.db.Read(t.Context(), record.System, record.Permission{}, func(tx *record.Tx) error {
				events, _, err := event.List(tx, event.Query{Limit: 1, Actions: []string{"deactivate"}})
				if len(events) != 1 || events[0].Reason != "sluttet" {
					t.Errorf("the log says %+v", events)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("a person is let in again", func(t *testing.T) {
		for _, run := range []func() error{
			func() error { return (&userEnableCmd{Username: "ola", Reason: "tilbake"}).Run(t.Context(), s) },
			func() error { return (&userDisableCmd{Username: "admin", Reason: "kari tar over"}).Run(t.Context(), s) },
		} {
			if err := run(); err != nil {
				t.Error(err)
			}
		}
		if !opens(t, "ola", word(t, fresh)) {
			t.Error("a person who is let in again does not sign in")
		}
		if err := (&userDisableCmd{Username: "ola", Reason: "sluttet"}).Run(t.Context(), s); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is refused writes nothing", func(t *testing.T) {
		before := counted(t, s, "events")
		for what, run := range map[string]func() error{
			"a taken name":         func() error { return (&userAddCmd{Username: "KARI", Name: "x", Unit: "/"}).Run(t.Context(), s) },
			"no such unit":         func() error { return (&userAddCmd{Username: "per", Name: "x", Unit: "/siv/"}).Run(t.Context(), s) },
			"no name":              func() error { return (&userAddCmd{Username: "per", Name: " ", Unit: "/"}).Run(t.Context(), s) },
			"nobody's password":    func() error { return (&userPasswordCmd{Username: "per"}).Run(t.Context(), s) },
			"nobody to enable":     func() error { return (&userEnableCmd{Username: "per", Reason: "x"}).Run(t.Context(), s) },
			"nobody to disable":    func() error { return (&userDisableCmd{Username: "per", Reason: "x"}).Run(t.Context(), s) },
			"somebody kept out":    func() error { return (&userDisableCmd{Username: "ola", Reason: "x"}).Run(t.Context(), s) },
			"no reason":            func() error { return (&userDisableCmd{Username: "kari", Reason: " "}).Run(t.Context(), s) },
			"no reason to enable":  func() error { return (&userEnableCmd{Username: "ola"}).Run(t.Context(), s) },
			"the last one":         func() error { return (&userDisableCmd{Username: "kari", Reason: "x"}).Run(t.Context(), s) },
			"somebody let in":      func() error { return (&userEnableCmd{Username: "kari", Reason: "x"}).Run(t.Context(), s) },
			"a name that is no id": func() error { return (&userAddCmd{Username: "a b", Name: "x", Unit: "/"}).Run(t.Context(), s) },
		} {
			text := printed(t, func() {
				if err := run(); err == nil {
					t.Errorf("%s passes", what)
				} else if describe(err) == "" {
					t.Errorf("%s is not described", what)
				}
			})
			if text != "" {
				t.Errorf("%s prints %q", what, text)
			}
		}
		if after := counted(t, s, "events"); after != before {
			t.Errorf("refused commands wrote %d events", after-before)
		}
	})
}

// At shutdown the server finishes running requests and accepts no new ones.
func TestShutdownFinishesRequests(t *testing.T) {
	inside(t, at(t), func(i *installation) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		began, finish := make(chan bool), make(chan bool)
		slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			began <- true
			<-finish
			if r.Context().Err() != nil {
				t.Error("the running request was cancelled")
			}
			_, _ = io.WriteString(w, "whole")
		})
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		carrier, err := api.NewCarrier(i.guard)
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		ended, answer := make(chan error, 1), make(chan string, 1)
		go func() { ended <- serveHTTP(ctx, l, slow, carrier, i, slog.New(slog.DiscardHandler)) }()
		go func() {
			res, err := http.Get("http://" + addr)
			if err != nil {
				t.Error(err)
				return
			}
			body, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			answer <- string(body)
			if err != nil {
				t.Error(err)
			}
		}()
		<-began
		stop()
		for range 400 { // until the port is closed
			c, err := net.Dial("tcp", addr)
			if err != nil {
				break
			}
			_ = c.Close()
			time.Sleep(5 * time.Millisecond)
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended with a request running: %v", err)
		default:
		}
		close(finish)
		if got := <-answer; got != "whole" {
			t.Errorf("the answer is %q", got)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// Of two servers on one database, each sees the rights that the other one changes.
func TestTwoServers(t *testing.T) {
	const password = "et passord for alle sammen"
	s := at(t)
	_, err := serving(t, s, serveCmd{Demo: true, DemoPassword: password}, func(first string) {
		_, err := serving(t, s, serveCmd{}, func(second string) {
			admin, employee := signIn(t, first, "admin", password), signIn(t, first, "employee", password)
			_, me := ask(t, "GET", second+api.Base+"/me", employee, nil)
			follows := func(want int) {
				t.Helper()
				for range 100 { // ten seconds; a server that cannot confirm for five must not answer
					if status, _ := ask(t, "GET", second+api.Base+"/risks", employee, nil); status == want {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
				t.Errorf("the second server does not follow: %d", want)
			}
			follows(http.StatusForbidden)
			status, given := ask(t, "POST", first+api.Base+"/assignments", admin, map[string]any{"scope": "/siv/", "user_id": me["id"], "role": "line_manager"})
			if status != http.StatusCreated {
				t.Fatalf("assign: %d %v", status, given)
			}
			follows(http.StatusOK)
			end, err := http.NewRequest("POST", first+api.Base+"/assignments/"+given["id"].(string)+"/end", strings.NewReader(`{"reason": "Vervet er over"}`))
			if err != nil {
				t.Fatal(err)
			}
			end.Header = http.Header{"Authorization": {"Bearer " + admin}, "Content-Type": {"application/json"}, "If-Match": {`"1"`}}
			if res, err := http.DefaultClient.Do(end); err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("end: %v %v", res, err)
			}
			follows(http.StatusForbidden)
			if status, _ := ask(t, "DELETE", second+api.Base+"/sessions/current", employee, nil); status != http.StatusNoContent {
				t.Errorf("sign out: %d", status)
			}
			if status, _ := ask(t, "GET", first+api.Base+"/me", employee, nil); status != http.StatusUnauthorized {
				t.Errorf("signed out at the second server, the first answers %d", status)
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// An origin that no browser can send stops the start, before a database is made.
func TestOrigins(t *testing.T) {
	for origin, ok := range map[string]bool{
		"https://kvalitet.example.no": true, "http://localhost:5173": true, "http://[::1]:5173": true, "https://xn--kvalitet-1xa.no": true,
		"kvalitet.example.no": false, "https://kvalitet.example.no/": false, "*": false, "https://*.example.no": false, "": false, "null": false, "https://": false,
		"https://kvalitet.example.no/app": false, "https://Kvalitet.example.no": false, "HTTPS://kvalitet.example.no": false, "https://kvalitet.example.no:443": false,
		"http://kvalitet.example.no:80": false, "ftp://kvalitet.example.no": false, "https://a@kvalitet.example.no": false, "https://kvalitet.example.no?a": false, " https://a.no": false,
	} {
		if err := rest.CheckOrigins([]string{"https://first.example.no", origin}); (err == nil) != ok {
			t.Errorf("%q: %v", origin, err)
		}
	}
	s := at(t)
	if _, err := serving(t, s, serveCmd{Origins: []string{"kvalitet.example.no"}}, nil); err == nil {
		t.Error("a server starts with an origin that never matches")
	}
	if _, err := os.Stat(s.Database); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused start makes a database: %v", err)
	}
}

// X-Forwarded-For is trusted only from a named proxy, so that nobody can guess passwords from forged addresses.
func TestTrustedProxies(t *testing.T) {
	const password = "et passord for alle sammen"
	for _, try := range []struct {
		name    string
		proxies []string
		another int // the status for the right password from another address after too many wrong ones
	}{{"named", []string{"127.0.0.1"}, http.StatusCreated}, {"none", nil, http.StatusTooManyRequests}} {
		t.Run(try.name, func(t *testing.T) {
			_, err := serving(t, at(t), serveCmd{Demo: true, DemoPassword: password, Proxies: try.proxies}, func(base string) {
				from := func(address, username, password string) int {
					body, _ := json.Marshal(map[string]string{"username": username, "password": password})
					req, err := http.NewRequest("POST", base+api.Base+"/sessions", bytes.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					req.Header = http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {address}}
					res, err := http.DefaultClient.Do(req)
					if err != nil {
						t.Fatal(err)
					}
					_ = res.Body.Close()
					return res.StatusCode
				}
				for i := range 21 {
					if status := from("203.0.113.7", fmt.Sprint("ukjent", i), "feil passord her"); status != http.StatusUnauthorized {
						t.Errorf("try %d: %d", i, status)
					}
				}
				if status := from("203.0.113.7", "owner", password); status != http.StatusTooManyRequests {
					t.Errorf("from the same address: %d", status)
				}
				if status := from("203.0.113.8", "owner", password); status != try.another {
					t.Errorf("from another address: %d", status)
				}
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}
