package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ki-styring/aims/internal/store"
	"github.com/ki-styring/aims/internal/store/storetest"
	"gorm.io/gorm"
)

// TestMain runs the tests, or migrates as the other process that TestMigrateAtOnce starts.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(otherProcess); dsn != "" {
		migrateAsOther(dsn)
		return
	}
	storetest.Main(m)
}

var quiet = slog.New(slog.DiscardHandler)

// held takes every connection of a pool at once.
func held(t *testing.T, db *gorm.DB, n int) []*sql.Conn {
	t.Helper()
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	if most := pool.Stats().MaxOpenConnections; most < n {
		t.Fatalf("the pool has %d connections, want %d", most, n)
	}
	var all []*sql.Conn
	for range n {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		all = append(all, conn)
	}
	return all
}

func TestPragmasHoldOnEveryConnection(t *testing.T) {
	s := storetest.Open(t, store.SQLite)
	check := func(who string, conn *sql.Conn, want map[string]string) {
		t.Helper()
		for name, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "pragma "+name).Scan(&got); err != nil {
				t.Fatalf("%s: %s: %v", who, name, err)
			}
			if got != value {
				t.Errorf("%s: %s is %s, want %s", who, name, got, value)
			}
		}
	}
	both := map[string]string{"synchronous": "2", "foreign_keys": "1", "journal_mode": "wal", "busy_timeout": "10000", "mmap_size": "0", "trusted_schema": "0", "cell_size_check": "1"}
	for _, conn := range held(t, s.Writer, 1) {
		check("writer", conn, both)
		check("writer", conn, map[string]string{"query_only": "0", "recursive_triggers": "1", "cache_size": "-8000", "wal_autocheckpoint": "2000"})
	}
	for i, conn := range held(t, s.Reader, 4) {
		check(fmt.Sprint("reader ", i), conn, both)
		check(fmt.Sprint("reader ", i), conn, map[string]string{"query_only": "1", "cache_size": "-1000"})
	}
	pool, _ := s.Writer.DB()
	if most := pool.Stats().MaxOpenConnections; most != 1 {
		t.Errorf("%d connections write, want 1", most)
	}
}

func TestReaderDoesNotWrite(t *testing.T) {
	s := storetest.Open(t, store.SQLite)
	if err := s.Reader.Exec("insert into settings (key, value) values ('a', 'b')").Error; err == nil {
		t.Error("a reader wrote")
	}
	if err := s.Writer.Exec("insert into settings (key, value) values ('a', 'b')").Error; err != nil {
		t.Error(err)
	}
	var value string
	if err := s.Reader.Raw("select value from settings where key = 'a'").Scan(&value).Error; err != nil || value != "b" {
		t.Errorf("a reader saw %q, %v", value, err)
	}
}

func TestFaultsAreTranslated(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		insert := func() error { return s.Writer.Exec("insert into counters (kind, next) values ('risk', 1)").Error }
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := insert(); !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Errorf("a duplicate answers %v", err)
		}
	})
}

func TestOddFileNames(t *testing.T) {
	for _, name := range []string{"aims.db", "a b.db", "50%.db", "%3f.db", "what?.db", "a?_query_only=1.db", "#1.db", "æøå.db", "a+b&c=d.db", "it's.db", `back\slash "q".db`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			s, err := store.Open(t.Context(), path, quiet)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, entry := range entries {
				if base := strings.TrimSuffix(strings.TrimSuffix(entry.Name(), "-wal"), "-shm"); base != name {
					t.Errorf("there is a file %q", entry.Name())
				}
				if info, _ := entry.Info(); info.Mode().Perm() != 0o600 {
					t.Errorf("%s has mode %v", entry.Name(), info.Mode())
				}
			}
			if info, err := os.Stat(path); err != nil || info.Size() == 0 && len(entries) == 1 {
				t.Errorf("%s holds nothing: %v", name, err)
			}
		})
	}
}

func TestRefusedAddresses(t *testing.T) {
	for _, dsn := range []string{"", ":memory:", "file::memory:", "file:x.db?mode=memory", "mysql://root:hemmelig@db/x", "host=db password=hemmelig dbname=x", "postgres://aims:hemmelig@[db/x", "postgres://aims:hemmelig@127.0.0.1:1/x?sslmode=nonsense", "postgres://aims:hemmelig@127.0.0.1:1/x", filepath.Join(t.TempDir(), "absent", "x.db"), t.TempDir()} {
		var logged bytes.Buffer
		s, err := store.Open(t.Context(), dsn, slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", dsn)
			continue
		}
		if strings.Contains(err.Error()+logged.String(), "hemmelig") {
			t.Errorf("the password shows: %v %s", err, logged.String())
		}
	}
	if _, err := os.Stat(":memory:"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a refused address left a file")
	}
}

func TestFileURI(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b.db")
	s, err := store.Open(t.Context(), "file:"+strings.ReplaceAll(path, " ", "%20"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestStatementsAreLoggedWithoutValues(t *testing.T) {
	var logged bytes.Buffer
	s, err := store.Open(t.Context(), storetest.DSN(t, store.SQLite), slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Writer.Exec("insert into settings (key, value) values (?, ?)", "k", "hemmelig").Error; err != nil {
		t.Fatal(err)
	}
	if out := logged.String(); !strings.Contains(out, "insert into settings") || strings.Contains(out, "hemmelig") {
		t.Errorf("logged: %s", out)
	}
}

func TestPostgresSession(t *testing.T) {
	s := storetest.Open(t, store.Postgres)
	for setting, want := range map[string]string{"application_name": "aims", "timezone": "UTC", "idle_in_transaction_session_timeout": "10s", "lock_timeout": "15s"} {
		var got string
		if err := s.Reader.Raw("select current_setting(?)", setting).Scan(&got).Error; err != nil || got != want {
			t.Errorf("%s is %q, %v", setting, got, err)
		}
	}
	if s.Reader != s.Writer {
		t.Error("PostgreSQL has two pools")
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	path := storetest.DSN(t, store.SQLite)
	s, err := store.Open(context.Background(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Empty(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(path + "?*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
