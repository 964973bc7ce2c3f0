package sector

import (
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Position is the role in a body that an applicant asks for.
type Position string // @name ApplicationPosition

// Positions is the closed list of positions. An observer reads and comments, and has no vote.
var Positions = record.Choices[Position](
	[4]string{"active_participant", "aktiv deltaker", "active participant", "neutral"},
	[4]string{"observer", "observatør", "observer", "neutral"},
	[4]string{"member", "medlem", "member", "neutral"},
)

// ApplicationStatus is the state of an application.
type ApplicationStatus string

// The states of an application.
const (
	ApplicationReceived  ApplicationStatus = "received"
	ApplicationAccepted  ApplicationStatus = "accepted"
	ApplicationDeclined  ApplicationStatus = "declined"
	ApplicationWithdrawn ApplicationStatus = "withdrawn"
)

// This registers the closed list of the states.
var _ = record.Choices[ApplicationStatus](
	[4]string{"received", "mottatt", "received", "info"},
	[4]string{"accepted", "innvilget", "accepted", "success"},
	[4]string{"declined", "avslått", "declined", "danger"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// ApplicationInput has the fields of an application that a caller sets. The person's name and e-mail are private: events never contain them.
type ApplicationInput struct {
	record.Common
	BodyID         string      `json:"body_id" validate:"required,max=63" ref:"body" parent:"" filter:"" fixed:""` // id or key
	OrganisationID string      `json:"organisation_id" validate:"required,uuid" ref:"organisation" filter:""`
	PersonName     string      `json:"person_name" validate:"max=200" private:"" example:"Ola Nordmann"`
	PersonEmail    string      `json:"person_email" validate:"omitempty,email,max=200" private:"" example:"ola.nordmann@example.org"`
	WantedPosition Position    `json:"wanted_position" validate:"required,choice" filter:"" example:"active_participant"`
	Motivation     string      `json:"motivation" validate:"required,filled,max=5000" search:"" example:"Vi tar i bruk KI i bildediagnostikk og vil bidra med erfaringer."`
	ReceivedOn     record.Date `json:"received_on" sort:"" example:"2026-11-02"` // the day the application was received; today when left out
}

// Application is a request to join a body.
type Application struct {
	record.Base
	ApplicationInput
	Status   ApplicationStatus `json:"status" filter:""`
	Decision *Decision         `json:"decision"`
	// The membership that was entered when the application was accepted.
	MembershipID string      `json:"membership_id,omitempty" ref:"membership" format:"uuid"`
	ErasedOn     record.Date `json:"erased_on"` // the day the personal data were erased
} // @name BodyApplication

// Acceptance is the request body that accepts an application. It has the reason and, when it is not the position asked for, the position given.
type Acceptance struct {
	record.Reason
	Position Position `json:"position,omitempty" validate:"omitempty,choice" example:"observer"`
	// The account of the person who is to sit for the organisation, if there is one.
	UserID string `json:"user_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"user"`
} // @name ApplicationAcceptance

// Decision is the answer to an application.
type Decision struct {
	Position Position  `json:"position,omitempty"` // only of an accepted application
	Reason   string    `json:"reason"`
	By       string    `json:"by" format:"uuid" names:"user"`
	At       time.Time `json:"at"`
} // @name ApplicationDecision

// Applications reads and writes applications.
var Applications = record.NewRepo[Application](record.Kind{
	Rules: record.Rules[Application]{Defaults: (*Application).Defaults, Validate: (*Application).Validate, Facts: (*Application).Facts},
	Name:  "application", Path: "applications", Prefix: "APPL", Label: record.Text{NB: "Søknad om deltakelse", EN: "Application"},
	Editable: []string{"received"}, Removable: []string{"received"},
	Workflow: []record.Transition{
		{Verb: "accept", From: []string{"received"}, To: []string{"accepted"}, Needs: []string{"reason"}, Label: record.Text{NB: "Innvilg", EN: "Accept"}},
		{Verb: "decline", From: []string{"received"}, To: []string{"declined"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslå", EN: "Decline"}},
		{Verb: "withdraw", From: []string{"received"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
		erase("accepted"), erase("declined"), erase("withdrawn"),
	},
	NotApplicable: func(action string, m record.Meta) bool { return action == "erase" && m.Fact("erased") != "" },
	RuleFacts:     map[string][]string{"accept": {"body_id"}},
	Tasks:         []record.Task{{States: []string{"received"}, Action: "accept", Label: record.Text{NB: "Søknad å ta stilling til", EN: "Application to answer"}}},
})

// erase returns the transition that erases the personal data of an application and keeps its state.
func erase(state string) record.Transition {
	return record.Transition{
		Verb: "erase", From: []string{state}, To: []string{state}, Needs: []string{"reason"},
		Label: record.Text{NB: "Slett personopplysninger", EN: "Erase personal data"},
	}
}

// NewApplication returns a received application. A missing day of receipt becomes today.
func NewApplication(in ApplicationInput, today record.Date) *Application {
	if in.ReceivedOn == "" {
		in.ReceivedOn = today
	}
	return &Application{ApplicationInput: in, Status: ApplicationReceived}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (a *Application) Defaults() { fill(&a.ExternalRefs) }

// Facts are what access rules need: the body whose lead answers the application, and the day the personal data were erased, if they were.
func (a *Application) Facts() []record.Fact {
	facts := []record.Fact{{Name: "body_id", Value: a.BodyID}}
	if a.ErasedOn != "" {
		facts = append(facts, record.Fact{Name: "erased", Value: string(a.ErasedOn)})
	}
	return facts
}

// Validate requires the person's name and e-mail, unless they were erased.
func (a *Application) Validate() error {
	if a.ErasedOn != "" {
		return nil
	}
	return a.ApplicationInput.Validate()
}

// Validate requires the person's name and e-mail.
func (a *ApplicationInput) Validate() error {
	var f fault.Fields
	if strings.TrimSpace(a.PersonName) == "" {
		f.Add("/person_name", "required", "is required")
	}
	if a.PersonEmail == "" {
		f.Add("/person_email", "required", "is required")
	}
	return f.Err()
}

// Accept accepts the application. A decision without a position gives the position that was asked for.
func (a *Application) Accept(in Acceptance, by string, at time.Time) {
	if in.Position == "" {
		in.Position = a.WantedPosition
	}
	a.Status, a.Decision = ApplicationAccepted, &Decision{Position: in.Position, Reason: in.Reason.Reason, By: by, At: at}
}

// Decline refuses the application.
func (a *Application) Decline(reason, by string, at time.Time) {
	a.Status, a.Decision = ApplicationDeclined, &Decision{Reason: reason, By: by, At: at}
}

// Withdraw records that the applicant withdrew the application.
func (a *Application) Withdraw() error {
	a.Status = ApplicationWithdrawn
	return nil
}

// Erase removes the person's name and e-mail. The application and its answer stay. Erasing twice is the conflict already_erased.
func (a *Application) Erase(on record.Date) error {
	if a.ErasedOn != "" {
		return fault.New(fault.Conflict, "already_erased", "the personal data were erased on %s", string(a.ErasedOn))
	}
	a.ErasedOn, a.PersonName, a.PersonEmail = on, "", ""
	return nil
}
