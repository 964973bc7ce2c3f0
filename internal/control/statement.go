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
	Title string `json:"title" validate:"max=200" search:"" sort:"" example:"Anvendelseserklæring for Sykehuset i Vestfold"`
} // @name StatementOfApplicabilityInput

// Row is a control in a statement. An entry of Annex A without a control has a row without control_id.
type Row struct {
	Requirement          string         `json:"requirement" example:"A.6.2.4" ref:"requirement,prefix=iso-42001:"` // empty for own controls
	ControlID            string         `json:"control_id,omitempty" format:"uuid" ref:"control"`
	ControlVersion       int64          `json:"control_version,omitempty"`
	Title                string         `json:"title"`
	Applicability        Applicability  `json:"applicability"`
	Justification        string         `json:"justification"`
	ImplementationStatus Implementation `json:"implementation_status"`
	OwnerID              string         `json:"owner_id,omitempty" format:"uuid" names:"user"`
	Evidence             []string       `json:"evidence" ref:"evidence"`
	RiskIDs              []string       `json:"risk_ids" ref:"risk"`
	ObligationIDs        []string       `json:"obligation_ids" ref:"requirement"`
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
} // @name StatementOfApplicability

var statementLabel = record.Text{NB: "Anvendelseserklæring", EN: "Statement of applicability"}

// Statements reads and writes the statements of applicability.
var Statements = record.NewRepo[Statement](record.Kind{
	Rules: record.Rules[Statement]{Defaults: (*Statement).Defaults, Facts: (*Statement).Facts},
	Name:  "soa", Path: "statements-of-applicability", Prefix: "SOA",
	Label:    statementLabel,
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Own: map[string][]string{"withdraw": {"submitted_by"}},
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
	},
})

// NewStatement creates a draft; Compile fills its rows.
func NewStatement(in StatementInput) *Statement {
	return &Statement{StatementInput: in, Status: Draft}
}

// Defaults fills what was left out.
func (s *Statement) Defaults() {
	if strings.TrimSpace(s.Title) == "" {
		s.Title = statementLabel.NB
	}
	if s.ExternalRefs == nil {
		s.ExternalRefs = []record.ExternalRef{}
	}
	if s.Rows == nil {
		s.Rows = []Row{}
	}
}

// Facts is what policies/authorities.csv needs.
func (s *Statement) Facts() []record.Fact {
	return []record.Fact{{Name: "kind", Value: "soa"}, {Name: "submitted_by", Value: s.SubmittedBy}}
}

// Open reports whether the statement can still change.
func (s *Statement) Open() bool { return s.Status == Draft || s.Status == InReview }

// Annex is an entry of Annex A. Each needs a row in a statement.
type Annex struct{ Key, Title string }

// Compile rebuilds the rows from the controls in use: the entries of Annex A in their order, then own controls by age.
func (s *Statement) Compile(annex []Annex, controls []*Control, at time.Time) {
	adopted := map[string]*Control{}
	var own []*Control
	for _, c := range controls {
		switch {
		case c.Status != Active:
		case c.Requirement != "":
			adopted[c.Requirement] = c
		default:
			own = append(own, c)
		}
	}
	slices.SortFunc(own, func(a, b *Control) int { return strings.Compare(a.ID, b.ID) }) // ids sort by creation time
	s.Rows = make([]Row, 0, len(annex)+len(own))
	for _, a := range annex {
		if c := adopted[a.Key]; c != nil {
			s.Rows = append(s.Rows, rowOf(c))
			continue
		}
		s.Rows = append(s.Rows, Row{
			Requirement: a.Key, Title: a.Title, Applicability: Undecided, ImplementationStatus: NotStarted,
			Evidence: []string{}, RiskIDs: []string{}, ObligationIDs: []string{},
		})
	}
	for _, c := range own {
		s.Rows = append(s.Rows, rowOf(c))
	}
	s.CompiledAt = at
}

func rowOf(c *Control) Row {
	return Row{
		Requirement: c.Requirement, ControlID: c.ID, ControlVersion: c.Version, Title: c.Title,
		Applicability: c.Applicability, Justification: c.Justification, ImplementationStatus: c.ImplementationStatus, OwnerID: c.OwnerID,
		Evidence: slices.Clone(c.Evidence), RiskIDs: slices.Clone(c.RiskIDs), ObligationIDs: slices.Clone(c.ObligationIDs),
	}
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
		}
		if len(b) > before && r.ControlID != "" {
			b[before].Link, b[before].Who = "/api/v1/controls/"+r.ControlID, r.OwnerID
		}
	}
	return b
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
