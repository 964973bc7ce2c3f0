package org

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// AssignmentStatus is the state of an assignment. Whether an active one is in effect also depends on its dates.
type AssignmentStatus string

// The states of an assignment.
const (
	AssignmentActive AssignmentStatus = "active"
	AssignmentEnded  AssignmentStatus = "ended"
)

// This registers the closed list of the states.
var _ = record.Choices[AssignmentStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"ended", "avsluttet", "ended", "neutral"})

// AssignmentInput has the fields of an assignment that a caller sets.
type AssignmentInput struct {
	record.Common
	UserID    string      `json:"user_id" validate:"required,uuid" ref:"user" filter:"" fixed:""`
	Role      string      `json:"role" validate:"required,max=63" ref:"role" filter:"" fixed:"" example:"project_owner"`
	ValidFrom record.Date `json:"valid_from"`
	ValidTo   record.Date `json:"valid_to"`
	// DeputyFor is the person whom the user stands in for while the assignment lasts.
	DeputyFor string `json:"deputy_for,omitempty" validate:"omitempty,uuid" ref:"user" filter:"" fixed:""`
}

// Assignment gives a person a role in a scope for a period.
type Assignment struct {
	record.Base
	AssignmentInput
	EndedOn record.Date      `json:"ended_on"`
	Status  AssignmentStatus `json:"status" filter:""`
} // @name Assignment

// Assignments reads and writes assignments.
var Assignments = record.NewRepo[Assignment](record.Kind{
	Rules: record.Rules[Assignment]{Defaults: (*Assignment).Defaults, Validate: (*Assignment).Validate},
	Name:  "assignment", Path: "assignments", Prefix: "ASG", Label: record.Text{NB: "Rolletildeling", EN: "Assignment"}, Access: true,
	Editable: []string{"active"}, Mine: []string{"user_id", "deputy_for"},
	Workflow: []record.Transition{
		{Verb: "end", From: []string{"active"}, To: []string{"ended"}, Needs: []string{"reason"}, Label: record.Text{NB: "Avslutt", EN: "End"}},
	},
})

// NewAssignment returns an active assignment.
func NewAssignment(in AssignmentInput) *Assignment {
	return &Assignment{AssignmentInput: in, Status: AssignmentActive}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (a *Assignment) Defaults() { a.ExternalRefs = notNil(a.ExternalRefs) }

// Validate checks that the assignment does not end before it starts. A deputy's assignment must have both dates.
func (a *Assignment) Validate() error {
	var f fault.Fields
	ordered(&f, a.ValidFrom, a.ValidTo)
	if a.DeputyFor != "" {
		if a.ValidFrom == "" {
			f.Add("/valid_from", "required", "is required")
		}
		if a.ValidTo == "" {
			f.Add("/valid_to", "required", "is required")
		}
		if a.DeputyFor == a.UserID {
			f.Add("/deputy_for", "own_deputy", "must be somebody else than the deputy")
		}
	}
	return f.Err()
}

// Keeps refuses to take past days out of a deputy's period, because acts on those days count for both the deputy and the other person.
// The dates before the change are in was. Dates of other assignments may change freely.
func (a *Assignment) Keeps(was AssignmentInput, today record.Date) error {
	var f fault.Fields
	if a.DeputyFor == "" {
		return nil
	}
	if was.ValidFrom <= today && a.ValidFrom > was.ValidFrom {
		f.Add("/valid_from", "has_begun", "the deputy period has begun, so its first day cannot change")
	}
	if a.ValidTo < min(was.ValidTo, today) {
		f.Add("/valid_to", "has_passed", "days that have passed stay in the deputy period")
	}
	return f.Err()
}

// Overlaps reports whether the assignment holds on any day from from to to, both included. An empty day is open.
func (a *Assignment) Overlaps(from, to record.Date) bool {
	return (a.ValidTo == "" || from == "" || from <= a.ValidTo) && (to == "" || a.ValidFrom == "" || a.ValidFrom <= to)
}

// End ends the assignment on that day.
func (a *Assignment) End(on record.Date) error {
	a.Status, a.EndedOn = AssignmentEnded, on
	return nil
}
