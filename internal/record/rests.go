package record

import (
	"errors"
	"fmt"
	"slices"
)

// Rest declares what happens to records of one kind when a record that they refer to changes: a verified control lapses when its evidence is retired.
// The repository carries it out in the transaction of that change, as a write with an event of its own. It asks for no grant and no separation of
// duties, and it is nobody's act: the actor only caused it.
type Rest[E any] struct {
	On   string   // the kind of the record that is referred to: evidence
	By   []string // the references, as /links names them: evidence, rows.control_id
	When []string // the actions on that record; every write of it when empty
	Verb string   // the action on the record that rests on it: lapse. Records in a state that it does not fit stay as they are.
	// Apply changes the record and reports whether anything changed. Without a change there is no write.
	Apply func(tx *Tx, e *E, c Change) (bool, error)
}

// Change is a write to a record, for those that rest on it.
type Change struct {
	Action string
	Row    *Row   // after the write
	Was    []byte // the document before
}

// rest is a Rest without its type parameter.
type rest struct {
	kind     *Kind
	by, when []string
	verb     string
	apply    func(tx *Tx, row *Row, c Change) error
}

// rests are what was declared, by the kind of the record that is referred to.
var rests = map[string][]rest{}

// RestsOn declares what the records of the kind rest on. It is called once, when the package is loaded.
func (r Repo[E]) RestsOn(all ...Rest[E]) struct{} {
	for _, d := range all {
		if !slices.Contains(r.Actions(), d.Verb) {
			panic("record: " + r.Name + " has no action " + d.Verb)
		}
		rests[d.On] = append(rests[d.On], rest{kind: r.Kind, by: d.By, when: d.When, verb: d.Verb, apply: func(tx *Tx, row *Row, c Change) error {
			return r.apply(tx, row, c, d)
		}})
	}
	return struct{}{}
}

// errUnchanged ends a write that would change nothing.
var errUnchanged = errors.New("record: nothing to change")

func (r Repo[E]) apply(tx *Tx, row *Row, c Change, d Rest[E]) error {
	tx = tx.causing(r.Name, d.Verb)
	_, err := r.Change(tx, Ref{ID: row.ID, Version: AnyVersion}, func(e *E) error {
		changed, err := d.Apply(tx, e, c)
		if err == nil && !changed {
			err = errUnchanged
		}
		return err
	})
	if err != nil && !errors.Is(err, errUnchanged) {
		return fmt.Errorf("%s %s after %s of %s: %w", d.Verb, row.Number, c.Action, c.Row.Number, err)
	}
	return nil
}

// causing returns the same transaction for a write that nobody does: it follows from another one.
func (tx *Tx) causing(object, action string) *Tx {
	t := tx.next(Permission{object, action})
	t.caused = true
	return t
}

// carryOn changes the records that rest on a record that has changed.
func (tx *Tx) carryOn(c Change) error {
	for _, d := range rests[c.Row.Kind.Name] {
		if len(d.when) > 0 && !slices.Contains(d.when, c.Action) {
			continue
		}
		var known []string
		for _, field := range d.by {
			ids, err := tx.Referrers(d.kind.Name, field, c.Row.ID)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if slices.Contains(known, id) {
					continue
				}
				known = append(known, id)
				row, err := tx.load(d.kind, id)
				if err != nil {
					return err
				}
				if !d.kind.Fits(d.verb, row.Status) {
					continue
				}
				if err := d.apply(tx, row, c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
