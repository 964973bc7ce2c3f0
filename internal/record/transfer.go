package record

import (
	"fmt"
	"reflect"

	"github.com/ki-styring/aims/internal/fault"
)

// Transfer moves a record to another scope. The actor needs the permission in both scopes. The scopes of all records it refers to, and that refer to
// it, must be the new scope, above it or below it.
func (r Repo[E]) Transfer(tx *Tx, ref Ref, scope string) (*E, error) {
	return r.Change(tx, ref, func(e *E) error {
		reflect.ValueOf(e).Elem().FieldByIndex(r.scope).SetString(scope)
		return nil
	})
}

// move checks the permission in the new scope, and the scopes of the records that refer to this one.
func (tx *Tx) move(row *Row, to string) error {
	if tx.Permission.Action != "transfer" {
		return fmt.Errorf("record: %s changes the scope of %s", tx.Permission, row.Number)
	}
	there := *row
	there.Scope = to
	if err := tx.mayCreate(&there, there.Target()); err != nil {
		return err
	}
	referrers, err := tx.links(row.ID)
	if err != nil {
		return err
	}
	for _, l := range referrers {
		if l.Direction != "in" || row.Kind.Person {
			continue
		}
		from, err := tx.load(KindOf(l.Kind), l.ID)
		if err != nil {
			return err
		}
		if !Related(from.Scope, to) {
			return fault.New(fault.Conflict, "tied_elsewhere", "%s refers to it and is neither in the new scope, nor above it, nor below it", from.Number)
		}
	}
	row.Scope = to
	return nil
}

// UnitAt reads the unit of a scope. It returns NotFound when the actor may not read it.
func (tx *Tx) UnitAt(scope string) (*Row, error) {
	var id string
	if err := tx.row(`SELECT id FROM `+places.Table+` WHERE `+places.Place.Path+` = ?`, scope).Scan(&id); err != nil {
		return nil, NotFound().Because(err)
	}
	return tx.Load(places, id)
}
