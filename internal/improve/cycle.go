// Package improve holds continual improvement: cycles, objectives, measurements and measures.
package improve

import (
	"slices"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// CycleStatus is the phase an improvement cycle is in, or how it ended.
type CycleStatus string

// The four phases, in their order, and the two ends.
const (
	Plan           CycleStatus = "plan"
	Do             CycleStatus = "do"
	Check          CycleStatus = "check"
	Act            CycleStatus = "act"
	CycleClosed    CycleStatus = "closed"
	CycleCancelled CycleStatus = "cancelled"
)

// This registers the closed list of phases and ends.
var _ = record.Choices[CycleStatus](
	[4]string{"plan", "planlegge", "plan", "info"},
	[4]string{"do", "gjennomføre", "do", "info"},
	[4]string{"check", "kontrollere", "check", "info"},
	[4]string{"act", "forbedre", "act", "warning"},
	[4]string{"closed", "avsluttet", "closed", "success"},
	[4]string{"cancelled", "avlyst", "cancelled", "neutral"},
)

// order is the way of a cycle.
var order = []CycleStatus{Plan, Do, Check, Act}

// Open reports whether the cycle is still running.
func (s CycleStatus) Open() bool { return slices.Contains(order, s) }

// Planning reports whether objectives and measures may still be added.
func (s CycleStatus) Planning() bool { return s == Plan || s == Do }

// Running reports whether results are recorded: values are measured and objectives concluded.
func (s CycleStatus) Running() bool { return s == Do || s == Check || s == Act }

// CycleInput is what a caller sets on an improvement cycle.
type CycleInput struct {
	record.Common
	Title    string      `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Forbedringssyklus 2026"`
	StartsOn record.Date `json:"starts_on" validate:"required" sort:"" format:"date" example:"2026-01-01"`
	EndsOn   record.Date `json:"ends_on" validate:"required" sort:"" format:"date" example:"2026-12-31"`
	// The goals of the cycle, as texts. Objectives say how they are measured.
	Goals []string `json:"goals" validate:"max=20,unique,dive,filled,max=500" example:"Alle KI-systemer i klinisk bruk er lokalt validert"`
}

// Cycle is one turn of plan, do, check and act in a scope.
type Cycle struct {
	record.Base
	CycleInput
	Status CycleStatus `json:"status" filter:""`
	// Every phase the cycle has been in, the running one last.
	Phases   []Phase        `json:"phases"`
	Decision *CycleDecision `json:"decision"`
	// The previous cycle, and the next one.
	PreviousCycleID string `json:"previous_cycle_id,omitempty" ref:"cycle" filter:"" format:"uuid"`
	NextCycleID     string `json:"next_cycle_id,omitempty" ref:"cycle" format:"uuid"`
	// The objectives that were not achieved and the measures that were not done, once the next cycle has taken them over.
	CarriedObjectives []string `json:"carried_objectives" ref:"objective"`
	CarriedMeasures   []string `json:"carried_measures" ref:"measure"`
	// On a single read: how far the cycle has come. It is worked out then and not kept.
	Progress *CycleProgress `json:"progress,omitempty" extra:""`
} // @name ImprovementCycle

// Phase is one stay of a cycle in a phase.
type Phase struct {
	Phase     CycleStatus `json:"phase"`
	EnteredAt time.Time   `json:"entered_at"`
	EnteredBy string      `json:"entered_by" format:"uuid" names:"user"`
	LeftAt    *time.Time  `json:"left_at"`
} // @name CyclePhase

// CycleDecision is what was decided when the cycle was closed.
type CycleDecision struct {
	Text string    `json:"text"`
	By   string    `json:"by" format:"uuid" names:"user"`
	At   time.Time `json:"at"`
} // @name CycleDecision

// Closing is the request that closes a cycle.
type Closing struct {
	DecisionText string `json:"decision_text" validate:"max=10000" example:"Rådet avslutter syklusen. Valideringen videreføres i neste syklus."`
} // @name CycleClosing

// Succession is the request that opens the next cycle; goals left out are those of the cycle before.
type Succession struct {
	Title    string      `json:"title" validate:"required,filled,max=200" example:"Forbedringssyklus 2027"`
	StartsOn record.Date `json:"starts_on" validate:"required" format:"date" example:"2027-01-01"`
	EndsOn   record.Date `json:"ends_on" validate:"required" format:"date" example:"2027-12-31"`
	Goals    []string    `json:"goals,omitempty" validate:"max=20,unique,dive,filled,max=500"`
} // @name CycleSuccession

var running = []string{"plan", "do", "check", "act"}

// Cycles reads and writes the improvement cycles.
var Cycles = record.NewRepo[Cycle](record.Kind{
	Rules: record.Rules[Cycle]{Defaults: (*Cycle).Defaults, Validate: (*Cycle).Validate},
	Name:  "cycle", Path: "improvement-cycles", Prefix: "CYC", Label: record.Text{NB: "Forbedringssyklus", EN: "Improvement cycle"},
	Editable: []string{"plan", "do"}, Removable: []string{"plan"}, Judges: judgedWork,
	Workflow: []record.Transition{
		{Verb: "advance", From: []string{"plan"}, To: []string{"do"}, Label: record.Text{NB: "Gå til gjennomføring", EN: "Go to the do phase"}},
		{Verb: "advance", From: []string{"do"}, To: []string{"check"}, Label: record.Text{NB: "Gå til kontroll", EN: "Go to the check phase"}},
		{Verb: "advance", From: []string{"check"}, To: []string{"act"}, Label: record.Text{NB: "Gå til forbedring", EN: "Go to the act phase"}},
		{Verb: "return", From: []string{"do"}, To: []string{"plan"}, Needs: []string{"reason"}, Label: record.Text{NB: "Tilbake til planlegging", EN: "Back to the plan phase"}},
		{Verb: "return", From: []string{"check"}, To: []string{"do"}, Needs: []string{"reason"}, Label: record.Text{NB: "Tilbake til gjennomføring", EN: "Back to the do phase"}},
		{Verb: "return", From: []string{"act"}, To: []string{"check"}, Needs: []string{"reason"}, Label: record.Text{NB: "Tilbake til kontroll", EN: "Back to the check phase"}},
		{Verb: "close", From: []string{"act"}, To: []string{"closed"}, Needs: []string{"decision_text"}, Label: record.Text{NB: "Avslutt", EN: "Close"}},
		{Verb: "cancel", From: running, To: []string{"cancelled"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avlys", EN: "Cancel"}},
		{Verb: "next", From: []string{"closed"}, To: []string{"closed"}, Needs: []string{"title", "starts_on", "ends_on"}, Label: record.Text{NB: "Åpne neste syklus", EN: "Open the next cycle"}},
	},
	Tasks: []record.Task{
		{States: []string{"act"}, Action: "close", Label: record.Text{NB: "Avslutt forbedringssyklusen", EN: "Close the improvement cycle"}},
	},
})

// NewCycle opens a cycle in plan.
func NewCycle(in CycleInput, by string, at time.Time) *Cycle {
	c := &Cycle{CycleInput: in}
	c.enter(Plan, by, at)
	c.Defaults()
	return c
}

// Defaults makes lists of what was left out.
func (c *Cycle) Defaults() {
	fill(&c.ExternalRefs)
	fill(&c.Goals)
	fill(&c.Phases)
	fill(&c.CarriedObjectives)
	fill(&c.CarriedMeasures)
}

// Validate checks that a cycle ends after it starts.
func (c *Cycle) Validate() error {
	var f fault.Fields
	if c.StartsOn != "" && c.EndsOn != "" && c.EndsOn <= c.StartsOn {
		f.Add("/ends_on", "ends_before_start/cycle", "must be after the day the cycle starts")
	}
	return f.Err()
}

// Advance takes the cycle to its next phase, once nothing is missing in this one.
func (c *Cycle) Advance(missing fault.Blockers, by string, at time.Time) error {
	if err := missing.Err(); err != nil {
		return err
	}
	c.enter(order[slices.Index(order, c.Status)+1], by, at)
	return nil
}

// Return takes the cycle one phase back.
func (c *Cycle) Return(by string, at time.Time) {
	c.enter(order[slices.Index(order, c.Status)-1], by, at)
}

// Close ends the cycle with what was decided, once nothing is missing.
func (c *Cycle) Close(missing fault.Blockers, text, by string, at time.Time) error {
	if strings.TrimSpace(text) == "" {
		missing.Add("decision_text_missing", "/decision_text", "write the text of the decision before the cycle is closed")
	}
	if err := missing.Err(); err != nil {
		return err
	}
	c.leave(at)
	c.Status, c.Decision = CycleClosed, &CycleDecision{Text: text, By: by, At: at}
	return nil
}

// Cancel ends the cycle before its time.
func (c *Cycle) Cancel(at time.Time) {
	c.leave(at)
	c.Status = CycleCancelled
}

// Next plans the cycle that goes on from this one, in the same scope. There is one, unless those before it were called off.
func (c *Cycle) Next(s Succession, calledOff bool, by string, at time.Time) (*Cycle, error) {
	if c.NextCycleID != "" && !calledOff {
		return nil, fault.New(fault.Conflict, "already_continued", "%s already has a next cycle", c.Number).With("record_id", c.NextCycleID)
	}
	if s.Goals == nil {
		s.Goals = slices.Clone(c.Goals)
	}
	in := CycleInput{Title: s.Title, StartsOn: s.StartsOn, EndsOn: s.EndsOn, Goals: s.Goals}
	in.Scope = c.Scope
	next := NewCycle(in, by, at)
	next.PreviousCycleID = c.ID
	return next, nil
}

// Follows checks that a cycle starts after the cycle that it continues.
func (c *Cycle) Follows(previous *Cycle) (f fault.Fields) {
	if c.StartsOn != "" && c.StartsOn <= previous.StartsOn {
		f.Add("/starts_on", "starts_before_previous", "must be after the start of the previous cycle, %s", string(previous.StartsOn))
	}
	return f
}

// Began is when results start to count: on the day the cycle starts, or when it went on to do if that came before its day.
func (c *Cycle) Began() time.Time {
	began := c.StartsOn.Time()
	for _, p := range c.Phases {
		if p.Phase == Do && p.EnteredAt.Before(began) {
			return p.EnteredAt
		}
	}
	return began
}

func (c *Cycle) enter(phase CycleStatus, by string, at time.Time) {
	c.leave(at)
	c.Status = phase
	c.Phases = append(c.Phases, Phase{Phase: phase, EnteredAt: at, EnteredBy: by})
}

func (c *Cycle) leave(at time.Time) {
	if n := len(c.Phases); n > 0 {
		c.Phases[n-1].LeftAt = &at
	}
}

// fill returns an empty list for nil, so that JSON does not show null.
func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
