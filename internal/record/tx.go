package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// Guard decides who may do what. Package access implements it.
type Guard interface {
	// Check decides whether the actor may do it to the target.
	Check(tx *Tx, p Permission, t Target) (Decision, error)
	// Branches lists where the actor may do it, for lists.
	Branches(tx *Tx, p Permission) ([]Branch, error)
	// Ever is nil when there is any scope and state where the actor may do it.
	Ever(tx *Tx, p Permission) error
}

// Decision is the answer of a guard: whether the actor may, and by what right, or why not.
type Decision struct {
	By      Authority // the role that allows it; zero for the system, and for a write that another one causes
	Kept    bool      // the event of the write keeps By: it is a decision that people answer for
	Refusal *fault.Error
}

// Err is the refusal, or nil when the actor may.
func (d Decision) Err() error {
	if d.Refusal == nil {
		return nil
	}
	return d.Refusal
}

// Ask is nil when the actor may do it to the target, and otherwise the refusal.
func (tx *Tx) Ask(p Permission, t Target) error {
	d, err := tx.Guard().Check(tx, p, t)
	if err != nil {
		return err
	}
	return d.Err()
}

// May tells whether the actor may do it to the target.
func (tx *Tx) May(p Permission, t Target) (bool, error) {
	d, err := tx.Guard().Check(tx, p, t)
	return err == nil && d.Refusal == nil, err
}

// Target is what a check is about: a record that is there, or one about to be.
type Target struct {
	Kind     *Kind
	ID       string
	Scope    string
	Status   string
	AnyState bool // ask about the scope alone
	Meta     *Meta
	Doc      []byte // of a record that is there: it names whose own it is
}

// IsOwn tells whether the record is the actor's own, or that of the person who answers for a key. A question about a scope alone is of
// no record, and may be of one's own.
func (t Target) IsOwn(a *Actor) bool {
	if t.Kind == nil || len(t.Kind.Mine) == 0 {
		return false
	}
	return t.ID == "" && t.AnyState || slices.ContainsFunc(t.Kind.named(t.Doc), func(id string) bool { return id == a.ID || slices.Contains(a.Persons, id) })
}

// Branch is a part of the scope tree that an actor may read: a scope and all
// below it, or one scope exactly, limited to some states when there are any,
// and to what names a person in a field when there is one.
type Branch struct {
	Scope  string
	Exact  bool
	States []string
	Field  string
	Person string
}

// DB is the installation's records: one writer at a time, many readers.
type DB struct {
	Postgres bool
	gorm     *gorm.DB
	writer   *sql.DB
	reader   *sql.DB
	guard    Guard
	clock    func() time.Time
	down     func(error) bool // whether an error says that the database does not answer
	queue    queue
	known    vocabulary
	epoch    atomic.Int64
	seen     atomic.Int64 // when the epoch was last confirmed, ms
}

// Open joins the database, the guard and the clock. down tells whether an error says that the database does not answer.
func Open(writer, reader *gorm.DB, postgres bool, guard Guard, clock func() time.Time, down func(error) bool) (*DB, error) {
	w, err := writer.DB()
	if err != nil {
		return nil, fmt.Errorf("writer pool: %w", err)
	}
	r, err := reader.DB()
	if err != nil {
		return nil, fmt.Errorf("reader pool: %w", err)
	}
	db := &DB{Postgres: postgres, gorm: writer, writer: w, reader: r, guard: guard, clock: clock, down: down}
	return db, db.Confirm(context.Background())
}

// Now is the installation's time, in UTC and whole microseconds.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// SetClock changes the clock; the demo sets it per step.
func (db *DB) SetClock(clock func() time.Time) { db.clock = clock }

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Tx is one transaction: who acts, when, and by which permission.
type Tx struct {
	Actor      *Actor
	Now        time.Time
	Permission Permission
	RequestID  string

	db     *DB
	ctx    context.Context
	q      querier
	follow bool
	reason string
	state  *txState
}

// txState is what a transaction and those derived from it share.
type txState struct {
	logEnd
	raised   bool
	writing  bool
	onCommit []func()
	doubts   fault.Fields   // of the body, found before its write
	ahead    map[rowID]*Row // read ahead, in a reading transaction
	notes    map[any]any
}

// Read runs fn on a snapshot of the database. When a connection turns out to be dead, fn runs once more on another one.
func (db *DB) Read(ctx context.Context, by *Actor, p Permission, fn func(*Tx) error) error {
	return db.again(func() error { return db.read(ctx, by, p, fn) })
}

