// Package store opens the database, SQLite or PostgreSQL, and migrates its schema. The package record reads and writes the data.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"gorm.io/gorm"
)

// Engine names the database in use.
type Engine string

// The engines that AIMS runs on.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Errors of Ready, Migrate and MigrateTo when the schema and the program do not fit together.
var (
	ErrOldSchema = errors.New("the database has an older schema than this program: run aims migrate")
	ErrNewSchema = errors.New("the database has a newer schema than this program knows")
)

// Store is an open database. On SQLite Writer is one connection, and Reader is a pool of read-only connections. On PostgreSQL both are the
// same pool, and callers must begin read transactions as read only.
type Store struct {
	Engine         Engine
	Writer, Reader *gorm.DB

	path       string // of the SQLite file, absolute
	log        *slog.Logger
	migrations []migration
}

// Open opens a database and does not change its schema. A dsn that begins with postgres:// or postgresql:// is PostgreSQL. Any other is the
// path of a SQLite file. A missing file is created, readable by its owner only.
func Open(ctx context.Context, dsn string, log *slog.Logger) (*Store, error) {
	return open(ctx, dsn, log, embedded)
}

func open(ctx context.Context, dsn string, log *slog.Logger, files fs.FS) (*Store, error) {
	migrations, err := readMigrations(files)
	if err != nil {
		return nil, err
	}
	s := &Store{log: log, migrations: migrations}
	if isPostgres(dsn) {
		err = s.openPostgres(ctx, dsn)
	} else {
		err = s.openSQLite(ctx, dsn)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Absent reports whether dsn names a SQLite file that does not exist yet.
func Absent(dsn string) (bool, error) {
	if isPostgres(dsn) {
		return false, nil
	}
	path, err := sqlitePath(dsn)
	if err != nil {
		return false, err
	}
	if _, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Latest returns the newest schema version that this program knows.
func Latest() (int64, error) {
	all, err := readMigrations(embedded)
	if err != nil {
		return 0, err
	}
	return all[len(all)-1].version, nil
}

// notPath matches texts that are meant as an address of a server. As a file name they could show a password in a directory listing.
var notPath = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://|(^|\s)(host|hostaddr|dbname|password)\s*=`)

// SchemaVersion returns the schema version of the database and the one that this program needs. An empty database has version 0.
func (s *Store) SchemaVersion(ctx context.Context) (current, want int64, err error) {
	want = s.migrations[len(s.migrations)-1].version
	query := "select count(*) from sqlite_master where type = 'table' and name = '" + versionTable + "'"
	if s.Engine == Postgres {
		query = "select count(*) from pg_class where oid = to_regclass('" + versionTable + "')"
	}
	db := s.Reader.WithContext(ctx)
	var tables int64
	if err := db.Raw(query).Scan(&tables).Error; err != nil {
		return 0, want, fmt.Errorf("look for the schema version: %w", err)
	}
	if tables == 0 {
		return 0, want, nil
	}
	if err := db.Raw("select coalesce(max(version_id), 0) from " + versionTable).Scan(&current).Error; err != nil {
		return 0, want, fmt.Errorf("read the schema version: %w", err)
	}
	return current, want, nil
}

// Empty reports whether the database has no tables, apart from the one with the schema version.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	query := "select count(*) from sqlite_master where name not like 'sqlite\\_%' escape '\\' and name <> ?"
	if s.Engine == Postgres {
		query = "select count(*) from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') and relname <> ?"
	}
	var things int64
	if err := s.Reader.WithContext(ctx).Raw(query, versionTable).Scan(&things).Error; err != nil {
		return false, fmt.Errorf("look for a schema: %w", err)
	}
	return things == 0, nil
}

// Ready returns nil if the database answers and has the schema version that this program needs.
func (s *Store) Ready(ctx context.Context) error {
	current, want, err := s.SchemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case current < want:
		return fmt.Errorf("%w (it has %d, %d is wanted)", ErrOldSchema, current, want)
	case current > want:
		return fmt.Errorf("%w (it has %d, %d is wanted)", ErrNewSchema, current, want)
	}
	return nil
}

// Close closes every connection. On SQLite the writer is closed last, so that it copies the write-ahead log into the file.
func (s *Store) Close() error {
	var faults []error
	for i, db := range []*gorm.DB{s.Reader, s.Writer} {
		if db == nil || i > 0 && db == s.Reader {
			continue
		}
		pool, err := db.DB()
		if err == nil {
			err = pool.Close()
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// config returns the gorm settings of both engines. Gorm opens no transactions, because record does, and it translates driver errors into its
// own.
func (s *Store) config() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true,
		TranslateError:         true,
		Logger:                 statements{s.log},
		NowFunc:                func() time.Time { return time.Now().UTC() },
	}
}
