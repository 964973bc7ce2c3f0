package governance

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Function is what somebody does in a body.
type Function string // @name MembershipFunction

// The functions. An observer reads and comments, and has no vote.
const (
	Lead     Function = "lead"
	Member   Function = "member"
	Observer Function = "observer"
)

// Functions is the closed list of them.
var Functions = record.Choices[Function](
	[4]string{"lead", "leder", "lead", "info"},
	[4]string{"member", "medlem", "member", "neutral"},
	[4]string{"observer", "observatør", "observer", "neutral"})

// MembershipStatus is where a membership stands; its dates decide beside it.
type MembershipStatus string

// The states of a membership.
const (
	MembershipProposed MembershipStatus = "proposed"
	MembershipActive   MembershipStatus = "active"
	MembershipEnded    MembershipStatus = "ended"
)

// MembershipStatuses is the closed list of them.
var MembershipStatuses = record.Choices[MembershipStatus](
	[4]string{"proposed", "ført inn, ikke bekreftet", "entered, not confirmed", "info"},
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"})

// MembershipInput is what a caller sets of a membership.
type MembershipInput struct {
	record.Common
	BodyID     string      `json:"body_id" validate:"required,max=63" ref:"body" filter:"" fixed:""`
	UserID     string      `json:"user_id" validate:"required,uuid" ref:"user" filter:"" fixed:""`
	Function   Function    `json:"function" validate:"required,choice" filter:"" fixed:"" example:"member"`
	OnBehalfOf string      `json:"on_behalf_of" validate:"max=200" example:"Helse Sør-Øst RHF"`
	ValidFrom  record.Date `json:"valid_from"`
	ValidTo    record.Date `json:"valid_to"`
}

// Membership is a person's place in a body. It gives the body's role once the
// body's lead or top management has confirmed it.
type Membership struct {
	record.Base
	MembershipInput
	ConfirmedBy string           `json:"confirmed_by,omitempty" format:"uuid"`
	EndedOn     record.Date      `json:"ended_on"`
	Status      MembershipStatus `json:"status" filter:""`
} // @name Membership

// Memberships reads and writes memberships.
var Memberships = record.NewRepo[Membership](record.Kind{
	Name: "membership", Path: "memberships", Prefix: "MEM", Label: record.Text{NB: "Medlemskap", EN: "Membership"}, Access: true,
	Editable: []string{"proposed"}, Removable: []string{"proposed"},
	Workflow: []record.Transition{
		{Verb: "confirm", From: []string{"proposed"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Bekreft", EN: "Confirm"}},
		{Verb: "end", From: []string{"proposed", "active"}, To: []string{"ended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "End"}},
		{Verb: "expire", From: []string{"active"}, To: []string{"ended"}, Needs: []string{}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
	},
	Tasks: []record.Task{{States: []string{"proposed"}, Action: "confirm", Label: record.Text{NB: "Medlemskap å bekrefte", EN: "Membership to confirm"}}},
})

// NewMembership enters a membership; it counts once it is confirmed.
func NewMembership(in MembershipInput) *Membership {
	return &Membership{MembershipInput: in, Status: MembershipProposed}
}

// Defaults fills the lists a caller left out.
func (m *Membership) Defaults() { m.ExternalRefs = noneNil(m.ExternalRefs) }

// Validate holds the dates in order.
func (m *Membership) Validate() error { return ordered("/valid_to", m.ValidFrom, m.ValidTo) }

// DueOn is the last day of the membership.
func (m *Membership) DueOn() record.Date {
	if m.Status != MembershipActive {
		return ""
	}
	return m.ValidTo
}

// Confirm makes the membership count.
func (m *Membership) Confirm(by string) error {
	if by == m.UserID {
		return fault.New(fault.Forbidden, "own_rights", "nobody gives rights to themselves")
	}
	m.Status, m.ConfirmedBy = MembershipActive, by
	return nil
}

// End ends the membership on that day.
func (m *Membership) End(on record.Date) error {
	m.Status, m.EndedOn = MembershipEnded, on
	return nil
}

func noneNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func ordered(pointer string, from, to record.Date) error {
	var f fault.Fields
	if from != "" && to != "" && to < from {
		f.Add(pointer, "ends_before_start", "lies before the day it begins")
	}
	return f.Err()
}
