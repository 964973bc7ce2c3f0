package control

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

var (
	annexA = []Annex{{"A.2.2", "KI-policy"}, {"A.3.2", "Roller"}, {"A.10.2", "Ansvar"}}
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
)

func made(id, requirement string, change func(*Control)) *Control {
	c := Adopted("/siv/", requirement, "Kontroll "+id)
	c.ID, c.Version = id, 1
	if change != nil {
		change(c)
	}
	c.Defaults()
	return c
}

func included(why string) func(*Control) {
	return func(c *Control) { c.Applicability, c.Justification = Included, why }
}

func TestSubmit(t *testing.T) {
	owned := func(c *Control) { c.OwnerID = "nina" }
	tests := []struct {
		name     string
		controls []*Control
		blockers []string // code, pointer, link, who
	}{
		{"nothing adopted", nil, []string{"control_missing /rows/0  ", "control_missing /rows/1  ", "control_missing /rows/2  "}},
		{"undecided, with its owner", []*Control{
			made("a", "A.2.2", owned), made("b", "A.3.2", included("trengs")), made("c", "A.10.2", included("trengs")),
		}, []string{"control_undecided /rows/0 /api/v1/controls/a nina"}},
		{"retired is missing", []*Control{
			made("a", "A.2.2", included("trengs")), made("b", "A.3.2", included("trengs")),
			made("c", "A.10.2", func(c *Control) { included("trengs")(c); c.Status = Retired }),
		}, []string{"control_missing /rows/2  "}},
		{"decided without a reason", []*Control{
			made("a", "A.2.2", included(" ")),
			made("b", "A.3.2", func(c *Control) { c.Applicability, c.RiskIDs = Excluded, []string{"r"} }),
			made("c", "A.10.2", func(c *Control) { c.Applicability, c.RiskIDs = Included, []string{"r"} }),
		}, []string{"justification_missing /rows/0 /api/v1/controls/a ", "justification_missing /rows/1 /api/v1/controls/b "}},
		{"an own control blocks too", []*Control{
			made("a", "A.2.2", included("trengs")), made("b", "A.3.2", included("trengs")), made("c", "A.10.2", included("trengs")), made("d", "", nil),
		}, []string{"control_undecided /rows/3 /api/v1/controls/d "}},
		{"all decided", []*Control{
			made("a", "A.2.2", included("trengs")), made("b", "A.3.2", included("trengs")),
			made("c", "A.10.2", func(c *Control) { c.Applicability, c.ObligationIDs = Included, []string{"mdr:MDR-87"} }),
		}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := NewStatement(StatementInput{Common: record.Common{Scope: "/siv/"}})
			s.Compile(annexA, tt.controls, noon)
			err := s.Submit("group", noon)
			var got []string
			if f := fault.As(err); f != nil {
				for _, b := range f.Blockers {
					got = append(got, fmt.Sprintf("%s %s %s %s", b.Code, b.Pointer, b.Link, b.Who))
				}
			}
			if !slices.Equal(got, tt.blockers) {
				t.Errorf("blockers %q, want %q", got, tt.blockers)
			}
			if want := map[bool]StatementStatus{true: InReview, false: Draft}[tt.blockers == nil]; s.Status != want {
				t.Errorf("status %s, want %s", s.Status, want)
			}
		})
	}
}

