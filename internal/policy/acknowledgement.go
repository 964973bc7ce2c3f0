package policy

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AcknowledgementStatus is the state of an acknowledgement. Whether it still counts depends on later editions.
type AcknowledgementStatus string

// Given is its only state.
const Given AcknowledgementStatus = "given"

// This registers the closed list.
var _ = record.Choices[AcknowledgementStatus](
	[4]string{"given", "bekreftet lest", "acknowledged", "success"},
)

// Acknowledgement says that a person has read and understood an edition.
// It refers to the edition: the person may not be allowed to read the document while the next edition is written.
type Acknowledgement struct {
	record.Base
	record.Common
	PolicyID  string                `json:"policy_id" validate:"required,uuid" format:"uuid" filter:"" names:"policy"`
	EditionID string                `json:"edition_id" validate:"required,uuid" format:"uuid" ref:"policy_edition"`
	Edition   int                   `json:"edition" filter:"" example:"2"`
	UserID    string                `json:"user_id" validate:"required,uuid" format:"uuid" ref:"user" filter:""`
	Status    AcknowledgementStatus `json:"status" filter:""`
} // @name Acknowledgement

// Acknowledgements reads and writes acknowledgements.
var Acknowledgements = record.NewRepo[Acknowledgement](record.Kind{
	Rules: record.Rules[Acknowledgement]{Defaults: (*Acknowledgement).Defaults},
	Name:  "acknowledgement", Path: "acknowledgements", Prefix: "ACK",
	Label:    record.Text{NB: "Lesebekreftelse", EN: "Acknowledgement"},
	Editable: []string{},
})

// Reading is the request that acknowledges a document.
type Reading struct {
	// The edition that was read; by default the one in force.
	Edition *int `json:"edition,omitempty" validate:"omitempty,min=1" example:"2"`
} // @name PolicyReading

// Of checks that the edition read is still the one in force.
func (r Reading) Of(inForce *Edition) error {
	if r.Edition == nil || *r.Edition == inForce.Edition {
		return nil
	}
	return fault.New(fault.Conflict, "not_in_force", "must be the edition in force: edition %[2]d, not edition %[1]d", *r.Edition, inForce.Edition).
		With("edition", inForce.Edition)
}

// NewAcknowledgement creates a person's acknowledgement of an edition.
func NewAcknowledgement(e *Edition, person string) *Acknowledgement {
	a := &Acknowledgement{
		Common: record.Common{Scope: e.Scope}, PolicyID: e.PolicyID, EditionID: e.ID, Edition: e.Edition, UserID: person, Status: Given,
	}
	a.Defaults()
	return a
}

// Defaults replaces missing lists by empty ones.
func (a *Acknowledgement) Defaults() { a.ExternalRefs = filled(a.ExternalRefs) }
