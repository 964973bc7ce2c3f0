package sector

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ActivityKind says what an activity is for: to follow standardisation work, to contribute needs from the health service, or to build competence.
type ActivityKind string

// This registers the closed list of activity kinds.
var _ = record.Choices[ActivityKind](
	[4]string{"follow", "følge med på standardiseringsarbeid", "follow standardisation", "neutral"},
	[4]string{"contribute", "bidra med krav og behov fra tjenesten", "contribute the service's needs", "neutral"},
	[4]string{"competence", "bygge og spre kompetanse", "build and spread competence", "neutral"},
)

// ActivityStatus is the state of an activity.
type ActivityStatus string

// The states of an activity.
const (
	ActivityPlanned   ActivityStatus = "planned"
	ActivityRunning   ActivityStatus = "running"
	ActivityDone      ActivityStatus = "done"
	ActivityCancelled ActivityStatus = "cancelled"
)

// This registers the closed list of the states.
var _ = record.Choices[ActivityStatus](
	[4]string{"planned", "planlagt", "planned", "neutral"},
	[4]string{"running", "pågår", "running", "warning"},
	[4]string{"done", "gjennomført", "done", "success"},
	[4]string{"cancelled", "avlyst", "cancelled", "neutral"},
)

// ActivityInput has the fields of an activity that a caller sets.
type ActivityInput struct {
	record.Common
	BodyID       string       `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""` // id or key
	Kind         ActivityKind `json:"kind" validate:"required,choice" filter:"" example:"competence"`
	Title        string       `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Webinar om prEN 18286 for helseforetakene"`
	Description  string       `json:"description,omitempty" validate:"max=10000" search:"" example:"Hva kvalitetsstyringsstandarden vil kreve av oss."`
	TopicIDs     []string     `json:"topic_ids" validate:"max=50,unique,dive,uuid" ref:"topic" filter:""`
	StandardIDs  []string     `json:"standard_ids" validate:"max=50,unique,dive,uuid" ref:"standard" filter:""`
	Participants []string     `json:"participants" validate:"max=200,unique,dive,uuid" ref:"organisation" filter:""` // organisations
	StartsOn     record.Date  `json:"starts_on" sort:"" example:"2026-12-01"`
	EndsOn       record.Date  `json:"ends_on" sort:"" example:"2026-12-15"`
}

// Activity is something a standardisation group does.
type Activity struct {
	record.Base
	ActivityInput
	Status  ActivityStatus   `json:"status" filter:""`
	Outcome *ActivityOutcome `json:"outcome"`
} // @name Activity

// OutcomeInput is the request body that completes an activity.
type OutcomeInput struct {
	Outcome string `json:"outcome" validate:"required,filled,max=10000" example:"62 deltakere fra 19 virksomheter; opptaket ligger på nettsiden."`
} // @name ActivityOutcomeInput

// ActivityOutcome is the result of a completed activity, with who recorded it and when.
type ActivityOutcome struct {
	OutcomeInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name ActivityOutcome

// Activities reads and writes activities.
var Activities = record.NewRepo[Activity](record.Kind{
	Rules: record.Rules[Activity]{Defaults: (*Activity).Defaults, Validate: (*Activity).Validate, DueOn: (*Activity).DueOn},
	Name:  "activity", Path: "activities", Prefix: "ACT", Label: record.Text{NB: "Aktivitet", EN: "Activity"},
	Editable: []string{"planned", "running"}, Removable: []string{"planned"}, Due: true,
	Workflow: []record.Transition{
		{Verb: "start", From: []string{"planned"}, To: []string{"running"}, Needs: []string{}, Label: record.Text{NB: "Start", EN: "Start"}},
		{Verb: "complete", From: []string{"running"}, To: []string{"done"}, Needs: []string{"outcome"}, Label: record.Text{NB: "Fullfør", EN: "Complete"}},
		{Verb: "cancel", From: []string{"planned", "running"}, To: []string{"cancelled"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avlys", EN: "Cancel"}},
		{Verb: "reopen", From: []string{"done", "cancelled"}, To: []string{"planned"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewActivity returns a planned activity.
func NewActivity(in ActivityInput) *Activity {
	return &Activity{ActivityInput: in, Status: ActivityPlanned}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (a *Activity) Defaults() {
	fill(&a.ExternalRefs)
	fill(&a.TopicIDs)
	fill(&a.StandardIDs)
	fill(&a.Participants)
}

// Validate checks that the activity does not end before it starts.
func (a *ActivityInput) Validate() error {
	var f fault.Fields
	if a.StartsOn != "" && a.EndsOn != "" && a.EndsOn < a.StartsOn {
		f.Add("/ends_on", "ends_before_start", "must not be before the start")
	}
	return f.Err()
}

// DueOn returns the last day of a planned or running activity, and "" for any other.
func (a *Activity) DueOn() record.Date {
	if a.Status == ActivityPlanned || a.Status == ActivityRunning {
		return a.EndsOn
	}
	return ""
}

// Start marks the activity as running.
func (a *Activity) Start() error {
	a.Status = ActivityRunning
	return nil
}

// Complete ends the activity and stores its outcome.
func (a *Activity) Complete(in OutcomeInput, by string, at time.Time) error {
	a.Status, a.Outcome = ActivityDone, &ActivityOutcome{OutcomeInput: in, By: by, At: at}
	return nil
}

// Cancel marks the activity as cancelled.
func (a *Activity) Cancel() error {
	a.Status = ActivityCancelled
	return nil
}

// Reopen makes the activity planned again and removes its outcome. The event log keeps the earlier outcome.
func (a *Activity) Reopen() error {
	a.Status, a.Outcome = ActivityPlanned, nil
	return nil
}
