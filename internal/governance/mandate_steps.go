package governance

import (
	"fmt"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/record/query"
)

// ExtendMandate extends the term of an adopted mandate.
func ExtendMandate(tx *record.Tx, ref record.Ref, in Extension) (*Mandate, error) {
	return Mandates.Change(tx, ref, func(m *Mandate) error { return m.Extend(in.Until) })
}

// DraftMandate opens the next edition of a body's mandate.
func DraftMandate(tx *record.Tx, in MandateInput) (*Mandate, error) {
	b, err := bodyIn(tx, in.BodyID, in.Scope)
	if err != nil {
		return nil, err
	}
	in.BodyID = b.ID
	for _, check := range []error{withinPowers(b, in.Powers), in.delegable(tx)} {
		if err := tx.Collect(check); err != nil {
			return nil, err
		}
	}
	earlier, err := query.Each(tx, Mandates, "/", map[string][]string{"body_id": {b.ID}})
	if err != nil {
		return nil, err
	}
	next := 1 // drafts can be deleted, so the editions are not counted
	for _, m := range earlier {
		next = max(next, m.Edition+1)
	}
	return Mandates.Create(tx, NewMandate(in, next))
}

// ChangeMandate changes a draft.
func ChangeMandate(tx *record.Tx, ref record.Ref, fn func(*Mandate) error) (*Mandate, error) {
	return Mandates.Change(tx, ref, func(m *Mandate) error {
		if err := fn(m); err != nil {
			return err
		}
		b, err := bodyOf(tx, m.BodyID)
		if err != nil {
			return err
		}
		if err := tx.Collect(withinPowers(b, m.Powers)); err != nil {
			return err
		}
		return m.delegable(tx)
	})
}

// withinPowers refuses powers that the body may not have.
func withinPowers(b *Body, powers []Power) error {
	var f fault.Fields
	for i, p := range powers {
		if len(b.Powers) > 0 && !slices.Contains(b.Powers, p) {
			f.Add(fmt.Sprintf("/powers/%d", i), "beyond_body", "is a power that %s may not be given", b.Number)
		}
	}
	return f.Err()
}

// AdoptMandate puts a mandate in force from its first day. The body's earlier mandate stays in force until then.
func AdoptMandate(tx *record.Tx, ref record.Ref) (*Mandate, error) {
	m, err := Mandates.Change(tx, ref, func(m *Mandate) error { return m.Adopt(tx.Actor.ID, tx.Now) })
	if err != nil {
		return nil, err
	}
	return m, supersede(tx, map[string][]string{"body_id": {m.BodyID}, "status": {"adopted"}})
}

// SupersedeMandates ends the mandates whose next edition has begun. The system calls it.
func SupersedeMandates(tx *record.Tx) error {
	return supersede(tx, map[string][]string{"status": {"adopted"}})
}

func supersede(tx *record.Tx, adopted map[string][]string) error {
	list, err := query.Each(tx, Mandates, "/", adopted)
	if err != nil {
		return err
	}
	today := record.DateOf(tx.Now)
	for _, e := range list {
		if !slices.ContainsFunc(list, func(m *Mandate) bool { return m.Succeeds(e, today) }) {
			continue
		}
		if _, err := Mandates.Change(tx.Follow("mandate", "supersede"), record.Ref{ID: e.ID, Version: record.AnyVersion}, (*Mandate).Supersede); err != nil {
			return err
		}
	}
	return nil
}
