package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

const busyTimeout = 10 * time.Second

// maxReaders limits the memory of the page caches, of which each reader has one of 1 MB.
const maxReaders = 16

// writing and reading are the driver's settings for each connection that it opens. A negative cache size is in KiB.
//
// With recursive_triggers the triggers that refuse DELETE also run for the DELETE of an INSERT OR REPLACE. Readers set no journal mode,
// because the file stores it and the writer is opened first. The statement cache makes a small read a third faster, because gorm prepares
// every statement again.
var (
	writing = map[string]string{
		"_journal_mode": "WAL", "_synchronous": "FULL", "_foreign_keys": "1", "_recursive_triggers": "1",
		"_busy_timeout": "10000", "_txlock": "immediate", "_cache_size": "-8000", "_stmt_cache_size": "64",
	}
	reading = map[string]string{
		"_synchronous": "FULL", "_foreign_keys": "1", "_query_only": "1",
		"_busy_timeout": "10000", "_txlock": "deferred", "_cache_size": "-1000", "_stmt_cache_size": "32",
	}
)

// pragmas are settings that the driver has no parameter for. mmap_size is 0 because mapped pages would count as the server's memory. The
// write-ahead log is copied into the database when it has 2000 pages (8 MB), and is cut to 16 MB after a larger transaction. The last two
// make SQLite check pages, and not trust functions in the schema, in case the file was tampered with.
var pragmas = []string{
	"pragma mmap_size = 0",
	"pragma wal_autocheckpoint = 2000",
	"pragma journal_size_limit = 16777216",
	"pragma cell_size_check = on",
	"pragma trusted_schema = off",
}

// inMemory is a further pragma of the writer. SQLite then keeps in memory what a savepoint may restore: a create changes some 30 pages, and for
// more than 16 it would make a file each time. Readers sort large results in files.
const inMemory = "pragma temp_store = memory"

func (s *Store) openSQLite(ctx context.Context, dsn string) error {
	s.Engine = SQLite
	path, err := sqlitePath(dsn)
	if err != nil {
		return err
	}
	s.path = path
	if err := create(path); err != nil {
		return err
	}
	if s.Writer, err = s.connect(ctx, writing, 1, inMemory); err != nil {
		return err
	}
	s.Reader, err = s.connect(ctx, reading, min(max(4, 2*runtime.GOMAXPROCS(0)), maxReaders))
	return err
}

// sqlitePath returns the absolute path of the database file. The dsn is a path or a file: URI without parameters.
func sqlitePath(dsn string) (string, error) {
	path := dsn
	if rest, ok := strings.CutPrefix(dsn, "file:"); ok {
		u, err := url.Parse(dsn)
		if err != nil || u.RawQuery != "" || u.Host != "" || u.Fragment != "" {
			return "", errors.New("a file: address is a path and nothing else: aims chooses the settings")
		}
		if path = u.Path; path == "" {
			if path, err = url.PathUnescape(rest); err != nil {
				return "", errors.New("a file: address is a path and nothing else: aims chooses the settings")
			}
		}
	}
	switch {
	case path == "" || path == ":memory:":
		return "", errors.New("the database needs a file: one in memory is lost when the server stops")
	case notPath.MatchString(path):
		return "", errors.New("the database is a SQLite file's path or an address that begins with postgres://")
	case strings.ContainsRune(path, 0):
		return "", errors.New("the database's path holds a NUL character")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database path: %w", err)
	}
	return path, nil
}

// create creates an empty database file that only its owner can read, unless the file exists. SQLite gives its -wal and -shm files the same
// mode.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return file.Close()
}

func (s *Store) connect(ctx context.Context, settings map[string]string, size int, more ...string) (*gorm.DB, error) {
	pool := newPool(s.path, settings, size, more...)
	if err := ping(ctx, pool); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, err), pool.Close())
	}
	db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), s.config())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, err), pool.Close())
	}
	return db, nil
}

// ping connects, and retries while another process switches the file to a write-ahead log, because SQLite does not wait for that by itself.
func ping(ctx context.Context, pool *sql.DB) error {
	for deadline := time.Now().Add(busyTimeout); ; {
		err := pool.PingContext(ctx)
		var fault sqlite3.Error
		if !errors.As(err, &fault) || fault.Code != sqlite3.ErrBusy || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// newPool returns a pool of at most size connections to the file, with further pragmas. Idle connections stay open.
func newPool(path string, settings map[string]string, size int, more ...string) *sql.DB {
	values := url.Values{}
	for name, value := range settings {
		values.Set(name, value)
	}
	// A URI escapes ?, # and %, so they stay part of the path.
	uri := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: values.Encode()}
	pool := sql.OpenDB(connector{uri.String(), more})
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	return pool
}

// connector opens connections and sets the pragmas on each. A PRAGMA that is run on a pool sets it on one connection only.
type connector struct {
	uri  string
	more []string // pragmas
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.Driver().Open(c.uri) }

func (c connector) Driver() driver.Driver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		for _, pragma := range slices.Concat(pragmas, c.more) {
			if _, err := conn.Exec(pragma, nil); err != nil {
				return fmt.Errorf("%s: %w", pragma, err)
			}
		}
		return nil
	}}
}
