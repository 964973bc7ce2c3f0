package record

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/ki-styring/aims/internal/fault"
)

// Ref names a record by its id or key, and the version the caller read.
type Ref struct {
	ID      string
	Version int64 // from If-Match; AnyVersion for a write that another write causes
}

// AnyVersion skips the version check, for a write that does not follow a read by the caller.
const AnyVersion int64 = -1

// Repo reads and writes the records of one kind. E is a struct that embeds Base and its Input.
type Repo[E any] struct{ *Kind }

// NewRepo registers a kind with the struct of its records.
func NewRepo[E any](k Kind) Repo[E] {
	if k.Rules == nil {
		k.Rules = Rules[E]{}
	}
	if _, ok := k.Rules.(Rules[E]); !ok {
		panic("record: the rules of kind " + k.Name + " are those of another struct")
	}
	k.register(reflect.TypeFor[E]())
	return Repo[E]{&k}
}

// Create stores a new record. Its status must be set.
func (r Repo[E]) Create(tx *Tx, e *E) (*E, error) {
	v := reflect.ValueOf(e).Elem()
	if err := r.takeScope(tx, v.FieldByIndex(r.input)); err != nil {
		return nil, err
	}
	b := any(e).(holder).base()
	row := &Row{Kind: r.Kind, ID: NewID(), Scope: v.FieldByIndex(r.scope).String(), Version: 1, Status: r.statusOf(v)}
	b.ID, b.Version, b.CreatedAt, b.CreatedBy, b.UpdatedAt, b.UpdatedBy = row.ID, 1, tx.Now, tx.Actor.ID, tx.Now, tx.Actor.ID
	b.row = row
	faults, err := r.check(e)
	if err != nil {
		return nil, err
	}
	row.Meta = r.metaOf(e, Meta{})
	misplaced := r.misplaced(v)
	if row.Scope != "" {
		target := row.Target()
		target.Doc = r.owners(v)
		misplaced, err = contentOf(tx.mayCreate(row, target))
	}
	if err != nil {
		return nil, err
	}
	faults.Join(misplaced...)
	links, err := r.links(tx, v, row, faults, false)
	if err != nil {
		return nil, err
	}
	if err := tx.number(row); err != nil {
		return nil, err
	}
	b.Number, row.Meta = row.Number, r.metaOf(e, row.Meta) // references by key have become ids
	if err := r.put(tx, e, row, links, tx.Permission.Action, nil); err != nil {
		return nil, err
	}
	return e, nil
}

// Get reads a record that the actor may read; otherwise it returns NotFound.
func (r Repo[E]) Get(tx *Tx, id string) (*E, error) {
	row, err := tx.Load(r.Kind, id)
	if err != nil {
		return nil, err
	}
	return r.decode(tx, row)
}

// Find reads a record without a check of the actor's rights, for rules. The caller must not return its content to the actor unchecked.
func (r Repo[E]) Find(tx *Tx, id string) (*E, error) {
	row, err := tx.load(r.Kind, id)
	if err != nil {
		return nil, err
	}
	return r.decode(tx, row)
}

// Decode returns the record in a row.
func (r Repo[E]) Decode(tx *Tx, row *Row) (*E, error) { return r.decode(tx, row) }

func (r Repo[E]) decode(tx *Tx, row *Row) (*E, error) {
	private, err := r.privateOf(tx, []*Row{row})
	if err != nil {
		return nil, err
	}
	return r.decodeWith(row, private)
}

