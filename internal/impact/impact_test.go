package impact_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/impact"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/risk"
	"github.com/ki-styring/aims/policies"
)

func content(t *testing.T) *impact.Content {
	t.Helper()
	c, err := impact.ReadContent(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The levels are those of package risk.
func TestLevels(t *testing.T) {
	all := record.AllChoices()
	if !slices.Equal(all["impact.Level"], all["risk.Level"]) || len(risk.Levels) == 0 {
		t.Errorf("the levels are %v, not %v", all["impact.Level"], all["risk.Level"])
	}
}

// The fields are those of the owner's table, and a faulty file is refused with every fault.
func TestContent(t *testing.T) {
	c := content(t)
	for kind, want := range map[impact.Kind]int{"": 47, impact.AISIA: 39, impact.DPIA: 43, impact.FRIA: 43} {
		if got := len(c.Of(kind).Fields); got != want {
			t.Errorf("%q asks %d fields, want %d", kind, got, want)
		}
	}
	_, err := impact.ReadContent(fstest.MapFS{"impact-content.yaml": {Data: []byte(`
sections: [{key: a, label: {nb: A, en: A}}]
short_form: {kinds: [aisia], fields: [x-9]}
fields:
  - {id: x-1, section: b, type: text, aisia: required, dpia: required, fria: required, shared: "yes", confidence: high}
  - {id: x-1, section: a, type: tekst, aisia: maybe, dpia: required, fria: required, shared: "yes", confidence: high}
`)}})
	for _, want := range []string{`unknown section "b"`, `unknown type "tekst"`, "the id is there twice", "/aisia", "x-9: the short form"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the fault %s is not reported: %v", want, err)
		}
	}
}

// A field that is required is missing without an answer that counts for the kind. The short form requires fewer fields.
func TestMissing(t *testing.T) {
	c := content(t)
	harm := func(kinds ...impact.Kind) impact.Answers {
		return impact.Answers{"harm-1": {Rows: []impact.Row{{What: "x", Kinds: kinds}}}}
	}
	for _, tc := range []struct {
		name   string
		kind   impact.Kind
		form   impact.Form
		shared impact.Answers
		field  string
		want   bool
	}{
		{"no answer", impact.DPIA, impact.Full, nil, "sys-1", true},
		{"a text", impact.DPIA, impact.Full, impact.Answers{"sys-1": {Text: "x"}}, "sys-1", false},
		{"blank", impact.DPIA, impact.Full, impact.Answers{"sys-1": {Text: " \n"}}, "sys-1", true},
		{"a reason does not answer what is required", impact.DPIA, impact.Full, impact.Answers{"sys-1": {NotRelevantBecause: "x"}}, "sys-1", true},
		{"optional for the DPIA", impact.DPIA, impact.Full, nil, "sys-5", false},
		{"required in the full form", impact.AISIA, impact.Full, nil, "sys-5", true},
		{"not in the short form", impact.AISIA, impact.Short, nil, "sys-5", false},
		{"in the short form", impact.AISIA, impact.Short, nil, "sys-1", true},
		{"a harm of all kinds", impact.DPIA, impact.Full, harm(), "harm-1", false},
		{"a harm of another kind", impact.DPIA, impact.Full, harm(impact.FRIA), "harm-1", true},
		{"the advice", impact.DPIA, impact.Full, nil, "pro-2", true},
		{"the approval comes last", impact.DPIA, impact.Full, nil, "pro-5", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := impact.New(impact.Input{Kind: tc.kind}, "", tc.form)
			for _, f := range c.Show(a, tc.shared, nil) {
				if f.ID == tc.field && f.Missing != tc.want {
					t.Errorf("%s is missing: %t", f.ID, f.Missing)
				}
			}
		})
	}
}

// A level of high or above after the measures leaves a high risk to privacy, in a DPIA only.
func TestPrivacyHigh(t *testing.T) {
	for _, tc := range []struct {
		kind  impact.Kind
		level impact.Level
		want  bool
	}{
		{impact.DPIA, impact.Low, false},
		{impact.DPIA, impact.Moderate, false},
		{impact.DPIA, impact.High, true},
		{impact.DPIA, impact.VeryHigh, true},
		{impact.AISIA, impact.VeryHigh, false},
	} {
		a := impact.New(impact.Input{Kind: tc.kind}, "", impact.Full)
		row := impact.Row{What: "x", Before: &impact.Judgement{Level: impact.VeryHigh}, After: &impact.Judgement{Level: tc.level}}
		a.Approval = &impact.Approval{Document: impact.Document{Answers: impact.Answers{"harm-1": {Rows: []impact.Row{row}}}}}
		if got := a.PrivacyHigh(); got != tc.want {
			t.Errorf("%s %s: %t", tc.kind, tc.level, got)
		}
	}
}

// An approval freezes the document, and takes the answers that were submitted.
func TestApprove(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		now  impact.Answers
		code string
	}{
		"as submitted": {impact.Answers{"sys-1": {Text: "a"}}, ""},
		"changed":      {impact.Answers{"sys-1": {Text: "b"}}, "changed_since_submit"},
		"taken away":   {impact.Answers{}, "changed_since_submit"},
	} {
		t.Run(name, func(t *testing.T) {
			a := impact.New(impact.Input{Kind: impact.AISIA, Answers: impact.Answers{"ppl-4": {Text: "own"}}}, "owner", impact.Full)
			a.Status, a.Document = impact.InReview, &impact.Document{Answers: impact.Answers{"sys-1": {Text: "a"}, "ppl-4": {Text: "own"}}}
			shared := &impact.SystemAnswers{SystemAnswersInput: impact.SystemAnswersInput{Answers: tc.now}}
			err := a.Approve(shared, "manager", at)
			if code := codeOf(err); code != tc.code || (a.Approval != nil) != (tc.code == "") {
				t.Fatalf("%v, approval %v", err, a.Approval)
			}
			if tc.code == "" && (a.Approval.Document.Answers["sys-1"].Text != "a" || a.Status != impact.Approved) {
				t.Errorf("approved %v", a.Approval)
			}
		})
	}
}

func codeOf(err error) string {
	if f := fault.As(err); f != nil {
		return f.Code
	}
	return ""
}
