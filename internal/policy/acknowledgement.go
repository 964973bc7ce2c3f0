package policy

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AcknowledgementStatus is the state of an acknowledgement. Whether it still counts depends on the editions published since.
type AcknowledgementStatus string

// Given is its only state.
const Given AcknowledgementStatus = "given"

// AcknowledgementStatuses is the closed list.
var AcknowledgementStatuses = record.Choices[AcknowledgementStatus](
	[4]string{"given", "bekreftet lest", "acknowledged", "success"},
)

// Acknowledgement says that a person has read and understood an edition.
// It names the edition and not the document, which its reader may not see while the next edition is written.
type Acknowledgement struct {
	record.Base
	record.Common
	PolicyID  string                `json:"policy_id" validate:"required,uuid" format:"uuid" filter:""`
	EditionID string                `json:"edition_id" validate:"required,uuid" format:"uuid" ref:"policy_edition"`
	Edition   int                   `json:"edition" filter:"" example:"2"`
	UserID    string                `json:"user_id" validate:"required,uuid" format:"uuid" ref:"user" filter:""`
	Status    AcknowledgementStatus `json:"status" filter:""`
} // @name Acknowledgement

// Acknowledgements keeps who has acknowledged what.
var Acknowledgements = record.NewRepo[Acknowledgement](record.Kind{
	Rules: record.Rules[Acknowledgement]{Defaults: (*Acknowledgement).Defaults},
	Name:  "acknowledgement", Path: "acknowledgements", Prefix: "ACK",
	Label:    record.Text{NB: "Lesebekreftelse", EN: "Acknowledgement"},
	Editable: []string{},
})

// Reading is what a person says of what they read.
type Reading struct {
	// The edition that was on the screen; the one in force when left out.
	Edition *int `json:"edition,omitempty" validate:"omitempty,min=1" example:"2"`
} // @name PolicyReading

// Of holds that it was the edition in force, which may have been followed by another since.
func (r Reading) Of(inForce *Edition) error {
	if r.Edition == nil || *r.Edition == inForce.Edition {
		return nil
	}
	return fault.New(fault.Conflict, "not_in_force", "must be the edition in force: edition %[2]d, not edition %[1]d", *r.Edition, inForce.Edition).
		With("edition", inForce.Edition)
}

// NewAcknowledgement records that a person acknowledges the edition.
func NewAcknowledgement(e *Edition, person string) *Acknowledgement {
	a := &Acknowledgement{
		Common: record.Common{Scope: e.Scope}, PolicyID: e.PolicyID, EditionID: e.ID, Edition: e.Edition, UserID: person, Status: Given,
	}
	a.Defaults()
	return a
}

// Defaults keeps lists from being null.
func (a *Acknowledgement) Defaults() { a.ExternalRefs = filled(a.ExternalRefs) }
