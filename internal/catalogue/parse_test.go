package catalogue_test

import (
	_ "embed"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/seed"
)

const head = `framework:
  key: ward-rules
  title: {nb: Husregler, en: Installation rules}
  version: "1"
  issuer: Sykehuset
  source: Own text
`

func row(lines string) string { return head + "requirements:\n" + lines }

func TestParse(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string // line, path and code of every problem
	}{
		{"a sound file", row("  - {key: \"1\", kind: clause, title: {nb: En, en: One}}\n  - {key: \"1.1\", kind: clause, parent: \"1\", title: {nb: En en, en: One one}}\n"), nil},
		{"a null is no value", row("  - {key: \"1\", kind: clause, parent: null, guidance: null, title: {nb: En, en: One}}\n"), nil},
		{"an unknown member", row("  - key: \"1\"\n    kind: clause\n    colour: red\n    title: {nb: En, en: One}\n"), []string{"10 /requirements/0/colour unknown_member"}},
		{"a member twice", row("  - key: \"1\"\n    kind: clause\n    kind: clause\n    title: {nb: En, en: One}\n"), []string{"10 /requirements/0/kind duplicate_member"}},
		{"a number for a text", row("  - key: 4.10\n    kind: clause\n    title: {nb: En, en: One}\n"), []string{"8 /requirements/0/key wrong_type"}},
		{"a text for a list", row("  - key: \"1\"\n    kind: clause\n    roles: provider\n    title: {nb: En, en: One}\n"), []string{"10 /requirements/0/roles wrong_type"}},
		{"one language", row("  - key: \"1\"\n    kind: clause\n    title:\n      en: One\n"), nil},
		{"no language", row("  - key: \"1\"\n    kind: clause\n    title: {}\n"), []string{"10 /requirements/0/title/nb required", "10 /requirements/0/title/en required"}},
		{"an unknown kind", row("  - {key: \"1\", kind: rule, title: {nb: En, en: One}}\n"), []string{"8 /requirements/0/kind not_a_choice"}},
		{"a key twice", row("  - {key: \"1\", kind: clause, title: {nb: En, en: One}}\n  - {key: \"1\", kind: clause, title: {nb: En, en: One}}\n"), []string{"9 /requirements/1/key duplicate_key"}},
		{"a key unfit for a path", row("  - {key: \"a/b\", kind: clause, title: {nb: En, en: One}}\n"), []string{"8 /requirements/0/key bad_key"}},
		{"a parent that is not there", row("  - {key: \"1\", kind: clause, parent: \"0\", title: {nb: En, en: One}}\n"), []string{"8 /requirements/0/parent unknown_parent"}},
		{"a circle, and one who hangs on it", row("  - {key: a, kind: clause, parent: b, title: {nb: En, en: One}}\n  - {key: b, kind: clause, parent: c, title: {nb: En, en: One}}\n  - {key: c, kind: clause, parent: b, title: {nb: En, en: One}}\n"), []string{"9 /requirements/1/parent cycle"}},
		{"an obligation without its essentials", row("  - {key: X, kind: obligation, title: {nb: En, en: One}}\n"), []string{
			"8 /requirements/0/instrument required", "8 /requirements/0/ref required", "8 /requirements/0/due_rule required",
			"8 /requirements/0/confidence required", "8 /requirements/0/roles required", "8 /requirements/0/validity required",
		}},
		{"days that are not there, or in the wrong order", row(`  - key: X
    kind: obligation
    title: {nb: En, en: One}
    instrument: {nb: Lov, en: Law}
    ref: {nb: § 1, en: section 1}
    roles: [any]
    due_rule: continuous
    confidence: high
    validity:
      - {jurisdiction: NO, status: in_force, from: "2026-02-30"}
      - {jurisdiction: NO, status: in_force, from: 2026-03-01, to: 2026-02-01}
      - {jurisdiction: SE, status: in_force}
`), []string{"17 /requirements/0/validity/0/from bad_date", "19 /requirements/0/validity/2/jurisdiction not_a_choice", "18 /requirements/0/validity/1/to before_from"}},
		{"an unknown role and an unknown part of a due rule", row(`  - key: X
    kind: obligation
    title: {nb: En, en: One}
    instrument: {nb: Lov, en: Law}
    ref: {nb: § 1, en: section 1}
    roles: [king]
    due_rule: "P15D; before:lunch"
    confidence: low
    validity: [{jurisdiction: NO, status: in_force}]
`), []string{"13 /requirements/0/roles/0 not_a_choice", "14 /requirements/0/due_rule bad_due_rule"}},
		{"two faults at once", "framework: {key: Bad Key, title: {nb: A, en: B}, version: \"1\", issuer: C, source: D}\nrequirements:\n  - 7\n", []string{
			"1 /framework/key bad_key", "3 /requirements/0 wrong_type",
		}},
		{"the version of the framework", strings.Replace(row("  []\n"), "  version: \"1\"\n", "  version: 1\n", 1), []string{"4 /framework/version wrong_type"}},
		{"edition for version", strings.Replace(row("  []\n"), "  version:", "  edition:", 1), []string{"4 /framework/edition unknown_member", "1 /framework/version required"}},
		{"no version", strings.Replace(row("  []\n"), "  version: \"1\"\n", "", 1), []string{"1 /framework/version required"}},
		{"nothing of what is needed", "{}", []string{"1 /framework required", "1 /requirements required"}},
		{"null for what is needed", "framework:\nrequirements:\n", []string{"1 /framework required", "1 /requirements required"}},
		{"no object", "- a\n- b\n", []string{"1  wrong_type", "1 /framework required", "1 /requirements required"}},
		{"empty", "", []string{"1  bad_yaml"}},
		{"two documents", row("  []\n") + "---\na: b\n", []string{"1  bad_yaml"}},
		{"an alias", "a: &x [1]\nb: *x\n", []string{"1  not_plain"}},
		{"a tag", "a: !!binary aGVp\n", []string{"1  not_plain"}},
		{"NUL by escape", row("  - {key: \"1\", kind: clause, title: {nb: \"a\\0b\", en: One}}\n"), []string{"8 /requirements/0/title/nb bad_text"}},
		{"NUL by byte", "a: \x00", []string{"1  bad_yaml"}},
		{"not UTF-8", "a: \xff", []string{"1  bad_yaml"}},
		{"broken", "a: [b\nc: d\n", []string{"2  bad_yaml"}},
		{"deep brackets", strings.Repeat("[", 10000), []string{"1  too_deep"}},
		{"deep dashes", strings.Repeat("- ", 10000), []string{"1  too_deep"}},
		{"JSON", `{"framework": {"key": "h", "title": {"nb": "A\u00e6", "en": "B"}, "version": "1", "issuer": "C", "source": "D"},
"requirements": [{"key": "1", "kind": "step", "title": {"nb": "A", "en": "B"}, "guidance": null, "recipient": null}]}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, problems := catalogue.Parse("installation.yaml", []byte(tt.file))
			var got []string
			for _, p := range problems {
				got = append(got, strings.TrimPrefix(strings.Join([]string{strconv.Itoa(p.Line), p.Path, p.Code}, " "), " "))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("problems\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if (f == nil) != (len(tt.want) > 0) {
				t.Errorf("file %v beside %d problems", f, len(problems))
			}
		})
	}
}

func TestMain(m *testing.M) {
	if err := catalogue.Load(seed.Files); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// seeded parses the embedded framework files.
func seeded(t *testing.T) (files []*catalogue.File) {
	t.Helper()
	names, err := seed.Files.ReadDir("frameworks")
	if err != nil || len(names) == 0 {
		t.Fatalf("frameworks: %d files, %v", len(names), err)
	}
	for _, n := range names {
		data, err := seed.Files.ReadFile("frameworks/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		f, problems := catalogue.Parse(n.Name(), data)
		for _, p := range problems {
			t.Error(p)
		}
		if f != nil {
			files = append(files, f)
		}
	}
	return files
}

func TestSeeds(t *testing.T) {
	for _, f := range seeded(t) {
		if f.Framework.Key != catalogue.ISO42001 {
			continue
		}
		counts := map[catalogue.Kind]int{}
		for _, e := range f.Requirements {
			counts[e.Kind]++
		}
		if counts[catalogue.Control] != 38 || counts[catalogue.Clause] != 43 || len(f.Requirements) != 114 {
			t.Errorf("ISO/IEC 42001 has %v, %d in all", counts, len(f.Requirements))
		}
	}
	if len(catalogue.Support()) == 0 {
		t.Error("no clause is supported by anything")
	}
}

//go:embed testdata/obligations.tsv
var expectedObligations string

// The seed has every expected obligation and no other. Each has every text in both languages. Norwegian references are written as § and nr.
func TestSeededObligations(t *testing.T) {
	var got, want []string
	for line := range strings.Lines(expectedObligations) {
		if !strings.HasPrefix(line, "#") {
			want = append(want, strings.TrimSpace(line))
		}
	}
	for _, f := range seeded(t) {
		for i, e := range f.Requirements {
			if e.Kind != catalogue.Obligation {
				continue
			}
			got = append(got, strings.Join([]string{f.Framework.Key, e.Key, e.DueRule, string(e.Confidence)}, "\t"))
			checkObligation(t, e, catalogue.NewRequirement(f.Framework.Key, i+1, e))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if len(got) != 283 || !slices.Equal(got, want) {
		t.Errorf("%d obligations, expected %d", len(got), len(want))
		for _, line := range got {
			if !slices.Contains(want, line) {
				t.Errorf("not expected: %s", line)
			}
		}
	}
}

// asSection matches a reference such as "s. 4" or "ss. 6", and foreignRef one such as 5(1)(a), which is English style.
var (
	asSection  = regexp.MustCompile(`(^|\W)ss?\. ?\d`)
	foreignRef = regexp.MustCompile(`\d\(\w|Art\. [^ ]*\(|\bsection\b|\bAnnex\b`)
)

func checkObligation(t *testing.T, e catalogue.Entry, r *catalogue.Requirement) {
	t.Helper()
	r.Defaults()
	texts := map[string]*record.Text{
		"title": &e.Title, "instrument": e.Instrument, "ref": e.Ref, "trigger": e.Trigger, "recipient": e.Recipient, "due": r.Due,
	}
	if e.Guidance != nil {
		texts["guidance"] = e.Guidance
	}
	for i, v := range e.Validity {
		for name, x := range map[string]*record.Text{"note": v.Note, "condition": v.Condition} {
			if x != nil {
				texts[fmt.Sprintf("validity %d %s", i, name)] = x
			}
		}
	}
	for name, x := range texts {
		switch {
		case x == nil || strings.TrimSpace(x.NB) == "" || strings.TrimSpace(x.EN) == "":
			t.Errorf("%s: the %s is not there in both languages", e.Key, name)
		case asSection.MatchString(x.NB+" "+x.EN) || foreignRef.MatchString(x.NB):
			t.Errorf("%s: the %s has a foreign reference: %s", e.Key, name, x.NB)
		}
	}
	if (r.Check == nil) != (e.Confidence == "high") || r.Check != nil && (r.Check.NB != "kontrolleres" || r.Check.EN == "") {
		t.Errorf("%s: confidence %s, to be checked: %v", e.Key, e.Confidence, r.Check)
	}
	if strings.Contains(e.DueRule, "before:") && len(r.Gates) == 0 && !regexp.MustCompile(`before:\d`).MatchString(e.DueRule) {
		t.Errorf("%s: %s leads to no gate", e.Key, e.DueRule)
	}
	if asSection.MatchString(e.Source) || e.Source == "" {
		t.Errorf("%s: source %q", e.Key, e.Source)
	}
	for _, in := range []catalogue.Jurisdiction{"NO", "EU"} {
		a := e.Applies("2026-11-28", in)
		if a.Why.NB == "" || a.Why.EN == "" || a.Then.NB == "" || a.Then.EN == "" {
			t.Errorf("%s in %s: why %q, then %q", e.Key, in, a.Why, a.Then)
		}
		for _, v := range e.Validity {
			if v.Jurisdiction == in && v.Status == catalogue.Proposed && a.Applies != catalogue.No && len(a.Because) == 0 {
				t.Errorf("%s in %s applies by a proposal", e.Key, in)
			}
		}
	}
}

// A condition of a support line has one value or several.
func TestParseSupportConditions(t *testing.T) {
	const line = "- clause: \"6.1.3\"\n  supports:\n    - {kind: control, states: [active], where: {kind: own, applicability: %s}, text: {nb: A, en: A}}\n"
	for value, want := range map[string]string{
		"included": "[{kind own} {applicability included}]", "[included, excluded]": "[{kind own} {applicability included} {applicability excluded}]",
		"{a: b}": "/0/supports/0/where/applicability", "[included, 1]": "/0/supports/0/where/applicability/1",
	} {
		support, problems := catalogue.ParseSupport("a.yaml", fmt.Appendf(nil, line, value))
		got := ""
		switch {
		case len(problems) == 1:
			got = problems[0].Path
		case len(support) == 1:
			got = fmt.Sprint(support[0].Lines[0].Where)
		}
		if got != want {
			t.Errorf("%s: %s %v, want %s", value, got, problems, want)
		}
	}
}

// A file that is made to be slow to parse is refused. If it were parsed in more than linear time, the test would not end.
func TestParseHostile(t *testing.T) {
	n := 1 << 20
	for name, file := range map[string]string{
		"brackets":       strings.Repeat("[", n),
		"dashes":         strings.Repeat("- ", n),
		"questions":      strings.Repeat("? ", n),
		"colons":         strings.Repeat("a: ", n),
		"quotes":         strings.Repeat("'", n),
		"double quotes":  strings.Repeat("\"", n),
		"one long word":  strings.Repeat("a", n),
		"long plain":     "a: " + strings.Repeat("b ", n),
		"comments":       strings.Repeat("# a\n", n/4),
		"empty lines":    strings.Repeat("\n", n),
		"keys":           strings.Repeat("abcdefgh:\n", n/10),
		"folded":         "a: >\n" + strings.Repeat("  b\n", n/4),
		"multi-line":     "a: b\n" + strings.Repeat("  b\n", n/4),
		"quoted lines":   "a: \"b\n" + strings.Repeat("  b\n", n/4) + "\"",
		"indent":         stairs(1400),
		"documents":      strings.Repeat("---\n", n/4),
		"tabs":           strings.Repeat("\t", n),
		"pipes":          strings.Repeat("|\n", n/2),
		"flow lists":     "[" + strings.Repeat("[],", n/3) + "]",
		"rows of a list": strings.Repeat("- a\n", n/4),
		"colon colon":    strings.Repeat(":", n),
		"backslashes":    "\"" + strings.Repeat("\\\\", n/2) + "\"",
		"blank tail":     "a: b" + strings.Repeat(" ", n),
	} {
		t.Run(name, func(t *testing.T) {
			if f, problems := catalogue.Parse("x", []byte(file)); f != nil || len(problems) == 0 {
				t.Error("read as a framework")
			}
		})
	}
}

func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(row("  - {key: \"1\", kind: clause, title: {nb: En, en: One}}\n")))
	f.Add([]byte("a: &x [1]\nb: *x\n"))
	f.Add([]byte("{\"framework\": {}}"))
	f.Add([]byte("? a\n: - b\n"))
	f.Add([]byte("a: |\n  b\nc: >-\n  d\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, problems := catalogue.Parse("fuzz", data)
		if (file == nil) == (len(problems) == 0) {
			t.Fatalf("file %v beside %d problems", file, len(problems))
		}
		for _, p := range problems {
			if p.Line < 1 || p.Code == "" || !strings.HasPrefix(p.String(), "fuzz") {
				t.Fatalf("problem %+v", p)
			}
		}
		if file != nil && record.Shape(&file.Framework) != nil {
			t.Fatal("a framework that breaks its rules was read")
		}
	})
}
