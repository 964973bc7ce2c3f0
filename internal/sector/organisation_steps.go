package sector

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
)

// ChangeOrganisation changes the fields of an organisation. It refuses predecessors that make the organisation its own predecessor.
func ChangeOrganisation(tx *record.Tx, ref record.Ref, fn func(*Organisation) error) (*Organisation, error) {
	return Organisations.Change(tx, ref, func(o *Organisation) error {
		was := slices.Clone(o.PredecessorIDs)
		if err := fn(o); err != nil || slices.Equal(was, o.PredecessorIDs) {
			return err
		}
		earlier, err := allPredecessors(tx, o)
		if err != nil {
			return err
		}
		return o.Comes(earlier)
	})
}

// MergeOrganisation merges an organisation into another one.
func MergeOrganisation(tx *record.Tx, ref record.Ref, m Merger) (*Organisation, error) {
	return Organisations.Change(tx, ref, func(o *Organisation) error {
		into, err := Organisations.Get(tx, m.IntoID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		earlier, err := allPredecessors(tx, o)
		if err != nil {
			return err
		}
		return o.Merge(into, earlier, m, tx.Actor.ID, tx.Now)
	})
}

// allPredecessors returns the ids of all direct and indirect predecessors of an organisation.
func allPredecessors(tx *record.Tx, o *Organisation) ([]string, error) {
	var out []string
	next := []*Organisation{o}
	for len(next) > 0 {
		ids, err := directPredecessors(tx, next[0])
		if err != nil {
			return nil, err
		}
		next = next[1:]
		for _, id := range ids {
			if slices.Contains(out, id) {
				continue
			}
			out = append(out, id)
			p, err := Organisations.Find(tx, id)
			if fault.Is(err, fault.NotFound) { // a patch named it; the reference check refuses the patch
				continue
			}
			if err != nil {
				return nil, err
			}
			next = append(next, p)
		}
	}
	return out, nil
}

// directPredecessors returns the ids of the direct predecessors: those merged into it, and those in its predecessor_ids.
func directPredecessors(tx *record.Tx, o *Organisation) ([]string, error) {
	merged, err := tx.Referrers("organisation", "successor_id", o.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range o.PredecessorIDs {
		if !slices.Contains(merged, id) {
			merged = append(merged, id)
		}
	}
	return merged, nil
}

// Relatives returns the successor and the direct predecessors of an organisation. The successor is nil without one.
func Relatives(tx *record.Tx, o *Organisation) (after *Relative, earlier []Relative, err error) {
	ids, err := directPredecessors(tx, o)
	if err != nil {
		return nil, nil, err
	}
	if o.SuccessorID != "" {
		ids = append(ids, o.SuccessorID)
	}
	for _, id := range ids {
		p, err := Organisations.Find(tx, id)
		if err != nil {
			return nil, nil, err
		}
		if r := p.AsRelative(); id == o.SuccessorID {
			after = &r
		} else {
			earlier = append(earlier, r)
		}
	}
	return after, earlier, nil
}
