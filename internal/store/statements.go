package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// statements logs each SQL statement at debug level, never with the values bound to it. A failed statement is its caller's to log.
type statements struct{ log *slog.Logger }

func (s statements) LogMode(logger.LogLevel) logger.Interface { return s }

func (statements) Info(context.Context, string, ...any)  {}
func (statements) Warn(context.Context, string, ...any)  {}
func (statements) Error(context.Context, string, ...any) {}

func (s statements) Trace(ctx context.Context, begin time.Time, statement func() (sql string, rows int64), err error) {
	if !s.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	sql, rows := statement()
	s.log.DebugContext(ctx, "sql", "statement", sql, "rows", rows, "took", time.Since(begin), "failed", err != nil)
}

// ParamsFilter drops the values before gorm writes them into the statement.
func (statements) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
