package improve

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// MeasurementStatus says whether a measured value counts.
type MeasurementStatus string

// A value is never changed; a wrong one is retracted.
const (
	Recorded  MeasurementStatus = "recorded"
	Retracted MeasurementStatus = "retracted"
)

// This registers the closed list of a measurement's states.
var _ = record.Choices[MeasurementStatus](
	[4]string{"recorded", "registrert", "recorded", "success"},
	[4]string{"retracted", "trukket tilbake", "retracted", "neutral"},
)

// MeasurementInput is what a caller says was measured: of what, how much, when.
type MeasurementInput struct {
	record.Common
	ObjectiveID string    `json:"objective_id" validate:"required,uuid" ref:"objective" parent:"" fixed:"true" filter:"" format:"uuid"`
	Value       *float64  `json:"value" validate:"required" example:"72.5"`
	At          time.Time `json:"at" validate:"required" example:"2026-06-30T12:00:00Z"`
	// The unit of the value. It must be the objective's unit, which is also the default.
	Unit string `json:"unit,omitempty" validate:"max=40" example:"%"`
	Note string `json:"note,omitempty" validate:"max=2000" search:"" example:"Tatt fra systemregisteret"`
}

// Measurement is a value of an objective at one instant.
type Measurement struct {
	record.Base
	MeasurementInput
	Status MeasurementStatus `json:"status" filter:""`
	// The owner of the objective when the value was recorded, who may read and retract it.
	OwnerID string `json:"owner_id,omitempty" format:"uuid" names:"user" filter:""`
} // @name Measurement

// Measurements reads and writes the measured values of all objectives.
var Measurements = record.NewRepo[Measurement](record.Kind{
	Rules: record.Rules[Measurement]{Defaults: (*Measurement).Defaults, Validate: (*Measurement).Validate, Subject: (*Measurement).Subject},
	Name:  "measurement", Path: "measurements", Prefix: "MEAS", Label: record.Text{NB: "Måling", EN: "Measurement"},
	Editable: []string{}, Mine: []string{"owner_id"},
	Workflow: []record.Transition{
		{Verb: "retract", From: []string{"recorded"}, To: []string{"retracted"}, Needs: []string{"reason"}, Label: record.Text{NB: "Trekk tilbake", EN: "Retract"}},
	},
})

// NewMeasurement records a value.
func NewMeasurement(in MeasurementInput) *Measurement {
	in.At = in.At.UTC().Truncate(time.Microsecond)
	m := &Measurement{MeasurementInput: in, Status: Recorded}
	m.Defaults()
	return m
}

// Defaults makes lists of what was left out.
func (m *Measurement) Defaults() {
	if m.ExternalRefs == nil {
		m.ExternalRefs = []record.ExternalRef{}
	}
}

// Validate refuses a value from before there was anything to measure, and one from after it was recorded, give or take a minute between clocks.
func (m *Measurement) Validate() error {
	var f fault.Fields
	switch {
	case m.At.IsZero(): // which required says
	case m.At.Year() < 1900:
		f.Add("/at", "too_early", "must be in the year 1900 or later")
	case m.At.After(m.CreatedAt.Add(time.Minute)):
		f.Add("/at", "in_the_future", "must not be in the future")
	}
	return f.Err()
}

// Subject lets a measurement count for its objective.
func (m *Measurement) Subject() (kind, id string) { return "objective", m.ObjectiveID }

// In holds the measurement to the scope and the unit of its objective, whose value it becomes: who may record it there is asked there.
func (m *Measurement) In(scope, unit string) error {
	var f fault.Fields
	if m.Scope != scope {
		f.Add("/scope", "other_scope/measurement", "must be the scope of the objective, %s", scope)
	}
	if m.Unit != unit {
		f.Add("/unit", "unit_mismatch", "must be the unit of the objective: %s", unit)
	}
	return f.Err()
}

// Retract takes a wrong value back.
func (m *Measurement) Retract() { m.Status = Retracted }

// Newest returns the latest value that is not retracted. Of two values at one instant it returns the one entered last.
func Newest(list []*Measurement) *Measurement {
	var newest *Measurement
	for _, m := range list {
		if m.Status == Recorded && (newest == nil || m.At.After(newest.At) || m.At.Equal(newest.At) && m.ID > newest.ID) {
			newest = m
		}
	}
	return newest
}
