package governance

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// InPlace is the request by which top management decides a case in the place of its body, which conflicts of interest leave without a quorum.
type InPlace struct {
	// With approve, the actions in about are carried out.
	Outcome string `json:"outcome" validate:"required,oneof=approve decline" enums:"approve,decline" example:"approve"`
	record.Reason
} // @name CaseInPlaceInput

// DecidedInPlace is what top management decided in the place of a body.
type DecidedInPlace struct {
	InPlace
	By string    `json:"by" format:"uuid" names:"user"`
	At time.Time `json:"at"`
} // @name CaseInPlace

// DecideInPlace ends the case as top management decided.
func (c *Case) DecideInPlace(in InPlace, by string, at time.Time) error {
	c.InPlace = &DecidedInPlace{InPlace: in, By: by, At: at}
	return c.Conclude(Conclusion{Text: in.Reason.Reason}, by, at)
}

// watchCases records in which cases that ask for a decision the body cannot reach its quorum.
func watchCases(tx *record.Tx, b *Body, now *Constitution, carrier Carrier) error {
	cases, err := query.Each(tx, Cases, "="+b.Scope, map[string][]string{"body_id": {b.ID}, "status": pending})
	if err != nil {
		return err
	}
	for _, c := range cases {
		if len(c.About) == 0 {
			continue
		}
		x, _, err := assemblyNow(tx, c, now, carrier)
		if err != nil {
			return err
		}
		if err := watch(tx, Cases, c.ID, c, x.reachable()); err != nil {
			return err
		}
	}
	return nil
}

// assemblyNow returns the members who would decide the case today, and the records that it is about.
func assemblyNow(tx *record.Tx, c *Case, now *Constitution, carrier Carrier) (assembly, []*record.Row, error) {
	x := assembly{Constitution: now, c: c}
	rows, err := c.records(tx)
	if err != nil {
		return x, nil, err
	}
	x.barred, err = c.barred(tx, rows, now.Seats, carrier)
	return x, rows, err
}

// reachable reports whether all members who may vote in the case are a quorum.
func (x assembly) reachable() bool {
	voting, filled, free := 0, 0, 0
	for _, s := range x.Seats {
		if !s.Votes {
			continue
		}
		voting++
		if s.Vacant {
			continue
		}
		if filled++; !x.conflicted(s.MembershipID) {
			free++
		}
	}
	enough := x.Rules.ConflictedCount || free >= x.Rules.Required(voting, filled)
	return x.Constitution.reachable() && free > 0 && enough
}

// DecideInPlace lets top management decide a case in the place of its body, when conflicts of interest have kept the body from a quorum for thirty days.
// Whoever has a conflict of interest in the case, or has taken part in what is decided on, does not decide.
func DecideInPlace(tx *record.Tx, ref record.Ref, in InPlace, carrier Carrier) (*Case, error) {
	var by record.Authority
	c, err := Cases.Change(tx, ref, func(c *Case) error {
		b, err := bodyOf(tx, c.BodyID)
		if err != nil {
			return err
		}
		m, err := MandateInForce(tx, b.ID)
		if err != nil {
			return err
		}
		now, err := constitutionNow(tx, b, m)
		if err != nil {
			return err
		}
		x, rows, err := assemblyNow(tx, c, now, carrier)
		if err != nil {
			return err
		}
		if !c.LacksQuorum || x.reachable() {
			return fault.New(fault.Conflict, "quorum_possible/case", "the body can reach its quorum in %s, or has lacked it for less than thirty days", c.Number)
		}
		if err := x.impartial(tx, rows, carrier); err != nil {
			return err
		}
		if err := c.inputs(carrier, Outcome(in.Outcome)); err != nil {
			return err
		}
		by = *c.Row().Authority()
		by.BodyID, by.InPlace = b.ID, true
		return c.DecideInPlace(in, tx.Actor.ID, tx.Now)
	})
	if err != nil {
		return nil, err
	}
	if in.Outcome == string(Approve) {
		if err := c.carryOut(tx, Approve, by, carrier); err != nil {
			return nil, err
		}
	}
	return c, answerBack(tx, c)
}

// impartial refuses an actor who has a conflict of interest in the case, or an earlier act on a record that it is about.
func (x assembly) impartial(tx *record.Tx, rows []*record.Row, carrier Carrier) error {
	barred := slices.ContainsFunc(x.Seats, func(s MeetingSeat) bool {
		return s.UserID != "" && slices.Contains(tx.Actor.Persons, s.UserID) && x.conflicted(x.countedAs(s.MembershipID))
	})
	separated, err := x.c.separated(tx, tx.Actor.ID, rows, carrier)
	if err != nil {
		return err
	}
	if barred || separated {
		return fault.New(fault.Forbidden, "separation_of_duties/in_place",
			"you have a conflict of interest in the case, or have taken part in what is decided on, so somebody else in top management must decide")
	}
	return nil
}