func (db *DB) read(ctx context.Context, by *Actor, p Permission, fn func(*Tx) error) error {
	ctx = lasting(ctx)
	t, err := db.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: db.Postgres, Isolation: db.isolation()})
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() { _ = t.Rollback() }()
	return fn(db.tx(ctx, t, by, p, ""))
}

// again runs a read a second time when the first met a dead connection: one that a restart of the server left in the pool, say.
func (db *DB) again(read func() error) error {
	err := read()
	if db.Postgres && db.unreachable(err) {
		err = read()
	}
	return err
}

// unreachable tells whether an error says that the database does not answer.
func (db *DB) unreachable(err error) bool { return err != nil && db.down != nil && db.down(err) }

// lasting drops the cancellation of a request: queries are short, and one that is cancelled costs the pool its connection.
func lasting(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// Peek runs fn for a single query, which is its own snapshot.
func (db *DB) Peek(ctx context.Context, by *Actor, p Permission, fn func(*Tx) error) error {
	return db.again(func() error { return fn(db.tx(lasting(ctx), db.reader, by, p, "")) })
}

func (db *DB) tx(ctx context.Context, q querier, by *Actor, p Permission, requestID string) *Tx {
	t := &struct {
		Tx
		txState
	}{Tx: Tx{Actor: by, Now: db.Now(), Permission: p, RequestID: requestID, db: db, ctx: ctx, q: q}, txState: txState{logEnd: logEnd{epoch: db.epoch.Load()}}}
	t.state = &t.txState
	return &t.Tx
}

func (db *DB) isolation() sql.IsolationLevel {
	if db.Postgres {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault
}

// As gives the same transaction for another actor, permission and time; the demo's steps use it.
func (tx *Tx) As(by *Actor, p Permission, at time.Time) *Tx {
	t := *tx
	t.Actor, t.Permission, t.RequestID, t.follow, t.reason = by, p, NewID(), false, ""
	for _, at := range []time.Time{tx.state.last, at} {
		if at.After(t.Now) {
			t.Now = at
		}
	}
	return &t
}

// Follow gives the same transaction for a further write that the first one
// causes: no grant is asked again; separations and validation are.
func (tx *Tx) Follow(object, action string) *Tx {
	t := *tx
	t.Permission, t.follow = Permission{object, action}, true
	return &t
}

// Following tells whether the first write of the transaction causes this one.
func (tx *Tx) Following() bool { return tx.follow }

// For gives the same transaction for another permission, which is asked anew.
func (tx *Tx) For(object, action string) *Tx {
	t := *tx
	t.Permission, t.follow = Permission{object, action}, false
	return &t
}

// Because notes the reason the caller gave, for the event.
func (tx *Tx) Because(reason string) { tx.reason = reason }

// Writing tells whether this transaction may write.
func (tx *Tx) Writing() bool { return tx.state.writing }

// Epoch counts the changes of who may what, as this transaction sees them.
func (tx *Tx) Epoch() int64 { return tx.state.epoch }

// Unsaved tells whether this transaction itself changed who may what.
func (tx *Tx) Unsaved() bool { return tx.state.raised }

// Note keeps a value for the length of the transaction.
func (tx *Tx) Note(key, value any) {
	if tx.state.notes == nil {
		tx.state.notes = map[any]any{}
	}
	tx.state.notes[key] = value
}

// Noted gives back what Note kept.
func (tx *Tx) Noted(key any) any { return tx.state.notes[key] }

// OnCommit runs fn once the transaction is durable, before the request is answered. fn must not write: no other write runs until it returns.
func (tx *Tx) OnCommit(fn func()) { tx.state.onCommit = append(tx.state.onCommit, fn) }

// RaiseEpoch marks that who may what has changed.
func (tx *Tx) RaiseEpoch() error {
	tx.state.raised = true
	tx.state.epoch++
	clear(tx.state.notes)
	return nil
}

// Guard gives the installation's guard.
func (tx *Tx) Guard() Guard { return tx.db.guard }

// gormDB gives gorm on this transaction.
func (tx *Tx) gormDB() *gorm.DB {
	g := tx.db.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, SkipDefaultTransaction: true})
	g.Statement.ConnPool = tx.q.(gorm.ConnPool)
	return g
}

// Conn runs SQL for the packages below this one; no other may use it.
func (tx *Tx) Conn() conn.Conn { return sqlOf{tx} }

