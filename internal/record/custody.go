package record

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// HandOver is the action that gives a record, or a part of it, to another person to look after. A kind has it when one of its fields has the tag
// custody. It is possible in every state, and changes nothing else.
const HandOver = "hand-over"

// Custody is a field that says who looks after a record, or after a part of it.
type Custody struct {
	Path  string // owner_id, or treatments.responsible_id
	index []int
	part  []int // the index of the field in a part; nil for a field of the record itself
}

// HandOverInput is the request that gives a record or a part of it to another person.
type HandOverInput struct {
	To    string `json:"to" validate:"required,uuid" format:"uuid" names:"user"`
	Field string `json:"field,omitempty" validate:"max=100"` // which field, where the record has several: owner_id or treatments.responsible_id
	Part  string `json:"part,omitempty" validate:"max=100"`  // the id of the part, or its place in the list, counted from 0
	Reason
} // @name HandOver

// custodyOf finds the fields of a struct that have the tag custody, also those of its lists of parts.
func custodyOf(entity reflect.Type) (out []Custody) {
	for _, m := range Members(entity) {
		if _, ok := m.Field.Tag.Lookup("custody"); ok {
			out = append(out, Custody{Path: m.Name, index: m.Index})
		}
		if t := m.Field.Type; t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			for _, p := range Members(t.Elem()) {
				if _, ok := p.Field.Tag.Lookup("custody"); ok {
					out = append(out, Custody{Path: m.Name + "." + p.Name, index: m.Index, part: p.Index})
				}
			}
		}
	}
	return out
}

// Custody lists the fields that say who looks after a record of the kind, or after a part of it.
func (k *Kind) Custody() []Custody { return k.custody }

// custodians returns the persons who look after a record or a part of it.
func (k *Kind) custodians(doc []byte) (out []string) {
	for _, c := range k.custody {
		gjson.GetBytes(doc, strings.ReplaceAll(c.Path, ".", ".#.")).ForEach(func(_, id gjson.Result) bool {
			if id.Str != "" {
				out = append(out, id.Str)
			}
			return true
		})
	}
	return out
}

// Custodians returns the persons who look after the record or a part of it.
func (r *Row) Custodians() []string { return r.Kind.custodians(r.Doc) }

// HandOver gives a record, or a part of it, to another person. The actor is the present holder, or has a grant for it.
func (r Repo[E]) HandOver(tx *Tx, ref Ref, in HandOverInput) (*E, error) {
	return r.Change(tx, ref, func(e *E) error {
		field, err := r.handed(reflect.ValueOf(e).Elem(), in)
		if err != nil {
			return err
		}
		t := any(e).(holder).base().row.Target()
		t.Handed = &[]string{}
		if held := field.String(); held != "" {
			t.Handed = &[]string{held}
		}
		if err := tx.Ask(tx.Permission, t); err != nil {
			return err
		}
		var f fault.Fields
		if in.To == field.String() {
			f.Add("/to", "same_holder", "already looks after it; choose another person")
		} else if err := tx.mayHold(in.To, "/to", &f); err != nil {
			return err
		}
		if len(f) > 0 {
			return f.Err()
		}
		field.SetString(in.To)
		return nil
	})
}

// handed returns the field that a request hands over. A request without a field means the record's own, or that of the part.
func (k *Kind) handed(v reflect.Value, in HandOverInput) (field reflect.Value, err error) {
	var f fault.Fields
	fits := slices.DeleteFunc(slices.Clone(k.custody), func(c Custody) bool {
		return in.Field != "" && c.Path != in.Field || in.Field == "" && (c.part != nil) != (in.Part != "")
	})
	if len(fits) != 1 {
		names := make([]string, len(k.custody))
		for i, c := range k.custody {
			names[i] = c.Path
		}
		f.Add("/field", "not_a_choice", "must be one of: %s", strings.Join(names, ", "))
		return field, f.Err()
	}
	c := fits[0]
	field = v.FieldByIndex(c.index)
	if c.part == nil && in.Part == "" {
		return field, nil
	}
	for i := range field.Len() {
		if c.part == nil {
			break
		}
		part := field.Index(i)
		if id := part.FieldByName("ID"); id.IsValid() && id.String() == in.Part || strconv.Itoa(i) == in.Part {
			return part.FieldByIndex(c.part), nil
		}
	}
	f.Add("/part", "unknown_part", "must be the id of a part of the record, or its place in the list, counted from 0")
	return field, f.Err()
}

