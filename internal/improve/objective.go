package improve

import (
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ObjectiveStatus says whether an objective is pursued, and how it ended.
type ObjectiveStatus string

// An objective is pursued until it is concluded or given up.
const (
	ObjectiveActive      ObjectiveStatus = "active"
	ObjectiveAchieved    ObjectiveStatus = "achieved"
	ObjectiveNotAchieved ObjectiveStatus = "not_achieved"
	ObjectiveWithdrawn   ObjectiveStatus = "withdrawn"
)

// This registers the closed list of an objective's states.
var _ = record.Choices[ObjectiveStatus](
	[4]string{"active", "aktivt", "active", "info"},
	[4]string{"achieved", "nådd", "achieved", "success"},
	[4]string{"not_achieved", "ikke nådd", "not achieved", "danger"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// ObjectiveAim is what an AI management system is for: the six aims that Standard Norge names (seed feature S3.7).
type ObjectiveAim string

// This registers the closed list of the six aims.
var _ = record.Choices[ObjectiveAim](
	[4]string{"accountability", "ansvarlighet", "accountability", "neutral"},
	[4]string{"compliance", "etterlevelse", "compliance", "neutral"},
	[4]string{"risk_reduction", "redusert risiko", "less risk", "neutral"},
	[4]string{"reputation", "omdømme", "reputation", "neutral"},
	[4]string{"steering", "styring", "steering", "neutral"},
	[4]string{"safe_innovation", "trygg innovasjon", "safe innovation", "neutral"},
)

// ObjectiveDirection says on which side of its target an objective is met.
type ObjectiveDirection string

// The measured value is to rise to the target, fall to it, or be it.
const (
	Increase ObjectiveDirection = "increase"
	Decrease ObjectiveDirection = "decrease"
	Reach    ObjectiveDirection = "reach"
)

// This registers the closed list of directions.
var _ = record.Choices[ObjectiveDirection](
	[4]string{"increase", "øke", "increase", "neutral"},
	[4]string{"decrease", "redusere", "decrease", "neutral"},
	[4]string{"reach", "nå", "reach", "neutral"},
)

// ObjectiveInput is what a caller sets on an objective: what 6.2 asks of planning it - what is done, with what, who, when, and how it is evaluated.
type ObjectiveInput struct {
	record.Common
	CycleID  string       `json:"cycle_id" validate:"required,uuid" ref:"cycle" parent:"" fixed:"true" filter:"" format:"uuid"`
	Title    string       `json:"title" validate:"required,filled,max=200" search:"" sort:"" example:"Alle KI-systemer i klinisk bruk er lokalt validert"`
	Category ObjectiveAim `json:"category,omitempty" validate:"omitempty,choice" filter:"" example:"accountability"`
	// Objectives of Annex C.2 that this one serves, by their number.
	Objectives  []string           `json:"objectives" validate:"max=11,unique,dive,filled,max=60" ref:"requirement,prefix=iso-42001:" filter:"" example:"C.2.9"`
	HowMeasured string             `json:"how_measured,omitempty" validate:"max=2000" search:"" example:"Andel systemer i registeret med godkjent valideringsrapport"`
	Unit        string             `json:"unit,omitempty" validate:"max=40" example:"%"`
	Baseline    *float64           `json:"baseline" example:"40"`
	Target      *float64           `json:"target" example:"100"`
	Direction   ObjectiveDirection `json:"direction" validate:"omitempty,choice" example:"increase"`
	OwnerID     string             `json:"owner_id,omitempty" validate:"omitempty,uuid" ref:"user" custody:"" filter:"" format:"uuid"`
	Due         record.Date        `json:"due" sort:"" format:"date" extensions:"x-nullable" example:"2026-12-01"`
	Resources   string             `json:"resources,omitempty" validate:"max=2000" example:"Medisinsk-teknisk avdeling, 20 % stilling"`
	Clauses     []string           `json:"clauses" validate:"max=50,unique,dive,filled,max=60" ref:"requirement,prefix=iso-42001:" filter:"" example:"6.2"`
}

// Objective is something a cycle is to achieve, and how it will be seen that it has.
type Objective struct {
	record.Base
	ObjectiveInput
	Status     ObjectiveStatus    `json:"status" filter:""`
	Latest     *LatestMeasurement `json:"latest"`
	Conclusion *Conclusion        `json:"conclusion"`
	// The objective of the previous cycle that was not achieved and continues as this one.
	CarriedFrom string `json:"carried_from,omitempty" ref:"objective" filter:"" format:"uuid"`
} // @name Objective

// LatestMeasurement is the newest value that was measured.
type LatestMeasurement struct {
	MeasurementID string    `json:"measurement_id" format:"uuid" names:"measurement"`
	Value         float64   `json:"value" example:"72.5"`
	Unit          string    `json:"unit" example:"%"`
	At            time.Time `json:"at"`
	// Whether the value meets the target; null without a target.
	OnTarget *bool `json:"on_target"`
} // @name LatestMeasurement

// ObjectiveOutcome is how an objective ended.
type ObjectiveOutcome string

// This registers the closed list of how an objective can end.
var _ = record.Choices[ObjectiveOutcome](
	[4]string{string(ObjectiveAchieved), "nådd", "achieved", "success"},
	[4]string{string(ObjectiveNotAchieved), "ikke nådd", "not achieved", "danger"},
)

// ConclusionInput is the request that concludes an objective.
type ConclusionInput struct {
	Outcome ObjectiveOutcome `json:"outcome" validate:"required,choice" example:"not_achieved"`
	Text    string           `json:"text" validate:"required,filled,max=5000" example:"To av fem systemer mangler lokal validering."`
} // @name ObjectiveConclusionInput

// Conclusion says whether an objective was achieved, and by which judgement.
type Conclusion struct {
	ConclusionInput
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name ObjectiveConclusion

// Objectives reads and writes the objectives of all cycles.
var Objectives = record.NewRepo[Objective](record.Kind{
	Rules: record.Rules[Objective]{Defaults: (*Objective).Defaults, Validate: (*Objective).Validate, DueOn: (*Objective).DueOn, Subject: (*Objective).Subject},
	Name:  "objective", Path: "objectives", Prefix: "OBJ", Label: record.Text{NB: "Mål", EN: "Objective"},
	Editable: []string{"active"}, Due: true, Reminds: []string{"owner_id"},
	Workflow: []record.Transition{
		{Verb: "conclude", From: []string{"active"}, To: []string{"achieved", "not_achieved"}, Needs: []string{"outcome", "text"}, Label: record.Text{NB: "Konkluder", EN: "Conclude"}},
		{Verb: "withdraw", From: []string{"active"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
		{Verb: "reopen", From: []string{"achieved", "not_achieved", "withdrawn"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
	RestsOn: map[string][]string{"conclude": {"cycle_id"}},
	Tasks: []record.Task{
		{States: []string{"active"}, Action: "conclude", Owner: "owner_id", Label: record.Text{NB: "Konkluder om målet er nådd", EN: "Conclude whether the objective is reached"}},
	},
})

// NewObjective sets an objective.
func NewObjective(in ObjectiveInput) *Objective {
	o := &Objective{ObjectiveInput: in, Status: ObjectiveActive}
	o.Defaults()
	return o
}

// Facts tell in which cycle the objective is concluded.
func (o *Objective) Facts() []record.Fact {
	return []record.Fact{{Name: "cycle_id", Value: o.CycleID}}
}

// Defaults makes lists of what was left out, and judges the latest value by the target as it is now.
func (o *Objective) Defaults() {
	fill(&o.ExternalRefs)
	fill(&o.Objectives)
	fill(&o.Clauses)
	if o.Direction == "" {
		o.Direction = Reach
		if o.Baseline != nil && o.Target != nil && *o.Target > *o.Baseline {
			o.Direction = Increase
		}
		if o.Baseline != nil && o.Target != nil && *o.Target < *o.Baseline {
			o.Direction = Decrease
		}
	}
	if o.Latest != nil {
		o.Latest.OnTarget = o.onTarget(o.Latest.Value)
	}
}

// Validate checks that an objective's numbers are consistent.
func (o *Objective) Validate() error {
	var f fault.Fields
	for i, n := range o.Objectives {
		if !strings.HasPrefix(n, "C.2.") {
			f.Add("/objectives/"+strconv.Itoa(i), "no_objective", "must be an objective of Annex C.2, such as C.2.9")
		}
	}
	if o.Baseline != nil && o.Target != nil {
		rises, falls := *o.Target > *o.Baseline, *o.Target < *o.Baseline
		if o.Direction == Increase && falls || o.Direction == Decrease && rises {
			f.Add("/target", "target_against_direction", "must be on the side of the baseline that the direction says")
		}
	}
	if o.Latest != nil && o.Latest.Unit != o.Unit {
		f.Add("/unit", "unit_in_use", "cannot change while there are values in the present unit; retract them first")
	}
	return f.Err()
}

// DueOn is the day the objective is to be reached, while it is pursued.
func (o *Objective) DueOn() record.Date {
	if o.Status == ObjectiveActive {
		return o.Due
	}
	return ""
}

// Subject lets what happens to an objective count for its cycle.
func (o *Objective) Subject() (kind, id string) { return "cycle", o.CycleID }

// Measure sets the newest value that is not retracted, or nil.
func (o *Objective) Measure(newest *LatestMeasurement) error {
	if o.Status != ObjectiveActive {
		return fault.New(fault.Conflict, "objective_concluded", `%s is concluded as "%s"; reopen the objective before you change its values`, o.Number, o.Status).With("state", string(o.Status))
	}
	o.Latest = newest
	return nil
}

// Conclude says whether the objective was achieved.
func (o *Objective) Conclude(c ConclusionInput, by string, at time.Time) {
	o.Status, o.Conclusion = ObjectiveStatus(c.Outcome), &Conclusion{ConclusionInput: c, By: by, At: at}
}

// Withdraw gives the objective up.
func (o *Objective) Withdraw() { o.Status = ObjectiveWithdrawn }

// Reopen takes the objective up again; the conclusion that fell stays in the log.
func (o *Objective) Reopen() { o.Status, o.Conclusion = ObjectiveActive, nil }

// Carry creates the successor, in the next cycle, of an objective that was not achieved. Its baseline is the present value.
func (o *Objective) Carry(cycleID string, startsOn record.Date) *Objective {
	in := o.ObjectiveInput
	in.CycleID, in.ExternalRefs = cycleID, nil
	if in.Due < startsOn {
		in.Due = "" // it would be overdue from the first day
	}
	if o.Latest != nil && o.keepsDirection(o.Latest.Value) {
		v := o.Latest.Value
		in.Baseline = &v
	}
	carried := NewObjective(in)
	carried.CarriedFrom = o.ID
	return carried
}

// keepsDirection reports whether the target, seen from a value, is still in the objective's direction.
func (o *Objective) keepsDirection(from float64) bool {
	if o.Target == nil {
		return true
	}
	return o.Direction == Reach || o.Direction == Increase && from <= *o.Target || o.Direction == Decrease && from >= *o.Target
}

func (o *Objective) onTarget(v float64) *bool {
	if o.Target == nil {
		return nil
	}
	on := false
	switch o.Direction {
	case Increase:
		on = v >= *o.Target
	case Decrease:
		on = v <= *o.Target
	case Reach:
		on = v == *o.Target
	}
	return &on
}

// Unmeasurable points at what is missing before the objective can be measured; empty when nothing is.
func (o *Objective) Unmeasurable() string {
	switch {
	case strings.TrimSpace(o.HowMeasured) == "":
		return "/how_measured"
	case strings.TrimSpace(o.Unit) == "":
		return "/unit"
	case o.Target == nil:
		return "/target"
	}
	return ""
}
