// Package governance holds the bodies that govern the use of AI: councils, working groups
// and committees, with their mandates and members.
package governance

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// BodyKind says what a body is.
type BodyKind string

// The kinds of body.
const (
	Council         BodyKind = "council"
	WorkingGroup    BodyKind = "working_group"
	MirrorCommittee BodyKind = "mirror_committee"
	SteeringGroup   BodyKind = "steering_group"
	Management      BodyKind = "management" // one or more managers; the quorum is one unless the mandate says otherwise
	Committee       BodyKind = "committee"
)

// This registers the closed list of them.
var _ = record.Choices[BodyKind](
	[4]string{"council", "råd", "council", "neutral"},
	[4]string{"working_group", "arbeidsgruppe", "working group", "neutral"},
	[4]string{"mirror_committee", "speilkomité", "mirror committee", "neutral"},
	[4]string{"steering_group", "styringsgruppe", "steering group", "neutral"},
	[4]string{"management", "ledelse", "management", "neutral"},
	[4]string{"committee", "komité", "committee", "neutral"})

// BodyStatus is the state of a body.
type BodyStatus string

// The states of a body.
const (
	BodyActive BodyStatus = "active"
	BodyClosed BodyStatus = "closed"
)

// This registers the closed list of them.
var _ = record.Choices[BodyStatus](
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"closed", "avsluttet", "closed", "neutral"})

// MemberRole is the role that a body's members get.
type MemberRole string

// CouncilRole is the role of the members of an AI council.
const CouncilRole MemberRole = "ai_council"

// This registers the closed list of them.
var _ = record.Choices[MemberRole](
	[4]string{"ai_council", "KI-råd", "AI council", "neutral"},
	[4]string{"working_group", "arbeidsgruppe", "working group", "neutral"})

// BodyInput is what a caller sets of a body. The role its members get is fixed at creation; a body without one gives no role.
type BodyInput struct {
	record.Common
	Key        string      `json:"key" validate:"required,slug" unique:"unit" fixed:"" example:"ki-rad-siv"`
	Kind       BodyKind    `json:"kind" validate:"required,choice" filter:"" fixed:"" example:"council"`
	Name       record.Text `json:"name" validate:"required" search:"" sort:""`
	Purpose    record.Text `json:"purpose" validate:"required" search:""`
	MemberRole MemberRole  `json:"member_role,omitempty" validate:"omitempty,choice" fixed:"" example:"ai_council"`
	// The parent body, such as the committee of a working group.
	ParentID string `json:"parent_id,omitempty" validate:"omitempty,max=63" ref:"body" filter:""`
	// The body that this one replaced.
	PredecessorID string `json:"predecessor_id,omitempty" validate:"omitempty,max=63" ref:"body" filter:""`
	// The body was set up for an interim period, until its successor starts.
	Interim bool `json:"interim" filter:""`
	// The powers that its mandates may give it; no limit when empty. The adopted mandate says which of them it has.
	Powers                    []Power     `json:"powers" validate:"max=3,unique,dive,required,choice"`
	LeadOrganisationID        string      `json:"lead_organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation" filter:""`
	SecretariatOrganisationID string      `json:"secretariat_organisation_id,omitempty" validate:"omitempty,max=63" ref:"organisation"`
	ProjectIDs                []string    `json:"project_ids" validate:"max=50,unique" ref:"unit" filter:""`
	Contact                   string      `json:"contact" validate:"max=200" example:"ki-radet@siv.no"`
	TermFrom                  record.Date `json:"term_from"`
	TermTo                    record.Date `json:"term_to"`
}

// Body is a council, working group or committee. Its members' role ends with its term.
type Body struct {
	record.Base
	BodyInput
	Status BodyStatus `json:"status" filter:""`
	Shortage
	// What the secretariat has prepared for the end of the body's term.
	TermEndPrepared *Prepared `json:"term_end_prepared"`
	// Who decides in its place, and why; null when nobody does.
	StandIn *StandIn `json:"stand_in"`
	// On single reads: the body has met less often than its mandate requires.
	BehindCadence *bool `json:"behind_cadence,omitempty" extra:""`
} // @name Body

