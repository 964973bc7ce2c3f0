package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// TopicStatus tells whether a topic is still worked with.
type TopicStatus string

// The states of a topic.
const (
	TopicActive TopicStatus = "active"
	TopicClosed TopicStatus = "closed"
)

// TopicStatuses is the closed list of them.
var TopicStatuses = record.Choices[TopicStatus](
	[4]string{"active", "aktivt", "active", "success"},
	[4]string{"closed", "avsluttet", "closed", "neutral"},
)

// TopicInput is what a caller sets of a topic.
type TopicInput struct {
	record.Common
	BodyID      string      `json:"body_id" validate:"required,max=63" ref:"body" filter:"" fixed:""` // id or key
	Title       string      `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Risikohåndtering"`
	Description string      `json:"description,omitempty" validate:"max=10000" search:"" example:"Krav til risikostyring av høyrisikosystemer."`
	AsOf        record.Date `json:"as_of" validate:"required" sort:"" example:"2024-03-01"` // the day on which this was so
	StandardIDs []string    `json:"standard_ids" validate:"max=100,unique,dive,uuid" ref:"standard" filter:""`
	// Whether Norway takes an active part, and does not only follow.
	ActiveParticipation bool `json:"active_participation" filter:""`
}

// Topic is a field of standardisation that a group works with.
type Topic struct {
	record.Base
	TopicInput
	Status TopicStatus `json:"status" filter:""`
} // @name Topic

// Topics keeps them.
var Topics = record.NewRepo[Topic](record.Kind{
	Rules: record.Rules[Topic]{Defaults: (*Topic).Defaults},
	Name:  "topic", Path: "topics", Prefix: "TOPIC", Label: record.Text{NB: "Tema", EN: "Topic"},
	Editable: []string{"active"}, Removable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
		{Verb: "reopen", From: []string{"closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewTopic makes a topic that is worked with.
func NewTopic(in TopicInput) *Topic { return &Topic{TopicInput: in, Status: TopicActive} }

// Defaults fills the lists a caller left out.
func (t *Topic) Defaults() {
	fill(&t.ExternalRefs)
	fill(&t.StandardIDs)
}

// Close ends the work with the topic.
func (t *Topic) Close() error {
	t.Status = TopicClosed
	return nil
}

// Reopen takes the topic up again.
func (t *Topic) Reopen() error {
	t.Status = TopicActive
	return nil
}
