package governance

import (
	"slices"
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Outcome is the outcome of a decision.
type Outcome string // @name DecisionOutcome

// The outcomes.
const (
	Approve     Outcome = "approve"
	Conditional Outcome = "approve_with_conditions"
	Decline     Outcome = "decline"
	Returned    Outcome = "return"
)

// Outcomes is the closed list of them.
var Outcomes = record.Choices[Outcome](
	[4]string{"approve", "vedtatt", "approved", "success"},
	[4]string{"approve_with_conditions", "vedtatt med vilkår", "approved with conditions", "success"},
	[4]string{"decline", "avslått", "declined", "danger"},
	[4]string{"return", "sendt tilbake", "sent back", "warning"})

func (o Outcome) label() record.Text {
	i := slices.IndexFunc(Outcomes, func(c record.Choice) bool { return c.Value == string(o) })
	if i < 0 {
		return record.Text{NB: string(o)} // the check of the shape reports it
	}
	return Outcomes[i].Label
}

// Positive reports whether the subject of the decision may start.
func (o Outcome) Positive() bool { return o == Approve || o == Conditional }

// DecisionStatus is the state of a decision.
type DecisionStatus string // @name DecisionStatus

// The states of a decision.
const (
	DecisionDraft     DecisionStatus = "draft"
	DecisionAdopted   DecisionStatus = "adopted"
	DecisionCorrected DecisionStatus = "corrected"
	DecisionWithdrawn DecisionStatus = "withdrawn"
)

// This registers the closed list of them.
var _ = record.Choices[DecisionStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"adopted", "vedtatt", "adopted", "success"},
	[4]string{"corrected", "rettet", "corrected", "neutral"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"})

// DecisionInput is what a caller sets of a decision (beslutning).
type DecisionInput struct {
	record.Common
	Matter
	ProposalID string  `json:"proposal_id,omitempty" validate:"omitempty,uuid" ref:"proposal" filter:""`
	AdviceID   string  `json:"advice_id,omitempty" validate:"omitempty,uuid" ref:"advice" filter:""`
	Title      string  `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Felles veileder for anskaffelse av KI"`
	Outcome    Outcome `json:"outcome" validate:"required,choice" filter:"" example:"approve"`
	Reasons    string  `json:"reasons" validate:"required,filled,max=50000" search:"" example:"Tiltaket sparer hver virksomhet for eget arbeid."`
	Conditions string  `json:"conditions" validate:"max=20000" example:"Veilederen prøves i to virksomheter først."`
	// The adopted decision that this one corrects and replaces.
	CorrectsID string `json:"corrects_id,omitempty" validate:"omitempty,uuid" ref:"decision" fixed:"" filter:""`
	// The actions on records that are carried out when the decision is adopted; those of its case, when left out.
	Subjects
}

// Decision is a decision of a body that has the power to decide. An adopted decision never changes; a correction is a new decision.
type Decision struct {
	record.Base
	DecisionInput
	Ballots
	// The records in about.
	AboutIDs []string `json:"about_ids" ref:"policy|soa|treatment_plan|risk|cycle|measure|objective|impact_assessment|ai_system|gate_item" filter:""`
	// What the records contained when the decision was drafted. It holds for that content only.
	Judged      []Judged       `json:"judged"`
	Resolution  *Resolution    `json:"resolution"`
	CorrectedBy string         `json:"corrected_by,omitempty" ref:"decision" format:"uuid"`
	Status      DecisionStatus `json:"status" filter:""`
} // @name Decision

// Decisions reads and writes decisions.
var Decisions = record.NewRepo[Decision](record.Kind{
	Rules: record.Rules[Decision]{Defaults: (*Decision).Defaults, Validate: (*Decision).Validate},
	Name:  "decision", Path: "decisions", Prefix: "DEC", Label: record.Text{NB: "Beslutning", EN: "Decision"},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Mine: concerned("case_id", "proposal_id/case_id", "advice_id/case_id"), About: discussed("case_id", "proposal_id/case_id", "advice_id/case_id"),
	Workflow: []record.Transition{
		{Verb: "vote", From: []string{"draft"}, To: []string{"draft"}, Needs: []string{"vote"}, Label: record.Text{NB: "Stem", EN: "Vote"}},
		{Verb: "adopt", From: []string{"draft"}, To: []string{"adopted"}, Needs: []string{"agreed"}, Label: record.Text{NB: "Vedta", EN: "Adopt"}},
		{Verb: "correct", From: []string{"adopted"}, To: []string{"corrected"}, Needs: []string{}, Label: record.Text{NB: "Rettes", EN: "Corrected"}},
		{Verb: "withdraw", From: []string{"draft"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
	},
})

// NewDecision creates a draft.
func NewDecision(in DecisionInput) *Decision {
	return &Decision{DecisionInput: in, Status: DecisionDraft}
}

// Defaults fills the lists a caller left out.
func (d *Decision) Defaults() {
	d.ExternalRefs, d.Judged = noneNil(d.ExternalRefs), noneNil(d.Judged)
	d.Ballots.lists()
	d.Subjects.lists()
	d.AboutIDs = d.ids()
	d.Resolution.lists()
}

// Validate requires conditions for a conditional approval, and a single subject.
func (d *Decision) Validate() error {
	var f fault.Fields
	if d.Outcome == Conditional && strings.TrimSpace(d.Conditions) == "" {
		f.Add("/conditions", "required", "is required")
	}
	if d.ProposalID != "" && d.AdviceID != "" {
		f.Add("/advice_id", "two_matters", "a decision can be on a proposal or on an advice, not both")
	}
	return f.Err()
}

// Asked returns the content that members vote on.
func (d *Decision) Asked() any {
	in := d.DecisionInput
	in.ExternalRefs = nil
	return struct {
		DecisionInput
		Judged []Judged
	}{in, d.Judged}
}

// Adopt makes the decision final.
func (d *Decision) Adopt(r *Resolution) error {
	d.Status, d.Resolution, d.MeetingID = DecisionAdopted, r, r.MeetingID
	return nil
}

// Corrects checks that a correction has the same subject as the decision it corrects, and that an approval stays an approval.
func (d *Decision) Corrects(in DecisionInput) error {
	var f fault.Fields
	if in.ProposalID != d.ProposalID {
		f.Add("/proposal_id", "other_matter", "must be what %s decided on; a correction cannot change that", d.Number)
	}
	if in.AdviceID != d.AdviceID {
		f.Add("/advice_id", "other_matter", "must be what %s decided on; a correction cannot change that", d.Number)
	}
	if !slices.EqualFunc(in.About, d.About, About.equal) {
		f.Add("/about", "other_matter", "must be what %s decided on; a correction cannot change that", d.Number)
	}
	if in.Outcome != d.Outcome && (!in.Outcome.Positive() || !d.Outcome.Positive()) {
		f.Add("/outcome", "other_outcome", "must be the outcome of %s; a correction cannot change it", d.Number)
	}
	return f.Err()
}

// Correct marks the decision as corrected by another one.
func (d *Decision) Correct(by string) error {
	d.Status, d.CorrectedBy = DecisionCorrected, by
	return nil
}

// Withdraw withdraws the draft.
func (d *Decision) Withdraw() error {
	d.Status = DecisionWithdrawn
	return nil
}
