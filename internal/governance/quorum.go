package governance

import (
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// withoutQuorum is how long a body that decides may lack the members for a quorum, before top management may decide in its place.
const withoutQuorum record.Duration = "P30D"

// StandIn says that top management decides in the place of a body, until the body can reach its quorum again.
type StandIn struct {
	By     string    `json:"by" format:"uuid" names:"user"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
} // @name BodyStandIn

// CanReachQuorum reports whether the body has so many filled seats with a vote that a meeting with all of them has a quorum.
func CanReachQuorum(tx *record.Tx, b *Body, m *Mandate) (bool, error) {
	seats, err := SeatsToday(tx, b.ID)
	if err != nil {
		return false, err
	}
	rules := RulesOf(b, m)
	all, err := meetingSeats(tx, seats, rules, tx.Now)
	if err != nil {
		return false, err
	}
	voting, filled, chair := 0, 0, false
	for _, s := range all {
		if !s.Votes {
			continue
		}
		voting++
		if !s.Vacant {
			filled++
			chair = chair || s.Position == Lead || s.Position == Deputy
		}
	}
	return filled > 0 && filled >= rules.Required(voting, filled) && (chair || !rules.Quorum.Chair), nil
}

// LoseQuorum records that the body cannot reach its quorum from that day on.
func (b *Body) LoseQuorum(on record.Date) error {
	b.NoQuorumSince = on
	return nil
}

// LackQuorum records that the body has not been able to reach its quorum for so long that top management may decide in its place.
func (b *Body) LackQuorum() error {
	b.LacksQuorum = true
	return nil
}

// RegainQuorum records that the body can reach its quorum again. Nobody decides in its place any more.
func (b *Body) RegainQuorum() error {
	b.NoQuorumSince, b.LacksQuorum, b.StandIn = "", false, nil
	return nil
}

// Facts says whether top management may decide in the place of the body.
func (b *Body) Facts() []record.Fact {
	if b.LacksQuorum && b.StandIn == nil {
		return []record.Fact{{Name: "quorum", Value: "lacking"}}
	}
	return nil
}

// StandInFor lets top management decide in the place of a body that has not been able to reach its quorum for thirty days.
func StandInFor(tx *record.Tx, ref record.Ref, reason string) (*Body, error) {
	return Bodies.Change(tx, ref, func(b *Body) error {
		if !b.LacksQuorum || b.StandIn != nil {
			return fault.New(fault.Conflict, "quorum_possible", "%s can reach its quorum, or has lacked it for less than thirty days, or somebody decides in its place already", b.Number)
		}
		b.StandIn = &StandIn{By: tx.Actor.ID, At: tx.Now, Reason: reason}
		return nil
	})
}

// WatchQuorums records which bodies that decide cannot reach their quorum, and since when. The worker calls it as the system.
func WatchQuorums(tx *record.Tx) error {
	all, err := query.Each(tx, Bodies, "/", map[string][]string{"status": {string(BodyActive)}})
	if err != nil {
		return err
	}
	for _, b := range all {
		m, err := MandateInForce(tx, b.ID)
		if err != nil {
			return err
		}
		if m == nil || !m.Has(Decide) {
			continue
		}
		can, err := CanReachQuorum(tx, b, m)
		if err != nil {
			return err
		}
		today := record.DateOf(tx.Now)
		verb, change := "", func(*Body) error { return nil }
		switch {
		case can && b.NoQuorumSince != "":
			verb, change = "regain-quorum", (*Body).RegainQuorum
		case !can && b.NoQuorumSince == "":
			verb, change = "lose-quorum", func(b *Body) error { return b.LoseQuorum(today) }
		case !can && !b.LacksQuorum && b.NoQuorumSince.Add(withoutQuorum) <= today:
			verb, change = "lack-quorum", (*Body).LackQuorum
		}
		if verb == "" {
			continue
		}
		if _, err := Bodies.Change(tx.Follow("body", verb), record.Ref{ID: b.ID, Version: record.AnyVersion}, change); err != nil {
			return err
		}
	}
	return nil
}
