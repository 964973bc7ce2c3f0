package org

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// linkOf returns the API path of a record.
func linkOf(k *record.Kind, id string) string { return "/api/v1/" + k.Path + "/" + id }

// OpenUnit stores a unit below an existing one, or below the root. The unit above it must be active and must not be a project.
func OpenUnit(tx *record.Tx, in UnitInput) (*Unit, error) {
	u := NewUnit(in)
	if in.Scope == "/" {
		return nil, fault.Fields{fault.NewField("/scope", "bad_scope", "must be a scope path such as /siv/radiologi/")}.Err()
	}
	if u.Parent != "/" {
		parents, err := query.Each(tx, Units, "="+u.Parent, nil)
		if err != nil {
			return nil, err
		}
		if len(parents) == 0 {
			return nil, fault.Fields{fault.NewField("/scope", "unknown_scope", "there is no such scope, or you cannot read it")}.Err()
		}
		if parents[0].Status == UnitClosed {
			return nil, fault.Fields{fault.NewField("/scope", "closed_scope", "the unit is closed; choose one in use")}.Err()
		}
		if parents[0].Kind == Project {
			return nil, fault.New(fault.Conflict, "project_is_leaf", "a project cannot have units below it")
		}
	}
	return Units.Create(tx, u)
}

// CloseUnit takes a unit out of use. Every unit below it must be closed first, and what openIn lists must be dealt with.
func CloseUnit(tx *record.Tx, ref record.Ref, openIn func(*record.Tx, *Unit) (fault.Blockers, error)) (*Unit, error) {
	return Units.Change(tx, ref, func(u *Unit) error {
		below, err := query.Each(tx, Units, u.Path, map[string][]string{"status": {string(UnitActive)}})
		if err != nil {
			return err
		}
		var open fault.Blockers
		for _, b := range below {
			if b.ID != u.ID {
				open.Add("open_unit", "", "close %s below it first", b.Number).Link = linkOf(Units.Kind, b.ID)
			}
		}
		work, err := openIn(tx, u)
		if err != nil {
			return err
		}
		if err := append(open, work...).Err(); err != nil {
			return err
		}
		return u.Close()
	})
}

// ReopenUnit makes a unit active again. The unit above it must be active.
func ReopenUnit(tx *record.Tx, ref record.Ref) (*Unit, error) {
	return Units.Change(tx, ref, func(u *Unit) error {
		over, err := query.Each(tx, Units, "="+u.Parent, map[string][]string{"status": {string(UnitClosed)}})
		if err != nil {
			return err
		}
		var closed fault.Blockers
		for _, o := range over {
			closed.Add("closed_unit", "", "reopen %s above it first", o.Number).Link = linkOf(Units.Kind, o.ID)
		}
		if err := closed.Err(); err != nil {
			return err
		}
		return u.Reopen()
	})
}
