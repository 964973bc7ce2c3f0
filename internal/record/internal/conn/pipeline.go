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

// Pipeline runs statements on a connection to PostgreSQL in one round trip. After one that fails, no further one runs.
func Pipeline(ctx context.Context, c *sql.Conn, statements []Statement) error {
	return c.Raw(func(raw any) error {
		pg := raw.(*stdlib.Conn).Conn()
		if pg.IsClosed() {
			return driver.ErrBadConn
		}
		var b pgx.Batch
		for _, s := range statements {
			b.Queue(s.SQL, s.Args...)
		}
		return pg.SendBatch(ctx, &b).Close()
	})
}
