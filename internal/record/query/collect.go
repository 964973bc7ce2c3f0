package query

import (
	"database/sql"
	"strings"

	"github.com/ki-styring/aims/internal/record"
)

// part is one of several queries that are read in one statement. Its columns are texts that are never null.
type part struct {
	columns []string
	from    string
	conds   []string
	args    []any
	tail    string // the groups, the order and the limit
}

func (p *part) where(condition string, args ...any) {
	p.conds, p.args = append(p.conds, condition), append(p.args, args...)
}

// sql is the query, which answers one column.
func (p *part) sql(column string) string {
	q := `SELECT ` + column + ` FROM ` + p.from
	if len(p.conds) > 0 {
		q += ` WHERE ` + strings.Join(p.conds, ` AND `)
	}
	return q + p.tail
}

// Rows and columns are separated by control characters, which neither documents nor what is kept beside them hold.
const (
	rowEnd    = "\x1e"
	columnEnd = "\x1f"
)

// collect reads the rows of several queries in one statement, as one text: a row each would cost more than the queries.
func collect(tx *record.Tx, parts []part, each func(columns []string) error) error {
	column, join := ` || char(31) || `, `group_concat(u.line, char(30))`
	if tx.Conn().Postgres() {
		column, join = ` || chr(31) || `, `string_agg(u.line, chr(30))`
	}
	terms, args := make([]string, len(parts)), []any(nil)
	for i, p := range parts {
		q := p.sql(strings.Join(p.columns, column) + ` AS line`)
		if p.tail != "" {
			q = `SELECT line FROM (` + q + `) AS p`
		}
		terms[i], args = q, append(args, p.args...)
	}
	var all sql.Null[string]
	if err := tx.Conn().Row(`SELECT `+join+` FROM (`+strings.Join(terms, ` UNION ALL `)+`) AS u`, args...).Scan(&all); err != nil {
		return err
	}
	if all.V == "" {
		return nil
	}
	for line := range strings.SplitSeq(all.V, rowEnd) {
		if err := each(strings.Split(line, columnEnd)); err != nil {
			return err
		}
	}
	return nil
}
