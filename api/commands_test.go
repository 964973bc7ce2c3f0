package api_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ki-styring/aims/api"
	"github.com/ki-styring/aims/internal/store"
)

// commandsOf returns the shell commands of a Markdown text, made to run against a demo that this test serves.
func commandsOf(t *testing.T, text string) (string, *installation) {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "sed"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("CI") == "" {
			t.Skip("the commands need", tool, "; CI does not skip them")
		}
	}
	var commands string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(text, -1) {
		commands += block[1] + "\necho\n"
	}
	if commands == "" {
		t.Fatal("the text has no commands")
	}
	h := installationOn(t, store.SQLite, false)
	h.set(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	commands = strings.Replace(commands, "B=http://127.0.0.1:8080/api/v1", "B="+h.srv.URL+api.Base, 1)
	return strings.Replace(commands, "P='the printed password'", "P='"+password+"'", 1), h
}

// follow runs commands in a folder, and looks for what their comments show, in order.
func follow(t *testing.T, dir, commands string) {
	t.Helper()
	cmd := exec.Command("bash", "-eu", "-c", commands)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the commands fail: %v\n%s", err, out)
	}
	rest := string(out)
	for line := range strings.Lines(commands) {
		want, ok := strings.CutPrefix(strings.TrimSpace(line), "# → ")
		if !ok {
			continue
		}
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("the output lacks %q, in order:\n%s", want, out)
		}
		rest = after
	}
}

// The commands of the description's introduction give the answers that it shows, on the demo hospital.
func TestIntroduction(t *testing.T) {
	commands, _ := commandsOf(t, string(must(os.ReadFile("../openapi/gen/introduction.md"))))
	follow(t, t.TempDir(), commands)
}
