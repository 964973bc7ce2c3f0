package flow

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/org"
	"github.com/ki-styring/aims/internal/record"
)

// CloseUnit takes a unit out of use, once every unit and project below it is.
func CloseUnit(tx *record.Tx, ref record.Ref) (*org.Unit, error) {
	return org.Units.Change(tx, ref, func(u *org.Unit) error {
		below, err := org.Units.Each(tx, u.Path, map[string][]string{"status": {string(org.UnitActive)}})
		if err != nil {
			return err
		}
		var open fault.Blockers
		for _, b := range below {
			if b.ID != u.ID {
				open = append(open, fault.Blocker{
					Code: "open_unit", Link: linkOf(org.Units.Kind, b.ID), Detail: fault.Text{Format: "%s below it is still open", Args: []any{b.Number}},
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
func ReopenUnit(tx *record.Tx, ref record.Ref) (*org.Unit, error) {
	return org.Units.Change(tx, ref, func(u *org.Unit) error {
		over, err := org.Units.Each(tx, "="+u.Parent, map[string][]string{"status": {string(org.UnitClosed)}})
		if err != nil {
			return err
		}
		var closed fault.Blockers
		for _, o := range over {
			closed = append(closed, fault.Blocker{
				Code: "closed_unit", Link: linkOf(org.Units.Kind, o.ID), Detail: fault.Text{Format: "%s above it is closed", Args: []any{o.Number}},
			})
		}
		if err := closed.Err(); err != nil {
			return err
		}
		return u.Reopen()
	})
}
