// Package intake has what any employee meets first: the question whether a tool may be used, the list of allowed tools, and requests for advice.
package intake

import (
	"time"

	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ContactStatus is the state of a contact point.
type ContactStatus string

// The states of a contact point.
const (
	ContactActive ContactStatus = "active"
	ContactEnded  ContactStatus = "ended"
)

// This registers the closed list of the states.
var _ = record.Choices[ContactStatus](
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"},
)

// ContactInput has the fields of a contact point that a caller sets.
type ContactInput struct {
	record.Common
	PersonID    string `json:"person_id" validate:"required,uuid" ref:"user" custody:"" filter:"" format:"uuid"` // who answers
	Email       string `json:"email,omitempty" validate:"omitempty,email,max=200" example:"forskning@siv.no"`
	Description string `json:"description,omitempty" validate:"max=2000" example:"Råd om utvikling, testing og bruk av KI."`
} // @name ContactPointInput

// ContactPoint says who gives a unit, and the units below it without a contact point of their own, advice on AI.
type ContactPoint struct {
	record.Base
	ContactInput
	Status ContactStatus `json:"status" filter:""`
	// The unit while the contact point is active, so that a unit has one at most; afterwards its own id.
	Place  string       `json:"place" unique:"" example:"/siv/"`
	Ending *ContactStop `json:"ending"`
} // @name ContactPoint

// ContactStop says why a contact point was ended, by whom and when.
type ContactStop struct {
	Reason string    `json:"reason"`
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
} // @name ContactPointEnding

// Contacts reads and writes contact points.
var Contacts = record.NewRepo[ContactPoint](record.Kind{
	Rules: record.Rules[ContactPoint]{Defaults: (*ContactPoint).Defaults},
	Name:  "contact_point", Path: "contact-points", Prefix: "CONTACT", Label: record.Text{NB: "Kontaktpunkt", EN: "Contact point"},
	Editable: []string{"active"}, TitleBy: "person_id",
	Title: func(_ *record.Tx, r *record.Row) string { return "Kontaktpunkt for " + r.Scope },
	Workflow: []record.Transition{
		{Verb: "end", From: []string{"active"}, To: []string{"ended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "End"}},
	},
})

// NewContact returns an active contact point.
func NewContact(in ContactInput) *ContactPoint {
	return &ContactPoint{ContactInput: in, Status: ContactActive}
}

// Defaults sets Place, and replaces nil lists with empty ones.
func (c *ContactPoint) Defaults() {
	fill(&c.ExternalRefs)
	if c.Place = c.Scope; c.Status == ContactEnded {
		c.Place = c.ID
	}
}

// End takes the contact point out of use.
func (c *ContactPoint) End(reason, by string, at time.Time) error {
	c.Status, c.Ending = ContactEnded, &ContactStop{Reason: reason, By: by, At: at}
	return nil
}

// ContactOf returns the contact point of a unit: its own, or the nearest one above. It is nil where there is none.
func ContactOf(tx *record.Tx, scope string) (*ContactPoint, error) {
	above := record.Ancestors(scope)
	for i := len(above) - 1; i >= 0; i-- {
		found, err := query.Each(tx, Contacts, query.Exactly(above[i]), map[string][]string{"status": {string(ContactActive)}})
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return nil, nil //nolint:nilnil // a unit may have no contact
}

// Contact says who gives a unit advice on AI.
type Contact struct {
	Scope       string          `json:"scope" example:"/siv/radiologi/" names:"unit"`
	ContactUnit string          `json:"contact_unit" example:"/siv/" names:"unit"`      // the unit that has the contact point
	PersonID    string          `json:"person_id,omitempty" format:"uuid" names:"user"` // null where no contact point covers the unit
	Email       string          `json:"email" example:"forskning@siv.no"`
	Description string          `json:"description" example:"Råd om utvikling, testing og bruk av KI."`
	Within      record.Duration `json:"within" swaggertype:"string" example:"P14D"` // how soon a request is answered
} // @name AdviceContact

// ContactFor returns the contact of a unit. Where no contact point covers the unit, the working group answers.
func ContactFor(tx *record.Tx, scope string, within record.Duration) (*Contact, error) {
	out := &Contact{Scope: scope, ContactUnit: scope, Within: within}
	p, err := ContactOf(tx, scope)
	if err != nil || p == nil {
		return out, err
	}
	out.ContactUnit, out.PersonID, out.Email, out.Description = p.Scope, p.PersonID, p.Email, p.Description
	return out, nil
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
