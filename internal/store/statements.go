package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// statements is a gorm logger that logs each SQL statement at debug level, without its values. The caller logs errors.
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

// ParamsFilter removes the values, so that gorm does not write them into the logged statement.
func (statements) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}
