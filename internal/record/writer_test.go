package record_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ki-styring/aims/internal/fault"
	"github.com/ki-styring/aims/internal/record"
	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

// answer is what a queued write ends with.
type answer chan error

var errGone = errors.New("the goroutine ended without an answer")

// queue starts a write and returns when it is in the queue.
func (l *lab) queue(ctx context.Context, fn func(tx *record.Tx) error) answer {
	l.Helper()
	before := l.db.Waiting()
	a := l.start(ctx, fn)
	for l.db.Waiting() == before {
		time.Sleep(100 * time.Microsecond)
	}
	return a
}

func (l *lab) start(ctx context.Context, fn func(tx *record.Tx) error) answer {
	a := make(answer, 1)
	go func() {
		err := errGone
		defer func() { a <- err }()
		err = l.db.Write(ctx, l.me, record.Permission{Object: "trial", Action: "create"}, "req", fn)
	}()
	return a
}

// hold starts a write that waits, so that others queue behind it and share its batch.
func (l *lab) hold() (release func() error) {
	l.Helper()
	back := l.db.BatchFor(time.Minute)
	began, end := make(chan struct{}), make(chan struct{})
	a := l.start(l.Context(), func(*record.Tx) error {
		close(began)
		<-end
		return nil
	})
	<-began
	return func() error {
		close(end)
		err := <-a
		back()
		return err
	}
}

// creating is a write that makes one trial.
func creating(e *trial) func(tx *record.Tx) error {
	return func(tx *record.Tx) error {
		_, err := trials.Create(tx, e)
		return err
	}
}

// titles lists what the log has of trials that were created after seq, in its order, and checks that seq has no gaps.
func (l *lab) titles(after int64) (out []string) {
	l.Helper()
	for i, ev := range l.events("") {
		if ev.Seq != int64(i+1) {
			l.Fatalf("event %d has seq %d", i+1, ev.Seq)
		}
		if ev.Seq > after && ev.Action == "create" {
			_, rest, _ := strings.Cut(string(ev.Document), `"title":"`)
			title, _, _ := strings.Cut(rest, `"`)
			out = append(out, title)
		}
	}
	return out
}

func (l *lab) last() int64 { return l.count("SELECT seq FROM log_end WHERE id = 1") }

// down holds an answer to a code of 503.
func (l *lab) unavailable(what string, err error, code string) {
	l.Helper()
	f := fault.As(err)
	if f == nil || f.Kind != fault.Unavailable || f.Code != code || f.Extra["retry_after"] == nil || f.Unwrap() == nil {
		l.Errorf("%s: want %s, got %v", what, code, err)
	}
}

// Those who wait share one commit. Their events have the order in which they ran; nobody sees them, is told of them or runs hooks before the commit.
func TestWritersShareACommit(t *testing.T) {
	each(t, func(l *lab) {
		before, seq := l.state(), l.last()
		var batches sync.Map
		var answered atomic.Int64
		var mu sync.Mutex
		var want, told []string
		release := l.hold()
		var all []answer
		for i := range 16 {
			title := fmt.Sprint("nr ", i)
			want = append(want, title)
			all = append(all, l.queue(l.Context(), func(tx *record.Tx) error {
				batches.Store(record.Batch(tx), true)
				tx.OnCommit(func() {
					mu.Lock()
					defer mu.Unlock()
					told = append(told, title)
					if n := l.count("SELECT COUNT(*) FROM trials"); n != before[0]+16 || answered.Load() > 0 {
						l.Errorf("a hook runs with %d trials stored and %d answers given", n, answered.Load())
					}
				})
				if _, err := trials.Create(tx, in("/siv/", title)); err != nil {
					return err
				}
				if l.state() != before {
					l.Error("a reader sees what is not committed")
				}
				return nil
			}))
		}
		var wait sync.WaitGroup
		for _, a := range all {
			wait.Go(func() {
				err := <-a
				answered.Add(1)
				if n := l.count("SELECT COUNT(*) FROM trials"); err != nil || n != before[0]+16 {
					l.Errorf("answered %v with %d trials stored", err, n)
				}
			})
		}
		if err := release(); err != nil {
			l.Error(err)
		}
		wait.Wait()
		if got := l.titles(seq); !slices.Equal(got, want) || !slices.Equal(told, want) {
			l.Errorf("ran %v, logged %v, told %v", want, got, told)
		}
		if n := size(&batches); n != 1 {
			l.Errorf("%d batches for 16 who waited", n)
		}

		// At most 64 share a batch.
		batches.Clear()
		release = l.hold()
		all = nil
		for range 70 {
			all = append(all, l.queue(l.Context(), func(tx *record.Tx) error {
				n, _ := batches.LoadOrStore(record.Batch(tx), new(atomic.Int64))
				n.(*atomic.Int64).Add(1)
				return nil
			}))
		}
		_ = release()
		for _, a := range all {
			if err := <-a; err != nil {
				l.Error(err)
			}
		}
		var sizes []int64
		batches.Range(func(_, n any) bool { sizes = append(sizes, n.(*atomic.Int64).Load()); return true })
		slices.Sort(sizes)
		if !slices.Equal(sizes, []int64{7, 63}) { // the one that was held is the 64th
			l.Errorf("batches of %v", sizes)
		}
	})
}

