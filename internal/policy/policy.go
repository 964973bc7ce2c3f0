// Package policy holds the controlled documents of the management system: policies, guidelines, procedures and
// instructions, the editions in which they were approved, and who has acknowledged them (ISO/IEC 42001, 5.2 and 7.5).
package policy

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Kind is the level of a controlled document. It decides who may approve it.
type Kind string

// The levels, from the most general.
const (
	KindPolicy      Kind = "policy"
	KindGuideline   Kind = "guideline"
	KindProcedure   Kind = "procedure"
	KindInstruction Kind = "instruction"
)

// Kinds is the closed list.
var Kinds = record.Choices[Kind](
	[4]string{"policy", "policy", "policy", "info"},
	[4]string{"guideline", "retningslinje", "guideline", "info"},
	[4]string{"procedure", "prosedyre", "procedure", "neutral"},
	[4]string{"instruction", "instruks", "instruction", "neutral"},
)

// Status is the state of the newest edition of a document.
type Status string

// The states of the newest edition.
const (
	Draft     Status = "draft"
	InReview  Status = "in_review"
	Approved  Status = "approved"
	Published Status = "published"
	Retired   Status = "retired"
)

// This registers the closed list.
var _ = record.Choices[Status](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"in_review", "til godkjenning", "in review", "info"},
	[4]string{"approved", "godkjent", "approved", "success"},
	[4]string{"published", "publisert", "published", "success"},
	[4]string{"retired", "utgått", "retired", "neutral"},
)

// ReferenceKind distinguishes the organisation's own documents from those of others.
type ReferenceKind string

// The kinds of reference, as a document lists them in two sections.
const (
	Internal ReferenceKind = "internal"
	External ReferenceKind = "external"
)

// This registers the closed list.
var _ = record.Choices[ReferenceKind](
	[4]string{"internal", "intern", "internal", "neutral"},
	[4]string{"external", "ekstern", "external", "neutral"},
)

// Reference is a document that this one refers to. An internal one may be a record in this system.
type Reference struct {
	Kind           ReferenceKind `json:"kind" validate:"required,choice" example:"external"`
	Title          string        `json:"title" validate:"required,filled,max=300" example:"Forordning (EU) 2024/1689"`
	URL            string        `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://lovdata.no/"`
	DocumentNumber string        `json:"document_number,omitempty" validate:"max=40" example:"1.10.3.2"`
	PolicyID       string        `json:"policy_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"policy"`
}

// Application says who a document applies to: the people in a unit, those with a function, or those with a function in a unit.
type Application struct {
	Unit     *string `json:"unit" validate:"omitempty,scope" example:"/siv/radiologi/"`
	Function *string `json:"function" validate:"omitempty,filled,max=200" example:"radiolog"`
}

// Input is what an author sets.
type Input struct {
	record.Common
	Kind           Kind            `json:"kind" validate:"required,choice" fixed:"true" filter:"" example:"guideline"`
	DocumentNumber string          `json:"document_number,omitempty" validate:"max=40" filter:"" search:"" example:"1.10.3.1"`
	Title          string          `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Utvikling av kunstig intelligens"`
	Body           string          `json:"body" validate:"max=200000" search:"" example:"## 1. Hensikt"` // Markdown
	OwnerID        string          `json:"owner_id,omitempty" validate:"omitempty,uuid" format:"uuid" ref:"user" custody:"" filter:""`
	ReviewInterval record.Duration `json:"review_interval" swaggertype:"string" example:"P1Y"` // P1Y when left out
	ValidFrom      record.Date     `json:"valid_from" swaggertype:"string" format:"date" example:"2026-12-01"`
	Clauses        []string        `json:"clauses" validate:"max=50,unique,dive,required,max=60" ref:"requirement,prefix=iso-42001:" filter:"" example:"5.2"`
	AppliesTo      []Application   `json:"applies_to" validate:"max=100,dive"`
	References     []Reference     `json:"references" validate:"max=200,dive"`
	// When the professional content last changed. An author gives it for a document that was taken over from elsewhere. Publishing a significant edition
	// sets it to that instant, except that a first edition keeps what was given.
	LastProfessionalChangeAt *time.Time `json:"last_professional_change_at" example:"2025-10-24T00:00:00+02:00"`
}

// Rejection is a reviewer's reason for returning the edition.
type Rejection struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
}

// Schedule is a scheduled publication: who asked for it, when, and whether it is significant. It takes effect on the edition's valid_from.
type Schedule struct {
	By          string    `json:"by" format:"uuid" names:"user"`
	At          time.Time `json:"at"`
	Significant bool      `json:"significant"`
} // @name PolicySchedule

