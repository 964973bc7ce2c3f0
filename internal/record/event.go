package record

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/ki-styring/aims/internal/fault"
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
	Authority *Authority      `json:"authority,omitempty"`
	Document  json.RawMessage `json:"document" swaggertype:"object"`
}

// Authority is the role by which somebody decides, where they hold it, and where it comes from: the body whose mandate gives the power,
// or the person they stand in for.
type Authority struct {
	Role      string `json:"role" example:"ai_council"`
	Scope     string `json:"scope" example:"/siv/"`
	BodyID    string `json:"body_id,omitempty" format:"uuid"`
	Mandate   string `json:"mandate,omitempty" example:"MAND-0001"`
	Edition   int    `json:"edition,omitempty" example:"2"` // of the mandate
	DeputyFor string `json:"deputy_for,omitempty" format:"uuid"`
}

type subject struct{ kind, id string }

// log appends the event of a write to the row, in the row's new shape.
func (tx *Tx) log(action string, r *Row, s subject) (int64, error) {
	if tx.Now.Before(tx.state.last) {
		return 0, fmt.Errorf("record: %s of %s at %s, after an event at %s", action, r.Number, tx.Now, tx.state.last)
	}
	tx.state.seq++
	seq := tx.state.seq
	tx.state.last = tx.Now
	var sk, si, reason, doc, authority any
	if s.id != "" {
		sk, si = s.kind, s.id
	}
	if tx.reason != "" {
		reason = tx.reason
	}
	if action != "delete" {
		doc = string(r.Doc)
	}
	if by := tx.Authority(); by != nil {
		raw, err := json.Marshal(by)
		if err != nil {
			return 0, fmt.Errorf("log authority: %w", err)
		}
		authority = string(raw)
	}
	err := tx.exec(`INSERT INTO events (seq, id, time, request_id, actor, action, kind, record_id, number, subject_kind, subject_id,
		scope, status, version, schema, reason, doc, authority) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		seq, NewID(), tx.Now.UnixMicro(), tx.RequestID, tx.Actor.ID, action, r.Kind.Name, r.ID, r.Number, sk, si,
		r.Scope, r.Status, r.Version, r.Kind.Schema, reason, doc, authority)
	if err != nil {
		return 0, fmt.Errorf("log event: %w", err)
	}
	return seq, nil
}

// EventQuery narrows the log. Zero values do not narrow.
type EventQuery struct {
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

// Events reads a page of the log, newest first, of what the actor may read: the log itself, and the record as it was by then.
// A scope means the records that lie in it now. The second result is the seq to go on from, 0 at the end. A page may hold fewer than
// the limit, or none, and yet not be the last: the log is searched a part at a time.
func (tx *Tx) Events(q EventQuery) ([]Event, int64, error) {
	var out []Event
	before := q.Before
	if before == 0 {
		end, err := tx.logEnd()
		if err != nil {
			return nil, 0, err
		}
		before = end + 1
	}
	for range batchesAtMost {
		found, next, err := tx.eventBatch(q, before)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range found {
			ok, err := tx.readsEvent(e)
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

// eventBatch reads the next events before that one, and tells where to go on.
func (tx *Tx) eventBatch(q EventQuery, before int64) ([]placed, int64, error) {
	where, args, err := tx.eventsWhere(q)
	if err != nil {
		return nil, 0, err
	}
	from := int64(0)
	if q.Record == "" { // a record's events are few and indexed
		from = max(0, before-eventsLooked)
	}
	rows, err := tx.query(`SELECT `+eventColumns+`, COALESCE(r.scope, e.scope) FROM events e LEFT JOIN records r ON r.id = e.record_id
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

// eventsWhere narrows the log, beginning with AND.
func (tx *Tx) eventsWhere(q EventQuery) (string, []any, error) {
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
		args = append(args, q.Scope, afterScope(q.Scope))
	}
	in("kind", q.Kinds)
	in("action", q.Actions)
	in("actor", q.Actors)
	for op, at := range map[string]time.Time{">=": q.From, "<": q.To} {
		if at.IsZero() {
			continue
		}
		seq, err := tx.firstSince(at)
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
func (tx *Tx) firstSince(at time.Time) (int64, error) {
	last, failed := tx.logEnd()
	if failed != nil {
		return 0, failed
	}
	n := sort.Search(int(last), func(i int) bool {
		var time int64
		if err := tx.row(`SELECT time FROM events WHERE seq = ?`, i+1).Scan(&time); err != nil {
			failed = fmt.Errorf("read an event's time: %w", err)
		}
		return time >= at.UnixMicro()
	})
	return int64(n) + 1, failed
}

// readsEvent tells whether the actor may read the record where it lies now, in the state the event left it in.
func (tx *Tx) readsEvent(e placed) (bool, error) {
	k := KindOf(e.Kind)
	if k == nil || k.isSelf(e.RecordID, tx.Actor) {
		return k != nil, nil
	}
	return fault.Allowed(tx.Guard().Check(tx, Permission{e.Kind, "read"}, Target{Kind: k, ID: e.RecordID, Scope: e.now, Status: e.Status, Doc: e.Document}))
}

// LastSeq is the newest event's number in this transaction.
func (tx *Tx) LastSeq() int64 { return tx.state.seq }

// logEnd is the newest event's number, in a reading transaction too.
func (tx *Tx) logEnd() (seq int64, err error) {
	if tx.state.writing {
		return tx.state.seq, nil
	}
	if err = tx.row(`SELECT seq FROM log_end WHERE id = 1`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read the end of the log: %w", err)
	}
	return seq, nil
}

// AsOf gives a record that the actor may read now as it was at that instant,
// if the actor may read that state too.
func (tx *Tx) AsOf(now *Row, at time.Time) (*Row, error) {
	r, err := tx.rowAsOf(now.Kind, now.ID, at)
	if err != nil {
		return nil, err
	}
	return r, tx.reads(r)
}

// rowAsOf gives a record as an event left it, at or before that instant.
func (tx *Tx) rowAsOf(k *Kind, id string, at time.Time) (*Row, error) {
	e, err := tx.lastEvent(id, at)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && string(e.Document) == "null":
		return nil, notFound()
	case err != nil:
		return nil, fmt.Errorf("read %s as it was: %w", k.Name, err)
	}
	r := &Row{
		Kind: k, ID: id, Number: e.Number, Scope: e.Scope, Version: e.Version, Status: e.Status,
		UpdatedAt: e.Time.UnixMicro(), Doc: e.Document, Past: true,
	}
	return r, k.upcast(r, e.Schema)
}

// lastEvent is the newest one of a record, at or before that instant.
func (tx *Tx) lastEvent(id string, at time.Time) (Event, error) {
	return scanEvent(tx.row(`SELECT `+eventColumns+` FROM events e WHERE e.record_id = ? AND e.time <= ? ORDER BY e.seq DESC LIMIT 1`, id, at.UnixMicro()))
}

func (k *Kind) upcast(r *Row, schema int) error {
	if schema == k.Schema || k.Upcast == nil {
		return nil
	}
	doc, err := k.Upcast(schema, r.Doc)
	if err != nil {
		return fmt.Errorf("read %s of schema %d: %w", k.Name, schema, err)
	}
	r.Doc = doc
	return nil
}

// EventDay gives the day of the event with that number, in Oslo; nothing when there is none.
func (tx *Tx) EventDay(seq int64) Date {
	var at int64
	if tx.row(`SELECT time FROM events WHERE seq = ?`, seq).Scan(&at) != nil {
		return ""
	}
	return DateOf(time.UnixMicro(at))
}

// EventAt finds what the event with that number did, and to what; it tells nothing of the document.
func (tx *Tx) EventAt(seq int64) (e Event, err error) {
	err = tx.row(`SELECT id, kind, number, action FROM events WHERE seq = ?`, seq).Scan(&e.ID, &e.Kind, &e.Number, &e.Action)
	return e, err
}

// LastDone tells when an action was last done to a record, and by whom; never when it was not.
func (tx *Tx) LastDone(r *Row, action string) (at time.Time, by string, err error) {
	seq := r.Meta.Last(action)
	if seq == 0 {
		return at, "", nil
	}
	var micro int64
	if err := tx.row(`SELECT time, actor FROM events WHERE seq = ?`, seq).Scan(&micro, &by); err != nil {
		return at, "", fmt.Errorf("read the %s of %s: %w", action, r.Number, err)
	}
	return time.UnixMicro(micro).UTC(), by, nil
}

func notFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "there is no such record, or you cannot read it")
}
