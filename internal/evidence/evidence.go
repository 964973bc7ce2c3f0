// Package evidence has the documented information that shows that something was done or is in place: a link to it, or a note about it
// (ISO/IEC 42001, 7.5 and 8.1).
package evidence

import (
	"strings"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Kind is the form of a piece of evidence: a link or a note.
type Kind string

// The forms.
const (
	Link Kind = "link"
	Note Kind = "note"
)

// This registers the closed list of forms.
var _ = record.Choices[Kind](
	[4]string{"link", "lenke", "link", "neutral"},
	[4]string{"note", "notat", "note", "neutral"},
)

// Status is the state of a piece of evidence.
type Status string

// The states.
const (
	Active  Status = "active"
	Retired Status = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"active", "gjeldende", "active", "success"},
	[4]string{"retired", "utgått", "retired", "neutral"},
)

// Input has the fields of a piece of evidence that a caller sets.
type Input struct {
	record.Common
	Title       string      `json:"title" validate:"required,filled,max=300" search:"" sort:"" example:"Valideringsrapport, bruddeteksjon"`
	Kind        Kind        `json:"kind" validate:"required,choice" fixed:"true" filter:"" example:"link"`
	URL         string      `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://kvalitet.example.no/doc/8257"`
	Text        string      `json:"text,omitempty" validate:"max=20000" search:"" example:"Rapporten dekker 1 200 undersøkelser."` // the text of a note, or what a link shows
	CollectedOn record.Date `json:"collected_on" swaggertype:"string" format:"date" sort:"" example:"2026-10-14"`
	ValidUntil  record.Date `json:"valid_until" swaggertype:"string" format:"date" sort:"" example:"2027-10-14"`
}

// Evidence is a piece of evidence. Controls and other records refer to it.
type Evidence struct {
	record.Base
	Input
	Status Status `json:"status" filter:""`
} // @name Evidence

// Repo reads and writes evidence.
var Repo = record.NewRepo[Evidence](record.Kind{
	Rules: record.Rules[Evidence]{Defaults: (*Evidence).Defaults, Validate: (*Evidence).Validate, DueOn: (*Evidence).DueOn},
	Name:  "evidence", Path: "evidence", Prefix: "EV",
	Label:     record.Text{NB: "Bevis", EN: "Evidence"},
	Editable:  []string{"active"},
	Parts:     []string{"transfer"},
	Removable: []string{"active"},
	Due:       true,
	Workflow: []record.Transition{{
		Verb: "retire", From: []string{"active"}, To: []string{"retired"}, Needs: []string{"reason"},
		Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"},
	}},
})

// New returns an active piece of evidence.
func New(in Input) *Evidence {
	e := &Evidence{Input: in, Status: Active}
	e.Defaults()
	return e
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (e *Evidence) Defaults() {
	if e.ExternalRefs == nil {
		e.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate requires the address of a link and the text of a note, and refuses an end of validity before the day of collection.
func (e *Evidence) Validate() error {
	var f fault.Fields
	switch e.Kind {
	case Link:
		if e.URL == "" {
			f.Add("/url", "required/url", "evidence of the kind link must have an address")
		}
	case Note:
		if strings.TrimSpace(e.Text) == "" {
			f.Add("/text", "required/note", "evidence of the kind note must have a text")
		}
		if e.URL != "" {
			f.Add("/url", "not_a_link", "only evidence of the kind link can have an address")
		}
	}
	if e.ValidUntil != "" && e.ValidUntil < e.CollectedOn {
		f.Add("/valid_until", "ends_before_it_begins", "must not be before the day the evidence was collected")
	}
	return f.Err()
}

// DueOn returns the last day on which active evidence is valid, and "" for retired evidence.
func (e *Evidence) DueOn() record.Date {
	if e.Status != Active {
		return ""
	}
	return e.ValidUntil
}

// Retire takes the evidence out of use.
func (e *Evidence) Retire() error {
	e.Status = Retired
	return nil
}
