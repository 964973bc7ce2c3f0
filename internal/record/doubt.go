package record

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
)

// Doubt notes faults of a body that were found before the write they belong to: it is refused with these and with its own, all at once.
func (tx *Tx) Doubt(faults ...fault.Field) { tx.state.doubts.Join(faults...) }

// Settle joins what was noted with how a write ended. A refusal of the person goes before the faults of what they sent; everything else gives way to them.
func (tx *Tx) Settle(err error) error {
	all := tx.state.doubts
	if tx.state.doubts = nil; len(all) == 0 {
		return err
	}
	f := fault.As(err)
	switch {
	case err == nil:
		return all.Err()
	case f == nil:
		return fault.As(all.Err()).Because(err)
	}
	if slices.Contains([]fault.Kind{fault.Forbidden, fault.NotFound, fault.Stale}, f.Kind) {
		return err
	}
	all.Join(f.Fields...)
	return all.Err()
}

// contentOf gives the faults of a refusal that is about content, and every other error as it is.
func contentOf(err error) (fault.Fields, error) {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return nil, err
	}
	return f.Fields, nil
}
