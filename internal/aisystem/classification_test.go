package aisystem

import (
	"bytes"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ki-styring/aims/internal/classify"
	"github.com/ki-styring/aims/seed"
)

// load reads the rules of the seed, and a newer edition of device law that differs in the given way.
func load(t *testing.T, from, to string) {
	t.Helper()
	files := fstest.MapFS{}
	for _, name := range []string{"classification/mdr.yaml", "classification/ai-act.yaml"} {
		raw, err := fs.ReadFile(seed.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	if from != "" {
		newer := bytes.ReplaceAll(files["classification/mdr.yaml"].Data, []byte(`"2026-11-27"`), []byte(`"2027-03-01"`))
		changed := bytes.Replace(newer, []byte(from), []byte(to), 1)
		if bytes.Equal(newer, changed) {
			t.Fatalf("the rules have no %s", from)
		}
		files["classification/newer.yaml"] = &fstest.MapFile{Data: changed}
	}
	if err := classify.Load(files); err != nil {
		t.Fatal(err)
	}
}

// A newer edition of the law or of a guideline asks for another classification, and so does another purpose or role.
func TestStaleClassification(t *testing.T) {
	load(t, "", "")
	s := &System{Input: Input{IntendedPurpose: "Finne brudd", Origin: Bought}}
	c := &Classification{ClassificationInput: ClassificationInput{For: classify.ForMDR, Answers: classify.Answers{
		"Q-01": {Answer: classify.Yes}, "Q-20": {Answer: classify.Yes}, "C-11a": {Answer: classify.Yes},
	}}}
	if err := c.answer(s, "", "somebody"); err != nil {
		t.Fatal(err)
	}
	if why := c.stale(s); why != "" {
		t.Errorf("just answered, and stale: %s", why)
	}
	other := *s
	other.IntendedPurpose = "Sortere arbeidslisten"
	if why := c.stale(&other); why != PurposeChanged {
		t.Errorf("another purpose: %q", why)
	}
	act := &Classification{ClassificationInput: ClassificationInput{For: classify.ForAIAct, Answers: classify.Answers{"A-01": {Answer: classify.Yes}}}}
	if err := act.answer(s, "", "somebody"); err != nil {
		t.Fatal(err)
	}
	made := *s
	made.MDRRole = InHouse
	if why := act.stale(&made); why != ClassChanged {
		t.Errorf("made in-house now: %q", why)
	}
	load(t, `name: "MDCG 2019-11", version: "rev.1"`, `name: "MDCG 2019-11", version: "rev.2"`)
	if why := c.stale(s); why != GuidelineChanged {
		t.Errorf("a newer guideline: %q", why)
	}
	load(t, "qualify_within: P30D", "qualify_within: P14D")
	if why := c.stale(s); why != LawChanged {
		t.Errorf("a newer edition of the rules: %q", why)
	}
	if err := c.Confirm(s, "other", time.Now()); err == nil || c.Status == ClassificationConfirmed {
		t.Error("answers to rules that have changed are confirmed")
	}
	load(t, "", "")
}

// What was found about a system lapses with its purpose; what the AI Act says lapses with its role under device law.
func TestFindingsLapse(t *testing.T) {
	load(t, "", "")
	found := Findings{Device: IsDevice, DeviceClass: "IIa", Classified: []string{"mdr", "ai_act"}, Confirmed: []string{"mdr", "ai_act"}, About: About{Purpose: "Finne brudd"}}
	s := &System{Input: Input{IntendedPurpose: "Finne brudd", Origin: Own}, Findings: found}
	if s.Defaults(); len(s.Findings.Confirmed) != 2 {
		t.Errorf("nothing has changed: %+v", s.Findings)
	}
	s.MDRRole = InHouse
	if s.Defaults(); len(s.Findings.Confirmed) != 1 || s.Findings.Confirmed[0] != "mdr" || s.Findings.Device != IsDevice {
		t.Errorf("another role: %+v", s.Findings)
	}
	s.IntendedPurpose = "Sortere arbeidslisten"
	if s.Defaults(); len(s.Findings.Confirmed)+len(s.Findings.Classified) != 0 || s.Findings.Device != DeviceOpen {
		t.Errorf("another purpose: %+v", s.Findings)
	}
}
