package control

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// StatementStatus is the state of a statement of applicability.
type StatementStatus string

// The states of a statement.
const (
	Draft      StatementStatus = "draft"
	InReview   StatementStatus = "in_review"
	Approved   StatementStatus = "approved"
	Superseded StatementStatus = "superseded"
)

// This registers the closed list of a statement's states.
var _ = record.Choices[StatementStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til behandling", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"},
)

// StatementInput is what a caller sets.
type StatementInput struct {
	record.Common
	Title     string `json:"title" validate:"max=200" search:"" sort:"" example:"Anvendelseserklæring for Sykehuset i Vestfold"`
	Framework string `json:"framework" validate:"omitempty,slug" ref:"framework" filter:"" fixed:"true" example:"iso-42001"` // the framework whose controls it is about; ISO/IEC 42001 when left out
} // @name StatementOfApplicabilityInput

// Row is a control in a statement. A requirement without a control has a row without control_id.
type Row struct {
	Requirement    string `json:"requirement" example:"A.6.2.4" ref:"requirement,prefix=iso-42001:"` // empty for own controls
	ControlID      string `json:"control_id,omitempty" format:"uuid" ref:"control"`
	ControlVersion int64  `json:"control_version,omitempty"`
	// InheritedFrom is the control of the scopes above that answers the requirement. Where control_id is another one, the scope deviates.
	InheritedFrom        string         `json:"inherited_from,omitempty" format:"uuid" ref:"control"`
	Title                string         `json:"title"`
	Applicability        Applicability  `json:"applicability"`
	Justification        string         `json:"justification"`
	ImplementationStatus Implementation `json:"implementation_status"`
	Verification         Verification   `json:"verification"`
	OwnerID              string         `json:"owner_id,omitempty" format:"uuid" names:"user"`
	Evidence             []Cited        `json:"evidence"`                                           // as it was
	RiskIDs              []string       `json:"risk_ids" ref:"risk"`                                // those of the control, and those whose treatments name it
	ObligationIDs        []string       `json:"obligation_ids" ref:"requirement,prefix=iso-42001:"` // those of the control, and those that its requirements help to meet
} // @name StatementRow

// Statement says for every control of a scope whether it applies, and why (ISO/IEC 42001, 6.1.3). An approved statement is frozen.
type Statement struct {
	record.Base
	StatementInput
	Status      StatementStatus `json:"status" filter:""`
	Rows        []Row           `json:"rows"`
	CompiledAt  time.Time       `json:"compiled_at"`
	SubmittedBy string          `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	SubmittedAt *time.Time      `json:"submitted_at"`
	ApprovedBy  string          `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time      `json:"approved_at"`
	Supersedes  string          `json:"supersedes,omitempty" format:"uuid" ref:"soa"` // the statement that was in force before
	// Drift is what differs today from the rows that were approved: what the control says now is in to.
	Drift []RowChange `json:"drift"`
} // @name StatementOfApplicability

var statementLabel = record.Text{NB: "Anvendelseserklæring", EN: "Statement of applicability"}

