// Package evidence has the documented information that shows that something was done or is in place: a link to it, or a note about it
// (ISO/IEC 42001, 7.5 and 8.1).
package evidence

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

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
	Expired Status = "expired"
	Retired Status = "retired"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"active", "gjeldende", "active", "success"},
	[4]string{"expired", "utløpt", "expired", "warning"},
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

// Edition is the content of a piece of evidence before it was replaced. Something was decided or verified on it, so it never changes.
type Edition struct {
	Edition     int         `json:"edition" example:"1"`
	Title       string      `json:"title"`
	URL         string      `json:"url,omitempty"`
	Text        string      `json:"text,omitempty"`
	SHA256      string      `json:"sha256"`
	CollectedOn record.Date `json:"collected_on" swaggertype:"string" format:"date"`
	ValidUntil  record.Date `json:"valid_until" swaggertype:"string" format:"date"`
	ReplacedBy  string      `json:"replaced_by" format:"uuid" names:"user"` // the person who wrote the next edition
	ReplacedAt  time.Time   `json:"replaced_at"`
} // @name EvidenceEdition

// Evidence is a piece of evidence. Controls and other records refer to it.
type Evidence struct {
	record.Base
	Input
	Status Status `json:"status" filter:""`
	// Edition counts the contents, from 1. A content that something rests on is not changed: a change makes the next edition.
	Edition  int       `json:"edition" example:"1"`
	SHA256   string    `json:"sha256" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"` // of address and text, in UTF-8
	Editions []Edition `json:"editions"`                                                                          // the earlier ones
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
	Workflow: []record.Transition{
		{
			Verb: "renew", From: []string{"active", "expired"}, To: []string{"active"}, Needs: []string{"collected_on"},
			Label: record.Text{NB: "Forny", EN: "Renew"},
		},
		{Verb: "expire", From: []string{"active"}, To: []string{"expired"}, Needs: []string{}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
		{
			Verb: "retire", From: []string{"active", "expired"}, To: []string{"retired"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Ta ut av bruk", EN: "Retire"},
		},
	},
})

// New returns an active piece of evidence.
func New(in Input) *Evidence {
	e := &Evidence{Input: in, Status: Active, Edition: 1}
	e.Defaults()
	return e
}

// Defaults replaces nil lists with empty ones, which JSON shows as [], and works out the hash of the content.
func (e *Evidence) Defaults() {
	if e.ExternalRefs == nil {
		e.ExternalRefs = []record.ExternalRef{}
	}
	if e.Editions == nil {
		e.Editions = []Edition{}
	}
	sum := sha256.Sum256([]byte(e.URL + "\n" + e.Text))
	e.SHA256 = hex.EncodeToString(sum[:])
}

// Renewal is the request that brings a piece of evidence up to date: it was collected again, and shows the same.
type Renewal struct {
	CollectedOn record.Date `json:"collected_on" validate:"required" swaggertype:"string" format:"date" example:"2026-11-20"`
	ValidUntil  record.Date `json:"valid_until" swaggertype:"string" format:"date" example:"2027-11-20"`
	URL         string      `json:"url,omitempty" validate:"omitempty,weburl,max=2000" example:"https://kvalitet.example.no/doc/8257"` // the address as it was when left out
	Text        string      `json:"text,omitempty" validate:"max=20000" example:"Rapporten dekker 1 400 undersøkelser."`               // the text as it was when left out
} // @name EvidenceRenewal

// Renew takes over what was collected again. Expired evidence is valid again.
func (e *Evidence) Renew(in Renewal) error {
	e.CollectedOn, e.ValidUntil, e.Status = in.CollectedOn, in.ValidUntil, Active
	e.URL, e.Text = cmp.Or(in.URL, e.URL), cmp.Or(in.Text, e.Text)
	return nil
}

// Expire ends the validity of evidence whose last day has passed.
func (e *Evidence) Expire() error {
	e.Status = Expired
	return nil
}

// SameContent reports whether two states of a piece of evidence show the same.
func (e *Evidence) SameContent(o *Evidence) bool {
	return e.Title == o.Title && e.URL == o.URL && e.Text == o.Text && e.CollectedOn == o.CollectedOn && e.ValidUntil == o.ValidUntil
}

// Follow makes the content the next edition and keeps the earlier one.
func (e *Evidence) Follow(was *Evidence, by string, at time.Time) {
	e.Editions = append(e.Editions, Edition{
		was.Edition, was.Title, was.URL, was.Text, was.SHA256, was.CollectedOn, was.ValidUntil, by, at,
	})
	e.Edition++
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

// DueOn returns the last day on which evidence is valid, and "" for retired evidence.
func (e *Evidence) DueOn() record.Date {
	if e.Status == Retired {
		return ""
	}
	return e.ValidUntil
}

// Retire takes the evidence out of use.
func (e *Evidence) Retire() error {
	e.Status = Retired
	return nil
}
