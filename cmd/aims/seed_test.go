package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/seed"
)

// loads writes a seed file and loads it. The passwords of new people go to a new file each time.
func loads(t *testing.T, s *settings, text string) (printed string, passwords string, err error) {
	t.Helper()
	dir := t.TempDir()
	file, passwords := filepath.Join(dir, "a.yaml"), filepath.Join(dir, "passord.txt")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err = seeded(t, s, seedCmd{Paths: []string{file}, Passwords: passwords})
	return printed, passwords, err
}

// small is a hospital with what the tests below change.
const small = `units:
  - {path: /h/, kind: hospital, name: Sykehuset}
  - {path: /h/a/, kind: clinic, name: Klinikken}
people:
  - {username: Dir, name: Direktøren, title: Direktør, unit: /h/, assignments: [{role: top_management, scope: /h/}]}
  - {username: sek, name: Sekretæren, unit: /h/, assignments: [{role: secretariat, scope: /h/}]}
  - {username: lead, name: Lederen, unit: /h/}
  - username: leg
    name: Legen
    unit: /h/a/
    assignments:
      - {role: line_manager, scope: /h/a/, valid_from: 2026-01-01}
      - {role: top_management, scope: /h/, deputy_for: dir, valid_from: 2026-01-01, valid_to: 2099-12-31}
bodies:
  - {key: rad, scope: /h/, kind: council, name: {nb: Rådet, en: The council}, purpose: {nb: Gi råd., en: Advise.}, member_role: ai_council}
mandates:
  - {body: rad, title: Mandat, purpose: Gi råd., powers: [advise], valid_from: 2026-01-01}
members:
  - {body: rad, person: lead, position: lead}
registers:
  - {key: reg, scope: /h/a/, title: Register, owner: leg}
risks:
  - {key: r1, register: reg, scope: /h/a/, title: Feil svar, owner: leg}
policies:
  - {key: p1, scope: /h/, kind: policy, title: KI-policy, owner: lead, text: "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\nA\n\n## 4. Generelt\n\nA\n\n## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n\nA"}
`