// Policy is a controlled document. Its status, approver and rejection are those of the newest edition;
// the published edition stays in force until the next one is published.
type Policy struct {
	record.Base
	Input
	Status           Status      `json:"status" filter:""`
	Edition          int         `json:"edition" example:"2"`
	PublishedEdition *int        `json:"published_edition" example:"1"`
	RequiredEdition  *int        `json:"required_edition" example:"1"` // the oldest edition whose acknowledgement still counts
	Significant      bool        `json:"significant"`                  // whether the newest edition changed what people must do
	SubmittedBy      string      `json:"submitted_by,omitempty" format:"uuid" names:"user"`
	ApproverID       string      `json:"approver_id,omitempty" format:"uuid" filter:"" names:"user"`
	ApprovedAt       *time.Time  `json:"approved_at"`
	FirstPublishedAt *time.Time  `json:"first_published_at"`
	PublishedAt      *time.Time  `json:"published_at"`
	ReviewDue        record.Date `json:"review_due" swaggertype:"string" format:"date" sort:""`
	LastRejection    *Rejection  `json:"last_rejection"`
	// What the newest edition lacked when it was submitted, and why; null when it lacked nothing.
	AcceptedGaps *AcceptedGaps `json:"accepted_gaps"`
	// The approved edition comes into force on valid_from; null when no publication is scheduled.
	Scheduled       *Schedule `json:"scheduled"`
	RelatedPolicies []string  `json:"related_policies" ref:"policy" filter:""` // those among the references
} // @name Policy

// Repo reads and writes the documents.
var Repo = record.NewRepo[Policy](record.Kind{
	Rules: record.Rules[Policy]{Defaults: (*Policy).Defaults, Validate: (*Policy).Validate, Facts: (*Policy).Facts, DueOn: (*Policy).DueOn},
	Name:  "policy", Path: "policies", Prefix: "POL",
	Label:         record.Text{NB: "Styrende dokument", EN: "Controlled document"},
	Schema:        2,
	Upcast:        func(_ int, doc []byte) ([]byte, error) { return unscheduled(doc, "}"), nil },
	NotApplicable: notApplicable,
	Editable:      []string{"draft"},
	Removable:     []string{"draft"},
	Workflow:      workflow,
	Own:           map[string][]string{"withdraw": {"submitted_by", "owner_id"}},
	Due:           true,
	Reminds:       []string{"owner_id"},
	Tasks: []record.Task{
		{States: []string{"in_review"}, Action: "approve", Label: record.Text{NB: "Venter på godkjenning", EN: "Waiting for approval"}},
		{States: []string{"approved"}, Action: "publish", Owner: "owner_id", Label: record.Text{NB: "Kan publiseres", EN: "Can be published"}},
		{States: []string{"published"}, Action: "confirm-review", Soon: true, Label: record.Text{NB: "Skal gjennomgås", EN: "Is due for review"}},
	},
})

