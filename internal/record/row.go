package record

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/google/uuid"
	"github.com/tidwall/gjson"

	"github.com/ki-styring/aims/internal/fault"

	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// number sets the rid and the number of a new record. The first of a kind in a batch counts in the database; those after it count on from there,
// and the writer stores where they end.
func (tx *Tx) number(row *Row) error {
	if !tx.state.writing {
		return errReading
	}
	c, known := tx.state.counters[row.Kind.Name]
	if c.next++; !known {
		err := tx.row(`INSERT INTO counters (kind, next) VALUES (?, 2) ON CONFLICT (kind) DO UPDATE SET next = counters.next + 1 RETURNING next`,
			row.Kind.Name).Scan(&c.next)
		if err != nil {
			return fmt.Errorf("number: %w", err)
		}
		c.stored = c.next
	}
	tx.state.counters[row.Kind.Name] = c
	tx.state.docid++
	row.RID, row.Number = tx.state.docid, fmt.Sprintf("%s-%04d", row.Kind.Prefix, c.next-1)
	return nil
}

// load reads a row by id or key, without a check of the actor's rights.
func (tx *Tx) load(k *Kind, id string) (*Row, error) {
	if r := tx.ahead(k, id); r != nil {
		return r, nil
	}
	return tx.fetch(k, id, true)
}

// head reads a row without its document. The checks of companions, and of kinds with the reach "own", need the document, so their rows are read
// whole.
func (tx *Tx) head(k *Kind, id string) (*Row, error) {
	if k.ChecksDocument() {
		return tx.load(k, id)
	}
	return tx.fetch(k, id, false)
}

func (tx *Tx) fetch(k *Kind, id string, whole bool) (*Row, error) {
	where := ` WHERE t.rid = ` + ridOf
	byKey := k.Key != "" && uuid.Validate(id) != nil
	if byKey {
		where = ` WHERE t.` + conn.Quoted(k.Key) + ` = ?`
	}
	q := `SELECT ` + Columns + ` FROM ` + k.Table + ` t JOIN events e ON e.seq = t.seq`
	if !whole {
		q = `SELECT ` + headColumns + `, 0, '' FROM ` + k.Table + ` t`
	}
	rows, err := tx.query(q+where, id)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.Name, err)
	}
	if byKey && k.KeyByUnit() {
		return tx.meant(k, id, rows)
	}
	defer rows.Close() //nolint:errcheck // read only
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Name, err)
		}
		return nil, NotFound()
	}
	r, err := k.Scan(rows)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.Name, err)
	}
	return r, nil
}

// ridOf is the rid of the record with an id, which may be of any kind.
const ridOf = `(SELECT docid FROM records WHERE id = ?)`

// Columns are what Scan reads, of a row t of a kind's table and its newest event e.
const Columns = headColumns + `, e.schema, e.doc`

const headColumns = `t.rid, t.seq, t.id, t.number, t.scope, t.version, t.status, t.updated_at, t.meta`

// Scan reads a row: its Columns, and what else the statement answers.
func (k *Kind) Scan(rows *sql.Rows, more ...any) (*Row, error) {
	r := &Row{Kind: k}
	var meta string
	var schema int
	into := []any{&r.RID, &r.Seq, &r.ID, &r.Number, &r.Scope, &r.Version, &r.Status, &r.UpdatedAt, &meta, &schema, &r.Doc}
	if err := rows.Scan(append(into, more...)...); err != nil {
		return nil, err
	}
	r.Meta = ParseMeta(meta)
	var err error
	r.Doc, err = k.Document(schema, r.Doc)
	return r, err
}

// StateOf reads the state a record is in, for the rules, whoever asks.
func (k *Kind) StateOf(tx *Tx, id string) (state string, err error) {
	err = tx.row(`SELECT status FROM `+k.Table+` WHERE rid = `+ridOf, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", NotFound()
	}
	if err != nil {
		return "", fmt.Errorf("read the state of a %s: %w", k.Name, err)
	}
	return state, nil
}

// Load reads a row that the actor may read; otherwise it returns NotFound.
func (tx *Tx) Load(k *Kind, id string) (*Row, error) {
	r, err := tx.load(k, id)
	if err != nil {
		return nil, err
	}
	return r, tx.Reads(r)
}