// DecodeAll reads the records in rows.
func (r Repo[E]) DecodeAll(tx *Tx, rows []*Row) ([]*E, error) {
	private, err := r.privateOf(tx, rows)
	if err != nil {
		return nil, err
	}
	out := make([]*E, len(rows))
	for i, row := range rows {
		if out[i], err = r.decodeWith(row, private); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decodeWith puts the private fields that were read beside it into a record.
func (r Repo[E]) decodeWith(row *Row, private map[string]map[string]json.RawMessage) (*E, error) {
	e := new(E)
	if err := json.Unmarshal(row.Doc, e); err != nil {
		return nil, fmt.Errorf("read %s %s: %w", r.Name, row.ID, err)
	}
	any(e).(holder).base().row = row
	return e, r.fillPrivate(private[row.ID], reflect.ValueOf(e).Elem())
}

// Change reads a record, calls fn to change it, and stores it with its event. The action is that of the transaction: the actor must have the
// permission, and the record's state must allow it. Field faults that fn returns are reported together with those of the changed record.
func (r Repo[E]) Change(tx *Tx, ref Ref, fn func(*E) error) (*E, error) {
	row, err := tx.writable(r.Kind, ref)
	if err != nil {
		return nil, err
	}
	e, err := r.decode(tx, row)
	if err != nil {
		return nil, err
	}
	v := reflect.ValueOf(e).Elem()
	was, before, held := row.Status, r.kept(v, row), r.refValues(v)
	if err := tx.Collect(fn(e)); err != nil {
		return nil, err
	}
	b := any(e).(holder).base()
	row.Version++
	row.Status = r.statusOf(v)
	b.ID, b.Number, b.Version, b.UpdatedAt, b.UpdatedBy = row.ID, row.Number, row.Version, tx.Now, tx.Actor.ID
	if row.by != nil {
		b.LastDecision = &Decided{Action: tx.Permission.Action, By: tx.Actor.ID, At: tx.Now, Authority: *row.by}
	}
	faults, err := r.check(e)
	if err != nil {
		return nil, err
	}
	moved := v.FieldByIndex(r.scope).String() != row.Scope
	if moved {
		misplaced, err := contentOf(tx.move(row, v.FieldByIndex(r.scope).String()))
		if err != nil {
			return nil, err
		}
		faults.Join(misplaced...)
	}
	links, err := r.links(tx, v, row, faults, !moved && slices.EqualFunc(held, r.refValues(v), slices.Equal[[]string]))
	if err != nil {
		return nil, err
	}
	if !r.leads(tx.Permission.Action, was, row.Status) {
		return nil, fmt.Errorf("record: %s %s led from %s to %s", r.Name, tx.Permission.Action, was, row.Status)
	}
	row.Meta = r.metaOf(e, row.Meta)
	return e, r.put(tx, e, row, links, tx.Permission.Action, &before)
}

// Faults sets the default values of a record and returns the faults that need no database, as a write does.
func (r Repo[E]) Faults(e *E) (fault.Fields, error) { return r.check(e) }

// check returns the faults of a record's shape and of its kind's rules.
func (r Repo[E]) check(e *E) (fault.Fields, error) {
	compose(reflect.ValueOf(e).Elem())
	r.Rules.fill(e)
	all, err := contentOf(Shape(e))
	if err != nil {
		return nil, err
	}
	more, err := contentOf(r.Rules.check(e))
	return append(all, more...), err
}

// links returns the references to add and to remove, or every fault of the record. It does not check references that have not changed.
func (k *Kind) links(tx *Tx, v reflect.Value, row *Row, faults fault.Fields, same bool) (references, error) {
	tx.state.examined = tx.state.examined || !tx.follow
	tx.AddFaults(faults...)
	inParts, err := k.checkParts(tx, v, row.Doc)
	if err != nil {
		return references{}, err
	}
	tx.AddFaults(inParts...)
	if same {
		return references{}, tx.WithFaults(nil)
	}
	links, astray, err := k.resolve(tx, v, row, tx.state.doubts)
	if err != nil {
		return links, err
	}
	tx.AddFaults(astray...)
	return links, tx.WithFaults(nil)
}

func (k *Kind) metaOf(e any, m Meta) Meta {
	m.Facts, m.Due = k.Rules.facts(e), k.Rules.due(e)
	return m
}

func (k *Kind) statusOf(v reflect.Value) string {
	if k.status == nil {
		return "active"
	}
	return v.FieldByIndex(k.status).String()
}

// put writes the row with its document, words and references, and its event. before has the stored column values; it is nil for a new record.
func (k *Kind) put(tx *Tx, e any, row *Row, links references, action string, before *kept) error {
	v := reflect.ValueOf(e).Elem()
	was, inParts := row.Doc, k.partRefs(row.Doc)
	if err := k.savePrivate(tx, row.ID, v); err != nil {
		return err
	}
	doc, err := k.document(v)
	if err != nil {
		return err
	}
	row.Doc, row.UpdatedAt = doc, tx.Now.UnixMicro()
	s := k.Rules.subject(e)
	seq, err := tx.log(action, row, s)
	if err != nil {
		return err
	}
	row.Seq = seq
	tx.addActs(&row.Meta, action, seq)
	b := e.(holder).base()
	for _, also := range b.also {
		tx.addActs(&row.Meta, also, seq)
	}
	b.also = nil
	for _, act := range b.counted {
		row.Meta.AddAct(act)
	}
	if before == nil {
		err = k.insert(tx, row, k.kept(v, row))
	} else {
		err = k.update(tx, row, *before, k.kept(v, row))
	}
	if err != nil {
		return err
	}
	if err := k.saveLinks(tx, row, links); err != nil {
		return err
	}
	if err := k.savePartRefs(tx, row, inParts); err != nil {
		return err
	}
	if err := tx.actOnSubject(s, action, seq); err != nil {
		return err
	}
	if k.Access {
		if err := tx.RaiseEpoch(); err != nil {
			return err
		}
	}
	if before == nil {
		return nil // nothing rests on a new record
	}
	return tx.carryOn(Change{Action: action, Row: row, Was: was})
}

// actOnSubject adds the actor's act to the record that this write counts for. The version and the document of that record do not change.
func (tx *Tx) actOnSubject(to subject, action string, seq int64) error {
	if to.id == "" {
		return nil
	}
	k := KindOf(to.kind)
	var rid int64
	var status, kept string
	if err := tx.row(`SELECT rid, status, meta FROM `+k.Table+` WHERE rid = `+ridOf, to.id).Scan(&rid, &status, &kept); err != nil {
		return fmt.Errorf("read the prior acts on a %s: %w", k.Name, err)
	}
	meta := ParseMeta(kept)
	tx.addActs(&meta, action, seq)
	if err := tx.exec(`UPDATE `+k.Table+` SET meta = ? WHERE rid = ?`, meta.encode(), rid); err != nil {
		return err
	}
	if len(k.rules) == 0 && len(k.reminds) == 0 {
		return nil
	}
	return tx.exec(`UPDATE open_tasks SET basis = ? WHERE docid = ?`, meta.basis(status), rid)
}

// addActs adds an act of the actor that has the event with that number. What another write causes is nobody's act.
func (tx *Tx) addActs(m *Meta, action string, seq int64) {
	if tx.caused {
		return
	}
	for _, person := range tx.Actor.recordedFor() {
		m.AddAct(PriorAct{action, person, seq, DateOf(tx.Now)})
	}
}

// recordedFor returns the persons an act is recorded for. For an API key, they include the person responsible for it.
func (a *Actor) recordedFor() []string {
	if len(a.Persons) == 0 || !a.Service {
		return []string{a.ID}
	}
	return a.Persons
}

// document returns the record as JSON, without its private fields.
func (k *Kind) document(v reflect.Value) ([]byte, error) {
	kept := make([]reflect.Value, len(k.private))
	for i, f := range k.private {
		field := v.FieldByIndex(f.Index)
		kept[i] = reflect.ValueOf(field.Interface())
		field.SetZero()
	}
	doc, err := Encode(v.Addr().Interface())
	for i, f := range k.private {
		v.FieldByIndex(f.Index).Set(kept[i])
	}
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", k.Name, err)
	}
	if len(k.private) == 0 {
		return doc, nil
	}
	return k.without(doc)
}
