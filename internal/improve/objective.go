package improve

import (
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ObjectiveStatus says whether an objective is approved, and how it ended.
type ObjectiveStatus string

// An objective is drafted, proposed and approved. Then it is pursued until it is concluded or given up.
const (
	ObjectiveDraft       ObjectiveStatus = "draft"
	ObjectiveProposed    ObjectiveStatus = "proposed"
	ObjectiveActive      ObjectiveStatus = "active"
	ObjectiveAchieved    ObjectiveStatus = "achieved"
	ObjectiveNotAchieved ObjectiveStatus = "not_achieved"
	ObjectiveWithdrawn   ObjectiveStatus = "withdrawn"
)

// This registers the closed list of an objective's states.
var _ = record.Choices[ObjectiveStatus](
	[4]string{"draft", "utkast", "draft", "neutral"},
	[4]string{"proposed", "foreslått", "proposed", "info"},
	[4]string{"active", "aktivt", "active", "info"},
	[4]string{"achieved", "nådd", "achieved", "success"},
	[4]string{"not_achieved", "ikke nådd", "not achieved", "danger"},
	[4]string{"withdrawn", "trukket", "withdrawn", "neutral"},
)

// Open reports whether the objective is neither concluded nor given up.
func (s ObjectiveStatus) Open() bool {
	return s == ObjectiveDraft || s == ObjectiveProposed || s == ObjectiveActive
}

// Concluded reports whether it was said how the objective ended.
func (s ObjectiveStatus) Concluded() bool { return s == ObjectiveAchieved || s == ObjectiveNotAchieved }

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
	Status ObjectiveStatus `json:"status" filter:""`
	// Who approved it, and what was approved; null while it is not approved.
	Approval      *ObjectiveApproval  `json:"approval"`
	LastRejection *ObjectiveRejection `json:"last_rejection"`
	Latest        *LatestMeasurement  `json:"latest"`
	Conclusion    *Conclusion         `json:"conclusion"`
	// The objective of the previous cycle that was not achieved and continues as this one.
	CarriedFrom string `json:"carried_from,omitempty" ref:"objective" filter:"" format:"uuid"`
} // @name Objective

// ObjectiveApproval is the approval of an objective, with what was approved. That does not change until the objective is revised.
type ObjectiveApproval struct {
	By          string             `json:"by" format:"uuid" names:"user"`
	At          time.Time          `json:"at"`
	Title       string             `json:"title"`
	HowMeasured string             `json:"how_measured"`
	Unit        string             `json:"unit"`
	Baseline    *float64           `json:"baseline"`
	Target      *float64           `json:"target"`
	Direction   ObjectiveDirection `json:"direction"`
	Due         record.Date        `json:"due" format:"date" extensions:"x-nullable"`
} // @name ObjectiveApproval

