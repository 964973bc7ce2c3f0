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

// sessionDefaults are settings of each connection, unless the address sets them. A server that hangs in a transaction holds up the writers
// of all servers: PostgreSQL ends its connection. The others wait longer than that for their turn, so that the next of them goes on.
var sessionDefaults = map[string]string{
	"application_name":                    "aims",
	"idle_in_transaction_session_timeout": "10s",
	"lock_timeout":                        "15s",
}

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	s.Engine = Postgres
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The cause quotes the address, and the address may hold a password.
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
