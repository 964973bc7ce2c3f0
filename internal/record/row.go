package record

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"github.com/ki-styring/aims/internal/fault"
)

// number gives the record the next number of its kind.
func (tx *Tx) number(row *Row) error {
	var n int64
	err := tx.row(`INSERT INTO counters (kind, next) VALUES (?, 2) ON CONFLICT (kind) DO UPDATE SET next = counters.next + 1 RETURNING next - 1`,
		row.Kind.Name).Scan(&n)
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	row.Number = fmt.Sprintf("%s-%04d", row.Kind.Prefix, n)
	return nil
}

// load reads a row by id or key, whoever asks.
func (tx *Tx) load(k *Kind, id string) (*Row, error) { return tx.fetch(k, id, true) }

// head reads a row without its document, which only the readers of a companion, or of their own, are told by.
func (tx *Tx) head(k *Kind, id string) (*Row, error) {
	if k.Companion || len(k.Mine) > 0 {
		return tx.load(k, id)
	}
	return tx.fetch(k, id, false)
}

func (tx *Tx) fetch(k *Kind, id string, whole bool) (*Row, error) {
	col := "id"
	if k.Key != "" && uuid.Validate(id) != nil {
		col = quoted(k.Key)
	}
	r := &Row{Kind: k}
	var meta string
	doc := `''`
	if whole { // SQLite reads it in half the time of a join
		doc = `(SELECT d.doc FROM documents d WHERE d.docid = t.rid)`
	}
	rows, err := tx.query(`SELECT t.rid, t.id, t.number, t.scope, t.version, t.status, t.updated_at, t.meta, `+doc+` FROM `+k.Table+` t WHERE t.`+col+` = ?`, id)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", k.Name, err)
	}
	defer rows.Close() //nolint:errcheck // read only
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read %s: %w", k.Name, err)
		}
		return nil, notFound()
	}
	if err := rows.Scan(&r.RID, &r.ID, &r.Number, &r.Scope, &r.Version, &r.Status, &r.UpdatedAt, &meta, &r.Doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", k.Name, err)
	}
	r.Meta = parseMeta(meta)
	return r, nil
}

// StateOf reads the state a record is in, for the rules, whoever asks.
func (k *Kind) StateOf(tx *Tx, id string) (state string, err error) {
	err = tx.row(`SELECT status FROM `+k.Table+` WHERE id = ?`, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return "", notFound()
	}
	if err != nil {
		return "", fmt.Errorf("read the state of a %s: %w", k.Name, err)
	}
	return state, nil
}

// Load reads a row that the actor may read; anything else is not found.
func (tx *Tx) Load(k *Kind, id string) (*Row, error) {
	r, err := tx.load(k, id)
	if err != nil {
		return nil, err
	}
	return r, tx.reads(r)
}

func (tx *Tx) reads(r *Row) error {
	if r.Kind.Global || r.Kind.isSelf(r.ID, tx.Actor) {
		return nil
	}
	if r.Kind.Companion {
		return tx.readsUnder(r)
	}
	if err := tx.Guard().Check(tx, Permission{r.Kind.Name, "read"}, r.Target()); err != nil {
		if fault.As(err) != nil {
			return notFound()
		}
		return err
	}
	return nil
}

// isSelf tells whether a record is the person who acts.
func (k *Kind) isSelf(id string, by *Actor) bool { return k.Person && id == by.ID }

// readsUnder asks for the record that a companion stands on.
func (tx *Tx) readsUnder(r *Row) error {
	var on struct {
		Kind string `json:"on_kind"`
		ID   string `json:"on_id"`
	}
	if err := r.Decode(&on); err != nil {
		return fmt.Errorf("read %s: %w", r.Number, err)
	}
	k := KindOf(on.Kind)
	if k == nil {
		return fmt.Errorf("record: %s stands on an unknown kind", r.Number)
	}
	_, err := tx.Load(k, on.ID)
	return err
}

// Visible tells whether the actor may read the row.
func (tx *Tx) Visible(r *Row) bool { return tx.reads(r) == nil }

// Target is what a check about the row asks the guard.
func (r *Row) Target() Target {
	return Target{Kind: r.Kind, ID: r.ID, Scope: r.Scope, Status: r.Status, Meta: &r.Meta, Doc: r.Doc}
}

// Named lists the persons whose own the record is.
func (r *Row) Named() []string { return r.Kind.named(r.Doc) }

