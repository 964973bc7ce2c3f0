package api_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/policies"
)

// The commands in the README's tour give the answers that it shows, on the demo hospital.
func TestReadmeTour(t *testing.T) {
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") == "" {
			t.Skip("the tour needs", tool, "; CI does not skip it")
		}
	}
	readme := string(must(os.ReadFile("../README.md")))
	_, tour, _ := strings.Cut(readme, "## A five-minute tour")
	_, tour, _ = strings.Cut(tour, "```sh\n")
	tour, _, ok := strings.Cut(tour, "```")
	if !ok {
		t.Fatal("the README has no tour")
	}
	h := installationOn(t, store.SQLite, false)
	tour = strings.Replace(tour, "B=http://127.0.0.1:8080/api/v1", "B="+h.srv.URL+api.Base, 1)
	tour = strings.Replace(tour, "P='the printed password'", "P='"+password+"'", 1)
	dir := t.TempDir()
	h.set(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	h.mu.Lock()
	h.ticks = true
	h.mu.Unlock()
	for range 2 { // it can be run again
		follow(t, dir, tour)
	}
	if left := must(os.ReadDir(dir)); len(left) > 0 {
		t.Errorf("the tour leaves %v", left)
	}
	wrong := exec.Command("bash", "-c", strings.Replace(tour, "P='"+password+"'", "P='feil'", 1))
	if out, err := wrong.CombinedOutput(); err == nil || !strings.Contains(string(out), "The tour stops") {
		t.Errorf("with a wrong password: %v\n%s", err, out)
	}
}

// follow runs the tour in a folder, and looks for what its comments show, in order.
func follow(t *testing.T, dir, tour string) {
	t.Helper()
	cmd := exec.Command("bash", "-eu", "-c", tour)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the tour fails: %v\n%s", err, out)
	}
	rest := string(out)
	for line := range strings.Lines(tour) {
		want, ok := strings.CutPrefix(strings.TrimSpace(line), "# → ")
		if !ok {
			continue
		}
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the tour's output lacks %q, in order:\n%s", want, out)
		}
		rest = after
	}
}

// The README's tables name every role and every setting.
func TestReadmeTables(t *testing.T) {
	readme := string(must(os.ReadFile("../README.md")))
	var roles []struct{ Key string }
	if err := yaml.Unmarshal(must(policies.Files.ReadFile("roles.yaml")), &roles); err != nil {
		t.Fatal(err)
	}
	for _, r := range roles {
		if !strings.Contains(readme, "| `"+r.Key+"` |") {
			t.Errorf("the roles table lacks %s", r.Key)
		}
	}
	for _, name := range []string{"main.go", "serve.go"} {
		source := string(must(os.ReadFile("../cmd/aims/" + name)))
		for _, part := range strings.Split(source, `env:"`)[1:] {
			if setting, _, _ := strings.Cut(part, `"`); !strings.Contains(readme, "| `"+setting+"` |") {
				t.Errorf("the configuration table lacks %s", setting)
			}
		}
	}
}