// Reads returns nil when the actor may read the row, and otherwise NotFound.
func (tx *Tx) Reads(r *Row) error {
	if r.Kind.Global || r.Kind.IsSelf(r.ID, tx.Actor) || slices.Contains(personsIn(r.Doc, r.Kind.Asks), tx.Actor.ID) {
		return nil
	}
	if r.Kind.Companion {
		return tx.readsUnder(r)
	}
	may, err := tx.May(Permission{r.Kind.Name, "read"}, r.Target())
	if err == nil && !may {
		err = NotFound()
	}
	return err
}

// IsSelf reports whether a record is the acting person's own user.
func (k *Kind) IsSelf(id string, by *Actor) bool { return k.Person && id == by.ID }

// readsUnder checks the record that a companion belongs to.
func (tx *Tx) readsUnder(r *Row) error {
	k := KindOf(r.Field("on_kind").String())
	if k == nil {
		return fmt.Errorf("record: %s stands on an unknown kind", r.Number)
	}
	_, err := tx.Load(k, r.Field("on_id").String())
	return err
}

// Visible reports whether the actor may read the row.
func (tx *Tx) Visible(r *Row) bool { return tx.Reads(r) == nil }

// Target returns the row as the target of a check.
func (r *Row) Target() Target {
	return Target{Kind: r.Kind, ID: r.ID, Scope: r.Scope, Status: r.Status, Meta: &r.Meta, Doc: r.Doc}
}

// Named returns the persons that the record belongs to.
func (r *Row) Named() []string { return r.Kind.named(r.Doc) }

// named returns the persons in the fields that Mine and Asks list.
func (k *Kind) named(doc []byte) []string {
	return append(personsIn(doc, k.Mine), personsIn(doc, k.Asks)...)
}

// personsIn returns the persons in some fields of a document.
func personsIn(doc []byte, fields []string) (out []string) {
	for _, f := range fields { // a deleted record has no document
		if isPath(f) {
			continue
		}
		for _, id := range gjson.GetBytes(doc, f).Array() {
			if id.Str != "" {
				out = append(out, id.Str)
			}
		}
	}
	return out
}

// owners returns a document with only the fields that Mine lists, for the check of a new record. It is nil without such fields.
func (k *Kind) owners(v reflect.Value) []byte {
	if len(k.Mine) == 0 {
		return nil
	}
	persons := map[string]string{}
	for _, f := range k.fields {
		if slices.Contains(k.Mine, f.Name) {
			persons[f.Name] = v.FieldByIndex(f.Index).String()
		}
	}
	doc, _ := json.Marshal(persons) // texts are always valid
	return doc
}

// writable reads a row for a change. The actor must be allowed to read and change it, the version must be the one the caller read, and the state must
// allow the action.
func (tx *Tx) writable(k *Kind, ref Ref) (*Row, error) {
	if !tx.follow && tx.Permission.Object != k.Name {
		return nil, fmt.Errorf("record: permission %s changes a %s", tx.Permission, k.Name)
	}
	r, err := tx.load(k, ref.ID)
	if err != nil {
		return nil, err
	}
	action := tx.Permission.Action
	if tx.follow {
		if !k.Fits(action, r.Status) {
			return nil, wrongState(r, action)
		}
		if tx.caused {
			return r, nil
		}
		return r, tx.authorise(r, r.Target())
	}
	unread := tx.Reads(r)
	if unread != nil && action != HandOver { // who hands over the records of a person who has left need not read them
		return nil, unread
	}
	fits := k.Fits(action, r.Status)
	t := r.Target()
	t.AnyState = !fits
	if err := tx.authorise(r, t); err != nil {
		return nil, cmp.Or(unread, err)
	}
	if ref.Version != AnyVersion && ref.Version != r.Version {
		return nil, stale(r)
	}
	if !fits {
		return nil, wrongState(r, action)
	}
	return r, nil
}

// authorise asks the guard about a write to a record, and stores the authority for its event.
func (tx *Tx) authorise(r *Row, t Target) error {
	if tx.right != nil {
		r.decide(Decision{By: *tx.right, Kept: true})
		return nil
	}
	d, err := tx.Guard().Check(tx, tx.Permission, t)
	if err != nil {
		return err
	}
	r.decide(d)
	return d.Err()
}