// named reads the fields that say whose own a record is.
func (k *Kind) named(doc []byte) (out []string) {
	if len(k.Mine) == 0 {
		return nil
	}
	var d map[string]any
	if json.Unmarshal(doc, &d) != nil {
		return nil // deleted, so that nothing is left to name anybody
	}
	for _, f := range k.Mine {
		if id, _ := d[f].(string); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// may reads a row for a change: readable, allowed, of the version the caller read, in a state the action fits.
func (tx *Tx) may(k *Kind, ref Ref) (*Row, error) {
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
		return r, tx.Guard().Check(tx, tx.Permission, r.Target())
	}
	if err := tx.reads(r); err != nil {
		return nil, err
	}
	fits := k.Fits(action, r.Status)
	t := r.Target()
	t.AnyState = !fits
	if err := tx.Guard().Check(tx, tx.Permission, t); err != nil {
		return nil, err
	}
	if ref.Version != AnyVersion && ref.Version != r.Version {
		return nil, stale(r)
	}
	if !fits {
		return nil, wrongState(r, action)
	}
	return r, nil
}

func wrongState(r *Row, action string) error {
	return fault.New(fault.Conflict, "wrong_state", "%s does not fit %s in state %s", fault.Word{Kind: r.Kind.Name, Action: action}, r.Number, r.Kind.StateLabel(r.Status)).
		With("state", r.Status).With("action", action)
}

func stale(r *Row) error {
	return fault.New(fault.Stale, "stale_version", "%s has changed since it was read; it is now version %d", r.Number, r.Version).
		With("version", r.Version)
}

// mayCreate asks the guard; a scope the actor cannot see reads as one that is not there.
func (tx *Tx) mayCreate(r *Row) error {
	if !tx.follow && tx.Permission.Object != r.Kind.Name {
		return fmt.Errorf("record: permission %s creates a %s", tx.Permission, r.Kind.Name)
	}
	closed, unknown := false, fault.Fields{{Pointer: "/scope", Code: "unknown_scope", Detail: fault.Text{Format: "there is no such scope"}}}
	if !IsScope(r.Scope) {
		return unknown.Err()
	}
	if r.Kind.Name != "unit" {
		var status string
		err := tx.row(`SELECT status FROM units WHERE path = ?`, r.Scope).Scan(&status)
		if errors.Is(err, sql.ErrNoRows) && r.Scope != "/" {
			return unknown.Err()
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read scope: %w", err)
		}
		closed = status == "closed"
	}
	if !tx.follow {
		if err := tx.Guard().Check(tx, tx.Permission, r.Target()); err != nil {
			if fault.As(err) != nil && !tx.Knows(r.Scope) {
				return unknown.Err()
			}
			return err
		}
	}
	if closed {
		return fault.Fields{{Pointer: "/scope", Code: "closed_scope", Detail: fault.Text{Format: "the unit is closed"}}}.Err()
	}
	return nil
}

// Knows tells whether the actor reads the unit of a scope; of one they do not, nothing is told.
func (tx *Tx) Knows(scope string) bool {
	unit := Target{Kind: KindOf("unit"), Scope: scope, Status: "active"}
	return tx.Guard().Check(tx, Permission{"unit", "read"}, unit) == nil
}

// referredTo names, of the records that keep one from being deleted, those that the actor may read.
func (tx *Tx) referredTo(r *Row, n int) error {
	links, err := tx.Links(r.ID)
	if err != nil {
		return err
	}
	refusal := fault.New(fault.Conflict, "referred_to", "records that refer to %s keep it from being deleted: %d", r.Number, n)
	for _, l := range links {
		if l.Direction == "in" && l.ID != r.ID && len(refusal.Blockers) < 20 {
			refusal.Blockers = append(refusal.Blockers, fault.Blocker{
				Code: refusal.Code, Detail: fault.Text{Format: "%s refers to it", Args: []any{l.Number}}, Link: "/api/v1/" + KindOf(l.Kind).Path + "/" + l.ID,
			})
		}
	}
	return refusal
}

// Remove deletes a row that the actor may delete and nobody refers to, unless a rule of the kind bars it; the event keeps that it was there.
func (tx *Tx) Remove(k *Kind, ref Ref, unless ...func(*Row) error) error {
	r, err := tx.may(k, ref)
	if err != nil {
		return err
	}
	for _, bars := range unless {
		if err := bars(r); err != nil {
			return err
		}
	}
	var n int
	if err := tx.row(`SELECT COUNT(*) FROM refs WHERE to_id = ? AND from_id <> ?`, r.ID, r.ID).Scan(&n); err != nil {
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
	s := subjectOf(e)
	seq, err := tx.log("delete", r, s)
	if err != nil {
		return err
	}
	if err := tx.lend(s, "delete", seq); err != nil {
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
