// Package event reads the log: who did what to which record, and how a record was at an earlier instant.
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
	Actor     string    `json:"actor" format:"uuid"`
	Action    string    `json:"action" example:"approve"`
	Kind      string    `json:"kind" of:"RecordKind" example:"policy"`
	RecordID  string    `json:"record_id" format:"uuid"`
	Number    string    `json:"number" example:"POL-0003"`
	// Subject is the record the event counts for, when that is another one.
	SubjectKind string `json:"subject_kind,omitempty" of:"RecordKind"`
	SubjectID   string `json:"subject_id,omitempty" format:"uuid"`
	Scope       string `json:"scope" example:"/siv/"`
	Status      string `json:"status" example:"approved"`
	Version     int64  `json:"version" example:"4"`
	Schema      int    `json:"schema" example:"1"`
	Reason      string `json:"reason,omitempty"`
	// Authority is by what right a decision was taken; of other events nothing is kept but who acted.
	Authority *record.Authority `json:"authority,omitempty"`
	Document  json.RawMessage   `json:"document" swaggertype:"object"`
}

// Query narrows the log. Zero values do not narrow.
type Query struct {
	Kinds, Actions, Actors []string
	Record                 string // the events that tell of it or count for it
	Scope                  string
	From, To               time.Time
	Before                 int64 // the seq after which the page ends, newest first
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

// List reads a page of the log, newest first, of what the actor may read: the log itself, and the record as it was by then.
// A scope means the records that lie in it now. The second result is the seq to go on from, 0 at the end. A page may hold fewer than
// the limit, or none, and yet not be the last: the log is searched a part at a time.
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
	eventsLooked  = 20_000 // events that one statement looks through
	batchesAtMost = 10     // statements for a page
)

// placed is an event with the scope that its record lies in now.
type placed struct {
	Event
	now string
}

// batchBefore reads the next events before that one, and tells where to go on.
func batchBefore(tx *record.Tx, q Query, before int64) ([]placed, int64, error) {
	where, args, err := whereOf(tx, q)
	if err != nil {
		return nil, 0, err
	}
	from := int64(0)
	if q.Record == "" { // a record's events are few and indexed
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

// whereOf narrows the log, beginning with AND.
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

// firstSince finds the first event at or after that instant, or the end of the log. Times grow with seq, which has no gaps, so that an
// instant is a place in the log and needs no index.
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

// reads tells whether the actor may read the record where it lies now, in the state the event left it in.
func reads(tx *record.Tx, e placed) (bool, error) {
	k := record.KindOf(e.Kind)
	if k == nil || k.IsSelf(e.RecordID, tx.Actor) {
		return k != nil, nil
	}
	return tx.May(record.Permission{Object: e.Kind, Action: "read"}, record.Target{Kind: k, ID: e.RecordID, Scope: e.now, Status: e.Status, Doc: e.Document})
}

// AsOf gives a record that the actor may read now as it was at that instant, if the actor may read that state too, where the record
// lies now.
func AsOf(tx *record.Tx, now *record.Row, at time.Time) (*record.Row, error) {
	r, err := rowAsOf(tx, now.Kind, now.ID, at)
	if err != nil {
		return nil, err
	}
	there := *r
	there.Scope = now.Scope
	return r, tx.Reads(&there)
}

// rowAsOf gives a record as an event left it, at or before that instant.
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

// last is the newest one of a record, at or before that instant.
func last(tx *record.Tx, id string, at time.Time) (Event, error) {
	return scanEvent(tx.Conn().Row(`SELECT `+eventColumns+` FROM events e WHERE e.record_id = ? AND e.time <= ? ORDER BY e.seq DESC LIMIT 1`, id, at.UnixMicro()))
}

// Day gives the day of the event with that number, in Oslo; nothing when there is none.
func Day(tx *record.Tx, seq int64) record.Date {
	var at int64
	if tx.Conn().Row(`SELECT time FROM events WHERE seq = ?`, seq).Scan(&at) != nil {
		return ""
	}
	return record.DateOf(time.UnixMicro(at))
}

// At finds what the event with that number did, and to what; it tells nothing of the document.
func At(tx *record.Tx, seq int64) (e Event, err error) {
	err = tx.Conn().Row(`SELECT id, kind, number, action FROM events WHERE seq = ?`, seq).Scan(&e.ID, &e.Kind, &e.Number, &e.Action)
	return e, err
}

// LastDone tells when an action was last done to a record, and by whom; never when it was not.
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
