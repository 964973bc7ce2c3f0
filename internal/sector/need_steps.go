package sector

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// PrioritiseNeeds updates the priority of the received and assessed needs that refer to a standard.
func PrioritiseNeeds(tx *record.Tx, standardID string) error {
	ids, err := tx.Referrers("need", "standard_ids", standardID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := Needs.Find(tx, id)
		if err != nil {
			return err
		}
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		if n.Status != NeedReceived && n.Status != NeedAssessed || !n.Raise(first) {
			continue
		}
		_, err = Needs.Change(tx.Follow("need", "prioritise"), record.Ref{ID: id, Version: record.AnyVersion}, func(n *Need) error {
			n.Raise(first)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// commissioned returns the ids of the standards that the Commission asks for. It skips unknown ids, which are reported when the need is stored.
func commissioned(tx *record.Tx, ids []string) ([]string, error) {
	out := []string{}
	for _, id := range ids {
		s, err := Standards.Find(tx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if s.First() {
			out = append(out, s.ID)
		}
	}
	return out, nil
}

// TakeInNeed stores a need that a body has received.
func TakeInNeed(tx *record.Tx, in NeedInput) (*Need, error) {
	n := NewNeed(in)
	n.FromPersonID = tx.Actor.Person()
	first, err := commissioned(tx, in.StandardIDs)
	if err != nil {
		return nil, err
	}
	n.Raise(first)
	var f fault.Fields
	if err := present(tx, &f, "/organisation_id", in.OrganisationID, record.DateOf(tx.Now)); err != nil {
		return nil, err
	}
	return ofBody(tx, &n.BodyID, in.Scope, f, func() (*Need, error) { return Needs.Create(tx, n) })
}

// ChangeNeed changes the fields of a need and updates its priority.
func ChangeNeed(tx *record.Tx, ref record.Ref, fn func(*Need) error) (*Need, error) {
	return Needs.Change(tx, ref, func(n *Need) error {
		was := n.OrganisationID
		if err := n.Edit(fn); err != nil {
			return err
		}
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		n.Raise(first)
		var f fault.Fields
		if n.OrganisationID != was {
			err = present(tx, &f, "/organisation_id", n.OrganisationID, record.DateOf(tx.Now))
		}
		if err != nil {
			return err
		}
		return f.Err()
	})
}

// ReopenNeed reopens a need and updates its priority, because the Commission may have asked for one of its standards since.
func ReopenNeed(tx *record.Tx, ref record.Ref) (*Need, error) {
	return Needs.Change(tx, ref, func(n *Need) error {
		first, err := commissioned(tx, n.StandardIDs)
		if err != nil {
			return err
		}
		n.Raise(first)
		return n.Reopen()
	})
}
