package api

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
)

// Every action of a route or in allowed_actions has a Norwegian label for its kind.
func TestEveryActionHasAWord(t *testing.T) {
	words := map[fault.Word]bool{}
	for _, r := range Routes() {
		if object, action, ok := strings.Cut(r.Permission, ":"); ok && !strings.HasPrefix(action, " ") {
			words[fault.Word{Kind: object, Action: action}] = true
		}
	}
	for _, k := range record.Kinds() {
		for _, a := range k.Actions() {
			words[fault.Word{Kind: k.Name, Action: a}] = true
		}
	}
	for w := range words {
		if texts.Word(w).NB == w.String() && w.Action != "start" { // the same word in both languages
			t.Errorf("%s:%s has no Norwegian", w.Kind, w.Action)
		}
	}
	for w, want := range map[fault.Word]string{
		{Kind: "risk", Action: "accept"}: "Aksepter", {Kind: "policy", Action: "approve"}: "Godkjenn", {Kind: "application", Action: "accept"}: "Innvilg",
		{Kind: "policy"}: "styrende dokument", {Kind: "proposal|advice"}: "forslag eller råd",
	} {
		if got := texts.Word(w).NB; got != want {
			t.Errorf("%v is %q, want %q", w, got, want)
		}
	}
}

// A sentence translates words of the server and does not change words of the caller.
func TestSentences(t *testing.T) {
	for _, c := range []struct {
		say    fault.Text
		nb, en string
	}{
		{fault.NewText("unknown_member", "there is no field %s here", "draft"), "feltet draft finnes ikke her", "there is no field draft here"},
		{
			fault.NewText("forbidden/roles", `none of your roles here allows the action "%s" (%s); these roles do: %s`,
				fault.Word{Kind: "risk", Action: "treatment"}, fault.Word{Kind: "risk"}, record.Labels{{NB: "KI-råd", EN: "AI council"}, {NB: "Toppledelse", EN: "Top management"}}),
			"ingen av rollene dine her gir rett til handlingen «Følg opp tiltak» (risiko); det gjør disse rollene: KI-råd, Toppledelse",
			`none of your roles here allows the action "Work on a treatment" (risk); these roles do: AI council, Top management`,
		},
		{
			fault.NewText("too_late", `must be %s at the latest for a risk of the level "%s"`, record.Date("2027-05-24"), risk.VeryHigh),
			"må være senest 2027-05-24 for en risiko med nivået «svært høy»", `must be 2027-05-24 at the latest for a risk of the level "very high"`,
		},
	} {
		if got := texts.Say(c.say, "nb"); got != c.nb {
			t.Errorf("%q, want %q", got, c.nb)
		}
		if got := texts.Say(c.say, "en"); got != c.en {
			t.Errorf("%q, want %q", got, c.en)
		}
	}
}

// Every value that a refusal adds with With is a member of the problem.
func TestProblemHoldsWhatRefusalsAdd(t *testing.T) {
	members := map[string]bool{"earlier_seq": true} // turned into earlier_event
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Problem]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		members[name] = true
	}
	added := regexp.MustCompile(`\.With\("([a-z_]+)"`)
	found := 0
	for _, top := range []string{".", "../internal", "../cmd"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			raw, err := os.ReadFile(path)
			for _, m := range added.FindAllSubmatch(raw, -1) {
				if found++; !members[string(m[1])] {
					t.Errorf("%s adds %s, which no problem shows", path, m[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if found < 10 {
		t.Fatalf("%d members found", found)
	}
}
