package sector

import (
	"github.com/ki-styring/aims/internal/record"
)

// RegisterApplication stores a request to join a body.
func RegisterApplication(tx *record.Tx, in ApplicationInput) (*Application, error) {
	a := NewApplication(in, record.DateOf(tx.Now))
	f := notLater(tx, "/received_on", a.ReceivedOn)
	if err := present(tx, &f, "/organisation_id", in.OrganisationID, record.DateOf(tx.Now)); err != nil {
		return nil, err
	}
	return ofBody(tx, &a.BodyID, in.Scope, f, func() (*Application, error) { return Applications.Create(tx, a) })
}

// ChangeApplication changes the fields of an application.
func ChangeApplication(tx *record.Tx, ref record.Ref, fn func(*Application) error) (*Application, error) {
	return Applications.Change(tx, ref, func(a *Application) error {
		was := a.OrganisationID
		if err := fn(a); err != nil {
			return err
		}
		f := notLater(tx, "/received_on", a.ReceivedOn)
		if a.OrganisationID != was {
			if err := present(tx, &f, "/organisation_id", a.OrganisationID, record.DateOf(tx.Now)); err != nil {
				return err
			}
		}
		return f.Err()
	})
}
