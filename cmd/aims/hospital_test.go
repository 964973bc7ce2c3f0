package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// hospital is a server on an installation into which seed/examples/sykehus.yaml was loaded.
type hospital struct {
	t      *testing.T
	base   string
	words  map[string]string // one-time passwords, by username
	tokens map[string]string
}

const own = "et eget og langt passord"

// as returns the token of a person. The first call signs in with the one-time password and chooses another one.
func (h *hospital) as(name string) string {
	h.t.Helper()
	if h.tokens[name] != "" {
		return h.tokens[name]
	}
	token := signIn(h.t, h.base, name, h.words[name])
	if token == "" {
		h.t.Fatalf("%s cannot sign in with the one-time password", name)
	}
	if status, out := ask(h.t, "GET", h.base+api.Base+"/units", token, nil); status != http.StatusForbidden || out["code"] != "password_change_required" {
		h.t.Errorf("%s before choosing a password: %d %v", name, status, out)
	}
	if status, out := ask(h.t, "POST", h.base+api.Base+"/me/password", token, map[string]string{"new_password": own}); status >= 300 {
		h.t.Fatalf("%s chooses a password: %d %v", name, status, out)
	}
	h.tokens[name] = signIn(h.t, h.base, name, own)
	return h.tokens[name]
}

// ok sends a request and returns the answer, which must be a success.
func (h *hospital) ok(name, method, path string, body any) map[string]any {
	h.t.Helper()
	status, out := ask(h.t, method, h.base+api.Base+path, h.as(name), body)
	if status >= 300 {
		h.t.Fatalf("%s %s %s: %d %v", name, method, path, status, out)
	}
	return out
}

// tasks returns what waits for a person: the action and the title of each task, sorted.
func (h *hospital) tasks(name string) (out []string) {
	h.t.Helper()
	for _, x := range h.ok(name, "GET", "/me/tasks?limit=100", nil)["items"].([]any) {
		task := x.(map[string]any)
		out = append(out, fmt.Sprint(task["action"], " ", task["title"]))
	}
	slices.Sort(out)
	return out
}

// act takes an action on the version of a record that the person reads.
func (h *hospital) act(name, path, verb string, body any) {
	h.t.Helper()
	status, out := h.try(name, path, verb, body)
	if status != http.StatusOK {
		h.t.Fatalf("%s %s %s: %d %v", name, verb, path, status, out)
	}
}

func (h *hospital) try(name, path, verb string, body any) (int, map[string]any) {
	h.t.Helper()
	record := h.ok(name, "GET", path, nil)
	return ask(h.t, "POST", h.base+api.Base+path+"/"+verb, h.as(name), body, fmt.Sprintf("%q", fmt.Sprint(record["version"])))
}

// find returns the path of the only record of a list.
func (h *hospital) find(name, list string) string {
	h.t.Helper()
	items := h.ok(name, "GET", list, nil)["items"].([]any)
	if len(items) != 1 {
		h.t.Fatalf("%s finds %d records in %s", name, len(items), list)
	}
	path, _, _ := strings.Cut(list, "?")
	return path + "/" + items[0].(map[string]any)["id"].(string)
}

// steps checks the state of steps of the setup: "done units people".
func (h *hospital) steps(name string, want ...string) {
	h.t.Helper()
	got := map[string]string{}
	for _, x := range h.ok(name, "GET", "/setup?scope=/fjordby/", nil)["items"].([]any) {
		got[x.(map[string]any)["key"].(string)] = x.(map[string]any)["status"].(string)
	}
	for _, line := range want {
		words := strings.Fields(line)
		for _, key := range words[1:] {
			if got[key] != words[0] {
				h.t.Errorf("the step %s is %q, not %q", key, got[key], words[0])
			}
		}
	}
}

// seeded runs aims seed and returns what it printed.
func seeded(t *testing.T, s *settings, c seedCmd) (string, error) {
	t.Helper()
	var err error
	text := printed(t, func() { err = c.Run(t.Context(), s) })
	return text, err
}

