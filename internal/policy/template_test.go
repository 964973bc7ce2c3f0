package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/policy"
	"github.com/ki-styring/aims/seed"
)

func siv(t *testing.T) policy.Template {
	t.Helper()
	b, err := seed.Files.ReadFile("templates/siv-guideline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tpl, err := policy.ParseTemplate(b)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func check(t *testing.T, body string) *policy.TemplateCheck {
	t.Helper()
	return siv(t).Check(&policy.Policy{Input: policy.Input{Body: body}, Edition: 1})
}

// full returns a document with every mandatory section, in the headings given.
func full(headings ...string) string {
	var b strings.Builder
	for _, h := range headings {
		b.WriteString(h + "\n\nTekst.\n\n")
	}
	return b.String()
}

func TestTemplateCheck(t *testing.T) {
	const (
		numbered = "## 1. Hensikt\n\nA\n\n## 2. Ansvar\n\nA\n\n## 3. Fremgangsmåte\n\nA\n\n## 4. Generelt\n\nA\n\n## 5. Interne referanser\n\nA\n\n## 6. Eksterne referanser\n\nA\n\n"
		fence    = "```"
	)
	for _, tc := range []struct {
		name    string
		body    string
		missing []string
		empty   []string
	}{
		{"nothing", "", []string{"purpose", "responsibility", "procedure", "general", "internal_references", "external_references"}, nil},
		{"all, numbered", numbered, nil, nil},
		{"CRLF", strings.ReplaceAll(numbered, "\n", "\r\n"), nil, nil},
		{
			"all, without numbers and in capitals",
			full("# HENSIKT", "# ANSVAR", "# FREMGANGSMÅTE", "# GENERELT", "# INTERNE REFERANSER", "# EKSTERNE REFERANSER"), nil, nil,
		},
		{
			"all, English, bold, with closing marks",
			full("## **1. Purpose**", "## 2) Responsibility ##", "## 3 Procedure:", "## General", "## Internal references", "## External references"), nil, nil,
		},
		{
			"all by number alone",
			full("## 1", "## 2.", "## 3. Slik gjør vi det", "## 4. Annet", "## 5. Egne dokumenter", "## 6. Lover"), nil, nil,
		},
		{
			"a sub-section of the same name is no section",
			strings.Replace(numbered, "## 4. Generelt\n\nA\n\n", "", 1) + "## 7. Vedlegg\n\n### 7.1 Generelt\n\nA\n\n### Generelt\n\nA\n",
			[]string{"general"},
			nil,
		},
		{
			"text under a sub-heading is text of the section",
			strings.Replace(numbered, "## 3. Fremgangsmåte\n\nA\n\n", "## 3. Fremgangsmåte\n\n### 3.1 Først\n\nA\n\n", 1), nil, nil,
		},
		{
			"headings alone are no text",
			strings.Replace(numbered, "## 3. Fremgangsmåte\n\nA\n\n", "## 3. Fremgangsmåte\n\n### 3.1 Først\n\n---\n\n", 1),
			[]string{"procedure"},
			[]string{"procedure"},
		},
		{"an optional section may be empty", numbered + "## 7. Vedlegg\n", nil, []string{"attachments"}},
		{
			"a # in a code block is no heading",
			strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", fence+"sh\n## 2. Ansvar\nls\n"+fence+"\n\n", 1),
			[]string{"responsibility"},
			nil,
		},
		{
			"a longer fence holds a shorter one",
			strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "~~~~\n~~~\n## 2. Ansvar\nA\n~~~~\n\n", 1),
			[]string{"responsibility"},
			nil,
		},
		{"code is text", strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "## 2. Ansvar\n\n"+fence+"\nls # alt\n"+fence+"\n\n", 1), nil, nil},
		{"seven marks, or no space, are no heading", strings.Replace(numbered, "## 2. Ansvar", "#2. Ansvar", 1) + "####### 2. Ansvar\n", []string{"responsibility"}, nil},
		{
			"a comment is no text, on one line or on several",
			strings.Replace(strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "## 2. Ansvar\n\n<!-- Skriv hvem som har ansvar. -->\n\n", 1),
				"## 3. Fremgangsmåte\n\nA\n\n", "## 3. Fremgangsmåte <!-- kort -->\n\n<!--\n"+fence+"\nSkriv her.\n\n-->\n\n", 1),
			[]string{"responsibility", "procedure"},
			[]string{"responsibility", "procedure"},
		},
		{"text beside a comment is text", strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "## 2. Ansvar\n\n<!-- kort -->A<!-- slutt -->\n\n", 1), nil, nil},
		{"a comment in code is text", strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "## 2. Ansvar\n\n"+fence+"\n<!-- ls -->\n"+fence+"\n\n", 1), nil, nil},
		{"what looks like the beginning of a comment hides nothing", strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "## 2. Ansvar\n\nMerk med <!-- slik.\n\n", 1), nil, nil},
		{
			"a heading in a comment is none",
			strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "<!--\n## 2. Ansvar\n\nA\n-->\n\n", 1),
			[]string{"responsibility"},
			nil,
		},
		{
			"underlined",
			"Retningslinje\n===\n\n" + full("Hensikt\n---", "2\\. Ansvar\n  -------  ", "**Fremgangsmåte**\n-", "Generelt\n---", "Interne referanser\n---", "Eksterne\nreferanser\n---"),
			nil,
			nil,
		},
		{
			"a rule under a list, a quotation or nothing is no heading",
			strings.Replace(numbered, "## 2. Ansvar\n\nA\n\n", "- Ansvar\n---\n> Ansvar\n---\n\n---\n", 1),
			[]string{"responsibility"},
			nil,
		},
		{
			"an underlined heading is no text of the one before it",
			full("Hensikt\n---", "Ansvar\n---") + "Fremgangsmåte\n---\nGenerelt\n---\n",
			[]string{"procedure", "general", "internal_references", "external_references"},
			[]string{"procedure", "general"},
		},
		{
			"spaces that do not break",
			full("## 1.\u00a0Hensikt", "## 2\u00a0Ansvar", "## 3.\u202fFremgangsmåte", "## 4. Generelt\u00a0", "## Interne\u00a0referanser", "## 6.\u00a0") + "## 7. Vedlegg\n\n\u00a0\n",
			nil,
			[]string{"attachments"},
		},
		{"renumbered sections go by their words", full("## 1. Ansvar", "## 2. Hensikt"), []string{"procedure", "general", "internal_references", "external_references"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := check(t, tc.body)
			if !slices.Equal(c.Missing, tc.missing) && len(c.Missing)+len(tc.missing) > 0 {
				t.Errorf("missing %v, want %v", c.Missing, tc.missing)
			}
			if c.Complete != (len(tc.missing) == 0) {
				t.Errorf("complete %v", c.Complete)
			}
			var empty []string
			for _, s := range c.Sections {
				if s.Empty {
					empty = append(empty, s.Key)
				}
			}
			if !slices.Equal(empty, tc.empty) {
				t.Errorf("empty %v, want %v", empty, tc.empty)
			}
		})
	}
}

func TestDemoGuidelineIsComplete(t *testing.T) {
	b, err := os.ReadFile("../../seed/demo/siv-retningslinje.md")
	if err != nil {
		t.Fatal(err)
	}
	if c := check(t, string(b)); !c.Complete {
		t.Errorf("missing %v", c.Missing)
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	const head = "key: kort\ntitle: {nb: Kort, en: Short}\nsections:\n"
	const section = "  - {number: 1, key: a, heading: {nb: A, en: A}, mandatory: true, guidance: {nb: A, en: A}}\n"
	if _, err := policy.ParseTemplate([]byte(head + section)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"no sections":       head,
		"a section twice":   head + section + section,
		"an unknown member": head + section + "owner: x\n",
		"no key":            strings.Replace(head, "key: kort", "key: ''", 1) + section,
		"broken YAML":       head + "  - {",
	} {
		if _, err := policy.ParseTemplate([]byte(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