// Bodies reads and writes bodies.
var Bodies = record.NewRepo[Body](record.Kind{
	Rules: record.Rules[Body]{Defaults: (*Body).Defaults, Validate: (*Body).Validate, Facts: (*Body).Facts},
	Name:  "body", Path: "bodies", Prefix: "BODY", Label: record.Text{NB: "Organ", EN: "Body"}, Key: "key", Access: true, Schema: 2,
	Upcast: func(_ int, doc []byte) ([]byte, error) {
		return with(doc, `"interim":false,"powers":[],"project_ids":[]`), nil
	},
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
		{Verb: loseQuorum, From: []string{"active"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Mangler medlemmer til å være beslutningsdyktig", EN: "Too few members for a quorum"}},
		{Verb: lackQuorum, From: []string{"active"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Har manglet medlemmer i tretti dager", EN: "Too few members for thirty days"}},
		{Verb: regainQuorum, From: []string{"active"}, To: []string{"active"}, Needs: []string{}, Label: record.Text{NB: "Er beslutningsdyktig igjen", EN: "Can reach a quorum again"}},
		{Verb: "stand-in", From: []string{"active"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Beslutt i organets sted", EN: "Decide in the place of the body"}},
		{Verb: "prepare-term-end", From: []string{"active"}, To: []string{"active"}, Needs: []string{"text"}, Label: record.Text{NB: "Forbered slutten på perioden", EN: "Prepare the end of the term"}},
	},
	NotApplicable: func(action string, m record.Meta) bool {
		return action == "stand-in" && m.Fact("quorum") != "lacking" || action == "prepare-term-end" && m.Fact("term") != "ends"
	},
	Tasks: []record.Task{
		{
			States: []string{"active"}, Action: "stand-in",
			Label: record.Text{NB: "Organet har for få medlemmer til å beslutte: oppnevn nye, eller beslutt i dets sted", EN: "The body has too few members to decide: appoint new ones, or decide in its place"},
		},
		{
			States: []string{"active"}, Action: "prepare-term-end", Soon: true, Day: func(b any, _ string) record.Date { return b.(*Body).toEnd() },
			Label: record.Text{NB: "Forbered slutten på organets periode", EN: "Prepare the end of the body's term"},
		},
	},
})

// NewBody makes a body.
func NewBody(in BodyInput) *Body { return &Body{BodyInput: in, Status: BodyActive} }

// Defaults fills the lists a caller left out.
func (b *Body) Defaults() {
	b.ExternalRefs, b.Powers, b.ProjectIDs = noneNil(b.ExternalRefs), noneNil(b.Powers), noneNil(b.ProjectIDs)
}

// Validate checks that the term ends after it begins.
func (b *Body) Validate() error { return ordered("/term_to", b.TermFrom, b.TermTo) }

// RoleOf returns the role that a position in the body gives. It is empty when the body gives its members no role.
func (b *Body) RoleOf(p Position) string {
	switch p {
	case Observer:
		return "observer"
	case Secretary:
		return "secretariat"
	default:
		return string(b.MemberRole)
	}
}

// Ended reports whether the body's term is over.
func (b *Body) Ended(at time.Time) bool { return b.Status == BodyClosed || b.TermTo.Passed(at) }

// PrepareTermEnd records what the secretariat lays before those who decide what follows when the term ends.
func (b *Body) PrepareTermEnd(p Preparation, by string, on record.Date) error {
	if b.TermTo == "" {
		return fault.New(fault.Conflict, "no_term_end", "%s has no last day", b.Number)
	}
	b.TermEndPrepared = &Prepared{Preparation: p, By: by, On: on, Due: b.TermTo}
	return nil
}

// toEnd returns the last day of a term whose end is not prepared, or no day. It is to prepare again when the term is changed.
func (b *Body) toEnd() record.Date {
	if b.TermEndPrepared != nil && b.TermEndPrepared.Due == b.TermTo {
		return ""
	}
	return b.TermTo
}

// Close closes the body. Its members lose their roles.
func (b *Body) Close() error {
	b.Status = BodyClosed
	return nil
}