func size(m *sync.Map) (n int) {
	m.Range(func(any, any) bool { n++; return true })
	return n
}

// In a batch each request stands alone: what is refused leaves nothing, and the next sees what those before it wrote.
func TestRequestsOfABatch(t *testing.T) {
	each(t, func(l *lab) {
		first := l.create(in("/siv/", "først"))
		before, seq, epoch := l.state(), l.last(), l.db.Epoch()
		settings := l.count("SELECT COUNT(*) FROM settings")
		side := record.Side[setting]{Table: "settings"}
		var told []string
		tell := func(tx *record.Tx, title string) { tx.OnCommit(func() { told = append(told, title) }) }
		make := func(tx *record.Tx, title, code string) error {
			tell(tx, title)
			e := in("/siv/", title)
			e.Code, e.Parent, e.Secret = code, first.ID, "hemmelig"
			_, err := trials.Create(tx, e)
			return err
		}
		type noteKey struct{}
		var shared, next any
		gone, leave := context.WithCancel(l.Context())
		leaves, leaveNow := context.WithCancel(l.Context())
		defer leaveNow()

		release := l.hold()
		steps := []struct {
			name string
			ctx  context.Context
			fn   func(tx *record.Tx) error
			ok   func(err error) bool // nil: it succeeds
		}{
			{"a", l.Context(), func(tx *record.Tx) error { shared = record.Batch(tx); return make(tx, "a", "k") }, nil},
			{"refused at the end", l.Context(), func(tx *record.Tx) error {
				tx.Note(noteKey{}, true)
				if err := errors.Join(side.Put(tx, &setting{"x", "y"}), make(tx, "enestående", "other"), tx.RaiseEpoch()); err != nil {
					return err
				}
				if err := creating(in("/oslo/", "senere"))(tx.As(l.me, tx.Permission, l.now.Add(time.Hour))); err != nil {
					return err
				}
				return errOwn
			}, func(err error) bool { return errors.Is(err, errOwn) }},
			{"b", l.Context(), func(tx *record.Tx) error {
				if tx.Noted(noteKey{}) != nil || tx.Epoch() != epoch || tx.Unsaved() || !tx.Now.Equal(l.now) {
					l.Errorf("after a refusal: note %v, epoch %d, at %v", tx.Noted(noteKey{}), tx.Epoch(), tx.Now)
				}
				if a, err := trials.Get(tx, "k"); err != nil || a.Title != "a" {
					l.Errorf("what the one before wrote reads %v, %v", a, err)
				}
				return make(tx, "b", "other")
			}, nil},
			{"refused by the database", l.Context(), func(tx *record.Tx) error { return make(tx, "a second k", "k") }, func(err error) bool { return fault.Is(err, fault.Conflict) }},
			{"hides a failed statement", l.Context(), func(tx *record.Tx) error {
				_ = record.Exec(tx, "INSERT INTO log_end (id, seq, time, epoch, docid) VALUES (1, 1, 1, 1, 1)")
				return nil
			}, func(err error) bool { return (err != nil) == l.db.Postgres }}, // where a failed statement fails all after it
			{"panics", l.Context(), func(tx *record.Tx) error {
				if err := make(tx, "panikk", ""); err != nil {
					return err
				}
				panic("own")
			}, func(err error) bool {
				return err != nil && fault.As(err) == nil && strings.Contains(err.Error(), "own")
			}},
			{"c", l.Context(), func(tx *record.Tx) error { return make(tx, "c", "") }, nil},
			{"gone before its turn", gone, func(*record.Tx) error { l.Error("a request ran whose client had gone"); return nil }, func(err error) bool { return errors.Is(err, context.Canceled) }},
			{"goes while it runs", leaves, func(tx *record.Tx) error { leaveNow(); return make(tx, "d", "") }, nil},
			{"raises the epoch", l.Context(), func(tx *record.Tx) error {
				if record.Batch(tx) != shared {
					l.Error("the batch ended early")
				}
				return errors.Join(tx.RaiseEpoch(), make(tx, "e", ""))
			}, nil},
			{"f", l.Context(), func(tx *record.Tx) error {
				if next = record.Batch(tx); tx.Epoch() != epoch+1 || l.db.Epoch() != epoch+1 {
					l.Errorf("the epoch is %d, known as %d", tx.Epoch(), l.db.Epoch())
				}
				return make(tx, "f", "")
			}, nil},
		}
		var all []answer
		for _, s := range steps {
			all = append(all, l.queue(s.ctx, s.fn))
		}
		leave()
		if err := release(); err != nil {
			l.Error(err)
		}
		for i, s := range steps {
			if err := <-all[i]; s.ok == nil && err != nil || s.ok != nil && !s.ok(err) {
				l.Errorf("%s: %v", s.name, err)
			}
		}
		if next == shared {
			l.Error("a request joined the batch that changed who may do what")
		}
		want := []string{"a", "b", "c", "d", "e", "f"}
		if got := l.titles(seq); !slices.Equal(got, want) || !slices.Equal(told, want) {
			l.Errorf("logged %v, told %v", got, told)
		}
		after := l.state()
		for i, name := range []string{"trials", "records", "full text", "", "events", "refs", "private values", "numbers"} {
			if name != "" && after[i] != before[i]+int64(len(want)) {
				l.Errorf("%s: %d, then %d", name, before[i], after[i])
			}
		}
		if n := l.count("SELECT COUNT(*) FROM word_parts WHERE word IN ('enestaende', 'enestående', 'senere', 'panikk')"); n != 0 {
			l.Errorf("%d endings of words that were never stored", n)
		}
		if n := l.count("SELECT COUNT(*) FROM settings"); n != settings {
			l.Errorf("%d rows of a refused request", n-settings)
		}
		// Words of a refused request are not taken for known.
		l.create(in("/siv/", "enestående"))
		if n := l.count("SELECT COUNT(*) FROM word_parts WHERE part = 'stående'"); n != 1 {
			l.Errorf("%d endings of a word that was refused first", n)
		}
	})
}