// installed returns the settings of a new installation.
func installed(t *testing.T, engine store.Engine) *settings {
	t.Helper()
	s := &settings{Database: storetest.DSN(t, engine), Log: "error"}
	inside(t, s, func(i *installation) {
		if _, err := i.install(t.Context(), false, ""); err != nil {
			t.Fatal(err)
		}
	})
	return s
}

// acts counts the events with an action on a kind: by the system, or by people.
func acts(t *testing.T, s *settings, kind, action string, bySystem bool) (n int64) {
	t.Helper()
	inside(t, s, func(i *installation) {
		q := i.store.Reader.Raw("SELECT COUNT(*) FROM events WHERE kind = ? AND action = ? AND (actor = ?) = ?", kind, action, record.System.ID, bySystem)
		if err := q.Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
	})
	return n
}

// The example is a whole hospital. It is loaded into an empty installation, first as a dry run. Its people sign in with their one-time passwords and
// make the decisions that wait for them. Loaded again, it changes nothing.
func TestSeedHospital(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { seedHospital(t, installed(t, engine)) })
	}
}

func seedHospital(t *testing.T, s *settings) {
	file, words := filepath.Join("..", "..", "seed", "examples", "sykehus.yaml"), filepath.Join(t.TempDir(), "passord.txt")
	events := counted(t, s, "events")
	text, err := seeded(t, s, seedCmd{Paths: []string{file}, DryRun: true, Passwords: words})
	if err != nil || !strings.Contains(text, "people: 14 would add, 0 would change, 0 unchanged") {
		t.Fatalf("dry run: %s %v", text, err)
	}
	if counted(t, s, "events") != events || counted(t, s, "users") != 1 {
		t.Fatalf("dry run: %s %v", text, err)
	}
	if _, err := os.Stat(words); !os.IsNotExist(err) {
		t.Errorf("a dry run writes a file of passwords: %v", err)
	}
	text, err = seeded(t, s, seedCmd{Paths: []string{file}})
	if err == nil || text != "" || !strings.Contains(err.Error(), "--passwords FILE") || counted(t, s, "events") != events {
		t.Fatalf("without a file for the passwords: %s %v", text, err)
	}
	if text, err = seeded(t, s, seedCmd{Paths: []string{file}, Passwords: words}); err != nil || !strings.Contains(text, "members: 7 added") {
		t.Fatalf("%s %v", text, err)
	}
	h := &hospital{t: t, words: passwordsIn(t, words), tokens: map[string]string{}}
	for name, word := range h.words {
		if strings.Contains(text, word) {
			t.Errorf("the password of %s is printed", name)
		}
	}
	var kept int64
	inside(t, s, func(i *installation) {
		if err := i.store.Reader.Raw("SELECT COUNT(*) FROM events WHERE doc LIKE ?", "%"+h.words["ingrid.solheim"]+"%").Scan(&kept).Error; err != nil || kept > 0 {
			t.Errorf("%d events hold a password: %v", kept, err)
		}
	})
	for _, decision := range [][2]string{{"mandate", "adopt"}, {"membership", "confirm"}, {"settings", "approve"}, {"policy", "approve"}, {"policy", "publish"}} {
		if n := acts(t, s, decision[0], decision[1], true); n > 0 {
			t.Errorf("the load takes %d decisions: %v", n, decision)
		}
	}
	if _, err := serving(t, s, serveCmd{}, func(base string) { h.base = base; h.decide() }); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[[2]string]int64{{"mandate", "adopt"}: 2, {"membership", "confirm"}: 7, {"settings", "approve"}: 1, {"policy", "approve"}: 2, {"policy", "publish"}: 1} {
		if n := acts(t, s, what[0], what[1], false); n != want {
			t.Errorf("%v has %d events, not %d", what, n, want)
		}
	}
	events = counted(t, s, "events")
	text, err = seeded(t, s, seedCmd{Paths: []string{file}})
	if err != nil || strings.Count(text, " 0 added, 0 changed") != strings.Count(text, "unchanged") || strings.Contains(text, "changed_by_person") || counted(t, s, "events") != events {
		t.Errorf("again: %s %v", text, err)
	}
}

