// Package reference keeps the external texts that an installation relies on: laws, guidance, standards and web pages. Each one says when it was
// last checked and whether it had changed.
package reference

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// TextKind is the type of an external text.
type TextKind string

// This registers the closed list of types.
var _ = record.Choices[TextKind](
	[4]string{"law", "lov eller forordning", "law or regulation", "neutral"},
	[4]string{"guidance", "veiledning", "guidance", "neutral"},
	[4]string{"standard", "standard", "standard", "neutral"},
	[4]string{"web_page", "nettside", "web page", "neutral"},
)

// Status is the state of a reference.
type Status string

// The states of a reference.
const (
	Active  Status = "active"
	Retired Status = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"active", "i bruk", "in use", "success"},
	[4]string{"retired", "tatt ut av bruk", "retired", "neutral"},
)

// Outcome is what a check of the text found.
type Outcome string

// The outcomes of a check.
const (
	Unchanged Outcome = "unchanged"
	Changed   Outcome = "changed"
	Broken    Outcome = "broken"
)

// This registers the closed list of outcomes.
var _ = record.Choices[Outcome](
	[4]string{"unchanged", "uendret", "unchanged", "success"},
	[4]string{"changed", "endret", "changed", "warning"},
	[4]string{"broken", "lenken virker ikke", "the link is broken", "danger"},
)

// usualInterval is the time between two checks of a reference that sets none.
const usualInterval record.Duration = "P6M"

