package flow

import (
	"fmt"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
)

// RegisterApplication registers a request to join a body.
func RegisterApplication(tx *record.Tx, in sector.ApplicationInput) (*sector.Application, error) {
	a := sector.NewApplication(in, record.DateOf(tx.Now))
	f := notLater(tx, "/received_on", a.ReceivedOn)
	if err := present(tx, &f, "/organisation_id", in.OrganisationID, record.DateOf(tx.Now)); err != nil {
		return nil, err
	}
	return ofBody(tx, &a.BodyID, in.Scope, f, func() (*sector.Application, error) { return sector.Applications.Create(tx, a) })
}

// ChangeApplication stores other fields of an application.
func ChangeApplication(tx *record.Tx, ref record.Ref, fn func(*sector.Application) error) (*sector.Application, error) {
	return sector.Applications.Change(tx, ref, func(a *sector.Application) error {
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

// AcceptApplication lets an applicant in: the body's lead does, or top management. It makes no membership: the secretariat enters one, which
// is confirmed as any other. What must follow an acceptance is written here, by tx.Follow, when a body wants that.
func AcceptApplication(tx *record.Tx, ref record.Ref, in sector.Acceptance) (*sector.Application, error) {
	return sector.Applications.Change(tx, ref, func(a *sector.Application) error {
		if err := answers(tx, a); err != nil {
			return err
		}
		a.Accept(in, tx.Actor.ID, tx.Now)
		return nil
	})
}

// DeclineApplication keeps an applicant out, by whoever could have accepted.
func DeclineApplication(tx *record.Tx, ref record.Ref, reason string) (*sector.Application, error) {
	return sector.Applications.Change(tx, ref, func(a *sector.Application) error {
		if err := answers(tx, a); err != nil {
			return err
		}
		a.Decline(reason, tx.Actor.ID, tx.Now)
		return nil
	})
}

func answers(tx *record.Tx, a *sector.Application) error {
	ok, err := MayAnswer(tx, a)
	if err != nil || ok {
		return err
	}
	return fault.New(fault.Forbidden, "not_lead", "an application is answered by the body's lead or top management")
}

// MayAnswer tells whether the actor may accept or decline this application: what allowed_actions and tasks ask beside the grant.
func MayAnswer(tx *record.Tx, a *sector.Application) (bool, error) {
	b, err := governance.Bodies.Find(tx, a.BodyID)
	if err != nil {
		return false, fmt.Errorf("read body: %w", err)
	}
	return leadsOrManages(tx, b)
}
