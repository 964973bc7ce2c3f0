package sector

import (
	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// PrioritiseNeeds updates the priority of the open needs that name a standard.
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

// commissioned lists those of the standards that the Commission asked for. Unknown ones are reported when the need is stored.
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

// TakeInNeed takes a need in for a body.
func TakeInNeed(tx *record.Tx, in NeedInput) (*Need, error) {
	n := NewNeed(in)
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

// ChangeNeed stores other fields of a need.
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

// ReopenNeed takes a need up again; its standards may have been asked for since.
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
