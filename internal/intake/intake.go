package intake

import (
	"fmt"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// Status is the state of an intake.
type Status string

// The states of an intake.
const (
	Received  Status = "received"
	Screened  Status = "screened"
	Triaged   Status = "triaged"
	Closed    Status = "closed"
	Withdrawn Status = "withdrawn"
)

// This registers the closed list of the states.
var _ = record.Choices[Status](
	[4]string{"received", "mottatt", "received", "info"},
	[4]string{"screened", "kontrollert mot forbud", "screened", "info"},
	[4]string{"triaged", "besvart", "answered", "success"},
	[4]string{"closed", "avsluttet", "closed", "neutral"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// DataSubject is a group of persons whose data a tool gets.
type DataSubject string

// This registers the closed list of groups.
var _ = record.Choices[DataSubject](
	[4]string{"patients", "pasienter", "patients", "danger"},
	[4]string{"relatives", "pårørende", "relatives", "warning"},
	[4]string{"staff", "ansatte", "staff", "warning"},
	[4]string{"applicants", "jobbsøkere", "job applicants", "warning"},
	[4]string{"research_participants", "forskningsdeltakere", "research participants", "warning"},
	[4]string{"others", "andre", "others", "warning"},
)

// Route is the way that an intake takes.
type Route string

// The routes.
const (
	KnownSystem Route = "known_system"
	GeneralTool Route = "general_tool"
	NewSystem   Route = "new_system"
	Research    Route = "research"
	Refuse      Route = "refuse"
)

// This registers the closed list of routes.
var _ = record.Choices[Route](
	[4]string{"known_system", "system vi har", "a system that we have", "success"},
	[4]string{"general_tool", "generelt verktøy", "general tool", "success"},
	[4]string{"new_system", "nytt system", "new system", "info"},
	[4]string{"research", "forskning", "research", "info"},
	[4]string{"refuse", "kan ikke brukes", "may not be used", "danger"},
)

// Input has the fields of an intake that a caller sets. The scope is the unit where the tool is to be used.
type Input struct {
	record.Common
	Tool    string `json:"tool" validate:"required,filled,max=200" search:"" sort:"" example:"Oppsummering av epikriser"`
	Purpose string `json:"purpose" validate:"required,filled,max=5000" search:"" example:"Korte ned tiden på previsitten."`
	// Whose data the tool gets; empty when it gets no personal data.
	DataSubjects []DataSubject `json:"data_subjects" validate:"max=10,unique,dive,choice" example:"patients"`
	NeededBy     record.Date   `json:"needed_by" example:"2027-02-01"`
} // @name IntakeInput

// Intake is the question of an employee whether a tool may be used.
type Intake struct {
	record.Base
	Input
	Status       Status      `json:"status" filter:""`
	FromPersonID string      `json:"from_person_id" ref:"user" filter:"" format:"uuid"`
	TriageDue    record.Date `json:"triage_due" sort:""` // the day by which it is answered
	Screening    *Screening  `json:"screening"`
	Triage       *Triage     `json:"triage"`
	SystemID     string      `json:"system_id,omitempty" ref:"ai_system" filter:"" format:"uuid"`
	ToolID       string      `json:"tool_id,omitempty" ref:"allowed_tool" filter:"" format:"uuid"`
	// What happens next, and by when. Only in the answer about one intake.
	Next *record.Text `json:"next,omitempty" extra:""`
} // @name Intake

// Screening says whether the use is a prohibited practice (AI Act, Art. 5), and who judged that.
type Screening struct {
	ScreeningInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name IntakeScreening

// ScreeningInput is the request body that screens an intake.
type ScreeningInput struct {
	Prohibited *bool  `json:"prohibited" validate:"required" example:"false"`
	Reason     string `json:"reason" validate:"required,filled,max=2000" example:"Ingen av praksisene i artikkel 5 passer på oppsummering av journaltekst."`
} // @name IntakeScreeningInput

// Why returns the reason for the event log.
func (in ScreeningInput) Why() string { return in.Reason }

// Triage says which way an intake takes, and why.
type Triage struct {
	Route  Route     `json:"route"`
	Reason string    `json:"reason"`
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
} // @name IntakeTriage

// Intakes reads and writes intakes.
var Intakes = record.NewRepo[Intake](record.Kind{
	Rules: record.Rules[Intake]{Defaults: (*Intake).Defaults, DueOn: (*Intake).DueOn},
	Name:  "intake", Path: "intakes", Prefix: "INTAKE", Label: record.Text{NB: "Spørsmål om et verktøy", EN: "Intake"},
	Editable: []string{"received"}, Due: true, Mine: []string{"from_person_id"},
	Title: func(_ *record.Tx, r *record.Row) string { return r.Field("tool").String() },
	Workflow: []record.Transition{
		{
			Verb: "screen", From: []string{"received", "screened"}, To: []string{"screened"}, Needs: []string{"prohibited", "reason"},
			Label: record.Text{NB: "Kontroller mot forbud", EN: "Screen"},
		},
		{Verb: "triage", From: []string{"screened"}, To: []string{"triaged"}, Needs: []string{"route", "reason"}, Label: record.Text{NB: "Velg vei", EN: "Triage"}},
		{Verb: "close", From: []string{"triaged"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
		{
			Verb: "withdraw", From: []string{"received", "screened"}, To: []string{"withdrawn"}, Needs: []string{"reason"},
			Label: record.Text{NB: "Trekk", EN: "Withdraw"},
		},
	},
	Tasks: []record.Task{
		{States: []string{"received"}, Action: "screen", Label: record.Text{NB: "Verktøy å kontrollere mot forbud", EN: "Tool to screen"}},
		{States: []string{"screened"}, Action: "triage", Label: record.Text{NB: "Spørsmål om verktøy å besvare", EN: "Question about a tool to answer"}},
		{
			States: []string{"triaged"}, Action: "close", Owner: "from_person_id",
			Label: record.Text{NB: "Svar på spørsmålet ditt om et verktøy", EN: "The answer to your question about a tool"},
		},
	},
})

// Receive stores the question of an employee. It is answered within the time that the hospital has set.
func Receive(tx *record.Tx, in Input, within record.Duration) (*Intake, error) {
	return Intakes.Create(tx, &Intake{Input: in, Status: Received, FromPersonID: tx.Actor.Person(), TriageDue: record.DateOf(tx.Now).Add(within)})
}

// Defaults replaces nil lists with empty ones.
func (i *Intake) Defaults() {
	fill(&i.ExternalRefs)
	fill(&i.DataSubjects)
}

// DueOn returns the day by which an open intake is answered, and otherwise "".
func (i *Intake) DueOn() record.Date {
	if i.Status != Received && i.Status != Screened {
		return ""
	}
	return i.TriageDue
}

// Screen stores whether the use is a prohibited practice.
func (i *Intake) Screen(in ScreeningInput, by string, at time.Time) error {
	i.Status, i.Screening = Screened, &Screening{ScreeningInput: in, By: by, At: at}
	return nil
}

// Answer stores the way that the intake takes. A prohibited practice is refused.
func (i *Intake) Answer(route Route, reason, by string, at time.Time) error {
	if *i.Screening.Prohibited && route != Refuse {
		return fault.Fields{fault.NewField("/route", "prohibited_practice", "must be refuse: the screening says that the use is prohibited")}.Err()
	}
	i.Status, i.Triage = Triaged, &Triage{Route: route, Reason: reason, By: by, At: at}
	return nil
}

// Close ends an answered intake.
func (i *Intake) Close() error {
	i.Status = Closed
	return nil
}

// Withdraw ends an intake before it is answered.
func (i *Intake) Withdraw() error {
	i.Status = Withdrawn
	return nil
}

// next are the sentences about what happens after an answer, by its route.
var next = map[Route]record.Text{
	KnownSystem: {NB: "Sykehuset har systemet. Bruk det slik system_id viser.", EN: "The hospital has the system. Use it as system_id shows."},
	GeneralTool: {NB: "Verktøyet står på listen. Følg vilkårene som tool_id viser.", EN: "The tool is on the list. Follow the conditions that tool_id shows."},
	NewSystem:   {NB: "Det er opprettet et nytt KI-system. Prosjekteieren tar det videre.", EN: "A new AI system was made. Its project owner goes on with it."},
	Research:    {NB: "Dette er forskning. Meld prosjektet til forskningsavdelingen.", EN: "This is research. Report the project to the research department."},
	Refuse:      {NB: "Verktøyet kan ikke brukes. Begrunnelsen står i svaret.", EN: "The tool may not be used. The answer says why."},
}

// NextStep says what happens next, and by when.
func (i *Intake) NextStep() record.Text {
	switch i.Status {
	case Received, Screened:
		return record.Text{
			NB: fmt.Sprintf("Arbeidsgruppen svarer innen %s.", i.TriageDue.In("nb")),
			EN: fmt.Sprintf("The working group answers by %s.", i.TriageDue.In("en")),
		}
	case Triaged, Closed:
		return next[i.Triage.Route]
	default:
		return record.Text{NB: "Spørsmålet er trukket.", EN: "The question was withdrawn."}
	}
}