// What people have changed or decided since the last load is left alone, with a reason. Everything else follows the file.
func TestSeedLeavesDecisionsAlone(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := installed(t, engine)
			_, words, err := loads(t, s, small)
			if err != nil {
				t.Fatal(err)
			}
			h := &hospital{t: t, words: map[string]string{}, tokens: map[string]string{}}
			text, _ := os.ReadFile(words)
			for line := range strings.Lines(string(text)) {
				name, word, _ := strings.Cut(strings.TrimSpace(line), "\t")
				h.words[name] = word
			}
			submitted := strings.NewReplacer(
				"valid_from: 2026-01-01}\nmembers", "valid_from: 2026-01-01, submit: true}\nmembers", `text: "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\nA\n\n## 4. Generelt\n\nA\n\n## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n\nA"`, `text: "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\nA\n\n## 4. Generelt\n\nA\n\n## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n\nA", submit: true`,
			).Replace(small)
			events := counted(t, s, "events")
			says(t, s, submitted, events+2, "mandates: 0 added, 1 changed, 0 unchanged, 0 left alone", "  ~ rad submit", "  ~ p1 submit")
			says(t, s, submitted, events+2, "mandates: 0 added, 0 changed, 1 unchanged, 0 left alone")
			says(t, s, strings.Replace(submitted, "title: Mandat", "title: Nytt mandat", 1), events+2, "  = rad not_editable")
			changed := strings.NewReplacer(
				"title: Direktør,", "title: Adm. direktør,", "unit: /h/a/", "unit: /h/", "kind: council", "kind: committee",
				"title: Register", "title: Risikoregister", "/h/a/, valid_from: 2026-01-01", "/h/a/, valid_from: 2026-02-01",
			).Replace(submitted)
			says(t, s, changed, events+5, "  ~ dir title", "  = leg fixed_field", "  = /h/rad fixed_field", "  ~ reg title", "  ~ leg line_manager /h/a/ valid_from")
			if _, err := serving(t, s, serveCmd{}, func(base string) {
				h.base = base
				h.act("dir", h.find("dir", "/mandates"), "adopt", nil)
				h.act("dir", h.find("dir", "/memberships"), "confirm", nil)
				h.act("dir", h.find("dir", "/policies"), "approve", nil)
				h.act("dir", h.find("dir", "/policies"), "publish", map[string]bool{"significant": true})
				owner := map[string]any{"owner_id": h.ok("lead", "GET", "/me", nil)["id"]}
				register := h.find("leg", "/risk-registers")
				if status, out := ask(t, "PATCH", base+api.Base+register, h.as("leg"), owner, `"2"`); status != http.StatusOK {
					t.Fatalf("another owner: %d %v", status, out)
				}
				h.act("leg", h.find("leg", "/risks"), "close", map[string]string{"reason": "not_a_risk"})
			}); err != nil {
				t.Fatal(err)
			}
			events = counted(t, s, "events")
			later := strings.NewReplacer(
				"powers: [advise]", "powers: [advise, decide]", "position: lead}", "position: lead, valid_to: 2099-12-31}", `"## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\nA\n\n## 4. Generelt\n\nA\n\n## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n\nA"`, `"## 1. Formål\n\nA"`,
			).Replace(changed)
			says(t, s, later, events, "people: 0 added, 0 changed, 3 unchanged, 2 left alone", "  = rad changed_by_person", "  = rad lead lead changed_by_person",
				"  = p1 changed_by_person", "  = reg changed_by_person", "  = r1 ended")
			for _, name := range []string{"dir", "leg"} {
				if _, err := serving(t, s, serveCmd{}, func(base string) {
					if signIn(t, base, name, own) == "" {
						t.Errorf("a later load changed the password of %s", name)
					}
				}); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// says loads a file and checks the lines that are printed, and the number of events after it.
func says(t *testing.T, s *settings, text string, events int64, lines ...string) {
	t.Helper()
	out, _, err := loads(t, s, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if !strings.Contains(out, l+"\n") {
			t.Errorf("no line %q in\n%s", l, out)
		}
	}
	if n := counted(t, s, "events"); n != events {
		t.Errorf("%d events, not %d, after\n%s", n, events, out)
	}
}

// All faults of a file are reported, each with its line. Then nothing is written, and the file of passwords is removed.
func TestSeedFaults(t *testing.T) {
	s := installed(t, store.SQLite)
	if _, _, err := loads(t, s, small); err != nil {
		t.Fatal(err)
	}
	events := counted(t, s, "events")
	for _, tt := range []struct {
		name, file string
		want       []string
	}{
		{
			"faults in the form of entries", `people:
  - {username: "x", name: A, unit: /h/, email: nowhere, assignments: [{role: secretariat, scope: h}]}
  - {username: ola, unit: 7}
  - {username: Ola, name: Ola, unit: /h/}
mandates:
  - {body: rad, title: M, powers: [rule], cadence: {min: many, per: often}}
members:
  - {body: rad, position: boss}
policies:
  - {key: p, scope: /h/, kind: policy, title: P, body_id: rad}
`, []string{
				"a.yaml:2: /people/0/username: ", "a.yaml:2: /people/0/email: ", "a.yaml:2: /people/0/assignments/0/scope: ", "a.yaml:3: /people/1/name: ",
				"a.yaml:3: /people/1/unit: ", "a.yaml:4: /people/2/username: ", "a.yaml:6: /mandates/0/powers/0: ", "a.yaml:6: /mandates/0/cadence/min: ",
				"a.yaml:6: /mandates/0/cadence/per: ", "a.yaml:8: /members/0/position: ", "a.yaml:8: /members/0/person: ", "a.yaml:10: /policies/0/body_id: ", "a.yaml:10: /policies/0/owner: ",
			},
		},
		{
			"records that are not there", `people:
  - {username: ny, name: Ny, unit: /nowhere/, assignments: [{role: chief, scope: /h/}]}
members:
  - {body: styret, person: lead, position: member}
  - {body: rad, person: hvem, position: member}
risks:
  - {key: r2, register: reg2, scope: /h/a/, title: R}
registers:
  - {key: reg3, scope: /h/, title: R, method: own}
`, []string{"/people/0/unit: ", "/members/0/body: ", "/members/1/person: ", "/risks/0/register: ", "/registers/0/method: "},
		},
		{
			"a role that excludes another",
			"people:\n  - {username: to, name: To, unit: /h/, assignments: [{role: top_management, scope: /h/}, {role: administrator, scope: /h/}]}\n",
			[]string{"a.yaml:2: /people/0/assignments/1: "},
		},
		{
			"a role that is not assigned", "people:\n  - {username: tre, name: Tre, unit: /h/, assignments: [{role: ai_council, scope: /h/}]}\n",
			[]string{"a.yaml:2: /people/0/assignments/0/role: "},
		},
		{"a second lead", "members:\n  - {body: rad, person: leg, position: lead}\n", []string{"a.yaml:2: /members/0/valid_from: "}},
		{
			"a mandate that cannot be submitted",
			"bodies:\n  - {key: ny, scope: /h/, kind: committee, name: {nb: A, en: A}, purpose: {nb: A, en: A}}\nmandates:\n  - {body: ny, title: M, submit: true}\n",
			[]string{"a.yaml:4: /mandates/0: "},
		},
	} {
		out, words, err := loads(t, s, tt.file)
		if err == nil || out != "" || !strings.Contains(err.Error(), "nothing was changed") || counted(t, s, "events") != events {
			t.Errorf("%s: %q, %v", tt.name, out, err)
			continue
		}
		if _, err := os.Stat(words); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file of passwords is left: %v", tt.name, err)
		}
		for _, w := range tt.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: no %q in %v", tt.name, w, err)
			}
		}
	}
}

