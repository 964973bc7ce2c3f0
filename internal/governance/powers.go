package governance

import (
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// MandateOn gives the mandate by which a body worked on a day, or nil when it had none that the actor may read.
func MandateOn(tx *record.Tx, bodyID string, day record.Date) (*Mandate, error) {
	adopted, err := Mandates.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"adopted", "superseded"}})
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(adopted, func(m *Mandate) bool { return m.On(day, adopted) })
	if i < 0 || !tx.Visible(adopted[i].Row()) {
		return nil, nil //nolint:nilnil // it may have none
	}
	return adopted[i], nil
}

// MandateInForce gives the mandate by which a body works today, or nil.
func MandateInForce(tx *record.Tx, bodyID string) (*Mandate, error) {
	adopted, err := Mandates.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"adopted"}})
	if err != nil {
		return nil, err
	}
	for _, m := range slices.Backward(adopted) {
		if m.InForce(tx.Now) {
			return m, nil
		}
	}
	return nil, nil //nolint:nilnil // a body may have none, and every caller asks
}

// empowered holds a body to the powers of its mandate.
func empowered(tx *record.Tx, b *Body, p Power) (*Mandate, error) {
	m, err := MandateInForce(tx, b.ID)
	switch {
	case err != nil:
		return nil, err
	case m == nil || b.Ended(tx.Now):
		return nil, fault.New(fault.Forbidden, "power_missing", "%s has no mandate in force that lets it %s", b.Number, p).With("body_id", b.ID)
	case !m.Has(p):
		return nil, fault.New(fault.Forbidden, "power_missing", "the mandate of %s (%s, edition %d) does not let it %s", b.Number, m.Number, m.Edition, p).
			With("body_id", b.ID).With("mandate", m.Number).With("edition", m.Edition)
	}
	return m, nil
}

// termOpen holds new work to a term that has not ended: the body's own, and its mandate's.
func termOpen(tx *record.Tx, b *Body) error {
	ended := func(number string, on record.Date) error {
		return fault.New(fault.Conflict, "term_ended", "the term of %s ended on %s; it takes no new cases until it is extended or renewed", number, on).With("ended_on", on)
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

// worksBy gives the mandate that a body works by: the one in force, else the newest that was adopted, else its draft while none ever was.
func worksBy(tx *record.Tx, bodyID string) (*Mandate, error) {
	all, err := Mandates.Each(tx, "/", map[string][]string{"body_id": {bodyID}})
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

// SeatsToday are the memberships of a body that count on the day of the transaction.
func SeatsToday(tx *record.Tx, bodyID string) ([]*Membership, error) {
	all, err := Memberships.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *Membership) bool { return !m.Counts(tx.Now) }), nil
}

// SeatsOn are the memberships of a body that counted on the day of a meeting.
func SeatsOn(tx *record.Tx, bodyID string, on record.Date) ([]*Membership, error) {
	all, err := Memberships.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"active", "ended"}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *Membership) bool { return !m.Counted(on) }), nil
}

// seated gives the actor's own seat in a body.
func seated(tx *record.Tx, b *Body) (*Membership, error) {
	all, err := SeatsToday(tx, b.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.UserID != "" && (m.UserID == tx.Actor.ID || slices.Contains(tx.Actor.Persons, m.UserID)) {
			return m, nil
		}
	}
	return nil, fault.New(fault.Forbidden, "not_a_member", "only members of %s do this", b.Number).With("body_id", b.ID)
}

// files holds the paperwork of a body to whoever sits in it, its secretariat and top management.
func files(tx *record.Tx, bodyID string, roles Roles) error {
	b, err := bodyOf(tx, bodyID)
	if err != nil || tx.Actor == record.System {
		return err
	}
	_, err = seated(tx, b)
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

// sits holds an act of the body to those of its members who vote in it.
func sits(tx *record.Tx, b *Body, rules Rules) error {
	m, err := seated(tx, b)
	if err != nil {
		return err
	}
	if !rules.Votes(m.Position) {
		return fault.New(fault.Forbidden, "never_votes", "observers and secretaries take no part in what %s resolves", b.Number)
	}
	return nil
}

// part is what somebody does in a body.
type part int

const (
	filing    part = iota // its paperwork
	sitting               // what its members do
	resolving             // what its members who vote do
)

type partIn struct {
	actor, body string
	part        part
}

type noPart struct{ refusal error }

// kept tells that the actor has no such part in a body, and gives the refusal that says so.
func kept(tx *record.Tx, bodyID string, p part, roles Roles) (bool, error) {
	ask := partIn{tx.Actor.ID, bodyID, p}
	known, ok := tx.Noted(ask).(noPart)
	if !ok {
		known.refusal = holds(tx, bodyID, p, roles)
		if _, err := fault.Allowed(known.refusal); err != nil {
			return false, err
		}
		tx.Note(ask, known)
	}
	return known.refusal != nil, known.refusal
}

// holds holds the actor to a part in a body.
func holds(tx *record.Tx, bodyID string, p part, roles Roles) error {
	switch p {
	case filing:
		return files(tx, bodyID, roles)
	case resolving:
		return memberOf(tx, bodyID)
	case sitting:
	}
	b, err := bodyOf(tx, bodyID)
	if err == nil {
		_, err = seated(tx, b)
	}
	return err
}

func at(list string, i int, name string) string {
	return "/" + list + "/" + strconv.Itoa(i) + "/" + name
}
