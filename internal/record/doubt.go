package record

import (
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
)

// AddFaults stores faults of a body that were found before the write. The write is then refused with these faults and its own.
func (tx *Tx) AddFaults(faults ...fault.Field) { tx.state.doubts.Join(faults...) }

// Collect stores the field faults of err, so that the write reports them together with its own. It returns any other error.
func (tx *Tx) Collect(err error) error {
	faults, err := contentOf(err)
	tx.AddFaults(faults...)
	return err
}

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

// Examine adds the faults that a new record with this input would have in its scope, its references and the rules of its kind. A use case that refuses a
// body by a rule of its own has not come to these checks. Examine does nothing when they have been made.
func (tx *Tx) Examine(k *Kind, input any) error {
	if tx.state.examined {
		return nil
	}
	v := reflect.New(k.entity).Elem()
	k.Input(v).Set(reflect.ValueOf(input))
	var faults fault.Fields
	row := &Row{Kind: k, Scope: v.FieldByIndex(k.scope).String()}
	lies := fault.NewField("/scope", "unknown_scope", "there is no such scope, or you cannot read it")
	if row.Scope != "" && !tx.Knows(row.Scope) {
		faults.Join(lies)
	}
	found := slices.Clone(faults)
	if row.Scope == "" { // the use case may take it from another record, so targets are not compared with it
		found.Join(lies)
	}
	_, astray, err := k.resolve(tx, v, row, found)
	if err != nil {
		return err
	}
	k.Rules.fill(v.Addr().Interface())
	broken, err := contentOf(k.Rules.check(v.Addr().Interface()))
	if err != nil {
		return err
	}
	tx.AddFaults(faults...)
	tx.AddFaults(astray...)
	tx.AddFaults(broken...)
	return nil
}

// Enter checks that the actor may do the action of the transaction on a record, in the version that they read. A state that does not allow the action
// is not a fault here.
func (tx *Tx) Enter(k *Kind, ref Ref) error {
	if _, err := tx.writable(k, ref); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return nil
}

// contentOf returns the field faults of an Invalid error. It returns any other error unchanged.
func contentOf(err error) (fault.Fields, error) {
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return nil, err
	}
	return f.Fields, nil
}
