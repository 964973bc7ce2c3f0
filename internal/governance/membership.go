package governance

import (
	"bytes"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Position is the position of a member in a body.
type Position string // @name MembershipPosition

// The positions. Observers may read and comment, and secretaries file agendas and minutes; neither votes.
const (
	Lead              Position = "lead"
	Deputy            Position = "deputy"
	Member            Position = "member"
	ActiveParticipant Position = "active_participant"
	Observer          Position = "observer"
	Secretary         Position = "secretary"
	Unspecified       Position = "unspecified" // the source does not say
)

// Positions is the closed list of them.
var Positions = record.Choices[Position](
	[4]string{"lead", "leder", "lead", "info"},
	[4]string{"deputy", "nestleder", "deputy", "info"},
	[4]string{"member", "medlem", "member", "neutral"},
	[4]string{"active_participant", "aktiv deltaker", "active participant", "neutral"},
	[4]string{"observer", "observatør", "observer", "neutral"},
	[4]string{"secretary", "sekretær", "secretary", "neutral"},
	[4]string{"unspecified", "ikke oppgitt", "unspecified", "neutral"})

// MembershipStatus is the state of a membership; its dates decide beside it.
type MembershipStatus string

// The states of a membership.
const (
	MembershipProposed MembershipStatus = "proposed"
	MembershipActive   MembershipStatus = "active"
	MembershipEnded    MembershipStatus = "ended"
)

// This registers the closed list of them.
var _ = record.Choices[MembershipStatus](
	[4]string{"proposed", "ført inn, ikke bekreftet", "entered, not confirmed", "info"},
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"})

// MembershipInput is what a caller sets of a membership: of an organisation, a person, or a person for an organisation.
type MembershipInput struct {
	record.Common
	BodyID         string   `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""`
	UserID         string   `json:"user_id,omitempty" validate:"omitempty,uuid" ref:"user" filter:"" fixed:""`
	OrganisationID string   `json:"organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation" filter:"" fixed:""`
	Position       Position `json:"position" validate:"required,choice" filter:"" fixed:"" example:"member"`
	// The organisation that the member represents, if it is another one: its id, key or name.
	OnBehalfOf string `json:"on_behalf_of" validate:"max=200" ref:"organisation,free" example:"Helse Sør-Øst RHF"`
	// Whether the member also takes part in the parent body; null when the source does not say.
	InParentBody *bool       `json:"in_parent_body"`
	ValidFrom    record.Date `json:"valid_from"`
	ValidTo      record.Date `json:"valid_to"`
}

// Membership is a seat in a body. It counts once the body's lead or top management has confirmed it. It gives the body's role to its
// person; an organisation without a person gets no role.
type Membership struct {
	record.Base
	MembershipInput
	ConfirmedBy string           `json:"confirmed_by,omitempty" format:"uuid" names:"user"`
	EndedOn     record.Date      `json:"ended_on"`
	Status      MembershipStatus `json:"status" filter:""`
} // @name Membership

// Memberships reads and writes memberships.
var Memberships = record.NewRepo[Membership](record.Kind{
	Rules: record.Rules[Membership]{Defaults: (*Membership).Defaults, Validate: (*Membership).Validate, DueOn: (*Membership).DueOn},
	Name:  "membership", Path: "memberships", Prefix: "MEM", Label: record.Text{NB: "Medlemskap", EN: "Membership"}, Access: true, Schema: 2, Upcast: upcastMembership,
	Editable: []string{"proposed"}, Removable: []string{"proposed"},
	Workflow: []record.Transition{
		{Verb: "confirm", From: []string{"proposed"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Bekreft", EN: "Confirm"}},
		{Verb: "end", From: []string{"proposed", "active"}, To: []string{"ended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "End"}},
		{Verb: "expire", From: []string{"active"}, To: []string{"ended"}, Needs: []string{}, Label: record.Text{NB: "Utløper", EN: "Expires"}},
	},
	Title: titleOfMembership, TitleBy: "body_id",
	RuleFacts: map[string][]string{"confirm": {"user_id", "body_id"}},
	Tasks:     []record.Task{{States: []string{"proposed"}, Action: "confirm", Label: record.Text{NB: "Medlemskap å bekrefte", EN: "Membership to confirm"}}},
})

// titleOfMembership says which position in which body it is. It leaves out the person, whom not every reader may see.
func titleOfMembership(tx *record.Tx, r *record.Row) string {
	body, err := tx.Load(Bodies.Kind, r.Field("body_id").String())
	if err != nil {
		return ""
	}
	for _, p := range Positions {
		if p.Value == r.Field("position").String() {
			return body.Title() + ": " + p.Label.NB
		}
	}
	return body.Title()
}

// NewMembership creates a membership, which has to be confirmed.
func NewMembership(in MembershipInput) *Membership {
	return &Membership{MembershipInput: in, Status: MembershipProposed}
}

// Defaults fills the lists a caller left out.
func (m *Membership) Defaults() { m.ExternalRefs = noneNil(m.ExternalRefs) }

// upcastMembership renames the field that was called function before schema 2.
func upcastMembership(_ int, doc []byte) ([]byte, error) {
	return with(bytes.Replace(doc, []byte(`"function":`), []byte(`"position":`), 1), `"in_parent_body":null`), nil
}

// Validate checks the dates, and requires a person or an organisation.
func (m *Membership) Validate() error {
	f := order("/valid_to", m.ValidFrom, m.ValidTo)
	if m.UserID == "" && m.OrganisationID == "" {
		f.Add("/organisation_id", "nobody", "a membership must have an organisation, a person or both")
	}
	return f.Err()
}

// Counts reports whether the membership is in force on that day.
func (m *Membership) Counts(at time.Time) bool {
	return m.Status == MembershipActive && record.Within(at, m.ValidFrom, m.ValidTo)
}

// Counted reports whether the membership was in force on that day, also when it has ended since. The last day by its dates counts;
// the day it was ended early does not.
func (m *Membership) Counted(on record.Date) bool {
	confirmed := m.Status == MembershipActive || m.Status == MembershipEnded && m.ConfirmedBy != ""
	within := (m.ValidFrom == "" || m.ValidFrom <= on) && (m.ValidTo == "" || on <= m.ValidTo)
	return confirmed && within && (m.EndedOn == "" || on < m.EndedOn || m.EndedOn == m.ValidTo)
}

// Overlaps reports whether the membership is in force on any day of that period.
func (m *Membership) Overlaps(from, to record.Date) bool {
	return (m.ValidTo == "" || from == "" || from <= m.ValidTo) && (to == "" || m.ValidFrom == "" || m.ValidFrom <= to)
}

// Facts says who may confirm the membership.
func (m *Membership) Facts() []record.Fact {
	return []record.Fact{{Name: "user_id", Value: m.UserID}, {Name: "body_id", Value: m.BodyID}}
}

// DueOn returns the last day of the membership.
func (m *Membership) DueOn() record.Date {
	if m.Status != MembershipActive {
		return ""
	}
	return m.ValidTo
}

// Confirm confirms the membership.
func (m *Membership) Confirm(by string) error {
	if by == m.UserID && by != "" {
		return fault.New(fault.Forbidden, "own_rights", "you cannot give yourself rights; somebody else must do it")
	}
	m.Status, m.ConfirmedBy = MembershipActive, by
	return nil
}

// End ends the membership on that day.
func (m *Membership) End(on record.Date) error {
	m.Status, m.EndedOn = MembershipEnded, on
	return nil
}

// with adds fields to a JSON document of an earlier schema.
func with(doc []byte, members string) []byte {
	return append(bytes.TrimSuffix(bytes.Clone(doc), []byte("}")), ","+members+"}"...)
}

func noneNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func ordered(pointer string, from, to record.Date) error { return order(pointer, from, to).Err() }

func order(pointer string, from, to record.Date) (f fault.Fields) {
	if from != "" && to != "" && to < from {
		f.Add(pointer, "ends_before_start", "must not be before the start")
	}
	return f
}