// A hook that panics is its own request's: the others are answered, and their hooks run.
func TestHookPanics(t *testing.T) {
	each(t, func(l *lab) {
		told := false
		release := l.hold()
		a := l.queue(l.Context(), func(tx *record.Tx) error { tx.OnCommit(func() { panic("own") }); return nil })
		b := l.queue(l.Context(), func(tx *record.Tx) error { tx.OnCommit(func() { told = true }); return creating(in("/siv/", "b"))(tx) })
		if err := release(); err != nil {
			l.Error(err)
		}
		if err := <-a; err == nil || !strings.Contains(err.Error(), "own") {
			l.Errorf("a panic answers %v", err)
		}
		if err := <-b; err != nil || !told {
			l.Errorf("the next answers %v, hook run: %v", err, told)
		}
	})
}

// A request that ends its goroutine (a failed test does) undoes its batch, and the queue goes on.
func TestGoexit(t *testing.T) {
	each(t, func(l *lab) {
		before := l.state()
		release := l.hold()
		a := l.queue(l.Context(), creating(in("/siv/", "a")))
		b := l.queue(l.Context(), func(*record.Tx) error { runtime.Goexit(); return nil })
		c := l.queue(l.Context(), func(*record.Tx) error {
			if after := l.state(); after != before {
				l.Errorf("left behind: %v, then %v", before, after)
			}
			return nil
		})
		if err := release(); !errors.Is(err, errGone) { // it led the batch
			l.Errorf("the leader answers %v", err)
		}
		if err := <-a; err == nil {
			l.Error("a write was acknowledged and undone")
		}
		if err := <-b; err == nil {
			l.Error("a request that ended without an answer succeeds")
		}
		if err := <-c; err != nil {
			l.Error(err)
		}
		l.create(in("/siv/", "d"))
	})
}

