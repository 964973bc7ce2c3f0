package dataset

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// pointers lists where an error has faults.
func pointers(err error) (out []string) {
	if e := fault.As(err); e != nil {
		for _, f := range e.Fields {
			out = append(out, f.Pointer)
		}
	}
	return out
}

func TestValidate_S2_23(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   Input
		want string
	}{
		{"nothing", Input{}, ""},
		{"a split of a day", Input{Splits: []Split{{From: "2024-01-01", To: "2024-01-01"}}}, ""},
		{"a split that ends before it begins", Input{Splits: []Split{{}, {From: "2024-01-01", To: "2023-12-31"}}}, "/splits/1/to"},
		{"internal quality assurance", Input{LegalBases: []LegalBasis{{Purpose: QualityAssurance, Basis: HPL26}}}, ""},
		{"development by internal quality assurance", Input{LegalBases: []LegalBasis{{Purpose: Development, Basis: HPL26}}}, "/legal_bases/0/basis"},
		{"development by an exemption", Input{LegalBases: []LegalBasis{{Purpose: Development, Basis: HPL29, Reference: "2026/1"}}}, ""},
		{"an exemption without its decision", Input{LegalBases: []LegalBasis{{Purpose: Development, Basis: HPL29, Reference: " "}}}, "/legal_bases/0/reference"},
		{"research without REK's decision", Input{LegalBases: []LegalBasis{{Purpose: Research, Basis: ResearchREK}}}, "/legal_bases/0/reference"},
		{"care by REK", Input{LegalBases: []LegalBasis{{Purpose: Care, Basis: ResearchREK, Reference: "1"}}}, "/legal_bases/0/basis"},
		{"anonymous", Input{LegalBases: []LegalBasis{{Purpose: Care, Basis: Anonymous}}}, ""},
		{"anonymous with health data", Input{Categories: []DataCategory{"health"}, LegalBases: []LegalBasis{{Purpose: Care, Basis: Anonymous}}}, "/legal_bases/0/basis"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := pointers(New(tc.in).Validate())
			if tc.want == "" && len(got) > 0 || tc.want != "" && (len(got) != 1 || got[0] != tc.want) {
				t.Errorf("%v, want %q", got, tc.want)
			}
		})
	}
}

func TestGrantAccess_S2_9(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	quality := LegalBasis{Purpose: QualityAssurance, Basis: HPL26}
	development := LegalBasis{Purpose: Development, Basis: HPL29, Reference: "1", ValidTo: "2027-01-31"}
	for _, tc := range []struct {
		name  string
		bases []LegalBasis
		guide string
		until record.Date
		want  string
	}{
		{"no legal basis", nil, "g", "2027-01-01", "no_legal_basis"},
		{"development without the guideline", []LegalBasis{quality, development}, "", "2027-01-01", "no_guideline"},
		{"quality assurance without the guideline", []LegalBasis{quality}, "", "2027-01-01", ""},
		{"until today", []LegalBasis{quality}, "", "2026-11-21", ""},
		{"until yesterday", []LegalBasis{quality}, "", "2026-11-20", "/valid_to"},
		{"as long as the legal basis", []LegalBasis{quality, development}, "g", "2027-01-31", ""},
		{"longer than a legal basis", []LegalBasis{quality, development}, "g", "2027-02-01", "/valid_to"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := New(Input{LegalBases: tc.bases, GuidelineID: tc.guide})
			err := d.GrantAccess(AccessInput{ValidTo: tc.until}, "a", now)
			got := ""
			if at := pointers(err); len(at) > 0 {
				got = at[0]
			} else if e := fault.As(err); e != nil {
				got = e.Code
			}
			if got != tc.want || (err == nil) != (d.Status == Granted) {
				t.Errorf("%q, want %q; %s", got, tc.want, d.Status)
			}
		})
	}
}
