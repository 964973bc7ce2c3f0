package risk

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// StandardMethod is the key of the default method of a register.
const StandardMethod = "standard-5x5"

// MethodStatus is the state of one edition of a method.
type MethodStatus string

// The states of an edition.
const (
	MethodDraft      MethodStatus = "draft"
	MethodInReview   MethodStatus = "in_review"
	MethodApproved   MethodStatus = "approved"
	MethodSuperseded MethodStatus = "superseded"
)

// This registers the closed list of an edition's states.
var _ = record.Choices[MethodStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"superseded", "erstattet", "superseded", "neutral"},
)

// MethodInput is what a caller sets: two axes of 2 to 6 steps, and the level of each cell where they meet.
type MethodInput struct {
	record.Common
	Key         string        `json:"key" validate:"required,slug" fixed:"" filter:"" example:"standard-5x5"`
	Title       record.Text   `json:"title" validate:"required" search:"" sort:""`
	Description *record.Text  `json:"description,omitempty"`
	Likelihood  []Step        `json:"likelihood" validate:"required,max=6,dive"`
	Consequence []Step        `json:"consequence" validate:"required,max=6,dive"`
	Levels      []MethodLevel `json:"levels" validate:"required,max=4,dive"`
	Cells       [][]Level     `json:"cells" validate:"required,max=6,dive,max=6,dive,required,choice"` // one row per likelihood from 1 up, one column per consequence from 1 up
	Dimensions  []Dimension   `json:"dimensions" validate:"required,min=1,max=20,dive"`
} // @name RiskMethodInput

// MethodLevel is a method's rule for a level: its colour, the required response, the longest acceptance, the time until the next review, and whether an
// approved treatment plan is needed before the risk is accepted.
type MethodLevel struct {
	Key              Level           `json:"key" validate:"required,choice" example:"high"`
	Rank             int             `json:"rank" validate:"required,min=1,max=4" example:"3"`
	Label            record.Text     `json:"label" validate:"required"`
	Colour           string          `json:"colour" validate:"required,max=7" example:"#EE952F"`
	Rule             record.Text     `json:"rule" validate:"required"`
	AcceptanceAtMost record.Duration `json:"acceptance_at_most" example:"P6M"`
	ReviewEvery      record.Duration `json:"review_every" example:"P6M"`
	PlanNeeded       bool            `json:"plan_needed"`
} // @name RiskMethodLevel

// How soon a risk is reviewed: one that is not assessed yet, and one whose method does not say.
const (
	firstReview record.Duration = "P3M"
	usualReview record.Duration = "P12M"
)

// ReviewEvery returns the time until the next review of a risk of a level.
func (m *Method) ReviewEvery(l Level) record.Duration {
	if rule := m.Rule(l); rule != nil && rule.ReviewEvery != "" {
		return rule.ReviewEvery
	}
	return usualReview
}

// Dimension is one kind of consequence. The highest consequence over all dimensions decides the level.
type Dimension struct {
	Key   string      `json:"key" validate:"required,max=63" example:"patient_safety"`
	Label record.Text `json:"label" validate:"required"`
	// Hints say what each step of the consequence means for this dimension, from the first step. There are none, or one for each step.
	Hints []record.Text `json:"hints,omitempty" validate:"max=6,dive"`
} // @name RiskMethodDimension

// Method is one edition of a method for assessing risk. Approved editions never change, because assessments refer to them.
type Method struct {
	record.Base
	MethodInput
	Edition     int          `json:"edition" filter:"" sort:"" example:"1"`
	Status      MethodStatus `json:"status" filter:""`
	SubmittedBy string       `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	ApprovedBy  string       `json:"approved_by,omitempty" format:"uuid" names:"user"`
	ApprovedAt  *time.Time   `json:"approved_at"`
} // @name RiskMethod

// Methods reads and writes the editions of methods.
var Methods = record.NewRepo[Method](record.Kind{
	Rules: record.Rules[Method]{Defaults: (*Method).Defaults, Validate: (*Method).Validate, Facts: (*Method).Facts},
	Name:  "risk_method", Path: "risk-methods", Prefix: "RM", Label: record.Text{NB: "Risikometode", EN: "Risk method"},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Own: map[string][]string{"withdraw": {"submitted_by"}},
	Workflow: []record.Transition{
		step("submit", "draft", "in_review", "Send til godkjenning", "Submit"),
		step("approve", "in_review", "approved", "Godkjenn", "Approve"),
		step("reject", "in_review", "draft", "Avvis", "Reject", "reason"),
		step("withdraw", "in_review", "draft", "Trekk tilbake", "Withdraw", "reason"),
		step("supersede", "approved", "superseded", "Erstattes av neste utgave", "Superseded by the next edition"),
	},
	Tasks: []record.Task{{
		States: []string{"in_review"}, Action: "approve",
		Label: record.Text{NB: "Risikometode som venter på godkjenning", EN: "Risk method waiting for approval"},
	}},
})

// NewMethod creates the draft of an edition.
func NewMethod(in MethodInput, edition int) *Method {
	return &Method{MethodInput: in, Edition: edition, Status: MethodDraft}
}

// Defaults fills empty lists.
func (m *Method) Defaults() {
	if m.ExternalRefs == nil {
		m.ExternalRefs = []record.ExternalRef{}
	}
}

// Facts gives the key, for authorities that differ by method.
func (m *Method) Facts() []record.Fact {
	return []record.Fact{{Name: "key", Value: m.Key}, {Name: "submitted_by", Value: m.SubmittedBy}}
}

// Submit submits the edition for approval.
func (m *Method) Submit(by string) error {
	m.Status, m.SubmittedBy = MethodInReview, by
	return nil
}

// Approve puts the edition in force. It never changes after that.
func (m *Method) Approve(by string, at time.Time) error {
	m.Status, m.ApprovedBy, m.ApprovedAt = MethodApproved, by, &at
	return nil
}

// Reject returns the edition to its authors.
func (m *Method) Reject() error {
	m.Status, m.SubmittedBy = MethodDraft, ""
	return nil
}

// Withdraw withdraws the edition from review. Only its submitter may.
func (m *Method) Withdraw(by string) error {
	if by != m.SubmittedBy {
		return fault.New(fault.Forbidden, "not_submitter", "only the person who submitted %s can withdraw it", m.Number)
	}
	return m.Reject()
}

// Supersede takes the edition out of force when a later one is approved.
func (m *Method) Supersede() error {
	m.Status = MethodSuperseded
	return nil
}