// ends has a batch whose database ends the transaction: all in it are refused and nothing of it is there; the next batch works.
func (l *lab) ends(how func(tx *record.Tx) error) {
	l.Helper()
	before, seq := l.state(), l.last()
	release := l.hold()
	a := l.queue(l.Context(), creating(in("/siv/", "a")))
	refused := l.queue(l.Context(), func(*record.Tx) error { return errOwn })
	b := l.queue(l.Context(), func(tx *record.Tx) error {
		tx.OnCommit(func() { l.Error("a hook of a transaction that was ended") })
		if err := how(tx); err == nil {
			l.Error("nothing ended the transaction")
		}
		if err := creating(in("/siv/", "b"))(tx); err == nil {
			l.Error("a statement ran after the transaction was ended")
		}
		return nil // hides it
	})
	c := l.queue(l.Context(), func(tx *record.Tx) error {
		if after := l.state(); after != before {
			l.Errorf("left behind: %v, then %v", before, after)
		}
		return creating(in("/siv/", "c"))(tx)
	})
	l.unavailable("the leader", release(), "database_down")
	l.unavailable("the one before", <-a, "database_down")
	l.unavailable("the refused one", <-refused, "database_down")
	l.unavailable("itself", <-b, "database_down")
	if err := <-c; err != nil {
		l.Errorf("the next: %v", err)
	}
	if got := l.titles(seq); !slices.Equal(got, []string{"c"}) {
		l.Errorf("logged %v", got)
	}
}

func TestDiskFull(t *testing.T) {
	s := storetest.Open(t, store.SQLite)
	l := newLab(t, s)
	limit := func(extra int64) {
		t.Helper()
		var pages int64
		if err := s.Writer.Raw("PRAGMA page_count").Scan(&pages).Error; err != nil {
			t.Fatal(err)
		}
		if err := s.Writer.Exec(fmt.Sprint("PRAGMA max_page_count = ", pages+extra)).Error; err != nil {
			t.Fatal(err)
		}
	}
	large := func(tx *record.Tx) error {
		return record.Exec(tx, "INSERT INTO settings (key, value) VALUES ('large', ?)", strings.Repeat("x", 1<<20))
	}
	limit(40)
	l.ends(large)
	limit(1000)
	l.write("trial", "create", large)
}

func TestConnectionEnds(t *testing.T) {
	s := storetest.Open(t, store.Postgres)
	l := newLab(t, s)
	own := func(tx *record.Tx) error {
		_, err := record.Count(tx, "SELECT pg_terminate_backend(pg_backend_pid())::int")
		return err
	}
	l.ends(own)
	l.ends(func(tx *record.Tx) error {
		pid, err := record.Count(tx, "SELECT pg_backend_pid()")
		if err != nil {
			return err
		}
		l.count(fmt.Sprint("SELECT pg_terminate_backend(", pid, ")::int"))
		for l.count(fmt.Sprint("SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ", pid)) > 0 {
			time.Sleep(time.Millisecond)
		}
		_, err = record.Count(tx, "SELECT 1")
		return err
	})
}

