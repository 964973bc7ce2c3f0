// Package impact has the impact assessments of AI systems: of the system on persons and society (ISO/IEC 42001 6.1.4, A.5), of data protection (GDPR
// Art. 35) and of fundamental rights (AI Act Art. 27). What they ask is data. An answer that several kinds ask for is stored once for each system.
package impact

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Kind is a kind of assessment.
type Kind string

// The kinds.
const (
	AISIA Kind = "aisia"
	DPIA  Kind = "dpia"
	FRIA  Kind = "fria"
)

// kinds is the closed list.
var kinds = record.Choices[Kind](
	[4]string{"aisia", "konsekvensvurdering av KI-system", "AI system impact assessment", "neutral"},
	[4]string{"dpia", "vurdering av personvernkonsekvenser (DPIA)", "data protection impact assessment (DPIA)", "neutral"},
	[4]string{"fria", "vurdering av konsekvenser for grunnleggende rettigheter (FRIA)", "fundamental rights impact assessment (FRIA)", "neutral"},
)

// label returns the name of the kind for people.
func (k Kind) label() record.Text {
	for _, c := range kinds {
		if c.Value == string(k) {
			return c.Label
		}
	}
	return record.Text{}
}

// Form says how much an assessment asks.
type Form string

// The short form is for the assessment of an AI system that is not on the full track. The other kinds always have the full form.
const (
	Short Form = "short"
	Full  Form = "full"
)

// This registers the closed list of forms.
var _ = record.Choices[Form](
	[4]string{"short", "kort form", "short form", "neutral"},
	[4]string{"full", "full form", "full form", "neutral"},
)

// Status is the state of an assessment.
type Status string

// The states. An approved assessment is outdated when what it rests on changes.
const (
	Draft    Status = "draft"
	InReview Status = "in_review"
	Approved Status = "approved"
	Outdated Status = "outdated"
)

// This registers the closed list of states.
var _ = record.Choices[Status](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"outdated", "utdatert", "outdated", "danger"},
)

// Input is what a caller sets of an assessment.
type Input struct {
	record.Common
	SystemID string `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" filter:"" format:"uuid"`
	Kind     Kind   `json:"kind" validate:"required,choice" fixed:"true" filter:"" example:"dpia"`
	// Who made the assessment. None of them approves it.
	AssessorIDs []string `json:"assessor_ids" validate:"max=30,unique,dive,uuid" ref:"user" filter:"" format:"uuid"`
	// The answers that this kind does not share with the others, by the id of the field.
	Answers           Answers       `json:"answers" validate:"max=100,dive"`
	PriorConsultation *Consultation `json:"prior_consultation"`
	Evidence          []string      `json:"evidence" validate:"max=50,unique,dive,uuid" ref:"evidence" filter:"" format:"uuid"`
} // @name ImpactAssessmentInput

// Consultation says whether the authority had to be asked before the processing (GDPR Art. 36), and what it answered.
type Consultation struct {
	Needed     bool        `json:"needed" example:"false"`
	Reason     string      `json:"reason" validate:"required,filled,max=2000" example:"Restrisikoen for personvernet er lav etter tiltak."`
	SentOn     record.Date `json:"sent_on" format:"date" extensions:"x-nullable"`
	AnsweredOn record.Date `json:"answered_on" format:"date" extensions:"x-nullable"`
	Reference  string      `json:"reference,omitempty" validate:"max=200" example:"26/04711"`
} // @name ImpactConsultation

// Assessment is an impact assessment of an AI system.
type Assessment struct {
	record.Base
	Input
	Status  Status `json:"status" filter:""`
	Form    Form   `json:"form" filter:""`
	Edition int    `json:"edition" example:"1"`
	// The owner of the system, who writes the assessment and does not approve it.
	OwnerID       string     `json:"owner_id" ref:"user" filter:"" format:"uuid"`
	Advice        *Advice    `json:"advice"`
	Document      *Document  `json:"document"` // what was submitted; null in a draft
	Approval      *Approval  `json:"approval"` // of the latest approved edition
	Outdated      *Lapse     `json:"outdated"`
	LastRejection *Rejection `json:"last_rejection"`
	// Every field that the kind asks, with its answer. Only the answer of one assessment has it.
	Fields []FieldAnswer `json:"fields,omitempty" extra:""`
} // @name ImpactAssessment