// Statements reads and writes the statements of applicability.
var Statements = record.NewRepo[Statement](record.Kind{
	Rules: record.Rules[Statement]{Defaults: (*Statement).Defaults, Facts: (*Statement).Facts},
	Name:  "soa", Path: "statements-of-applicability", Prefix: "SOA",
	Label:    statementLabel,
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Parts:   []string{"drift", "next"},
	PartsIn: map[string][]string{"drift": {"approved"}, "next": {"approved"}},
	Own:     map[string][]string{"withdraw": {"submitted_by"}},
	Workflow: []record.Transition{
		{Verb: "compile", From: []string{"draft"}, To: []string{"draft"}, Needs: []string{}, Label: record.Text{NB: "Hent inn kontrollene på nytt", EN: "Collect the controls again"}},
		{Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{}, Label: record.Text{NB: "Send til behandling", EN: "Submit"}},
		{Verb: "approve", From: []string{"in_review"}, To: []string{"approved"}, Needs: []string{}, Label: record.Text{NB: "Godkjenn", EN: "Approve"}},
		{Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslå", EN: "Reject"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "supersede", From: []string{"approved"}, To: []string{"superseded"}, Needs: []string{}, Label: record.Text{NB: "Erstatt", EN: "Supersede"}},
	},
	Tasks: []record.Task{
		{States: []string{"in_review"}, Action: "approve", Label: record.Text{NB: "Anvendelseserklæring til godkjenning", EN: "Statement of applicability to approve"}},
		{States: []string{"approved"}, Action: "next", Label: record.Text{NB: "Anvendelseserklæringen avviker fra kontrollene: lag den neste", EN: "The statement differs from the controls: draft the next one"}},
	},
	NotApplicable: func(action string, m record.Meta) bool { return action == "next" && m.Fact("drift") != "yes" },
})

// NewStatement creates a draft; Compile fills its rows.
func NewStatement(in StatementInput) *Statement {
	return &Statement{StatementInput: in, Status: Draft}
}

// defaultFramework is the framework that a statement is about when it names none.
const defaultFramework = "iso-42001"

// Defaults fills what was left out.
func (s *Statement) Defaults() {
	if strings.TrimSpace(s.Title) == "" {
		s.Title = statementLabel.NB
	}
	if s.ExternalRefs == nil {
		s.ExternalRefs = []record.ExternalRef{}
	}
	if s.Framework == "" {
		s.Framework = defaultFramework
	}
	if s.Rows == nil {
		s.Rows = []Row{}
	}
	if s.Drift == nil {
		s.Drift = []RowChange{}
	}
}

// Facts is what policies/authorities.csv needs, and whether the statement differs from the controls.
func (s *Statement) Facts() []record.Fact {
	facts := []record.Fact{{Name: "kind", Value: "soa"}, {Name: "submitted_by", Value: s.SubmittedBy}}
	if len(s.Drift) > 0 {
		facts = append(facts, record.Fact{Name: "drift", Value: "yes"})
	}
	return facts
}

// RestsOn reports whether a row has an edition of a piece of evidence.
func (s *Statement) RestsOn(id string, edition int) bool {
	return slices.ContainsFunc(s.Rows, func(r Row) bool {
		return slices.ContainsFunc(r.Evidence, func(on Cited) bool { return on.EvidenceID == id && on.Edition == edition })
	})
}

// Entry is a control of the statement's framework. Each needs a row in the statement.
type Entry struct {
	Requirement   string // its short key
	Title         string
	ObligationIDs []string // those that it helps to meet
}

// Basis is what the rows of a statement are compiled from.
type Basis struct {
	Entries  []Entry    // in the order of the framework
	Controls []*Control // of the scope
	Above    []*Control // of the scopes above, the nearest first
	Evidence map[string]Cited
	Treats   map[string][]string // the risks whose treatments name a control, by its id
	Own      bool                // with the controls that answer no requirement
	At       time.Time
}

// Compile rebuilds the rows from the controls in use: the controls of the framework in their order, then own controls by age. A row is that of the
// scope's own control or, without one, of the nearest control above.
func (s *Statement) Compile(b Basis) {
	s.Rows = make([]Row, 0, len(b.Entries))
	for _, e := range b.Entries {
		own, above := answering(b.Controls, e.Requirement), answering(b.Above, e.Requirement)
		c := own
		if c == nil {
			c = above
		}
		if c == nil {
			s.Rows = append(s.Rows, Row{
				Requirement: e.Requirement, Title: e.Title, Applicability: Undecided, ImplementationStatus: NotStarted, Verification: Unverified,
				Evidence: []Cited{}, RiskIDs: []string{}, ObligationIDs: joined(nil, e.ObligationIDs),
			})
			continue
		}
		r := b.row(c, above)
		r.Requirement, r.ObligationIDs = e.Requirement, joined(r.ObligationIDs, e.ObligationIDs)
		s.Rows = append(s.Rows, r)
	}
	if b.Own {
		for _, c := range unbound(b.Above) {
			s.Rows = append(s.Rows, b.row(c, c))
		}
		for _, c := range unbound(b.Controls) {
			s.Rows = append(s.Rows, b.row(c, nil))
		}
	}
	s.CompiledAt = b.At
}

// answering is the first control in use that was adopted for a requirement or, without one, the first that answers it besides; nil when there is none.
func answering(controls []*Control, requirement string) (also *Control) {
	for _, c := range controls {
		switch {
		case c.Status != Active:
		case c.Requirement == requirement:
			return c
		case also == nil && slices.Contains(c.Answers, requirement):
			also = c
		}
	}
	return also
}

// unbound lists the controls in use that answer no requirement, by age.
func unbound(controls []*Control) []*Control {
	out := slices.DeleteFunc(slices.Clone(controls), func(c *Control) bool { return c.Status != Active || c.Requirement != "" || len(c.Answers) > 0 })
	slices.SortFunc(out, func(a, b *Control) int { return strings.Compare(a.ID, b.ID) }) // ids sort by creation time
	return out
}

// joined are the texts of two lists, each once.
func joined(a, b []string) []string {
	out := append([]string{}, a...)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func (b Basis) row(c, above *Control) Row {
	r := Row{
		ControlID: c.ID, ControlVersion: c.Version, Title: c.Title,
		Applicability: c.Applicability, Justification: c.Justification, ImplementationStatus: c.ImplementationStatus, Verification: c.VerifiedOn(b.At), OwnerID: c.OwnerID,
		Evidence: []Cited{}, RiskIDs: joined(c.RiskIDs, b.Treats[c.ID]), ObligationIDs: joined(c.ObligationIDs, nil),
	}
	if above != nil {
		r.InheritedFrom = above.ID
	}
	for _, id := range c.Evidence {
		if e, known := b.Evidence[id]; known {
			r.Evidence = append(r.Evidence, e)
		}
	}
	return r
}

// Submit submits the statement for approval. Every control must be decided and justified.
func (s *Statement) Submit(by string, at time.Time) error {
	if err := s.missing().Err(); err != nil {
		return err
	}
	s.Status, s.SubmittedBy, s.SubmittedAt = InReview, by, &at
	return nil
}

// missing lists what each row lacks, with the owner of its control.
func (s *Statement) missing() (b fault.Blockers) {
	for i, r := range s.Rows {
		at, name := "/rows/"+strconv.Itoa(i), r.Requirement
		if name == "" {
			name = r.Title
		}
		before := len(b)
		switch {
		case r.ControlID == "":
			b.Add("control_missing", at, "%s: no control is in use for it in this scope", name)
		case r.Applicability == Undecided:
			b.Add("control_undecided", at, "%s: decide whether the control is included or excluded", name)
		case !justified(r.Applicability, r.Justification, r.RiskIDs, r.ObligationIDs):
			b.Add("justification_missing/row", at, "%s: give a justification", name)
		case r.Verification == Lapsed:
			b.Add("verification_lapsed", at, "%s: the verification has lapsed; verify the control again", name)
		}
		if len(b) > before && r.ControlID != "" {
			b[before].Link, b[before].Who = "/api/v1/controls/"+r.ControlID, r.OwnerID
		}
	}
	return b
}

// Changed lists the rows that differ from what the controls say now, as blockers of an approval: whoever approves decides on what was submitted.
func (s *Statement) Changed(now *Statement) error {
	differ := Differences(s.Rows, now.Rows)
	if len(differ) == 0 {
		return nil
	}
	err := fault.New(fault.Conflict, "changed_since_submit", "the controls have changed since the statement was submitted; reject or withdraw it, and submit it again")
	for _, d := range differ {
		b := err.Blockers.Add("changed_since_submit/row", d.pointer(s.Rows), "%s: the control has changed since the statement was submitted", d.name())
		if d.ControlID != "" {
			b.Link = "/api/v1/controls/" + d.ControlID
		}
	}
	return err
}

// DriftFrom stores what differs from the controls of today, and reports whether that is news.
func (s *Statement) DriftFrom(now *Statement) bool {
	drift := Differences(s.Rows, now.Rows)
	if same(s.Drift, drift) {
		return false
	}
	s.Drift = drift
	return true
}

// Approve freezes the statement. earlier is the id of the statement in force until now, or empty.
func (s *Statement) Approve(by string, at time.Time, earlier string) error {
	s.Status, s.ApprovedBy, s.ApprovedAt, s.Supersedes = Approved, by, &at, earlier
	return nil
}

// Reject returns the statement to its authors.
func (s *Statement) Reject() error {
	s.reopen()
	return nil
}

// Withdraw withdraws the statement before it is approved. persons are the ids that count as the caller.
func (s *Statement) Withdraw(persons ...string) error {
	if !slices.Contains(persons, s.SubmittedBy) {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", s.Number)
	}
	s.reopen()
	return nil
}

func (s *Statement) reopen() {
	s.Status, s.SubmittedBy, s.SubmittedAt = Draft, "", nil
}

// Supersede ends a statement when the next one is approved.
func (s *Statement) Supersede() error {
	s.Status = Superseded
	return nil
}
