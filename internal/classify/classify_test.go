package classify_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/seed"
)

var classes = map[string]int{"I": 1, "IIa": 2, "IIb": 3, "III": 4, "A": 1, "B": 2, "C": 3, "D": 4}

// Adding a row that gives a class never lowers the class.
func TestAnotherCandidateNeverLowersTheClass(t *testing.T) {
	table := classify.InForce(classify.MDR)
	for _, c := range []struct {
		f     classify.For
		base  []string
		first string
	}{{classify.ForMDR, []string{"Q-01", "Q-20"}, "C-"}, {classify.ForIVDR, []string{"Q-01", "Q-23", "R-01"}, "V-"}} {
		var candidates [][]string
		for _, id := range classify.RowsOf(table) {
			if r := classify.RowOf(table, id); strings.HasPrefix(id, c.first) && r.Effect == classify.Candidates {
				if r.SameAsDevice {
					id += "=" + r.Values[1].Key
				}
				candidates = append(candidates, append(slices.Concat(r.When...), id)) // with the row that it needs
			}
		}
		if len(candidates) < 10 {
			t.Fatalf("%s: candidates %v", c.f, candidates)
		}
		for _, a := range candidates {
			one := classified(t, c.f, answersOf(classify.MDR, slices.Concat(c.base, a)...)).Device.Class
			for _, b := range candidates {
				two := classified(t, c.f, answersOf(classify.MDR, slices.Concat(c.base, a, b)...)).Device.Class
				if classes[two] < classes[one] {
					t.Errorf("%s gives %s, with %s %s", a, one, b, two)
				}
			}
		}
	}
}

// Unknown is never read as no, at any row, in any case of a small sample.
func TestUnknownIsNeverNo(t *testing.T) {
	for _, c := range []struct {
		f    classify.For
		rows []string
	}{
		{classify.ForMDR, []string{"Q-01"}},
		{classify.ForMDR, []string{"Q-01", "Q-20", "C-11a"}},
		{classify.ForMDR, []string{"Q-01", "Q-20", "C-08"}},
		{classify.ForIVDR, []string{"Q-01", "Q-23", "R-01", "V-3b"}},
		{classify.ForAIAct, []string{"A-01", "B-02"}},
		{classify.ForAIAct, []string{"A-01", "B-01", "B-02", "H-01", "J-5d"}},
		{classify.ForAIAct, []string{"A-01", "P-f"}},
	} {
		base := answersOf(c.f.Law(), c.rows...)
		no := classified(t, c.f, base)
		asked := map[string]bool{}
		for _, id := range classify.RowsOf(classify.InForce(c.f.Law())) {
			if base[id].Answer != classify.No {
				continue
			}
			one := classify.Answers{}
			for k, v := range base {
				one[k] = v
			}
			one[id] = classify.Answer{Answer: classify.Unknown}
			open := classified(t, c.f, one)
			isOpen := slices.ContainsFunc(open.Open, func(o classify.OpenRow) bool { return o.ID == id })
			// Rows that do not count for these answers, that nobody answers, or that only help, change nothing.
			r := classify.RowOf(classify.InForce(c.f.Law()), id)
			if needless := r.Effect == classify.Suggests || !slices.Contains(without(t, c.f, base, id), id); needless != !isOpen {
				t.Errorf("%s %v: %s unknown: open %v, needed %v", c.f, c.rows, id, isOpen, !needless)
			}
			if isOpen {
				asked[id] = true
				if reflect.DeepEqual(open, no) {
					t.Errorf("%s %v: %s unknown gives the same as no", c.f, c.rows, id)
				}
			}
		}
		if len(asked) == 0 {
			t.Errorf("%s %v: no row was open", c.f, c.rows)
		}
	}
}

// without lists the questions that are needed when one answer is taken away.
func without(t *testing.T, f classify.For, a classify.Answers, id string) []string {
	t.Helper()
	less := classify.Answers{}
	for k, v := range a {
		if k != id {
			less[k] = v
		}
	}
	return asked(t, f, less)
}

