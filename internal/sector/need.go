package sector

import (
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// NeedStatus is the state of a need.
type NeedStatus string

// The states of a need.
const (
	NeedReceived  NeedStatus = "received"
	NeedAssessed  NeedStatus = "assessed"
	NeedForwarded NeedStatus = "forwarded"
	NeedDeclined  NeedStatus = "declined"
	NeedWithdrawn NeedStatus = "withdrawn"
)

// This registers the closed list of the states.
var _ = record.Choices[NeedStatus](
	[4]string{"received", "mottatt", "received", "info"},
	[4]string{"assessed", "vurdert", "assessed", "info"},
	[4]string{"forwarded", "sendt videre", "forwarded", "success"},
	[4]string{"declined", "avslått", "declined", "danger"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// NeedInput has the fields of a need that a caller sets. The server raises the priority to high while the Commission asks for one of the standards.
type NeedInput struct {
	record.Common
	BodyID         string   `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""` // id or key
	Title          string   `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Krav til lokal validering av KI i bildediagnostikk"`
	Description    string   `json:"description,omitempty" validate:"max=10000" search:"" example:"Leverandørene dokumenterer ytelse ulikt."`
	OrganisationID string   `json:"organisation_id,omitempty" validate:"omitempty,uuid" ref:"organisation" filter:""` // the organisation that has the need
	TopicIDs       []string `json:"topic_ids" validate:"max=50,unique,dive,uuid" ref:"topic" filter:""`
	StandardIDs    []string `json:"standard_ids" validate:"max=50,unique,dive,uuid" ref:"standard" filter:""`
	Priority       Priority `json:"priority,omitempty" validate:"omitempty,choice" filter:"" example:"normal"`
}

// Need is something that the sector needs standardised, as registered by a standardisation group.
type Need struct {
	record.Base
	NeedInput
	// The person who raised the need and follows it.
	FromPersonID string     `json:"from_person_id,omitempty" ref:"user" filter:"" format:"uuid"`
	Status       NeedStatus `json:"status" filter:""`
	// The priority that the caller asked for. The field priority is high while the Commission asks for one of the standards.
	StatedPriority Priority        `json:"stated_priority"`
	PriorityRank   int             `json:"priority_rank" sort:"" example:"2"`
	RaisedBy       []string        `json:"raised_by"` // the ids of the standards that the Commission asks for
	Assessment     *NeedAssessment `json:"assessment"`
	Forwarding     *NeedForwarding `json:"forwarding"`
	ToStandardID   string          `json:"to_standard_id,omitempty" ref:"standard" filter:"" format:"uuid"` // the standard whose committee received the need
	Refusal        *NeedRefusal    `json:"refusal"`
} // @name Need

// NeedAssessmentInput is the request body that assesses a need. A priority given here replaces the stated one.
type NeedAssessmentInput struct {
	Assessment string   `json:"assessment" validate:"required,filled,max=10000" example:"Dekkes delvis av prEN 18286; kravet til lokale data mangler."`
	Priority   Priority `json:"priority,omitempty" validate:"omitempty,choice" example:"high"`
} // @name NeedAssessmentInput

// NeedAssessment is the group's assessment of a need.
type NeedAssessment struct {
	Assessment string    `json:"assessment"`
	By         string    `json:"by" format:"uuid" names:"user"`
	At         time.Time `json:"at"`
} // @name NeedAssessment

// NeedForwardingInput is the request body that forwards a need. It names a recipient, or the standard whose committee receives it, or both.
type NeedForwardingInput struct {
	To           string `json:"to,omitempty" validate:"max=300" example:"CEN/CENELEC JTC 21, WG 4"`
	ToStandardID string `json:"to_standard_id,omitempty" validate:"omitempty,uuid"`
	Reference    string `json:"reference,omitempty" validate:"max=300" example:"N 512"`
} // @name NeedForwardingInput

// Validate requires a recipient or a standard.
func (n *NeedForwardingInput) Validate() error {
	var f fault.Fields
	if strings.TrimSpace(n.To) == "" && n.ToStandardID == "" {
		f.Add("/to", "required/recipient", "name who gets it, or the standard whose committee gets it")
	}
	return f.Err()
}

// NeedForwarding says to whom a need was forwarded, by whom and when.
type NeedForwarding struct {
	To        string    `json:"to"`
	Reference string    `json:"reference"`
	By        string    `json:"by" format:"uuid" names:"user"`
	At        time.Time `json:"at"`
} // @name NeedForwarding

// NeedRefusal says why a need was declined.
type NeedRefusal struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name NeedRefusal

// Needs reads and writes needs.
var Needs = record.NewRepo[Need](record.Kind{
	Rules: record.Rules[Need]{Defaults: (*Need).Defaults, Facts: (*Need).Facts},
	Name:  "need", Path: "needs", Prefix: "NEED", Label: record.Text{NB: "Behov", EN: "Need"},
	Editable: []string{"received", "assessed"}, Removable: []string{"received"},
	Own: map[string][]string{"withdraw": {"taken_in_by"}}, Mine: []string{"from_person_id"},
	Workflow: []record.Transition{
		{Verb: "assess", From: []string{"received"}, To: []string{"assessed"}, Needs: []string{"assessment"}, Label: record.Text{NB: "Vurder", EN: "Assess"}},
		{Verb: "forward", From: []string{"assessed"}, To: []string{"forwarded"}, Needs: []string{"to"}, Label: record.Text{NB: "Send videre", EN: "Forward"}},
		{Verb: "decline", From: []string{"received", "assessed"}, To: []string{"declined"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslå", EN: "Decline"}},
		{Verb: "withdraw", From: []string{"received", "assessed"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
		{
			Verb: "reopen", From: []string{"forwarded", "declined", "withdrawn"}, To: []string{"received", "assessed"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Gjenåpne", EN: "Reopen"},
		},
	},
	Tasks: []record.Task{
		{States: []string{"received"}, Action: "assess", Label: record.Text{NB: "Behov å vurdere", EN: "Need to assess"}},
		{States: []string{"assessed"}, Action: "forward", Label: record.Text{NB: "Vurdert behov å sende videre eller avslå", EN: "Assessed need to forward or decline"}},
	},
})

// NewNeed returns a received need.
func NewNeed(in NeedInput) *Need {
	return &Need{NeedInput: in, Status: NeedReceived, StatedPriority: in.Priority}
}

// Defaults replaces nil lists with empty ones, and computes the priority and its rank.
func (n *Need) Defaults() {
	fill(&n.ExternalRefs)
	fill(&n.TopicIDs)
	fill(&n.StandardIDs)
	fill(&n.RaisedBy)
	if n.StatedPriority == "" {
		n.StatedPriority = Normal
	}
	if n.Priority = n.StatedPriority; len(n.RaisedBy) > 0 {
		n.Priority = High
	}
	n.PriorityRank = rank(n.Priority)
}

// Facts are what access rules need: the person who registered the need, and may withdraw it.
func (n *Need) Facts() []record.Fact {
	return []record.Fact{{Name: "taken_in_by", Value: n.CreatedBy}}
}

// Edit lets fn change the fields. In fn the field Priority holds the stated priority, not the raised one; the new value becomes the stated one.
func (n *Need) Edit(fn func(*Need) error) error {
	n.Priority = n.StatedPriority
	err := fn(n)
	n.StatedPriority = n.Priority
	return err
}

// Raise stores which of the need's standards the Commission asks for, and reports whether the list changed.
func (n *Need) Raise(first []string) bool {
	was := n.RaisedBy
	n.RaisedBy = first
	return !slices.Equal(was, first)
}

// Assess stores the assessment.
func (n *Need) Assess(in NeedAssessmentInput, by string, at time.Time) error {
	n.Status, n.Assessment = NeedAssessed, &NeedAssessment{Assessment: in.Assessment, By: by, At: at}
	if in.Priority != "" {
		n.StatedPriority = in.Priority
	}
	return nil
}

// Forward records that the need was forwarded.
func (n *Need) Forward(in NeedForwardingInput, by string, at time.Time) error {
	n.Status, n.ToStandardID = NeedForwarded, in.ToStandardID
	n.Forwarding = &NeedForwarding{To: in.To, Reference: in.Reference, By: by, At: at}
	return nil
}

// Decline declines the need, with a reason.
func (n *Need) Decline(by string, at time.Time, reason string) error {
	n.Status, n.Refusal = NeedDeclined, &NeedRefusal{By: by, At: at, Reason: reason}
	return nil
}

// Withdraw withdraws the need. Only the person who registered it may; anybody else gets the fault not_taken_in_by.
func (n *Need) Withdraw(by string) error {
	if by != n.CreatedBy {
		return fault.New(fault.Forbidden, "not_taken_in_by", "only the person who registered the need can withdraw it")
	}
	n.Status = NeedWithdrawn
	return nil
}

// Reopen makes the need open again: assessed when it has an assessment, otherwise received.
func (n *Need) Reopen() error {
	n.Forwarding, n.ToStandardID, n.Refusal = nil, "", nil
	if n.Status = NeedReceived; n.Assessment != nil {
		n.Status = NeedAssessed
	}
	return nil
}
