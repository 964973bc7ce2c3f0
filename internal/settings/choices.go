package settings

import (
	"slices"

	"github.com/ki-styring/aims/internal/record"
)

// DecisionKind is a kind of record that bodies decide about.
type DecisionKind string

var decisionKinds = record.Choices[DecisionKind](
	[4]string{"policy", "styrende dokument", "policy", "neutral"},
	[4]string{"soa", "anvendelseserklæring", "statement of applicability", "neutral"},
	[4]string{"treatment_plan", "plan for risikohåndtering", "risk treatment plan", "neutral"},
	[4]string{"risk", "risiko", "risk", "neutral"},
	[4]string{"cycle", "forbedringssyklus", "improvement cycle", "neutral"},
	[4]string{"measure", "tiltak", "measure", "neutral"},
	[4]string{"objective", "mål", "objective", "neutral"},
	[4]string{"gate_item", "avklaring ved port", "gate item", "neutral"},
	[4]string{"ai_system", "KI-system", "AI system", "neutral"},
	[4]string{"impact_assessment", "konsekvensvurdering", "impact assessment", "neutral"},
)

// DecisionAction is an action by which bodies decide.
type DecisionAction string

var decisionActions = record.Choices[DecisionAction](
	[4]string{"approve", "godkjenne", "approve", "neutral"},
	[4]string{"confirm-review", "bekrefte gjennomgang", "confirm the review", "neutral"},
	[4]string{"accept", "akseptere", "accept", "neutral"},
	[4]string{"close", "avslutte", "close", "neutral"},
	[4]string{"decide", "beslutte", "decide", "neutral"},
	[4]string{"approve-go-live", "godkjenne oppstart", "approve going live", "neutral"},
	[4]string{"approve-gaps", "godkjenne mangler", "approve gaps", "neutral"},
)

// decision is an action on a kind of record.
type decision struct {
	kind   DecisionKind
	action DecisionAction
}

func (d Decider) decision() decision { return decision{d.Kind, d.Action} }

// decisions are what bodies decide, and what somebody else must decide where no body does.
var decisions = []decision{
	{"policy", "approve"},
	{"policy", "confirm-review"},
	{"soa", "approve"},
	{"treatment_plan", "approve"},
	{"risk", "accept"},
	{"risk", "close"},
	{"cycle", "close"},
	{"measure", "decide"},
	{"objective", "approve"},
	{"gate_item", "approve"},
	{"ai_system", "approve-go-live"},
	{"ai_system", "approve-gaps"},
	{"impact_assessment", "approve"},
}

// DecidingRole is a role that may decide where no body does.
type DecidingRole string

// The roles that may decide.
const (
	TopManagement DecidingRole = "top_management"
	LineManager   DecidingRole = "line_manager"
)

// This registers the closed list of deciding roles.
var _ = record.Choices[DecidingRole](
	[4]string{"top_management", "toppledelse", "top management", "neutral"},
	[4]string{"line_manager", "linjeleder", "line manager", "neutral"},
)

// Level is a level of risk, as in package risk.
type Level string

// levels is the closed list of levels, by rank.
var levels = record.Choices[Level](
	[4]string{"low", "lav", "low", "success"},
	[4]string{"moderate", "moderat", "moderate", "warning"},
	[4]string{"high", "høy", "high", "danger"},
	[4]string{"very_high", "svært høy", "very high", "danger"},
)

// rank returns 1 for the lowest level, and 0 for no level.
func (l Level) rank() int { return 1 + slices.IndexFunc(levels, is(string(l))) }

// Question is a kind of question that somebody waits for an answer to.
type Question string

// The questions.
const (
	Need          Question = "need"
	Case          Question = "case"
	Application   Question = "application"
	Advice        Question = "advice"
	Concern       Question = "concern"
	Intake        Question = "intake"
	AdviceRequest Question = "advice_request"
)

// This registers the closed list of questions.
var _ = record.Choices[Question](
	[4]string{"need", "behov", "need", "neutral"},
	[4]string{"case", "sak", "case", "neutral"},
	[4]string{"application", "søknad om å delta", "application to take part", "neutral"},
	[4]string{"advice", "råd", "advice", "neutral"},
	[4]string{"concern", "bekymringsmelding", "concern", "neutral"},
	[4]string{"intake", "spørsmål om et verktøy kan brukes", "question whether a tool may be used", "neutral"},
	[4]string{"advice_request", "spørsmål om råd", "request for advice", "neutral"},
)

func is(value string) func(record.Choice) bool {
	return func(c record.Choice) bool { return c.Value == value }
}