func wrongState(r *Row, action string) error {
	var fits Labels
	for _, s := range r.Kind.States() {
		if r.Kind.Fits(action, s) {
			fits = append(fits, r.Kind.StateLabel(s))
		}
	}
	what, now := fault.Word{Kind: r.Kind.Name, Action: action}, r.Kind.StateLabel(r.Status)
	refusal := fault.New(fault.Conflict, "wrong_state", `%s is "%s", where the action "%s" is not possible`, r.Number, now, what)
	if len(fits) > 0 {
		refusal = fault.New(fault.Conflict, "wrong_state/states", `%s is "%s"; the action "%s" is only possible when it is: %s`, r.Number, now, what, fits)
	}
	return refusal.With("state", r.Status).With("action", action)
}

func stale(r *Row) error {
	return fault.New(fault.Stale, "stale_version", "%s has changed since you read it; read version %d and try again", r.Number, r.Version).
		With("version", r.Version)
}

// mayCreate asks the guard about a new record. A scope that the actor may not read gets the same answer as a scope that does not exist.
func (tx *Tx) mayCreate(r *Row, target Target) error {
	if !tx.follow && tx.Permission.Object != r.Kind.Name {
		return fmt.Errorf("record: permission %s creates a %s", tx.Permission, r.Kind.Name)
	}
	closed, unknown := false, fault.Fields{fault.NewField("/scope", "unknown_scope", "there is no such scope, or you cannot read it")}
	if !IsScope(r.Scope) {
		return unknown.Err()
	}
	if r.Kind != places {
		var status string
		err := tx.row(`SELECT status FROM `+places.Table+` WHERE `+places.Place.Path+` = ?`, r.Scope).Scan(&status)
		if errors.Is(err, sql.ErrNoRows) && r.Scope != "/" {
			return unknown.Err()
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read scope: %w", err)
		}
		closed = status == places.Place.Closed
	}
	if !tx.follow {
		if err := tx.authorise(r, target); err != nil {
			if fault.As(err) != nil && !tx.Knows(r.Scope) {
				return unknown.Err()
			}
			return err
		}
	}
	if closed {
		return fault.Fields{fault.NewField("/scope", "closed_scope", "the unit is closed; choose one in use")}.Err()
	}
	return nil
}

// MayCreate checks the scope and the right of a new record in a state, without writing one.
func (tx *Tx) MayCreate(k *Kind, scope, status string) error {
	r := &Row{Kind: k, Scope: scope, Status: status}
	return tx.mayCreate(r, r.Target())
}

// Knows reports whether the actor may read the unit of a scope.
func (tx *Tx) Knows(scope string) bool {
	may, err := tx.May(Permission{places.Name, "read"}, Target{Kind: places, Scope: scope, Status: places.Place.Open})
	return err == nil && may
}

// referredTo returns the refusal to delete a record that others refer to. It names those that the actor may read, at most 20.
func (tx *Tx) referredTo(r *Row, n int) error {
	links, err := tx.Links(r.ID)
	if err != nil {
		return err
	}
	refusal := fault.New(fault.Conflict, "referred_to", "%s cannot be deleted because other records refer to it: %d", r.Number, n)
	for _, l := range links {
		if l.Direction == "in" && l.ID != r.ID && len(refusal.Blockers) < 20 {
			refusal.Blockers.Add("referred_to/by", "", "%s refers to it", l.Number).Link = "/api/v1/" + KindOf(l.Kind).Path + "/" + l.ID
		}
	}
	return refusal
}

// Remove deletes a record that no other record refers to. The functions in unless may refuse. The event log keeps the earlier versions.
func (tx *Tx) Remove(k *Kind, ref Ref, unless ...func(*Row) error) error {
	r, err := tx.writable(k, ref)
	if err != nil {
		return err
	}
	for _, bars := range unless {
		if err := bars(r); err != nil {
			return err
		}
	}
	var n int
	if err := tx.row(`SELECT COUNT(*) FROM refs WHERE to_docid = ? AND docid <> ?`, r.RID, r.RID).Scan(&n); err != nil {
		return fmt.Errorf("count references: %w", err)
	}
	if n > 0 {
		return tx.referredTo(r, n)
	}
	r.Version++
	e := reflect.New(k.entity).Interface()
	if err := r.Decode(e); err != nil {
		return fmt.Errorf("read %s %s: %w", k.Name, r.ID, err)
	}
	s := k.Rules.subject(e)
	seq, err := tx.log("delete", r, s)
	if err != nil {
		return err
	}
	if err := tx.actOnSubject(s, "delete", seq); err != nil {
		return err
	}
	if err := k.delete(tx, r); err != nil {
		return err
	}
	if k.Access {
		return tx.RaiseEpoch()
	}
	return nil
}