// A connection that died in the pool costs nobody an answer: a read is tried again, and a write begins again.
func TestDeadConnection(t *testing.T) {
	s := storetest.Open(t, store.Postgres)
	l := newLab(t, s)
	pool, err := s.Writer.DB()
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxIdleConns(1)
	var name string
	if err := s.Reader.Raw("SELECT current_database()").Scan(&name).Error; err != nil {
		t.Fatal(err)
	}
	beside, err := store.Open(t.Context(), storetest.DSN(t, store.Postgres), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = beside.Close() }()
	e := l.create(in("/siv/", "x"))
	for what, do := range map[string]func() error{
		"a read": func() error {
			return l.db.Read(t.Context(), l.me, record.Permission{}, func(tx *record.Tx) error { _, err := trials.Get(tx, e.ID); return err })
		},
		"one query": func() error {
			return l.db.Peek(t.Context(), l.me, record.Permission{}, func(tx *record.Tx) error { _, err := trials.Get(tx, e.ID); return err })
		},
		"a write": func() error { return l.tryCreate(in("/siv/", "y")) },
	} {
		for ended := int64(-1); ended != 0; { // until none is left
			if err := beside.Writer.Raw("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ?", name).Scan(&ended).Error; err != nil {
				t.Fatal(err)
			}
		}
		if err := do(); err != nil {
			t.Errorf("%s on a dead connection: %v", what, err)
		}
	}
	// One that dies in the middle of a read is the same.
	for what, read := range map[string]func(context.Context, *record.Actor, record.Permission, func(*record.Tx) error) error{"a read": l.db.Read, "one query": l.db.Peek} {
		tries := 0
		err := read(t.Context(), l.me, record.Permission{}, func(tx *record.Tx) error {
			if tries++; tries == 1 {
				_, err := record.Count(tx, "SELECT pg_terminate_backend(pg_backend_pid())::int")
				return err
			}
			_, err := trials.Get(tx, e.ID)
			return err
		})
		if err != nil || tries != 2 {
			t.Errorf("%s whose connection ends: %d tries, %v", what, tries, err)
		}
	}
	// A client that has gone costs no connection: its read is finished.
	gone, leave := context.WithCancel(t.Context())
	leave()
	if err := l.db.Read(gone, l.me, record.Permission{}, func(tx *record.Tx) error { _, err := trials.Get(tx, e.ID); return err }); err != nil {
		t.Error(err)
	}
}

// A COMMIT that the database refuses is undone, and no outcome is unknown.
func TestCommitRefused(t *testing.T) {
	each(t, func(l *lab) {
		l.write("", "", func(tx *record.Tx) error {
			return errors.Join(record.Exec(tx, "CREATE TABLE parents (id int PRIMARY KEY)"),
				record.Exec(tx, "CREATE TABLE children (id int REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)"))
		})
		before := l.state()
		release := l.hold()
		a := l.queue(l.Context(), creating(in("/siv/", "a")))
		b := l.queue(l.Context(), func(tx *record.Tx) error { return record.Exec(tx, "INSERT INTO children (id) VALUES (7)") })
		for _, err := range []error{release(), <-a, <-b} {
			if err == nil || fault.As(err) != nil {
				l.Errorf("answers %v", err)
			}
		}
		if after := l.state(); after != before {
			l.Errorf("left behind: %v, then %v", before, after)
		}
		l.create(in("/siv/", "c"))
	})
}

// A connection that ends during COMMIT leaves its outcome unknown.
func TestCommitUnknown(t *testing.T) {
	s := storetest.Open(t, store.Postgres)
	l := newLab(t, s)
	if err := s.Writer.Exec(endsAtCommit).Error; err != nil {
		t.Fatal(err)
	}
	before := l.state()
	side := record.Side[setting]{Table: "settings"}
	release := l.hold()
	a := l.queue(l.Context(), creating(in("/siv/", "a")))
	b := l.queue(l.Context(), func(tx *record.Tx) error { return side.Insert(tx, &setting{"end", "at commit"}) })
	for _, err := range []error{release(), <-a, <-b} {
		l.unavailable("unknown", err, "outcome_unknown")
	}
	if after := l.state(); after != before {
		l.Errorf("left behind: %v, then %v", before, after)
	}
	l.create(in("/siv/", "c"))
}

