package flow

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/governance"
	"github.com/ki-styring/aims/internal/record"
)

// mandateOf gives the mandate by which a body works today, or nil.
func mandateOf(tx *record.Tx, bodyID string) (*governance.Mandate, error) {
	adopted, err := governance.Mandates.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"adopted"}})
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
func empowered(tx *record.Tx, b *governance.Body, p governance.Power) (*governance.Mandate, error) {
	m, err := mandateOf(tx, b.ID)
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
func termOpen(tx *record.Tx, b *governance.Body) error {
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
func worksBy(tx *record.Tx, bodyID string) (*governance.Mandate, error) {
	all, err := governance.Mandates.Each(tx, "/", map[string][]string{"body_id": {bodyID}})
	if err != nil {
		return nil, err
	}
	var last *governance.Mandate
	for _, m := range all {
		switch {
		case m.InForce(tx.Now):
			return m, nil
		case m.Status == governance.MandateSuperseded:
		case last == nil || m.Status == governance.MandateAdopted || last.Status != governance.MandateAdopted:
			last = m
		}
	}
	return last, nil
}

// seats are the memberships of a body that count on the day of the transaction.
func seats(tx *record.Tx, bodyID string) ([]*governance.Membership, error) {
	all, err := governance.Memberships.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"active"}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *governance.Membership) bool { return !m.Counts(tx.Now) }), nil
}

// seatsOf are the memberships of a body that counted on the day of a meeting.
func seatsOf(tx *record.Tx, bodyID string, on record.Date) ([]*governance.Membership, error) {
	all, err := governance.Memberships.Each(tx, "/", map[string][]string{"body_id": {bodyID}, "status": {"active", "ended"}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m *governance.Membership) bool { return !m.Counted(on) }), nil
}

// seated gives the actor's own seat in a body.
func seated(tx *record.Tx, b *governance.Body) (*governance.Membership, error) {
	all, err := seats(tx, b.ID)
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
func files(tx *record.Tx, bodyID string) error {
	b, err := bodyOf(tx, bodyID)
	if err != nil || tx.Actor == record.System {
		return err
	}
	_, err = seated(tx, b)
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	roles, e := held(tx, tx.Actor.ID)
	if e != nil {
		return e
	}
	if slices.ContainsFunc(roles, func(h record.Held) bool {
		return h.Body == "" && (h.Role == "secretariat" || h.Role == "top_management") && record.Covers(h.Scope, b.Scope)
	}) {
		return nil
	}
	return err
}

// sits holds an act of the body to those of its members who vote in it.
func sits(tx *record.Tx, b *governance.Body, rules governance.Rules) error {
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
func kept(tx *record.Tx, bodyID string, p part) (bool, error) {
	ask := partIn{tx.Actor.ID, bodyID, p}
	known, ok := tx.Noted(ask).(noPart)
	if !ok {
		known.refusal = holds(tx, bodyID, p)
		if _, err := fault.Allowed(known.refusal); err != nil {
			return false, err
		}
		tx.Note(ask, known)
	}
	return known.refusal != nil, known.refusal
}

// holds holds the actor to a part in a body.
func holds(tx *record.Tx, bodyID string, p part) error {
	switch p {
	case filing:
		return files(tx, bodyID)
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

func bodyOf(tx *record.Tx, id string) (*governance.Body, error) {
	b, err := governance.Bodies.Find(tx, id)
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	return b, nil
}

// SetUpBody makes a body.
func SetUpBody(tx *record.Tx, in governance.BodyInput) (*governance.Body, error) {
	return governance.Bodies.Create(tx, governance.NewBody(in))
}

// inLine holds bodies to a tree, and to a line of predecessors: neither runs in a circle.
func inLine(tx *record.Tx, b *governance.Body) error {
	var f fault.Fields
	for _, line := range []struct {
		pointer string
		up      func(*governance.Body) string
	}{
		{"/parent_id", func(b *governance.Body) string { return b.ParentID }},
		{"/predecessor_id", func(b *governance.Body) string { return b.PredecessorID }},
	} {
		circle, err := circles(tx, b, line.up)
		if err != nil {
			return err
		}
		if circle {
			f.Add(line.pointer, "circle", "leads back to the body itself")
		}
	}
	return f.Err()
}

func circles(tx *record.Tx, b *governance.Body, up func(*governance.Body) string) (bool, error) {
	seen := map[string]bool{b.ID: true}
	for id := up(b); id != ""; {
		next, err := governance.Bodies.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			return false, nil // the reference itself is refused
		}
		if err != nil {
			return false, err
		}
		if next.ID == b.ID {
			return true, nil
		}
		if seen[next.ID] {
			return false, nil
		}
		seen[next.ID] = true
		id = up(next)
	}
	return false, nil
}

// withinTerm holds a membership to the term of its body: the body's own, or that of its newest mandate.
func withinTerm(tx *record.Tx, b *governance.Body, m governance.MembershipInput) error {
	from, to := b.TermFrom, b.TermTo
	if from == "" && to == "" {
		all, err := governance.Mandates.Each(tx, "/", map[string][]string{"body_id": {b.ID}})
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Status == governance.MandateSuperseded {
				continue
			}
			if x.ValidFrom != "" && (from == "" || x.ValidFrom < from) {
				from = x.ValidFrom
			}
			if x.ValidTo == "" {
				to = "9999-12-31"
			}
			to = max(to, x.ValidTo)
		}
		if to == "9999-12-31" {
			to = ""
		}
	}
	var f fault.Fields
	for _, d := range []struct {
		pointer string
		day     record.Date
	}{{"/valid_from", m.ValidFrom}, {"/valid_to", m.ValidTo}} {
		if d.day != "" && (from != "" && d.day < from || to != "" && d.day > to) {
			f.Add(d.pointer, "outside_term", "lies outside the term of %s", b.Number)
		}
	}
	return f.Err()
}

// oneLead holds a body to one lead at a time.
func oneLead(tx *record.Tx, b *governance.Body, id string, in governance.MembershipInput) error {
	if in.Position != governance.Lead {
		return nil
	}
	leads, err := governance.Memberships.Each(tx, "/", map[string][]string{"body_id": {b.ID}, "position": {"lead"}})
	if err != nil {
		return err
	}
	for _, l := range leads {
		if l.ID != id && l.Status != governance.MembershipEnded && l.Overlaps(in.ValidFrom, in.ValidTo) {
			e := fault.New(fault.Conflict, "has_lead", "%s has a lead already", b.Number)
			e.Fields = fault.Fields{{Pointer: "/valid_from", Code: e.Code, Detail: e.Text}}
			return e
		}
	}
	return nil
}

// ChangeMembership changes a membership that is not confirmed yet.
func ChangeMembership(tx *record.Tx, ref record.Ref, fn func(*governance.Membership) error) (*governance.Membership, error) {
	return governance.Memberships.Change(tx, ref, func(m *governance.Membership) error {
		if err := fn(m); err != nil {
			return err
		}
		b, err := bodyOf(tx, m.BodyID)
		if err != nil {
			return err
		}
		if err := withinTerm(tx, b, m.MembershipInput); err != nil {
			return err
		}
		return oneLead(tx, b, m.ID, m.MembershipInput)
	})
}

// ExtendMandate lengthens the term of a mandate that was adopted.
func ExtendMandate(tx *record.Tx, ref record.Ref, in governance.Extension) (*governance.Mandate, error) {
	return governance.Mandates.Change(tx, ref, func(m *governance.Mandate) error { return m.Extend(in.Until) })
}

func at(list string, i int, name string) string {
	return "/" + list + "/" + strconv.Itoa(i) + "/" + name
}
