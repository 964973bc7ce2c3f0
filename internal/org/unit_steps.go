package org

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// linkOf gives the path of a record.
func linkOf(k *record.Kind, id string) string { return "/api/v1/" + k.Path + "/" + id }

// OpenUnit adds a unit under one that is there; a project has nothing under it.
func OpenUnit(tx *record.Tx, in UnitInput) (*Unit, error) {
	u := NewUnit(in)
	if in.Scope == "/" {
		return nil, fault.Fields{{Pointer: "/scope", Code: "bad_scope", Detail: fault.Text{Format: "is no scope path like /siv/radiologi/"}}}.Err()
	}
	if u.Parent != "/" {
		parents, err := query.Each(tx, Units, "="+u.Parent, nil)
		if err != nil {
			return nil, err
		}
		if len(parents) == 0 {
			return nil, fault.Fields{{Pointer: "/scope", Code: "unknown_scope", Detail: fault.Text{Format: "there is no such scope"}}}.Err()
		}
		if parents[0].Status == UnitClosed {
			return nil, fault.Fields{{Pointer: "/scope", Code: "closed_scope", Detail: fault.Text{Format: "the unit is closed"}}}.Err()
		}
		if parents[0].Kind == Project {
			return nil, fault.New(fault.Conflict, "project_is_leaf", "a project has no units under it")
		}
	}
	return Units.Create(tx, u)
}

// CloseUnit takes a unit out of use, once every unit and project below it is.
func CloseUnit(tx *record.Tx, ref record.Ref) (*Unit, error) {
	return Units.Change(tx, ref, func(u *Unit) error {
		below, err := query.Each(tx, Units, u.Path, map[string][]string{"status": {string(UnitActive)}})
		if err != nil {
			return err
		}
		var open fault.Blockers
		for _, b := range below {
			if b.ID != u.ID {
				open = append(open, fault.Blocker{
					Code: "open_unit", Link: linkOf(Units.Kind, b.ID), Detail: fault.Text{Format: "%s below it is still open", Args: []any{b.Number}},
				})
			}
		}
		if err := open.Err(); err != nil {
			return err
		}
		return u.Close()
	})
}

// ReopenUnit takes a unit into use again, once the one above it is.
func ReopenUnit(tx *record.Tx, ref record.Ref) (*Unit, error) {
	return Units.Change(tx, ref, func(u *Unit) error {
		over, err := query.Each(tx, Units, "="+u.Parent, map[string][]string{"status": {string(UnitClosed)}})
		if err != nil {
			return err
		}
		var closed fault.Blockers
		for _, o := range over {
			closed = append(closed, fault.Blocker{
				Code: "closed_unit", Link: linkOf(Units.Kind, o.ID), Detail: fault.Text{Format: "%s above it is closed", Args: []any{o.Number}},
			})
		}
		if err := closed.Err(); err != nil {
			return err
		}
		return u.Reopen()
	})
}