// passwordsIn reads a file of one-time passwords, which only its owner may read.
func passwordsIn(t *testing.T, name string) map[string]string {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file of passwords: %v %v", info, err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		username, word, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		out[username] = word
	}
	if len(out) != 14 {
		t.Fatalf("%d passwords", len(out))
	}
	return out
}

// decide is what the people do after the load: adopt the mandates, confirm the members, approve and publish.
func (h *hospital) decide() {
	h.steps("eva.dahl", "done own_password units people top_management secretariat council risk_method risk_register risks",
		"waiting mandate members ai_policy guideline passwords", "later controls statement")
	if got := strings.Join(h.tasks("ingrid.solheim"), "\n"); strings.Count(got, "adopt ") != 2 || strings.Count(got, "confirm ") != 7 || !strings.Contains(got, "approve KI-policy") {
		h.t.Fatalf("what waits for top management:\n%s", got)
	}
	for _, name := range []string{"tor.nilsen", "eva.dahl", "per.haugen"} {
		mandate := h.find("ingrid.solheim", "/mandates?status=in_review&body_id="+h.body("ki-rad-fjordby"))
		if status, _ := ask(h.t, "POST", h.base+api.Base+mandate+"/adopt", h.as(name), nil, `"1"`); status != http.StatusForbidden && status != http.StatusNotFound {
			h.t.Errorf("%s adopts the mandate: %d", name, status)
		}
	}
	for _, body := range []string{"ki-rad-fjordby", "ki-arbeidsgruppe-fjordby"} {
		h.act("ingrid.solheim", h.find("ingrid.solheim", "/mandates?status=in_review&body_id="+h.body(body)), "adopt", nil)
	}
	h.steps("eva.dahl", "done mandate", "waiting members")
	h.act("ingrid.solheim", h.find("ingrid.solheim", "/settings?status=in_review"), "approve", nil)
	for _, body := range []string{"ki-rad-fjordby", "ki-arbeidsgruppe-fjordby"} {
		lead := h.find("ingrid.solheim", "/memberships?position=lead&body_id="+h.body(body))
		h.act("ingrid.solheim", lead, "confirm", nil)
	}
	for who, body := range map[string]string{"per.haugen": "ki-rad-fjordby", "marte.lie": "ki-arbeidsgruppe-fjordby"} {
		for _, x := range h.ok(who, "GET", "/memberships?status=proposed&body_id="+h.body(body), nil)["items"].([]any) {
			h.act(who, "/memberships/"+x.(map[string]any)["id"].(string), "confirm", nil)
		}
	}
	guideline := h.find("kari.lunde", "/policies?kind=guideline")
	if !slices.Contains(h.tasks("per.haugen"), "approve Menneskelig tilsyn med KI i klinisk bruk") {
		h.t.Errorf("what waits for the council: %v", h.tasks("per.haugen"))
	}
	h.act("per.haugen", guideline, "approve", nil)
	policy := h.find("ingrid.solheim", "/policies?kind=policy")
	h.act("ingrid.solheim", policy, "approve", nil)
	h.act("ingrid.solheim", policy, "publish", map[string]bool{"significant": true})
	h.steps("ingrid.solheim", "done mandate members working_group ai_policy", "waiting guideline passwords", "next controls")
	if got := h.tasks("silje.moen"); !slices.Contains(got, "acknowledge KI-policy for Fjordby sykehus") {
		h.t.Errorf("what waits for a manager: %v", got)
	}
	h.ok("marte.lie", "POST", "/controls/adopt", map[string]string{"scope": "/fjordby/", "framework": "iso-42001"})
	h.steps("tor.nilsen", "done controls", "next statement")
	if n := len(h.ok("amina.hassan", "GET", "/risks", nil)["items"].([]any)); n != 3 {
		h.t.Errorf("the project owner reads %d risks", n)
	}
}

// body returns the id of a body by its key.
func (h *hospital) body(key string) string {
	h.t.Helper()
	id, _ := h.ok("ingrid.solheim", "GET", "/bodies/"+key, nil)["id"].(string)
	return id
}