// Input has the fields of a reference that a caller sets.
type Input struct {
	record.Common
	Title     record.Text `json:"title" validate:"required" search:"" sort:""`
	Publisher string      `json:"publisher" validate:"required,filled,max=200" search:"" example:"Direktoratet for medisinske produkter"`
	URL       string      `json:"url" validate:"required,weburl,max=2000" search:"" example:"https://www.dmp.no/medisinsk-utstyr"`
	Kind      TextKind    `json:"kind" validate:"required,choice" filter:"" example:"guidance"`
	// The version of the text that the installation relies on, as its publisher names it.
	TextVersion string      `json:"text_version,omitempty" validate:"max=200" example:"rev. 1"`
	TextDate    record.Date `json:"text_date" example:"2025-06-17"` // the date of that version
	OwnerID     string      `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	// The time from one check to the next; six months when left out.
	CheckInterval record.Duration `json:"check_interval" swaggertype:"string" example:"P6M"`
} // @name ExternalReferenceInput

// Reference is an external text.
type Reference struct {
	record.Base
	Input
	Status        Status      `json:"status" filter:""`
	LastCheckedOn record.Date `json:"last_checked_on" sort:""` // null for a text that nobody has checked
	CheckedBy     string      `json:"checked_by,omitempty" format:"uuid" names:"user"`
	Outcome       Outcome     `json:"outcome,omitempty" filter:""` // of the last check
	// Whether a check found a change that nobody has reviewed yet.
	Changed  bool        `json:"changed" filter:""`
	CheckDue record.Date `json:"check_due" sort:""`
	Checks   []Check     `json:"checks"`
	Reviews  []Review    `json:"reviews"`
} // @name ExternalReference

// Check is one check of the text at its address.
type Check struct {
	Outcome     Outcome   `json:"outcome"`
	TextVersion string    `json:"text_version"`
	Note        string    `json:"note"`
	By          string    `json:"by" format:"uuid" names:"user"`
	At          time.Time `json:"at"`
} // @name ReferenceCheck

// Review says what a change of the text means for the installation.
type Review struct {
	Note string    `json:"note"`
	By   string    `json:"by" format:"uuid" names:"user"`
	At   time.Time `json:"at"`
} // @name ReferenceReview

// Repo reads and writes references.
var Repo = record.NewRepo[Reference](record.Kind{
	Rules: record.Rules[Reference]{Defaults: (*Reference).Defaults, Validate: (*Reference).Validate, Facts: (*Reference).Facts, DueOn: (*Reference).DueOn},
	Name:  "reference", Path: "references", Table: "external_references", Prefix: "REF", Label: record.Text{NB: "Ekstern referanse", EN: "External reference"},
	Editable: []string{"active"}, Removable: []string{"active"}, Due: true, Mine: []string{"owner_id"},
	Workflow: []record.Transition{
		{Verb: "check", From: []string{"active"}, To: []string{"active"}, Needs: []string{"outcome"}, Label: record.Text{NB: "Kontroller", EN: "Check"}},
		{
			Verb: "review", From: []string{"active"}, To: []string{"active"}, Needs: []string{"note"},
			Label: record.Text{NB: "Vurder endringen", EN: "Review the change"},
		},
		{Verb: "retire", From: []string{"active"}, To: []string{"retired"}, Needs: []string{"reason"}, Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"}},
	},
	NotApplicable: func(action string, m record.Meta) bool { return action == "review" && m.Fact("changed") != "yes" },
	Tasks: []record.Task{
		{
			States: []string{"active"}, Action: "review", Owner: "owner_id", Vacant: true,
			Label: record.Text{NB: "Ekstern referanse som er endret", EN: "External reference that has changed"},
		},
		{
			States: []string{"active"}, Action: "check", Owner: "owner_id", Soon: true,
			Label: record.Text{NB: "Ekstern referanse du har ansvar for, som skal kontrolleres", EN: "External reference you own that is due for a check"},
		},
	},
})

// New returns a reference that nobody has checked. It is due one interval after today.
func New(in Input, today record.Date) *Reference {
	r := &Reference{Input: in, Status: Active}
	r.Defaults()
	r.CheckDue = today.Add(r.CheckInterval)
	return r
}

// Defaults sets the interval of a reference without one, and replaces nil lists with empty ones. A change of the interval moves the next check.
func (r *Reference) Defaults() {
	if r.ExternalRefs == nil {
		r.ExternalRefs = []record.ExternalRef{}
	}
	if r.Checks == nil {
		r.Checks = []Check{}
	}
	if r.Reviews == nil {
		r.Reviews = []Review{}
	}
	if r.CheckInterval == "" {
		r.CheckInterval = usualInterval
	}
	if r.LastCheckedOn != "" {
		r.CheckDue = r.LastCheckedOn.Add(r.CheckInterval)
	}
}

// The shortest and the longest interval, measured from an arbitrary day.
const (
	someDay  record.Date = "2000-01-01"
	farthest record.Date = "2010-01-01"
)

// Validate refuses an interval of no days, and one of more than ten years.
func (r *Reference) Validate() error {
	var f fault.Fields
	if next := someDay.Add(r.CheckInterval); next <= someDay || next > farthest {
		f.Add("/check_interval", "bad_interval", "must be from one day to ten years")
	}
	return f.Err()
}

// Facts are what access rules need: whether a change waits for a review.
func (r *Reference) Facts() []record.Fact {
	if !r.Changed {
		return nil
	}
	return []record.Fact{{Name: "changed", Value: "yes"}}
}

// DueOn returns the day of the next check, and "" for a retired reference.
func (r *Reference) DueOn() record.Date {
	if r.Status == Retired {
		return ""
	}
	return r.CheckDue
}

// CheckInput is the request body that records a check.
type CheckInput struct {
	Outcome     Outcome `json:"outcome" validate:"required,choice" example:"changed"`
	TextVersion string  `json:"text_version,omitempty" validate:"max=200" example:"rev. 2"` // the version as it was when left out
	Note        string  `json:"note,omitempty" validate:"max=2000" example:"Kapittel 3 om KI er nytt."`
} // @name ReferenceCheckInput

// Check records a check. A change waits for a review, also when a later check finds the text unchanged since.
func (r *Reference) Check(in CheckInput, by string, at time.Time) error {
	if in.TextVersion != "" {
		r.TextVersion = in.TextVersion
	}
	r.Checks = append(r.Checks, Check{Outcome: in.Outcome, TextVersion: r.TextVersion, Note: in.Note, By: by, At: at})
	r.LastCheckedOn, r.CheckedBy, r.Outcome = record.DateOf(at), by, in.Outcome
	r.Changed = r.Changed || in.Outcome == Changed
	return nil
}

// ReviewInput is the request body that clears a change.
type ReviewInput struct {
	Note string `json:"note" validate:"required,filled,max=2000" example:"Retningslinjen punkt 3.2 må vise til rev. 2."`
} // @name ReferenceReviewInput

// Why returns the note for the event log.
func (in ReviewInput) Why() string { return in.Note }

// Review clears a change that the owner has looked at. Where the reference has an owner, nobody else clears it.
func (r *Reference) Review(in ReviewInput, by string, at time.Time) error {
	if r.reviewedByOther(by) {
		return fault.New(fault.Forbidden, "not_owner/reference", "only the owner of %s can review the change", r.Number)
	}
	if !r.Changed {
		return fault.New(fault.Conflict, "nothing_to_review", "%s has no change that waits for a review", r.Number)
	}
	r.Changed = false
	r.Reviews = append(r.Reviews, Review{Note: in.Note, By: by, At: at})
	return nil
}

// reviewedByOther reports whether a change is for somebody else to review.
func (r *Reference) reviewedByOther(person string) bool {
	return r.OwnerID != "" && r.OwnerID != person
}

// Bars reports whether the rule about the owner forbids the actor an action.
func Bars(tx *record.Tx, r *Reference, action string) (bool, error) {
	return action == "review" && r.reviewedByOther(tx.Actor.ID), nil
}

// Retire takes the reference out of use.
func (r *Reference) Retire() error {
	r.Status = Retired
	return nil
}