func TestCompileOrdersRows(t *testing.T) {
	s := NewStatement(StatementInput{})
	s.Compile(annexA, []*Control{made("o2", "", nil), made("c", "A.10.2", nil), made("o1", "", nil), made("a", "A.2.2", nil)}, noon)
	var got []string
	for _, r := range s.Rows {
		got = append(got, r.Requirement+"="+r.ControlID)
	}
	if want := []string{"A.2.2=a", "A.3.2=", "A.10.2=c", "=o1", "=o2"}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestApprovedRowsStay(t *testing.T) {
	c := made("a", "A.2.2", func(c *Control) { included("trengs")(c); c.Evidence = []string{"e"} })
	s := NewStatement(StatementInput{})
	s.Compile(annexA[:1], []*Control{c}, noon)
	c.Evidence[0], c.Justification = "x", "noe annet"
	if r := s.Rows[0]; r.Evidence[0] != "e" || r.Justification != "trengs" {
		t.Errorf("the row follows its control: %+v", r)
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Control)
		fault  string
	}{
		{"undecided says nothing", func(*Control) {}, ""},
		{"excluded without a reason", func(c *Control) { c.Applicability = Excluded }, "/justification"},
		{"excluded by a risk alone", func(c *Control) { c.Applicability, c.RiskIDs = Excluded, []string{"r"} }, "/justification"},
		{"included without a reason", func(c *Control) { c.Applicability = Included }, "/justification"},
		{"included by a risk", func(c *Control) { c.Applicability, c.RiskIDs = Included, []string{"r"} }, ""},
		{"included by a duty", func(c *Control) { c.Applicability, c.ObligationIDs = Included, []string{"o"} }, ""},
		{"included by a reason", included("trengs"), ""},
		{"verified without evidence", func(c *Control) { c.ImplementationStatus = Verified }, "/evidence"},
		{"verified with evidence", func(c *Control) { c.ImplementationStatus, c.Evidence = Verified, []string{"e"} }, ""},
		{"implemented without evidence", func(c *Control) { c.ImplementationStatus = Implemented }, ""},
		{"no title", func(c *Control) { c.Title = " " }, "/title"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if f := fault.As(made("a", "A.2.2", tt.change).Validate()); f != nil {
				got = f.Fields[0].Pointer
			}
			if got != tt.fault {
				t.Errorf("fault at %q, want %q", got, tt.fault)
			}
		})
	}
}

func TestWithdraw(t *testing.T) {
	s := &Statement{Status: InReview, SubmittedBy: "group"}
	if err := s.Withdraw("group2"); !fault.Is(err, fault.Forbidden) || s.Status != InReview {
		t.Errorf("somebody else: %v, %s", err, s.Status)
	}
	if err := s.Withdraw("deputy", "group"); err != nil || s.Status != Draft || s.SubmittedBy != "" {
		t.Errorf("the submitter's deputy: %v, %+v", err, s)
	}
}

func TestCompare(t *testing.T) {
	from, to := NewStatement(StatementInput{}), NewStatement(StatementInput{})
	from.ID, to.ID = "1", "2"
	from.Compile(annexA, []*Control{made("a", "A.2.2", included("trengs")), made("b", "A.3.2", included("trengs")), made("gone", "", nil)}, noon)
	to.Compile(annexA, []*Control{
		made("a2", "A.2.2", func(c *Control) { included("trengs")(c); c.Version, c.Title = 7, "Kontroll a" }), // another control with the same content
		made("b", "A.3.2", func(c *Control) {
			c.Applicability, c.Justification, c.Evidence = Excluded, "ikke aktuelt", []string{"e"}
		}),
		made("new", "", nil),
	}, noon)
	c := Compare(from, to)
	if c.From != "1" || c.To != "2" || c.Unchanged != 2 {
		t.Errorf("from %s to %s, %d unchanged", c.From, c.To, c.Unchanged)
	}
	if len(c.Added) != 1 || c.Added[0].ControlID != "new" || len(c.Removed) != 1 || c.Removed[0].ControlID != "gone" {
		t.Errorf("added %+v, removed %+v", c.Added, c.Removed)
	}
	if len(c.Changed) != 1 || c.Changed[0].Requirement != "A.3.2" {
		t.Fatalf("changed %+v", c.Changed)
	}
	var fields []string
	for _, f := range c.Changed[0].Fields {
		fields = append(fields, fmt.Sprintf("%s: %v → %v", f.Field, f.From, f.To))
	}
	want := []string{"applicability: included → excluded", "justification: trengs → ikke aktuelt", "evidence: [] → [e]"}
	if !slices.Equal(fields, want) {
		t.Errorf("fields %q, want %q", fields, want)
	}
}