// Advice is what the data protection officer advises (GDPR Art. 35(2)), and whether the hospital follows it.
type Advice struct {
	Text       string     `json:"text"`
	By         string     `json:"by" format:"uuid" names:"user"`
	At         time.Time  `json:"at"`
	Followed   *bool      `json:"followed" extensions:"x-nullable"` // null until it is answered
	Reason     string     `json:"reason,omitempty"`
	AnsweredBy string     `json:"answered_by,omitempty" format:"uuid" names:"user"`
	AnsweredAt *time.Time `json:"answered_at"`
} // @name ImpactAdvice

// Document is the copy of all answers that is approved. It stays as it is when a shared answer changes later.
type Document struct {
	Answers   Answers   `json:"answers"`
	ReleaseID string    `json:"release_id,omitempty" format:"uuid"` // the release of the system that was assessed
	By        string    `json:"by" format:"uuid" names:"user"`
	At        time.Time `json:"at"`
} // @name ImpactDocument

// Approval is the approval of an edition, with the document that was approved.
type Approval struct {
	Edition  int       `json:"edition" example:"1"`
	By       string    `json:"by" format:"uuid" names:"user"`
	At       time.Time `json:"at"`
	Document Document  `json:"document"`
} // @name ImpactApproval

// Lapse says why an assessment has to be renewed.
type Lapse struct {
	At  time.Time `json:"at"`
	Why []Trigger `json:"why" example:"purpose"`
} // @name ImpactLapse

// Rejection is the reason for which an approver sent the assessment back.
type Rejection struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name ImpactRejection

// Trigger is a change of the system for which an assessment has to be renewed.
type Trigger string

// The triggers.
const (
	NewPurpose  Trigger = "purpose"
	NewAutonomy Trigger = "autonomy"
	NewTraits   Trigger = "traits"
	NewFindings Trigger = "findings"
	NewRelease  Trigger = "release"
)

// This registers the closed list of triggers.
var _ = record.Choices[Trigger](
	[4]string{"purpose", "formålet er endret", "the purpose has changed", "warning"},
	[4]string{"autonomy", "systemets selvstendighet er endret", "how far the system acts by itself has changed", "warning"},
	[4]string{"traits", "systemets egenskaper er endret", "the traits have changed", "warning"},
	[4]string{"findings", "klassifiseringen er endret", "the classification has changed", "warning"},
	[4]string{"release", "ny versjon", "new release", "warning"},
)

// Assessments reads and writes the impact assessments.
var Assessments = record.NewRepo[Assessment](record.Kind{
	Rules: record.Rules[Assessment]{Defaults: (*Assessment).Defaults, Validate: (*Assessment).Validate, Facts: (*Assessment).Facts, DueOn: (*Assessment).DueOn},
	Name:  "impact_assessment", Path: "impact-assessments", Prefix: "IMP", Label: record.Text{NB: "Konsekvensvurdering", EN: "Impact assessment"},
	Editable: []string{"draft"}, Removable: []string{"draft"}, Due: true, Reminds: []string{"owner_id"}, Mine: []string{"owner_id"},
	Parts:   []string{"advise", "answer-advice", "reassign"},
	PartsIn: map[string][]string{"advise": {"draft", "in_review"}, "answer-advice": {"draft", "in_review"}},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{"answers"}, Label: record.Text{NB: "Send til godkjenning", EN: "Submit for approval"}},
		{Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"}},
		{Verb: "approve", From: []string{"in_review"}, To: []string{"approved"}, Label: record.Text{NB: "Godkjenn", EN: "Approve"}},
		{Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avvis", EN: "Reject"}},
		{Verb: "revise", From: []string{"approved", "outdated"}, To: []string{"draft"}, Label: record.Text{NB: "Start ny utgave", EN: "Start a new edition"}},
		{Verb: "outdate", From: []string{"in_review", "approved"}, To: []string{"outdated"}, Label: record.Text{NB: "Blir utdatert", EN: "Becomes outdated"}},
	},
	NotApplicable: func(action string, m record.Meta) bool {
		return action == "answer-advice" && m.Fact("advice") != "given"
	},
	Tasks: []record.Task{
		{States: []string{"in_review"}, Action: "approve", Label: record.Text{NB: "Konsekvensvurdering som venter på godkjenning", EN: "Impact assessment waiting for approval"}},
		{States: []string{"outdated"}, Action: "revise", Owner: "owner_id", Label: record.Text{NB: "Konsekvensvurdering som må fornyes", EN: "Impact assessment to renew"}},
		{
			States: []string{"approved"}, Action: "revise", Owner: "owner_id", Soon: true,
			Label: record.Text{NB: "Konsekvensvurdering som skal gjennomgås", EN: "Impact assessment due for review"},
		},
	},
	Unjudged: []string{"owner_id"},
	Title:    func(_ *record.Tx, r *record.Row) string { return Kind(r.Field("kind").String()).label().NB },
})

