package record

import (
	"slices"
	"strconv"

	"github.com/ki-styring/aims/internal/fault"
)

// CheckInPart checks references that stand in a part of a record, or in the body of a verb: each must be a record of that kind which the actor may read,
// in the scope of the record that refers to it, above or below. held lists what the record refers to already; that stays valid. The faults are reported
// with those of the write that follows, at the pointer and the place in the list.
func (tx *Tx) CheckInPart(kind, scope, pointer string, ids, held []string) error {
	for i, id := range ids {
		if slices.Contains(held, id) {
			continue
		}
		at := pointer + "/" + strconv.Itoa(i)
		to, err := tx.target(kind, id, "")
		if err == nil {
			err = tx.mayRefer(to)
		}
		switch {
		case fault.Is(err, fault.NotFound):
			tx.AddFaults(fault.NewField(at, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: kind}))
		case err != nil:
			return err
		case scope != "" && !Related(to.Scope, scope) && !to.Kind.Person && !to.Kind.Global:
			tx.AddFaults(fault.NewField(at, "unrelated_scope", "must be in this scope, above it or below it: %s", fault.Word{Kind: kind}))
		}
	}
	return nil
}