func asked(t *testing.T, f classify.For, a classify.Answers) []string {
	t.Helper()
	list, err := classify.Questions(classify.InForce(f.Law()), f, a, classify.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(list))
	for i, q := range list {
		out[i] = q.ID
	}
	return out
}

// An unknown answer leaves a class open only when the row could raise it.
func TestOpenClass(t *testing.T) {
	unknown := func(f classify.For, id string, rows ...string) *classify.Result {
		a := answersOf(f.Law(), rows...)
		a[id] = classify.Answer{Answer: classify.Unknown}
		return classified(t, f, a)
	}
	r := unknown(classify.ForMDR, "C-11a3", "Q-01", "Q-20", "C-11a")
	if d := r.Device; !r.Undecided || d.Class != "" || d.AtLeast != "IIa" || d.AtMost != "III" || r.Open[0].CouldBe != "III" {
		t.Errorf("C-11a3 unknown: %+v %+v", d, r.Open)
	}
	if r = unknown(classify.ForMDR, "C-10c", "Q-01", "Q-20", "C-11a"); r.Undecided || r.Device.Class != "IIa" || len(r.Open) != 1 {
		t.Errorf("C-10c unknown cannot raise IIa: %+v %+v", r.Device, r.Open)
	}
	if r = unknown(classify.ForMDR, "C-10a1", "Q-01", "Q-20", "C-10a"); r.Device.AtLeast != "I" || r.Device.AtMost != "IIa" {
		t.Errorf("C-10a1 unknown can take IIa away: %+v", r.Device)
	}
	if r = unknown(classify.ForMDR, "C-IM", "Q-01", "Q-24"); r.Device.Class != "I" || !r.Undecided {
		t.Errorf("C-IM unknown: %+v", r.Device)
	}
	if r = unknown(classify.ForIVDR, "V-5", "Q-01", "Q-23", "R-01"); r.Device.AtLeast != "A" || r.Device.AtMost != "B" {
		t.Errorf("V-5 unknown: %+v", r.Device)
	}
	if r = unknown(classify.ForMDR, "Q-05", "Q-01", "Q-20", "C-11a"); r.Device.Outcome != classify.QualificationPending || r.Device.Class != "" {
		t.Errorf("Q-05 unknown: %+v", r.Device)
	}
	if r = unknown(classify.ForIVDR, "R-01", "Q-01", "Q-23", "V-3b"); r.Device.Regulation != classify.RegulationUndecided || r.Device.Class != "C" || !r.Undecided {
		t.Errorf("R-01 unknown: %+v", r.Device)
	}
	if r = unknown(classify.ForAIAct, "P-f", "A-01"); !r.Undecided || r.AIAct.Prohibited {
		t.Errorf("P-f unknown: %+v", r.AIAct)
	}
	if r = unknown(classify.ForAIAct, "D-01", "A-01", "J-5a", "D-02", "D-06"); !r.Undecided || len(r.AIAct.HighRiskRoutes) > 0 || r.AIAct.AnnexIIIExempt {
		t.Errorf("D-01 unknown: %+v", r.AIAct)
	}
	if r = unknown(classify.ForAIAct, "A-01"); r.AIAct.Outcome != classify.ReachUndecided || !r.Undecided {
		t.Errorf("A-01 unknown: %+v", r.AIAct)
	}
}

