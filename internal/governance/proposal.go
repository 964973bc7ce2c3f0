package governance

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ProposalKind is what a proposal wants to make common.
type ProposalKind string // @name ProposalKind

// The kinds of proposal (the working group's mandate, Skate case 18/2022).
const (
	CommonSolution    ProposalKind = "common_solution"
	CommonMethod      ProposalKind = "common_method"
	KnowledgeTransfer ProposalKind = "knowledge_transfer"
)

// This registers the closed list of them.
var _ = record.Choices[ProposalKind](
	[4]string{"common_solution", "felles løsning", "common solution", "neutral"},
	[4]string{"common_method", "felles metode eller føring", "common method or guidance", "neutral"},
	[4]string{"knowledge_transfer", "kunnskapsoverføring", "knowledge transfer", "neutral"})

// Gain is an intended effect of a proposal.
type Gain string // @name ProposalEffect

// The effects (Skate case 18/2022).
const (
	LowerThreshold     Gain = "lower_threshold"
	EfficientExecution Gain = "efficient_execution"
	FewerConsequences  Gain = "fewer_unintended_consequences"
)

// Gains is the closed list of them.
var Gains = record.Choices[Gain](
	[4]string{"lower_threshold", "lavere terskel for oppstart", "lower threshold to start", "neutral"},
	[4]string{"efficient_execution", "mer effektiv gjennomføring", "more efficient execution", "neutral"},
	[4]string{"fewer_unintended_consequences", "færre utilsiktede konsekvenser", "fewer unintended consequences", "neutral"})

// Value is a value that a proposal may put at risk.
type Value string // @name ProposalImpactDimension

// The values (Skate case 18/2022: pitfalls for the values of administration and for human rights).
const (
	AdministrativeValues Value = "administrative_values"
	HumanRights          Value = "human_rights"
)

// Values is the closed list of them.
var Values = record.Choices[Value](
	[4]string{"administrative_values", "forvaltningsverdier", "public administration values", "warning"},
	[4]string{"human_rights", "menneskerettigheter", "human rights", "warning"})

// Pitfall is a value that a proposal may put at risk, and how that risk is handled.
type Pitfall struct {
	Dimension Value  `json:"dimension" validate:"required,choice" example:"human_rights"`
	Text      string `json:"text" validate:"required,filled,max=5000" example:"Modellen kan forskjellsbehandle; effekten måles per gruppe."`
} // @name ProposalImpact

// ProposalStatus is the state of a proposal.
type ProposalStatus string // @name ProposalStatus

// The states of a proposal.
const (
	ProposalDraft     ProposalStatus = "draft"
	ProposalAgreed    ProposalStatus = "agreed"
	ProposalInReview  ProposalStatus = "in_review"
	ProposalDecided   ProposalStatus = "decided"
	ProposalWithdrawn ProposalStatus = "withdrawn"
)

