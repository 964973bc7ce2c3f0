package record

import (
	"slices"

	"github.com/ki-styring/aims/internal/fault"
)

// AddFaults stores faults of a body that were found before the write. The write is then refused with these faults and its own.
func (tx *Tx) AddFaults(faults ...fault.Field) { tx.state.doubts.Join(faults...) }

// WithFaults combines the stored faults with the result of a write. A refusal of the kind Forbidden, NotFound or Stale is returned alone. Any other error
// is returned with the stored faults.
func (tx *Tx) WithFaults(err error) error {
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

// contentOf returns the field faults of an Invalid error. It returns any other error unchanged.
func contentOf(err error) (fault.Fields, error) {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return nil, err
	}
	return f.Fields, nil
}