// A result that rests on a row of low confidence is to be checked.
func TestConfidence(t *testing.T) {
	r := classified(t, classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-11a"))
	if r.Confidence != "high" || r.Check != nil {
		t.Errorf("C-11a: %s %v", r.Confidence, r.Check)
	}
	if r = classified(t, classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-08", "C-11a")); r.Confidence != "medium" || r.Check.NB != "kontrolleres" {
		t.Errorf("Q-08: %s %v", r.Confidence, r.Check)
	}
	if r = classified(t, classify.ForAIAct, answersOf(classify.AIAct, "A-01", "B-02")); r.Confidence != "medium" {
		t.Errorf("not high-risk rests on J-5a, whose border is not settled: %s", r.Confidence)
	}
	if r = classified(t, classify.ForAIAct, answersOf(classify.AIAct, "A-01", "B-02", "H-01")); r.Confidence != "high" {
		t.Errorf("H-01: %s", r.Confidence)
	}
}

// Each day belongs to its rule, and the answers say where it binds.
func TestDays(t *testing.T) {
	r := classified(t, classify.ForAIAct, answersOf(classify.AIAct, "A-01", "A-02a", "B-02", "H-01", "J-5d", "D-01", "T-2"))
	days := map[string]string{}
	for _, h := range r.Held {
		if h.Applies != nil {
			days[h.ID] = string(h.Applies.EU) + " " + string(h.Applies.EUEarlier) + " " + h.Applies.NO
		}
	}
	for id, want := range map[string]string{"H-01": "2028-08-02  not_law", "J-5d": "2027-12-02  not_law", "T-2": "2026-08-02 2026-12-02 not_law"} {
		if days[id] != want {
			t.Errorf("%s applies %q, want %q", id, days[id], want)
		}
	}
	for _, c := range r.AIAct.Consequences {
		if c.Key == "deployer_duties" && c.Applies.EU != "2027-12-02" {
			t.Errorf("with both routes the earlier day counts: %s", c.Applies.EU)
		}
	}
	if !slices.Equal(r.AIAct.Jurisdictions, []string{"EU"}) {
		t.Errorf("used in %v", r.AIAct.Jurisdictions)
	}
	a := answersOf(classify.AIAct, "A-01", "H-01", "J-5d", "D-01")
	a["A-09"] = classify.Answer{Answer: classify.Yes, Value: "2028-01-15"}
	if r = classified(t, classify.ForAIAct, a); !slices.Equal(r.AIAct.Legacy, []classify.Route{classify.Route61}) {
		t.Errorf("first used in January 2028, it is an older system for %v", r.AIAct.Legacy)
	}
	if classified(t, classify.ForAIAct, answersOf(classify.AIAct, "A-01")).AIAct.Jurisdictions[0] != "NO" {
		t.Error("without another answer it is used in Norway")
	}
}

// The class of the device, or that it is made in-house, answers section H; another answer needs a reason.
func TestClassOfTheDevice(t *testing.T) {
	table := classify.InForce(classify.AIAct)
	for _, c := range []struct {
		facts classify.Facts
		row   string
		route bool
	}{
		{classify.Facts{Class: "IIa"}, "H-01", true},
		{classify.Facts{Class: "Im"}, "H-01", true},
		{classify.Facts{Class: "C"}, "H-01", true},
		{classify.Facts{Class: "I"}, "H-02", false},
		{classify.Facts{Class: "A"}, "H-02", false},
		{classify.Facts{Class: "IIb", InHouse: true}, "H-03", false},
		{classify.Facts{Class: classify.NotDevice}, "", false},
	} {
		a := answersOf(classify.AIAct, "A-01", "B-02")
		for _, id := range []string{"H-01", "H-02", "H-03"} {
			delete(a, id)
		}
		r, err := classify.Classify(table, classify.ForAIAct, a, c.facts)
		if err != nil {
			t.Fatal(err)
		}
		holds := slices.ContainsFunc(r.Held, func(h classify.Held) bool { return h.ID == c.row })
		if holds != (c.row != "") || slices.Contains(r.AIAct.HighRiskRoutes, classify.Route61) != c.route || r.Undecided {
			t.Errorf("%+v: held %v, routes %v", c.facts, r.Held, r.AIAct.HighRiskRoutes)
		}
		list, err := classify.Questions(table, classify.ForAIAct, classify.Answers{"A-01": {Answer: classify.Yes}}, c.facts)
		if err != nil || slices.ContainsFunc(list, func(q classify.Question) bool { return strings.HasPrefix(q.ID, "H-0") && q.ID < "H-04" }) {
			t.Errorf("%+v: asks what the class answers: %v", c.facts, err)
		}
	}
	if _, err := classify.Classify(table, classify.ForAIAct, classify.Answers{"A-01": {Answer: classify.No}, "H-01": {Answer: classify.No}}, classify.Facts{Class: "IIa"}); err != nil {
		t.Errorf("a section that is not reached asks no reason: %v", err)
	}
	a := answersOf(classify.AIAct, "A-01")
	a["H-01"] = classify.Answer{Answer: classify.No}
	if _, err := classify.Classify(table, classify.ForAIAct, a, classify.Facts{Class: "IIa"}); !slices.Equal(pointers(err), []string{"/answers/H-01 reason_missing"}) {
		t.Errorf("H-01 no for class IIa: %v", err)
	}
}

// pointers lists the faults in a refusal.
func pointers(err error) (out []string) {
	if e := fault.As(err); e != nil {
		for _, f := range e.Fields {
			out = append(out, f.Pointer+" "+f.Code)
		}
	}
	return out
}

// Answers that contradict each other, or that no row takes, are refused, all at once.
func TestRefusedAnswers(t *testing.T) {
	y, n := classify.Answer{Answer: classify.Yes, Reason: "Fordi."}, classify.Answer{Answer: classify.No, Reason: "Fordi."}
	plain := classify.Answer{Answer: classify.Yes}
	for name, c := range map[string]struct {
		f    classify.For
		a    classify.Answers
		want string
	}{
		"several":                 {classify.ForMDR, classify.Answers{"Q-77": y, "Q-01": {Answer: "perhaps"}, "C-PROP": y, "Q-07": y, "Q-08": y}, "/answers/C-PROP not_law|/answers/Q-01 not_a_choice|/answers/Q-08 contradiction|/answers/Q-77 unknown_question"},
		"both independent":        {classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-33a=IIa", "C-33b"), "/answers/C-33b contradiction"},
		"profiling":               {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "J-5a", "D-01", "D-02", "D-06"), "/answers/D-02 contradiction"},
		"no H-05":                 {classify.ForAIAct, less(answersOf(classify.AIAct, "A-01", "H-06"), "H-05"), "/answers/H-05 answer_missing"},
		"component":               {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "H-04", "H-06"), "/answers/H-06 contradiction"},
		"assessment":              {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "H-05", "H-07", "H-08"), "/answers/H-07 contradiction"},
		"no value":                {classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-33a"), "/answers/C-33a value_missing"},
		"wrong value":             {classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-33a=IV"), "/answers/C-33a invalid_value"},
		"value for a row without": {classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-11a=IIa"), "/answers/C-11a invalid_value"},
		"no day":                  {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "H-01", "A-09=2027-02-30"), "/answers/A-09 invalid_value"},
		"two classes":             {classify.ForMDR, with(answersOf(classify.MDR, "Q-01", "Q-20"), "C-33a", classify.Answer{Answer: classify.Yes, Values: []string{"I", "III"}}), "/answers/C-33a invalid_value"},
		"no reason":               {classify.ForMDR, with(answersOf(classify.MDR, "Q-01", "Q-20", "C-11a"), "C-11a3", plain), "/answers/C-11a3 reason_missing"},
		"no reason for no":        {classify.ForAIAct, with(with(answersOf(classify.AIAct, "A-01"), "J-5a", classify.Answer{Answer: classify.No}), "J-4b", classify.Answer{Answer: classify.No}), "/answers/J-4b reason_missing|/answers/J-5a reason_missing"},
		"judgement":               {classify.ForAIAct, with(answersOf(classify.AIAct, "A-01", "J-5a", "D-02"), "D-06", plain), "/answers/D-06 reason_missing"},
		"mixed data":              {classify.ForMDR, with(answersOf(classify.MDR, "Q-01", "Q-20"), "R-02", plain), "/answers/R-02 reason_missing"},
		"exception":               {classify.ForAIAct, with(answersOf(classify.AIAct, "A-01"), "P-f", classify.Answer{Answer: classify.Yes, Value: "exception"}), "/answers/P-f reason_missing"},
		"no exception":            {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "P-a=exception"), "/answers/P-a invalid_value"},
		"help departed":           {classify.ForMDR, with(answersOf(classify.MDR, "Q-01", "Q-20", "C-11T2", "C-11a"), "C-11a2", classify.Answer{Answer: classify.No}), "/answers/C-11a2 reason_missing"},
		"two cells":               {classify.ForMDR, answersOf(classify.MDR, "Q-01", "Q-20", "C-11T2", "C-11T5", "C-11a", "C-11a2"), "/answers/C-11T5 contradiction"},
		"outside":                 {classify.ForAIAct, classify.Answers{"A-01": y, "A-02": y, "A-02a": y}, "/answers/A-02a contradiction"},
		"needless":                {classify.ForMDR, classify.Answers{"Q-01": n, "Q-20": y, "C-11a3": plain}, ""},
	} {
		r, err := classify.Classify(classify.InForce(c.f.Law()), c.f, c.a, classify.Facts{})
		if got := strings.Join(pointers(err), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if name == "needless" && (err != nil || fmt.Sprint(r.Ignored) != "[Q-20 C-11a3]") {
			t.Errorf("needless answers are named: %v %v", r, err)
		}
	}
	a, err := classify.ParseAnswers("Q-01:yes,C-33a:yes=IIa,,Q-02:unknown")
	if err != nil || len(a) != 3 || a["C-33a"].Value != "IIa" || a["Q-02"].Answer != classify.Unknown {
		t.Errorf("%v %v", a, err)
	}
	if _, err = classify.ParseAnswers("Q-01"); !fault.Is(err, fault.Malformed) {
		t.Errorf("Q-01 alone: %v", err)
	}
}

func with(a classify.Answers, id string, x classify.Answer) classify.Answers {
	a[id] = x
	return a
}

func less(a classify.Answers, id string) classify.Answers {
	delete(a, id)
	return a
}

// Only what is still needed is asked, in the order of the tables.
func TestQuestions(t *testing.T) {
	y, n := classify.Answer{Answer: classify.Yes}, classify.Answer{Answer: classify.No}
	first := classify.Answers{"Q-01": y, "Q-02": n, "Q-03": n, "Q-04": n, "Q-05": n, "Q-06": n, "Q-07": n, "Q-08": n, "Q-09": n}
	add := func(a classify.Answers, more ...string) classify.Answers {
		out := classify.Answers{}
		for k, v := range a {
			out[k] = v
		}
		for _, m := range more {
			id, c, _ := strings.Cut(m, ":")
			c, v, _ := strings.Cut(c, "=")
			out[id] = classify.Answer{Answer: classify.Choice(c), Value: v}
		}
		return out
	}
	device := add(first, "Q-20:yes", "Q-21:no", "Q-22:no", "Q-23:no", "Q-24:no", "Q-25:no", "Q-26:no", "Q-90:no")
	inMDR := add(device, "R-01:no", "R-02:no")
	for name, c := range map[string]struct {
		f    classify.For
		a    classify.Answers
		want string
	}{
		"the first":         {classify.ForMDR, nil, "Q-01"},
		"not software":      {classify.ForMDR, classify.Answers{"Q-01": n}, ""},
		"one by one":        {classify.ForMDR, classify.Answers{"Q-01": y}, "Q-02"},
		"unknown goes on":   {classify.ForMDR, classify.Answers{"Q-01": y, "Q-02": n, "Q-03": {Answer: classify.Unknown}}, "Q-04"},
		"purposes":          {classify.ForMDR, first, "Q-20 Q-21 Q-22 Q-23 Q-24 Q-25 Q-26 Q-90"},
		"regulation":        {classify.ForMDR, device, "R-01"},
		"administrative":    {classify.ForMDR, classify.Answers{"Q-01": y, "Q-02": n, "Q-03": n, "Q-04": n, "Q-05": n, "Q-06": y}, ""},
		"steers a device":   {classify.ForMDR, classify.Answers{"Q-01": y, "Q-02": n, "Q-03": y}, "R-01"},
		"class":             {classify.ForMDR, inMDR, "C-32 C-33a C-34 C-37 C-08 C-09a C-09c C-09d C-09e C-10a C-10b C-10c C-10d C-10e C-11a C-11b C-12a C-15a C-22"},
		"in vitro":          {classify.ForMDR, add(device, "R-01:yes"), "V-14 V-1 V-2 V-3a V-3b V-3c V-3d V-4 V-5 V-7"},
		"after C-11a":       {classify.ForMDR, less(less(answersOf(classify.MDR, "Q-01", "Q-20", "C-11a"), "C-11a2"), "C-11a3"), "C-11a2 C-11a3"},
		"help when unknown": {classify.ForMDR, unanswered(with(answersOf(classify.MDR, "Q-01", "Q-20", "C-11a"), "C-11a2", classify.Answer{Answer: classify.Unknown}), "C-11T"), "C-11T1 C-11T2 C-11T3 C-11T4 C-11T5 C-11T6 C-11T7 C-11T8 C-11T9"},
		"class I":           {classify.ForMDR, less(answersOf(classify.MDR, "Q-01", "Q-24"), "C-IM"), "C-IM"},
		"AI system":         {classify.ForAIAct, nil, "A-01"},
		"unsure":            {classify.ForAIAct, classify.Answers{"A-01": {Answer: classify.Unknown}}, "A-01a A-01b A-01c A-01d A-02"},
		"no J":              {classify.ForAIAct, unanswered(answersOf(classify.AIAct, "A-01"), "D-"), ""},
		"exemptions":        {classify.ForAIAct, unanswered(answersOf(classify.AIAct, "A-01", "J-5a"), "D-"), "D-01"},
		"after profiling":   {classify.ForAIAct, with(unanswered(answersOf(classify.AIAct, "A-01", "J-5a"), "D-"), "D-01", y), ""},
		"judgement":         {classify.ForAIAct, add(unanswered(answersOf(classify.AIAct, "A-01", "J-5a"), "D-"), "D-01:no", "D-02:yes"), "D-06"},
		"older system":      {classify.ForAIAct, unanswered(answersOf(classify.AIAct, "A-01", "H-01"), "A-0"), "A-01"},
		"high-risk":         {classify.ForAIAct, less(less(answersOf(classify.AIAct, "A-01", "H-01"), "A-08"), "A-09"), "A-09"},
		"component":         {classify.ForAIAct, less(answersOf(classify.AIAct, "A-01", "H-05"), "H-08"), "H-08"},
		"all answered":      {classify.ForAIAct, answersOf(classify.AIAct, "A-01", "B-02"), ""},
	} {
		if got := strings.Join(asked(t, c.f, c.a), " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	list, _ := classify.Questions(classify.InForce(classify.MDR), classify.ForMDR, inMDR, classify.Facts{})
	for _, q := range list {
		if q.ID == "C-11a" && (len(q.Help) != 9 || q.Help[0].Proposes["C-11a3"] != classify.Yes) {
			t.Errorf("help for C-11a: %v", q.Help)
		}
		if q.ID == "C-33a" && (!q.ValueNeeded || len(q.Values) != 4) {
			t.Errorf("C-33a takes %v", q.Values)
		}
	}
	if _, err := classify.Questions(classify.InForce(classify.MDR), classify.ForMDR, classify.Answers{"Q-77": y}, classify.Facts{}); err == nil {
		t.Error("an unknown row is refused")
	}
}

// unanswered takes the answers to rows whose ids begin so away.
func unanswered(a classify.Answers, prefix string) classify.Answers {
	for id := range a {
		if strings.HasPrefix(id, prefix) {
			delete(a, id)
		}
	}
	return a
}

// An exception that a person gives a reason for takes a practice out of the prohibition.
func TestException(t *testing.T) {
	r := classified(t, classify.ForAIAct, answersOf(classify.AIAct, "A-01", "P-f=exception"))
	if r.AIAct.Prohibited || !slices.Equal(r.AIAct.Exceptions, []string{"P-f"}) || r.Undecided {
		t.Errorf("%+v", r.AIAct)
	}
}

// The last day of a legacy right follows the class.
func TestRightUntil(t *testing.T) {
	for class, want := range map[string]string{"III": "2027-12-31", "IIa": "2028-12-31", "Im": "2028-12-31"} {
		r, err := classify.RightToUse(classify.InForce(classify.MDR), answersOf(classify.MDR, "S-03"), classify.Facts{Class: class})
		if err != nil || len(r.Allowed) != 1 || string(r.Allowed[0].Until) != want || !r.Ordinary {
			t.Errorf("%s: %+v %v", class, r, err)
		}
	}
	r, err := classify.RightToUse(classify.InForce(classify.MDR), answersOf(classify.MDR, "S-09"), classify.Facts{})
	if err != nil || r.Ordinary || r.Check == nil {
		t.Errorf("shadow mode is no right to ordinary care: %+v %v", r, err)
	}
}

// A table that names what does not exist is refused.
func TestBrokenTables(t *testing.T) {
	row := func(line string) string {
		return "law: mdr\ntitle: {en: T}\njurisdictions: [EU]\nstatus: proposed\nversion: v\ndate: 2026-11-27\nsource: s\nsections:\n  - key: Q\n    title: {en: Q}\n    reading: {en: r}\n    parts:\n      - mode: ask_all\n        rows:\n          - {id: Q-1, question: {en: q}, effect: stop, confidence: high" + line + "}\n"
	}
	if _, err := classify.Parse([]byte(row(""))); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{", effekt: stop", ", with: [Q-2]", ", when: [[Q-2]]", ", when: [[\"role\"]]", ", proposes: {Q-2: \"yes\"}", ", replaces: Q-2", "}\n          - {id: Q-1, question: {en: q}, effect: stop, confidence: high"} {
		if _, err := classify.Parse([]byte(row(line))); err == nil {
			t.Errorf("%q is read", line)
		}
	}
	if _, err := classify.Parse([]byte(strings.Replace(row(""), "effect: stop", "effect: stopp", 1))); err == nil {
		t.Error("an unknown effect is read")
	}
	if err := classify.Load(fstest.MapFS{"classification/p.yaml": {Data: []byte(row(""))}}); err == nil {
		t.Error("a proposal alone is no law in force")
	}
}

// Every text of the tables is in both languages.
func TestTexts(t *testing.T) {
	for _, law := range []classify.Law{classify.MDR, classify.AIAct} {
		table := classify.InForce(law)
		for _, id := range classify.RowsOf(table) {
			r := classify.RowOf(table, id)
			for name, x := range map[string]record.Text{"question": r.Question, "reference": r.Reference, "guidance": r.Guidance, "note": r.Note} {
				if (x.NB == "") != (x.EN == "") || name == "question" && x.NB == "" {
					t.Errorf("%s: %s nb %q, en %q", id, name, x.NB, x.EN)
				}
			}
		}
	}
}

// A proposed law is read beside the one in force, and applied only when somebody names it.
func TestProposedLaw(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"classification/mdr.yaml", "classification/ai-act.yaml"} {
		raw, err := seed.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	proposal := strings.NewReplacer(`version: "2026-11-27"`, `version: "proposal"`, "status: in_force", "status: proposed", "gives: III", "gives: IIb").
		Replace(string(files["classification/mdr.yaml"].Data))
	files["classification/proposal.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(proposal, `date: "2026-11-27"`, `date: "2027-06-01"`, 1))}
	if err := classify.Load(files); err != nil {
		t.Fatal(err)
	}
	proposed, err := classify.Edition(classify.MDR, "proposal")
	if err != nil || classify.InForce(classify.MDR).Version != "2026-11-27" {
		t.Fatalf("in force %s: %v", classify.InForce(classify.MDR).Version, err)
	}
	a := answersOf(classify.MDR, "Q-01", "Q-20", "C-08")
	now, then := classified(t, classify.ForMDR, a), (*classify.Result)(nil)
	if then, err = classify.Classify(proposed, classify.ForMDR, a, classify.Facts{}); err != nil {
		t.Fatal(err)
	}
	if now.Device.Class != "III" || then.Device.Class != "IIb" || then.LawVersion != "proposal" {
		t.Errorf("now %s, then %s by %s", now.Device.Class, then.Device.Class, then.LawVersion)
	}
	if _, err = classify.Edition(classify.MDR, "2019"); !fault.Is(err, fault.Malformed) {
		t.Errorf("an unknown version: %v", err)
	}
}
