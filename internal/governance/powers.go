package governance

import (
	"slices"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// MandateOn returns the mandate that was in force for a body on a day, or nil when there was none that the actor may read.
func MandateOn(tx *record.Tx, bodyID string, day record.Date) (*Mandate, error) {
	m, err := mandateOn(tx, bodyID, day)
	if err != nil || m == nil || !tx.Visible(m.Row()) {
		return nil, err
	}
	return m, nil
}

// mandateOn returns the mandate that was in force for a body on a day, or nil when there was none.
func mandateOn(tx *record.Tx, bodyID string, day record.Date) (*Mandate, error) {
	adopted, err := query.Each(tx, Mandates, "/", map[string][]string{"body_id": {bodyID}, "status": {"adopted", "superseded"}})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(adopted, func(m *Mandate) bool { return m.On(day, adopted) })
	if i < 0 {
		return nil, nil //nolint:nilnil // a body may have no mandate
	}
	return adopted[i], nil
}

// MandateInForce returns the body's mandate that is in force today, or nil.
func MandateInForce(tx *record.Tx, bodyID string) (*Mandate, error) {
	adopted, err := mandatesOfBody(tx, bodyID, "adopted")
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Backward(adopted) {
		if m.InForce(tx.Now) {
			return m, nil
		}
	}
	return nil, nil //nolint:nilnil // a body may have no mandate, and every caller checks
}

// requirePower returns the mandate in force if it has the power, and refuses otherwise.
func requirePower(tx *record.Tx, b *Body, p Power) (*Mandate, error) {
	m, err := MandateInForce(tx, b.ID)
	if err != nil {
		return nil, err
	}
	return m, b.gives(m, p, tx.Now)
}

// gives refuses a power that a mandate of the body does not give it. m is nil when there is no mandate.
func (b *Body) gives(m *Mandate, p Power, now time.Time) error {
	switch {
	case m == nil || b.Ended(now):
		return fault.New(fault.Forbidden, "power_missing/no_mandate", "%s has no mandate in force that gives it the power to %s", b.Number, p).With("body_id", b.ID)
	case !m.Has(p):
		return fault.New(fault.Forbidden, "power_missing", "the mandate of %s (%s, edition %d) does not give it the power to %s", b.Number, m.Number, m.Edition, p).
			With("body_id", b.ID).With("mandate", m.Number).With("edition", m.Edition)
	}
	return nil
}

// requireOpenTerm refuses new work once the term of the body or of its mandate has ended.
func requireOpenTerm(tx *record.Tx, b *Body) error {
	ended := func(number string, on record.Date) error {
		return fault.New(fault.Conflict, "term_ended", "the term of %s ended on %s; extend or renew the mandate before it takes new cases", number, on).With("ended_on", on)
	}
	if b.TermTo.Passed(tx.Now) {
		return ended(b.Number, b.TermTo)
	}
	m, err := worksBy(tx, b.ID)
	if err != nil || m == nil || m.InForce(tx.Now) || !m.ValidTo.Passed(tx.Now) {
		return err
	}
	return ended(m.Number, m.ValidTo)
}

// worksBy returns the body's mandate in force. Without one it returns the newest that was adopted, or the draft while none was ever adopted.
func worksBy(tx *record.Tx, bodyID string) (*Mandate, error) {
	all, err := mandatesOfBody(tx, bodyID)
	if err != nil {
		return nil, err
	}
	var last *Mandate
	for _, m := range all {
		switch {
		case m.InForce(tx.Now):
			return m, nil
		case m.Status == MandateSuperseded:
		case last == nil || m.Status == MandateAdopted || last.Status != MandateAdopted:
			last = m
		}
	}
	return last, nil
}

// SeatsToday returns the memberships of a body that count on the day of the transaction.
func SeatsToday(tx *record.Tx, bodyID string) ([]*Membership, error) {
	all, err := activeSeats(tx, bodyID)
	if err != nil {
		return nil, err
	}
	var out []*Membership
	for _, m := range all {
		if m.Counts(tx.Now) {
			out = append(out, m)
		}
	}
	return out, nil
}

// SeatsOn returns the memberships of a body that counted on the day of a meeting.
func SeatsOn(tx *record.Tx, bodyID string, on record.Date) ([]*Membership, error) {
	all, err := query.Each(tx, Memberships, "/", map[string][]string{"body_id": {bodyID}, "status": {"active", "ended"}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *Membership) bool { return !m.Counted(on) }), nil
}

// ownSeat returns the actor's membership of a body, and refuses an actor without one. Of several it is one with a vote, if there is one.
func ownSeat(tx *record.Tx, b *Body) (*Membership, error) {
	all, err := SeatsToday(tx, b.ID)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(m *Membership) bool {
		return m.UserID == "" || m.UserID != tx.Actor.ID && !slices.Contains(tx.Actor.Persons, m.UserID)
	})
	if len(all) > 0 {
		return slices.MinFunc(all, func(a, b *Membership) int { return Rules{}.rank(a) - Rules{}.rank(b) }), nil
	}
	return nil, fault.New(fault.Forbidden, "not_a_member/caller", "only members of %s can do this", b.Number).With("body_id", b.ID)
}

// mayFile returns nil for those who prepare a body's cases and meetings: its members, the secretariat and top management.
func mayFile(tx *record.Tx, bodyID string, roles Roles) error {
	b, err := bodyOf(tx, bodyID)
	if err != nil || tx.Actor == record.System {
		return err
	}
	_, err = ownSeat(tx, b)
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	held, e := roles.Held(tx, tx.Actor.ID)
	if e != nil {
		return e
	}
	if slices.ContainsFunc(held, func(h record.Held) bool {
		return h.Body == "" && (h.Role == "secretariat" || h.Role == "top_management") && record.Covers(h.Scope, b.Scope)
	}) {
		return nil
	}
	return err
}

// mayResolve returns nil when the actor is a voting member of the body by these rules.
func mayResolve(tx *record.Tx, b *Body, rules Rules) error {
	m, err := ownSeat(tx, b)
	if err != nil {
		return err
	}
	if !rules.Votes(m.Position) {
		return fault.New(fault.Forbidden, "never_votes", "observers and secretaries have no vote in %s", b.Number)
	}
	return nil
}

// part is a group of actions in a body that are for the same people.
type part int

const (
	filing    part = iota // preparing cases and meetings
	sitting               // for all members
	resolving             // for voting members
)

type partIn struct {
	actor, body string
	part        part
}

type noPart struct{ refusal error }

// lacksPart reports whether the actor lacks this part in a body, with the refusal. The answer is cached for the transaction.
func lacksPart(tx *record.Tx, bodyID string, p part, roles Roles) (bool, error) {
	ask := partIn{tx.Actor.ID, bodyID, p}
	known, ok := tx.Noted(ask).(noPart)
	if !ok {
		known.refusal = requirePart(tx, bodyID, p, roles)
		if _, err := fault.Allowed(known.refusal); err != nil {
			return false, err
		}
		tx.Note(ask, known)
	}
	return known.refusal != nil, known.refusal
}

// requirePart returns nil when the actor has this part in a body.
func requirePart(tx *record.Tx, bodyID string, p part, roles Roles) error {
	switch p {
	case filing:
		return mayFile(tx, bodyID, roles)
	case resolving:
		return mayResolveIn(tx, bodyID)
	case sitting:
	}
	b, err := bodyOf(tx, bodyID)
	if err == nil {
		_, err = ownSeat(tx, b)
	}
	return err
}
