package sector

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ofBody creates a record that belongs to a body, and replaces a body key by its id. The record must have the scope of the body, and the
// body must be active. The faults f, found by the caller, are reported together with those of the record.
func ofBody[E any](tx *record.Tx, bodyID *string, scope string, f fault.Fields, create func() (*E, error)) (*E, error) {
	b, err := tx.Load(record.KindOf("body"), *bodyID)
	switch {
	case fault.Is(err, fault.NotFound): // create reports it
	case err != nil:
		return nil, err
	default:
		*bodyID = b.ID
		if b.Scope != scope {
			f.Add("/scope", "body_elsewhere", "must be the scope of the body, %s", b.Scope)
		}
	}
	e, err := create()
	if err = joined(err, f); err != nil {
		return nil, err
	}
	if b != nil && b.Status != "active" {
		return nil, fault.New(fault.Conflict, "body_closed", "%s is closed", b.Number)
	}
	return e, nil
}

// joined adds the faults f to an error that lists field faults. Any other error is returned as it is; without an error f becomes one.
func joined(err error, f fault.Fields) error {
	if err == nil {
		return f.Err()
	}
	if e := fault.As(err); e != nil && len(e.Fields) > 0 {
		e.Fields = append(e.Fields, f...)
	}
	return err
}

// present adds a fault when the organisation has ended by that day. An unknown organisation is reported when the record is stored.
func present(tx *record.Tx, f *fault.Fields, pointer, id string, on record.Date) error {
	if id == "" {
		return nil
	}
	o, err := Organisations.Find(tx, id)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	case !o.Present(on) && o.Status == OrganisationMerged:
		into, err := Organisations.Find(tx, o.SuccessorID)
		if err != nil {
			return err
		}
		f.Add(pointer, "organisation_merged", "%s was merged into %s on %s", o.Name, into.Name, string(o.MergedOn))
	case !o.Present(on):
		f.Add(pointer, "organisation_closed", "%s was closed on %s", o.Name, string(o.EndedOn))
	}
	return nil
}

// notLater returns a fault when the day is after today.
func notLater(tx *record.Tx, pointer string, day record.Date) (f fault.Fields) {
	if day > record.DateOf(tx.Now) {
		f.Add(pointer, "in_the_future", "must not be in the future")
	}
	return f
}
