package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// Down reports whether an error means that the database is unavailable: it cannot be reached, opened, read or written, is stopping, has no
// space or memory, or stayed locked too long. A refused statement or a cancelled query is not such an error.
func Down(err error) bool {
	if lite, ok := errors.AsType[sqlite3.Error](err); ok {
		switch lite.Code {
		case sqlite3.ErrBusy, sqlite3.ErrCantOpen, sqlite3.ErrIoErr, sqlite3.ErrFull, sqlite3.ErrNomem:
			return true
		}
		return false
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case pg.SeverityUnlocalized == "FATAL" || pg.SeverityUnlocalized == "PANIC": // the server ended the session
			return true
		case pg.Code == "57014": // a cancelled query
			return false
		case pg.Code == "55P03": // a lock was not free in time
			return true
		}
		// Classes of SQLSTATE: 08 connection exception, 53 insufficient resources, 57 operator intervention, 58 system error.
		return strings.Contains("08 53 57 58", pg.Code[:min(2, len(pg.Code))])
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false // the caller gave up
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF)
}
