package classify_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/classify"
)

// said lists what the rules say of the answers, as words.
func said(t *testing.T, f string, a classify.Answers) []string {
	t.Helper()
	name, regulation, _ := strings.Cut(f, " ")
	facts := classify.Facts{Class: "IIa", Regulation: classify.Regulation(regulation)}
	switch classify.For(name) {
	case classify.ForRight:
		r, err := classify.RightToUse(classify.InForce(classify.MDR), a, facts)
		if err != nil {
			t.Fatal(err)
		}
		return saidOfRight(r)
	case classify.ForStudy:
		r, err := classify.StudyRegime(classify.InForce(classify.MDR), a, facts)
		if err != nil {
			t.Fatal(err)
		}
		if r.Row == nil {
			return nil
		}
		if r.Undecided {
			return []string{"regime:" + r.Row.Gives + " undecided"}
		}
		return []string{"regime:" + r.Row.Gives}
	default:
		return saidOf(classified(t, classify.For(name), a))
	}
}

func saidOfRight(r *classify.Right) (out []string) {
	for _, x := range r.Allowed {
		out = append(out, fmt.Sprintf("allowed:%s %s", x.Gives, x.Use))
	}
	for _, x := range r.Warnings {
		out = append(out, "warning:"+x.Gives)
	}
	if r.Blocked != nil {
		out = append(out, "blocked")
	}
	return out
}

func saidOf(r *classify.Result) (out []string) {
	add := func(kind string, values ...string) {
		for _, v := range values {
			out = append(out, kind+":"+v)
		}
	}
	when := func(b bool, word string) {
		if b {
			out = append(out, word)
		}
	}
	for _, h := range r.Held {
		add("held", h.ID)
	}
	for _, s := range r.Suggestions {
		for id, c := range s.Proposes {
			add("suggestion", fmt.Sprintf("%s %s=%s", s.ID, id, c))
		}
	}
	if d := r.Device; d != nil {
		add("outcome", string(d.Outcome))
		add("category", d.Categories...)
		add("regulation", string(d.Regulation))
		add("class", d.Class)
		add("modifier", d.Modifiers...)
		when(d.Maker, "maker")
		for _, p := range d.Purposes {
			add("purpose", p.Kind)
		}
		for _, c := range d.Candidates {
			add("candidate", c.Row+" "+c.Class)
		}
	}
	if a := r.AIAct; a != nil {
		add("outcome", string(a.Outcome))
		add("role", a.Roles...)
		add("place", a.Jurisdictions...)
		add("transparency", a.Transparency...)
		add("general", a.GeneralPurpose...)
		when(a.Prohibited, "prohibited")
		when(a.Screened, "screened")
		when(a.Forecast, "forecast")
		when(a.HighRiskLimited, "limited")
		when(a.AnnexIIIExempt, "exempt")
		for _, x := range a.HighRiskRoutes {
			add("route", string(x))
		}
		for _, x := range a.Legacy {
			add("legacy", string(x)+" "+string(a.LegacyUntil))
		}
		for _, x := range a.Consequences {
			add("follows", x.Key)
		}
	}
	return out
}

// TestEveryRule answers each row of the tables, and compares what it gives with testdata/rules.tsv. Without the row, or with the other row that the line
// names, it is not given.
func TestEveryRule(t *testing.T) {
	raw, err := os.ReadFile("testdata/rules.tsv")
	if err != nil {
		t.Fatal(err)
	}
	tested := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n")[1:] {
		c := strings.Split(line, "\t")
		law := classify.MDR
		if c[0] == "ai_act" {
			law = classify.AIAct
		}
		id, value, _ := strings.Cut(c[1], "=")
		tested[id] = true
		t.Run(c[1]+" "+c[3], func(t *testing.T) {
			want, other, computed := strings.Cut(c[3], " not with ")
			rows := strings.Fields(c[2])
			with, without := answersOf(law, rows...), answersOf(law, rows...)
			switch no, negated := strings.CutPrefix(other, "!"); {
			case negated:
				without[no] = classify.Answer{Answer: classify.No, Reason: "Vurdert i prøven."}
			case computed:
				without[other] = classify.Answer{Answer: classify.Yes, Reason: "Vurdert i prøven."}
			case value == "no": // holds at no
				without[id] = classify.Answer{Answer: classify.Yes}
			default:
				with[id] = classify.Answer{Answer: classify.Yes, Value: value, Reason: "Vurdert i prøven."}
			}
			if id == "Q-99" {
				with["Q-01"], without["Q-01"] = classify.Answer{Answer: classify.Yes}, classify.Answer{Answer: classify.Yes}
			}
			if got := said(t, c[0], with); !slices.Contains(got, want) {
				t.Errorf("got %v", got)
			}
			if got := said(t, c[0], without); slices.Contains(got, want) {
				t.Errorf("also without it: %v", got)
			}
		})
	}
	for _, law := range []classify.Law{classify.MDR, classify.AIAct} {
		for _, id := range classify.RowsOf(classify.InForce(law)) {
			if !tested[id] && id != "C-31" && id != "C-35" { // these two only say how the others are read
				t.Errorf("row %s has no test", id)
			}
		}
	}
}