var workflow = []record.Transition{
	{
		Verb: "submit", From: []string{"draft"}, To: []string{"in_review"}, Needs: []string{"body", "owner_id"},
		Label: record.Text{NB: "Send til godkjenning", EN: "Submit for approval"},
	},
	{
		Verb: "withdraw", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Trekk tilbake", EN: "Withdraw"},
	},
	{
		Verb: "reject", From: []string{"in_review"}, To: []string{"draft"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Avvis", EN: "Reject"},
	},
	{
		Verb: "approve", From: []string{"in_review"}, To: []string{"approved"},
		Label: record.Text{NB: "Godkjenn", EN: "Approve"},
	},
	{
		Verb: "publish", From: []string{"approved"}, To: []string{"published", "approved"}, Needs: []string{"significant"},
		Label: record.Text{NB: "Publiser", EN: "Publish"},
	},
	{
		Verb: "confirm-review", From: []string{"published"}, To: []string{"published"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Bekreft gjennomgang", EN: "Confirm review"},
	},
	{
		Verb: "revise", From: []string{"published", "approved"}, To: []string{"draft"},
		Label: record.Text{NB: "Start ny utgave", EN: "Start a new edition"},
	},
	{
		Verb: "discard", From: []string{"draft"}, To: []string{"published"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Forkast den nye utgaven", EN: "Discard the new edition"},
	},
	{
		Verb: "retire", From: []string{"published"}, To: []string{"retired"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"},
	},
}

// New creates the draft of a first edition.
func New(in Input) *Policy {
	p := &Policy{Input: in, Status: Draft, Edition: 1}
	p.Defaults()
	return p
}

// yearly is the default review interval.
const yearly record.Duration = "P1Y"

// Defaults fills what the author left out, and lists the documents among the references.
func (p *Policy) Defaults() {
	if p.LastProfessionalChangeAt != nil {
		at := p.LastProfessionalChangeAt.UTC().Truncate(time.Microsecond)
		p.LastProfessionalChangeAt = &at
	}
	if p.ReviewInterval == "" {
		p.ReviewInterval = yearly
	}
	p.ExternalRefs = filled(p.ExternalRefs)
	p.Clauses = filled(p.Clauses)
	p.AppliesTo = filled(p.AppliesTo)
	p.References = filled(p.References)
	p.RelatedPolicies = []string{}
	seen := map[string]bool{"": true}
	for _, r := range p.References {
		if !seen[r.PolicyID] {
			seen[r.PolicyID] = true
			p.RelatedPolicies = append(p.RelatedPolicies, r.PolicyID)
		}
	}
}

// filled returns an empty list for nil, so that JSON does not show null.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

var numberPattern = regexp.MustCompile(`^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$`)

// rarely is the longest review interval, measured from an arbitrary day.
const (
	today  record.Date = "2000-01-01"
	rarely record.Date = "2010-01-01"
)

// Validate checks the rules that involve several fields.
func (p *Policy) Validate() error {
	var f fault.Fields
	if p.DocumentNumber != "" && !numberPattern.MatchString(p.DocumentNumber) {
		f.Add("/document_number", "bad_document_number", "must be a document number such as 1.10.3.1")
	}
	if next := today.Add(p.ReviewInterval); next <= today || next > rarely || len(next) > len(today) {
		f.Add("/review_interval", "bad_interval", "must be from one day to ten years")
	}
	if at := p.LastProfessionalChangeAt; at != nil && at.Year() < 1900 {
		f.Add("/last_professional_change_at", "too_early", "must be in the year 1900 or later")
	} else if at != nil && at.After(p.UpdatedAt) {
		f.Add("/last_professional_change_at", "in_the_future", "must not be in the future")
	}
	for i, a := range p.AppliesTo {
		at := "/applies_to/" + strconv.Itoa(i)
		if a.Unit == nil && a.Function == nil {
			f.Add(at, "required/applies_to", "must name a unit or a function")
		}
		if a.Unit != nil && !record.Covers(p.Scope, *a.Unit) {
			f.Add(at+"/unit", "unrelated_scope/unit", "must be a unit in the scope of the document")
		}
	}
	for i, r := range p.References {
		at := "/references/" + strconv.Itoa(i) + "/policy_id"
		if r.PolicyID != "" && r.Kind == External {
			f.Add(at, "not_internal", "only an internal reference can name a document in this system")
		}
		if r.PolicyID != "" && r.PolicyID == p.ID {
			f.Add(at, "refers_to_itself", "a document cannot refer to itself")
		}
	}
	return f.Err()
}

// Facts is what the rules of authority need, who may withdraw the document, and which actions do not apply.
func (p *Policy) Facts() []record.Fact {
	facts := []record.Fact{{Name: "kind", Value: string(p.Kind)}, {Name: "submitted_by", Value: p.SubmittedBy}, {Name: "owner_id", Value: p.OwnerID}}
	if p.FirstPublishedAt == nil {
		facts = append(facts, record.Fact{Name: "first_edition", Value: "yes"})
	}
	if p.Scheduled != nil {
		facts = append(facts, record.Fact{Name: "scheduled", Value: "yes"})
	}
	return facts
}

// notApplicable reports whether an action does not apply: a discard without a published edition, or a publication that is already scheduled.
func notApplicable(action string, m record.Meta) bool {
	return action == "discard" && m.Fact("first_edition") == "yes" || action == "publish" && m.Fact("scheduled") == "yes"
}

// unscheduled adds the field scheduled to a document from before publications could be scheduled. end is the closing brackets.
func unscheduled(doc []byte, end string) []byte {
	return slices.Concat(doc[:len(doc)-len(end)], []byte(`,"scheduled":null`), []byte(end))
}

// DueOn returns the day by which to review the edition in force. It stays while the next edition is written.
func (p *Policy) DueOn() record.Date {
	if p.PublishedEdition == nil {
		return ""
	}
	return p.ReviewDue
}

// Applies reports whether the people of that unit must follow the document.
func (p *Policy) Applies(unit string) bool {
	for _, s := range p.Audience() {
		if record.Covers(s, unit) {
			return true
		}
	}
	return false
}

// Audience lists the scopes whose people must follow the document. A function does not narrow it, because functions are not recorded.
func (p *Policy) Audience() []string {
	var out []string
	for _, a := range p.AppliesTo {
		if a.Unit != nil {
			out = append(out, *a.Unit)
		}
	}
	if len(out) == 0 {
		return []string{p.Scope}
	}
	return out
}
