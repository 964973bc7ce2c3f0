// Package org holds the house: units, the people in it, the roles they can have and who has which (ISO/IEC 42001 5.3, A.3.2).
package org

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// UnitKind says what a unit is.
type UnitKind string

// The kinds of unit. A project is a leaf of the tree.
const (
	Hospital   UnitKind = "hospital"
	Clinic     UnitKind = "clinic"
	Department UnitKind = "department"
	Project    UnitKind = "project"
	Authority  UnitKind = "authority"
	Group      UnitKind = "group"
)

// UnitKinds is the closed list of them.
var UnitKinds = record.Choices[UnitKind](
	[4]string{"hospital", "helseforetak", "hospital", "neutral"},
	[4]string{"clinic", "klinikk", "clinic", "neutral"},
	[4]string{"department", "avdeling", "department", "neutral"},
	[4]string{"project", "KI-prosjekt", "AI project", "info"},
	[4]string{"authority", "myndighet", "authority", "neutral"},
	[4]string{"group", "samarbeid", "group", "neutral"})

// UnitStatus is where a unit stands.
type UnitStatus string

// The states of a unit.
const (
	UnitActive UnitStatus = "active"
	UnitClosed UnitStatus = "closed"
)

// UnitStatuses is the closed list of them.
var UnitStatuses = record.Choices[UnitStatus](
	[4]string{"active", "aktiv", "active", "success"},
	[4]string{"closed", "nedlagt", "closed", "neutral"})

// UnitInput is what a caller sets of a unit.
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
	Place: &record.Place{Path: "path", Open: string(UnitActive), Closed: string(UnitClosed)},
	Rules: record.Rules[Unit]{Defaults: (*Unit).Defaults},
	Name:  "unit", Path: "units", Prefix: "UNIT", Label: record.Text{NB: "Enhet", EN: "Unit"}, Editable: []string{"active"},
	Workflow: []record.Transition{
		{Verb: "close", From: []string{"active"}, To: []string{"closed"}, Needs: []string{"reason"}, Label: record.Text{NB: "Legg ned", EN: "Close"}},
		{Verb: "reopen", From: []string{"closed"}, To: []string{"active"}, Needs: []string{"reason"}, Label: record.Text{NB: "Gjenåpne", EN: "Reopen"}},
	},
})

// NewUnit makes a unit.
func NewUnit(in UnitInput) *Unit {
	return &Unit{UnitInput: in, Path: in.Scope, Parent: ParentOf(in.Scope), Status: UnitActive}
}

// Defaults fills the lists a caller left out.
func (u *Unit) Defaults() { u.ExternalRefs = noneNil(u.ExternalRefs) }

// ParentOf gives the scope that a scope lies in; the root lies in itself.
func ParentOf(scope string) string {
	a := record.Ancestors(scope)
	if len(a) < 2 {
		return "/"
	}
	return a[len(a)-2]
}

// Close takes the unit out of use: nothing new is made in it.
func (u *Unit) Close() error {
	u.Status = UnitClosed
	return nil
}

// Reopen takes the unit into use again.
func (u *Unit) Reopen() error {
	u.Status = UnitActive
	return nil
}

// ordered notes validity that ends before it begins.
func ordered(f *fault.Fields, from, to record.Date) {
	if from != "" && to != "" && to < from {
		f.Add("/valid_to", "ends_before_start", "must not be before the start")
	}
}