// New creates the draft of a first edition.
func New(in Input, ownerID string, form Form) *Assessment {
	a := &Assessment{Input: in, Status: Draft, Edition: 1, OwnerID: ownerID, Form: form}
	a.Defaults()
	return a
}

// Defaults gives every assessment its list of answers.
func (a *Assessment) Defaults() {
	if a.Answers == nil {
		a.Answers = Answers{}
	}
}

// Validate checks the days of the prior consultation.
func (a *Assessment) Validate() error {
	var f fault.Fields
	if c := a.PriorConsultation; c != nil {
		today := record.DateOf(a.UpdatedAt)
		if c.SentOn > today {
			f.Add("/prior_consultation/sent_on", "in_the_future", "must not be in the future")
		}
		switch {
		case c.AnsweredOn == "":
		case c.AnsweredOn > today:
			f.Add("/prior_consultation/answered_on", "in_the_future", "must not be in the future")
		case c.SentOn == "" || c.AnsweredOn < c.SentOn:
			f.Add("/prior_consultation/answered_on", "answered_before_sent", "must not be before the day on which the authority was asked")
		}
	}
	return f.Err()
}

// Facts give what decides who approves the assessment, and which actions apply.
func (a *Assessment) Facts() []record.Fact {
	facts := []record.Fact{{Name: "kind", Value: string(a.Kind)}, {Name: "form", Value: string(a.Form)}}
	if a.Advice != nil {
		facts = append(facts, record.Fact{Name: "advice", Value: "given"})
	}
	return facts
}

// review is the field with the day of the next review.
const review = "pro-8"

// DueOn is the day of the next review, as the approved edition has it.
func (a *Assessment) DueOn() record.Date {
	if a.Status != Approved || a.Approval == nil {
		return ""
	}
	return a.Approval.Document.Answers[review].On
}

// AnswersStatus is the state of the shared answers, which stay open as long as the system is there.
type AnswersStatus string

// Open is their only state.
const Open AnswersStatus = "open"

// This registers the closed list of states.
var _ = record.Choices[AnswersStatus](
	[4]string{"open", "åpen", "open", "info"},
)

// SystemAnswers are the answers that the assessments of one system share.
type SystemAnswers struct {
	record.Base
	SystemAnswersInput
	Status  AnswersStatus `json:"status" filter:""`
	OwnerID string        `json:"owner_id" ref:"user" filter:"" format:"uuid"` // the owner of the system
} // @name ImpactAnswers

// SystemAnswersInput is what a caller sets of the shared answers.
type SystemAnswersInput struct {
	record.Common
	SystemID string  `json:"system_id" validate:"required,uuid" ref:"ai_system" parent:"within" fixed:"true" unique:"" format:"uuid"`
	Answers  Answers `json:"answers" validate:"max=100,dive"` // by the id of the field
} // @name ImpactAnswersInput

// SharedAnswers reads and writes the answers that the assessments of a system share. The first assessment of a system creates their record.
var SharedAnswers = record.NewRepo[SystemAnswers](record.Kind{
	Rules: record.Rules[SystemAnswers]{Defaults: (*SystemAnswers).Defaults},
	Name:  "impact_answers", Path: "impact-answers", Prefix: "ANS", Label: record.Text{NB: "Felles svar i konsekvensvurderinger", EN: "Shared answers of impact assessments"},
	Mine: []string{"owner_id"}, Parts: []string{"reassign"},
})

// Defaults gives the record its list of answers.
func (s *SystemAnswers) Defaults() {
	if s.Answers == nil {
		s.Answers = Answers{}
	}
}
