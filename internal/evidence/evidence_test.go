package evidence_test

import (
	"testing"

	"github.com/ki-styring/aims/internal/evidence"
	"github.com/ki-styring/aims/internal/fault"
)

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name     string
		in       evidence.Input
		pointers []string
	}{
		{"a link", evidence.Input{Kind: evidence.Link, URL: "https://kvalitet.example.no/8257"}, nil},
		{"a link with what it shows", evidence.Input{Kind: evidence.Link, URL: "https://kvalitet.example.no/8257", Text: "Rapport"}, nil},
		{"a link to nowhere", evidence.Input{Kind: evidence.Link, Text: "Rapport"}, []string{"/url"}},
		{"a note", evidence.Input{Kind: evidence.Note, Text: "Observert i drift."}, nil},
		{"a note of blanks, with an address", evidence.Input{Kind: evidence.Note, Text: " \n", URL: "https://a.no"}, []string{"/text", "/url"}},
		{
			"ends before it begins",
			evidence.Input{Kind: evidence.Note, Text: "A", CollectedOn: "2026-11-21", ValidUntil: "2026-11-20"},
			[]string{"/valid_until"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got []string
			if f := fault.As(evidence.New(tc.in).Validate()); f != nil {
				for _, x := range f.Fields {
					got = append(got, x.Pointer)
				}
			}
			if len(got) != len(tc.pointers) {
				t.Fatalf("got %v, want %v", got, tc.pointers)
			}
			for i := range got {
				if got[i] != tc.pointers[i] {
					t.Errorf("got %v, want %v", got, tc.pointers)
				}
			}
		})
	}
}

func TestRetiredEvidenceIsNeverDue(t *testing.T) {
	e := evidence.New(evidence.Input{Kind: evidence.Note, Text: "A", ValidUntil: "2026-11-20"})
	if e.DueOn() != "2026-11-20" {
		t.Errorf("due %q", e.DueOn())
	}
	if err := e.Retire(); err != nil || e.DueOn() != "" {
		t.Errorf("retired: due %q, %v", e.DueOn(), err)
	}
}
