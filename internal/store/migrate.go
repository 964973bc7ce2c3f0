package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

const versionTable = "goose_db_version"

// migrationLock is the PostgreSQL advisory lock under which one process at a time migrates.
const migrationLock = 0x61696d73_6d696772

// errApplied rolls back a migration that another process has applied meanwhile.
var errApplied = errors.New("already applied")

// Migrate migrates the database to the newest schema that this program knows. Each migration is one transaction. A SQLite database that has
// data is first copied to <path>.v<N>.bak, where N is its schema version. Several processes may call Migrate at the same time.
func (s *Store) Migrate(ctx context.Context) error {
	return s.MigrateTo(ctx, s.migrations[len(s.migrations)-1].version)
}

// MigrateTo migrates the database to the given schema version. Tests use it to begin with an earlier schema.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	current, want, err := s.SchemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case current > want:
		return fmt.Errorf("%w (it has %d, %d is the last known)", ErrNewSchema, current, want)
	case version < 1 || version > want:
		return fmt.Errorf("there is no schema %d", version)
	case current >= version:
		return nil
	}
	if s.Engine == SQLite && current > 0 {
		if err := s.backup(ctx); err != nil {
			return fmt.Errorf("copy the database before migrating: %w", err)
		}
	}
	db, done, err := s.migrator()
	if err != nil {
		return err
	}
	defer done()
	for {
		err := s.run(ctx, db, version)
		if !errors.Is(err, errApplied) {
			return err
		}
	}
}

// migrator returns the connections for migrations. A migration on SQLite may rebuild a table by dropping it. With foreign keys on, that would
// delete the rows that refer to it. So foreign keys are off here, and they are checked before each commit.
func (s *Store) migrator() (db *sql.DB, done func(), err error) {
	if s.Engine == Postgres {
		db, err = s.Writer.DB()
		return db, func() {}, err
	}
	settings := maps.Clone(writing)
	settings["_foreign_keys"] = "0"
	db = newPool(s.path, settings, 1)
	return db, func() { _ = db.Close() }, nil
}

func (s *Store) run(ctx context.Context, db *sql.DB, version int64) error {
	dialect := database.DialectSQLite3
	if s.Engine == Postgres {
		dialect = database.DialectPostgres
	}
	var steps []*goose.Migration
	for _, m := range s.migrations {
		steps = append(steps, goose.NewGoMigration(m.version, &goose.GoFunc{RunTx: s.step(m)}, nil))
	}
	provider, err := goose.NewProvider(dialect, db, nil,
		goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable), goose.WithSlog(s.log))
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// step applies one migration. Goose stores its version in the same transaction. Whether another process has applied it is checked under a
// lock: on PostgreSQL the advisory lock, on SQLite the write lock that BEGIN IMMEDIATE took.
func (s *Store) step(m migration) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		begin := time.Now()
		statements, err := m.render(s.Engine)
		if err != nil {
			return err
		}
		if s.Engine == Postgres {
			// A migration may take long, and may wait long for another process that migrates.
			if _, err := tx.ExecContext(ctx, "set local idle_in_transaction_session_timeout = 0; set local lock_timeout = 0"); err != nil {
				return fmt.Errorf("%s: lift the time limits: %w", m.name, err)
			}
			if _, err := tx.ExecContext(ctx, fmt.Sprintf("select pg_advisory_xact_lock(%d)", int64(migrationLock))); err != nil {
				return fmt.Errorf("%s: take the lock: %w", m.name, err)
			}
		}
		var applied int
		if err := tx.QueryRowContext(ctx, fmt.Sprintf("select count(*) from %s where version_id = %d", versionTable, m.version)).Scan(&applied); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if applied > 0 {
			return errApplied
		}
		// Without arguments both drivers accept several statements. The parser of the engine finds where each one ends.
		if _, err := tx.ExecContext(ctx, statements); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if s.Engine == SQLite {
			if err := checkForeignKeys(ctx, tx); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
		s.log.InfoContext(ctx, "schema migrated", "migration", m.name, "took", time.Since(begin))
		return nil
	}
}

// checkForeignKeys returns an error if a row refers to a row that does not exist.
func checkForeignKeys(ctx context.Context, tx *sql.Tx) error {
	var table string
	err := tx.QueryRowContext(ctx, `select "table" from pragma_foreign_key_check limit 1`).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("check foreign keys: %w", err)
	}
	return fmt.Errorf("a row of %s refers to nothing", table)
}
