//go:build unix

// Package storetest gives tests a real database on each engine. PostgreSQL is the server that AIMS_TEST_POSTGRES names (an address whose
// user may create databases), or else a temporary server that is started from the programs on this machine. A package that uses it has
//
//	func TestMain(m *testing.M) { storetest.Main(m) }
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ki-styring/aims/internal/store"
)

// Each runs the test once for each engine, on a database of its own that is migrated and empty. Without PostgreSQL its subtest is
// skipped, or fails when AIMS_TEST_REQUIRE_POSTGRES is 1.
func Each(t *testing.T, run func(t *testing.T, s *store.Store)) {
	t.Helper()
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) { run(t, Open(t, engine)) })
	}
}

// Open returns a migrated, empty database that lives as long as the test.
func Open(t testing.TB, engine store.Engine) *store.Store {
	t.Helper()
	return opened(t, engine, migrated(t, engine))
}

// opened opens a database that is closed when the test ends.
func opened(t testing.TB, engine store.Engine, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open %s: %v", engine, err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close %s: %v", engine, err)
		}
	})
	return s
}

// Filled returns a database with what fill wrote. It is filled once per process and key, and each test gets a copy of its own.
func Filled(t testing.TB, engine store.Engine, key string, fill func(s *store.Store) error) *store.Store {
	t.Helper()
	if engine == store.Postgres {
		serverFor(t) // skips this test when there is none
	}
	made, _ := filled.LoadOrStore(string(engine)+key, sync.OnceValues(func() (func(testing.TB) string, error) { return fillTemplate(engine, key, fill) }))
	copied, err := made.(func() (func(testing.TB) string, error))()
	if err != nil {
		t.Fatalf("fill %s for %s: %v", engine, key, err)
	}
	return opened(t, engine, copied(t))
}

var filled sync.Map // engine and key → the function that copies the filled database for a test

// fillTemplate creates the database that is copied, and returns the function that copies it. The database outlives the test that asks first.
func fillTemplate(engine store.Engine, key string, fill func(s *store.Store) error) (func(testing.TB) string, error) {
	write := func(dsn string) error {
		s, err := store.Open(context.Background(), dsn, slog.New(slog.DiscardHandler))
		if err != nil {
			return err
		}
		return errors.Join(fill(s), s.Close())
	}
	if engine == store.SQLite {
		image, err := sqliteTemplate()
		if err == nil {
			image, err = changed(image, write)
		}
		return func(t testing.TB) string { return sqliteCopy(t, image) }, err
	}
	base, err := running.template()
	if err != nil {
		return nil, err
	}
	name := running.name("filled_" + key)
	if err := running.exec(running.creation(name, base)); err != nil {
		return nil, err
	}
	running.keep(name)
	used(engine)
	return func(t testing.TB) string { return running.create(t, name) }, write(running.database(name))
}

// Kind creates the table of a kind of record that only tests know. The columns are SPECs, as in {{collection}} of a migration.
func Kind(t testing.TB, s *store.Store, name string, columns ...string) {
	t.Helper()
	statements, err := store.Tables(s.Engine, name, columns...)
	if err != nil {
		t.Fatal(err)
	}
	pool, err := s.Writer.DB()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.ExecContext(context.Background(), statements); err != nil {
		t.Fatal(err)
	}
}

// DSN returns the address of a database without any schema that lives as long as the test.
func DSN(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		used(engine)
		return filepath.Join(dir(t), "aims.db")
	}
	server := serverFor(t)
	used(engine)
	return server.create(t, "")
}

// dir returns a directory that lives as long as the test, in memory where there is room. A benchmark gets one on disk, because it measures
// the cost of commits.
func dir(t testing.TB) string {
	t.Helper()
	if _, benchmark := t.(*testing.B); benchmark || memory() == "" {
		return t.TempDir()
	}
	made, err := os.MkdirTemp(memory(), "aims-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(made); err != nil {
			t.Error(err)
		}
	})
	return made
}

// With returns the address of a PostgreSQL database with a setting that every session gets.
func With(dsn, setting, value string) string {
	sign := "?"
	if strings.Contains(dsn, "?") {
		sign = "&"
	}
	return dsn + sign + url.QueryEscape(setting) + "=" + url.QueryEscape(value)
}

// migrated returns the address of a migrated, empty database. It is a copy of a template that is migrated once per process.
func migrated(t testing.TB, engine store.Engine) string {
	t.Helper()
	if engine == store.SQLite {
		image, err := sqliteTemplate()
		if err != nil {
			t.Fatalf("migrate the SQLite template: %v", err)
		}
		return sqliteCopy(t, image)
	}
	server := serverFor(t)
	template, err := server.template()
	if err != nil {
		t.Fatalf("migrate the PostgreSQL template: %v", err)
	}
	used(engine)
	return server.create(t, template)
}

// sqliteCopy writes the image of a database to a file that lives as long as the test.
func sqliteCopy(t testing.TB, image []byte) string {
	t.Helper()
	path := DSN(t, store.SQLite)
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) { return changed(nil, migrate) })

// changed writes the image of a SQLite database to a file, runs change on the file, and returns its new image. An image is the content of the
// file.
func changed(image []byte, change func(path string) error) ([]byte, error) {
	dir, err := os.MkdirTemp(memory(), "aims-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "aims.db")
	if err := os.WriteFile(path, image, 0o600); err != nil {
		return nil, err
	}
	if err := change(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path) //nolint:gosec // the template made above
}

func migrate(dsn string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, dsn, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if err := s.Migrate(ctx); err != nil {
		_ = s.Close()
		return err
	}
	return s.Close()
}

var engines struct {
	sync.Mutex
	used []string
}

// used notes for Main that a test used an engine.
func used(engine store.Engine) {
	engines.Lock()
	defer engines.Unlock()
	for _, name := range engines.used {
		if name == string(engine) {
			return
		}
	}
	engines.used = append(engines.used, string(engine))
}

// Main runs the tests, stops the server or drops the templates, and prints on standard error which engines were used.
func Main(m *testing.M) {
	code := m.Run()
	stop()
	engines.Lock()
	if len(engines.used) > 0 {
		fmt.Fprintf(os.Stderr, "storetest: engines %s\n", strings.Join(engines.used, ", "))
	}
	os.Exit(code)
}
