package record

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record/internal/conn"
)

// Writes run one after another. Those that wait share a transaction: each runs in a savepoint of its own, the transaction commits once,
// and each is answered after the commit. The request that finds nobody writing leads a batch; after it, the first of those that wait
// leads the next. See LevelDB's write queue for the pattern.
const (
	batchSize  = 64  // requests at most
	largeWrite = 100 // events after which a request ends its batch
)

// batchTime is how long a batch takes further requests.
const batchTime = 20 * time.Millisecond

// queue holds the requests that wait to write.
type queue struct {
	mu      sync.Mutex
	waiting []*write
	busy    bool
	limit   time.Duration // of a batch, where it is another than batchTime
}

// batchTime is how long a batch of this queue takes further requests.
func (q *queue) batchTime() time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return cmp.Or(q.limit, batchTime)
}

// write is one request on its way through a batch.
type write struct {
	ctx       context.Context
	by        *Actor
	perm      Permission
	requestID string
	fn        func(*Tx) error

	ran   bool
	err   error
	hooks []func()
	lead  chan struct{} // closed when it is this request's turn to lead
	done  chan struct{} // closed when it is answered
}

// Write runs fn in a writing transaction. Its events and records are durable together when it returns nil, and none of it happened
// otherwise. A request whose client has gone before its turn is not run; one that runs is not stopped when its client goes.
func (db *DB) Write(ctx context.Context, by *Actor, p Permission, requestID string, fn func(*Tx) error) error {
	if requestID == "" {
		requestID = NewID()
	}
	w := &write{ctx: ctx, by: by, perm: p, requestID: requestID, fn: fn, lead: make(chan struct{}), done: make(chan struct{})}
	q := &db.queue
	q.mu.Lock()
	leads := !q.busy
	if leads {
		q.busy = true
	} else {
		q.waiting = append(q.waiting, w)
	}
	q.mu.Unlock()
	if !leads {
		select {
		case <-w.done:
			return w.err
		case <-w.lead:
		}
	}
	defer q.pass()
	db.lead(w)
	return w.err
}

// errTried undoes a write that was only tried.
var errTried = errors.New("record: the write was only tried")

// Try runs fn as Write does, with every check, and undoes what it wrote. Nothing is stored, and its functions in OnCommit do not run.
func (db *DB) Try(ctx context.Context, by *Actor, p Permission, requestID string, fn func(*Tx) error) error {
	err := db.Write(ctx, by, p, requestID, func(tx *Tx) error {
		if err := tx.WithFaults(fn(tx)); err != nil {
			return err
		}
		if b, ok := tx.q.(*batch); ok {
			if err := b.send(); err != nil { // the checks of the database
				return db.translate(err)
			}
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// pass lets the first request that waits lead the next batch.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.busy = false
		return
	}
	next := q.waiting[0]
	q.waiting = q.waiting[1:]
	close(next.lead)
}

// take gives the next request that waits, or nil.
func (q *queue) take() *write {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	next := q.waiting[0]
	q.waiting = q.waiting[1:]
	return next
}

// waits reports whether a request waits.
func (q *queue) waits() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) > 0
}

// lead runs a batch that begins with w, and answers the others in it.
func (db *DB) lead(w *write) {
	b := &batch{db: db, ctx: context.Background()}
	writes := []*write{w}
	defer func() {
		for _, other := range writes[1:] {
			close(other.done)
		}
	}()
	defer b.abort(&writes) // when fn ends its goroutine instead of returning
	if w.err = b.begin(); w.err != nil {
		b.ended = true
		for other := db.queue.take(); other != nil; other = db.queue.take() { // each would wait as long, one after another
			other.err = w.err
			writes = append(writes, other)
		}
		return
	}
	for b.run(w); !b.full(len(writes)); b.run(w) {
		if w = db.queue.take(); w == nil {
			break
		}
		writes = append(writes, w)
	}
	b.commit(writes)
}

// logEnd is where the log stands.
type logEnd struct {
	seq   int64     // of the newest event
	last  time.Time // of the newest event
	epoch int64     // counts the changes of who may do what
	docid int64     // of the newest record
}

// counter is where the numbers of a kind stand, and what the database holds.
type counter struct{ next, stored int64 }