// ObjectiveRejection is the reason for which a proposed objective was sent back.
type ObjectiveRejection struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name ObjectiveRejection

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
	// Why the objective is achieved although it has no value, or its last value misses the target.
	DeviationReason string `json:"deviation_reason,omitempty" validate:"omitempty,filled,max=2000" example:"Det siste systemet ble tatt ut av bruk etter målingen."`
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
	Editable: []string{"draft", "active"}, Due: true, Reminds: []string{"owner_id"}, Mine: []string{"owner_id"},
	Workflow: []record.Transition{
		{Verb: "propose", From: []string{"draft"}, To: []string{"proposed"}, Needs: []string{"how_measured", "owner_id", "due"}, Label: record.Text{NB: "Foreslå", EN: "Propose"}},
		{Verb: "approve", From: []string{"proposed"}, To: []string{"active"}, Label: record.Text{NB: "Godkjenn", EN: "Approve"}},
		{Verb: "reject", From: []string{"proposed"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avvis", EN: "Reject"}},
		{Verb: "revise", From: []string{"active"}, To: []string{"draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Endre målet", EN: "Revise"}},
		{Verb: "conclude", From: []string{"active"}, To: []string{"achieved", "not_achieved"}, Needs: []string{"outcome", "text"}, Label: record.Text{NB: "Konkluder", EN: "Conclude"}},
		{Verb: "withdraw", From: []string{"draft", "proposed", "active"}, To: []string{"withdrawn"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk", EN: "Withdraw"}},
		{Verb: "reopen", From: []string{"achieved", "not_achieved", "withdrawn"}, To: []string{"active", "draft"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
	RuleFacts: map[string][]string{"conclude": {"cycle_id"}, "approve": {}},
	Tasks: []record.Task{
		{States: []string{"proposed"}, Action: "approve", Label: record.Text{NB: "Godkjenn målet", EN: "Approve the objective"}},
		{States: []string{"active"}, Action: "conclude", Owner: "owner_id", Label: record.Text{NB: "Konkluder om målet er nådd", EN: "Conclude whether the objective is reached"}},
	},
})

// NewObjective drafts an objective.
func NewObjective(in ObjectiveInput) *Objective {
	o := &Objective{ObjectiveInput: in, Status: ObjectiveDraft}
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

// Validate checks that an objective's numbers are consistent, and that what was approved stays.
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
	if a := o.Approval; a != nil {
		for _, t := range []struct {
			at   string
			same bool
		}{
			{"/title", a.Title == o.Title},
			{"/how_measured", a.HowMeasured == o.HowMeasured},
			{"/unit", a.Unit == o.Unit},
			{"/due", a.Due == o.Due},
			{"/baseline", equal(a.Baseline, o.Baseline)},
			{"/target", equal(a.Target, o.Target)},
			{"/direction", a.Direction == o.Direction},
		} {
			if !t.same {
				f.Add(t.at, "approved", "is approved and cannot change; revise the objective first")
			}
		}
	}
	if o.Latest != nil && o.Latest.Unit != o.Unit {
		f.Add("/unit", "unit_in_use", "cannot change while there are values in the present unit; retract them first")
	}
	return f.Err()
}

// equal compares two numbers that may be missing.
func equal(a, b *float64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// DueOn is the day the objective is to be reached, while it is open.
func (o *Objective) DueOn() record.Date {
	if o.Status.Open() {
		return o.Due
	}
	return ""
}

// Subject lets what happens to an objective count for its cycle.
func (o *Objective) Subject() (kind, id string) { return "cycle", o.CycleID }

// Propose puts the objective before those who approve it, once it says how it is measured, who is responsible and when it is to be reached.
func (o *Objective) Propose() error {
	var b fault.Blockers
	o.unplanned(&b)
	if err := b.Err(); err != nil {
		return err
	}
	o.Status = ObjectiveProposed
	return nil
}

// unplanned lists what an objective's own part of the plan lacks (6.2): how it is measured, who and when. Its measures are the other part.
func (o *Objective) unplanned(b *fault.Blockers) {
	if strings.TrimSpace(o.HowMeasured) == "" {
		objectiveBlocker(b, o, "how_measured_missing/text", "/how_measured", "%s must say how it is measured")
	}
	if o.OwnerID == "" {
		objectiveBlocker(b, o, "responsible_missing", "/owner_id", "%s must say who is responsible")
	}
	if o.Due == "" {
		objectiveBlocker(b, o, "due_missing", "/due", "%s must say when it is to be done")
	}
}

// Approve lets a cycle rest on the objective, as it is now.
func (o *Objective) Approve(by string, at time.Time) {
	o.Status, o.LastRejection = ObjectiveActive, nil
	o.Approval = &ObjectiveApproval{
		By: by, At: at, Title: o.Title, HowMeasured: o.HowMeasured, Unit: o.Unit, Baseline: o.Baseline, Target: o.Target, Direction: o.Direction, Due: o.Due,
	}
}

// Reject sends a proposed objective back to its authors.
func (o *Objective) Reject(by string, at time.Time, reason string) {
	o.Status, o.LastRejection = ObjectiveDraft, &ObjectiveRejection{By: by, At: at, Reason: reason}
}

// Revise opens an approved objective for changes. It must be proposed and approved again; its values stay.
func (o *Objective) Revise() { o.Status, o.Approval = ObjectiveDraft, nil }

// Measure sets the newest value that is not retracted, or nil.
func (o *Objective) Measure(newest *LatestMeasurement) error {
	if !o.Status.Open() {
		return fault.New(fault.Conflict, "objective_concluded", `%s is concluded as "%s"; reopen the objective before you change its values`, o.Number, o.Status).With("state", string(o.Status))
	}
	o.Latest = newest
	return nil
}

// Conclude says whether the objective was achieved. Without a value that meets the target, it takes a reason to say that it was.
func (o *Objective) Conclude(c ConclusionInput, by string, at time.Time) error {
	if c.Outcome == ObjectiveOutcome(ObjectiveAchieved) && o.misses() && c.DeviationReason == "" {
		var f fault.Fields
		f.Add("/deviation_reason", "required/deviation", "say why the objective is achieved although no value meets the target")
		return f.Err()
	}
	o.Status, o.Conclusion = ObjectiveStatus(c.Outcome), &Conclusion{ConclusionInput: c, By: by, At: at}
	return nil
}

// misses reports whether the objective has a target that its last value does not meet.
func (o *Objective) misses() bool {
	return o.Target != nil && (o.Latest == nil || !*o.onTarget(o.Latest.Value))
}

// Withdraw gives the objective up.
func (o *Objective) Withdraw() { o.Status = ObjectiveWithdrawn }

// Reopen takes the objective up again: as approved, or as a draft. The conclusion stays in the log.
func (o *Objective) Reopen() {
	o.Status, o.Conclusion = ObjectiveDraft, nil
	if o.Approval != nil {
		o.Status = ObjectiveActive
	}
}

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
