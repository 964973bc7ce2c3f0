package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	s.Engine = Postgres
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The cause quotes the address, and the address may hold a password.
		return errors.New("the PostgreSQL address cannot be read: write it as postgres://user@host:port/database?sslmode=verify-full")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "aims"
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}

	// Writers queue behind one lock, so more connections serve readers only; a stock server takes 100 in all.
	size := min(max(8, 4*runtime.GOMAXPROCS(0)), 32)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size / 2)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(fmt.Errorf("open PostgreSQL: %w", err), pool.Close())
	}
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), s.config())
	if err != nil {
		return errors.Join(fmt.Errorf("open PostgreSQL: %w", err), pool.Close())
	}
	s.Writer, s.Reader = db, db
	return nil
}