// A file of passwords is never overwritten. A database without an installation takes no people.
func TestSeedPasswords(t *testing.T) {
	s := at(t)
	if _, _, err := loads(t, s, small); err == nil || !strings.Contains(err.Error(), "aims serve") {
		t.Errorf("without an installation: %v", err)
	}
	s = installed(t, store.SQLite)
	events := counted(t, s, "events")
	file, words := filepath.Join(t.TempDir(), "a.yaml"), filepath.Join(t.TempDir(), "b.txt")
	for name, text := range map[string]string{file: small, words: "mine"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := seeded(t, s, seedCmd{Paths: []string{file}, Passwords: words})
	if err == nil || text != "" || !strings.Contains(err.Error(), "exists already") || counted(t, s, "events") != events {
		t.Errorf("over another file: %q %v", text, err)
	}
	if text, err := os.ReadFile(words); err != nil || string(text) != "mine" {
		t.Errorf("the file is %q: %v", text, err)
	}
}

// A risk method in a file has the form of the built-in ones. It waits for top management, and a register may name it before that.
func TestSeedMethod(t *testing.T) {
	s := installed(t, store.SQLite)
	built, err := seed.Files.ReadFile("risk-methods/4x4.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(built), "key: standard-4x4", "key: egen\nscope: /h/\nsubmit: true", 1)
	own = regexp.MustCompile(`(?m)^([^#\n])`).ReplaceAllString(own, "    $1")
	text := strings.Replace(small, "title: Register,", "title: Register, method: egen,", 1) + "methods:\n  -\n" + own
	out, words, err := loads(t, s, text)
	if err != nil || !strings.Contains(out, "methods: 1 added, 0 changed, 0 unchanged, 0 left alone\n  + /h/:egen\n") {
		t.Fatalf("%s %v", out, err)
	}
	says(t, s, text, counted(t, s, "events"), "methods: 0 added, 0 changed, 1 unchanged, 0 left alone")
	first, _, _ := strings.Cut(string(must(os.ReadFile(words))), "\n")
	_, word, _ := strings.Cut(first, "\t")
	if _, err := serving(t, s, serveCmd{}, func(base string) {
		h := &hospital{t: t, base: base, words: map[string]string{"dir": word}, tokens: map[string]string{}}
		if got := h.tasks("dir"); len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), "approve Standardmetode 4 × 4") {
			t.Errorf("what waits for top management: %v", got)
		}
		h.act("dir", h.find("dir", "/risk-methods?status=in_review"), "approve", nil)
	}); err != nil {
		t.Fatal(err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// Two hospitals have a body with the same key. A file means its own hospital's by the key, and any by the key with the unit.
func TestSeedKeysOfTwoHospitals(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			s := installed(t, engine)
			if _, _, err := loads(t, s, small); err != nil {
				t.Fatal(err)
			}
			other := `units:
  - {path: /i/, kind: hospital, name: Det andre sykehuset}
people:
  - {username: andre, name: Den andre, unit: /i/}
bodies:
  - {key: rad, scope: /i/, kind: council, name: {nb: Rådet, en: The council}, purpose: {nb: Gi råd., en: Advise.}, member_role: ai_council}
  - {key: under, scope: /i/, kind: working_group, name: {nb: Gruppen, en: The group}, purpose: {nb: Foreslå., en: Propose.}, parent: rad}
mandates:
  - {body: rad, title: Mandat, purpose: Gi råd., powers: [advise], valid_from: 2026-01-01}
members:
  - {body: /i/rad, person: andre, position: lead}
`
			events := counted(t, s, "events")
			says(t, s, other, events+6, "bodies: 2 added, 0 changed, 0 unchanged, 1 left alone", "  + /i/rad", "  + /i/under", "  = /h/rad not_in_file")
			says(t, s, other, events+6, "bodies: 0 added, 0 changed, 2 unchanged, 1 left alone", "mandates: 0 added, 0 changed, 1 unchanged, 1 left alone")
			_, _, err := loads(t, s, "members:\n  - {body: rad, person: leg, position: member}\n")
			if err == nil || !strings.Contains(err.Error(), "a.yaml:2: /members/0/body: ") || !strings.Contains(err.Error(), "/h/rad, /i/rad") {
				t.Errorf("an ambiguous key: %v", err)
			}
			says(t, s, "members:\n  - {body: /h/rad, person: leg, position: member}\n", events+7)
			national := "units:\n  - {path: /nasjonalt/, kind: authority, name: Nasjonalt}\nbodies:\n  - {key: rad, scope: /nasjonalt/, kind: committee, name: {nb: R, en: R}, purpose: {nb: G, en: G}}\n"
			says(t, s, national, events+9)
			says(t, s, "members:\n  - {body: rad, person: dir, position: member}\n", events+10)
		})
	}
}
