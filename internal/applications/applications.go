// Package applications answers applications to join a governing body.
package applications

import (
	"fmt"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/sector"
)

// Accept accepts an application; the body's lead or top management does. It enters the membership of the applicant's organisation, which somebody
// else confirms like any other.
func Accept(tx *record.Tx, ref record.Ref, in sector.Acceptance, roles governance.Roles) (*sector.Application, error) {
	return sector.Applications.Change(tx, ref, func(a *sector.Application) error {
		if err := answers(tx, a, roles); err != nil {
			return err
		}
		a.Accept(in, tx.Actor.ID, tx.Now)
		m, err := governance.EnterMembership(tx.Follow("membership", "create"), governance.MembershipInput{
			Common: record.Common{Scope: a.Scope}, BodyID: a.BodyID, OrganisationID: a.OrganisationID, UserID: in.UserID,
			Position: governance.Position(a.Decision.Position), ValidFrom: record.DateOf(tx.Now),
		})
		if err != nil {
			return err
		}
		a.MembershipID = m.ID
		return nil
	})
}

// Decline declines an application; the body's lead or top management does.
func Decline(tx *record.Tx, ref record.Ref, reason string, roles governance.Roles) (*sector.Application, error) {
	return sector.Applications.Change(tx, ref, func(a *sector.Application) error {
		if err := answers(tx, a, roles); err != nil {
			return err
		}
		a.Decline(reason, tx.Actor.ID, tx.Now)
		return nil
	})
}

func answers(tx *record.Tx, a *sector.Application, roles governance.Roles) error {
	ok, err := mayAnswer(tx, a, roles)
	if err != nil || ok {
		return err
	}
	return fault.New(fault.Forbidden, "not_lead/application", "only the body's lead or top management can answer an application")
}

// Bars tells that the actor may not accept or decline this application. allowed_actions and tasks ask it beside the grant.
func Bars(tx *record.Tx, a *sector.Application, action string, roles governance.Roles) (bool, error) {
	if action != "accept" && action != "decline" {
		return false, nil
	}
	may, err := mayAnswer(tx, a, roles)
	return !may, err
}

func mayAnswer(tx *record.Tx, a *sector.Application, roles governance.Roles) (bool, error) {
	b, err := governance.Bodies.Find(tx, a.BodyID)
	if err != nil {
		return false, fmt.Errorf("read body: %w", err)
	}
	return governance.LeadsOrManages(tx, b, roles)
}

// ReadAhead reads what Bars asks about these applications, in as few statements as for one.
func ReadAhead(tx *record.Tx, rows []*record.Row) error { return governance.ReadAhead(tx, rows) }
