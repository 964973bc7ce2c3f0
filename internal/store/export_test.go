package store

import (
	"context"
	"io/fs"
	"log/slog"
)

// OpenWith opens a database with a test's own migrations.
func OpenWith(ctx context.Context, dsn string, files fs.FS) (*Store, error) {
	return open(ctx, dsn, slog.New(slog.DiscardHandler), files)
}

// Render returns a migration's SQL.
func Render(text string, engine Engine) (string, error) {
	return migration{1, "0001_test", text}.render(engine)
}

// MigrationLock is the advisory lock of those who migrate.
const MigrationLock = int64(migrationLock)