// batch is one transaction that several requests share.
type batch struct {
	db       *DB
	ctx      context.Context
	on       *sql.Conn
	tx       *sql.Tx
	unsent   []conn.Statement // on PostgreSQL: statements that wait to be sent together
	opened   bool             // the savepoint of the next request is set
	failed   error            // of a statement of the present request whose answer was not waited for
	started  time.Time        // when it was this server's turn to write
	end      logEnd
	began    logEnd
	counters map[string]counter // by kind, as far as its requests have used them
	wrote    bool               // a request succeeded
	last     bool               // no further request joins
	broken   error              // the database ended the transaction by itself
	ended    bool               // committed or rolled back
}

// begin opens the transaction, on another connection when the first is dead, and reads where the log stands. On PostgreSQL that is also
// how servers wait for their turn to write.
func (b *batch) begin() error {
	err := b.db.again(func() (err error) {
		if b.on, err = b.db.writer.Conn(b.ctx); err != nil {
			return err
		}
		if b.tx, err = b.on.BeginTx(b.ctx, nil); err != nil {
			_ = b.on.Close()
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("begin write: %w", err)
	}
	lock := ""
	if b.db.Postgres {
		lock = ` FOR UPDATE`
	}
	var last int64
	if err = b.tx.QueryRowContext(b.ctx, `SELECT seq, time, epoch, docid FROM log_end WHERE id = 1`+lock).Scan(&b.end.seq, &last, &b.end.epoch, &b.end.docid); err != nil {
		_ = b.close(false)
		return fmt.Errorf("read the end of the log: %w", err)
	}
	b.end.last = time.UnixMicro(last).UTC()
	b.began, b.started = b.end, time.Now()
	return nil
}

func (b *batch) full(n int) bool {
	return b.last || b.broken != nil || n >= batchSize || time.Since(b.started) > b.db.queue.batchTime()
}

// run runs one request in a savepoint.
func (b *batch) run(w *write) {
	if w.err = w.ctx.Err(); w.err != nil {
		return
	}
	w.ran = true
	b.failed = nil
	if !b.opened {
		w.err = b.write(savepoint)
	}
	if b.opened = false; w.err != nil {
		return
	}
	tx := b.db.tx(b.ctx, b, w.by, w.perm, w.requestID)
	tx.state.logEnd, tx.state.writing, tx.state.counters = b.end, true, map[string]counter{}
	maps.Copy(tx.state.counters, b.counters)
	if tx.Now.Before(b.end.last) {
		tx.Now = b.end.last
	}
	w.err = tx.WithFaults(recovered(func() error { return w.fn(tx) }))
	if w.err == nil {
		w.err = b.release()
	}
	if b.failed != nil { // every later statement failed because of this one
		w.err = b.db.translate(b.failed)
	}
	switch {
	case b.broken != nil:
		return
	case w.err != nil:
		if err := b.undo(); err != nil {
			b.broken = fmt.Errorf("undo a refused write: %w", errors.Join(err, w.err))
		}
	default:
		b.last = tx.state.raised || tx.state.seq-b.end.seq > largeWrite
		b.end, b.counters, b.wrote, w.hooks = tx.state.logEnd, tx.state.counters, true, tx.state.onCommit
	}
}

const savepoint = `SAVEPOINT request`

// release ends the savepoint of a request. On PostgreSQL the savepoint of one that waits is sent with it.
func (b *batch) release() error {
	if err := b.write(`RELEASE SAVEPOINT request`); err != nil {
		return err
	}
	next := b.db.Postgres && b.db.queue.waits()
	if next {
		b.unsent = append(b.unsent, conn.Statement{SQL: savepoint})
	}
	err := b.send()
	b.opened = next && err == nil
	return err
}

// undo takes back what a refused request wrote.
func (b *batch) undo() error {
	unsent := b.unsent
	b.unsent, b.failed = nil, nil
	if len(unsent) > 0 && unsent[0].SQL == savepoint {
		return nil // nothing was sent
	}
	for _, q := range []string{`ROLLBACK TO SAVEPOINT request`, `RELEASE SAVEPOINT request`} {
		if _, err := b.ExecContext(b.ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// recovered turns a panic into an error, so that the other requests of the batch are answered.
func recovered(fn func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return fn()
}

// commit makes the batch durable and runs the hooks of its requests.
func (b *batch) commit(writes []*write) {
	if b.broken != nil {
		b.fail(writes, databaseDown(fmt.Errorf("the database ended the transaction: %w", b.broken)))
		return
	}
	if !b.wrote {
		_ = b.close(false)
		return
	}
	if b.end != b.began {
		if err := b.write(b.db.bind(`UPDATE log_end SET seq = ?, time = ?, epoch = ?, docid = ? WHERE id = 1`), b.end.seq, b.end.last.UnixMicro(), b.end.epoch, b.end.docid); err != nil {
			b.fail(writes, fmt.Errorf("write the end of the log: %w", err))
			return
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(b.counters)) {
		c := b.counters[kind]
		if c.next == c.stored {
			continue
		}
		if err := b.write(b.db.bind(`UPDATE counters SET next = ? WHERE kind = ?`), c.next, kind); err != nil {
			b.fail(writes, fmt.Errorf("write the counters: %w", err))
			return
		}
	}
	if err := b.send(); err != nil {
		b.fail(writes, fmt.Errorf("write the end of the log: %w", err))
		return
	}
	if err := b.close(true); err != nil {
		err = fmt.Errorf("commit: %w", err)
		if b.db.Postgres && b.db.unreachable(err) { // SQLite has undone what it could not commit
			err = fault.New(fault.Unavailable, "outcome_unknown", "the connection broke while the change was being stored; send the request again with the same Idempotency-Key to learn whether it was stored").
				With("retry_after", 5).Because(err)
		}
		b.refuse(writes, err)
		return
	}
	if b.end.epoch != b.began.epoch {
		b.db.publish(b.end.epoch)
	}
	for _, w := range writes {
		for _, hook := range w.hooks {
			if err := recovered(func() error { hook(); return nil }); err != nil {
				w.err = err
			}
		}
	}
}

// databaseDown refuses a request because the database does not answer.
func databaseDown(cause error) error {
	return fault.New(fault.Unavailable, "database_down", "the database does not answer right now; try again shortly").With("retry_after", 5).Because(cause)
}

// fail rolls back and refuses every request of the batch.
func (b *batch) fail(writes []*write, err error) {
	_ = b.close(false)
	b.refuse(writes, err)
}

// close ends the transaction and gives its connection back.
func (b *batch) close(commit bool) (err error) {
	b.ended = true
	if commit {
		err = b.tx.Commit()
	} else {
		err = b.tx.Rollback()
	}
	_ = b.on.Close()
	return err
}

// refuse answers every request that ran with the batch's error. One that was refused before is too: what it was refused for may have been
// written by another request of the batch.
func (b *batch) refuse(writes []*write, err error) {
	for _, w := range writes {
		if w.ran {
			w.err = err
		}
	}
}

// abort ends a batch whose leader never came to its commit.
func (b *batch) abort(writes *[]*write) {
	if !b.ended {
		b.fail(*writes, errors.New("record: a write ended without an answer"))
	}
}

// write runs a statement whose answer is its success alone. On PostgreSQL it waits, and is sent together with those after it when an answer is
// needed: else each would cost a round trip.
func (b *batch) write(q string, args ...any) error {
	if b.db.Postgres {
		b.unsent = append(b.unsent, conn.Statement{SQL: q, Args: args})
		return nil
	}
	_, err := b.ExecContext(b.ctx, q, args...)
	return err
}

// send sends the statements that wait, unless one before them failed.
func (b *batch) send() error {
	unsent := b.unsent
	b.unsent = nil
	if failed := cmp.Or(b.broken, b.failed); failed != nil || len(unsent) == 0 {
		return failed
	}
	b.failed = conn.Pipeline(b.ctx, b.on, b.tx, unsent)
	b.note(b.failed)
	return b.failed
}

// note keeps that the database ended the transaction by itself: nothing more may run in it.
func (b *batch) note(err error) {
	if b.broken == nil && b.db.unreachable(err) {
		b.broken = err
		_ = b.tx.Rollback() // every later statement is refused
	}
}

// QueryContext, QueryRowContext, ExecContext and PrepareContext run statements of the requests.
func (b *batch) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	_ = b.send() // when it fails, so does this one
	rows, err := b.tx.QueryContext(ctx, query, args...)
	b.note(err)
	return rows, err
}

// QueryRowContext is for statements that answer one row.
func (b *batch) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	_ = b.send() // when it fails, so does this one
	row := b.tx.QueryRowContext(ctx, query, args...)
	b.note(row.Err())
	return row
}

// ExecContext is for statements that answer nothing.
func (b *batch) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	_ = b.send() // when it fails, so does this one
	res, err := b.tx.ExecContext(ctx, query, args...)
	b.note(err)
	return res, err
}

// PrepareContext is asked for by gorm.
func (b *batch) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	_ = b.send() // when it fails, so does this one
	st, err := b.tx.PrepareContext(ctx, query)
	b.note(err)
	return st, err
}
