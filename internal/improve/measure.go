package improve

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// MeasureStatus says how far a measure (tiltak) has come, from proposal to done.
type MeasureStatus string

// The states of a measure.
const (
	MeasureProposed   MeasureStatus = "proposed"
	MeasureSubmitted  MeasureStatus = "submitted"
	MeasureDecided    MeasureStatus = "decided"
	MeasureDeclined   MeasureStatus = "declined"
	MeasureInProgress MeasureStatus = "in_progress"
	MeasureDone       MeasureStatus = "done"
	MeasureWithdrawn  MeasureStatus = "withdrawn"
	MeasureCancelled  MeasureStatus = "cancelled"
)

// measureStatuses is the closed list of a measure's states.
var measureStatuses = record.Choices[MeasureStatus](
	[4]string{"proposed", "foreslått", "proposed", "neutral"},
	[4]string{"submitted", "til beslutning", "submitted", "info"},
	[4]string{"decided", "besluttet", "decided", "info"},
	[4]string{"declined", "avslått", "declined", "danger"},
	[4]string{"in_progress", "pågår", "in progress", "warning"},
	[4]string{"done", "gjennomført", "done", "success"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
	[4]string{"cancelled", "avlyst", "cancelled", "neutral"},
)

// Open reports whether work on the measure remains.
func (s MeasureStatus) Open() bool {
	return s == MeasureProposed || s == MeasureSubmitted || s == MeasureDecided || s == MeasureInProgress
}

// MeasureKind says what a measure builds on: the three kinds that Skate's working group may propose (seed feature S4.4), a control, or something else.
type MeasureKind string

// This registers the closed list of kinds.
var _ = record.Choices[MeasureKind](
	[4]string{"common_solution", "felles løsning", "common solution", "neutral"},
	[4]string{"method", "felles metode eller veiledning", "common method or guidance", "neutral"},
	[4]string{"knowledge", "kunnskapsoverføring", "knowledge transfer", "neutral"},
	[4]string{"control", "kontroll", "control", "neutral"},
	[4]string{"other", "annet", "other", "neutral"},
)

// MeasureInput is what a caller sets on a measure.
type MeasureInput struct {
	record.Common
	CycleID         string      `json:"cycle_id,omitempty" validate:"omitempty,uuid" ref:"cycle" parent:"within" fixed:"true" filter:"" format:"uuid"`
	ObjectiveID     string      `json:"objective_id,omitempty" validate:"omitempty,uuid" ref:"objective" parent:"" fixed:"true" filter:"" format:"uuid"`
	Title           string      `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Lokal validering av sepsisvarsling"`
	Description     string      `json:"description,omitempty" validate:"max=10000" search:"" example:"Valider modellen på egne pasienter fra de siste tolv månedene."`
	Kind            MeasureKind `json:"kind" validate:"required,choice" filter:"" example:"method"`
	ResponsibleID   string      `json:"responsible_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	Executors       []string    `json:"executors" validate:"max=50,unique,dive,filled,max=200" example:"Akuttmottaket"`
	Due             record.Date `json:"due" sort:"" format:"date" extensions:"x-nullable" example:"2026-10-01"`
	ExpectedEffects []string    `json:"expected_effects" validate:"max=20,unique,dive,filled,max=500" example:"Færre falske varsler"`
	RiskIDs         []string    `json:"risk_ids" validate:"max=100,unique" ref:"risk" filter:""`
	Controls        []string    `json:"controls" validate:"max=100,unique" ref:"control" filter:""`
	// The organisations that implement it.
	ExecutorIDs []string    `json:"executor_ids" validate:"max=50,unique" ref:"organisation" filter:""`
	Milestones  []Milestone `json:"milestones" validate:"max=50,dive"`
	// The proposal or advice that the measure comes from: its id, or what it is called elsewhere.
	SourceID string `json:"source_id,omitempty" validate:"omitempty,filled,max=200" ref:"proposal|advice,free" fixed:"true" filter:""`
}

// Milestone is something reached on the way.
type Milestone struct {
	Title  string      `json:"title" validate:"required,filled,max=200" example:"Utkast til høring"`
	Due    record.Date `json:"due" format:"date" extensions:"x-nullable"`
	DoneOn record.Date `json:"done_on" format:"date" extensions:"x-nullable"`
	// Why the milestone is given up.
	GivenUpReason string `json:"given_up_reason,omitempty" validate:"omitempty,filled,max=2000" example:"Høringen er samlet i én runde."`
	// Who sees to it that it is reached.
	ResponsibleID string `json:"responsible_id,omitempty" validate:"omitempty,uuid" format:"uuid" names:"user" custody:""`
} // @name MeasureMilestone

// MeasureReport is the request that reports the progress of a measure.
type MeasureReport struct {
	Percent int    `json:"percent" validate:"min=0,max=100" example:"40"`
	Text    string `json:"text" validate:"required,filled,max=5000" example:"Utkastet er på høring."`
} // @name MeasureReport

// MeasureProgress is a report that was given.
type MeasureProgress struct {
	MeasureReport
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name MeasureProgress

// FollowUpInput is the request that follows up the effect of a measure that is done.
type FollowUpInput struct {
	Effect   string `json:"effect" validate:"required,filled,max=500" example:"Lavere terskel for oppstart"`
	Achieved bool   `json:"achieved"`
	Text     string `json:"text" validate:"required,filled,max=5000" example:"Ni av tolv virksomheter bruker veilederen."`
} // @name MeasureFollowUpInput

// FollowUp is what an effect turned out to be.
type FollowUp struct {
	FollowUpInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name MeasureFollowUp

// Measure is an action to reach an objective or another improvement. One person is responsible; others implement it.
type Measure struct {
	record.Base
	MeasureInput
	Status MeasureStatus `json:"status" filter:""`
	// The decision of a body that let it start.
	DecidedIn  string            `json:"decided_in,omitempty" ref:"decision" format:"uuid"`
	Progress   []MeasureProgress `json:"progress"`
	FollowUps  []FollowUp        `json:"follow_ups"`
	Decision   *MeasureDecision  `json:"decision"`
	Completion *Completion       `json:"completion"`
	// The closed cycle from which the measure was moved to this one, because it was not done.
	CarriedFrom string `json:"carried_from,omitempty" ref:"cycle" filter:"" format:"uuid"`
} // @name Measure

// MeasureOutcome is what a decision on a measure comes to.
type MeasureOutcome string

// The measure is to be carried out, is not, or goes back for more work.
const (
	Approved MeasureOutcome = "approved"
	Refused  MeasureOutcome = "declined"
	Returned MeasureOutcome = "returned"
)

// This registers the closed list of outcomes.
var _ = record.Choices[MeasureOutcome](
	[4]string{"approved", "vedtatt", "approved", "success"},
	[4]string{"declined", "avslått", "declined", "danger"},
	[4]string{"returned", "sendt tilbake", "returned", "warning"},
)

// Verdict is the request that decides on a measure; declining and returning need a reason.
type Verdict struct {
	Outcome MeasureOutcome `json:"outcome" validate:"required,choice" example:"approved"`
	Reason  string         `json:"reason,omitempty" validate:"max=2000" example:"Tiltaket svarer på den høyeste risikoen."`
} // @name MeasureVerdict

// Why gives the reason to the event log.
func (v Verdict) Why() string { return v.Reason }

// Answer returns the outcome of a decision of a body that says the same.
func (v Verdict) Answer() string {
	return map[MeasureOutcome]string{Approved: "approve", Refused: "decline", Returned: "return"}[v.Outcome]
}

// MeasureDecision is what was decided, by whom, on which text, and on which conditions of the body.
type MeasureDecision struct {
	Verdict
	Conditions  string      `json:"conditions,omitempty"`
	By          string      `json:"by" format:"uuid" names:"user"`
	At          time.Time   `json:"at"`
	Title       string      `json:"title"`
	Description string      `json:"description"`
	Kind        MeasureKind `json:"kind"`
} // @name MeasureDecision

// Effect is the request that completes a measure: what it brought about.
type Effect struct {
	Effect string `json:"effect" validate:"required,filled,max=5000" example:"Andelen falske varsler falt fra 31 til 12 prosent."`
} // @name MeasureEffect

// Completion says what a measure brought about.
type Completion struct {
	Effect
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name MeasureCompletion

// Measures reads and writes the measures, with or without a cycle.
var Measures = record.NewRepo[Measure](record.Kind{
	Rules: record.Rules[Measure]{Defaults: (*Measure).Defaults, Validate: (*Measure).Validate, Facts: (*Measure).Facts, DueOn: (*Measure).DueOn, Subject: (*Measure).Subject},
	Name:  "measure", Path: "measures", Prefix: "MSR", Label: record.Text{NB: "Tiltak", EN: "Measure"},
	Editable: []string{"proposed", "decided", "in_progress"}, Removable: []string{"proposed"}, Due: true, Reminds: []string{"responsible_id"}, Schema: 2,
	About:   []string{"executor_ids/unit_id"},
	Parts:   []string{"report", "follow-up", "transfer"},
	PartsIn: map[string][]string{"report": {"in_progress"}, "follow-up": {"done"}, "transfer": {"proposed", "submitted", "decided", "in_progress"}},
	Upcast: func(_ int, doc []byte) ([]byte, error) {
		return append(bytes.TrimSuffix(bytes.Clone(doc), []byte("}")), `,"executor_ids":[],"milestones":[],"progress":[],"follow_ups":[]}`...), nil
	},
	Workflow: []record.Transition{
		{Verb: "submit", From: []string{"proposed"}, To: []string{"submitted"}, Label: record.Text{NB: "Send til beslutning", EN: "Submit for decision"}},
		{Verb: "decide", From: []string{"submitted"}, To: []string{"decided", "declined", "proposed"}, Needs: []string{"outcome"}, Label: record.Text{NB: "Beslutt", EN: "Decide"}},
		{Verb: "start", From: []string{"decided"}, To: []string{"in_progress"}, Label: record.Text{NB: "Start", EN: "Start"}},
		{Verb: "complete", From: []string{"in_progress"}, To: []string{"done"}, Needs: []string{"effect"}, Label: record.Text{NB: "Fullfør", EN: "Complete"}},
		{Verb: "withdraw", From: []string{"proposed", "submitted"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
		{Verb: "cancel", From: []string{"decided", "in_progress"}, To: []string{"cancelled"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avlys", EN: "Cancel"}},
		{Verb: "reopen", From: []string{"declined", "withdrawn", "cancelled", "done"}, To: []string{"proposed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
	RuleFacts: map[string][]string{"decide": {}, "start": {}, "complete": {}},
	Tasks: []record.Task{
		{States: []string{"submitted"}, Action: "decide", Label: record.Text{NB: "Beslutt tiltaket", EN: "Decide on the measure"}},
		{States: []string{"decided"}, Action: "start", Owner: "responsible_id", Vacant: true, Label: record.Text{NB: "Start tiltaket", EN: "Start the measure"}},
		{States: []string{"in_progress"}, Action: "complete", Owner: "responsible_id", Label: record.Text{NB: "Fullfør tiltaket", EN: "Complete the measure"}},
	},
})

// NewMeasure proposes a measure.
func NewMeasure(in MeasureInput) *Measure {
	m := &Measure{MeasureInput: in, Status: MeasureProposed}
	m.Defaults()
	return m
}

// Defaults makes lists of what was left out.
func (m *Measure) Defaults() {
	fill(&m.ExternalRefs)
	fill(&m.Executors)
	fill(&m.ExpectedEffects)
	fill(&m.RiskIDs)
	fill(&m.Controls)
	fill(&m.ExecutorIDs)
	fill(&m.Milestones)
	fill(&m.Progress)
	fill(&m.FollowUps)
}

// Validate checks the milestones, and refuses changes of the title, description and kind of an approved measure.
func (m *Measure) Validate() error {
	var f fault.Fields
	for i, s := range m.Milestones {
		at := "/milestones/" + strconv.Itoa(i)
		if s.DoneOn > record.DateOf(m.UpdatedAt) {
			f.Add(at+"/done_on", "in_the_future", "must not be in the future")
		}
		if s.DoneOn != "" && s.GivenUpReason != "" {
			f.Add(at+"/given_up_reason", "milestone_done", "must be empty: the milestone is done")
		}
	}
	d := m.Decision
	if d == nil || d.Outcome != Approved {
		return f.Err()
	}
	for _, t := range [][3]string{
		{"/title", m.Title, d.Title}, {"/description", m.Description, d.Description}, {"/kind", string(m.Kind), string(d.Kind)},
	} {
		if t[1] != t[2] {
			f.Add(t[0], "decided", "is decided and cannot change; cancel the measure and propose a new one")
		}
	}
	return f.Err()
}

// DueOn is the day the measure is to be done, while something still has to happen.
func (m *Measure) DueOn() record.Date {
	if m.Status.Open() {
		return m.Due
	}
	return ""
}

// Facts say where the measure comes from.
func (m *Measure) Facts() []record.Fact {
	switch {
	case m.SourceID != "":
		return []record.Fact{{Name: "source", Value: "proposal"}}
	case m.CycleID != "":
		return []record.Fact{{Name: "source", Value: "cycle"}}
	}
	return nil
}

// Subject lets what happens to a measure count for its cycle, if it has one.
func (m *Measure) Subject() (kind, id string) { return "cycle", m.CycleID }

// For checks that the measure has the cycle of its objective.
func (m *Measure) For(objectivesCycle string) error {
	var f fault.Fields
	if m.CycleID != objectivesCycle {
		f.Add("/objective_id", "other_cycle", "must be an objective of the same cycle")
	}
	return f.Err()
}

// unplanned lists what a measure's part of an objective's plan lacks: who and when.
func (m *Measure) unplanned(b *fault.Blockers) {
	if m.ResponsibleID == "" && len(m.Executors) == 0 && len(m.ExecutorIDs) == 0 {
		measureBlocker(b, m, "responsible_missing", "/responsible_id", "%s must say who is responsible")
	}
	if m.Due == "" {
		measureBlocker(b, m, "due_missing", "/due", "%s must say when it is to be done")
	}
}

// Submit puts the measure before those who decide.
func (m *Measure) Submit() { m.Status = MeasureSubmitted }

// Decide records whether the measure is carried out, and keeps the text that was decided on.
func (m *Measure) Decide(v Verdict, by string, at time.Time) error {
	if v.Outcome != Approved && strings.TrimSpace(v.Reason) == "" {
		var f fault.Fields
		f.Add("/reason", "required", "is required")
		return f.Err()
	}
	m.Status = map[MeasureOutcome]MeasureStatus{Approved: MeasureDecided, Refused: MeasureDeclined, Returned: MeasureProposed}[v.Outcome]
	m.DecidedIn = ""
	m.Decision = &MeasureDecision{Verdict: v, By: by, At: at, Title: m.Title, Description: m.Description, Kind: m.Kind}
	return nil
}

// Start begins the work; whoever starts it answers for it when nobody else was named. What a body proposed has somebody to carry it out.
func (m *Measure) Start(by string) error {
	if m.SourceID != "" && len(m.ExecutorIDs) == 0 && len(m.Executors) == 0 {
		var b fault.Blockers
		b.Add("executors_missing", "/executor_ids", "name at least one organisation that carries the measure out")
		return b.Err()
	}
	m.Status = MeasureInProgress
	if m.ResponsibleID == "" {
		m.ResponsibleID = by
	}
	return nil
}

// Report records the progress of a measure that was started.
func (m *Measure) Report(r MeasureReport, by string, at time.Time) error {
	m.Progress = append(m.Progress, MeasureProgress{MeasureReport: r, By: by, At: at})
	return nil
}

// FollowUp says what an effect of a measure that is done turned out to be.
func (m *Measure) FollowUp(in FollowUpInput, by string, at time.Time) error {
	m.FollowUps = append(m.FollowUps, FollowUp{FollowUpInput: in, By: by, At: at})
	return nil
}

// Complete ends the work and says what it brought about, once each milestone is done or given up.
func (m *Measure) Complete(e Effect, by string, at time.Time) error {
	var b fault.Blockers
	for i, s := range m.Milestones {
		if s.DoneOn == "" && s.GivenUpReason == "" {
			b.Add("milestone_open", "/milestones/"+strconv.Itoa(i), `say when the milestone "%s" was done, or why it is given up`, s.Title)
		}
	}
	if err := b.Err(); err != nil {
		return err
	}
	m.Status, m.Completion = MeasureDone, &Completion{Effect: e, By: by, At: at}
	return nil
}

// keeps reports the milestones of a decided measure that a change has left out. They can be given up with a reason instead.
func (m *Measure) keeps(milestones []Milestone) error {
	var f fault.Fields
	left := slices.Clone(m.Milestones)
	for _, was := range milestones {
		i := slices.IndexFunc(left, func(s Milestone) bool { return s.Title == was.Title })
		if i < 0 {
			f.Add("/milestones", "milestone_left_out", `must still have the milestone "%s"; give it up with a reason instead`, was.Title)
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	return f.Err()
}

// Withdraw takes the measure back before it is decided on.
func (m *Measure) Withdraw() { m.Status = MeasureWithdrawn }

// Cancel gives up a measure that was decided.
func (m *Measure) Cancel() { m.Status = MeasureCancelled }

// Reopen makes the measure proposed again. The event log keeps what was decided and done.
func (m *Measure) Reopen() {
	m.Status, m.Decision, m.Completion, m.DecidedIn = MeasureProposed, nil, nil, ""
}

// Carry takes an open measure from a closed cycle into the next one, as it stands: who proposed it still cannot decide on it, and what was
// decided holds. An objective that goes on in that cycle is followed there: was gives its id from the id it had.
func (m *Measure) Carry(from, to string, was map[string]string) {
	m.CarriedFrom, m.CycleID = from, to
	if id := was[m.ObjectiveID]; id != "" {
		m.ObjectiveID = id
	}
}
