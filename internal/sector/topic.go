package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// TopicStatus is the state of a topic.
type TopicStatus string

// The states of a topic.
const (
	TopicActive TopicStatus = "active"
	TopicClosed TopicStatus = "closed"
)

// This registers the closed list of the states.
var _ = record.Choices[TopicStatus](
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"closed", "avsluttet", "closed", "neutral"},
)

// TopicInput has the fields of a topic that a caller sets.
type TopicInput struct {
	record.Common
	BodyID      string      `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""` // id or key
	Title       string      `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Risikohåndtering"`
	Description string      `json:"description,omitempty" validate:"max=10000" search:"" example:"Krav til risikostyring av høyrisikosystemer."`
	AsOf        record.Date `json:"as_of" validate:"required" sort:"" example:"2024-03-01"` // the day that the information is from
	StandardIDs []string    `json:"standard_ids" validate:"max=100,unique,dive,uuid" ref:"standard" filter:""`
	// Whether Norway takes an active part in the work, instead of only following it.
	ActiveParticipation bool `json:"active_participation" filter:""`
}

// Topic is a subject of standardisation that a body works with.
type Topic struct {
	record.Base
	TopicInput
	Status TopicStatus `json:"status" filter:""`
} // @name Topic

// Topics reads and writes topics.
var Topics = record.NewRepo[Topic](record.Kind{
	Rules: record.Rules[Topic]{Defaults: (*Topic).Defaults},
	Name:  "topic", Path: "topics", Prefix: "TOPIC", Label: record.Text{NB: "Tema", EN: "Topic"},
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
		{Verb: "reopen", From: []string{"closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewTopic returns an active topic.
func NewTopic(in TopicInput) *Topic { return &Topic{TopicInput: in, Status: TopicActive} }

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (t *Topic) Defaults() {
	fill(&t.ExternalRefs)
	fill(&t.StandardIDs)
}

// Close ends the work with the topic.
func (t *Topic) Close() error {
	t.Status = TopicClosed
	return nil
}

// Reopen makes the topic active again.
func (t *Topic) Reopen() error {
	t.Status = TopicActive
	return nil
}
