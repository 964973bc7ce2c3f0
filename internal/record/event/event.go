// Package event reads the event log: who did what to which record, and the state of a record at an earlier instant.
package event

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/record"
)

// Event is one line of the log: who did what to which record, when, and the document after.
type Event struct {
	Seq       int64     `json:"seq" example:"4711"`
	ID        string    `json:"id" format:"uuid"`
	Time      time.Time `json:"time"`
	RequestID string    `json:"request_id"`
	Actor     string    `json:"actor" format:"uuid" names:"user"`
	Action    string    `json:"action" example:"approve"`
	Kind      string    `json:"kind" of:"RecordKind" example:"policy"`
	RecordID  string    `json:"record_id" format:"uuid" names:"kind"`
	Number    string    `json:"number" example:"POL-0003"`
	// Subject is another record that the event also counts for.
	SubjectKind string `json:"subject_kind,omitempty" of:"RecordKind"`
	SubjectID   string `json:"subject_id,omitempty" format:"uuid" names:"subject_kind"`
	Scope       string `json:"scope" example:"/siv/" names:"unit"`
	Status      string `json:"status" example:"approved"`
	Version     int64  `json:"version" example:"4"`
	Schema      int    `json:"schema" example:"1"`
	Reason      string `json:"reason,omitempty"`
	// Authority is the authority for a decision. Other events store only the actor.
	Authority *record.Authority `json:"authority,omitempty"`
	Document  json.RawMessage   `json:"document" swaggertype:"object" names:"document"`
}

// Query narrows the log. Zero values do not narrow.
type Query struct {
	Kinds, Actions, Actors []string
	Record                 string   // events of this record, and events that count for it
	Records                []string // events of these records
	Scope                  string
	Body                   string // decisions by a role that comes from this body
	From, To               time.Time
	Before                 int64 // the page has events with a lower seq, newest first
	Limit                  int
}

const eventColumns = `e.seq, e.id, e.time, e.request_id, e.actor, e.action, e.kind, e.record_id, e.number,
	COALESCE(e.subject_kind,''), COALESCE(e.subject_id,''), e.scope, e.status, e.version, e.schema, COALESCE(e.reason,''), e.authority, e.doc`

func scanEvent(rows interface{ Scan(...any) error }, more ...any) (Event, error) {
	var e Event
	var at int64
	var doc, authority *string
	err := rows.Scan(append([]any{
		&e.Seq, &e.ID, &at, &e.RequestID, &e.Actor, &e.Action, &e.Kind, &e.RecordID, &e.Number,
		&e.SubjectKind, &e.SubjectID, &e.Scope, &e.Status, &e.Version, &e.Schema, &e.Reason, &authority, &doc,
	}, more...)...)
	e.Time = time.UnixMicro(at).UTC()
	e.Document = json.RawMessage("null")
	if doc != nil {
		e.Document = json.RawMessage(*doc)
	}
	if err == nil && authority != nil {
		err = json.Unmarshal([]byte(*authority), &e.Authority)
	}
	return e, err
}

// List reads a page of the events that the actor may read, newest first. The actor must be allowed to read the record in the state after the event.
// q.Scope filters by the present scope of the record. The second result is the seq to continue from; 0 at the end. A page may have fewer events than
// the limit, or none, before the end, because one call searches a part of the log only.
func List(tx *record.Tx, q Query) ([]Event, int64, error) {
	var out []Event
	before := q.Before
	if before == 0 {
		end, err := tx.LogEnd()
		if err != nil {
			return nil, 0, err
		}
		before = end + 1
	}
	for range batchesAtMost {
		found, next, err := batchBefore(tx, q, before)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range found {
			ok, err := reads(tx, e)
			if err != nil {
				return nil, 0, err
			}
			if !ok {
				continue
			}
			if len(out) == q.Limit {
				return out, out[len(out)-1].Seq, nil
			}
			out = append(out, e.Event)
		}
		if next <= 1 {
			return out, 0, nil
		}
		before = next
	}
	return out, before, nil
}

const (
	eventsAtOnce  = 200    // events that one statement reads
	eventsLooked  = 20_000 // events that one statement searches
	batchesAtMost = 10     // statements for a page
)

// placed is an event with the present scope of its record.
type placed struct {
	Event
	now string
}

