package api_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/ki-styring/aims/policies"
)

// The commands in the README's tour give the answers that it shows, on the demo hospital.
func TestReadmeTour(t *testing.T) {
	_, text, _ := strings.Cut(string(must(os.ReadFile("../README.md"))), "## A five-minute tour")
	text, _, _ = strings.Cut(text, "\n## ")
	tour, h := commandsOf(t, text)
	h.mu.Lock()
	h.ticks = true
	h.mu.Unlock()
	dir := t.TempDir()
	for range 2 { // it can be run again
		follow(t, dir, tour)
	}
	if left := must(os.ReadDir(dir)); len(left) > 0 {
		t.Errorf("the tour leaves %v", left)
	}
	wrong := exec.Command("bash", "-eu", "-c", strings.Replace(tour, "P='"+password+"'", "P='feil'", 1))
	if out, err := wrong.CombinedOutput(); err == nil || !strings.Contains(string(out), "The tour stops") {
		t.Errorf("with a wrong password: %v\n%s", err, out)
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
