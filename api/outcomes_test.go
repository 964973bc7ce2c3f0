package api_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/rest"
	"github.com/ki-styring/aims/policies"
)

// foreseen checks that the operation declares the code and the blockers of a refusal.
func foreseen(t testing.TB, r rest.Route, got *reply) {
	t.Helper()
	o := api.OutcomeOf(r)
	code, _ := got.json["code"].(string)
	switch {
	case got.status < 400 || commonly(got.status, code):
	case code == "blocked" && len(o.Blockers) > 0:
	case !slices.Contains(o.Refusals, api.Refusal{Status: got.status, Code: code}):
		t.Errorf("%s: outcomes.tsv lacks: %s %s\trefusals\t%d %s", got.what, r.Method, r.Path, got.status, code)
	}
	blockers, _ := got.json["blockers"].([]any)
	for _, b := range blockers {
		if code := b.(map[string]any)["code"].(string); !slices.Contains(o.Blockers, code) {
			t.Errorf("%s: outcomes.tsv lacks: %s %s\tblockers\t%s", got.what, r.Method, r.Path, code)
		}
	}
}

// commonly reports whether any operation may answer with a refusal.
func commonly(status int, code string) bool {
	switch status {
	case http.StatusBadRequest, http.StatusNotAcceptable, http.StatusPreconditionFailed, http.StatusUnsupportedMediaType, http.StatusPreconditionRequired,
		http.StatusInternalServerError, http.StatusServiceUnavailable:
		return true
	}
	return slices.Contains(api.CommonRefusals[status], code)
}

// Every line of outcomes.tsv is for a route, and every name in it is one that the server says. Every blocker stands at an operation, and every state
// or right that refuses does too.
func TestOutcomes(t *testing.T) {
	said, declared := map[string]bool{"blocked": true}, map[string]bool{"blocked": true}
	keys, _ := sentences(t, "..")
	for key := range keys {
		code, _, _ := strings.Cut(key, "/")
		said[code] = true
	}
	known := map[string]bool{}
	for _, r := range api.Routes() {
		known[r.Method+" "+r.Path] = true
		o := api.OutcomeOf(r)
		for _, refusal := range o.Refusals {
			if !said[refusal.Code] || commonly(refusal.Status, refusal.Code) {
				t.Errorf("%s %s: nothing says %s, or any operation may", r.Method, r.Path, refusal.Code)
			}
			declared[refusal.Code] = true
		}
		for _, code := range o.Blockers {
			if !said[code] {
				t.Errorf("%s %s: nothing says %s", r.Method, r.Path, code)
			}
			declared[code] = true
		}
		for _, event := range o.Events {
			if k, action, _ := strings.Cut(event, ":"); action == "" || !slices.Contains(rest.RecordKinds(), k) {
				t.Errorf("%s %s: %s is no event", r.Method, r.Path, event)
			}
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(string(must(os.ReadFile("outcomes.tsv")))), "\n") {
		if operation, _, _ := strings.Cut(line, "\t"); !strings.HasPrefix(line, "#") && !known[operation] {
			t.Errorf("outcomes.tsv:%d: no route is %s", i+1, operation)
		}
	}
	for _, codes := range api.CommonRefusals {
		for _, code := range codes {
			declared[code] = true
		}
	}
	declared["not_expired"] = true // only the system ends an acceptance
	blocking := regexp.MustCompile(`(?:\.Add\(|objectiveBlocker\(&b, o, |New\((?:fault\.)?(?:Conflict|Forbidden), )"([a-z_]+)`)
	for _, folder := range []string{"../api", "../internal"} {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, found := range blocking.FindAllStringSubmatch(string(must(os.ReadFile(path))), -1) {
				if !declared[found[1]] {
					t.Errorf("%s: no operation declares %s", path, found[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Every action that separation of duties may refuse says so.
func TestOutcomesOfSeparations(t *testing.T) {
	checked := 0
	for line := range strings.Lines(string(must(policies.Files.ReadFile("separations.csv")))) {
		columns := strings.Split(strings.TrimSpace(line), ", ")
		if strings.HasPrefix(line, "#") || len(columns) < 4 {
			continue
		}
		for _, r := range api.Routes() {
			if r.Permission != columns[0]+":"+columns[2] {
				continue
			}
			checked++
			if !slices.Contains(api.OutcomeOf(r).Refusals, api.Refusal{Status: http.StatusForbidden, Code: "separation_of_duties"}) {
				t.Errorf("outcomes.tsv lacks: %s %s\trefusals\t403 separation_of_duties", r.Method, r.Path)
			}
		}
	}
	if checked < 10 {
		t.Errorf("%d operations checked", checked)
	}
}

// The check of refusals refuses what an operation does not declare.
func TestUndeclaredRefusals(t *testing.T) {
	accept := paths()(http.MethodPost, "/risks/{id}/accept")
	for name, r := range map[string]*reply{
		"":                   {status: 409, json: m{"code": "blocked", "blockers": []any{m{"code": "not_assessed"}}}},
		"a code too many":    {status: 409, json: m{"code": "no_quorum"}},
		"a status too many":  {status: 403, json: m{"code": "acceptance_not_needed"}},
		"a blocker too many": {status: 409, json: m{"code": "blocked", "blockers": []any{m{"code": "not_assessed"}, m{"code": "agenda_missing"}}}},
	} {
		quiet := &counter{TB: t}
		foreseen(quiet, *accept, r)
		if (name == "") != (quiet.errors == 0) {
			t.Errorf("%q: %d errors", name, quiet.errors)
		}
	}
}
