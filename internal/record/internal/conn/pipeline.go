package conn

import (
	"context"
	"database/sql"
	"database/sql/driver"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Statement is an SQL statement with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Pipeline runs statements in a transaction on PostgreSQL in one round trip, and one by one when the driver is wrapped in another. After one
// that fails, no further one runs.
func Pipeline(ctx context.Context, c *sql.Conn, tx *sql.Tx, statements []Statement) error {
	wrapped := false
	err := c.Raw(func(raw any) error {
		direct, ok := raw.(*stdlib.Conn)
		if wrapped = !ok; wrapped {
			return nil
		}
		pg := direct.Conn()
		if pg.IsClosed() {
			return driver.ErrBadConn
		}
		var b pgx.Batch
		for _, s := range statements {
			b.Queue(s.SQL, s.Args...)
		}
		return pg.SendBatch(ctx, &b).Close()
	})
	if !wrapped {
		return err
	}
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s.SQL, s.Args...); err != nil {
			return err
		}
	}
	return nil
}
