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

// Shortage says since when there have been too few members for a quorum.
type Shortage struct {
	// The day from which there have been too few members for a quorum; null while one can be reached.
	NoQuorumSince record.Date `json:"no_quorum_since"`
	// There have been too few members for a quorum for thirty days, so that top management may decide.
	LacksQuorum bool `json:"lacks_quorum"`
}

// The verbs by which the system records a shortage.
const (
	loseQuorum   = "lose-quorum"
	lackQuorum   = "lack-quorum"
	regainQuorum = "regain-quorum"
)

// LoseQuorum records that no quorum can be reached from that day on.
func (s *Shortage) LoseQuorum(on record.Date) error {
	s.NoQuorumSince = on
	return nil
}

// LackQuorum records that no quorum could be reached for so long that top management may decide.
func (s *Shortage) LackQuorum() error {
	s.LacksQuorum = true
	return nil
}

// RegainQuorum records that a quorum can be reached again.
func (s *Shortage) RegainQuorum() error {
	*s = Shortage{}
	return nil
}

// change returns the verb that records whether a quorum can be reached on a day. It is empty when nothing changes.
func (s *Shortage) change(can bool, today record.Date) string {
	switch {
	case can && s.NoQuorumSince != "":
		return regainQuorum
	case !can && s.NoQuorumSince == "":
		return loseQuorum
	case !can && !s.LacksQuorum && s.NoQuorumSince.Add(withoutQuorum) <= today:
		return lackQuorum
	}
	return ""
}

// short is a record that stores a shortage.
type short interface {
	LoseQuorum(record.Date) error
	LackQuorum() error
	RegainQuorum() error
	change(can bool, today record.Date) string
}

// watch records on a body or a case whether a quorum can be reached now.
func watch[E any](tx *record.Tx, repo record.Repo[E], id string, s short, can bool) error {
	today := record.DateOf(tx.Now)
	verb := s.change(can, today)
	if verb == "" {
		return nil
	}
	_, err := repo.Change(tx.Follow(repo.Name, verb), record.Ref{ID: id, Version: record.AnyVersion}, func(e *E) error {
		switch s := any(e).(short); verb {
		case loseQuorum:
			return s.LoseQuorum(today)
		case lackQuorum:
			return s.LackQuorum()
		default:
			return s.RegainQuorum()
		}
	})
	return err
}

// CanReachQuorum reports whether the body has so many filled seats with a vote that a meeting with all of them has a quorum.
func CanReachQuorum(tx *record.Tx, b *Body, m *Mandate) (bool, error) {
	c, err := constitutionNow(tx, b, m)
	return err == nil && c.reachable(), err
}

// constitutionNow returns what the body is now.
func constitutionNow(tx *record.Tx, b *Body, m *Mandate) (*Constitution, error) {
	seats, err := SeatsToday(tx, b.ID)
	if err != nil {
		return nil, err
	}
	rules := RulesOf(b, m)
	all, err := meetingSeats(tx, seats, rules, tx.Now)
	return &Constitution{Rules: &rules, Seats: all}, err
}

// reachable reports whether a meeting with everybody who has a seat has a quorum.
func (c *Constitution) reachable() bool {
	voting, filled, chair := 0, 0, false
	for _, s := range c.Seats {
		if !s.Votes {
			continue
		}
		voting++
		if !s.Vacant {
			filled++
			chair = chair || s.Position == Lead || s.Position == Deputy
		}
	}
	return filled > 0 && filled >= c.Rules.Required(voting, filled) && (chair || !c.Rules.Quorum.Chair)
}

// RegainQuorum records that the body can reach its quorum again. Nobody decides in its place any more.
func (b *Body) RegainQuorum() error {
	b.StandIn = nil
	return b.Shortage.RegainQuorum()
}

// Facts says whether top management may decide in the place of the body, and whether its term ends.
func (b *Body) Facts() (facts []record.Fact) {
	if b.LacksQuorum && b.StandIn == nil {
		facts = append(facts, record.Fact{Name: "quorum", Value: "lacking"})
	}
	if b.TermTo != "" {
		facts = append(facts, record.Fact{Name: "term", Value: "ends"})
	}
	return facts
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

// WatchQuorums records which bodies that decide cannot reach their quorum, in general or in one case, and since when. The worker calls it as the system.
func WatchQuorums(tx *record.Tx, carrier Carrier) error {
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
		c, err := constitutionNow(tx, b, m)
		if err != nil {
			return err
		}
		can := c.reachable()
		if err := watch(tx, Bodies, b.ID, b, can); err != nil {
			return err
		}
		if can {
			if err := watchCases(tx, b, c, carrier); err != nil {
				return err
			}
		}
	}
	return nil
}