// This registers the closed list of them.
var _ = record.Choices[ProposalStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"agreed", "omforent", "agreed", "info"},
	[4]string{"in_review", "til behandling", "in review", "info"},
	[4]string{"decided", "besluttet", "decided", "success"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"})

// ProposalInput is what a caller sets of a proposal (forslag).
type ProposalInput struct {
	record.Common
	Matter
	Title     string       `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Felles veileder for anskaffelse av KI"`
	Text      string       `json:"text" validate:"required,filled,max=50000" search:"" example:"Lag og vedlikehold én veileder."`
	Rationale string       `json:"rationale" validate:"max=50000" example:"Hver virksomhet skriver sin egen i dag."`
	Kind      ProposalKind `json:"kind" validate:"required,choice" filter:"" example:"common_method"`
	// Who it is for, by priority: 1 the steering body itself, 2 its organisations and other agencies, 3 the government.
	Tier           int       `json:"tier" validate:"required,min=1,max=3" filter:"" sort:"" example:"1"`
	Effects        []Gain    `json:"effects" validate:"max=3,unique,dive,required,choice"`
	Impacts        []Pitfall `json:"impacts" validate:"max=20,dive"`
	DecidingBodyID string    `json:"deciding_body_id,omitempty" validate:"omitempty,max=63" ref:"body" filter:""`
	OrganisationID string    `json:"organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation"`
}

// Reviewed is a step of the review path that a proposal has completed.
type Reviewed struct {
	Step
	Note string    `json:"note,omitempty"`
	By   string    `json:"by" format:"uuid" names:"user"`
	At   time.Time `json:"at"`
} // @name ProposalReview

// Note is the request that takes a proposal to its next review step.
type Note struct {
	Note string `json:"note" validate:"max=5000" example:"Sendt til arbeidsutvalget 3. april."`
} // @name ProposalNote

// Proposal is what one body proposes and another decides on.
type Proposal struct {
	record.Base
	ProposalInput
	Ballots
	Resolution *Resolution `json:"resolution"`
	Review     []Reviewed  `json:"review"`
	// The outcome, and the decision it comes from.
	Outcome    Outcome        `json:"outcome,omitempty" filter:""`
	DecisionID string         `json:"decision_id,omitempty" ref:"decision" format:"uuid"`
	Status     ProposalStatus `json:"status" filter:""`
} // @name Proposal

// Proposals reads and writes proposals.
var Proposals = record.NewRepo[Proposal](record.Kind{
	Rules: record.Rules[Proposal]{Defaults: (*Proposal).Defaults},
	Name:  "proposal", Path: "proposals", Prefix: "PROP", Label: record.Text{NB: "Forslag", EN: "Proposal"},
	Editable: []string{"draft"}, Removable: []string{"draft"},
	Workflow: []record.Transition{
		{Verb: "vote", From: []string{"draft"}, To: []string{"draft"}, Needs: []string{"vote"}, Label: record.Text{NB: "Stem", EN: "Vote"}},
		{Verb: "agree", From: []string{"draft"}, To: []string{"agreed"}, Needs: []string{"agreed"}, Label: record.Text{NB: "Vedta som omforent", EN: "Agree"}},
		{Verb: "advance", From: []string{"agreed", "in_review"}, To: []string{"in_review"}, Needs: []string{}, Label: record.Text{NB: "Send videre", EN: "Send on"}},
		{Verb: "decide", From: []string{"agreed", "in_review"}, To: []string{"decided", "draft"}, Needs: []string{}, Label: record.Text{NB: "Besluttes", EN: "Decided"}},
		{Verb: "withdraw", From: []string{"draft", "agreed", "in_review"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
	},
})

// NewProposal creates a draft.
func NewProposal(in ProposalInput) *Proposal {
	return &Proposal{ProposalInput: in, Status: ProposalDraft}
}

// Defaults fills the lists a caller left out.
func (p *Proposal) Defaults() {
	p.Ballots.lists()
	p.ExternalRefs, p.Effects, p.Impacts, p.Review = noneNil(p.ExternalRefs), noneNil(p.Effects), noneNil(p.Impacts), noneNil(p.Review)
	p.Resolution.lists()
}

// Asked returns the content that members vote on.
func (p *Proposal) Asked() any {
	in := p.ProposalInput
	in.ExternalRefs = nil
	return in
}

// Agree records that the body has agreed on the proposal.
func (p *Proposal) Agree(r *Resolution) error {
	p.Status, p.Resolution, p.MeetingID = ProposalAgreed, r, r.MeetingID
	return nil
}

// Advance takes the proposal to the next step of the mandate's review path.
func (p *Proposal) Advance(path []Step, note, by string, at time.Time) error {
	if len(p.Review) >= len(path) {
		return fault.New(fault.Conflict, "path_done", "%s has been through every step of its review", p.Number)
	}
	p.Review = append(p.Review, Reviewed{Step: path[len(p.Review)], Note: note, By: by, At: at})
	p.Status = ProposalInReview
	return nil
}

// Ready returns what still prevents a decision on the proposal.
func (p *Proposal) Ready(path []Step) error {
	if p.Status != ProposalAgreed && p.Status != ProposalInReview {
		return fault.New(fault.Conflict, "not_agreed", "%s must be agreed on first", p.Number)
	}
	var b fault.Blockers
	for _, s := range path[min(len(p.Review), len(path)):] {
		b.Add("review_missing", "/review", "the proposal must go to %s first", s.Name)
	}
	return b.Err()
}

// Decide records the decision of another body. A proposal that is returned becomes a draft again.
func (p *Proposal) Decide(o Outcome, decisionID string) error {
	p.Status, p.Outcome, p.DecisionID = ProposalDecided, o, decisionID
	if o == Returned {
		p.Status, p.Review, p.Resolution, p.Cast = ProposalDraft, nil, nil, nil
	}
	return nil
}

// Withdraw withdraws the proposal.
func (p *Proposal) Withdraw() error {
	p.Status = ProposalWithdrawn
	return nil
}