// mayHold adds a fault unless the person has an active account.
func (tx *Tx) mayHold(person, pointer string, f *fault.Fields) error {
	row, err := tx.head(persons, person)
	switch {
	case fault.Is(err, fault.NotFound):
		f.Add(pointer, "unknown_reference", "there is no such record, or you cannot read it: %s", fault.Word{Kind: persons.Name})
	case err != nil:
		return err
	case tx.hasLeft(row):
		f.Add(pointer, "inactive_person", "must be a person with an active account")
	}
	return nil
}

// checkParts adds a fault for each new person in the parts that a caller sets who has no active account. References of the record itself are checked
// by resolve.
func (k *Kind) checkParts(tx *Tx, v reflect.Value, was []byte) (f fault.Fields, err error) {
	for _, c := range k.custody {
		if c.part == nil || !slices.Equal(c.index[:min(len(k.input), len(c.index))], k.input) {
			continue
		}
		held := k.custodians(was)
		list, name, _ := strings.Cut(c.Path, ".")
		parts := v.FieldByIndex(c.index)
		for i := range parts.Len() {
			person := parts.Index(i).FieldByIndex(c.part).String()
			if person == "" || slices.Contains(held, person) {
				continue
			}
			if err := tx.mayHold(person, fmt.Sprintf("/%s/%d/%s", list, i, name), &f); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// IsOwn reports whether the record belongs to the actor, or to the person responsible for an API key. A hand-over asks who looks after the record, and
// any other action asks for the fields in Mine and Asks. A check of a scope alone has no record; there IsOwn returns true.
func (t Target) IsOwn(tx *Tx, action string) (bool, error) {
	a := tx.Actor
	switch {
	case t.Kind == nil:
		return false, nil
	case action == HandOver:
		return len(t.Kind.custody) > 0 && (t.ID == "" && t.AnyState || slices.ContainsFunc(t.handed(), a.is)), nil
	case len(t.Kind.Mine)+len(t.Kind.Asks) == 0:
		return false, nil
	case t.ID == "" && t.AnyState || slices.ContainsFunc(t.Kind.named(t.Doc), a.is):
		return true, nil
	case t.ID == "":
		return false, nil
	}
	persons := append([]string{a.ID}, a.Persons...)
	paths := slices.DeleteFunc(slices.Clone(t.Kind.Mine), func(field string) bool { return !isPath(field) })
	return t.Kind.leadsTo(tx, t.ID, paths, `SELECT docid FROM records WHERE id IN `+conn.Marks(len(persons)), conn.Anys(persons)...)
}

// is reports whether an id is the actor's, or that of the person responsible for an API key.
func (a *Actor) is(id string) bool { return id == a.ID || slices.Contains(a.Persons, id) }

// handed returns the persons who look after what is handed over.
func (t Target) handed() []string {
	if t.Handed != nil {
		return *t.Handed
	}
	return t.Kind.custodians(t.Doc)
}

// HasLeft reports whether somebody who looks after what is handed over has no active account any more. A check of a scope alone has no record; there
// HasLeft returns true.
func (t Target) HasLeft(tx *Tx) (bool, error) {
	if t.Kind == nil || len(t.Kind.custody) == 0 {
		return false, nil
	}
	if t.ID == "" {
		return t.AnyState, nil
	}
	for _, id := range t.handed() {
		state, err := persons.StateOf(tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return false, err
		}
		if state != "active" {
			return true, nil
		}
	}
	return false, nil
}
