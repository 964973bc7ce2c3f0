// Package org has the organisation that uses AIMS: its units, its people, the roles, and the assignment of roles to people
// (ISO/IEC 42001 5.3, A.3.2).
package org

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// UnitKind is the type of a unit.
type UnitKind string

// The kinds of unit. A project has no units below it.
const (
	Hospital   UnitKind = "hospital"
	Clinic     UnitKind = "clinic"
	Department UnitKind = "department"
	Project    UnitKind = "project"
	Authority  UnitKind = "authority"
	Group      UnitKind = "group"
)

// This registers the closed list of unit kinds.
var _ = record.Choices[UnitKind](
	[4]string{"hospital", "helseforetak", "hospital", "neutral"},
	[4]string{"clinic", "klinikk", "clinic", "neutral"},
	[4]string{"department", "avdeling", "department", "neutral"},
	[4]string{"project", "KI-prosjekt", "AI project", "info"},
	[4]string{"authority", "myndighet", "authority", "neutral"},
	[4]string{"group", "samarbeid", "group", "neutral"})

// National is the scope of the national bodies and of what they register.
const National = "/nasjonalt/"

// UnitStatus is the state of a unit.
type UnitStatus string

// The states of a unit.
const (
	UnitActive UnitStatus = "active"
	UnitClosed UnitStatus = "closed"
)

// This registers the closed list of the states.
var _ = record.Choices[UnitStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"closed", "nedlagt", "closed", "neutral"})

// UnitInput has the fields of a unit that a caller sets.
type UnitInput struct {
	record.Common
	Kind UnitKind `json:"kind" validate:"required,choice" filter:"" example:"department"`
	Name string   `json:"name" validate:"required,filled,max=200" search:"" sort:"" example:"Radiologisk avdeling"`
}

// Unit is an organisational unit or an AI project. Its scope is its own path, which never changes.
type Unit struct {
	record.Base
	UnitInput
	Path   string     `json:"path" unique:"" example:"/siv/radiologi/"`
	Parent string     `json:"parent" filter:"" example:"/siv/"`
	Status UnitStatus `json:"status" filter:""`
} // @name Unit

// Units reads and writes units.
var Units = record.NewRepo[Unit](record.Kind{
	Place: &record.Place{Path: "path", Open: string(UnitActive), Closed: string(UnitClosed), Common: National},
	Rules: record.Rules[Unit]{Defaults: (*Unit).Defaults},
	Name:  "unit", Path: "units", Prefix: "UNIT", Label: record.Text{NB: "Enhet", EN: "Unit"}, Editable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Legg ned", EN: "Close"}},
		{Verb: "reopen", From: []string{"closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewUnit returns an active unit, whose path is the scope of the input.
func NewUnit(in UnitInput) *Unit {
	return &Unit{UnitInput: in, Path: in.Scope, Parent: ParentOf(in.Scope), Status: UnitActive}
}

// Defaults replaces nil lists with empty ones, which JSON shows as [].
func (u *Unit) Defaults() { u.ExternalRefs = notNil(u.ExternalRefs) }

// ParentOf returns the scope directly above a scope. The parent of the root is the root.
func ParentOf(scope string) string {
	a := record.Ancestors(scope)
	if len(a) < 2 {
		return "/"
	}
	return a[len(a)-2]
}

// Close takes the unit out of use. No new records can be created in it.
func (u *Unit) Close() error {
	u.Status = UnitClosed
	return nil
}

// Reopen makes the unit active again.
func (u *Unit) Reopen() error {
	u.Status = UnitActive
	return nil
}

// ordered adds a fault when to is before from. An empty day is open.
func ordered(f *fault.Fields, from, to record.Date) {
	if from != "" && to != "" && to < from {
		f.Add("/valid_to", "ends_before_start", "must not be before the start")
	}
}
