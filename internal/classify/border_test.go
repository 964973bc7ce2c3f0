package classify_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/seed"
)

func TestMain(m *testing.M) {
	if err := classify.Load(seed.Files); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// answersOf answers every row of a law with no, and the named ones with yes. Every answer has a reason.
func answersOf(law classify.Law, rows ...string) classify.Answers {
	out := classify.Answers{}
	for _, id := range classify.RowsOf(classify.InForce(law)) {
		out[id] = classify.Answer{Answer: classify.No, Reason: "Vurdert i prøven."}
	}
	for _, named := range rows {
		id, value, _ := strings.Cut(named, "=")
		out[id] = classify.Answer{Answer: classify.Yes, Value: value, Reason: "Vurdert i prøven."}
	}
	return out
}

func classified(t *testing.T, f classify.For, a classify.Answers) *classify.Result {
	t.Helper()
	r, err := classify.Classify(classify.InForce(f.Law()), f, a, classify.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	euDay = regexp.MustCompile(`eu=(\d{4}-\d\d-\d\d)`)
	word  = regexp.MustCompile(`(no )?\b([a-z_]+)\b`)
)

// TestBorderCases holds the rules to the cases that experts agreed on.
func TestBorderCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/border-cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{} // the consequences of the AI Act
	for _, c := range classify.ConsequenceKeys(classify.InForce(classify.AIAct)) {
		keys[c] = true
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) < 19 {
		t.Fatalf("%d cases", len(lines))
	}
	for _, line := range lines[2:] {
		c := strings.Split(line, "\t")
		t.Run(c[0], func(t *testing.T) {
			device := classified(t, classify.ForMDR, answersOf(classify.MDR, strings.Fields(c[1])...)).Device
			got := string(device.Outcome)
			if device.Outcome == classify.Device {
				got = device.Class
			}
			if got != c[2] {
				t.Errorf("MDR and IVDR: %s, want %s", got, c[2])
			}
			r := classified(t, classify.ForAIAct, answersOf(classify.AIAct, strings.Fields(c[3])...))
			var routes []classify.Route
			prohibited := false
			for _, w := range strings.Fields(c[4]) {
				switch {
				case w == "prohibited":
					prohibited = true
				case strings.HasPrefix(w, "high_risk_"):
					routes = append(routes, classify.Route(strings.TrimPrefix(w, "high_risk_")))
				}
			}
			if r.AIAct.Prohibited != prohibited || !prohibited && !slices.Equal(r.AIAct.HighRiskRoutes, routes) || r.Undecided {
				t.Errorf("AI Act: prohibited %v, routes %v, undecided %v; want %s", r.AIAct.Prohibited, r.AIAct.HighRiskRoutes, r.Undecided, c[4])
			}
			days := map[string]bool{}
			follows := map[string]bool{}
			for _, x := range r.AIAct.Consequences {
				follows[x.Key] = true
				if x.Applies != nil {
					days[string(x.Applies.EU)] = true
				}
			}
			for _, m := range word.FindAllStringSubmatch(c[5], -1) {
				if keys[m[2]] && follows[m[2]] == (m[1] != "") {
					t.Errorf("consequence %s: %v, want %s", m[2], follows[m[2]], m[0])
				}
			}
			for _, m := range euDay.FindAllStringSubmatch(c[5], -1) {
				if !days[m[1]] {
					t.Errorf("no consequence applies from %s: %v", m[1], days)
				}
			}
		})
	}
}