// batchBefore reads the next events before that one, and returns the seq to continue from.
func batchBefore(tx *record.Tx, q Query, before int64) ([]placed, int64, error) {
	where, args, err := whereOf(tx, q)
	if err != nil {
		return nil, 0, err
	}
	from := int64(0)
	if q.Record == "" && len(q.Records) == 0 { // a record's events are few and indexed
		from = max(0, before-eventsLooked)
	}
	rows, err := tx.Conn().Query(`SELECT `+eventColumns+`, COALESCE(r.scope, e.scope) FROM events e LEFT JOIN records r ON r.id = e.record_id
		WHERE e.seq < ? AND e.seq >= ?`+where+` ORDER BY e.seq DESC LIMIT `+strconv.Itoa(eventsAtOnce), append([]any{before, from}, args...)...)
	if err != nil {
		return nil, 0, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []placed
	for rows.Next() {
		var p placed
		if p.Event, err = scanEvent(rows, &p.now); err != nil {
			return nil, 0, fmt.Errorf("read event: %w", err)
		}
		out = append(out, p)
	}
	if len(out) == eventsAtOnce {
		from = out[len(out)-1].Seq
	}
	return out, from, rows.Err()
}

// whereOf returns the conditions of a query, starting with AND, and their arguments.
func whereOf(tx *record.Tx, q Query) (string, []any, error) {
	var w strings.Builder
	var args []any
	in := func(col string, values []string) {
		if len(values) == 0 {
			return
		}
		w.WriteString(` AND e.` + col + ` IN (?` + strings.Repeat(`,?`, len(values)-1) + `)`)
		for _, v := range values {
			args = append(args, v)
		}
	}
	if q.Record != "" {
		w.WriteString(` AND e.seq IN (SELECT seq FROM events WHERE record_id = ? UNION SELECT seq FROM events WHERE subject_id = ?)`)
		args = append(args, q.Record, q.Record)
	}
	if q.Scope != "" && q.Scope != "/" {
		w.WriteString(` AND COALESCE(r.scope, e.scope) >= ? AND COALESCE(r.scope, e.scope) < ?`)
		args = append(args, q.Scope, record.AfterScope(q.Scope))
	}
	if q.Body != "" {
		w.WriteString(` AND e.authority LIKE ?`)
		args = append(args, `%"body_id":"`+q.Body+`"%`)
	}
	in("record_id", q.Records)
	in("kind", q.Kinds)
	in("action", q.Actions)
	in("actor", q.Actors)
	for op, at := range map[string]time.Time{">=": q.From, "<": q.To} {
		if at.IsZero() {
			continue
		}
		seq, err := firstSince(tx, at)
		if err != nil {
			return "", nil, err
		}
		w.WriteString(` AND e.seq ` + op + ` ?`)
		args = append(args, seq)
	}
	return w.String(), args, nil
}

// firstSince returns the seq of the first event at or after an instant, or of the end of the log. Times grow with seq and seq has no gaps, so a
// binary search needs no index.
func firstSince(tx *record.Tx, at time.Time) (int64, error) {
	last, failed := tx.LogEnd()
	if failed != nil {
		return 0, failed
	}
	n := sort.Search(int(last), func(i int) bool {
		var time int64
		if err := tx.Conn().Row(`SELECT time FROM events WHERE seq = ?`, i+1).Scan(&time); err != nil {
			failed = fmt.Errorf("read an event's time: %w", err)
		}
		return time >= at.UnixMicro()
	})
	return int64(n) + 1, failed
}

// reads reports whether the actor may read the record in its present scope and in the state after the event.
func reads(tx *record.Tx, e placed) (bool, error) {
	k := record.KindOf(e.Kind)
	if k == nil || k.IsSelf(e.RecordID, tx.Actor) {
		return k != nil, nil
	}
	return tx.May(record.Permission{Object: e.Kind, Action: "read"}, record.Target{Kind: k, ID: e.RecordID, Scope: e.now, Status: e.Status, Doc: e.Document})
}

// AsOf returns a record as it was at an instant. The actor must be allowed to read that state, too, in the record's present scope.
func AsOf(tx *record.Tx, now *record.Row, at time.Time) (*record.Row, error) {
	r, err := rowAsOf(tx, now.Kind, now.ID, at)
	if err != nil {
		return nil, err
	}
	there := *r
	there.Scope = now.Scope
	return r, tx.Reads(&there)
}

// rowAsOf returns a record as it was after its newest event at or before an instant.
func rowAsOf(tx *record.Tx, k *record.Kind, id string, at time.Time) (*record.Row, error) {
	e, err := last(tx, id, at)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && string(e.Document) == "null":
		return nil, record.NotFound()
	case err != nil:
		return nil, fmt.Errorf("read %s as it was: %w", k.Name, err)
	}
	return k.Past(record.Row{
		ID: id, Number: e.Number, Scope: e.Scope, Version: e.Version, Status: e.Status,
		UpdatedAt: e.Time.UnixMicro(), Doc: e.Document,
	}, e.Schema)
}

// last returns the newest event of a record at or before an instant.
func last(tx *record.Tx, id string, at time.Time) (Event, error) {
	return scanEvent(tx.Conn().Row(`SELECT `+eventColumns+` FROM events e WHERE e.record_id = ? AND e.time <= ? ORDER BY e.seq DESC LIMIT 1`, id, at.UnixMicro()))
}

// At reads the id, kind, number and action of the event with that number, without its document.
func At(tx *record.Tx, seq int64) (e Event, err error) {
	err = tx.Conn().Row(`SELECT id, kind, number, action FROM events WHERE seq = ?`, seq).Scan(&e.ID, &e.Kind, &e.Number, &e.Action)
	return e, err
}

// LastDone returns when an action was last done to a record, and by whom. The time is zero when it was never done.
func LastDone(tx *record.Tx, r *record.Row, action string) (at time.Time, by string, err error) {
	seq := r.Meta.Last(action)
	if seq == 0 {
		return at, "", nil
	}
	var micro int64
	if err := tx.Conn().Row(`SELECT time, actor FROM events WHERE seq = ?`, seq).Scan(&micro, &by); err != nil {
		return at, "", fmt.Errorf("read the %s of %s: %w", action, r.Number, err)
	}
	return time.UnixMicro(micro).UTC(), by, nil
}

// StateAt returns the state of a record at an instant, for the rules, whoever asks. Before the record was created, it is the present state.
func StateAt(tx *record.Tx, r *record.Row, at time.Time) (string, error) {
	e, err := last(tx, r.ID, at)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return r.Status, nil
	case err != nil:
		return "", fmt.Errorf("read the state of %s: %w", r.Number, err)
	}
	return e.Status, nil
}
