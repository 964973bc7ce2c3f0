package supplier

import (
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name string
		in   Input
		want string
	}{
		{"a name", Input{Name: "A"}, ""},
		{"no name", Input{Name: " "}, "/name"},
		{"a contract of a day", Input{Name: "A", Contracts: []Contract{{ValidFrom: "2026-01-01", ValidTo: "2026-01-01"}}}, ""},
		{"a contract without an end", Input{Name: "A", Contracts: []Contract{{ValidFrom: "2026-01-01"}}}, ""},
		{"a contract that ends before it begins", Input{Name: "A", Contracts: []Contract{{}, {ValidFrom: "2026-01-02", ValidTo: "2026-01-01"}}}, "/contracts/1/valid_to"},
		{"a transfer without its basis", Input{Name: "A", Contracts: []Contract{{Transfer: WithBasis, TransferBasis: " "}}}, "/contracts/0/transfer_basis"},
		{"no transfer", Input{Name: "A", Contracts: []Contract{{Transfer: NoTransfer}}}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := ""
			if e := fault.As(New(tc.in).Validate()); e != nil {
				got = e.Fields[0].Pointer
			}
			if got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestAssessDue(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	s := New(Input{Name: "A"})
	s.CreatedAt = now
	due := func(what string, assess, review record.Date) {
		t.Helper()
		if got := assessDue(s, ""); got != assess || s.DueOn() != review {
			t.Errorf("%s: assessed by %s, due %q", what, got, s.DueOn())
		}
	}
	due("proposed", "2026-12-21", "")
	if err := s.Assess(AssessmentInput{Verdict: "approved", NextReview: "2026-11-21"}, "a", now); err == nil || s.Status != Proposed {
		t.Errorf("reviewed today: %s", s.Status)
	}
	if err := s.Assess(AssessmentInput{Verdict: "approved", NextReview: "2026-11-22"}, "a", now); err != nil {
		t.Fatal(err)
	}
	due("approved", "2026-11-22", "2026-11-22")
	if err := s.Suspend("Hendelse", "a", now.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	due("suspended", "2026-12-22", "")
}
