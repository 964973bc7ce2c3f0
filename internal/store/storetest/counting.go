//go:build unix

package storetest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"
	"testing"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"

	"github.com/ki-styring/aims/internal/store"
)

// Counting makes a store's readers count the statements that they run. Call it before the store is used.
func Counting(t testing.TB, s *store.Store) *atomic.Int64 {
	t.Helper()
	pool, err := s.Reader.DB()
	if err != nil {
		t.Fatal(err)
	}
	n := &atomic.Int64{}
	counted := sql.OpenDB(countingConnector{pool, n})
	counted.SetMaxOpenConns(2)
	t.Cleanup(func() { _ = counted.Close() })
	dialector := sqlite.New(sqlite.Config{Conn: counted})
	if s.Engine == store.Postgres {
		dialector = postgres.New(postgres.Config{Conn: counted})
	}
	if s.Reader, err = gorm.Open(dialector, &gorm.Config{SkipDefaultTransaction: true, TranslateError: true}); err != nil {
		t.Fatal(err)
	}
	return n
}

// countingConnector takes connections from a pool and counts their statements.
type countingConnector struct {
	pool *sql.DB
	n    *atomic.Int64
}

func (c countingConnector) Driver() driver.Driver { return c.pool.Driver() }

func (c countingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	held, err := c.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	out := &countingConn{held: held, n: c.n}
	err = held.Raw(func(conn any) error {
		var ok bool
		if out.inner, ok = conn.(inner); !ok {
			return errors.New("the driver's connection takes no statements directly")
		}
		return nil
	})
	return out, err
}

// inner has the methods that the connections of both drivers have.
type inner interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.QueryerContext
	driver.ExecerContext
}

type countingConn struct {
	inner
	held *sql.Conn
	n    *atomic.Int64
}

func (c *countingConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.n.Add(1)
	return c.inner.QueryContext(ctx, q, args)
}

func (c *countingConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.n.Add(1)
	return c.inner.ExecContext(ctx, q, args)
}

// CheckNamedValue lets the driver check a value if it can, as database/sql does.
func (c *countingConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.inner.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

// Close returns the connection to the pool.
func (c *countingConn) Close() error { return c.held.Close() }
