package catalogue_test

import (
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
		{"before the first day", e, "2025-02-01", "EU", catalogue.No, 0, "2025-02-02"},
		{"on the first day", e, "2025-02-02", "EU", catalogue.Yes, 1, "2026-07-27"},
		{"on the last day", e, "2026-07-26", "EU", catalogue.Yes, 1, "2026-07-27"},
		{"the day after the last", e, "2026-07-27", "EU", catalogue.No, 0, "2026-09-01"},
		{"what was adopted has begun beside it", e, "2026-12-02", "EU", catalogue.Yes, 2, ""},
		{"a proposal never applies", e, "2026-12-02", "NO", catalogue.No, 0, ""},
		{"a condition alone", only, "2028-01-01", "NO", catalogue.Conditionally, 1, ""},
		{"adopted, not yet begun", only, "2027-12-01", "NO", catalogue.No, 0, "2027-12-02"},
		{"in force since ever", undated, "2026-01-01", "NO", catalogue.Yes, 1, ""},
		{"adopted without a day", undated, "2026-01-01", "EU", catalogue.No, 0, ""},
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
	e.Title.EN, e.Guidance, e.Roles = "C", &record.Text{NB: "A", EN: "B"}, []string{"provider"}
	if got, want := r.Differences(3, e), []string{"title", "guidance", "roles", "position"}; !slices.Equal(got, want) {
		t.Errorf("differs in %q, want %q", got, want)
	}
}
