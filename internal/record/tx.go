package record

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
	// Check decides whether the actor has the permission for the target.
	Check(tx *Tx, p Permission, t Target) (Decision, error)
	// Branches returns the parts of the scope tree where the actor has the permission, for lists.
	Branches(tx *Tx, p Permission) ([]Branch, error)
	// Ever returns nil when the actor has the permission in at least one scope and state.
	Ever(tx *Tx, p Permission) error
	// OfBody reports whether an action is a body's where the right to it comes from a seat on a body: one member's call is not enough.
	OfBody(p Permission) bool
	// Units returns the top-level units in which the actor has a role now: /siv/.
	Units(tx *Tx) ([]string, error)
	// RoleMay reports whether a role, held in the scope of the target or above it, may take an action on the target.
	RoleMay(tx *Tx, role string, p Permission, t Target) (bool, error)
}

// Decision is the answer of a guard: the authority by which the actor may act, or the refusal.
type Decision struct {
	By      Authority // the role that allows it; zero for the system, and for a write that another write causes
	Kept    bool      // the event stores By, because the write is a decision
	Refusal *fault.Error
}

// Err returns the refusal, or nil when the actor is allowed.
func (d Decision) Err() error {
	if d.Refusal == nil {
		return nil
	}
	return d.Refusal
}

// Ask returns nil when the actor has the permission for the target, and otherwise the refusal.
func (tx *Tx) Ask(p Permission, t Target) error {
	d, err := tx.Guard().Check(tx, p, t)
	if err != nil {
		return err
	}
	return d.Err()
}

// May reports whether the actor has the permission for the target.
func (tx *Tx) May(p Permission, t Target) (bool, error) {
	d, err := tx.Guard().Check(tx, p, t)
	return err == nil && d.Refusal == nil, err
}

// Target is the object of a check: an existing record, or a new one.
type Target struct {
	Kind     *Kind
	ID       string
	Scope    string
	Status   string
	AnyState bool // check the scope alone
	Meta     *Meta
	Doc      []byte    // the document of an existing record; it names the persons the record belongs to
	Handed   *[]string // the persons who look after what is handed over; nil means all who look after the record or a part of it
}

// Branch is a part of the scope tree that an actor may read. It is a scope with everything below it, or with Exact that scope alone. States limits it
// to records in these states, and Field to records that name Person in that field. A field of another record is named by the path to it; see Kind.Mine.
// With Within, the path leads to a record that lies in this scope or below it.
type Branch struct {
	Scope  string
	Exact  bool
	States []string
	Field  string
	Hops   []Hop // the references of the path in Field, if it is one
	Person string
	Within string
}

// DB gives access to the installation's records. One writer runs at a time, with any number of readers.
type DB struct {
	Postgres bool
	gorm     *gorm.DB
	writer   *sql.DB
	reader   *sql.DB
	guard    Guard
	clock    func() time.Time
	down     func(error) bool // whether an error means that the database does not answer
	queue    queue
	known    vocabulary
	epoch    atomic.Int64
	seen     atomic.Int64 // when the epoch was last confirmed, ms
}

// Open returns a DB with this guard and clock. down reports whether an error means that the database does not answer.
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

// Now returns the installation's time, in UTC and whole microseconds.
func (db *DB) Now() time.Time { return db.clock().UTC().Truncate(time.Microsecond) }

// SetClock replaces the clock. The demo sets it for each step.
func (db *DB) SetClock(clock func() time.Time) { db.clock = clock }

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Tx is one transaction, with the actor, the time and the permission.
type Tx struct {
	Actor      *Actor
	Now        time.Time
	Permission Permission
	RequestID  string

	db     *DB
	ctx    context.Context
	q      querier
	follow bool       // another write of the transaction causes this one
	caused bool       // it does so by what a kind declares, so it is nobody's act
	right  *Authority // a body has decided this write
	reason string
	state  *txState
}

