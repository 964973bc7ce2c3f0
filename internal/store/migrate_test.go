package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
)

var engines = []store.Engine{store.SQLite, store.Postgres}

// set is a list of migrations, numbered in this order.
func set(texts ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for i, text := range texts {
		files["migrations/000"+string(rune('1'+i))+"_step.sql"] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func openWith(t *testing.T, dsn string, texts ...string) *store.Store {
	t.Helper()
	s, err := store.OpenWith(t.Context(), dsn, set(texts...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// schemaOf opens a database that has this program's schema up to a version.
func schemaOf(t *testing.T, engine store.Engine, version int64) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.DSN(t, engine), quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.MigrateTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMigrateFromNothing(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s, err := store.Open(t.Context(), storetest.DSN(t, engine), quiet)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			state := func(empty bool, ready error, current int64) {
				t.Helper()
				if got, err := s.Empty(t.Context()); err != nil || got != empty {
					t.Errorf("empty is %v, %v", got, err)
				}
				if err := s.Ready(t.Context()); !errors.Is(err, ready) {
					t.Errorf("ready is %v", err)
				}
				got, want, err := s.SchemaVersion(t.Context())
				if current < 0 {
					current = want
				}
				if err != nil || got != current || want < 1 {
					t.Errorf("schema is %d of %d, %v", got, want, err)
				}
			}
			state(true, store.ErrOldSchema, 0)
			if err := s.MigrateTo(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := s.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			state(false, nil, -1)
			if err := s.MigrateTo(t.Context(), 9999); err == nil {
				t.Error("schema 9999 exists")
			}
		})
	}
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := storetest.DSN(t, engine)
			s := openWith(t, dsn, "create table a (x int);", "create table b (x int); insert into nowhere values (1);")
			if err := s.Migrate(t.Context()); err == nil {
				t.Fatal("the migration succeeded")
			}
			if current, _, err := s.SchemaVersion(t.Context()); err != nil || current != 1 {
				t.Errorf("schema is %d, %v", current, err)
			}
			if err := openWith(t, dsn, "create table a (x int);", "create table b (x int);").Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			if err := openWith(t, dsn, "create table a (x int);").Migrate(t.Context()); !errors.Is(err, store.ErrNewSchema) {
				t.Errorf("an older program migrates: %v", err)
			}
		})
	}
}

func TestRebuiltTableKeepsReferringRows(t *testing.T) {
	s := openWith(t, storetest.DSN(t, store.SQLite),
		"create table a (id int primary key); create table b (a int references a (id) on delete cascade); insert into a values (1); insert into b values (1);",
		"create table n (id bigint primary key); insert into n select id from a; drop table a; alter table n rename to a;",
		"delete from a;")
	if err := s.MigrateTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := s.Reader.Raw("select count(*) from b").Scan(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "refers to nothing") {
		t.Errorf("a broken reference was committed: %v", err)
	}
}

func TestBackupBeforeMigrating(t *testing.T) {
	steps := []string{`create table log_end (seq int); insert into log_end values (1); {{collection "risks"}}`, "create table b (x int);", "create table c (x int);"}
	path := storetest.DSN(t, store.SQLite)
	copies := func() []string {
		t.Helper()
		found, err := filepath.Glob(path + ".*")
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	s := openWith(t, path, steps...)
	for _, version := range []int64{1, 2} {
		if err := s.MigrateTo(t.Context(), version); err != nil {
			t.Fatal(err)
		}
	}
	if got := copies(); len(got) > 0 {
		t.Fatalf("a copy of an empty database: %v", got)
	}
	if err := os.WriteFile(path+".v2.bak", []byte("from an earlier attempt"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Writer.Exec("insert into b values (7)").Error; err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := copies(); len(got) != 1 || got[0] != path+".v2.bak" {
		t.Fatalf("copies: %v", got)
	}
	info, err := os.Stat(path + ".v2.bak")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v", info.Mode(), err)
	}
	restored := openWith(t, path+".v2.bak", steps...)
	var x int
	if err := restored.Reader.Raw("select x from b").Scan(&x).Error; err != nil || x != 7 {
		t.Errorf("the copy holds %d, %v", x, err)
	}
	if current, _, err := restored.SchemaVersion(t.Context()); err != nil || current != 2 {
		t.Errorf("the copy has schema %d, %v", current, err)
	}
	if err := restored.Migrate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMigrateAtOnce(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := storetest.DSN(t, engine)
			var all sync.WaitGroup
			for range 4 {
				s := openWith(t, dsn, atOnce...)
				all.Go(func() {
					if err := s.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			for range 3 {
				all.Go(func() {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), otherProcess+"="+other(dsn))
					if out, err := cmd.CombinedOutput(); err != nil {
						t.Errorf("the other process: %v\n%s", err, out)
					}
				})
			}
			all.Wait()
			var notes int
			s := openWith(t, dsn, "", "", "")
			if err := s.Reader.Raw("select count(*) from goose_db_version").Scan(&notes).Error; err != nil || notes != 4 {
				t.Errorf("%d versions are noted, %v", notes, err)
			}
		})
	}
}

// other returns, for SQLite, a second database next to the first, so that three processes begin with a file that none of them has opened.
func other(dsn string) string {
	if strings.Contains(dsn, "://") {
		return dsn
	}
	return dsn + "-other"
}

// otherProcess names the database that this program migrates instead of running tests.
const otherProcess = "AIMS_TEST_OTHER_PROCESS"

// atOnce are the steps that several processes apply at once.
var atOnce = []string{
	`{{collection "risks"}} insert into risks (rid, id, number, scope, version, seq, status, updated_at, meta) values (1, 'a', 'R-1', '/', 1, 1, '', 0, '');`,
	`{{collection "needs"}}`, `{{collection "measures"}}`,
}

func migrateAsOther(dsn string) {
	ctx := context.Background()
	s, err := store.OpenWith(ctx, dsn, set(atOnce...))
	if err == nil {
		err = errors.Join(s.Migrate(ctx), s.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// The time limits of sessions do not apply to migrations: a migration waits as long as another process migrates.
func TestMigrationHasNoTimeLimit(t *testing.T) {
	dsn := storetest.DSN(t, store.Postgres)
	s, err := store.Open(t.Context(), storetest.With(storetest.With(dsn, "lock_timeout", "50"), "idle_in_transaction_session_timeout", "50"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	other := held(t, s.Writer, 1)[0]
	if _, err := other.ExecContext(t.Context(), "select pg_advisory_lock($1)", store.MigrationLock); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Migrate(t.Context()) }()
	waiting := func() (n int64) {
		if err := other.QueryRowContext(t.Context(), "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for waiting() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := other.ExecContext(t.Context(), "select pg_sleep(0.2)"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "select pg_advisory_unlock($1)", store.MigrationLock); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
