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

// sessionDefaults are settings of each connection, unless the address sets them. A server that stops in the middle of a transaction blocks the writers of
// all servers, so PostgreSQL ends its connection after 10 seconds. The other writers wait longer than that for the lock, so that the next
// one gets it.
var sessionDefaults = map[string]string{
	"application_name":                    "aims",
	"idle_in_transaction_session_timeout": "10s",
	"lock_timeout":                        "15s",
}

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	s.Engine = Postgres
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The cause is left out because it quotes the address, which may have a password.
		return errors.New("the PostgreSQL address cannot be read: write it as postgres://user@host:port/database?sslmode=verify-full")
	}
	for name, value := range sessionDefaults {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}

	// Writers wait for one lock, so further connections only help readers. PostgreSQL accepts 100 connections by default, from all servers.
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
