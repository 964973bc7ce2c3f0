package useright_test

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/useright"
	"github.com/ki-styring/aims/policies"
)

func rules(t *testing.T) *useright.Rules {
	t.Helper()
	r, err := useright.ReadRules(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func right(row string, of useright.Regulation, class string, certificateTo, letterTo record.Date) *useright.Right {
	r := &useright.Right{Input: useright.Input{RowID: row, Regulation: of, DeclaredClass: class}, Status: useright.Recorded}
	if certificateTo != "" {
		r.Certificate = &useright.Certificate{Number: "1", NotifiedBody: "2460", ValidTo: certificateTo}
	}
	if letterTo != "" {
		r.Letter = &useright.Letter{From: "x", Date: "2024-01-01", Until: letterTo, Evidence: "x"}
	}
	return r
}

// The last day of a right is that of the certificate, or of the letter, and never later than the law allows the class.
func TestUntil(t *testing.T) {
	for _, tc := range []struct {
		row                 string
		of                  useright.Regulation
		class               string
		certificate, letter record.Date
		until               record.Date
	}{
		{"S-01", useright.MDR, "IIa", "2029-04-30", "", "2029-04-30"},
		{"S-02", useright.MDR, "I", "", "", ""},
		{"S-03", useright.MDR, "III", "2024-04-30", "2030-01-01", "2027-12-31"},
		{"S-03", useright.MDR, "IIb", "2024-04-30", "2030-01-01", "2028-12-31"},
		{"S-03", useright.MDR, "IIa", "2024-04-30", "2027-06-30", "2027-06-30"},
		{"S-03", useright.MDR, "IIa", "2027-04-30", "", "2027-04-30"},
		{"S-03", useright.MDR, "I", "", "2030-01-01", "2028-12-31"},
		{"S-04", useright.IVDR, "D", "", "2030-01-01", "2027-12-31"},
		{"S-04", useright.IVDR, "C", "", "2030-01-01", "2028-12-31"},
		{"S-04", useright.IVDR, "B", "", "2030-01-01", "2029-12-31"},
		{"S-04", useright.IVDR, "B", "2025-01-01", "2030-01-01", "2027-12-31"}, // a certificate under the directive
		{"S-06", useright.MDR, "IIa", "", "", ""},
	} {
		r := right(tc.row, tc.of, tc.class, tc.certificate, tc.letter)
		if err := r.Apply(rules(t)); err != nil || r.ValidUntil != tc.until {
			t.Errorf("%s %s %q %q: until %q, want %q: %v", tc.row, tc.class, tc.certificate, tc.letter, r.ValidUntil, tc.until, err)
		}
	}
}

// A right counts once it is checked, until its last day. A study and shadow mode never allow ordinary use.
func TestValid(t *testing.T) {
	for _, tc := range []struct {
		row             string
		status          useright.Status
		until           record.Date
		pilot, ordinary bool
	}{
		{"S-02", useright.Recorded, "", false, false},
		{"S-02", useright.Checked, "", true, true},
		{"S-02", useright.Ended, "", false, false},
		{"S-02", useright.Checked, "2026-11-21", true, true},
		{"S-02", useright.Checked, "2026-11-20", false, false},
		{"S-05", useright.Checked, "", true, false},
		{"S-09", useright.Checked, "", true, false},
	} {
		r := right(tc.row, useright.MDR, "I", "", "")
		if err := r.Apply(rules(t)); err != nil {
			t.Fatal(err)
		}
		r.Status, r.ValidUntil = tc.status, tc.until
		if pilot, ordinary := r.Valid("2026-11-21"); pilot != tc.pilot || ordinary != tc.ordinary {
			t.Errorf("%s %s %q: pilot %t, ordinary %t", tc.row, tc.status, tc.until, pilot, ordinary)
		}
	}
}

// The best right allows ordinary use before a study, and holds longest.
func TestBest(t *testing.T) {
	of := func(use useright.Use, until record.Date) *useright.Right {
		return &useright.Right{Status: useright.Checked, Use: use, ValidUntil: until}
	}
	study, always := of(useright.InStudy, ""), of(useright.Ordinary, "")
	short, long, past := of(useright.Ordinary, "2027-01-01"), of(useright.Ordinary, "2028-01-01"), of(useright.Ordinary, "2026-01-01")
	for name, tc := range map[string]struct {
		all  []*useright.Right
		best *useright.Right
	}{
		"none":     {nil, nil},
		"expired":  {[]*useright.Right{past}, nil},
		"ordinary": {[]*useright.Right{study, short}, short},
		"longer":   {[]*useright.Right{long, short}, long},
		"endless":  {[]*useright.Right{long, always, short}, always},
		"a study":  {[]*useright.Right{past, study}, study},
	} {
		if got := useright.Best(tc.all, "2026-11-21"); got != tc.best {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// A certificate past its date holds with the letter only.
func TestCheckOfAnOldCertificate(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		right *useright.Right
		code  string
	}{
		"in force":            {right("S-03", useright.MDR, "IIa", "2027-04-30", ""), ""},
		"past, with a letter": {right("S-03", useright.MDR, "IIa", "2024-04-30", "2028-12-31"), ""},
		"past, no letter":     {right("S-03", useright.MDR, "IIa", "2024-04-30", ""), "letter_missing"},
		"no certificate":      {right("S-03", useright.MDR, "I", "", ""), "letter_missing"},
		"the letter is past":  {right("S-03", useright.MDR, "IIa", "2024-04-30", "2026-01-01"), "right_expired"},
		"of the MDR, past":    {right("S-01", useright.MDR, "IIa", "2024-04-30", ""), "right_expired"},
	} {
		err := fault.As(tc.right.Check(rules(t), "manager", at))
		switch {
		case tc.code == "" && err != nil, tc.code != "" && (err == nil || len(err.Blockers) != 1 || err.Blockers[0].Code != tc.code):
			t.Errorf("%s: %v", name, err)
		}
	}
}
