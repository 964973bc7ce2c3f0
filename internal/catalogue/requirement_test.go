package catalogue_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ki-styring/aims/internal/catalogue"
	"github.com/ki-styring/aims/internal/record"
)

func TestApplies(t *testing.T) {
	condition := &record.Text{NB: "vilkår", EN: "condition"}
	e := catalogue.Entry{Validity: []catalogue.Validity{
		{Jurisdiction: "EU", Status: catalogue.InForce, From: "2025-02-02", To: "2026-07-26"},
		{Jurisdiction: "EU", Status: catalogue.InForce, From: "2026-09-01"},
		{Jurisdiction: "EU", Status: catalogue.Adopted, From: "2026-12-02", Condition: condition},
		{Jurisdiction: "NO", Status: catalogue.Proposed, From: "2026-01-01"},
	}}
	only := catalogue.Entry{Validity: []catalogue.Validity{{Jurisdiction: "NO", Status: catalogue.Adopted, From: "2027-12-02", Condition: condition}}}
	undated := catalogue.Entry{Validity: []catalogue.Validity{
		{Jurisdiction: "NO", Status: catalogue.InForce}, {Jurisdiction: "EU", Status: catalogue.Adopted},
	}}
	tests := []struct {
		name    string
		e       catalogue.Entry
		on      record.Date
		in      catalogue.Jurisdiction
		applies catalogue.Answer
		because int
		next    record.Date
	}{
		{"before the first day", e, "2025-02-01", "EU", catalogue.No, 3, "2025-02-02"},
		{"on the first day", e, "2025-02-02", "EU", catalogue.Yes, 1, "2026-07-27"},
		{"on the last day", e, "2026-07-26", "EU", catalogue.Yes, 1, "2026-07-27"},
		{"the day after the last", e, "2026-07-27", "EU", catalogue.No, 3, "2026-09-01"},
		{"what was adopted has begun beside it", e, "2026-12-02", "EU", catalogue.Yes, 2, ""},
		{"a proposal never applies", e, "2026-12-02", "NO", catalogue.No, 1, ""},
		{"a condition alone", only, "2028-01-01", "NO", catalogue.Conditionally, 1, ""},
		{"adopted, not yet begun", only, "2027-12-01", "NO", catalogue.No, 1, "2027-12-02"},
		{"in force since ever", undated, "2026-01-01", "NO", catalogue.Yes, 1, ""},
		{"adopted without a day", undated, "2026-01-01", "EU", catalogue.No, 1, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := tt.e.Applies(tt.on, tt.in)
			if a.Applies != tt.applies || len(a.Because) != tt.because || a.Next != tt.next {
				t.Errorf("%s because of %d, next %q; want %s, %d, %q", a.Applies, len(a.Because), a.Next, tt.applies, tt.because, tt.next)
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	e := catalogue.Entry{Key: "4.1", Kind: catalogue.Clause, Title: record.Text{NB: "A", EN: "B"}}
	r := catalogue.NewRequirement(catalogue.ISO42001, 2, e)
	r.Defaults()
	if got := r.Differences(2, e); len(got) != 0 {
		t.Errorf("the same differs in %q", got)
	}
	e.Title.EN, e.Guidance, e.Roles = "C", &record.Text{NB: "A", EN: "B"}, []catalogue.ObligationRole{"provider"}
	if got, want := r.Differences(3, e), []string{"title", "guidance", "roles", "position"}; !slices.Equal(got, want) {
		t.Errorf("differs in %q, want %q", got, want)
	}
}

// The answer says in words why an obligation applies or not, and what comes next.
func TestAppliesInWords(t *testing.T) {
	note := &record.Text{NB: "Datoen ble flyttet", EN: "The date was moved"}
	condition := &record.Text{NB: "system i vedlegg III", EN: "system in Annex III"}
	e := catalogue.Entry{Confidence: "medium", Validity: []catalogue.Validity{
		{Jurisdiction: "EU", Status: catalogue.InForce, From: "2025-02-02", To: "2026-07-26"},
		{Jurisdiction: "EU", Status: catalogue.Adopted, From: "2027-12-02", Condition: condition, Note: note},
	}}
	watched := catalogue.Entry{Confidence: "high", Validity: []catalogue.Validity{{Jurisdiction: "NO", Status: catalogue.Proposed, Note: note}}}
	for _, tt := range []struct {
		e          catalogue.Entry
		on         record.Date
		in         catalogue.Jurisdiction
		why, after string
	}{
		{e, "2026-01-01", "EU", "Gjelder fra 2.2.2025 til og med 26.7.2026.", "Siste dag er 26.7.2026."},
		{e, "2026-11-28", "EU", "Gjaldt til og med 26.7.2026. Vedtatt; gjelder fra 2.12.2027 på dette vilkåret: system i vedlegg III. Datoen ble flyttet.", "Fra 2.12.2027 gjelder plikten på dette vilkåret: system i vedlegg III. Datoen ble flyttet."},
		{e, "2028-01-01", "EU", "Gjelder fra 2.12.2027 på dette vilkåret: system i vedlegg III. Datoen ble flyttet.", "Ingen endring er kjent."},
		{e, "2028-01-01", "NO", "Ingen regel er registrert for denne jurisdiksjonen.", "Ingen endring er kjent."},
		{watched, "2028-01-01", "NO", "Bare foreslått. Datoen ble flyttet.", "Ingen dato er fastsatt; følg med på rettstilstanden."},
	} {
		a := tt.e.Applies(tt.on, tt.in)
		if a.Why.NB != tt.why || a.Then.NB != tt.after || (a.Check == nil) != (tt.e.Confidence == "high") {
			t.Errorf("%s in %s: why %q, then %q, check %v", tt.on, tt.in, a.Why.NB, a.Then.NB, a.Check)
		}
	}
}

// A due rule is shown in words, and leads to the gates before which the obligation is checked.
func TestDueRules(t *testing.T) {
	for rule, want := range map[string]string{
		"before:placing_or_putting_into_service; retain:P10Y": "før systemet bringes i omsetning eller tas i bruk; oppbevares i minst 10 år [pilot in_use]",
		"immediately; P15D":               "straks; innen 15 dager []",
		"PT24H; PT72H; P1M":               "innen 24 timer; innen 72 timer; innen 1 måned []",
		"before:2029-03-26":               "før 26.3.2029 []",
		"before:transfer; review:P1Y":     "før overføring ut av EØS; gjennomgås med høyst 1 år mellom hver gang [procurement development]",
		"with:GDPR-35; review:on_change":  "sammen med GDPR-35; ny vurdering ved endring []",
		"before:in_use; before:first_use": "før ordinær bruk; før første bruk [in_use pilot]",
	} {
		r := catalogue.NewRequirement("x", 1, catalogue.Entry{Key: "X", Kind: catalogue.Obligation, DueRule: rule})
		r.Defaults()
		if r.Due == nil || fmt.Sprint(r.Due.NB, " ", r.Gates) != want {
			t.Errorf("%s: %v %v, want %s", rule, r.Due, r.Gates, want)
		}
	}
}
