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
	annexA = []Entry{{"A.2.2", "KI-policy", nil}, {"A.3.2", "Roller", nil}, {"A.10.2", "Ansvar", nil}}
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

// compile is a statement of the entries with the controls of its scope.
func compile(entries []Entry, controls ...*Control) *Statement {
	s := NewStatement(StatementInput{Common: record.Common{Scope: "/siv/"}})
	s.Compile(Basis{Entries: entries, Controls: controls, Evidence: map[string]Cited{"e": {EvidenceID: "e", Edition: 1}}, Own: true, At: noon})
	return s
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
			s := compile(annexA, tt.controls...)
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
	s := compile(annexA, made("o2", "", nil), made("c", "A.10.2", nil), made("o1", "", nil), made("a", "A.2.2", nil))
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
	s := compile(annexA[:1], c)
	c.Evidence[0], c.Justification = "x", "noe annet"
	if r := s.Rows[0]; r.Evidence[0].EvidenceID != "e" || r.Justification != "trengs" {
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
		{"included by a reason", included("trengs her"), ""},
		{"included by a reason of nine characters", included("trengs nå "), "/justification"},
		{"a reason of ten characters with blanks around", included("  ærlig talt "), ""},
		{"undecided with a short reason", func(c *Control) { c.Justification = "vet ikke" }, "/justification"},
		{"included by a duty, with a short reason", func(c *Control) { included("lov")(c); c.ObligationIDs = []string{"o"} }, "/justification"},
		{"answers its own requirement", func(c *Control) { c.Answers = []string{"A.2.2"} }, "/answers"},
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
	from := compile(annexA, made("a", "A.2.2", included("trengs")), made("b", "A.3.2", included("trengs")), made("gone", "", nil))
	to := compile(annexA,
		made("a2", "A.2.2", func(c *Control) { included("trengs")(c); c.Version, c.Title = 7, "Kontroll a" }), // another control with the same content
		made("b", "A.3.2", func(c *Control) {
			c.Applicability, c.Justification, c.Evidence = Excluded, "ikke aktuelt", []string{"e"}
		}),
		made("new", "", nil),
	)
	from.ID, to.ID = "1", "2"
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
	want := []string{"applicability: included → excluded", "justification: trengs → ikke aktuelt", "evidence: [] → [{e  1     }]"}
	if !slices.Equal(fields, want) {
		t.Errorf("fields %q, want %q", fields, want)
	}
}

// A row is that of the scope's own control, or else of the nearest one above, which it names in both cases.
func TestCompileInherits(t *testing.T) {
	also := made("d", "", func(c *Control) { c.Answers = []string{"A.10.2"} })
	s := NewStatement(StatementInput{})
	s.Compile(Basis{
		Entries: []Entry{{"A.2.2", "KI-policy", []string{"duty"}}, annexA[1], annexA[2]}, Own: true, At: noon,
		Controls: []*Control{made("own", "A.3.2", nil)},
		Above: []*Control{
			made("near", "A.2.2", func(c *Control) { c.RiskIDs, c.ObligationIDs = []string{"r1"}, []string{"duty", "more"} }), made("above", "A.3.2", nil),
			made("far", "A.2.2", nil), also, made("general", "", nil), made("old", "A.10.2", func(c *Control) { c.Status = Retired }),
		},
		Treats: map[string][]string{"near": {"r1", "r2"}},
	})
	var got []string
	for _, r := range s.Rows {
		got = append(got, fmt.Sprintf("%s %s %s %v %v", r.Requirement, r.ControlID, r.InheritedFrom, r.RiskIDs, r.ObligationIDs))
	}
	want := []string{"A.2.2 near near [r1 r2] [duty more]", "A.3.2 own above [] []", "A.10.2 d d [] []", " general general [] []"}
	if !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

// What an approval rests on differs, and not who looks after a control or which risks it treats.
func TestDifferences(t *testing.T) {
	base := func(change func(*Control)) []Row {
		return compile(annexA[:1], made("a", "A.2.2", func(c *Control) {
			included("trengs her")(c)
			if change != nil {
				change(c)
			}
		})).Rows
	}
	for _, c := range []struct {
		name string
		to   []Row
		want string
	}{
		{"nothing", base(nil), "[]"},
		{"the owner", base(func(c *Control) { c.OwnerID = "nina" }), "[]"},
		{"a risk", base(func(c *Control) { c.RiskIDs = []string{"r"} }), "[]"},
		{"a later version alone", base(func(c *Control) { c.Version = 9 }), "[]"},
		{"the reason", base(func(c *Control) { c.Justification = "noe helt annet" }), "[justification]"},
		{"the evidence", base(func(c *Control) { c.Evidence = []string{"e"} }), "[evidence]"},
		{"a retired control", base(func(c *Control) { c.Status = Retired }), "[control_id title applicability justification]"},
		{"an own control more", compile(annexA[:1], made("a", "A.2.2", included("trengs her")), made("b", "", nil)).Rows, "[control_id]"},
		{"a row less", nil, "[control_id]"},
	} {
		fields := []string{}
		for _, d := range Differences(base(nil), c.to) {
			for _, f := range d.Fields {
				fields = append(fields, f.Field)
			}
		}
		if fmt.Sprint(fields) != c.want {
			t.Errorf("%s: %v, want %s", c.name, fields, c.want)
		}
	}
	s := compile(annexA[:1], made("a", "A.2.2", included("trengs her")))
	now := &Statement{Rows: base(func(c *Control) { c.Evidence = []string{"e"} })}
	if !s.DriftFrom(now) || s.DriftFrom(now) || len(s.Drift) != 1 {
		t.Errorf("drift is noted once: %+v", s.Drift)
	}
	if !s.DriftFrom(&Statement{Rows: base(nil)}) || len(s.Drift) != 0 {
		t.Errorf("drift ends when the control is as it was: %+v", s.Drift)
	}
}