// endsAtCommit has a transaction that adds the setting "end" lose its connection when it commits.
const endsAtCommit = `
CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER end_session AFTER INSERT ON settings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.key = 'end') EXECUTE FUNCTION end_session()`

// beside opens the records of a lab from a second server.
func (l *lab) beside(t *testing.T, dsn string) *lab {
	t.Helper()
	s, err := store.Open(t.Context(), dsn, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	other := &lab{T: t, guard: &script{}, now: l.now, me: l.me}
	if other.db, err = record.Open(s.Writer, s.Reader, true, other.guard, other.clock, store.Down); err != nil {
		t.Fatal(err)
	}
	return other
}

// Two servers on one database take turns: seq has no gaps, numbers are unique and a rule over several rows holds.
func TestTwoServersWrite(t *testing.T) {
	dsn := storetest.DSN(t, store.Postgres)
	s, err := store.Open(t.Context(), dsn, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := newLab(t, s)
	other := l.beside(t, dsn)
	seq := l.last()
	var all sync.WaitGroup
	var firsts atomic.Int64
	const writers, rounds = 16, 5
	for w := range writers {
		from := []*lab{l, other}[w%2]
		all.Go(func() {
			for range rounds {
				if err := from.tryCreate(in("/siv/", "x")); err != nil {
					t.Error(err)
				}
			}
			err := from.try("trial", "create", func(tx *record.Tx) error { // at most one has rank 1
				n, err := record.Count(tx, "SELECT COUNT(*) FROM trials WHERE rank = 1")
				if err == nil && n > 0 {
					err = errOwn
				}
				if err != nil {
					return err
				}
				e := in("/siv/", "den ene")
				e.Rank = 1
				return creating(e)(tx)
			})
			if err == nil {
				firsts.Add(1)
			} else if !errors.Is(err, errOwn) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := len(l.titles(seq)); got != writers*rounds+1 || firsts.Load() != 1 {
		t.Errorf("%d created, %d of those that may be one", got, firsts.Load())
	}
	if n := l.count("SELECT COUNT(DISTINCT number) FROM trials"); n != writers*rounds+1 {
		t.Errorf("%d numbers", n)
	}

	// A server that hangs in its transaction is ended by the database, and the other goes on.
	hangs := l.beside(t, storetest.With(dsn, "idle_in_transaction_session_timeout", "300"))
	before, wait := l.state(), make(chan struct{})
	began := make(chan struct{})
	hung := hangs.start(t.Context(), func(tx *record.Tx) error {
		err := creating(in("/siv/", "henger"))(tx)
		close(began)
		<-wait
		return err
	})
	<-began
	l.create(in("/siv/", "går videre"))
	close(wait)
	l.unavailable("the hung one", <-hung, "database_down")
	if after := l.state(); after[0] != before[0]+1 || after[4] != before[4]+1 {
		t.Errorf("%v, then %v", before, after)
	}
	hangs.create(in("/siv/", "igjen"))

	// Who has waited long enough for their turn is refused, as are all who queue behind; nothing of theirs is written.
	waits := l.beside(t, storetest.With(dsn, "lock_timeout", "300"))
	release := l.hold()
	before = l.state()
	one := waits.start(t.Context(), creating(in("/siv/", "venter")))
	for _, a := range []answer{one, waits.start(t.Context(), creating(in("/siv/", "venter også")))} {
		if err := <-a; !store.Down(err) {
			t.Errorf("without a turn: %v", err)
		}
	}
	if after := l.state(); after != before {
		t.Errorf("%v, then %v", before, after)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	waits.create(in("/siv/", "sin tur"))
	l.titles(seq)
}
