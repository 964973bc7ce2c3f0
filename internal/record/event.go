package record

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
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
	if seq%waiting != 0 {
		return seq, nil
	}
	if err := tx.hangRefs(); err != nil {
		return 0, err
	}
	return seq, tx.hangEvents()
}

// hangEvents notes for each scope which of the newest events lie in it, and for each record which tell of it or count for it. Those that
// came since are found in the log itself.
func (tx *Tx) hangEvents() error {
	scopes, err := tx.texts(`SELECT DISTINCT scope FROM events WHERE seq > ` + lastHung)
	if err != nil {
		return err
	}
	var places []any
	for _, scope := range scopes {
		for _, node := range Ancestors(scope) {
			places = append(places, scope, node)
		}
	}
	return tx.exec(`WITH places (place_of, place) AS (VALUES (?,?)`+strings.Repeat(`,(?,?)`, len(places)/2-1)+`)
		INSERT INTO event_nodes (node, seq) SELECT place, seq FROM events JOIN places ON place_of = scope WHERE seq > `+lastHung+`
		UNION SELECT record_id, seq FROM events WHERE seq > `+lastTold+`
		UNION SELECT subject_id, seq FROM events WHERE seq > `+lastTold+` AND subject_id IS NOT NULL
		UNION SELECT '*', MAX(seq) FROM events ORDER BY 1, 2`, places...)
}

// lastHung is the newest event that scopes know of, for all events lie in the root; lastTold the newest one that records know of. They are
// two, since a server of before 0013 that still runs hangs events under scopes alone.
const (
	lastHung = `COALESCE((SELECT seq FROM event_nodes WHERE node = '/' ORDER BY seq DESC LIMIT 1), 0)`
	lastTold = `COALESCE((SELECT seq FROM event_nodes WHERE node = '*' ORDER BY seq DESC LIMIT 1), 0)`
)

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

func scanEvent(rows interface{ Scan(...any) error }) (Event, error) {
	var e Event
	var at int64
	var doc, authority *string
	err := rows.Scan(&e.Seq, &e.ID, &at, &e.RequestID, &e.Actor, &e.Action, &e.Kind, &e.RecordID, &e.Number,
		&e.SubjectKind, &e.SubjectID, &e.Scope, &e.Status, &e.Version, &e.Schema, &e.Reason, &authority, &doc)
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

// Events reads a page of the log, newest first, of what the actor may read:
// the log itself, and the record as it was by then. The second result is the
// seq to go on from, 0 at the end. A page may hold fewer than the limit, or
// none, and yet not be the last: whoever may read little of the log has it
// searched a part at a time.
func (tx *Tx) Events(q EventQuery) ([]Event, int64, error) {
	scope := q.Scope
	if scope == "" {
		scope = "/"
	}
	var out []Event
	before := q.Before
	if before == 0 {
		before = endOfLog
	}
	for range batchesAtMost {
		batch, err := tx.eventBatch(q, scope, before)
		if err != nil {
			return nil, 0, err
		}
		for _, e := range batch {
			before = e.Seq
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
			out = append(out, e)
		}
		if len(batch) < eventsAtOnce {
			return out, 0, nil
		}
	}
	return out, before, nil
}

const (
	eventsAtOnce  = 200
	batchesAtMost = 10
	endOfLog      = int64(1) << 62
)

// eventBatch reads the next events before that one: of a record or a scope, first those that it does not know of yet.
func (tx *Tx) eventBatch(q EventQuery, scope string, before int64) ([]Event, error) {
	where, args, err := tx.eventsWhere(q)
	if err != nil {
		return nil, err
	}
	node, last, told, tells := scope, lastHung, ` AND substr(e.scope, 1, length(?)) = ?`, []any{scope, scope}
	if q.Record != "" {
		if scope != "/" {
			where, args = where+told, append(args, tells...)
		}
		node, last, told, tells = q.Record, lastTold, ` AND (e.record_id = ? OR e.subject_id = ?)`, []any{q.Record, q.Record}
	}
	if node == "/" {
		return tx.eventsFrom("e.seq", `events e WHERE e.seq < ?`+where, append([]any{before}, args...), eventsAtOnce)
	}
	var hung int64
	if err := tx.row(`SELECT ` + last).Scan(&hung); err != nil {
		return nil, fmt.Errorf("read the log's tree: %w", err)
	}
	var out []Event
	if before > hung {
		out, err = tx.eventsFrom("e.seq", `events e WHERE e.seq < ? AND e.seq > ?`+told+where, slices.Concat([]any{before, hung}, tells, args), eventsAtOnce)
		if err != nil || len(out) == eventsAtOnce {
			return out, err
		}
		before = hung + 1
	}
	rest, err := tx.eventsFrom("n.seq", `event_nodes n JOIN events e ON e.seq = n.seq WHERE n.node = ? AND n.seq < ?`+strings.ReplaceAll(where, "e.seq", "n.seq"),
		append([]any{node, before}, args...), eventsAtOnce-len(out))
	return append(out, rest...), err
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
	var last int64
	if err := tx.row(`SELECT COALESCE((SELECT seq FROM events ORDER BY seq DESC LIMIT 1), 0)`).Scan(&last); err != nil {
		return 0, fmt.Errorf("read the log's end: %w", err)
	}
	var failed error
	n := sort.Search(int(last), func(i int) bool {
		var time int64
		if err := tx.row(`SELECT time FROM events WHERE seq = ?`, i+1).Scan(&time); err != nil {
			failed = fmt.Errorf("read an event's time: %w", err)
		}
		return time >= at.UnixMicro()
	})
	return int64(n) + 1, failed
}

// eventsFrom reads events, newest first by the seq of the table that from begins with: the planner sees the order of no other in it.
func (tx *Tx) eventsFrom(by, from string, args []any, limit int) ([]Event, error) {
	rows, err := tx.query(`SELECT `+eventColumns+` FROM `+from+` ORDER BY `+by+` DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read only
	var out []Event
	for rows.Next() {
		e, err := scanEvent(rows)
		if err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// readsEvent tells whether the actor may read the record in the state the event left it in.
func (tx *Tx) readsEvent(e Event) (bool, error) {
	k := KindOf(e.Kind)
	if k == nil || k.isSelf(e.RecordID, tx.Actor) {
		return k != nil, nil
	}
	return fault.Allowed(tx.Guard().Check(tx, Permission{e.Kind, "read"}, Target{Kind: k, ID: e.RecordID, Scope: e.Scope, Status: e.Status, Doc: e.Document}))
}

// LastSeq is the newest event's number in this transaction.
func (tx *Tx) LastSeq() int64 { return tx.state.seq }

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
func (tx *Tx) lastEvent(id string, at time.Time) (e Event, err error) {
	const own, newest = ` AND e.record_id = ? AND e.time <= ? ORDER BY `, ` DESC LIMIT 1`
	e, err = scanEvent(tx.row(`SELECT `+eventColumns+` FROM events e WHERE e.seq > `+lastTold+own+`e.seq`+newest, id, at.UnixMicro()))
	if !errors.Is(err, sql.ErrNoRows) {
		return e, err
	}
	return scanEvent(tx.row(`SELECT `+eventColumns+` FROM event_nodes n JOIN events e ON e.seq = n.seq WHERE n.node = ?`+own+`n.seq`+newest, id, id, at.UnixMicro()))
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
	return fault.New(fault.NotFound, "not_found", "there is no such record")
}
