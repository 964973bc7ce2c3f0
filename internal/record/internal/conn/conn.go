// Package conn lets the packages below record run SQL in a transaction of record. Nobody else can: the package is internal to them.
package conn

import "database/sql"

// Conn is the SQL of one transaction. Statements take ? for parameters on both engines.
type Conn interface {
	Query(q string, args ...any) (*sql.Rows, error)
	Row(q string, args ...any) Scanner
	Postgres() bool
}

// Scanner is the one row that a statement answers.
type Scanner interface{ Scan(into ...any) error }