type sqlOf struct{ tx *Tx }

func (c sqlOf) Query(q string, args ...any) (*sql.Rows, error) { return c.tx.query(q, args...) }
func (c sqlOf) Row(q string, args ...any) conn.Scanner         { return c.tx.row(q, args...) }
func (c sqlOf) Postgres() bool                                 { return c.tx.db.Postgres }

// LogEnd is the number of the newest event.
func (tx *Tx) LogEnd() (seq int64, err error) {
	if tx.state.writing {
		return tx.state.seq, nil
	}
	if err = tx.row(`SELECT seq FROM log_end WHERE id = 1`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read the end of the log: %w", err)
	}
	return seq, nil
}

// query, row and exec take ? for parameters on both engines.
func (tx *Tx) query(q string, args ...any) (*sql.Rows, error) {
	return tx.q.QueryContext(tx.ctx, tx.db.bind(q), args...)
}

func (tx *Tx) row(q string, args ...any) row {
	b, _ := tx.q.(*batch)
	return row{tx.q.QueryRowContext(tx.ctx, tx.db.bind(q), args...), b}
}

// row is the one row that a statement answers. SQLite runs the statement as it is read.
type row struct {
	answer *sql.Row
	batch  *batch
}

// Scan reads the row.
func (r row) Scan(into ...any) error {
	err := r.answer.Scan(into...)
	if r.batch != nil {
		r.batch.note(err)
	}
	return err
}

func (tx *Tx) exec(q string, args ...any) error {
	if !tx.state.writing {
		return errors.New("record: a write in a reading transaction")
	}
	if _, err := tx.q.ExecContext(tx.ctx, tx.db.bind(q), args...); err != nil {
		return tx.db.translate(err)
	}
	return nil
}

// insert adds a row and gives its docid, which SQLite tells without being asked.
func (tx *Tx) insert(q string, args ...any) (rid int64, err error) {
	if !tx.state.writing {
		return 0, errors.New("record: a write in a reading transaction")
	}
	if tx.db.Postgres {
		if err := tx.row(q+` RETURNING docid`, args...).Scan(&rid); err != nil {
			return 0, tx.db.translate(err)
		}
		return rid, nil
	}
	res, err := tx.q.ExecContext(tx.ctx, q, args...)
	if err != nil {
		return 0, tx.db.translate(err)
	}
	return res.LastInsertId()
}

// translate names the breach of a unique constraint on both engines.
func (db *DB) translate(err error) error {
	t, ok := db.gorm.Dialector.(gorm.ErrorTranslator)
	if ok && errors.Is(t.Translate(err), gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "duplicate", "another record already has this key").Because(err)
	}
	return err
}

func (db *DB) bind(q string) string {
	if !db.Postgres || !strings.Contains(q, "?") {
		return q
	}
	var b strings.Builder
	n := 0
	for i := range len(q) {
		if q[i] == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(q[i])
	}
	return b.String()
}

// Confirm reads the access epoch; an instance that cannot for five seconds must not answer.
func (db *DB) Confirm(ctx context.Context) error {
	var n int64
	if err := db.reader.QueryRowContext(ctx, `SELECT epoch FROM log_end WHERE id = 1`).Scan(&n); err != nil {
		return fmt.Errorf("read access epoch: %w", err)
	}
	db.publish(n)
	return nil
}

func (db *DB) publish(epoch int64) {
	for {
		old := db.epoch.Load()
		if old >= epoch || db.epoch.CompareAndSwap(old, epoch) {
			break
		}
	}
	db.seen.Store(time.Now().UnixMilli())
}

// Confirmed tells whether the access epoch was read within the last five seconds.
func (db *DB) Confirmed() bool { return time.Now().UnixMilli()-db.seen.Load() < 5000 }

// Epoch counts the changes of who may what that this process knows of.
func (db *DB) Epoch() int64 { return db.epoch.Load() }

// NewID makes an id: a UUIDv7, which sorts by the time it was made.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Held is a role that somebody holds in a scope, and the body it comes from, if any.
type Held struct {
	Role  string `json:"role" example:"project_owner"`
	Scope string `json:"scope" example:"/siv/radiologi/bruddeteksjon/"`
	From  Date   `json:"valid_from"`
	To    Date   `json:"valid_to"`
	Body  string `json:"body_id,omitempty" format:"uuid"`
	// DeputyFor is whose place they take in it.
	DeputyFor string `json:"deputy_for,omitempty" format:"uuid"`
}