// txState is what a transaction and those derived from it share.
type txState struct {
	logEnd
	counters map[string]counter // by kind, as far as the batch knows them
	raised   bool
	writing  bool
	onCommit []func()
	doubts   fault.Fields   // faults of the body, found before its write
	examined bool           // the write of the caller's record has checked its content and references
	ahead    map[rowID]*Row // rows that were prefetched in a reading transaction
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

// again repeats a read once when its connection was dead. A restart of the database server leaves such connections in the pool.
func (db *DB) again(read func() error) error {
	err := read()
	if db.Postgres && db.unreachable(err) {
		err = read()
	}
	return err
}

// unreachable reports whether an error means that the database does not answer.
func (db *DB) unreachable(err error) bool { return err != nil && db.down != nil && db.down(err) }

// lasting removes the cancellation of a request. Queries are short, and a cancelled query closes its connection.
func lasting(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// Peek runs fn without a transaction, for a single query.
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

// As returns the same transaction with another actor, permission and time, for the steps of the demo. The time is never before the last event.
func (tx *Tx) As(by *Actor, p Permission, at time.Time) *Tx {
	t := *tx
	t.Actor, t.Permission, t.RequestID, t.follow, t.right, t.reason = by, p, NewID(), false, nil, ""
	for _, at := range []time.Time{tx.state.last, at} {
		if at.After(t.Now) {
			t.Now = at
		}
	}
	return &t
}

// Follow returns the same transaction for a further write that the first one causes. Grants are not checked again; separations of duties and
// validation are.
func (tx *Tx) Follow(object, action string) *Tx {
	return tx.next(Permission{object, action})
}

func (tx *Tx) next(p Permission) *Tx {
	t := *tx
	t.Permission, t.follow, t.right = p, true, nil
	return &t
}

// CarryOut returns the same transaction for a write that a body has decided, by that authority. The right is the body's, so nothing is asked of the
// person who records the decision.
func (tx *Tx) CarryOut(p Permission, by Authority) *Tx {
	t := tx.next(p)
	t.right = &by
	return t
}

// CarriesOut reports whether a body has decided this write. The rules on who may decide were then asked of its members.
func (tx *Tx) CarriesOut() bool { return tx.right != nil }

// CarriedBy returns the authority of the body that has decided this write, or nil when none has.
func (tx *Tx) CarriedBy() *Authority { return tx.right }

// Following reports whether another write of the transaction causes this one.
func (tx *Tx) Following() bool { return tx.follow }

// For returns the same transaction with another permission, which is checked.
func (tx *Tx) For(object, action string) *Tx {
	t := *tx
	t.Permission, t.follow, t.right = Permission{object, action}, false, nil
	return &t
}

// Because sets the caller's reason, which the event stores.
func (tx *Tx) Because(reason string) { tx.reason = reason }

// Writing reports whether this transaction may write.
func (tx *Tx) Writing() bool { return tx.state.writing }

// Epoch returns the number of changes of access rights, as this transaction sees them.
func (tx *Tx) Epoch() int64 { return tx.state.epoch }

// Unsaved reports whether this transaction has changed access rights.
func (tx *Tx) Unsaved() bool { return tx.state.raised }

// Note stores a value until the end of the transaction. RaiseEpoch removes it.
func (tx *Tx) Note(key, value any) {
	if tx.state.notes == nil {
		tx.state.notes = map[any]any{}
	}
	tx.state.notes[key] = value
}

// Noted returns a value that Note stored.
func (tx *Tx) Noted(key any) any { return tx.state.notes[key] }

// OnCommit runs fn after the commit, before the request is answered. fn must not write: no other write runs until it returns.
func (tx *Tx) OnCommit(fn func()) { tx.state.onCommit = append(tx.state.onCommit, fn) }

// RaiseEpoch marks that access rights have changed.
func (tx *Tx) RaiseEpoch() error {
	tx.state.raised = true
	tx.state.epoch++
	clear(tx.state.notes)
	return nil
}

// Guard returns the installation's guard.
func (tx *Tx) Guard() Guard { return tx.db.guard }

// gormDB returns gorm on this transaction.
func (tx *Tx) gormDB() *gorm.DB {
	g := tx.db.gorm.Session(&gorm.Session{NewDB: true, Context: tx.ctx, SkipDefaultTransaction: true})
	g.Statement.ConnPool = tx.q.(gorm.ConnPool)
	return g
}

// Conn runs SQL. Only the packages below this one may use it.
func (tx *Tx) Conn() conn.Conn { return sqlOf{tx} }

type sqlOf struct{ tx *Tx }

func (c sqlOf) Query(q string, args ...any) (*sql.Rows, error) { return c.tx.query(q, args...) }
func (c sqlOf) Row(q string, args ...any) conn.Scanner         { return c.tx.row(q, args...) }
func (c sqlOf) Postgres() bool                                 { return c.tx.db.Postgres }

// LogEnd returns the number of the newest event.
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
	return tx.q.QueryContext(tx.ctx, tx.db.planned(q), args...)
}

func (tx *Tx) row(q string, args ...any) row {
	b, _ := tx.q.(*batch)
	return row{tx.q.QueryRowContext(tx.ctx, tx.db.planned(q), args...), b}
}

// row is the single row of a statement. SQLite runs the statement when the row is read.
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

var errReading = errors.New("record: a write in a reading transaction")

func (tx *Tx) exec(q string, args ...any) error {
	b, writing := tx.q.(*batch)
	if !writing {
		return errReading
	}
	if err := b.write(tx.db.bind(q), args...); err != nil {
		return tx.db.translate(err)
	}
	return nil
}

// translate converts the violation of a unique constraint to a Conflict, on both engines.
func (db *DB) translate(err error) error {
	t, ok := db.gorm.Dialector.(gorm.ErrorTranslator)
	if ok && errors.Is(t.Translate(err), gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "duplicate", "another record already has this key").Because(err)
	}
	return err
}

// planned returns a query with the parameters of the engine. When SQLite has looked at the value of a parameter to plan a query, it plans the
// query anew for each value, which takes longer than most queries do. It looks at a plain ? only, so each gets a sign, which changes no value.
func (db *DB) planned(q string) string {
	if db.Postgres {
		return db.bind(q)
	}
	return strings.ReplaceAll(q, "?", "+?")
}

// bind returns a statement with the parameters of the engine.
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

// Confirm reads the access epoch. An instance that cannot read it for five seconds must not answer requests.
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

// Confirmed reports whether the access epoch was read within the last five seconds.
func (db *DB) Confirmed() bool { return time.Now().UnixMilli()-db.seen.Load() < 5000 }

// Epoch returns the number of changes of access rights that this process has read.
func (db *DB) Epoch() int64 { return db.epoch.Load() }

// NewID returns a new UUIDv7, which sorts by the time of its creation.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Held is a role that somebody has in a scope, and the body it comes from, if any.
type Held struct {
	Role  string `json:"role" example:"project_owner"`
	Scope string `json:"scope" example:"/siv/radiologi/bruddeteksjon/"`
	From  Date   `json:"valid_from"`
	To    Date   `json:"valid_to"`
	Body  string `json:"body_id,omitempty" format:"uuid" names:"body"`
	// DeputyFor is whose place they take in it.
	DeputyFor string `json:"deputy_for,omitempty" format:"uuid" names:"user"`
}
